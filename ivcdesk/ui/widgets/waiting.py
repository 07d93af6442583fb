"""What is shown while something takes its time: a word about it, and a way out."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from ivcdesk.ui import icons
from ivcdesk.ui.text import bind, refresh, tr


class Waiting(QWidget):
    """A page in the middle of nothing. Signals: ``cancelled``."""

    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("waiting")
        self._source = ""
        mark = QLabel()
        mark.setPixmap(icons.pixmap("ivcdesk", 64, "#ffffff", 2.0))
        mark.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._words = QLabel()
        self._words.setObjectName("waiting.text")
        self._words.setProperty("role", "muted")
        self._words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        bar = QProgressBar()
        bar.setRange(0, 0)
        bar.setTextVisible(False)
        bar.setFixedSize(200, 2)
        cancel = QPushButton()
        cancel.setObjectName("waiting.cancel")
        cancel.setProperty("role", "flat")
        cancel.clicked.connect(self.cancelled)
        bind(cancel, cancel.setText, "Cancel")
        column = QVBoxLayout(self)
        column.setSpacing(12)
        column.addStretch(2)
        column.addWidget(mark)
        column.addWidget(self._words)
        column.addWidget(bar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(cancel, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        refresh(self, self._show)

    def say(self, source: str) -> None:
        """Say what is waited for: an English text that is translated here."""
        self._source = source
        self._show()

    def _show(self) -> None:
        self._words.setText(tr(self._source) if self._source else "")
