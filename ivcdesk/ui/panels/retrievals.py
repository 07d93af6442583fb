"""Retrievals from the archive: how far they are, which cameras they hold, and their end."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ivcdesk.api.actions import RetrievalState, RetrievalTask, TaskId
from ivcdesk.api.errors import IvcError
from ivcdesk.ui.context import Context
from ivcdesk.ui.dialogs.confirm import confirm
from ivcdesk.ui.models.keyed_rows import KeyedRows, Row
from ivcdesk.ui.panels.fetches_words import channels_words, retrieval_row
from ivcdesk.ui.panels.task_table import make_table, make_tool, selected_keys
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, mark, refresh, tr
from ivcdesk.ui.widgets.focus_heir import FocusHeir

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.retrievals import Retrievals

_COLUMNS = (
    mark("Name"),
    mark("Recording"),
    mark("State"),
    mark("Cameras"),
    mark("Size"),
    mark("Kept"),
)
_WIDTHS = (280, 230, 240, 80, 90)


class RetrievalsPanel(QWidget):
    """Shows the retrievals of an account; the chosen one's cameras are told below."""

    def __init__(
        self, context: Context, zone: Callable[[], tzinfo], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("retrievals")
        self._context = context
        self._zone = zone
        self._retrievals: Retrievals | None = None
        self._leave: Callable[[], object] = _nothing
        self._problem = ""
        self.tasks = TaskScope(self)
        self.model = KeyedRows(_COLUMNS, self._rows, self, numbers=(3, 4, 5))
        self.table = make_table("retrievals.table", self.model, _WIDTHS, state=2)
        bind(self.table, self.table.setAccessibleName, "Retrievals from the archive")
        self.table.installEventFilter(self)
        self.table.selectionModel().selectionChanged.connect(lambda _now, _old: self._on_chosen())
        self._delete = make_tool("retrievals.delete", "trash", self._on_delete)
        bind(self._delete, self._delete.setText, "Delete")
        bind(
            self._delete,
            self._delete.setToolTip,
            "Delete it; the recordings are in the archive alone again (Delete)",
        )
        again = make_tool("retrievals.reload", "refresh", self.reload)
        bind(again, again.setText, "Reload")
        bind(again, again.setToolTip, "Ask the cloud for the list anew")
        self._said = QLabel()
        self._said.setObjectName("retrievals.details")
        self._said.setProperty("role", "small")
        self._said.setContentsMargins(12, 4, 12, 6)
        self._said.setWordWrap(True)
        self._said.setTextFormat(Qt.TextFormat.PlainText)
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        tools = QHBoxLayout()
        tools.setContentsMargins(8, 4, 8, 4)
        tools.setSpacing(4)
        tools.addWidget(self._delete)
        tools.addWidget(again)
        tools.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(tools)
        column.addWidget(self.table, 1)
        column.addWidget(self._said)
        FocusHeir(self, self.table)
        refresh(self, self._show)

    def attach(self, retrievals: Retrievals) -> None:
        """Show the retrievals of an account."""
        self.detach()
        self._retrievals = retrievals
        self._leave = retrievals.subscribe(self._renew)
        if self.isVisible():
            self.reload()

    def detach(self) -> None:
        """Forget the account."""
        self.tasks.cancel()
        self._leave()
        self._leave, self._retrievals, self._problem = _nothing, None, ""
        self._renew()

    def reload(self) -> None:
        """Ask for the list anew."""
        if self._retrievals is not None:
            self.tasks.start(self._do(self._retrievals.load), name="retrievals.load")

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the list up to date."""
        super().showEvent(event)
        self.reload()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Delete with the key of that name."""
        pressed = event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent)
        if pressed and isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Delete:
            self._on_delete()
            return True
        return super().eventFilter(watched, event)

    def _rows(self) -> list[Row]:
        found = self._retrievals
        if found is None:
            return []
        tasks = sorted(found.tasks, key=lambda task: -task.start_time)
        return [retrieval_row(task, found.detail(task.task_id), self._zone()) for task in tasks]

    def _chosen(self) -> list[RetrievalTask]:
        keys = selected_keys(self.table)
        tasks = self._retrievals.tasks if self._retrievals is not None else ()
        return [task for task in tasks if str(task.task_id) in keys]

    def _on_chosen(self) -> None:
        self._show()
        chosen = self._chosen()
        if len(chosen) == 1 and self._retrievals is not None:
            task_id = chosen[0].task_id
            if self._retrievals.detail(task_id) is None:
                self.tasks.start(self._describe(self._retrievals, task_id), name="retrievals.look")

    async def _describe(self, retrievals: Retrievals, task_id: TaskId) -> None:
        async def look() -> None:
            await retrievals.describe(task_id)

        await self._do(look)

    def _on_delete(self) -> None:
        chosen = self._chosen()
        if chosen and self._retrievals is not None:
            work = self._ask_and_delete(self._retrievals, chosen)
            self.tasks.start(work, name="retrievals.delete")

    async def _ask_and_delete(self, retrievals: Retrievals, chosen: list[RetrievalTask]) -> None:
        question = tr("Delete {count} retrievals?", count=len(chosen))
        if len(chosen) == 1:
            question = tr("Delete the retrieval “{name}”?", name=chosen[0].task_name)
        loss = tr("The recordings can't be played until they are retrieved again. None is lost.")
        if not await confirm(self.window(), question, loss, tr("Delete")):
            return

        async def delete() -> None:
            for task in chosen:
                await retrievals.delete(task.task_id)

        await self._do(delete)

    async def _do(self, work: Callable[[], Awaitable[object]]) -> None:
        try:
            await work()
        except IvcError as error:
            said = self._context.explain(error)
            parts = ("✕ " + said.title, said.hint, said.footnote)
            self._problem = " · ".join(part for part in parts if part)
        else:
            self._problem = ""
        self._renew()

    def _renew(self) -> None:
        self.model.renew()
        self._show()

    def _show(self) -> None:
        chosen = self._chosen()
        ready = [task for task in chosen if task.status is RetrievalState.RETRIEVED]
        self._delete.setEnabled(bool(chosen) and len(ready) == len(chosen))
        said = self._problem
        if not said and len(chosen) == 1 and self._retrievals is not None:
            detail = self._retrievals.detail(chosen[0].task_id)
            said = channels_words(detail.channels) if detail is not None else ""
        if not said and not self.model.rowCount():
            said = tr("Nothing was retrieved from the archive.")
        self._said.setText(said)
        self._said.setVisible(bool(said))


def _nothing() -> None:
    """Stand in for the end of a subscription that was never begun."""
