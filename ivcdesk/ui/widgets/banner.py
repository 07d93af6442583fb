"""A quiet bar across the window for a condition that lasts, such as a lost connection."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QWidget

from ivcdesk.ui import icons


class Banner(QFrame):
    """Says what is wrong in one line, with one button at most. Signals: ``acted``."""

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("banner")
        self.setProperty("role", "banner")
        sign = QLabel()
        icons.bind(sign, lambda drawn: sign.setPixmap(drawn.pixmap(16, 16)), "warning", 16, "warn")
        self._text = QLabel()
        self._text.setObjectName("banner.text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._button = QPushButton()
        self._button.setObjectName("banner.action")
        self._button.setProperty("role", "flat")
        self._button.clicked.connect(self.acted)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 2, 8, 2)
        row.setSpacing(8)
        row.addWidget(sign)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        self.hide()

    @property
    def text(self) -> str:
        """What the bar says now; empty where it is hidden."""
        return self._text.text() if not self.isHidden() else ""

    def say(self, text: str, action: str = "") -> None:
        """Show the bar; both texts are already in the language of the window."""
        self._text.setText(text)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self.show()
