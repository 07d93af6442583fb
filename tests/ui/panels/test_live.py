"""The live page against the simulated cloud, over the socket: real streams, real failures."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.simulator.server import Simulator
from ivcdesk.ui import text
from tests.ui.panels.live_desk import LEFT, START_SECONDS
from tests.ui.panels.stand_ins import until


def test_an_empty_page_says_what_to_do(desk):
    assert desk.state() == "empty"
    assert "Ctrl+F" in desk.words()
    assert not desk.button("live.snapshot").isEnabled()
    assert not desk.button("live.external").isEnabled()


def test_a_channel_plays_and_tells_of_itself(desk, aio):
    heard: list[str] = []
    pulls: list[tuple[int, float]] = []
    desk.live.channel_changed.connect(heard.append)
    desk.live.pulls_changed.connect(lambda streams, kbps: pulls.append((streams, kbps)))

    async def watch() -> None:
        desk.live.show_channel(desk.site.camera)
        assert desk.state() == "connecting"
        await desk.plays()
        await until(lambda: bool(pulls) and pulls[-1][0] == 1 and pulls[-1][1] > 0)
        await until(lambda: desk.tile().property("bitrateKbps") > 0)

    aio(watch(), START_SECONDS)
    tile = desk.tile()
    assert tile.property("channelId") == desk.site.camera == desk.live.current_channel
    assert tile.property("codec") == "H.264"
    assert tile.property("sourceUrl").endswith(".live.flv")
    assert "?" not in tile.property("sourceUrl")
    assert heard == [desk.site.camera]
    assert desk.ptz.channel == desk.site.camera
    assert desk.site.calls("ControlDeviceStream")[0]["params"]["StreamType"] == "2"
    assert tile.hasFocus()


def test_another_channel_is_there_at_once(desk, aio):
    async def change() -> None:
        other = await desk.site.find("PTZ Gate South")
        await desk.show()
        desk.live.show_channel(other)
        assert desk.state() == "connecting"
        assert desk.tile().property("channelId") == other
        assert desk.ptz.channel == other
        await desk.plays()
        await until(lambda: desk.viewers() == 0)
        assert desk.viewers(other) == 1

    aio(change(), START_SECONDS)


def test_nothing_is_pulled_behind_another_page(desk, aio):
    async def hide() -> None:
        await desk.show()
        desk.live.hide()
        await until(lambda: desk.viewers() == 0)
        desk.live.show()
        await desk.plays()

    aio(hide(), START_SECONDS)
    assert len(desk.site.calls("ControlDeviceStream")) == 1


def test_the_picture_turns_with_the_keys(desk, aio):
    async def turn() -> None:
        await desk.show()
        before = desk.site.simulator.cloud.pose(desk.site.camera).pan
        QTest.keyPress(desk.tile(), Qt.Key.Key_Left)
        await until(lambda: "answered in" in desk.said())
        QTest.keyRelease(desk.tile(), Qt.Key.Key_Left)
        await until(lambda: desk.site.simulator.cloud.pose(desk.site.camera).pan != before)

    aio(turn(), START_SECONDS)
    assert desk.said().startswith("← left, speed 4")


def test_dragging_the_picture_steers_by_distance(desk, aio):
    tile = desk.tile()
    # All of the way lies inside the window: leaving it would let go.
    low = QPoint(tile.width() // 2, tile.height() - 40)
    far = QPoint(tile.width() // 2, 20)

    async def drag() -> None:
        await desk.show()
        QTest.mousePress(tile, LEFT, pos=low)
        QTest.mouseMove(tile, low + QPoint(8, 4))
        await asyncio.sleep(0.05)
        assert not desk.ptz.held
        QTest.mouseMove(tile, far)
        await until(lambda: bool(desk.ptz.held))
        await until(lambda: bool(desk.site.calls("ControlDevicePTZ")))
        QTest.mouseRelease(tile, LEFT, pos=low)
        assert not desk.ptz.held

    aio(drag(), START_SECONDS)
    jog = desk.site.calls("ControlDevicePTZ")[0]["params"]
    assert (jog["Type"], jog["Speed"]) == ("up", 8)


def test_hiding_the_page_lets_go_of_the_camera(desk, aio):
    async def hide() -> None:
        await desk.show()
        QTest.keyPress(desk.tile(), Qt.Key.Key_Up)
        assert desk.ptz.held
        desk.live.hide()
        assert not desk.ptz.held

    aio(hide(), START_SECONDS)


def test_a_banned_camera_is_not_steered_and_the_dock_says_why(desk, aio, quick):
    user = "100012345678"

    async def ban() -> None:
        await desk.show()
        left = desk.ptz.findChild(QWidget, "ptz.left")
        assert left.isEnabled()
        QTest.keyPress(desk.tile(), Qt.Key.Key_Up)
        assert desk.ptz.held
        bans = desk.site.session.bans
        await bans.forbid(user, [desk.site.camera])
        await until(lambda: not left.isEnabled(), START_SECONDS)
        assert not desk.ptz.held
        assert "may be banned" in desk.ptz.findChild(QLabel, "ptz.reason").text()
        assert "may be banned" in desk.tile().accessibleDescription()
        sent = len(desk.site.calls("ControlDevicePTZ"))
        QTest.keyPress(desk.tile(), Qt.Key.Key_Left)
        assert not desk.ptz.held
        await bans.allow(user, [desk.site.camera])
        assert len(desk.site.calls("ControlDevicePTZ")) == sent
        desk.live.views[0].slot.retry()
        await desk.plays()
        await until(left.isEnabled)

    aio(ban(), 3 * START_SECONDS)


def test_what_is_offline_says_so_and_comes_back(desk, aio, quick):
    async def lose() -> None:
        await desk.show()
        desk.site.set_status(desk.site.camera, DeviceStatus.OFFLINE)
        await desk.site.session.directory.refresh()
        await until(lambda: desk.state() == "failed", START_SECONDS)
        await until(lambda: "is offline" in desk.words())
        desk.site.set_status(desk.site.camera, DeviceStatus.ONLINE)
        await desk.site.session.directory.refresh()
        await desk.plays()

    aio(lose(), 2 * START_SECONDS)


def test_a_refusal_is_explained_with_code_and_request(desk, aio, quick):
    code = "FailedOperation.DeviceResponseTimeOut"
    faults = desk.site.simulator.faults

    async def fail() -> None:
        faults.arm([{"kind": "error", "action": "ControlDeviceStream", "code": code}])
        desk.live.show_channel(desk.site.camera)
        await until(lambda: desk.state() == "failed" and code in desk.words())
        request = desk.site.calls("ControlDeviceStream")[-1]["request_id"]
        assert request in desk.words()
        faults.clear()
        await desk.plays()

    aio(fail(), START_SECONDS)


def test_the_cloud_dies_and_is_back(desk, aio, quick):
    simulator = desk.site.simulator
    port = int(simulator.endpoint.rpartition(":")[2])

    async def die() -> None:
        await desk.show()
        await simulator.stop()
        await until(lambda: desk.state() in ("stalled", "failed"))
        await until(lambda: bool(desk.words()))
        desk.site.simulator = Simulator("demo", 1, port, account=simulator.account)
        await desk.site.simulator.start()
        await desk.plays()

    aio(die(), 2 * START_SECONDS)


def test_every_control_has_a_name(desk):
    for home in (desk.live, desk.ptz):
        for control in home.findChildren(QAbstractButton):
            named = control.accessibleName() or control.text()
            assert named or control.isHidden(), control.objectName()


def test_speaks_the_other_language_at_once(desk, aio):
    from ivcdesk.app import i18n

    try:
        text.use("zh_CN", i18n.catalogue("zh_CN"))
        assert "Ctrl+F" in desk.words()
        assert desk.button("live.snapshot").text() == "截图"
    finally:
        text.use("en", {})
    assert desk.button("live.snapshot").text() == "Snapshot"


def test_signs_out_and_in_again(desk, aio):
    async def again() -> None:
        await desk.show()
        await desk.live.close()
        await desk.ptz.close()
        desk.live.detach()
        desk.ptz.detach()
        assert desk.state() == "empty"
        await until(lambda: desk.viewers() == 0)
        desk.live.attach(desk.site.session)
        desk.ptz.attach(desk.site.session)
        await desk.show()
        assert desk.ptz.channel == desk.site.camera

    aio(again(), 2 * START_SECONDS)
