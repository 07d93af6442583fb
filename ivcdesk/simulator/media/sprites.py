"""Models drawn to small pictures with coverage, cached, and laid into a view."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ivcdesk.simulator.media.cache import ByteCache
from ivcdesk.simulator.media.drawing import Colour, F, span_cover, spans
from ivcdesk.simulator.media.light import Light, shaded, tints, to_planes
from ivcdesk.simulator.media.models import Model, model
from ivcdesk.simulator.media.planes import Array, Pixels, Planes
from ivcdesk.simulator.media.solids import SUN_AZIMUTH, Air

_TURN = 6.0  # degrees between two views of a model
_TILT = 3.0
# Sizes go up in such steps: what is near and large passes fast, and shares the larger ones.
_GROWTH, _LARGE_GROWTH = math.log(1.08), math.log(1.14)
_LARGE = 14.0  # px per metre from which a thing counts as large
_SUNS, _VEILS = 8, 12
_CLEAR: Colour = (200.0, 210.0, 220.0)
_FULL = 190  # the level that stands for a body in full light
_COLOURLESS = 28  # px below which nobody sees a thing's colour
_SMALL = 6000  # px up to which a picture is kept in each colour
_AT_ONCE = 160_000  # samples up to which all faces of a picture are filled in one go


@dataclass(frozen=True)
class Sprite:
    """A small picture: colour times coverage, and what remains of the ground (0..255).

    ``left`` and ``top`` (px) are where its corner lies from the model's origin.
    """

    left: int
    top: int
    y: Pixels
    uv: Pixels
    rest: Pixels
    rest_small: Pixels


@dataclass(frozen=True)
class Cast:
    """A model drawn without its own colour: ``body`` says where, and how bright, that goes."""

    bare: Sprite
    body: Pixels
    body_small: Pixels

    def tinted(self, tint: Colour, light: Light) -> Sprite:
        """Return the picture in a colour."""
        bare = self.bare
        # In 128ths: amounts stay below 1.3, so that products with a byte fit 16 bits.
        red, green, blue = (tint[n] * part / _FULL * 128 for n, part in enumerate(tints(light)))
        y = round(red * 0.2568 + green * 0.5041 + blue * 0.0979)
        u = round(red * -0.1482 + green * -0.2910 + blue * 0.4392)
        v = round(red * 0.4392 + green * -0.3678 + blue * -0.0714)
        luma = bare.y + ((self.body * np.int16(y)) >> 7)
        chroma = bare.uv + ((self.body_small * np.array([[[u]], [[v]]], np.int16)) >> 7)
        return Sprite(
            bare.left,
            bare.top,
            np.clip(luma, 0, 255).astype(np.uint8),
            np.clip(chroma, 0, 255).astype(np.uint8),
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


def looks(
    names: Sequence[str],
    *,
    headings: Array,
    azimuths: Array,
    depressions: Array,
    scales: Array,
    distances: Array,
    light: Light,
    air: Air,
) -> list[Look]:
    """Return how models are seen, all arrays of shape (n).

    ``headings`` and the ``azimuths`` they are seen at are degrees from north, ``depressions`` how
    far the eye looks down on them; ``scales`` are px per metre, ``distances`` metres.
    """
    turns = np.rint((headings - azimuths) / _TURN).astype(int) % round(360 / _TURN)
    tilts = np.rint(depressions / _TILT).astype(int)
    grown = np.log(np.maximum(scales, 0.05) / _LARGE)
    sizes = np.rint(grown / np.where(grown > 0, _LARGE_GROWTH, _GROWTH)).astype(int)
    suns = np.rint((headings - math.degrees(SUN_AZIMUTH)) * (_SUNS / 360)).astype(int) % _SUNS
    veils = np.rint((1 - np.exp(-distances / air.reach)) * _VEILS).astype(int)
    steps = zip(
        names,
        turns.tolist(),
        tilts.tolist(),
        sizes.tolist(),
        suns.tolist(),
        veils.tolist(),
        strict=True,
    )
    # What the haze does not reach looks alike in the air of every place.
    return [
        Look(name, turn, tilt, size, sun, veil, air.colour if veil else _CLEAR, light)
        for name, turn, tilt, size, sun, veil in steps
    ]


class Sprites:
    """Draws models on demand; safe to share between threads."""

    def __init__(self, *, megabytes: int = 56) -> None:
        self._casts: ByteCache[Look, Cast] = ByteCache((megabytes << 20) * 3 // 4)
        self._tinted: ByteCache[tuple[Look, Colour], Sprite] = ByteCache((megabytes << 20) // 4)

    def get(self, seen: Look, tint: Colour) -> Sprite:
        """Return a model's picture; it is empty where there is too little to see."""
        key = (seen, tint)
        found = self._tinted.get(key)
        if found is None:
            cast = self._casts.obtain(seen, lambda: _measured(_draw(seen)))
            found = cast.tinted(tint, seen.light)
            if found.y.size < _SMALL:
                self._tinted.put(key, found, found.y.size * 3 // 2 + 500)
        return found


def _measured(cast: Cast) -> tuple[Cast, int]:
    return cast, 4 * cast.bare.y.size + 700


def _draw(seen: Look) -> Cast:
    growth = _LARGE_GROWTH if seen.size > 0 else _GROWTH
    scale = _LARGE * math.exp(seen.size * growth)
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
        order = self._visible()
        values = self._values(order)
        subrows = 4 if height < 64 else 2
        starts, ends = self._spans(order, subrows)
        if len(order) * width * height * subrows < _AT_ONCE:
            paint, alpha = self._paint_at_once(order, values, starts, ends, subrows)
        else:
            paint, alpha = self._paint_in_turn(order, values, starts, ends, subrows)
        clear = 1 / np.maximum(alpha, F(1e-3))
        rgb = shaded(paint[:3] * clear, paint[3] * clear, self._seen.light)
        if self._halo:
            self._add_halos(rgb, paint[4], alpha)
        return _pack(rgb, alpha, paint[4], self._left, self._top)

    def _values(self, order: Array) -> Array:
        """Return what faces paint: red, green, blue, lamp light, own colour; shape (n, 5)."""
        shape, seen = self._shape, self._seen
        normals = shape.normals[order]
        sun = math.radians(seen.sun * 360 / _SUNS)
        lit = np.clip(normals[:, 0] * F(math.cos(sun)) + normals[:, 1] * F(math.sin(sun)), -0.3, 1)
        flat = np.hypot(normals[:, 0], normals[:, 1])
        shades = F(0.72) + F(0.2) * lit * flat + F(0.28) * normals[:, 2]
        glows = shape.glows[order]
        shades = np.where(glows > 0.7, F(1), shades)
        veil = seen.veil / _VEILS
        values = np.empty((len(order), 5), F)
        tones = shape.tones[order] * shades[:, None]
        values[:, :3] = tones + (np.array(seen.haze, F) - tones) * F(veil)
        values[:, 3] = glows * F(1 - veil)
        values[:, 4] = np.where(shape.bodies[order], shades * F(1 - veil), F(0))
        return values

    def _visible(self) -> Array:
        """Return the faces that look at the eye and are large enough, farthest first."""
        sin_t, cos_t, sin_d, cos_d = self._view
        shape = self._shape
        normals, starts = shape.normals, shape.starts
        sight = (normals[:, 0] * cos_t + normals[:, 1] * sin_t) * cos_d - normals[:, 2] * sin_d
        wide = np.maximum.reduceat(self._x, starts) - np.minimum.reduceat(self._x, starts)
        tall = np.maximum.reduceat(self._y, starts) - np.minimum.reduceat(self._y, starts)
        depth = np.add.reduceat(self._depth, starts) / shape.counts
        depth = np.where(shape.flat, F(1e9), depth)
        shown = (shape.flat | (sight < -0.01)) & (np.minimum(wide, tall) > 0.35)
        shown &= np.maximum(wide, tall) > 0.9
        numbers = np.flatnonzero(shown)
        order: Array = numbers[np.argsort(-depth[numbers], kind="stable")]
        return order

    def _spans(self, order: Array, subrows: int) -> tuple[Array, Array]:
        """Return where each line of pixels enters and leaves each face, shapes (n, lines)."""
        lines = (np.arange(self._height * subrows, dtype=F) + F(0.5)) / F(subrows)
        starts = np.empty((len(order), len(lines)), F)
        ends = np.empty_like(starts)
        counts = self._shape.counts[order]
        for count, _ in self._shape.groups:
            rows = np.flatnonzero(counts == count)
            if len(rows):
                corners = self._shape.starts[order[rows], None] + np.arange(count)
                after = np.arange(1, count + 1) % count
                xs, ys = self._x[corners], self._y[corners]
                starts[rows], ends[rows] = spans(xs, ys, xs[:, after], ys[:, after], lines)
        return starts, ends

    def _paint_at_once(
        self, order: Array, values: Array, starts: Array, ends: Array, subrows: int
    ) -> tuple[Array, Array]:
        """Paint a small picture: all faces' coverage side by side, then weighed."""
        height, width, count = self._height, self._width, len(order)
        if not count:
            return np.zeros((5, height, width), F), np.zeros((height, width), F)
        cover = span_cover(starts.reshape(-1), ends.reshape(-1), 0, width, subrows)
        cover = cover.reshape(count, height * width)
        cover *= self._shape.opacities[order, None]
        # What lies nearer lets the rest of the light through.
        rest = np.cumprod((1 - cover)[::-1], axis=0)[::-1]
        cover[:-1] *= rest[1:]
        paint = values.T @ cover
        return paint.reshape(5, height, width), (1 - rest[0]).reshape(height, width)

    def _paint_in_turn(
        self, order: Array, values: Array, starts: Array, ends: Array, subrows: int
    ) -> tuple[Array, Array]:
        """Paint a large picture: each face only where it lies."""
        height, width = self._height, self._width
        paint = np.zeros((5, height, width), F)
        alpha = np.zeros((height, width), F)
        for place, number in enumerate(order):
            begin = self._shape.starts[number]
            corners = slice(begin, begin + self._shape.counts[number])
            xs, ys = self._x[corners], self._y[corners]
            x0, x1 = max(math.floor(xs.min()), 0), min(math.ceil(xs.max()), width)
            y0, y1 = max(math.floor(ys.min()), 0), min(math.ceil(ys.max()), height)
            rows = slice(y0 * subrows, y1 * subrows)
            cover = span_cover(starts[place, rows], ends[place, rows], x0, x1, subrows)
            cover *= self._shape.opacities[number]
            rest = 1 - cover
            part = paint[:, y0:y1, x0:x1]
            part *= rest
            part += values[place][:, None, None] * cover
            solid = alpha[y0:y1, x0:x1]
            solid *= rest
            solid += cover
        return paint, alpha

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
    full = np.clip(alpha, 0, 1)
    half = _halved(full)
    bare = Sprite(
        left,
        top,
        (planes.y * full + F(0.5)).astype(np.uint8),
        (planes.uv * half + F(0.5)).astype(np.uint8),
        (F(255.49) - full * F(255)).astype(np.uint8),
        (F(255.49) - half * F(255)).astype(np.uint8),
    )
    return Cast(bare, _bytes(body), _bytes(_halved(body)))


def _bytes(body: Array) -> Pixels:
    levels: Pixels = np.clip(body * F(_FULL), 0, 255).astype(np.uint8)
    return levels


def _halved(plane: Array) -> Array:
    half: Array = plane[::2, ::2] + plane[1::2, ::2] + plane[::2, 1::2] + plane[1::2, 1::2]
    return half * F(0.25)


def lay_sprite(
    picture: Planes,
    depth: Pixels,
    sprite: Sprite,
    x: int,
    y: int,
    code: int,
    *,
    stays: bool = False,
) -> None:
    """Lay a sprite into a picture, behind whatever is nearer than its own depth code.

    What ``stays`` leaves its depth behind, to hide what is laid later and farther away.
    """
    height, width = picture.y.shape
    left, top = x + sprite.left, y + sprite.top
    tall, wide = sprite.y.shape
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + wide, width), min(top + tall, height)
    if x0 >= x1 or y0 >= y1:
        return
    source = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
    around = depth[y0:y1, x0:x1]
    hidden = None
    if around.min() < code:
        hidden = around < code
    rest = sprite.rest[source]
    if stays:
        here = rest < 128 if hidden is None else (rest < 128) & ~hidden
        around[here] = code
    _mix(picture.y[y0:y1, x0:x1], sprite.y[source], rest, hidden)
    if tall * wide < _COLOURLESS:
        return
    sx, sy, tx, ty = (x0 - left) // 2, (y0 - top) // 2, x0 // 2, y0 // 2
    wide = min(sprite.uv.shape[2] - sx, width // 2 - tx, (x1 - x0 + 1) // 2)
    tall = min(sprite.uv.shape[1] - sy, height // 2 - ty, (y1 - y0 + 1) // 2)
    if wide <= 0 or tall <= 0:
        return
    source = (slice(sy, sy + tall), slice(sx, sx + wide))
    rest = sprite.rest_small[source]
    if hidden is not None:
        hidden = hidden[::2, ::2][:tall, :wide]
    target = picture.uv[:, ty : ty + tall, tx : tx + wide]
    _mix(target, sprite.uv[:, source[0], source[1]], rest, hidden)


def _mix(target: Pixels, colour: Pixels, rest: Pixels, hidden: Array | None) -> None:
    if hidden is not None:
        colour = np.where(hidden, np.uint8(0), colour)
        rest = np.where(hidden, np.uint8(255), rest)
    # (255 x + 255) >> 8 is x, so that uncovered pixels stay as they are.
    mixed = np.multiply(target, rest, dtype=np.uint16)
    mixed += 255
    mixed >>= 8
    mixed += colour
    target[:] = mixed
