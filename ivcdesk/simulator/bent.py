"""A connection that misbehaves: what an answer's bytes go through while a fault has hold of it."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Iterable
from typing import Any, cast

_HIGH_WATER = 256 * 1024
_PIECE_BYTES = 16 * 1024
_FULL_BYTES = 32 * 1024
"""With this much still to go, the transport beneath gets no more. One piece on top of it stays
below what a socket (64 KiB) and a bent transport hold back their writer at: each would hold back
the same writer, who takes that for a fault.
"""
_TICK_SECONDS = 0.02
_LOOK_SECONDS = 0.25
_HEADER_END = b"\r\n\r\n"


class BentTransport(asyncio.Transport):
    """Stands between an HTTP answer and its socket; headers pass, the body is bent.

    ``rate`` limits the bytes a second, ``cut_after`` closes after so many bytes of the body,
    ``still_after`` and ``still_seconds`` send nothing for a while after so many bytes. One may
    stand on another: all of them bend the answer.
    """

    def __init__(
        self,
        real: asyncio.Transport,
        protocol: asyncio.BaseProtocol,
        *,
        rate: float | None = None,
        cut_after: int | None = None,
        still_after: int | None = None,
        still_seconds: float = 0.0,
    ) -> None:
        super().__init__()
        self._real = real
        self._protocol = cast("asyncio.Protocol", protocol)
        self._loop = asyncio.get_running_loop()
        self._rate = rate
        self._cut_after = cut_after
        self._still_after = still_after
        self._still_seconds = still_seconds
        self._waiting: deque[memoryview] = deque()
        self._waiting_bytes = 0
        self._body_bytes: int | None = None
        self._head = b""
        self._still_until = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._paused = False
        self._closing = False

    def write(self, data: Any) -> None:
        """Take bytes of the answer; what may not go yet waits, and the writer is held back."""
        if self._closing:
            return
        body = self._pass_headers(bytes(data))
        if not body:
            return
        self._waiting.append(memoryview(body))
        self._waiting_bytes += len(body)
        if self._timer is None:
            self._pump()
        if self._waiting_bytes > _HIGH_WATER and not self._paused:
            self._paused = True
            self._protocol.pause_writing()

    def writelines(self, list_of_data: Iterable[Any]) -> None:
        """Take several pieces as one."""
        self.write(b"".join(list_of_data))

    def close(self) -> None:
        """Close once everything that waits has gone."""
        self._closing = True
        if not self._waiting:
            self._real.close()

    def abort(self) -> None:
        """Drop the connection with everything that waits."""
        self._closing = True
        self._waiting.clear()
        self._real.abort()

    def is_closing(self) -> bool:
        """Whether no more may be written."""
        return self._closing or self._real.is_closing()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        """Return what the real transport knows."""
        return self._real.get_extra_info(name, default)

    def pause_reading(self) -> None:
        """Stop reading from the real transport."""
        self._real.pause_reading()

    def resume_reading(self) -> None:
        """Go on reading from the real transport."""
        self._real.resume_reading()

    def is_reading(self) -> bool:
        """Whether the real transport reads."""
        return self._real.is_reading()

    def get_write_buffer_size(self) -> int:
        """Return how many bytes wait here and in the real transport."""
        return self._waiting_bytes + self._real.get_write_buffer_size()

    def _pass_headers(self, data: bytes) -> bytes:
        """Send the header part on at once and return what follows it."""
        if self._body_bytes is not None:
            return data
        self._head += data
        end = self._head.find(_HEADER_END)
        if end < 0:
            return b""
        end += len(_HEADER_END)
        self._real.write(self._head[:end])
        self._body_bytes = 0
        return self._head[end:]

    def _pump(self) -> None:
        """Send what may go now, and come back for the rest."""
        self._timer = None
        budget = int(self._rate * _TICK_SECONDS) + 1 if self._rate else None
        while self._waiting and not self._real.is_closing():
            if self._stands_still():
                return
            if self._real.get_write_buffer_size() >= _FULL_BYTES:
                self._timer = self._loop.call_later(_TICK_SECONDS, self._pump)
                return
            piece = self._waiting.popleft()
            room = self._room(budget)
            sent, rest = piece[:room], piece[room:]
            if rest:
                self._waiting.appendleft(rest)
            self._real.write(sent)
            self._waiting_bytes -= len(sent)
            self._body_bytes = (self._body_bytes or 0) + len(sent)
            if self._cut_after is not None and self._body_bytes >= self._cut_after:
                self._waiting.clear()
                self._closing = True
                self._real.close()
                return
            if budget is not None:
                budget -= len(sent)
                if budget <= 0:
                    self._timer = self._loop.call_later(_TICK_SECONDS, self._pump)
                    return
        if self._paused and self._waiting_bytes <= _HIGH_WATER // 2:
            self._paused = False
            self._protocol.resume_writing()
        if self._closing and not self._waiting:
            self._real.close()

    def _stands_still(self) -> bool:
        if self._still_after is None or (self._body_bytes or 0) < self._still_after:
            return False
        now = self._loop.time()
        if not self._still_until:
            self._still_until = now + self._still_seconds
        if now >= self._still_until:
            self._still_after = None
            return False
        # looking again now and then finds out that the client has gone
        wait = min(self._still_until - now, _LOOK_SECONDS)
        self._timer = self._loop.call_later(wait, self._pump)
        return True

    def _room(self, budget: int | None) -> int:
        """Return how many bytes may go before the next thing happens."""
        sent = self._body_bytes or 0
        limits = [
            limit - sent for limit in (self._cut_after, self._still_after) if limit is not None
        ]
        if budget is not None:
            limits.append(budget)
        return max(min([_PIECE_BYTES, *limits]), 0)
