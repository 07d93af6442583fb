"""Asks what the cloud is to fetch from a device, and says what would fill the gap by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QWidget

from ivcdesk.api.actions import ChannelId
from ivcdesk.api.errors import IvcError
from ivcdesk.domain.backfill import Backup, best_first
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.fetches import DAYS_KEPT, SPEEDS, pieces
from ivcdesk.domain.intervals import Interval, Intervals, total
from ivcdesk.ui.panels.fetches_words import prospect_words
from ivcdesk.ui.panels.playback_export_dialog import Camera
from ivcdesk.ui.panels.playback_range import RangeDialog
from ivcdesk.ui.text import bind, mark, tr
from ivcdesk.ui.widgets import time_words

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.recordings import Coverage

LONGEST = 7 * 86400.0
"""A longer range is surely a mistake: devices are read hardly faster than they record, s."""
_MOST_LISTED = 3

Ask = Callable[[ChannelId, Interval], Awaitable["Coverage"]]
AskPlans = Callable[[Camera], Awaitable[Sequence[Backup] | None]]


@dataclass(frozen=True, slots=True)
class FetchChoice:
    """How the cloud fetches and where the files go; see ``CreateVideoDownloadTask``."""

    speed: int = 1
    days: int = 7
    incomplete: bool = True
    lacking: bool = False
    folder: Path = Path()


@dataclass(frozen=True, slots=True)
class FetchFound:
    """What of a camera's range would be fetched.

    ``problem`` is why that isn't known, ``plans`` what backs it up, None where it isn't known.
    """

    camera: Camera
    pieces: Intervals = ()
    keeps: bool = True
    problem: BaseException | None = None
    plans: Sequence[Backup] | None = ()


class FetchDialog(RangeDialog):
    """Accepted means that :meth:`planned` is to be fetched in the way of :attr:`choice`.

    ``ask`` tells what is recorded of a channel, ``plans`` which backup plans hold one, ``words``
    makes a few words of an error.
    """

    def __init__(
        self,
        parent: QWidget | None,
        cameras: Sequence[Camera],
        window: Interval,
        zone: tzinfo,
        choice: FetchChoice,
        ask: Ask,
        plans: AskPlans,
        words: Callable[[BaseException], str],
        now: Callable[[], float],
    ) -> None:
        title = mark("Fetch recordings from the device")
        super().__init__(parent, "fetch", title, mark("Fetch"), cameras, window, zone)
        self._ask, self._plans, self._error_words, self._now = ask, plans, words, now
        self._recorded: tuple[tuple[FetchFound, Intervals, Intervals], ...] = ()
        self._speed = QComboBox()
        self._speed.setObjectName("fetch.speed")
        for speed in SPEEDS:
            self._speed.addItem(f"{speed}\u00d7", speed)
        self._speed.setCurrentIndex(SPEEDS.index(choice.speed))
        self._days = QComboBox()
        self._days.setObjectName("fetch.days")
        for days in DAYS_KEPT:
            self._days.addItem(tr("{days} days", days=days), days)
        self._days.setCurrentIndex(DAYS_KEPT.index(choice.days))
        form = QLabel("MP4")
        form.setObjectName("fetch.form")
        self._lacking = QCheckBox()
        self._lacking.setObjectName("fetch.lacking")
        self._lacking.setChecked(choice.lacking)
        bind(self._lacking, self._lacking.setText, "Only what the cloud does not have")
        tip = mark("Fills the gaps of the cloud's recording: one file for each.")
        bind(self._lacking, self._lacking.setToolTip, tip)
        self._incomplete = QCheckBox()
        self._incomplete.setObjectName("fetch.incomplete")
        self._incomplete.setChecked(choice.incomplete)
        bind(self._incomplete, self._incomplete.setText, "Also where the recording has gaps")
        tip = mark("Otherwise the cloud gives up where a piece is missing, and makes no file.")
        bind(self._incomplete, self._incomplete.setToolTip, tip)
        self._where = QLineEdit(str(choice.folder))
        self._where.setObjectName("fetch.folder")
        self.add_row(
            mark("Speed|fetch"),
            self._speed,
            mark("How many times faster than it was recorded; some devices can't"),
        )
        self.add_row(
            mark("The cloud keeps it"),
            self._days,
            mark("How long the cloud keeps its file; the one on this computer stays"),
        )
        self.add_row(mark("Format"), form)
        self.add_field(self._lacking)
        self.add_field(self._incomplete)
        self.add_row(mark("Folder"), self._where, mark("Where the finished files go"))
        self._speed.currentIndexChanged.connect(self.show_found)
        self._lacking.toggled.connect(self.show_found)
        self._where.textChanged.connect(self.show_found)
        self.begin()

    @property
    def choice(self) -> FetchChoice:
        """How it is to be fetched."""
        return FetchChoice(
            self._speed.currentData(),
            self._days.currentData(),
            self._incomplete.isChecked(),
            self._lacking.isChecked(),
            Path(self._where.text()).expanduser(),
        )

    @property
    def known(self) -> bool:
        """Whether it was looked up what is recorded."""
        return bool(self._recorded)

    def planned(self) -> list[FetchFound]:
        """Return what is to be fetched of each camera."""
        window, lacking = self.window_, self._lacking.isChecked()
        return [
            replace(found, pieces=pieces(device, cloud, window, lacking=lacking))
            for found, device, cloud in self._recorded
        ]

    async def look(self) -> None:
        """Ask what is recorded on the devices and in the cloud, and what plans there are."""
        window, cameras = self.window_, self.chosen()
        if not 0 < window.length <= LONGEST or not cameras:
            self.show_found()
            return
        answers = await asyncio.gather(
            *(self._ask(camera.channel_id, window) for camera in cameras),
        )
        plans = await asyncio.gather(*(self._plans_of(camera) for camera in cameras))
        self._recorded = tuple(
            (
                FetchFound(
                    camera,
                    (),
                    answer.keeps_device,
                    next((p.error for p in answer.problems if p.source is Source.DEVICE), None),
                    backups,
                ),
                answer.device,
                answer.cloud,
            )
            for camera, answer, backups in zip(cameras, answers, plans, strict=True)
        )
        self.show_found()

    def forget(self) -> None:
        """Drop what was found: something else is chosen."""
        self._recorded = ()

    def show_found(self) -> None:
        """Say how much it is, and what would fill it without anybody."""
        planned = self.planned()
        count = sum(len(found.pieces) for found in planned)
        self.accept_button.setEnabled(bool(count) and bool(self._where.text().strip()))
        self.estimate.setText(self._estimate_words(planned, count))
        hint = "\n".join(self._hints(planned))
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    async def _plans_of(self, camera: Camera) -> Sequence[Backup] | None:
        try:
            return await self._plans(camera)
        except IvcError:
            return None  # said where the plans are: the fetch itself needs none

    def _estimate_words(self, planned: Sequence[FetchFound], count: int) -> str:
        window = self.window_
        if window.length <= 0:
            return "△ " + tr("The end must lie after the beginning")
        if window.length > LONGEST:
            return "△ " + tr("7 days at most")
        if not self.chosen():
            return "△ " + tr("Choose a camera")
        if not self.known:
            return tr("Looking what is recorded …")
        if not count:
            for found in planned:
                if not found.keeps:
                    return "△ " + tr("The device keeps no recordings that the cloud can reach")
                if found.problem is not None:
                    words = self._error_words(found.problem)
                    return "△ " + tr("The device can't be asked: {problem}", problem=words)
            if self._lacking.isChecked():
                return "✓ " + tr("The cloud has all that the device recorded then")
            return "△ " + tr("The device recorded nothing then")
        seconds = sum(total(found.pieces) for found in planned)
        return tr(
            "Files: {files} · {length} · the device is read for about {time}",
            files=count,
            length=time_words.length(seconds),
            time=time_words.length(seconds / self.choice.speed),
        )

    def _hints(self, planned: Sequence[FetchFound]) -> list[str]:
        """Return what the backup plans do about it, camera by camera."""
        lines = []
        for found in planned:
            if not found.pieces:
                continue
            gap = Interval(found.pieces[0].start, found.pieces[-1].end)
            if found.plans is None:
                words = tr("Whether a backup plan holds this camera is not known.")
            else:
                words = prospect_words(best_first(found.plans, gap, self._now()), self.zone)
            if len(planned) > 1:
                words = tr("{camera}: {state}", camera=found.camera.name, state=words)
            lines.append(words)
        if len(lines) > _MOST_LISTED:
            lines = [*lines[:_MOST_LISTED], "…"]
        return lines
