"""The rows of zoom, focus and iris: two buttons each, held like the directions of the pad."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from ivcdesk.ui.text import bind, mark, tr
from ivcdesk.ui.widgets.grip import Grip
from ivcdesk.ui.widgets.ptz_pad import LENS

_ROWS = (
    (mark("Zoom"), ("zoomin", mark("+ in")), ("zoomout", mark("− out"))),
    (mark("Focus"), ("focusfar", mark("far")), ("focusnear", mark("near"))),
    (mark("Iris"), ("irisin", mark("open|iris")), ("irisout", mark("close|iris"))),
)


class LensRows(QWidget):
    """Signals: ``pressed(command)`` and ``released(command)`` in pairs, however a hold is lost.

    They stay connectable and are sent even while the rows are destroyed.
    """

    class _Outlet(QObject):
        pressed = Signal(str)
        released = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        out = self._outlet = self._Outlet()
        self.pressed, self.released = out.pressed, out.released
        self._grips: list[Grip] = []
        self._buttons: dict[str, QPushButton] = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        for name, *pair in _ROWS:
            label = QLabel()
            label.setProperty("role", "muted")
            label.setFixedWidth(44)
            bind(label, label.setText, name)
            row = QHBoxLayout()
            row.setSpacing(6)
            row.addWidget(label)
            for command, text in pair:
                row.addWidget(self._button(command, text), 1)
            column.addLayout(row)

    def release_all(self) -> None:
        """Let go of everything that the buttons hold."""
        for grip in self._grips:
            grip.release()

    def show_unsupported(self, commands: frozenset[str]) -> None:
        """Say which commands the camera has refused; they can still be tried."""
        for command, text, key in LENS:
            said = f"{tr(text)} ({key})"
            if command in commands:
                said = f"{said} · {tr('the camera does not know this command')}"
            self._buttons[command].setToolTip(said)

    def _button(self, command: str, text: str) -> QPushButton:
        purpose, key = next((said, key) for name, said, key in LENS if name == command)
        button = QPushButton()
        button.setObjectName(f"ptz.{command}")
        button.setAutoDefault(False)
        bind(button, button.setText, text)
        bind(button, button.setAccessibleName, purpose)
        bind(button, lambda said: button.setToolTip(f"{said} ({key})"), purpose)
        out = self._outlet
        grip = Grip(button)
        grip.held.connect(partial(out.pressed.emit, command))
        grip.let_go.connect(partial(out.released.emit, command))
        self._grips.append(grip)
        self._buttons[command] = button
        return button
