"""Which jogs bring a point to the middle of the picture, and a box to its full size.

Everything is in parts of the picture: 0.1 to the right is a tenth of its width.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import product

from ivcdesk.domain.ptz import MAX_SPEED, MIN_SPEED, Jog, Motion

ASPECT = 16 / 9
"""Distances are compared as they are seen: a picture is this much wider than high."""

NEAR = 0.015
"""Closer than this to the middle is in the middle, parts of the height."""

_SPEEDS = range(MIN_SPEED, MAX_SPEED + 1)
_DIRECTIONS = tuple(
    Motion(pan=pan, tilt=tilt) for pan, tilt in product((-1, 0, 1), repeat=2) if pan or tilt
)


class Behaviour(Enum):
    """What a camera does with one call."""

    UNKNOWN = "unknown"
    BOUNDED = "bounded"
    """It moves a little and stops by itself."""
    RUNS_ON = "runs_on"
    """It goes on moving after the call: it can't be aimed by counting calls."""
    UNSUPPORTED = "unsupported"
    """It does not move, or says that it can't."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What was seen of one camera.

    ``pan`` and ``tilt`` are how far one call turns it at the speeds measured, in parts of the
    picture's width and height; ``zoom`` the factor by which a call makes things grow. ``counter``:
    the user wants a camera that runs on to be nudged back after release.
    """

    behaviour: Behaviour = Behaviour.UNKNOWN
    pan: Mapping[int, float] = field(default_factory=dict)
    tilt: Mapping[int, float] = field(default_factory=dict)
    zoom: Mapping[int, float] = field(default_factory=dict)
    measured_at: float = 0.0
    counter: bool = False

    @property
    def aims(self) -> bool:
        """Whether points can be brought to the middle."""
        return self.behaviour is Behaviour.BOUNDED and bool(self.pan or self.tilt)

    @property
    def zooms(self) -> bool:
        """Whether boxes can be brought to full size."""
        return self.behaviour is Behaviour.BOUNDED and bool(self.zoom)

    def scaled(self, pan: float, tilt: float) -> Learned:
        """Return the same with steps that have turned out to be so many times as large."""
        return replace(
            self,
            pan={speed: step * pan for speed, step in self.pan.items()},
            tilt={speed: step * tilt for speed, step in self.tilt.items()},
        )


def step(measured: Mapping[int, float], speed: int) -> float:
    """Return how far a call goes at a speed, between those that were measured; 0 without any."""
    if not measured:
        return 0.0
    if speed in measured:
        return measured[speed]
    below = [each for each in measured if each < speed]
    above = [each for each in measured if each > speed]
    if below and above:
        low, high = max(below), min(above)
        share = (speed - low) / (high - low)
        return measured[low] + (measured[high] - measured[low]) * share
    nearest = max(below) if below else min(above)
    return measured[nearest] * speed / nearest


def factor(measured: Mapping[int, float], speed: int) -> float:
    """Return by what factor a call at a speed makes things grow; 1 without any measurement."""
    logs = {each: math.log(value) for each, value in measured.items() if value > 0}
    return math.exp(step(logs, speed))


def distance(right: float, down: float) -> float:
    """Return how far an offset is as it is seen, in parts of the height."""
    return math.hypot(right * ASPECT, down)


def next_jog(right: float, down: float, learned: Learned) -> Jog | None:
    """Return the jog that brings an offset nearest to nothing, or None where none helps.

    ``right`` and ``down`` tell how far the wanted point lies from the middle.
    """
    best, least = None, distance(right, down)
    if least <= NEAR:
        return None
    for motion, speed in product(_DIRECTIONS, _SPEEDS):
        pan, tilt = step(learned.pan, speed), step(learned.tilt, speed)
        if (motion.pan and not pan) or (motion.tilt and not tilt):
            continue
        left = distance(right - motion.pan * pan, down + motion.tilt * tilt)
        if left < least - NEAR / 4:
            best, least = Jog(motion, speed), left
    return best


def next_zoom(wanted: float, learned: Learned) -> Jog | None:
    """Return the jog that comes nearest to a factor of growth (below 1: shrinks), or None."""
    best, least = None, abs(math.log(wanted))
    for direction, speed in product((1, -1), _SPEEDS):
        grown = direction * math.log(max(1e-6, factor(learned.zoom, speed)))
        left = abs(math.log(wanted) - grown)
        if grown and left < least - 1e-6:
            best, least = Jog(Motion(zoom=direction), speed), left
    return best


def plan(right: float, down: float, learned: Learned, most: int = 24) -> Sequence[Jog]:
    """Return the jogs that centre a point if each one goes as far as was measured."""
    jogs: list[Jog] = []
    while len(jogs) < most and (jog := next_jog(right, down, learned)) is not None:
        jogs.append(jog)
        right -= jog.motion.pan * step(learned.pan, jog.speed)
        down += jog.motion.tilt * step(learned.tilt, jog.speed)
    return jogs


def magnification(width: float, height: float) -> float:
    """Return by what factor a box of this part of the picture grows to fill it; at least 1."""
    return max(1.0, 1.0 / max(width, height, 1e-3))
