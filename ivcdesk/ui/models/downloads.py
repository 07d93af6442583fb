"""The queue of downloads as a table: rows come, go and move one by one, never all at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, NamedTuple, Protocol

from PySide6.QtCore import (
    QAbstractTableModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    QTimer,
    Signal,
)

from ivcdesk.ui.models.keyed_rows import MOOD, SHARE
from ivcdesk.ui.text import language, mark, tr

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.downloads import Change, Downloads
    from ivcdesk.services.downloads_jobs import Job

Index = QModelIndex | QPersistentModelIndex

JOB = Qt.ItemDataRole.UserRole
"""The role that a row's job is had with."""

FILE, STATE, SIZE, SPEED, LEFT = range(5)

_BATCH_MS = 100
_SECOND_MS = 1000
_NOWHERE = QModelIndex()


class Words(Protocol):
    """What makes texts of a job."""

    def state(self, job: Job, *, away: bool) -> str:
        """What it does now, or why it doesn't."""

    def size(self, job: Job) -> str:
        """How much there is of it."""

    def speed(self, job: Job) -> str:
        """How fast it comes."""

    def remaining(self, job: Job) -> str:
        """How long it still takes."""

    def tip(self, job: Job) -> str:
        """Everything about its trouble."""


class Summary(NamedTuple):
    """How many jobs run, wait or need a hand, and what part of the first two is there (0 … 1)."""

    running: int = 0
    waiting: int = 0
    failed: int = 0
    share: float = 0.0


COLUMNS = (mark("File"), mark("State"), mark("Size"), mark("Speed|rate"), mark("Remaining"))
_RIGHT = (SIZE, SPEED, LEFT)


class DownloadsModel(QAbstractTableModel):
    """All jobs of a queue in their order.

    ``words`` makes the texts. Signals: ``summary_changed`` (:class:`Summary`) after something
    came, went or changed.
    """

    summary_changed = Signal(object)

    def __init__(self, words: Words, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._words = words
        self._downloads: Downloads | None = None
        self._jobs: list[Job] = []
        self._dirty: set[int] = set()
        self._leave: Callable[[], None] | None = None
        self._batch = QTimer(self, singleShot=True, interval=_BATCH_MS)
        self._batch.timeout.connect(self._on_batch)
        self._second = QTimer(self, interval=_SECOND_MS)
        self._second.timeout.connect(self._on_second)
        language.changed.connect(self._on_language_changed)

    def watch(self, downloads: Downloads | None) -> None:
        """Show this queue from now on; None shows none."""
        if self._leave is not None:
            self._leave()
            self._leave = None
        self._batch.stop()
        self._second.stop()
        if self._jobs:
            self.beginRemoveRows(_NOWHERE, 0, len(self._jobs) - 1)
            self._jobs.clear()
            self.endRemoveRows()
        self._downloads = downloads
        if downloads is None:
            return
        self._leave = downloads.subscribe(self._on_change)
        if downloads.jobs:
            self.beginInsertRows(_NOWHERE, 0, len(downloads.jobs) - 1)
            self._jobs.extend(downloads.jobs)
            self.endInsertRows()
        self._on_batch()

    def job(self, row: int) -> Job:
        """Return the job of a row."""
        return self._jobs[row]

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return how many jobs there are."""
        return 0 if parent.isValid() else len(self._jobs)

    def columnCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Return a cell, its alignment, or the row's job, progress and mood."""
        if not index.isValid() or index.row() >= len(self._jobs):
            return None
        job, column = self._jobs[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(job, column)
        if role == JOB:
            return job
        if role == SHARE:
            return job.note_share if job.state == "waiting" else job.progress
        if role == MOOD:
            return mood(job, away=self._away(job))
        if role == Qt.ItemDataRole.TextAlignmentRole and column in _RIGHT:
            return Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        if role == Qt.ItemDataRole.ToolTipRole:
            return self._tip(job, column)
        if role == Qt.ItemDataRole.AccessibleTextRole and column == FILE:
            return f"{job.path.name}, {self._text(job, STATE)}"
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
                return tr(COLUMNS[section])
            if role == Qt.ItemDataRole.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if section in _RIGHT else None
                return (side or Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter
        return None

    def _text(self, job: Job, column: int) -> str:
        match column:
            case 0:
                return job.path.name
            case 1:
                return self._words.state(job, away=self._away(job))
            case 2:
                return self._words.size(job)
            case 3:
                return self._words.speed(job)
        return self._words.remaining(job)

    def _away(self, job: Job) -> bool:
        return self._downloads is not None and self._downloads.waits_for_account(job)

    def _tip(self, job: Job, column: int) -> str:
        if column == FILE:
            return str(job.path)
        return self._words.tip(job) if column == STATE else ""

    def _on_change(self, change: Change) -> None:
        job = change.job
        if change.what == "added":
            row = len(self._jobs)
            self.beginInsertRows(_NOWHERE, row, row)
            self._jobs.append(job)
            self.endInsertRows()
        elif change.what == "removed" and job in self._jobs:
            row = self._jobs.index(job)
            self.beginRemoveRows(_NOWHERE, row, row)
            del self._jobs[row]
            self.endRemoveRows()
            self._dirty.discard(job.id)
        elif change.what == "moved":
            self._move(job)
        self._dirty.add(job.id)
        if not self._batch.isActive():
            self._batch.start()

    def _move(self, job: Job) -> None:
        if self._downloads is None:
            return
        here = self._jobs.index(job)
        there = next(row for row, each in enumerate(self._downloads.jobs) if each is job)
        before = there + 1 if there > here else there
        if here != there and self.beginMoveRows(_NOWHERE, here, here, _NOWHERE, before):
            self._jobs.insert(there, self._jobs.pop(here))
            self.endMoveRows()

    def _on_batch(self) -> None:
        """Tell of all rows that changed since the last time."""
        dirty, self._dirty = self._dirty, set()
        rows = [row for row, job in enumerate(self._jobs) if job.id in dirty]
        if rows:
            last = len(COLUMNS) - 1
            self.dataChanged.emit(self.index(rows[0], 0), self.index(rows[-1], last))
        waiting = any(job.due is not None for job in self._jobs)
        if waiting != self._second.isActive():
            self._second.start() if waiting else self._second.stop()
        self._tell_summary()

    def _on_second(self) -> None:
        for row, job in enumerate(self._jobs):
            if job.due is not None:
                self.dataChanged.emit(self.index(row, STATE), self.index(row, STATE))

    def _tell_summary(self) -> None:
        running = waiting = troubled = 0
        shares = 0.0
        for job in self._jobs:
            if job.state in ("asking", "running", "verifying"):
                running += 1
                shares += job.progress or 0.0
            elif job.state == "failed":
                troubled += 1
            elif job.due is not None or job.state in ("queued", "waiting", "retrying"):
                waiting += 1
                shares += job.progress or 0.0
        share = shares / (running + waiting) if running + waiting else 0.0
        self.summary_changed.emit(Summary(running, waiting, troubled, share))

    def _on_language_changed(self) -> None:
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)
        self._dirty.update(job.id for job in self._jobs)
        self._on_batch()


def mood(job: Job, *, away: bool) -> str:
    """Return which status colour goes with a job's words; ``away``: its account is not open."""
    if job.state == "done":
        return "ok"
    if job.state == "failed":
        return "bad"
    if job.state == "retrying" or (job.state == "paused" and job.trouble is not None):
        return "warn"
    return "off" if away or job.state in ("paused", "queued", "waiting") else ""
