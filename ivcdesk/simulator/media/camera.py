"""A synthetic camera: the picture of a scene for a pose and a moment, with its name and clock."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from av.video.reformatter import Interpolation

from ivcdesk.simulator.media.casts import Sprite
from ivcdesk.simulator.media.drawing import F
from ivcdesk.simulator.media.light import Light, light_at
from ivcdesk.simulator.media.movers import Mover
from ivcdesk.simulator.media.overlay import Overlay
from ivcdesk.simulator.media.planes import Array, Pixels, Planes, Scaler
from ivcdesk.simulator.media.projection import Frame, nearer_codes, placed
from ivcdesk.simulator.media.scene import (
    DENSITY,
    ELEVATION_BOTTOM,
    ELEVATION_TOP,
    LEVELS,
    Scenery,
    clouds,
)
from ivcdesk.simulator.media.source import CameraFacts, Pose
from ivcdesk.simulator.media.sprites import Look, lay_sprite, looks

FIELD = 64.0  # degrees across at zoom 1
MOUNT = -8.0  # degrees: where a camera looks at tilt 0
_NOON = 4 * 3600.0  # of the cameras' zone: any light does to learn how far things are
_CLOUD_TICK = 0.5  # s between two looks at the clouds
_CLOUD_SPEED = 0.11  # degrees/s


@dataclass
class _Backdrop:
    """Everything that stands still for a pose, a light and a look at the clouds."""

    frame: Frame
    planes: Planes
    depth: Pixels
    glints: tuple[Array, Array, Array]


class Camera:
    """Renders one channel at one size; use it from one thread at a time.

    ``urgent`` says that somebody waits for each picture at its time.
    """

    def __init__(self, facts: CameraFacts, scenery: Scenery, *, urgent: bool = True) -> None:
        self.facts = facts
        self._urgent = urgent
        self._turns = scenery.turns
        self._scene = scenery.scene(facts.seed, facts.place)
        self._sprites = scenery.sprites
        self._overlay = Overlay(facts.name, facts.width, facts.height)
        # How movers looked in the last picture; most look the same in the next one.
        self._shown: dict[int, tuple[Look, Sprite]] = {}
        self._bare: tuple[object, _Backdrop, Pixels] | None = None
        self._backdrop: tuple[object, _Backdrop] | None = None
        self._cloudy = Planes.blank(facts.height, facts.width)
        self._smooth = [Scaler() for _ in range(4)]
        self._point = Scaler(Interpolation.POINT)
        self._soft = [(Scaler(Interpolation.AREA), Scaler(Interpolation.BILINEAR)) for _ in "yuv"]

    def render(self, pose: Pose, at: float, onto: Planes | None = None) -> Planes:
        """Return the picture of a moment (s since the epoch), always the same for the same.

        It is drawn ``onto`` a picture of its size, where one is given.
        """
        picture = onto or Planes.blank(self.facts.height, self.facts.width)
        light = light_at(at)
        # Not in turn: a surrounding that nobody saw before takes long to paint.
        backdrop = self._still(pose, light, math.floor(at / _CLOUD_TICK))
        self._turns.wait(urgent=self._urgent)
        try:
            picture.take(backdrop.planes)
            self._draw_glints(picture, backdrop, light, at)
            self._draw_movers(picture, backdrop.depth, backdrop.frame, light, at, still=False)
            self._through_the_lens(picture, pose)
            self._overlay.draw(picture, at)
        finally:
            self._turns.end()
        return picture

    def surroundings(self, pose: Pose) -> tuple[Frame, Pixels]:
        """Return how directions map to pixels, and depth codes (rows, columns) of what stands."""
        frame = self._frame(pose)
        backdrop, _ = self._bare_backdrop(frame, light_at(_NOON))
        return frame, backdrop.depth

    def _frame(self, pose: Pose) -> Frame:
        width, height = self.facts.width, self.facts.height
        zoom = min(max(pose.zoom, 1.0), 16.0)
        field = FIELD / zoom
        wanted = width / field / DENSITY
        level = min(max(math.ceil(math.log2(wanted) - 0.2), 0), LEVELS - 1)
        density = DENSITY << level
        across = round(field * density / 2) * 2
        down = round(across * height / width / 2) * 2
        azimuth = self._scene.place.home + pose.pan
        left = round(azimuth * density - across / 2)
        top = round((ELEVATION_TOP - MOUNT - pose.tilt) * density - down / 2)
        rows = round((ELEVATION_TOP - ELEVATION_BOTTOM) * density)
        top = min(max(top, 0), rows - down)
        return Frame(level, left, top, across, down, width / across)

    def _still(self, pose: Pose, light: Light, tick: int) -> _Backdrop:
        frame = self._frame(pose)
        if self._backdrop is not None and self._backdrop[0] == (frame, light, tick):
            return self._backdrop[1]
        if self._bare is None or self._bare[0] != (frame, light):
            self._bare = ((frame, light), *self._bare_backdrop(frame, light))
        _, bare, sky = self._bare
        planes = bare.planes
        if sky.any():
            planes = self._cloudy
            planes.take(bare.planes)
            self._draw_clouds(planes, sky, frame, light, tick)
        backdrop = _Backdrop(frame, planes, bare.depth, bare.glints)
        self._backdrop = ((frame, light, tick), backdrop)
        return backdrop

    def _bare_backdrop(self, frame: Frame, light: Light) -> tuple[_Backdrop, Pixels]:
        view = self._scene.view(
            frame.level, frame.left, frame.top, frame.width, frame.height, light
        )
        width, height = self.facts.width, self.facts.height
        chroma = [
            scaler.scale(plane, height // 2, width // 2)
            for scaler, plane in zip(self._smooth[1:3], view.planes.uv, strict=True)
        ]
        luma = self._smooth[0].scale(view.planes.y, height, width)
        planes = Planes(luma, np.stack(chroma))
        depth = self._point.scale(view.depth, height, width)
        sky = self._smooth[3].scale(view.sky, height, width)
        glints = self._visible_glints(frame, depth)
        self._draw_movers(planes, depth, frame, light, 0.0, still=True)
        return _Backdrop(frame, planes, depth, glints), sky

    def _draw_clouds(
        self, planes: Planes, sky: Pixels, frame: Frame, light: Light, tick: int
    ) -> None:
        height, width = planes.y.shape
        rows = int(np.flatnonzero(sky.any(axis=1))[-1]) + 1
        rows = min(rows + rows % 2, height)
        density = DENSITY << frame.level
        azimuth = (frame.left + (np.arange(width) + 0.5) / frame.scale) / density
        elevation = ELEVATION_TOP - (frame.top + (np.arange(rows) + 0.5) / frame.scale) / density
        table = clouds()
        drift = azimuth - tick * _CLOUD_TICK * _CLOUD_SPEED
        across, beside, u = _between(drift % 360 * 2, 720, wrap=True)
        down, below, v = _between(np.clip((40 - elevation) * 4, 0, 159), 160, wrap=False)
        lines = table[down] + (table[below] - table[down]) * v[:, None]
        cover = lines[:, across] + (lines[:, beside] - lines[:, across]) * u
        cover *= F(self._scene.place.sky.clouds / 255)
        cover = np.minimum(cover * sky[:rows], F(1))
        bright = 40 + 196 * light.share
        luma = planes.y[:rows]
        luma[:] = luma + (F(bright) - luma) * cover
        half = cover[::2, ::2]
        warm = 14 * light.glow
        for plane, tone in zip(planes.uv, (128 - warm, 128 + warm), strict=True):
            part = plane[: rows // 2]
            part[:] = part + (F(tone) - part) * half

    def _visible_glints(self, frame: Frame, depth: Pixels) -> tuple[Array, Array, Array]:
        places = self._scene.glints
        if not len(places):
            empty = np.empty(0, np.int32)
            return empty, empty, empty
        height, width = depth.shape
        azimuth = np.degrees(np.arctan2(places[:, 0], places[:, 1]))
        away = np.hypot(places[:, 0], places[:, 1])
        elevation = np.degrees(np.arctan2(-self._scene.place.eye, away))
        x = np.asarray(frame.x(azimuth)).astype(np.int32)
        y = np.asarray(frame.y(elevation)).astype(np.int32)
        inside = (x >= 2) & (x < width - 6) & (y >= 0) & (y < height)
        numbers = np.flatnonzero(inside)
        numbers = numbers[depth[y[numbers], x[numbers]] == 255]
        return x[numbers], y[numbers], numbers

    def _draw_glints(self, picture: Planes, backdrop: _Backdrop, light: Light, at: float) -> None:
        x, y, numbers = backdrop.glints
        if not len(x):
            return
        beat = np.sin(at % 6283 * (0.9 + numbers % 7 * 0.21) + numbers * 1.7)
        shine = np.clip((beat - 0.55) * 150, 0, 60) * (0.25 + 0.75 * light.share)
        seen = shine > 4
        places = (y[seen] * picture.y.shape[1] + x[seen])[:, None] + np.arange(4)
        added = shine[seen].astype(np.int16)[:, None] // np.array([2, 1, 1, 2], np.int16)
        luma = picture.y.reshape(-1)
        # Glints may overlap: the last one counts, as long as none is made twice as bright.
        luma[places] = np.minimum(luma[places] + added, 235)

    def _draw_movers(
        self, picture: Planes, depth: Pixels, frame: Frame, light: Light, at: float, *, still: bool
    ) -> None:
        """Draw the things that move, or those that are parked, which also hide the others."""
        traffic, place = self._scene.traffic, self._scene.place
        chosen = traffic.parked if still else traffic.moving
        if not len(chosen):
            return
        found = placed(traffic, place.eye, frame, picture.y.shape, at, chosen)
        movers = [traffic.movers[number] for number in found.numbers]
        names = [
            _puff(mover, size) if mover.model == "puff" else mover.model
            for mover, size in zip(movers, found.sizes.tolist(), strict=True)
        ]
        steps = zip(
            movers,
            looks(
                names,
                headings=found.headings,
                azimuths=found.azimuths,
                depressions=found.depressions,
                scales=found.scales,
                distances=found.distances,
                light=light,
                air=place.air,
            ),
            found.x.tolist(),
            found.y.tolist(),
            found.reach.tolist(),
            nearer_codes(found.distances).tolist(),
            strict=True,
        )
        before, after = self._shown, {}
        for mover, seen_as, left, top, around, code in steps:
            if _hidden(depth, left, top, around, code):
                continue
            known = before.get(id(mover))
            if known is None or known[0] != seen_as:
                known = seen_as, self._sprites.get(seen_as, mover.tint)
            lay_sprite(picture, depth, known[1], left, top, code, stays=still)
            after[id(mover)] = known
        if not still:
            self._shown = after

    def _through_the_lens(self, picture: Planes, pose: Pose) -> None:
        blur = min(abs(pose.focus), 1.0)
        if blur > 0.02:
            factor = 1 + 9 * blur
            for plane, (down, up) in zip((picture.y, *picture.uv), self._soft, strict=True):
                height, width = plane.shape
                small = down.scale(
                    plane, max(round(height / factor), 2), max(round(width / factor), 2)
                )
                plane[:] = up.scale(small, height, width)
        if abs(pose.iris) > 0.01:
            picture.y[:] = _iris_table(round(min(max(pose.iris, -1), 1), 2))[picture.y]


def _puff(mover: Mover, size: float) -> str:
    """Return the name of steam as thick as it is: it thins out as it spreads."""
    thick = max(1.1 - size / (mover.size * mover.grows), 0.0)
    return f"puff{round(mover.tint[0] * thick / 6) * 6}"


def _hidden(depth: Pixels, x: int, y: int, reach: int, code: int) -> bool:
    """Whether everything within ``reach`` pixels of a place is nearer than a depth code."""
    around = depth[max(y - reach, 0) : y + reach // 2 + 1, max(x - reach, 0) : x + reach + 1]
    return not np.count_nonzero(around >= code)


def _iris_table(iris: float) -> Pixels:
    gain = 2.0 ** (1.3 * iris)
    levels = (np.arange(256, dtype=F) - 16) * F(gain) + 16
    table: Pixels = np.clip(levels, 16, 235).astype(np.uint8)
    return table


def _between(places: Array, count: int, *, wrap: bool) -> tuple[Array, Array, Array]:
    first = places.astype(np.int32)
    share = (places - first).astype(F)
    after = first + 1
    if wrap:
        return first % count, after % count, share
    return np.minimum(first, count - 1), np.minimum(after, count - 1), share
