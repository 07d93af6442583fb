"""Keeps the sound of a stream that comes at its own pace with its picture."""

from __future__ import annotations

import time
from collections import deque
from typing import Protocol

from ivcdesk.media.pieces import SoundPiece
from ivcdesk.media.sound import SoundOutlet
from ivcdesk.media.sound_track import SoundDecoder

_AHEAD = 0.1
"""Sound is handed over so long before its picture, s: the device is about as late."""

_APART = 2.0
"""Stamps of sound and picture that are so far apart have nothing to do with each other, s."""

_MOST_WAITING = 256


class Listener(Protocol):
    """Who knows what the sound goes to."""

    @property
    def sound(self) -> SoundOutlet | None:
        """What the sound is written to now, None while there is nobody to hear it."""


class SoundLine:
    """Hands each piece over when its picture is shown; decodes none while nobody listens.

    Used by the worker's thread alone.
    """

    def __init__(self, outlet: Listener) -> None:
        self._outlet = outlet
        self._decoder = SoundDecoder()
        self._waiting: deque[SoundPiece] = deque(maxlen=_MOST_WAITING)
        self._anchor: tuple[float, float] | None = None

    def start(self) -> None:
        """Begin a connection."""
        self._waiting.clear()
        self._anchor = None
        if self._outlet.sound is not None:
            self._outlet.sound.flush()

    def add(self, piece: SoundPiece) -> None:
        """Take a piece that has come."""
        if self._outlet.sound is None:
            self._waiting.clear()
            return
        self._waiting.append(piece)
        self._hand_over()

    def picture(self, stamp: float) -> None:
        """Note that the picture of this time stamp (s) is shown now."""
        self._anchor = (time.monotonic(), stamp)
        if self._waiting:
            self._hand_over()

    def _hand_over(self) -> None:
        if self._anchor is None:
            return
        shown_at, stamp = self._anchor
        due = stamp + time.monotonic() - shown_at + _AHEAD
        waiting = self._waiting
        while waiting and not 0 < waiting[0].pts - due < _APART:
            piece = waiting.popleft()
            sound = self._outlet.sound
            if sound is None:
                waiting.clear()
                return
            for samples, pts in self._decoder.decode(piece):
                sound.write(samples, pts)
