"""What will happen by itself: deeds that come due as the cloud's time passes."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from itertools import count

from ivcdesk.simulator.clock import Clock


class Agenda:
    """Deeds in the order of their moments on the steady clock; done when somebody looks."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._deeds: list[tuple[float, int, Callable[[], None]]] = []
        self._order = count()

    def after(self, seconds: float, deed: Callable[[], None]) -> None:
        """Have something done once so many seconds have passed."""
        moment = self._clock.steady() + seconds
        heapq.heappush(self._deeds, (moment, next(self._order), deed))

    def settle(self) -> None:
        """Do everything that has come due, what it brings about included."""
        now = self._clock.steady()
        while self._deeds and self._deeds[0][0] <= now:
            heapq.heappop(self._deeds)[2]()
