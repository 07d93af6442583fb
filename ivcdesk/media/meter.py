"""Counts what a stream delivers and tells how far its picture is behind."""

from __future__ import annotations

from collections import deque

WINDOW = 2.0
"""The span that rates are taken over, s."""

_BASE_SPAN = 30.0
_JUMP = 20.0


class Meter:
    """Fed by one thread with moments of a clock that never jumps (s); read by any."""

    def __init__(self) -> None:
        self._bytes: deque[tuple[float, int]] = deque()
        self._stamps: deque[float] = deque()
        self._started = 0.0
        self._base: float | None = None
        self._next_base: float | None = None
        self._base_until = 0.0
        self._lag = 0.0

    def start(self, now: float, received: int) -> None:
        """Begin a connection; ``received`` is the byte count so far."""
        self._bytes.clear()
        self._stamps.clear()
        self._bytes.append((now, received))
        self._started = now
        self._base = self._next_base = None

    def packet(self, now: float, received: int) -> None:
        """Note a packet that has arrived; ``received`` is the byte count so far."""
        self._bytes.append((now, received))
        while len(self._bytes) > 2 and self._bytes[1][0] < now - WINDOW:
            self._bytes.popleft()

    def picture(self, now: float, stamp: float) -> None:
        """Note a decoded picture; ``stamp`` is its time in the stream, s."""
        stamps = self._stamps
        if stamps and not 0 < stamp - stamps[-1] < _JUMP:
            stamps.clear()
            self._base = None
        stamps.append(stamp)
        while stamps[-1] - stamps[0] > WINDOW and len(stamps) > 2:
            stamps.popleft()
        offset = now - stamp
        if self._base is None:
            self._base = self._next_base = offset
            self._base_until = now + _BASE_SPAN
        elif now > self._base_until:
            # The source's clock and ours drift apart: old minima are forgotten in time.
            self._base, self._next_base = self._next_base, offset
            self._base_until = now + _BASE_SPAN
        self._base = min(self._base if self._base is not None else offset, offset)
        self._next_base = min(self._next_base if self._next_base is not None else offset, offset)
        self._lag = offset - self._base

    @property
    def lag(self) -> float:
        """How much later than the fastest of the last picture came, s."""
        return self._lag

    @property
    def fps(self) -> float:
        """Pictures per second of the stream's own time."""
        stamps = list(self._stamps)
        if len(stamps) < 2 or stamps[-1] <= stamps[0]:
            return 0.0
        return (len(stamps) - 1) / (stamps[-1] - stamps[0])

    def kbps(self, now: float) -> float:
        """Return kbit/s over the last two seconds."""
        samples = [sample for sample in list(self._bytes) if sample[0] >= now - WINDOW]
        if len(samples) < 2:
            return 0.0
        span = max(now - self._started if self._started > now - WINDOW else WINDOW, 1.0)
        return (samples[-1][1] - samples[0][1]) * 8 / 1000 / span
