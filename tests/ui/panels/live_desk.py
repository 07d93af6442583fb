"""The live page and the dock in a window, on a simulated cloud: what tests of the page share."""

from __future__ import annotations

import dataclasses

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from ivcdesk.app import messages
from ivcdesk.ui.panels.live import LivePanel
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.panels.ptz_keys import PtzKeys
from tests.ui.panels.simulated import Site
from tests.ui.panels.stand_ins import make_context, until

LEFT = Qt.MouseButton.LeftButton
START_SECONDS = 20


class Desk:
    """The live page and the dock in a window."""

    def __init__(self, qtbot, site: Site) -> None:
        self.site = site
        self.context = dataclasses.replace(make_context(), explain=messages.explain)
        self.window = QWidget()
        self.live = LivePanel(self.context)
        self.ptz = PtzPanel(self.context)
        layout = QHBoxLayout(self.window)
        layout.addWidget(self.live, 1)
        layout.addWidget(self.ptz)
        self.live.join(self.ptz)
        self.keys = PtzKeys(self.window, self.live, self.ptz)
        self.window.resize(900, 560)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.live.attach(site.session)
        self.ptz.attach(site.session)

    def tile(self, number: int = 1) -> QWidget:
        found = self.live.findChild(QWidget, f"live.tile.{number}")
        assert found is not None
        return found

    def button(self, name: str) -> QAbstractButton:
        found = self.live.findChild(QAbstractButton, name)
        assert found is not None, name
        return found

    def state(self, number: int = 1) -> str:
        return self.tile(number).property("state")

    def painted(self, number: int = 1) -> int:
        return self.tile(number).property("framesPainted")

    def words(self, number: int = 1) -> str:
        return self.tile(number).explanation

    def said(self, number: int = 1) -> str:
        return self.tile(number).said

    async def plays(self, number: int = 1, seconds: float = START_SECONDS) -> None:
        before = self.painted(number)
        await until(lambda: self.state(number) == "playing", seconds)
        await until(lambda: self.painted(number) > before + 1, seconds)

    async def show(self, channel: str | None = None) -> None:
        self.live.show_channel(channel or self.site.camera)
        await self.plays()

    def viewers(self, channel: str | None = None) -> int:
        return self.site.simulator.cloud.viewers(channel or self.site.camera)
