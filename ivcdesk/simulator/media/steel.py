"""Steel frames: cranes, masts, lamp posts and signs."""

from __future__ import annotations

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

    def paint(self, canvas: Canvas, air: Air) -> None:
        """See Solid."""
        veil = air.veil(self.distance)
        for beam in self.beams:
            ends = np.array([beam.start, beam.end], F)
            pixels = canvas.project(ends)
            reach = float(np.hypot(ends[:, 0], ends[:, 1]).mean())
            half = beam.thick * canvas.window.density * math.degrees(1 / max(reach, 1)) / 2
            tone = mix(beam.colour, air.colour, veil)
            _bar(canvas, pixels, half, tone, beam.glow, reach)
        for corners, colour, glow in self.plates:
            pixels = canvas.project(np.array(corners, F))
            tone = mix(colour, air.colour, veil)
            canvas.polygon(pixels, tone, glow=glow, distance=self.distance)


def _bar(
    canvas: Canvas, ends: Array, half: float, colour: Colour, glow: float, distance: float
) -> None:
    (x0, y0), (x1, y1) = ends.tolist()
    long = math.hypot(x1 - x0, y1 - y0)
    if long < 0.2:
        return
    # Bars thinner than a pixel keep their width's share of light instead of breaking up.
    shown = max(half, 0.45)
    nx, ny = -(y1 - y0) / long * shown, (x1 - x0) / long * shown
    points = np.array([(x0 + nx, y0 + ny), (x1 + nx, y1 + ny), (x1 - nx, y1 - ny),
                       (x0 - nx, y0 - ny)], F)  # fmt: skip
    opacity = min(half / shown, 1.0) ** 0.7
    canvas.polygon(points, colour, glow=glow, distance=distance, opacity=opacity)
