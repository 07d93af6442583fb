"""The ground under a camera: surfaces, roads and their markings, painted by place."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass

import numpy as np

from ivcdesk.simulator.media.drawing import Colour, F, Window, band, grain, pulse
from ivcdesk.simulator.media.planes import Array

ASPHALT: Colour = (74, 77, 82)
PAVING: Colour = (150, 148, 142)
_GRAIN = 0.5  # m
MARKING: Colour = (226, 226, 220)
YELLOW: Colour = (222, 182, 76)


class Ground:
    """The flat ground inside a window: where each pixel lies, and what is painted there.

    Rows start at the horizon; ``top`` is the first of them. ``colour`` has shape (3, h, w).
    """

    def __init__(self, window: Window, eye: float) -> None:
        below = np.flatnonzero(window.rows < -1e-4)
        self.top = int(below[0]) if len(below) else window.height
        tangent = np.minimum(window.tangents[self.top :], F(-eye / 6000))
        self.reach = (F(eye) / -tangent)[:, None]
        self._sine, self._cosine = np.sin(window.columns), np.cos(window.columns)
        self.x = self.reach * self._sine
        self.y = self.reach * self._cosine
        step = F(window.step)
        self._deep = self.reach * step * np.sqrt(1 + (self.reach / F(eye)) ** 2)
        self._wide = self.reach * step
        self.colour = np.empty((3, *self.x.shape), F)
        self.glow = np.zeros(self.x.shape, F)
        self._grains = self._make_grains() if self.x.size else self.x

    @property
    def empty(self) -> bool:
        """Whether the window shows only sky."""
        return self.x.size == 0

    def cut(self, wanted: Array) -> Ground | None:
        """Return the part around the pixels that are wanted, which shares this one's paint."""
        rows, columns = np.flatnonzero(wanted.any(axis=1)), np.flatnonzero(wanted.any(axis=0))
        if not len(rows):
            return None
        down, across = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
        part = copy.copy(self)
        part.reach, part._deep, part._wide = self.reach[down], self._deep[down], self._wide[down]
        part._sine, part._cosine = self._sine[across], self._cosine[across]
        part.x, part.y = self.x[down, across], self.y[down, across]
        part._grains = self._grains[down, across]
        part.colour, part.glow = self.colour[:, down, across], self.glow[down, across]
        return part

    def footprint(self, nx: float, ny: float) -> Array:
        """Return how long a pixel is (m) along a direction of the ground."""
        radial = F(nx) * self._sine + F(ny) * self._cosine
        lateral = F(nx) * self._cosine - F(ny) * self._sine
        size: Array = np.abs(radial) * self._deep + np.abs(lateral) * self._wide
        return size

    def fill(self, colour: Colour, rough: float = 0.06) -> None:
        """Paint everything with one rough surface."""
        tone = self.texture(rough)
        for channel in range(3):
            np.multiply(tone, F(colour[channel]), out=self.colour[channel])

    def texture(self, rough: float) -> Array:
        """Return a brightness about 1; grains fade where they are smaller than a pixel."""
        tone = self._grains * F(rough)
        tone += 1
        return tone

    def _make_grains(self) -> Array:
        clear = np.clip(F(2 * _GRAIN) / self._deep, 0, 1)
        fine = grain(self.x, self.y, _GRAIN)
        fine *= clear
        coarse = grain(self.x + 31, self.y - 17, _GRAIN * 13)
        coarse *= F(0.8)
        fine += coarse
        return fine

    def lay(self, cover: Array, colour: Colour | Array, opacity: float = 1.0) -> None:
        """Paint a colour where ``cover`` (0..1) says."""
        share = cover if opacity == 1 else cover * F(opacity)
        for channel in range(3):
            plane = self.colour[channel]
            plane += (colour[channel] - plane) * share

    def pool(self, x: float, y: float, radius: float, strength: float = 0.9) -> None:
        """Let a lamp shine on the ground."""
        wide = 2.3 * radius
        rows = np.flatnonzero(np.abs(self.reach[:, 0] - F(math.hypot(x, y))) < wide)
        aside = np.abs(self._cosine * F(x) - self._sine * F(y))
        ahead = self._sine * F(x) + self._cosine * F(y)
        columns = np.flatnonzero((aside < wide) & (ahead > -wide))
        if not len(rows) or not len(columns):
            return
        area = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
        away = (self.x[area] - F(x)) ** 2
        away += (self.y[area] - F(y)) ** 2
        away *= F(-1 / radius**2)
        np.exp(away, out=away)
        away *= F(strength)
        np.maximum(self.glow[area], away, out=self.glow[area])


@dataclass(frozen=True)
class Road:
    """A straight road: a point (m), its bearing (degrees from north), lanes on either side."""

    x: float
    y: float
    bearing: float
    lanes: int = 2
    lane: float = 3.5
    walk: float = 4.0
    median: float = 0.0
    tone: Colour = ASPHALT

    @property
    def half(self) -> float:
        """Half of the carriageway's width."""
        return self.lanes * self.lane + self.median / 2

    @property
    def along(self) -> tuple[float, float]:
        """Unit vector along the road."""
        turn = math.radians(self.bearing)
        return math.sin(turn), math.cos(turn)

    def place(self, s: float, t: float) -> tuple[float, float]:
        """Return the ground point ``s`` metres along and ``t`` metres to the right."""
        ax, ay = self.along
        return self.x + s * ax + t * ay, self.y + s * ay - t * ax

    def across(self, ground: Ground) -> tuple[Array, Array, Array]:
        """Return distance to the right of the middle line, along it, and footprint across."""
        ax, ay = self.along
        dx, dy = ground.x - F(self.x), ground.y - F(self.y)
        right = dx * F(ay) - dy * F(ax)
        forward = dx * F(ax) + dy * F(ay)
        return right, forward, ground.footprint(ay, -ax)

    def offset(self, x: float, y: float) -> float:
        """Return how far a point lies from the middle line, metres."""
        ax, ay = self.along
        return (x - self.x) * ay - (y - self.y) * ax


def paint_road(
    ground: Ground,
    road: Road,
    *,
    breaks: tuple[tuple[float, float], ...] = (),
    zebras: tuple[float, ...] = (),
    solid: bool = False,
) -> None:
    """Paint a road with kerbs and markings.

    ``breaks`` are stretches along it without markings (crossings), ``zebras`` where pedestrians
    cross; ``solid`` paints an unbroken middle line of a motorway without pavements.
    """
    whole, half = ground, road.half
    right, _, foot = road.across(whole)
    part = whole.cut(np.abs(right) < half + road.walk + foot)
    if part is None:
        return
    ground = part
    right, forward, foot = road.across(ground)
    deep = ground.footprint(*road.along)
    if road.walk:
        walk = band(right, -half - road.walk, half + road.walk, foot)
        slabs = np.minimum(pulse(forward, 1.2, 0.05, deep) + pulse(right, 1.2, 0.05, foot), 1)
        ground.lay(walk, _shades(PAVING, 1 - F(0.12) * slabs))
        ground.lay(band(np.abs(right), half, half + 0.35, foot), (186, 184, 178))
    worn = 1 - F(0.05) * pulse(right - F(0.9), road.lane, 0.45, foot)
    worn *= ground.texture(0.05)
    ground.lay(band(right, -half, half, foot), _shades(road.tone, worn))
    marked = np.ones_like(right)
    for start, end in breaks:
        marked *= 1 - band(forward, start, end, deep)
    if road.median > 0.5:
        strip = band(right, -road.median / 2 + 0.2, road.median / 2 - 0.2, foot) * marked
        ground.lay(strip, (96, 122, 82))
    _paint_lines(ground, road, right, foot, marked, pulse(forward, 9.0, 0.42, deep), solid=solid)
    for where in zebras:
        stripes = pulse(right, 1.0, 0.5, foot) * band(forward, where - 1.8, where + 1.8, deep)
        ground.lay(stripes * band(right, -half + 0.5, half - 0.5, foot), MARKING, 0.92)


def _paint_lines(
    ground: Ground,
    road: Road,
    right: Array,
    foot: Array,
    marked: Array,
    dashes: Array,
    *,
    solid: bool,
) -> None:
    away = np.abs(right)
    edge = road.half - 0.35
    white = band(away, edge - 0.08, edge + 0.08, foot)
    for number in range(1, road.lanes):
        middle = road.median / 2 + number * road.lane
        white += band(away, middle - 0.09, middle + 0.09, foot) * dashes
    inner = max(road.median / 2 + 0.25, 0.16)
    line = band(away, inner - 0.08, inner + 0.08, foot)
    if solid:
        white += line
    white *= marked
    ground.lay(white, MARKING, 0.92)
    if not solid:
        ground.lay(line * marked, YELLOW)


def _shades(colour: Colour, tone: Array) -> Array:
    return np.stack([F(channel) * tone for channel in colour])


def paint_arc(
    ground: Ground, x: float, y: float, radius: float, width: float, tone: Colour = ASPHALT
) -> None:
    """Paint a circular ramp about a point, with edge lines."""
    dx, dy = ground.x - F(x), ground.y - F(y)
    out = np.hypot(dx, dy)
    foot = ground.footprint(0.7, 0.7)
    away = out - F(radius)
    ground.lay(band(away, -width / 2, width / 2, foot), tone)
    for edge in (-width / 2 + 0.4, width / 2 - 0.4):
        ground.lay(band(away, edge - 0.09, edge + 0.09, foot), MARKING, 0.85)


def paint_water(ground: Ground, cover: Array, near: Colour, far: Colour) -> None:
    """Paint water: darker near, mirroring the sky far away, with waves."""
    slope = np.clip(ground.reach / F(420), 0, 1) ** F(0.6)
    clear = np.clip(F(6) / ground.footprint(0, 1), 0, 1)
    waves = grain(ground.x * F(0.5), ground.y * F(1.1), 0.55) * clear
    swell = grain(ground.x * F(0.35), ground.y, 9.0)
    tone = 1 + F(0.13) * waves + F(0.07) * swell
    colour = np.empty_like(ground.colour)
    for channel in range(3):
        base = F(near[channel]) + F(far[channel] - near[channel]) * slope
        colour[channel] = base * tone
    ground.lay(cover, colour)


def paint_slots(
    ground: Ground, x: float, y: float, bearing: float, count: int, size: tuple[float, float]
) -> None:
    """Paint a row of parking bays; the row starts at a point and runs along ``bearing``."""
    row = Road(x, y, bearing)
    right, forward, foot = row.across(ground)
    deep = ground.footprint(*row.along)
    wide, long = size
    inside = band(right, 0, long, foot) * band(forward, -0.1, count * wide + 0.1, deep)
    lines = pulse(forward + F(0.06), wide, 0.12 / wide, deep)
    ground.lay(inside * lines, MARKING, 0.9)
