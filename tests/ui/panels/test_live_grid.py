"""The places of the live grid: filled, exchanged, filling the page, and closed."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import (
    QAction,
    QContextMenuEvent,
    QDragEnterEvent,
    QDropEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from ivcdesk.ui.widgets.channel_drag import channel_mime
from tests.ui.panels.live_desk import LEFT, START_SECONDS
from tests.ui.panels.live_hands import Hands
from tests.ui.panels.stand_ins import until


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


def test_who_aims_means_the_picture_also_at_its_caption(desk, aio):
    async def aim() -> None:
        other = await desk.site.find("PTZ Gate South")
        desk.live.arrange("4")
        desk.live.show_channel(desk.site.camera)
        desk.live.show_channel(other)
        await desk.plays(1)
        tile = desk.tile(1)
        chosen = []
        tile.point_chosen.connect(lambda point: chosen.append(point.toTuple()))
        tile.set_pointer_mode("aim")
        box = tile.picture_box()
        at = QPoint(round(box.left() + box.width() / 4), round(box.top() + 2))
        QTest.mouseClick(tile, LEFT, pos=at)
        assert len(chosen) == 1
        assert abs(chosen[0][0] - 0.25) < 0.02
        assert desk.live.current_channel == desk.site.camera
        assert not desk.ptz.held

    aio(aim(), 2 * START_SECONDS)
    assert desk.site.calls("ControlDevicePTZ") == []


def test_only_what_is_seen_is_pulled_whatever_the_hands_do(desk, aio):
    aio(Hands(desk, 7).work(25), 3 * START_SECONDS)
