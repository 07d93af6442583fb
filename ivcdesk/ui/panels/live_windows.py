"""Windows about the channel in focus, one at a time: its missing picture, and who may watch it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ivcdesk.api import VERSION
from ivcdesk.api.actions import ChannelId, StreamUrls
from ivcdesk.domain.diagnosis import Finding
from ivcdesk.domain.resolutions import choices
from ivcdesk.media.probe import StreamProbe
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.diagnosis import DiagnosisDialog
from ivcdesk.ui.panels.live_addresses import AddressesDialog, Wish
from ivcdesk.ui.panels.live_bans import BansDialog
from ivcdesk.ui.panels.live_slot import LiveSlot, Quality
from ivcdesk.ui.text import tr

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.session import Session

LiveWindow = DiagnosisDialog | AddressesDialog | BansDialog


class LiveWindows(QObject):
    """Opens them for the session and above the window that ``home`` is in.

    ``slot`` tells which stream has the focus.
    """

    def __init__(self, context: Context, slot: Callable[[], LiveSlot], home: QWidget) -> None:
        super().__init__(home)
        self._context = context
        self._slot = slot
        self._home = home
        self._session: Session | None = None
        self._shown: LiveWindow | None = None

    @property
    def shown(self) -> LiveWindow | None:
        """The window that is open, or None."""
        return self._shown

    def attach(self, session: Session) -> None:
        """Ask the cloud of this account from now on."""
        self._session = session

    def detach(self) -> None:
        """Close what is open and forget the session."""
        self._session = None
        if self._shown is not None:
            self._shown.close()

    async def close(self) -> None:
        """Close what is open and wait until nothing is under way."""
        shown = self._shown
        self.detach()
        if shown is not None:
            await shown.tasks.finish()

    def open_diagnosis(self) -> None:
        """Find out why the channel in focus shows no picture."""
        slot, session = self._slot(), self._session
        channel = slot.channel
        if session is None or channel is None:
            return
        quality = slot.quality

        def run() -> AsyncIterator[Finding]:
            from ivcdesk.services.diagnosis import diagnose

            return diagnose(session.client, session.directory, channel, quality, StreamProbe)

        name = channel_name(session.directory, channel)
        explain = self._context.explain
        about = partial(_about, session, channel)
        self._open(DiagnosisDialog(self._home.window(), name, about, run, explain))

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
                self._home.window(),
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
        explain = self._context.explain
        self._open(BansDialog(self._home.window(), session.bans, channels, wanted, explain))

    def _open(self, window: LiveWindow) -> None:
        if self._shown is not None:
            self._shown.close()
        self._shown = window

        def on_finished(_code: int) -> None:
            if self._shown is window:
                self._shown = None

        window.finished.connect(on_finished)
        window.open()


def _about(session: Session, channel_id: ChannelId) -> list[str]:
    """Return what a support desk asks first."""
    directory = session.directory
    lines = [tr("Channel: {name} ({id})", name=channel_name(directory, channel_id), id=channel_id)]
    device = directory.device_of(channel_id)
    if device is not None:
        lines.append(tr("Device: {name} ({id})", name=device.name, id=device.device_id))
    region = directory.region_of(channel_id) or session.region
    return [
        *lines,
        tr("Region: {region}", region=region),
        tr("Version: {version}", version=VERSION),
    ]


def _found_by(channel: str, device: str) -> str:
    """Return what a channel is listed as; a single camera is often called what its device is."""
    return channel if device in ("", channel) else f"{channel} · {device}"
