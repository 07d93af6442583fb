"""Things that move: where each is at any moment, as a pure function of the time."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivcdesk.simulator.media.drawing import Colour
from ivcdesk.simulator.media.models import model
from ivcdesk.simulator.media.planes import Array


@dataclass(frozen=True)
class Mover:
    """One thing on a way: a straight line, a circle, or to and fro between two points.

    ``start`` (m: x, y, z) and ``end``; ``speed`` m/s; ``phase`` 0..1 is where it is at time 0.
    With ``radius`` the start is the middle of a circle and ``speed`` runs clockwise. ``returns``
    makes it go back the way it came; ``turns`` whether it then faces the other way.
    """

    model: str
    tint: Colour
    start: tuple[float, float, float]
    end: tuple[float, float, float] = (0.0, 0.0, 0.0)
    speed: float = 10.0
    phase: float = 0.0
    radius: float = 0.0
    returns: bool = False
    turns: bool = True
    heading: float | None = None
    grows: float = 1.0
    size: float = 1.0


class Traffic:
    """All movers of a place, packed into arrays to be asked at once."""

    def __init__(self, movers: Sequence[Mover]) -> None:
        self.movers = tuple(movers)
        self._start = np.array([m.start for m in movers], np.float64).reshape(-1, 3)
        end = np.array([m.end for m in movers], np.float64).reshape(-1, 3)
        self._way = end - self._start
        self._radius = np.array([m.radius for m in movers], np.float64)
        length = np.linalg.norm(self._way, axis=1)
        length = np.where(self._radius > 0, 2 * math.pi * self._radius, length)
        self._rate = np.array([m.speed for m in movers]) / np.maximum(length, 1e-6)
        self._phase = np.array([m.phase for m in movers])
        self._returns = np.array([m.returns for m in movers], bool)
        self._turns = np.array([m.turns for m in movers], bool)
        straight = np.degrees(np.arctan2(self._way[:, 0], self._way[:, 1]))
        given = [m.heading for m in movers]
        self._heading = np.array(
            [h if g is None else g for h, g in zip(straight, given, strict=True)]
        )
        self._grows = np.array([m.grows for m in movers])
        self._size = np.array([m.size for m in movers])
        #: How far (m) a thing reaches from its middle, at size 1.
        self.sizes = np.array([model(m.model).size for m in movers])

        speeds = np.array([m.speed for m in movers])
        #: Numbers of the things that stand for ever, and of all others.
        self.parked = np.flatnonzero(speeds == 0)
        self.moving = np.flatnonzero(speeds != 0)

    def at(self, moment: float, chosen: Array) -> tuple[Array, Array, Array]:
        """Return places (n, 3) in metres, headings (n) in degrees and sizes (n) of some."""
        share = self._phase[chosen] + moment * self._rate[chosen]
        returns = self._returns[chosen]
        cycle = share % np.where(returns, 2.0, 1.0)
        back = cycle > 1
        along = np.where(back, 2 - cycle, cycle)
        along = np.where(returns, along * along * (3 - 2 * along), along)
        places = self._start[chosen] + self._way[chosen] * along[:, None]
        heading = self._heading[chosen] + np.where(back & self._turns[chosen], 180.0, 0.0)
        circles = np.flatnonzero(self._radius[chosen] > 0)
        if len(circles):
            numbers = chosen[circles]
            angle = along[circles] * 2 * math.pi
            radius = self._radius[numbers]
            places[circles, 0] = self._start[numbers, 0] + radius * np.sin(angle)
            places[circles, 1] = self._start[numbers, 1] + radius * np.cos(angle)
            places[circles, 2] = self._start[numbers, 2]
            heading[circles] = np.degrees(angle) + 90
        size = self._size[chosen] * (1 + (self._grows[chosen] - 1) * along)
        return places, heading % 360, size
