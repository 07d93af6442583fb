"""Opens the windows about who may watch: the addresses of the stream in focus, and the bans."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ivcdesk.api.actions import ChannelId, StreamUrls
from ivcdesk.domain.resolutions import choices
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.live_addresses import AddressesDialog, Wish
from ivcdesk.ui.panels.live_bans import BansDialog
from ivcdesk.ui.panels.live_slot import LiveSlot, Quality

if TYPE_CHECKING:
    from ivcdesk.services.session import Session


class LiveAccess(QObject):
    """Knows the session and keeps one window open at a time.

    ``slot`` tells which stream has the focus.
    """

    def __init__(
        self, context: Context, slot: Callable[[], LiveSlot], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._slot = slot
        self._home = parent
        self._session: Session | None = None
        self._dialog: AddressesDialog | BansDialog | None = None

    @property
    def dialog(self) -> AddressesDialog | BansDialog | None:
        """The window, while one is open."""
        return self._dialog

    def attach(self, session: Session) -> None:
        """Work with this account from now on."""
        self._session = session

    def detach(self) -> None:
        """Close the window and forget the session."""
        self._session = None
        if self._dialog is not None:
            self._dialog.close()

    async def close(self) -> None:
        """Close the window and wait until nothing is under way."""
        dialog = self._dialog
        self.detach()
        if dialog is not None:
            await dialog.tasks.finish()

    def open_addresses(self) -> None:
        """Show the addresses of the stream in focus."""
        slot, session = self._slot(), self._session
        channel_id = slot.channel
        if session is None or channel_id is None:
            return
        live = session.live

        async def ask(wish: Wish) -> StreamUrls:
            size = None if wish.stream in ("main", "sub") else wish.stream
            quality: Quality = "main" if wish.stream == "main" else "sub"
            return await live.open(channel_id, quality, resolution=size, internal=wish.internal)

        channel = session.directory.channel(channel_id)
        self._open(
            AddressesDialog(
                self._window,
                channel_name(session.directory, channel_id),
                choices(channel.resolution if channel is not None else ""),
                slot.quality,
                ask,
                self._context.explain,
            )
        )

    def open_bans(self) -> None:
        """Manage who may not watch; the channel in focus is chosen at first."""
        session = self._session
        if session is None:
            return
        directory = session.directory

        def channels() -> list[tuple[ChannelId, str]]:
            return [
                (channel.channel_id, _found_by(channel.name or channel.channel_id, device.name))
                for device in directory.devices.values()
                for channel in directory.channels.get(device.device_id, ())
            ]

        chosen = self._slot().channel
        wanted = [chosen] if chosen is not None else []
        self._open(BansDialog(self._window, session.bans, channels, wanted, self._context.explain))

    @property
    def _window(self) -> QWidget | None:
        return None if self._home is None else self._home.window()

    def _open(self, dialog: AddressesDialog | BansDialog) -> None:
        if self._dialog is not None:
            self._dialog.close()
        self._dialog = dialog

        def on_finished(_code: int) -> None:
            if self._dialog is dialog:
                self._dialog = None

        dialog.finished.connect(on_finished)
        dialog.open()


def _found_by(channel: str, device: str) -> str:
    """Return what a channel is listed as; a single camera is often called what its device is."""
    return channel if device in ("", channel) else f"{channel} · {device}"
