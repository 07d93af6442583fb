"""Painting directions seen from one point: windows, canvases and exactly filtered shapes.

A scene is seen from the origin of its ground plan (metres; x east, y north, z up from the ground).
Pictures of it are rectangles of azimuth (degrees clockwise from north) and elevation (degrees, up
is positive). Every edge is filtered over the footprint of a pixel, so nothing needs supersampling.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from ivcdesk.simulator.media.planes import Array

Colour = tuple[float, float, float]
F = np.float32

NEAREST, FARTHEST = 2.0, 4000.0
_DEPTH_STEPS = 254 / math.log2(FARTHEST / NEAREST)


def depth_code(distance: float) -> int:
    """Return a distance (m) as one byte on a logarithmic scale; 255 hides nothing."""
    clipped = min(max(distance, NEAREST), FARTHEST)
    return int(_DEPTH_STEPS * math.log2(clipped / NEAREST))


def depth_codes(distances: Array) -> Array:
    """Return distances (m) as bytes on a logarithmic scale."""
    near = np.clip(distances, NEAREST, FARTHEST)
    codes: Array = (_DEPTH_STEPS * np.log2(near / NEAREST)).astype(np.uint8)
    return codes


@dataclass(frozen=True)
class Window:
    """A rectangle of directions: left and top edge (degrees), pixels per degree, size (px)."""

    azimuth: float
    elevation: float
    density: float
    width: int
    height: int

    @property
    def step(self) -> float:
        """The angle of one pixel, radians."""
        return math.radians(1 / self.density)

    @functools.cached_property
    def columns(self) -> Array:
        """Azimuth of each column's middle, radians."""
        middle = (np.arange(self.width) + 0.5) / self.density
        angles: Array = np.radians(self.azimuth + middle).astype(F)
        return angles

    @functools.cached_property
    def rows(self) -> Array:
        """Elevation of each row's middle, radians."""
        middle = (np.arange(self.height) + 0.5) / self.density
        angles: Array = np.radians(self.elevation - middle).astype(F)
        return angles

    @functools.cached_property
    def tangents(self) -> Array:
        """Tangent of each row's elevation."""
        tangents: Array = np.tan(self.rows)
        return tangents

    def x(self, azimuth: float) -> float:
        """Return the column (px) of an azimuth, on the turn nearest to the window's middle."""
        middle = self.azimuth + self.width / self.density / 2
        turned = (azimuth - middle + 180) % 360 - 180
        return (turned + middle - self.azimuth) * self.density

    def y(self, elevation: float) -> float:
        """Return the row (px) of an elevation (degrees)."""
        return (self.elevation - elevation) * self.density


class Canvas:
    """Layers of one window: colour by day, light of lamps, how much sky shows, and distance."""

    def __init__(self, window: Window, eye: float, behind: Colour) -> None:
        shape = (window.height, window.width)
        self.window = window
        self.eye = eye
        self.rgb = np.empty((3, *shape), F)
        # What shows through the soft edges of things before the sky is put behind them.
        self.rgb[:] = np.array(behind, F)[:, None, None]
        self.glow = np.zeros(shape, F)
        self.sky = np.ones(shape, F)
        self.depth = np.full(shape, 255, np.uint8)

    def blend(
        self,
        top: int,
        left: int,
        cover: Array,
        colour: Colour | Array,
        *,
        glow: float | Array = 0.0,
        distance: float | Array | None = None,
    ) -> None:
        """Lay a shape over the picture; ``cover`` (0..1) lies with its corner at (top, left).

        ``colour`` is one colour or planes of shape (3, height, width), ``distance`` a value or
        an array in metres; None means ground, which hides nothing.
        """
        height, width = cover.shape
        area = np.s_[top : top + height, left : left + width]
        rest = 1 - cover
        part = self.rgb[:, top : top + height, left : left + width]
        part *= rest
        if isinstance(colour, tuple):
            colour = np.array(colour, F)[:, None, None]
        part += colour * cover
        lamps = self.glow[area]
        lamps *= rest
        if isinstance(glow, np.ndarray) or glow:
            lamps += glow * cover
        self.sky[area] *= rest
        solid = cover > 0.5
        codes: Array | int = 255
        if isinstance(distance, np.ndarray):
            codes = depth_codes(distance)
        elif distance is not None:
            codes = depth_code(distance)
        np.copyto(self.depth[area], codes, where=solid, casting="unsafe")

    def polygon(
        self,
        points: Array,
        colour: Colour,
        *,
        glow: float = 0.0,
        distance: float = FARTHEST,
        opacity: float = 1.0,
    ) -> None:
        """Fill a convex polygon given in pixels, shape (corners, 2)."""
        found = convex_cover(points, self.window.width, self.window.height)
        if found is not None:
            top, left, cover = found
            if opacity < 1:
                cover *= F(opacity)
            self.blend(top, left, cover, colour, glow=glow, distance=distance)

    def project(self, points: Array) -> Array:
        """Return pixels (n, 2) of points in space (n, 3), unwrapped about the first one."""
        azimuth = np.degrees(np.arctan2(points[:, 0], points[:, 1]))
        reach = np.hypot(points[:, 0], points[:, 1])
        elevation = np.degrees(np.arctan2(points[:, 2] - self.eye, reach))
        first = self.window.x(float(azimuth[0]))
        away = (azimuth - azimuth[0] + 180) % 360 - 180
        out = np.empty((len(points), 2), F)
        out[:, 0] = first + away * self.window.density
        out[:, 1] = (self.window.elevation - elevation) * self.window.density
        return out


_SUBROWS = 4
_AFTER = [np.arange(1, count + 1) % max(count, 1) for count in range(40)]


def convex_cover(points: Array, width: int, height: int) -> tuple[int, int, Array] | None:
    """Return (top, left, coverage 0..1) of a convex polygon (px) inside a picture, or None.

    Exact across a row, four samples down a pixel.
    """
    xs, ys = points[:, 0], points[:, 1]
    top, bottom = max(math.floor(ys.min()), 0), min(math.ceil(ys.max()), height)
    left, right = max(math.floor(xs.min()), 0), min(math.ceil(xs.max()), width)
    if top >= bottom or left >= right:
        return None
    lines = top + (np.arange((bottom - top) * _SUBROWS, dtype=F) + F(0.5)) / F(_SUBROWS)
    after = _AFTER[len(points)]
    start, end = spans(xs, ys, xs[after], ys[after], lines)
    return top, left, span_cover(start, end, left, right, _SUBROWS)


def spans(x0: Array, y0: Array, x1: Array, y1: Array, lines: Array) -> tuple[Array, Array]:
    """Return where lines enter and leave convex polygons, shapes (..., lines).

    The corners are arrays (..., edges); a line that misses a polygon leaves before it enters.
    """
    rise = y1 - y0
    slope = (x1 - x0) / np.where(rise == 0, F(1e-6), rise)
    low, high = np.minimum(y0, y1)[..., None], np.maximum(y0, y1)[..., None]
    crossing = (x0 - slope * y0)[..., None] + slope[..., None] * lines
    outside = (lines < low) | (lines >= high)
    start: Array = np.where(outside, F(1e9), crossing).min(axis=-2)
    end: Array = np.where(outside, F(-1e9), crossing).max(axis=-2)
    return start, end


def span_cover(start: Array, end: Array, left: int, right: int, subrows: int) -> Array:
    """Return coverage (rows, right - left) of pixels between the ends of their lines."""
    cells = np.arange(left, right, dtype=F)
    filled = np.minimum(end[:, None], cells + 1)
    filled -= np.maximum(start[:, None], cells)
    np.maximum(filled, 0, out=filled)
    share: Array = filled[::subrows]
    for line in range(1, subrows):
        share = share + filled[line::subrows]
    share *= F(1 / subrows)
    return share


def pulse(along: Array, period: float, duty: float, footprint: Array | float) -> Array:
    """Return how much of a footprint (m) lies in the first ``duty`` of each period (m)."""
    middle = along * F(1 / period)
    half = np.maximum(footprint * F(0.5 / period), F(1e-4))
    share = _pulse_area(middle + half, duty)
    share -= _pulse_area(middle - half, duty)
    half *= 2
    share /= half
    return share


def _pulse_area(t: Array, duty: float) -> Array:
    whole = np.floor(t)
    t -= whole
    np.minimum(t, F(duty), out=t)
    whole *= F(duty)
    whole += t
    return whole


def band(along: Array, start: float, end: float, footprint: Array | float) -> Array:
    """Return how much of a footprint (m) lies between two places on a line."""
    inverse = 1 / np.maximum(footprint, F(1e-4))
    scaled_along = along * inverse
    inverse = np.asarray(inverse)
    share: Array = np.clip(scaled_along - (start * inverse - F(0.5)), 0, 1)
    share -= np.clip(scaled_along - (end * inverse - F(0.5)), 0, 1)
    return share


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Return a colour between two."""
    a, b, c = (x + (y - x) * share for x, y in zip(first, second, strict=True))
    return (a, b, c)


def scaled(colour: Colour, factor: float) -> Colour:
    """Return a colour made brighter or darker."""
    return (colour[0] * factor, colour[1] * factor, colour[2] * factor)


@functools.cache
def noise() -> Array:
    """Return smooth noise that repeats, shape (256, 256), about -1..1."""
    rng = np.random.default_rng(20230517)
    total = np.zeros((256, 256), F)
    for cells, weight in ((8, 0.5), (16, 0.4), (32, 0.3), (64, 0.22), (128, 0.16)):
        coarse = rng.normal(0, 1, (cells, cells)).astype(F)
        total += F(weight) * _stretch(_stretch(coarse, 256 // cells).T, 256 // cells).T
    return total / F(np.abs(total).max())


def _stretch(values: Array, times: int) -> Array:
    """Repeat rows with smooth steps between them; the last flows into the first."""
    share = (np.arange(times, dtype=F) / times)[None, :, None]
    share = share * share * (3 - 2 * share)
    after = np.roll(values, -1, axis=0)
    between: Array = values[:, None, :] * (1 - share) + after[:, None, :] * share
    return between.reshape(-1, values.shape[1])


def grain(x: Array, y: Array, size: float) -> Array:
    """Return noise at places on a plane; ``size`` (m) is the width of its finest grains."""
    scale = F(1 / size)
    across = (x * scale).astype(np.int32) & 255
    down = (y * scale).astype(np.int32) & 255
    grains: Array = noise()[down, across]
    return grains


@functools.cache
def chances() -> Array:
    """Return 4096 even random numbers in 0..1, the same in every run."""
    return np.random.default_rng(91).random(4096, F)


def chance(column: Array, row: Array, salt: int) -> Array:
    """Return an even random number in 0..1 for each cell of a grid."""
    numbers: Array = chances()[(column * 131 + row * 71 + salt * 977) & 4095]
    return numbers
