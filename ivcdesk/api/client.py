"""The one way to the cloud: pace, sign, send, retry, decode and write down each call."""

from __future__ import annotations

import asyncio
import random
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType
from typing import Self, TypeVar, cast

import msgspec

from ivcdesk.api.actions.base import Action, Result
from ivcdesk.api.actions.rules import first_breach
from ivcdesk.api.clock import Clock
from ivcdesk.api.decoding import decode
from ivcdesk.api.errors import (
    ExpiredCredential,
    InvalidArgument,
    IvcError,
    RateLimited,
    ServiceError,
    TimeLimitError,
)
from ivcdesk.api.journal import Call, Journal
from ivcdesk.api.masking import masked
from ivcdesk.api.pacing import Pacing, Priority
from ivcdesk.api.retry import pause_before_retry
from ivcdesk.api.signing import CONTENT_TYPE, Credential, authorization, signing_key, utc_date
from ivcdesk.api.transport import Exchange, Transport

VERSION = "2023-05-17"
ENDPOINT = "https://iss.tencentcloudapi.com"

R = TypeVar("R", bound=Result)


@dataclass(slots=True)
class _Course:
    """What is known of a call while it runs; the journal's entry is made of it."""

    number: int
    began: float
    deadline: float
    attempts: int = 0
    queued: float = 0.0
    decoding: float = 0.0
    exchange: Exchange | None = None
    corrected: bool = False
    on_left: Callable[[], object] | None = None


class CloudClient:
    """Calls the cloud with one credential.

    ``region`` is where calls run that name no other, ``proxy`` is None for the system's,
    ``"direct"`` for none, or an address; ``tls`` replaces the trusted authorities. Raises
    InvalidArgument for an endpoint or a proxy that is no address.
    """

    def __init__(
        self,
        credential: Credential,
        region: str,
        endpoint: str = ENDPOINT,
        *,
        proxy: str | None = None,
        journal: Journal | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.credential = credential
        self.region = region
        self.journal = journal if journal is not None else Journal()
        self.clock = Clock()
        self.pacing = Pacing()
        self._transport = Transport(endpoint, proxy=proxy, tls=tls)
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

        Raises TransportError.
        """
        await self._transport.connect()

    async def call(
        self,
        action: Action[R],
        *,
        region: str | None = None,
        priority: Priority = Priority.USER,
        on_left: Callable[[], object] | None = None,
    ) -> R:
        """Send an action and return its result, within ``action.seconds`` in all.

        ``on_left`` is called when the request's bytes are out, at each attempt: until then a
        cancelled call has done nothing.
        Raises InvalidArgument (nothing was sent), TransportError, ResponseError or ServiceError.
        A cancelled call leaves nothing behind.
        """
        breach = first_breach(action)
        if breach is not None:
            raise InvalidArgument(*breach, action=action.action_name)
        where = region or self.region
        body = msgspec.json.encode(action)
        now = time.perf_counter()
        course = _Course(self.journal.next_number(), now, now + action.seconds, on_left=on_left)
        failure: BaseException | None = None
        request_id = ""
        try:
            answer = await self._within_budget(action, body, where, priority, course)
            request_id = answer.request_id
            return answer
        except BaseException as error:
            failure = error
            request_id = getattr(error, "request_id", "")
            raise
        finally:
            self._write_down(action, body, where, course, failure, request_id)

    async def _within_budget(
        self, action: Action[R], body: bytes, region: str, priority: Priority, course: _Course
    ) -> R:
        try:
            async with asyncio.timeout(action.seconds):
                channel = getattr(action, "channel_id", "") if action.channel_bound else ""
                if not channel:
                    return await self._attempt_all(action, body, region, priority, course)
                async with self.pacing.channels.alone(channel, priority):
                    course.queued += time.perf_counter() - course.began
                    return await self._attempt_all(action, body, region, priority, course)
        except TimeoutError:
            late = TimeLimitError(
                f"no answer within {action.seconds:g} s", action=action.action_name
            )
            late.arrived = course.exchange is not None
            raise late from None

    async def _attempt_all(
        self, action: Action[R], body: bytes, region: str, priority: Priority, course: _Course
    ) -> R:
        result = cast("type[R]", action.result)
        while True:
            course.attempts += 1
            exchange = Exchange()
            try:
                await self._send(action, body, region, priority, course, exchange)
                began = time.perf_counter()
                try:
                    return decode(
                        exchange.body, result, action=action.action_name, status=exchange.status
                    )
                finally:
                    course.decoding += time.perf_counter() - began
            except IvcError as error:
                pause = self._pause(error, action, region, course, exchange)
                if pause is None:
                    raise
            await asyncio.sleep(pause)

    async def _send(
        self,
        action: Action[R],
        body: bytes,
        region: str,
        priority: Priority,
        course: _Course,
        exchange: Exchange,
    ) -> None:
        waiting = time.perf_counter()
        turn = await self.pacing.turn(action.action_name, region, priority)
        course.queued += time.perf_counter() - waiting
        course.exchange = exchange

        def left() -> None:
            turn.sent()
            if course.on_left is not None:
                course.on_left()

        share = 0.5 if action.reads and not action.channel_bound else 1.0
        try:
            await self._transport.post(
                self._headers(action.action_name, region, body),
                body,
                action=action.action_name,
                read_seconds=action.seconds * share,
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
        headers = [
            ("content-type", CONTENT_TYPE),
            (
                "authorization",
                authorization(
                    credential,
                    action=action,
                    host=self._transport.host,
                    body=body,
                    timestamp=timestamp,
                    key=self._key[2],
                ),
            ),
            ("x-tc-action", action),
            ("x-tc-version", VERSION),
            ("x-tc-timestamp", str(timestamp)),
            ("x-tc-region", region),
        ]
        if credential.token:
            headers.append(("x-tc-token", credential.token))
        return headers

    def _pause(
        self, error: IvcError, action: Action[R], region: str, course: _Course, exchange: Exchange
    ) -> float | None:
        """Return the seconds until the next attempt, or None where the error stands."""
        if (
            isinstance(error, ServiceError)
            and error.code == "AuthFailure.SignatureExpire"
            and not course.corrected
        ):
            # Refused before it was read, so even a writing action may go again.
            course.corrected = True
            if self.clock.correct(exchange.date, exchange.sent_at, exchange.received_at):
                return 0.0
        pause = pause_before_retry(
            error,
            reads=action.reads,
            attempt=course.attempts,
            left=course.deadline - time.perf_counter(),
            chance=random.random(),
            retry_after=exchange.retry_after,
        )
        if isinstance(error, RateLimited) and error.code.startswith("RequestLimitExceeded"):
            self.pacing.throttled(action.action_name, region, pause if pause is not None else 1.0)
        return pause

    def _write_down(
        self,
        action: Action[R],
        body: bytes,
        region: str,
        course: _Course,
        failure: BaseException | None,
        request_id: str,
    ) -> None:
        exchange = course.exchange or Exchange()
        now = time.perf_counter()
        wait = 0.0
        if exchange.began:
            wait = now - exchange.began - course.decoding - exchange.connect_seconds
        code = None if failure is None else type(failure).__name__
        if isinstance(failure, ServiceError):
            code = failure.code
        self.journal.add(
            Call(
                number=course.number,
                time=time.time() - (now - course.began),
                action=action.action_name,
                region=region,
                code=code,
                request_id=request_id,
                parameters=masked(action),
                sent_bytes=len(body) if exchange.began else 0,
                received_bytes=len(exchange.body),
                queue_ms=course.queued * 1000,
                connect_ms=exchange.connect_seconds * 1000,
                wait_ms=max(0.0, wait) * 1000,
                decode_ms=course.decoding * 1000,
                total_ms=(now - course.began) * 1000,
                attempts=course.attempts,
            )
        )
