"""Day and night: how bright it is, what the sky looks like, and the last step to YUV."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass

import numpy as np

from ivcdesk.simulator.media.drawing import Colour, F, Window, mix
from ivcdesk.simulator.media.planes import Array, Planes
from ivcdesk.simulator.media.solids import SUN_AZIMUTH

# Cameras live at UTC+8, and the sun rises there at six and sets at six all the year round.
_ZONE = 8 * 3600
_STEPS = 24


@dataclass(frozen=True)
class Light:
    """The light of a moment, in steps: ``day`` 0 (night) .. 24 (full day), ``warm`` 0 .. 24."""

    day: int
    warm: int
    evening: bool = False

    @property
    def share(self) -> float:
        """How much of full daylight there is, 0..1."""
        return self.day / _STEPS

    @property
    def glow(self) -> float:
        """How golden the light is, 0..1."""
        return self.warm / _STEPS


def light_at(at: float) -> Light:
    """Return the light at a moment (s since the epoch)."""
    hour = (at + _ZONE) % 86400 / 3600
    noon = abs(hour - 12)
    day = min(max((6.7 - noon) / 1.3, 0.0), 1.0)
    day = day * day * (3 - 2 * day)
    warm = max(0.0, 1 - abs(noon - 5.75) / 1.1)
    return Light(round(day * _STEPS), round(warm * _STEPS), hour > 12)


@dataclass(frozen=True)
class Sky:
    """Colours of the sky by day: at the top and at the horizon, and the share of clouds."""

    top: Colour = (88, 138, 190)
    horizon: Colour = (206, 222, 234)
    clouds: float = 0.5


_NIGHT_TOP: Colour = (12, 18, 38)
_NIGHT_HORIZON: Colour = (52, 60, 88)
_GOLD: Colour = (250, 178, 112)
_ROSE: Colour = (206, 150, 160)
_LAMPS: Colour = (255, 208, 138)


def sky_colours(sky: Sky, light: Light) -> tuple[Colour, Colour]:
    """Return the sky's colours at the top and at the horizon."""
    top = mix(_NIGHT_TOP, sky.top, light.share)
    horizon = mix(_NIGHT_HORIZON, sky.horizon, light.share)
    return mix(top, _ROSE, light.glow * 0.35), mix(horizon, _GOLD, light.glow * 0.6)


def _paint_sky(window: Window, sky: Sky, light: Light) -> Array:
    """Return the sky's colour in a window, shape (3, height, width)."""
    top, horizon = sky_colours(sky, light)
    rise = np.clip(np.degrees(window.rows) / F(42), 0, 1) ** F(0.62)
    out = np.empty((3, window.height, window.width), F)
    for channel in range(3):
        column = F(horizon[channel]) + F(top[channel] - horizon[channel]) * rise
        out[channel] = column[:, None]
    # The sun's side is brighter: the west in the evening, the east in the morning.
    side = math.radians(268 if light.evening else 92) if light.warm else SUN_AZIMUTH
    toward = np.clip(np.cos(window.columns - F(side)), 0, 1) ** 3
    near = np.clip(1 - np.degrees(window.rows) / F(34), 0, 1)[:, None] ** 2
    shine = toward * near * F(0.16 * light.share + 0.5 * light.glow)
    for channel, tone in enumerate((255, 214, 160) if light.warm else (255, 250, 240)):
        out[channel] += (F(tone) - out[channel]) * shine
    if light.share < 0.4:
        _paint_stars(out, window, 0.4 - light.share)
    return out


def _paint_stars(out: Array, window: Window, strength: float) -> None:
    azimuth, elevation, shine = _stars()
    x = ((azimuth - window.azimuth) % 360 * window.density).astype(np.int32)
    y = ((window.elevation - elevation) * window.density).astype(np.int32)
    inside = (x < window.width) & (y >= 0) & (y < window.height)
    for channel in range(3):
        out[channel, y[inside], x[inside]] += shine[inside] * F(strength * 400)


@functools.cache
def _stars() -> tuple[Array, Array, Array]:
    rng = np.random.default_rng(8)
    return (
        rng.uniform(0, 360, 700),
        5 + 40 * rng.random(700) ** 0.7,
        (rng.random(700) ** 3).astype(F),
    )


def tints(light: Light) -> tuple[float, float, float]:
    """Return how much of each channel of its colour by day a thing shows."""
    warm = light.glow
    return (
        (0.25 + 0.75 * light.share) * (1 + 0.10 * warm),
        (0.29 + 0.71 * light.share) * (1 - 0.02 * warm),
        (0.42 + 0.58 * light.share) * (1 - 0.16 * warm),
    )


def shaded(colour: Array, glow: Array, light: Light) -> Array:
    """Return colours (3, ...) of day as they look in a light; ``glow`` (...) is lamp light."""
    tint = tints(light)
    out = np.empty_like(colour)
    lamps = np.minimum(glow * F(min((1 - light.share) * 1.25, 1.0) + 0.04), 1)
    for channel in range(3):
        plane = colour[channel]
        lit = plane * F(0.5) + F(_LAMPS[channel] * 0.62)
        out[channel] = plane * F(tint[channel])
        out[channel] += (lit - out[channel]) * lamps
    return out


def grade(
    window: Window, colour: Array, glow: Array, sky_share: Array, sky: Sky, light: Light
) -> Planes:
    """Turn the layers of a window into a picture in a light."""
    rgb = shaded(colour, glow, light)
    if sky_share.any():
        behind = _paint_sky(window, sky, light)
        rgb += (behind - rgb) * sky_share
    return to_planes(rgb)


def to_planes(rgb: Array) -> Planes:
    """Convert colours (3, height, width), 0..255, to studio-range BT.601 planes; even sizes."""
    red, green, blue = rgb
    y = red * F(0.2568) + green * F(0.5041) + blue * F(0.0979) + F(16.5)
    small = rgb[:, ::2, ::2] + rgb[:, 1::2, ::2]
    small += rgb[:, ::2, 1::2]
    small += rgb[:, 1::2, 1::2]
    small *= F(0.25)
    red, green, blue = small
    uv = np.empty((2, *red.shape), F)
    uv[0] = red * F(-0.1482) + green * F(-0.2910) + blue * F(0.4392)
    uv[1] = red * F(0.4392) + green * F(-0.3678) + blue * F(-0.0714)
    uv += F(128.5)
    return Planes(np.clip(y, 16, 235).astype(np.uint8), np.clip(uv, 16, 240).astype(np.uint8))


def yuv(rgb: Array) -> Array:
    """Convert colours (3, ...), 0..255, to studio-range BT.601 of the same shape."""
    red, green, blue = rgb
    out = np.empty_like(rgb)
    out[0] = np.clip(red * F(0.2568) + green * F(0.5041) + blue * F(0.0979) + F(16), 16, 235)
    out[1] = red * F(-0.1482) + green * F(-0.2910) + blue * F(0.4392) + F(128)
    out[2] = red * F(0.4392) + green * F(-0.3678) + blue * F(-0.0714) + F(128)
    out[1:] = np.clip(out[1:], 16, 240)
    return out
