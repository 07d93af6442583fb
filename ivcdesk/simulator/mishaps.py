"""Faults at work on HTTP: what a struck request goes through before and while it is answered."""

from __future__ import annotations

import random
import socket
import struct
import weakref
from asyncio import sleep as pause
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

from aiohttp import web

from ivcdesk.simulator.bent import BentTransport
from ivcdesk.simulator.faults import Fault, Faults

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

STALL_SECONDS = 3600.0
_THROTTLED_BYTES = 32_000
_TRUNCATED_BYTES = 64
_GARBAGE = web.RequestKey("garbage", int)
_LINGER_NOT = struct.pack("ii", 1, 0)


class Mishaps:
    """Applies faults to answers; ends the connections it bent when the server stops."""

    def __init__(self, faults: Faults) -> None:
        self._faults = faults
        self._bent: weakref.WeakSet[BentTransport] = weakref.WeakSet()

    def middleware(self) -> Any:
        """Return the middleware that lets faults strike media requests."""

        @web.middleware
        async def strike(request: web.Request, handler: Handler) -> web.StreamResponse:
            if request.path == "/" or request.path.startswith("/_sim"):
                return await handler(request)
            struck = self._faults.for_media(request.path)
            kinds = {fault.kind for fault in struck}
            await self.wait(struck)
            if "expire" in kinds:
                return web.Response(status=403, text="expired")
            if "error" in kinds:
                return web.Response(status=404, text="not found")
            return await self.answer(request, struck, handler)

        return strike

    async def wait(self, struck: Iterable[Fault]) -> None:
        """Let the latency of all faults pass."""
        for fault in struck:
            if fault.kind == "latency":
                await pause(1.0 if fault.seconds is None else fault.seconds)

    async def answer(
        self, request: web.Request, struck: Iterable[Fault], handler: Handler
    ) -> web.StreamResponse:
        """Answer by ``handler`` as far as the faults let the answer through."""
        for fault in struck:
            if fault.kind == "http500":
                page = "<html><body>500 Internal Server Error</body></html>"
                return web.Response(status=500, text=page, content_type="text/html")
            if fault.kind in ("drop", "reset"):
                self._cut(request, hard=fault.kind == "reset")
                return web.Response()
            if fault.kind == "garbage":
                request[_GARBAGE] = fault.bytes or 0
            elif fault.kind in ("throttle", "truncate", "stall"):
                self._bend(request, fault)
        response = await handler(request)
        if _GARBAGE in request and isinstance(response, web.Response) and not response.prepared:
            body = response.body
            if isinstance(body, bytes | bytearray):
                response.body = _Scrambler(request[_GARBAGE]).scramble(bytes(body))
        return response

    async def on_prepare(self, request: web.Request, response: web.StreamResponse) -> None:
        """Make streamed answers pass the scrambler; a bent connection is not used again."""
        if isinstance(request.transport, BentTransport):
            response.force_close()
            response.headers["Connection"] = "close"
        if _GARBAGE in request and not isinstance(response, web.Response):
            scrambler, write = _Scrambler(request[_GARBAGE]), response.write

            async def scrambled(data: bytes | bytearray | memoryview) -> None:
                await write(scrambler.scramble(bytes(data)))

            response.write = scrambled  # type: ignore[method-assign]  # aiohttp has no body filter

    def stop(self) -> None:
        """Drop the connections that faults still have hold of."""
        for transport in list(self._bent):
            transport.abort()

    def _bend(self, request: web.Request, fault: Fault) -> None:
        real = request.transport
        if real is None:
            return
        amount = fault.bytes
        bent = BentTransport(
            real,
            request.protocol,
            rate=float(amount or _THROTTLED_BYTES) if fault.kind == "throttle" else None,
            cut_after=(_TRUNCATED_BYTES if amount is None else amount)
            if fault.kind == "truncate"
            else None,
            still_after=(amount or 0) if fault.kind == "stall" else None,
            still_seconds=STALL_SECONDS if fault.seconds is None else fault.seconds,
        )
        request.protocol.transport = bent
        self._bent.add(bent)

    def _cut(self, request: web.Request, *, hard: bool) -> None:
        transport = request.transport
        if transport is None:
            return
        if not hard:
            transport.close()
            return
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_NOT)
        transport.abort()


class _Scrambler:
    """Turns the bytes from a place on into noise of the same length."""

    def __init__(self, clean: int) -> None:
        self._clean = clean
        self._noise = random.Random(clean)

    def scramble(self, data: bytes) -> bytes:
        kept = data[: self._clean]
        self._clean -= len(kept)
        return kept + self._noise.randbytes(len(data) - len(kept))
