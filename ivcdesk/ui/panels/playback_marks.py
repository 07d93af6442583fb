"""Brings together what is bookmarked, the list of it, and the flags on the timeline."""

from __future__ import annotations

from ivcdesk.api.actions import ChannelId
from ivcdesk.services.bookmarks import Bookmarks
from ivcdesk.ui.panels.playback_bookmarks import BookmarkShelf
from ivcdesk.ui.widgets.timeline import Timeline


class Marks:
    """Keeps one channel's bookmarks in step wherever they are shown."""

    def __init__(self, kept: Bookmarks, shelf: BookmarkShelf, timeline: Timeline) -> None:
        self._kept = kept
        self._shelf = shelf
        self._timeline = timeline
        self._channel: ChannelId | None = None
        shelf.kept.connect(self._on_kept)
        shelf.removed.connect(self._on_removed)

    async def load(self) -> None:
        """Read what was kept before."""
        await self._kept.load()
        self._show()

    async def close(self) -> None:
        """Wait until everything is on the disk."""
        await self._kept.close()

    def set_channel(self, channel_id: ChannelId | None) -> None:
        """Show another channel's."""
        self._channel = channel_id
        self._show()

    def _on_kept(self, t: float, note: str) -> None:
        if self._channel is not None:
            self._kept.add(self._channel, t, note)
            self._show()

    def _on_removed(self, t: float) -> None:
        if self._channel is not None:
            self._kept.remove(self._channel, t)
            self._show()

    def _show(self) -> None:
        marks = self._kept.of(self._channel) if self._channel is not None else ()
        pairs = [(mark.t, mark.note) for mark in marks]
        self._timeline.set_bookmarks(pairs)
        self._shelf.set_bookmarks(pairs)
