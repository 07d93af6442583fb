"""Steel frames: cranes, masts, lamp posts and signs."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, field

import numpy as np

from ivcdesk.simulator.media.drawing import Canvas, Colour, F, mix
from ivcdesk.simulator.media.planes import Array
from ivcdesk.simulator.media.solids import Air, span_of


@dataclass(frozen=True)
class Beam:
    """A straight bar between two points (m), ``thick`` metres wide from every side."""

    start: tuple[float, float, float]
    end: tuple[float, float, float]
    thick: float
    colour: Colour
    glow: float = 0.0


@dataclass(frozen=True)
class Frame:
    """A steel frame of bars and flat plates, painted as one thing."""

    beams: tuple[Beam, ...]
    plates: tuple[tuple[tuple[tuple[float, float, float], ...], Colour, float], ...] = ()
    distance: float = field(default=100.0)

    def span(self, eye: float) -> tuple[float, float, float, float]:
        """See Solid."""
        points = [point for beam in self.beams for point in (beam.start, beam.end)]
        points += [point for corners, _, _ in self.plates for point in corners]
        return span_of(points, eye)

    @functools.cached_property
    def _ends(self) -> Array:
        """Both ends of all bars, shape (2 n, 3)."""
        return np.array([point for beam in self.beams for point in (beam.start, beam.end)], F)

    def paint(self, canvas: Canvas, air: Air) -> None:
        """See Solid."""
        veil = air.veil(self.distance)
        self._paint_beams(canvas, air, veil)
        for corners, colour, glow in self.plates:
            pixels = canvas.project(np.array(corners, F))
            tone = mix(colour, air.colour, veil)
            canvas.polygon(pixels, tone, glow=glow, distance=self.distance)

    def _paint_beams(self, canvas: Canvas, air: Air, veil: float) -> None:
        window = canvas.window
        ends = self._ends
        azimuth = np.degrees(np.arctan2(ends[:, 0], ends[:, 1]))
        reach = np.maximum(np.hypot(ends[:, 0], ends[:, 1]), 0.5)
        elevation = np.degrees(np.arctan2(ends[:, 2] - canvas.eye, reach))
        first = azimuth[::2]
        middle = window.azimuth + window.width / window.density / 2
        left = (first - middle + 180) % 360 - 180 + window.width / window.density / 2
        sweep = (azimuth[1::2] - first + 180) % 360 - 180
        x0 = left * window.density
        x1 = (left + sweep) * window.density
        y = (window.elevation - elevation) * window.density
        y0, y1 = y[::2], y[1::2]
        distance = (reach[::2] + reach[1::2]) / 2
        half = np.array([beam.thick for beam in self.beams]) / distance * math.degrees(0.5)
        half *= window.density
        pad = half + 1
        shown = (np.maximum(x0, x1) > -pad) & (np.minimum(x0, x1) < window.width + pad)
        shown &= (np.maximum(y0, y1) > -pad) & (np.minimum(y0, y1) < window.height + pad)
        shown &= (half > 0.05) & (np.hypot(x1 - x0, y1 - y0) > 0.2)
        for number in np.flatnonzero(shown):
            beam = self.beams[number]
            tone = mix(beam.colour, air.colour, veil)
            ends_px = (float(x0[number]), float(y0[number]), float(x1[number]), float(y1[number]))
            _bar(canvas, ends_px, float(half[number]), tone, beam.glow, float(distance[number]))


def _bar(
    canvas: Canvas,
    ends: tuple[float, float, float, float],
    half: float,
    colour: Colour,
    glow: float,
    distance: float,
) -> None:
    x0, y0, x1, y1 = ends
    long = math.hypot(x1 - x0, y1 - y0)
    # Bars thinner than a pixel keep their width's share of light instead of breaking up.
    shown = max(half, 0.45)
    nx, ny = -(y1 - y0) / long * shown, (x1 - x0) / long * shown
    points = np.array([(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny),
                       (x0 - nx, y0 - ny)], F)  # fmt: skip
    opacity = min(half / shown, 1.0) ** 0.7
    canvas.polygon(points, colour, glow=glow, distance=distance, opacity=opacity)
