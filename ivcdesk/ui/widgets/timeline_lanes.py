"""What a timeline shows, as arrays: any number of recordings costs one search per pixel."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from math import ceil, floor, log2

import numpy as np
import numpy.typing as npt

from ivcdesk.domain.coverage import Gap

_FEW = 4096
"""Up to so many borders looking them up costs no more than an even grid."""
_GRID = 1 << 17
"""How many even steps the coverage of a lane with many borders is kept in."""
_CHUNK = 1 << 10
"""Grids begin and end at such multiples of their step, so that lanes of one time share them."""

Floats = npt.NDArray[np.float64]
Booleans = npt.NDArray[np.bool_]
Integers = npt.NDArray[np.intp]


class Cells:
    """The pixel columns of a window, with even borders in time; shared by all its lanes."""

    __slots__ = ("_places", "cell", "edges", "end", "start")

    def __init__(self, edges: Floats) -> None:
        self.edges = edges
        self.start, self.end = float(edges[0]), float(edges[-1])
        self.cell = float(edges[1] - edges[0])
        self._places: dict[tuple[float, int, int], tuple[Integers, Integers, Floats]] = {}

    def __len__(self) -> int:
        return self.edges.size - 1

    def places(self, step: float, first: int, size: int) -> tuple[Integers, Integers, Floats]:
        """Return between which points of a grid each edge lies, and how far after the former."""
        key = step, first, size
        found = self._places.get(key)
        if found is None:
            place = self.edges / step
            place -= first
            np.clip(place, 0, size - 1, out=place)
            index = place.astype(np.intp)
            np.minimum(index, size - 2, out=index)
            place -= index
            found = self._places[key] = (index, index + 1, place)
        return found


class Lane:
    """Stretches of time, sorted and merged; made of any ``(start, end)`` pairs or (n, 2) array.

    Empty and reversed stretches are dropped. Moments are in seconds since the epoch.
    """

    __slots__ = ("_borders", "_covered", "_ends", "_grid")

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
        self._ends = (
            (float(self._borders[0]), float(self._borders[-1])) if len(self) else (0.0, 0.0)
        )
        self._grid = self._gridded() if self._borders.size >= _FEW else None

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

    @property
    def ends(self) -> tuple[float, float]:
        """The first moment covered and the one after the last; both 0.0 where nothing is."""
        return self._ends

    def seconds(self, start: float, end: float) -> float:
        """Return how much of a window is covered, s. O(log n)."""
        if not self._borders.size or end <= start:
            return 0.0
        before, after = np.interp((start, end), self._borders, self._covered)
        return float(after - before)

    def within(self, start: float, end: float) -> Floats:
        """Return the stretches inside a window, clipped to it, as an array of shape (n, 2)."""
        rows = self.pairs
        first = int(rows[:, 1].searchsorted(start, side="right"))
        last = int(rows[:, 0].searchsorted(end))
        return np.clip(rows[first : max(first, last)], start, end)

    def fraction(self, edges: Floats | Cells) -> Floats:
        """Return which part (0 … 1) of each cell between two even edges is covered.

        It takes one search for each cell, however many stretches there are. What is smaller than
        a quarter of a cell may be spread over that quarter.
        """
        cells = edges if isinstance(edges, Cells) else Cells(edges)
        found = np.empty(len(cells))
        self.fill(cells, found)
        return found

    def fill(self, cells: Cells, found: Floats) -> None:
        """Write the part of each cell that is covered into an array; see :meth:`fraction`."""
        start, end, cell = cells.start, cells.end, cells.cell
        if not self._borders.size or end <= self._ends[0] or start >= self._ends[1]:
            found[:] = 0.0
            return
        if self._borders.size == 2 and self._ends[0] <= start and end <= self._ends[1]:
            found[:] = 1.0
            return
        grid = self._grid
        if grid is not None and grid[1] <= cell / 4:
            # The coarsest points that are near enough: few of them fit into the processor's cache.
            first, step, levels = grid
            coarse = min(floor(log2(cell / 4 / step)), len(levels) - 1)
            covered = levels[coarse]
            index, after, part = cells.places(step * 2.0**coarse, first >> coarse, covered.size)
            at_edges = covered[after]
            before = covered[index]
            at_edges -= before
            at_edges *= part
            at_edges += before
        else:
            borders, covered = self._borders, self._covered
            low = int(borders.searchsorted(start, side="right"))
            high = int(borders.searchsorted(end))
            if low >= high:
                found[:] = 1.0 if self.holds(start) else 0.0
                return
            seen = slice(max(low - 1, 0), high + 1)
            at_edges = np.interp(cells.edges, borders[seen], covered[seen])
        np.subtract(at_edges[1:], at_edges[:-1], out=found)
        found *= 1.0 / cell

    def _gridded(self) -> tuple[int, float, list[Floats]]:
        """Return how much is covered before each point of even grids, each half as fine.

        The number of the first point of the finest, its step in s, and their values.
        """
        start, end = self._ends
        step = 2.0 ** ceil(log2((end - start) / _GRID))
        first = floor(start / step) // _CHUNK * _CHUNK
        size = (ceil(end / step) - first) // _CHUNK * _CHUNK + _CHUNK + 1
        points = (first + np.arange(size)) * step
        levels = [np.interp(points, self._borders, self._covered)]
        while (levels[-1].size - 1) % 2 == 0 and len(levels) <= log2(_CHUNK):
            levels.append(levels[-1][::2].copy())
        return first, step, levels

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

    def start_near(self, t: float, *, forward: bool) -> float | None:
        """Return the first start later than a moment, or the last one earlier than it."""
        starts = self._borders[0::2]
        if forward:
            index = int(starts.searchsorted(t + 1e-3, side="right"))
            return float(starts[index]) if index < starts.size else None
        index = int(starts.searchsorted(t - 1e-3)) - 1
        return float(starts[index]) if index >= 0 else None

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
EVER = Lane([(-1e12, 1e12)])


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One place that keeps recordings: what it has, and how much of that is known by now.

    ``known`` was asked for and answered, ``loading`` is being asked for, ``failed`` could not be
    read; ``problem`` says why in a few words. ``note`` is what there is to say of the whole, and
    ``fault`` what was wrong with its list before it was put right.
    """

    recorded: Lane = NOTHING
    known: Lane = NOTHING
    loading: Lane = NOTHING
    failed: Lane = NOTHING
    problem: str = ""
    note: str = ""
    fault: str = ""
    waits: Lane = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "waits", self.loading | self.failed)


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """One channel's recordings: in the cloud, on the device and in the cloud's archive.

    ``planned`` is when a plan wants it recorded, None where that is not known; ``clock_offset`` is
    how many seconds the camera's clock is ahead, None where that is not known.
    """

    name: str = ""
    cloud: Part = field(default_factory=Part)
    device: Part = field(default_factory=Part)
    archived: Lane = NOTHING
    planned: Lane | None = None
    clock_offset: float | None = None
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
        if not self.device.known.holds(t):
            return None
        unwanted = self.planned is not None and not self.planned.holds(t)
        return Gap.OUTSIDE_PLAN if unwanted else Gap.NOWHERE


def border(tracks: Sequence[Track], t: float, *, forward: bool) -> float | None:
    """Return the next (or previous) beginning or end of a recording, seen from a moment."""
    lanes = [part.recorded for track in tracks for part in (track.cloud, track.device)]
    if forward:
        return min((b for lane in lanes if (b := lane.border_after(t + 1e-3))), default=None)
    return max((b for lane in lanes if (b := lane.border_before(t - 1e-3))), default=None)


def beginning(tracks: Sequence[Track], t: float, *, forward: bool) -> float | None:
    """Return where the next (or the previous) recording begins, seen from a moment.

    Places that have the same recording count as one; the recording that holds the moment begins
    before it.
    """
    starts = [
        start
        for track in tracks
        if (start := track.anywhere.start_near(t, forward=forward)) is not None
    ]
    if not starts:
        return None
    return min(starts) if forward else max(starts)


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

    ``bare`` columns hold nothing from the cloud at all, and ``lacking`` ones nothing on a device
    that was heard, though the cloud has something. ``anywhere`` is one row for all tracks: the
    most that any of them has. Causes that occur nowhere are None.
    """

    bare: Booleans
    lacking: Booleans
    cloud: Floats
    device: Floats
    anywhere: Floats
    device_only: Floats | None
    archived: Floats | None
    nowhere: Floats | None
    unplanned: Floats | None
    unknown: Floats | None
    cloud_waits: Booleans | None
    device_waits: Booleans | None


def columns(tracks: Sequence[Track], edges: Floats, now: float) -> Columns:
    """Return what each pixel column shows; ``edges`` are the even borders of the columns in time.

    ``device_only``, ``archived``, ``nowhere``, ``unplanned`` and ``unknown`` are the parts of a
    column that the cloud has no recording for and that lie before ``now``; ``unknown`` is where
    the device was not heard. What ``waits`` is being loaded or could not be.
    """
    cells = Cells(edges)

    def seen(lane: Callable[[Track], Lane]) -> Floats:
        found = np.empty((len(tracks), len(cells)))
        for index, track in enumerate(tracks):
            lane(track).fill(cells, found[index])
        return found

    def waits(lane: Callable[[Track], Lane]) -> Booleans | None:
        return seen(lane) > 0.5 if any(len(lane(track)) for track in tracks) else None

    cloud = seen(lambda track: track.cloud.recorded)
    device = seen(lambda track: track.device.recorded)
    elsewhere = seen(lambda track: track.anywhere)
    anywhere = elsewhere.max(axis=0)
    missing = seen(lambda track: track.cloud.known)
    if cells.end > now:
        np.minimum(missing, np.clip((now - edges[:-1]) / cells.cell, 0.0, 1.0), out=missing)
    missing -= cloud
    archived: Floats | None = None
    if any(len(track.archived) for track in tracks):
        archived = np.maximum(seen(lambda track: track.kept) - cloud, 0.0)
        np.maximum(missing, archived, out=missing)
    np.maximum(missing, 0.0, out=missing)
    elsewhere -= cloud
    if archived is not None:
        elsewhere -= archived
    device_only = np.clip(elsewhere, 0.0, missing, out=elsewhere)
    rest = missing
    rest -= device_only
    if archived is not None:
        rest -= archived
    np.maximum(rest, 0.0, out=rest)
    heard = seen(lambda track: track.device.known) > 0.5
    unknown: Floats | None = None
    if not heard.all():
        unknown = np.where(heard, 0.0, rest)
        rest = np.where(heard, rest, 0.0)
    unplanned: Floats | None = None
    if any(track.planned is not None for track in tracks):
        wanted = seen(lambda track: EVER if track.planned is None else track.planned)
        unplanned = np.minimum(rest, np.maximum(1.0 - wanted, 0.0))
        rest = rest - unplanned
    # Moments are exact to a quarter of a microsecond; what is narrower is an error of rounding.
    nothing = max(1e-7, 2e-6 / cells.cell)
    bare = cloud <= nothing
    return Columns(
        bare=bare,
        lacking=heard & ~bare & (device <= nothing),
        cloud=cloud,
        device=device,
        anywhere=anywhere,
        device_only=device_only,
        archived=archived,
        nowhere=rest,
        unplanned=unplanned,
        unknown=unknown,
        cloud_waits=waits(lambda track: track.cloud.waits),
        device_waits=waits(lambda track: track.device.waits),
    )
