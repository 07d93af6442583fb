"""Dragging in the grid: a tile by its caption to another place, a channel into any of them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragMoveEvent,
    QDropEvent,
    QHoverEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QApplication, QWidget

from ivcdesk.ui.tokens import tokens
from ivcdesk.ui.widgets.channel_drag import channel_in
from ivcdesk.ui.widgets.digital_zoom import Magnifiable
from ivcdesk.ui.widgets.tile_grid import TileGrid

CAPTION = 40
"""How much of a tile, from its top, can be taken hold of to move it, px."""

_LOSSES = frozenset(
    {
        QEvent.Type.FocusOut,
        QEvent.Type.Hide,
        QEvent.Type.WindowDeactivate,
        QEvent.Type.WindowBlocked,
    }
)


class TileDrag(QObject):
    """Watches the tiles of a grid.

    ``occupied`` tells whether there is anything in a place to be moved. Signals:
    ``swap_wanted(place, other)`` when a tile was dragged onto another;
    ``channel_dropped(place, channel_id)`` when a channel was dropped on a tile; ``taken(place)``
    when a caption was clicked.
    """

    swap_wanted = Signal(int, int)
    channel_dropped = Signal(int, str)
    taken = Signal(int)

    def __init__(self, grid: TileGrid, occupied: Callable[[int], bool]) -> None:
        super().__init__(grid)
        self._grid = grid
        self._occupied = occupied
        self._places: dict[QObject, int] = {}
        self._from: int | None = None
        self._start = QPoint()
        self._moving = False
        self._frame = _Frame(grid)

    def watch(self, tile: QWidget, place: int) -> None:
        """Let this tile be dragged, and channels be dropped on it."""
        self._places[tile] = place
        tile.setAcceptDrops(True)
        tile.setAttribute(Qt.WidgetAttribute.WA_Hover)
        tile.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take what happens to a caption, and what is dropped; leave the rest to the tile."""
        place = self._places.get(watched)
        if place is None or not isinstance(watched, QWidget):
            return False
        kind = event.type()
        if isinstance(event, QMouseEvent):
            return self._on_mouse(watched, place, event)
        if isinstance(event, QHoverEvent):
            self._show_cursor(watched, place, event.position().toPoint())
        elif kind in (QEvent.Type.DragEnter, QEvent.Type.DragMove):
            return isinstance(event, QDragMoveEvent) and self._on_drag(place, event)
        elif kind == QEvent.Type.DragLeave:
            self._frame.hide()
        elif kind == QEvent.Type.Drop and isinstance(event, QDropEvent):
            return self._on_drop(place, event)
        elif self._from is not None:
            escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
            if kind in _LOSSES or (kind == QEvent.Type.KeyPress and escape):
                self._end()
                return escape
        return False

    def _on_mouse(self, tile: QWidget, place: int, event: QMouseEvent) -> bool:
        kind = event.type()
        if kind == QEvent.Type.MouseButtonPress:
            self._end()
            # With a key held the drag is for the digital zoom; who aims means the picture.
            plain = event.modifiers() == Qt.KeyboardModifier.NoModifier and not (
                isinstance(tile, Magnifiable) and tile.pointer_mode != "steer"
            )
            if (
                plain
                and event.button() == Qt.MouseButton.LeftButton
                and self._can_take(place, event.position().toPoint())
            ):
                self._from, self._start = place, event.position().toPoint()
                return True
        elif self._from is None:
            return False
        elif kind == QEvent.Type.MouseMove:
            self._on_move(tile, event)
            return True
        elif kind == QEvent.Type.MouseButtonRelease:
            self._on_release(tile, event)
            return True
        return False

    def _on_move(self, tile: QWidget, event: QMouseEvent) -> None:
        if not event.buttons() & Qt.MouseButton.LeftButton:
            self._end()
            return
        way = event.position().toPoint() - self._start
        if not self._moving and way.manhattanLength() >= QApplication.startDragDistance():
            self._moving = True
            tile.setCursor(Qt.CursorShape.ClosedHandCursor)
        if self._moving:
            target = self._target(tile, event.position().toPoint())
            self._frame.show_around(None if target is None else self._box(target))

    def _on_release(self, tile: QWidget, event: QMouseEvent) -> None:
        start, moving = self._from, self._moving
        target = self._target(tile, event.position().toPoint())
        self._end()
        tile.unsetCursor()
        if start is None:
            return
        if not moving:
            self.taken.emit(start)
        elif target is not None and target != start:
            self.swap_wanted.emit(start, target)

    def _on_drag(self, place: int, event: QDragMoveEvent) -> bool:
        if not channel_in(event.mimeData()):
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self._frame.show_around(self._box(place))
        return True

    def _on_drop(self, place: int, event: QDropEvent) -> bool:
        self._frame.hide()
        channel = channel_in(event.mimeData())
        if not channel:
            return False
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.channel_dropped.emit(place, channel)
        return True

    def _can_take(self, place: int, at: QPoint) -> bool:
        several = self._grid.places > 1 and self._grid.alone is None
        return several and at.y() < CAPTION and self._occupied(place)

    def _show_cursor(self, tile: QWidget, place: int, at: QPoint) -> None:
        if self._from is None and self._can_take(place, at):
            tile.setCursor(Qt.CursorShape.OpenHandCursor)
        elif self._from is None:
            tile.unsetCursor()

    def _target(self, tile: QWidget, at: QPoint) -> int | None:
        return self._grid.index_at(tile.mapTo(self._grid, at))

    def _box(self, place: int) -> QRect:
        tile = next(tile for tile, index in self._places.items() if index == place)
        return tile.geometry() if isinstance(tile, QWidget) else QRect()

    def _end(self) -> None:
        self._from = None
        self._moving = False
        self._frame.hide()


class _Frame(QWidget):
    """Drawn around the place that something would be dropped in."""

    def __init__(self, grid: QWidget) -> None:
        super().__init__(grid)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.hide()

    def show_around(self, box: QRect | None) -> None:
        if box is None:
            self.hide()
            return
        self.setGeometry(box)
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        colour = QColor(tokens().accent)
        wash = QColor(colour)
        wash.setAlpha(48)
        painter.fillRect(self.rect(), wash)
        painter.setPen(QPen(colour, 4))
        painter.drawRect(self.rect().adjusted(2, 2, -2, -2))
