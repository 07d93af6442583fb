"""H.264 and H.265 from pictures, one packet per picture and nothing held back."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from ivcdesk.simulator.media.source import CameraFacts, Codec, SoundCodec

if TYPE_CHECKING:
    import av

    from ivcdesk.simulator.media.planes import Planes

GOP_SECONDS = 2.0

_GLOBAL_HEADER = 1 << 22
_PARAMETER_SETS = {"h264": (7, 8), "h265": (32, 33, 34)}
# Supplements and delimiters: the containers write their own.
_LEFT_OUT = {"h264": (6, 7, 8, 9), "h265": (32, 33, 34, 35, 39, 40)}


class Unit(NamedTuple):
    """One encoded picture, or one frame of sound: its time (ms) and its NAL units (its bytes).

    ``key`` says that decoding can begin here; a picture is shown ``delay`` ms after its time,
    which is more than 0 only where others' encoders send pictures in another order.
    """

    ms: int
    key: bool
    nals: tuple[bytes, ...]
    sound: bool = False
    delay: int = 0


class Sound(NamedTuple):
    """What a decoder of sound must know: codec, samples a second, AudioSpecificConfig of AAC."""

    codec: SoundCodec
    rate: int
    config: bytes = b""


class Format(NamedTuple):
    """What a decoder must know beforehand: picture size and rate, and the parameter sets."""

    codec: Codec
    width: int
    height: int
    fps: int
    bitrate: int
    parameter_sets: tuple[bytes, ...]
    sound: Sound | None = None


def nal_kind(codec: Codec, nal: bytes) -> int:
    """Return the type of a NAL unit."""
    return nal[0] & 31 if codec == "h264" else nal[0] >> 1 & 63


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
        # Here and not above: whoever only hands units on needs neither of them.
        import av
        from av.video.frame import PictureType

        from ivcdesk.simulator.media.planes import Planes

        self._codec = facts.codec
        context = av.CodecContext.create("libx264" if facts.codec == "h264" else "libx265", "w")
        context.width, context.height = facts.width, facts.height
        context.pix_fmt = "yuv420p"
        context.time_base = Fraction(1, 1000)
        context.framerate = Fraction(facts.fps, 1)
        context.gop_size = round(gop_seconds * facts.fps)
        context.max_b_frames = 0
        context.thread_count = 1
        context.flags |= _GLOBAL_HEADER
        context.options = _options(facts, context.gop_size)
        context.open()
        self._context = context
        #: A picture to draw on that is encoded where it lies.
        self.canvas = Planes.blank(facts.height, facts.width)
        self._frame = self.canvas.frame()
        self._frame.time_base = Fraction(1, 1000)
        self._kinds = {True: PictureType.I, False: PictureType.NONE}
        sets = split_nals(bytes(context.extradata or b""))
        kinds = _PARAMETER_SETS[facts.codec]
        self.format = Format(
            facts.codec,
            facts.width,
            facts.height,
            facts.fps,
            facts.bitrate,
            tuple(nal for nal in sets if nal_kind(facts.codec, nal) in kinds),
        )

    def encode(self, picture: Planes, ms: int, *, key: bool = False) -> list[Unit]:
        """Encode a picture shown at ``ms``; ``key`` asks for one that decoding can begin at."""
        if picture is not self.canvas:
            self.canvas.take(picture)
        frame = self._frame
        frame.pts = ms
        frame.pict_type = self._kinds[key]
        return [self._unit(packet) for packet in self._context.encode(frame)]

    def finish(self) -> list[Unit]:
        """Return what is still inside."""
        return [self._unit(packet) for packet in self._context.encode(None)]

    def _unit(self, packet: av.Packet[av.VideoStream]) -> Unit:
        left_out = _LEFT_OUT[self._codec]
        nals = split_nals(bytes(packet))
        kept = tuple(nal for nal in nals if nal_kind(self._codec, nal) not in left_out)
        return Unit(packet.pts or 0, packet.is_keyframe, kept)


def _options(facts: CameraFacts, gop: int) -> dict[str, str]:
    # Constant quality, capped: quiet views stay cheap, and busy ones keep to the bit rate.
    common = {
        "tune": "zerolatency",
        "maxrate": str(facts.bitrate),
        "bufsize": str(facts.bitrate),
        "forced-idr": "1",
    }
    if facts.codec == "h264":
        return common | {
            # Half the work of "veryfast"; with the loop filter it looks no worse at these rates.
            "preset": "ultrafast",
            "profile": "main",
            "crf": "24",
            "x264-params": "scenecut=0:sliced-threads=0:no-deblock=0:deblock=0,0",
        }
    return common | {
        "preset": "ultrafast",
        "crf": "27",
        "x265-params": (
            f"log-level=none:pools=none:frame-threads=1:scenecut=0:open-gop=0:"
            f"keyint={gop}:min-keyint={gop}:"
            # Small trees alone: a third cheaper on small pictures, and sharper.
            f"ctu=16:min-cu-size=16:max-merge=1:early-skip=1:rd=1"
        ),
    }
