"""How far the cloud's clock is from this machine's, measured from the answers' ``Date``."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from statistics import median

SAMPLES = 9
JUMP = 30.0  # s: a sample this far off means that a clock was set, not that the link was slow


def server_time(date: str | None) -> float | None:
    """Return the epoch seconds of a ``Date`` header, or None where it can't be read."""
    if not date:
        return None
    try:
        moment = parsedate_to_datetime(date)
        return moment.timestamp()
    except (TypeError, ValueError, OverflowError, IndexError):
        return None


class Clock:
    """The cloud's time. ``offset`` is server minus local in seconds, 0 until ``known``."""

    def __init__(self, now: Callable[[], float] = time.time) -> None:
        self._now = now
        self._samples: deque[float] = deque(maxlen=SAMPLES)
        self._offset = 0.0
        self._last = ("", 0.0)

    @property
    def known(self) -> bool:
        """Whether an answer has told the time yet."""
        return bool(self._samples)

    @property
    def offset(self) -> float:
        """Seconds that the cloud is ahead of this machine."""
        return self._offset

    def time(self) -> float:
        """Return the cloud's time in seconds since the epoch."""
        return self._now() + self._offset

    def observe(self, date: str | None, sent: float, received: float) -> None:
        """Learn from one answer; ``sent`` and ``received`` are local epoch seconds."""
        sample = self._sample(date, sent, received)
        if sample is None:
            return
        if self._samples and abs(sample - self._offset) > JUMP:
            self._samples.clear()
        self._samples.append(sample)
        self._offset = median(self._samples)

    def correct(self, date: str | None, sent: float, received: float) -> bool:
        """Trust one answer alone, since the cloud says that the time is wrong; tell if it could."""
        sample = self._sample(date, sent, received)
        if sample is None:
            return False
        self._samples.clear()
        self._samples.append(sample)
        self._offset = sample
        return True

    def _sample(self, date: str | None, sent: float, received: float) -> float | None:
        if not date:
            return None
        if date == self._last[0]:
            server = self._last[1]
        else:
            told = server_time(date)
            if told is None:
                return None
            server = told
            self._last = (date, server)
        # The header drops the fraction of its second, so its expected moment is half a second on.
        return server + 0.5 - (sent + received) / 2
