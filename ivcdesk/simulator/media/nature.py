"""Trees and hills."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from ivcdesk.simulator.media.drawing import Canvas, Colour, F, grain, mix, scaled
from ivcdesk.simulator.media.planes import Array
from ivcdesk.simulator.media.solids import Air


@dataclass(frozen=True)
class Tree:
    """A tree of soft balls (or a cone) on a trunk; sizes in metres."""

    x: float
    y: float
    height: float
    colour: Colour
    salt: int = 0
    cone: bool = False

    @property
    def distance(self) -> float:
        """Distance of its trunk."""
        return max(math.hypot(self.x, self.y), 1.0)

    def span(self, eye: float) -> tuple[float, float, float, float]:
        """See Solid."""
        half = math.degrees(math.atan2(self.height * 0.45, self.distance))
        low = math.degrees(math.atan2(-eye, self.distance))
        high = math.degrees(math.atan2(self.height - eye, self.distance))
        return math.degrees(math.atan2(self.x, self.y)), half, low, high

    def paint(self, canvas: Canvas, air: Air) -> None:
        """See Solid."""
        window, away = canvas.window, self.distance
        scale = window.density * math.degrees(1 / away)
        x = window.x(math.degrees(math.atan2(self.x, self.y)))
        foot = window.y(math.degrees(math.atan2(-canvas.eye, away)))
        crown = window.y(math.degrees(math.atan2(self.height - canvas.eye, away)))
        tall = foot - crown
        wide = self.height * scale
        if x < -wide or x > window.width + wide or tall < 1.5:
            return
        veil = air.veil(away)
        bark = mix((84, 70, 56), air.colour, veil)
        thick = max(self.height * 0.03 * scale, 0.35)
        trunk = np.array(
            [(x - thick, foot), (x - thick, crown + tall * 0.4), (x + thick, crown + tall * 0.4),
             (x + thick, foot)], F)  # fmt: skip
        self._shadow(canvas, x, foot, wide)
        canvas.polygon(trunk, bark, distance=away)
        if self.cone:
            self._paint_cone(canvas, air, x, foot, tall, wide)
            return
        rng = np.random.default_rng(self.salt)
        balls = [(0.0, 0.66, 0.30), (-0.17, 0.52, 0.22), (0.18, 0.55, 0.23), (0.03, 0.82, 0.18)]
        if wide < 14:
            balls = balls[:1] if wide < 6 else balls[:3]
        if wide > 40:
            balls += [(-0.12, 0.74, 0.17), (0.14, 0.74, 0.16), (-0.02, 0.5, 0.2)]
        for number, (across, up, radius) in enumerate(balls):
            wobble = rng.uniform(-0.04, 0.04, 2)
            tone = mix(scaled(self.colour, 0.84 + 0.07 * (number % 4)), air.colour, veil)
            _ball(
                canvas,
                x + (across + wobble[0]) * wide,
                foot - (up + wobble[1]) * tall,
                radius * wide,
                tone,
                away,
            )

    def _shadow(self, canvas: Canvas, x: float, foot: float, wide: float) -> None:
        if wide < 10:
            return
        _ball(canvas, x, foot, 0.3 * wide, (40, 46, 48), None, flat=0.22, opacity=0.35)

    def _paint_cone(
        self, canvas: Canvas, air: Air, x: float, foot: float, tall: float, wide: float
    ) -> None:
        veil = air.veil(self.distance)
        for number, (low, high, half) in enumerate(
            ((0.12, 0.55, 0.25), (0.33, 0.78, 0.2), (0.55, 1.0, 0.14))
        ):
            tone = mix(scaled(self.colour, 0.86 + 0.08 * number), air.colour, veil)
            for side, light in ((-1, 1.1), (1, 0.9)):
                points = np.array(
                    [(x, foot - high * tall), (x + side * half * wide, foot - low * tall),
                     (x, foot - low * tall)], F)  # fmt: skip
                canvas.polygon(points, scaled(tone, light), distance=self.distance)


def _ball(
    canvas: Canvas,
    x: float,
    y: float,
    radius: float,
    colour: Colour,
    distance: float | None,
    *,
    flat: float = 1.0,
    opacity: float = 1.0,
) -> None:
    """Paint a shaded ball, lit from above on the left (px)."""
    window = canvas.window
    tall = max(radius * flat, 0.5)
    left, right = max(int(x - radius) - 1, 0), min(int(x + radius) + 2, window.width)
    top, bottom = max(int(y - tall) - 1, 0), min(int(y + tall) + 2, window.height)
    if left >= right or top >= bottom:
        return
    across = (np.arange(left, right, dtype=F) + F(0.5) - F(x)) / F(radius)
    down = ((np.arange(top, bottom, dtype=F) + F(0.5) - F(y)) / F(tall))[:, None]
    away = np.sqrt(across * across + down * down)
    rough: Array | np.floating = F(0)
    if flat == 1 and radius > 4:
        # Counted from the middle, so that neighbouring tiles continue each other.
        places = across * F(radius) + 0 * down, down * F(tall) + 0 * across
        rough = F(0.16) * grain(places[0] + F(999), places[1] + F(999), max(radius / 9, 1.0))
    cover = np.clip((1 + rough - away) * F(min(radius, tall * 2)) + F(0.5), 0, 1) * F(opacity)
    light = 1 + F(0.16) * np.clip(-(across * F(0.5) + down), -1, 1) + rough * F(0.5)
    tones = np.stack([F(colour[channel]) * light for channel in range(3)])
    canvas.blend(top, left, cover, tones, distance=distance)


@dataclass(frozen=True)
class Ridge:
    """A silhouette along the horizon: hills, or the far shore; heights in degrees."""

    colour: Colour
    low: float
    high: float
    salt: int
    middle: float = 0.0
    reach: float = 360.0
    distance: float = 3800.0

    def span(self, eye: float) -> tuple[float, float, float, float]:
        """See Solid."""
        del eye
        return self.middle, self.reach / 2, -1.0, self.high + 1

    def paint(self, canvas: Canvas, air: Air) -> None:
        """See Solid."""
        window = canvas.window
        azimuth = window.columns
        rng = np.random.default_rng(self.salt)
        profile = np.zeros_like(azimuth)
        total = 0.0
        for waves in (2, 3, 5, 8, 13, 21, 34, 55):
            weight = 1 / waves**0.9
            profile += F(weight) * np.sin(azimuth * F(waves) + F(rng.uniform(0, 6.3)))
            total += weight
        height = F(self.low) + F(self.high - self.low) * (F(0.5) + profile * F(0.9 / total))
        if self.reach < 360:
            away = np.abs(((np.degrees(azimuth) - self.middle + 180) % 360) - 180)
            height *= np.clip((self.reach / 2 - away) / F(12), 0, 1).astype(F)
        top = max(int(window.y(self.high + 1)), 0)
        bottom = min(int(window.y(-0.5)) + 1, window.height)
        if top >= bottom:
            return
        elevation = np.degrees(window.rows[top:bottom])[:, None]
        cover = np.clip((height - elevation) * F(window.density) + F(0.5), 0, 1)
        fade = np.clip(elevation / F(max(self.high, 0.1)), 0, 1)
        colour = np.empty((3, *cover.shape), F)
        for channel in range(3):
            foot = F(self.colour[channel]) * F(0.55) + F(air.colour[channel]) * F(0.45)
            colour[channel] = foot + (F(self.colour[channel]) - foot) * fade
        canvas.blend(top, 0, cover, colour, distance=self.distance)
