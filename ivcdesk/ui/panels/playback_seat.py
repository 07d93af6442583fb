"""One place of the playback grid: a channel, what is known of it, and what shows it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import tzinfo
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ivcdesk.api.actions import ChannelId
from ivcdesk.media.conductor import Conductor
from ivcdesk.media.recording import RecordingPlayer
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.playback_days import DayBook, open_book
from ivcdesk.ui.panels.playback_reel import Reel
from ivcdesk.ui.panels.playback_tile import PlaybackTile
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.widgets.timeline_lanes import Track

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.session import Session


class PlaybackSeat(QObject):
    """Signals: ``learned`` when more is known of the channel's recordings."""

    learned = Signal()

    def __init__(
        self,
        context: Context,
        tasks: TaskScope,
        conductor: Conductor,
        now: Callable[[], float],
        zone: Callable[[], tzinfo],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._tasks = tasks
        self._now = now
        self._zone = zone
        self._session: Session | None = None
        self.channel: ChannelId | None = None
        self.book: DayBook | None = None
        self.track: Track | None = None
        self.part = conductor.part()
        self.player = RecordingPlayer(self, clock=self.part)
        self.reel = Reel(self.player, tasks, now, self, clock=self.part)
        self.tile = PlaybackTile(context, self.reel, zone)
        self.reel.moved.connect(self._on_moved)
        self.reel.changed.connect(self._on_changed)
        self.tile.retry_requested.connect(self.reel.retry)

    @property
    def name(self) -> str:
        """The channel's name, empty without one."""
        if self.channel is None or self._session is None:
            return ""
        return channel_name(self._session.directory, self.channel)

    def load(self, session: Session, channel: ChannelId) -> None:
        """Take a channel; nothing is played until it is asked for."""
        self.clear()
        self._session, self.channel = session, channel
        recordings = session.recordings
        self.book = open_book(recordings, channel, self._tasks.start, self._on_book, self._now)
        self.reel.load(recordings, channel, self.book)
        self._make_track()

    def clear(self) -> None:
        """Show nothing, and let go of what is open."""
        if self.book is not None:
            self.book.close()
        self._session = self.channel = self.book = self.track = None
        self.reel.leave()
        self.reel.load(None, None, None)
        self.tile.set_track("", None)
        self.tile.set_time(0.0)

    def learn(self) -> None:
        """Make the track anew, after the channel's name or the language has changed."""
        self._on_book()

    def _on_book(self) -> None:
        if self.book is not None:
            self._make_track()
            self.learned.emit()

    def _make_track(self) -> None:
        book, channel = self.book, self.channel
        if book is not None and channel is not None:
            self.track = book.track(self.name, lambda error: self._context.explain(error).title)
            self.tile.set_track(channel, self.track)

    def _on_moved(self, t: float) -> None:
        self.tile.set_time(t)

    def _on_changed(self) -> None:
        self.tile.refresh()
