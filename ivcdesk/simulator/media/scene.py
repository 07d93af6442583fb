"""What a camera's surroundings look like: a panorama that is painted where somebody looks.

The panorama covers 360 degrees of azimuth and 112 of elevation (40 up, 72 down) and is painted in
tiles at four densities, so that a zoomed view is as sharp as a wide one. Everything is a pure
function of the seed, the direction and the light; caches only remember.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ivcdesk.simulator.media.cache import ByteCache
from ivcdesk.simulator.media.drawing import Canvas, F, Window, noise
from ivcdesk.simulator.media.ground import Ground
from ivcdesk.simulator.media.light import Light, grade
from ivcdesk.simulator.media.movers import Traffic
from ivcdesk.simulator.media.places import Place, build
from ivcdesk.simulator.media.planes import Array, Pixels, Planes
from ivcdesk.simulator.media.solids import Box, Solid
from ivcdesk.simulator.media.sprites import Sprites
from ivcdesk.simulator.media.turns import Turns

ELEVATION_TOP, ELEVATION_BOTTOM = 40.0, -72.0
DENSITY = 10  # px per degree on level 0
LEVELS = 4
TILE_WIDTH, TILE_HEIGHT = 300, 224

_CHROMA_ROWS, _CHROMA_COLUMNS = TILE_HEIGHT // 2 - 1, TILE_WIDTH // 2 - 1

_MEGABYTE = 1 << 20


class Layers(NamedTuple):
    """A painted tile by day: colour (3, h, w), lamp light, share of sky, depth codes; bytes."""

    rgb: Pixels
    glow: Pixels
    sky: Pixels
    depth: Pixels


@dataclass(frozen=True)
class View:
    """A cut of the panorama in a light: picture, depth codes and share of sky (0..255)."""

    planes: Planes
    depth: Pixels
    sky: Pixels


TileKey = tuple[int, str, int, int, int]


class Scenery:
    """Scenes by seed and kind, with the memory that they share; safe to share between threads."""

    def __init__(self, *, megabytes: int = 96) -> None:
        self._layers: ByteCache[TileKey, Layers] = ByteCache(megabytes * _MEGABYTE * 2 // 3)
        self._graded: ByteCache[tuple[TileKey, Light], Planes] = ByteCache(
            megabytes * _MEGABYTE // 3
        )
        self._scenes: ByteCache[tuple[int, str], Scene] = ByteCache(64)
        self.sprites = Sprites()
        self.turns = Turns()

    def scene(self, seed: int, kind: str = "") -> Scene:
        """Return a scene; it is built on first use (a few ms)."""
        return self._scenes.obtain(
            (seed, kind), lambda: (Scene(seed, kind, self._layers, self._graded), 1)
        )


class Scene:
    """One camera's surroundings."""

    def __init__(
        self,
        seed: int,
        kind: str,
        layers: ByteCache[TileKey, Layers],
        graded: ByteCache[tuple[TileKey, Light], Planes],
    ) -> None:
        self.place: Place = build(seed, kind)
        self.traffic = Traffic(self.place.movers)
        self._key = (seed, kind)
        self._layers, self._graded = layers, graded
        solids = visible_solids(self.place.solids, self.place.eye)
        self._solids = sorted(solids, key=lambda solid: -solid.distance)
        spans = [solid.span(self.place.eye) for solid in self._solids]
        self._spans = np.array(spans, np.float64).reshape(-1, 4)
        self.glints = np.array(self.place.glints, np.float64).reshape(-1, 2)

    def view(self, level: int, left: int, top: int, width: int, height: int, light: Light) -> View:
        """Return a cut of a level's panorama (px); columns wrap around, rows must exist."""
        shape = (height, width)
        luma = np.empty(shape, np.uint8)
        chroma = np.empty((2, height // 2, width // 2), np.uint8)
        depth, sky = np.empty(shape, np.uint8), np.empty(shape, np.uint8)
        turn = 360 * DENSITY << level
        y = top
        while y < top + height:
            row, tile_y = divmod(y, TILE_HEIGHT)
            tall = min(TILE_HEIGHT - tile_y, top + height - y)
            x = left
            while x < left + width:
                column, tile_x = divmod(x % turn, TILE_WIDTH)
                wide = min(TILE_WIDTH - tile_x, left + width - x)
                key = (*self._key, level, column, row)
                layers = self._tile(key)
                planes = self._graded_tile(key, light)
                source = np.s_[tile_y : tile_y + tall, tile_x : tile_x + wide]
                target = np.s_[y - top : y - top + tall, x - left : x - left + wide]
                luma[target] = planes.y[source]
                depth[target] = layers.depth[source]
                sky[target] = layers.sky[source]
                down, across = _half(y - top, tall, height), _half(x - left, wide, width)
                # An odd cut takes its chroma from half a pixel beside.
                rows = np.minimum(tile_y // 2 + np.arange(down.stop - down.start), _CHROMA_ROWS)
                columns = np.minimum(
                    tile_x // 2 + np.arange(across.stop - across.start), _CHROMA_COLUMNS
                )
                chroma[:, down, across] = planes.uv[:, rows[:, None], columns]
                x += wide
            y += tall
        return View(Planes(luma, chroma), depth, sky)

    def _tile(self, key: TileKey) -> Layers:
        return self._layers.obtain(key, lambda: self._painted(key))

    def _graded_tile(self, key: TileKey, light: Light) -> Planes:
        def make() -> tuple[Planes, int]:
            layers = self._tile(key)
            planes = grade(
                _window(key),
                layers.rgb.astype(F),
                layers.glow.astype(F) * F(1 / 255),
                layers.sky.astype(F) * F(1 / 255),
                self.place.sky,
                light,
            )
            return planes, planes.y.size * 3 // 2

        return self._graded.obtain((key, light), make)

    def _painted(self, key: TileKey) -> tuple[Layers, int]:
        canvas = self.paint(_window(key))
        layers = Layers(
            np.clip(canvas.rgb + F(0.5), 0, 255).astype(np.uint8),
            (np.clip(canvas.glow, 0, 1) * F(255)).astype(np.uint8),
            (np.clip(canvas.sky, 0, 1) * F(255)).astype(np.uint8),
            canvas.depth,
        )
        return layers, sum(layer.nbytes for layer in layers)

    def paint(self, window: Window) -> Canvas:
        """Paint any window of directions, by day."""
        place = self.place
        canvas = Canvas(window, place.eye, place.air.colour)
        self._paint_ground(canvas)
        middle = window.azimuth + window.width / window.density / 2
        half = window.width / window.density / 2
        low = window.elevation - window.height / window.density
        away = np.abs((self._spans[:, 0] - middle + 180) % 360 - 180)
        inside = (
            (away <= half + self._spans[:, 1] + 0.5)
            & (self._spans[:, 2] <= window.elevation + 0.5)
            & (self._spans[:, 3] >= low - 0.5)
        )
        for number in np.flatnonzero(inside):
            self._solids[number].paint(canvas, place.air)
        return canvas

    def _paint_ground(self, canvas: Canvas) -> None:
        place, window = self.place, canvas.window
        ground = Ground(window, place.eye)
        if ground.empty:
            return
        place.paint_ground(ground)
        half = math.radians(window.width / window.density) / 2 + 0.05
        middle = window.columns[window.width // 2]
        nearest = float(ground.reach.min())
        farthest = float(ground.reach.max())
        for x, y, radius in place.lamps:
            away = math.hypot(x, y)
            turned = (math.atan2(x, y) - float(middle) + math.pi) % (2 * math.pi) - math.pi
            wide = half + math.atan2(radius * 2, away)
            if abs(turned) < wide and nearest - 2 * radius < away < farthest + 2 * radius:
                ground.pool(x, y, radius)
        share = 1 - np.exp(-ground.reach / F(place.air.reach))
        for channel in range(3):
            ground.colour[channel] += (
                F(place.air.colour[channel]) - ground.colour[channel]
            ) * share
        canvas.rgb[:, ground.top :] = ground.colour
        canvas.glow[ground.top :] = ground.glow * (1 - share)
        canvas.sky[ground.top :] = 0


def _window(key: TileKey) -> Window:
    _, _, level, column, row = key
    density = DENSITY << level
    return Window(
        column * TILE_WIDTH / density,
        ELEVATION_TOP - row * TILE_HEIGHT / density,
        density,
        TILE_WIDTH,
        TILE_HEIGHT,
    )


def _half(start: int, length: int, whole: int) -> slice:
    """Return the rows of a half-size plane that belong to rows of the whole one."""
    return slice((start + 1) // 2, min((start + length + 1) // 2, whole // 2))


def visible_solids(solids: list[Solid], eye: float) -> list[Solid]:
    """Return the solids without the buildings that stand wholly behind nearer ones."""
    bins = 1440
    horizon = np.full(bins, -90.0)
    kept: list[Solid] = []
    for solid in sorted(solids, key=lambda one: one.distance):
        middle, half, _, high = solid.span(eye)
        cells = np.arange(
            math.floor((middle - half) * bins / 360), math.ceil((middle + half) * bins / 360) + 1
        )
        if isinstance(solid, Box):
            if (horizon[cells % bins] > high + 0.3).all():
                continue
            if solid.bottom <= 0 and len(cells) > 2:
                # Its lowest visible top edge hides what lies behind.
                farthest = max(math.hypot(x, y) for x, y in solid.corners())
                low_top = math.degrees(math.atan2(solid.top - eye, farthest))
                inner = cells[1:-1] % bins
                horizon[inner] = np.maximum(horizon[inner], min(low_top, high))
        kept.append(solid)
    return kept


@functools.cache
def clouds() -> Array:
    """Return drifting clouds as coverage, shape (160, 720): 4 rows and 2 columns a degree."""
    rows = np.arange(160, dtype=F)[:, None]
    elevation = 40 - rows / 4
    columns = np.arange(720, dtype=F)
    # Layers of cloud lie closer together towards the horizon.
    down = (F(58) * np.log(elevation + F(4))).astype(np.int32)
    first = noise()[down % 256, (columns * F(256 / 720)).astype(np.int32) % 256]
    second = noise()[(down * 2 + 40) % 256, (columns * F(512 / 720)).astype(np.int32) % 256]
    third = noise()[(down * 4 + 90) % 256, (columns * F(1280 / 720)).astype(np.int32) % 256]
    total = first + second * F(0.55) + third * F(0.28)
    cover = np.clip((total - F(0.02)) * F(2.6), 0, 1)
    return cover * np.clip(elevation / F(7), 0, 1) * F(0.92)
