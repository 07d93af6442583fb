"""The navigator on a simulated cloud: what is typed, pressed and picked, and what fails."""

from __future__ import annotations

import contextlib

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.services import session as session_module
from ivcdesk.ui import text, tokens
from ivcdesk.ui.models.directory_rows import Kind, Role
from ivcdesk.ui.panels import navigator as navigator_module
from ivcdesk.ui.panels.navigator import Navigator
from tests.ui.panels.simulated import sign_in, site
from tests.ui.panels.stand_ins import make_context, until

Key = Qt.Key


@contextlib.asynccontextmanager
async def shown(*, attach: bool = True, **options):
    """A navigator on the screen, the site that it shows, and what it has picked."""
    async with site(**options) as place:
        context = make_context()
        navigator = Navigator(context)
        navigator.resize(268, 700)
        navigator.show()
        navigator.picks = []
        navigator.channel_picked.connect(navigator.picks.append)
        navigator.notices = context.settings.notices
        if attach:
            navigator.attach(place.session)
        try:
            yield navigator, place
        finally:
            await navigator.close()
            navigator.hide()
            navigator.deleteLater()


def rows(navigator) -> list[str]:
    """Return the names of the rows that can be scrolled to."""
    found = []
    index = navigator.model.index(0, 0)
    while index.isValid():
        found.append(index.data())
        index = navigator.tree.indexBelow(index)
    return found


def key(widget, which):
    QTest.keyClick(widget, which)


async def type_in(navigator, words: str) -> None:
    """Type into the search and wait until it was looked for."""
    field = navigator.search.field
    field.clear()
    QTest.keyClicks(field, words)
    wanted = tuple(words.casefold().split())
    await until(lambda: navigator.model.query.words == wanted)


def test_the_tree_opens_down_to_the_first_cameras(aio):
    async def main():
        async with shown() as (navigator, place):
            kinds = set()
            index = navigator.model.index(0, 0)
            while index.isValid():
                kinds.add(index.data(Role.KIND))
                index = navigator.tree.indexBelow(index)
            assert {Kind.ORGANIZATION, Kind.DEVICE} <= kinds
            total = sum(chip.count for chip in navigator.search.chips[:4])
            assert total == len(place.session.directory.devices)

    aio(main(), 30)


def test_typing_finds_enter_plays_and_escape_shows_everything_again(aio):
    async def main():
        async with shown() as (navigator, place):
            before = rows(navigator)
            navigator.focus_search()
            await type_in(navigator, "gate north")
            assert "PTZ Gate North" in rows(navigator)
            assert len(rows(navigator)) < len(before)
            key(navigator.search.field, Key.Key_Return)
            assert navigator.picks == [place.camera]
            assert navigator.model.index_of(place.camera).data(Role.PLAYING)
            key(navigator.search.field, Key.Key_Escape)
            await until(lambda: navigator.model.hits is None)
            assert rows(navigator) == before

    aio(main(), 30)


def test_a_large_account_is_searched_in_another_thread(aio, monkeypatch):
    monkeypatch.setattr(navigator_module, "ASIDE", 1)

    async def main():
        async with shown() as (navigator, place):
            before = rows(navigator)
            navigator.focus_search()
            QTest.keyClicks(navigator.search.field, "gate north")
            key(navigator.search.field, Key.Key_Return)
            await until(lambda: navigator.picks)
            assert navigator.picks == [place.camera]
            await type_in(navigator, "barrier")
            await until(lambda: "Barrier cam" in rows(navigator))
            navigator.clear_search()
            assert rows(navigator) == before

    aio(main(), 30)


def test_down_leads_to_the_tree_and_letters_lead_back(aio):
    async def main():
        async with shown() as (navigator, place):
            navigator.focus_search()
            await type_in(navigator, "gate north")
            key(navigator.search.field, Key.Key_Down)
            tree = navigator.tree
            assert QApplication.focusWidget() is tree or navigator.focusWidget() is tree
            assert tree.currentIndex().isValid()
            key(tree, Key.Key_Return)
            assert navigator.picks == [place.camera]
            QTest.keyClicks(tree, "x")
            assert navigator.search.field.text() == "gate northx"

    aio(main(), 30)


def test_a_search_by_address_and_code(aio):
    async def main():
        async with shown() as (navigator, place):
            directory = place.session.directory
            device = directory.device_of(place.camera)
            await until(lambda: device.device_id in directory.details)
            for words in (device.code, directory.details[device.device_id].ip, device.device_id):
                await type_in(navigator, words)
                assert device.name in rows(navigator)

    aio(main(), 40)


def test_chips_narrow_the_tree_and_tell_their_counts(aio):
    async def main():
        async with shown() as (navigator, place):
            chip = navigator.findChild(object, "navigator.chip.disabled")
            disabled = [
                device.name
                for device in place.session.directory.devices.values()
                if device.status is DeviceStatus.DISABLED
            ]
            assert chip.count == len(disabled)
            assert chip.text() == f"Disabled {len(disabled)}"
            QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
            assert chip.isChecked()
            assert set(disabled) <= set(rows(navigator))
            assert place.session.directory.device_of(place.camera).name not in rows(navigator)
            await type_in(navigator, "no such camera")
            assert navigator._message.title == "Nothing found"
            button = navigator.findChild(QPushButton, "navigator.message.action")
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            assert not chip.isChecked()
            assert len(rows(navigator)) > len(disabled)

    aio(main(), 30)


def test_every_name_of_the_navigator_is_there(qapp):
    navigator = Navigator(make_context())
    names = ["search", "tree", "strip", "message"]
    names += [f"chip.{each}" for each in ("online", "offline", "unregistered", "disabled")]
    names += [f"chip.{each}" for each in ("rtmp", "gb28181", "gateway", "ivcp")]
    for name in names:
        assert navigator.findChild(object, f"navigator.{name}") is not None, name
    assert navigator._message.title == "No account"
    navigator.deleteLater()


def test_a_double_click_plays_a_channel(aio):
    async def main():
        async with shown() as (navigator, place):
            navigator.reveal(place.camera)
            index = navigator.model.index_of(place.camera)
            middle = navigator.tree.visualRect(index).center()
            QTest.mouseDClick(navigator.tree.viewport(), Qt.MouseButton.LeftButton, pos=middle)
            assert navigator.picks == [place.camera]

    aio(main(), 30)


def test_enter_on_a_device_plays_its_only_channel_and_opens_a_recorder(aio):
    async def main():
        async with shown() as (navigator, place):
            directory = place.session.directory
            single = directory.device_of(place.camera)
            recorder = next(
                key for key, device in directory.devices.items() if device.channel_num > 4
            )
            await directory.load_channels(recorder)
            navigator.reveal(single.device_id)
            key(navigator.tree, Key.Key_Return)
            assert navigator.picks == [place.camera]
            navigator.reveal(recorder)
            opened = navigator.tree.isExpanded(navigator.tree.currentIndex())
            key(navigator.tree, Key.Key_Return)
            assert navigator.tree.isExpanded(navigator.tree.currentIndex()) is not opened
            assert navigator.picks == [place.camera]

    aio(main(), 30)


def test_a_device_that_nobody_asked_yet_is_asked_when_it_is_opened(aio, monkeypatch):
    monkeypatch.setattr("ivcdesk.services.filling.Filling.start", lambda self: _nothing())

    async def main():
        async with shown(camera="Port overview 港区全景") as (navigator, place):
            directory = place.session.directory
            device_id = next(
                key
                for key, device in directory.devices.items()
                if device.channel_num > 4 and key not in directory.channels
            )
            navigator.reveal(device_id)
            index = navigator.tree.currentIndex()
            navigator.tree.expand(index)
            await until(lambda: navigator.model.rowCount(navigator.model.index_of(device_id)) > 4)
            place.simulator.faults.arm([{"kind": "error", "action": "*", "code": "InternalError"}])
            other = next(
                key
                for key, device in directory.devices.items()
                if device.channel_num and key not in directory.channels
            )
            navigator.reveal(other)
            key(navigator.tree, Key.Key_Return)
            await until(lambda: navigator.notices)
            place.simulator.faults.clear()
            assert not navigator.model.index_of(other).data(Role.LOADING)

    aio(main(), 40)


def _nothing():
    import asyncio

    async def rest() -> None:
        return None

    return asyncio.get_running_loop().create_task(rest())


def test_the_menu_pops_up_and_does_what_it_says(aio):
    async def main():
        async with shown() as (navigator, place):
            navigator.reveal(place.camera)
            index = navigator.tree.currentIndex()
            backs, added = [], []
            navigator.playback_picked.connect(backs.append)
            navigator.playback_added.connect(added.append)
            navigator.tree.menu_wanted.emit(index, QPoint(10, 10))
            menu = navigator.findChild(QMenu, "navigator.menu")
            actions = {action.text(): action for action in menu.actions() if action.text()}
            add = "Add to playback (Ctrl+Enter)"
            tour, audit = "Show in a tour", "Audit of recordings …"
            assert list(actions) == ["Play", "Play back", add, tour, audit, "Copy id", "Copy name"]
            for action in actions.values():
                action.trigger()
            menu.close()
            assert navigator.picks == [place.camera]
            assert backs == added == [place.camera]
            QTest.keyClick(navigator.tree, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
            assert added == [place.camera] * 2
            assert navigator.picks == [place.camera]
            assert QGuiApplication.clipboard().text() == index.data()

    aio(main(), 30)


def test_a_refused_listing_keeps_the_tree_and_can_be_tried_again(aio):
    async def main():
        async with shown() as (navigator, place):
            before = rows(navigator)
            place.simulator.faults.arm(
                [{"kind": "error", "action": "ListDevices", "code": "ResourceUnavailable"}]
            )
            await place.session.directory.refresh()
            assert navigator._strip.text
            assert navigator._strip.toolTip().startswith("Not up to date")
            assert rows(navigator) == before
            place.simulator.faults.clear()
            button = navigator.findChild(QPushButton, "navigator.strip.action")
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            await until(lambda: place.session.directory.state == "ready")
            assert navigator._strip.text == ""

    aio(main(), 30)


def test_an_empty_tree_says_why(aio, monkeypatch):
    monkeypatch.setattr(session_module, "FIRST_RETRY", 60.0)

    async def main():
        async with shown(attach=False) as (navigator, place):
            place.simulator.faults.arm(
                [{"kind": "error", "action": "*", "code": "AuthFailure.SecretIdNotFound"}]
            )
            directory = place.session.directory
            for device_id in list(directory.devices):
                directory._drop_device(device_id)
            directory._take_organizations([])
            await directory.refresh()
            navigator.attach(place.session)
            assert navigator._pages.currentWidget() is navigator._message
            assert navigator._message.title
            place.simulator.faults.clear()
            button = navigator.findChild(QPushButton, "navigator.message.action")
            assert not button.isHidden()
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)
            await until(lambda: directory.state == "ready")
            assert navigator._pages.currentWidget() is navigator.tree

    aio(main(), 30)


def test_what_is_in_view_is_asked_for_first(aio, monkeypatch):
    monkeypatch.setattr(navigator_module, "VIEW_MS", 1)

    async def main():
        async with shown() as (navigator, place):
            told = []
            monkeypatch.setattr(
                place.session.directory.filling, "prefer", lambda ids: told.append(list(ids))
            )
            device = place.session.directory.device_of(place.camera)
            navigator.reveal(place.camera)
            await until(lambda: told and device.device_id in told[-1])

    aio(main(), 30)


def test_signing_out_empties_it_and_another_account_may_come(aio):
    async def main():
        async with shown() as (navigator, place):
            await type_in(navigator, "gate")
            navigator.detach()
            assert rows(navigator) == []
            assert navigator.search.field.text() == ""
            assert navigator._message.title == "No account"
            session = await sign_in(place.simulator)
            navigator.attach(session)
            assert rows(navigator)
            navigator.detach()
            await session.close()

    aio(main(), 30)


@pytest.mark.parametrize("theme", [tokens.DARK, tokens.LIGHT])
def test_states_differ_by_shape_and_everything_is_painted(aio, theme):
    async def main():
        async with shown() as (navigator, place):
            before = tokens.tokens()
            tokens.use(theme)
            directory = place.session.directory
            navigator.set_playing([place.camera])
            for state in DeviceStatus:
                for device in directory.devices.values():
                    if device.status is state:
                        navigator.reveal(device.device_id)
                        break
                picture = navigator.grab().toImage()
                assert picture.width() == 268
            tokens.use(before)

    aio(main(), 30)


def test_it_speaks_the_language_of_the_window(qapp):
    from ivcdesk.app.i18n import catalogue

    navigator = Navigator(make_context())
    text.use("zh_CN", catalogue("zh_CN"))
    try:
        assert navigator.search.chips[0].text() == "在线 0"
        assert navigator._message.title == "未登录账号"
    finally:
        text.use("en", {})
    assert navigator.search.chips[0].text() == "Online 0"
    navigator.deleteLater()
