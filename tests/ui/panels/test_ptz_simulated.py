"""The control dock against the simulated cloud, over the socket: what the camera really does."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLabel, QWidget

from ivcdesk.ui.dialogs.confirm import Confirm
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.panels.ptz_keys import PtzKeys
from tests.ui.panels.simulated import Site, open_site
from tests.ui.panels.stand_ins import make_context, until

REFUSED = "FailedOperation.DeviceResponseTimeOut"
LEFT = Qt.MouseButton.LeftButton


class Desk:
    def __init__(self, qtbot, site: Site) -> None:
        self.site = site
        self.window = QWidget()
        self.picture = QWidget()
        self.picture.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.panel = PtzPanel(make_context())
        layout = QHBoxLayout(self.window)
        layout.addWidget(self.picture)
        layout.addWidget(self.panel)
        self.keys = PtzKeys(self.window, self.picture, self.panel)
        self.window.resize(500, 690)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.picture.setFocus()
        self.panel.attach(site.session)
        self.panel.set_channel(site.camera)

    def find(self, name: str, kind: type = QAbstractButton):
        found = self.panel.findChild(kind, name)
        assert found is not None, name
        return found

    @property
    def jogs(self) -> list[dict]:
        return self.site.calls("ControlDevicePTZ")

    @property
    def pose(self):
        return self.site.simulator.cloud.pose(self.site.camera)


@pytest.fixture
def desk(qtbot, aio):
    site = aio(open_site(), 20)
    desk = Desk(qtbot, site)
    # the first answer means that the connection stands
    aio(until(lambda: desk.find("preset.2").name == "Gate lane"))
    yield desk
    aio(desk.panel.close())
    aio(site.close())
    desk.window.close()
    desk.window.deleteLater()


def test_holding_turns_and_letting_go_ends_it(desk, aio):
    async def hold() -> None:
        before = desk.pose.pan
        QTest.mousePress(desk.find("ptz.left"), LEFT)
        await until(lambda: len(desk.jogs) >= 3)
        QTest.mouseRelease(desk.find("ptz.left"), LEFT)
        sent = len(desk.jogs)
        await asyncio.sleep(0.8)
        assert len(desk.jogs) == sent
        still = desk.pose.pan
        assert (before - still) % 360 > 10
        await asyncio.sleep(0.2)
        assert desk.pose.pan == still

    aio(hold())
    assert {call["params"]["Type"] for call in desk.jogs} == {"left"}
    assert {call["params"]["Speed"] for call in desk.jogs} == {4}
    assert all(call["code"] is None for call in desk.jogs)


def test_two_arrows_are_one_diagonal(desk, aio):
    async def hold() -> None:
        QTest.keyPress(desk.picture, Qt.Key.Key_Left)
        QTest.keyPress(desk.picture, Qt.Key.Key_Up)
        await until(lambda: any(call["params"]["Type"] == "leftup" for call in desk.jogs))
        QTest.keyRelease(desk.picture, Qt.Key.Key_Left)
        QTest.keyRelease(desk.picture, Qt.Key.Key_Up)

    aio(hold())
    assert not desk.panel.held


def test_the_status_says_what_came_back(desk, aio):
    status = desk.find("ptz.status", QLabel)

    async def tap() -> None:
        QTest.mousePress(desk.find("ptz.zoomin"), LEFT)
        await until(lambda: "answered in" in status.text())
        QTest.mouseRelease(desk.find("ptz.zoomin"), LEFT)

    aio(tap())
    assert status.text().startswith("+ zoom in, speed 4 · answered in")


def test_presets_by_the_devices_own_names(desk, aio):
    async def visit() -> None:
        before = desk.pose
        QTest.mouseClick(desk.find("preset.2"), LEFT)
        await until(lambda: len(desk.site.calls("ControlDevicePreset")) == 1)
        await until(lambda: desk.pose != before)

    aio(visit())
    assert desk.site.calls("ControlDevicePreset")[0]["params"]["Cmd"] == "goto"
    assert desk.site.calls("ControlDevicePreset")[0]["params"]["Index"] == 2


def test_set_then_delete(desk, aio):
    async def change() -> None:
        await until(lambda: desk.find("preset.9").empty)
        desk.find("preset.9").set_wanted.emit()
        await until(lambda: not desk.find("preset.9").empty)
        desk.find("preset.9").delete_wanted.emit()
        await until(lambda: bool(desk.window.findChildren(Confirm)))
        dialog = desk.window.findChildren(Confirm)[0]
        QTest.mouseClick(dialog.findChild(QAbstractButton, "confirm.accept"), LEFT)
        await until(lambda: desk.find("preset.9").empty)

    aio(change())
    commands = [call["params"]["Cmd"] for call in desk.site.calls("ControlDevicePreset")]
    assert commands == ["set", "del"]


def test_a_refusal_is_told_with_its_code(desk, aio):
    status = desk.find("ptz.status", QLabel)

    async def fail() -> None:
        refusal = {"kind": "error", "action": "ControlDevicePTZ", "code": REFUSED}
        desk.site.simulator.faults.arm([refusal])
        QTest.mousePress(desk.find("ptz.up"), LEFT)
        await until(lambda: "✕" in status.text())
        QTest.mouseRelease(desk.find("ptz.up"), LEFT)

    aio(fail())
    assert "✕ ↑ up, speed 4" in status.text()
    footnote = desk.find("ptz.footnote", QLabel).text()
    assert REFUSED in footnote
    assert desk.jogs[-1]["request_id"] in footnote
