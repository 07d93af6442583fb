"""How a timeline's lanes look: one row of colours per lane, computed for all its pixels at once.

The rows are arrays, so that a day of one segment paints as fast as a month of seven hundred
thousand. Gaps are coloured and hatched by cause; a gap narrower than a pixel tints it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage

from ivcdesk.domain.coverage import Gap
from ivcdesk.domain.timescale import TimeScale
from ivcdesk.ui.tokens import Tokens
from ivcdesk.ui.widgets.timeline_lanes import Booleans, Columns, Floats, Track, columns

Pixels = npt.NDArray[np.uint32]

_NOTICED = 0.02
"""Part of a pixel that must be missing to be shown, so that the cracks of segments are not."""
_TINT = 0.4
"""The least that a noticed gap tints its pixel."""
_EXACT = 1e-3
"""How near to whole pixels a movement must be to be one, px."""
_FAINT = 0.55
"""The least that a recording narrower than a pixel colours it."""


UNION = 5
"""Height of the strip that shows where any of several tracks has a recording, px."""


class Strip(NamedTuple):
    """Where one lane lies: its top and height, px."""

    top: int
    height: int


class Rows(NamedTuple):
    """Where one track lies."""

    cloud: Strip
    device: Strip

    @property
    def bottom(self) -> int:
        """The first pixel below it."""
        return self.device.top + self.device.height


def arrange(count: int, height: int) -> list[Rows]:
    """Lay ``count`` tracks out over a height in px; few tracks get thicker lanes."""
    if count <= 0 or height <= 0:
        return []
    union = UNION + 3 if count > 1 else 0
    height -= union
    room = height / count
    cloud = int(min(max(room * 0.42, 4), 30))
    device = int(min(max(room * 0.24, 3), 17))
    gap = 1 if room < 24 else 3
    pitch = min(room, cloud + device + gap + 14)
    first = max((height - pitch * count) / 2, 0) if count == 1 else union
    rows = []
    for index in range(count):
        top = int(first + pitch * index + max((pitch - cloud - device - gap) / 2, 0))
        rows.append(Rows(Strip(top, cloud), Strip(top + cloud + gap, device)))
    return rows


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of the lanes as arrays (red, green, blue; 0 … 255)."""

    ground: Floats
    empty: Floats
    cloud: Floats
    device: Floats
    device_only: Floats
    nowhere: Floats
    archived: Floats
    unplanned: Floats
    cloud_only: Floats
    unknown: Floats
    loading: Floats
    anywhere: Floats

    @classmethod
    def of(cls, theme: Tokens) -> Palette:
        """Return the lanes' colours of a theme."""
        ground = _rgb(theme.panel)
        return cls(
            ground=ground,
            empty=_mix(ground, _rgb(theme.text), 0.045),
            cloud=_rgb(theme.cloud),
            device=_rgb(theme.device),
            device_only=_rgb(theme.gap_device_only),
            nowhere=_rgb(theme.gap_nowhere),
            archived=_mix(_rgb(theme.cloud), _rgb(theme.muted), 0.65),
            unplanned=_mix(ground, _rgb(theme.muted), 0.5),
            cloud_only=_mix(ground, _rgb(theme.cloud), 0.55),
            unknown=_rgb(theme.muted),
            loading=_mix(ground, _rgb(theme.text), 0.16),
            anywhere=_mix(ground, _rgb(theme.text), 0.62),
        )


def _rgb(colour: str) -> Floats:
    named = QColor(colour)
    return np.array([named.red(), named.green(), named.blue()], dtype=np.float64)


def _mix(a: Floats, b: Floats, part: float) -> Floats:
    return np.asarray(a + (b - a) * part)


def _packed(colour: Floats) -> Pixels:
    """Return colours of shape (…, 3) as 0xffRRGGBB."""
    whole = np.clip(np.rint(colour), 0, 255).astype(np.uint32)
    return np.asarray(
        np.uint32(0xFF000000) | (whole[..., 0] << 16) | (whole[..., 1] << 8) | whole[..., 2],
        dtype=np.uint32,
    )


# The patterns repeat every _PERIOD px; each cause has its own slope or weave, so that it can be
# told apart without colour.
_PERIOD = 8


@lru_cache(maxsize=32)
def _weave(kind: Gap | None, scale: int) -> npt.NDArray[np.bool_]:
    """Return the pattern of a cause as a square of (period x period) px, True where it is drawn."""
    side = _PERIOD * scale
    y, x = np.mgrid[0:side, 0:side] // scale
    if kind is Gap.DEVICE_ONLY:
        return np.asarray((x + y) % _PERIOD < 4)
    if kind is Gap.NOWHERE:
        return np.asarray((x - y) % _PERIOD < 4)
    if kind is Gap.ARCHIVED:
        return np.asarray(((x + y) % 4 == 0) & ((x - y) % 4 == 0))
    if kind is Gap.OUTSIDE_PLAN:
        return np.asarray(y % 4 == 1)
    if kind is Gap.CLOUD_ONLY:
        return np.asarray(x % _PERIOD < 2)
    return np.asarray((x + y) % _PERIOD < 1)


class LanePainter:
    """Draws the lanes of tracks into an image and keeps the last one for as long as it fits.

    Where the window has only moved by whole pixels, only what has come into view is drawn.
    """

    def __init__(self) -> None:
        self._key: object = None
        self._tracks: tuple[Track, ...] = ()
        self._start = 0.0
        self._phase = 0
        self._image = QImage()
        self._pixels: Pixels = np.zeros((0, 0), dtype=np.uint32)
        self._palette: tuple[Tokens, Palette] | None = None

    def image(
        self,
        tracks: Sequence[Track],
        rows: Sequence[Rows],
        scale: TimeScale,
        height: int,
        ratio: float,
        now: float,
        theme: Tokens,
    ) -> QImage:
        """Return the lanes as an opaque image of ``scale.width`` x ``height`` px times ``ratio``.

        ``now`` is a moment in seconds since the epoch: nothing is missing after it.
        """
        width, tall = round(scale.width * ratio), max(round(height * ratio), 1)
        pixel = scale.span / width
        # The tracks are kept as well, so that no other one can take the place of an old one's id.
        key = (tuple(map(id, tracks)), tuple(rows), width, tall, pixel, ratio, now // pixel, theme)
        moved = (scale.start - self._start) / pixel
        by = round(moved)
        if key != self._key or abs(moved - by) > _EXACT:
            by = width
        if by == 0:
            return self._image
        palette = self._colours(theme)
        brush = _Brush(tracks, rows, scale.start, pixel, ratio, now, palette)
        if abs(by) >= width:
            # The pattern is pinned to time, so that it moves along with what is dragged.
            self._phase = int(scale.start / pixel) % brush.period
            pixels = brush.drawn(0, width, tall, self._phase)
        else:
            self._phase = (self._phase + by) % brush.period
            old, pixels = self._pixels, np.empty_like(self._pixels)
            if by > 0:
                pixels[:, : width - by] = old[:, by:]
                pixels[:, width - by :] = brush.drawn(width - by, width, tall, self._phase)
            else:
                pixels[:, -by:] = old[:, :by]
                pixels[:, :-by] = brush.drawn(0, -by, tall, self._phase)
        self._key, self._tracks, self._start = key, tuple(tracks), scale.start
        self._pixels = pixels
        self._image = QImage(pixels.data, width, tall, width * 4, QImage.Format.Format_RGB32)
        self._image.setDevicePixelRatio(ratio)
        return self._image

    def _colours(self, theme: Tokens) -> Palette:
        if self._palette is None or self._palette[0] is not theme:
            self._palette = (theme, Palette.of(theme))
        return self._palette[1]


@dataclass(frozen=True, slots=True)
class _Brush:
    """All that decides how a column of pixels looks; the first one begins at ``start``."""

    tracks: Sequence[Track]
    rows: Sequence[Rows]
    start: float
    pixel: float
    ratio: float
    now: float
    palette: Palette

    @property
    def period(self) -> int:
        """After how many columns the patterns repeat."""
        return _PERIOD * max(round(self.ratio), 1)

    def drawn(self, first: int, end: int, tall: int, phase: int) -> Pixels:
        """Return the columns from ``first`` up to and without ``end``."""
        pixels = np.empty((tall, end - first), dtype=np.uint32)
        pixels.fill(int(_packed(self.palette.ground)))
        if not self.tracks:
            return pixels
        edges = self.start + np.arange(first, end + 1, dtype=np.float64) * self.pixel
        seen = columns(self.tracks, edges, self.now)
        palette, weave = self.palette, self.period // _PERIOD
        if len(self.tracks) > 1:
            strength = np.where(seen.anywhere > 0, np.maximum(seen.anywhere, _FAINT), 0.0)
            pixels[_cut(Strip(0, UNION), self.ratio)] = _shades(palette.empty, palette.anywhere)[
                _step(strength)
            ]
        cloud_rows, device_rows = _cloud_rows(seen, palette), _device_rows(seen, palette)
        bare: Booleans = np.asarray(seen.bare.any(axis=1))
        waiting = seen.device_waits
        lacking: Booleans = np.asarray(seen.lacking.any(axis=1))
        for index, lanes in enumerate(self.rows):
            cloud, device = (pixels[_cut(strip, self.ratio)] for strip in lanes)
            cloud[:] = cloud_rows[index]
            device[:] = device_rows[index]
            if bare[index]:
                _hatch_cloud(cloud, seen, index, palette, phase + first, weave)
            if lacking[index]:
                at = np.flatnonzero(seen.lacking[index])
                _hatch(device, at, Gap.CLOUD_ONLY, palette.cloud_only, palette.empty,
                       phase + first, weave)  # fmt: skip
            if waiting is not None:
                at = np.flatnonzero(waiting[index] & (seen.device[index] <= 0))
                _hatch(device, at, None, palette.loading, palette.empty, phase + first, weave)
        return pixels


def _cut(strip: Strip, ratio: float) -> slice:
    top = round(strip.top * ratio)
    return slice(top, top + max(round(strip.height * ratio), 1))


_STEPS = 255


def _cloud_rows(seen: Columns, palette: Palette) -> Pixels:
    """Return a row of colours for each track's cloud lane, before it is hatched."""
    strength = np.where(seen.bare, 0.0, np.maximum(seen.cloud, _FAINT))
    rows = _shades(palette.empty, palette.cloud)[_step(strength)]
    partly = seen.cloud > _NOTICED
    for _, part, tint in _causes(seen, palette):
        tinted = np.flatnonzero(partly & (part > _NOTICED))
        if tinted.size:
            strength = np.maximum(part.reshape(-1)[tinted], _TINT)
            rows.reshape(-1)[tinted] = _shades(palette.cloud, tint)[_step(strength)]
    return rows


def _causes(seen: Columns, palette: Palette) -> list[tuple[Gap | None, Floats, Floats]]:
    """Return the causes that occur, each with its parts and its colour; later ones prevail."""
    causes: tuple[tuple[Gap | None, Floats | None, Floats], ...] = (
        (None, seen.unknown, palette.unknown),
        (Gap.OUTSIDE_PLAN, seen.unplanned, palette.unplanned),
        (Gap.ARCHIVED, seen.archived, palette.archived),
        (Gap.DEVICE_ONLY, seen.device_only, palette.device_only),
        (Gap.NOWHERE, seen.nowhere, palette.nowhere),
    )
    return [(kind, part, tint) for kind, part, tint in causes if part is not None]


def _device_rows(seen: Columns, palette: Palette) -> Pixels:
    strength = np.where(seen.device > 0, np.maximum(seen.device, _FAINT), 0.0)
    return _shades(palette.empty, palette.device)[_step(strength)]


_WAY = np.linspace(0.0, 1.0, _STEPS + 1)[:, None]


def _shades(below: Floats, above: Floats) -> Pixels:
    """Return the colours on the way from one to another."""
    return _shades_of((*below.tolist(),), (*above.tolist(),))


@lru_cache(maxsize=32)
def _shades_of(below: tuple[float, ...], above: tuple[float, ...]) -> Pixels:
    ground = np.array(below)
    return _packed(ground + (np.array(above) - ground) * _WAY)


def _step(part: Floats) -> npt.NDArray[np.uint8]:
    return (np.minimum(part, 1.0) * _STEPS).astype(np.uint8)


def _hatch_cloud(
    lane: Pixels, seen: Columns, index: int, palette: Palette, phase: int, weave: int
) -> None:
    """Hatch the columns of a cloud lane that hold no recording, each by its main cause."""
    bare = np.flatnonzero(seen.bare[index])
    if not bare.size:
        return
    kinds = _causes(seen, palette)
    causes = np.stack([part[index, bare] for _, part, _ in kinds])
    main = causes.argmax(axis=0)
    real = causes.max(axis=0) > _NOTICED
    for number, (kind, _, colour) in enumerate(kinds):
        ground = _mix(palette.ground, colour, 0.24)
        _hatch(lane, bare[real & (main == number)], kind, colour, ground, phase, weave)
    if seen.cloud_waits is not None:
        waiting = bare[~real & seen.cloud_waits[index, bare]]
        _hatch(lane, waiting, None, palette.loading, palette.empty, phase, weave)


def _hatch(
    lane: Pixels,
    at: npt.NDArray[np.intp],
    kind: Gap | None,
    colour: Floats,
    ground: Floats,
    phase: int,
    weave: int,
) -> None:
    """Weave the columns ``at`` of a lane in two colours."""
    if not at.size:
        return
    pattern = _woven(kind, weave, (*colour.tolist(),), (*ground.tolist(),))
    side = pattern.shape[0]
    whole = at.size == at[-1] - at[0] + 1
    where = slice(at[0], at[-1] + 1) if whole else at
    x = (at + phase) % side
    for top in range(0, lane.shape[0], side):
        tall = min(side, lane.shape[0] - top)
        lane[top : top + tall, where] = pattern[:tall].take(x, axis=1)


@lru_cache(maxsize=64)
def _woven(
    kind: Gap | None, weave: int, colour: tuple[float, ...], ground: tuple[float, ...]
) -> Pixels:
    """Return the square of two colours that a cause is hatched with."""
    two = _packed(np.array(colour)), _packed(np.array(ground))
    return np.where(_weave(kind, weave), *two).astype(np.uint32)


def swatch(kind: Gap | str, width: int, height: int, ratio: float, theme: Tokens) -> QImage:
    """Return a small sample for a legend: of a gap, or of ``"cloud"`` or ``"device"``."""
    palette = Palette.of(theme)
    wide, tall = round(width * ratio), round(height * ratio)
    lane = np.zeros((tall, wide), dtype=np.uint32)
    if isinstance(kind, str):
        lane[:] = _packed(palette.cloud if kind == "cloud" else palette.device)
    else:
        colour = {
            Gap.ARCHIVED: palette.archived,
            Gap.DEVICE_ONLY: palette.device_only,
            Gap.OUTSIDE_PLAN: palette.unplanned,
            Gap.CLOUD_ONLY: palette.cloud_only,
        }.get(kind, palette.nowhere)
        ground = _mix(palette.ground, colour, 0.24)
        _hatch(lane, np.arange(wide), kind, colour, ground, 0, max(round(ratio), 1))
    image = QImage(lane.data, wide, tall, wide * 4, QImage.Format.Format_RGB32).copy()
    image.setDevicePixelRatio(ratio)
    return image
