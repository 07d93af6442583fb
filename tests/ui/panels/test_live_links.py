"""Streams handed to outside programs, and addresses to the clipboard."""

from __future__ import annotations

import shlex
import sys

from PySide6.QtGui import (
    QGuiApplication,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLineEdit, QMenu

from ivcdesk.media.outside import OutsidePlayer
from ivcdesk.ui.dialogs.command import CommandDialog
from tests.ui.panels.live_desk import LEFT, START_SECONDS
from tests.ui.panels.stand_ins import until


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
        "live.external.addresses",
        "live.external.bans",
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
