"""Live HLS as one stream of bytes, shown at the pace of its own time stamps."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from typing import Literal

from ivcdesk.media.errors import MediaError
from ivcdesk.media.http import HttpReader
from ivcdesk.media.playlist import Playlist, Segment, parse

PLAYLIST_LIMIT = 16 << 20
"""A longer playlist is taken for garbage, bytes."""

_KEPT_BEHIND = 1
_QUIET_SECONDS = 2.0
_LATE_SECONDS = 1.0


class HlsFeed:
    """Gives the bytes of the newest segments one after another, waiting for those to come.

    A break in the stream ends the bytes; :meth:`resume` goes on behind it. Used by one thread.
    ``on_quiet`` is called when nothing new has come for two seconds.
    """

    def __init__(self, reader: HttpReader, url: str, on_quiet: Callable[[], object]) -> None:
        self._reader = reader
        self._url = url
        self._on_quiet = on_quiet
        self._waiting: deque[Segment] = deque()
        self._next_sequence: int | None = None
        self._fresh = True
        self._body = False
        self._ended = False
        self._target = 2.0
        self._anchor: tuple[float, float] | None = None
        self._refresh()
        fragments = bool(self._waiting and self._waiting[0].init)
        self.kind: Literal["mpegts", "mp4"] = "mp4" if fragments else "mpegts"

    def read(self, size: int) -> bytes:
        """Return some bytes; nothing at a break and at the end."""
        while True:
            if self._body:
                if data := self._reader.read(size):
                    return data
                self._body = False
            if not self._fill() or (self._waiting[0].broken and not self._fresh):
                return b""
            if self._fresh and self._waiting[0].init:
                self._reader.open(self._waiting[0].init)
            else:
                self._reader.open(self._waiting.popleft().url)
            self._body, self._fresh = True, False

    def resume(self) -> bool:
        """Go on after a break; False where the stream has ended."""
        self._anchor = None
        self._fresh = True
        return bool(self._waiting)

    def pace(self, stamp: float) -> None:
        """Wait until the picture with this time stamp (s) is due."""
        now = time.monotonic()
        if self._anchor is None:
            self._anchor = (now, stamp)
        began, first = self._anchor
        ahead = (stamp - first) - (now - began)
        if not -_LATE_SECONDS < ahead < self._target * 4:
            self._anchor = (now, stamp)
        elif ahead > 0:
            self._reader.stop.sleep(ahead)

    def _fill(self) -> bool:
        since = time.monotonic()
        told = False
        while not self._waiting:
            if self._ended:
                return False
            self._reader.stop.sleep(min(self._target / 2, 1.0))
            self._refresh()
            waited = time.monotonic() - since
            if waited > _QUIET_SECONDS and not told:
                told = True
                self._on_quiet()
            if waited > max(self._reader.patience, self._target * 3):
                raise MediaError("timeout", "no new piece of the stream has come")
        return True

    def _refresh(self) -> None:
        playlist = self._playlist()
        self._target, self._ended = max(0.5, playlist.target), playlist.ended
        segments = playlist.segments
        expected = self._next_sequence
        restarted = expected is not None and segments and segments[-1].sequence < expected - 1
        if expected is None or restarted:
            segments = segments[-1 - _KEPT_BEHIND :]
        else:
            segments = tuple(s for s in segments if s.sequence >= expected)
        if segments:
            self._next_sequence = segments[-1].sequence + 1
            self._waiting.extend(segments)

    def _playlist(self) -> Playlist:
        playlist = fetch_playlist(self._reader, self._url)
        if playlist.variants and not playlist.segments:
            self._url = playlist.variants[0]
            playlist = fetch_playlist(self._reader, self._url)
        return playlist


def fetch_playlist(reader: HttpReader, url: str) -> Playlist:
    """Get and read one playlist."""
    text = reader.fetch(url, PLAYLIST_LIMIT).decode("utf-8", "replace")
    return parse(text, reader.url)
