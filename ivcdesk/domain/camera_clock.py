"""How far a camera's clock is ahead, told by the borders that its list and the cloud's share."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from statistics import median

from ivcdesk.domain.intervals import Interval

MOST_AHEAD = 1800.0
"""A clock that is further off can't be told from other recordings, s."""
LEAST_AHEAD = 20.0
"""What lists are inexact by: nearer than this a clock counts as right, s."""

_AGREE = 3.0
_WITNESSES = 3
_MAJORITY = 0.6
_MOST = 400
_EDGE = 300.0
"""So near to the ends of a window borders are those of the question, s."""


def camera_ahead(
    cloud: Sequence[Interval], device: Sequence[Interval], window: Interval
) -> float | None:
    """Return how many seconds a camera's clock is ahead of the cloud's, None where nobody knows.

    Both lists are normal and of the window. A camera that stopped left a border in both: where
    most of the device's borders are equally far from one of the cloud's, that is the difference.
    0.0 is a clock known to be right. O(n log n) for borders that are not crowded.
    """
    inner = Interval(window.start + _EDGE, window.end - _EDGE)
    theirs = [t for span in cloud for t in span]
    mine = [t for span in device for t in span if inner.holds(t)][-_MOST:]
    shift = _shift(theirs, mine)
    if shift is None:
        return None
    return shift if abs(shift) >= LEAST_AHEAD else 0.0


def _shift(theirs: Sequence[float], mine: Sequence[float]) -> float | None:
    """Return the difference that most of ``mine`` have to one of ``theirs``."""
    found = sorted((t - other, index) for index, t in enumerate(mine) for other in _near(theirs, t))
    best: list[tuple[float, int]] = []
    low = 0
    for high, (difference, _) in enumerate(found):
        while difference - found[low][0] > _AGREE:
            low += 1
        if high + 1 - low > len(best):
            best = found[low : high + 1]
    witnesses = len({index for _, index in best})
    if witnesses < max(_WITNESSES, _MAJORITY * len(mine)):
        return None
    return median(difference for difference, _ in best)


def _near(theirs: Sequence[float], t: float) -> Sequence[float]:
    return theirs[bisect_left(theirs, t - MOST_AHEAD) : bisect_right(theirs, t + MOST_AHEAD)]
