"""What a live stream is made of, piece by piece, as it came."""

from __future__ import annotations

from typing import NamedTuple


class VideoPiece(NamedTuple):
    """One packet of the picture; times in the time base of its stream."""

    pts: int
    dts: int
    duration: int
    key: bool
    data: bytes


class SoundPiece(NamedTuple):
    """One packet of sound.

    ``codec`` is ``aac`` (raw, its AudioSpecificConfig in ``config``), ``pcm_alaw`` or
    ``pcm_mulaw``; ``rate`` in samples a second; ``pts`` in s of the stream's time.
    """

    codec: str
    rate: int
    channels: int
    config: bytes
    pts: float
    data: bytes


Piece = VideoPiece | SoundPiece
