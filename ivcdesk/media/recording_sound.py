"""The sound of a cloud recording: its segments read once more, by the clock of the pictures."""

from __future__ import annotations

import threading
from collections.abc import Callable

from av.video.stream import VideoStream

from ivcdesk.media.container import SEGMENT_OPTIONS, Feed, opened, until_end
from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.outlet import Outlet
from ivcdesk.media.pace import Clock
from ivcdesk.media.pieces import SoundPiece
from ivcdesk.media.playlist import Segment, find
from ivcdesk.media.reel import Reel
from ivcdesk.media.sound import SoundOutlet
from ivcdesk.media.sound_track import SoundDecoder, pieces_of

AHEAD = 0.05
"""Sound is handed over so long before its picture is due: the device is about as late, s."""

_LATE = 0.2
_FAR = 1.0
_TURN = 0.05
_REST = 0.1


class RecordingSound(threading.Thread):
    """Lets a recording be heard while it is played at its own speed, and is silent otherwise.

    Where a segment keeps its sound far from its picture, that is read in time all the same,
    because it is not read together with the pictures. The thread ends when nobody listens any
    more; ``heard`` tells whether pictures run.
    """

    def __init__(self, reel: Reel, outlet: Outlet, clock: Clock, heard: Callable[[], bool]) -> None:
        super().__init__(name="media-recording-sound", daemon=True)
        self._reel = reel
        self._outlet = outlet
        self._clock = clock
        self._heard = heard
        self._over = threading.Event()
        self._decoder = SoundDecoder()
        self._done_to = 0.0

    def stop(self) -> None:
        """End soon; returns at once."""
        self._over.set()

    def run(self) -> None:
        """Play segment after segment until :meth:`stop` or until nobody listens."""
        silent = True
        while (sound := self._outlet.sound) is not None and not self._over.is_set():
            segment = self._next() if self._audible(sound) else None
            if segment is None:
                if not silent:
                    sound.flush()
                silent = True
                self._over.wait(_REST)
                continue
            silent = False
            try:
                whole = self._play(segment, sound)
            except (Interrupted, MediaError):
                whole = False
                self._over.wait(_REST)
            if whole:
                self._done_to = segment.end
            else:
                self._done_to = 0.0
                self._decoder = SoundDecoder()
                sound.flush()

    def _audible(self, sound: SoundOutlet) -> bool:
        return (
            not self._over.is_set()
            and self._outlet.sound is sound
            and self._heard()
            and self._clock.rate == 1.0
            and self._clock.seconds_until(0.0) is not None
        )

    def _next(self) -> Segment | None:
        """Return the segment to be heard now, None where there is none."""
        position = self._clock.position
        if position < self._done_to < position + _FAR:
            position = self._done_to
        segments = self._reel.segments
        index = find(segments, position + AHEAD / 2)
        if index is None or segments[index].start > position + _FAR:
            return None
        return segments[index]

    def _play(self, segment: Segment, sound: SoundOutlet) -> bool:
        """Play a segment from where the pictures are; False where something else is due now."""

        def interrupted() -> bool:
            return not self._audible(sound) or self._gone(segment)

        feed = Feed(self._reel.read(segment, interrupted))
        with opened(feed, "mp4" if segment.init else "mpegts", SEGMENT_OPTIONS) as (
            container,
            picture,
        ):
            if not container.streams.audio:
                return self._wait_for_end(segment, sound)
            origin: float | None = None
            waiting: list[SoundPiece] = []
            for packet in until_end(container.demux(picture, container.streams.audio[0])):
                if not isinstance(packet.stream, VideoStream):
                    waiting += pieces_of(packet)
                elif origin is None and packet.is_keyframe and packet.pts is not None:
                    # Moments count from the first key frame, as those of the pictures do.
                    origin = float(packet.pts * packet.time_base)
                if origin is None:
                    continue
                for piece in waiting:
                    if not self._hand_over(piece, segment.start - origin, segment, sound):
                        return False
                waiting.clear()
        feed.check()
        return True

    def _hand_over(
        self, piece: SoundPiece, shift: float, segment: Segment, sound: SoundOutlet
    ) -> bool:
        """Write a piece when its time has come; False where it will not come."""
        moment = piece.pts + shift
        while True:
            left = self._clock.seconds_until(moment - AHEAD)
            if left is None or left > _FAR or not self._audible(sound) or self._gone(segment):
                return False
            if left <= 0:
                break
            self._over.wait(min(left, _TURN))
        if left > -_LATE:
            for samples, _ in self._decoder.decode(piece):
                sound.write(samples, moment)
        return True

    def _wait_for_end(self, segment: Segment, sound: SoundOutlet) -> bool:
        while self._audible(sound) and not self._gone(segment):
            self._over.wait(_REST)
        return False

    def _gone(self, segment: Segment) -> bool:
        """Whether the pictures are elsewhere by now."""
        position = self._clock.position
        return not segment.start - _FAR <= position <= segment.end + AHEAD
