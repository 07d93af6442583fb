"""What a timeline shows, as arrays: any number of recordings costs one search per pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import floor, log2

import numpy as np
import numpy.typing as npt

from ivcdesk.domain.coverage import Gap

_FEW = 4096
"""Up to so many borders nothing is gained by leaving some out."""

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]


class Lane:
    """Stretches of time, sorted and merged; made of any ``(start, end)`` pairs or (n, 2) array.

    Empty and reversed stretches are dropped. Moments are in seconds since the epoch.
    """

    __slots__ = ("_borders", "_covered", "_ends", "_levels")

    def __init__(self, stretches: Iterable[tuple[float, float]] | Floats = ()) -> None:
        pairs = stretches if isinstance(stretches, np.ndarray) else list(stretches)
        rows = np.asarray(pairs, dtype=np.float64).reshape(-1, 2)
        real = rows[:, 0] < rows[:, 1]
        if not real.all():
            rows = rows[real]
        if rows.shape[0] > 1 and np.any(rows[1:, 0] <= rows[:-1, 1]):
            rows = _merged(rows)
        # The borders, and how much is covered before each: coverage grows straight between them.
        self._borders: Floats = np.array(rows).reshape(-1)
        self._covered: Floats = np.zeros(self._borders.size)
        np.cumsum(rows[:, 1] - rows[:, 0], out=self._covered[1::2])
        self._covered[2::2] = self._covered[1:-1:2]
        self._levels: dict[int, tuple[Floats, Floats]] = {}
        self._ends = (
            (float(self._borders[0]), float(self._borders[-1])) if len(self) else (0.0, 0.0)
        )

    def __len__(self) -> int:
        return self._borders.size // 2

    def __or__(self, other: Lane) -> Lane:
        if not len(self) or not len(other):
            return self if len(self) else other
        return Lane(np.concatenate((self.pairs, other.pairs)))

    @property
    def pairs(self) -> Floats:
        """The stretches as an array of shape (n, 2)."""
        return self._borders.reshape(-1, 2)

    def fraction(self, edges: Floats) -> Floats:
        """Return which part (0 … 1) of each cell between two even edges is covered.

        It takes one search for each cell, however many stretches there are. What is smaller than
        a quarter of a cell may be spread over that quarter.
        """
        if not len(self):
            return np.zeros(edges.size - 1)
        start, end = float(edges[0]), float(edges[-1])
        if end <= self._ends[0] or start >= self._ends[1]:
            return np.zeros(edges.size - 1)
        if len(self) == 1 and self._ends[0] <= start and end <= self._ends[1]:
            return np.ones(edges.size - 1)
        cell = float(edges[1] - edges[0])
        borders, covered = self._level(cell / 4)
        first = int(borders.searchsorted(start, side="right"))
        last = int(borders.searchsorted(end))
        if first >= last:
            return np.full(edges.size - 1, 1.0 if self.holds(start) else 0.0)
        seen = slice(max(first - 1, 0), last + 1)
        at_edges = np.interp(edges, borders[seen], covered[seen])
        found: Floats = at_edges[1:] - at_edges[:-1]
        found *= 1.0 / cell
        return found

    def _level(self, detail: float) -> tuple[Floats, Floats]:
        """Return borders and coverage with no more than two borders in each ``detail`` s.

        Coverage is exact at those that are left, so that an error never leaves its place. Levels
        are kept, each a half as detailed as the one before.
        """
        size = self._borders.size
        if size < _FEW or detail * size < self._borders[-1] - self._borders[0]:
            return self._borders, self._covered
        level = floor(log2(detail))
        if level not in self._levels:
            finer = [known for known in self._levels if known < level]
            source = self._levels[max(finer)] if finer else (self._borders, self._covered)
            place = np.floor(source[0] * 2.0**-level)
            inner = np.concatenate(([False], (place[1:-1] == place[:-2])
                                    & (place[1:-1] == place[2:]), [False]))  # fmt: skip
            self._levels[level] = source[0][~inner], source[1][~inner]
        return self._levels[level]

    def holds(self, t: float) -> bool:
        """Whether the moment is covered."""
        return self._after(t) % 2 == 1

    def border_after(self, t: float) -> float | None:
        """Return the first start or end later than the moment."""
        index = self._after(t)
        return float(self._borders[index]) if index < self._borders.size else None

    def border_before(self, t: float) -> float | None:
        """Return the last start or end earlier than the moment."""
        index = int(np.searchsorted(self._borders, t)) - 1
        return float(self._borders[index]) if index >= 0 else None

    def first_in(self, start: float, end: float) -> float | None:
        """Return the first covered moment of a window, or None."""
        if self.holds(start):
            return start
        border = self.border_after(start)
        return border if border is not None and border < end else None

    def last_in(self, start: float, end: float) -> float | None:
        """Return the last covered moment (exclusive) of a window, or None."""
        index = int(np.searchsorted(self._borders, end))
        if index % 2:
            return end
        return (
            float(self._borders[index - 1]) if index and self._borders[index - 1] > start else None
        )

    def _after(self, t: float) -> int:
        """Return the index of the first border later than a moment; it is odd inside a stretch."""
        return int(np.searchsorted(self._borders, t, side="right"))


def _merged(rows: Floats) -> Floats:
    """Return stretches of shape (n, 2) in order, those that touch or overlap made one."""
    starts, ends = rows[:, 0], rows[:, 1]
    if np.any(starts[1:] < starts[:-1]):
        order = np.argsort(starts, kind="stable")
        starts, ends = starts[order], ends[order]
    reach = np.maximum.accumulate(ends)
    fresh = np.concatenate(([True], starts[1:] > reach[:-1]))
    return np.column_stack((starts[fresh], reach[np.concatenate((fresh[1:], [True]))]))


NOTHING = Lane()


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One place that keeps recordings: what it has, and how much of that is known by now.

    ``known`` was asked for and answered, ``loading`` is being asked for, ``failed`` could not be
    read; ``problem`` says why in a few words. ``note`` is what there is to say of the whole.
    """

    recorded: Lane = NOTHING
    known: Lane = NOTHING
    loading: Lane = NOTHING
    failed: Lane = NOTHING
    problem: str = ""
    note: str = ""
    waits: Lane = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "waits", self.loading | self.failed)


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
        kept = self.cloud.recorded | self.archived
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
    """Tracks seen through pixels: arrays of shape (tracks, pixel columns) with parts of 0 … 1.

    ``bare`` columns hold nothing from the cloud at all.
    """

    bare: Booleans
    cloud: Floats
    device: Floats
    device_only: Floats
    archived: Floats
    nowhere: Floats
    unknown: Floats
    cloud_waits: Booleans
    device_waits: Booleans


def columns(tracks: Sequence[Track], edges: Floats, now: float) -> Columns:
    """Return what each pixel column shows; ``edges`` are the even borders of the columns in time.

    ``device_only``, ``archived``, ``nowhere`` and ``unknown`` are the parts of a column that the
    cloud has no recording for and that lie before ``now``; ``unknown`` is where the device was
    not heard. What ``waits`` is being loaded or could not be.
    """

    def seen(lane: Callable[[Track], Lane]) -> Floats:
        return np.stack([lane(track).fraction(edges) for track in tracks])

    cell = float(edges[1] - edges[0])
    cloud = seen(lambda track: track.cloud.recorded)
    device = seen(lambda track: track.device.recorded)
    past = np.clip((now - edges[:-1]) / cell, 0.0, 1.0)
    missing = np.minimum(seen(lambda track: track.cloud.known), past) - cloud
    archived = np.zeros_like(cloud)
    if any(len(track.archived) for track in tracks):
        archived = np.maximum(seen(lambda track: track.kept) - cloud, 0.0)
        missing = np.maximum(missing, archived)
    missing = np.maximum(missing, 0.0)
    elsewhere = seen(lambda track: track.anywhere) - cloud - archived
    device_only = np.clip(elsewhere, 0.0, missing)
    rest = np.maximum(missing - archived - device_only, 0.0)
    heard = seen(lambda track: track.device.known) > 0.5
    # Moments are exact to a quarter of a microsecond; what is narrower is an error of rounding.
    nothing = max(1e-7, 2e-6 / cell)
    return Columns(
        bare=cloud <= nothing,
        cloud=cloud,
        device=device,
        device_only=device_only,
        archived=archived,
        nowhere=np.where(heard, rest, 0.0),
        unknown=np.where(heard, 0.0, rest),
        cloud_waits=seen(lambda track: track.cloud.waits) > 0.5,
        device_waits=seen(lambda track: track.device.waits) > 0.5,
    )
