"""The ruler of a timeline: which moment lies at which pixel, and where its marks go."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from enum import IntEnum
from math import ceil, floor
from typing import NamedTuple

from ivcdesk.domain.days import day_interval, day_of

SHORTEST = 0.04
"""The least that a timeline shows, s: a single frame of 25 a second."""
LONGEST = 12 * 366 * 86400.0
"""The most that a timeline shows, s."""


class Unit(IntEnum):
    """What a mark's moment is the beginning of."""

    FRACTION = 0
    SECOND = 1
    MINUTE = 2
    DAY = 3
    MONTH = 4
    YEAR = 5


class Tick(NamedTuple):
    """A mark on the ruler.

    ``t`` is in seconds since the epoch; ``label`` is in digits and empty for small marks between
    the labelled ones; ``major`` marks the beginning of a day, month or year.
    """

    t: float
    label: str
    major: bool
    unit: Unit


@dataclass(frozen=True, slots=True)
class TimeScale:
    """A window of time on a strip of ``width`` px; ``start`` and ``end`` in s since the epoch."""

    start: float
    end: float
    width: float

    def __post_init__(self) -> None:
        if not (self.end > self.start and self.width > 0):
            raise ValueError("a time scale needs an extent")

    @property
    def span(self) -> float:
        """How much time is visible, s."""
        return self.end - self.start

    @property
    def centre(self) -> float:
        """The moment in the middle."""
        return (self.start + self.end) / 2

    def x(self, t: float) -> float:
        """Return the pixel of a moment, which may lie outside the strip."""
        return (t - self.start) * (self.width / self.span)

    def t(self, x: float) -> float:
        """Return the moment of a pixel."""
        return self.start + x * (self.span / self.width)

    def zoomed(
        self, factor: float, x: float, *, shortest: float = SHORTEST, longest: float = LONGEST
    ) -> TimeScale:
        """Return a scale that shows ``factor`` times more detail; the moment at ``x`` stays put."""
        span = min(max(self.span / factor, shortest), longest)
        start = self.t(x) - span * (x / self.width)
        return TimeScale(start, start + span, self.width)

    def panned(self, pixels: float) -> TimeScale:
        """Return the scale after its picture was dragged to the right by so many pixels."""
        shift = pixels * (self.span / self.width)
        return TimeScale(self.start - shift, self.end - shift, self.width)

    def resized(self, width: float) -> TimeScale:
        """Return the same window on a strip of another width."""
        return TimeScale(self.start, self.end, width)

    def centred(self, t: float) -> TimeScale:
        """Return the scale with the moment in its middle."""
        return TimeScale(t - self.span / 2, t + self.span / 2, self.width)


_CLOCK_STEPS = (
    0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0,
    120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0, 10800.0, 21600.0, 43200.0,
)  # fmt: skip
_DAY = 86400.0
_MONTH = 31 * _DAY
_YEAR = 366 * _DAY
_SMALL_PX = 16.0
_LEAST_PX = 5.0
"""Nearer than this days have no marks of their own, px."""


def ticks(scale: TimeScale, zone: tzinfo, min_label_px: float = 80) -> list[Tick]:
    """Return the marks of the visible window in order of time.

    Labelled marks fall on round times of the zone's wall clock, also across its clock changes, and
    lie at least ``min_label_px`` apart. The beginning of a day keeps its label where it would come
    too near to another one.
    """
    px = scale.width / scale.span
    for step in _CLOCK_STEPS:
        if step * px >= min_label_px:
            return _clock_ticks(scale, zone, step, min_label_px)
    return _calendar_ticks(scale, zone, min_label_px)


def offsets(start: float, end: float, zone: tzinfo) -> list[tuple[float, float, float]]:
    """Cut a window where the zone changes its clock: ``(start, end, offset from UTC in s)``."""
    pieces: list[tuple[float, float, float]] = []
    begin, t, offset = start, start, _offset(start, zone)
    while t < end:
        later = min(t + _DAY / 2, end)
        after = _offset(later, zone)
        if after != offset:
            change = _change(t, later, zone)
            pieces.append((begin, change, offset))
            begin, offset = change, _offset(change, zone)
            later = max(change, t)
            if after != offset:
                t = later
                continue
        t = later
    pieces.append((begin, end, offset))
    return pieces


def _offset(t: float, zone: tzinfo) -> float:
    delta = datetime.fromtimestamp(t, zone).utcoffset()
    return delta.total_seconds() if delta is not None else 0.0


def _change(low: float, high: float, zone: tzinfo) -> float:
    """Return the whole second at which the offset first differs from that of ``low``."""
    before = _offset(low, zone)
    first, last = floor(low), ceil(high)
    while last - first > 1:
        middle = (first + last) // 2
        if _offset(max(middle, low), zone) == before:
            first = middle
        else:
            last = middle
    return float(last)


def _clock_ticks(scale: TimeScale, zone: tzinfo, step: float, min_px: float) -> list[Tick]:
    px = scale.width / scale.span
    small = next(
        (s for s in _CLOCK_STEPS if s < step and s * px >= _SMALL_PX and _divides(s, step)), step
    )
    every, a_day = round(step / small), round(_DAY / small)
    found: list[Tick] = []
    for start, end, offset in offsets(scale.start, scale.end, zone):
        first, last = ceil((start + offset) / small - 1e-9), (end + offset) / small
        n = first
        while n < last - 1e-9:
            wall = n * small
            t = wall - offset
            if n % a_day == 0:
                found.append(_day_tick(day_of(t + 1, zone), t, unit=Unit.DAY))
            elif n % every == 0:
                found.append(_clock_tick(t, wall, step))
            else:
                found.append(Tick(t, "", False, Unit.FRACTION))
            n += 1
    _add_days_without_midnight(found, scale, zone)
    return _spaced(found, scale, min_px)


def _divides(small: float, step: float) -> bool:
    ratio = step / small
    return abs(ratio - round(ratio)) < 1e-6


def _clock_tick(t: float, wall: float, step: float) -> Tick:
    seconds = round(wall % _DAY, 3)
    hours, rest = divmod(int(seconds), 3600)
    minutes, second = divmod(rest, 60)
    thousandths = round((seconds - int(seconds)) * 1000)
    if thousandths:
        digits = 3 if step < 0.1 else 1
        return Tick(t, f".{thousandths:03d}"[: digits + 1], False, Unit.FRACTION)
    if step < 60:
        unit = Unit.SECOND if second else Unit.MINUTE
        return Tick(t, f"{hours:02d}:{minutes:02d}:{second:02d}", False, unit)
    return Tick(t, f"{hours:02d}:{minutes:02d}", False, Unit.MINUTE)


def _day_tick(day: date, t: float, *, unit: Unit | None = None) -> Tick:
    if unit is None:
        unit = Unit.DAY
        if day.day == 1:
            unit = Unit.YEAR if day.month == 1 else Unit.MONTH
    if unit is Unit.YEAR:
        label = f"{day.year:04d}"
    elif unit is Unit.MONTH:
        label = f"{day.year:04d}-{day.month:02d}"
    else:
        label = f"{day.month:02d}-{day.day:02d}"
    return Tick(t, label, True, unit)


def _add_days_without_midnight(found: list[Tick], scale: TimeScale, zone: tzinfo) -> None:
    """Mark the days of the window whose midnight a clock change left out."""
    known = {tick.t for tick in found if tick.major}
    for day, t in _day_starts(scale, zone):
        if t not in known:
            found[:] = [tick for tick in found if tick.t != t]
            index = bisect_right(found, t, key=lambda tick: tick.t)
            found.insert(index, _day_tick(day, t, unit=Unit.DAY))


def _day_starts(scale: TimeScale, zone: tzinfo) -> Iterator[tuple[date, float]]:
    day = day_of(scale.start, zone)
    while True:
        interval = day_interval(day, zone)
        if interval.start >= scale.end:
            return
        if interval.start >= scale.start and interval.length > 0:
            yield day, interval.start
        day += timedelta(days=1)


def _calendar_ticks(scale: TimeScale, zone: tzinfo, min_px: float) -> list[Tick]:
    px = scale.width / scale.span
    if _MONTH * px < min_px or _DAY * px < _LEAST_PX:
        return _spaced(list(_year_and_month_ticks(scale, zone)), scale, min_px)
    every = next((n for n in (1, 2, 7) if n * _DAY * px >= min_px), 0)
    found: list[Tick] = []
    for day, t in _day_starts(scale, zone):
        labelled = (
            day.day == 1 if every == 0 else (day.toordinal() - 1) % every == 0
        )  # every 7th from Monday, since ordinal 1 was one
        tick = _day_tick(day, t, unit=None if every == 0 else Unit.DAY)
        found.append(tick if labelled else Tick(t, "", False, Unit.DAY))
    return _spaced(found, scale, min_px)


def _year_and_month_ticks(scale: TimeScale, zone: tzinfo) -> Iterator[Tick]:
    px = scale.width / scale.span
    months = next((n for n in (1, 3, 6, 12) if n * _MONTH * px >= min(80.0, scale.width)), 12)
    years = next((n for n in (1, 2, 5, 10, 20, 50) if n * _YEAR * px >= _SMALL_PX), 100)
    first = day_of(scale.start, zone)
    year, month = first.year - first.year % years, 1
    while year < 9999:
        day = date(year, month, 1)
        t = day_interval(day, zone).start
        if t >= scale.end:
            return
        if t >= scale.start:
            labelled = months == 12 or (month - 1) % months == 0
            tick = _day_tick(day, t)
            yield tick if labelled else Tick(t, "", False, tick.unit)
        if months == 12:
            year += years
        else:
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def _spaced(found: list[Tick], scale: TimeScale, min_px: float) -> list[Tick]:
    """Take labels away until all are far enough apart; of two, the larger unit keeps its own."""
    kept: list[int] = []
    for index, tick in enumerate(found):
        if not tick.label:
            continue
        while kept and scale.x(tick.t) - scale.x(found[kept[-1]].t) < min_px - 1e-6:
            if found[kept[-1]].unit >= tick.unit:
                break
            kept.pop()
        else:
            kept.append(index)
    labelled = set(kept)
    return [
        tick if not tick.label or index in labelled else tick._replace(label="")
        for index, tick in enumerate(found)
    ]
