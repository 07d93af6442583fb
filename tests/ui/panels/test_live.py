"""The live page against the simulated cloud, over the socket: real streams, real failures."""

from __future__ import annotations

import asyncio
import dataclasses
import shlex
import sys

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QImage,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QLineEdit, QMenu, QWidget

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.app import messages
from ivcdesk.media.outside import OutsidePlayer
from ivcdesk.simulator.server import Simulator
from ivcdesk.ui import text
from ivcdesk.ui.dialogs.command import CommandDialog
from ivcdesk.ui.panels import live_slot
from ivcdesk.ui.panels.live import LivePanel
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.panels.ptz_keys import PtzKeys
from ivcdesk.ui.widgets.channel_drag import channel_mime
from tests.ui.panels.simulated import Site, open_site
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


@pytest.fixture
def desk(qtbot, aio):
    site = aio(open_site(), START_SECONDS)
    desk = Desk(qtbot, site)
    yield desk
    aio(desk.live.close())
    aio(desk.ptz.close())
    aio(desk.site.close())
    desk.window.close()
    desk.window.deleteLater()


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(live_slot, "FIRST_PAUSE", 0.1)
    monkeypatch.setattr(live_slot, "OBSTACLE_PAUSE", 0.2)


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
    middle = tile.rect().center()

    async def drag() -> None:
        await desk.show()
        QTest.mousePress(tile, LEFT, pos=middle)
        QTest.mouseMove(tile, middle + QPoint(8, 4))
        await asyncio.sleep(0.05)
        assert not desk.ptz.held
        QTest.mouseMove(tile, middle + QPoint(0, -400))
        await until(lambda: bool(desk.ptz.held))
        await until(lambda: bool(desk.site.calls("ControlDevicePTZ")))
        QTest.mouseRelease(tile, LEFT, pos=middle)
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


def test_a_snapshot_is_as_large_as_the_stream(desk, aio, tmp_path):
    desk.live.pictures.folder = tmp_path

    async def keep() -> None:
        await desk.show()
        QTest.mouseClick(desk.button("live.snapshot"), LEFT)
        await until(lambda: bool(list(tmp_path.glob("*.png"))))
        await until(lambda: "Saved" in desk.said())

    aio(keep(), START_SECONDS)
    (file,) = tmp_path.iterdir()
    assert file.name.startswith("PTZ Gate North 20")
    kept = QImage(str(file))
    assert (kept.width(), kept.height()) == (640, 360)
    assert kept.text("Source") == desk.site.camera


def test_five_snapshots_in_a_row(desk, aio, tmp_path):
    desk.live.pictures.folder = tmp_path

    async def keep() -> None:
        await desk.show()
        desk.live.take_snapshot(5)
        await until(lambda: desk.said() == "Pictures saved: 5")

    aio(keep(), START_SECONDS)
    assert len(list(tmp_path.glob("PTZ Gate North*.png"))) == 5


def test_a_snapshot_that_cannot_be_kept_says_why(desk, aio, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    desk.live.pictures.folder = in_the_way

    async def keep() -> None:
        await desk.show()
        desk.live.take_snapshot()
        await until(lambda: "could not be saved" in desk.said())

    aio(keep(), START_SECONDS)


def entries(desk) -> dict[str, str]:
    menu = desk.live.findChild(QMenu, "live.external.menu")
    assert menu is not None
    return {a.objectName(): a.text() for a in menu.actions() if a.objectName()}


def test_offers_the_players_that_are_there(desk, aio, monkeypatch):
    found = [OutsidePlayer("VLC", "/bin/vlc"), OutsidePlayer("mpv", "/bin/mpv")]
    monkeypatch.setattr("ivcdesk.ui.panels.live_links.outside.find_players", lambda: found)
    desk.context.settings.external_player = "mpv"

    async def look() -> None:
        desk.live.links.look_for_players()
        await until(lambda: desk.live.links.players == found)

    aio(look())
    assert list(entries(desk)) == [
        "live.external.VLC",
        "live.external.mpv",
        "live.external.custom",
        "live.external.copy.flv",
        "live.external.copy.hls",
        "live.external.copy.rtmp",
    ]
    assert desk.button("live.external").text() == "Open in mpv ▾"


def test_copies_a_signed_address_and_says_so(desk, aio):
    async def copy() -> None:
        desk.live.show_channel(desk.site.camera)
        desk.live.copy_address()
        await until(lambda: "signed" in desk.said())

    aio(copy(), START_SECONDS)
    assert ".live.flv?" in QGuiApplication.clipboard().text()


def test_hands_the_stream_to_a_command_of_the_users_own(desk, aio, tmp_path):
    script = tmp_path / "player.py"
    target = tmp_path / "got"
    script.write_text(
        "import pathlib, sys\n"
        f"pathlib.Path({str(target)!r}).write_text(pathlib.Path(sys.argv[1]).read_text())\n"
    )
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} {{playlist}}"
    desk.context.settings.external_commands = {"custom": command}

    async def hand_on() -> None:
        desk.live.show_channel(desk.site.camera)
        desk.live.open_outside("custom")
        await until(lambda: target.exists() and "token" in target.read_text())
        await until(lambda: "Opened in" in desk.said())

    aio(hand_on(), START_SECONDS)
    assert desk.site.simulator.endpoint in target.read_text()


def test_a_player_that_is_not_there_is_named(desk, aio):
    async def hand_on() -> None:
        desk.live.show_channel(desk.site.camera)
        desk.live.open_outside("kaffeine")

    aio(hand_on(), START_SECONDS)
    assert "kaffeine is not installed" in desk.said()


def test_pictures_fill_the_places_one_after_another(desk, aio):
    async def fill() -> None:
        others = [
            await desk.site.find(name) for name in ("PTZ Gate South", "Port overview 港区全景")
        ]
        QTest.mouseClick(desk.button("live.layout.4"), LEFT)
        for channel in (desk.site.camera, *others):
            desk.live.show_channel(channel)
        for number in (1, 2, 3):
            await desk.plays(number)
        assert desk.state(4) == "empty"
        assert desk.live.current_channel == others[1]
        desk.live.show_channel(desk.site.camera)
        assert desk.live.current_channel == desk.site.camera
        assert desk.tile(1).hasFocus()

    aio(fill(), 2 * START_SECONDS)
    assert len(desk.site.calls("ControlDeviceStream")) == 3


def test_exchanging_places_asks_for_nothing_anew(desk, aio):
    async def exchange() -> None:
        other = await desk.site.find("PTZ Gate South")
        desk.live.arrange("4")
        desk.live.show_channel(desk.site.camera)
        desk.live.show_channel(other)
        await desk.plays(1)
        await desk.plays(2)
        desk.live.swap(0, 1)
        assert desk.tile(1).property("channelId") == other
        assert desk.tile(2).property("channelId") == desk.site.camera
        await desk.plays(1)
        await desk.plays(2)
        assert desk.live.current_channel == other

    aio(exchange(), 2 * START_SECONDS)
    assert len(desk.site.calls("ControlDeviceStream")) == 2
    assert desk.viewers() == 1


def test_alone_it_is_the_main_stream(desk, aio):
    async def maximise() -> None:
        other = await desk.site.find("PTZ Gate South")
        desk.live.arrange("4")
        desk.live.show_channel(desk.site.camera)
        desk.live.show_channel(other)
        await desk.plays(2)
        QTest.mouseDClick(desk.tile(2), LEFT)
        assert desk.live.grid.alone == 1
        await desk.plays(2)
        await until(lambda: desk.viewers() == 0)
        assert desk.site.calls("ControlDeviceStream")[-1]["params"]["StreamType"] == "1"
        QTest.keyClick(desk.tile(2), Qt.Key.Key_Return)
        assert desk.live.grid.alone is None
        await desk.plays(1)
        await desk.plays(2)

    aio(maximise(), 2 * START_SECONDS)


def test_fewer_places_pull_less_and_remember(desk, aio):
    async def arrange() -> None:
        other = await desk.site.find("PTZ Gate South")
        desk.live.arrange("4")
        desk.live.show_channel(desk.site.camera)
        desk.live.show_channel(other)
        await desk.plays(2)
        desk.live.arrange("1")
        await until(lambda: desk.viewers(other) == 0)
        assert desk.live.current_channel == desk.site.camera
        desk.live.arrange("9")
        await desk.plays(2)

    aio(arrange(), 2 * START_SECONDS)


def test_closing_a_picture_ends_its_pull(desk, aio):
    async def close() -> None:
        await desk.show()
        QTest.keyClick(desk.tile(), Qt.Key.Key_Delete)
        assert desk.state() == "empty"
        assert desk.ptz.channel is None
        await until(lambda: desk.viewers() == 0)

    aio(close(), START_SECONDS)


def test_the_menu_of_a_picture(desk, aio):
    def menu() -> dict[str, QAction]:
        event = QContextMenuEvent(
            QContextMenuEvent.Reason.Keyboard, QPoint(5, 5), desk.tile().mapToGlobal(QPoint(5, 5))
        )
        QApplication.sendEvent(desk.tile(), event)
        found = desk.tile().findChild(QMenu, "live.menu")
        return {} if found is None else {a.objectName(): a for a in found.actions()}

    async def use() -> None:
        assert menu() == {}
        await desk.show()
        entries = menu()
        assert "live.menu.alone" not in entries
        entries["live.menu.retry"].trigger()
        assert desk.state() == "connecting"
        await desk.plays()
        QApplication.activePopupWidget().close()
        await asyncio.sleep(0.05)
        menu()["live.menu.close"].trigger()
        assert desk.state() == "empty"
        QApplication.activePopupWidget().close()

    aio(use(), START_SECONDS)
    assert len(desk.site.calls("ControlDeviceStream")) == 2


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


def test_a_command_of_the_users_own_is_asked_for_and_kept(desk, aio, tmp_path):
    target = tmp_path / "got"
    script = tmp_path / "player.py"
    script.write_text(
        f"import pathlib, sys\npathlib.Path({str(target)!r}).write_text(sys.argv[1])\n"
    )
    command = f"{shlex.quote(sys.executable)} {shlex.quote(str(script))} {{playlist}}"

    async def ask() -> None:
        desk.live.show_channel(desk.site.camera)
        desk.live.links.ask_for_command()
        await until(lambda: desk.window.findChild(CommandDialog) is not None)
        dialog = desk.window.findChild(CommandDialog)
        field = dialog.findChild(QLineEdit, "command.field")
        save = dialog.findChild(QAbstractButton, "command.save")
        field.setText("no-such-program {url}")
        assert not save.isEnabled()
        field.setText(command)
        assert save.isEnabled()
        QTest.mouseClick(save, LEFT)
        await until(target.exists)

    aio(ask(), START_SECONDS)
    assert desk.context.settings.external_commands == {"custom": command}
    assert entries(desk)["live.external.command.custom"] == "Run my command"


def test_a_tile_is_dragged_by_its_caption(desk, aio):
    async def drag() -> None:
        other = await desk.site.find("PTZ Gate South")
        desk.live.arrange("4")
        desk.live.show_channel(desk.site.camera)
        desk.live.show_channel(other)
        await desk.plays(2)
        first, second = desk.tile(1), desk.tile(2)
        place = first.mapFromGlobal(second.mapToGlobal(QPoint(30, 60)))
        QTest.mousePress(first, LEFT, pos=QPoint(20, 12))
        QTest.mouseMove(first, place)
        QTest.mouseRelease(first, LEFT, pos=place)
        assert first.property("channelId") == other
        assert second.property("channelId") == desk.site.camera
        assert not desk.ptz.held

    aio(drag(), 2 * START_SECONDS)
    assert len(desk.site.calls("ControlDeviceStream")) == 2
    assert desk.site.calls("ControlDevicePTZ") == []


def test_a_channel_is_dropped_on_a_tile(desk, aio):
    async def drop() -> None:
        desk.live.arrange("4")
        tile = desk.tile(3)
        data = channel_mime(desk.site.camera)
        middle = QPointF(tile.rect().center())
        for kind in (QDragEnterEvent, QDropEvent):
            at = middle.toPoint() if kind is QDragEnterEvent else middle
            event = kind(at, Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
            QApplication.sendEvent(tile, event)
            assert event.isAccepted()
        await desk.plays(3)
        assert desk.live.current_channel == desk.site.camera

    aio(drop(), START_SECONDS)


def test_full_screen_and_back_keep_the_streams_and_the_keys(desk, aio):
    async def fill_the_screen() -> None:
        await desk.show()
        QTest.mouseClick(desk.button("live.fullScreen"), LEFT)
        tile = desk.live.views[0].tile
        assert tile.window() is not desk.window
        assert tile.window().isFullScreen()
        painted = tile.property("framesPainted")
        await until(lambda: tile.property("framesPainted") > painted + 1)
        await until(lambda: tile.window().isActiveWindow())
        tile.setFocus()
        QTest.keyPress(tile, Qt.Key.Key_Left)
        assert desk.ptz.held
        QTest.keyRelease(tile, Qt.Key.Key_Left)
        QTest.keyClick(tile, Qt.Key.Key_Escape)
        assert tile.window() is desk.window
        await desk.plays()

    aio(fill_the_screen(), 2 * START_SECONDS)
    assert len(desk.site.calls("ControlDeviceStream")) == 1
