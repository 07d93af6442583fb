"""What happens to an API request from its arrival to its answer."""

from __future__ import annotations

import inspect
import logging
import time
import uuid
from typing import Any

from aiohttp import web

from ivcdesk.api.actions import Action, Result
from ivcdesk.simulator.auth import Account, Envelope
from ivcdesk.simulator.calls import CallLog, ReceivedCall
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.envelopes import Opened, open_envelope
from ivcdesk.simulator.faults import Fault, Faults
from ivcdesk.simulator.handlers import HANDLERS
from ivcdesk.simulator.mishaps import Mishaps
from ivcdesk.simulator.pace import Pace
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.wire import masked, read_action, write_refusal, write_result

VERSION = "2023-05-17"
REGIONS = ("ap-beijing", "ap-chongqing", "ap-guangzhou", "ap-shanghai")

log = logging.getLogger(__name__)


class Reception:
    """Notes, checks and answers API calls, one request at a time.

    ``failures`` keeps what went wrong in the simulator itself, for tests to look at.
    """

    def __init__(self, cloud: Cloud, account: Account, faults: Faults, mishaps: Mishaps) -> None:
        self.calls = CallLog()
        self.failures: list[Exception] = []
        self._cloud = cloud
        self._account = account
        self._faults = faults
        self._mishaps = mishaps
        self._pace = Pace(time.monotonic)

    async def receive(self, request: web.Request) -> web.StreamResponse:
        """Answer a request; errors are answers too, with status 200."""
        try:
            opened = open_envelope(await _envelope(request))
        except web.HTTPRequestEntityTooLarge:
            refusal = Refusal("RequestSizeLimitExceeded", "10 MB at most")
            return _json(write_refusal(refusal, str(uuid.uuid4())))
        params = masked(opened.params)
        call = self.calls.open(opened.action, opened.region, params, str(uuid.uuid4()))
        struck = self._faults.for_call(opened.action, _ids(params))
        await self._mishaps.wait(struck)

        async def answer(_request: web.Request) -> web.StreamResponse:
            return _json(await self._answered(call, opened, struck))

        for fault in struck:
            if fault.kind in ("drop", "reset", "http500"):
                call.code = fault.kind
                break
        return await self._mishaps.answer(request, struck, answer)

    async def _answered(self, call: ReceivedCall, opened: Opened, struck: list[Fault]) -> bytes:
        try:
            _refuse_by_fault(struck)
            opened.check(self._account, self._cloud.now())
            result = await self._dispatch(call, opened)
            return write_result(call.action, result, call.request_id)
        except Refusal as refusal:
            call.code = refusal.code
            return write_refusal(refusal, call.request_id)
        except Exception as failure:
            log.exception("%s failed within the simulator", call.action)
            self.failures.append(failure)
            call.code = "InternalError"
            own = Refusal("InternalError", f"the simulator failed: {type(failure).__name__}")
            return write_refusal(own, call.request_id)

    async def _dispatch(self, call: ReceivedCall, opened: Opened) -> Result:
        if not call.action:
            raise Refusal("MissingParameter", "the action is missing")
        if opened.version != VERSION:
            raise Refusal("NoSuchVersion", f"this product has the version {VERSION} alone")
        if call.action not in HANDLERS:
            raise Refusal("InvalidAction", f"{call.action} is not imitated here")
        kind, handler = HANDLERS[call.action]
        self._check_region(kind, call.region)
        self._pace.admit(call.action, call.region)
        action = read_action(kind, opened.params, loose=opened.loose)
        self._cloud.agenda.settle()
        self._check_reach(action, call.region)
        self._cloud.caller_region, self._cloud.caller_request = call.region, call.request_id
        result = handler(self._cloud, action)
        if inspect.isawaitable(result):
            result = await result
        if not isinstance(result, kind.result):
            raise TypeError(f"{call.action} answered a {type(result).__name__}")
        return result

    def _check_region(self, kind: type[Action[Any]], region: str) -> None:
        if not region:
            if kind.regional:
                raise Refusal("MissingParameter", "the region is missing")
        elif region not in REGIONS:
            raise Refusal("UnsupportedRegion", f"this product is not offered in {region}")

    def _check_reach(self, action: Action[Any], region: str) -> None:
        """Refuse a regional action on a device that lives in another region."""
        if not action.regional:
            return
        world = self._cloud.world
        channel = world.channel(getattr(action, "channel_id", ""))
        device = channel.device if channel else world.devices.get(getattr(action, "device_id", ""))
        place = device or world.ledger.gateways.get(getattr(action, "gateway_id", None) or "")
        if place is not None and place.region != region:
            raise Refusal("RegionError.ResourceUnreachable", f"that is in {place.region}")


def _refuse_by_fault(struck: list[Fault]) -> None:
    for fault in struck:
        if fault.kind == "expire":
            raise Refusal("AuthFailure.SignatureExpire", "the signature has expired")
        if fault.kind == "throttle" and fault.bytes is None:
            raise Refusal("RequestLimitExceeded", "too many calls")
        if fault.kind == "error":
            raise Refusal(fault.code or "InternalError", fault.message or "a fault on purpose")


async def _envelope(request: web.Request) -> Envelope:
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Envelope(request.method, request.rel_url.raw_query_string, headers, await request.read())


def _ids(params: Any) -> frozenset[str]:
    if not isinstance(params, dict):
        return frozenset()
    return frozenset(
        value for key, value in params.items() if key.endswith("Id") and isinstance(value, str)
    )


def _json(body: bytes) -> web.Response:
    # the SDK looks for errors only where the type is exactly this, without a charset
    return web.Response(body=body, headers={"Content-Type": "application/json"})
