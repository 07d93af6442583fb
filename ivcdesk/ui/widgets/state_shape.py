"""The shapes that tell a device's state: dot, ring, diamond, barred circle."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen, QPolygonF

from ivcdesk.domain.devices import DeviceState
from ivcdesk.ui.tokens import tokens

SIZE = 8.0
"""How large a shape is drawn, px."""


def paint_state(painter: QPainter, centre: QPointF, state: DeviceState) -> None:
    """Draw a state's shape around a point, in the colour of the theme that goes with it."""
    now = tokens()
    half = SIZE / 2
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    match state:
        case DeviceState.ONLINE:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.ok))
            painter.drawEllipse(centre, half, half)
        case DeviceState.UNREGISTERED:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.warn))
            reach = half * 1.25
            painter.drawPolygon(
                QPolygonF(
                    [
                        centre + QPointF(0, -reach),
                        centre + QPointF(reach, 0),
                        centre + QPointF(0, reach),
                        centre + QPointF(-reach, 0),
                    ]
                )
            )
        case DeviceState.DISABLED:
            _ring(painter, centre, now.bad)
            across = half * 0.55
            painter.drawLine(centre + QPointF(-across, across), centre + QPointF(across, -across))
        case DeviceState.OFFLINE:
            _ring(painter, centre, now.off)
        case _:
            _ring(painter, centre, now.off, Qt.PenStyle.DotLine)
    painter.restore()


def _ring(
    painter: QPainter, centre: QPointF, color: str, style: Qt.PenStyle = Qt.PenStyle.SolidLine
) -> None:
    painter.setPen(QPen(QColor(color), 1.5, style))
    painter.setBrush(QBrush())
    inset = 0.75
    painter.drawEllipse(
        QRectF(centre.x(), centre.y(), 0, 0).adjusted(
            -SIZE / 2 + inset, -SIZE / 2 + inset, SIZE / 2 - inset, SIZE / 2 - inset
        )
    )
