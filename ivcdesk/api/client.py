"""The one way to the cloud: pace, sign, send, retry, decode and write down each call."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self, TypeVar, cast

import msgspec

from ivcdesk.api.actions.base import Action, Result
from ivcdesk.api.actions.rules import first_breach
from ivcdesk.api.capabilities import Capabilities
from ivcdesk.api.clock import Clock
from ivcdesk.api.decoding import decode
from ivcdesk.api.endpoints import NEAREST, checked_region
from ivcdesk.api.errors import (
    ExpiredCredential,
    InvalidArgument,
    IvcError,
    RateLimited,
    ServiceError,
    TimeLimitError,
)
from ivcdesk.api.homes import Homes
from ivcdesk.api.journal import Call, Journal
from ivcdesk.api.masking import masked
from ivcdesk.api.pacing import Pacing, Priority
from ivcdesk.api.retry import pause_before_retry
from ivcdesk.api.signing import CONTENT_TYPE, Credential, authorization, signing_key, utc_date
from ivcdesk.api.transport import Exchange, Transport

VERSION = "2023-05-17"
LARGEST_REQUEST = 10 << 20  # bytes, of a signed JSON body
RENEW_AHEAD = 60.0  # s before a temporary credential ends

Renewal = Callable[[], Awaitable[Credential]]

R = TypeVar("R", bound=Result)


@dataclass(slots=True)
class _Course:
    """What is known of a call while it runs; the journal's entry is made of it."""

    action: Action[Any]
    body: bytes = field(repr=False)
    region: str
    priority: Priority
    number: int
    began: float
    on_left: Callable[[], object] | None
    again: Callable[[], bool] | None = None
    gives_way: bool = False
    budget: asyncio.Timeout | None = None
    deadline: float | None = None
    attempts: int = 0
    queued: float = 0.0
    decoding: float = 0.0
    exchange: Exchange | None = None
    clock_corrected: bool = False
    credential_renewed: bool = False

    def begin_budget(self) -> None:
        """Let the action's time run from now on; only the first time counts."""
        if self.deadline is None and self.budget is not None:
            self.deadline = time.perf_counter() + self.action.seconds
            self.budget.reschedule(asyncio.get_running_loop().time() + self.action.seconds)


class CloudClient:
    """Calls the cloud with one credential.

    ``region`` is where calls run that name no other and whose device's own isn't known yet;
    ``proxy`` is None for the system's, ``"direct"`` for none, or an address; ``tls`` replaces the
    trusted authorities; ``renew`` fetches the next credential where this one is temporary.
    Raises InvalidArgument for an endpoint, a region or a proxy that is none.
    """

    def __init__(
        self,
        credential: Credential,
        region: str,
        endpoint: str = NEAREST,
        *,
        proxy: str | None = None,
        journal: Journal | None = None,
        tls: ssl.SSLContext | None = None,
        renew: Renewal | None = None,
    ) -> None:
        self._transport = Transport(endpoint, proxy=proxy, tls=tls)
        self.credential = credential
        self.region = checked_region(region, self._transport.endpoint)
        self.journal = journal if journal is not None else Journal()
        self.clock = Clock()
        self.pacing = Pacing()
        self.capabilities = Capabilities()
        self.homes = Homes()
        self._renew = renew
        self._renewing = asyncio.Lock()
        self._key: tuple[Credential, str, bytes] | None = None

    @property
    def endpoint(self) -> str:
        """The address that calls go to."""
        return self._transport.endpoint

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Close all connections; calls made afterwards fail."""
        await self._transport.aclose()

    async def connect(self) -> None:
        """Open a connection ahead, so that the next call pays no handshake.

        Costs nothing where one was used in the last half minute. Raises TransportError.
        """
        await self._transport.connect()

    async def call(
        self,
        action: Action[R],
        *,
        region: str | None = None,
        priority: Priority = Priority.USER,
        on_left: Callable[[], object] | None = None,
        again: Callable[[], bool] | None = None,
        gives_way: bool = False,
    ) -> R:
        """Send an action and return its result.

        It takes ``action.seconds`` in all, retries included; the wait for its turn counts too,
        except in the background. An action that must run in its device's region does so, once an
        answer has told which that is. ``on_left`` is called when the request's bytes are out, at
        each attempt: until then a cancelled call has done nothing. ``again`` is asked before each
        further attempt whether the call is still wanted; where it is not, the error stands. A call
        that ``gives_way`` is given up with Preempted where the user waits for the same device.
        Raises InvalidArgument or ExpiredCredential (nothing was sent), TransportError,
        ResponseError or ServiceError. A cancelled call leaves nothing behind.
        """
        course = self._prepared(action, region, priority, on_left)
        course.again, course.gives_way = again, gives_way
        failure: BaseException | None = None
        request_id = ""
        try:
            answer = await self._within_budget(course)
            request_id = answer.request_id
        except BaseException as error:
            failure = error
            request_id = getattr(error, "request_id", "")
            raise
        finally:
            self._write_down(course, failure, request_id)
        self.homes.learn(answer)
        return cast("R", answer)

    def _prepared(
        self,
        action: Action[R],
        region: str | None,
        priority: Priority,
        on_left: Callable[[], object] | None,
    ) -> _Course:
        breach = first_breach(action)
        if breach is not None:
            raise InvalidArgument(*breach, action=action.action_name)
        if region is not None:
            checked_region(region, self.endpoint)
        elif action.regional:
            region = self.homes.of(action)
        try:
            body = msgspec.json.encode(action)
        except ValueError as error:
            rule = "such as JSON can hold"
            name = action.action_name
            raise InvalidArgument("request", rule, type(error).__name__, action=name) from None
        if len(body) > LARGEST_REQUEST:
            size = f"{len(body)} bytes"
            raise InvalidArgument("request", "at most 10 MB", size, action=action.action_name)
        return _Course(
            action,
            body,
            region or self.region,
            priority,
            self.journal.next_number(),
            time.perf_counter(),
            on_left,
        )

    async def _within_budget(self, course: _Course) -> Result:
        action = course.action
        subject = ""
        if action.channel_bound:
            subject = getattr(action, "channel_id", "") or getattr(action, "device_id", "")
        try:
            async with asyncio.timeout(None) as course.budget, AsyncExitStack() as held:
                if course.priority is Priority.USER:
                    course.begin_budget()
                if subject:
                    alone = self.pacing.channels.alone(
                        subject, course.priority, gives_way=course.gives_way
                    )
                    await held.enter_async_context(alone)
                    course.queued += time.perf_counter() - course.began
                return await self._attempt_all(course)
        except TimeoutError:
            late = TimeLimitError(
                f"no answer within {action.seconds:g} s", action=action.action_name
            )
            late.arrived = course.exchange is not None and course.exchange.began > 0
            raise late from None

    async def _attempt_all(self, course: _Course) -> Result:
        action = course.action
        while True:
            course.attempts += 1
            exchange = Exchange()
            try:
                await self._send(course, exchange)
                began = time.perf_counter()
                try:
                    answer = decode(
                        exchange.body,
                        action.result,
                        action=action.action_name,
                        status=exchange.status,
                    )
                finally:
                    course.decoding += time.perf_counter() - began
            except IvcError as error:
                self.capabilities.observe(action.action_name, course.region, error)
                pause = await self._pause(error, course, exchange)
                if pause is None or not (course.again is None or course.again()):
                    raise
            else:
                self.capabilities.observe(action.action_name, course.region, None)
                return answer
            await asyncio.sleep(pause)

    async def _send(self, course: _Course, exchange: Exchange) -> None:
        action = course.action
        waiting = time.perf_counter()
        turn = await self.pacing.turn(action.action_name, course.region, course.priority)

        def left() -> None:
            turn.sent()
            if course.on_left is not None:
                course.on_left()

        try:
            course.queued += time.perf_counter() - waiting
            course.begin_budget()
            await self._renew_if_due(action.action_name)
            # A reading action that hears nothing for half its time is asked anew in the other half.
            patience = 0.5 if action.reads and not action.channel_bound else 1.0
            course.exchange = exchange
            await self._transport.post(
                self._headers(action.action_name, course.region, course.body),
                course.body,
                action=action.action_name,
                read_seconds=action.seconds * patience,
                exchange=exchange,
                on_left=left,
            )
        finally:
            turn.sent()
        self.clock.observe(exchange.date, exchange.sent_at, exchange.received_at)

    def _headers(self, action: str, region: str, body: bytes) -> list[tuple[str, str]]:
        timestamp = int(self.clock.time())
        credential = self.credential
        if credential.expired(timestamp):
            raise ExpiredCredential("the temporary credential has ended", action=action)
        date = utc_date(timestamp)
        if self._key is None or self._key[0] is not credential or self._key[1] != date:
            self._key = credential, date, signing_key(credential.secret_key, date)
        signature = authorization(
            credential,
            action=action,
            host=self._transport.host,
            body=body,
            timestamp=timestamp,
            key=self._key[2],
        )
        headers = [
            ("content-type", CONTENT_TYPE),
            ("authorization", signature),
            ("x-tc-action", action),
            ("x-tc-version", VERSION),
            ("x-tc-timestamp", str(timestamp)),
            ("x-tc-region", region),
        ]
        if credential.token:
            headers.append(("x-tc-token", credential.token))
        return headers

    async def _renew_if_due(self, action: str) -> None:
        """Fetch the next credential shortly before this one ends; calls that wait share it."""
        if self._renew is None or not self.credential.expired(self.clock.time(), ahead=RENEW_AHEAD):
            return
        async with self._renewing:
            now = self.clock.time()
            if not self.credential.expired(now, ahead=RENEW_AHEAD):
                return
            try:
                self.credential = await self._renew()
            except IvcError:
                if self.credential.expired(now):
                    raise

    async def _pause(self, error: IvcError, course: _Course, exchange: Exchange) -> float | None:
        """Return the seconds until the next attempt, or None where the error stands."""
        # Both refusals come before the action is looked at, so even a writing one may go again.
        if isinstance(error, ServiceError) and error.code == "AuthFailure.SignatureExpire":
            if not course.clock_corrected:
                course.clock_corrected = True
                if self.clock.correct(exchange.date, exchange.sent_at, exchange.received_at):
                    return 0.0
            return None
        if isinstance(error, ServiceError) and error.code == "AuthFailure.TokenFailure":
            if self._renew is not None and not course.credential_renewed:
                course.credential_renewed = True
                async with self._renewing:
                    self.credential = await self._renew()
                return 0.0
            return None
        now = time.perf_counter()
        pause = pause_before_retry(
            error,
            reads=course.action.reads,
            attempt=course.attempts,
            left=(course.deadline or now) - now,
            chance=random.random(),
            retry_after=exchange.retry_after,
        )
        if isinstance(error, RateLimited) and error.code.startswith("RequestLimitExceeded"):
            rest = pause if pause is not None else 0.5 + random.random()
            self.pacing.throttled(course.action.action_name, course.region, rest)
        return pause

    def _write_down(self, course: _Course, failure: BaseException | None, request_id: str) -> None:
        exchange = course.exchange or Exchange()
        now = time.perf_counter()
        code = None if failure is None else type(failure).__name__
        if isinstance(failure, ServiceError):
            code = failure.code
        answered = exchange.ended or now
        wait = answered - exchange.began - exchange.connect_seconds if exchange.began else 0.0
        self.journal.add(
            Call(
                number=course.number,
                time=time.time() - (now - course.began),
                action=course.action.action_name,
                region=course.region,
                code=code,
                request_id=request_id,
                parameters=masked(course.action),
                sent_bytes=len(course.body) if exchange.began else 0,
                received_bytes=len(exchange.body),
                queue_ms=course.queued * 1000,
                connect_ms=exchange.connect_seconds * 1000,
                wait_ms=max(0.0, wait) * 1000,
                decode_ms=course.decoding * 1000,
                total_ms=(now - course.began) * 1000,
                attempts=course.attempts,
            )
        )
