"""A widget that is steered by dragging on it, with a drag that always lets go."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHideEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

_LOSSES = frozenset(
    {
        QEvent.Type.WindowDeactivate,
        QEvent.Type.WindowBlocked,
        QEvent.Type.UngrabMouse,
        QEvent.Type.TouchCancel,
        QEvent.Type.ParentAboutToChange,
        QEvent.Type.DeferredDelete,
    }
)


class Steerable(QWidget):
    """Turns the pointer into clicks, drags and turns of the wheel.

    Signals: ``clicked``, ``double_clicked``; ``zoomed(steps)`` for the wheel, up is positive;
    ``steer_started`` and ``steer_ended`` in pairs, whichever way the drag is lost, and between
    them ``steered(dx, dy)`` in px from where the drag began.
    """

    clicked = Signal()
    double_clicked = Signal()
    zoomed = Signal(float)
    steer_started = Signal()
    steered = Signal(float, float)
    steer_ended = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._press: QPointF | None = None
        self._steering = False

    def changeEvent(self, event: QEvent) -> None:
        """Let go when disabled."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._end_steering()

    def hideEvent(self, event: QHideEvent) -> None:
        """Let go."""
        self._end_steering()
        super().hideEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let go where the hold is lost; installed only while a button is down."""
        if watched is self and event.type() in _LOSSES:
            self._end_steering()
        return super().eventFilter(watched, event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin what may become a drag; a second button lets go."""
        if event.button() != Qt.MouseButton.LeftButton or self._press is not None:
            self._end_steering()
            super().mousePressEvent(event)
            return
        self._press = event.position()
        # Without it a release that nobody saw would go unnoticed when the pointer comes back.
        self.setMouseTracking(True)
        self.installEventFilter(self)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Steer once the pointer has gone far enough."""
        if self._press is None:
            return
        inside = self.window().mapFromGlobal(event.globalPosition()).toPoint()
        if not event.buttons() & Qt.MouseButton.LeftButton or not self.window().rect().contains(
            inside
        ):
            self._end_steering()
            return
        way = event.position() - self._press
        if not self._steering and way.manhattanLength() >= QApplication.startDragDistance():
            self._steering = True
            self.steer_started.emit()
        if self._steering:
            self.steered.emit(way.x(), way.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Let go; without a drag it was a click."""
        if event.button() != Qt.MouseButton.LeftButton:
            return
        was_click = self._press is not None and not self._steering
        self._end_steering()
        if was_click:
            self.clicked.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Pass it on."""
        self._end_steering()
        if event.button() == Qt.MouseButton.LeftButton:
            self.double_clicked.emit()

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass on how far the wheel was turned, in its own steps."""
        self.zoomed.emit(event.angleDelta().y() / 120)
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc lets go of the camera; everything else is the owner's."""
        if event.key() == Qt.Key.Key_Escape and self._steering:
            self._end_steering()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Draw the frame."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Let go of the camera."""
        self._end_steering()
        super().focusOutEvent(event)
        self.update()

    def let_go(self) -> None:
        """Let go of a drag, whatever the pointer does; the next one begins with a press."""
        self._end_steering()

    def _end_steering(self) -> None:
        if self._press is not None:
            self._press = None
            self.setMouseTracking(False)
            self.removeEventFilter(self)
        if self._steering:
            self._steering = False
            self.steer_ended.emit()
