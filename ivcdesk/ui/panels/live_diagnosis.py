"""Opens the diagnosis of the channel in focus."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from ivcdesk.api import VERSION
from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.diagnosis import Finding
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.diagnosis import DiagnosisDialog
from ivcdesk.ui.panels.live_slot import LiveSlot
from ivcdesk.ui.text import tr

if TYPE_CHECKING:
    from ivcdesk.services.session import Session


class LiveDiagnosis(QObject):
    """Knows the session and opens one window at a time.

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
        self._dialog: DiagnosisDialog | None = None

    @property
    def dialog(self) -> DiagnosisDialog | None:
        """The window, while it is open."""
        return self._dialog

    def attach(self, session: Session) -> None:
        """Ask the cloud of this account from now on."""
        self._session = session

    def detach(self) -> None:
        """Close the window and forget the session."""
        self._session = None
        if self._dialog is not None:
            self._dialog.close()

    async def close(self) -> None:
        """Close the window and wait until its checks have ended."""
        dialog = self._dialog
        self.detach()
        if dialog is not None:
            await dialog.tasks.finish()

    def open(self) -> None:
        """Find out why the channel in focus shows no picture."""
        slot, session = self._slot(), self._session
        channel = slot.channel
        if session is None or channel is None:
            return
        if self._dialog is not None:
            self._dialog.close()
        quality = slot.quality

        def run() -> AsyncIterator[Finding]:
            from ivcdesk.media.probe import StreamProbe  # a window without PyAV has it, too
            from ivcdesk.services.diagnosis import diagnose

            return diagnose(session.client, session.directory, channel, quality, StreamProbe)

        name = channel_name(session.directory, channel)
        window = self._home.window() if self._home is not None else None
        dialog = self._dialog = DiagnosisDialog(
            window, name, lambda: _about(session, channel), run, self._context.explain
        )
        dialog.finished.connect(partial(self._on_finished, dialog))
        dialog.open()

    def _on_finished(self, dialog: DiagnosisDialog, _code: int) -> None:
        if dialog is self._dialog:
            self._dialog = None


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
