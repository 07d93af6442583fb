"""A table of rows that have keys: what stays is changed in place, the others come and go singly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from ivcdesk.ui.text import language, tr

Index = QModelIndex | QPersistentModelIndex

KEY = Qt.ItemDataRole.UserRole
"""The role that a row's key is had with."""
SHARE = Qt.ItemDataRole.UserRole + 1
"""What part of it is done, 0 … 1, or None."""
MOOD = Qt.ItemDataRole.UserRole + 2
"""Which status colour goes with its words: ``ok``, ``warn``, ``bad``, ``off`` or empty."""

_NOWHERE = QModelIndex()


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its key, the texts of its cells in the window's language, and what they mean."""

    key: str
    cells: tuple[str, ...]
    tip: str = ""
    mood: str = ""
    share: float | None = None


class KeyedRows(QAbstractTableModel):
    """Rows under column titles (English, marked for translation).

    ``made`` returns all rows in order; it is asked again by :meth:`renew` and when the language
    changes. Columns of ``numbers`` are aligned to the right.
    """

    def __init__(
        self,
        columns: Sequence[str],
        made: Callable[[], Sequence[Row]],
        parent: QObject | None = None,
        *,
        numbers: Sequence[int] = (),
    ) -> None:
        super().__init__(parent)
        self._columns = tuple(columns)
        self._made = made
        self._numbers = frozenset(numbers)
        self._rows: list[Row] = []
        language.changed.connect(self._on_language_changed)

    def renew(self) -> None:
        """Show the rows as they are now."""
        wanted = list(self._made())
        keys = {row.key for row in wanted}
        for at in reversed(range(len(self._rows))):
            if self._rows[at].key not in keys:
                self.beginRemoveRows(_NOWHERE, at, at)
                del self._rows[at]
                self.endRemoveRows()
        for at, row in enumerate(wanted):
            here = next((n for n, old in enumerate(self._rows) if old.key == row.key), None)
            if here is None:
                self.beginInsertRows(_NOWHERE, at, at)
                self._rows.insert(at, row)
                self.endInsertRows()
                continue
            if here != at:
                self.beginMoveRows(_NOWHERE, here, here, _NOWHERE, at)
                self._rows.insert(at, self._rows.pop(here))
                self.endMoveRows()
            if self._rows[at] != row:
                self._rows[at] = row
                self.dataChanged.emit(self.index(at, 0), self.index(at, len(self._columns) - 1))

    def key(self, row: int) -> str:
        """Return the key of a row."""
        return self._rows[row].key

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many rows there are."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(self._columns)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell, its alignment, or the row's key, share, mood and tip."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return row.cells[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return row.tip or row.cells[index.column()]
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() in self._numbers:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        return {KEY: row.key, SHARE: row.share, MOOD: row.mood}.get(role)

    def headerData(
        self,
        section: int,
        orientation: Qt.Orientation,
        role: int = Qt.ItemDataRole.DisplayRole,
    ) -> object:
        """Return a column's title in the language of the window."""
        if orientation is Qt.Orientation.Horizontal:
            if role == Qt.ItemDataRole.DisplayRole:
                return tr(self._columns[section])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                right = section in self._numbers
                side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None

    def _on_language_changed(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(self._columns) - 1)
        self.renew()
