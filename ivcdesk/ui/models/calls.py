"""The journal of calls as a table: rows are added and dropped, never reset."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QSortFilterProxyModel,
    Qt,
    QTimer,
)
from PySide6.QtGui import QColor

from ivcdesk.api import Call, Journal
from ivcdesk.ui.text import language, mark, tr
from ivcdesk.ui.tokens import tokens

Index = QModelIndex | QPersistentModelIndex

CALL = Qt.ItemDataRole.UserRole
"""The role that a row's :class:`Call` is had with."""

_BATCH_MS = 50
_NOWHERE = QModelIndex()


class _Column(NamedTuple):
    title: str
    text: Callable[[Call], str]
    right: bool = False


def _clock(call: Call) -> str:
    moment = datetime.fromtimestamp(call.time).astimezone()
    return f"{moment:%H:%M:%S}.{moment.microsecond // 1000:03d}"


COLUMNS: tuple[_Column, ...] = (
    _Column(mark("Time"), _clock),
    _Column(mark("Action"), lambda call: call.action),
    _Column(mark("Region"), lambda call: call.region),
    _Column(mark("Duration"), lambda call: f"{call.total_ms:.0f} ms", right=True),
    _Column(mark("Code"), lambda call: call.code or tr("ok")),
    _Column(mark("Request id"), lambda call: call.request_id),
)


class CallsModel(QAbstractTableModel):
    """The newest calls, oldest first; ``size`` of them at most. A burst is one insertion."""

    def __init__(self, size: int = 2000, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size = size
        self._calls: deque[Call] = deque()
        self._waiting: list[Call] = []
        self._leave: Callable[[], None] | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_BATCH_MS)
        self._timer.timeout.connect(self._take_waiting)
        language.changed.connect(self._on_language_changed)

    def watch(self, journal: Journal | None) -> None:
        """Show this journal from now on, with what it holds already; None watches none."""
        if self._leave is not None:
            self._leave()
            self._leave = None
        self._waiting.clear()
        self.clear()
        if journal is not None:
            self._leave = journal.subscribe(self._on_call)
            self._waiting.extend(journal.entries)
            self._take_waiting()

    def clear(self) -> None:
        """Drop all rows; calls to come are shown again."""
        if self._calls:
            self.beginRemoveRows(_NOWHERE, 0, len(self._calls) - 1)
            self._calls.clear()
            self.endRemoveRows()

    def call(self, row: int) -> Call:
        """Return the call of a row."""
        return self._calls[row]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many calls are shown."""
        return 0 if parent.isValid() else len(self._calls)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell, its alignment and colour, or the row's call."""
        if not index.isValid() or index.row() >= len(self._calls):
            return None
        call, column = self._calls[index.row()], COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.text(call)
        if role == CALL:
            return call
        if role == Qt.ItemDataRole.TextAlignmentRole and column.right:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ForegroundRole and call.code is not None:
            return QColor(tokens().bad)
        return None

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Return a column's title in the language of the window."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return tr(COLUMNS[section].title)
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if COLUMNS[section].right else None
                return (side or Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        return None

    def _on_call(self, call: Call) -> None:
        self._waiting.append(call)
        if not self._timer.isActive():
            self._timer.start()

    def _take_waiting(self) -> None:
        fresh = self._waiting[-self._size :]
        self._waiting.clear()
        if not fresh:
            return
        surplus = len(self._calls) + len(fresh) - self._size
        if surplus > 0:
            self.beginRemoveRows(_NOWHERE, 0, surplus - 1)
            for _ in range(surplus):
                self._calls.popleft()
            self.endRemoveRows()
        first = len(self._calls)
        self.beginInsertRows(_NOWHERE, first, first + len(fresh) - 1)
        self._calls.extend(fresh)
        self.endInsertRows()

    def _on_language_changed(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)


class CallsFilter(QSortFilterProxyModel):
    """Shows the failed calls alone where it is asked to, and those whose text holds a word."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._failed_only = False
        self._word = ""

    def show_failed_only(self, on: bool) -> None:
        """Leave out the calls that succeeded."""
        self.beginFilterChange()
        self._failed_only = on
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def show_matching(self, word: str) -> None:
        """Leave out the calls whose action, code or request id does not hold the word."""
        self.beginFilterChange()
        self._word = word.casefold().strip()
        self.endFilterChange(QSortFilterProxyModel.Direction.Rows)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Decide about one call."""
        model = self.sourceModel()
        if not isinstance(model, CallsModel):
            return True
        call = model.call(source_row)
        if self._failed_only and call.code is None:
            return False
        text = f"{call.action} {call.code or ''} {call.request_id}"
        return not self._word or self._word in text.casefold()
