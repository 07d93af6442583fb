"""How often an action may be called."""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable

from ivcdesk.simulator.refusal import Refusal

CALLS_PER_SECOND = 20
_WINDOW_SECONDS = 0.97


class Pace:
    """At most 20 calls of one action in one region within a second; refused calls don't count.

    The window is a little shorter than a second: who paces by an own clock to exactly 20 is not
    punished for what the network did to the distances.
    """

    def __init__(self, steady: Callable[[], float]) -> None:
        self._steady = steady
        self._recent: defaultdict[tuple[str, str], deque[float]] = defaultdict(deque)

    def admit(self, action: str, region: str) -> None:
        """Count a call, or refuse it with RequestLimitExceeded."""
        now = self._steady()
        recent = self._recent[action, region]
        while recent and recent[0] <= now - _WINDOW_SECONDS:
            recent.popleft()
        if len(recent) >= CALLS_PER_SECOND:
            raise Refusal(
                "RequestLimitExceeded", f"{action} was called more than {CALLS_PER_SECOND} times/s"
            )
        recent.append(now)
