"""The way from worker threads into the window's thread, safe while either side goes away."""

from __future__ import annotations

import weakref
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, Qt, Signal


class _Relay(QObject):
    """Lives as long as the process, so that no worker ever emits through a dead object."""

    rung = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.rung.connect(self._on_rung, Qt.ConnectionType.QueuedConnection)

    def _on_rung(self, bell: Doorbell) -> None:
        bell.answer()


_relay: _Relay | None = None


class Doorbell:
    """Calls a method in the window's thread soon after :meth:`ring`, from whichever thread.

    Rings while one is on its way are merged. The method's owner is held weakly. Make it in the
    window's thread.
    """

    def __init__(self, method: Callable[[], object]) -> None:
        global _relay
        if _relay is None:
            _relay = _Relay()
            app = QCoreApplication.instance()
            if app is not None:
                _relay.moveToThread(app.thread())
        self._emit = _relay.rung.emit
        self._method = weakref.WeakMethod(method)
        self._rung = False

    def ring(self) -> None:
        """Have the method called; returns at once."""
        if not self._rung:
            self._rung = True
            self._emit(self)

    def answer(self) -> None:
        """Call the method now, if its owner still lives."""
        self._rung = False
        method = self._method()
        if method is not None:
            method()
