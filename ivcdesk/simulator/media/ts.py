"""MPEG transport stream segments whose counters run on from one segment to the next."""

from __future__ import annotations

from collections.abc import Iterable

from ivcdesk.simulator.media.encoder import Format, Unit

PACKET = 188
CLOCK = 90  # ticks per millisecond

_PMT_PID, _VIDEO_PID = 0x1000, 0x100
_ACCESS_UNIT = b"\x00\x00\x00\x01\x09\xf0"
_CODE = b"\x00\x00\x00\x01"


class SegmentWriter:
    """Writes one segment piece by piece.

    Every segment holds a multiple of 16 packets of video, so that the next one may begin at
    counter 0 without looking lost; ``number`` counts segments and does the same for the tables.
    ``offset`` (ms) is added to the times of all pictures.
    """

    def __init__(self, stream: Format, number: int = 0, offset: int = 0) -> None:
        self._sets = b"".join(_CODE + nal for nal in stream.parameter_sets)
        self._offset = offset
        self._number = number & 15
        self._count = 0
        self._begun = False

    def unit(self, unit: Unit, *, last: bool = False) -> bytes:
        """Return the packets of a picture; the last one of a segment fills it up."""
        ticks = (unit.ms + self._offset) * CLOCK
        parts = [_ACCESS_UNIT]
        if unit.key:
            parts.append(self._sets)
        for nal in unit.nals:
            parts += (_CODE, nal)
        payload = _pes_header(ticks) + b"".join(parts)
        packets = _packets(payload, ticks, unit.key, self._count, last=last)
        self._count += len(packets)
        if not self._begun:
            self._begun = True
            packets = [*tables(self._number), *packets]
        return b"".join(packets)


def segment(stream: Format, units: Iterable[Unit], number: int = 0, offset: int = 0) -> bytes:
    """Return a whole segment."""
    writer = SegmentWriter(stream, number, offset)
    pictures = list(units)
    end = len(pictures) - 1
    return b"".join(writer.unit(unit, last=n == end) for n, unit in enumerate(pictures))


def tables(counter: int) -> tuple[bytes, bytes]:
    """Return the packets of the program association and program map tables."""
    association = b"\x00\x01\xc1\x00\x00\x00\x01" + (0xE000 | _PMT_PID).to_bytes(2, "big")
    program = b"".join(
        (
            b"\x00\x01\xc1\x00\x00",
            (0xE000 | _VIDEO_PID).to_bytes(2, "big"),
            b"\xf0\x00\x1b",
            (0xE000 | _VIDEO_PID).to_bytes(2, "big"),
            b"\xf0\x00",
        )
    )
    return _table(0, 0x00, association, counter), _table(_PMT_PID, 0x02, program, counter)


def _table(pid: int, kind: int, body: bytes, counter: int) -> bytes:
    section = bytes((kind,)) + (0xB000 | (len(body) + 4)).to_bytes(2, "big") + body
    section += crc32(section).to_bytes(4, "big")
    head = bytes((0x47, 0x40 | pid >> 8, pid & 0xFF, 0x10 | counter & 15, 0))
    return (head + section).ljust(PACKET, b"\xff")


def _pes_header(ticks: int) -> bytes:
    pts = ticks & 0x1FFFFFFFF
    stamp = bytes(
        (
            0x21 | (pts >> 29) & 0x0E,
            (pts >> 22) & 0xFF,
            0x01 | (pts >> 14) & 0xFE,
            (pts >> 7) & 0xFF,
            0x01 | (pts << 1) & 0xFE,
        )
    )
    return b"\x00\x00\x01\xe0\x00\x00\x84\x80\x05" + stamp


def _packets(payload: bytes, ticks: int, key: bool, counter: int, *, last: bool) -> list[bytes]:
    """Cut a PES packet into transport packets; ``last`` stretches it to a multiple of 16."""
    # The first packet carries the program clock: 8 bytes of adaptation field.
    first_room = PACKET - 4 - 8
    rest = max(len(payload) - first_room, 0)
    count = 1 + -(-rest // (PACKET - 4))
    if last:
        count += -(counter + count) % 16
    out = []
    position = 0
    for number in range(count):
        left = len(payload) - position
        room = first_room if number == 0 else PACKET - 4
        # What is left is spread so that no packet stays empty.
        size = min(room, max(left - (count - number - 1), 1))
        field = b""
        if number == 0:
            clock = ticks & 0x1FFFFFFFF
            field = bytes((0x50 if key else 0x10,)) + (clock << 15 | 0x7E00).to_bytes(6, "big")
        stuffing = PACKET - 4 - size - (len(field) + 1 if field else 0)
        head = bytearray((0x47, _VIDEO_PID >> 8, _VIDEO_PID & 0xFF, (counter + number) & 15))
        if number == 0:
            head[1] |= 0x40
        if field or stuffing:
            head[3] |= 0x30
            if field:
                body = field + b"\xff" * stuffing
            elif stuffing == 1:
                body = b""
            else:
                body = b"\x00" + b"\xff" * (stuffing - 2)
            head += bytes((len(body),)) + body
        else:
            head[3] |= 0x10
        out.append(bytes(head) + payload[position : position + size])
        position += size
    return out


def _crc_table() -> tuple[int, ...]:
    out = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) ^ (0x04C11DB7 if value & 0x80000000 else 0)
        out.append(value & 0xFFFFFFFF)
    return tuple(out)


_CRC = _crc_table()


def crc32(data: bytes) -> int:
    """Return the checksum of MPEG tables."""
    value = 0xFFFFFFFF
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ _CRC[value >> 24 ^ byte]
    return value
