"""The downloads in the window: the queue, its dock, the export from playback, and the settings."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from ivcdesk.app.fetches import FetchRoom
from ivcdesk.app.fetching import MediaTools
from ivcdesk.app.pages import DOWNLOADS
from ivcdesk.app.window import MainWindow
from ivcdesk.services.database import Unusable
from ivcdesk.services.downloads import Downloads
from ivcdesk.services.session import scope_of
from ivcdesk.ui.context import Context, Explanation
from ivcdesk.ui.panels.downloads import DownloadsPanel
from ivcdesk.ui.panels.playback_export import Exporter, videos_folder
from ivcdesk.ui.panels.settings_downloads import DownloadsCard
from ivcdesk.ui.text import tr

if TYPE_CHECKING:
    from ivcdesk.services.downloads_jobs import Job
    from ivcdesk.ui.panels.playback import PlaybackPanel

log = logging.getLogger(__name__)

FILE = "downloads.sqlite3"


class DownloadRoom:
    """Joins what belongs to downloads.

    ``panel``, ``exporter`` and ``fetches`` join each session as panels do.

    The queue itself lives as long as the program: :meth:`close` ends it.
    """

    def __init__(
        self, window: MainWindow, context: Context, playback: PlaybackPanel, folder: Path
    ) -> None:
        self._window = window
        self._context = context
        self.queue = Downloads(
            folder / FILE, MediaTools(), at_once=context.settings.downloads_at_once
        )
        self.panel = DownloadsPanel(context, self.queue, lambda session: scope_of(session.client))
        self.exporter = Exporter(context, self.queue, playback, playback.bar, playback)
        self.fetches = FetchRoom(context, self.queue, self.panel, playback)
        self.exporter.ordered.connect(self._on_ordered)
        self.fetches.playback.ordered.connect(self._on_ordered)
        self.fetches.shown.connect(lambda: window.show_dock(DOWNLOADS))
        self.panel.summary_changed.connect(window.status.set_jobs)
        window.status.jobs_clicked.connect(self._on_jobs_clicked)
        window.add_dock(DOWNLOADS, self.fetches.tabs)

    async def open(self) -> None:
        """Read the queue of the last time."""
        try:
            await self.queue.open()
        except Unusable as error:
            log.warning("the queue of downloads can't be opened: %s", error.detail)
        store = self.queue.store
        if store.recovered or store.lost:
            self._context.notify(
                Explanation(
                    tr("The list of downloads was damaged"),
                    tr("What could not be read is left out; finished files are not affected."),
                )
            )

    def settings_card(self) -> QWidget:
        """Return the part of the settings that is about downloads."""
        card = DownloadsCard(self._context.settings, videos_folder)
        card.at_once_chosen.connect(self._on_at_once)
        return card

    async def close(self) -> None:
        """End the queue; unfinished downloads go on at the next start."""
        self.panel.model.watch(None)
        await self.queue.close()

    def _on_at_once(self, count: int) -> None:
        self.queue.at_once = count

    def _on_ordered(self, jobs: list[Job]) -> None:
        self._show_queue()
        if jobs:
            # The rows are laid out first.
            QTimer.singleShot(0, self.panel, lambda: self.panel.choose(jobs[0]))

    def _show_queue(self) -> None:
        self.fetches.tabs.setCurrentWidget(self.panel)
        self._window.show_dock(DOWNLOADS)

    def _on_jobs_clicked(self) -> None:
        self._show_queue()
        self.panel.table.setFocus()
