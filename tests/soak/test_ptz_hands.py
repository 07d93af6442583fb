"""Random hands on the control dock over a bad link: nothing runs away, judged by the cloud's log.

``IVCDESK_HANDS`` sets how many holds there are (1,000).
"""

from __future__ import annotations

import asyncio
import os
import random
import time

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QWidget

from ivcdesk.api.actions import ChannelId, PtzCommand
from ivcdesk.services.ptz import TAP
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.panels.ptz_keys import PtzKeys
from tests.ui.panels.simulated import open_site
from tests.ui.panels.stand_ins import make_context

LEFT = Qt.MouseButton.LeftButton
HOLDS = int(os.environ.get("IVCDESK_HANDS", "1000"))
DESKS = 8
UNDER_WAY = 0.35
"""How long a call that had left in time may be on its way through two busy loops, s."""

FAULTS = [
    [],
    [],
    [{"kind": "latency", "action": "ControlDevicePTZ", "seconds": 0.2, "probability": 0.5}],
    [{"kind": "latency", "action": "ControlDevicePTZ", "seconds": 1.5, "probability": 0.3}],
    [{"kind": "latency", "action": "ControlDevicePTZ", "seconds": 5.0, "probability": 0.1}],
    [{"kind": "throttle", "action": "ControlDevicePTZ", "probability": 0.3}],
    [{"kind": "drop", "action": "ControlDevicePTZ", "probability": 0.3}],
    [{"kind": "reset", "action": "ControlDevicePTZ", "probability": 0.3}],
]


class Desk:
    """One pair of hands on one camera, and when something was held."""

    def __init__(self, qtbot, site, channel: ChannelId, seed: int) -> None:
        self.site = site
        self.channel = channel
        self.dice = random.Random(seed)
        self.window = QWidget()
        self.picture = QWidget()
        self.picture.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.panel = PtzPanel(make_context())
        layout = QHBoxLayout(self.window)
        for widget in (self.picture, self.panel):
            layout.addWidget(widget)
        self.keys = PtzKeys(self.window, self.picture, self.panel)
        self.window.show()
        self.panel.attach(site.session)
        self.panel.set_channel(channel)
        self.held: list[tuple[float, float]] = []

    async def hold(self) -> None:
        """Hold something for a moment, and lose it in one way or the other."""
        command = self.dice.choice(list(PtzCommand))
        button = self.panel.findChild(QAbstractButton, f"ptz.{command}")
        assert button is not None
        began = time.time()
        QTest.mousePress(button, LEFT)
        await asyncio.sleep(self.dice.choice([0.0, 0.02, 0.2, 0.5, 1.2]))
        self.dice.choice(
            [
                lambda: QTest.mouseRelease(button, LEFT),
                lambda: QTest.mouseRelease(self.picture, LEFT),
                self.panel.hide,
                lambda: self.panel.setEnabled(False),
                lambda: self.panel.set_channel(None),
                self.panel.stop,
                self.keys.let_go,
                lambda: button.setEnabled(False),
            ]
        )()
        assert not self.panel.held
        self.held.append((began, time.time()))
        QTest.mouseRelease(button, LEFT)
        button.setEnabled(True)
        self.panel.setEnabled(True)
        self.panel.show()
        self.panel.set_channel(self.channel)
        await asyncio.sleep(self.dice.choice([0.0, 0.05, 0.3]))


@pytest.fixture
def site(aio):
    site = aio(open_site(), 20)
    yield site
    site.simulator.faults.clear()
    # the longest delay that a fault has begun must be over before the cloud can end
    aio(asyncio.sleep(5.5))
    aio(site.close(), 20)


def test_nothing_runs_away(qtbot, aio, site):
    directory = site.session.directory

    async def cameras() -> list[ChannelId]:
        found: list[ChannelId] = []
        while len(found) < DESKS:
            await asyncio.sleep(0.1)
            found = [
                channel.channel_id
                for channels in directory.channels.values()
                for channel in channels
                if directory.obstacle(channel.channel_id) is None
            ]
        return found[:DESKS]

    desks = [Desk(qtbot, site, channel, seed) for seed, channel in enumerate(aio(cameras(), 30))]

    async def play(desk: Desk) -> None:
        for number in range(HOLDS // DESKS):
            if desk is desks[0] and number % 5 == 0:
                site.simulator.faults.clear()
                site.simulator.faults.arm(desk.dice.choice(FAULTS))
            await desk.hold()
        await asyncio.sleep(1.0)

    async def play_all() -> None:
        await asyncio.gather(*(play(desk) for desk in desks))

    aio(play_all(), 60 + 2 * HOLDS)
    calls = site.calls("ControlDevicePTZ")
    assert calls
    for desk in desks:
        arrived = [call["time"] for call in calls if call["params"]["ChannelId"] == desk.channel]
        late = [
            moment
            for moment in arrived
            if not any(began <= moment <= ended + TAP + UNDER_WAY for began, ended in desk.held)
        ]
        assert not late, f"{len(late)} of {len(arrived)} calls after the hand was off"
        aio(desk.panel.close())
        desk.window.close()
        desk.window.deleteLater()
