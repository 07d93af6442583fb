"""What is known of a channel's recordings, day by day, and what is being asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta, tzinfo
from functools import partial
from typing import TYPE_CHECKING, Any

from ivcdesk.api.errors import IvcError
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import cloud_day, day_interval, split_days
from ivcdesk.domain.intervals import Interval, Intervals, clip, gaps, normalise, total, union
from ivcdesk.ui.text import tr
from ivcdesk.ui.widgets.timeline_lanes import Lane, Part, Track

if TYPE_CHECKING:
    from ivcdesk.services.recordings import Coverage

AT_ONCE = {Source.CLOUD: 3, Source.DEVICE: 1}
"""How many days are asked for at a time; devices answer one question after the other."""
STALE_SECONDS = 25.0
"""After so long the day that is still running is asked for again."""

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
        self.keeps_device = True
        self.closed = False

    def want(self, window: Interval, focus: float, *, also: bool = False) -> None:
        """Load the days of a window, the one that holds ``focus`` first, then its neighbours.

        What was wanted before and is not loaded is forgotten, or with ``also`` still goes first.
        """
        window = Interval(window.start, min(window.end, self._now()))
        days = [cloud_day(piece.start) for piece in split_days(window)]
        middle = cloud_day(min(focus, self._now()))
        days.sort(key=lambda day: (abs((day - middle).days), day > middle))
        first = self._wanted if also else []
        self._wanted = [*first, *(day for day in days if day not in first)]
        self._pump()

    def refresh(self) -> None:
        """Ask again for the day that is still running, where the answer is old."""
        self._pump()

    def retry(self) -> None:
        """Ask again for everything that failed."""
        self._silent = None
        for key, page in list(self._pages.items()):
            if page.problem is not None:
                page.done.set()
                del self._pages[key]
        self._pump()
        self._changed()

    def close(self) -> None:
        """Ask for nothing more."""
        self.closed = True
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
        return normalise(
            span for (kind, _), page in self._pages.items() if kind is source for span in page.spans
        )

    def parts(self, first: date, last: date, zone: tzinfo) -> dict[date, float]:
        """Return which part (0 … 1) of each known day of a zone is recorded anywhere.

        A day that still runs counts up to now; days that are not known are left out.
        """
        kept = union(self.recorded(Source.CLOUD), self.recorded(Source.DEVICE))
        known = self._known(Source.CLOUD)
        found: dict[date, float] = {}
        day = first
        while day <= last:
            whole = day_interval(day, zone)
            passed = Interval(whole.start, min(whole.end, self._now()))
            seen = clip(known, passed)
            if total(seen) >= passed.length - STALE_SECONDS * 4 > 0:
                found[day] = total(clip(kept, passed)) / passed.length
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
        )

    def _known(self, source: Source) -> Intervals:
        return normalise(
            (day_interval(day).start, page.known_to)
            for (kind, day), page in self._pages.items()
            if kind is source and page.known
        )

    def _part(self, source: Source, words: Callable[[IvcError], str]) -> Part:
        loading: list[Interval] = []
        failed: list[Interval] = []
        problem = ""
        for (kind, day), page in sorted(self._pages.items(), key=lambda item: item[0][1]):
            if kind is not source:
                continue
            whole = day_interval(day)
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
            Lane(self.recorded(source)),
            Lane(self._known(source)),
            Lane(loading),
            Lane(failed),
            problem,
            "" if kept else tr("keeps no recordings that the cloud can reach"),
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
                page.spans = spans
                self._on_failed(source, page, problem)
            elif problem is None:
                page.spans = spans
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
