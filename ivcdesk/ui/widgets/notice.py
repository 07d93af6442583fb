"""A message over the workspace: it stays until it is dismissed, and never takes the focus."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.text import bind, tr

_WIDTH = 480
_TOP = 56
_BESIDE = 112


class Notice(QFrame):
    """Shows one explanation at the top of ``parent``, centred, with its code to copy.

    The same message again only counts up. Signals: ``dismissed``.
    """

    dismissed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self.setObjectName("notice")
        self.setProperty("role", "popup")
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._shown: Explanation | None = None
        self._count = 0
        sign = QLabel()
        icons.bind(sign, lambda drawn: sign.setPixmap(drawn.pixmap(20, 20)), "warning", 20, "warn")
        self._title = _line("notice.title")
        self._title.setProperty("role", "strong")
        self._hint = _line("notice.hint")
        self._hint.setProperty("role", "muted")
        self._footnote = _line("notice.code")
        self._footnote.setProperty("role", "mono")
        self._copy = QPushButton()
        self._copy.setObjectName("notice.copy")
        self._copy.setProperty("role", "flat")
        self._copy.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._copy.clicked.connect(self._on_copy)
        icons.bind(self._copy, self._copy.setIcon, "copy", 16)
        bind(self._copy, self._copy.setText, "Copy")
        close = QToolButton()
        close.setObjectName("notice.close")
        close.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        close.clicked.connect(self.dismiss)
        icons.bind(close, close.setIcon, "close", 16)
        bind(close, close.setAccessibleName, "Dismiss")
        bind(close, close.setToolTip, "Dismiss")

        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self._title)
        words.addWidget(self._hint)
        quote = QHBoxLayout()
        quote.setSpacing(8)
        quote.addWidget(self._footnote, 1)
        quote.addWidget(self._copy)
        words.addLayout(quote)
        self._row = row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 8, 12)
        row.setSpacing(12)
        row.addWidget(sign, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        parent.installEventFilter(self)
        self.hide()

    @property
    def explanation(self) -> Explanation | None:
        """What is shown now."""
        return self._shown

    def show_explanation(self, explanation: Explanation) -> None:
        """Show a message in place of the last one."""
        previous = self._shown
        same = previous is not None and (previous.title, previous.code) == (
            explanation.title,
            explanation.code,
        )
        self._count = self._count + 1 if same else 1
        self._shown = explanation
        title = explanation.title
        if self._count > 1:
            title = tr("{title} ({count} times)", title=title, count=self._count)
        self._title.setText(title)
        self._hint.setText(explanation.hint)
        self._hint.setVisible(bool(explanation.hint))
        self._footnote.setText(explanation.footnote)
        self._footnote.setVisible(bool(explanation.footnote))
        self._copy.setVisible(bool(explanation.footnote))
        self.show()
        self._place()
        self.raise_()

    def dismiss(self) -> None:
        """Take the message away."""
        self._shown = None
        self._count = 0
        if self.isVisible():
            self.hide()
            self.dismissed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Keep the place when the parent changes its size."""
        if watched is self._host and event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        room = self._host.size()
        width = min(_WIDTH, room.width() - 32)
        # Wrapped words need a width before their height can be known.
        for words in (self._title, self._hint):
            words.setFixedWidth(width - _BESIDE)
        self._row.activate()
        height = self.sizeHint().height()
        self.setGeometry((room.width() - width) // 2, _TOP, width, height)

    def _on_copy(self) -> None:
        if self._shown is not None:
            lines = (self._shown.title, self._shown.footnote)
            QGuiApplication.clipboard().setText("\n".join(lines))


def _line(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return label
