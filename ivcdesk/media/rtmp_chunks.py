"""RTMP messages out of the chunks that they come in, wherever the bytes are cut."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

SET_CHUNK, ABORT = 1, 2

LARGEST = 8 << 20
"""Messages that are longer, or begun and not ended all together, are taken for garbage, bytes."""

_FIRST_CHUNK = 128
_OWN_CHUNK = 128
_HEADS = (11, 7, 3, 0)
_EXTENDED = 0xFFFFFF


class Message(NamedTuple):
    """One whole message; ``ms`` is its time, 32 bit that wrap around."""

    kind: int
    stream: int
    ms: int
    body: bytes


@dataclass(slots=True)
class _ChunkStream:
    """What later chunks of a chunk stream leave unsaid."""

    length: int = 0
    kind: int = 0
    stream: int = 0
    time: int = 0
    step: int = 0
    ms: int = 0
    body: bytearray = field(default_factory=bytearray)
    begun: bool = False
    known: bool = False


class ChunkReader:
    """Takes bytes as they come, and gives the messages that are whole.

    Messages about chunks are obeyed and passed over. Raises ValueError for what is no RTMP.
    """

    def __init__(self) -> None:
        self._data = bytearray()
        self._chunk = _FIRST_CHUNK
        self._held = 0
        self._streams: dict[int, _ChunkStream] = {}

    def feed(self, data: bytes | memoryview) -> Iterator[Message]:
        """Take some bytes; gives what they complete."""
        self._data += data
        place = 0
        try:
            while True:
                end, message = self._next(place)
                if end == place:
                    return
                place = end
                if message is None:
                    continue
                if message.kind == SET_CHUNK:
                    self._chunk = max(1, int.from_bytes(message.body[:4], "big") & 0x7FFFFFFF)
                elif message.kind == ABORT:
                    self._abort(int.from_bytes(message.body[:4], "big"))
                else:
                    yield message
        finally:
            del self._data[:place]

    def _next(self, place: int) -> tuple[int, Message | None]:
        """Read the chunk at a place; returns where it ends, which is there if it is not whole."""
        start, data = place, self._data
        if len(data) <= place:
            return start, None
        form, number = data[place] >> 6, data[place] & 63
        place += 1
        if number < 2:
            width = number + 1
            if len(data) < place + width:
                return start, None
            number = 64 + int.from_bytes(data[place : place + width], "little")
            place += width
        size = _HEADS[form]
        if len(data) < place + size:
            return start, None
        known = self._streams.get(number)
        if known is None:
            known = self._streams[number] = _ChunkStream()
        if form == 3 and not known.known:
            raise ValueError("a chunk without a head")
        head = data[place : place + size]
        place += size
        time = int.from_bytes(head[:3], "big") if form < 3 else known.time
        length = int.from_bytes(head[3:6], "big") if form < 2 else known.length
        goes_on = form == 3 and known.begun
        step = known.step
        if time == _EXTENDED:
            if len(data) < place + 4:
                return start, None
            told = int.from_bytes(data[place : place + 4], "big")
            # Some servers do not repeat the long time before each piece of a message.
            if not goes_on or told == step:
                step = told
                place += 4
        elif form < 3:
            step = time
        if length > LARGEST:
            raise ValueError("too long a message")
        part = min(length - (len(known.body) if goes_on else 0), self._chunk)
        if len(data) < place + part:
            return start, None
        if not goes_on:
            # Only the longest form tells the time itself, all others what has passed since.
            known.ms = step if form == 0 else known.ms + step & 0xFFFFFFFF
            known.time, known.step, known.length = time, step, length
            known.known = known.begun = True
            self._held -= len(known.body)
            known.body.clear()
        if form < 2:
            known.kind = head[6]
        if form == 0:
            known.stream = int.from_bytes(head[7:11], "little")
        known.body += data[place : place + part]
        self._held += part
        if self._held > LARGEST:
            raise ValueError("too much is begun and not ended")
        place += part
        if len(known.body) < known.length:
            return place, None
        message = Message(known.kind, known.stream, known.ms, bytes(known.body))
        self._held -= len(known.body)
        known.body.clear()
        known.begun = False
        return place, message

    def _abort(self, number: int) -> None:
        known = self._streams.get(number)
        if known is not None and known.begun:
            self._held -= len(known.body)
            known.body.clear()
            known.begun = False


def chunks(number: int, kind: int, stream: int, body: bytes) -> bytes:
    """Return a message without a time, cut into chunks of a chunk stream (2 to 63)."""
    head = struct.pack(">B3s3sB", number, bytes(3), len(body).to_bytes(3, "big"), kind)
    parts = [head, struct.pack("<I", stream), body[:_OWN_CHUNK]]
    for place in range(_OWN_CHUNK, len(body), _OWN_CHUNK):
        parts += (bytes((0xC0 | number,)), body[place : place + _OWN_CHUNK])
    return b"".join(parts)
