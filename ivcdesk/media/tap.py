"""Where a recording is tapped off a live stream, so that it is pulled only once."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from ivcdesk.media.pieces import Piece, SoundPiece, VideoPiece

if TYPE_CHECKING:  # a computer without PyAV has the player, too
    from av.packet import Packet
    from av.video.stream import VideoStream

_MOST_KEPT = 32 << 20
"""A stream with key frames so rare is kept from the next one on only, bytes."""


class Taker(Protocol):
    """Takes what a live stream delivers; called in the worker's thread, returns at once."""

    def begin(self, stream: VideoStream, sound: SoundPiece | None) -> None:
        """Take notice of a connection; the pieces that follow begin with a key frame.

        ``sound`` is like the pieces of sound to come, None while none has been heard.
        """

    def put(self, piece: Piece) -> None:
        """Take one piece."""

    def cut(self) -> None:
        """Take notice that the connection is over."""


class Tap:
    """Keeps what has come since the last key frame, and passes it on while somebody takes.

    :meth:`open` and :meth:`close` may be called from any thread, the others are the worker's.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._stream: VideoStream | None = None
        self._kept: list[Piece] = []
        self._kept_bytes = 0
        self._sound: SoundPiece | None = None
        self._taker: Taker | None = None
        self._taking = False
        self._begun = False

    @property
    def open_for(self) -> Taker | None:
        """Who takes."""
        return self._taker

    def open(self, taker: Taker) -> None:
        """Pass everything on to somebody, from the last key frame on."""
        with self._lock:
            self._taker, self._taking = taker, False

    def close(self) -> None:
        """Pass nothing on any more."""
        with self._lock:
            self._taker, self._taking = None, False

    def begin(self, stream: VideoStream) -> None:
        """Note a new connection."""
        with self._lock:
            self._stream = stream

    def video(self, packet: Packet[VideoStream]) -> None:
        """Note a packet of the picture."""
        if packet.pts is None or not packet.size:
            return
        dts = packet.pts if packet.dts is None else packet.dts
        duration = packet.duration or 0
        key = bool(packet.is_keyframe)
        piece = VideoPiece(packet.pts, dts, duration, key, bytes(packet))
        with self._lock:
            if key:
                # Sound may have been read before the picture that it belongs to.
                began = float(packet.pts * packet.time_base)
                later = [p for p in self._kept if isinstance(p, SoundPiece) and p.pts >= began]
                self._forget()
                self._begun = True
                self._pass_on(piece, later)
            elif self._begun:
                self._pass_on(piece)

    def sound(self, piece: SoundPiece) -> None:
        """Note a piece of sound."""
        with self._lock:
            self._sound = piece
            self._pass_on(piece)

    def end(self) -> None:
        """Note that the connection is over; nobody may touch its stream any more."""
        with self._lock:
            if self._taker is not None and self._taking:
                self._taker.cut()
            self._taking = self._begun = False
            self._stream = self._sound = None
            self._forget()

    def _forget(self) -> None:
        self._kept.clear()
        self._kept_bytes = 0

    def _pass_on(self, piece: Piece, behind: Sequence[Piece] = ()) -> None:
        kept = [piece, *behind]
        self._kept += kept
        self._kept_bytes += sum(len(piece.data) for piece in kept)
        taker = self._taker
        if taker is not None and self._stream is not None and self._begun:
            if not self._taking:
                self._taking = True
                taker.begin(self._stream, self._sound)
                for each in self._kept:
                    taker.put(each)
            else:
                # Who takes already has had the sound that belongs behind a key frame.
                taker.put(piece)
        if self._kept_bytes > _MOST_KEPT:
            self._forget()
            self._begun = False
