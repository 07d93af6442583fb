"""How long the cloud takes to answer, over the last calls."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from ivcdesk.api import Call, Journal

CALLS = 60  # the calls that are looked at

Listener = Callable[[], None]


class LinkMeter:
    """Median and 95th percentile of the answer times that the journal tells, ms.

    Both are None until a call has been answered. A wait for a turn or for a new connection is no
    answer time.
    """

    def __init__(self, journal: Journal) -> None:
        self._waits: deque[float] = deque(maxlen=CALLS)
        self._listeners: list[Listener] = []
        self._leave = journal.subscribe(self._on_call)

    @property
    def p50_ms(self) -> float | None:
        """The median answer time, ms."""
        return self._quantile(0.5)

    @property
    def p95_ms(self) -> float | None:
        """The answer time that 95 of 100 calls stay below, ms."""
        return self._quantile(0.95)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` after each measured call until the returned function is called."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def close(self) -> None:
        """Measure no more."""
        self._leave()
        self._listeners.clear()

    def _quantile(self, share: float) -> float | None:
        if not self._waits:
            return None
        ordered = sorted(self._waits)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)]

    def _on_call(self, call: Call) -> None:
        if not call.received_bytes:
            return
        self._waits.append(call.wait_ms)
        for listener in tuple(self._listeners):
            listener()
