"""Fragmented MP4: one fragment a segment, so that a download can start before its end is made."""

from __future__ import annotations

import struct
from collections.abc import Sequence

from ivcdesk.simulator.media.encoder import Format, Sound, Unit
from ivcdesk.simulator.media.flv import decoder_config

SCALE = 90_000  # ticks a second of the picture's track

_PICTURE, _SOUND = 1, 2
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_SYNC, _PREDICTED = 0x02000000, 0x01010000


class Mp4Writer:
    """Writes one file: ``opening`` first, then each segment in order."""

    def __init__(self, stream: Format, seconds: float) -> None:
        self._stream = stream
        self._seconds = seconds
        self._sequence = 0

    def opening(self) -> bytes:
        """Return the header of the file, which promises its whole length."""
        stream = self._stream
        length = round(self._seconds * 1000)
        movie = _box(
            b"mvhd",
            struct.pack(">IIIII", 0, 0, 0, 1000, length),
            struct.pack(">IHHII", 0x10000, 0x0100, 0, 0, 0) + _MATRIX + bytes(24),
            struct.pack(">I", _SOUND + 1),
        )
        tracks = [_track(_PICTURE, SCALE, length, _picture_entry(stream), stream)]
        extends = [_full(b"trex", 0, 0, struct.pack(">5I", _PICTURE, 1, 0, 0, 0))]
        if stream.sound:
            entry = _sound_entry(stream.sound)
            tracks.append(_track(_SOUND, stream.sound.rate, length, entry, None))
            extends.append(_full(b"trex", 0, 0, struct.pack(">5I", _SOUND, 1, 0, 0, 0)))
        promised = _full(b"mehd", 0, 0, struct.pack(">I", length))
        kind = _box(b"ftyp", b"isom", struct.pack(">I", 0x200), b"isomiso5iso6mp41")
        return kind + _box(b"moov", movie, *tracks, _box(b"mvex", promised, *extends))

    def segment(self, units: Sequence[Unit], start: int, length: int) -> bytes:
        """Return the fragment of a segment that lies at ``start`` (ms) and lasts ``length``."""
        self._sequence += 1
        runs = [_picture_run([u for u in units if not u.sound], start, length)]
        sounds = [unit for unit in units if unit.sound]
        if sounds and self._stream.sound:
            runs.append(_sound_run(sounds, self._stream.sound, start))
        head = _full(b"mfhd", 0, 0, struct.pack(">I", self._sequence))

        def fragment(place: int) -> bytes:
            parts = [head]
            for run in runs:
                parts.append(run.box(place))
                place += len(run.data)
            return _box(b"moof", *parts)

        size = len(fragment(0))
        return fragment(size + 8) + _box(b"mdat", *(run.data for run in runs))


class _Run:
    """The samples of one track in a fragment: length (ticks), bytes, flags of each."""

    def __init__(self, track: int, time: int, samples: list[tuple[int, bytes, int]]) -> None:
        self._track, self._time, self._samples = track, time, samples
        self.data = b"".join(data for _, data, _ in samples)

    def box(self, place: int) -> bytes:
        """Return the track's part of a fragment whose data begin ``place`` bytes after it."""
        rows = b"".join(
            struct.pack(">III", ticks, len(data), flags) for ticks, data, flags in self._samples
        )
        return _box(
            b"traf",
            _full(b"tfhd", 0, 0x20000, struct.pack(">I", self._track)),
            _full(b"tfdt", 1, 0, struct.pack(">Q", self._time)),
            _full(b"trun", 0, 0x701, struct.pack(">Ii", len(self._samples), place), rows),
        )


def _picture_run(units: Sequence[Unit], start: int, length: int) -> _Run:
    # The first picture of a cut segment may lie a little after its beginning.
    ends = [unit.ms for unit in units[1:]] + [length]
    samples = []
    for number, (unit, end) in enumerate(zip(units, ends, strict=True)):
        data = b"".join(struct.pack(">I", len(nal)) + nal for nal in unit.nals)
        begin = unit.ms if number else 0
        ticks = (end - begin) * SCALE // 1000
        samples.append((ticks, data, _SYNC if unit.key else _PREDICTED))
    return _Run(_PICTURE, start * SCALE // 1000, samples)


def _sound_run(units: Sequence[Unit], sound: Sound, start: int) -> _Run:
    step = 1024 if sound.codec == "aac" else 320
    time = round((start + units[0].ms) * sound.rate / 1000)
    return _Run(_SOUND, time, [(step, unit.nals[0], _SYNC) for unit in units])


def _picture_entry(stream: Format) -> bytes:
    name, config = (b"avc1", b"avcC") if stream.codec == "h264" else (b"hvc1", b"hvcC")
    return _box(
        name,
        bytes(6) + struct.pack(">H", 1) + bytes(16),
        struct.pack(">HHIIIH", stream.width, stream.height, 0x480000, 0x480000, 0, 1),
        bytes(32) + struct.pack(">Hh", 24, -1),
        _box(config, decoder_config(stream)),
    )


def _sound_entry(sound: Sound) -> bytes:
    name = {"aac": b"mp4a", "g711a": b"alaw", "g711u": b"ulaw"}[sound.codec]
    body = bytes(6) + struct.pack(">HIIHHIHH", 1, 0, 0, 1, 16, 0, sound.rate, 0)
    if sound.codec != "aac":
        return _box(name, body)
    config = _descriptor(5, sound.config)
    decoder = _descriptor(4, bytes((0x40, 0x15)) + bytes(11) + config)
    descriptor = _descriptor(3, b"\x00\x02\x00" + decoder + _descriptor(6, b"\x02"))
    return _box(name, body, _full(b"esds", 0, 0, descriptor))


def _track(number: int, scale: int, length: int, entry: bytes, picture: Format | None) -> bytes:
    size = (picture.width << 16, picture.height << 16) if picture else (0, 0)
    volume = 0 if picture else 0x0100
    head = _full(
        b"tkhd",
        0,
        3,
        struct.pack(">5I", 0, 0, number, 0, length) + bytes(8),
        struct.pack(">hhHH", 0, 0, volume, 0) + _MATRIX + struct.pack(">II", *size),
    )
    kind = b"vide" if picture else b"soun"
    empty = struct.pack(">I", 0)
    samples = _box(
        b"stbl",
        _full(b"stsd", 0, 0, struct.pack(">I", 1), entry),
        _full(b"stts", 0, 0, empty),
        _full(b"stsc", 0, 0, empty),
        _full(b"stsz", 0, 0, empty, empty),
        _full(b"stco", 0, 0, empty),
    )
    place = _full(b"dref", 0, 0, struct.pack(">I", 1), _full(b"url ", 0, 1))
    special = _full(b"vmhd", 0, 1, bytes(8)) if picture else _full(b"smhd", 0, 0, bytes(4))
    media = _box(
        b"mdia",
        _full(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, scale, 0, 0x55C4, 0)),
        _full(b"hdlr", 0, 0, bytes(4), kind, bytes(12), b"ivcdesk\0"),
        _box(b"minf", special, _box(b"dinf", place), samples),
    )
    return _box(b"trak", head, media)


def _box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I", len(body) + 8) + kind + body


def _full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return _box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _descriptor(kind: int, body: bytes) -> bytes:
    return bytes((kind, len(body))) + body
