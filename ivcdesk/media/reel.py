"""All segments of a recording as one run of pictures, from whichever moment."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from math import ceil

from ivcdesk.domain.intervals import Interval
from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.http import HttpReader
from ivcdesk.media.live_hls import fetch_playlist
from ivcdesk.media.pictures import History, Picture, SegmentPictures
from ivcdesk.media.playlist import Playlist, Segment, find, timed
from ivcdesk.media.segments import SegmentStore

_AHEAD_SECONDS = 4.0
_BAD_SEGMENTS = 3
_GROW_SECONDS = 1.0
_GIVE_UP_SECONDS = 10.0
_GAP = 0.3


class Reel:
    """Reads the playlist and gives pictures in order. One thread calls all but :meth:`stop`.

    ``interrupted`` is asked whenever ``lock`` is notified: every wait then ends with
    :class:`Interrupted`. ``on_wait`` is called while a segment is waited for, see
    :class:`SegmentStore`.

    A segment that can't be had is passed over, unless it was not the only one.
    """

    def __init__(
        self,
        url: str,
        interval: Interval,
        spans: Sequence[tuple[float, float]],
        lock: threading.Condition,
        interrupted: Callable[[], bool],
        on_wait: Callable[[float], object],
    ) -> None:
        self.segments: tuple[Segment, ...] = ()
        self.history = History()
        self.gap_from: float | None = None
        self._url = url
        self._interval = interval
        self._spans = spans
        self._lock = lock
        self._interrupted = interrupted
        self._on_wait = on_wait
        self._store = SegmentStore(lock)
        self._store.start()
        self._reader: HttpReader | None = None
        self._received = 0
        self._stale = False
        self._complete = False
        self._waited = 0.0
        self._index = 0
        self._pictures: SegmentPictures | None = None
        self._stream: Iterator[Picture] | None = None
        self._wanted: tuple[int, int] | None = None
        self._bad = 0
        self._over = False

    @property
    def received(self) -> int:
        """Bytes received so far; from any thread."""
        reader = self._reader
        return self._received + (reader.bytes_received if reader else 0) + self._store.received

    @property
    def codec(self) -> str:
        """FFmpeg's name of the codec of the pictures that come now."""
        return self._pictures.codec if self._pictures else ""

    @property
    def pixel_aspect(self) -> float:
        """The width of a pixel over its height."""
        return self._pictures.pixel_aspect if self._pictures else 1.0

    @property
    def here(self) -> Segment:
        """The segment that the last picture came from."""
        return self.segments[self._index]

    @property
    def keys_only(self) -> bool:
        """Whether only key frames are given, because there is no time for more."""
        return self._pictures is not None and self._pictures.keys_only

    @keys_only.setter
    def keys_only(self, only: bool) -> None:
        if self._pictures is not None:
            self._pictures.keys_only = only

    def stop(self) -> None:
        """End soon; from any thread, returns at once."""
        with self._lock:
            self._over = True
            if self._reader is not None:
                self._reader.interrupt()
        self._store.stop()

    def renew(self, url: str) -> None:
        """Have the playlist read anew from another address; from any thread."""
        self._url = url
        self._stale = True

    @property
    def loaded(self) -> bool:
        """Whether the playlist has been read."""
        return bool(self.segments) and not self._stale

    def load(self) -> None:
        """Read the playlist, if that has not been done."""
        if not self.loaded:
            self._stale = False
            self._waited = 0.0
            self.segments = ()
            self._take_over(self._fetch())
        if not self.segments:
            raise MediaError("ended", "nothing is recorded here")

    def open_at(self, moment: float) -> float:
        """Go to a moment, or the first recorded one after it, or the last; return where."""
        index = find(self.segments, moment)
        if index is None:
            index = len(self.segments) - 1
        return self._open_for(index, moment)

    def open_before(self, moment: float) -> float | None:
        """Go to the last recorded moment that is not after another; None where there is none."""
        index = self._index
        while index > 0 and self.segments[index].start > moment:
            index -= 1
        return None if self.segments[index].start > moment else self._open_for(index, moment)

    def prefetch(self, rate: float) -> None:
        """Fetch what playing at a rate needs next; 0 means standing still."""
        segment = self.here
        count = 1 + ceil(_AHEAD_SECONDS * rate / max(1.0, segment.duration)) if rate else 1
        if self._wanted != (self._index, count):
            self._wanted = (self._index, count)
            self._store.want(self.segments[self._index : self._index + count])

    def next(self, *, within: bool = False) -> Picture | None:
        """Return the next picture, from whichever segment; None at the end of the recording.

        With ``within``, None at the end of the segment already.

        ``gap_from`` is set to the end of what came before where nothing is recorded in between.
        """
        while self._stream is not None:
            try:
                picture = next(self._stream, None)
            except MediaError as error:
                self._pass_over(error)
                picture = None
            if picture is not None:
                self._bad = 0
                self.history.add(picture)
                return picture
            if within or not self._open_next():
                break
        return None

    def read(self, segment: Segment, interrupted: Callable[[], bool]) -> Callable[[int], bytes]:
        """Return a function that reads a segment for somebody else; from any thread.

        It is read as it comes, and fetched only if the pictures need it too.
        """
        return self._store.reader(segment, interrupted, _ignore)

    def close(self) -> None:
        """Stop decoding; :meth:`open_at` begins again."""
        stream, self._stream = self._stream, None
        close = getattr(stream, "close", None)
        if close is not None:
            close()

    def _open_for(self, index: int, moment: float) -> float:
        moment = max(moment, self.segments[index].start)
        self.history.clear()
        self.gap_from = None
        self._bad = 0
        self._open(index, moment)
        return moment

    def _open_next(self) -> bool:
        while self._index + 1 >= len(self.segments) and not self._complete:
            self._grow()
        if self._index + 1 >= len(self.segments):
            return False
        before, keys_only = self.here, self.keys_only
        self._open(self._index + 1)
        self.keys_only = keys_only
        if self.here.start - before.end > _GAP:
            self.gap_from = before.end
        return True

    def _open(self, index: int, since: float | None = None) -> None:
        self.close()
        self._index = index
        segment = self.segments[index]
        count = self._wanted[1] if self._wanted else 1
        self._wanted = (index, count)
        self._store.want(self.segments[index : index + count])
        read = self._store.reader(segment, self._interrupted, self._on_wait)
        self._pictures = SegmentPictures(segment, read, since)
        self._stream = iter(self._pictures)

    def _pass_over(self, error: MediaError) -> None:
        self._bad += 1
        expired = error.kind == "http" and error.status in (401, 403)
        if expired or self._bad >= _BAD_SEGMENTS or len(self.segments) == 1:
            raise error

    def _grow(self) -> None:
        """Read a playlist that had no end again, and rest where it has not grown."""
        known = len(self.segments)
        self._take_over(self._fetch())
        if len(self.segments) > known or self._complete:
            self._waited = 0.0
            return
        with self._lock:
            self._on_wait(self._waited)
            if self._lock.wait_for(self._interrupted, _GROW_SECONDS):
                raise Interrupted
        self._waited += _GROW_SECONDS
        covered = self.segments[-1].end >= self._interval.end - _GROW_SECONDS
        self._complete = covered or self._waited > _GIVE_UP_SECONDS

    def _take_over(self, playlist: Playlist) -> None:
        start, end = self._interval
        segments = timed(playlist.segments, start, end, self._spans)
        if len(segments) >= len(self.segments):
            self.segments = segments
        self._complete = playlist.ended

    def _fetch(self) -> Playlist:
        reader = HttpReader()
        with self._lock:
            if self._over:
                reader.close()
                raise Interrupted
            self._reader = reader
        try:
            playlist = fetch_playlist(reader, self._url)
            if playlist.variants and not playlist.segments:
                playlist = fetch_playlist(reader, playlist.variants[0])
            return playlist
        finally:
            with self._lock:
                self._reader = None
                self._received += reader.bytes_received
            reader.close()


def _ignore(_waited: float) -> None:
    """Take no notice of a wait."""
