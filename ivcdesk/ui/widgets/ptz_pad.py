"""The round pad that turns a camera: eight directions, a stick in the middle, the wheel to zoom."""

from __future__ import annotations

import math
from functools import partial

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QHideEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
    QPolygonF,
    QRegion,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget
from shiboken6 import isValid

from ivcdesk.ui.text import bind, mark, tr
from ivcdesk.ui.tokens import theme, tokens
from ivcdesk.ui.widgets.grip import Grip

SPEEDS = range(1, 9)
"""The speeds that cameras know."""

DIRECTIONS: tuple[tuple[str, float, str, str], ...] = (
    ("right", 0, mark("Turn right"), "→"),
    ("rightup", 45, mark("Turn right and up"), "→ ↑"),
    ("up", 90, mark("Turn up"), "↑"),
    ("leftup", 135, mark("Turn left and up"), "← ↑"),
    ("left", 180, mark("Turn left"), "←"),
    ("leftdown", 225, mark("Turn left and down"), "← ↓"),
    ("down", 270, mark("Turn down"), "↓"),
    ("rightdown", 315, mark("Turn right and down"), "→ ↓"),
)
"""Command, angle (degrees, counter-clockwise from the right), what it does, keys."""

LENS: tuple[tuple[str, str, str], ...] = (
    ("zoomin", mark("Zoom in"), "+"),
    ("zoomout", mark("Zoom out"), "-"),
    ("focusfar", mark("Focus farther"), "F"),
    ("focusnear", mark("Focus nearer"), "N"),
    ("irisin", mark("Open the iris"), "O"),
    ("irisout", mark("Close the iris"), "C"),
)
"""Command, what it does, key."""

_KNOB = 26 / 78
_HALF_SECTOR = 22.5
_WHEEL_HOLD_MS = 160


def steering(x: float, y: float, dead: float, full: float) -> tuple[str, int]:
    """Return the direction and the speed (1 to 8) of a drag by ``x`` to the right, ``y`` down.

    Within ``dead`` of the start nothing is meant (``"", 0``); from ``full`` on it is full speed.
    All in px.
    """
    distance = math.hypot(x, y)
    if distance < dead:
        return "", 0
    sector = round(math.degrees(math.atan2(-y, x)) / 45) % 8
    share = min(1.0, (distance - dead) / max(1.0, full - dead))
    return DIRECTIONS[sector][0], 1 + round(share * (SPEEDS[-1] - 1))


class PtzPad(QWidget):
    """Turns the hold on a direction into commands; it knows nothing of cameras.

    Signals: ``pressed(command, speed)`` and ``released(command)`` in pairs, whatever way the hold
    is lost; ``eased(speed)`` where the stick is moved while it steers; ``stopped`` where the
    middle is pressed, ``halted`` where it is let go of again without having steered. They stay
    connectable and are sent even while the pad is destroyed.
    Direction buttons press at :attr:`speed`; dragging the middle decides the speed by distance.
    """

    class _Outlet(QObject):
        pressed = Signal(str, int)
        released = Signal(str)
        eased = Signal(int)
        stopped = Signal()
        halted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("ptz.pad")
        self.speed = 4
        out = self._outlet = self._Outlet()
        self.pressed, self.released = out.pressed, out.released
        self.eased, self.stopped, self.halted = out.eased, out.stopped, out.halted
        self._lit: frozenset[str] = frozenset()
        self._stick = _Stick(self, out)
        self._sectors = [
            _Sector(self, command, angle, text, keys) for command, angle, text, keys in DIRECTIONS
        ]
        self._grips = [self._stick.grip]
        for sector in self._sectors:
            grip = Grip(sector)
            grip.held.connect(partial(self._on_held, sector.command))
            grip.let_go.connect(partial(out.released.emit, sector.command))
            self._grips.append(grip)
        self._wheel = _Wheel(self, out)
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        bind(self, self.setAccessibleName, "Direction pad")
        bind(
            self,
            self.setAccessibleDescription,
            "Hold a direction to turn the camera, drag the middle to steer by distance, "
            "use the wheel to zoom",
        )
        theme.changed.connect(self.update)

    def light(self, commands: frozenset[str]) -> None:
        """Show which commands are being sent, whoever asked for them (keys, the picture)."""
        if commands != self._lit:
            self._lit = commands
            self.update()

    def release_all(self) -> None:
        """Let go of everything that the pad holds."""
        self._stick.grip.release()
        self.release_directions()

    def release_directions(self) -> None:
        """Let go of everything but the stick, which may be what asks for it."""
        for grip in self._grips:
            if grip is not self._stick.grip:
                grip.release()
        self._wheel.release()

    def sizeHint(self) -> QSize:
        """Return the size of the design, px."""
        return QSize(180, 180)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest size at which the arrows can still be hit, px."""
        return QSize(132, 132)

    def hasHeightForWidth(self) -> bool:
        """Whether the pad wants to be square."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return the height for a width, px; it grows no taller than the design."""
        return min(width, 180)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give each direction its part of the ring."""
        super().resizeEvent(event)
        centre, outer = self._centre(), self._outer()
        for sector in self._sectors:
            sector.place(centre, outer * _KNOB, outer)
        self._stick.place(centre, outer * _KNOB)

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go: nobody can hold what can't be seen."""
        self.release_all()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Let go when disabled."""
        if event.type() == QEvent.Type.EnabledChange and not self.isEnabled():
            self.release_all()
        super().changeEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom for as long as the wheel turns."""
        turned = event.angleDelta().y()
        if turned and self.isEnabled():
            self._wheel.turn("zoomin" if turned > 0 else "zoomout", self.speed)
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ring, the arrows and the stick."""
        colours = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if not self.isEnabled():
            painter.setOpacity(0.45)
        centre, outer = self._centre(), self._outer()
        steered = self._stick.command
        for sector in self._sectors:
            active = sector.isDown() or sector.command in self._lit or sector.command == steered
            hover = sector.underMouse() and sector.isEnabled()
            painter.setPen(QPen(QColor(colours.line), 1))
            if active:
                painter.setBrush(QColor(colours.accent))
            else:
                painter.setBrush(QColor(colours.line if hover else colours.raised))
            painter.drawPath(_ring(centre, outer * _KNOB, outer, sector.angle))
            painter.setPen(
                QPen(
                    QColor(colours.on_accent if active else colours.text),
                    1.7,
                    Qt.PenStyle.SolidLine,
                    Qt.PenCapStyle.RoundCap,
                    Qt.PenJoinStyle.RoundJoin,
                )
            )
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawPath(_arrow(centre, outer * (1 + _KNOB) / 2, outer * 0.062, sector.angle))
        self._draw_focus(painter, centre, outer)
        self._stick.draw(painter)

    def _draw_focus(self, painter: QPainter, centre: QPointF, outer: float) -> None:
        for sector in self._sectors:
            if sector.hasFocus():
                painter.setPen(QPen(QColor(tokens().accent), 2))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawPath(_ring(centre, outer * _KNOB + 3, outer - 3, sector.angle, 20.5))

    def _centre(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    def _outer(self) -> float:
        return max(20.0, min(self.width(), self.height()) / 2 - 4)

    def _on_held(self, command: str) -> None:
        self._outlet.pressed.emit(command, self.speed)
        self.update()


class _Sector(QAbstractButton):
    """One direction: a real button, shaped by a mask and drawn by the pad."""

    def __init__(self, pad: PtzPad, command: str, angle: float, text: str, keys: str) -> None:
        super().__init__(pad)
        self._pad = pad
        self.command = command
        self.angle = angle
        self.setObjectName(f"ptz.{command}")
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        bind(self, self.setAccessibleName, text)
        bind(self, lambda said: self.setToolTip(f"{said} ({keys})"), text)

    def place(self, centre: QPointF, inner: float, outer: float) -> None:
        shape = _ring(centre, inner, outer, self.angle)
        box = shape.boundingRect().toAlignedRect()
        self.setGeometry(box)
        local = shape.toFillPolygon().translated(-QPointF(box.topLeft()))
        self.setMask(QRegion(QPolygonF(local).toPolygon()))

    def event(self, event: QEvent) -> bool:
        if event.type() in (
            QEvent.Type.HoverEnter,
            QEvent.Type.HoverLeave,
            QEvent.Type.FocusIn,
            QEvent.Type.FocusOut,
        ):
            self._pad.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw nothing: the pad draws all sectors, so that their edges are smooth."""


class _Stick(QAbstractButton):
    """The middle: pressed it stops everything, dragged it steers by distance."""

    def __init__(self, pad: PtzPad, out: PtzPad._Outlet) -> None:
        super().__init__(pad)
        self._pad = pad
        self._out = out
        self._reach = 26.0
        self._offset = QPointF()
        self._steered = False
        self.command, self._speed = "", 0
        self.setObjectName("ptz.stop")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        bind(self, self.setAccessibleName, "Stop")
        bind(self, self.setToolTip, "Stop (Esc) · drag to steer: farther is faster")
        self.grip = Grip(self)
        self.grip.held.connect(self._on_held)
        self.grip.moved.connect(self._on_moved)
        # a lambda, because a bound slot of a widget is cut off before the widget is destroyed
        self.grip.let_go.connect(lambda: self._on_let_go())

    def place(self, centre: QPointF, radius: float) -> None:
        self._reach = radius
        box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        self.setGeometry(box.toAlignedRect())
        self.setMask(QRegion(self.rect(), QRegion.RegionType.Ellipse))

    def draw(self, painter: QPainter) -> None:
        colours = tokens()
        centre = QRectF(self.geometry()).center() + self._offset
        radius = self._reach - 2
        painter.setPen(QPen(QColor(colours.accent if self.hasFocus() else colours.line), 1.5))
        painter.setBrush(QColor(colours.line if self.isDown() else colours.panel))
        painter.drawEllipse(centre, radius, radius)
        font = painter.font()
        font.setPixelSize(colours.small)
        painter.setFont(font)
        painter.setPen(QColor(colours.text if self.underMouse() else colours.muted))
        said = str(self._speed) if self.command else tr("stop")
        box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, said)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw nothing: the pad draws the stick above the sectors."""

    def _on_held(self) -> None:
        self._steered = False
        self._out.stopped.emit()

    def _on_moved(self, place: QPointF) -> None:
        offset = place - QRectF(self.rect()).center()
        reach = self._reach
        command, speed = steering(offset.x(), offset.y(), reach * 0.5, reach * 4)
        length = math.hypot(offset.x(), offset.y())
        self._offset = offset * min(1.0, reach / length) if length else QPointF()
        if command != self.command:
            if self.command:
                self._out.released.emit(self.command)
            self.command, self._speed = command, speed
            if command:
                self._steered = True
                self._out.pressed.emit(command, speed)
        elif speed != self._speed:
            self._speed = speed
            self._out.eased.emit(speed)
        self._pad.update()

    def _on_let_go(self) -> None:
        command, self.command, self._speed = self.command, "", 0
        self._offset = QPointF()
        if command:
            self._out.released.emit(command)
        if not self._steered:
            self._out.halted.emit()


class _Wheel(QObject):
    """The mouse wheel as a hold that ends shortly after its last notch."""

    def __init__(self, pad: PtzPad, out: PtzPad._Outlet) -> None:
        super().__init__()
        self._out = out
        self._command = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_WHEEL_HOLD_MS)
        self._timer.timeout.connect(self.release)
        # both may end with the application, in any order
        pad.destroyed.connect(lambda: self.release() if isValid(self) else None)

    def turn(self, command: str, speed: int) -> None:
        if command != self._command:
            self.release()
            self._command = command
            self._out.pressed.emit(command, speed)
        self._timer.start()

    def release(self) -> None:
        self._timer.stop()
        command, self._command = self._command, ""
        if command:
            self._out.released.emit(command)


def _ring(
    centre: QPointF, inner: float, outer: float, angle: float, half: float = _HALF_SECTOR
) -> QPainterPath:
    def box(radius: float) -> QRectF:
        return QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)

    path = QPainterPath()
    path.arcMoveTo(box(outer), angle - half)
    path.arcTo(box(outer), angle - half, 2 * half)
    path.arcTo(box(inner), angle + half, -2 * half)
    path.closeSubpath()
    return path


def _arrow(centre: QPointF, distance: float, size: float, angle: float) -> QPainterPath:
    radians = math.radians(angle)
    ahead = QPointF(math.cos(radians), -math.sin(radians))
    aside = QPointF(-ahead.y(), ahead.x())
    middle = centre + ahead * distance
    tip = middle + ahead * size
    path = QPainterPath(middle - ahead * size)
    path.lineTo(tip)
    path.moveTo(tip - (ahead - aside) * size * 0.9)
    path.lineTo(tip)
    path.lineTo(tip - (ahead + aside) * size * 0.9)
    return path
