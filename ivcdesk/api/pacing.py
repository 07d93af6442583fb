"""Who may send when: the cloud's rate limit per action and region, and one query per channel."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

from ivcdesk.api.errors import Preempted

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

LIMIT = 20  # calls per second of one action in one region, by the reference
WINDOW = 1.05  # s: a request that travelled fast must not catch up with one that travelled slowly
RESERVED = 4  # of the limit, what background calls leave free for the user
PATIENCE = 0.05  # s that the user waits for a background query before it is given up
SHARE = 10  # of so many turns in a row, one goes to the background when it waits


class Priority(IntEnum):
    """Who waits for the answer."""

    USER = 0
    BACKGROUND = 1


class Throttled(NamedTuple):
    """The cloud throttled all the same: calls of ``action`` rest for ``seconds``."""

    action: str
    region: str
    seconds: float


class Waiters:
    """Futures that wait for a turn: the user's before the background's, each in order of arrival.

    The background gets one turn in ``SHARE`` while the user keeps coming, so that it never starves.
    """

    def __init__(self) -> None:
        self._queues: dict[Priority, deque[asyncio.Future[None]]] = {
            priority: deque() for priority in Priority
        }
        self._user_turns = 0

    def join(self, priority: Priority) -> asyncio.Future[None]:
        """Add a future to the queue."""
        future = asyncio.get_running_loop().create_future()
        self._queues[priority].append(future)
        return future

    def head(self) -> Priority | None:
        """Return whose turn comes next, or None where nobody waits."""
        for queue in self._queues.values():
            while queue and queue[0].done():
                queue.popleft()
        waiting = [priority for priority, queue in self._queues.items() if queue]
        if not waiting:
            return None
        return max(waiting) if self.background_due else min(waiting)

    def wanted(self, priority: Priority) -> bool:
        """Whether anybody of this priority waits."""
        return any(not future.done() for future in self._queues[priority])

    @property
    def background_due(self) -> bool:
        """Whether the user had so many turns in a row that the next is the background's."""
        return self._user_turns >= SHARE - 1

    def release(self) -> None:
        """Give the next one its turn."""
        priority = self.head()
        if priority is None:
            return
        self._user_turns = self._user_turns + 1 if priority is Priority.USER else 0
        self._queues[priority].popleft().set_result(None)


class Turn:
    """One permitted request; its second begins when :meth:`sent` says that it left."""

    __slots__ = ("_bucket", "_open")

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket
        self._open = True

    def sent(self) -> None:
        """Note that the request has left (or never will); only the first time counts."""
        if self._open:
            self._open = False
            self._bucket.departed()


class Bucket:
    """The turns of one action in one region."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._leaving = 0
        self._left: deque[float] = deque()
        self._waiters = Waiters()
        self._timer: asyncio.TimerHandle | None = None
        self._rests_until = 0.0

    async def turn(self, priority: Priority) -> Turn:
        """Wait until a request may leave."""
        if self._waiters.head() is None and self._admits(priority):
            self._leaving += 1
            return Turn(self)
        future = self._waiters.join(priority)
        self._serve()
        try:
            await future
        except asyncio.CancelledError:
            if future.done() and not future.cancelled():
                self._leaving -= 1
            self._serve()
            raise
        return Turn(self)

    def departed(self) -> None:
        """Move a turn from those that are about to leave to those that left now."""
        self._leaving -= 1
        self._left.append(self._now())
        self._serve()

    def rest(self, seconds: float) -> None:
        """Let nothing leave for a while."""
        self._rests_until = max(self._rests_until, self._now() + seconds)

    def recent(self) -> int:
        """Return how many requests left in the last second or are about to."""
        self._forget()
        return self._leaving + len(self._left)

    def _admits(self, priority: Priority) -> bool:
        whole = priority is Priority.USER or self._waiters.background_due
        limit = LIMIT if whole else LIMIT - RESERVED
        return self._now() >= self._rests_until and self.recent() < limit

    def _forget(self) -> None:
        horizon = self._now() - WINDOW
        while self._left and self._left[0] <= horizon:
            self._left.popleft()

    def _serve(self) -> None:
        while (head := self._waiters.head()) is not None and self._admits(head):
            self._leaving += 1
            self._waiters.release()
        if head is None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None
        elif self._timer is None:
            self._wake_later()

    def _wake_later(self) -> None:
        moment = self._rests_until
        if self._left:
            moment = max(moment, self._left[0] + WINDOW)
        elif moment <= self._now():
            return  # all turns are about to leave; their departure serves again
        delay = max(0.001, moment - self._now())
        self._timer = asyncio.get_running_loop().call_later(delay, self._on_wake)

    def _on_wake(self) -> None:
        self._timer = None
        self._serve()


@dataclass(slots=True, eq=False)
class _Holder:
    """The task that a channel answers now."""

    task: asyncio.Task[object] | None
    gives_way: bool
    timer: asyncio.TimerHandle | None = None
    given_up: bool = False

    def give_up(self) -> None:
        """Take the channel away; the task is told by ``Preempted``."""
        if self.task is not None:
            self.given_up = True
            self.task.cancel()


class Channels:
    """Lets each channel answer one device-bound query at a time.

    A query that gives way is given up where the user waits longer than ``PATIENCE`` behind it: a
    device may take seconds to list what it has recorded.
    """

    def __init__(self) -> None:
        self._busy: dict[str, Waiters] = {}
        self._holders: dict[str, _Holder] = {}

    @asynccontextmanager
    async def alone(
        self, channel: str, priority: Priority, *, gives_way: bool = False
    ) -> AsyncIterator[None]:
        """Hold the channel while the block runs. Raises Preempted where it gives way."""
        waiters = self._busy.get(channel)
        if waiters is None:
            self._busy[channel] = Waiters()
        else:
            future = waiters.join(priority)
            self._hurry(channel)
            try:
                await future
            except asyncio.CancelledError:
                if future.done() and not future.cancelled():
                    self._free(channel)
                raise
        holder = self._holders[channel] = _Holder(asyncio.current_task(), gives_way)
        self._hurry(channel)
        try:
            yield
        except asyncio.CancelledError:
            if holder.given_up and holder.task is not None and not holder.task.uncancel():
                raise Preempted("the user wanted the device") from None
            raise
        finally:
            if holder.timer is not None:
                holder.timer.cancel()
            del self._holders[channel]
            self._free(channel)

    def _hurry(self, channel: str) -> None:
        """Have a query that gives way given up soon, where the user waits behind it."""
        holder = self._holders.get(channel)
        if holder is None or not holder.gives_way or holder.timer is not None:
            return
        if self._busy[channel].wanted(Priority.USER):
            loop = asyncio.get_running_loop()
            holder.timer = loop.call_later(PATIENCE, holder.give_up)

    def _free(self, channel: str) -> None:
        waiters = self._busy[channel]
        if waiters.head() is None:
            del self._busy[channel]
        else:
            waiters.release()


class Pacing:
    """The client's sense of measure. ``limit`` is the cloud's, per action, region and second."""

    limit = LIMIT

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self.channels = Channels()
        self._now = now
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._listeners: list[Callable[[Throttled], None]] = []

    async def turn(self, action: str, region: str, priority: Priority) -> Turn:
        """Wait until ``action`` may be sent to ``region``; the turn must be marked as sent."""
        return await self._bucket(action, region).turn(priority)

    def used(self, region: str) -> int:
        """Return the highest count of calls of one action in the last second."""
        return max(
            (bucket.recent() for (_, where), bucket in self._buckets.items() if where == region),
            default=0,
        )

    def throttled(self, action: str, region: str, seconds: float) -> None:
        """Rest after the cloud throttled (another client of the same account calls too)."""
        self._bucket(action, region).rest(seconds)
        for listener in tuple(self._listeners):
            listener(Throttled(action, region, seconds))

    def subscribe(self, listener: Callable[[Throttled], None]) -> Callable[[], None]:
        """Tell ``listener`` when the cloud throttles, until the returned function is called."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def _bucket(self, action: str, region: str) -> Bucket:
        key = (action, region)
        bucket = self._buckets.get(key)
        if bucket is None:
            bucket = self._buckets[key] = Bucket(self._now)
        return bucket
