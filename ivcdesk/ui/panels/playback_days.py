"""What is known of a channel's recordings, day by day, and what is being asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

from ivcdesk.api.errors import IvcError
from ivcdesk.domain.camera_clock import camera_ahead
from ivcdesk.domain.coverage import TIDY, Source, Untidy
from ivcdesk.domain.days import cloud_day, day_interval, split_days
from ivcdesk.domain.intervals import Interval, Intervals, clip, gaps, joined, normalise
from ivcdesk.ui.panels.playback_faults import fault_words
from ivcdesk.ui.text import tr
from ivcdesk.ui.widgets.timeline_lanes import Lane, Part, Track

if TYPE_CHECKING:
    from ivcdesk.api.actions import ChannelId
    from ivcdesk.services.recordings import Coverage, Recordings
    from ivcdesk.services.store import Day

AT_ONCE = {Source.CLOUD: 3, Source.DEVICE: 1}
"""How many days are asked for at a time; devices answer one question after the other."""
STALE_SECONDS = 25.0
"""After so long the day that is still running is asked for again."""

MOST_DAYS = 45
"""How many days of a wide window are asked for at most, those nearest to the focus."""

MOST_PIECES = 2000
"""Lists with more pieces tell nothing about a clock: their borders are everywhere."""
PLANNED_SECONDS = 400 * 86400.0
"""How far back the hours of the plans are marked, s."""

Ask = Callable[[Interval, Source], Awaitable["Coverage"]]
Start = Callable[[Coroutine[Any, Any, None]], "asyncio.Task[None]"]


@dataclass(slots=True)
class _Page:
    """One day of one source."""

    spans: Intervals = ()
    archived: bool = False
    tried: float = 0.0
    known_to: float = 0.0
    running: bool = True
    known: bool = False
    problem: IvcError | None = None
    faults: Untidy = TIDY
    done: asyncio.Event = field(default_factory=asyncio.Event)


class DayBook:
    """The recordings of one channel, in days of UTC+8; the wanted days are asked for in order.

    ``ask`` tells what one source holds in a window, ``start`` runs a coroutine, ``changed`` is
    called whenever something became known or failed. Times are seconds since the epoch.
    """

    def __init__(
        self, ask: Ask, start: Start, changed: Callable[[], object], now: Callable[[], float]
    ) -> None:
        self._ask = ask
        self._start = start
        self._changed = changed
        self._now = now
        self._pages: dict[tuple[Source, date], _Page] = {}
        self._wanted: list[date] = []
        self._active: dict[Source, int] = dict.fromkeys(Source, 0)
        self._silent: IvcError | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        self._planned: Lane | None = None
        self._leave: Callable[[], object] = _nothing
        self.fill: Callable[[Interval, float], object] | None = None
        self.recall: Callable[[Interval], Coroutine[Any, Any, None]] | None = None
        self._recalled: tuple[date, date] | None = None
        self._merged: dict[Source, Intervals] = {}
        self._lanes: dict[Source | None, Lane] = {}
        self.keeps_device = True
        self.closed = False

    def want(self, window: Interval, focus: float, *, also: bool = False) -> None:
        """Load the days of a window, the one that holds ``focus`` first, then its neighbours.

        What was wanted before and is not loaded is forgotten, or with ``also`` still goes first.
        """
        passed = Interval(window.start, max(window.start, min(window.end, self._now())))
        focus = min(max(focus, passed.start), passed.end)
        middle = cloud_day(focus)
        reach = MOST_DAYS * 86400.0
        seen = clip((passed,), Interval(focus - reach, focus + reach))
        days = [cloud_day(piece.start) for each in seen for piece in split_days(each)]
        days.sort(key=lambda day: (abs((day - middle).days), day > middle))
        if len(days) > MOST_DAYS:
            del days[MOST_DAYS:]
            self._recall(passed)
        first = self._wanted if also else []
        self._wanted = [*first, *(day for day in days if day not in first)]
        self._pump()

    def look_up(self, window: Interval, focus: float) -> None:
        """Have the days of a window looked up in the background, those near ``focus`` first."""
        if self.fill is not None:
            self.fill(window, focus)
        else:
            self.want(window, focus, also=True)

    def hear(self, source: Source, day: date) -> None:
        """Take over a day that somebody else has asked for, or the background."""
        key = source, day
        before = self._pages.get(key)
        waits = before is None and day in self._wanted
        if self.closed or waits or (before is not None and before.problem is None):
            return
        page = self._pages[key] = _Page(tried=self._now())
        self._begin(source, day, page)

    def adopt(self, known: Mapping[tuple[Source, date], Day]) -> None:
        """Take over days that were known before, all at once; those of the book's own stand."""
        fresh = {key: held for key, held in known.items() if key not in self._pages}
        for (source, day), held in fresh.items():
            whole = day_interval(day)
            to = min(whole.end, held.asked)
            page = _Page((), held.archived, held.asked, to, to < whole.end, True)
            self._keep(page, held.spans)
            page.faults = held.faults
            page.done.set()
            self._pages[source, day] = page
        if fresh and not self.closed:
            self._changed()

    def attach(self, leave: Callable[[], object]) -> None:
        """Call ``leave`` when the book is closed."""
        self._leave = leave

    def set_planned(self, planned: Intervals | None) -> None:
        """Say when plans want the channel recorded; None where that isn't known."""
        self._planned = None if planned is None else Lane(planned)
        self._changed()

    def refresh(self) -> None:
        """Ask again for the day that is still running, where the answer is old."""
        self._pump()

    def retry(self) -> None:
        """Ask again for everything that failed."""
        self._silent = None
        for key, page in list(self._pages.items()):
            if page.problem is not None:
                page.done.set()
                self._keep(page, ())
                del self._pages[key]
        self._pump()
        self._changed()

    def renew(self, window: Interval) -> None:
        """Ask again what the cloud has on the days of a window: something has changed it."""
        for piece in split_days(window):
            page = self._pages.pop((Source.CLOUD, cloud_day(piece.start)), None)
            if page is not None:
                page.done.set()
                self._keep(page, ())
        self._pump()
        self._changed()

    def close(self) -> None:
        """Ask for nothing more."""
        self.closed = True
        leave, self._leave = self._leave, _nothing
        leave()
        for task in self._tasks:
            task.cancel()
        for page in self._pages.values():
            page.done.set()

    async def known(self, source: Source, t: float) -> bool:
        """Wait until the day of a moment is known or could not be had; return whether it is."""
        key = source, cloud_day(t)
        while not self.closed:
            page = self._pages.get(key)
            if page is not None and (page.known or page.problem is not None):
                return page.known
            if key[1] not in self._wanted:
                self._wanted.insert(0, key[1])
            self._pump()
            page = self._pages.get(key)
            if page is None:
                await asyncio.sleep(0.05)
            else:
                await page.done.wait()
        return False

    def recorded(self, source: Source) -> Intervals:
        """Return all that is known to be recorded in one place."""
        merged = self._merged.get(source)
        if merged is None:
            days = sorted(day for kind, day in self._pages if kind is source)
            merged = self._merged[source] = joined(self._pages[source, day].spans for day in days)
        return merged

    def _lane(self, source: Source | None) -> Lane:
        """Return the same as the timeline wants it; without a source, of both places together."""
        lane = self._lanes.get(source)
        if lane is None:
            if source is None:
                lane = self._lane(Source.CLOUD) | self._lane(Source.DEVICE)
            else:
                lane = Lane(self.recorded(source))
            self._lanes[source] = lane
        return lane

    def _keep(self, page: _Page, spans: Intervals) -> None:
        """Note what a day holds."""
        page.spans = spans
        self._merged.clear()
        self._lanes.clear()

    def parts(
        self, first: date, last: date, zone: tzinfo, source: Source | None = None
    ) -> dict[date, float]:
        """Return which part (0 … 1) of each known day of a zone is recorded anywhere.

        With a ``source``, in that place. A day that still runs counts up to now; days that are not
        known are left out.
        """
        kept, known = self._lane(source), Lane(self._known(source or Source.CLOUD))
        found: dict[date, float] = {}
        day = first
        while day <= last:
            whole = day_interval(day, zone)
            passed = Interval(whole.start, min(whole.end, self._now()))
            if known.seconds(*passed) >= passed.length - STALE_SECONDS * 4 > 0:
                found[day] = kept.seconds(*passed) / passed.length
            day += timedelta(days=1)
        return found

    def problems(self) -> list[tuple[Source, IvcError]]:
        """Return what failed: one error for each source, the latest day's."""
        found: dict[Source, IvcError] = {}
        for (source, _), page in sorted(self._pages.items(), key=lambda item: item[0][1]):
            if page.problem is not None:
                found[source] = page.problem
        return list(found.items())

    def problem_at(self, source: Source, t: float) -> IvcError | None:
        """Return why a source's day could not be had, or None."""
        page = self._pages.get((source, cloud_day(t)))
        return page.problem if page is not None else None

    @property
    def loading(self) -> bool:
        """Whether anything is being asked for or waits for its turn."""
        return any(self._active.values()) or any(
            (source, day) not in self._pages for source in Source for day in self._wanted
        )

    @property
    def archived(self) -> bool:
        """Whether some of it lies in the archive."""
        return any(page.archived for page in self._pages.values())

    def track(self, name: str, words: Callable[[IvcError], str]) -> Track:
        """Return all of it as a track of the timeline; ``words`` makes a few words of an error."""
        return Track(
            name,
            self._part(Source.CLOUD, words),
            self._part(Source.DEVICE, words),
            Lane(self._cold()),
            planned=self._planned,
            clock_offset=self._clock_offset(),
        )

    def _recall(self, window: Interval) -> None:
        """Show what was known before of a window with too many days to ask for."""
        ends = cloud_day(window.start), cloud_day(max(window.start, window.end - 1))
        wider = self._recalled is None or ends[0] < self._recalled[0] or ends[1] > self._recalled[1]
        if self.recall is not None and wider:
            self._recalled = ends
            self._start(self.recall(window))

    def _clock_offset(self) -> float | None:
        cloud, device = self._known(Source.CLOUD), self._known(Source.DEVICE)
        many = len(self._lane(Source.CLOUD)) + len(self._lane(Source.DEVICE)) > MOST_PIECES
        if many or not cloud or not device:
            return None
        both = Interval(max(cloud[0].start, device[0].start), min(cloud[-1].end, device[-1].end))
        return camera_ahead(self.recorded(Source.CLOUD), self.recorded(Source.DEVICE), both)

    def _known(self, source: Source) -> Intervals:
        return normalise(
            (day_interval(day).start, page.known_to)
            for (kind, day), page in self._pages.items()
            if kind is source and page.known
        )

    def _part(self, source: Source, words: Callable[[IvcError], str]) -> Part:
        loading: list[Interval] = []
        failed: list[Interval] = []
        problem, faults = "", TIDY
        for (kind, day), page in sorted(self._pages.items(), key=lambda item: item[0][1]):
            if kind is not source:
                continue
            whole = day_interval(day)
            faults |= page.faults
            if page.known:
                continue
            if page.problem is not None:
                failed.append(Interval(whole.start, min(whole.end, self._now())))
                problem = words(page.problem)
            else:
                loading.append(Interval(whole.start, min(whole.end, self._now())))
        loading += self._waiting(source)
        kept = source is Source.CLOUD or self.keeps_device
        return Part(
            self._lane(source),
            Lane(self._known(source)),
            Lane(loading),
            Lane(failed),
            problem,
            "" if kept else tr("keeps no recordings that the cloud can reach"),
            fault_words(faults),
        )

    def _waiting(self, source: Source) -> Iterable[Interval]:
        for day in self._wanted:
            if (source, day) not in self._pages:
                whole = day_interval(day)
                yield Interval(whole.start, min(whole.end, self._now()))

    def _cold(self) -> Iterable[Interval]:
        """The cloud tells of each day only whether some of it is archived: what it lacks then."""
        for (source, day), page in self._pages.items():
            if source is Source.CLOUD and page.archived:
                whole = day_interval(day)
                yield from gaps(page.spans, Interval(whole.start, page.known_to))

    def _pump(self) -> None:
        if self.closed:
            return
        for source, most in AT_ONCE.items():
            while self._active[source] < most and (day := self._next(source)) is not None:
                page = self._pages.setdefault((source, day), _Page())
                if source is Source.DEVICE and self._silent is not None and not page.known:
                    page.problem = self._silent
                    page.done.set()
                    continue
                page.tried = self._now()
                self._begin(source, day, page)

    def _begin(self, source: Source, day: date, page: _Page) -> None:
        self._active[source] += 1
        task = self._start(self._load(source, day, page))
        self._tasks.add(task)
        task.add_done_callback(partial(self._on_done, source))

    def _next(self, source: Source) -> date | None:
        now = self._now()
        for day in self._wanted:
            page = self._pages.get((source, day))
            if page is None:
                return day
            if page.known and page.running and now - page.tried > STALE_SECONDS:
                return day
        return None

    async def _load(self, source: Source, day: date, page: _Page) -> None:
        whole = day_interval(day)
        window = Interval(whole.start, min(whole.end, page.tried))
        try:
            found = await self._ask(window, source)
        except IvcError as error:
            self._on_failed(source, page, error)
        else:
            problem = next((p.error for p in found.problems if p.source is source), None)
            spans = found.cloud if source is Source.CLOUD else found.device
            if problem is not None and not page.known:
                self._keep(page, spans)
                self._on_failed(source, page, problem)
            elif problem is None:
                self._keep(page, spans)
                page.faults = found.faults if source is Source.DEVICE else TIDY
                page.archived = found.archived and source is Source.CLOUD
                page.known, page.problem = True, None
                page.known_to, page.running = window.end, window.end < whole.end
                if source is Source.DEVICE:
                    self.keeps_device = found.keeps_device
        page.done.set()
        self._changed()

    def _on_failed(self, source: Source, page: _Page, error: IvcError) -> None:
        page.problem = error
        if source is Source.DEVICE:
            self._silent = error

    def _on_done(self, source: Source, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        self._active[source] -= 1
        self._pump()


def open_book(
    recordings: Recordings,
    channel: ChannelId,
    start: Start,
    changed: Callable[[], object],
    now: Callable[[], float],
) -> DayBook:
    """Return the book of a channel: it asks ``recordings``, and takes over what they fill in.

    When the plans want the channel recorded is asked in the background as well.
    """

    async def ask(window: Interval, source: Source) -> Coverage:
        return await recordings.coverage(channel, window, sources=(source,))

    async def plan() -> None:
        around = Interval(now() - PLANNED_SECONDS, now() + 86400.0)
        planned = await recordings.hours.of(channel, around)
        if planned is not None and not book.closed:
            book.set_planned(planned)

    async def recall(window: Interval) -> None:
        first, last = cloud_day(window.start), cloud_day(window.end)
        known = await recordings.days.all_known(channel, first, last)
        if not book.closed:
            book.adopt(known)

    def fill(window: Interval, focus: float) -> None:
        recordings.fill(channel, window, focus=focus)

    def hear(which: ChannelId, source: Source, day: date) -> None:
        if which == channel:
            book.hear(source, day)

    book = DayBook(ask, start, changed, now)
    book.fill, book.recall = fill, recall
    leave = recordings.subscribe(hear)

    def close() -> None:
        leave()
        recordings.days.unfill([channel])

    book.attach(close)
    start(plan())
    return book


def _nothing() -> None:
    """Stand in for the end of a subscription that was never begun."""
