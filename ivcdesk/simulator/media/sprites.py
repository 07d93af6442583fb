"""Models drawn to small pictures with coverage, cached, and laid into a view."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ivcdesk.simulator.media.cache import ByteCache
from ivcdesk.simulator.media.casts import FULL_LIGHT, Cast, Folded, Sprite
from ivcdesk.simulator.media.drawing import Colour, F, span_cover, spans
from ivcdesk.simulator.media.light import Light, shaded, yuv
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
_COLOURLESS = 28  # px below which nobody sees a thing's colour
_SMALL = 6000  # px up to which a picture counts as small
_RECORD = 1200  # bytes that a picture takes beside its pixels
_AT_ONCE = 100_000  # samples up to which all faces of a picture are filled in one go


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
    """Draws models on demand; safe to share between threads.

    Small pictures are many and come again with each round of the traffic: those of
    two dozen cameras fit. Large ones take long to draw: they are kept folded, in their own store.
    """

    def __init__(self, *, megabytes: int = 99) -> None:
        part = (megabytes << 20) // 9
        self._small: ByteCache[Look, Cast] = ByteCache(7 * part)
        self._large: ByteCache[Look, Folded] = ByteCache(2 * part)

    def get(self, seen: Look, tint: Colour) -> Sprite:
        """Return a model's picture; it is empty where there is too little to see."""
        cast = self._small.get(seen)
        if cast is None:
            folded = self._large.get(seen)
            cast = folded.cast() if folded else self._drawn(seen)
        return cast.tinted(tint, seen.light)

    def _drawn(self, seen: Look) -> Cast:
        cast = _draw(seen)
        if cast.y.size < _SMALL:
            self._small.put(seen, cast, 5 * cast.y.size + _RECORD)
        else:
            folded = Folded.of(cast)
            self._large.put(seen, folded, len(folded.pixels) + _RECORD)
        return cast


def scale_of(seen: Look) -> float:
    """Return how large something is drawn, px per metre."""
    return _LARGE * math.exp(seen.size * (_LARGE_GROWTH if seen.size > 0 else _GROWTH))


def view_of(seen: Look) -> tuple[float, float, float, float]:
    """Return sine and cosine of how far a model is turned, and of how far the eye looks down."""
    turn, tilt = math.radians(seen.turn * _TURN), math.radians(seen.tilt * _TILT)
    return math.sin(turn), math.cos(turn), math.sin(tilt), math.cos(tilt)


def turned(points: Array, view: tuple[float, float, float, float]) -> tuple[Array, Array, Array]:
    """Return how far points lie to the right, up and away, as the eye sees them (m)."""
    sin_t, cos_t, sin_d, cos_d = view
    away = points[:, 0] * F(cos_t) + points[:, 1] * F(sin_t)
    across = points[:, 0] * F(sin_t) - points[:, 1] * F(cos_t)
    up = points[:, 2] * F(cos_d) + away * F(sin_d)
    return across, up, away * F(cos_d) - points[:, 2] * F(sin_d)


def _draw(seen: Look) -> Cast:
    scale = scale_of(seen)
    if seen.name.startswith("puff"):
        return _draw_puff(scale, int(seen.name[4:] or 0) / 255, seen.light)
    return _Studio(model(seen.name), seen, scale).draw()


class _Studio:
    """One model before the eye: corners turned into pixels, faces sorted from far to near."""

    def __init__(self, shape: Model, seen: Look, scale: float) -> None:
        self._shape, self._seen, self._scale = shape, seen, scale
        self._view = view_of(seen)
        across, up, depth = turned(shape.points, self._view)
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

    def draw(self) -> Cast:
        """Paint all faces that can be seen."""
        width, height = self._width, self._height
        if width * height > 2_000_000:
            return _pack(np.zeros((5, 2, 2), F), 0, 0)
        order = self._visible()
        values = self._values(order)
        subrows = 4 if height < 64 else 2
        starts, ends = self._spans(order, subrows)
        if len(order) * width * height * subrows < _AT_ONCE:
            paint = self._paint_at_once(order, values, starts, ends, subrows)
        else:
            paint = self._paint_in_turn(order, values, starts, ends, subrows)
        if self._halo:
            self._add_halos(paint)
        return _pack(paint, self._left, self._top)

    def _values(self, order: Array) -> Array:
        """Return what faces paint: luma, chroma, own colour, coverage; shape (n, 5)."""
        seen = self._seen
        painted: Array = _face_values(seen.name, seen.sun, seen.veil, seen.haze, seen.light)[order]
        return painted

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
    ) -> Array:
        """Paint a small picture: all faces' coverage side by side, then weighed."""
        height, width, count = self._height, self._width, len(order)
        if not count:
            return np.zeros((5, height, width), F)
        cover = span_cover(starts.reshape(-1), ends.reshape(-1), 0, width, subrows)
        cover = cover.reshape(count, height * width)
        cover *= self._shape.opacities[order, None]
        # What lies nearer lets the rest of the light through.
        rest = np.cumprod((1 - cover)[::-1], axis=0)[::-1]
        cover[:-1] *= rest[1:]
        paint: Array = values.T @ cover
        return paint.reshape(5, height, width)

    def _paint_in_turn(
        self, order: Array, values: Array, starts: Array, ends: Array, subrows: int
    ) -> Array:
        """Paint a large picture: each face only where it lies."""
        height, width = self._height, self._width
        paint = np.zeros((5, height, width), F)
        colours = values[:, :, None, None]
        cells = np.arange(width + 1, dtype=F)
        boxes = self._boxes(order)
        shares = (self._shape.opacities[order] / subrows).tolist()
        starts, ends = starts[:, :, None], ends[:, :, None]
        for place, (x0, x1, y0, y1) in enumerate(boxes):
            rows = slice(y0 * subrows, y1 * subrows)
            lines = np.minimum(ends[place, rows], cells[x0 + 1 : x1 + 1])
            lines -= np.maximum(starts[place, rows], cells[x0:x1])
            np.maximum(lines, 0, out=lines)
            cover = lines[::subrows]
            for line in range(1, subrows):
                cover = cover + lines[line::subrows]
            cover *= F(shares[place])
            part = paint[:, y0:y1, x0:x1]
            # Nearer to a value by a share of the way: one pass less than to fade and to add.
            away = colours[place] - part
            away *= cover
            part += away
        return paint

    def _boxes(self, order: Array) -> list[list[int]]:
        """Return which pixels faces may touch: left, right, top, bottom."""
        begins = self._shape.starts
        boxes = np.empty((len(order), 4), np.int32)
        boxes[:, 0] = np.floor(np.minimum.reduceat(self._x, begins)[order])
        boxes[:, 1] = np.ceil(np.maximum.reduceat(self._x, begins)[order])
        boxes[:, 2] = np.floor(np.minimum.reduceat(self._y, begins)[order])
        boxes[:, 3] = np.ceil(np.maximum.reduceat(self._y, begins)[order])
        np.maximum(boxes, 0, out=boxes)
        boxes[:, :2] = np.minimum(boxes[:, :2], self._width)
        boxes[:, 2:] = np.minimum(boxes[:, 2:], self._height)
        found: list[list[int]] = boxes.tolist()
        return found

    def _add_halos(self, paint: Array) -> None:
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
            shine = np.array([*yuv(np.array(tone, F)), 0, 1], F)[:, None, None]
            paint += (shine - paint) * share


@functools.lru_cache(1024)
def _face_values(name: str, sun: int, veil: int, haze: Colour, light: Light) -> Array:
    """Return what each face of a model paints in a light and haze; see ``_Studio._values``."""
    shape = model(name)
    normals = shape.normals
    angle = math.radians(sun * 360 / _SUNS)
    lit = np.clip(normals[:, 0] * F(math.cos(angle)) + normals[:, 1] * F(math.sin(angle)), -0.3, 1)
    flat = np.hypot(normals[:, 0], normals[:, 1])
    shades = F(0.72) + F(0.2) * lit * flat + F(0.28) * normals[:, 2]
    glows = shape.glows
    shades = np.where(glows > 0.7, F(1), shades)
    thick = veil / _VEILS
    tones = shape.tones * shades[:, None]
    tones = tones + (np.array(haze, F) - tones) * F(thick)
    values = np.empty((len(tones), 5), F)
    values[:, :3] = yuv(shaded(tones.T, glows * F(1 - thick), light)).T
    values[:, 3] = np.where(shape.bodies, shades * F(1 - thick), F(0))
    values[:, 4] = 1
    return values


def _draw_puff(radius: float, density: float, light: Light) -> Cast:
    """Draw a soft ball of steam of a radius (px) and density (0..1)."""
    half = max(int(radius * 1.4) // 2 * 2, 2)
    axis = np.arange(-half, half, dtype=F) + F(0.5)
    away = (axis * axis + (axis * axis)[:, None]) * F(1 / radius**2)
    alpha = np.clip(np.exp(-away * F(1.6)) - F(0.05), 0, 1) * F(density)
    shade = 1 - F(0.1) * (axis / F(half))
    lit = shaded(np.array([[226], [229], [233]], F) * shade, np.zeros_like(shade), light)
    paint = np.zeros((5, *alpha.shape), F)
    paint[:3] = yuv(lit)[:, :, None]
    paint[4] = 1
    paint *= alpha
    return _pack(paint, -half, -half)


def _pack(paint: Array, left: int, top: int) -> Cast:
    """Return what was painted as bytes, chroma and coverage also at half the size."""
    full = np.clip(paint[4], 0, 1)
    small = _halved(paint[1:])
    half = np.clip(small[3], 0, 1)
    return Cast(
        left,
        top,
        np.clip(paint[0] + F(0.5), 0, 255).astype(np.uint8),
        np.clip(small[:2] + F(0.5), 0, 255).astype(np.uint8),
        _bytes(paint[3]),
        _bytes(small[2]),
        (F(255.49) - full * F(255)).astype(np.uint8),
        (F(255.49) - half * F(255)).astype(np.uint8),
    )


def _bytes(body: Array) -> Pixels:
    levels: Pixels = np.clip(body * F(FULL_LIGHT), 0, 255).astype(np.uint8)
    return levels


def _halved(plane: Array) -> Array:
    half: Array = plane[..., ::2, ::2] + plane[..., 1::2, ::2]
    half += plane[..., ::2, 1::2]
    half += plane[..., 1::2, 1::2]
    half *= F(0.25)
    return half


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
    tall, wide = sprite.rest.shape
    x0, y0 = max(left, 0), max(top, 0)
    x1, y1 = min(left + wide, width), min(top + tall, height)
    if x0 >= x1 or y0 >= y1:
        return
    around = depth[y0:y1, x0:x1]
    behind = around < code
    covered = np.count_nonzero(behind)
    if covered == around.size:
        return
    hidden = behind if covered else None
    if (x1 - x0, y1 - y0) == (wide, tall):
        luma, rest = sprite.y, sprite.rest
    else:
        source = (slice(y0 - top, y1 - top), slice(x0 - left, x1 - left))
        luma, rest = sprite.y[source], sprite.rest[source]
    if stays:
        here = rest < 128 if hidden is None else (rest < 128) & ~hidden
        around[here] = code
    _mix(picture.y[y0:y1, x0:x1], luma, rest, hidden)
    if tall * wide < _COLOURLESS:
        return
    sx, sy, tx, ty = (x0 - left) // 2, (y0 - top) // 2, x0 // 2, y0 // 2
    wide = min(sprite.uv.shape[2] - sx, width // 2 - tx, (x1 - x0 + 1) // 2)
    tall = min(sprite.uv.shape[1] - sy, height // 2 - ty, (y1 - y0 + 1) // 2)
    if wide <= 0 or tall <= 0:
        return
    rows, columns = slice(sy, sy + tall), slice(sx, sx + wide)
    if hidden is not None:
        hidden = hidden[::2, ::2][:tall, :wide]
    target = picture.uv[:, ty : ty + tall, tx : tx + wide]
    _mix(target, sprite.uv[:, rows, columns], sprite.rest_small[rows, columns], hidden)


def _mix(target: Pixels, added: Array, rest: Pixels, hidden: Array | None) -> None:
    if hidden is not None:
        added = np.where(hidden, np.uint16(255), added)
        rest = np.where(hidden, np.uint8(255), rest)
    # (255 x + 255) >> 8 is x, so that uncovered pixels stay as they are.
    mixed = np.multiply(target, rest, dtype=np.uint16)
    mixed += added
    mixed >>= 8
    target[:] = mixed
