"""What the camera was told and what came back: the words below the pad, and how soon it answers."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ivcdesk.ui import icons
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.widgets.elided_label import ElidedLabel

ANSWERS_KEPT = 100
ANSWERS_SHOWN = 5
"""Answers that the latency is worked out from, and how many it takes to say something of it."""


class PtzReport(QWidget):
    """Shows the newest outcome with what to quote of it, and p50 and p95 of the answers, ms."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._answers: deque[float] = deque(maxlen=ANSWERS_KEPT)
        self._status = QLabel()
        self._status.setObjectName("ptz.status")
        self._status.setProperty("role", "small")
        self._status.setWordWrap(True)
        self._status.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._status.setMinimumHeight(2 * self._status.fontMetrics().lineSpacing())
        self._status.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        bind(self._status, self._status.setAccessibleDescription, "What the camera was told last")
        self._footnote = ElidedLabel()
        self._footnote.setObjectName("ptz.footnote")
        self._footnote.setProperty("role", "small")
        self._copy = QToolButton()
        self._copy.setObjectName("ptz.copy")
        icons.bind(self._copy, self._copy.setIcon, "copy", 14)
        bind(self._copy, self._copy.setToolTip, "Copy the code and the request id")
        bind(self._copy, self._copy.setAccessibleName, "Copy the code and the request id")
        self._copy.clicked.connect(
            lambda: QGuiApplication.clipboard().setText(self._footnote.text())
        )
        self._copy.hide()
        self._latency = QLabel()
        self._latency.setObjectName("ptz.latency")
        self._latency.setProperty("role", "small")
        bind(self._latency, self._latency.setToolTip, "How soon the last commands were answered")
        quoted = QHBoxLayout()
        quoted.addWidget(self._footnote, 1)
        quoted.addWidget(self._copy)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(self._status)
        column.addLayout(quoted)
        column.addWidget(self._latency)
        refresh(self, self.show_latency)

    def forget(self) -> None:
        """What was said of the last channel is not true of the next one."""
        self._answers.clear()
        self._status.clear()
        self._quote("")
        self.show_latency()

    def note_answer(self, milliseconds: float) -> None:
        """Take an answer into account; it is shown with the next words."""
        self._answers.append(milliseconds)

    def tell(self, text: str, failed: bool, footnote: str, *, aloud: bool = False) -> None:
        """Say what became of a command; a failure is announced too, and all else if ``aloud``."""
        self._status.setText(text)
        self._quote(footnote)
        role = "bad" if failed else "small"
        if role != self._status.property("role"):
            self._status.setProperty("role", role)
            self._status.style().polish(self._status)
        if failed or aloud:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self._status, text))

    def rephrase(self, text: str) -> None:
        """Say the same in another language."""
        self._status.setText(text)

    def show_latency(self) -> None:
        """Show how soon the last answers came."""
        answers = sorted(self._answers)
        self._latency.setVisible(len(answers) >= ANSWERS_SHOWN)
        if answers:
            middle = answers[len(answers) // 2]
            slow = answers[min(len(answers) - 1, len(answers) * 95 // 100)]
            self._latency.setText(
                tr("p50 {p50} ms · p95 {p95} ms", p50=round(middle), p95=round(slow))
            )

    def _quote(self, footnote: str) -> None:
        if footnote != self._footnote.text():
            self._footnote.setText(footnote)
            self._footnote.setVisible(bool(footnote))
            self._copy.setVisible(bool(footnote))
