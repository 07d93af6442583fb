"""Asks what is to be exported: from when to when, of which cameras, and as what files."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from PySide6.QtCore import QByteArray, QDateTime, Qt, QTimer, QTimeZone
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDateTimeEdit,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.exports import Clip, Form, missing, plan
from ivcdesk.domain.intervals import Interval, Intervals, total
from ivcdesk.ui import icons
from ivcdesk.ui.dialogs.answers import answers, press_by_enter
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, mark, refresh, tr
from ivcdesk.ui.tokens import GRID
from ivcdesk.ui.widgets import time_words, timeline_words
from ivcdesk.ui.widgets.status_bar import amount

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.recordings import Coverage

SETTLE_MS = 200
"""How long the range must rest before its coverage is asked for."""
LONGEST = 31 * 86400.0
_MOST_LISTED = 3

_FORMS: tuple[tuple[Form, str], ...] = (
    ("mp4", mark("MP4: plays everywhere")),
    ("ts", mark("TS: as the cloud keeps it")),
)


@dataclass(frozen=True, slots=True)
class Camera:
    """A channel that can be exported; ``chosen`` where it is ticked at first."""

    channel_id: ChannelId
    name: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Choice:
    """How files are made."""

    form: Form
    join: bool
    g711: bool
    folder: Path


@dataclass(frozen=True, slots=True)
class Found:
    """What of a camera's range is recorded, and the files that would be made of it."""

    camera: Camera
    recorded: Intervals
    clips: tuple[Clip, ...]
    known: bool = True


Ask = Callable[[ChannelId, Interval], Awaitable["Coverage"]]


class ExportDialog(QDialog):
    """Accepted means that :attr:`found`, :attr:`window_` and :attr:`choice` are to be exported.

    ``ask`` tells what the cloud has of a channel, ``rate`` guesses bytes a second of one. Times
    are seconds since the epoch, shown in ``zone``.
    """

    def __init__(
        self,
        parent: QWidget | None,
        cameras: Sequence[Camera],
        window: Interval,
        zone: tzinfo,
        choice: Choice,
        ask: Ask,
        rate: Callable[[ChannelId], float],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("export")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        bind(self, self.setWindowTitle, "Export recordings")
        self.found: tuple[Found, ...] = ()
        self._zone = zone
        self._ask = ask
        self._rate = rate
        self._folder = choice.folder
        self._looking: asyncio.Task[None] | None = None
        self._wanted: tuple[Interval, list[ChannelId], Path] | None = None
        self._free: int | None = None
        self.tasks = TaskScope(self)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._on_settled)
        title = QLabel()
        title.setProperty("role", "heading")
        bind(title, title.setText, "Export recordings")
        self._from = self._moment("export.from", window.start)
        self._to = self._moment("export.to", window.end)
        self._list = self._make_list(cameras)
        self._form = QComboBox()
        self._form.setObjectName("export.form")
        for form, words in _FORMS:
            self._form.addItem(tr(words), form)
        self._form.setCurrentIndex(max(0, self._form.findData(choice.form)))
        self._join = _check("export.join", choice.join)
        bind(self._join, self._join.setText, "One file for each camera, trimmed to the range")
        tip = mark("Otherwise the parts are kept as the cloud cuts them: an hour at most each.")
        bind(self._join, self._join.setToolTip, tip)
        self._g711 = _check("export.g711", choice.g711)
        bind(self._g711, self._g711.setText, "Keep G.711 sound in MP4")
        tip = mark("Some players can't play such sound; without it the file is silent there.")
        bind(self._g711, self._g711.setToolTip, tip)
        self._where = QLineEdit(str(choice.folder))
        self._where.setObjectName("export.folder")
        self._browse = QPushButton()
        self._browse.setObjectName("export.browse")
        press_by_enter(self._browse)
        icons.bind(self._browse, self._browse.setIcon, "folder", 16)
        bind(self._browse, self._browse.setText, "Choose …")
        bind(self._browse, self._browse.setToolTip, "Choose another folder")
        self._browse.clicked.connect(self._on_browse)
        self._estimate = QLabel()
        self._estimate.setObjectName("export.estimate")
        self._estimate.setWordWrap(True)
        self._missing = QLabel()
        self._missing.setObjectName("export.missing")
        self._missing.setProperty("role", "small")
        self._missing.setWordWrap(True)
        self._lay_out(title)
        for edit in (self._from, self._to):
            edit.dateTimeChanged.connect(self._on_changed)
        self._list.itemChanged.connect(self._on_changed)
        self._form.currentIndexChanged.connect(self._on_form)
        self._join.toggled.connect(self._show)
        self._where.textChanged.connect(self._on_changed)
        self._on_form()
        refresh(self, self._show)
        self._on_changed()
        self._settle.stop()
        self._on_settled()

    @property
    def window_(self) -> Interval:
        """The range that is chosen; reversed where the end lies before the start."""
        return Interval(
            float(self._from.dateTime().toSecsSinceEpoch()),
            float(self._to.dateTime().toSecsSinceEpoch()),
        )

    @property
    def choice(self) -> Choice:
        """How the files are to be made."""
        form: Form = self._form.currentData()
        return Choice(
            form,
            self._join.isChecked(),
            self._g711.isChecked(),
            Path(self._where.text()).expanduser(),
        )

    def done(self, code: int) -> None:
        """Ask no more once it is closed."""
        self._settle.stop()
        if self._looking is not None:
            self._looking.cancel()
        super().done(code)

    def _lay_out(self, title: QWidget) -> None:
        folder = QHBoxLayout()
        folder.setSpacing(GRID)
        folder.addWidget(self._where, 1)
        folder.addWidget(self._browse)
        grid = QGridLayout()
        grid.setHorizontalSpacing(2 * GRID)
        grid.setVerticalSpacing(GRID)
        grid.setColumnStretch(1, 1)
        rows: tuple[tuple[str, QWidget], ...] = (
            (mark("From"), self._from),
            (mark("To"), self._to),
            (mark("Cameras"), self._list),
            (mark("Format"), self._form),
        )
        for row, (name, field) in enumerate(rows):
            _label(grid, row, name, field)
            grid.addWidget(field, row, 1)
        zone = QLabel(time_words.offset(self.window_.start, self._zone))
        zone.setProperty("role", "muted")
        grid.addWidget(zone, 0, 2)
        grid.addWidget(self._join, 4, 1)
        grid.addWidget(self._g711, 5, 1)
        _label(grid, 6, mark("Folder"), self._where)
        grid.addLayout(folder, 6, 1, 1, 2)
        buttons, self._accept = answers(self, "export")
        bind(self._accept, self._accept.setText, "Export")
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(title)
        column.addLayout(grid)
        column.addWidget(self._estimate)
        column.addWidget(self._missing)
        column.addLayout(buttons)
        self.setFixedWidth(560)

    def _moment(self, name: str, t: float) -> QDateTimeEdit:
        edit = QDateTimeEdit()
        edit.setObjectName(name)
        edit.setCalendarPopup(True)
        edit.setDisplayFormat("yyyy-MM-dd HH:mm:ss")
        edit.setTimeZone(qt_zone(self._zone))
        edit.setDateTime(QDateTime.fromSecsSinceEpoch(int(t), qt_zone(self._zone)))
        return edit

    def _make_list(self, cameras: Sequence[Camera]) -> QListWidget:
        box = QListWidget()
        box.setObjectName("export.cameras")
        for camera in cameras:
            item = QListWidgetItem(camera.name)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            ticked = Qt.CheckState.Checked if camera.chosen else Qt.CheckState.Unchecked
            item.setCheckState(ticked)
            item.setData(Qt.ItemDataRole.UserRole, camera)
            box.addItem(item)
        box.setFixedHeight(min(max(len(cameras), 2), 5) * 26 + 8)
        return box

    def _chosen(self) -> list[Camera]:
        items = (self._list.item(row) for row in range(self._list.count()))
        return [
            item.data(Qt.ItemDataRole.UserRole)
            for item in items
            if item.checkState() is Qt.CheckState.Checked
        ]

    def _on_form(self) -> None:
        self._g711.setEnabled(self._form.currentData() == "mp4")
        self._show()

    def _on_browse(self) -> None:
        chooser = QFileDialog(self, tr("Choose a folder"), self._where.text())
        chooser.setObjectName("export.chooser")
        chooser.setFileMode(QFileDialog.FileMode.Directory)
        chooser.setOption(QFileDialog.Option.ShowDirsOnly)
        chooser.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chooser.fileSelected.connect(self._where.setText)
        chooser.open()

    def _on_changed(self) -> None:
        wanted = self.window_, [camera.channel_id for camera in self._chosen()], self.choice.folder
        if wanted == self._wanted:
            return  # Enter tells of the same moment again
        self._wanted = wanted
        self.found = ()
        self._settle.start()
        self._show()

    def _on_settled(self) -> None:
        if self._looking is not None:
            self._looking.cancel()
        self._looking = self.tasks.start(self._look(), name="export.look")

    async def _look(self) -> None:
        """Ask what is recorded, camera by camera."""
        window, cameras = self.window_, self._chosen()
        self._free = await asyncio.get_running_loop().run_in_executor(
            None, _free_bytes, self.choice.folder
        )
        if not 0 < window.length <= LONGEST or not cameras:
            self._show()
            return
        answers = await asyncio.gather(
            *(self._ask(camera.channel_id, window) for camera in cameras)
        )
        self.found = tuple(
            Found(camera, answer.cloud, (), not answer.problems)
            for camera, answer in zip(cameras, answers, strict=True)
        )
        self._show()

    def planned(self) -> tuple[Found, ...]:
        """Return what is recorded, with the files to make of it."""
        choice, window = self.choice, self.window_
        return tuple(
            Found(
                each.camera,
                each.recorded,
                plan(
                    each.camera.name,
                    each.recorded,
                    window,
                    join=choice.join,
                    form=choice.form,
                    zone=self._zone,
                ),
                each.known,
            )
            for each in self.found
        )

    def _show(self) -> None:
        planned = self.planned()
        clips = [clip for each in planned for clip in each.clips]
        self._accept.setEnabled(bool(clips) and bool(self._where.text().strip()))
        self._estimate.setText(self._estimate_words(planned, clips))
        gaps = self._missing_words(planned)
        self._missing.setText(gaps)
        self._missing.setVisible(bool(gaps))

    def _estimate_words(self, planned: Sequence[Found], clips: Sequence[Clip]) -> str:
        window = self.window_
        if window.length <= 0:
            return "△ " + tr("The end must lie after the beginning")
        if window.length > LONGEST:
            return "△ " + tr("31 days at most")
        if not self._chosen():
            return "△ " + tr("Choose a camera")
        if not self.found:
            return tr("Looking what is recorded …")
        if not clips:
            return "△ " + tr("Nothing of it is recorded in the cloud")
        size = sum(
            clip.seconds * self._rate(each.camera.channel_id)
            for each in planned
            for clip in each.clips
        )
        words = tr(
            "Files: {files} · parts: {parts} · {length} · about {size}",
            files=len(clips),
            parts=sum(len(clip.parts) for clip in clips),
            length=time_words.length(sum(clip.seconds for clip in clips)),
            size=amount(round(size)),
        )
        if self._free is not None:
            free = tr("{free} free in the folder", free=amount(self._free))
            words = f"{words} · {'△ ' if self._free < size * 2 else ''}{free}"
        return words

    def _missing_words(self, planned: Sequence[Found]) -> str:
        lines = []
        for each in planned:
            if not each.known:
                lines.append(
                    "△ " + tr("{camera}: not all could be looked up", camera=each.camera.name)
                )
            lacks = missing(each.recorded, self.window_)
            if not lacks:
                continue
            spans = ", ".join(self._span_words(gap) for gap in lacks[:_MOST_LISTED])
            if len(lacks) > _MOST_LISTED:
                spans = f"{spans} …"
            lines.append(
                tr(
                    "{camera}: {length} not recorded in the cloud: {spans}",
                    camera=each.camera.name,
                    length=time_words.length(total(lacks)),
                    spans=spans,
                )
            )
        return "\n".join(lines)

    def _span_words(self, gap: Interval) -> str:
        start, end = (timeline_words.time_at(t, self._zone) for t in gap)
        return f"{start}\u2013{end}"


def qt_zone(zone: tzinfo) -> QTimeZone:
    """Return a zone as Qt knows it."""
    if isinstance(zone, ZoneInfo) and zone.key:
        found = QTimeZone(QByteArray(zone.key.encode("ascii")))
        if found.isValid():
            return found
    delta = zone.utcoffset(None)
    return QTimeZone.fromSecondsAheadOfUtc(int(delta.total_seconds()) if delta else 0)


def _check(name: str, on: bool) -> QCheckBox:
    box = QCheckBox()
    box.setObjectName(name)
    box.setChecked(on)
    return box


def _label(grid: QGridLayout, row: int, name: str, field: QWidget) -> None:
    label = QLabel()
    label.setBuddy(field)
    bind(label, label.setText, name)
    bind(label, field.setAccessibleName, name)
    high = isinstance(field, QListWidget)
    side = Qt.AlignmentFlag.AlignTop if high else Qt.AlignmentFlag.AlignVCenter
    grid.addWidget(label, row, 0, side)


def _free_bytes(folder: Path) -> int | None:
    """Return the free bytes of a folder, or of the nearest one above it that is there."""
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return None
