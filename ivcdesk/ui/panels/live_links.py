"""Handing the focused stream on: to an outside player, or as an address to the clipboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, QPoint, Signal
from PySide6.QtGui import QAction, QGuiApplication
from PySide6.QtWidgets import QDialog, QMenu, QPushButton

from ivcdesk.api.actions import StreamUrls
from ivcdesk.api.errors import IvcError
from ivcdesk.media import outside
from ivcdesk.media.launch import launch
from ivcdesk.media.outside import Command, LaunchError, OutsidePlayer
from ivcdesk.ui import icons
from ivcdesk.ui.context import Context
from ivcdesk.ui.dialogs.command import CommandDialog
from ivcdesk.ui.dialogs.opening import opened
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.live_addresses import KINDS
from ivcdesk.ui.panels.live_slot import LiveSlot
from ivcdesk.ui.panels.settings import CUSTOM, command_problem
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr


class StreamLinks(QObject):
    """The button that hands the focused stream on, and its menu.

    ``slot`` tells which stream has the focus. Signals: ``told(text, failed)`` says what was done;
    ``addresses_wanted`` and ``bans_wanted`` where the user asks for these windows.
    """

    told = Signal(str, bool)
    addresses_wanted = Signal()
    bans_wanted = Signal()

    def __init__(
        self, context: Context, slot: Callable[[], LiveSlot], parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._slot = slot
        self._players: list[OutsidePlayer] = []
        self.tasks = TaskScope(self)
        self.button = QPushButton()
        self.button.setObjectName("live.external")
        icons.bind(self.button, self.button.setIcon, "player", 16, "text")
        bind(self.button, self.button.setToolTip, "Watch this stream in another program")
        self.menu = QMenu(self.button)
        self.menu.setObjectName("live.external.menu")
        self.menu.setToolTipsVisible(True)
        self.button.clicked.connect(self._on_clicked)
        refresh(self.button, self._fill)

    @property
    def players(self) -> list[OutsidePlayer]:
        """The outside players that were found."""
        return list(self._players)

    def look_for_players(self) -> None:
        """Look for players in another thread, and offer what is found."""
        self.tasks.start(self._look(), name="find players")

    def open_outside(self, name: str) -> None:
        """Hand the stream to a player, "" for the one of the settings or the first one found."""
        wanted = name or self._context.settings.external_player
        if wanted in self._context.settings.external_commands:
            self.tasks.start(self._run_own(wanted), name="open outside")
            return
        player = next((p for p in self._players if p.name == wanted), None)
        if player is None and not wanted and self._players:
            player = self._players[0]
        if player is None:
            self._tell_missing(wanted)
            return
        self.tasks.start(self._run(player), name="open outside")

    def copy(self, kind: str) -> None:
        """Copy a fresh address: ``flv``, ``hls`` or ``rtmp``."""
        self.tasks.start(self._copy(kind), name="copy address")

    def ask_for_command(self) -> None:
        """Let the user write a command of their own, and run it."""
        self.tasks.start(self._ask(), name="own command")

    async def _look(self) -> None:
        found = await asyncio.to_thread(outside.find_players)
        if found != self._players:
            self._players = found
            self._fill()

    def _fill(self) -> None:
        self.menu.clear()
        commands = self._context.settings.external_commands
        preferred = self._context.settings.external_player
        for player in self._players:
            entry = self._entry(
                f"live.external.{player.name}", tr("Open in {player}", player=player.name)
            )
            entry.triggered.connect(partial(self.open_outside, player.name))
            if not player.hides_url:
                entry.setToolTip(tr("Others on this computer can see the address while it plays"))
        if not self._players:
            entry = self._entry(
                "live.external.none", tr("VLC, mpv and ffplay are not installed here")
            )
            entry.setEnabled(False)
        for name in commands:
            said = tr("Run my command") if name == CUSTOM else tr("Run “{name}”", name=name)
            entry = self._entry(f"live.external.command.{name}", said)
            entry.triggered.connect(partial(self.open_outside, name))
        own = self._entry("live.external.custom", tr("A command of your own …"))
        own.triggered.connect(self.ask_for_command)
        self.menu.addSeparator()
        for kind, face in KINDS:
            entry = self._entry(
                f"live.external.copy.{kind}", tr("Copy the {kind} address", kind=face)
            )
            entry.triggered.connect(partial(self.copy, kind))
        entry = self._entry("live.external.addresses", tr("Addresses and QR code …"))
        entry.triggered.connect(self.addresses_wanted)
        self.menu.addSeparator()
        entry = self._entry("live.external.bans", tr("Who may not watch …"))
        entry.triggered.connect(self.bans_wanted)
        first = next((p.name for p in self._players if p.name == preferred), "")
        first = first or (self._players[0].name if self._players else "")
        self.button.setText(
            tr("Open in {player}", player=first) + " ▾" if first else tr("Open outside ▾")
        )

    def _entry(self, name: str, text: str) -> QAction:
        action = self.menu.addAction(text)
        action.setObjectName(name)
        return action

    async def _run(self, player: OutsidePlayer) -> None:
        slot = self._slot()
        urls = await self._fresh(slot)
        if urls is None:
            return
        codec = slot.player.facts.codec
        address = outside.choose_url(codec, flv=urls.flv, hls=urls.hls, rtmp=urls.rtmp)
        self._start(player.name, lambda: outside.command(player, address, codec, _title(slot)))

    async def _run_own(self, name: str) -> None:
        slot = self._slot()
        template = self._context.settings.external_commands[name]
        urls = await self._fresh(slot)
        if urls is None:
            return
        codec = slot.player.facts.codec
        address = outside.choose_url(codec, flv=urls.flv, hls=urls.hls, rtmp=urls.rtmp)
        label = tr("my command") if name == CUSTOM else name
        self._start(label, lambda: outside.own_command(template, address))

    async def _copy(self, kind: str) -> None:
        urls = await self._fresh(self._slot())
        if urls is None:
            return
        address = {"flv": urls.flv, "hls": urls.hls, "rtmp": urls.rtmp}[kind]
        face = dict(KINDS)[kind]
        if not address:
            self.told.emit(tr("△ The cloud gives no {kind} address here", kind=face), True)
            return
        QGuiApplication.clipboard().setText(address)
        self.told.emit(
            tr(
                "{kind} address copied · it is signed: whoever has it can watch until it expires",
                kind=face,
            ),
            False,
        )

    async def _ask(self) -> None:
        settings = self._context.settings
        before = settings.external_commands.get(CUSTOM, "")
        dialog = CommandDialog(self.button.window(), before, command_problem)
        typed: list[str] = []
        dialog.accepted.connect(lambda: typed.append(dialog.command))
        if await opened(dialog) != QDialog.DialogCode.Accepted:
            return
        settings.external_commands = {**settings.external_commands, CUSTOM: typed[0]}
        settings.save()
        self._fill()
        await self._run_own(CUSTOM)

    async def _fresh(self, slot: LiveSlot) -> StreamUrls | None:
        try:
            return await slot.fresh_urls()
        except IvcError as error:
            self._context.notify(self._context.explain(error))
            return None

    def _start(self, name: str, make: Callable[[], Command]) -> None:
        try:
            started = launch(make())
        except LaunchError as error:
            self._tell_failed(name, error)
            return
        started.started.connect(
            lambda: self.told.emit(tr("Opened in {player}", player=name), False)
        )
        started.failed.connect(lambda error: self._tell_failed(name, error))

    def _tell_failed(self, name: str, error: Any) -> None:
        reasons = {
            "address": tr("the address can't be handed on"),
            "command": tr("the command can't be understood"),
            "missing": tr("there is no such program"),
            "start": tr("the system refused to start it"),
            "ended": tr("it ended at once"),
        }
        parts = (
            tr("✕ {player}: {reason}", player=name, reason=reasons[error.problem]),
            error.detail,
        )
        self.told.emit(" · ".join(part for part in parts if part), True)

    def _tell_missing(self, name: str) -> None:
        if name:
            self.told.emit(tr("△ {player} is not installed here", player=name), True)
        else:
            self.told.emit(tr("△ VLC, mpv and ffplay are not installed here"), True)

    def _on_clicked(self) -> None:
        self._fill()
        self.look_for_players()
        self.menu.popup(self.button.mapToGlobal(QPoint(0, self.button.height() + 2)))


def _title(slot: LiveSlot) -> str:
    if slot.directory is None or slot.channel is None:
        return ""
    return channel_name(slot.directory, slot.channel)
