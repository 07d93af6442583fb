"""What a timeline shows, as arrays: any number of recordings costs one search per pixel."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from ivcdesk.domain.coverage import Gap

Floats = npt.NDArray[np.float64]


class Lane:
    """Stretches of time, sorted and merged; made of any ``(start, end)`` pairs or (n, 2) array.

    Empty and reversed stretches are dropped. Moments are in seconds since the epoch.
    """

    __slots__ = ("_before", "ends", "starts")

    def __init__(self, stretches: Iterable[tuple[float, float]] | Floats = ()) -> None:
        pairs = stretches if isinstance(stretches, np.ndarray) else list(stretches)
        rows = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
        starts, ends = np.ascontiguousarray(rows[:, 0]), np.ascontiguousarray(rows[:, 1])
        real = starts < ends
        if not real.all():
            starts, ends = starts[real], ends[real]
        if starts.size > 1 and np.any(starts[1:] <= ends[:-1]):
            if np.any(starts[1:] < starts[:-1]):
                order = np.argsort(starts, kind="stable")
                starts, ends = starts[order], ends[order]
            reach = np.maximum.accumulate(ends)
            fresh = np.concatenate(([True], starts[1:] > reach[:-1]))
            last = np.concatenate((fresh[1:], [True]))
            starts, ends = starts[fresh], reach[last]
        self.starts: Floats = starts
        self.ends: Floats = ends
        self._before: Floats = np.concatenate(([0.0], np.cumsum(self.ends - self.starts)))

    def __len__(self) -> int:
        return int(self.starts.size)

    def __or__(self, other: Lane) -> Lane:
        return Lane(np.concatenate((self.pairs, other.pairs)))

    @property
    def pairs(self) -> Floats:
        """The stretches as an array of shape (n, 2)."""
        return np.column_stack((self.starts, self.ends))

    def fraction(self, edges: Floats) -> Floats:
        """Return which part (0 … 1) of each cell between two edges is covered. O(cells log n)."""
        if not self.starts.size or edges[-1] <= self.starts[0] or edges[0] >= self.ends[-1]:
            return np.zeros(edges.size - 1)
        if self.holds_all(float(edges[0]), float(edges[-1])):
            return np.ones(edges.size - 1)
        index = np.searchsorted(self.starts, edges, side="right")
        over = np.clip(self.ends[np.maximum(index - 1, 0)] - edges, 0.0, None)
        covered = self._before[index] - np.where(index > 0, over, 0.0)
        return np.asarray(np.diff(covered) / np.diff(edges), dtype=np.float64)

    def holds(self, t: float) -> bool:
        """Whether the moment is covered."""
        index = int(np.searchsorted(self.starts, t, side="right")) - 1
        return index >= 0 and t < float(self.ends[index])

    def holds_all(self, start: float, end: float) -> bool:
        """Whether the whole stretch is covered."""
        index = int(np.searchsorted(self.starts, start, side="right")) - 1
        return index >= 0 and end <= float(self.ends[index])

    def border_after(self, t: float) -> float | None:
        """Return the first start or end later than the moment."""
        found = [
            float(borders[index])
            for borders in (self.starts, self.ends)
            if (index := int(np.searchsorted(borders, t, side="right"))) < borders.size
        ]
        return min(found, default=None)

    def border_before(self, t: float) -> float | None:
        """Return the last start or end earlier than the moment."""
        found = [
            float(borders[index])
            for borders in (self.starts, self.ends)
            if (index := int(np.searchsorted(borders, t, side="left")) - 1) >= 0
        ]
        return max(found, default=None)

    def first_in(self, start: float, end: float) -> float | None:
        """Return the first covered moment of a window, or None."""
        if self.holds(start):
            return start
        index = int(np.searchsorted(self.starts, start, side="left"))
        if index < self.starts.size and self.starts[index] < end:
            return float(self.starts[index])
        return None

    def last_in(self, start: float, end: float) -> float | None:
        """Return the last covered moment (exclusive) of a window, or None."""
        index = int(np.searchsorted(self.starts, end, side="left")) - 1
        if index < 0 or self.ends[index] <= start:
            return None
        return min(float(self.ends[index]), end)

    @property
    def extent(self) -> tuple[float, float] | None:
        """The first and the last covered moment, or None where nothing is."""
        if not self.starts.size:
            return None
        return float(self.starts[0]), float(self.ends[-1])


NOTHING = Lane()


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One place that keeps recordings: what it has, and how much of that is known by now.

    ``known`` was asked for and answered, ``loading`` is being asked for, ``failed`` could not be
    read; ``problem`` says why in a few words.
    """

    recorded: Lane = NOTHING
    known: Lane = NOTHING
    loading: Lane = NOTHING
    failed: Lane = NOTHING
    problem: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One channel's recordings: in the cloud, on the device and in the cloud's archive."""

    name: str = ""
    cloud: Part = field(default_factory=Part)
    device: Part = field(default_factory=Part)
    archived: Lane = NOTHING
    kept: Lane = field(init=False)
    anywhere: Lane = field(init=False)

    def __post_init__(self) -> None:
        kept = self.cloud.recorded | self.archived if len(self.archived) else self.cloud.recorded
        object.__setattr__(self, "kept", kept)
        object.__setattr__(self, "anywhere", kept | self.device.recorded)

    def gap_at(self, t: float) -> Gap | None:
        """Return why the cloud lacks a moment; None where it has it or is not known to lack it."""
        if self.cloud.recorded.holds(t):
            return None
        if self.archived.holds(t):
            return Gap.ARCHIVED
        if not self.cloud.known.holds(t):
            return None
        if self.device.recorded.holds(t):
            return Gap.DEVICE_ONLY
        return Gap.NOWHERE if self.device.known.holds(t) else None


def border(tracks: Sequence[Track], t: float, *, forward: bool) -> float | None:
    """Return the next (or previous) beginning or end of a recording, seen from a moment."""
    lanes = [part.recorded for track in tracks for part in (track.cloud, track.device)]
    if forward:
        return min((b for lane in lanes if (b := lane.border_after(t + 1e-3))), default=None)
    return max((b for lane in lanes if (b := lane.border_before(t - 1e-3))), default=None)


def edge(tracks: Sequence[Track], start: float, end: float, *, last: bool) -> float:
    """Return the first recorded moment of a window, or one second before the last one's end.

    Where nothing is recorded it is the window's own.
    """
    lanes = [part.recorded for track in tracks for part in (track.cloud, track.device)]
    if last:
        return max(((t - 1.0) for n in lanes if (t := n.last_in(start, end))), default=end)
    return min((t for n in lanes if (t := n.first_in(start, end)) is not None), default=start)


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """A track seen through pixels: each array holds one number (0 … 1) per pixel column.

    ``bare`` columns hold nothing from the cloud at all.
    """

    bare: npt.NDArray[np.bool_]
    cloud: Floats
    device: Floats
    device_only: Floats
    archived: Floats
    nowhere: Floats
    unknown: Floats
    cloud_loading: Floats
    cloud_failed: Floats
    device_loading: Floats
    device_failed: Floats


def columns(track: Track, edges: Floats, now: float) -> Columns:
    """Return what each pixel column of a track shows; ``edges`` are the columns' borders in time.

    ``device_only``, ``archived``, ``nowhere`` and ``unknown`` are parts of the column that the
    cloud has no recording for and that lie before ``now``; ``unknown`` is where the device was
    not heard.
    """
    cloud = track.cloud.recorded.fraction(edges)
    device = track.device.recorded.fraction(edges)
    past = np.clip((now - edges[:-1]) / np.diff(edges), 0.0, 1.0)
    asked = np.minimum(track.cloud.known.fraction(edges), past)
    missing = np.clip(asked - cloud, 0.0, 1.0)
    kept = track.kept.fraction(edges) if len(track.archived) else cloud
    archived = np.clip(kept - cloud, 0.0, 1.0)
    missing = np.maximum(missing, archived)
    device_only = np.clip(np.minimum(track.anywhere.fraction(edges) - kept, missing), 0.0, 1.0)
    rest = np.clip(missing - archived - device_only, 0.0, 1.0)
    heard = track.device.known.fraction(edges)
    nowhere = np.where(heard > 0.5, rest, 0.0)
    # Moments are exact to a quarter of a microsecond; what is narrower is an error of rounding.
    nothing = max(1e-7, 2e-6 / float(edges[1] - edges[0]))
    return Columns(
        bare=cloud <= nothing,
        cloud=cloud,
        device=device,
        device_only=device_only,
        archived=archived,
        nowhere=nowhere,
        unknown=rest - nowhere,
        cloud_loading=track.cloud.loading.fraction(edges),
        cloud_failed=track.cloud.failed.fraction(edges),
        device_loading=track.device.loading.fraction(edges),
        device_failed=track.device.failed.fraction(edges),
    )
