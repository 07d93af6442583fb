"""The time that the cloud believes it to be, which a test or a trainer can move."""

from __future__ import annotations

import time
from collections.abc import Callable


class Clock:
    """Wall time in seconds since the epoch, and a steady time that motions are measured by.

    ``advance`` lets time pass at once: both move. ``skew`` makes only the wall clock wrong.
    """

    def __init__(
        self,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._steady = steady
        self._passed = 0.0
        self._ahead = 0.0
        self.skew = 0.0

    def now(self) -> float:
        """Return the wall time that the cloud believes in, in seconds since the epoch."""
        return self._wall() + self._ahead + self.skew

    def steady(self) -> float:
        """Return a time that never runs backwards, in seconds; only differences have a meaning."""
        return self._steady() + self._passed

    def advance(self, seconds: float) -> None:
        """Let ``seconds`` pass at once; ValueError where they are negative."""
        if seconds < 0:
            raise ValueError("time does not run backwards")
        self._passed += seconds
        self._ahead += seconds

    def reset(self) -> None:
        """Set the wall clock right again; the steady time goes on from where it is."""
        self._ahead = self.skew = 0.0
