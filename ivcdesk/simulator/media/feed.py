"""A running stream handed out in the event loop: to each viewer its own queue."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable

from ivcdesk.simulator.media.encoder import Format, Unit
from ivcdesk.simulator.media.source import CameraFacts

_BACKLOG_SECONDS = 5.0
_RATE_MS, _RATE_LEAST_MS = 4000, 1000


class Viewer:
    """One listener's queue; it is cut to the next key frame where it falls behind."""

    def __init__(self, limit: int) -> None:
        self._queue: deque[tuple[Unit, bytes]] = deque()
        self._limit = limit
        self._arrived = asyncio.Event()
        self._skipping = False
        self._ended = False
        self.dropped = 0

    def push(self, unit: Unit, tag: bytes) -> None:
        """Add a picture."""
        if len(self._queue) >= self._limit:
            self.dropped += len(self._queue)
            self._queue.clear()
            self._skipping = True
        if self._skipping and not unit.key:
            self.dropped += 1
            return
        self._skipping = False
        self._queue.append((unit, tag))
        self._arrived.set()

    def discard(self) -> None:
        """Forget what is queued."""
        self._queue.clear()

    def end(self) -> None:
        """Let the viewer have what is queued, and then nothing more."""
        self._ended = True
        self._arrived.set()

    def cut(self) -> None:
        """End at once."""
        self._queue.clear()
        self.end()

    async def next(self, seconds: float) -> list[tuple[Unit, bytes]] | None:
        """Return what has arrived, nothing after ``seconds``, or None at the end."""
        if not self._queue and not self._ended:
            self._arrived.clear()
            # This happens with every picture of every viewer: a timer alone is a quarter of the
            # work of a time limit.
            timer = asyncio.get_running_loop().call_later(seconds, self._arrived.set)
            try:
                await self._arrived.wait()
            finally:
                timer.cancel()
        if not self._queue:
            return None if self._ended else []
        taken = list(self._queue)
        self._queue.clear()
        return taken


class Feed:
    """A running stream and who watches it; whoever makes the pictures calls ``publish``."""

    def __init__(self, facts: CameraFacts, on_end: Callable[[], None]) -> None:
        self.facts = facts
        self.viewers: set[Viewer] = set()
        self.gop: list[tuple[Unit, bytes]] = []
        self.units_made = 0
        self._sizes: deque[tuple[int, int]] = deque()
        self._on_end = on_end
        self._ended = False
        self._loop = asyncio.get_running_loop()
        self._format: asyncio.Future[Format] = self._loop.create_future()
        self._gop_listeners: list[Callable[[list[Unit]], None]] = []

    @property
    def ended(self) -> bool:
        """Whether no more pictures will come."""
        return self._ended

    async def format(self) -> Format:
        """Return the stream's format, known as soon as the first picture is."""
        return await asyncio.shield(self._format)

    @property
    def rate(self) -> float | None:
        """What the stream carried in its last seconds, in kbit/s; None before there is enough."""
        if not self._sizes or self._sizes[-1][0] - self._sizes[0][0] < _RATE_LEAST_MS:
            return None
        # the first one only marks where the time begins
        sizes = sum(size for _, size in self._sizes) - self._sizes[0][1]
        return sizes * 8 / (self._sizes[-1][0] - self._sizes[0][0])

    def join(self) -> Viewer:
        """Add a viewer, who gets the pictures since the last key frame at once."""
        rate = self.facts.fps + (25 if self.facts.sound else 0)
        viewer = Viewer(round(rate * _BACKLOG_SECONDS))
        for unit, tag in self.gop:
            viewer.push(unit, tag)
        if self.ended:
            viewer.end()
        self.viewers.add(viewer)
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """Take a viewer away."""
        self.viewers.discard(viewer)

    def on_gop(self, listener: Callable[[list[Unit]], None]) -> None:
        """Call ``listener`` with each closed group of pictures."""
        self._gop_listeners.append(listener)

    def off_gop(self, listener: Callable[[list[Unit]], None]) -> None:
        """Call ``listener`` no more."""
        if listener in self._gop_listeners:
            self._gop_listeners.remove(listener)

    def publish(self, unit: Unit, tag: bytes) -> None:
        """Hand a picture or a frame of sound to everybody."""
        if unit.key:
            if self.gop:
                group = [kept for kept, _ in self.gop]
                for listener in list(self._gop_listeners):
                    listener(group)
            self.gop = []
        self.gop.append((unit, tag))
        self.units_made += 1
        self._sizes.append((unit.ms, len(tag)))
        while self._sizes[0][0] < unit.ms - _RATE_MS:
            self._sizes.popleft()
        for viewer in self.viewers:
            viewer.push(unit, tag)

    def stop(self, *, abruptly: bool = False) -> None:
        """Make no more pictures and end all viewers, at once or when they have seen the rest."""
        if not self._ended:
            self._ended = True
            self._on_end()
        self.dismiss(abruptly=abruptly)

    def dismiss(self, *, abruptly: bool = True) -> None:
        """End all who watch now."""
        for viewer in self.viewers:
            if abruptly:
                viewer.cut()
            else:
                viewer.end()
