"""The small picture above a timeline of what was recorded where the pointer is."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ivcdesk.ui.tokens import theme, tokens

PICTURE = QSize(208, 117)
"""The box for the picture, px."""
_STRIP = 22
_GAP = 4
_ROUND = 6


class TimelineThumbnail(QWidget):
    """Floats above ``anchor``, the timeline, in its window. It takes no clicks and no focus."""

    def __init__(self, anchor: QWidget) -> None:
        super().__init__(anchor)
        self.setObjectName("playback.thumbnail")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._anchor = anchor
        self._image = QImage()
        self._caption = ""
        self.resize(PICTURE.width() + 2, PICTURE.height() + _STRIP + 2)
        self.hide()
        theme.changed.connect(self.update)

    @property
    def box(self) -> QSize:
        """The box for pictures, in device px."""
        return PICTURE * self._anchor.devicePixelRatioF()

    @property
    def caption(self) -> str:
        """What is written below the picture."""
        return self._caption

    def show_picture(self, image: QImage, caption: str, x: float) -> None:
        """Show a picture above the point ``x`` px from the anchor's left edge."""
        self._image, self._caption = image, caption
        self.setAccessibleName(caption)
        window = self._anchor.window()
        if self.parentWidget() is not window:
            self.setParent(window)
        above = self._anchor.mapTo(window, QPoint(round(x), 0))
        room = window.width() - self.width() - _GAP
        left = min(max(above.x() - self.width() // 2, _GAP), max(room, _GAP))
        self.move(left, max(above.y() - self.height() - _GAP, 0))
        self.show()
        self.raise_()
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the picture with its strip of words."""
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        now = tokens()
        whole = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(now.line), 1))
        painter.setBrush(QColor(now.raised))
        painter.drawRoundedRect(whole, _ROUND, _ROUND)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        shape = self._image.size().scaled(PICTURE, Qt.AspectRatioMode.KeepAspectRatio)
        place = QRect(QPoint(), shape)
        place.moveCenter(QRect(QPoint(1, 1), PICTURE).center())
        painter.drawImage(place, self._image)
        font = QFont(self.font())
        font.setPixelSize(now.small)
        painter.setFont(font)
        painter.setPen(QColor(now.text))
        room = QRectF(8, PICTURE.height() + 1, PICTURE.width() - 14, _STRIP)
        words = QFontMetricsF(font).elidedText(
            self._caption, Qt.TextElideMode.ElideRight, room.width()
        )
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, words)
