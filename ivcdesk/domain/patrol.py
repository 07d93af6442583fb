"""A tour over a camera's presets: where it is, how long it stays, and when it must rest.

The cloud knows no tours, so this computer sends the camera on. It never does so while somebody
steers: whoever takes hold of the camera owns it.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import Literal, NamedTuple

LEAST_STOPS = 2
MOST_STOPS = 40
LEAST_DWELL, MOST_DWELL = 5.0, 3600.0
USUAL_DWELL = 15.0
LEAST_QUIET, MOST_QUIET = 5.0, 3600.0
"""How long a tour stays at a preset, and rests after somebody steered, s."""

FAILURES = 3
"""So many stops in a row that could not be reached end a tour."""


class Stop(NamedTuple):
    """One stop: a preset (1 to 10), and how long to stay there, s."""

    preset: int
    dwell: float = USUAL_DWELL


class Tour(NamedTuple):
    """The stops in order, over and over. ``resume``: go on by itself after so much quiet, s."""

    stops: tuple[Stop, ...] = ()
    resume: float | None = None


class Flaw(Enum):
    """What is wrong with a tour; only the last one is a warning."""

    TOO_FEW = "too few"
    TOO_MANY = "too many"
    DWELL = "dwell"
    QUIET = "quiet"
    PRESET = "preset"
    REPEATS = "repeats"

    @property
    def forbids(self) -> bool:
        """Whether the tour can't be done like this."""
        return self is not Flaw.REPEATS


def flaws(tour: Tour) -> list[Flaw]:
    """Return what is wrong with a tour, the gravest first."""
    stops = tour.stops
    found = []
    if len(stops) < LEAST_STOPS:
        found.append(Flaw.TOO_FEW)
    if len(stops) > MOST_STOPS:
        found.append(Flaw.TOO_MANY)
    if any(not LEAST_DWELL <= stop.dwell <= MOST_DWELL for stop in stops):
        found.append(Flaw.DWELL)
    if tour.resume is not None and not LEAST_QUIET <= tour.resume <= MOST_QUIET:
        found.append(Flaw.QUIET)
    if any(not 1 <= stop.preset <= 10 for stop in stops):
        found.append(Flaw.PRESET)
    if len(stops) > 1 and _repeats([stop.preset for stop in stops]):
        found.append(Flaw.REPEATS)
    return found


def _repeats(presets: Sequence[int]) -> bool:
    """Whether a preset follows itself: the camera would stand still for twice the time."""
    following = [*presets[1:], presets[0]]
    return any(one == other for one, other in zip(presets, following, strict=True))


Phase = Literal["going", "dwelling", "paused", "ended"]


class Round:
    """One tour under way. Pure: every call is told the time, in s of one monotonic clock.

    The owner asks :meth:`take` after each change and at :meth:`wake`, goes to the preset that it
    returns, and tells :meth:`arrived` or :meth:`missed`.
    """

    def __init__(self, tour: Tour) -> None:
        self.tour = tour
        self.place = 0
        self.phase: Phase = "paused"
        self._until = 0.0
        self._held = False
        self._begun = False
        self._misses = 0
        self._go_on_at: float | None = None

    @property
    def stop(self) -> Stop:
        """The stop that the camera is at, or goes to."""
        return self.tour.stops[self.place]

    def begin(self, now: float) -> None:
        """Set out for the first stop, as soon as nobody steers."""
        self._begun = True
        self.place = 0
        self._wait_or_go(now)

    def take(self, now: float) -> int | None:
        """Return the preset to go to at this moment, or None."""
        if self._held or not self._begun:
            return None
        if self.phase == "paused" and self._go_on_at is not None and now >= self._go_on_at:
            self._go_on_at = None
            self.phase = "going"
            return self.stop.preset
        if self.phase == "dwelling" and now >= self._until:
            self.place = (self.place + 1) % len(self.tour.stops)
            self.phase = "going"
            return self.stop.preset
        return None

    def arrived(self, now: float) -> None:
        """The camera was sent to the stop; the stay begins."""
        if self.phase == "going":
            self._misses = 0
            self.phase = "dwelling"
            self._until = now + self.stop.dwell

    def missed(self, now: float) -> None:
        """The camera could not be sent there: the next stop gets its turn, a few times."""
        if self.phase != "going":
            return
        self._misses += 1
        if self._misses >= FAILURES:
            self.end()
        else:
            self.phase = "dwelling"
            self._until = now + LEAST_DWELL

    def taken(self) -> None:
        """Somebody steers: the tour rests at once."""
        self._held = True
        self._go_on_at = None
        if self.phase != "ended":
            self.phase = "paused"

    def let_go(self, now: float) -> None:
        """Nobody steers any more; the quiet begins, if the tour is to go on by itself."""
        self._held = False
        if self.phase == "paused" and self.tour.resume is not None:
            self._go_on_at = now + self.tour.resume

    def pause(self) -> None:
        """Rest until :meth:`resume`."""
        if self.phase != "ended":
            self.phase = "paused"
            self._go_on_at = None

    def resume(self, now: float) -> None:
        """Go on with the stop that was interrupted, as soon as nobody steers."""
        if self.phase == "paused":
            self._wait_or_go(now)

    def end(self) -> None:
        """Be over for good."""
        self.phase = "ended"
        self._go_on_at = None

    def left(self, now: float) -> float | None:
        """Return the seconds until something happens by itself, or None where nothing will."""
        if self.phase == "dwelling":
            return max(0.0, self._until - now)
        if self.phase == "paused" and self._go_on_at is not None:
            return max(0.0, self._go_on_at - now)
        return None

    def wake(self) -> float | None:
        """Return when :meth:`take` is to be asked next, or None."""
        if self._held or self.phase in ("going", "ended"):
            return None
        return self._until if self.phase == "dwelling" else self._go_on_at

    def _wait_or_go(self, now: float) -> None:
        self.phase = "paused"
        self._go_on_at = None if self._held else now
