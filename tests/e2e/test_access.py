"""A walk through all pages and dialogs by somebody without a mouse, and without a screen."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog

from ivcdesk.ui.dialogs.command import CommandDialog
from ivcdesk.ui.panels.settings import command_problem
from tests.e2e.access import complaints, missed_by_tab
from tests.e2e.desk import Desk, until

CAMERA = "PTZ Gate North"


def channel(desk: Desk, name: str) -> str:
    for channels in desk.app.session.directory.channels.values():
        for each in channels:
            if each.name == name:
                return each.channel_id
    return ""


async def begin(desk: Desk) -> str:
    """Return the camera, when all panels are there and it is known."""
    await until(lambda: desk.app.panels.complete, "the panels")
    await until(lambda: channel(desk, CAMERA), CAMERA)
    desk.app.window.activateWindow()
    return channel(desk, CAMERA)


async def check(desk: Desk, where: str) -> None:
    """Nothing that shows may be without a name, or out of the reach of Tab."""
    desk.app.window.activateWindow()
    await until(desk.app.window.isActiveWindow, "the window")
    wrong = [*complaints(desk.app.window), *(f"Tab misses {each}" for each in missed(desk))]
    assert wrong == [], where


def missed(desk: Desk) -> list[str]:
    return missed_by_tab(desk.app.window)


def shown_dialog() -> QDialog | None:
    for window in QApplication.topLevelWidgets():
        if isinstance(window, QDialog) and window.isVisible():
            return window
    return None


async def check_dialog(name: str, opens: Callable[[], object]) -> None:
    """The dialog has names for all of it, Tab comes by all of it, and Esc closes it."""
    opens()
    dialog = await until(shown_dialog, name)
    assert dialog.objectName() == name
    focus = await until(QApplication.focusWidget, f"the focus in {name}")
    assert dialog.isAncestorOf(focus), f"{name} opens without the focus"
    assert QAccessible.queryAccessibleInterface(dialog).text(QAccessible.Text.Name), name
    wrong = [*complaints(dialog), *(f"Tab misses {each}" for each in missed_by_tab(dialog))]
    QTest.keyClick(QApplication.focusWidget() or dialog, Qt.Key.Key_Escape)
    await until(lambda: shown_dialog() is None, f"Esc to close {name}")
    assert wrong == [], name


def press(desk: Desk, name: str) -> Callable[[], None]:
    return lambda: desk.find(name, QObject).click()


def yesterday() -> float:
    noon = datetime.now().astimezone() - timedelta(days=1)
    return noon.replace(hour=14, minute=7, second=0, microsecond=0).timestamp()


@pytest.fixture
def walk(demo, aio):
    """Runs ``work(desk, camera)`` in the demo."""

    def run(work) -> None:
        async def main() -> None:
            async with demo() as desk:
                await work(desk, await begin(desk))

        aio(main(), 120)

    return run


def test_the_live_page_and_its_dialogs(walk):
    async def work(desk: Desk, camera: str) -> None:
        app = desk.app
        app.go("live")
        await app.select_channel(camera)
        await desk.see("live.tile.1", "framesPainted", lambda frames: frames > 3)
        await check(desk, "live")
        await check_dialog("confirm", press(desk, "ptz.calibrate"))
        await check_dialog("diagnosis", lambda: app.trigger("diagnose"))
        await check_dialog("addresses", lambda: app.trigger("addresses"))
        await check_dialog("bans", lambda: app.trigger("bans"))
        await until(lambda: desk.find("patrol.edit").isEnabled(), "the presets")
        await check_dialog("patrolDialog", press(desk, "patrol.edit"))
        await check_dialog("name", lambda: app.trigger("save_layout"))
        own = CommandDialog(app.window, "", command_problem)
        await check_dialog("command", own.open)
        own.deleteLater()
        app.trigger("inspector")
        await check(desk, "inspector")
        app.trigger("inspector")
        app.trigger("palette")
        palette = desk.find("palette")
        assert complaints(palette) == []
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Escape)
        assert not palette.isVisible()

    walk(work)


def test_the_playback_page_and_its_dialogs(walk):
    async def work(desk: Desk, camera: str) -> None:
        app = desk.app
        app.go("playback")
        await app.play_recording(camera, yesterday())
        await desk.see("playback.player", "position", lambda at: at > yesterday())
        await check(desk, "playback")
        others = [
            each.channel_id
            for channels in app.session.directory.channels.values()
            for each in channels
            if each.channel_id != camera
        ]
        for other in others[:3]:
            await app.add_to_playback(other)
        await check(desk, "playback of four")
        await check_dialog("export", lambda: app.trigger("export"))
        for name in ("playback.options", "playback.bookmark", "playback.date"):
            press(desk, name)()
            popup = await until(QApplication.activePopupWidget, name)
            wrong = complaints(popup)
            QTest.keyClick(popup, Qt.Key.Key_Escape)
            await until(lambda: QApplication.activePopupWidget() is None, f"Esc to close {name}")
            assert wrong == [], name
        app.trigger("downloads")
        await until(lambda: desk.find("downloads").isVisible(), "the downloads")
        await check(desk, "downloads")
        await check_dialog("audit", lambda: app.trigger("audit"))

    walk(work)


def test_the_settings_and_the_sign_in(walk):
    async def work(desk: Desk, _camera: str) -> None:
        desk.app.go("settings")
        await check(desk, "settings")
        desk.app.trigger("sign_out")
        await until(lambda: not desk.app.signed_in, "leaving")
        desk.app.go("live")
        await until(lambda: desk.find("signin.submit").isVisible(), "the sign-in page")
        await check(desk, "sign-in")

    walk(work)
