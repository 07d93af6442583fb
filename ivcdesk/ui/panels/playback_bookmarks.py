"""The bookmarks of a channel: keep the moment, find it again, give it a note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui.text import bind, language, tr
from ivcdesk.ui.widgets import time_words, timeline_words

WIDTH = 380
LONGEST_NOTE = 200
_ROW = 26
_MOST_ROWS = 10


class BookmarkShelf(QFrame):
    """A popup with a field for a note and the list of what is kept.

    Signals: ``kept(t, note)``; ``picked(t)``; ``removed(t)``. Times are seconds since the epoch.
    """

    kept = Signal(float, str)
    picked = Signal(float)
    removed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup)
        self.setProperty("role", "popup")
        self.setObjectName("playback.bookmarks")
        self._marks: Sequence[tuple[float, str]] = ()
        self._zone: tzinfo = time_words.local_zone()
        self._target = 0.0
        self._moment = QLabel()
        self._moment.setProperty("role", "heading")
        self.note = QLineEdit()
        self.note.setObjectName("playback.bookmarks.note")
        self.note.setMaxLength(LONGEST_NOTE)
        bind(self.note, self.note.setPlaceholderText, "What is to be seen here (optional)")
        bind(self.note, self.note.setAccessibleName, "Note")
        self.note.returnPressed.connect(self._on_kept)
        keep = QPushButton()
        keep.setObjectName("playback.bookmarks.keep")
        keep.setProperty("role", "primary")
        bind(keep, keep.setText, "Keep")
        keep.clicked.connect(self._on_kept)
        self.list = QListWidget()
        self.list.setObjectName("playback.bookmarks.list")
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        bind(self.list, self.list.setAccessibleName, "Bookmarks of this camera")
        bind(
            self.list, self.list.setToolTip, "Enter goes there, F2 changes the note, Delete removes"
        )
        self.list.itemActivated.connect(self._on_activated)
        self.list.itemClicked.connect(self._on_activated)
        self.list.installEventFilter(self)
        self._none = QLabel()
        self._none.setProperty("role", "muted")
        bind(self._none, self._none.setText, "No bookmarks yet")
        row = QHBoxLayout()
        row.addWidget(self.note, 1)
        row.addWidget(keep)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self._moment)
        column.addLayout(row)
        column.addWidget(self._none)
        column.addWidget(self.list)
        self.setFixedWidth(WIDTH)
        language.changed.connect(self._show)

    def set_bookmarks(self, marks: Sequence[tuple[float, str]]) -> None:
        """Show what is kept, in order of time."""
        self._marks = marks
        self._show()

    def open_below(self, anchor: QWidget, t: float, zone: tzinfo) -> None:
        """Pop up for a moment, which is kept under it if it was kept before."""
        self._zone = zone
        self._aim(t)
        self._show()
        self.adjustSize()
        below = anchor.mapToGlobal(QPoint(anchor.width() - self.width(), anchor.height() + 4))
        screen = self.screen().availableGeometry()
        self.move(max(min(below.x(), screen.right() - self.width()), screen.left()), below.y())
        self.show()
        self.note.setFocus()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Change and remove with the keys of lists."""
        if watched is self.list and isinstance(event, QKeyEvent):
            item = self.list.currentItem()
            if event.type() == QEvent.Type.KeyPress and item is not None:
                t = float(item.data(Qt.ItemDataRole.UserRole))
                if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
                    self.removed.emit(t)
                    return True
                if event.key() == Qt.Key.Key_F2:
                    self._aim(t)
                    self.note.setFocus()
                    self.note.selectAll()
                    return True
        return super().eventFilter(watched, event)

    def _aim(self, t: float) -> None:
        self._target = t
        known = next((note for mark, note in self._marks if abs(mark - t) < 5e-4), "")
        self.note.setText(known)
        self._moment.setText(self._words(t))

    def _show(self) -> None:
        row = self.list.currentRow()
        self.list.clear()
        for t, note in self._marks:
            words = self._words(t)
            item = QListWidgetItem(f"{words}   {note}" if note else words)
            item.setData(Qt.ItemDataRole.UserRole, t)
            item.setSizeHint(QSize(0, _ROW))
            self.list.addItem(item)
        self.list.setVisible(bool(self._marks))
        self._none.setVisible(not self._marks)
        self.list.setCurrentRow(min(max(row, 0), len(self._marks) - 1))
        self.list.setFixedHeight(min(len(self._marks), _MOST_ROWS) * _ROW + 2)
        self._moment.setText(self._words(self._target))
        if self.isVisible():
            self.adjustSize()

    def _words(self, t: float) -> str:
        day = time_words.short_day_of(t, self._zone)
        return tr("{day} {time}", day=day, time=timeline_words.time_at(t, self._zone))

    def _on_kept(self) -> None:
        self.hide()
        self.kept.emit(self._target, self.note.text())

    def _on_activated(self, item: QListWidgetItem) -> None:
        self.hide()
        self.picked.emit(float(item.data(Qt.ItemDataRole.UserRole)))
