"""One playhead for several recordings: it never runs away from the slowest of them."""

from __future__ import annotations

import time
from collections.abc import Callable

from ivcdesk.media.pace import RunningTime

PATIENCE = 1.5
"""How long everybody waits for one part that does not come along, s."""

SLACK = 0.03
"""How long a picture may be overdue before everybody waits for it, s."""

LONGEST_STILL = 0.085
"""How long a part may stay at one picture while it does not know its next one, s.

A picture is shown until the next one is due and at most ``SLACK`` longer. With this and 15
pictures a second two parts are never more than 100 ms apart.
"""


class Conductor(RunningTime):
    """Says which moment all parts should show now.

    A part tells what it shows and what it will show next; the playhead goes no further than that
    allows. Who keeps the others waiting for longer than ``patience`` is left behind until it has
    caught up, as long as there are others that could go on. While there is only one part, that
    one sets the clock itself: see :class:`Part`.

    Moments are in seconds since the epoch. Time that is said to run still waits for the parts.
    """

    def __init__(
        self, now: Callable[[], float] = time.monotonic, *, patience: float = PATIENCE
    ) -> None:
        super().__init__(now)
        self._patience = patience
        self._together = False
        self._limits: dict[Part, float] = {}
        self._pressed: dict[Part, float] = {}
        self._lost: set[Part] = set()

    @property
    def together(self) -> bool:
        """Whether there are several parts, none of which sets the clock."""
        return self._together

    @property
    def position(self) -> float:
        """The moment that is due now."""
        with self._lock:
            self._settle()
            return self._anchor

    def set_together(self, together: bool) -> None:
        """Lead several parts, or let the only one lead."""
        with self._lock:
            self._settle()
            self._together = together
            self._forget_parts()
            if together:
                self._holders.clear()

    def set(self, position: float) -> None:
        """Go to a moment; nobody who was there already counts as arrived."""
        with self._lock:
            self._anchor, self._since = position, self._now()
            parts = list(self._limits)
            self._forget_parts()
            self._limits.update(dict.fromkeys(parts, position))

    def pause(self) -> None:
        """Stop time until :meth:`start`."""
        with self._lock:
            super().pause()
            self._pressed.clear()

    def part(self) -> Part:
        """Return the clock of one more recording."""
        return Part(self)

    def seconds_until(self, moment: float) -> float | None:
        """Return how long to wait for a moment, s; negative when past, None while time stands."""
        with self._lock:
            self._settle()
            if not self.running:
                return None
            return (moment - self._anchor) / self._rate

    def note(self, part: Part, shown: float, following: float | None) -> None:
        """Take notice of what a part shows, and of the picture it will show next if that is known.

        A part that has not shown anything of what was sought yet tells the moment sought as both.
        """
        with self._lock:
            self._settle()
            limit = shown + LONGEST_STILL * self._rate
            if following is not None:
                limit = max(limit, following + SLACK * self._rate)
            self._limits[part] = limit
            self._pressed.pop(part, None)
            if part in self._lost and limit >= self._anchor:
                self._lost.discard(part)

    def cue(self, part: Part, moment: float, *, afresh: bool = True) -> None:
        """Wait for a part that looks for a moment; not ``afresh`` only if it was waited for."""
        with self._lock:
            self._settle()
            if not afresh and part not in self._limits:
                return
            self._limits[part] = moment
            if part in self._lost and moment >= self._anchor:
                self._lost.discard(part)

    def leave(self, part: Part) -> None:
        """Wait for a part no more: it has nothing to show now."""
        with self._lock:
            self._settle()
            self._limits.pop(part, None)
            self._pressed.pop(part, None)
            self._lost.discard(part)

    def left_behind(self, part: Part) -> bool:
        """Whether nobody waits for a part any more, because it was waited for too long."""
        with self._lock:
            self._settle()
            return part in self._lost

    def _anybody_ready(self, limit: float) -> bool:
        """Whether anybody could go on from there; for nobody the playhead does not run away."""
        return any(other > limit for part, other in self._limits.items() if part not in self._lost)

    def _forget_parts(self) -> None:
        self._limits.clear()
        self._pressed.clear()
        self._lost.clear()

    def _settle(self) -> None:
        """Bring the playhead up to now, as far as it may go."""
        now = self._now()
        since, self._since = self._since, now
        if not self.running:
            return
        free = self._anchor + (now - since) * self._rate
        while True:
            slow = [
                (limit, id(part), part)
                for part, limit in self._limits.items()
                if limit < free and part not in self._lost
            ]
            if not slow or not self._together:
                break
            for limit, _, part in slow:
                reached = since + max(0.0, limit - self._anchor) / self._rate
                self._pressed.setdefault(part, reached)
            limit, _, part = min(slow)
            pressed = self._pressed[part]
            if now - pressed <= self._patience or not self._anybody_ready(limit):
                self._anchor = max(self._anchor, limit)
                return
            # It was waited for until just then, and the time up to now is everybody's again.
            self._lost.add(part)
            begun = max(since, pressed + self._patience)
            self._anchor = max(self._anchor, limit)
            free = self._anchor + (now - begun) * self._rate
            since = begun
        self._anchor = free


class Part:
    """The clock that one recording is played by.

    Alone it sets the conductor's clock as a clock of its own. Together with others it only
    ``follows``: it is not asked where to go, and tells what it shows.
    """

    def __init__(self, conductor: Conductor) -> None:
        self._conductor = conductor

    @property
    def follows(self) -> bool:
        """Whether the clock is set elsewhere."""
        return self._conductor.together

    @property
    def rate(self) -> float:
        """Seconds of the recording per second."""
        return self._conductor.rate

    @property
    def running(self) -> bool:
        """Whether time passes."""
        return self._conductor.running

    @property
    def position(self) -> float:
        """The moment that is due now."""
        return self._conductor.position

    @property
    def left_behind(self) -> bool:
        """Whether the others go on without this one."""
        return self._conductor.left_behind(self)

    def set(self, position: float) -> None:
        """Jump to a moment, where it is this part's affair; else just look for it."""
        if not self.follows:
            self._conductor.set(position)

    def set_rate(self, rate: float) -> None:
        """Go slower or faster, where it is this part's affair."""
        if not self.follows:
            self._conductor.set_rate(rate)

    def start(self) -> None:
        """Let time pass, where it is this part's affair."""
        if not self.follows:
            self._conductor.start()

    def pause(self) -> None:
        """Stop time, where it is this part's affair."""
        if not self.follows:
            self._conductor.pause()

    def hold(self, holder: object) -> None:
        """Stop time while something is waited for; the others wait by what they are told."""
        if not self.follows:
            self._conductor.hold(holder)

    def release(self, holder: object) -> None:
        """Let go; without a hold it does nothing."""
        self._conductor.release(holder)

    def seconds_until(self, moment: float) -> float | None:
        """Return how long to wait for a moment, s; negative when past, None while time stands."""
        return self._conductor.seconds_until(moment)

    def shows(self, shown: float, following: float | None) -> None:
        """Tell which picture is shown and which one follows, None where that is not known yet."""
        if self.follows:
            self._conductor.note(self, shown, following)

    def cue(self, moment: float) -> None:
        """Have everybody wait until this part shows a moment."""
        if self.follows:
            self._conductor.cue(self, moment)

    def seeks(self, moment: float) -> None:
        """Tell that a moment is being looked for; who is not waited for joins when it can."""
        if self.follows:
            self._conductor.cue(self, moment, afresh=False)

    def leave(self) -> None:
        """Tell that there is nothing to show for now."""
        self._conductor.leave(self)
