"""The sound of a stream as pieces that can be decoded to samples, or kept as they are."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import cast

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.resampler import AudioResampler
from av.packet import Packet
from av.stream import Stream

from ivcdesk.media.pieces import SoundPiece
from ivcdesk.media.sound import FRAME_BYTES, RATE

__all__ = ["FlvSound", "SoundDecoder", "SoundPiece", "decoder_of", "pieces_of"]

_HEAD = 11
_FLV_START = 9 + 4
_FLV_SOUND = 8
_LARGEST_TAG = 1 << 16
_MOST_PIECES = 512
_AAC, _A_LAW, _MU_LAW = 10, 7, 8
_AAC_RATES = (
    96000, 88200, 64000, 48000, 44100, 32000, 24000, 22050, 16000, 12000, 11025, 8000, 7350,
)  # fmt: skip
_KNOWN = ("aac", "pcm_alaw", "pcm_mulaw")


class FlvSound:
    """Reads an FLV for somebody else and keeps the sound that comes by.

    FFmpeg looks at the first packet alone, to lose no time, and G.711 says nothing of itself
    before it comes: that is why its tags are read here. ``pieces`` holds what nobody took yet.
    """

    def __init__(self, source: Callable[[int], bytes]) -> None:
        self.pieces: deque[SoundPiece] = deque(maxlen=_MOST_PIECES)
        self._source = source
        self._config = b""
        self._skip = _FLV_START
        self._want = _HEAD
        self._kept = bytearray()

    def read(self, size: int) -> bytes:
        """Return what the source returns."""
        data = self._source(size)
        view, at = memoryview(data), 0
        while at < len(view):
            if self._skip:
                step = min(self._skip, len(view) - at)
                self._skip -= step
                at += step
                continue
            part = view[at : at + self._want - len(self._kept)]
            self._kept += part
            at += len(part)
            if len(self._kept) == self._want:
                self._advance()
        return data

    def _advance(self) -> None:
        kept = self._kept
        size = int.from_bytes(kept[1:4], "big")
        if self._want == _HEAD and kept[0] & 31 == _FLV_SOUND and 1 < size <= _LARGEST_TAG:
            self._want += size
            return
        if self._want == _HEAD:
            self._skip = size + 4
        else:
            self._skip = 4
            self._keep(kept)
        self._want = _HEAD
        kept.clear()

    def _keep(self, tag: bytearray) -> None:
        stamp = int.from_bytes(tag[4:7], "big") | tag[7] << 24
        kind, channels, body = tag[_HEAD] >> 4, 1 + (tag[_HEAD] & 1), bytes(tag[_HEAD + 1 :])
        if kind == _AAC and body[0] == 0:
            self._config = body[1:]
        elif kind == _AAC and self._config:
            shape = _aac_shape(self._config)
            if shape is not None:
                self.pieces.append(SoundPiece("aac", *shape, self._config, stamp / 1000, body[1:]))
        elif kind in (_A_LAW, _MU_LAW):
            codec = "pcm_alaw" if kind == _A_LAW else "pcm_mulaw"
            self.pieces.append(SoundPiece(codec, 8000, channels, b"", stamp / 1000, body))


def pieces_of(packet: Packet[Stream]) -> list[SoundPiece]:
    """Return what a packet holds that FFmpeg has found the sound of; nothing where it is none."""
    context = packet.stream.codec_context
    if not isinstance(context, AudioCodecContext) or packet.pts is None or not packet.size:
        return []
    name, data, config = context.name, bytes(packet), context.extradata or b""
    if name not in _KNOWN:
        return []
    rate, channels = context.sample_rate, max(1, context.channels)
    if name == "aac" and data[0] == 0xFF and data[1] & 0xF0 == 0xF0 and len(data) > 9:
        # A transport stream gives each frame a header, which says what others say once.
        index, channels = data[2] >> 2 & 15, (data[2] & 1) << 2 | data[3] >> 6
        config = ((data[2] >> 6) + 1 << 11 | index << 7 | channels << 3).to_bytes(2, "big")
        data = data[7 if data[1] & 1 else 9 :]
    if name == "aac":
        shape = _aac_shape(config)
        if shape is None:
            return []
        rate, channels = shape
    stamp = float(packet.pts * packet.time_base)
    return [SoundPiece(name, rate, channels, bytes(config), stamp, data)]


def _aac_shape(config: bytes) -> tuple[int, int] | None:
    """Return samples a second and channels from an AudioSpecificConfig."""
    if len(config) < 2:
        return None
    index = (config[0] & 7) << 1 | config[1] >> 7
    if index >= len(_AAC_RATES):
        return None
    return _AAC_RATES[index], max(1, config[1] >> 3 & 15)


class SoundDecoder:
    """Turns the pieces of one stream into samples as an outlet wants them."""

    def __init__(self) -> None:
        self._shape: tuple[object, ...] = ()
        self._context: AudioCodecContext | None = None
        self._resampler: AudioResampler | None = None

    def decode(self, piece: SoundPiece) -> list[tuple[bytes, float]]:
        """Return samples (16 bit, stereo, 48 kHz) with their time in s; none of damaged pieces."""
        shape = piece[:4]
        try:
            if shape != self._shape or self._context is None or self._resampler is None:
                self._shape = shape
                self._context = decoder_of(piece)
                self._resampler = AudioResampler("s16", "stereo", RATE)
            frames = self._context.decode(Packet(piece.data))
            samples = b"".join(
                bytes(part.planes[0])[: part.samples * FRAME_BYTES]
                for frame in frames
                for part in self._resampler.resample(_untimed(frame))
            )
        except (av.FFmpegError, ValueError):
            self._context = None
            return []
        return [(samples, piece.pts)] if samples else []


def decoder_of(piece: SoundPiece) -> AudioCodecContext:
    """Return a decoder for pieces like this one. Raises ``av.FFmpegError``, ``ValueError``."""
    context = cast("AudioCodecContext", av.CodecContext.create(piece.codec, "r"))
    if piece.config:
        context.extradata = piece.config
    context.sample_rate = piece.rate
    context.layout = "mono" if piece.channels == 1 else "stereo"
    return context


def _untimed(frame: AudioFrame) -> AudioFrame:
    # Stamps that jump would be filled up with silence.
    frame.pts = None
    return frame
