"""What the navigator says beside its tree: a strip above it, a page in place of it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.tokens import theme
from ivcdesk.ui.widgets.elided_label import ElidedLabel


class Strip(QFrame):
    """One quiet line with one button at most. Signals: ``acted``."""

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigator.strip")
        self._sign = QLabel()
        self._sign.setFixedSize(14, 14)
        self._words = ElidedLabel()
        self._words.setObjectName("navigator.strip.text")
        self._words.setProperty("role", "small")
        self._button = QPushButton()
        self._button.setObjectName("navigator.strip.action")
        self._button.setProperty("role", "flat")
        self._button.clicked.connect(self.acted)
        self._icon = ("", "")
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 4, 4)
        row.setSpacing(6)
        row.addWidget(self._sign)
        row.addWidget(self._words, 1)
        row.addWidget(self._button)
        theme.changed.connect(self._draw)
        self.hide()

    @property
    def text(self) -> str:
        """What it says, empty while it is hidden."""
        return "" if self.isHidden() else self._words.text()

    def say(self, text: str, *, icon: str, role: str, action: str = "", tip: str = "") -> None:
        """Show a line, already in the language of the window; ``role`` names the icon's token."""
        self._icon = (icon, role)
        self._words.setText(text)
        self.setToolTip(tip)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self._draw()
        self.show()

    def _draw(self) -> None:
        name, role = self._icon
        if name:
            drawn = icons.icon(name, 14, getattr(theme.tokens, role))
            self._sign.setPixmap(drawn.pixmap(14, 14))


class MessagePage(QWidget):
    """Says why there is no tree and what can be done. Signals: ``acted``."""

    acted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigator.message")
        self._sign = QLabel()
        self._sign.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title = _line("navigator.message.title")
        self._title.setStyleSheet("font-weight: 600")
        self._hint = _line("navigator.message.hint")
        self._hint.setProperty("role", "muted")
        self._footnote = _line("navigator.message.code")
        self._footnote.setProperty("role", "mono")
        self._footnote.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._bar.setFixedSize(140, 3)
        self._button = QPushButton()
        self._button.setObjectName("navigator.message.action")
        self._button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._button.clicked.connect(self.acted)
        self._icon = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 8, 16, 8)
        column.setSpacing(8)
        column.addStretch(2)
        for widget in (self._sign, self._title, self._hint, self._footnote):
            column.addWidget(widget)
        column.addWidget(self._bar, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(4)
        column.addWidget(self._button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(3)
        theme.changed.connect(self._draw)

    @property
    def title(self) -> str:
        """What it says."""
        return self._title.text()

    def say(
        self,
        title: str,
        *,
        icon: str,
        hint: str = "",
        footnote: str = "",
        action: str = "",
        waiting: bool = False,
    ) -> None:
        """Show a message, already in the language of the window."""
        self._icon = icon
        self._title.setText(title)
        for label, text in ((self._hint, hint), (self._footnote, footnote)):
            label.setText(text)
            label.setVisible(bool(text))
        self._bar.setVisible(waiting)
        self._button.setText(action)
        self._button.setVisible(bool(action))
        self._draw()

    def _draw(self) -> None:
        if self._icon:
            self._sign.setPixmap(icons.icon(self._icon, 28, theme.tokens.muted).pixmap(28, 28))


def _line(name: str) -> QLabel:
    label = QLabel()
    label.setObjectName(name)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
    return label
