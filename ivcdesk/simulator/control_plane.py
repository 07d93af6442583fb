"""What tests and trainers see and move behind the API: ``/_sim/…``, JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from aiohttp import web

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.simulator.calls import CallLog
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.faults import Faults


class ControlPlane:
    """The routes under ``/_sim``; a wrong request is answered with 400 or 404 and a reason."""

    def __init__(
        self,
        cloud: Cloud,
        calls: CallLog,
        faults: Faults,
        credentials: Callable[[], Mapping[str, str]],
    ) -> None:
        self._cloud = cloud
        self._calls = calls
        self._faults = faults
        self._credentials = credentials
        self._most_downloads = cloud.most_downloads

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for the server."""
        return [
            web.get("/_sim/credentials", self._show_credentials),
            web.get("/_sim/calls", self._show_calls),
            web.get("/_sim/channels/{channel_id}", self._show_channel),
            web.get("/_sim/faults", self._show_faults),
            web.post("/_sim/faults", self._arm_faults),
            web.delete("/_sim/faults", self._clear_faults),
            web.post("/_sim/clock", self._set_clock),
            web.get("/_sim/clock", self._show_clock),
            web.post("/_sim/devices/{device_id}", self._set_device),
            web.get("/_sim/limits", self._show_limits),
            web.post("/_sim/limits", self._set_limits),
            web.post("/_sim/reset", self._reset),
        ]

    async def _show_credentials(self, _request: web.Request) -> web.Response:
        return _json(dict(self._credentials()))

    async def _show_calls(self, request: web.Request) -> web.Response:
        try:
            since = int(request.query.get("since") or 0)
        except ValueError:
            return _wrong("since is a number")
        return _json(self._calls.since(since))

    async def _show_channel(self, request: web.Request) -> web.Response:
        channel = self._cloud.world.channel(request.match_info["channel_id"])
        if channel is None:
            return _wrong("there is no such channel", status=404)
        pose = channel.mount.pose(self._cloud.clock.steady())
        presets = [
            {
                "index": index,
                "name": preset.name,
                "pan": preset.pose.pan,
                "tilt": preset.pose.tilt,
                "zoom": preset.pose.zoom,
            }
            for index, preset in sorted(channel.mount.presets.items())
        ]
        return _json(
            {
                "pan": pose.pan,
                "tilt": pose.tilt,
                "zoom": pose.zoom,
                "focus": pose.focus,
                "iris": pose.iris,
                "presets": presets,
                "viewers": self._cloud.viewers(channel.channel_id),
                "online": channel.online,
            }
        )

    async def _show_faults(self, _request: web.Request) -> web.Response:
        return _json(self._faults.listed())

    async def _arm_faults(self, request: web.Request) -> web.Response:
        try:
            return _json(self._faults.arm(await _body(request)))
        except msgspec.MsgspecError as problem:
            return _wrong(str(problem))

    async def _clear_faults(self, _request: web.Request) -> web.Response:
        self._faults.clear()
        return _json([])

    async def _set_clock(self, request: web.Request) -> web.Response:
        clock = self._cloud.clock
        try:
            change = msgspec.convert(await _body(request), dict[str, float])
            if not change or not set(change) <= {"advance", "skew"}:
                return _wrong("give advance or skew, in seconds")
            clock.advance(change.get("advance", 0.0))
        except (msgspec.MsgspecError, ValueError) as problem:
            return _wrong(str(problem))
        clock.skew = change.get("skew", clock.skew)
        self._cloud.agenda.settle()
        return _json({"now": clock.now(), "skew": clock.skew})

    async def _show_clock(self, _request: web.Request) -> web.Response:
        return _json({"now": self._cloud.clock.now(), "skew": self._cloud.clock.skew})

    async def _show_limits(self, _request: web.Request) -> web.Response:
        return _json({"downloads": self._cloud.most_downloads})

    async def _set_limits(self, request: web.Request) -> web.Response:
        try:
            change = msgspec.convert(await _body(request), dict[str, int])
        except msgspec.MsgspecError as problem:
            return _wrong(str(problem))
        if set(change) != {"downloads"} or change["downloads"] < 0:
            return _wrong("give a number of downloads")
        self._cloud.most_downloads = change["downloads"]
        return await self._show_limits(request)

    async def _set_device(self, request: web.Request) -> web.Response:
        device = self._cloud.world.devices.get(request.match_info["device_id"])
        if device is None:
            return _wrong("there is no such device", status=404)
        try:
            change = msgspec.convert(await _body(request), dict[str, int])
        except msgspec.MsgspecError as problem:
            return _wrong(str(problem))
        if set(change) != {"status"} or not 0 <= change["status"] <= 3:
            return _wrong("give a status of 0 to 3")
        self._cloud.set_status(device, DeviceStatus(change["status"]))
        return _json({"device_id": device.device_id, "status": int(device.status)})

    async def _reset(self, _request: web.Request) -> web.Response:
        self._faults.clear()
        self._calls.clear()
        self._cloud.most_downloads = self._most_downloads
        self._cloud.reset()
        return _json({})


async def _body(request: web.Request) -> Any:
    return msgspec.json.decode(await request.read())


def _json(value: Any) -> web.Response:
    return web.Response(body=msgspec.json.encode(value), content_type="application/json")


def _wrong(reason: str, *, status: int = 400) -> web.Response:
    body = msgspec.json.encode({"error": reason})
    return web.Response(status=status, body=body, content_type="application/json")
