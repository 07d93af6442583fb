"""The downloads: what is being fetched, what is in the way, and the files that are there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui.context import Context, Explanation
from ivcdesk.ui.dialogs.confirm import confirm
from ivcdesk.ui.models.downloads import JOB, STATE, DownloadsModel, Summary
from ivcdesk.ui.panels.downloads_aloud import DownloadsAloud
from ivcdesk.ui.panels.downloads_words import DownloadWords, summary_words
from ivcdesk.ui.panels.task_table import make_table, make_tool
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.widgets.focus_heir import FocusHeir

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.downloads import Downloads
    from ivcdesk.services.downloads_jobs import Job
    from ivcdesk.services.session import Session

_WIDTHS = (430, 290, 90, 100)
_ROW = 34


class DownloadsPanel(QWidget):
    """Shows and steers the queue.

    ``scope_of`` names the account of a session. Signals: ``summary_changed`` (text for the status
    bar, empty where nothing is to be told).
    """

    summary_changed = Signal(str)

    def __init__(
        self,
        context: Context,
        downloads: Downloads,
        scope_of: Callable[[Session], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("downloads")
        self._downloads = downloads
        self._scope_of = scope_of
        self._context = context
        self._words = DownloadWords(context.explain)
        self._summary = Summary()
        self.tasks = TaskScope(self)
        self.model = DownloadsModel(self._words, self)
        self.table = self._make_table()
        self._pages = QStackedWidget()
        self._pages.addWidget(self._make_empty())
        self._pages.addWidget(self.table)
        self._details = QLabel()
        self._details.setObjectName("downloads.details")
        self._details.setProperty("role", "small")
        self._details.setContentsMargins(12, 4, 12, 6)
        self._details.setWordWrap(True)
        self._details.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        bind(self._details, self._details.setAccessibleName, "What is in the way")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_tools())
        column.addWidget(self._pages, 1)
        column.addWidget(self._details)
        self.setMinimumHeight(140)
        FocusHeir(self, self.table)
        DownloadsAloud(self.model, self.table)
        self.model.rowsInserted.connect(self._on_rows_changed)
        self.model.rowsRemoved.connect(self._on_rows_changed)
        self.model.dataChanged.connect(self._show_chosen)
        self.model.summary_changed.connect(self._on_summary_changed)
        self.model.watch(downloads)
        refresh(self, self._show_all)

    # What the application calls

    def attach(self, session: Session) -> None:
        """Go on with the jobs of this account."""
        self._downloads.attach(session.client, self._scope_of(session))

    def detach(self) -> None:
        """Let the session go; the jobs wait for the next one."""
        self._downloads.detach()

    async def close(self) -> None:  # type: ignore[override]  # a panel's goodbye is awaited
        """Stop what runs, and wait until it is kept."""
        await self.tasks.finish()
        self._downloads.detach()
        await self._downloads.settle()

    def choose(self, job: Job) -> None:
        """Select a job's row and show it."""
        for row in range(self.model.rowCount()):
            if self.model.job(row) is job:
                self.table.selectRow(row)
                self.table.scrollTo(self.model.index(row, 0))

    # Making

    def _make_tools(self) -> QHBoxLayout:
        self._resume = make_tool("downloads.resume", "play", self._on_resume)
        bind(self._resume, self._resume.setText, "Resume")
        bind(self._resume, self._resume.setToolTip, "Go on, or try again (Space)")
        self._pause = make_tool("downloads.pause", "pause", self._on_pause)
        bind(self._pause, self._pause.setText, "Pause")
        bind(self._pause, self._pause.setToolTip, "Stop until you resume it (Space)")
        self._remove = make_tool("downloads.remove", "trash", self._on_remove)
        bind(self._remove, self._remove.setText, "Remove")
        bind(
            self._remove,
            self._remove.setToolTip,
            "Take it off the list; a finished file stays where it is (Delete)",
        )
        self._up = make_tool("downloads.up", "chevron-up", lambda: self._on_move(-1))
        bind(self._up, self._up.setToolTip, "Earlier (Alt+Up)")
        bind(self._up, self._up.setAccessibleName, "Earlier")
        self._down = make_tool("downloads.down", "chevron-down", lambda: self._on_move(1))
        bind(self._down, self._down.setToolTip, "Later (Alt+Down)")
        bind(self._down, self._down.setAccessibleName, "Later")
        self._open = make_tool("downloads.open", "player", self._on_open)
        bind(self._open, self._open.setText, "Open file")
        bind(self._open, self._open.setToolTip, "Open the file in its usual program (Enter)")
        self._folder = make_tool("downloads.folder", "folder", self._on_folder)
        bind(self._folder, self._folder.setText, "Open folder")
        bind(self._folder, self._folder.setToolTip, "Show the folder of the file (Ctrl+Enter)")
        self._clear = make_tool("downloads.clear", "close", self._on_clear)
        bind(self._clear, self._clear.setText, "Clear finished")
        bind(self._clear, self._clear.setToolTip, "Take all finished files off the list")
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        for button in (self._resume, self._pause, self._remove, self._up, self._down):
            row.addWidget(button)
        row.addStretch(1)
        for button in (self._open, self._folder, self._clear):
            row.addWidget(button)
        return row

    def _make_table(self) -> QTableView:
        table = make_table("downloads.table", self.model, _WIDTHS, state=STATE, row=_ROW)
        table.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        table.customContextMenuRequested.connect(self._on_menu_requested)
        table.doubleClicked.connect(lambda _index: self._on_open())
        table.installEventFilter(self)
        selection = table.selectionModel()
        selection.selectionChanged.connect(lambda _now, _before: self._show_chosen())
        selection.currentChanged.connect(lambda _now, _before: self._show_chosen())
        bind(table, table.setAccessibleName, "Downloads")
        return table

    def _make_empty(self) -> QWidget:
        page = QWidget()
        page.setObjectName("downloads.empty")
        title = QLabel()
        title.setProperty("role", "heading")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        bind(title, title.setText, "No downloads yet")
        hint = QLabel()
        hint.setProperty("role", "muted")
        hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        hint.setWordWrap(True)
        bind(
            hint,
            hint.setText,
            "Select a range on the timeline of the Playback page and choose Export (Ctrl+E).",
        )
        column = QVBoxLayout(page)
        column.addStretch(1)
        column.addWidget(title)
        column.addWidget(hint)
        column.addStretch(1)
        return page

    # Hands

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Steer with the keys of lists."""
        pressed = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if watched is self.table and pressed and isinstance(event, QKeyEvent):
            return self._obey(event)
        return super().eventFilter(watched, event)

    def _obey(self, event: QKeyEvent) -> bool:
        key, held = event.key(), event.modifiers()
        alt = held == Qt.KeyboardModifier.AltModifier
        control = bool(held & Qt.KeyboardModifier.ControlModifier)
        self._show_chosen()
        if key == Qt.Key.Key_Space and not held:
            self._on_pause() if self._pause.isEnabled() else self._on_resume()
        elif key == Qt.Key.Key_Delete:
            self._on_remove()
        elif alt and key in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._on_move(-1 if key == Qt.Key.Key_Up else 1)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_folder() if control else self._on_open()
        elif control and key == Qt.Key.Key_C:
            self._on_copy()
        else:
            return False
        return True

    def _chosen(self) -> list[Job]:
        rows = sorted(index.row() for index in self.table.selectionModel().selectedRows())
        return [self.model.job(row) for row in rows]

    def _current(self) -> Job | None:
        job: Job | None = self.table.currentIndex().data(JOB)
        return job

    def _on_resume(self) -> None:
        for job in self._chosen():
            self._downloads.resume(job)

    def _on_pause(self) -> None:
        for job in self._chosen():
            self._downloads.pause(job)

    def _on_move(self, rows: int) -> None:
        chosen = self._chosen()
        for job in chosen if rows < 0 else reversed(chosen):
            self._downloads.move(job, rows)
        self._show_chosen()

    def _on_remove(self) -> None:
        if chosen := self._chosen():
            self.tasks.start(self._take_off(chosen), name="downloads.remove")

    def _on_clear(self) -> None:
        done = [job for job in self._downloads.jobs if job.state == "done"]
        self.tasks.start(self._take_off(done), name="downloads.clear")

    async def _take_off(self, jobs: list[Job]) -> None:
        lost = [job for job in jobs if job.state != "done"]
        if lost:
            question = tr("Remove this download?")
            loss = tr("What was received of {name} is deleted.", name=lost[0].path.name)
            if len(lost) > 1:
                question = tr("Remove {count} downloads?", count=len(lost))
                loss = tr("What was received of unfinished files is deleted.")
            if not await confirm(self.window(), question, loss, tr("Remove")):
                return
        for job in jobs:
            await self._downloads.remove(job)

    def _on_open(self) -> None:
        job = self._current()
        if job is not None and job.state == "done":
            self._show_outside(job.path, tr("The file is not there any more"))

    def _on_folder(self) -> None:
        job = self._current()
        if job is not None:
            self._show_outside(job.path.parent, tr("The folder is not there any more"))

    def _show_outside(self, path: Path, failure: str) -> None:
        self.tasks.start(self._open_outside(path, failure), name="downloads.open")

    async def _open_outside(self, path: Path, failure: str) -> None:
        # A folder on the network may take its time to tell.
        there = await asyncio.get_running_loop().run_in_executor(None, path.exists)
        if not there or not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path))):
            self._context.notify(Explanation(failure, str(path)))

    def _on_copy(self) -> None:
        job = self._current()
        if job is not None:
            lines = [str(job.path), self._words.state(job, away=False), self._words.tip(job)]
            QGuiApplication.clipboard().setText("\n".join(line for line in lines if line))

    def _on_menu_requested(self, at: QPoint) -> None:
        if not self.table.indexAt(at).isValid():
            return
        menu = QMenu(self)
        menu.setObjectName("downloads.menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for button, slot in (
            (self._open, self._on_open),
            (self._folder, self._on_folder),
            (None, None),
            (self._resume, self._on_resume),
            (self._pause, self._on_pause),
            (self._up, lambda: self._on_move(-1)),
            (self._down, lambda: self._on_move(1)),
            (None, None),
            (self._remove, self._on_remove),
        ):
            if button is None or slot is None:
                menu.addSeparator()
                continue
            action = menu.addAction(button.text() or button.accessibleName(), slot)
            action.setEnabled(button.isEnabled())
        menu.addAction(tr("Copy details"), self._on_copy)
        menu.popup(self.table.viewport().mapToGlobal(at))

    # Showing

    def _show_all(self) -> None:
        self._on_rows_changed()
        self._on_summary_changed(self._summary)

    def _on_rows_changed(self) -> None:
        self._pages.setCurrentIndex(1 if self.model.rowCount() else 0)

    def _show_chosen(self) -> None:
        """Say what can be done with the chosen rows, and what is in the way of the current one."""
        chosen = self._chosen()
        states = {str(job.state) for job in chosen}
        self._resume.setEnabled(bool(states & {"paused", "retrying", "failed"}))
        running = {"queued", "waiting", "asking", "running", "retrying", "verifying"}
        self._pause.setEnabled(bool(states & running))
        self._remove.setEnabled(bool(chosen))
        self._up.setEnabled(bool(chosen))
        self._down.setEnabled(bool(chosen))
        job = self._current()
        self._open.setEnabled(job is not None and job.state == "done")
        self._folder.setEnabled(job is not None)
        self._clear.setEnabled(any(each.state == "done" for each in self._downloads.jobs))
        words = self._words.tip(job) if job is not None and job.trouble is not None else ""
        self._details.setText(words)
        self._details.setVisible(bool(words))

    def _on_summary_changed(self, summary: Summary) -> None:
        self._summary = summary
        self.summary_changed.emit(summary_words(*summary))
        self._show_chosen()
