"""What was recorded in the cloud and on devices, and how to play it.

Questions are asked per day of UTC+8, as the cloud wants them. A part that can't be had never
hides the others.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date

from ivcdesk.api import CloudClient, InvalidRequest, IvcError, NotFound
from ivcdesk.api.actions import (
    ChannelId,
    ControlRecord,
    ControlRecordTimeline,
    DescribeRecordFile,
    DescribeRecordPlaybackUrl,
    PlayRecord,
    RecordCommand,
    SessionId,
)
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import cloud_day, day_interval, split_days
from ivcdesk.domain.intervals import Interval, at, clip, next_start, normalise, previous_end
from ivcdesk.services.directory import Directory
from ivcdesk.services.store import Day, Store

BEFORE = 900.0  # s that a playable reaches back from the moment asked for, so that one can rewind
AFTER = 3 * 3600.0  # s that it reaches on
SETTLED = 600.0  # s after its end until a day is taken as finished
RUNNING_FRESH = 15.0  # s that an answer about an unfinished day is good for
FINISHED_FRESH = {Source.CLOUD: 6 * 3600.0, Source.DEVICE: 1800.0}  # s; devices overwrite
CLOCK_SLACK = 60.0  # s that the known difference to the cloud's clock may have changed by
CLOUD_QUERIES = 4  # days asked for at once; devices are asked one by one
CLOSE_SECONDS = 3.0  # what closing a session may take at the end

_NO_SESSION = SessionId("")


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
class Problem:
    """A part of a coverage that could not be had; what was known of it before is shown."""

    source: Source
    day: date
    error: IvcError


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is recorded within a window, in the cloud and on the device.

    ``archived``: some of it lies in the cloud's archive and must be retrieved to be played.
    ``keeps_device``: False where the device has no storage that the cloud can reach.
    """

    cloud: tuple[Interval, ...]
    device: tuple[Interval, ...]
    archived: bool = False
    keeps_device: bool = True
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True, slots=True)
class Playable:
    """A recording that can be played. ``url`` is signed, so it is a secret."""

    kind: Source
    channel_id: ChannelId
    interval: Interval
    url: str = field(repr=False)
    session_id: SessionId = _NO_SESSION


@dataclass(slots=True)
class _Part:
    """One source's share of a coverage while it is put together."""

    spans: list[Interval] = field(default_factory=list)
    archived: bool = False
    kept: bool = True
    problems: list[Problem] = field(default_factory=list)


_Key = tuple[ChannelId, Source, date]


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
        self._store = store
        self._scope = scope
        self._days: dict[_Key, Day] = {}
        self._asking: dict[_Key, asyncio.Task[Day]] = {}
        self._open: dict[SessionId, Playable] = {}
        self._turn = asyncio.Semaphore(CLOUD_QUERIES)

    async def coverage(
        self,
        channel_id: ChannelId,
        window: Interval,
        *,
        sources: Collection[Source] = frozenset(Source),
    ) -> Coverage:
        """Tell what is recorded between two moments (seconds since the epoch); raises nothing.

        ``sources`` leaves one out, so that nobody waits for a device to see the cloud's share.
        """
        window = Interval(window.start, min(window.end, self._client.clock.time()))
        days = [cloud_day(piece.start) for piece in split_days(window)]
        if not days:
            return Coverage((), ())
        cloud, device = await asyncio.gather(
            self._cloud_part(channel_id, days if Source.CLOUD in sources else ()),
            self._device_part(channel_id, days if Source.DEVICE in sources else ()),
        )
        return Coverage(
            cloud=clip(normalise(cloud.spans), window),
            device=clip(normalise(device.spans), window),
            archived=cloud.archived,
            keeps_device=device.kept,
            problems=tuple(cloud.problems + device.problems),
        )

    async def open_cloud(
        self, channel_id: ChannelId, at_: float, *, straightened: bool = False
    ) -> Playable:
        """Open a cloud recording around a moment (seconds since the epoch).

        The playable lies within one stretch of one day. ``straightened`` has the cloud correct
        time stamps that run backwards. Raises NothingRecorded or IvcError.
        """
        span = await self._stretch(channel_id, Source.CLOUD, at_)
        interval = Interval(int(max(span.start, at_ - BEFORE)), min(span.end, at_ + AFTER))
        answer = await self._client.call(
            DescribeRecordPlaybackUrl(
                channel_id=channel_id,
                start_time=int(interval.start),
                end_time=_last(interval),
                correct_timestamp=True if straightened else None,
            ),
            region=self._directory.region_of(channel_id),
        )
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
                end=_last(interval),
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
        for task in self._asking.values():
            task.cancel()
        await asyncio.gather(*self._asking.values(), return_exceptions=True)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                # What a device doesn't answer any more can't be helped when everything ends.
                await asyncio.gather(
                    *(self.close_playable(each) for each in tuple(self._open.values())),
                    return_exceptions=True,
                )

    async def _cloud_part(self, channel_id: ChannelId, days: Sequence[date]) -> _Part:
        part = _Part()
        await self._recall(channel_id, Source.CLOUD, days)

        async def one(day: date) -> None:
            async with self._turn:
                await self._add(part, channel_id, Source.CLOUD, day)

        await asyncio.gather(*(one(day) for day in days))
        return part

    async def _device_part(self, channel_id: ChannelId, days: Sequence[date]) -> _Part:
        part = _Part()
        await self._recall(channel_id, Source.DEVICE, days)
        for day in reversed(days):
            if part.problems or not part.kept:
                # It will not answer for the other days either: show what is known of them.
                if known := self._days.get((channel_id, Source.DEVICE, day)):
                    part.spans += known.spans
                continue
            await self._add(part, channel_id, Source.DEVICE, day)
        return part

    async def _add(self, part: _Part, channel_id: ChannelId, source: Source, day: date) -> None:
        held: Day | None
        try:
            held = await self._day(channel_id, source, day)
        except InvalidRequest as error:
            held = None
            if source is Source.DEVICE and error.code.endswith("UnSupportedAccessType"):
                part.kept = False
            else:
                part.problems.append(Problem(source, day, error))
        except IvcError as error:
            held = self._days.get((channel_id, source, day))
            part.problems.append(Problem(source, day, error))
        if held is not None:
            part.spans += held.spans
            part.archived = part.archived or held.archived

    async def _stretch(self, channel_id: ChannelId, source: Source, moment: float) -> Interval:
        """Return the stretch of its day that holds a moment. Raises NothingRecorded, IvcError."""
        day = cloud_day(moment)
        await self._recall(channel_id, source, [day])
        held = await self._day(channel_id, source, day)
        span = at(held.spans, moment)
        if span is None:
            raise NothingRecorded(source, moment, held.spans)
        return span

    async def _recall(self, channel_id: ChannelId, source: Source, days: Sequence[date]) -> None:
        """Bring kept days to mind."""
        missing = [day for day in days if (channel_id, source, day) not in self._days]
        if self._store is None or not missing:
            return
        kept = await self._store.days(self._scope, channel_id, source, missing[0], missing[-1])
        for day, held in kept.items():
            self._days.setdefault((channel_id, source, day), held)

    async def _day(self, channel_id: ChannelId, source: Source, day: date) -> Day:
        """Return what a day held, asking where that isn't known well enough. Raises IvcError."""
        key = channel_id, source, day
        known = self._days.get(key)
        now = self._client.clock.time()
        finished = day_interval(day).end + SETTLED < now
        if known is not None:
            was_finished = day_interval(day).end + SETTLED < known.asked
            fresh = FINISHED_FRESH[source] if was_finished else RUNNING_FRESH
            if -CLOCK_SLACK < now - known.asked < fresh:
                return known
        task = self._asking.get(key)
        if task is None:
            # One question serves everybody who wants the answer, and outlives each of them.
            task = asyncio.get_running_loop().create_task(
                self._ask(key, now, keep=finished), name=f"recordings.{source.value}.{day}"
            )
            self._asking[key] = task
            task.add_done_callback(lambda done: self._on_asked(key, done))
        return await asyncio.shield(task)

    async def _ask(self, key: _Key, now: float, *, keep: bool) -> Day:
        channel_id, source, day = key
        whole = day_interval(day)
        asked = Interval(whole.start, min(whole.end, now))
        if source is Source.CLOUD:
            spans, archived = await self._ask_cloud(channel_id, asked)
        else:
            spans, archived = await self._ask_device(channel_id, asked), False
        # A stretch that lasts to the last second asked for lasts to midnight.
        reaching = ((s, whole.end if e >= whole.end - 1 else e) for s, e in spans)
        held = Day(clip(normalise(reaching), whole), archived, now)
        self._days[key] = held
        if keep and self._store is not None:
            await self._store.keep_day(self._scope, channel_id, source, day, held)
        return held

    async def _ask_cloud(
        self, channel_id: ChannelId, asked: Interval
    ) -> tuple[list[tuple[float, float]], bool]:
        device = self._directory.device_of(channel_id)
        if device is None:
            raise NotFound("ResourceNotFound", "no device has this channel")
        answer = await self._client.call(
            DescribeRecordFile(
                device_id=device.device_id,
                channel_id=channel_id,
                start_time=int(asked.start),
                end_time=_last(asked),
            ),
            region=self._directory.region_of(channel_id),
        )
        return [(each.begin, each.end) for each in answer.data.list_], answer.data.tips == 1

    async def _ask_device(
        self, channel_id: ChannelId, asked: Interval
    ) -> list[tuple[float, float]]:
        answer = await self._client.call(
            ControlRecordTimeline(
                channel_id=channel_id,
                start=int(asked.start),
                end=_last(asked),
            ),
            region=self._directory.region_of(channel_id),
        )
        return [(each.begin, each.end) for each in answer.data]

    def _on_asked(self, key: _Key, task: asyncio.Task[Day]) -> None:
        self._asking.pop(key, None)
        if not task.cancelled():
            task.exception()  # whoever waits has it; that nobody does is no error


def _last(interval: Interval) -> int:
    """Return the end to ask for: the midnight after a day would be another day's first second."""
    start, end = int(interval.start), int(interval.end)
    if cloud_day(end) != cloud_day(start):
        end -= 1
    return max(end, start + 1)
