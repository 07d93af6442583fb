"""Moments of recordings that somebody wants to find again, with a note, kept on this computer."""

from __future__ import annotations

import asyncio
import logging
import os
import tempfile
from bisect import insort
from pathlib import Path

import msgspec

from ivcdesk.api.actions import ChannelId

MOST = 5000
"""How many are kept; the oldest made way for newer ones."""
LONGEST_NOTE = 200

_log = logging.getLogger(__name__)


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
        self._path = path
        self._channels: _Book = {}
        self._loading: asyncio.Task[None] | None = None
        self._writing: asyncio.Task[None] | None = None
        self._changed = False

    async def load(self) -> None:
        """Read the file, once; whoever comes meanwhile waits for the same reading."""
        if self._loading is None:
            self._loading = asyncio.get_running_loop().create_task(
                self._load(), name="bookmarks.load"
            )
        await asyncio.shield(self._loading)

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
        self._save()
        return mark

    def remove(self, channel_id: ChannelId, t: float) -> None:
        """Forget a moment."""
        kept = [other for other in self.of(channel_id) if other.t != t]
        if kept:
            self._channels[channel_id] = kept
        else:
            self._channels.pop(channel_id, None)
        self._save()

    async def close(self) -> None:
        """Wait until everything is on the disk."""
        if self._loading is not None:
            await self._loading
        if self._writing is not None:
            await self._writing

    async def _load(self) -> None:
        found = await asyncio.get_running_loop().run_in_executor(None, _read, self._path)
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

    def _save(self) -> None:
        self._changed = True
        if self._path is not None and (self._writing is None or self._writing.done()):
            self._writing = asyncio.get_running_loop().create_task(
                self._write_out(self._path), name="bookmarks.save"
            )

    async def _write_out(self, path: Path) -> None:
        # What is on the disk must be known before anything is written over it.
        await self.load()
        while self._changed:
            self._changed = False
            document = msgspec.json.format(msgspec.json.encode(self._channels), indent=1)
            await asyncio.get_running_loop().run_in_executor(None, _write, path, document)


def _read(path: Path | None) -> _Book:
    if path is None:
        return {}
    try:
        return _decoder.decode(path.read_bytes())
    except FileNotFoundError:
        return {}
    except OSError as error:
        _log.warning("the bookmarks can't be read: %s", error.strerror)
        return {}
    except msgspec.MsgspecError:
        _log.warning("the bookmarks can't be understood; the file is moved aside")
        aside = path.with_name(f"{path.name}.unreadable")
        try:
            path.replace(aside)
        except OSError as error:
            _log.warning("it can't be moved: %s", error.strerror)
        return {}


def _write(path: Path, document: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        scratch = Path(name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(document)
                file.flush()
                os.fsync(file.fileno())
            scratch.replace(path)
        except BaseException:
            scratch.unlink(missing_ok=True)
            raise
    except OSError as error:
        _log.warning("the bookmarks can't be saved: %s", error.strerror)
