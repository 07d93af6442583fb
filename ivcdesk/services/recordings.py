"""What was recorded in the cloud and on devices, and how to play it.

Questions are asked per day of UTC+8, as the cloud wants them. A part that can't be had never
hides the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from ivcdesk.api import CloudClient, IvcError, NotFound, Priority
from ivcdesk.api.actions import (
    ChannelId,
    ControlRecord,
    DescribeRecordPlaybackUrl,
    DescribeRecordSlice,
    PlanId,
    PlayRecord,
    RecordCommand,
    SessionId,
)
from ivcdesk.domain.coverage import TIDY, Source, Untidy
from ivcdesk.domain.days import cloud_day, day_interval, split_days
from ivcdesk.domain.intervals import (
    Interval,
    Intervals,
    at,
    clip,
    next_start,
    normalise,
    previous_end,
)
from ivcdesk.services.coverage import (
    Listener,
    Part,
    Problem,
    RecordedDays,
    last_second,
)
from ivcdesk.services.directory import Directory
from ivcdesk.services.plan_hours import PlanHours
from ivcdesk.services.store import Store

__all__ = ["Coverage", "NothingRecorded", "Playable", "Problem", "Recordings"]

BEFORE = 900.0  # s that a playable reaches back from the moment asked for, so that one can rewind
AFTER = 3 * 3600.0  # s that it reaches on
CLOSE_SECONDS = 3.0  # what closing a session may take at the end

_NO_SESSION = SessionId("")
_ALL = frozenset(Source)


class NothingRecorded(IvcError):
    """Nothing is recorded at the moment asked for; where the recordings around it are.

    ``previous_end`` and ``next_start`` are seconds since the epoch within the same day of UTC+8,
    None where there are none.
    """

    def __init__(
        self, source: Source, moment: float, spans: Sequence[Interval], *, action: str = ""
    ) -> None:
        super().__init__("nothing is recorded at this moment", action=action)
        self.source = source
        self.moment = moment
        self.previous_end = previous_end(spans, moment)
        self.next_start = next_start(spans, moment)


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is recorded within a window, in the cloud and on the device.

    ``archived``: some of it lies in the cloud's archive and must be retrieved to be played.
    ``keeps_device``: False where the device has no storage that the cloud can reach. ``faults`` is
    what was wrong with the device's lists before they were put right.
    """

    cloud: tuple[Interval, ...]
    device: tuple[Interval, ...]
    archived: bool = False
    keeps_device: bool = True
    problems: tuple[Problem, ...] = ()
    faults: Untidy = TIDY


@dataclass(frozen=True, slots=True)
class Playable:
    """A recording that can be played. ``url`` is signed, so it is a secret."""

    kind: Source
    channel_id: ChannelId
    interval: Interval
    url: str = field(repr=False)
    session_id: SessionId = _NO_SESSION


class Told(NamedTuple):
    """What one place holds of one channel, as soon as that is known."""

    channel_id: ChannelId
    source: Source
    coverage: Coverage


class Recordings:
    """The recordings of all channels of an account; days that are over are remembered."""

    def __init__(
        self,
        client: CloudClient,
        directory: Directory,
        *,
        store: Store | None = None,
        scope: str = "",
    ) -> None:
        self._client = client
        self._directory = directory
        self.days = RecordedDays(client, directory, store, scope)
        self.hours = PlanHours(client, directory)
        self._open: dict[SessionId, Playable] = {}

    async def coverage(
        self,
        channel_id: ChannelId,
        window: Interval,
        *,
        sources: Collection[Source] = _ALL,
        priority: Priority = Priority.USER,
    ) -> Coverage:
        """Tell what is recorded between two moments (seconds since the epoch); raises nothing.

        ``sources`` leaves one out, so that nobody waits for a device to see the cloud's share.
        """
        window, days = self._days_of(window)
        cloud, device = await asyncio.gather(
            self.days.part(channel_id, Source.CLOUD, days, priority)
            if Source.CLOUD in sources
            else _nothing(),
            self.days.part(channel_id, Source.DEVICE, days, priority)
            if Source.DEVICE in sources
            else _nothing(),
        )
        return _coverage(cloud, device, window)

    async def remembered(self, channel_id: ChannelId, window: Interval) -> Coverage:
        """Tell what memory and disk know of a window; it asks nobody."""
        window, days = self._days_of(window)
        cloud = await self.days.remembered(channel_id, Source.CLOUD, days)
        device = await self.days.remembered(channel_id, Source.DEVICE, days)
        return _coverage(cloud, device, window)

    async def day(
        self,
        channels: Iterable[ChannelId],
        window: Interval,
        *,
        sources: Collection[Source] = _ALL,
    ) -> AsyncIterator[Told]:
        """Ask for a day (or any window) of several channels at once, and yield what comes first.

        What is remembered comes at once, the cloud's share before what devices have to be asked
        for. Leaving the loop drops what is still awaited; its answers are remembered all the same.
        """

        async def one(channel_id: ChannelId, source: Source) -> Told:
            found = await self.coverage(channel_id, window, sources=(source,))
            return Told(channel_id, source, found)

        loop = asyncio.get_running_loop()
        waiting = {
            loop.create_task(one(channel_id, source), name=f"recordings.day.{source.value}")
            for source in Source
            if source in sources
            for channel_id in dict.fromkeys(channels)
        }
        try:
            while waiting:
                done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    yield task.result()
        finally:
            for task in waiting:
                task.cancel()
            await asyncio.gather(*waiting, return_exceptions=True)

    def fill(
        self,
        channel_id: ChannelId | Iterable[ChannelId],
        window: Interval,
        *,
        focus: float | None = None,
        sources: Collection[Source] = _ALL,
        behind: bool = False,
    ) -> None:
        """Have the days of a window looked up in the background, those near ``focus`` first.

        Of one channel or of many; without a focus the latest come first, with ``behind`` all of
        them come after what is wished for already. :meth:`subscribe` tells of each day.
        """
        _, days = self._days_of(window)
        middle = cloud_day(focus if focus is not None else window.end)
        days.sort(key=lambda day: (abs((day - middle).days), day > middle))
        channels = (channel_id,) if isinstance(channel_id, str) else tuple(channel_id)
        places = [source for source in Source if source in sources]
        self.days.fill(channels, days, places, behind=behind)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener(channel_id, source, day)`` for each day that became known."""
        return self.days.subscribe(listener)

    async def forget(self, channel_id: ChannelId, window: Interval) -> None:
        """Ask again for the days of a window when they are wanted next: they were changed."""
        _, days = self._days_of(window)
        await self.days.forget(channel_id, days)

    async def slices(self, channel_id: ChannelId, day: date) -> Mapping[PlanId, Intervals]:
        """Return the slices that each plan recorded on a day of UTC+8. Raises IvcError."""
        whole = day_interval(day)
        asked = Interval(whole.start, min(whole.end, self._client.clock.time()))
        answer = await self._client.call(
            DescribeRecordSlice(
                channel_id=channel_id,
                start_time=int(asked.start),
                end_time=last_second(asked),
            ),
            region=self._directory.region_of(channel_id),
        )
        return {
            plan.plan_id: normalise((each.begin, each.end) for each in plan.list_)
            for plan in answer.data
        }

    async def open_cloud(
        self, channel_id: ChannelId, at_: float, *, straightened: bool = False
    ) -> Playable:
        """Open a cloud recording around a moment (seconds since the epoch).

        The playable lies within one stretch of one day. ``straightened`` has the cloud correct
        time stamps that run backwards. Raises NothingRecorded or IvcError.
        """
        span = await self._stretch(channel_id, Source.CLOUD, at_)
        interval = Interval(int(max(span.start, at_ - BEFORE)), min(span.end, at_ + AFTER))
        try:
            answer = await self._client.call(
                DescribeRecordPlaybackUrl(
                    channel_id=channel_id,
                    start_time=int(interval.start),
                    end_time=last_second(interval),
                    correct_timestamp=True if straightened else None,
                ),
                region=self._directory.region_of(channel_id),
            )
        except NotFound:
            # What was kept for good is gone: deleted, or at the end of its life.
            await self.forget(channel_id, span)
            raise
        return Playable(Source.CLOUD, channel_id, interval, answer.data.hls)

    async def open_device(
        self, channel_id: ChannelId, at_: float, *, stream: int | None = None
    ) -> Playable:
        """Open a playback session on the device that begins at a moment (seconds since the epoch).

        ``stream`` asks for the main (1) or the sub stream (2), None for the device's own choice.
        It must be closed by :meth:`close_playable`. Raises NothingRecorded or IvcError.
        """
        span = await self._stretch(channel_id, Source.DEVICE, at_)
        interval = Interval(int(at_), min(span.end, at_ + AFTER))
        answer = await self._client.call(
            PlayRecord(
                channel_id=channel_id,
                start=int(interval.start),
                end=last_second(interval),
                stream_type=stream,
            ),
            region=self._directory.region_of(channel_id),
        )
        playable = Playable(
            Source.DEVICE,
            channel_id,
            interval,
            answer.data.flv,
            answer.data.session_id,
        )
        self._open[playable.session_id] = playable
        return playable

    async def control(
        self,
        playable: Playable,
        action: RecordCommand,
        *,
        position: int | None = None,
        scale: float | None = None,
    ) -> None:
        """Steer a device session: ``position`` in seconds from its start, or a ``scale`` of speed.

        The two exclude each other. Raises IvcError.
        """
        await self._client.call(
            ControlRecord(
                channel_id=playable.channel_id,
                session=playable.session_id,
                control_action=action.value,
                position=position,
                scale=scale,
            ),
            region=self._directory.region_of(playable.channel_id),
        )

    async def close_playable(self, playable: Playable) -> None:
        """End a device session; a cloud recording needs no end. Raises IvcError.

        A session that the device has ended already is no error.
        """
        if self._open.pop(playable.session_id, None) is None:
            return
        with contextlib.suppress(NotFound):
            await self.control(playable, RecordCommand.STOP)

    async def close(self) -> None:
        """End every session and every question that is still under way."""
        await self.days.close()
        await self.hours.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                # What a device doesn't answer any more can't be helped when everything ends.
                await asyncio.gather(
                    *(self.close_playable(each) for each in tuple(self._open.values())),
                    return_exceptions=True,
                )

    def _days_of(self, window: Interval) -> tuple[Interval, list[date]]:
        """Return the part of a window that has passed, and its days."""
        passed = Interval(window.start, min(window.end, self._client.clock.time()))
        return passed, [cloud_day(piece.start) for piece in split_days(passed)]

    async def _stretch(self, channel_id: ChannelId, source: Source, moment: float) -> Interval:
        """Return the stretch of its day that holds a moment. Raises NothingRecorded, IvcError."""
        day = cloud_day(moment)
        await self.days.recall(channel_id, source, [day])
        held = await self.days.day(channel_id, source, day)
        span = at(held.spans, moment)
        if span is None:
            raise NothingRecorded(source, moment, held.spans)
        return span


async def _nothing() -> Part:
    return Part()


def _coverage(cloud: Part, device: Part, window: Interval) -> Coverage:
    return Coverage(
        cloud=clip(normalise(cloud.spans), window),
        device=clip(normalise(device.spans), window),
        archived=cloud.archived,
        keeps_device=device.kept,
        problems=tuple(cloud.problems + device.problems),
        faults=device.faults,
    )
