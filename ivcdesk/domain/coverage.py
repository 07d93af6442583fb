"""What is recorded where, and why it is not elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import Enum, Flag, auto
from itertools import pairwise
from math import isfinite
from typing import NamedTuple

from ivcdesk.domain import intervals
from ivcdesk.domain.intervals import Interval, Intervals, clip, normalise, subtract, union

MANY = 2000
"""So many pieces of one day are more than any recorder should make of it."""


class Source(Enum):
    """Where a recording is kept."""

    CLOUD = "cloud"
    DEVICE = "device"


class Gap(Enum):
    """Why a stretch is missing from one place or from both."""

    NOWHERE = "nowhere"
    """Neither the cloud nor the device has it."""
    DEVICE_ONLY = "device_only"
    """The device has it, the cloud does not: it can be back-filled."""
    CLOUD_ONLY = "cloud_only"
    """The cloud has it, the device does not: nothing is lost."""
    ARCHIVED = "archived"
    """The cloud has moved it to its archive; it must be retrieved before it plays."""
    OUTSIDE_PLAN = "outside_plan"
    """Neither has it, and no plan wanted it recorded: nothing went wrong."""


class Untidy(Flag):
    """What was wrong with a device's list of its recordings before it was put right."""

    UNSORTED = auto()
    """The pieces were not in the order of time."""
    OVERLAPPING = auto()
    """Some pieces had moments in common."""
    EMPTY = auto()
    """Some pieces had no length, or ended before they began."""
    OUTSIDE = auto()
    """Some pieces were not of the time that was asked for."""
    MANY = auto()
    """There were thousands of pieces."""
    INCOMPLETE = auto()
    """The list stopped early: asked once more, the device told the rest."""


TIDY = Untidy(0)


class Tidied(NamedTuple):
    """A device's list put right, and what was wrong with it."""

    spans: Intervals
    faults: Untidy


def tidied(listed: Iterable[tuple[float, float]], window: Interval) -> Tidied:
    """Put a device's list right: sorted, merged, and clipped to the window asked for.

    Whole files that reach out of the window are no fault: devices list files. O(n log n).
    """
    faults, real = TIDY, []
    count, last = 0, float("-inf")
    for start, end in listed:
        count += 1
        if not (isfinite(start) and isfinite(end)) or end <= start:
            faults |= Untidy.EMPTY
            continue
        if end <= window.start or start >= window.end:
            faults |= Untidy.OUTSIDE
            continue
        if start < last:
            faults |= Untidy.UNSORTED
        last = start
        real.append((start, end))
    if count > MANY:
        faults |= Untidy.MANY
    real.sort()
    if any(later[0] < earlier[1] for earlier, later in pairwise(real)):
        faults |= Untidy.OVERLAPPING
    return Tidied(clip(normalise(real), window), faults)


def gaps(
    cloud: Sequence[Interval],
    device: Sequence[Interval],
    window: Interval,
    *,
    archived: Sequence[Interval] = (),
    planned: Sequence[Interval] | None = None,
) -> list[tuple[Interval, Gap]]:
    """Name every stretch of the window that the cloud or the device lacks, in order of time.

    The stretches do not overlap; what both have is in none of them. ``archived`` takes precedence
    wherever the cloud has nothing that plays. ``planned`` is when a plan records, None where that
    is not known. The window usually ends with the present: what is yet to come is no gap.
    """
    if window.end <= window.start:
        return []
    here, there = clip(cloud, window), clip(device, window)
    cold = subtract(clip(archived, window), here)
    found = [(piece, Gap.ARCHIVED) for piece in cold]
    kept = union(here, cold)
    found += [(piece, Gap.DEVICE_ONLY) for piece in subtract(there, kept)]
    found += [(piece, Gap.CLOUD_ONLY) for piece in subtract(here, there)]
    missing = intervals.gaps(union(kept, there), window)
    if planned is not None:
        wanted = clip(planned, window)
        found += [(piece, Gap.OUTSIDE_PLAN) for piece in subtract(missing, wanted)]
        missing = intervals.intersection(missing, wanted)
    found += [(piece, Gap.NOWHERE) for piece in missing]
    found.sort(key=lambda pair: pair[0])
    return found


def best(
    cloud: Sequence[Interval], device: Sequence[Interval], t: float
) -> tuple[Source, Interval] | None:
    """Return where to play a moment from: the cloud where it has it, else the device, else None."""
    for source, kept in ((Source.CLOUD, cloud), (Source.DEVICE, device)):
        interval = intervals.at(kept, t)
        if interval is not None:
            return source, interval
    return None
