"""The playback page at work on a simulated cloud, for the tests that use it as a person does."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import date, time
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLineEdit, QVBoxLayout, QWidget

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.days import CLOUD_ZONE, day_of, moment
from ivcdesk.ui.panels.playback import PlaybackPanel
from tests.ui.panels import stand_ins
from tests.ui.panels.simulated import Site

REFUSAL = "FailedOperation.DeviceResponseTimeOut"
LEFT = Qt.MouseButton.LeftButton


async def until(holds: Callable[[], object]) -> None:
    """Wait long: these machines are sometimes busy with other things."""
    await stand_ins.until(holds, 20)


class Desk:
    """The page at work, with a camera that always has its pictures of seven minutes past."""

    def __init__(self, qtbot, site: Site, folder: Path) -> None:
        self.site = site
        self.context = stand_ins.make_context(time_zone="Etc/GMT-8", folder=folder)
        self.panel = PlaybackPanel(self.context)
        self.window = QWidget()
        column = QVBoxLayout(self.window)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.panel)
        self.window.resize(1000, 620)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.panel.attach(site.session)

    def find(self, name: str, kind: type = QAbstractButton):
        found = self.panel.findChild(kind, name)
        assert found is not None, name
        return found

    def fault(self, action: str) -> None:
        self.site.simulator.faults.arm([{"kind": "error", "action": action, "code": REFUSAL}])

    def calls(self, action: str) -> list[dict]:
        return [call["params"] for call in self.site.calls(action)]

    @property
    def now(self) -> float:
        return self.site.simulator.cloud.now()

    @property
    def today(self) -> date:
        return day_of(self.now, CLOUD_ZONE)

    def yesterday(self, hour: int, minute: int = 7) -> float:
        day = date.fromordinal(self.today.toordinal() - 1)
        return moment(day, time(hour, minute))

    async def open(self, channel: ChannelId | None = None) -> None:
        self.panel.show_channel(channel or self.site.camera)
        await self.loaded()

    async def loaded(self) -> None:
        await until(lambda: not self.panel.loading.pending)
        await until(lambda: self.panel._book is not None and not self.panel._book.loading)

    def type_time(self, words: str) -> None:
        field = self.find("playback.goto", QLineEdit)
        field.setFocus()
        field.setText(words)
        QTest.keyClick(field, Qt.Key.Key_Return)

    def click(self, t: float) -> None:
        timeline = self.panel.timeline
        QTest.mouseClick(timeline, LEFT, pos=QPoint(round(timeline.scale.x(t)), 100))

    def pick_speed(self, speed: float) -> None:
        box = self.find("playback.speed", QComboBox)
        box.setCurrentIndex(box.findData(speed))
        box.activated.emit(box.currentIndex())

    async def playing(self, t: float, *, within: float = 3.0) -> None:
        await until(lambda: self.panel.reel.state == "playing" and self.position > t)
        assert self.position == pytest.approx(t, abs=within)

    async def still(self) -> float:
        """Return the position once it has come to rest."""
        before = None
        while before != self.position:
            before = self.position
            await asyncio.sleep(0.3)
        return before

    @property
    def position(self) -> float:
        return self.panel.player.position

    @property
    def note(self) -> str:
        return self.panel.note.text
