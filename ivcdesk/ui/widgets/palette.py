"""The command palette's face: a field and a list, driven by the keyboard alone."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    QTimer,
    Signal,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QFrame,
    QLineEdit,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.text import bind
from ivcdesk.ui.tokens import tokens
from ivcdesk.ui.widgets.palette_index import LIMIT, Entry, Match, PaletteIndex

_WIDTH = 600
_ROW = 32
_ROWS = 11

_ENTRY = Qt.ItemDataRole.UserRole
Index = QModelIndex | QPersistentModelIndex


class PaletteModel(QAbstractListModel):
    """The entries found; rows that stay the same are left alone."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        """Return how many were found."""
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return the title, or the whole entry for the painter."""
        if not 0 <= index.row() < len(self._entries):
            return None
        entry = self._entries[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return entry.title
        return entry if role == _ENTRY else None

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Show other entries; the common beginning keeps its rows."""
        same = 0
        for old, new in zip(self._entries, entries, strict=False):
            if old != new:
                break
            same += 1
        if same < len(self._entries):
            self.beginRemoveRows(QModelIndex(), same, len(self._entries) - 1)
            del self._entries[same:]
            self.endRemoveRows()
        if same < len(entries):
            self.beginInsertRows(QModelIndex(), same, len(entries) - 1)
            self._entries += entries[same:]
            self.endInsertRows()


class _Rows(QStyledItemDelegate):
    """Draws icon, title, detail and shortcut of an entry on one line."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one entry."""
        entry = index.data(_ENTRY)
        now = tokens()
        rect: QRect = option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if chosen:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(now.selection))
            painter.drawRoundedRect(rect.adjusted(4, 1, -4, -1), 6, 6)
        if entry.icon:
            picture = icons.pixmap(
                entry.icon,
                16,
                now.accent if chosen else now.muted,
                painter.device().devicePixelRatio(),
            )
            painter.drawPixmap(rect.left() + 14, rect.center().y() - 7, picture)
        room = rect.adjusted(40, 0, -14, 0)
        metrics = painter.fontMetrics()
        middle = Qt.AlignmentFlag.AlignVCenter
        if entry.shortcut:
            painter.setPen(QColor(now.muted))
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, entry.shortcut)
            room.setRight(room.right() - metrics.horizontalAdvance(entry.shortcut) - 16)
        title = metrics.elidedText(entry.title, Qt.TextElideMode.ElideRight, room.width())
        painter.setPen(QColor(now.text))
        painter.drawText(room, middle, title)
        room.setLeft(room.left() + metrics.horizontalAdvance(title) + 12)
        if entry.detail and room.width() > 40:
            painter.setPen(QColor(now.muted))
            detail = metrics.elidedText(entry.detail, Qt.TextElideMode.ElideMiddle, room.width())
            painter.drawText(room, middle | Qt.AlignmentFlag.AlignRight, detail)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Return the height of a row; the width is the list's."""
        return QSize(0, _ROW)


class Palette(QFrame):
    """Opens over its parent, searches an index while the user types, and closes by itself.

    Signals: ``chosen`` (entry), ``closed``.
    """

    chosen = Signal(object)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._host = parent
        self.setObjectName("palette")
        self.setProperty("role", "popup")
        self._index = PaletteIndex()
        self._commands = PaletteIndex()
        self._idle: Sequence[Entry] = ()
        self._found: list[Match] = []
        self._scan: Iterator[list[Match]] = iter(())
        self._focus_before: QWidget | None = None
        self._field = QLineEdit()
        self._field.setObjectName("palette.input")
        self._field.setProperty("role", "bare")
        self._field.installEventFilter(self)
        bind(self._field, self._field.setPlaceholderText, "Find a camera or a command")
        bind(self._field, self._field.setAccessibleName, "Find a camera or a command")
        self._field.textChanged.connect(self._on_text_changed)
        self.model = PaletteModel(self)
        self._list = QListView()
        self._list.setObjectName("palette.list")
        self._list.setModel(self.model)
        self._list.setItemDelegate(_Rows(self._list))
        self._list.setUniformItemSizes(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setProperty("role", "bare")
        self._list.setMouseTracking(True)
        self._list.clicked.connect(self._on_clicked)
        bind(self._list, self._list.setAccessibleName, "What was found")
        self._slices = QTimer(self)
        self._slices.setInterval(0)
        self._slices.timeout.connect(self._on_slice)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 6, 8, 8)
        column.setSpacing(4)
        column.addWidget(self._field)
        column.addWidget(self._list, 1)
        self.hide()

    def set_index(self, index: PaletteIndex) -> None:
        """Search these entries from now on."""
        self._index = index
        if self.isVisible():
            self._search()

    def set_commands(self, commands: Sequence[Entry], recent: Sequence[Entry]) -> None:
        """Find these commands too; they are shown below ``recent`` while nothing is typed."""
        self._commands = PaletteIndex(commands)
        self._idle = (*recent, *commands)

    def open(self) -> None:
        """Show the palette, empty, with the cursor in its field."""
        if self.isVisible():
            return
        self._focus_before = self.window().focusWidget()
        self._field.clear()
        self._search()
        self._place()
        self.show()
        self.raise_()
        self._field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def shut(self) -> None:
        """Close the palette and give the focus back."""
        if not self.isVisible():
            return
        self._slices.stop()
        self.hide()
        if self._focus_before is not None and self._focus_before.isVisible():
            self._focus_before.setFocus(Qt.FocusReason.OtherFocusReason)
        self._focus_before = None
        self.closed.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Steer the list from the field, and close when the focus goes elsewhere."""
        if watched is self._field:
            if event.type() == QEvent.Type.FocusOut and self.isVisible():
                self._focus_before = None
                QTimer.singleShot(0, self, self.shut)
            elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
                return self._on_key(event)
        return super().eventFilter(watched, event)

    def _on_key(self, event: QKeyEvent) -> bool:
        key = event.key()
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_PageDown: _ROWS - 1,
            Qt.Key.Key_PageUp: 1 - _ROWS,
        }
        if key == Qt.Key.Key_Escape:
            self.shut()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self._list.currentIndex())
        elif key in (Qt.Key.Key_Tab, Qt.Key.Key_Backtab):
            return True
        elif key in steps:
            self._step(steps[Qt.Key(key)])
        else:
            return False
        return True

    def _step(self, by: int) -> None:
        rows = self.model.rowCount()
        if rows:
            row = self._list.currentIndex().row() + by
            if abs(by) == 1:
                row %= rows
            self._list.setCurrentIndex(self.model.index(max(0, min(rows - 1, row))))

    def _choose(self, index: QModelIndex) -> None:
        entry = index.data(_ENTRY)
        if entry is not None:
            self.shut()
            self.chosen.emit(entry)

    def _on_clicked(self, index: QModelIndex) -> None:
        self._choose(index)

    def _on_text_changed(self, _text: str) -> None:
        self._search()

    def _search(self) -> None:
        query = self._field.text().strip()
        self._slices.stop()
        if not query:
            self._show(self._idle[:LIMIT])
            return
        self._found = sorted([*self._commands.search(query), *self._index.search(query)])[:LIMIT]
        self._show([match.entry for match in self._found])
        if len(self._found) < LIMIT:
            self._scan = chain(self._commands.scattered(query), self._index.scattered(query))
            self._slices.start()

    def _on_slice(self) -> None:
        """Look at one more slice of the index, then let the window breathe."""
        found = next(self._scan, None)
        if found is None:
            self._slices.stop()
            return
        known = {match.entry for match in self._found}
        fresh = [match for match in found if match.entry not in known]
        if fresh:
            self._found = sorted([*self._found, *fresh])[:LIMIT]
            self._show([match.entry for match in self._found])

    def _show(self, entries: Sequence[Entry]) -> None:
        at = self._list.currentIndex().row()
        self.model.show_entries(entries)
        if self.model.rowCount() and (at != 0 or not self._list.currentIndex().isValid()):
            self._list.setCurrentIndex(self.model.index(0))

    def _place(self) -> None:
        room = self._host.size()
        width = min(_WIDTH, room.width() - 64)
        height = min(_ROW * _ROWS + 56, room.height() - 64)
        self.setGeometry((room.width() - width) // 2, 6, width, height)
