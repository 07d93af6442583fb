"""A month to pick a day from; each day may show how much of it is recorded."""

from __future__ import annotations

from calendar import Calendar
from collections.abc import Mapping, Sequence
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QColor,
    QFont,
    QHideEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QWheelEvent,
)
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ivcdesk.ui import icons
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import theme, tokens
from ivcdesk.ui.widgets import time_words
from ivcdesk.ui.widgets.focus_heir import FocusHeir
from ivcdesk.ui.widgets.heat_map import HeatMap, HeatRow
from ivcdesk.ui.widgets.tile_access import describe

_CELL = QSize(40, 38)
_HEAD = 22
_NOTCH = 120


class CoverageCalendar(QFrame):
    """Shows a month and emits ``picked(date)``; days after the last one can't be picked.

    ``month_shown(date)`` tells the first day of the month that came into view, so that its
    recordings can be looked up; they are given back with :meth:`set_coverage`. ``closed()`` tells
    that nobody looks any more.
    """

    picked = Signal(object)
    month_shown = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("playback.calendar")
        self.setProperty("role", "popup")
        self._title = QLabel()
        self._title.setProperty("role", "heading")
        self._title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.grid = _Month()
        self.grid.setObjectName("playback.calendar.days")
        self.grid.picked.connect(self.picked)
        self.grid.moved.connect(self._on_moved)
        back = self._arrow("chevron-left", -1)
        bind(back, back.setToolTip, "Previous month (Page Up)")
        bind(back, back.setAccessibleName, "Previous month")
        on = self._arrow("chevron-right", 1)
        bind(on, on.setToolTip, "Next month (Page Down)")
        bind(on, on.setAccessibleName, "Next month")
        head = QHBoxLayout()
        head.addWidget(back)
        head.addWidget(self._title, 1)
        head.addWidget(on)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(4)
        self.heat = HeatMap()
        self.heat.picked.connect(self.picked)
        self.heat.told.connect(self._on_told)
        self.grid.told.connect(self._on_told)
        self._reason = QLabel()
        self._reason.setObjectName("playback.calendar.reason")
        self._reason.setProperty("role", "small")
        self._reason.setTextFormat(Qt.TextFormat.PlainText)
        column.addLayout(head)
        column.addWidget(self.grid, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(self.heat)
        column.addWidget(self._reason)
        FocusHeir(self, self.grid)
        refresh(self, self._show_title)

    def open_at(self, day: date, last: date) -> None:
        """Show the month of a day, which is the chosen one; ``last`` is the last to pick."""
        self.grid.choose(day, last)
        self._on_moved()

    def set_coverage(self, parts: Mapping[date, float]) -> None:
        """Show which part (0 … 1) of each known day is recorded."""
        self.grid.set_coverage(parts)

    def set_places(self, rows: Sequence[HeatRow]) -> None:
        """Show the same for each place that keeps recordings."""
        self.heat.set_rows(rows)

    @property
    def reason(self) -> str:
        """What is said of the day that the cursor or the pointer is over."""
        return self._reason.text()

    def hideEvent(self, event: QHideEvent) -> None:
        """Say so."""
        super().hideEvent(event)
        self.closed.emit()

    @property
    def month(self) -> date:
        """The first day of the month in view."""
        return self.grid.day.replace(day=1)

    def _arrow(self, name: str, months: int) -> QToolButton:
        button = QToolButton()
        icons.bind(button, button.setIcon, name, 18)
        button.clicked.connect(lambda: self.grid.turn(months))
        return button

    def _on_told(self, words: str) -> None:
        self._reason.setText(words)

    def _on_moved(self) -> None:
        self._show_title()
        self.heat.set_month(self.grid.day, self.grid.last)
        self.month_shown.emit(self.month)

    def _show_title(self) -> None:
        self._title.setText(time_words.month(self.month))


class _Month(QWidget):
    """The days of one month with a cursor that keys and the pointer move."""

    picked = Signal(object)
    moved = Signal()
    told = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.day = date(2000, 1, 1)
        self._chosen = self.day
        self._last = self.day
        self._hovered: date | None = None
        self._turned = 0
        self._parts: dict[date, float] = {}
        self.setFixedSize(_CELL.width() * 7, _HEAD + _CELL.height() * 6)
        refresh(self, self._on_words_changed)
        theme.changed.connect(self.update)

    def choose(self, day: date, last: date) -> None:
        self._chosen, self._last = day, last
        self.day = min(day, last)
        self._describe()
        self.update()

    @property
    def last(self) -> date:
        return self._last

    def set_coverage(self, parts: Mapping[date, float]) -> None:
        self._parts = dict(parts)
        self.update()

    def turn(self, months: int) -> None:
        index = self.day.year * 12 + self.day.month - 1 + months
        year, month = divmod(index, 12)
        if not 1970 <= year <= 9998:
            return
        first = date(year, month + 1, 1)
        length = ((first + timedelta(days=31)).replace(day=1) - first).days
        self._move(first.replace(day=min(self.day.day, length)))

    def _move(self, day: date) -> None:
        day = min(day, self._last)
        if day != self.day:
            self.day = day
            self._describe()
            self.moved.emit()
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        days = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -7,
            Qt.Key.Key_Down: 7,
        }.get(Qt.Key(event.key()))
        if days is not None:
            self._move(self.day + timedelta(days=days))
        elif event.key() == Qt.Key.Key_PageUp:
            self.turn(-1)
        elif event.key() == Qt.Key.Key_PageDown:
            self.turn(1)
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._pick(self.day)
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._turned += event.angleDelta().y()
        while abs(self._turned) >= _NOTCH:
            back = self._turned > 0
            self._turned += -_NOTCH if back else _NOTCH
            self.turn(-1 if back else 1)
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        hovered = self._day_at(event.position())
        if hovered != self._hovered:
            self._hovered = hovered
            self.setToolTip(self._words(hovered) if hovered is not None else "")
            self.update()

    def leaveEvent(self, event: QEvent) -> None:
        self._hovered = None
        self.update()
        super().leaveEvent(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        day = self._day_at(event.position())
        if day is not None and event.button() is Qt.MouseButton.LeftButton:
            self._pick(day)

    def _pick(self, day: date) -> None:
        """Choose a day, or say why it can't be: it is still to come, or nothing is recorded."""
        if day <= self._last and self._parts.get(day, 1.0) > 0:
            self.picked.emit(day)
        else:
            self.told.emit(self._words(day))

    def paintEvent(self, event: QPaintEvent) -> None:
        with QPainter(self) as painter:
            self._paint(painter)

    def _paint(self, painter: QPainter) -> None:
        now = tokens()
        small = QFont(self.font())
        small.setPixelSize(now.small)
        painter.setFont(small)
        painter.setPen(QColor(now.muted))
        middle = Qt.AlignmentFlag.AlignCenter
        for column in range(7):
            name = time_words.locale().dayName(column + 1, time_words.SHORT)
            box = QRectF(column * _CELL.width(), 0, _CELL.width(), _HEAD)
            painter.drawText(box, middle, name)
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for index, day in enumerate(self._days()):
            box = self._box(index)
            if day == self._chosen:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(now.selection))
                painter.drawRoundedRect(box, 6, 6)
            elif day == self._hovered and day <= self._last:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(now.line))
                painter.drawRoundedRect(box, 6, 6)
            if day == self.day:
                painter.setPen(QPen(QColor(now.accent), 1.5 if self.hasFocus() else 1))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(box, 6, 6)
            ink = QColor(now.text)
            if day > self._last:
                ink.setAlphaF(0.25)
            elif day.month != self.day.month:
                ink = QColor(now.muted)
                ink.setAlphaF(0.7)
            painter.setPen(ink)
            painter.drawText(box.adjusted(0, 2, 0, -8), middle, str(day.day))
            self._paint_part(painter, day, box)

    def _paint_part(self, painter: QPainter, day: date, box: QRectF) -> None:
        """Draw a bar as long as the recorded part of the day; a hollow one where it is nothing."""
        part = self._parts.get(day)
        if part is None or day > self._last:
            return
        now = tokens()
        track = QRectF(box.left() + 7, box.bottom() - 8, box.width() - 14, 4)
        if part <= 0:
            painter.setPen(QPen(QColor(now.gap_nowhere), 1))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(track.adjusted(0, 0.5, 0, -0.5), 1.5, 1.5)
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(now.line))
        painter.drawRoundedRect(track, 2, 2)
        painter.setBrush(QColor(now.cloud))
        track.setWidth(max(track.width() * min(part, 1.0), 3))
        painter.drawRoundedRect(track, 2, 2)

    def _days(self) -> list[date]:
        first = self.day.replace(day=1)
        days = list(Calendar(0).itermonthdates(first.year, first.month))
        while len(days) < 42:
            days.append(days[-1] + timedelta(days=1))
        return days

    def _box(self, index: int) -> QRectF:
        row, column = divmod(index, 7)
        return QRectF(
            column * _CELL.width() + 2,
            _HEAD + row * _CELL.height() + 2,
            _CELL.width() - 4,
            _CELL.height() - 4,
        )

    def _day_at(self, at: QPointF) -> date | None:
        column, row = int(at.x() // _CELL.width()), int((at.y() - _HEAD) // _CELL.height())
        if not (0 <= column < 7 and 0 <= row < 6):
            return None
        return self._days()[row * 7 + column]

    def _words(self, day: date) -> str:
        words = time_words.full_day(day)
        part = self._parts.get(day)
        if day > self._last:
            return tr("{day}: still to come", day=words)
        if part is None:
            return words
        if part <= 0:
            return tr("{day}: nothing recorded", day=words)
        return tr("{day}: {percent} % recorded", day=words, percent=round(part * 100))

    def _describe(self) -> None:
        self.setAccessibleDescription(self._words(self.day))

    def _on_words_changed(self) -> None:
        self.setAccessibleName(tr("Days of the month"))
        self._describe()
        self.update()


describe(_Month, QAccessible.Role.Grouping)
