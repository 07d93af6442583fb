"""What is recorded where, and why it is not elsewhere."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

from ivcdesk.domain import intervals
from ivcdesk.domain.intervals import Interval, clip, subtract, union


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


def gaps(
    cloud: Sequence[Interval],
    device: Sequence[Interval],
    window: Interval,
    *,
    archived: Sequence[Interval] = (),
) -> list[tuple[Interval, Gap]]:
    """Name every stretch of the window that the cloud or the device lacks, in order of time.

    The stretches do not overlap; what both have is in none of them. ``archived`` takes precedence
    wherever the cloud has nothing that plays. The window usually ends with the present: what is
    yet to come is no gap.
    """
    if window.end <= window.start:
        return []
    here, there = clip(cloud, window), clip(device, window)
    cold = subtract(clip(archived, window), here)
    found = [(piece, Gap.ARCHIVED) for piece in cold]
    kept = union(here, cold)
    found += [(piece, Gap.DEVICE_ONLY) for piece in subtract(there, kept)]
    found += [(piece, Gap.CLOUD_ONLY) for piece in subtract(here, there)]
    found += [(piece, Gap.NOWHERE) for piece in intervals.gaps(union(kept, there), window)]
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
