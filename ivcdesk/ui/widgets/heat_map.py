"""How much of each day of a month is recorded: a row for each place or camera, a cell for each day.

The part shows as the height of a cell's fill and as a number, so that it can be read without
colour.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QWidget

from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import Tokens, theme, tokens
from ivcdesk.ui.widgets import time_words
from ivcdesk.ui.widgets.tile_access import describe

CELL = QSize(19, 24)
"""The room of one day, px."""
HEAD = 18
LABEL = 74
_FULL = 0.995
_WEEKEND = 5


@dataclass(frozen=True, slots=True)
class HeatRow:
    """What one place or camera has: the part (0 … 1) of each day that is known."""

    label: str
    parts: Mapping[date, float] = field(default_factory=dict)


class HeatMap(QWidget):
    """Shows a month; ``picked(date)`` where a day with recordings is chosen by click or key.

    ``told(str)`` says what the cursor or the pointer is over, and why a day can't be picked.
    """

    picked = Signal(object)
    told = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("playback.heatmap")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._first = date(2000, 1, 1)
        self._last = self._first
        self._rows: tuple[HeatRow, ...] = ()
        self._cursor = (0, 0)
        bind(self, self.setAccessibleName, "Recorded part of each day")
        bind(
            self,
            self.setToolTip,
            "Arrow keys move, Enter shows the day; the number is the percent",
        )
        refresh(self, self._describe)
        theme.changed.connect(self.update)

    @property
    def day(self) -> date:
        """The day under the cursor."""
        return self._first + timedelta(days=self._cursor[1])

    @property
    def rows(self) -> tuple[HeatRow, ...]:
        """What is shown."""
        return self._rows

    def set_month(self, day: date, last: date) -> None:
        """Show the month of a day, with the cursor on it; days after ``last`` are to come."""
        self._first, self._last = day.replace(day=1), last
        self._cursor = (min(self._cursor[0], max(len(self._rows) - 1, 0)), day.day - 1)
        self._describe()
        self.update()

    def set_rows(self, rows: Sequence[HeatRow]) -> None:
        """Show what is known of each place."""
        if len(rows) != len(self._rows):
            self.updateGeometry()
        self._rows = tuple(rows)
        self._cursor = (min(self._cursor[0], max(len(rows) - 1, 0)), self._cursor[1])
        self.setFixedSize(self.sizeHint())
        self._describe()
        self.update()

    def words(self, row: int, day: date) -> str:
        """Return what there is to say of a cell."""
        said = time_words.full_day(day)
        if day > self._last:
            return tr("{day}: still to come", day=said)
        if not 0 <= row < len(self._rows):
            return said
        part, label = self._rows[row].parts.get(day), self._rows[row].label
        if part is None:
            return tr("{day}, {place}: not known yet", day=said, place=label)
        if part <= 0:
            return tr("{day}, {place}: nothing recorded", day=said, place=label)
        percent = _percent(part)
        return tr("{day}, {place}: {percent} % recorded", day=said, place=label, percent=percent)

    def box(self, row: int, day: date) -> QRectF:
        """Return where a cell lies, px."""
        x = LABEL + (day - self._first).days * CELL.width()
        return QRectF(x + 1, HEAD + row * CELL.height() + 1, CELL.width() - 2, CELL.height() - 2)

    def sizeHint(self) -> QSize:
        """Return the room for the longest month."""
        return QSize(LABEL + 31 * CELL.width() + 2, HEAD + len(self._rows) * CELL.height() + 2)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Move the cursor; Enter picks the day."""
        row, index = self._cursor
        length = self._length()
        moves = {
            Qt.Key.Key_Left: (row, index - 1),
            Qt.Key.Key_Right: (row, index + 1),
            Qt.Key.Key_Up: (row - 1, index),
            Qt.Key.Key_Down: (row + 1, index),
            Qt.Key.Key_Home: (row, 0),
            Qt.Key.Key_End: (row, length - 1),
        }
        to = moves.get(Qt.Key(event.key()))
        if to is not None:
            self._cursor = (
                min(max(to[0], 0), max(len(self._rows) - 1, 0)),
                min(max(to[1], 0), length - 1),
            )
            self._describe()
            self.told.emit(self.words(self._cursor[0], self.day))
            self.update()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._pick(self.day)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        """Say what the pointer is over."""
        cell = self._cell_at(event.position())
        self.told.emit("" if cell is None else self.words(*cell))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """Pick the day that was clicked."""
        cell = self._cell_at(event.position())
        if cell is not None and event.button() is Qt.MouseButton.LeftButton:
            self._cursor = (cell[0], (cell[1] - self._first).days)
            self._describe()
            self.update()
            self._pick(cell[1])

    def leaveEvent(self, event: QEvent) -> None:
        """Say nothing more."""
        self.told.emit("")
        super().leaveEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Show the cursor."""
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        """Show the cursor no more."""
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Paint the days and their parts."""
        with QPainter(self) as painter:
            self._paint(painter, tokens())

    def _paint(self, painter: QPainter, now: Tokens) -> None:
        font = QFont(self.font())
        font.setPixelSize(now.small)
        tiny = QFont(font)
        tiny.setPixelSize(now.small - 2)
        metrics = QFontMetricsF(font)
        painter.setFont(tiny)
        middle = Qt.AlignmentFlag.AlignCenter
        for index in range(self._length()):
            day = self._first + timedelta(days=index)
            head = QRectF(LABEL + index * CELL.width(), 0, CELL.width(), HEAD)
            painter.setPen(QColor(now.text if day.weekday() < _WEEKEND else now.muted))
            painter.drawText(head, middle, str(day.day))
        for number, row in enumerate(self._rows):
            painter.setFont(font)
            painter.setPen(QColor(now.muted))
            place = QRectF(2, HEAD + number * CELL.height(), LABEL - 8, CELL.height())
            label = metrics.elidedText(row.label, Qt.TextElideMode.ElideRight, place.width())
            painter.drawText(place, Qt.AlignmentFlag.AlignVCenter, label)
            painter.setFont(tiny)
            for index in range(self._length()):
                day = self._first + timedelta(days=index)
                self._paint_cell(painter, self.box(number, day), row.parts.get(day), day, now)
        if self.hasFocus() and self._rows:
            painter.setPen(QPen(QColor(now.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.box(self._cursor[0], self.day).adjusted(0, 0, -1, -1))

    def _paint_cell(
        self, painter: QPainter, box: QRectF, part: float | None, day: date, now: Tokens
    ) -> None:
        if day > self._last:
            return
        middle = Qt.AlignmentFlag.AlignCenter
        if part is None:
            painter.setPen(QColor(now.muted))
            painter.drawText(box, middle, "·")
            return
        if part <= 0:
            painter.setPen(QPen(QColor(now.gap_nowhere), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(box.adjusted(0.5, 0.5, -0.5, -0.5))
            painter.drawLine(box.bottomLeft(), box.topRight())
            return
        painter.fillRect(box, QColor(now.line))
        fill = QRectF(box)
        fill.setTop(box.bottom() - max(box.height() * min(part, 1.0), 2))
        shade = QColor(now.cloud)
        shade.setAlphaF(0.62)  # the number above it must be legible
        painter.fillRect(fill, shade)
        if part < _FULL:
            painter.setPen(QColor(now.text))
            painter.drawText(box, middle, str(_percent(part)))

    def _pick(self, day: date) -> None:
        """Choose a day, or say why it can't be: nothing is recorded, or it is still to come."""
        known = [part for row in self._rows if (part := row.parts.get(day)) is not None]
        if day > self._last or (len(known) == len(self._rows) and not any(known)):
            self.told.emit(self.words(self._cursor[0], day))
            return
        self.picked.emit(day)

    def _cell_at(self, at: QPointF) -> tuple[int, date] | None:
        index = int((at.x() - LABEL) // CELL.width())
        row = int((at.y() - HEAD) // CELL.height())
        if not (0 <= index < self._length() and 0 <= row < len(self._rows)):
            return None
        return row, self._first + timedelta(days=index)

    def _length(self) -> int:
        following = (self._first + timedelta(days=31)).replace(day=1)
        return (following - self._first).days

    def _describe(self) -> None:
        self.setAccessibleDescription(self.words(self._cursor[0], self.day))


def _percent(part: float) -> int:
    """Return a part in percent; only what is whole is 100, only what is nothing is 0."""
    return min(max(round(part * 100), 1), 99) if part < _FULL else 100


describe(HeatMap, QAccessible.Role.Chart)
