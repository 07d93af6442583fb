"""One easel for all cameras: pictures are drawn one after the other, those that are due first.

Drawing is many small steps that hold the interpreter. Cameras that draw at the same time take it
from each other, and from the event loop, again and again; in turns all of them get done sooner.
"""

from __future__ import annotations

import threading
from collections import deque

# Recordings are a third of the pictures of a full house: with less they would stand still.
_MOST_BEFORE = 2  # urgent turns in a row while somebody patient waits


class Turns:
    """Lets one thread in at a time, in the order of arrival; the patient let the urgent pass."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._busy = False
        self._urgent: deque[threading.Lock] = deque()
        self._patient: deque[threading.Lock] = deque()
        self._passed = 0

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return len(self._urgent) + len(self._patient)

    def wait(self, *, urgent: bool) -> None:
        """Wait for one's turn, which lasts until ``end``."""
        with self._lock:
            if not self._busy:
                self._busy = True
                return
            gate = threading.Lock()
            gate.acquire()
            (self._urgent if urgent else self._patient).append(gate)
        gate.acquire()

    def end(self) -> None:
        """End one's turn, and let the next one in."""
        with self._lock:
            patient = self._patient and (not self._urgent or self._passed >= _MOST_BEFORE)
            waiting = self._patient if patient else self._urgent
            self._passed = 0 if patient or not self._patient else self._passed + 1
            if waiting:
                waiting.popleft().release()
            else:
                self._busy = False
