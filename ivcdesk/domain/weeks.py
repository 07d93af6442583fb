"""Weekly schedules of recording plans, as the moments that they cover."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from ivcdesk.domain.days import cloud_day, day_interval, split_days
from ivcdesk.domain.intervals import Interval, Intervals, clip, normalise


class Section(NamedTuple):
    """Hours of one weekday of UTC+8: 1 is Monday; seconds since its midnight."""

    weekday: int
    start: float
    end: float


def planned(sections: Iterable[Section], window: Interval) -> Intervals:
    """Return the moments of a window that fall into a week's sections.

    A section that ends at 23:59:59 lasts to midnight, since plans can't name 24:00.
    """
    week = tuple(sections)
    found: list[tuple[float, float]] = []
    for piece in split_days(window):
        day = cloud_day(piece.start)
        midnight = day_interval(day).start
        found += [
            (midnight + start, midnight + (86400 if end >= 86399 else end))
            for weekday, start, end in week
            if weekday == day.isoweekday()
        ]
    return clip(normalise(found), window)
