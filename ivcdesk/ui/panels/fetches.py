"""The account's tasks that fetch recordings from devices, whoever made them, page by page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ivcdesk.api.actions import DownloadState, DownloadTask
from ivcdesk.api.errors import IvcError
from ivcdesk.ui.context import Context
from ivcdesk.ui.dialogs.confirm import confirm
from ivcdesk.ui.models.keyed_rows import KeyedRows, Row
from ivcdesk.ui.panels.fetches_words import FETCH_STATES, fetch_row
from ivcdesk.ui.panels.task_table import make_table, make_tool, selected_keys
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, mark, refresh, tr
from ivcdesk.ui.widgets.focus_heir import FocusHeir

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.fetches import Fetches

PAGE = 50
_COLUMNS = (mark("Camera"), mark("Recording"), mark("State"), mark("Size"), mark("Kept"))
_WIDTHS = (220, 230, 400, 90)


class FetchesPanel(QWidget):
    """Lists, filters and deletes; Signals: ``save_wanted(tasks)`` to have files downloaded."""

    save_wanted = Signal(object)

    def __init__(
        self, context: Context, zone: Callable[[], tzinfo], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("fetches")
        self._context = context
        self._zone = zone
        self._fetches: Fetches | None = None
        self._tasks: list[DownloadTask] = []
        self._total = 0
        self._page = 1
        self._problem = ""
        self.tasks = TaskScope(self)
        self.model = KeyedRows(_COLUMNS, self._rows, self, numbers=(3, 4))
        self.table = make_table("fetches.table", self.model, _WIDTHS, state=2)
        bind(self.table, self.table.setAccessibleName, "Recordings fetched from devices")
        self.table.installEventFilter(self)
        self.table.selectionModel().selectionChanged.connect(lambda _now, _old: self._show())
        self._state = QComboBox()
        self._state.setObjectName("fetches.state")
        bind(self._state, self._state.setAccessibleName, "Which states are listed")
        bind(self._state, self._state.setToolTip, "Which states are listed")
        for state in (None, *FETCH_STATES):
            self._state.addItem("", state)
        refresh(self, self._name_states)
        self._state.activated.connect(self._on_state)
        self._said = QLabel()
        self._said.setObjectName("fetches.told")
        self._said.setProperty("role", "small")
        self._said.setWordWrap(True)
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(self._make_tools())
        column.addWidget(self.table, 1)
        column.addWidget(self._said)
        self._said.setContentsMargins(12, 4, 12, 6)
        FocusHeir(self, self.table)
        refresh(self, self._show)

    def attach(self, fetches: Fetches) -> None:
        """List the tasks of an account."""
        self._fetches = fetches
        if self.isVisible():
            self.reload()

    def detach(self) -> None:
        """Forget the account."""
        self.tasks.cancel()
        self._fetches, self._tasks, self._total, self._page = None, [], 0, 1
        self._problem = ""
        self._renew()

    def reload(self) -> None:
        """Ask for the page anew."""
        if self._fetches is not None:
            self.tasks.start(self._load(self._fetches), name="fetches.load")

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the list up to date."""
        super().showEvent(event)
        self.reload()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Steer with the keys of lists."""
        if event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            if event.key() == Qt.Key.Key_Delete:
                self._on_delete()
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._on_save()
                return True
        return super().eventFilter(watched, event)

    def _make_tools(self) -> QHBoxLayout:
        self._save = make_tool("fetches.save", "export", self._on_save)
        bind(self._save, self._save.setText, "Save file")
        bind(self._save, self._save.setToolTip, "Put the file into the downloads (Enter)")
        self._delete = make_tool("fetches.delete", "trash", self._on_delete)
        bind(self._delete, self._delete.setText, "Delete")
        bind(self._delete, self._delete.setToolTip, "Delete it with the cloud's file (Delete)")
        again = make_tool("fetches.reload", "refresh", self.reload)
        bind(again, again.setText, "Reload")
        bind(again, again.setToolTip, "Ask the cloud for the list anew")
        self._back = make_tool("fetches.back", "chevron-left", lambda: self._on_turn(-1))
        bind(self._back, self._back.setToolTip, "Previous page")
        bind(self._back, self._back.setAccessibleName, "Previous page")
        self._next = make_tool("fetches.next", "chevron-right", lambda: self._on_turn(1))
        bind(self._next, self._next.setToolTip, "Next page")
        bind(self._next, self._next.setAccessibleName, "Next page")
        self._place = QLabel()
        self._place.setObjectName("fetches.place")
        self._place.setProperty("role", "muted")
        row = QHBoxLayout()
        row.setContentsMargins(8, 4, 8, 4)
        row.setSpacing(4)
        for widget in (self._save, self._delete, again, self._state):
            row.addWidget(widget)
        row.addStretch(1)
        row.addWidget(self._place)
        for turn in (self._back, self._next):
            row.addWidget(turn)
        return row

    def _name_states(self) -> None:
        names = [tr("All states"), *(tr(words) for words in FETCH_STATES.values())]
        for row, words in enumerate(names):
            self._state.setItemText(row, words)

    def _rows(self) -> list[Row]:
        now = self._fetches.now if self._fetches is not None else 0.0
        return [fetch_row(task, self._zone(), now) for task in self._tasks]

    async def _load(self, fetches: Fetches) -> None:
        try:
            page = await fetches.page(self._page, PAGE, state=self._state.currentData())
        except IvcError as error:
            self._tell(error)
            return
        self._tasks, self._total, self._problem = page.tasks, page.total, ""
        if not page.tasks and self._page > 1:
            self._page = 1
            self.reload()
        self._renew()

    def _chosen(self) -> list[DownloadTask]:
        keys = set(selected_keys(self.table))
        return [task for task in self._tasks if str(task.download_task_id) in keys]

    def _on_state(self) -> None:
        self._page = 1
        self.reload()

    def _on_turn(self, pages: int) -> None:
        self._page = max(1, self._page + pages)
        self.reload()

    def _on_save(self) -> None:
        wanted = [task for task in self._chosen() if task.status is not DownloadState.FAILED]
        if wanted:
            self.save_wanted.emit(wanted)

    def _on_delete(self) -> None:
        chosen = self._chosen()
        if chosen and self._fetches is not None:
            self.tasks.start(self._ask_and_delete(self._fetches, chosen), name="fetches.delete")

    async def _ask_and_delete(self, fetches: Fetches, chosen: list[DownloadTask]) -> None:
        question = tr("Delete {count} tasks?", count=len(chosen))
        if len(chosen) == 1:
            question = tr("Delete this task?")
        files = sum(task.status is DownloadState.DONE for task in chosen)
        running = sum(
            task.status in (DownloadState.WAITING, DownloadState.RUNNING) for task in chosen
        )
        losses = []
        if files:
            losses.append(tr("Files that the cloud keeps and that are lost: {count}", count=files))
        if running:
            losses.append(tr("Fetches that end before they are ready: {count}", count=running))
        losses.append(tr("The device's recordings and your downloaded files stay."))
        if not await confirm(self.window(), question, "\n".join(losses), tr("Delete")):
            return
        try:
            await fetches.delete([task.download_task_id for task in chosen])
        except IvcError as error:
            self._tell(error)
            return
        await self._load(fetches)

    def _tell(self, error: IvcError) -> None:
        said = self._context.explain(error)
        parts = ("✕ " + said.title, said.hint, said.footnote)
        self._problem = " · ".join(part for part in parts if part)
        self._show()

    def _renew(self) -> None:
        self.model.renew()
        self._show()

    def _show(self) -> None:
        chosen = self._chosen()
        self._save.setEnabled(any(t.status is not DownloadState.FAILED for t in chosen))
        self._delete.setEnabled(bool(chosen))
        first = (self._page - 1) * PAGE
        self._back.setEnabled(self._page > 1)
        self._next.setEnabled(first + len(self._tasks) < self._total)
        words = ""
        if self._tasks:
            last = first + len(self._tasks)
            words = tr(
                "{first}\u2013{last} of {count}", first=first + 1, last=last, count=self._total
            )
        self._place.setText(words)
        said = self._problem
        if not said and not self._tasks:
            said = tr("The cloud fetches nothing from devices, and keeps nothing that it fetched.")
            if self._state.currentData() is not None:
                said = tr("Nothing of this state is listed.")
        self._said.setText(said)
        self._said.setVisible(bool(said))
