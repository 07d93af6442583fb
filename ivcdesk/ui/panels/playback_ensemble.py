"""Plays one channel, or several on one playhead that keeps its time whoever joins or leaves."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QObject, QTimer, Signal

from ivcdesk.domain import intervals
from ivcdesk.domain.coverage import Source
from ivcdesk.media.conductor import Conductor
from ivcdesk.ui.panels.playback_places import Nowhere, Place
from ivcdesk.ui.panels.playback_reel import EARLY_SECONDS
from ivcdesk.ui.panels.playback_seat import PlaybackSeat

BEAT_MS = 50
"""How often a common playhead is told of."""
CARE_BEATS = 4
"""After so many of these everybody is looked after: who waits, and who has fallen behind."""
TOLERANCE = 0.25
"""A device further behind than this is brought up to the others, s."""
CATCH_UP_SECONDS = 6.0
"""How long a device that was brought up is left alone."""
CATCH_UPS = 4
"""How often in a row it is tried before it stays as far behind as it is."""

_OUT = frozenset({"waiting", "nowhere", "ended", "failed", "idle"})


class Ensemble(QObject):
    """Leads the seats that are seen.

    Alone, a reel does as it does: it jumps over gaps and ends where there is nothing more.
    Together all follow one clock; one that has nothing waits, and a gap that all have is jumped
    over. Signals: ``moved(t)``; ``changed()``; ``jumped(place)``; ``nowhere(found)``;
    ``refused(error)`` where a device does not take another speed.
    """

    moved = Signal(float)
    changed = Signal()
    jumped = Signal(object)
    nowhere = Signal(object)
    refused = Signal(object)

    def __init__(self, now: Callable[[], float], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.conductor = Conductor()
        self.speed = 1.0
        self.choice = "auto"
        self.stream: int | None = None
        self.straightened = False
        self._now = now
        self._seats: list[PlaybackSeat] = []
        self._awake: list[PlaybackSeat] = []
        self._focus: PlaybackSeat | None = None
        self._running = False
        self._stepping: PlaybackSeat | None = None
        self._behind: dict[PlaybackSeat, int] = {}
        self._caught_up: dict[PlaybackSeat, tuple[float, int]] = {}
        self._beats = 0
        self._beat = QTimer(self, interval=BEAT_MS)
        self._beat.timeout.connect(self._on_beat)

    # Who is there

    def adopt(self, seat: PlaybackSeat) -> None:
        """Take in a new seat, and have it play as the others do."""
        reel = seat.reel
        reel.speed, reel.choice = self.speed, self.choice
        reel.stream, reel.straightened = self.stream, self.straightened
        reel.moved.connect(partial(self._on_moved, seat))
        reel.changed.connect(self.changed)
        reel.jumped.connect(self.jumped)
        reel.nowhere.connect(self.nowhere)
        reel.refused.connect(partial(self._on_refused, seat))
        self._seats.append(seat)
        if self._focus is None:
            self._focus = seat

    def set_focus(self, seat: PlaybackSeat) -> None:
        """Take steps with this one."""
        self._focus = seat
        self.changed.emit()

    @property
    def together(self) -> bool:
        """Whether several play on one playhead."""
        return self.conductor.together

    @property
    def awake(self) -> Sequence[PlaybackSeat]:
        """The seats that play."""
        return tuple(self._awake)

    @property
    def t(self) -> float:
        """The moment of the playhead, seconds since the epoch."""
        if self.together:
            return self.conductor.position
        return self._leading.reel.t if self._leading is not None else 0.0

    @property
    def running(self) -> bool:
        """Whether it is meant to run."""
        if self.together:
            return self._running
        return self._leading is not None and self._leading.reel.running

    @property
    def state(self) -> str:
        """What the seat in focus does; see :class:`Reel`."""
        seat = self._focus
        return seat.reel.state if seat is not None else "idle"

    @property
    def pulling(self) -> bool:
        """Whether anything is open."""
        return any(seat.reel.source is not None for seat in self._awake)

    def rearranged(
        self,
        work: Callable[[], object],
        seen: Callable[[], list[PlaybackSeat]],
        playhead: float,
    ) -> None:
        """Let seats be filled, emptied, shown or hidden by ``work``; time and running stay.

        ``seen`` tells which have a channel and are on the screen; ``playhead`` is the moment that
        is shown while nothing runs.
        """
        running, pulled = self.running, self.pulling
        t = self.t if running else playhead
        before, was_together = self._awake, self.together
        steady = was_together or (len(before) == 1 and before[0].reel.source is Source.CLOUD)
        work()
        self._awake = awake = seen()
        for seat in before:
            if seat not in awake:
                seat.reel.leave()
        together = len(awake) > 1
        if together and not was_together:
            if not steady or before[0].reel.source is None:
                self.conductor.set(t)
            self.conductor.set_rate(self.speed)
            self.conductor.set_together(True)
        elif was_together and not together:
            self.conductor.set_together(False)
        self._running = running and bool(awake)
        if together:
            if running:
                self.conductor.start()
            else:
                self.conductor.pause()
        for seat in awake:
            self._join(seat, t, pulled, renewed=together != was_together)
        self._beat_if_needed()
        self.changed.emit()

    def _join(self, seat: PlaybackSeat, t: float, pulled: bool, *, renewed: bool) -> None:
        reel = seat.reel
        here = self.conductor.position if self.together else t
        if reel.source is None or (renewed and reel.source is Source.DEVICE and self.together):
            if self._running:
                reel.play_from(here)
            elif pulled and self.together:
                reel.show(here)
            elif reel.source is None:
                reel.look_at(here)

    # What is asked for

    def play_from(self, t: float) -> None:
        """Play from a moment on."""
        if not self.together:
            if self._leading is not None:
                self._leading.reel.play_from(t)
            return
        self._go_to(t, cue=True)
        self._running = True
        for seat in self._awake:
            seat.reel.play_from(t)
        self.conductor.start()
        self._beat_if_needed()
        self.changed.emit()

    def look_at(self, t: float) -> None:
        """Show a moment without changing whether it runs; while nothing is open just note it."""
        if not self.together:
            if self._leading is not None:
                self._leading.reel.look_at(t)
            else:
                self.moved.emit(t)
            return
        pulled = self.pulling
        self._go_to(t, cue=self._running)
        for seat in self._awake:
            if self._running:
                seat.reel.play_from(t)
            elif pulled:
                seat.reel.show(t)
            else:
                seat.reel.look_at(t)

    def preview(self, t: float) -> None:
        """Show a moment for as long as somebody makes up their mind, if that is quickly done."""
        if self.together:
            self.conductor.set(t)
        for seat in self._awake:
            seat.reel.preview(t)

    def play(self) -> None:
        """Go on."""
        if not self.together:
            if self._leading is not None:
                self._leading.reel.play()
            return
        self._stepping = None
        self._running = True
        t = self.conductor.position
        for seat in self._awake:
            reel = seat.reel
            if reel.state == "paused" and reel.source is not None:
                reel.play()
            elif reel.state not in ("playing", "stalled") or not reel.running:
                reel.play_from(t)
        self.conductor.start()
        self._beat_if_needed()
        self.changed.emit()

    def pause(self) -> None:
        """Hold the pictures."""
        if not self.together:
            if self._leading is not None:
                self._leading.reel.pause()
            return
        self.conductor.pause()
        self._running = False
        for seat in self._awake:
            seat.reel.pause()
        self._beat_if_needed()
        self.moved.emit(self.conductor.position)
        self.changed.emit()

    def leave(self, *, devices_only: bool = False) -> None:
        """Stop pulling anything; playing goes on from the same moment when it is asked for."""
        if self.together and self._running:
            self.pause()
        for seat in self._awake:
            reel = seat.reel
            if not devices_only or reel.source is Source.DEVICE or reel.state == "opening":
                reel.leave()
            elif reel.running:
                reel.pause()

    def retry(self) -> None:
        """Try again what failed."""
        t = self.t
        for seat in self._awake:
            if seat.reel.state == "failed":
                seat.reel.play_from(t)

    def step(self, frames: int) -> None:
        """Show the next or the previous picture of the one in focus, and the others' of then."""
        if not self.together:
            if self._leading is not None:
                self._leading.reel.step(frames)
            return
        seat = self.stepper
        if seat is None:
            return
        if self._running:
            self.pause()
        self._stepping = seat
        seat.reel.step(frames)

    @property
    def stepper(self) -> PlaybackSeat | None:
        """Whose pictures are stepped through: the one in focus, or the first from the cloud."""
        able = [seat for seat in self._awake if seat.reel.source is Source.CLOUD]
        if self._focus in able:
            return self._focus
        return able[0] if able and self.together else None

    def set_speed(self, speed: float) -> None:
        """Play at one of the speeds 0.25 … 8."""
        self.speed = speed
        if self.together:
            self.conductor.set_rate(speed)
        for seat in self._seats:
            seat.reel.set_speed(speed)

    def choose(self, choice: str) -> None:
        """Take recordings from ``auto``, ``cloud`` or ``device``; the moment stays."""
        self.choice = choice
        for seat in self._seats:
            seat.reel.choose(choice)

    def ask_for(self, stream: int | None, straightened: bool) -> None:
        """Have devices send this stream (1 main, 2 sub) and the cloud correct time stamps."""
        changed = (stream != self.stream, straightened != self.straightened)
        self.stream, self.straightened = stream, straightened
        for seat in self._seats:
            reel = seat.reel
            reel.stream, reel.straightened = stream, straightened
            concerned = {Source.DEVICE: changed[0], Source.CLOUD: changed[1]}
            if reel.source is not None and concerned[reel.source]:
                reel.reopen()

    async def settled(self) -> None:
        """Wait until what was asked for last is open, or can't be."""
        for seat in self._awake:
            await seat.reel.settled()

    async def close(self) -> None:
        """Stop, and wait until the devices have been told."""
        self._beat.stop()
        self._awake = []
        self.conductor.pause()
        for seat in self._seats:
            seat.reel.leave()
        for seat in self._seats:
            await seat.reel.close()

    # How it is done

    @property
    def _leading(self) -> PlaybackSeat | None:
        return self._awake[0] if self._awake else None

    def _go_to(self, t: float, *, cue: bool) -> None:
        self._stepping = None
        self._caught_up.clear()
        self.conductor.set(t)
        if cue:
            # Nobody starts before the others are there, unless they take too long.
            for seat in self._awake:
                seat.part.cue(t)
        self.moved.emit(t)

    def _beat_if_needed(self) -> None:
        if self.together and self._running:
            if not self._beat.isActive():
                self._beat.start()
        else:
            self._beat.stop()

    def _on_beat(self) -> None:
        self.moved.emit(self.conductor.position)
        self._beats += 1
        if self._beats % CARE_BEATS:
            return
        for seat in self._awake:
            self._wake(seat)
            self._care_for(seat)
        if all(seat.reel.state in _OUT for seat in self._awake):
            self._jump()

    def _jump(self) -> None:
        """Go on where anybody has something again, or stop where nobody has."""
        t = self.conductor.position
        following = [seat.reel.until for seat in self._awake if seat.reel.state == "waiting"]
        starts = [start for start in following if start is not None]
        if starts:
            start = min(starts)
            self.play_from(start)
            self.jumped.emit(Place(Source.CLOUD, start, t))
            return
        states = {seat.reel.state for seat in self._awake}
        self.pause()
        if states == {"nowhere"}:
            before = [
                end
                for seat in self._awake
                if seat.book is not None
                for source in Source
                if (end := intervals.nearest(seat.book.recorded(source), t)) is not None
            ]
            self.nowhere.emit(Nowhere(t, max(before, default=None)))

    def _wake(self, seat: PlaybackSeat) -> None:
        """Open what a seat waits for, if the playhead is nearly there."""
        reel, here = seat.reel, self.conductor.position
        soon = here + EARLY_SECONDS * max(self.speed, 1.0)
        if reel.state == "waiting" and reel.until is not None and soon >= reel.until:
            reel.show(max(reel.until, here))

    def _care_for(self, seat: PlaybackSeat) -> None:
        """Say how far behind a device is, and bring it up where that is too far."""
        led = seat.reel.source is Source.DEVICE and seat.reel.state == "playing"
        skew = self.conductor.position - seat.reel.t if led else 0.0
        seat.tile.set_skew(skew)
        if skew <= TOLERANCE * max(self.speed, 1.0):
            self._behind.pop(seat, None)
            return
        count = self._behind[seat] = self._behind.get(seat, 0) + 1
        last, tries = self._caught_up.get(seat, (0.0, 0))
        moment = time.monotonic()
        if count > CARE_BEATS and moment - last > CATCH_UP_SECONDS and tries < CATCH_UPS:
            self._caught_up[seat] = moment, tries + 1
            self._behind.pop(seat, None)
            seat.reel.catch_up()

    def _on_moved(self, seat: PlaybackSeat, t: float) -> None:
        if not self.together:
            if seat is self._leading:
                self.moved.emit(t)
        elif seat is self._stepping and abs(t - self.conductor.position) > 1e-3:
            self.conductor.set(t)
            self.moved.emit(t)
            for other in self._awake:
                if other is not seat:
                    other.reel.show(t)

    def _on_refused(self, seat: PlaybackSeat, error: BaseException) -> None:
        if not self.together:
            self.speed = seat.reel.speed
            for other in self._seats:
                other.reel.speed = self.speed
        self.refused.emit(error)
