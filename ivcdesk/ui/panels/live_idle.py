"""Closes pictures that nobody looks at any more: pulls are billed, and desks are left alone."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer, Signal
from PySide6.QtGui import QWindow
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget
from shiboken6 import isValid

from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import GRID

WARNING_SECONDS = 30
"""How long before the end the countdown shows, s."""

_TICK_MS = 1000
_SIGNS = frozenset(
    {
        QEvent.Type.KeyPress,
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseMove,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.NativeGesture,
    }
)


class IdleWatch(QObject):
    """Tells when nobody has touched the windows it watches for a while.

    ``minutes`` returns how long that is, 0 for never; ``busy`` whether anything is open that could
    be closed. Signals: ``warned(seconds)`` with each second of the countdown, 0 when it is over
    or has become pointless; ``expired(minutes)``.
    """

    warned = Signal(int)
    expired = Signal(int)

    def __init__(
        self,
        minutes: Callable[[], int],
        busy: Callable[[], bool],
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._minutes = minutes
        self._busy = busy
        self._clock = clock
        self._touched = clock()
        self._warning = False
        self._windows: list[QWindow] = []
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.look)

    def watch(self, widget: QWidget) -> None:
        """Take what the user does in this widget's window for a sign of life."""
        handle = widget.window().windowHandle()
        self._windows = [each for each in self._windows if isValid(each)]
        if handle is not None and handle not in self._windows:
            # The window and not the application: only here it costs nothing worth mentioning.
            handle.installEventFilter(self)
            self._windows.append(handle)

    def touch(self) -> None:
        """Count anew: somebody is there."""
        self._touched = self._clock()
        self._end_warning()

    def begin(self) -> None:
        """Look once a second while anything is open."""
        if not self._timer.isActive():
            self.touch()
            self._timer.start()

    def end(self) -> None:
        """Look no more."""
        self._timer.stop()
        self._end_warning()

    def look(self) -> None:
        """See how long it has been, and tell."""
        if not self._busy():
            self.end()
            return
        minutes = self._minutes()
        left = self._touched + 60 * minutes - self._clock()
        if not minutes or left > WARNING_SECONDS:
            self._end_warning()
        elif left > 0:
            self._warning = True
            self.warned.emit(math.ceil(left))
        else:
            self.end()
            self.expired.emit(minutes)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice signs of life."""
        if event.type() in _SIGNS:
            self.touch()
        return False

    def _end_warning(self) -> None:
        if self._warning:
            self._warning = False
            self.warned.emit(0)


class IdleStrip(QFrame):
    """The countdown above the pictures, with a button that keeps them. Signals: ``kept``."""

    kept = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("live.idle")
        self.setProperty("role", "banner")
        self._seconds = 0
        self._label = QLabel()
        self._label.setObjectName("live.idle.text")
        self.keep = QPushButton()
        self.keep.setObjectName("live.idle.keep")
        bind(self.keep, self.keep.setText, "Keep watching")
        bind(self.keep, self.keep.setToolTip, "Any key does it too")
        self.keep.clicked.connect(self.kept)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, GRID // 2, 12, GRID // 2)
        row.addWidget(self._label, 1)
        row.addWidget(self.keep)
        self.hide()
        refresh(self, self._say)

    def count(self, seconds: int) -> None:
        """Show how many seconds are left; 0 takes it away."""
        self._seconds = seconds
        self._say()
        self.setVisible(seconds > 0)

    def _say(self) -> None:
        said = tr(
            "△ Nobody has touched anything for a while: the pictures close in {seconds} s",
            seconds=self._seconds,
        )
        self._label.setText(said)
        self.setAccessibleName(said)
