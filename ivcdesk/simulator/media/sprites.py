"""Models drawn to small pictures with coverage, cached, and laid into a view."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ivcdesk.simulator.media.cache import ByteCache
from ivcdesk.simulator.media.drawing import Colour, F, mix, scaled, span_cover, spans
from ivcdesk.simulator.media.light import Light, shaded, tints, to_planes
from ivcdesk.simulator.media.models import BODY, Model, model
from ivcdesk.simulator.media.planes import Array, Pixels, Planes
from ivcdesk.simulator.media.solids import SUN_AZIMUTH, Air

_TURN = 5.0  # degrees between two views of a model
_TILT = 2.5
_GROWTH = math.log(1.06)  # sizes go up in such steps
_SUNS, _VEILS = 12, 12


@dataclass(frozen=True)
class Sprite:
    """A small picture: colour times coverage (0..60160) and what remains of the ground (0..256).

    ``left`` and ``top`` (px) are where its corner lies from the model's origin.
    """

    left: int
    top: int
    y: Array
    u: Array
    v: Array
    rest: Array
    rest_small: Array


@dataclass(frozen=True)
class Cast:
    """A model drawn without its own colour: ``body`` says where, and how bright, that goes."""

    bare: Sprite
    body: Array
    body_small: Array

    def tinted(self, tint: Colour, light: Light) -> Sprite:
        """Return the picture in a colour."""
        red, green, blue = (tint[n] * share for n, share in enumerate(tints(light)))
        bare = self.bare
        y = bare.y + self.body * F(red * 0.2568 + green * 0.5041 + blue * 0.0979)
        u = bare.u + self.body_small * F(red * -0.1482 + green * -0.2910 + blue * 0.4392)
        v = bare.v + self.body_small * F(red * 0.4392 + green * -0.3678 + blue * -0.0714)
        return Sprite(
            bare.left,
            bare.top,
            np.minimum(y, 60160).astype(np.uint16),
            u.astype(np.uint16),
            v.astype(np.uint16),
            bare.rest,
            bare.rest_small,
        )


class Look(NamedTuple):
    """How a model is seen, in steps: what two sights share, they share the picture of."""

    name: str
    turn: int
    tilt: int
    size: int
    sun: int
    veil: int
    haze: Colour
    light: Light


def look(
    name: str,
    *,
    heading: float,
    azimuth: float,
    depression: float,
    scale: float,
    distance: float,
    light: Light,
    air: Air,
) -> Look:
    """Return how a model is seen.

    ``heading`` and the ``azimuth`` it is seen at are degrees from north, ``depression`` how far
    the eye looks down on it; ``scale`` is px per metre, ``distance`` metres.
    """
    return Look(
        name,
        round((heading - azimuth) / _TURN) % round(360 / _TURN),
        round(depression / _TILT),
        round(math.log(max(scale, 0.05)) / _GROWTH),
        round((heading - math.degrees(SUN_AZIMUTH)) % 360 / 360 * _SUNS) % _SUNS,
        round(air.veil(distance) * _VEILS),
        air.colour,
        light,
    )


class Sprites:
    """Draws models on demand; safe to share between threads."""

    def __init__(self, *, megabytes: int = 40) -> None:
        self._casts: ByteCache[Look, Cast] = ByteCache((megabytes << 20) // 2)
        self._tinted: ByteCache[tuple[Look, Colour], Sprite] = ByteCache((megabytes << 20) // 2)

    def get(self, seen: Look, tint: Colour) -> Sprite:
        """Return a model's picture; it is empty where there is too little to see."""

        def make() -> tuple[Sprite, int]:
            cast = self._casts.obtain(seen, lambda: _measured(_draw(seen)))
            sprite = cast.tinted(tint, seen.light)
            return sprite, 3 * sprite.y.nbytes + 400

        return self._tinted.obtain((seen, tint), make)


def _measured(cast: Cast) -> tuple[Cast, int]:
    return cast, 4 * cast.bare.y.nbytes + 600


def _draw(seen: Look) -> Cast:
    scale = math.exp(seen.size * _GROWTH)
    if seen.name.startswith("puff"):
        return _draw_puff(scale, int(seen.name[4:] or 0) / 255, seen.light)
    return _Studio(model(seen.name), seen, scale).draw()


class _Studio:
    """One model before the eye: corners turned into pixels, faces sorted from far to near."""

    def __init__(self, shape: Model, seen: Look, scale: float) -> None:
        self._shape, self._seen, self._scale = shape, seen, scale
        turn, tilt = math.radians(seen.turn * _TURN), math.radians(seen.tilt * _TILT)
        self._view = (math.sin(turn), math.cos(turn), math.sin(tilt), math.cos(tilt))
        across, up, depth = self._turned(shape.points)
        halo = scale * 0.9 if seen.light.share < 0.5 and shape.lamps else 0.0
        self._halo = halo > 0
        self._left = math.floor(float(across.min()) * scale - halo) // 2 * 2
        right = (math.ceil(float(across.max()) * scale + halo) + 1) // 2 * 2
        self._top = math.floor(-float(up.max()) * scale - halo) // 2 * 2
        bottom = (math.ceil(-float(up.min()) * scale + halo) + 1) // 2 * 2
        self._width, self._height = max(right - self._left, 2), max(bottom - self._top, 2)
        self._x = (across * F(scale) - F(self._left)).astype(F)
        self._y = (-up * F(scale) - F(self._top)).astype(F)
        self._depth = depth

    def _turned(self, points: Array) -> tuple[Array, Array, Array]:
        """Return how far points lie to the right, up and away, as the eye sees them (m)."""
        sin_t, cos_t, sin_d, cos_d = self._view
        away = points[:, 0] * F(cos_t) + points[:, 1] * F(sin_t)
        across = points[:, 0] * F(sin_t) - points[:, 1] * F(cos_t)
        up = points[:, 2] * F(cos_d) + away * F(sin_d)
        return across, up, away * F(cos_d) - points[:, 2] * F(sin_d)

    def draw(self) -> Cast:
        """Paint all faces that can be seen."""
        width, height = self._width, self._height
        if width * height > 2_000_000:
            nothing = np.zeros((2, 2), F)
            return _pack(np.zeros((3, 2, 2), F), nothing, nothing, 0, 0)
        shape, seen = self._shape, self._seen
        shades = self._shades()
        subrows = 4 if height < 64 else 2
        lines = (np.arange(height * subrows, dtype=F) + F(0.5)) / F(subrows)
        order = self._visible()
        starts = self._quad_spans([n for n in order if len(shape.faces[n].corners) == 4], lines)
        paint = np.zeros((5, height, width), F)  # red, green, blue, lamps, body
        alpha = np.zeros((height, width), F)
        share = seen.veil / _VEILS
        for number in order:
            face = shape.faces[number]
            begin = shape.starts[number]
            corners = slice(begin, begin + len(face.corners))
            xs, ys = self._x[corners], self._y[corners]
            x0, x1 = max(math.floor(xs.min()), 0), min(math.ceil(xs.max()), width)
            y0, y1 = max(math.floor(ys.min()), 0), min(math.ceil(ys.max()), height)
            rows = slice(y0 * subrows, y1 * subrows)
            if number in starts:
                start, end = starts[number]
                start, end = start[rows], end[rows]
            else:
                after = np.roll(np.arange(len(xs)), -1)
                start, end = spans(xs, ys, xs[after], ys[after], lines[rows])
            cover = span_cover(start, end, x0, x1, subrows)
            if face.opacity < 1:
                cover *= F(face.opacity)
            body = face.colour is BODY
            shade = 1.0 if face.glow > 0.7 else float(shades[number])
            tone = (0.0, 0.0, 0.0) if body else scaled(face.colour, shade)
            own = shade * (1 - share) if body else 0.0
            values = (*mix(tone, seen.haze, share), face.glow * (1 - share), own)
            area = np.s_[:, y0:y1, x0:x1]
            rest = 1 - cover
            part = paint[area]
            part *= rest
            part += np.array(values, F)[:, None, None] * cover
            solid = alpha[y0:y1, x0:x1]
            solid *= rest
            solid += cover
        clear = 1 / np.maximum(alpha, F(1e-3))
        rgb = shaded(paint[:3] * clear, paint[3] * clear, seen.light)
        if self._halo:
            self._add_halos(rgb, paint[4], alpha)
        return _pack(rgb, alpha, paint[4], self._left, self._top)

    def _shades(self) -> Array:
        normals = self._shape.normals
        sun = math.radians(self._seen.sun * 360 / _SUNS)
        lit = np.clip(normals[:, 0] * math.cos(sun) + normals[:, 1] * math.sin(sun), -0.3, 1)
        flat = np.hypot(normals[:, 0], normals[:, 1])
        shades: Array = 0.72 + 0.2 * lit * flat + 0.28 * normals[:, 2]
        return shades

    def _visible(self) -> list[int]:
        """Return the faces that look at the eye and are large enough, farthest first."""
        sin_t, cos_t, sin_d, cos_d = self._view
        shape = self._shape
        normals = shape.normals
        sight = (normals[:, 0] * cos_t + normals[:, 1] * sin_t) * cos_d - normals[:, 2] * sin_d
        starts = np.array(shape.starts)
        counts = np.diff(np.append(starts, len(self._x)))
        wide = np.maximum.reduceat(self._x, starts) - np.minimum.reduceat(self._x, starts)
        tall = np.maximum.reduceat(self._y, starts) - np.minimum.reduceat(self._y, starts)
        depth = np.add.reduceat(self._depth, starts) / counts
        flat = np.array([face.flat for face in shape.faces])
        depth = np.where(flat, 1e9, depth)
        shown = (flat | (sight < -0.01)) & (np.minimum(wide, tall) > 0.25)
        shown &= np.maximum(wide, tall) > 0.8
        numbers = np.flatnonzero(shown)
        return [int(n) for n in numbers[np.argsort(-depth[numbers], kind="stable")]]

    def _quad_spans(self, numbers: list[int], lines: Array) -> dict[int, tuple[Array, Array]]:
        """Return where each line enters and leaves each of the four-cornered faces."""
        if not numbers:
            return {}
        corners = np.array([self._shape.starts[n] for n in numbers])[:, None] + np.arange(4)
        xs, ys = self._x[corners], self._y[corners]
        after = np.array([1, 2, 3, 0])
        start, end = spans(xs, ys, xs[:, after], ys[:, after], lines)
        return {number: (start[n], end[n]) for n, number in enumerate(numbers)}

    def _add_halos(self, rgb: Array, body: Array, alpha: Array) -> None:
        """Let lamps that face the eye shine into the air around them."""
        sin_t, cos_t, sin_d, cos_d = self._view
        columns = np.arange(self._width, dtype=F) + F(0.5)
        rows = np.arange(self._height, dtype=F)[:, None] + F(0.5)
        dark = 0.9 * (1 - self._seen.light.share * 2)
        for (x, y, z), tone in self._shape.lamps:
            away = x * cos_t + y * sin_t
            if away > 0.4:
                continue
            cx = (x * sin_t - y * cos_t) * self._scale - self._left
            cy = -(z * cos_d + away * sin_d) * self._scale - self._top
            radius = max(self._scale * (0.42 if tone[1] > 100 else 0.25), 0.8)
            squared = ((columns - F(cx)) ** 2 + (rows - F(cy)) ** 2) * F(1 / radius**2)
            share = np.exp(-squared) * F(dark)
            joined = np.maximum(alpha + share * (1 - alpha), F(1e-3))
            for channel in range(3):
                mixed = rgb[channel] * alpha * (1 - share) + F(tone[channel]) * share
                rgb[channel] = mixed / joined
            body *= 1 - share
            alpha[:] = joined


def _draw_puff(radius: float, density: float, light: Light) -> Cast:
    """Draw a soft ball of steam of a radius (px) and density (0..1)."""
    half = max(int(radius * 1.4) // 2 * 2, 2)
    axis = np.arange(-half, half, dtype=F) + F(0.5)
    away = (axis * axis + (axis * axis)[:, None]) * F(1 / radius**2)
    alpha = np.clip(np.exp(-away * F(1.6)) - F(0.05), 0, 1) * F(density)
    rgb = np.empty((3, *alpha.shape), F)
    shade = 1 - F(0.1) * (axis / F(half))[:, None]
    for channel, tone in enumerate((226, 229, 233)):
        rgb[channel] = F(tone) * shade
    none = np.zeros_like(alpha)
    return _pack(shaded(rgb, none, light), alpha, none, -half, -half)


def _pack(rgb: Array, alpha: Array, body: Array, left: int, top: int) -> Cast:
    planes = to_planes(rgb)
    full = np.round(np.clip(alpha, 0, 1) * 256).astype(np.uint16)
    half = np.round(np.clip(_halved(alpha), 0, 1) * 256).astype(np.uint16)
    bare = Sprite(
        left, top, planes.y * full, planes.u * half, planes.v * half, 256 - full, 256 - half
    )
    return Cast(bare, body * F(256), _halved(body) * F(256))


def _halved(plane: Array) -> Array:
    half: Array = plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]
    return half * F(0.25)


def lay_sprite(
    picture: Planes, depth: Pixels | None, sprite: Sprite, x: int, y: int, code: int
) -> None:
    """Lay a sprite into a picture, behind whatever is nearer than its own depth code."""
    height, width = picture.y.shape
    left, top = x + sprite.left, y + sprite.top
    x0, y0 = max(left, 0), max(top, 0)
    x1 = min(left + sprite.y.shape[1], width)
    y1 = min(top + sprite.y.shape[0], height)
    if x0 >= x1 or y0 >= y1:
        return
    source = np.s_[y0 - top : y1 - top, x0 - left : x1 - left]
    colour, rest = sprite.y[source], sprite.rest[source]
    hidden = None
    if depth is not None:
        nearer = depth[y0:y1, x0:x1] < code
        if nearer.any():
            if nearer.all():
                return
            hidden = nearer
    if hidden is not None:
        colour = np.where(hidden, np.uint16(0), colour)
        rest = np.where(hidden, np.uint16(256), rest)
    target = picture.y[y0:y1, x0:x1]
    target[:] = (target * rest + colour) >> 8
    sx0, sy0 = (x0 - left) // 2, (y0 - top) // 2
    tx0, ty0 = x0 // 2, y0 // 2
    wide = min(sprite.u.shape[1] - sx0, width // 2 - tx0, (x1 - x0 + 1) // 2)
    tall = min(sprite.u.shape[0] - sy0, height // 2 - ty0, (y1 - y0 + 1) // 2)
    if wide <= 0 or tall <= 0:
        return
    small = np.s_[sy0 : sy0 + tall, sx0 : sx0 + wide]
    rest = sprite.rest_small[small]
    masked = None
    if hidden is not None:
        masked = hidden[::2, ::2][:tall, :wide]
        rest = np.where(masked, np.uint16(256), rest)
    for plane, chroma in ((picture.u, sprite.u), (picture.v, sprite.v)):
        values = chroma[small]
        if masked is not None:
            values = np.where(masked, np.uint16(0), values)
        part = plane[ty0 : ty0 + tall, tx0 : tx0 + wide]
        part[:] = (part * rest + values) >> 8
