"""Places tiles in a grid, and one of them alone; it moves widgets and never touches a stream."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from ivcdesk.ui.tokens import theme, tokens

GAP = 2
"""Between two tiles and around them, px."""

_Cell = tuple[int, int, int, int]


def _square(side: int) -> tuple[int, tuple[_Cell, ...]]:
    return side, tuple((row, column, 1, 1) for row in range(side) for column in range(side))


LAYOUTS: dict[str, tuple[int, tuple[_Cell, ...]]] = {
    "1": _square(1),
    "4": _square(2),
    "9": _square(3),
    "16": _square(4),
    "1+5": (
        3,
        ((0, 0, 2, 2), (0, 2, 1, 1), (1, 2, 1, 1), (2, 0, 1, 1), (2, 1, 1, 1), (2, 2, 1, 1)),
    ),
}
"""Rows and columns of each arrangement, and its cells as row, column, rows, columns."""

LARGEST = max(len(cells) for _side, cells in LAYOUTS.values())


class TileGrid(QWidget):
    """Shows as many of its tiles as the arrangement has places; the others are hidden.

    Signals: ``arranged`` after places, or the tile that is alone, have changed.
    """

    arranged = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._tiles: list[QWidget] = []
        self._layout = "1"
        self._alone: int | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        theme.changed.connect(self.update)

    @property
    def arrangement(self) -> str:
        """The name of the arrangement, a key of :data:`LAYOUTS`."""
        return self._layout

    @property
    def places(self) -> int:
        """How many tiles the arrangement has room for."""
        return len(LAYOUTS[self._layout][1])

    @property
    def alone(self) -> int | None:
        """The index of the tile that fills the grid, None while all are shown."""
        return self._alone

    def set_tiles(self, tiles: Sequence[QWidget]) -> None:
        """Take these tiles, the first in the first place."""
        self._tiles = list(tiles)
        for tile in self._tiles:
            tile.setParent(self)
        self._place()

    def arrange(self, name: str) -> None:
        """Use another arrangement; a tile that was alone goes back to its place."""
        if name not in LAYOUTS:
            raise ValueError(f"no arrangement is called {name!r}")
        self._layout = name
        self._alone = None
        self._place()
        self.arranged.emit()

    def show_alone(self, index: int | None) -> None:
        """Fill the grid with one tile, or show all again."""
        if index is not None and not 0 <= index < self.places:
            raise ValueError(f"there is no tile {index}")
        if index != self._alone:
            self._alone = index
            self._place()
            self.arranged.emit()

    def index_at(self, place: QPoint) -> int | None:
        """Return the index of the shown tile at a point of the grid, None in a gap."""
        for index, tile in enumerate(self._tiles):
            if not tile.isHidden() and tile.geometry().contains(place):
                return index
        return None

    def neighbour(self, index: int, dx: int, dy: int) -> int:
        """Return the place beside one, a step of -1, 0 or 1 each way; its own at the edge.

        Of several that touch it the one nearest to its middle is meant.
        """
        side, cells = LAYOUTS[self._layout]
        row, column, rows, columns = cells[index]
        middle = (column + columns / 2, row + rows / 2)
        found, nearest = index, float(2 * side)
        for other, (top, left, high, wide) in enumerate(cells):
            if dx and (left != column + columns if dx > 0 else left + wide != column):
                continue
            if dy and (top != row + rows if dy > 0 else top + high != row):
                continue
            across = abs(left + wide / 2 - middle[0]) if dy else 0.0
            down = abs(top + high / 2 - middle[1]) if dx else 0.0
            if other != index and across + down < nearest:
                found, nearest = other, across + down
        return found

    def sizeHint(self) -> QSize:
        """Return a comfortable size, px."""
        return QSize(960, 540)

    def minimumSizeHint(self) -> QSize:
        """Return the smallest useful size, px."""
        return QSize(320, 180)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Place the tiles anew."""
        super().resizeEvent(event)
        self._place()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw what is seen between the tiles."""
        QPainter(self).fillRect(self.rect(), QColor(tokens().background))

    def _place(self) -> None:
        side, cells = LAYOUTS[self._layout]
        for index, tile in enumerate(self._tiles):
            if self._alone is not None:
                shown = index == self._alone
                box = self.rect().adjusted(GAP, GAP, -GAP, -GAP)
            else:
                shown = index < len(cells)
                box = self._box(side, cells[index]) if shown else QRect()
            if shown:
                tile.setGeometry(box)
            tile.setVisible(shown)

    def _box(self, side: int, cell: _Cell) -> QRect:
        row, column, rows, columns = cell
        left, right = self._edges(column, columns, side, self.width())
        top, bottom = self._edges(row, rows, side, self.height())
        return QRect(left, top, right - left, bottom - top)

    @staticmethod
    def _edges(at: int, span: int, side: int, length: int) -> tuple[int, int]:
        room = length - GAP
        return GAP + at * room // side, (at + span) * room // side
