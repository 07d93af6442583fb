"""Things that stand still, block-shaped or round: buildings, stacks, tanks and chimneys."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from ivcdesk.simulator.media.drawing import (
    Canvas,
    Colour,
    F,
    band,
    chance,
    grain,
    mix,
    pulse,
    scaled,
)
from ivcdesk.simulator.media.facades import Facade, fill_palette, lay, paint_facade
from ivcdesk.simulator.media.planes import Array

SUN_AZIMUTH = math.radians(205)
_SUN = (math.sin(SUN_AZIMUTH), math.cos(SUN_AZIMUTH))


@dataclass(frozen=True)
class Air:
    """The haze between the eye and far things."""

    colour: Colour
    reach: float = 1500.0

    def veil(self, distance: float) -> float:
        """How much of the haze's colour a thing takes on at a distance (m), 0..1."""
        return 1 - math.exp(-distance / self.reach)


class Solid(Protocol):
    """Something that can be painted; the farthest are painted first."""

    @property
    def distance(self) -> float:
        """Distance (m) from the eye that decides the order of painting."""

    def span(self, eye: float) -> tuple[float, float, float, float]:
        """Return middle azimuth, half width, lowest and highest elevation (degrees)."""

    def paint(self, canvas: Canvas, air: Air) -> None:
        """Draw what of it lies in the canvas's window."""


@dataclass(frozen=True)
class Box:
    """A block on a turned rectangle: middle (m), turn (radians), length, width, bottom, top."""

    x: float
    y: float
    length: float
    width: float
    top: float
    facade: Facade
    bottom: float = 0.0
    turn: float = 0.0
    roof: Colour = (120, 122, 124)

    @property
    def distance(self) -> float:
        """Distance of its nearest corner's neighbourhood."""
        return max(math.hypot(self.x, self.y) - 0.25 * (self.length + self.width), 1.0)

    def corners(self) -> list[tuple[float, float]]:
        """Return the four corners of the plan, counter-clockwise."""
        c, s = math.cos(self.turn), math.sin(self.turn)
        out = []
        for along, across in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
            a, b = along * self.length / 2, across * self.width / 2
            out.append((self.x + a * c - b * s, self.y + a * s + b * c))
        return out

    def span(self, eye: float) -> tuple[float, float, float, float]:
        """See Solid."""
        return span_of([(x, y, z) for x, y in self.corners() for z in (self.bottom, self.top)], eye)

    def paint(self, canvas: Canvas, air: Air) -> None:
        """See Solid."""
        corners = self.corners()
        if self.top < canvas.eye:
            self._paint_roof(canvas, air, corners)
        walls = []
        for number in range(4):
            start, end = corners[number], corners[(number + 1) % 4]
            dx, dy = end[0] - start[0], end[1] - start[1]
            length = math.hypot(dx, dy)
            normal = (dy / length, -dx / length)
            offset = normal[0] * start[0] + normal[1] * start[1]
            if offset < -0.05:
                middle = math.hypot((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
                walls.append((middle, start, end, normal, -offset, length))
        for _, start, end, normal, offset, length in sorted(walls, reverse=True):
            self._paint_wall(canvas, air, start, end, normal, offset, length)

    def _paint_wall(
        self,
        canvas: Canvas,
        air: Air,
        start: tuple[float, float],
        end: tuple[float, float],
        normal: tuple[float, float],
        offset: float,
        length: float,
    ) -> None:
        window = canvas.window
        # Seen from outside, a wall of a counter-clockwise plan runs from left to right.
        left_azimuth = math.degrees(math.atan2(start[0], start[1]))
        right_azimuth = math.degrees(math.atan2(end[0], end[1]))
        sweep = (right_azimuth - left_azimuth) % 360
        if sweep > 180:
            left_azimuth, sweep = right_azimuth, 360 - sweep
        left = window.x(left_azimuth + sweep / 2) - sweep / 2 * window.density
        right = left + sweep * window.density
        first, last = max(int(left), 0), min(math.ceil(right), window.width)
        if first >= last:
            return
        azimuth = window.columns[first:last]
        sine, cosine = np.sin(azimuth), np.cos(azimuth)
        facing = np.maximum(-(normal[0] * sine + normal[1] * cosine), F(1e-3))
        reach = F(offset) / facing
        ux, uy = (end[0] - start[0]) / length, (end[1] - start[1]) / length
        along = (reach * sine - F(start[0])) * F(ux) + (reach * cosine - F(start[1])) * F(uy)
        step = F(window.step)
        du, dz = reach * step / facing, reach * step
        tops = np.arctan2(self.top - canvas.eye, reach)
        bottoms = np.arctan2(self.bottom - canvas.eye, reach)
        high = max(int(window.y(math.degrees(float(tops.max())))) - 1, 0)
        low = min(int(window.y(math.degrees(float(bottoms.min())))) + 2, window.height)
        if high >= low:
            return
        z = F(canvas.eye) + window.tangents[high:low, None] * reach
        cells = np.arange(first, last, dtype=F)
        edge = np.clip(np.minimum(F(right), cells + 1) - np.maximum(F(left), cells), 0, 1)
        cover = band(z, self.bottom, self.top, dz) * edge
        colour, glow = paint_facade(self.facade, along, z, du, dz, (self.bottom, self.top))
        sun = normal[0] * _SUN[0] + normal[1] * _SUN[1]
        colour *= F(0.66 + 0.34 * max(sun, -0.25))
        share = F(air.veil(float(reach.mean())))
        for channel in range(3):
            colour[channel] += (F(air.colour[channel]) - colour[channel]) * share
        canvas.blend(
            high, first, cover, colour, glow=glow * (1 - share), distance=float(reach.mean())
        )

    def _paint_roof(self, canvas: Canvas, air: Air, corners: Sequence[tuple[float, float]]) -> None:
        window = canvas.window
        middle, half, low, high = span_of([(x, y, self.top) for x, y in corners], canvas.eye)
        if half > 90:
            return
        left = max(int(window.x(middle) - half * window.density) - 1, 0)
        right = min(int(window.x(middle) + half * window.density) + 2, window.width)
        upper = max(int(window.y(min(high, -0.05))) - 1, 0)
        lower = min(int(window.y(low)) + 2, window.height)
        if left >= right or upper >= lower:
            return
        tangent = np.minimum(window.tangents[upper:lower], F(-1e-3))
        reach = (F(self.top - canvas.eye) / tangent)[:, None]
        azimuth = window.columns[left:right]
        x, y = reach * np.sin(azimuth) - F(self.x), reach * np.cos(azimuth) - F(self.y)
        c, s = F(math.cos(self.turn)), F(math.sin(self.turn))
        along, across = x * c + y * s, y * c - x * s
        foot = reach * F(window.step) * np.maximum(1, np.abs(reach / F(canvas.eye - self.top)))
        cover = band(along, -self.length / 2, self.length / 2, foot) * band(
            across, -self.width / 2, self.width / 2, foot
        )
        colour = np.empty((3, *cover.shape), F)
        shade = 1 + F(0.05) * grain(along, across, 0.8)
        base = self.roof
        glow: Array | float = 0.0
        if self.facade.style == "containers":
            number = np.floor(along / F(self.facade.period[0])).astype(np.int32)
            row = np.floor(across / F(2.5)).astype(np.int32)
            fill_palette(colour, self.facade, chance(number, row, self.facade.salt + 5))
            shade = shade * (1 - F(0.25) * pulse(across + F(1.3), 2.5, 0.06, foot))
        else:
            for channel in range(3):
                colour[channel] = base[channel]
        if self.facade.style == "deck":
            marks = band(np.abs(across), 0.05, 0.3, foot) * pulse(along, 12, 0.4, foot)
            edges = band(np.abs(across), self.width / 2 - 1.3, self.width / 2 - 1.05, foot)
            painted = np.maximum(marks, edges)
            for channel in range(3):
                colour[channel] += (F(222) - colour[channel]) * painted
        colour *= shade * F(1.06)
        veil = F(air.veil(self.distance))
        for channel in range(3):
            colour[channel] += (F(air.colour[channel]) - colour[channel]) * veil
        distance = None if self.facade.style == "deck" else reach
        canvas.blend(upper, left, cover, colour, glow=glow, distance=distance)


def span_of(
    points: Sequence[tuple[float, float, float]], eye: float
) -> tuple[float, float, float, float]:
    """Return what ``Solid.span`` does, of points (m)."""
    azimuths = [math.degrees(math.atan2(x, y)) for x, y, _ in points]
    first = azimuths[0]
    turned = [(a - first + 180) % 360 - 180 for a in azimuths]
    low, high = min(turned), max(turned)
    elevations = [math.degrees(math.atan2(z - eye, math.hypot(x, y))) for x, y, z in points]
    return first + (low + high) / 2, (high - low) / 2, min(elevations), max(elevations)


@dataclass(frozen=True)
class Drum:
    """An upright cylinder: tank, silo or chimney; ``rings`` are painted bands (m, m, colour)."""

    x: float
    y: float
    radius: float
    top: float
    colour: Colour
    bottom: float = 0.0
    rings: tuple[tuple[float, float, Colour], ...] = ()
    beacon: bool = False

    @property
    def distance(self) -> float:
        """Distance of its front."""
        return max(math.hypot(self.x, self.y) - self.radius, 1.0)

    def span(self, eye: float) -> tuple[float, float, float, float]:
        """See Solid."""
        away = math.hypot(self.x, self.y)
        half = math.degrees(math.asin(min(self.radius / max(away, 0.1), 1)))
        low = math.degrees(math.atan2(self.bottom - eye, self.distance))
        near = self.distance if self.top > eye else away + self.radius
        high = math.degrees(math.atan2(self.top - eye, near))
        return math.degrees(math.atan2(self.x, self.y)), half, low, high

    def paint(self, canvas: Canvas, air: Air) -> None:
        """See Solid."""
        window = canvas.window
        middle, half, low, high = self.span(canvas.eye)
        centre = window.x(middle)
        left, right = centre - half * window.density, centre + half * window.density
        first, last = max(int(left), 0), min(math.ceil(right), window.width)
        upper = max(int(window.y(high)) - 2, 0)
        lower = min(int(window.y(low)) + 2, window.height)
        if first >= last or upper >= lower:
            return
        away = math.hypot(self.x, self.y)
        cells = np.arange(first, last, dtype=F)
        turn = np.radians((cells + F(0.5) - F(centre)) / F(window.density))
        inside = np.maximum(F(self.radius**2) - (F(away) * np.sin(turn)) ** 2, 0)
        reach = F(away) * np.cos(turn) - np.sqrt(inside)
        z = F(canvas.eye) + window.tangents[upper:lower, None] * reach
        dz = reach * F(window.step)
        edge = np.clip(np.minimum(F(right), cells + 1) - np.maximum(F(left), cells), 0, 1)
        cover = band(z, self.bottom, self.top, dz) * edge
        side = (cells + F(0.5) - F(centre)) / F(max(right - left, 1e-3) / 2)
        light = F(0.98) - F(0.34) * np.clip(side + F(0.25), -0.2, 1) ** 2
        colour = np.empty((3, *cover.shape), F)
        for channel in range(3):
            colour[channel] = self.colour[channel]
        for start, end, ring in self.rings:
            lay(colour, ring, band(z, start, end, dz))
        colour *= light
        veil = F(air.veil(away))
        for channel in range(3):
            colour[channel] += (F(air.colour[channel]) - colour[channel]) * veil
        beacon = band(z, self.top - 0.5, self.top, dz) * F(0.9 if self.beacon else 0)
        canvas.blend(upper, first, cover, colour, glow=beacon, distance=self.distance)
        if self.top < canvas.eye:
            self._paint_lid(canvas, air)

    def _paint_lid(self, canvas: Canvas, air: Air) -> None:
        turns = np.linspace(0, 2 * math.pi, 24, endpoint=False)
        points = np.stack(
            [
                self.x + self.radius * np.cos(turns),
                self.y + self.radius * np.sin(turns),
                np.full(24, self.top),
            ],
            axis=1,
        )
        tone = mix(scaled(self.colour, 1.08), air.colour, air.veil(self.distance))
        canvas.polygon(canvas.project(points), tone, distance=self.distance)
