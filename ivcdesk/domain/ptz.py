"""When a camera may be jogged: never late, never twice at once, never after the hand is off.

The cloud knows no stop: each call moves the camera once. Holding a button therefore means calls
one after another, and safety means that none leaves once nothing is held any more.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

MIN_SPEED = 1
MAX_SPEED = 8

INTERVAL = 0.3
"""Shortest time between two jogs of a channel, s: some devices crash below it."""

LONGEST_INTERVAL = 2.0
"""Beyond this a channel's pause does not grow, however slow its device is, s."""

PATIENCE = 0.5
"""A jog that waited longer than this for its turn is dropped, s: the hand has moved on."""

BOUNCE = 0.05
"""A press this soon after its own release is the same hold, s: keys repeat, contacts bounce."""

GROWTH = 1.5
"""By how much a channel's pause grows when its device did not answer in time."""

STEADY = 40
"""After so many answers in a row what was learned shrinks by one step again."""

_STEP = 0.05


class Motion(NamedTuple):
    """A direction for each axis: -1, 0 or 1. One call moves pan and tilt, or one lens ring."""

    pan: int = 0
    tilt: int = 0
    zoom: int = 0
    focus: int = 0
    iris: int = 0

    @property
    def still(self) -> bool:
        """Whether nothing moves."""
        return not any(self)

    @property
    def turns(self) -> bool:
        """Whether the camera turns, rather than its lens."""
        return bool(self.pan or self.tilt)


class Jog(NamedTuple):
    """One call to send now: where to, and how fast (1 to 8)."""

    motion: Motion
    speed: int


class JogPolicy:
    """Decides which jog of one channel goes out, and when. Pure: every call is told the time.

    Times are seconds of one monotonic clock. The owner calls :meth:`take` after each change and
    at :meth:`wake`; what it returns must be sent at once, and its end be told to :meth:`answered`,
    :meth:`refused` or :meth:`recalled`.

    - A press goes at once where the last call was answered ``interval`` ago; otherwise, if it is
      still held then, as soon as that is so. The same holds for each further call of a hold.
    - The interval counts from the answer: only then has the device surely had the call, however
      long it was on its way. Pressing again within 50 ms of letting go, as some keyboards repeat
      and worn contacts do, is the same hold and does not undo a refusal.
    - Never two under way. The newest wish replaces the one that waits; one that waited longer
      than ``patience`` is dropped, and if a button is still held its direction is asked anew.
    - Opposite directions cancel, two directions make a diagonal; between turning and the lens,
      the one pressed last goes.
    """

    def __init__(self, interval: float = INTERVAL, patience: float = PATIENCE) -> None:
        self.interval = interval
        self.patience = patience
        self._speed = MIN_SPEED
        self._presses: list[Motion] = []
        self._let_go: dict[Motion, float] = {}
        self._halted = False
        self._busy_since: float | None = None
        self._free_at = float("-inf")
        self._waiting_since: float | None = None

    @property
    def held(self) -> bool:
        """Whether any button is down, even where they cancel each other."""
        return bool(self._presses)

    @property
    def busy(self) -> bool:
        """Whether a call is under way."""
        return self._busy_since is not None

    @property
    def speed(self) -> int:
        """The speed of the next jog, 1 to 8."""
        return self._speed

    @property
    def motion(self) -> Motion:
        """Where the held buttons lead together; still where none is held or they cancel."""
        return _sum(self._presses)

    def press(self, motion: Motion, now: float) -> bool:
        """Hold a motion from now on; False where it was held already (a key's auto-repeat)."""
        if motion.still or motion in self._presses:
            return False
        bounced = now - self._let_go.get(motion, float("-inf")) < BOUNCE
        self._presses.append(motion)
        if not bounced:
            self._halted = False
        self._waiting_since = None if self.motion.still else now
        return True

    def release(self, motion: Motion, now: float) -> None:
        """Let go of a motion; what is left, if anything, goes on at its pace."""
        if motion not in self._presses:
            return
        before = self.motion
        self._presses.remove(motion)
        self._let_go[motion] = now
        if self.motion != before:
            self._waiting_since = None if self.motion.still else now

    def release_all(self) -> None:
        """Let go of everything: nothing is sent any more."""
        self._presses.clear()
        self._waiting_since = None

    def set_speed(self, speed: int) -> None:
        """Jog at another speed from the next call on; kept within 1 to 8."""
        self._speed = min(max(speed, MIN_SPEED), MAX_SPEED)

    def take(self, now: float) -> Jog | None:
        """Return the jog to send at this moment, which is then under way, or None."""
        motion = self.motion
        if self.busy or self._halted or motion.still or now < self._free_at:
            return None
        self._busy_since = now
        self._waiting_since = None
        return Jog(motion, self._speed)

    def occupy(self, now: float) -> bool:
        """Keep the hand waiting while another call is made, whose end :meth:`answered` is told.

        False where a jog is under way, or the device has its pause: nothing has changed then.
        """
        if self.busy or now < self._free_at:
            return False
        self._busy_since = now
        return True

    def overdue(self, now: float) -> Motion | None:
        """Return, once, a wish that another call kept waiting too long; it is dropped by this."""
        since = self._waiting_since
        if not self.busy or since is None or now - since <= self.patience:
            return None
        self._waiting_since = None
        return self.motion

    def wake(self) -> float | None:
        """Return when :meth:`take` or :meth:`overdue` must be asked next, None if an event tells.

        The owner's timer may be early: asking too soon does no harm.
        """
        if self._halted or self.motion.still:
            return None
        if not self.busy:
            return self._free_at
        return None if self._waiting_since is None else self._waiting_since + self.patience

    def answered(self, now: float) -> None:
        """The call under way has ended; a held button goes on when the interval is over."""
        if self._busy_since is None:
            return
        self._busy_since = None
        self.rest(now)

    def rest(self, now: float) -> None:
        """The device has just been told something, by this hand or another: it gets its pause."""
        self._free_at = max(self._free_at, now + self.interval)

    def pause(self, now: float) -> float:
        """Return how long the device is to be left alone from now on, s; 0 where it is rested."""
        return max(0.0, self._free_at - now)

    def recalled(self, now: float) -> None:
        """The call under way was called back before it left: the device has seen nothing."""
        self._busy_since = None
        self._waiting_since = None if self.motion.still else now

    def refused(self, now: float) -> None:
        """The call under way failed for good: what is held now is not tried again."""
        self.answered(now)
        self._halted = True
        self._waiting_since = None


class Spacing:
    """The pause between two jogs of one channel: what is wished for, and what its device taught.

    ``wanted`` and ``learned`` are seconds; ``learned`` is 0 where nothing was.
    """

    def __init__(self, wanted: float = INTERVAL, learned: float = 0.0) -> None:
        self.wanted = wanted
        self.learned = learned
        self._answers = 0

    @property
    def interval(self) -> float:
        """The pause that holds now, s."""
        return min(max(self.wanted, self.learned, INTERVAL), LONGEST_INTERVAL)

    @property
    def taught(self) -> bool:
        """Whether the pause is longer than wished for, because the device is slow."""
        return self.learned > self.wanted

    def timed_out(self) -> bool:
        """The device did not answer in time: longer pauses from now on. True where that helps."""
        before = self.learned
        self._answers = 0
        grown = round(self.interval * GROWTH / _STEP) * _STEP
        self.learned = round(min(grown, LONGEST_INTERVAL), 3)
        return self.learned != before

    def answered(self) -> bool:
        """The device answered; True where that ended a long row, and the pause is shorter now."""
        self._answers += 1
        if not self.learned or self._answers < STEADY:
            return False
        self._answers = 0
        shorter = round(self.learned / GROWTH, 3)
        self.learned = shorter if shorter > self.wanted else 0.0
        return True

    def forget(self) -> None:
        """Forget what the device taught."""
        self.learned = 0.0
        self._answers = 0


def _sum(presses: Sequence[Motion]) -> Motion:
    """Add up what is held, and keep the part that one call can do: that of the newest press."""
    signs = [(total > 0) - (total < 0) for total in map(sum, zip(*presses, strict=True))]
    for press in reversed(presses):
        if press.turns:
            part = Motion(pan=signs[0], tilt=signs[1])
        else:
            lens = ((sign if wish else 0) for wish, sign in zip(press[2:], signs[2:], strict=True))
            part = Motion(0, 0, *lens)
        if not part.still:
            return part
    return Motion()
