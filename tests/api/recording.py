"""A small server on the loopback that records what it is sent and answers what it is told."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class Received:
    """One request as it arrived."""

    headers: dict[str, str]
    body: bytes

    @property
    def action(self) -> str:
        return self.headers["x-tc-action"]

    @property
    def parameters(self) -> dict[str, Any]:
        return json.loads(self.body)


Reply = Callable[[web.Request], Awaitable[web.StreamResponse]]


def says(payload: Any, *, status: int = 200, headers: dict[str, str] | None = None) -> Reply:
    """Answer with JSON, or with the bytes as they are."""
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()

    async def reply(_request: web.Request) -> web.StreamResponse:
        return web.Response(
            body=body, status=status, headers=headers, content_type="application/json"
        )

    return reply


def answers(**fields: Any) -> Reply:
    return says({"Response": {**fields, "RequestId": "r-1"}})


def refuses(code: str, message: str = "no", **options: Any) -> Reply:
    error = {"Code": code, "Message": message}
    return says({"Response": {"Error": error, "RequestId": "r-2"}}, **options)


@dataclass
class Server:
    """``script`` is used up first, then ``reply`` answers everything."""

    endpoint: str = ""
    received: list[Received] = field(default_factory=list)
    script: deque[Reply] = field(default_factory=deque)
    reply: Reply = field(default_factory=lambda: answers())
    connections: set[int] = field(default_factory=set)
    arrival: asyncio.Event = field(default_factory=asyncio.Event)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        if request.method != "POST":
            return web.Response(status=405)
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(headers, await request.read()))
        self.arrival.set()
        self.connections.add(id(request.transport))
        reply = self.script.popleft() if self.script else self.reply
        return await reply(request)


@asynccontextmanager
async def recording_server(tls: Any = None) -> AsyncIterator[Server]:
    server = Server()
    app = web.Application(client_max_size=64 * 2**20)
    app.router.add_route("*", "/{rest:.*}", server.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        port = runner.addresses[0][1]
        server.endpoint = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        yield server
    finally:
        await runner.cleanup()


async def never(_request: web.Request) -> web.StreamResponse:
    """Keep the client waiting until it leaves."""
    await asyncio.Event().wait()
    raise AssertionError


async def hangs_up(request: web.Request) -> web.StreamResponse:
    """Close the connection instead of answering."""
    assert request.transport is not None
    request.transport.close()
    return web.Response()
