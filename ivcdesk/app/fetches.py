"""Fetches and retrievals in the window: their source of the queue, their tabs, their questions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QTabWidget, QWidget

from ivcdesk.services.fetches import DEVICE, DeviceRange, Fetches
from ivcdesk.services.retrievals import Retrievals
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.fetches import FetchesPanel
from ivcdesk.ui.panels.playback_fetch import PlaybackFetch
from ivcdesk.ui.panels.retrievals import RetrievalsPanel
from ivcdesk.ui.text import bind, mark

if TYPE_CHECKING:
    from ivcdesk.services.downloads import Downloads
    from ivcdesk.services.session import Session
    from ivcdesk.ui.panels.playback import PlaybackPanel

_TITLES = (mark("Files"), mark("Fetched from devices"), mark("Out of the archive"))


class FetchRoom(QObject):
    """Joins what belongs to them; it is a panel to the session's owner.

    ``tabs`` holds the queue's own panel first. Signals: ``shown`` when the user should see them.
    """

    shown = Signal()

    def __init__(
        self, context: Context, downloads: Downloads, queue: QWidget, playback: PlaybackPanel
    ) -> None:
        super().__init__()
        downloads.register(DEVICE, DeviceRange(downloads.amend))
        timeline = playback.timeline
        self.fetches = FetchesPanel(context, lambda: timeline.zone)
        self.retrievals = RetrievalsPanel(context, lambda: timeline.zone)
        self.playback = PlaybackFetch(context, downloads, playback, self)
        self.tabs = QTabWidget()
        self.tabs.setObjectName("downloads.tabs")
        self.tabs.setDocumentMode(True)
        for panel in (queue, self.fetches, self.retrievals):
            self.tabs.addTab(panel, "")
        for number, title in enumerate(_TITLES):
            bind(self.tabs, partial(self.tabs.setTabText, number), title)
        self.fetches.save_wanted.connect(self.playback.save)
        self.playback.retrieving.connect(self.show_retrievals)
        self._service: Retrievals | None = None

    def attach(self, session: Session) -> None:
        """Work with this account."""
        self._service = Retrievals(session.client, session.directory, session.recordings.forget)
        self.fetches.attach(Fetches(session.client))
        self.retrievals.attach(self._service)
        self.playback.attach(session, self._service)

    def detach(self) -> None:
        """Forget the account."""
        self.playback.detach()
        self.retrievals.detach()
        self.fetches.detach()
        self._service = None

    async def close(self) -> None:
        """End what is under way."""
        service = self._service
        await self.playback.close()
        await self.fetches.tasks.finish()
        await self.retrievals.tasks.finish()
        if service is not None:
            await service.close()

    def show_fetches(self) -> None:
        """Show the tasks that fetch from devices."""
        self._show(self.fetches)

    def show_retrievals(self) -> None:
        """Show the retrievals from the archive."""
        self._show(self.retrievals)

    def _show(self, panel: QWidget) -> None:
        self.tabs.setCurrentWidget(panel)
        self.shown.emit()
        panel.setFocus()
