"""Where to play a moment from: the place that has it, the next recording, or nowhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ivcdesk.domain import intervals
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import cloud_day, day_interval
from ivcdesk.ui.panels.playback_days import DayBook

RECENT_SECONDS = 300.0
"""A recording that ended no longer ago than this may still be going on."""
ATTEMPTS = 4
"""How often the cloud may be wrong about what it has before it is given up."""
AHEAD_DAYS = 2
"""How many days after the moment asked for are searched for the next recording."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where and from what to play: ``t`` in seconds since the epoch.

    ``skipped`` is where the gap began that was jumped over, None where there was none.
    """

    source: Source
    t: float
    skipped: float | None = None


@dataclass(frozen=True, slots=True)
class Nowhere:
    """Nothing is recorded from ``t`` on; ``before`` is the last recorded moment before it."""

    t: float
    before: float | None


async def find_place(
    book: DayBook, order: Sequence[Source], t: float, now: float
) -> Place | Nowhere:
    """Return where to play from; the first of ``order`` that has the moment is preferred.

    Days that are not known yet are waited for, one place after the other.
    """
    for source in order:
        await book.known(source, t)
        if intervals.at(book.recorded(source), t) is not None:
            return Place(source, t)
    later = t
    for _ in range(AHEAD_DAYS + 1):
        starts: list[tuple[float, int, Source]] = []
        for rank, source in enumerate(order):
            await book.known(source, later)
            start = intervals.next_start(book.recorded(source), t)
            if start is not None:
                starts.append((start, rank, source))
        if starts:
            start, _rank, source = min(starts)
            return Place(source, start, t)
        later = day_interval(cloud_day(later)).end
        if later >= now:
            break
    ends = [intervals.nearest(book.recorded(source), t) for source in order]
    return Nowhere(t, max((end for end in ends if end is not None), default=None))
