"""Tells those who listen that a download began, ended, failed or waits."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtWidgets import QWidget

from ivcdesk.ui.models.downloads import FILE, STATE, DownloadsModel

_TOLD = frozenset({"running", "retrying", "paused", "done", "failed"})
"""States that are worth a word; those between them last for a moment only."""


class DownloadsAloud(QObject):
    """Announces rows of ``model`` whose state is another one than before, through ``table``."""

    def __init__(self, model: DownloadsModel, table: QWidget) -> None:
        super().__init__(table)
        self._model = model
        self._table = table
        self._states: dict[int, str] = {}
        model.rowsInserted.connect(self._on_rows_inserted)
        model.dataChanged.connect(self._on_data_changed)

    def _on_rows_inserted(self, _parent: QModelIndex, first: int, last: int) -> None:
        for row in range(first, last + 1):
            job = self._model.job(row)
            self._states.setdefault(job.id, str(job.state))

    def _on_data_changed(self, first: QModelIndex, last: QModelIndex) -> None:
        for row in range(first.row(), last.row() + 1):
            job = self._model.job(row)
            state = str(job.state)
            if state not in _TOLD or self._states.get(job.id) == state:
                continue
            self._states[job.id] = state
            name, words = (self._model.index(row, column).data() for column in (FILE, STATE))
            said = QAccessibleAnnouncementEvent(self._table, f"{name}: {words}")
            QAccessible.updateAccessibility(said)
