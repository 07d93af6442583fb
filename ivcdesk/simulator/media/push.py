"""What a device pushes over RTMP: its tags are read, and handed out as a live stream."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from ivcdesk.simulator.media import amf, flv, ts
from ivcdesk.simulator.media.encoder import Format, Sound, Unit, nal_kind
from ivcdesk.simulator.media.feed import Feed
from ivcdesk.simulator.media.source import CameraFacts, Codec

if TYPE_CHECKING:
    import av

_AVC, _HEVC, _AAC = 7, 12, 10
_G711 = {7: Sound("g711a", 8000), 8: Sound("g711u", 8000)}
_USUAL_FPS = 25
_LONGEST_GROUP = 3000  # units that are kept for whoever joins
# Parameter sets and delimiters, which every container writes in its own way.
_LEFT_OUT = {"h264": (7, 8, 9), "h265": (32, 33, 34, 35)}


class Relay(Feed):
    """A pushed stream as it goes out: in its own form, whatever quality a player asks for."""

    def __init__(self, facts: CameraFacts, stream: Format, on_end: Callable[[], None]) -> None:
        made = dataclasses.replace(
            facts,
            width=stream.width,
            height=stream.height,
            fps=stream.fps,
            bitrate=stream.bitrate,
            codec=stream.codec,
            sound=stream.sound.codec if stream.sound else "",
        )
        super().__init__(made, on_end)
        self._stream = stream
        self._format.set_result(stream)

    def take(self, unit: Unit) -> None:
        """Hand a picture or a frame of sound to everybody."""
        self.publish(unit, flv.unit_tag(self._stream, unit))

    def picture(self) -> bytes | None:
        """Return the last picture that can be decoded by itself as JPEG, None before there is one.

        Takes some milliseconds, and longer where it is the first: for a thread that may wait.
        """
        import av

        from ivcdesk.simulator.media.still import frame_jpeg

        key = next((unit for unit, _ in self.gop if unit.key), None)
        if key is None:
            return None
        decoder = _decoder(self._stream.codec)
        nals = (*self._stream.parameter_sets, *key.nals)
        data = b"".join(b"\0\0\0\1" + nal for nal in nals)
        frames = [*decoder.decode(av.Packet(data)), *decoder.decode(None)]
        return frame_jpeg(frames[0]) if frames else None


class Push:
    """One device's push, tag by tag.

    ``begin`` is called with the stream's form at the first picture that decoding can begin with
    and returns where all goes from then on. Sound of other kinds than AAC and G.711 is left out.
    """

    def __init__(self, begin: Callable[[Format], Relay]) -> None:
        self._begin = begin
        self._relay: Relay | None = None
        self._codec: Codec = "h264"
        self._config = b""
        self._sets: tuple[bytes, ...] = ()
        self._length = 4
        self._sound: Sound | None = None
        self._fps, self._bitrate = _USUAL_FPS, 0
        self._first = 0

    @property
    def going(self) -> bool:
        """Whether what arrives is still wanted."""
        return self._relay is None or not self._relay.ended

    def take(self, kind: int, ms: int, body: bytes) -> None:
        """Read a tag's body; ValueError where it is nothing that a camera sends."""
        try:
            if kind == flv.SCRIPT:
                self._read_facts(body)
            elif kind == flv.VIDEO and body:
                self._read_picture(ms, body)
            elif kind == flv.AUDIO and body:
                self._read_sound(ms, body)
        except (IndexError, OverflowError) as problem:
            raise ValueError("a broken tag") from problem

    def end(self) -> None:
        """Let who watches see the rest, and then nothing more."""
        if self._relay is not None:
            self._relay.stop()

    def _read_facts(self, body: bytes) -> None:
        facts = next((value for value in amf.unpack(body) if isinstance(value, dict)), {})
        fps, rate, sound = (
            value if isinstance(value := facts.get(name), float) else 0.0
            for name in ("framerate", "videodatarate", "audiocodecid")
        )
        self._fps = round(fps) if 1 <= fps <= 240 else _USUAL_FPS
        self._bitrate = round(rate * 1000) if 0 < rate < 1e6 else 0
        self._sound = _G711.get(round(sound) if 0 <= sound < 100 else 0, self._sound)

    def _read_picture(self, ms: int, body: bytes) -> None:
        codec, step, delay, data = _picture_parts(body)
        if step == "config":
            if self._relay is not None and data != self._config:
                raise ValueError("the picture's form has changed")
            self._codec, self._config = codec, data
            self._length, self._sets = _parameter_sets(codec, data)
        elif step == "frame" and self._sets:
            nals = tuple(
                nal
                for nal in _split(data, self._length)
                if nal_kind(codec, nal) not in _LEFT_OUT[codec]
            )
            if nals:
                self._hand_on(Unit(ms, body[0] >> 4 & 7 == 1, nals, delay=delay))

    def _read_sound(self, ms: int, body: bytes) -> None:
        kind = body[0] >> 4
        if kind == _AAC and body[1] == 0:
            self._sound = _aac(body[2:])
            return
        data = body[2:] if kind == _AAC else body[1:]
        known = self._sound is not None and (kind == _AAC) == (self._sound.codec == "aac")
        if self._relay is not None and known and (kind == _AAC or kind in _G711) and data:
            self._hand_on(Unit(ms, False, (data,), sound=True))

    def _hand_on(self, unit: Unit) -> None:
        if self._relay is None:
            if not unit.key:
                return
            width, height = _size(self._codec, self._config)
            stream = Format(
                self._codec, width, height, self._fps, self._bitrate, self._sets, self._sound
            )
            self._relay, self._first = self._begin(stream), unit.ms
        if len(self._relay.gop) > _LONGEST_GROUP:
            raise ValueError("no picture that decoding can begin with")
        ms = unit.ms - self._first
        if ms >= 0 and (self._relay.facts.sound or not unit.sound):
            self._relay.take(unit._replace(ms=ms))


def _picture_parts(body: bytes) -> tuple[Codec, str, int, bytes]:
    """Return codec, what it is (config, frame or nothing), delay (ms) and data of a picture."""
    if body[0] & 0x80:
        kind = body[0] & 15
        if body[1:5] != b"hvc1":
            raise ValueError("an unknown kind of picture")
        if kind == 1:
            return "h265", "frame", int.from_bytes(body[5:8], "big", signed=True), body[8:]
        return "h265", {0: "config", 3: "frame"}.get(kind, ""), 0, body[5:]
    names: dict[int, Codec] = {_AVC: "h264", _HEVC: "h265"}
    if body[0] & 15 not in names:
        raise ValueError("an unknown kind of picture")
    delay = int.from_bytes(body[2:5], "big", signed=True)
    step = {0: "config", 1: "frame"}.get(body[1], "")
    return names[body[0] & 15], step, delay, body[5:]


def _parameter_sets(codec: Codec, config: bytes) -> tuple[int, tuple[bytes, ...]]:
    """Return how long the lengths of NAL units are (bytes), and the parameter sets."""
    sets: list[bytes] = []
    if codec == "h264":
        place = 6
        place = _read_sets(config, place, config[5] & 31, sets)
        _read_sets(config, place + 1, config[place], sets)
        length = (config[4] & 3) + 1
    else:
        place, length = 23, (config[21] & 3) + 1
        for _ in range(config[22]):
            count = int.from_bytes(config[place + 1 : place + 3], "big")
            place = _read_sets(config, place + 3, count, sets)
    if not {nal_kind(codec, nal) for nal in sets} >= {"h264": {7, 8}, "h265": {33}}[codec]:
        raise ValueError("parameter sets are missing")
    return length, tuple(sets)


def _read_sets(config: bytes, place: int, count: int, sets: list[bytes]) -> int:
    for _ in range(count):
        size = int.from_bytes(config[place : place + 2], "big")
        found = config[place + 2 : place + 2 + size]
        if not size or len(found) < size:
            raise ValueError("a cut parameter set")
        sets.append(found)
        place += 2 + size
    return place


def _split(data: bytes, length: int) -> list[bytes]:
    nals, place = [], 0
    while place < len(data):
        size = int.from_bytes(data[place : place + length], "big")
        place += length
        if place + size > len(data):
            raise ValueError("a cut picture")
        if size:
            nals.append(data[place : place + size])
        place += size
    return nals


def _aac(config: bytes) -> Sound | None:
    """Return how sound is decoded, or None where transport streams have no words for it."""
    rate = (config[0] & 7) << 1 | config[1] >> 7
    return Sound("aac", ts.RATES[rate], config) if rate < len(ts.RATES) else None


def _decoder(codec: Codec) -> av.VideoCodecContext:
    import av

    name = "h264" if codec == "h264" else "hevc"
    decoder = cast("av.VideoCodecContext", av.CodecContext.create(name, "r"))
    decoder.thread_count = 1
    return decoder


def _size(codec: Codec, config: bytes) -> tuple[int, int]:
    import av

    decoder = _decoder(codec)
    decoder.extradata = config
    try:
        decoder.open()
    except av.FFmpegError as problem:
        raise ValueError("no decoder's configuration") from problem
    return decoder.width, decoder.height
