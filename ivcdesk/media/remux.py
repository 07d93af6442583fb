"""Recordings in files: what one holds, and several joined to one without encoding anything anew.

A file of the cloud begins and ends at slices of its own, so neighbours overlap. They are joined
at key frames: the later one from its last key frame that is still wanted, the earlier one up to
the same moment.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, Literal

import av
import av.error
from av.audio.stream import AudioStream
from av.container import InputContainer, OutputContainer
from av.packet import Packet
from av.video.stream import VideoStream

from ivcdesk.media.container import until_end
from ivcdesk.media.errors import Interrupted, MediaError, av_error

Form = Literal["mp4", "ts"]

_G711 = ("pcm_alaw", "pcm_mulaw")
_USUAL_STEP = 0.04  # s that the last picture of a file lasts where nothing tells
_CLOSE = 1e-3  # s within which two moments are the same
_GLANCE = 64  # packets between two looks at whether to stop


@dataclass(frozen=True, slots=True)
class Contents:
    """What a file holds. ``seconds`` is how long its pictures last, from the first to the last.

    ``first`` and ``last`` are their time stamps in the file, s.
    """

    seconds: float
    first: float
    last: float
    codec: str
    sound: str
    pictures: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A file to join: of its seconds, those of its pictures ``begin`` to ``end`` are wanted.

    They are counted from the file's first picture, s.
    """

    path: Path
    begin: float
    end: float


@dataclass(slots=True)
class Stop:
    """A switch that any thread may turn to end the work of another."""

    _event: threading.Event = field(default_factory=threading.Event)

    def interrupt(self) -> None:
        """End it soon."""
        self._event.set()

    def check(self) -> None:
        """Raise Interrupted after :meth:`interrupt`."""
        if self._event.is_set():
            raise Interrupted


def examine(path: Path, stop: Stop | None = None) -> Contents:
    """Read a file from end to end, decoding nothing; what its header promises is not believed.

    Raises MediaError where it can't be opened or holds no picture, and Interrupted.
    """
    with _opened(path) as source:
        video = _video(source)
        sound = source.streams.audio[0].codec_context.name if source.streams.audio else ""
        base = _base(video)
        stamps: list[int] = []
        damaged = 0
        for number, packet in enumerate(_packets(source, [video])):
            if stop is not None and not number % _GLANCE:
                stop.check()
            if packet.is_discard:
                continue  # needed by others, but never shown
            if packet.pts is not None and not packet.is_corrupt:
                stamps.append(packet.pts)
            else:
                damaged += 1
        if not stamps or damaged > len(stamps):
            raise MediaError("garbage", "the file holds no pictures")
        first, last = float(min(stamps) * base), float(max(stamps) * base)
        return Contents(
            seconds=last - first + _step(stamps, base),
            first=first,
            last=last,
            codec=video.codec_context.name,
            sound=sound,
            pictures=len(stamps),
        )


def join(pieces: Sequence[Piece], target: Path, form: Form, stop: Stop | None = None) -> float:
    """Write the wanted seconds of files into one, and return how many there should be of them.

    The files must hold the same kinds of streams. TS begins with the key frame at or before the
    first wanted moment, MP4 shows the very moment. Raises MediaError (``codec`` where the files
    don't go together), OSError and Interrupted.
    """
    stop = stop or Stop()
    begins = [_key_frame_before(piece, stop) for piece in pieces]
    with suppress(FileNotFoundError):
        target.unlink()
    with _opened(pieces[0].path) as first:
        kinds = _kinds(first)
        container, options = _container(form, kinds)
        with _written(target, container, options) as out:
            # Only MP4 can hold pictures that are needed but not shown.
            lead = pieces[0].begin - begins[0] if form == "mp4" else 0.0
            joint = _Joint(out, first, lead)
            seconds = -lead
            for number, piece in enumerate(pieces):
                end = piece.end
                if number + 1 < len(pieces):
                    # The next file starts a little earlier than where this one was to end.
                    end -= max(0.0, pieces[number + 1].begin - begins[number + 1])
                with _opened(piece.path) as source:
                    if _kinds(source) != kinds:
                        raise MediaError("codec", "the parts hold different kinds of video")
                    joint.add(source, begins[number], end, stop)
                seconds += end - begins[number]
    return seconds


class _Joint:
    """The file that is being written, and the moment that it has got to."""

    def __init__(self, out: OutputContainer, example: InputContainer, lead: float) -> None:
        self._out = out
        self._video = out.add_stream_from_template(_video(example))
        self._sound = None
        if example.streams.audio:
            self._sound = out.add_stream_from_template(example.streams.audio[0])
        self._at = -Fraction(lead).limit_denominator(90_000)
        self._last: dict[int, int] = {}

    def add(self, source: InputContainer, begin: float, end: float, stop: Stop) -> None:
        """Write the packets of a file whose pictures lie from ``begin`` up to ``end``, s."""
        video = _video(source)
        streams: list[VideoStream | AudioStream] = [video]
        if self._sound is not None:
            streams.append(source.streams.audio[0])
        zero: Fraction | None = None
        waiting: list[Packet[Any]] = []
        stamps: list[int] = []
        base = _base(video)
        for number, packet in enumerate(_packets(source, streams)):
            if not number % _GLANCE:
                stop.check()
            if packet.pts is None or packet.dts is None:
                continue
            picture = packet.stream is video
            if zero is None:
                # Sound that comes before the first picture waits for it.
                waiting.append(packet)
                if not picture:
                    continue
                zero = packet.pts * base
                for early in waiting:
                    self._put(early, zero, begin, end, stamps)
                continue
            if picture and _is_over(packet, zero, base, end, stamps):
                break
            self._put(packet, zero, begin, end, stamps)
        if stamps:
            length = (max(stamps) - min(stamps)) * base
            self._at += length + Fraction(_step(stamps, base)).limit_denominator(90_000)

    def _put(
        self,
        packet: Packet[Any],
        zero: Fraction,
        begin: float,
        end: float,
        stamps: list[int],
    ) -> None:
        base = packet.time_base
        pts, dts = packet.pts, packet.dts
        if base is None or pts is None or dts is None:
            return
        moment = float(pts * base - zero)
        picture = isinstance(packet.stream, VideoStream)
        if moment < begin - _CLOSE or (not picture and moment >= end - _CLOSE):
            return
        out = self._video if picture else self._sound
        if out is None:
            return
        if picture:
            stamps.append(pts)
        shift = self._at - zero - Fraction(begin).limit_denominator(90_000)
        packet.pts = pts + round(shift / base)
        packet.dts = dts + round(shift / base)
        before = self._last.get(out.index)
        if before is not None and packet.dts <= before:
            if not picture:
                return
            packet.dts = before + 1
            packet.pts = max(packet.pts, packet.dts)
        self._last[out.index] = packet.dts
        packet.stream = out
        try:
            self._out.mux(packet)
        except av.error.FFmpegError as error:
            raise _written_badly(error) from None


class _opened:  # noqa: N801 - used like a function
    """Open a file to read; errors become MediaError."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._container: InputContainer | None = None

    def __enter__(self) -> InputContainer:
        try:
            self._container = av.open(str(self._path), "r")
        except av.error.FFmpegError as error:
            raise _read_badly(error) from None
        return self._container

    def __exit__(self, *_: object) -> None:
        if self._container is not None:
            self._container.close()


class _written:  # noqa: N801 - used like a function
    """Open a file to write and finish it; errors become MediaError or OSError."""

    def __init__(self, path: Path, container: str, options: dict[str, str]) -> None:
        try:
            self._out = av.open(str(path), "w", format=container, options=options)
        except av.error.FFmpegError as error:
            raise _written_badly(error) from None

    def __enter__(self) -> OutputContainer:
        return self._out

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            self._out.close()
        except av.error.FFmpegError as error:
            if kind is None:
                raise _written_badly(error) from None


def _is_over(
    packet: Packet[Any], zero: Fraction, base: Fraction, end: float, stamps: list[int]
) -> bool:
    """Whether all pictures before ``end`` have come: they are stored in the order of decoding.

    One that is shown later than it is decoded may be needed for others that are still to come.
    """
    if packet.pts is None or float(packet.pts * base - zero) < end - _CLOSE:
        return False
    if packet.is_keyframe or packet.pts == packet.dts:
        return True
    latest = max(stamps, default=0)
    return packet.pts > latest and float(latest * base - zero) >= end - _CLOSE


def _packets(
    source: InputContainer, streams: Sequence[VideoStream | AudioStream]
) -> Iterator[Packet[Any]]:
    try:
        for packet in until_end(source.demux(*streams)):
            if packet.size:
                yield packet
    except av.error.FFmpegError as error:
        raise _read_badly(error) from None


def _video(source: InputContainer) -> VideoStream:
    if not source.streams.video:
        raise MediaError("garbage", "the file holds no pictures")
    return source.streams.video[0]


def _base(stream: VideoStream | AudioStream) -> Fraction:
    return stream.time_base or Fraction(1, 90_000)


def _step(stamps: list[int], base: Fraction) -> float:
    """Return how long the last picture is shown: as long as most are."""
    ordered = sorted(stamps)[-50:]
    steps = sorted(b - a for a, b in pairwise(ordered))
    return float(steps[len(steps) // 2] * base) if steps else _USUAL_STEP


def _kinds(source: InputContainer) -> tuple[object, ...]:
    """Return what must be the same in files that are to be joined."""
    context = _video(source).codec_context
    sound = source.streams.audio[0].codec_context if source.streams.audio else None
    heard = (sound.name, sound.sample_rate, sound.layout.name) if sound else ()
    return (context.name, context.width, context.height, *heard)


def _container(form: Form, kinds: tuple[object, ...]) -> tuple[str, dict[str, str]]:
    if form == "ts":
        return "mpegts", {}
    if any(kind in _G711 for kind in kinds):
        # MP4 proper has no place for G.711, but every player reads it as QuickTime files hold it.
        return "mov", {"brand": "isom", "avoid_negative_ts": "disabled"}
    return "mp4", {"avoid_negative_ts": "disabled"}


def _key_frame_before(piece: Piece, stop: Stop) -> float:
    """Return the last key frame at or before a piece's beginning, s from its first picture."""
    with _opened(piece.path) as source:
        video = _video(source)
        base = _base(video)
        zero: int | None = None
        found = 0.0
        for number, packet in enumerate(_packets(source, [video])):
            if not number % _GLANCE:
                stop.check()
            if packet.pts is None:
                continue
            zero = packet.pts if zero is None else zero
            moment = float((packet.pts - zero) * base)
            if moment > piece.begin + _CLOSE:
                break
            if packet.is_keyframe:
                found = moment
        return found


def _read_badly(error: av.error.FFmpegError) -> MediaError:
    failure = av_error(error)
    return MediaError("garbage", failure.detail) if failure.kind == "refused" else failure


def _written_badly(error: av.error.FFmpegError) -> Exception:
    if isinstance(error, OSError) and error.errno:
        return OSError(error.errno, error.strerror or "the file can't be written")
    return MediaError("codec", error.strerror or "the parts can't be joined")
