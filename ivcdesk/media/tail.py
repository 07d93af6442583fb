"""How much of a recording has arrived, read from the end of the file that grows."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import BinaryIO, Literal

_PACKET = 188
_TAIL = 2000 * _PACKET
_TICKS = 90_000
_WRAP = 1 << 33
_LARGEST_BOX = 1 << 22  # of those that are read whole
_PARENTS = (b"moov", b"trak", b"mdia", b"traf", b"moof")


class Tail:
    """Tells the seconds of pictures in a file that is still being written.

    It reads a few kilobytes each time, never the file; what it can't make sense of it takes for
    unknown. Not for use by two threads at a time.
    """

    def __init__(self, path: Path, form: Literal["mp4", "ts"]) -> None:
        self._path = path
        self._form = form
        self._first: int | None = None
        self._place = 0
        self._scales: dict[int, int] = {}
        self._last: int | None = None

    def seconds(self) -> float | None:
        """Return how long the pictures that are there last, s; None where that can't be told."""
        try:
            with self._path.open("rb") as file:
                return self._fragments(file) if self._form == "mp4" else self._packets(file)
        except (OSError, struct.error):
            return None

    def _packets(self, file: BinaryIO) -> float | None:
        if self._first is None:
            self._first = next(iter(_stamps(file.read(_TAIL))), None)
            if self._first is None:
                return None
        size = file.seek(0, 2)
        file.seek(max(0, size - _TAIL) // _PACKET * _PACKET)
        last = None
        for stamp in _stamps(file.read(_TAIL)):
            last = stamp
        if last is None:
            return None
        return (last - self._first) % _WRAP / _TICKS

    def _fragments(self, file: BinaryIO) -> float | None:
        size = file.seek(0, 2)
        while self._place + 8 <= size:
            file.seek(self._place)
            length, kind = struct.unpack(">I4s", file.read(8))
            if length == 1:
                (length,) = struct.unpack(">Q", file.read(8))
            if length < 8 or self._place + length > size:
                break
            if kind in (b"moov", b"moof") and length <= _LARGEST_BOX:
                file.seek(self._place + 8)
                self._learn(kind, file.read(length - 8))
            self._place += length
        if self._first is None or self._last is None or not self._scales:
            return None
        return (self._last - self._first) / next(iter(self._scales.values()))

    def _learn(self, kind: bytes, body: bytes) -> None:
        if kind == b"moov":
            for track in (content for name, content in _boxes(body) if name == b"trak"):
                inside = dict(_flat(track))
                if b"vide" in inside.get(b"hdlr", b"")[8:12] and b"tkhd" in inside:
                    self._scales = {_track_id(inside[b"tkhd"]): _scale(inside.get(b"mdhd", b""))}
            return
        for run in (content for name, content in _boxes(body) if name == b"traf"):
            inside = dict(_boxes(run))
            (track_id,) = struct.unpack_from(">I", inside.get(b"tfhd", bytes(8)), 4)
            time = inside.get(b"tfdt", b"")
            if track_id in self._scales and time:
                form = ">Q" if time[0] else ">I"
                (self._last,) = struct.unpack_from(form, time, 4)
                self._first = self._last if self._first is None else self._first


def _boxes(data: bytes) -> list[tuple[bytes, bytes]]:
    found, place = [], 0
    while place + 8 <= len(data):
        length, kind = struct.unpack_from(">I4s", data, place)
        if length < 8:
            break
        found.append((kind, data[place + 8 : place + length]))
        place += length
    return found


def _flat(data: bytes) -> list[tuple[bytes, bytes]]:
    found = []
    for kind, content in _boxes(data):
        found.append((kind, content))
        if kind in _PARENTS:
            found += _flat(content)
    return found


def _track_id(head: bytes) -> int:
    (number,) = struct.unpack_from(">I", head, 20 if head[0] else 12)
    return int(number)


def _scale(head: bytes) -> int:
    (ticks,) = struct.unpack_from(">I", head, 20 if head[:1] == b"\x01" else 12)
    return max(1, int(ticks))


def _stamps(data: bytes) -> list[int]:
    """Return the time stamps of pictures in packets of a transport stream."""
    found = []
    for place in range(0, len(data) - _PACKET + 1, _PACKET):
        if data[place] != 0x47 or not data[place + 1] & 0x40:
            continue
        start = place + 4
        if data[place + 3] & 0x20:
            start += 1 + data[start]
        head = data[start : min(start + 14, place + _PACKET)]
        picture = head[:3] == b"\0\0\1" and len(head) == 14 and 0xE0 <= head[3] <= 0xEF
        if picture and head[7] & 0x80:
            high, mid, low = head[9], (head[10] << 8) | head[11], (head[12] << 8) | head[13]
            found.append((high >> 1 & 7) << 30 | (mid >> 1) << 15 | low >> 1)
    return found
