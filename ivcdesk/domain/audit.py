"""How much of what was planned to be recorded is there, per camera and day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from ivcdesk.domain.days import cloud_day, split_days
from ivcdesk.domain.intervals import Interval, Intervals, clip, intersection, subtract, total

SHORTEST_GAP = 2.0
"""Cameras begin a new file with a hole of a moment: what is shorter is no gap, s."""


@dataclass(frozen=True, slots=True)
class AuditedDay:
    """One day of UTC+8. ``planned`` and ``recorded`` are in seconds, ``recorded`` within the plan.

    ``gaps`` are the planned stretches that are missing.
    """

    day: date
    planned: float
    recorded: float
    gaps: Intervals = ()
    first: float | None = None
    """The first planned moment that is there, seconds since the epoch."""

    @property
    def share(self) -> float | None:
        """How much of the plan is there, 0 … 1; None where nothing was planned."""
        return None if self.planned <= 0 else min(1.0, self.recorded / self.planned)


@dataclass(frozen=True, slots=True)
class AuditedChannel:
    """One camera over all days. ``unknown`` are days that could not be looked up.

    ``by_plan``: the plan's hours are what counts; else they are not known, and every hour counts.
    """

    channel_id: str
    name: str
    device: str
    days: tuple[AuditedDay, ...]
    unknown: frozenset[date] = frozenset()
    by_plan: bool = True

    @property
    def planned(self) -> float:
        """Seconds that were to be recorded."""
        return sum(day.planned for day in self.days)

    @property
    def recorded(self) -> float:
        """Seconds of these that are there."""
        return sum(day.recorded for day in self.days)

    @property
    def share(self) -> float | None:
        """How much of the plan is there, 0 … 1; None where nothing was planned."""
        return None if self.planned <= 0 else min(1.0, self.recorded / self.planned)

    @property
    def moment(self) -> float | None:
        """The first recorded moment of the last day that has any; None where none has."""
        return next((day.first for day in reversed(self.days) if day.first is not None), None)

    @property
    def gaps(self) -> Intervals:
        """All gaps in order of time; one over a midnight is one."""
        joined: list[Interval] = []
        for gap in (gap for day in self.days for gap in day.gaps):
            if joined and joined[-1].end == gap.start:
                joined[-1] = Interval(joined[-1].start, gap.end)
            else:
                joined.append(gap)
        return tuple(joined)


def audited_days(
    window: Interval,
    planned: Intervals | None,
    recorded: Sequence[Interval],
    unknown: Iterable[date] = (),
) -> tuple[AuditedDay, ...]:
    """Compare plan and recordings within a window, day by day.

    ``planned`` None counts every hour. A day that is ``unknown`` counts for nothing.
    """
    missing = frozenset(unknown)
    days = []
    for piece in split_days(window):
        day = cloud_day(piece.start)
        wanted: Intervals = (piece,) if planned is None else clip(planned, piece)
        if day in missing:
            wanted = ()
        there = intersection(wanted, clip(recorded, piece))
        gaps = tuple(gap for gap in subtract(wanted, there) if gap.end - gap.start >= SHORTEST_GAP)
        first = there[0].start if there else None
        days.append(AuditedDay(day, total(wanted), total(wanted) - total(gaps), gaps, first))
    return tuple(days)


def worst_first(channels: Iterable[AuditedChannel]) -> list[AuditedChannel]:
    """Return the cameras that lack most first; those without a plan come last."""

    def rank(channel: AuditedChannel) -> tuple[bool, float, str]:
        share = channel.share
        return share is None, 1.0 if share is None else share, channel.name.casefold()

    return sorted(channels, key=rank)
