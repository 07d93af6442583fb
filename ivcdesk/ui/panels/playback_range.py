"""What the questions about a stretch of recordings have in common: when, and which cameras."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import tzinfo

from PySide6.QtCore import QDateTime, Qt, QTimer
from PySide6.QtWidgets import (
    QDateTimeEdit,
    QDialog,
    QGridLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.domain.intervals import Interval
from ivcdesk.ui.dialogs.answers import answers
from ivcdesk.ui.panels.playback_export_dialog import Camera, qt_zone
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, mark, refresh
from ivcdesk.ui.tokens import GRID
from ivcdesk.ui.widgets import time_words

SETTLE_MS = 200
"""How long the range must rest before it is looked up."""
_WIDTH = 580


class RangeDialog(QDialog):
    """Asks for a range, cameras and more; accepted means that it is wanted.

    Names of its parts begin with ``name``. Times are seconds since the epoch, shown in ``zone``.
    Heirs fill :attr:`grid` by :meth:`add_row`, look up what they want in :meth:`look`, say it in
    :meth:`show_found`, and call :meth:`begin` when they are complete.
    """

    def __init__(
        self,
        parent: QWidget | None,
        name: str,
        title: str,
        verb: str,
        cameras: Sequence[Camera],
        window: Interval,
        zone: tzinfo,
    ) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        bind(self, self.setWindowTitle, title)
        self.zone = zone
        self._name = name
        self._looking: asyncio.Task[None] | None = None
        self._wanted: tuple[Interval, list[Camera]] | None = None
        self.tasks = TaskScope(self)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        heading = QLabel()
        heading.setProperty("role", "heading")
        bind(heading, heading.setText, title)
        self.grid = QGridLayout()
        self.grid.setHorizontalSpacing(2 * GRID)
        self.grid.setVerticalSpacing(GRID)
        self.grid.setColumnStretch(1, 1)
        self._from = self._moment("from", window.start)
        self._to = self._moment("to", window.end)
        self._list = self._make_list(cameras)
        self.add_row(mark("From"), self._from)
        self.add_row(mark("To"), self._to)
        self.add_row(mark("Cameras"), self._list)
        offset = QLabel(time_words.offset(window.start, zone))
        offset.setProperty("role", "muted")
        self.grid.addWidget(offset, 0, 2)
        self.estimate = self._words("estimate")
        self.hint = self._words("hint")
        self.hint.setProperty("role", "small")
        buttons, self.accept_button = answers(self, name)
        bind(self.accept_button, self.accept_button.setText, verb)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(heading)
        column.addLayout(self.grid)
        column.addWidget(self.estimate)
        column.addWidget(self.hint)
        column.addLayout(buttons)
        self.setFixedWidth(_WIDTH)

    @property
    def window_(self) -> Interval:
        """The range that is chosen; reversed where the end lies before the start."""
        return Interval(
            float(self._from.dateTime().toSecsSinceEpoch()),
            float(self._to.dateTime().toSecsSinceEpoch()),
        )

    def chosen(self) -> list[Camera]:
        """Return the cameras that are ticked."""
        items = (self._list.item(row) for row in range(self._list.count()))
        return [
            item.data(Qt.ItemDataRole.UserRole)
            for item in items
            if item.checkState() is Qt.CheckState.Checked
        ]

    def done(self, code: int) -> None:
        """Ask no more once it is closed."""
        self._settle.stop()
        if self._looking is not None:
            self._looking.cancel()
        super().done(code)

    def add_row(self, label: str, field: QWidget, tip: str = "") -> None:
        """Put a field below the others; the texts are marked for translation."""
        words = QLabel()
        words.setBuddy(field)
        bind(words, words.setText, label)
        bind(words, field.setAccessibleName, label)
        if tip:
            bind(field, field.setToolTip, tip)
        row = self.grid.rowCount() if self.grid.count() else 0
        high = isinstance(field, QListWidget)
        side = Qt.AlignmentFlag.AlignTop if high else Qt.AlignmentFlag.AlignVCenter
        self.grid.addWidget(words, row, 0, side)
        self.grid.addWidget(field, row, 1)

    def add_field(self, field: QWidget) -> None:
        """Put a field that says itself what it is below the others."""
        self.grid.addWidget(field, self.grid.rowCount(), 1)

    def begin(self) -> None:
        """Look up what is chosen now, and whenever something else is."""
        for edit in (self._from, self._to):
            edit.dateTimeChanged.connect(self._on_changed)
        self._list.itemChanged.connect(self._on_changed)
        self._wanted = self.window_, self.chosen()
        refresh(self, self.show_found)
        self._on_settled()

    async def look(self) -> None:
        """Look up what is to be known of the range."""

    def show_found(self) -> None:
        """Say what was found, and whether it can be accepted."""

    def forget(self) -> None:
        """Drop what was found: something else is chosen."""

    def _words(self, part: str) -> QLabel:
        label = QLabel()
        label.setObjectName(f"{self._name}.{part}")
        label.setWordWrap(True)
        label.setTextFormat(Qt.TextFormat.PlainText)
        return label

    def _moment(self, part: str, t: float) -> QDateTimeEdit:
        edit = QDateTimeEdit()
        edit.setObjectName(f"{self._name}.{part}")
        edit.setCalendarPopup(True)
        edit.setDisplayFormat("yyyy-MM-dd HH:mm:ss")
        edit.setTimeZone(qt_zone(self.zone))
        edit.setDateTime(QDateTime.fromSecsSinceEpoch(int(t), qt_zone(self.zone)))
        return edit

    def _make_list(self, cameras: Sequence[Camera]) -> QListWidget:
        box = QListWidget()
        box.setObjectName(f"{self._name}.cameras")
        for camera in cameras:
            item = QListWidgetItem(camera.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            ticked = Qt.CheckState.Checked if camera.chosen else Qt.CheckState.Unchecked
            item.setCheckState(ticked)
            item.setData(Qt.ItemDataRole.UserRole, camera)
            box.addItem(item)
        box.setFixedHeight(min(max(len(cameras), 2), 5) * 26 + 8)
        return box

    def _on_changed(self) -> None:
        wanted = self.window_, self.chosen()
        if wanted == self._wanted:
            return  # Enter tells of the same moment again
        self._wanted = wanted
        self.forget()
        self._settle.start()
        self.show_found()

    def _on_settled(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        self._looking = self.tasks.start(self.look(), name=f"{self._name}.look")
