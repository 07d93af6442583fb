"""The decoded pictures of a segment, each with the moment it was taken."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator

from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ivcdesk.media.container import SEGMENT_OPTIONS, Decoder, Feed, opened, until_end
from ivcdesk.media.playlist import Segment

EPSILON = 0.002
"""Moments closer than this are the same: playlists give milliseconds, s."""

_HISTORY_BYTES = 24 << 20
_MOST_HISTORY = 32

Picture = tuple[float, VideoFrame]


class SegmentPictures:
    """Decodes one segment from the key frame that ``since`` needs; iterate once.

    While ``keys_only`` is set everything but key frames is skipped. ``codec`` and
    ``pixel_aspect`` are known with the first picture.
    """

    def __init__(
        self, segment: Segment, read: Callable[[int], bytes], since: float | None = None
    ) -> None:
        self.segment = segment
        self.keys_only = False
        self.codec = ""
        self.pixel_aspect = 1.0
        self._read = read
        self._since = since
        self._origin: float | None = None

    def __iter__(self) -> Iterator[Picture]:
        feed = Feed(self._read)
        with opened(feed, "mp4" if self.segment.init else "mpegts", SEGMENT_OPTIONS) as (
            container,
            stream,
        ):
            decoder = Decoder(stream.codec_context)
            self.codec = stream.codec_context.name
            for packet in self._packets(until_end(container.demux(stream))):
                for picture in decoder.decode(packet):
                    self.pixel_aspect = decoder.pixel_aspect
                    if picture.pts is not None:
                        yield self._moment(picture.time), picture
        feed.check()

    def _packets(
        self, packets: Iterator[Packet[VideoStream]]
    ) -> Iterator[Packet[VideoStream] | None]:
        """Pass on what has to be decoded; None at the end."""
        since = self._since
        held: list[Packet[VideoStream]] = []
        skipping = False
        for packet in packets:
            if not packet.size:
                continue
            stamp = packet.pts if packet.pts is not None else packet.dts
            if stamp is None:
                continue
            if self._origin is None:
                if not packet.is_keyframe:
                    continue
                self._origin = float(stamp * packet.time_base)
            if since is not None:
                # Only the group of pictures that holds the moment needs to be decoded.
                past = self._moment(float(stamp * packet.time_base)) > since + EPSILON
                if packet.is_keyframe and not past:
                    held.clear()
                held.append(packet)
                if past:
                    since = None
                    yield from held
                    held.clear()
                continue
            skipping = (self.keys_only or skipping) and not packet.is_keyframe
            if not skipping:
                yield packet
        yield from held
        yield None

    def _moment(self, stamp: float) -> float:
        return self.segment.start + stamp - (self._origin or 0.0)


class History:
    """The last pictures decoded, for stepping back without decoding again."""

    def __init__(self) -> None:
        self._pictures: deque[Picture] = deque()

    def clear(self) -> None:
        """Forget all."""
        self._pictures.clear()

    def add(self, picture: Picture) -> None:
        """Remember a picture, which is later than all others."""
        frame = picture[1]
        size = frame.width * frame.height * 3 // 2
        most = max(2, min(_MOST_HISTORY, _HISTORY_BYTES // max(1, size)))
        self._pictures.append(picture)
        while len(self._pictures) > most:
            self._pictures.popleft()

    def before(self, moment: float) -> Picture | None:
        """Return the last picture earlier than a moment, if that is known for sure."""
        found = [picture for picture in self._pictures if picture[0] < moment - EPSILON]
        return found[-1] if found else None

    def after(self, moment: float) -> Picture | None:
        """Return the first picture later than a moment."""
        return next((p for p in self._pictures if p[0] > moment + EPSILON), None)
