"""H.264 from pictures, one packet per picture and nothing held back."""

from __future__ import annotations

from fractions import Fraction
from typing import NamedTuple

import av
from av.video.frame import PictureType

from ivcdesk.simulator.media.planes import Planes, video_frame
from ivcdesk.simulator.media.source import CameraFacts

GOP_SECONDS = 2.0

_GLOBAL_HEADER = 1 << 22


class Unit(NamedTuple):
    """One encoded picture: its time (ms), whether decoding can begin here, NAL units."""

    ms: int
    key: bool
    nals: tuple[bytes, ...]


class Format(NamedTuple):
    """What a decoder must know beforehand: picture size and rate, and the parameter sets."""

    width: int
    height: int
    fps: int
    bitrate: int
    parameter_sets: tuple[bytes, ...]


def split_nals(stream: bytes) -> tuple[bytes, ...]:
    """Return the NAL units of an Annex B byte stream without their start codes."""
    out = []
    start = stream.find(b"\0\0\1")
    while start >= 0:
        after = stream.find(b"\0\0\1", start + 3)
        unit = stream[start + 3 : after if after >= 0 else len(stream)]
        out.append(unit.rstrip(b"\0") if after >= 0 else unit)
        start = after
    return tuple(unit for unit in out if unit)


class Encoder:
    """Encodes the pictures of one stream; the same pictures always give the same bytes."""

    def __init__(self, facts: CameraFacts, *, gop_seconds: float = GOP_SECONDS) -> None:
        context = av.CodecContext.create("libx264", "w")
        context.width, context.height = facts.width, facts.height
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, 1000)
        context.framerate = Fraction(facts.fps, 1)
        context.gop_size = round(gop_seconds * facts.fps)
        context.max_b_frames = 0
        context.thread_count = 1
        context.flags |= _GLOBAL_HEADER
        # Constant quality, capped: quiet views stay cheap, and busy ones keep to the bit rate.
        context.options = {
            "preset": "veryfast",
            "tune": "zerolatency",
            "profile": "main",
            "crf": "24",
            "maxrate": str(facts.bitrate),
            "bufsize": str(facts.bitrate),
            "forced-idr": "1",
            "x264-params": "scenecut=0:sliced-threads=0",
        }
        context.open()
        self._context = context
        sets = split_nals(bytes(context.extradata or b""))
        self.format = Format(
            facts.width,
            facts.height,
            facts.fps,
            facts.bitrate,
            tuple(nal for nal in sets if nal[0] & 31 in (7, 8)),
        )

    def encode(self, picture: Planes, ms: int, *, key: bool = False) -> list[Unit]:
        """Encode a picture shown at ``ms``; ``key`` asks for one that decoding can begin at."""
        frame = video_frame(picture)
        frame.pts = ms
        frame.time_base = Fraction(1, 1000)
        if key:
            frame.pict_type = PictureType.I
        return [self._unit(packet) for packet in self._context.encode(frame)]

    def finish(self) -> list[Unit]:
        """Return what is still inside."""
        return [self._unit(packet) for packet in self._context.encode(None)]

    def _unit(self, packet: av.Packet[av.VideoStream]) -> Unit:
        nals = split_nals(bytes(packet))
        kept = tuple(nal for nal in nals if nal[0] & 31 not in (6, 7, 8, 9))
        return Unit(packet.pts or 0, packet.is_keyframe, kept)
