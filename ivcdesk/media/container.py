"""Opening streams with PyAV so that errors are kept, nothing is printed and nothing is delayed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Literal, TypeVar

import av
from av.container import InputContainer
from av.packet import Packet
from av.video.codeccontext import VideoCodecContext
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ivcdesk.media.errors import MediaError, NoDecoder, av_error

av.logging.set_level(None)

LIVE_OPTIONS = {"flags": "low_delay", "probesize": "32", "analyzeduration": "0"}
"""Open with the first packet, against seconds of probing; FLV says what it holds by then.

``nobuffer`` would throw the cached key frame away.
"""

LIVE_TS_OPTIONS = LIVE_OPTIONS | {"probesize": "65536"}

SEGMENT_OPTIONS = {"probesize": "65536", "analyzeduration": "0"}

BUFFER = 1 << 16
"""How much PyAV reads ahead at most, bytes."""

P = TypeVar("P")

_MOST_BAD_PACKETS = 100
_REPLAY = 1 << 18
_LOW_DELAY = 0x80000


class Feed:
    """What PyAV reads from. It keeps the error of its source, which PyAV would print.

    The first bytes are kept until :meth:`settle`, so that opening can be tried again.
    ``delivered`` is the offset in the stream that PyAV has read up to.
    """

    def __init__(self, source: Callable[[int], bytes]) -> None:
        self._source = source
        self._kept: bytearray | None = bytearray()
        self._position = 0
        self.delivered = 0
        self.error: Exception | None = None

    def read(self, size: int) -> bytes:
        """Return some bytes; nothing at the end and after an error."""
        kept = self._kept
        if kept is not None and self._position < len(kept):
            data = bytes(kept[self._position : self._position + size])
            self._position += len(data)
            self.delivered = self._position
            return data
        if self.error is not None:
            return b""
        try:
            data = self._source(size)
        except Exception as error:
            self.error = error
            return b""
        if kept is not None:
            kept += data
            self._position += len(data)
            if len(kept) > _REPLAY:
                self._kept = None
        self.delivered += len(data)
        return data

    def rewind(self) -> bool:
        """Begin again with the bytes kept; False where there are too many."""
        self._position = 0
        return self._kept is not None

    def settle(self) -> None:
        """Keep no more."""
        kept = self._kept
        if kept is not None and self._position >= len(kept):
            self._kept = None

    def check(self) -> None:
        """Raise the source's error, if it had one."""
        if self.error is not None:
            raise self.error


@contextmanager
def opened(
    feed: Feed, kind: Literal["flv", "mpegts", "mp4"] | None, options: dict[str, str]
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open a stream and find its picture; errors of it and of its source are ``MediaError``."""
    container = _open(feed, kind, options)
    try:
        if not container.streams.video and feed.rewind():
            # Sound came first and used the probe up.
            container.close()
            container = _open(feed, kind, options | {"probesize": str(_REPLAY // 2)})
        feed.settle()
        yield container, _picture_of(container, options)
    except av.FFmpegError as error:
        feed.check()
        raise av_error(error) from None
    finally:
        container.close()


@contextmanager
def opened_address(
    url: str, options: dict[str, str], seconds: float
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open what FFmpeg reads by itself, which is RTSP; its waits end after ``seconds``."""
    try:
        container = av.open(url, "r", options=dict(options), timeout=seconds)
        try:
            yield container, _picture_of(container, options)
        finally:
            container.close()
    except av.FFmpegError as error:
        raise av_error(error) from None


def _open(feed: Feed, kind: str | None, options: dict[str, str]) -> InputContainer:
    try:
        return av.open(feed, "r", format=kind, options=dict(options), buffer_size=BUFFER)
    except av.FFmpegError as error:
        feed.check()
        raise av_error(error) from None


def _picture_of(container: InputContainer, options: dict[str, str]) -> VideoStream:
    if not container.streams.video:
        raise MediaError("codec", "the stream has no picture")
    stream = container.streams.video[0]
    context = stream.codec_context
    if context is None:
        raise NoDecoder("codec", "no decoder for this kind of picture")
    # Frame threads would add a frame of delay each.
    context.thread_count = 1
    if "flags" in options:
        context.flags |= _LOW_DELAY
    return stream


def until_end(packets: Iterator[P]) -> Iterator[P]:
    """Give packets on, up to the end.

    Where FFmpeg has come across another stream on the way, as the sound of a FLV, PyAV looks for
    that among those it knew at first when it comes to the end.
    """
    try:
        yield from packets
    except IndexError:
        return


class Decoder:
    """Decodes packets, forgiving damaged ones until there are too many in a row."""

    def __init__(self, context: VideoCodecContext) -> None:
        self._context = context
        self._bad = 0
        self._begun = False

    def decode(self, packet: Packet[VideoStream] | None) -> list[VideoFrame]:
        """Return the pictures that are ready; with None, the last ones.

        Packets before the first key frame are skipped. Raises :class:`MediaError`.
        """
        if packet is not None and not self._begun:
            if not packet.is_keyframe:
                return []
            self._begun = True
        try:
            pictures = self._context.decode(packet)
        except av.EOFError:
            return []
        except av.FFmpegError as error:
            self._bad += 1
            if self._bad > _MOST_BAD_PACKETS:
                raise av_error(error) from None
            return []
        if pictures:
            self._bad = 0
        return pictures

    @property
    def pixel_aspect(self) -> float:
        """The width of a pixel over its height."""
        aspect = self._context.sample_aspect_ratio
        return float(aspect) if aspect else 1.0
