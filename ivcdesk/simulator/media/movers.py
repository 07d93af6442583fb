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
        self._circles = np.flatnonzero(self._radius > 0)
        self._grows = np.array([m.grows for m in movers])
        self._size = np.array([m.size for m in movers])
        #: How far (m) a thing reaches from its middle, at size 1.
        self.sizes = np.array([model(m.model).size for m in movers])

    def at(self, moment: float) -> tuple[Array, Array, Array]:
        """Return places (n, 3) in metres, headings (n) in degrees and sizes (n)."""
        share = self._phase + moment * self._rate
        turns = np.where(self._returns, 2.0, 1.0)
        cycle = share % turns
        back = cycle > 1
        along = np.where(back, 2 - cycle, cycle)
        eased = along * along * (3 - 2 * along)
        along = np.where(self._returns, eased, along)
        places = self._start + self._way * along[:, None]
        heading = self._heading + np.where(back & self._turns, 180.0, 0.0)
        circles = self._circles
        if len(circles):
            angle = along[circles] * 2 * math.pi
            radius = self._radius[circles]
            places[circles, 0] = self._start[circles, 0] + radius * np.sin(angle)
            places[circles, 1] = self._start[circles, 1] + radius * np.cos(angle)
            places[circles, 2] = self._start[circles, 2]
            heading[circles] = np.degrees(angle) + 90
        return places, heading % 360, self._size * (1 + (self._grows - 1) * along)
