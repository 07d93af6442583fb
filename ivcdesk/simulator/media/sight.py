"""Which of a scene's things can be seen in a picture, and where: what recognition recognises."""

from __future__ import annotations

import functools
import math
import threading
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ivcdesk.simulator.media.cache import ByteCache
from ivcdesk.simulator.media.camera import Camera
from ivcdesk.simulator.media.drawing import Colour
from ivcdesk.simulator.media.light import light_at
from ivcdesk.simulator.media.models import model
from ivcdesk.simulator.media.planes import Array, Pixels
from ivcdesk.simulator.media.projection import Frame, nearer_codes, placed
from ivcdesk.simulator.media.scene import Scenery
from ivcdesk.simulator.media.source import Box, CameraFacts, Pose
from ivcdesk.simulator.media.sprites import Look, looks, scale_of, turned, view_of

_DEPTH_BYTES, _SIGHT_BYTES = 16 << 20, 12 << 20
_STRIP = 26 / 360  # of the height: where name and clock are burnt in
_LEAST_SHARE = 0.6
_LEAST_REACH = 8  # px from where a thing stands: smaller ones are no more than dots
# Shapes are the same in any light and air.
_ANY_LIGHT, _NO_HAZE = light_at(0.0), (0.0, 0.0, 0.0)
_PLATE_LOW, _PLATE_HIGH, _PLATE_HALF = 0.44, 0.6, 0.26  # m


class Sight(NamedTuple):
    """Something that can be seen: its number in its scene, its model and colour, where it is.

    ``plate`` is where its number plate is, or would be, on the end that faces the eye.
    """

    number: int
    model: str
    tint: Colour
    box: Box
    plate: Box


class Lookout:
    """Looks out for things in cameras' pictures; safe to share between threads."""

    def __init__(self, scenery: Scenery) -> None:
        self._scenery = scenery
        self._lock = threading.Lock()
        self._depths: ByteCache[tuple[CameraFacts, Pose], tuple[Frame, Pixels]] = ByteCache(
            _DEPTH_BYTES
        )
        self._sights: ByteCache[tuple[CameraFacts, Pose, float], tuple[Sight, ...]] = ByteCache(
            _SIGHT_BYTES
        )

    def sights(self, facts: CameraFacts, pose: Pose, at: float) -> tuple[Sight, ...]:
        """Return what can be seen at a moment (s since the epoch), the nearest first.

        Left out is what is mostly hidden, by other things or by the picture's edges.
        """

        def look() -> tuple[tuple[Sight, ...], int]:
            found = tuple(self._look(facts, pose, at))
            return found, 300 + 450 * len(found)

        # One at a time: a surrounding that nobody saw before takes 50 to 300 ms to paint.
        with self._lock:
            return self._sights.obtain((facts, pose, at), look)

    def _surroundings(self, facts: CameraFacts, pose: Pose) -> tuple[Frame, Pixels]:
        def make() -> tuple[tuple[Frame, Pixels], int]:
            frame, depth = Camera(facts, self._scenery, urgent=False).surroundings(pose)
            return (frame, depth), depth.nbytes

        return self._depths.obtain((facts, pose), make)

    def _look(self, facts: CameraFacts, pose: Pose, at: float) -> Iterator[Sight]:
        frame, depth = self._surroundings(facts, pose)
        scene = self._scenery.scene(facts.seed, facts.place)
        traffic, place = scene.traffic, scene.place
        everything = np.arange(len(traffic.movers))
        found = placed(traffic, place.eye, frame, depth.shape, at, everything)
        shapes = looks(
            [traffic.movers[number].model for number in found.numbers],
            headings=found.headings,
            azimuths=found.azimuths,
            depressions=found.depressions,
            scales=found.scales,
            distances=found.distances,
            light=_ANY_LIGHT,
            air=place.air,
        )
        codes = nearer_codes(found.distances).tolist()
        bottom = facts.height - math.ceil(facts.height * _STRIP)
        nearer: list[Box] = []
        # The nearest first: those hide the others.
        for row in reversed(range(len(shapes))):
            thing = traffic.movers[found.numbers[row]]
            if thing.model == "puff" or found.reach[row] < _LEAST_REACH:
                continue
            x, y = int(found.x[row]), int(found.y[row])
            body, plate = _outline(shapes[row]._replace(sun=0, veil=0, haze=_NO_HAZE))
            whole = body.moved(x, y)
            box = whole.within(Box(0, 0, facts.width, bottom))
            if not box.area or box.area < _LEAST_SHARE * whole.area:
                continue
            part = depth[box.y : box.y + box.height, box.x : box.x + box.width]
            shown = np.count_nonzero(part >= codes[row]) / box.area
            if shown < _LEAST_SHARE:
                continue
            hidden = sum(map(box.shared, nearer))
            nearer.append(box)
            if hidden <= (1 - _LEAST_SHARE) * box.area:
                yield Sight(
                    int(found.numbers[row]),
                    thing.model,
                    thing.tint,
                    box,
                    plate.moved(x, y).within(box),
                )


@functools.lru_cache(8192)
def _outline(seen: Look) -> tuple[Box, Box]:
    """Return where a model and its plate lie (px from its origin), without shadow and halo."""
    shape = model(seen.name)
    view, scale = view_of(seen), scale_of(seen)
    points = shape.points[np.repeat(~shape.flat, shape.counts)]
    # The front faces the eye where it points towards it.
    end = points[:, 0].max() if view[1] < 0 else points[:, 0].min()
    plate = np.array(
        [(end, y, z) for y in (-_PLATE_HALF, _PLATE_HALF) for z in (_PLATE_LOW, _PLATE_HIGH)]
    )
    return _bounds(points, view, scale), _bounds(plate, view, scale)


def _bounds(points: Array, view: tuple[float, float, float, float], scale: float) -> Box:
    across, up, _ = turned(points, view)
    left, right = math.floor(across.min() * scale), math.ceil(across.max() * scale)
    top, bottom = math.floor(-up.max() * scale), math.ceil(-up.min() * scale)
    return Box(left, top, max(right - left, 1), max(bottom - top, 1))
