"""MPEG transport stream segments whose counters run on from one segment to the next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ivcdesk.simulator.media.encoder import Format, Sound, Unit

PACKET = 188
CLOCK = 90  # ticks per millisecond

_PMT_PID, _VIDEO_PID, _SOUND_PID = 0x1000, 0x100, 0x101
_STREAM_TYPES = {"h264": 0x1B, "h265": 0x24, "aac": 0x0F}
_CODE = b"\x00\x00\x00\x01"
_DELIMITERS = {"h264": _CODE + b"\x09\xf0", "h265": _CODE + b"\x46\x01\x50"}
RATES = (96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000)


class SegmentWriter:
    """Writes one segment piece by piece.

    Every segment holds a multiple of 16 packets of each stream, so that the next one may begin
    at counter 0 without looking lost; ``number`` counts segments and does the same for the
    tables. ``offset`` (ms) is added to all times. Transport streams have no place for G.711:
    such sound is left out.
    """

    def __init__(self, stream: Format, number: int = 0, offset: int = 0) -> None:
        self._stream = stream
        self._sound = stream.sound if stream.sound and stream.sound.codec == "aac" else None
        self._sets = b"".join(_CODE + nal for nal in stream.parameter_sets)
        self._offset = offset
        self._number = number & 15
        self._counts = {_VIDEO_PID: 0, _SOUND_PID: 0}
        self._begun = False
        self._held: Unit | None = None

    def unit(self, unit: Unit, *, last: bool = False) -> bytes:
        """Return the packets of a unit; the last picture of a segment fills it up."""
        if unit.sound:
            packets = self._sound_packets(unit)
        else:
            packets = self._picture_packets(unit, last=last)
        if last and self._held is not None:
            held, self._held = self._held, None
            packets = [*packets, *self._audio(held, last=True)]
        if not self._begun:
            self._begun = True
            kinds = [(_STREAM_TYPES[self._stream.codec], _VIDEO_PID)]
            if self._sound:
                kinds.append((_STREAM_TYPES["aac"], _SOUND_PID))
            packets = [*tables(self._number, kinds), *packets]
        return b"".join(packets)

    def _picture_packets(self, unit: Unit, *, last: bool) -> list[bytes]:
        ticks = (unit.ms + self._offset) * CLOCK
        parts = [
            _pes_header(0xE0, ticks, delay=unit.delay * CLOCK),
            _DELIMITERS[self._stream.codec],
        ]
        if unit.key:
            parts.append(self._sets)
        for nal in unit.nals:
            parts += (_CODE, nal)
        return self._counted(_VIDEO_PID, b"".join(parts), ticks, key=unit.key, last=last)

    def _sound_packets(self, unit: Unit) -> list[bytes]:
        """Return the frame before this one: the last of a segment must be known as such."""
        if self._sound is None:
            return []
        before, self._held = self._held, unit
        return self._audio(before, last=False) if before is not None else []

    def _audio(self, unit: Unit, *, last: bool) -> list[bytes]:
        ticks = (unit.ms + self._offset) * CLOCK
        frame = _adts(self._sound, unit.nals[0]) if self._sound else b""
        payload = _pes_header(0xC0, ticks, len(frame)) + frame
        return self._counted(_SOUND_PID, payload, None, key=True, last=last)

    def _counted(
        self, pid: int, payload: bytes, clock: int | None, *, key: bool, last: bool
    ) -> list[bytes]:
        packets = _packets(pid, payload, clock, key, self._counts[pid], last=last)
        self._counts[pid] += len(packets)
        return packets


def segment(stream: Format, units: Iterable[Unit], number: int = 0, offset: int = 0) -> bytes:
    """Return a whole segment."""
    writer = SegmentWriter(stream, number, offset)
    # The pictures come last, so that the last of them closes the segment.
    ordered = sorted(units, key=lambda unit: unit.ms)
    end = max(n for n, unit in enumerate(ordered) if not unit.sound)
    ordered = [*ordered[:end], *ordered[end + 1 :], ordered[end]]
    final = len(ordered) - 1
    return b"".join(writer.unit(unit, last=n == final) for n, unit in enumerate(ordered))


def tables(counter: int, kinds: Sequence[tuple[int, int]]) -> tuple[bytes, bytes]:
    """Return the packets of both tables; ``kinds`` are the streams' types and packet ids."""
    association = b"\x00\x01\xc1\x00\x00\x00\x01" + (0xE000 | _PMT_PID).to_bytes(2, "big")
    program = b"\x00\x01\xc1\x00\x00" + (0xE000 | _VIDEO_PID).to_bytes(2, "big") + b"\xf0\x00"
    for kind, pid in kinds:
        program += bytes((kind,)) + (0xE000 | pid).to_bytes(2, "big") + b"\xf0\x00"
    return _table(0, 0x00, association, counter), _table(_PMT_PID, 0x02, program, counter)


def _table(pid: int, kind: int, body: bytes, counter: int) -> bytes:
    section = bytes((kind,)) + (0xB000 | (len(body) + 4)).to_bytes(2, "big") + body
    section += crc32(section).to_bytes(4, "big")
    head = bytes((0x47, 0x40 | pid >> 8, pid & 0xFF, 0x10 | counter & 15, 0))
    return (head + section).ljust(PACKET, b"\xff")


def _adts(sound: Sound, frame: bytes) -> bytes:
    """Return an AAC-LC frame with the header that transport streams need."""
    size = len(frame) + 7
    index = RATES.index(sound.rate)
    channels = sound.config[1] >> 3 & 7
    return (
        bytes(
            (
                0xFF,
                0xF1,
                0x40 | index << 2 | channels >> 2,
                (channels & 3) << 6 | size >> 11,
                size >> 3 & 0xFF,
                (size & 7) << 5 | 0x1F,
                0xFC,
            )
        )
        + frame
    )


def _pes_header(stream: int, ticks: int, size: int | None = None, *, delay: int = 0) -> bytes:
    """Return the head of a packet that is decoded at ``ticks`` and shown ``delay`` later."""
    stamps = _stamp(2, ticks)
    if delay:
        stamps = _stamp(3, ticks + delay) + _stamp(1, ticks)
    length = 0 if size is None else size + 3 + len(stamps)
    flags = bytes((0x84, 0xC0 if delay else 0x80, len(stamps)))
    return b"\x00\x00\x01" + bytes((stream,)) + length.to_bytes(2, "big") + flags + stamps


def _stamp(kind: int, ticks: int) -> bytes:
    """Return a moment as packets carry it; ``kind`` 2: shown, 3: shown, 1 follows: decoded."""
    moment = ticks & 0x1FFFFFFFF
    return bytes(
        (
            kind << 4 | 0x01 | (moment >> 29) & 0x0E,
            (moment >> 22) & 0xFF,
            0x01 | (moment >> 14) & 0xFE,
            (moment >> 7) & 0xFF,
            0x01 | (moment << 1) & 0xFE,
        )
    )


def _packets(
    pid: int, payload: bytes, clock: int | None, key: bool, counter: int, *, last: bool
) -> list[bytes]:
    """Cut a PES packet into transport packets; ``last`` stretches it to a multiple of 16.

    The first packet carries the program clock (ticks), where one is given.
    """
    field = b""
    if clock is not None:
        base = clock & 0x1FFFFFFFF
        field = bytes((0x50 if key else 0x10,)) + (base << 15 | 0x7E00).to_bytes(6, "big")
    elif key:
        field = b"\x40"
    first_room = PACKET - 4 - (len(field) + 1 if field else 0)
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
        stuffing = room - size
        head = bytearray((0x47, pid >> 8, pid & 0xFF, 0x10 | (counter + number) & 15))
        if number == 0:
            head[1] |= 0x40
        first = field if number == 0 else b""
        if first or stuffing:
            head[3] |= 0x20
            if first:
                body = first + b"\xff" * stuffing
            elif stuffing == 1:
                body = b""
            else:
                body = b"\x00" + b"\xff" * (stuffing - 2)
            head += bytes((len(body),)) + body
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
