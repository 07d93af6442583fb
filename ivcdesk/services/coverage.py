"""What each day of UTC+8 held, of any channel: remembered, read from the disk, or asked for.

Every day is asked for by itself, so that one that can't be had never hides the others. Days that
are over are kept for good; of the day that still runs only its end is asked for again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from ivcdesk.api import CloudClient, InvalidRequest, IvcError, NotFound, Priority
from ivcdesk.api.actions import ChannelId, ControlRecordTimeline, DescribeRecordFile
from ivcdesk.domain.coverage import TIDY, Source, Untidy, tidied
from ivcdesk.domain.days import cloud_day, day_interval
from ivcdesk.domain.intervals import Interval, Intervals, clip, normalise, union
from ivcdesk.services.coverage_queue import DayQueue, Wish
from ivcdesk.services.directory import Directory
from ivcdesk.services.store import Day, Store

SETTLED = 600.0  # s after its end until a day is taken as finished
RUNNING_FRESH = 15.0  # s that an answer about an unfinished day is good for
FINISHED_FRESH = {Source.CLOUD: float("inf"), Source.DEVICE: 6 * 3600.0}  # s; devices overwrite
CLOCK_SLACK = 60.0  # s that the known difference to the cloud's clock may have changed by
TAIL = 120.0  # s before its last known end from which a running day is asked for again
AT_ONCE = {Source.CLOUD: 8, Source.DEVICE: 12}  # days asked for at once; of one device, one
CUT_OFF = 50  # a device that lists so many pieces may have left out the rest
CUT_OFF_GAP = 120.0  # s that such a list must end early by to be asked for the rest
CONTINUATIONS = 40  # how often a device is asked for the rest

Key = tuple[ChannelId, Source, date]
Listener = Callable[[ChannelId, Source, date], object]


@dataclass(frozen=True, slots=True)
class Problem:
    """A part of a coverage that could not be had; what was known of it before is shown."""

    source: Source
    day: date
    error: IvcError


@dataclass(slots=True)
class Part:
    """One source's share of a coverage while it is put together."""

    spans: list[Interval] = field(default_factory=list)
    archived: bool = False
    kept: bool = True
    faults: Untidy = TIDY
    problems: list[Problem] = field(default_factory=list)

    def add(self, held: Day) -> None:
        """Add what a day held."""
        self.spans += held.spans
        self.archived = self.archived or held.archived
        self.faults |= held.faults


@dataclass(slots=True, eq=False)
class _Question:
    """A day that is being asked for; one serves everybody, and outlives each of them.

    ``left`` once the request is out, ``replaced`` where the user could not wait for its turn.
    """

    priority: Priority
    left: bool = False
    replaced: bool = False
    task: asyncio.Task[Day] = field(init=False)


class RecordedDays:
    """The recorded days of all channels of an account. Days are of UTC+8."""

    def __init__(
        self, client: CloudClient, directory: Directory, store: Store | None, scope: str
    ) -> None:
        self._client = client
        self._directory = directory
        self._store = store
        self._scope = scope
        self._days: dict[Key, Day] = {}
        self._asking: dict[Key, _Question] = {}
        self._listeners: list[Listener] = []
        self._turns = {source: asyncio.Semaphore(most) for source, most in AT_ONCE.items()}
        self._queue = DayQueue(self._fill_one, self.user_waits)

    @property
    def now(self) -> float:
        """The cloud's time, in seconds since the epoch."""
        return self._client.clock.time()

    def user_waits(self) -> bool:
        """Whether the user waits for an answer about recordings."""
        return any(each.priority is Priority.USER for each in self._asking.values())

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(channel_id, source, day)`` for each day that became known.

        It ends when the returned function is called.
        """
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def known(self, channel_id: ChannelId, source: Source, day: date) -> Day | None:
        """Return what is remembered of a day, however old, or None."""
        return self._days.get((channel_id, source, day))

    async def all_known(
        self, channel_id: ChannelId, first: date, last: date
    ) -> dict[tuple[Source, date], Day]:
        """Return every day from ``first`` to ``last`` that memory or disk knows well enough.

        It asks nobody, and may span years: what is not known is left out.
        """
        found: dict[tuple[Source, date], Day] = {}
        for source in Source:
            await self.recall(channel_id, source, [first, last])
            for (channel, kind, day), held in self._days.items():
                mine = channel == channel_id and kind is source and first <= day <= last
                if mine and self._fresh((channel_id, source, day)) is not None:
                    found[source, day] = held
        return found

    async def recall(self, channel_id: ChannelId, source: Source, days: Sequence[date]) -> None:
        """Bring days to mind that the disk has kept; it asks nobody."""
        missing = [day for day in days if (channel_id, source, day) not in self._days]
        if self._store is None or not missing:
            return
        first, last = min(missing), max(missing)
        kept = await self._store.days(self._scope, channel_id, source, first, last)
        for day, held in kept.items():
            self._days.setdefault((channel_id, source, day), held)

    def fill(
        self,
        channels: Iterable[ChannelId],
        days: Iterable[date],
        sources: Iterable[Source],
        *,
        behind: bool = False,
    ) -> None:
        """Have days asked for in the background, in this order, before those wished for earlier.

        With ``behind``, after them. All channels' first days come first. They are asked for slowly
        and never while the user waits; :meth:`subscribe` tells of each.
        """
        which, places = tuple(channels), tuple(sources)
        wishes = [
            Wish(channel_id, source, day)
            for day in days
            for channel_id in which
            for source in places
        ]
        self._queue.put(wishes, behind=behind)

    @property
    def filling(self) -> bool:
        """Whether anything is asked for in the background, or waits for its turn."""
        return self._queue.busy

    async def filled(self) -> None:
        """Wait until the background has asked for everything that was wished for."""
        await self._queue.emptied()

    def unfill(self, channels: Iterable[ChannelId] | None = None) -> None:
        """Give up what waits in the background: of some channels, or all of it."""
        self._queue.drop(channels)

    async def forget(self, channel_id: ChannelId, days: Sequence[date]) -> None:
        """Ask for these days again when they are wanted next: something has changed them."""
        for day in days:
            for source in Source:
                self._days.pop((channel_id, source, day), None)
        if self._store is not None and days:
            await self._store.forget_days(self._scope, channel_id, min(days), max(days))

    async def close(self) -> None:
        """End every question that is still under way."""
        await self._queue.close()
        tasks = [question.task for question in self._asking.values()]
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def remembered(self, channel_id: ChannelId, source: Source, days: Sequence[date]) -> Part:
        """Return what memory and disk hold of some days; it asks nobody."""
        part = Part()
        await self.recall(channel_id, source, days)
        for day in days:
            if (held := self._days.get((channel_id, source, day))) is not None:
                part.add(held)
        return part

    async def part(
        self,
        channel_id: ChannelId,
        source: Source,
        days: Sequence[date],
        priority: Priority = Priority.USER,
    ) -> Part:
        """Return what one place holds of some days, asking where that isn't known well enough."""
        part = Part()
        await self.recall(channel_id, source, days)
        if source is Source.DEVICE:
            await self._add_device(part, channel_id, days, priority)
            return part

        async def one(day: date) -> None:
            if self._fresh((channel_id, source, day)) is None:
                async with self._turns[source]:
                    await self._add(part, channel_id, source, day, priority)
            else:
                await self._add(part, channel_id, source, day, priority)

        await asyncio.gather(*(one(day) for day in days))
        return part

    async def day(
        self,
        channel_id: ChannelId,
        source: Source,
        day: date,
        priority: Priority = Priority.USER,
    ) -> Day:
        """Return what a day held, asking where that isn't known well enough. Raises IvcError."""
        key = channel_id, source, day
        while True:
            known = self._fresh(key)
            if known is not None:
                return known
            question = self._asking.get(key)
            if question is not None and priority < question.priority and not question.left:
                # It would wait in the background's lane: the user's own goes first.
                question.replaced = True
                question.task.cancel()
                question = None
            if question is None:
                question = self._begin(key, priority)
            try:
                return await asyncio.shield(question.task)
            except asyncio.CancelledError:
                if not question.replaced or _cancelled():
                    raise

    async def _add_device(
        self, part: Part, channel_id: ChannelId, days: Sequence[date], priority: Priority
    ) -> None:
        for day in reversed(days):
            if part.problems or not part.kept:
                # It will not answer for the other days either: show what is known of them.
                if known := self._days.get((channel_id, Source.DEVICE, day)):
                    part.add(known)
                continue
            if self._fresh((channel_id, Source.DEVICE, day)) is None:
                async with self._turns[Source.DEVICE]:
                    await self._add(part, channel_id, Source.DEVICE, day, priority)
            else:
                await self._add(part, channel_id, Source.DEVICE, day, priority)

    async def _add(
        self, part: Part, channel_id: ChannelId, source: Source, day: date, priority: Priority
    ) -> None:
        held: Day | None
        try:
            held = await self.day(channel_id, source, day, priority)
        except InvalidRequest as error:
            held = None
            if keeps_nothing(source, error):
                part.kept = False
            else:
                part.problems.append(Problem(source, day, error))
        except IvcError as error:
            held = self._days.get((channel_id, source, day))
            part.problems.append(Problem(source, day, error))
        if held is not None:
            part.add(held)

    async def _fill_one(self, wish: Wish) -> None:
        await self.recall(wish.channel_id, wish.source, [wish.day])
        await self.day(wish.channel_id, wish.source, wish.day, Priority.BACKGROUND)

    def _fresh(self, key: Key) -> Day | None:
        """Return what is known of a day if that is good enough."""
        _, source, day = key
        known = self._days.get(key)
        if known is None:
            return None
        was_finished = day_interval(day).end + SETTLED < known.asked
        good_for = FINISHED_FRESH[source] if was_finished else RUNNING_FRESH
        return known if -CLOCK_SLACK < self.now - known.asked < good_for else None

    def _begin(self, key: Key, priority: Priority) -> _Question:
        question = _Question(priority)
        _, source, day = key
        question.task = asyncio.get_running_loop().create_task(
            self._ask(key, question), name=f"recordings.{source.value}.{day}"
        )
        self._asking[key] = question
        question.task.add_done_callback(lambda _done: self._on_asked(key, question))
        return question

    async def _ask(self, key: Key, question: _Question) -> Day:
        channel_id, source, day = key
        now = self.now
        whole = day_interval(day)
        known = self._days.get(key)
        begin, before = _tail(known, whole)
        asked = Interval(begin, min(whole.end, now))
        archived, faults = False, TIDY
        told: Sequence[tuple[float, float]]
        if source is Source.CLOUD:
            told, archived = await self._ask_cloud(channel_id, asked, question)
        else:
            told, faults = await self._ask_device(channel_id, asked, question)
        if before and known is not None:
            archived, faults = archived or known.archived, faults | known.faults
        # A stretch that lasts to the last second asked for lasts to midnight.
        reaching = ((s, whole.end if e >= whole.end - 1 else e) for s, e in told)
        spans = union(before, clip(normalise(reaching), whole))
        held = Day(spans, archived, now, faults)
        self._days[key] = held
        if self._store is not None:
            await self._store.keep_day(self._scope, channel_id, source, day, held)
        for listener in tuple(self._listeners):
            listener(channel_id, source, day)
        return held

    async def _ask_cloud(
        self, channel_id: ChannelId, asked: Interval, question: _Question
    ) -> tuple[list[tuple[float, float]], bool]:
        device = self._directory.device_of(channel_id)
        if device is None:
            raise NotFound("ResourceNotFound", "no device has this channel")
        answer = await self._client.call(
            DescribeRecordFile(
                device_id=device.device_id,
                channel_id=channel_id,
                start_time=int(asked.start),
                end_time=last_second(asked),
            ),
            region=self._directory.region_of(channel_id),
            priority=question.priority,
            on_left=lambda: _on_left(question),
        )
        return [(each.begin, each.end) for each in answer.data.list_], answer.data.tips == 1

    async def _ask_device(
        self, channel_id: ChannelId, asked: Interval, question: _Question
    ) -> tuple[Intervals, Untidy]:
        """Return a device's list, put right; where it seems cut off, the rest of it too."""
        count, spans, faults = await self._ask_device_once(channel_id, asked, question)
        for _ in range(CONTINUATIONS):
            if count < CUT_OFF or not spans or spans[-1].end > asked.end - CUT_OFF_GAP:
                break
            rest = Interval(spans[-1].end, asked.end)
            count, more, wrong = await self._ask_device_once(channel_id, rest, question)
            if not more:
                break
            spans, faults = union(spans, more), faults | wrong | Untidy.INCOMPLETE
        return spans, faults

    async def _ask_device_once(
        self, channel_id: ChannelId, asked: Interval, question: _Question
    ) -> tuple[int, Intervals, Untidy]:
        answer = await self._client.call(
            ControlRecordTimeline(
                channel_id=channel_id,
                start=int(asked.start),
                end=last_second(asked),
            ),
            region=self._directory.region_of(channel_id),
            priority=question.priority,
            on_left=lambda: _on_left(question),
            gives_way=question.priority is Priority.BACKGROUND,
        )
        spans, faults = tidied(((each.begin, each.end) for each in answer.data), asked)
        return len(answer.data), spans, faults

    def _on_asked(self, key: Key, question: _Question) -> None:
        if self._asking.get(key) is question:
            del self._asking[key]
        if not question.task.cancelled():
            question.task.exception()  # whoever waits has it; that nobody does is no error
        self._queue.nudge()


def keeps_nothing(source: Source, error: IvcError) -> bool:
    """Whether an error says that a device has no storage that the cloud can reach."""
    return source is Source.DEVICE and str(getattr(error, "code", "")).endswith(
        "UnSupportedAccessType"
    )


def last_second(interval: Interval) -> int:
    """Return the end to ask for: the midnight after a day would be another day's first second."""
    start, end = int(interval.start), int(interval.end)
    if cloud_day(end) != cloud_day(start):
        end -= 1
    return max(end, start + 1)


def _tail(known: Day | None, whole: Interval) -> tuple[float, Intervals]:
    """Return from when on a day is to be asked for, and what is known of it before that.

    A camera whose clock is ahead may have listed what is still to come: that is asked for again.
    """
    if known is None or not known.spans or whole.end + SETTLED < known.asked:
        return whole.start, ()
    begin = max(whole.start, min(known.spans[-1].end, known.asked) - TAIL)
    return begin, clip(known.spans, Interval(whole.start, begin))


def _on_left(question: _Question) -> None:
    question.left = True


def _cancelled() -> bool:
    """Whether the running task itself was cancelled, not what it waits for."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
