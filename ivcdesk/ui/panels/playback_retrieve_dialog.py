"""Asks what is to be retrieved from the archive, and for how long."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox, QWidget

from ivcdesk.domain.intervals import Interval
from ivcdesk.domain.retrievals import LONGEST_DAYS, is_plain, split
from ivcdesk.ui.panels.playback_export_dialog import Camera
from ivcdesk.ui.panels.playback_range import RangeDialog
from ivcdesk.ui.text import bind, mark, tr
from ivcdesk.ui.widgets import time_words

LONGEST = 31 * 86400.0
_DESCRIPTION = 128


@dataclass(frozen=True, slots=True)
class RetrieveChoice:
    """What a retrieval is called, and how many days its copy is kept."""

    name: str = ""
    days: int = 3
    describe: str = ""


class RetrieveDialog(RangeDialog):
    """Accepted means that the range is to be retrieved in the way of :attr:`choice`."""

    def __init__(
        self,
        parent: QWidget | None,
        cameras: Sequence[Camera],
        window: Interval,
        zone: tzinfo,
        choice: RetrieveChoice,
    ) -> None:
        title = mark("Retrieve recordings from the archive")
        super().__init__(parent, "retrieve", title, mark("Retrieve"), cameras, window, zone)
        self._task = QLineEdit(choice.name)
        self._task.setObjectName("retrieve.name")
        self._task.setMaxLength(20)
        self._days = QSpinBox()
        self._days.setObjectName("retrieve.days")
        self._days.setRange(1, LONGEST_DAYS)
        self._days.setValue(choice.days)
        self._mode = QComboBox()
        self._mode.setObjectName("retrieve.mode")
        self._mode.addItem("")
        bind(self._mode, lambda words: self._mode.setItemText(0, words), "Fast")
        self._describe = QLineEdit(choice.describe)
        self._describe.setObjectName("retrieve.describe")
        self._describe.setMaxLength(_DESCRIPTION)
        self.add_row(
            mark("Name"),
            self._task,
            mark("The day and a number are added, since names must be new to the account"),
        )
        self.add_row(
            mark("Days kept"),
            self._days,
            mark("So long the copy can be played; then it is in the archive alone again"),
        )
        self.add_row(mark("Mode"), self._mode, mark("The only one that the cloud offers so far"))
        self.add_row(
            mark("Note"), self._describe, mark("Chinese and English letters, digits, _ and - alone")
        )
        self._describe.textChanged.connect(self.show_found)
        self.begin()

    @property
    def choice(self) -> RetrieveChoice:
        """How it is to be retrieved."""
        return RetrieveChoice(
            self._task.text().strip(), self._days.value(), self._describe.text().strip()
        )

    def show_found(self) -> None:
        """Say how many tasks it takes."""
        window, cameras = self.window_, self.chosen()
        plain = is_plain(self._describe.text().strip())
        tasks = split(window, cameras) if 0 < window.length <= LONGEST else ()
        self.accept_button.setEnabled(bool(tasks) and plain)
        self.estimate.setText(self._estimate_words(len(tasks), len(cameras), plain=plain))
        self.hint.setText(
            tr("It takes some minutes, and may be billed by the size of what is retrieved.")
        )

    def _estimate_words(self, tasks: int, cameras: int, *, plain: bool) -> str:
        window = self.window_
        if window.length <= 0:
            return "△ " + tr("The end must lie after the beginning")
        if window.length > LONGEST:
            return "△ " + tr("31 days at most")
        if not cameras:
            return "△ " + tr("Choose a camera")
        if not plain:
            return "△ " + tr("The note may have letters, digits, _ and - alone")
        return tr(
            "Tasks: {tasks} · cameras: {cameras} · {length}",
            tasks=tasks,
            cameras=cameras,
            length=time_words.length(window.length),
        )
