"""The thread that plays a recording from its HLS playlist, to the exact picture."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Sequence

from PySide6.QtGui import QImage

from ivcdesk.domain.intervals import Interval
from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.frames import CODEC_NAMES, Frame, Scaler, StreamFacts
from ivcdesk.media.outlet import Outlet
from ivcdesk.media.pace import Clock
from ivcdesk.media.pictures import EPSILON, Picture
from ivcdesk.media.recording_sound import RecordingSound
from ivcdesk.media.reel import Reel
from ivcdesk.media.states import CONNECTING, ENDED, PAUSED, PLAYING, STALLED, PlayerState

_TICK = 0.1
_STALL_TOLD_AFTER = 0.5
_LATE = 0.05
_TOO_LATE = 0.3
_SHOW_AT_LEAST_EVERY = 0.1
_SHOW_AT_MOST_EVERY = 0.03
_FIRST_PAUSE = 0.5
_LONGEST_PAUSE = 8.0
_LOST = 2.0
_LONGEST_AIM = 8.0
_HARDLY = 0.015
_HARD_PRESSED = 12
_SHORTEST_WAIT = 0.002


class RecordingWorker(threading.Thread):
    """Plays segments by a clock until :meth:`stop`; commands may come from any thread.

    A seek that comes while another is under way replaces it. By a clock that follows others
    nothing is ever shown before its time, and what lies between two recordings is waited for.
    """

    def __init__(
        self,
        url: str,
        interval: Interval,
        at: float,
        spans: Sequence[tuple[float, float]],
        outlet: Outlet,
        clock: Clock,
    ) -> None:
        super().__init__(name="media-recording", daemon=True)
        self._interval = interval
        self._outlet = outlet
        self._clock = clock
        self._lock = threading.Condition()
        self._reel = Reel(url, interval, spans, self._lock, self._interrupted, self._on_wait)
        self._over = False
        self._playing = True
        self._nudged = False
        self._seek: float | None = at
        self._steps: deque[int] = deque()
        self._ended = False
        self._replaying = False
        self._pending: Picture | None = None
        self._shown: Picture | None = None
        self._left_out: Picture | None = None
        self._converted = 0.0
        self._hurry = 0
        self._sparse = False
        self._joining = True
        self._took = 0.0
        self._failures = 0
        self._sound: RecordingSound | None = None
        self._state: PlayerState | None = None
        self._facts = StreamFacts()

    def stop(self) -> None:
        """End soon; returns at once."""
        with self._lock:
            self._over = True
            self._lock.notify_all()
        self._reel.stop()

    def seek(self, moment: float) -> None:
        """Show the picture of a moment, the sooner the better."""
        with self._lock:
            self._seek = moment
            self._steps.clear()
            self._lock.notify_all()

    def play(self) -> None:
        """Let it run; from the beginning where it has ended."""
        with self._lock:
            self._playing = self._nudged = True
            if self._ended and self._seek is None:
                follows = self._clock.follows
                self._seek = self._clock.position if follows else self._interval.start
            self._lock.notify_all()

    def pause(self) -> None:
        """Stay at the picture that is shown."""
        with self._lock:
            self._playing = False
            self._lock.notify_all()

    def step(self, count: int) -> None:
        """Go so many pictures on, or back where negative, and stay there."""
        with self._lock:
            self._playing = False
            self._steps.extend([1 if count > 0 else -1] * abs(count))
            self._lock.notify_all()

    def rate_changed(self) -> None:
        """Look at the clock again."""
        with self._lock:
            self._lock.notify_all()

    def renew(self, url: str) -> None:
        """Read the playlist anew from a fresh address."""
        with self._lock:
            self._reel.renew(url)
            if self._seek is None:
                self._seek = self._clock.position
            self._lock.notify_all()

    @property
    def received(self) -> int:
        """Bytes received so far."""
        return self._reel.received

    def snapshot(self) -> QImage | None:
        """Return the picture that is shown in its own size."""
        shown = self._shown
        return None if shown is None else Scaler().convert(shown[1])

    def run(self) -> None:
        """Play and obey until :meth:`stop`."""
        while not self._over:
            try:
                self._turn()
            except Interrupted:
                continue
            except MediaError as error:
                self._fail(error)
        if self._sound is not None:
            self._sound.stop()
        self._reel.close()
        self._clock.release(self)

    def _listen(self) -> None:
        """Let the sound be heard, if anybody listens."""
        if self._outlet.sound is not None and (self._sound is None or not self._sound.is_alive()):
            self._sound = RecordingSound(self._reel, self._outlet, self._clock, self._heard)
            self._sound.start()

    def _heard(self) -> bool:
        return self._playing and not self._ended and self._seek is None and self._shown is not None

    def _turn(self) -> None:
        """Do the one thing that is due."""
        with self._lock:
            seek, self._seek = self._seek, None
            step = self._steps.popleft() if seek is None and self._steps else 0
            running = self._playing and not self._ended
        if seek is not None:
            self._go_to(seek)
        elif step:
            self._step(step)
        elif running:
            self._clock.start()
            self._tell_running()
            self._listen()
            self._reel.prefetch(self._clock.rate)
            self._play_one()
        else:
            self._stand_still()
            with self._lock:
                self._lock.wait_for(
                    lambda: self._commanded() or (self._playing and not self._ended)
                )

    def _show_left_out(self) -> None:
        """Show the picture of the position, where there was no time to when it was due."""
        if self._left_out is not None:
            self._show(self._left_out)

    def _stand_still(self) -> None:
        self._clock.pause()
        self._show_left_out()
        if self._shown is not None and not self._ended:
            self._clock.set(self._shown[0])
            self._outlet.on_position(self._shown[0])
        self._tell_running()

    def _commanded(self) -> bool:
        return self._over or self._seek is not None or bool(self._steps)

    def _interrupted(self) -> bool:
        return self._over or self._seek is not None

    def _wait(self, seconds: float) -> bool:
        """Wait while playing; False where something else is to be done now."""
        with self._lock:
            self._lock.wait_for(lambda: self._commanded() or not self._playing, seconds)
            return not self._commanded() and self._playing

    def _play_one(self) -> None:
        picture = self._upcoming()
        if picture is None:
            self._finish()
            return
        if self._clock.follows:
            self._play_along(picture)
            return
        gap_from = self._reel.gap_from
        due = picture[0] if gap_from is None else gap_from
        left = self._clock.seconds_until(due)
        if left is None or left > 0:
            go_on = self._wait(_TICK if left is None else min(left, _TICK))
            if left is None or left > _TICK or not go_on:
                if go_on:
                    self._outlet.on_position(min(self._clock.position, due))
                return
            left = 0.0
        if gap_from is not None:
            self._reel.gap_from = None
            self._clock.set(picture[0])
            return
        self._show_or_drop(picture, -left)

    def _play_along(self, picture: Picture) -> None:
        """Show a picture when the common clock has come to it, and tell how far this one is."""
        self._reel.gap_from = None
        due = picture[0]
        left = self._clock.seconds_until(due)
        if left is not None and -left > _LOST:
            # There is no catching up by decoding all that was missed.
            ahead = min(self._took, _LONGEST_AIM) * self._clock.rate
            with self._lock:
                if self._seek is None:
                    self._seek = self._clock.position + ahead
            return
        if self._joining and left is not None and -left > _LATE:
            # Nobody waits for one that has just come, and nothing is seen of how it catches up.
            self._pending = None
            self._left_out = picture
            return
        shown = self._shown[0] if self._shown is not None else due
        self._clock.shows(min(shown, due), due)
        if left is None or left > 0:
            go_on = self._wait(_TICK if left is None else min(max(left, _SHORTEST_WAIT), _TICK))
            if go_on:
                self._outlet.on_position(min(self._clock.position, due))
            return
        self._show_or_drop(picture, -left)
        self._clock.shows(due, None)

    def _show_or_drop(self, picture: Picture, late: float) -> None:
        """Show a picture that is due, unless there are more of them than can be shown."""
        self._pending = None
        since = time.monotonic() - self._converted
        crowded = self._outlet.mailbox.full and since < _SHOW_AT_MOST_EVERY
        if self._clock.follows:
            # Late and yet not left behind: the next one will be on time, and the others wait.
            show = late < _LATE or (self._clock.left_behind and since > _STALL_TOLD_AFTER)
        else:
            show = (late < _LATE and not crowded) or since > _SHOW_AT_LEAST_EVERY
        if show:
            self._show(picture)
        else:
            self._note(picture)
            self._left_out = picture
        self._skip(self._too_much(late))

    def _too_much(self, late: float) -> bool:
        """Whether there is no time to decode everything, by how late a picture was, s."""
        if not self._clock.follows:
            return late > _TOO_LATE or (self._reel.keys_only and late > 0)
        # The others wait, so that nothing is ever very late: being late all the time tells.
        if self._clock.rate <= 1.0:
            self._hurry = 0
        elif late > _HARDLY:
            self._hurry = min(self._hurry + 1, _HARD_PRESSED)
        else:
            self._hurry = max(self._hurry - 1, 0)
        return self._hurry >= _HARD_PRESSED or (self._reel.keys_only and self._hurry > 0)

    def _skip(self, keys_only: bool) -> None:
        self._reel.keys_only = keys_only
        self._sparse = self._sparse or keys_only

    def _upcoming(self) -> Picture | None:
        """Return the picture after the one shown, which may have been decoded before."""
        if self._replaying and self._shown is not None:
            picture = self._reel.history.after(self._shown[0])
            if picture is not None and picture is not self._pending:
                return picture
            self._replaying = False
        if self._pending is None:
            self._pending = self._next()
        return self._pending

    def _next(self, *, within: bool = False) -> Picture | None:
        try:
            picture = self._reel.next(within=within)
        finally:
            self._clock.release(self)
        if picture is not None:
            self._failures = 0
        return picture

    def _on_wait(self, waited: float) -> None:
        self._clock.hold(self)
        if waited >= _STALL_TOLD_AFTER and self._state in (PLAYING, PAUSED):
            self._show_left_out()
            self._tell(STALLED)

    def _go_to(self, moment: float) -> None:
        """Show the picture of a moment, or the first one after it."""
        self._ended = False
        self._clock.set(moment)
        self._clock.seeks(moment)
        self._joining = True
        self._outlet.on_position(moment)
        if not self._reel.loaded:
            self._tell(CONNECTING)
            self._reel.load()
        self._show_from(self._reel.open_at(moment))

    def _show_from(self, moment: float) -> None:
        """Show the last picture that is not after a moment; the reel stands before it."""
        began = time.monotonic()
        found = self._find(moment)
        self._took = time.monotonic() - began
        if found is None:
            self._finish()
            return
        self._reel.gap_from = None
        if self._clock.follows and not self._in_time(found, moment):
            return
        self._clock.set(found[0])
        self._show(found)
        self._clock.shows(found[0], self._pending[0] if self._pending is not None else None)

    def _in_time(self, found: Picture, moment: float) -> bool:
        """Whether a picture is to be seen at once by a common clock; keeps it where it is not."""
        if (
            found[0] > max(moment, self._clock.position) + EPSILON
            or (self._clock.seconds_until(found[0]) or 0.0) > EPSILON
        ):
            # It waits for its time; the one after it, if that is known, is left out.
            self._pending = found
            self._clock.shows(moment, found[0])
            return False
        left = self._clock.seconds_until(self._pending[0]) if self._pending is not None else None
        if left is not None and -left > _LATE:
            self._left_out = found
            return False
        return True

    def _find(self, moment: float) -> Picture | None:
        """Decode from where the reel stands to the last picture that is not after a moment."""
        self._replaying = self._sparse = False
        self._hurry = 0
        self._pending = found = None
        while (picture := self._next(within=found is not None)) is not None:
            late = picture[0] > moment + EPSILON
            if found is not None and late:
                self._pending = picture
                break
            found = picture
            if late:
                break
        return found

    def _step(self, direction: int) -> None:
        shown = self._shown
        if shown is None:
            return
        self._clock.pause()
        if self._sparse:
            # Too fast to decode everything: what was left out around the picture is needed now.
            self._find(self._reel.open_at(shown[0]))
        if direction > 0:
            picture = self._upcoming()
            if picture is self._pending:
                self._pending = None
        else:
            picture = self._reel.history.before(shown[0])
            self._replaying = picture is not None
            if picture is None:
                moment = self._reel.open_before(shown[0] - 2 * EPSILON)
                if moment is not None:
                    self._ended = False
                    self._show_from(moment)
                return
        if picture is not None:
            self._ended = False
            self._reel.gap_from = None
            self._clock.set(picture[0])
            self._show(picture)

    def _finish(self) -> None:
        """Stay at the last picture until its time is over, then end."""
        self._show_left_out()
        end = self._reel.here.end
        left = self._clock.seconds_until(end)
        if left is not None and left > 0:
            go_on = self._wait(min(left, _TICK))
            if left > _TICK or not go_on:
                return
        self._clock.pause()
        self._clock.set(end)
        self._clock.leave()
        self._ended = True
        self._outlet.on_position(end)

    def _show(self, picture: Picture) -> None:
        scaler = self._outlet.scaler
        self._left_out = frame = None
        if scaler.showing:
            scaler.pixel_aspect = self._reel.pixel_aspect
            frame = Frame(scaler.convert(picture[1]), picture[0])
        self._converted = time.monotonic()
        self._joining = False
        self._note(picture)
        self._tell_running()
        if frame is not None:
            self._outlet.mailbox.put(frame)
            self._outlet.on_frame()

    def _note(self, picture: Picture) -> None:
        shown, self._shown = self._shown, picture
        self._outlet.on_position(picture[0])
        frame = picture[1]
        fps = 0.0
        if shown is not None and 0.001 < picture[0] - shown[0] < 2.0:
            fps = round(1 / (picture[0] - shown[0]), 1)
        known = self._facts
        if (known.width, known.height) != (frame.width, frame.height) or (fps and not known.fps):
            name = self._reel.codec
            codec = CODEC_NAMES.get(name, name.upper())
            self._facts = StreamFacts(codec, frame.width, frame.height, fps)
            self._outlet.on_facts(self._facts)

    def _fail(self, error: MediaError) -> None:
        """Say so, wait for a command or until it is worth another try, and try again."""
        self._clock.pause()
        self._clock.leave()
        self._reel.close()
        self._pending = None
        lasting = error.wants_new_url or error.kind in ("codec", "tls")
        pause = None if lasting else min(_FIRST_PAUSE * 2**self._failures, _LONGEST_PAUSE)
        self._failures += 1
        self._tell(PlayerState("failed", error, pause))
        if error.wants_new_url:
            self._outlet.on_url_wanted()
        with self._lock:
            self._nudged = False
            if self._lock.wait_for(lambda: self._interrupted() or self._nudged, pause):
                self._failures = 0
            if self._seek is None:
                self._seek = self._clock.position

    def _tell_running(self) -> None:
        if self._ended:
            self._tell(ENDED)
        elif self._shown is not None:
            behind = self._playing and self._clock.left_behind
            self._tell(STALLED if behind else PLAYING if self._playing else PAUSED)

    def _tell(self, state: PlayerState) -> None:
        if state != self._state:
            self._state = state
            self._outlet.on_state(state)
