"""What a stick and its buttons mean: directions with a speed, and deeds, without any hardware.

Sticks rest beside their middle, tremble, and wear out: each threshold is left later than it was
entered, so that a hand that holds still sends one steady command.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

from ivcdesk.domain.ptz import MAX_SPEED, MIN_SPEED

DEAD = 0.30
"""A stick tilted less than this, of 1, means nothing until it has gone farther."""

LET_GO = 0.20
"""Once it steers, it is let go of below this."""

FULL = 0.95
"""From here on it is full speed; worn sticks never reach 1."""

_SECTOR = 22.5
_SECTOR_SLACK = 6.0
_SPEED_SLACK = 0.65
_DIRECTIONS = ("right", "rightup", "up", "leftup", "left", "leftdown", "down", "rightdown")

HOLDS = (
    "up",
    "down",
    "left",
    "right",
    "zoomin",
    "zoomout",
    "focusfar",
    "focusnear",
    "irisin",
    "irisout",
)
"""Deeds that last for as long as their button is down: the cloud's own names of the commands."""

DEEDS = ("stop", "snapshot", *(f"preset.{number}" for number in range(1, 11)))
"""Deeds that happen once when their button goes down."""

NOTHING = "nothing"

BUTTONS: Mapping[str, str] = {
    "a": "preset.1",
    "b": "stop",
    "x": "preset.2",
    "y": "preset.3",
    "leftshoulder": "focusnear",
    "rightshoulder": "focusfar",
    "back": "irisout",
    "start": "irisin",
    "leftstick": "snapshot",
    "rightstick": "stop",
    "dpup": "up",
    "dpdown": "down",
    "dpleft": "left",
    "dpright": "right",
    "1": "stop",
    "2": "snapshot",
    "3": "focusnear",
    "4": "focusfar",
    "5": "irisout",
    "6": "irisin",
    "7": "preset.1",
    "8": "preset.2",
    "9": "preset.3",
    "10": "preset.4",
    "11": "preset.5",
    "12": "preset.6",
}
"""What buttons do at first: those of gamepads by their usual names, of joysticks by number."""


def deed_of(button: str, own: Mapping[str, str]) -> str:
    """Return what a button does: as the user set it, as at first, or nothing."""
    deed = own.get(button, BUTTONS.get(button, NOTHING))
    return deed if deed in HOLDS or deed in DEEDS else NOTHING


class Stick:
    """One stick of two axes; ``command`` is "" while it means nothing, ``speed`` 1 to 8."""

    def __init__(self) -> None:
        self.command = ""
        self.speed = 0

    def move(self, x: float, y: float) -> tuple[str, int]:
        """Return the direction and the speed for a tilt by ``x`` to the right and ``y`` down.

        Both of -1 to 1.
        """
        tilt = min(1.0, math.hypot(x, y))
        if tilt < (LET_GO if self.command else DEAD):
            self.command, self.speed = "", 0
            return "", 0
        angle = math.degrees(math.atan2(-y, x)) % 360
        if self.command:
            middle = _DIRECTIONS.index(self.command) * 45
            off = abs((angle - middle + 180) % 360 - 180)
            stays = off <= _SECTOR + _SECTOR_SLACK
        else:
            stays = False
        if not stays:
            self.command = _DIRECTIONS[round(angle / 45) % 8]
        self.speed = _speed(tilt, self.speed)
        return self.command, self.speed


class Lever:
    """One axis that zooms: a second stick, a twist grip, or two triggers against each other."""

    def __init__(self) -> None:
        self.command = ""
        self.speed = 0

    def move(self, value: float) -> tuple[str, int]:
        """Return command and speed for a value of -1 (out) to 1 (in)."""
        tilt = min(1.0, abs(value))
        towards = "zoomin" if value > 0 else "zoomout"
        steering = self.command == towards
        if tilt < (LET_GO if steering else DEAD):
            self.command, self.speed = "", 0
        else:
            self.command = towards
            self.speed = _speed(tilt, self.speed if steering else 0)
        return self.command, self.speed


def _speed(tilt: float, before: int) -> int:
    """Return the speed of a tilt; it changes only where that is surely meant."""
    share = min(1.0, max(0.0, (tilt - LET_GO) / (FULL - LET_GO)))
    exact = MIN_SPEED + share * (MAX_SPEED - MIN_SPEED)
    if before and abs(exact - before) <= _SPEED_SLACK:
        return before
    return round(exact)
