"""A mark on a picture that is being recorded: a red dot, the word, and for how long."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from ivcdesk.ui.text import refresh, tr

_GROUND = QColor(8, 11, 15, 205)
_INK = QColor("#ffffff")
_RED = QColor("#f0453a")
_MARGIN, _PAD, _DOT = 8, 8, 9


class RecordingMark(QWidget):
    """Lies in the lower left corner of its parent and lets the pointer through."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName(f"{over.objectName()}.recording")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._seconds = 0
        over.installEventFilter(self)
        refresh(self, self._show)

    def show_seconds(self, seconds: float) -> None:
        """Show how long the recording is, s."""
        if int(seconds) != self._seconds:
            self._seconds = int(seconds)
            self._show()

    @property
    def words(self) -> str:
        """What the mark says."""
        minutes, seconds = divmod(self._seconds, 60)
        hours, minutes = divmod(minutes, 60)
        time = f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes:02}:{seconds:02}"
        return tr("REC {time}", time=time)

    def sizeHint(self) -> QSize:
        """Return the room for the words, px."""
        metrics = QFontMetricsF(self.font())
        width = metrics.horizontalAdvance(self.words) + _DOT + 2.5 * _PAD
        return QSize(round(width), round(metrics.height() + 6))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay in the corner."""
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw dot and words."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(_GROUND)
        painter.drawRoundedRect(QRectF(self.rect()), 4, 4)
        painter.setBrush(_RED)
        middle = self.height() / 2
        painter.drawEllipse(QPointF(_PAD + _DOT / 2, middle), _DOT / 2, _DOT / 2)
        painter.setPen(_INK)
        left = _PAD * 1.5 + _DOT
        box = QRectF(left, 0, self.width() - left, self.height())
        painter.drawText(
            box, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.words
        )
        painter.end()

    def _show(self) -> None:
        self.setAccessibleName(self.words)
        self._place()
        self.update()

    def _place(self) -> None:
        size = self.sizeHint()
        parent = self.parentWidget()
        height = parent.height() if parent is not None else 0
        self.setGeometry(_MARGIN, height - size.height() - _MARGIN, size.width(), size.height())
