"""A full screen for one widget, which goes back home afterwards."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget


class Stage(QWidget):
    """Shows a widget alone on the screen of ``beside``.

    Signals: ``left`` when the user wants to go back (Esc, F11, or closing the window).
    """

    left = Signal()

    def __init__(self, shown: QWidget, beside: QWidget) -> None:
        super().__init__()
        self.setObjectName("stage")
        self.setWindowTitle(beside.windowTitle())
        self.setWindowIcon(beside.windowIcon())
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(shown)
        self.setGeometry(beside.screen().geometry())
        self.showFullScreen()
        self.activateWindow()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Go back on Esc and F11."""
        if event.key() in (Qt.Key.Key_Escape, Qt.Key.Key_F11):
            self.left.emit()
            return
        super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Go back instead of taking the widget along."""
        event.ignore()
        self.left.emit()
