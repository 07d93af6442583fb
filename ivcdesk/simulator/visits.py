"""Requests that are under way, and clients that hang up in the middle of an answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Visits:
    """Knows which requests are being answered, also those whose clients have left.

    Once it is ``closing``, connections that fail are no error of anybody's.
    """

    def __init__(self) -> None:
        self.closing = False
        self._tasks: set[asyncio.Task[Any]] = set()

    @property
    def under_way(self) -> int:
        """How many requests are being answered."""
        return len(self._tasks)

    def middleware(self) -> Any:
        """Return the middleware that counts, and lets answers end that nobody is left to read.

        Hanging up is how players end what they no longer want: it is no error.
        """

        @web.middleware
        async def visit(request: web.Request, handler: Handler) -> web.StreamResponse:
            task = asyncio.current_task()
            assert task is not None
            self._tasks.add(task)
            try:
                return await handler(request)
            except ConnectionError:
                transport = request.transport
                if not (self.closing or transport is None or transport.is_closing()):
                    raise
                unread = web.Response()
                unread.force_close()
                return unread
            finally:
                self._tasks.discard(task)

        return visit

    async def end(self) -> None:
        """Cancel what is still under way and wait for its end."""
        left = list(self._tasks)
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)
