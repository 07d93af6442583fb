"""Fetching the segments of a recording: the one needed now first, the next ones behind it."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence

from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.http import HttpReader
from ivcdesk.media.playlist import Segment

KEPT_BYTES = 48 << 20
"""How much of what was fetched is kept for going back, bytes."""

_TRIES = 3
_PAUSE = 0.3


class _Body:
    """The bytes of a segment, while and after they come."""

    def __init__(self) -> None:
        self.data = bytearray()
        self.whole = False
        self.error: MediaError | None = None


class SegmentStore(threading.Thread):
    """Fetches segments in a thread of its own and keeps some of them.

    ``lock`` is notified when bytes have come; whoever waits for them may be woken through it for
    other reasons too. All methods may be called from any thread.
    """

    def __init__(self, lock: threading.Condition, kept_bytes: int = KEPT_BYTES) -> None:
        super().__init__(name="media-segments", daemon=True)
        self._lock = lock
        self._kept_bytes = kept_bytes
        self._bodies: OrderedDict[Segment, _Body] = OrderedDict()
        self._wanted: list[Segment] = []
        self._current: Segment | None = None
        self._reader: HttpReader | None = None
        self._received = 0
        self._over = False

    @property
    def received(self) -> int:
        """Bytes received so far."""
        reader = self._reader
        return self._received + (reader.bytes_received if reader else 0)

    def want(self, segments: Sequence[Segment]) -> None:
        """Fetch these, the first one first; what else is under way is given up."""
        with self._lock:
            self._wanted = list(segments)
            for segment in segments:
                body = self._bodies.get(segment)
                if body is not None and body.error is not None:
                    del self._bodies[segment]
            current = self._current
            if current is not None and self._reader is not None and self._next() != current:
                self._reader.interrupt()
            self._lock.notify_all()

    def reader(
        self, segment: Segment, interrupted: Callable[[], bool], on_wait: Callable[[float], object]
    ) -> Callable[[int], bytes]:
        """Return a function that reads a wanted segment from its beginning as it comes.

        It raises :class:`Interrupted` once ``interrupted`` says so, which is asked whenever the
        lock is notified, and the segment's own error. While it waits, ``on_wait`` is called with
        the seconds waited so far, holding the lock.
        """
        position = 0

        def read(size: int) -> bytes:
            nonlocal position
            waited = 0.0
            with self._lock:
                while True:
                    if interrupted() or self._over:
                        raise Interrupted
                    body = self._bodies.get(segment)
                    if body is not None:
                        if position < len(body.data):
                            data = bytes(body.data[position : position + size])
                            position += len(data)
                            self._bodies.move_to_end(segment)
                            return data
                        if body.error is not None:
                            raise body.error
                        if body.whole:
                            return b""
                    on_wait(waited)
                    if not self._lock.wait(0.25):
                        waited += 0.25

        return read

    def stop(self) -> None:
        """End soon; returns at once."""
        with self._lock:
            self._over = True
            if self._reader is not None:
                self._reader.interrupt()
            self._lock.notify_all()

    def run(self) -> None:
        """Fetch what is wanted until :meth:`stop`."""
        while True:
            with self._lock:
                self._lock.wait_for(lambda: self._over or self._next() is not None)
                segment = self._next()
                if self._over or segment is None:
                    break
                self._current = segment
                if self._reader is None:
                    self._reader = HttpReader()
                body = self._bodies[segment] = _Body()
                reader = self._reader
            try:
                self._fetch(reader, segment, body)
            except Interrupted:
                self._forget(segment, reader)
            except MediaError as error:
                with self._lock:
                    self._current = None
                    body.error = error
                    self._lock.notify_all()
        if self._reader is not None:
            self._reader.close()

    def _next(self) -> Segment | None:
        for segment in self._wanted:
            body = self._bodies.get(segment)
            if body is None or not (body.whole or body.error):
                return segment
        return None

    def _fetch(self, reader: HttpReader, segment: Segment, body: _Body) -> None:
        if segment.init:
            self._receive(reader, segment.init, {}, body, 0)
        begun = len(body.data)
        headers = {}
        if segment.part is not None:
            offset, length = segment.part
            headers = {"Range": f"bytes={offset}-{offset + length - 1}"}
        for attempt in range(_TRIES):
            try:
                self._receive(reader, segment.url, headers, body, len(body.data) - begun)
                break
            except MediaError as error:
                final = error.kind == "http" and (error.status or 0) < 500
                if final or error.kind == "tls" or attempt == _TRIES - 1:
                    raise
                reader.stop.sleep(_PAUSE * 2**attempt)
        with self._lock:
            body.whole = True
            self._current = None
            self._trim()
            self._lock.notify_all()

    def _receive(
        self, reader: HttpReader, url: str, headers: dict[str, str], body: _Body, skipped: int
    ) -> None:
        """Append what comes to a body, without the first bytes where it has them already."""
        reader.open(url, headers)
        while data := reader.read():
            fresh = data[skipped:] if skipped else data
            skipped = max(0, skipped - len(data))
            if fresh:
                with self._lock:
                    body.data += fresh
                    self._lock.notify_all()

    def _forget(self, segment: Segment, reader: HttpReader) -> None:
        with self._lock:
            self._bodies.pop(segment, None)
            self._current = None
            self._received += reader.bytes_received
            self._reader = None
        reader.close()

    def _trim(self) -> None:
        size = sum(len(body.data) for body in self._bodies.values())
        for segment in list(self._bodies):
            if size <= self._kept_bytes:
                return
            if segment not in self._wanted:
                size -= len(self._bodies.pop(segment).data)
