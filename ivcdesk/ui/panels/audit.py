"""The audit of recordings: what is missing of which camera on which day, and the report of it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from datetime import date, timedelta, tzinfo
from functools import partial
from pathlib import Path

from PySide6.QtCore import QDate, QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDateEdit,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QProgressBar,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.domain.audit import AuditedChannel
from ivcdesk.domain.days import cloud_day
from ivcdesk.domain.intervals import Interval
from ivcdesk.ui.dialogs.answers import press_by_enter
from ivcdesk.ui.models.audit import FIRST_DAY, SHARE, AuditModel, percent
from ivcdesk.ui.panels.audit_report import (
    ReportFailed,
    gap_words,
    page_html,
    save_pdf,
    save_text,
    table_text,
)
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, mark, refresh, tr
from ivcdesk.ui.tokens import GRID

Run = Callable[[date, date], AsyncIterator[AuditedChannel]]
Pictures = Callable[[str, float], Awaitable[QImage | None]]

LONGEST_DAYS = 92
MOST_PICTURES = 60
"""How many cameras a report shows a picture of."""

_SIZE = QSize(1120, 660)
_MOMENT = Qt.ItemDataRole.UserRole
_SPANS = (1, 7, 30)
_DATE_WIDTH = 128
_COLUMN, _NAME_COLUMN, _SHARE_COLUMN = 58, 200, 76


class AuditWindow(QDialog):
    """Audits ``count`` cameras, named ``what``.

    ``run`` gives them for a first and a last day of UTC+8; ``picture`` makes a small picture of a
    channel at a moment for the report; ``now`` is the cloud's time. Signals:
    ``play_wanted(channel_id, moment)`` where the user wants to see a gap.
    """

    play_wanted = Signal(str, float)

    def __init__(
        self,
        parent: QWidget | None,
        what: str,
        count: int,
        run: Run,
        picture: Pictures,
        now: Callable[[], float],
        zone: Callable[[], tzinfo],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("audit")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setModal(False)
        self._what, self._count = what, count
        self._run, self._picture, self._now, self._zone = run, picture, now, zone
        self._told = ""
        self._running = False
        self._saving = False
        self.model = AuditModel(self)
        self.tasks = TaskScope(self)
        bind(self, self.setWindowTitle, "Audit of recordings")
        self._title = QLabel()
        self._title.setProperty("role", "heading")
        self._said = QLabel()
        self._said.setObjectName("audit.told")
        self._said.setProperty("role", "muted")
        self._said.setWordWrap(True)
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        body = QHBoxLayout()
        body.setSpacing(2 * GRID)
        body.addWidget(self._make_table(), 3)
        body.addLayout(self._make_gaps(), 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self._title)
        column.addLayout(self._make_period())
        column.addLayout(body, 1)
        column.addWidget(self._said)
        column.addLayout(self._make_buttons())
        self.resize(_SIZE)
        self._choose_span()
        refresh(self, self._show)

    @property
    def running(self) -> bool:
        """Whether cameras still come in."""
        return self._running

    def start(self) -> None:
        """Audit the chosen days, instead of what was audited before."""
        first, last = self._days()
        self.tasks.cancel()
        days = [first + timedelta(days=i) for i in range((last - first).days + 1)]
        self.model.begin(days)
        self._size_columns()
        self._gaps.clear()
        self._told, self._running = "", True
        self._show()
        self.tasks.start(self._work(first, last), name="audit")

    def stop(self) -> None:
        """Take no more cameras in; those that are there stay."""
        self.tasks.cancel()
        self._running = False
        self._told = tr("△ Stopped: {done} of {count} cameras", done=self._done, count=self._count)
        self._show()

    def done(self, code: int) -> None:
        """End what is under way."""
        self.tasks.cancel()
        super().done(code)

    @property
    def _done(self) -> int:
        return len(self.model.channels)

    async def _work(self, first: date, last: date) -> None:
        async for channel in self._run(first, last):
            self.model.add(channel)
            self._progress.setValue(self._done)
            if self._done == 1:
                self._table.selectRow(0)
        self._running = False
        self._told = self._summary()
        self._table.selectRow(0)
        self._show()

    def _summary(self) -> str:
        channels = self.model.channels
        planned = sum(channel.planned for channel in channels)
        share = sum(channel.recorded for channel in channels) / planned if planned else None
        unknown = sum(len(channel.unknown) for channel in channels)
        text = tr("Recorded: {share} of the plan", share=percent(share))
        if unknown:
            text += " · " + tr("△ days that could not be looked up: {count}", count=unknown)
        return text

    def _make_period(self) -> QHBoxLayout:
        self._span = QComboBox()
        self._span.setObjectName("audit.span")
        bind(self._span, self._span.setAccessibleName, "Period")
        for _ in range(len(_SPANS) + 1):
            self._span.addItem("")
        refresh(self._span, self._name_spans)
        self._span.activated.connect(self._choose_span)
        self._first, self._last = QDateEdit(), QDateEdit()
        for edit, name, words in (
            (self._first, "audit.first", mark("First day")),
            (self._last, "audit.last", mark("Last day")),
        ):
            edit.setObjectName(name)
            edit.setCalendarPopup(True)
            edit.setDisplayFormat("yyyy-MM-dd")
            edit.setFixedWidth(_DATE_WIDTH)
            bind(edit, edit.setAccessibleName, words)
            edit.dateChanged.connect(self._on_date)
        bind(self._first, self._first.setToolTip, "The first day, of UTC+8 as the cloud counts")
        bind(self._last, self._last.setToolTip, "The last day, of UTC+8 as the cloud counts")
        self._start = QPushButton()
        self._start.setObjectName("audit.start")
        self._start.setProperty("role", "primary")
        self._start.clicked.connect(self._on_start)
        self._progress = QProgressBar()
        self._progress.setObjectName("audit.progress")
        self._progress.setRange(0, max(1, self._count))
        bind(self._progress, self._progress.setAccessibleName, "Cameras looked up")
        keep = self._progress.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(keep)
        row = QHBoxLayout()
        row.setSpacing(GRID)
        for widget in (self._span, self._first, QLabel("–"), self._last, self._start):
            row.addWidget(widget)
        row.addWidget(self._progress, 1)
        return row

    def _name_spans(self) -> None:
        names = [tr("Yesterday"), tr("Last 7 days"), tr("Last 30 days"), tr("Other days")]
        for index, name in enumerate(names):
            self._span.setItemText(index, name)

    def _make_table(self) -> QTableView:
        table = self._table = QTableView()
        table.setObjectName("audit.table")
        table.setModel(self.model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(3 * GRID)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        table.horizontalHeader().setHighlightSections(False)
        bind(table, table.setAccessibleName, "Recorded per camera and day, the worst first")
        table.selectionModel().currentChanged.connect(self._on_current)
        return table

    def _size_columns(self) -> None:
        for column in range(self.model.columnCount()):
            self._table.setColumnWidth(column, _COLUMN if column >= FIRST_DAY else _SHARE_COLUMN)
        self._table.setColumnWidth(0, _NAME_COLUMN)

    def _make_gaps(self) -> QVBoxLayout:
        self._gap_title = QLabel()
        self._gap_title.setProperty("role", "section")
        self._gaps = QListWidget()
        self._gaps.setObjectName("audit.gaps")
        self._gaps.setUniformItemSizes(True)
        bind(self._gaps, self._gaps.setAccessibleName, "Gaps of this camera")
        bind(self._gaps, self._gaps.setToolTip, "Enter or double-click: look at it in playback")
        self._gaps.itemActivated.connect(self._on_gap)
        column = QVBoxLayout()
        column.addWidget(self._gap_title)
        column.addWidget(self._gaps, 1)
        return column

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        self._files: dict[str, QPushButton] = {}
        for kind, words, tip in (
            (
                "csv",
                mark("Save as CSV …"),
                mark("A row for each camera and day, for a spreadsheet"),
            ),
            (
                "html",
                mark("Save as HTML …"),
                mark("One page with pictures that any browser shows and prints"),
            ),
            ("pdf", mark("Save as PDF …"), mark("The same page, ready to print or to send")),
        ):
            button = self._files[kind] = QPushButton()
            button.setObjectName(f"audit.{kind}")
            press_by_enter(button)
            bind(button, button.setText, words)
            bind(button, button.setToolTip, tip)
            button.clicked.connect(partial(self._ask_place, kind))
            row.addWidget(button)
        row.addStretch(1)
        close = QPushButton()
        close.setObjectName("audit.close")
        press_by_enter(close)
        close.clicked.connect(self.accept)
        bind(close, close.setText, "Close")
        row.addWidget(close)
        return row

    def _show(self) -> None:
        count = self._count
        self._title.setText(
            tr("Recordings of {what} · cameras: {count}", what=self._what, count=count)
        )
        self._start.setText(tr("Stop") if self._running else tr("Look up"))
        self._start.setToolTip(
            tr("Stop looking up")
            if self._running
            else tr("Look up what was recorded of each camera")
        )
        self._progress.setVisible(self._running)
        self._progress.setValue(self._done)
        ready = bool(self.model.channels) and not self._running and not self._saving
        for button in self._files.values():
            button.setEnabled(ready)
        hint = tr("Choose the days and look them up: each camera is compared with its plan.")
        self._said.setText(self._told or (tr("Looking up …") if self._running else hint))
        self._on_current(self._table.currentIndex())

    def _days(self) -> tuple[date, date]:
        first, last = self._first.date().toPython(), self._last.date().toPython()
        assert isinstance(first, date)
        assert isinstance(last, date)
        return first, last

    def _choose_span(self) -> None:
        """Set the days of the chosen span; the last one is yesterday."""
        index = max(0, self._span.currentIndex())
        today = cloud_day(self._now())
        for edit in (self._first, self._last):
            edit.setMaximumDate(_qdate(today))
        if index >= len(_SPANS):
            return
        yesterday = today - timedelta(days=1)
        first = yesterday - timedelta(days=_SPANS[index] - 1)
        for edit, day in ((self._first, first), (self._last, yesterday)):
            edit.blockSignals(True)
            edit.setDate(_qdate(day))
            edit.blockSignals(False)

    def _on_date(self) -> None:
        self._span.setCurrentIndex(len(_SPANS))
        first, last = self._days()
        moved = self.sender() is self._last
        if moved:
            first = max(min(first, last), last - timedelta(days=LONGEST_DAYS - 1))
        else:
            last = min(max(first, last), first + timedelta(days=LONGEST_DAYS - 1))
        for edit, day in ((self._first, first), (self._last, last)):
            edit.blockSignals(True)
            edit.setDate(_qdate(day))
            edit.blockSignals(False)

    def _on_start(self) -> None:
        if self._running:
            self.stop()
        else:
            self.start()

    def _on_current(self, index: QModelIndex, _before: QModelIndex | None = None) -> None:
        """List the gaps of the camera, or of its day where one is chosen."""
        channel = self.model.channel(index.row()) if index.isValid() else None
        self._gaps.clear()
        if channel is None:
            self._gap_title.setText(tr("Gaps"))
            return
        day = self.model.day(index) if index.column() > SHARE else None
        gaps: Sequence[Interval] = channel.gaps if day is None else day.gaps
        named = channel.name if day is None else f"{channel.name} · {day.day:%Y-%m-%d}"
        self._gap_title.setText(tr("Gaps of {name}: {count}", name=named, count=len(gaps)))
        for gap in gaps:
            item = QListWidgetItem(gap_words(gap, self._zone()), self._gaps)
            item.setData(_MOMENT, (channel.channel_id, gap.start))

    def _on_gap(self, item: QListWidgetItem) -> None:
        channel_id, moment = item.data(_MOMENT)
        self.play_wanted.emit(channel_id, moment)

    def _ask_place(self, kind: str) -> None:
        first, last = self._days()
        name = f"ivcdesk audit {first:%Y-%m-%d} {last:%Y-%m-%d}.{kind}"
        dialog = QFileDialog(self, tr("Save the audit"))
        dialog.setObjectName("audit.place")
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(kind)
        dialog.setNameFilter(f"{kind.upper()} (*.{kind})")
        dialog.selectFile(name)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(lambda path: self.save(kind, Path(path)))
        dialog.open()

    def save(self, kind: str, path: Path) -> None:
        """Write the audit: ``csv``, ``html`` or ``pdf``."""
        self._saving, self._told = True, tr("Writing {name} …", name=path.name)
        self._show()
        self.tasks.start(self._save(kind, path), name="audit.save")

    async def _save(self, kind: str, path: Path) -> None:
        channels, zone = self.model.channels, self._zone()
        try:
            if kind == "csv":
                await asyncio.to_thread(save_text, path, table_text(channels, zone), mark=True)
            else:
                title = tr("Audit of recordings · {what}", what=self._what)
                pictures = await self._take_pictures(channels)
                page = page_html(title, channels, zone, pictures)
                write = save_text if kind == "html" else save_pdf
                await asyncio.to_thread(write, path, page)
        except ReportFailed as error:
            self._told = tr("✕ {name} could not be written: {reason}", name=path.name, reason=error)
        else:
            self._told = tr("✓ Written: {path}", path=str(path))
        self._saving = False
        self._show()

    async def _take_pictures(self, channels: Sequence[AuditedChannel]) -> dict[str, QImage]:
        found: dict[str, QImage] = {}
        for number, channel in enumerate(channels[:MOST_PICTURES], 1):
            moment = channel.moment
            if moment is None:
                continue
            self._said.setText(
                tr(
                    "Taking pictures: {done} of {count}",
                    done=number,
                    count=min(len(channels), MOST_PICTURES),
                )
            )
            picture = await self._picture(channel.channel_id, moment)
            if picture is not None:
                found[channel.channel_id] = picture
        return found


def _qdate(day: date) -> QDate:
    return QDate(day.year, day.month, day.day)
