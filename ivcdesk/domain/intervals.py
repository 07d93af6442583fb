"""Interval algebra of recordings: sorted, disjoint, half-open stretches of time.

Functions that take a sequence of intervals want it *normal* unless they say otherwise: sorted,
neither empty nor touching nor overlapping, as :func:`normalise` returns it. They return it normal.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from math import isfinite
from typing import NamedTuple


class Interval(NamedTuple):
    """From ``start`` up to and without ``end``, both in seconds since the epoch."""

    start: float
    end: float

    @property
    def length(self) -> float:
        """How long it is, s; negative where it is reversed."""
        return self.end - self.start

    def holds(self, t: float) -> bool:
        """Whether the moment lies inside."""
        return self.start <= t < self.end

    def overlaps(self, other: Interval) -> bool:
        """Whether the two have a stretch in common."""
        return self.start < other.end and other.start < self.end


Intervals = tuple[Interval, ...]


def normalise(intervals: Iterable[tuple[float, float]]) -> Intervals:
    """Return the same moments sorted and merged; empty, reversed and non-finite ones are dropped.

    Intervals that touch become one. O(n log n), and O(n) where they come sorted.
    """
    merged: list[Interval] = []
    start = end = 0.0
    for s, e in sorted(pair for pair in intervals if pair[0] < pair[1]):
        if not (isfinite(s) and isfinite(e)):
            continue
        if end > start and s <= end:
            end = max(end, e)
            continue
        if end > start:
            merged.append(Interval(start, end))
        start, end = s, e
    if end > start:
        merged.append(Interval(start, end))
    return tuple(merged)


def joined(parts: Iterable[Sequence[Interval]]) -> Intervals:
    """Return the moments of normal parts that follow each other in time, as days do.

    Parts that touch become one; where they do not follow each other they are merged all the same.
    O(n) where they do.
    """
    whole: list[Interval] = []
    for part in parts:
        if not part:
            continue
        if whole and part[0].start < whole[-1].start:
            return normalise([*whole, *part, *(one for rest in parts for one in rest)])
        first = 0
        while whole and first < len(part) and part[first].start <= whole[-1].end:
            whole[-1] = Interval(whole[-1].start, max(whole[-1].end, part[first].end))
            first += 1
        whole.extend(part[first:])
    return tuple(whole)


def union(a: Sequence[Interval], b: Sequence[Interval]) -> Intervals:
    """Return the moments in either; the inputs may be in any order and overlap."""
    return normalise([*a, *b])


def intersection(a: Sequence[Interval], b: Sequence[Interval]) -> Intervals:
    """Return the moments in both."""
    found: list[Interval] = []
    i = j = 0
    while i < len(a) and j < len(b):
        start = max(a[i].start, b[j].start)
        end = min(a[i].end, b[j].end)
        if start < end:
            found.append(Interval(start, end))
        if a[i].end < b[j].end:
            i += 1
        else:
            j += 1
    return tuple(found)


def subtract(a: Sequence[Interval], b: Sequence[Interval]) -> Intervals:
    """Return the moments of ``a`` that are not in ``b``."""
    left: list[Interval] = []
    j = 0
    for start, end in a:
        while j < len(b) and b[j].end <= start:
            j += 1
        k = j
        at_ = start
        while k < len(b) and b[k].start < end:
            if b[k].start > at_:
                left.append(Interval(at_, b[k].start))
            at_ = max(at_, b[k].end)
            k += 1
        if at_ < end:
            left.append(Interval(at_, end))
        j = max(j, k - 1)
    return tuple(left)


def within(a: Sequence[Interval], window: Interval) -> slice:
    """Return which of ``a`` have something inside the window, as a slice of it. O(log n)."""
    if window.end <= window.start:
        return slice(0, 0)
    first = bisect_right(a, window.start, key=_end)
    last = bisect_left(a, window.end, key=_start)
    return slice(first, max(first, last))


def clip(a: Sequence[Interval], window: Interval) -> Intervals:
    """Return the moments of ``a`` inside the window."""
    inside = a[within(a, window)]
    return tuple(Interval(max(s, window.start), min(e, window.end)) for s, e in inside)


def gaps(a: Sequence[Interval], window: Interval) -> Intervals:
    """Return the moments of the window that ``a`` does not cover."""
    if window.end <= window.start:
        return ()
    return subtract((window,), clip(a, window))


def at(a: Sequence[Interval], t: float) -> Interval | None:
    """Return the interval that holds the moment, or None. O(log n)."""
    index = bisect_right(a, t, key=_start) - 1
    if index >= 0 and t < a[index].end:
        return a[index]
    return None


def next_start(a: Sequence[Interval], t: float) -> float | None:
    """Return the first start later than the moment, or None. O(log n)."""
    index = bisect_right(a, t, key=_start)
    return a[index].start if index < len(a) else None


def previous_end(a: Sequence[Interval], t: float) -> float | None:
    """Return the last end not later than the moment, or None. O(log n)."""
    index = bisect_right(a, t, key=_end) - 1
    return a[index].end if index >= 0 else None


def previous_start(a: Sequence[Interval], t: float) -> float | None:
    """Return the last start earlier than the moment, or None. O(log n)."""
    index = bisect_left(a, t, key=_start) - 1
    return a[index].start if index >= 0 else None


def nearest(a: Sequence[Interval], t: float) -> float | None:
    """Return the covered moment nearest to ``t``, or None where nothing is covered.

    Before a gap's middle that is the very end of what came before, which is half open; the moment
    returned then lies one millisecond inside.
    """
    if at(a, t) is not None:
        return t
    after = next_start(a, t)
    before = previous_end(a, t)
    if before is None or (after is not None and after - t <= t - before):
        return after
    index = bisect_right(a, t, key=_end) - 1
    return max(a[index].start, before - 0.001)


def total(a: Iterable[Interval]) -> float:
    """Return how many seconds are covered."""
    return sum(end - start for start, end in a)


def _start(interval: Interval) -> float:
    return interval.start


def _end(interval: Interval) -> float:
    return interval.end
