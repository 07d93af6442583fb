"""Where directions, and the things of a scene, come to lie in a picture."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from ivcdesk.simulator.media.drawing import depth_codes
from ivcdesk.simulator.media.movers import Traffic
from ivcdesk.simulator.media.planes import Array
from ivcdesk.simulator.media.scene import DENSITY, ELEVATION_TOP


@dataclass(frozen=True)
class Frame:
    """Where a view lies in the panorama, and how directions map to its pixels."""

    level: int
    left: int
    top: int
    width: int
    height: int
    scale: float

    def x(self, azimuth: Array | float) -> Array | float:
        """Return the column (px) of an azimuth (degrees)."""
        turn = 360 * DENSITY << self.level
        middle = self.left + self.width / 2
        column = azimuth * float(DENSITY << self.level)
        return ((column - middle + turn / 2) % turn - turn / 2 + self.width / 2) * self.scale

    def y(self, elevation: Array | float) -> Array | float:
        """Return the row (px) of an elevation (degrees)."""
        row = (ELEVATION_TOP - elevation) * float(DENSITY << self.level)
        return (row - self.top) * self.scale


class Placed(NamedTuple):
    """Things that may be in a picture, the farthest first; all but ``numbers`` as at a moment.

    ``numbers`` in their traffic; degrees, metres, and ``scales`` in px per metre. ``x`` and ``y``
    (px) are where they stand, ``reach`` how many px they reach from there.
    """

    numbers: Array
    headings: Array
    sizes: Array
    azimuths: Array
    depressions: Array
    distances: Array
    scales: Array
    x: Array
    y: Array
    reach: Array


def placed(
    traffic: Traffic, eye: float, frame: Frame, shape: tuple[int, int], at: float, chosen: Array
) -> Placed:
    """Return which of the ``chosen`` things may be in a picture of a shape (rows, columns)."""
    height, width = shape
    places, headings, sizes = traffic.at(at, chosen)
    reach = np.maximum(np.hypot(places[:, 0], places[:, 1]), 1.0)
    azimuths = np.degrees(np.arctan2(places[:, 0], places[:, 1]))
    depressions = np.degrees(np.arctan2(eye - places[:, 2], reach))
    distances = np.hypot(reach, places[:, 2] - eye)
    x, y = np.asarray(frame.x(azimuths)), np.asarray(frame.y(-depressions))
    density = (DENSITY << frame.level) * frame.scale
    scales = density * math.degrees(1) / distances
    room = scales * traffic.sizes[chosen] * sizes
    seen = (x > -room) & (x < width + room) & (y > -room) & (y < height + room) & (room > 1.2)
    order = np.flatnonzero(seen & (reach > 5))
    order = order[np.argsort(-distances[order])]
    return Placed(
        chosen[order],
        headings[order],
        sizes[order],
        azimuths[order],
        depressions[order],
        distances[order],
        scales[order] * sizes[order],
        np.rint(x[order]).astype(int),
        np.rint(y[order]).astype(int),
        np.ceil(room[order]).astype(int),
    )


def nearer_codes(distances: Array) -> Array:
    """Return the depth codes that things at distances (m) have: their own fronts are nearer."""
    return depth_codes(distances * 0.97 - 1)
