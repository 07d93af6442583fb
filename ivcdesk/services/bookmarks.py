"""Moments of recordings that somebody wants to find again, with a note, kept on this computer."""

from __future__ import annotations

from bisect import insort
from pathlib import Path

import msgspec

from ivcdesk.api.actions import ChannelId
from ivcdesk.services.readable_file import ReadableFile

MOST = 5000
"""How many are kept; the oldest made way for newer ones."""
LONGEST_NOTE = 200


class Bookmark(msgspec.Struct, frozen=True, order=True):
    """A moment ``t`` of a channel's recordings, in seconds since the epoch."""

    t: float
    note: str = ""


_Book = dict[str, list[Bookmark]]
_decoder = msgspec.json.Decoder(_Book)


class Bookmarks:
    """The bookmarks of all channels, in one readable file; ``path`` None keeps them in memory.

    They are nobody's secret and no cache: the file is written whole or not at all, and one that
    can't be read is moved aside.
    """

    def __init__(self, path: Path | None) -> None:
        self._channels: _Book = {}
        self._file = ReadableFile(
            path, "the bookmarks", _decoder, self._take, lambda: self._channels
        )

    async def load(self) -> None:
        """Read the file, once; whoever comes meanwhile waits for the same reading."""
        await self._file.load()

    def of(self, channel_id: ChannelId) -> tuple[Bookmark, ...]:
        """Return a channel's bookmarks in order of time."""
        return tuple(self._channels.get(channel_id, ()))

    def add(self, channel_id: ChannelId, t: float, note: str = "") -> Bookmark:
        """Keep a moment, or give the one that is there already another note."""
        mark = Bookmark(round(t, 3), note.strip()[:LONGEST_NOTE])
        kept = [other for other in self.of(channel_id) if other.t != mark.t]
        insort(kept, mark)
        self._channels[channel_id] = kept
        self._make_room()
        self._file.save_soon()
        return mark

    def remove(self, channel_id: ChannelId, t: float) -> None:
        """Forget a moment."""
        kept = [other for other in self.of(channel_id) if other.t != t]
        if kept:
            self._channels[channel_id] = kept
        else:
            self._channels.pop(channel_id, None)
        self._file.save_soon()

    async def close(self) -> None:
        """Wait until everything is on the disk."""
        await self._file.close()

    def _take(self, found: _Book) -> None:
        for channel_id, marks in found.items():
            mine = {mark.t for mark in self._channels.get(channel_id, ())}
            merged = [mark for mark in marks if mark.t not in mine]
            merged.extend(self._channels.get(channel_id, ()))
            self._channels[channel_id] = sorted(merged)

    def _make_room(self) -> None:
        count = sum(map(len, self._channels.values()))
        if count > MOST:
            oldest = min(self._channels, key=lambda channel: self._channels[channel][0].t)
            del self._channels[oldest][0]
