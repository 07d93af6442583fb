"""What a tile says in place of a picture: what is the matter, and what can be done about it."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QPen, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from ivcdesk.ui.tokens import GRID, theme, tokens

_SPIN_MS = 50
_ON_PICTURE = "#e6edf3"
_ON_PICTURE_MUTED = "#a4b0bc"


class VideoCard(QWidget):
    """A title, a hint, a footnote that can be selected, and two buttons, in the middle of a tile.

    The tile's ground is dark in every theme, so the words on it are light in every theme.
    Signals: ``acted`` when the button is pressed, ``asked`` when the one is that asks for reasons.
    """

    acted = Signal()
    asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.spinner = Spinner(self)
        self._title = _label(_ON_PICTURE)
        self._hint = _label(_ON_PICTURE_MUTED)
        self._footnote = _label(_ON_PICTURE_MUTED)
        self._footnote.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._footnote.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.button, self.why = QPushButton(self), QPushButton(self)
        self.button.clicked.connect(self.acted)
        self.why.clicked.connect(self.asked)
        buttons = QHBoxLayout()
        buttons.setSpacing(GRID)
        buttons.addStretch(1)
        for button in (self.button, self.why):
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        column.setSpacing(GRID)
        column.addStretch(1)
        column.addWidget(self.spinner, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self._title)
        column.addWidget(self._hint)
        column.addLayout(buttons)
        column.addWidget(self._footnote)
        column.addStretch(1)
        self._fit()
        theme.changed.connect(self._fit)
        self.say("")

    @property
    def text(self) -> str:
        """Everything that it says, for those who listen instead of looking."""
        labels = (self._title, self._hint, self._footnote)
        return ". ".join(label.text() for label in labels if label.text())

    def say(
        self,
        title: str,
        hint: str = "",
        footnote: str = "",
        action: str = "",
        why: str = "",
        *,
        busy: bool = False,
    ) -> None:
        """Show these words; ``busy`` turns the spinner. What is empty takes no room."""
        for label, text in (
            (self._title, title),
            (self._hint, hint),
            (self._footnote, footnote),
        ):
            label.setText(text)
            label.setVisible(bool(text))
        self.button.setText(action)
        self.button.setVisible(bool(action))
        self.why.setText(why)
        self.why.setVisible(bool(why))
        self.spinner.setVisible(busy)
        self.setVisible(bool(title or hint or footnote or action or busy))

    def narrow(self, height: int) -> None:
        """Leave out what does not fit into a low tile, px."""
        line = self._title.fontMetrics().height()
        self._footnote.setVisible(bool(self._footnote.text()) and height > 9 * line)
        self._hint.setVisible(bool(self._hint.text()) and height > 6 * line)

    def _fit(self) -> None:
        sizes = tokens()
        for label, size in (
            (self._title, sizes.body),
            (self._hint, sizes.small),
            (self._footnote, sizes.small),
        ):
            font = label.font()
            font.setPixelSize(size)
            label.setFont(font)


class Spinner(QWidget):
    """An arc that turns while it is visible."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFixedSize(28, 28)
        self._angle = 0
        self._timer = QTimer(self)
        self._timer.setInterval(_SPIN_MS)
        self._timer.timeout.connect(self._on_turn)

    def showEvent(self, event: QShowEvent) -> None:
        """Turn."""
        super().showEvent(event)
        self._timer.start()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stand still."""
        super().hideEvent(event)
        self._timer.stop()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw three quarters of a ring."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(3, 3, -3, -3)
        painter.setPen(QPen(QColor(255, 255, 255, 40), 2.5))
        painter.drawEllipse(box)
        pen = QPen(QColor(tokens().accent), 2.5)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(box, -self._angle * 16, 100 * 16)
        painter.end()

    def _on_turn(self) -> None:
        self._angle = (self._angle + 18) % 360
        self.update()


def _label(color: str) -> QLabel:
    label = QLabel()
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setWordWrap(True)
    label.setStyleSheet(f"color: {color}; background: transparent;")
    return label
