"""A few words over the picture: what was skipped, why nothing plays, and what can be done."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from ivcdesk.ui import icons
from ivcdesk.ui.text import bind, language, tr
from ivcdesk.ui.tokens import GRID

LASTS_MS = 7000
"""How long a note stays that only tells of something."""

_CORNER = 150
"""How much room the name and the time of a tile take in its corners, px."""


class Note(QFrame):
    """Lies at the top of ``host``, where cameras burn in the least; it never takes the focus.

    What it says is a callable, so that it can be said again in another language.
    """

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self._words: Callable[[], str] | None = None
        self._action: Callable[[], object] | None = None
        self._action_words: Callable[[], str] | None = None
        self.setObjectName("playback.note")
        self.setProperty("role", "popup")
        self._text = QLabel()
        self._text.setObjectName("playback.note.text")
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._button = QPushButton()
        self._button.setObjectName("playback.note.action")
        self._button.setProperty("role", "primary")
        self._button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._button.clicked.connect(self._on_action)
        dismiss = QToolButton()
        dismiss.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        icons.bind(dismiss, dismiss.setIcon, "close", 16)
        bind(dismiss, dismiss.setToolTip, "Dismiss")
        bind(dismiss, dismiss.setAccessibleName, "Dismiss")
        dismiss.clicked.connect(self.clear)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, 6, 6, 6)
        row.setSpacing(GRID)
        row.addWidget(self._text, 1)
        row.addWidget(self._button)
        row.addWidget(dismiss)
        self._row = row
        self._timer = QTimer(self, singleShot=True, interval=LASTS_MS)
        self._timer.timeout.connect(self.clear)
        language.changed.connect(self._show_words)
        host.installEventFilter(self)
        self.hide()

    @property
    def text(self) -> str:
        """What it says now; empty where it says nothing."""
        return self._text.text() if self._words is not None else ""

    def tell(self, words: Callable[[], str]) -> None:
        """Say something for a few seconds."""
        self._say(words, None, None)
        self._timer.start()

    def offer(
        self,
        words: Callable[[], str],
        action: Callable[[], object] | None,
        action_words: Callable[[], str] | None,
    ) -> None:
        """Say something, with a button that does something about it, until it is cleared."""
        self._say(words, action, action_words)
        self._timer.stop()

    def clear(self) -> None:
        """Say nothing."""
        self._timer.stop()
        self._words = self._action = self._action_words = None
        self.hide()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the middle of the host."""
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _say(
        self,
        words: Callable[[], str],
        action: Callable[[], object] | None,
        action_words: Callable[[], str] | None,
    ) -> None:
        self._words, self._action, self._action_words = words, action, action_words
        self._show_words()
        self.show()
        self._place()
        self.raise_()
        if QAccessible.isActive():
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, self.text))

    def _show_words(self) -> None:
        if self._words is None:
            return
        self._text.setText(self._words())
        self._button.setVisible(self._action_words is not None)
        self._button.setText(self._action_words() if self._action_words else tr("Retry"))
        if self.isVisible():
            self._place()

    def _place(self) -> None:
        margin = 2 * GRID
        width = min(self._host.width() - 2 * margin, 640)
        self._row.activate()
        natural = self._text.fontMetrics().horizontalAdvance(self._text.text())
        extra = self.sizeHint().width() - self._text.sizeHint().width()
        width = max(min(width, natural + extra + margin), 160)
        height = max(self._row.totalHeightForWidth(width), self._row.sizeHint().height())
        x = (self._host.width() - width) // 2
        beside = (self._host.width() - width) / 2 >= _CORNER
        self.setGeometry(x, GRID if beside else 6 * GRID, width, height)

    def _on_action(self) -> None:
        action = self._action
        self.clear()
        if action is not None:
            action()
