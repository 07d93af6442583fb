"""Layouts with names: saved, chosen, renamed, deleted, and shown again at the next start."""

from __future__ import annotations

import asyncio
import json

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton

from ivcdesk.api.actions import ChannelId
from ivcdesk.services.layouts import Layout, Place
from ivcdesk.ui.dialogs.confirm import Confirm
from ivcdesk.ui.dialogs.name import NameDialog
from tests.ui.panels.live_desk import LEFT, START_SECONDS
from tests.ui.panels.stand_ins import until


def entries(desk) -> dict[str, str]:
    menu = desk.live.programme.layouts.menu
    menu.aboutToShow.emit()
    return {each.objectName(): each.text() for each in menu.actions() if each.objectName()}


def choose(desk, name: str) -> None:
    menu = desk.live.programme.layouts.menu
    menu.aboutToShow.emit()
    next(each for each in menu.actions() if each.objectName() == f"live.layouts.{name}").trigger()


async def answer(desk, kind, name: str = "", button: str = "") -> None:
    await until(lambda: desk.window.findChild(kind) is not None)
    dialog = desk.window.findChild(kind)
    if name:
        dialog.findChild(QLineEdit, "name.field").setText(name)
    QTest.mouseClick(dialog.findChild(QPushButton, button), LEFT)
    await until(lambda: desk.window.findChild(kind) is None)


def test_a_layout_lives_through_all_that_can_be_done_with_it(desk, aio):
    layouts = desk.live.programme.layouts
    path = desk.context.settings.folder / "layouts.json"

    async def live() -> None:
        other = await desk.site.find("PTZ Gate South")
        desk.live.arrange("4")
        desk.live.show_channel(desk.site.camera)
        desk.live.show_channel(other)
        await desk.plays(1)
        await desk.plays(2)
        choose(desk, "saveAs")
        await answer(desk, NameDialog, "Gates", "name.accept")
        await until(path.exists)
        assert desk.button("live.layouts").text() == "Layout: Gates ▾"
        desk.live.swap(0, 3)
        desk.live.swap(1, 2)
        desk.live.arrange("9")
        choose(desk, "saveAs")
        await answer(desk, NameDialog, "All & sundry", "name.accept")
        calls = len(desk.site.calls("ControlDeviceStream"))
        choose(desk, "choose.1")
        assert desk.live.grid.arrangement == "4"
        assert desk.tile(1).property("channelId") == desk.site.camera
        assert desk.tile(2).property("channelId") == other
        assert desk.state(3) == desk.state(4) == "empty"
        await desk.plays(1)
        await desk.plays(2)
        assert len(desk.site.calls("ControlDeviceStream")) == calls
        choose(desk, "rename")
        await answer(desk, NameDialog, "North gates", "name.accept")
        names = [each.name for each in layouts.all]
        assert names == ["All & sundry", "North gates"]
        choose(desk, "delete")
        await answer(desk, Confirm, button="confirm.cancel")
        assert len(layouts.all) == 2
        choose(desk, "delete")
        await answer(desk, Confirm, button="confirm.accept")
        assert [each.name for each in layouts.all] == ["All & sundry"]
        assert desk.button("live.layouts").text() == "Layouts ▾"
        assert entries(desk)["live.layouts.choose.0"] == "All && sundry"
        assert desk.tile(1).property("channelId") == desk.site.camera

    aio(live(), 2 * START_SECONDS)
    aio(layouts.close())
    (kept,) = json.loads(path.read_text(encoding="utf-8")).values()
    (layout,) = kept["layouts"]
    assert layout["arrangement"] == "9"
    assert {each.get("name", "") for each in layout["places"]} == {
        "",
        "PTZ Gate North",
        "PTZ Gate South",
    }


def test_the_last_one_shows_again_with_what_is_gone_from_the_directory(desk, aio):
    gone = Place(ChannelId("00000000-0000-0000-0000-00000000dead"), "sub", "Old barrier")
    layouts = desk.live.programme.layouts

    async def again() -> None:
        places = (gone, Place(desk.site.camera, "main", "PTZ Gate North"))
        desk.live.show_layout(Layout("", "4", places))
        layouts.save_as()
        await answer(desk, NameDialog, "Kept", "name.accept")
        await layouts.close()
        desk.live.detach()
        assert desk.state(2) == "empty"
        desk.live.attach(desk.site.session)
        await desk.plays(2)
        assert desk.live.grid.arrangement == "4"
        asked = [each["params"] for each in desk.site.calls("ControlDeviceStream")]
        mine = [each["StreamType"] for each in asked if each["ChannelId"] == desk.site.camera]
        assert mine[-1] == "1"
        await until(lambda: desk.state(1) == "failed")
        assert desk.tile(1).accessibleName() == "Old barrier"
        assert desk.live.capture().places[:2] == places
        await layouts.close()
        desk.live.detach()
        desk.context.settings.live_restores = False
        desk.live.attach(desk.site.session)
        await until(lambda: len(layouts.all) == 1)
        await asyncio.sleep(0)
        assert desk.state(2) == "empty"

    aio(again(), 2 * START_SECONDS)


def test_the_menu_opens_by_its_key(desk, aio):
    async def press() -> None:
        desk.tile().setFocus()
        await until(lambda: QApplication.focusWidget() is desk.tile())
        QTest.keyClick(desk.tile(), Qt.Key.Key_L, Qt.KeyboardModifier.ControlModifier)
        await until(lambda: desk.live.programme.layouts.menu.isVisible())
        desk.live.programme.layouts.menu.close()

    aio(press(), START_SECONDS)
    assert entries(desk)["live.layouts.none"] == "Nothing is saved yet"
