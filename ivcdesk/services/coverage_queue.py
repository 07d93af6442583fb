"""Asks for recorded days in the background: a few a second, and never while the user waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from ivcdesk.api import (
    AuthError,
    Forbidden,
    InvalidRequest,
    IvcError,
    Preempted,
    RateLimited,
    TransportError,
)
from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.coverage import Source

SPACING = 0.26  # s between two questions of a kind: the user keeps 16 of the 20 turns of a second
AT_ONCE = {Source.CLOUD: 2, Source.DEVICE: 3}  # questions under way; of a device's channel one
REST = 5.0  # s without a question after one that nobody could have answered
PATIENCE = 0.25  # s between two looks at whether the user still waits


class Wish(NamedTuple):
    """One day of one channel, in one place."""

    channel_id: ChannelId
    source: Source
    day: date


class DayQueue:
    """The days that are wished for; the latest wishes go first, each in its own order.

    ``ask`` asks for one day and raises IvcError, ``held_up`` tells whether the user waits.
    A device that does not answer for one day is not asked for its other days.
    """

    def __init__(
        self, ask: Callable[[Wish], Awaitable[object]], held_up: Callable[[], bool]
    ) -> None:
        self._ask = ask
        self._held_up = held_up
        self._wishes: dict[Wish, None] = {}
        self._under_way: dict[Wish, asyncio.Task[None]] = {}
        self._running: asyncio.Task[None] | None = None
        self._stirred = asyncio.Event()
        self._next_at = dict.fromkeys(Source, 0.0)
        self._closed = False

    @property
    def busy(self) -> bool:
        """Whether anything is asked for or waits."""
        return bool(self._wishes or self._under_way)

    def put(self, wishes: Sequence[Wish], *, behind: bool = False) -> None:
        """Wish for days before all that were wished for earlier, or ``behind`` them."""
        fresh = dict.fromkeys(wish for wish in wishes if wish not in self._under_way)
        if behind:
            self._wishes |= {wish: None for wish in fresh if wish not in self._wishes}
        else:
            self._wishes = fresh | {wish: None for wish in self._wishes if wish not in fresh}
        if self._wishes and not self._closed and self._running is None:
            self._running = asyncio.get_running_loop().create_task(
                self._run(), name="recordings.fill"
            )
        self.nudge()

    def drop(self, channels: Iterable[ChannelId] | None = None) -> None:
        """Wish no more for the days of some channels, or for any."""
        gone = None if channels is None else frozenset(channels)
        self._wishes = {
            wish: None for wish in self._wishes if gone is not None and wish.channel_id not in gone
        }
        self.nudge()

    def nudge(self) -> None:
        """Look again at whose turn it is."""
        self._stirred.set()

    async def emptied(self) -> None:
        """Wait until nothing is wished for any more."""
        if self._running is not None:
            await asyncio.shield(self._running)

    async def close(self) -> None:
        """Ask for nothing more."""
        self._closed = True
        self._wishes.clear()
        tasks = [*self._under_way.values(), *([self._running] if self._running else [])]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self.busy:
                self._stirred.clear()
                pause = self._pump(loop.time())
                try:
                    async with asyncio.timeout(pause):
                        await self._stirred.wait()
                except TimeoutError:
                    continue
        finally:
            self._running = None

    def _pump(self, now: float) -> float | None:
        """Begin what may begin; return after how many seconds to look again, None for a nudge."""
        if self._held_up():
            return PATIENCE
        pauses: list[float] = []
        for source in Source:
            wish = self._next(source)
            if wish is None:
                continue
            if now >= self._next_at[source]:
                self._next_at[source] = now + SPACING
                self._begin(wish)
            pauses.append(max(self._next_at[source] - now, 0.001))
        return min(pauses, default=None)

    def _next(self, source: Source) -> Wish | None:
        asked = [wish for wish in self._under_way if wish.source is source]
        if len(asked) >= AT_ONCE[source]:
            return None
        channels = {wish.channel_id for wish in asked} if source is Source.DEVICE else set()
        return next(
            (w for w in self._wishes if w.source is source and w.channel_id not in channels), None
        )

    def _begin(self, wish: Wish) -> None:
        del self._wishes[wish]
        task = asyncio.get_running_loop().create_task(
            self._fill(wish), name=f"recordings.fill.{wish.day}"
        )
        self._under_way[wish] = task
        task.add_done_callback(lambda done: self._on_done(wish, done))

    async def _fill(self, wish: Wish) -> None:
        try:
            await self._ask(wish)
        except Preempted:
            self._wishes[wish] = None
        except (AuthError, Forbidden):
            self._wishes.clear()
        except (TransportError, RateLimited):
            self._wishes[wish] = None
            later = asyncio.get_running_loop().time() + REST
            self._next_at = dict.fromkeys(Source, later)
        except InvalidRequest:
            self._leave_alone(wish)
        except IvcError:
            if wish.source is Source.DEVICE:
                self._leave_alone(wish)

    def _leave_alone(self, silent: Wish) -> None:
        """Wish no more for what the same device would not tell either."""
        self._wishes = {
            wish: None
            for wish in self._wishes
            if (wish.channel_id, wish.source) != (silent.channel_id, silent.source)
        }

    def _on_done(self, wish: Wish, task: asyncio.Task[None]) -> None:
        self._under_way.pop(wish, None)
        if not task.cancelled() and (error := task.exception()) is not None:
            task.get_loop().call_exception_handler(
                {"message": "a day could not be filled", "exception": error, "task": task}
            )
        self.nudge()
