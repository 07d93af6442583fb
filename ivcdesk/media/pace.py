"""The clock that recordings are played by: wall-clock moments against the machine's own time."""

from __future__ import annotations

import threading
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Protocol


class Clock(Protocol):
    """What a recording is played by: a clock of its own, or its part of a common one.

    ``follows`` tells that others are played by it too and it is set elsewhere: then ``set``,
    ``start``, ``pause`` and ``hold`` do nothing, and ``shows``, ``seeks`` and ``leave`` tell how
    far this one is. See :class:`PlayClock` and :class:`ivcdesk.media.conductor.Part`.
    """

    @property
    def follows(self) -> bool:
        """Whether the clock is set elsewhere."""

    @property
    def left_behind(self) -> bool:
        """Whether the others go on without this one."""

    @property
    def rate(self) -> float:
        """Seconds of the recording per second."""

    @property
    def position(self) -> float:
        """The moment that is due now, seconds since the epoch."""

    def set(self, position: float) -> None:
        """Jump to a moment."""

    def set_rate(self, rate: float) -> None:
        """Go slower or faster from here on."""

    def start(self) -> None:
        """Let time pass."""

    def pause(self) -> None:
        """Stop time."""

    def hold(self, holder: object) -> None:
        """Stop time while something is waited for."""

    def release(self, holder: object) -> None:
        """Let go."""

    def seconds_until(self, moment: float) -> float | None:
        """Return how long to wait for a moment, s; None while time stands."""

    def shows(self, shown: float, following: float | None) -> None:
        """Tell which picture is shown and which one follows."""

    def seeks(self, moment: float) -> None:
        """Tell that a moment is being looked for."""

    def leave(self) -> None:
        """Tell that there is nothing to show for now."""


class RunningTime(ABC):
    """Time that passes at a rate while it is started and nobody holds it.

    Heirs bring ``_anchor``, the moment of the recording at ``_since``, up to now in ``_settle``,
    which is called with ``_lock`` held. All methods may be called from any thread. ``now`` is
    injected in seconds that never jump.
    """

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._lock = threading.RLock()
        self._anchor = 0.0
        self._since = now()
        self._rate = 1.0
        self._started = False
        self._holders: set[object] = set()

    @property
    def rate(self) -> float:
        """Seconds of the recording per second."""
        return self._rate

    @property
    def running(self) -> bool:
        """Whether time passes."""
        return self._started and not self._holders

    def set_rate(self, rate: float) -> None:
        """Go slower or faster from here on."""
        with self._lock:
            self._settle()
            self._rate = rate

    def start(self) -> None:
        """Let time pass."""
        with self._lock:
            self._settle()
            self._started = True

    def pause(self) -> None:
        """Stop time until :meth:`start`."""
        with self._lock:
            self._settle()
            self._started = False

    def hold(self, holder: object) -> None:
        """Stop time until this holder, and every other one, lets go."""
        with self._lock:
            self._settle()
            self._holders.add(holder)

    def release(self, holder: object) -> None:
        """Let go; without a hold it does nothing."""
        with self._lock:
            self._settle()
            self._holders.discard(holder)

    @abstractmethod
    def _settle(self) -> None:
        """Bring the moment up to now."""


class PlayClock(RunningTime):
    """Says which moment of the recording is due now, and when another one will be.

    A player that waits for the network holds the clock, so that several players on one clock wait
    for the slowest.
    """

    follows = False
    left_behind = False

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(now)

    @property
    def position(self) -> float:
        """The moment that is due now, seconds since the epoch."""
        with self._lock:
            return self._at(self._now())

    def set(self, position: float) -> None:
        """Jump to a moment."""
        with self._lock:
            self._anchor, self._since = position, self._now()

    def seconds_until(self, moment: float) -> float | None:
        """Return how long to wait for a moment, s; negative when past, None while time stands."""
        with self._lock:
            if not self.running:
                return None
            return (moment - self._at(self._now())) / self._rate

    def shows(self, shown: float, following: float | None) -> None:
        """Take no notice: nobody else is played by it."""

    def seeks(self, moment: float) -> None:
        """Take no notice: nobody else is played by it."""

    def leave(self) -> None:
        """Take no notice: nobody else is played by it."""

    def _at(self, now: float) -> float:
        if not self.running:
            return self._anchor
        return self._anchor + (now - self._since) * self._rate

    def _settle(self) -> None:
        now = self._now()
        self._anchor, self._since = self._at(now), now
