"""Chips: small switches with a count, in rows that wrap."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QEnterEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLayout, QLayoutItem, QSizePolicy, QWidget

from ivcdesk.domain.devices import DeviceState
from ivcdesk.ui.tokens import theme, tokens
from ivcdesk.ui.widgets.state_shape import paint_state

_HEIGHT = 20
_SIDE = 8
_SHAPE = 8
_GAP = 5


class Chip(QAbstractButton):
    """A switch of a filter, with how many things it lets pass.

    ``state`` gives it a state's shape and round ends; without one its ends are square.
    """

    def __init__(self, state: DeviceState | None = None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = state
        self._count = 0
        self._word = ""
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        theme.changed.connect(self.update)

    @property
    def count(self) -> int:
        """How many things it lets pass."""
        return self._count

    def set_word(self, word: str) -> None:
        """Show a word, already in the language of the window."""
        self._word = word
        self._say()

    def set_count(self, count: int) -> None:
        """Show how many things it lets pass."""
        if count != self._count:
            self._count = count
            self._say()

    def sizeHint(self) -> QSize:
        """Return the room that the word, the count and the shape take."""
        shape = _SHAPE + _GAP if self._state is not None else 0
        figures = QFontMetrics(self._font()).horizontalAdvance(self.text())
        return QSize(2 * _SIDE + shape + figures, _HEIGHT)

    def minimumSizeHint(self) -> QSize:
        """Return the same: a chip is never cut."""
        return self.sizeHint()

    def enterEvent(self, event: QEnterEvent) -> None:
        """Show that it can be pressed."""
        super().enterEvent(event)
        self.update()

    def leaveEvent(self, event: QEvent) -> None:
        """Show its rest again."""
        super().leaveEvent(event)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Paint ends, shape, word and count."""
        now = tokens()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        edge = now.line
        if self.hasFocus() or self.isChecked():
            edge = now.accent
        elif self.underMouse():
            edge = now.off
        painter.setPen(QPen(QColor(edge), 2.0 if self.hasFocus() else 1.0))
        painter.setBrush(QColor(now.selection) if self.isChecked() else Qt.BrushStyle.NoBrush)
        ends = _HEIGHT / 2 - 0.5 if self._state is not None else 4.0
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), ends, ends)
        left = _SIDE
        if self._state is not None:
            paint_state(painter, QPointF(left + _SHAPE / 2, _HEIGHT / 2), self._state)
            left += _SHAPE + _GAP
        painter.setFont(self._font())
        lively = self.isChecked() or self.underMouse()
        painter.setPen(QColor(now.text if lively else now.muted))
        words = QRect(left, 0, self.width() - left, self.height())
        painter.drawText(
            words, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, self.text()
        )
        painter.end()

    def _say(self) -> None:
        self.setText(f"{self._word} {self._count}")
        self.setAccessibleName(self.text())
        self.updateGeometry()
        self.update()

    def _font(self) -> QFont:
        font = QFont(self.font())
        font.setPixelSize(tokens().small)
        return font


class WrappingRow(QLayout):
    """Widgets beside each other, that go on in the next line where the room ends."""

    def __init__(self, parent: QWidget | None = None, gap: int = 4) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self._gap = gap

    def addItem(self, item: QLayoutItem) -> None:
        """Take an item in at the end."""
        self._items.append(item)

    def count(self) -> int:
        """Return how many items there are."""
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        """Return an item, None past the end."""
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        """Take an item out, None past the end."""
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        """Return none: the row asks for no more room than it needs."""
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        """Return True: narrower means higher."""
        return True

    def heightForWidth(self, width: int) -> int:
        """Return how high the lines are together."""
        return self._arrange(QRect(0, 0, width, 0), place=False)

    def setGeometry(self, rect: QRect) -> None:
        """Put every item in its place."""
        super().setGeometry(rect)
        self._arrange(rect, place=True)

    def sizeHint(self) -> QSize:
        """Return the size of the largest item: the rest wraps."""
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """Return the size of the largest item and the margins."""
        size = QSize()
        for item in self._items:
            size = size.expandedTo(item.minimumSize())
        margins = self.contentsMargins()
        return size + QSize(margins.left() + margins.right(), margins.top() + margins.bottom())

    def _arrange(self, rect: QRect, *, place: bool) -> int:
        margins = self.contentsMargins()
        room = rect.adjusted(margins.left(), margins.top(), -margins.right(), -margins.bottom())
        x, y, height = room.x(), room.y(), 0
        for item in self._items:
            if item.isEmpty():
                continue
            size = item.sizeHint()
            if x > room.x() and x + size.width() > room.x() + room.width():
                x, y, height = room.x(), y + height + self._gap, 0
            if place:
                item.setGeometry(QRect(QPoint(x, y), size))
            x += size.width() + self._gap
            height = max(height, size.height())
        return y + height - rect.y() + margins.bottom()
