"""How much the live page pulls, once a second while it pulls anything."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable

from PySide6.QtCore import QObject, QTimer, Signal

from ivcdesk.ui.panels.live_slot import LiveSlot

_TICK_MS = 1000


class LiveMeter(QObject):
    """Adds up what all slots have received.

    Signals: ``measured(streams, kbps)``, and once with nothing after the last stream.
    """

    measured = Signal(int, float)

    def __init__(
        self, slots: Callable[[], Iterable[LiveSlot]], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._slots = slots
        self._received = 0
        self._measured_at = 0.0
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self._measure)

    def begin(self) -> None:
        """Measure from now on, if anything is pulled."""
        if not self._timer.isActive() and any(slot.pulls for slot in self._slots()):
            self._timer.start()

    def end(self) -> None:
        """Measure no more."""
        self._timer.stop()

    def _measure(self) -> None:
        slots = list(self._slots())
        now = time.monotonic()
        received = sum(slot.player.bytes_received for slot in slots)
        streams = sum(slot.pulls for slot in slots)
        seconds = now - self._measured_at
        kbps = (received - self._received) * 8 / 1000 / seconds if self._measured_at else 0.0
        self._received, self._measured_at = received, now
        if not streams:
            self._timer.stop()
            self._measured_at = 0.0
            kbps = 0.0
        self.measured.emit(streams, kbps)
