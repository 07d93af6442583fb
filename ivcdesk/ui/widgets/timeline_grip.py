"""The hand on a timeline: what it holds, how far it has moved it and how fast it lets go."""

from __future__ import annotations

import time
from collections import deque
from math import exp

from PySide6.QtCore import QPointF, Qt

from ivcdesk.domain.timescale import TimeScale

_FRICTION_S = 0.32
"""Time in which a thrown timeline slows down to a third of its speed, s."""
_STILL_PX_S = 24.0
"""Speed at which a thrown timeline stops, px/s."""
_FLICK_S = 0.08
"""How far back the speed of the hand is measured, s."""

CURSORS = {
    "pan": Qt.CursorShape.ArrowCursor,
    "playhead": Qt.CursorShape.SplitHCursor,
    "start": Qt.CursorShape.SizeHorCursor,
    "end": Qt.CursorShape.SizeHorCursor,
}
"""The pointer's shape over what it would grip."""


class Grip:
    """What the pressed button holds, where it was pressed, and how fast the hand moves."""

    def __init__(
        self,
        kind: str,
        pressed: QPointF,
        scale: TimeScale,
        playhead: float,
        selection: tuple[float, float] | None,
    ) -> None:
        self.kind = kind
        self.pressed = pressed
        self.at = pressed
        self.scale = scale
        self.playhead = playhead
        self.selection = selection
        self.moved = False
        self._trail: deque[tuple[float, float]] = deque(maxlen=32)

    @property
    def other_end(self) -> float:
        """The end of the selection that stays where it is."""
        start, end = self.selection or (0.0, 0.0)
        return end if self.kind == "start" else start

    def follow(self, at: QPointF) -> None:
        """Note where the hand has moved to."""
        self.moved = True
        self.at = at
        self._trail.append((time.monotonic(), at.x()))

    def speed(self) -> float:
        """Return the speed of the last moments, px/s; 0 where the hand rested before."""
        now = time.monotonic()
        recent = [(t, x) for t, x in self._trail if now - t <= _FLICK_S]
        if len(recent) < 2 or recent[-1][0] <= recent[0][0]:
            return 0.0
        return (recent[-1][1] - recent[0][1]) / (recent[-1][0] - recent[0][0])


class Coast:
    """A timeline that was thrown and runs on by itself, slower and slower."""

    def __init__(self, speed: float) -> None:
        self._speed = speed
        self._last = time.monotonic()

    @property
    def worth_it(self) -> bool:
        """Whether it was thrown at all rather than put down."""
        return abs(self._speed) > 4 * _STILL_PX_S

    @property
    def over(self) -> bool:
        """Whether it has come to rest."""
        return abs(self._speed) < _STILL_PX_S

    def advance(self) -> float:
        """Return how far it has run since the last time, px."""
        moment = time.monotonic()
        passed, self._last = moment - self._last, moment
        way = self._speed * passed
        self._speed *= exp(-passed / _FRICTION_S)
        return way
