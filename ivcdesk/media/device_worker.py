"""The thread that shows a recording which the device itself plays into an FLV session."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence

from av.video.frame import VideoFrame
from PySide6.QtGui import QImage

from ivcdesk.domain.intervals import Interval
from ivcdesk.media.container import LIVE_OPTIONS, Decoder, Feed, opened, until_end
from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.frames import CODEC_NAMES, Frame, Scaler, StreamFacts
from ivcdesk.media.http import HttpReader
from ivcdesk.media.outlet import Outlet
from ivcdesk.media.pace import Clock
from ivcdesk.media.pieces import SoundPiece
from ivcdesk.media.sound import SoundOutlet
from ivcdesk.media.sound_line import SoundLine
from ivcdesk.media.sound_track import FlvSound
from ivcdesk.media.states import CONNECTING, ENDED, PAUSED, PLAYING, STALLED, PlayerState

STALL_SECONDS = 10.0
"""Devices take their time to find a recording."""

_PAUSED_PATIENCE = 24 * 3600.0
_NEAR_END = 3.0
_MOST_BEFORE = 256


class DeviceWorker(threading.Thread):
    """Shows what comes, as it comes; where that is in the recording follows from its stamps.

    The position is the moment last sought plus the time elapsed in the stream times the speed;
    where ``spans`` says what is recorded, the device jumps over what lies between. By a clock
    that follows others a picture that comes early waits for its time. What it sounds like comes
    in the same stream, and is heard while that plays at its own speed.
    """

    def __init__(
        self,
        url: str,
        interval: Interval,
        at: float,
        rate: float,
        spans: Sequence[tuple[float, float]],
        outlet: Outlet,
        clock: Clock,
    ) -> None:
        super().__init__(name="media-recording", daemon=True)
        self._url = url
        self._interval = interval
        self._spans = spans
        self._outlet = outlet
        self._clock = clock
        self._lock = threading.Condition()
        self._reader: HttpReader | None = None
        self._received = 0
        self._over = False
        self._playing = True
        self._nudged = False
        self._sought: float | None = at
        self._rate = rate
        self._base = at
        self._stamp: float | None = None
        self._last_stamp = 0.0
        self._position = at
        self._picture: VideoFrame | None = None
        self._line = SoundLine(self)
        self._heard = False
        self._before: deque[SoundPiece] = deque(maxlen=_MOST_BEFORE)
        self._state: PlayerState | None = None
        self._codec = ""
        self._facts = StreamFacts()

    def stop(self) -> None:
        """End soon; returns at once."""
        with self._lock:
            self._over = True
            if self._reader is not None:
                self._reader.interrupt()
            self._lock.notify_all()

    def play(self) -> None:
        """Show again; after an end or a failure, connect again."""
        with self._lock:
            self._playing = self._nudged = True
            if self._reader is not None:
                self._reader.patience = STALL_SECONDS
            self._lock.notify_all()
        if self._state == PAUSED:
            self._tell(PLAYING)

    def pause(self) -> None:
        """Show nothing new; silence is no failure from now on."""
        with self._lock:
            self._playing = False
            if self._reader is not None:
                self._reader.patience = _PAUSED_PATIENCE
            self._lock.notify_all()
        self._hush()
        if self._state in (PLAYING, STALLED):
            self._tell(PAUSED)

    def renew(self, url: str) -> None:
        """Connect to another session."""
        with self._lock:
            self._url = url
            self._nudged = True
            self._lock.notify_all()

    def note_seek(self, moment: float) -> None:
        """The next key frame is of this moment."""
        with self._lock:
            self._sought = moment
            self._position = moment
        self._hush()
        self._outlet.on_position(moment)

    def note_rate(self, rate: float) -> None:
        """From now on the device plays so many seconds per second."""
        with self._lock:
            if self._stamp is not None:
                self._base, self._stamp = self._position, self._last_stamp
            self._rate = rate
        if rate != 1.0:
            self._hush()

    @property
    def sound(self) -> SoundOutlet | None:
        """What the sound goes to; None too where there is nothing to be heard of what is shown."""
        if not self._playing or self._sought is not None or self._rate != 1.0:
            return None
        if self._clock.follows and self._clock.rate != 1.0:
            return None
        return self._outlet.sound

    @property
    def received(self) -> int:
        """Bytes received so far."""
        reader = self._reader
        return self._received + (reader.bytes_received if reader else 0)

    def snapshot(self) -> QImage | None:
        """Return the picture that is shown in its own size."""
        picture = self._picture
        return None if picture is None else Scaler().convert(picture)

    def run(self) -> None:
        """Show the session until it ends; then wait to be asked again."""
        while not self._over:
            self._tell(CONNECTING)
            try:
                self._pull()
                state = self._after_end(MediaError("ended", "the device has closed the session"))
            except Interrupted:
                continue
            except MediaError as error:
                state = self._after_end(error)
            self._tell(state)
            if state.error is not None and state.error.wants_new_url:
                self._outlet.on_url_wanted()
            with self._lock:
                self._nudged = False
                self._lock.wait_for(lambda: self._over or self._nudged)
                self._sought = self._position

    def _after_end(self, error: MediaError) -> PlayerState:
        if error.kind == "ended" and self._position >= self._interval.end - _NEAR_END * self._rate:
            return ENDED
        return PlayerState("failed", error)

    def _pull(self) -> None:
        reader = HttpReader(stall_seconds=STALL_SECONDS, on_quiet=self._on_quiet)
        with self._lock:
            if self._over:
                reader.close()
                raise Interrupted
            self._reader = reader
        try:
            reader.open(self._url)
            feed = Feed(self._hearing(reader))
            self._heard = False
            self._before.clear()
            with opened(feed, "flv", LIVE_OPTIONS) as (container, stream):
                decoder = Decoder(stream.codec_context)
                name = stream.codec_context.name
                self._codec = CODEC_NAMES.get(name, name.upper())
                for packet in until_end(container.demux(stream)):
                    for picture in decoder.decode(packet if packet.size else None):
                        self._came(picture, decoder.pixel_aspect)
            feed.check()
        finally:
            with self._lock:
                self._reader = None
                self._received += reader.bytes_received
            reader.close()

    def _hearing(self, reader: HttpReader) -> Callable[[int], bytes]:
        """Read from the session and let the sound in it be heard."""
        track = FlvSound(reader.read)

        def read(size: int) -> bytes:
            data = track.read(size)
            while track.pieces:
                piece = track.pieces.popleft()
                if self._sought is not None:
                    self._before.append(piece)
                    continue
                heard, self._heard = self._heard, self.sound is not None
                if self._heard and not heard:
                    # What waited, and the times that it waited for, are of before a silence.
                    self._line.start()
                self._line.add(piece)
            return data

        return read

    def _go_on_hearing(self, stamp: float) -> None:
        """Hear what belongs to the picture of this time stamp, s, and came before it was seen."""
        self._line.start()
        self._heard = True
        for piece in self._before:
            if piece.pts >= stamp:
                self._line.add(piece)
        self._before.clear()

    def _hush(self) -> None:
        """Forget what was not heard yet of what was shown until now."""
        self._heard = False
        sound = self._outlet.sound
        if sound is not None:
            sound.flush()

    def _came(self, picture: VideoFrame, pixel_aspect: float) -> None:
        stamp = picture.time if picture.pts is not None else self._last_stamp
        with self._lock:
            if self._over:
                raise Interrupted
            first = self._sought is not None
            if self._sought is not None:
                # What was under way before the seek is neither shown nor counted.
                if not picture.key_frame:
                    return
                self._base, self._stamp, self._sought = self._sought, stamp, None
                self._go_on_hearing(stamp)
            elapsed = stamp - (self._stamp if self._stamp is not None else stamp)
            self._position = played_to(self._base, elapsed * self._rate, self._spans)
            self._last_stamp = stamp
            position = self._position
            if not self._await(position) or not (self._playing or self._clock.follows):
                return
        if not first:
            # A device that is only to show one picture is not heard.
            self._line.picture(stamp)
        self._tell_facts(picture)
        self._tell(PLAYING if self._playing else PAUSED)
        self._picture = picture
        scaler = self._outlet.scaler
        frame = None
        if scaler.showing:
            scaler.pixel_aspect = pixel_aspect
            frame = Frame(scaler.convert(picture), position)
        self._outlet.on_position(position)
        if frame is not None:
            self._outlet.mailbox.put(frame)
            self._outlet.on_frame()

    def _await(self, position: float) -> bool:
        """Hold a picture back until its time has come; False where it is not wanted any more.

        Holds the lock. What the device sends meanwhile waits in the socket.
        """
        while self._clock.follows and not self._over and self._sought is None:
            early = position - self._clock.position
            if early <= 0:
                return True
            self._lock.wait(min(max(early / self._clock.rate, 0.002), 0.1))
        if self._over:
            raise Interrupted
        return self._sought is None

    def _tell_facts(self, picture: VideoFrame) -> None:
        facts = StreamFacts(self._codec, picture.width, picture.height)
        if facts != self._facts:
            self._facts = facts
            self._outlet.on_facts(facts)

    def _on_quiet(self) -> None:
        if self._playing and self._state == PLAYING:
            self._tell(STALLED)

    def _tell(self, state: PlayerState) -> None:
        if state != self._state:
            self._state = state
            self._outlet.on_state(state)


def played_to(start: float, seconds: float, spans: Sequence[tuple[float, float]]) -> float:
    """Return where ``seconds`` of playing lead to from a moment, over the gaps between spans."""
    here = start
    for begin, end in sorted(spans):
        if end <= here:
            continue
        here = max(here, begin)
        if here + seconds < end:
            return here + seconds
        seconds -= end - here
        here = end
    return here + seconds
