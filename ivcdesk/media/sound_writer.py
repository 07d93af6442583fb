"""Sound into an MP4: AAC as it came, G.711 encoded as AAC."""

from __future__ import annotations

from fractions import Fraction

import av
from av.audio.codeccontext import AudioCodecContext
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.packet import Packet

from ivcdesk.media.pieces import SoundPiece
from ivcdesk.media.sound_track import decoder_of

_LOOSE = 0.1
"""Stamps that are off by less than this only jitter, s."""

_AAC_FRAME = 1024


class SoundWriter:
    """Writes the pieces that are like the first one into a stream of AAC."""

    def __init__(self, container: OutputContainer, stream: AudioStream, like: SoundPiece) -> None:
        self._container = container
        self._stream = stream
        self._shape = like[:4]
        self._next: int | None = None
        context = stream.codec_context
        context.layout = "mono" if like.channels == 1 else "stereo"
        context.time_base = Fraction(1, like.rate)
        self._decoder: AudioCodecContext | None = None
        if like.codec != "aac":
            self._decoder = decoder_of(like)

    def write(self, piece: SoundPiece, base: float) -> None:
        """Write a piece; ``base`` is the time of the first picture in the stream, s."""
        if piece[:4] != self._shape:
            return
        due = round((piece.pts - base) * piece.rate)
        if self._next is None:
            if due < 0:
                return
            self._next = due
        elif abs(due - self._next) > _LOOSE * piece.rate:
            self._next = max(self._next, due)
        if self._decoder is None:
            packet = Packet(piece.data)
            packet.time_base = Fraction(1, piece.rate)
            packet.pts = packet.dts = self._next
            packet.duration = _AAC_FRAME
            packet.stream = self._stream
            self._next += _AAC_FRAME
            self._container.mux(packet)
            return
        for frame in self._decoded(piece):
            frame.time_base = Fraction(1, piece.rate)
            frame.pts = self._next
            self._next += frame.samples
            self._container.mux(self._stream.encode(frame))

    def close(self) -> None:
        """Write what the encoder still holds."""
        if self._decoder is not None and self._next is not None:
            self._container.mux(self._stream.encode(None))

    def _decoded(self, piece: SoundPiece) -> list[AudioFrame]:
        assert self._decoder is not None
        try:
            return self._decoder.decode(Packet(piece.data))
        except av.FFmpegError:
            return []
