"""What will fill a gap by itself: the turns at which backup plans fetch a device's hours."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto

from ivcdesk.domain.days import cloud_day, day_interval, split_days
from ivcdesk.domain.intervals import Interval, Intervals, clip, normalise, total
from ivcdesk.domain.weeks import Section, planned

USUAL_OFFSET = 1
"""A plan that tells nothing else fetches what was recorded the day before."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup plan that holds a channel.

    ``turns`` is at which hours of the week it fetches, ``hours`` which hours of the device's
    recordings, and ``offset`` how many days before the turn these were recorded.
    """

    name: str
    turns: tuple[Section, ...]
    hours: tuple[Section, ...]
    offset: int = USUAL_OFFSET


class Chance(Enum):
    """Whether a plan fills a gap, the best first."""

    COMING = auto()
    """It is going to fetch it, or is at it."""
    PASSED = auto()
    """Its turn is over, and the gap is still there."""
    NO_TURN = auto()
    """Its hours hold the gap, but it has no turn on the day that would fetch them."""
    OUTSIDE = auto()
    """It fetches other hours of the device."""


@dataclass(frozen=True, slots=True)
class Prospect:
    """What a plan does about a gap: ``part`` of it is in its hours, ``turn`` is when.

    The turn is the next one, or where all have passed, the last; None where there is none.
    """

    backup: Backup
    chance: Chance
    part: Intervals = ()
    turn: Interval | None = None


def prospect(backup: Backup, gap: Interval, now: float) -> Prospect:
    """Return what a plan does about a gap; all moments in seconds since the epoch."""
    part = planned(backup.hours, gap)
    if not part:
        return Prospect(backup, Chance.OUTSIDE)
    days = dict.fromkeys(cloud_day(piece.start) for span in part for piece in split_days(span))
    turns = normalise(
        turn
        for day in days
        for turn in planned(backup.turns, day_interval(day + timedelta(days=max(backup.offset, 0))))
    )
    if not turns:
        return Prospect(backup, Chance.NO_TURN, part)
    for turn in turns:
        if turn.end > now:
            return Prospect(backup, Chance.COMING, part, turn)
    return Prospect(backup, Chance.PASSED, part, turns[-1])


def best_first(backups: Iterable[Backup], gap: Interval, now: float) -> Sequence[Prospect]:
    """Return what each plan does about a gap, the one that fills most of it soonest first."""
    found = [prospect(backup, gap, now) for backup in backups]

    def rank(each: Prospect) -> tuple[int, float, float]:
        begin = each.turn.start if each.turn is not None else 0.0
        return each.chance.value, -total(clip(each.part, gap)), begin

    return sorted(found, key=rank)
