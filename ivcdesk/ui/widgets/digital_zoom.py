"""A picture that can be magnified, moved about in, and pointed at, also while it is steered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import QEvent, QPointF, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFocusEvent,
    QFont,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QApplication, QWidget

from ivcdesk.domain.zoom import WHOLE, Zoom
from ivcdesk.ui.tokens import GRID, tokens
from ivcdesk.ui.widgets.steerable import Steerable

PointerMode = Literal["steer", "aim", "magnify"]
"""What the left button does: steer the camera, choose a point or a box, magnify a box."""

WHEEL, KEY, PAN = 1.3, 1.5, 0.2
"""How much a step of the wheel and a key magnify, and how far a key moves, in windows."""

_MAP_SHARE, _MAP_LEAST, _MAP_MOST = 0.22, 56.0, 132.0
_SHADE = QColor(8, 11, 15, 170)
_INK = QColor("#ffffff")
_LEAST_BOX = 8.0

_Key = Qt.Key
_PLAIN = Qt.KeyboardModifier.NoModifier
_ARROWS: dict[int, tuple[float, float]] = {
    _Key.Key_Left: (-PAN, 0.0),
    _Key.Key_Right: (PAN, 0.0),
    _Key.Key_Up: (0.0, -PAN),
    _Key.Key_Down: (0.0, PAN),
}
_CLOSER = frozenset({_Key.Key_Plus, _Key.Key_Equal})
_FARTHER = frozenset({_Key.Key_Minus, _Key.Key_Underscore})

_Deed = Literal["pan", "box", "aim", "map"]


@dataclass(slots=True)
class _Drag:
    """A drag that is not for the camera: what it does, by which button, from where."""

    deed: _Deed
    button: Qt.MouseButton
    start: QPointF
    zoom: Zoom
    moved: bool = False
    box: QRectF | None = None


class Magnifiable(Steerable):
    """Adds the digital zoom to the pointer of :class:`Steerable`.

    The wheel magnifies about the pointer, Ctrl and a drag magnify a box, the middle button or
    Shift and a drag move the picture, and so does a plain drag while :attr:`drags_steer` is off.
    Z and Shift+Z (or Ctrl with plus and minus), Home, and Alt with the arrows do it by keys.
    A small map shows what part is seen; dragging in it moves, a double click on it shows all.

    Signals: ``magnified(factor)`` after another part is seen; ``point_chosen(point)`` and
    ``box_chosen(box)`` by the left button in the mode ``aim``, in parts of the whole picture (0 to
    1), whatever part is seen.
    """

    magnified = Signal(float)
    point_chosen = Signal(QPointF)
    box_chosen = Signal(QRectF)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._zoom = WHOLE
        self._mode: PointerMode = "steer"
        self._drag: _Drag | None = None
        self.drags_steer = False

    @property
    def zoom(self) -> Zoom:
        """Which part of the picture is seen."""
        return self._zoom

    @property
    def pointer_mode(self) -> PointerMode:
        """What the left button does."""
        return self._mode

    def set_pointer_mode(self, mode: PointerMode) -> None:
        """Let the left button do something else from now on."""
        if mode != self._mode:
            self._mode = mode
            self._end_steering()
            self._end_drag()
            if mode == "steer":
                self.unsetCursor()
            else:
                self.setCursor(Qt.CursorShape.CrossCursor)

    def set_zoom(self, zoom: Zoom) -> None:
        """Look at another part of the picture."""
        if zoom != self._zoom:
            self._zoom = zoom
            self.update()
            self.magnified.emit(zoom.factor)

    def picture_box(self) -> QRectF:
        """Return where the whole picture is painted, logical px; empty where there is none."""
        return QRectF()

    def part_at(self, place: QPointF) -> QPointF:
        """Return the point of the whole picture (0 to 1) that is seen at a point of the widget.

        A point beside the picture is taken for the nearest one on it.
        """
        box = self.picture_box()
        if box.isEmpty():
            return QPointF(0.5, 0.5)
        x = (place.x() - box.x()) / box.width()
        y = (place.y() - box.y()) / box.height()
        return QPointF(*self._zoom.place(min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0)))

    def map_box(self) -> QRectF:
        """Return where the small map is, logical px; empty while the whole picture is seen."""
        box = self.picture_box()
        if self._zoom.whole or box.isEmpty():
            return QRectF()
        width = min(max(self.width() * _MAP_SHARE, _MAP_LEAST), _MAP_MOST)
        size = QSizeF(width, width * box.height() / box.width())
        corner = QPointF(self.width() - GRID - size.width(), self.height() - GRID - size.height())
        return QRectF(corner, size)

    # Painting, over the picture.

    def paint_zoom(self, painter: QPainter, font: QFont) -> None:
        """Draw the small map, and the box that is being drawn."""
        room = self.map_box()
        if not room.isEmpty():
            painter.fillRect(room, _SHADE)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(QColor(255, 255, 255, 120), 1))
            painter.drawRect(room)
            left, top, width, height = self._zoom.part
            seen = QRectF(
                room.x() + left * room.width(),
                room.y() + top * room.height(),
                width * room.width(),
                height * room.height(),
            )
            wash = QColor(tokens().accent)
            wash.setAlpha(90)
            painter.fillRect(seen, wash)
            painter.setPen(QPen(_INK, 1.5))
            painter.drawRect(seen)
            painter.setFont(font)
            words = room.adjusted(4, 2, -4, -2)
            corner = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignBottom
            painter.drawText(words, corner, f"{self._zoom.factor:.1f}×")
        drag = self._drag
        if drag is not None and drag.box is not None:
            painter.fillRect(drag.box, QColor(255, 255, 255, 28))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            for colour, width in ((QColor(0, 0, 0, 160), 3.0), (QColor(tokens().accent), 1.5)):
                painter.setPen(QPen(colour, width))
                painter.drawRect(drag.box)

    # The pointer.

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Begin what is not for the camera; leave the rest to steering."""
        if self._drag is not None:
            self._end_drag()
            event.accept()
            return
        deed = self._deed_of(event)
        if deed is None:
            super().mousePressEvent(event)
            return
        self._end_steering()
        self._drag = _Drag(deed, event.button(), event.position(), self._zoom)
        if deed == "map":
            self._look_from_map(event.position())
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Move the picture, or draw the box."""
        drag = self._drag
        if drag is None:
            super().mouseMoveEvent(event)
            return
        if not event.buttons() & drag.button:
            self._end_drag()
            return
        way = event.position() - drag.start
        if not drag.moved and way.manhattanLength() < QApplication.startDragDistance():
            return
        if not drag.moved and drag.deed == "pan":
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        drag.moved = True
        if drag.deed == "pan":
            box = self.picture_box()
            if not box.isEmpty():
                self.set_zoom(drag.zoom.moved(-way.x() / box.width(), -way.y() / box.height()))
        elif drag.deed == "map":
            self._look_from_map(event.position())
        else:
            drag.box = QRectF(drag.start, event.position()).normalized() & self.picture_box()
            self.update()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Do what the drag was for; without one it was a click."""
        drag = self._drag
        if drag is None:
            super().mouseReleaseEvent(event)
            return
        if event.button() != drag.button:
            return
        self._end_drag()
        if not drag.moved:
            self._on_click(drag)
        elif drag.box is not None and min(drag.box.width(), drag.box.height()) >= _LEAST_BOX:
            self._on_box(drag.deed, drag.box)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        """Show the whole picture where it was on the map; choosing points knows no second click."""
        if self.map_box().contains(event.position()):
            self._end_drag()
            self.set_zoom(WHOLE)
        elif self._mode == "steer":
            self._end_drag()
            super().mouseDoubleClickEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Magnify what is under the pointer."""
        box = self.picture_box()
        steps = event.angleDelta().y() / 120
        if steps and not box.isEmpty() and self._drag is None:
            x = (event.position().x() - box.x()) / box.width()
            y = (event.position().y() - box.y()) / box.height()
            self.set_zoom(
                self._zoom.magnified(WHEEL**steps, min(max(x, 0.0), 1.0), min(max(y, 0.0), 1.0))
            )
        super().wheelEvent(event)

    # The keyboard.

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Magnify, move and show all; Esc gives a drag up."""
        if event.key() == _Key.Key_Escape and self._drag is not None:
            zoom = self._drag.zoom
            self._end_drag()
            self.set_zoom(zoom)
            return
        wanted = self._wanted_by(event)
        if wanted is None:
            super().keyPressEvent(event)
        else:
            self.set_zoom(wanted)
            event.accept()

    def hideEvent(self, event: QHideEvent) -> None:
        """Give a drag up."""
        self._end_drag()
        super().hideEvent(event)

    def changeEvent(self, event: QEvent) -> None:
        """Give a drag up when disabled."""
        super().changeEvent(event)
        if event.type() == QEvent.Type.EnabledChange:
            self._end_drag()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Give a drag up."""
        self._end_drag()
        super().focusOutEvent(event)

    def _wanted_by(self, event: QKeyEvent) -> Zoom | None:
        """Return what a key asks to look at, None where it is no key of the zoom."""
        key = event.key()
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        control = bool(modifiers & Qt.KeyboardModifier.ControlModifier)
        if self.picture_box().isEmpty():
            return None
        if key == _Key.Key_Z and not control:
            back = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
            return self._zoom.magnified(1 / KEY if back else KEY)
        if control and key in _CLOSER:
            return self._zoom.magnified(KEY)
        if control and key in _FARTHER:
            return self._zoom.magnified(1 / KEY)
        # The nought calls a preset where a camera turns; elsewhere it comes here.
        if key in (_Key.Key_Home, _Key.Key_0) and modifiers == _PLAIN:
            return WHOLE
        if modifiers == Qt.KeyboardModifier.AltModifier and key in _ARROWS and not self._zoom.whole:
            return self._zoom.moved(*_ARROWS[key])
        return None

    def _deed_of(self, event: QMouseEvent) -> _Deed | None:
        if self.picture_box().isEmpty():
            return None
        magnified = not self._zoom.whole
        if event.button() == Qt.MouseButton.MiddleButton:
            return "pan" if magnified else None
        if event.button() != Qt.MouseButton.LeftButton or self._press is not None:
            return None
        modifiers = event.modifiers()
        if self.map_box().contains(event.position()):
            return "map"
        if modifiers & Qt.KeyboardModifier.ControlModifier or self._mode == "magnify":
            return "box"
        if magnified and modifiers & Qt.KeyboardModifier.ShiftModifier:
            return "pan"
        if self._mode == "aim":
            return "aim"
        return "pan" if magnified and not self.drags_steer else None

    def _on_click(self, drag: _Drag) -> None:
        if drag.button != Qt.MouseButton.LeftButton or drag.deed == "map":
            return
        self.clicked.emit()
        if drag.deed == "aim":
            self.point_chosen.emit(self.part_at(drag.start))

    def _on_box(self, deed: _Deed, box: QRectF) -> None:
        if deed == "aim":
            self.box_chosen.emit(
                QRectF(self.part_at(box.topLeft()), self.part_at(box.bottomRight()))
            )
            return
        room = self.picture_box()
        self.set_zoom(
            self._zoom.boxed(
                (box.x() - room.x()) / room.width(),
                (box.y() - room.y()) / room.height(),
                box.width() / room.width(),
                box.height() / room.height(),
            )
        )

    def _look_from_map(self, place: QPointF) -> None:
        room = self.map_box()
        if not room.isEmpty():
            x = (place.x() - room.x()) / room.width()
            y = (place.y() - room.y()) / room.height()
            self.set_zoom(self._zoom.centred(x, y))

    def _end_drag(self) -> None:
        drag, self._drag = self._drag, None
        if drag is not None:
            if self._mode == "steer":
                self.unsetCursor()
            else:
                self.setCursor(Qt.CursorShape.CrossCursor)
            self.update()
