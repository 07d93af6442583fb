"""Fetching a file over HTTP onto the disk as fast as the network and the disk are.

What arrives goes from the socket into one large buffer and from there into the file; the borders
of chunks cost a few instructions each and no copy.
"""

from __future__ import annotations

import http.client
import io
import os
import ssl
from collections.abc import Callable
from pathlib import Path

from ivcdesk.media.errors import MediaError
from ivcdesk.media.http import HttpReader
from ivcdesk.media.wire import Wire

BUFFER = 1 << 20
"""How much is received and written at a time, at most."""

_MOST_VECTORS = 512  # what one call may gather; systems take 1024
_LONGEST_LINE = 256
_EARLY = 1 << 16  # how much may have come together with the head, at most


class _Body:
    """The body of an answer: first what came together with its head, then straight from the wire.

    A buffered reader that has some bytes would wait for more before it gives them.
    """

    def __init__(self, response: http.client.HTTPResponse, wire: Wire) -> None:
        self._early: io.BufferedReader | None = response.fp
        self._wire = wire

    def fill(self, room: memoryview) -> int:
        """Receive what there is, and return how many bytes it was; 0 at the end."""
        if self._early is None:
            return self._wire.readinto(room)
        wanted = min(len(room), _EARLY)
        data = self._early.read1(wanted)
        room[: len(data)] = data
        if len(data) < wanted or wanted == _EARLY:
            self._early = None
        return len(data)


class Fetch:
    """One transfer of one address into one file.

    ``path`` is made, or with an ``offset`` written on from there where the server goes along, else
    anew. ``received`` counts the bytes that are in the file and may be read from any thread.
    ``validator`` is what the server calls this very file (ETag), or empty where it can't be
    continued. Raises MediaError, OSError (of the file) and Interrupted from :meth:`run`.
    """

    def __init__(
        self,
        url: str,
        path: Path,
        *,
        offset: int = 0,
        validator: str = "",
        connect_seconds: float = 8.0,
        stall_seconds: float = 15.0,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.received = 0
        self.expected: int | None = None
        self.validator = ""
        self._url = url
        self._path = path
        self._offset = offset if validator else 0
        self._asked_validator = validator
        self._reader = _BulkReader(
            connect_seconds=connect_seconds, stall_seconds=stall_seconds, context=context
        )

    def interrupt(self) -> None:
        """End it at once, from any thread; what was received stays in the file."""
        self._reader.interrupt()

    def run(self) -> None:
        """Fetch it all, and return when every byte is safe on the disk."""
        try:
            self._transfer()
        finally:
            self._reader.close()

    def _transfer(self) -> None:
        headers = {"Accept-Encoding": "identity"}
        if self._offset:
            headers |= {"Range": f"bytes={self._offset}-", "If-Range": self._asked_validator}
        self._reader.open(self._url, headers)
        response = self._reader.answer()
        continued = self._offset > 0 and _continues(response, self._offset)
        tag = response.getheader("ETag") or ""
        if not tag.startswith("W/") and response.getheader("Accept-Ranges") == "bytes":
            self.validator = tag
        start = self._offset if continued else 0
        if response.length is not None and not response.chunked:
            self.expected = start + response.length
        self.received = start
        flags = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
        file = os.open(self._path, flags, 0o644)
        try:
            os.ftruncate(file, start)
            os.lseek(file, start, os.SEEK_SET)
            self._reader.pour(lambda pieces: self._write(file, pieces))
            os.fsync(file)
        finally:
            os.close(file)

    def _write(self, file: int, pieces: list[memoryview]) -> None:
        self.received += write_all(file, pieces)


def write_all(file: int, pieces: list[memoryview]) -> int:
    """Write pieces one after the other and return their bytes; raises OSError."""
    total = 0
    for first in range(0, len(pieces), _MOST_VECTORS):
        group = pieces[first : first + _MOST_VECTORS]
        size = sum(map(len, group))
        written = os.writev(file, group) if hasattr(os, "writev") else 0
        if written < size:
            # A disk that is nearly full takes a part: the next write tells the reason.
            rest = memoryview(b"".join(group))[written:]
            while rest:
                rest = rest[os.write(file, rest) :]
        total += size
    return total


def _continues(response: http.client.HTTPResponse, offset: int) -> bool:
    """Whether the answer begins where the file ends."""
    if response.status != 206:
        return False
    content = response.getheader("Content-Range") or ""
    if not content.startswith(f"bytes {offset}-"):
        raise MediaError("garbage", "the server continues somewhere else")
    return True


class _BulkReader(HttpReader):
    """A reader whose bodies are poured out whole instead of read piece by piece."""

    def answer(self) -> http.client.HTTPResponse:
        """Return the head of the answer that was opened."""
        if self._response is None:
            raise MediaError("ended", "the answer has no body")
        return self._response

    def pour(self, write: Callable[[list[memoryview]], None]) -> None:
        """Hand the rest of the body to ``write`` in groups of pieces, which are used up at once."""
        response = self.answer()
        if self._wire is None:
            raise MediaError("ended", "the connection is closed")
        body = _Body(response, self._wire)
        buffer = memoryview(bytearray(BUFFER))
        try:
            if response.chunked:
                _pour_chunks(body, buffer, write)
            else:
                _pour_plain(body, buffer, response.length, write)
        finally:
            # What follows on this connection has not been looked at.
            self._response = None
            self._drop()


def _pour_plain(
    body: _Body,
    buffer: memoryview,
    length: int | None,
    write: Callable[[list[memoryview]], None],
) -> None:
    left = length
    while left is None or left > 0:
        room = buffer if left is None else buffer[: min(left, BUFFER)]
        count = body.fill(room)
        if not count:
            if left is not None:
                raise MediaError("ended", "the answer was cut short")
            return
        write([buffer[:count]])
        if left is not None:
            left -= count


def _pour_chunks(
    body: _Body, buffer: memoryview, write: Callable[[list[memoryview]], None]
) -> None:
    """Write the contents of chunks; their sizes and borders are left out."""
    chunks = Chunks()
    while not chunks.ended:
        count = body.fill(buffer)
        if not count:
            raise MediaError("ended", "the answer was cut short")
        pieces = chunks.take(buffer[:count])
        if pieces:
            write(pieces)


class Chunks:
    """Finds the contents of a chunked body in pieces that are cut anywhere."""

    def __init__(self) -> None:
        self.ended = False
        self._left = 0  # bytes of the present chunk that are still to come
        self._line = b""  # the beginning of a line whose end is still to come
        self._border = False  # whether the line end after a chunk is still to come
        self._trailer = False

    def take(self, data: memoryview) -> list[memoryview]:
        """Return the contents in the next bytes of the body. Raises MediaError."""
        pieces: list[memoryview] = []
        here, end = 0, len(data)
        whole = data.obj
        base = whole if isinstance(whole, bytearray | bytes) else bytes(data)
        while here < end and not self.ended:
            if self._left:
                count = min(self._left, end - here)
                pieces.append(data[here : here + count])
                here += count
                self._left -= count
                self._border = not self._left
                if self._border and (after := self._next_chunk(base, here, end)):
                    here = after
                continue
            stop = base.find(b"\n", here, end)
            if stop < 0:
                self._line += bytes(data[here:end])
                if len(self._line) > _LONGEST_LINE:
                    raise MediaError("garbage", "the answer is not proper HTTP")
                return pieces
            line = self._line + bytes(data[here : stop + 1])
            self._line = b""
            here = stop + 1
            self._obey(line.strip())
        return pieces

    def _next_chunk(self, base: bytes | bytearray, here: int, end: int) -> int:
        """Take the border after a chunk and the plain size of the next one at a stroke.

        Returns where its contents begin, or 0 where it is not as simple as that.
        """
        stop = base.find(b"\r\n", here + 2, min(here + 20, end))
        if stop < 0 or base[here : here + 2] != b"\r\n":
            return 0
        digits = base[here + 2 : stop]
        if not digits.isalnum():
            return 0
        try:
            size = int(digits, 16)
        except ValueError:
            return 0
        if not size:
            return 0
        self._left, self._border = size, False
        return stop + 2

    def _obey(self, line: bytes) -> None:
        if self._border:
            if line:
                raise MediaError("garbage", "the answer is not proper HTTP")
            self._border = False
        elif self._trailer:
            self.ended = not line
        else:
            digits = line.partition(b";")[0].strip()
            try:
                self._left = int(digits, 16)
            except ValueError:
                raise MediaError("garbage", "the answer is not proper HTTP") from None
            if self._left < 0:
                raise MediaError("garbage", "the answer is not proper HTTP")
            self._trailer = not self._left
