"""A ring on the picture, at the point that the camera is being aimed at."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from ivcdesk.ui.text import tr
from ivcdesk.ui.tokens import tokens

_SIDE = 56
_SHADE = QColor(8, 11, 15, 150)
_TRACK = QColor(255, 255, 255, 70)


class AimRing(QWidget):
    """Shows how much of the aim is done; the pointer goes through it."""

    def __init__(self, over: QWidget) -> None:
        super().__init__(over)
        self.setObjectName(f"{over.objectName()}.aim")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(self.sizeHint())
        self._share = 0.0
        self.show_share(0.0)

    @property
    def share(self) -> float:
        """What is done, 0 … 1."""
        return self._share

    def show_share(self, share: float) -> None:
        """Show what is done, 0 … 1."""
        self._share = min(max(share, 0.0), 1.0)
        self.setAccessibleName(tr("Aiming: {percent} %", percent=round(self._share * 100)))
        self.update()

    def show_at(self, place: QPointF) -> None:
        """Stand around a point of the parent, px."""
        self.move(round(place.x()) - _SIDE // 2, round(place.y()) - _SIDE // 2)
        self.show()
        self.raise_()

    def sizeHint(self) -> QSize:
        """Return the room of the ring, px."""
        return QSize(_SIDE, _SIDE)

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw the ring, what is done of it, and the cross in its middle."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        box = QRectF(self.rect()).adjusted(5, 5, -5, -5)
        painter.setPen(QPen(_SHADE, 7))
        painter.drawEllipse(box)
        painter.setPen(QPen(_TRACK, 3))
        painter.drawEllipse(box)
        pen = QPen(QColor(tokens().accent), 3)
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        painter.setPen(pen)
        painter.drawArc(box, 90 * 16, -round(self._share * 360 * 16))
        middle = box.center()
        for width, color in ((4, _SHADE), (1.5, QColor("#ffffff"))):
            painter.setPen(QPen(color, width))
            painter.drawLine(middle + QPointF(-6, 0), middle + QPointF(6, 0))
            painter.drawLine(middle + QPointF(0, -6), middle + QPointF(0, 6))
        painter.end()
