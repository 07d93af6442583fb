"""Small pictures of single moments of a recording: one segment is opened, one key frame decoded.

Only the latest wish counts: whatever was under way for an earlier one is given up at once.
"""

from __future__ import annotations

import threading
from bisect import bisect_right, insort
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage

from ivcdesk.domain.intervals import Interval
from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.frames import Scaler
from ivcdesk.media.http import HttpReader
from ivcdesk.media.live_hls import fetch_playlist
from ivcdesk.media.pictures import SegmentPictures
from ivcdesk.media.playlist import Segment, find, timed
from ivcdesk.media.relay import Doorbell

KEPT_BYTES = 24 << 20
"""How many bytes of pictures are kept; those not looked at for longest go first."""
SAME_SECONDS = 2.0
"""So long after its key frame a moment still looks like it, s."""
IDLE_SECONDS = 3.0
"""How long the worker waits for another wish before it ends, s."""

_KEPT_PLAYLISTS = 24
_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Wish:
    """A moment ``t`` (seconds since the epoch) of a recording that is to be seen.

    ``key`` says whose recording it is; ``url`` is its playlist, which covers ``interval``;
    ``spans`` is what is known to be recorded; ``size`` the box for the picture in device px.
    """

    key: str
    t: float
    url: str = field(repr=False)
    interval: Interval
    spans: tuple[tuple[float, float], ...]
    size: QSize


class Shelf:
    """The pictures that were made, by whose they are and when they were taken; bounded in bytes."""

    def __init__(self, most: int = KEPT_BYTES) -> None:
        self._most = most
        self._pictures: OrderedDict[tuple[str, float], QImage] = OrderedDict()
        self._moments: dict[str, list[float]] = {}
        self.size = 0

    def __len__(self) -> int:
        return len(self._pictures)

    def find(self, key: str, t: float) -> QImage | None:
        """Return the picture that a moment looks like, or None."""
        moments = self._moments.get(key, [])
        index = bisect_right(moments, t) - 1
        if index < 0 or t - moments[index] > SAME_SECONDS:
            return None
        self._pictures.move_to_end((key, moments[index]))
        return self._pictures[key, moments[index]]

    def keep(self, key: str, taken: float, image: QImage) -> None:
        """Keep a picture and let go of the oldest ones that there is no room for."""
        if (key, taken) not in self._pictures:
            insort(self._moments.setdefault(key, []), taken)
            self._pictures[key, taken] = image
            self.size += image.sizeInBytes()
        while self.size > self._most and len(self._pictures) > 1:
            (old, moment), gone = self._pictures.popitem(last=False)
            self._moments[old].remove(moment)
            self.size -= gone.sizeInBytes()

    def clear(self) -> None:
        """Let go of everything."""
        self._pictures.clear()
        self._moments.clear()
        self.size = 0


class Thumbnails(QObject):
    """Makes pictures of moments, one at a time, in a thread that ends when nobody wishes any.

    ``ready(wish, image)`` tells of the latest wish only; ``failed(wish, error)`` of one that could
    not be fulfilled, where ``error.wants_new_url`` tells that its address has expired.
    """

    ready = Signal(object, object)
    failed = Signal(object, object)

    def __init__(self, parent: QObject | None = None, *, kept_bytes: int = KEPT_BYTES) -> None:
        super().__init__(parent)
        self.shelf = Shelf(kept_bytes)
        self._bell = Doorbell(self._on_news)
        self._worker: _Worker | None = None
        self._generation = 0

    def want(self, wish: Wish) -> None:
        """See a moment, instead of any other that was wished for before."""
        self._generation += 1
        if self._worker is None or not self._worker.take(self._generation, wish):
            self._worker = _Worker(self._bell)
            self._worker.take(self._generation, wish)
            self._worker.start()

    def cancel(self) -> None:
        """Wish for nothing any more."""
        self._generation += 1
        if self._worker is not None:
            self._worker.take(self._generation, None)

    def forget(self) -> None:
        """Let go of all pictures and of the thread."""
        self._generation += 1
        self.shelf.clear()
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.stop()

    def _on_news(self) -> None:
        worker = self._worker
        while worker is not None and worker.done:
            generation, wish, taken, result = worker.done.popleft()
            if isinstance(result, QImage):
                self.shelf.keep(wish.key, taken, result)
            if generation != self._generation:
                continue  # the pointer has moved on
            if isinstance(result, QImage):
                self.ready.emit(wish, result)
            else:
                self.failed.emit(wish, result)


class _Worker(threading.Thread):
    """Fulfils the latest wish."""

    def __init__(self, bell: Doorbell) -> None:
        super().__init__(name="media-thumbnails", daemon=True)
        self.done: deque[tuple[int, Wish, float, QImage | MediaError]] = deque()
        self._bell = bell
        self._lock = threading.Condition()
        self._next: tuple[int, Wish] | None = None
        self._reader: HttpReader | None = None
        self._over = False
        self._playlists: OrderedDict[str, tuple[Segment, ...]] = OrderedDict()
        self._scaler = Scaler()

    def take(self, generation: int, wish: Wish | None) -> bool:
        """Take a wish in place of the one before; False where the worker has ended."""
        with self._lock:
            if self._over:
                return False
            self._next = None if wish is None else (generation, wish)
            if self._reader is not None:
                self._reader.interrupt()
            self._lock.notify_all()
            return True

    def stop(self) -> None:
        """End soon; returns at once."""
        with self._lock:
            self._over = True
            if self._reader is not None:
                self._reader.interrupt()
            self._lock.notify_all()

    def run(self) -> None:
        """Fulfil wishes until there are none for a while."""
        while (current := self._wait()) is not None:
            generation, wish, reader = current
            try:
                taken, image = self._picture(wish, reader)
                self.done.append((generation, wish, taken, image))
            except Interrupted:
                continue
            except MediaError as error:
                self.done.append((generation, wish, wish.t, error))
            finally:
                with self._lock:
                    self._reader = None
                reader.close()
            self._bell.ring()

    def _wait(self) -> tuple[int, Wish, HttpReader] | None:
        with self._lock:
            self._lock.wait_for(lambda: self._over or self._next is not None, IDLE_SECONDS)
            if self._over or self._next is None:
                self._over = True
                return None
            generation, wish = self._next
            self._next = None
            # A reader that was interrupted is of no more use: each wish has its own.
            self._reader = HttpReader(stall_seconds=_PATIENCE)
            return generation, wish, self._reader

    def _picture(self, wish: Wish, reader: HttpReader) -> tuple[float, QImage]:
        """Return when the key frame of a moment was taken, and its picture."""
        segments = self._segments(wish, reader)
        index = find(segments, wish.t)
        if index is None or segments[index].start > wish.t + SAME_SECONDS:
            raise MediaError("ended", "nothing is recorded here")
        segment = segments[index]
        pictures = SegmentPictures(segment, _reading(segment, reader), wish.t)
        found = next(iter(pictures), None)
        if found is None:
            raise MediaError("garbage", "the segment holds no picture")
        taken, frame = found
        self._scaler.pixel_aspect = pictures.pixel_aspect
        return taken, self._scaler.convert(frame, wish.size)

    def _segments(self, wish: Wish, reader: HttpReader) -> Sequence[Segment]:
        known = self._playlists.get(wish.url)
        if known is not None:
            self._playlists.move_to_end(wish.url)
            return known
        playlist = fetch_playlist(reader, wish.url)
        if playlist.variants and not playlist.segments:
            playlist = fetch_playlist(reader, playlist.variants[-1])
        segments = timed(playlist.segments, *wish.interval, wish.spans)
        if playlist.ended:
            self._playlists[wish.url] = segments
        while len(self._playlists) > _KEPT_PLAYLISTS:
            self._playlists.popitem(last=False)
        return segments


def _reading(segment: Segment, reader: HttpReader) -> Callable[[int], bytes]:
    """Return a function that reads a segment as it comes, its header first."""
    head = bytearray(reader.fetch(segment.init) if segment.init else b"")
    headers = {}
    if segment.part is not None:
        offset, length = segment.part
        headers = {"Range": f"bytes={offset}-{offset + length - 1}"}
    reader.open(segment.url, headers)

    def read(size: int) -> bytes:
        if head:
            data = bytes(head[:size])
            del head[:size]
            return data
        return reader.read(size)

    return read
