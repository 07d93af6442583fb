"""The hand on one camera: what is held, told to the service, and let go without fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

from ivcdesk.api.actions import PtzCommand

if TYPE_CHECKING:
    from ivcdesk.services.ptz import Feedback


class Steered(Protocol):
    """What the helm asks of the service's steering of one channel."""

    def press(self, command: PtzCommand, speed: int) -> None:
        """Hold a command from now on."""

    def release(self, command: PtzCommand) -> None:
        """Let go of a command."""

    def release_all(self) -> None:
        """Let go of everything: nothing is sent any more."""

    def set_speed(self, speed: int) -> None:
        """Use another speed (1 to 8) from the next call on."""

    def subscribe(self, listener: Callable[[Feedback], None]) -> Callable[[], None]:
        """Call ``listener`` with what happens; the returned callable ends that."""


class Helm:
    """Knows which commands are held, whoever holds them: pad, keys, or the picture.

    It is no widget, so that it can let go while its widgets are being destroyed. ``on_feedback``
    and ``on_held`` are called in the loop's thread.
    """

    def __init__(
        self,
        on_feedback: Callable[[Feedback], None],
        on_held: Callable[[frozenset[PtzCommand]], None],
    ) -> None:
        self._on_feedback = on_feedback
        self._on_held = on_held
        self._steered: Steered | None = None
        self._unsubscribe: Callable[[], None] | None = None
        self._held: dict[PtzCommand, int] = {}

    @property
    def held(self) -> frozenset[PtzCommand]:
        """The commands that are held."""
        return frozenset(self._held)

    @property
    def steers(self) -> bool:
        """Whether there is a camera to steer."""
        return self._steered is not None

    def take(self, steered: Steered | None) -> None:
        """Let go of the last camera, and steer this one from now on."""
        self.let_go()
        if self._unsubscribe is not None:
            self._unsubscribe()
            self._unsubscribe = None
        self._steered = steered
        if steered is not None:
            self._unsubscribe = steered.subscribe(self._on_feedback)

    def abandon(self) -> None:
        """Let go for good: the widgets that would hear of it are being destroyed."""
        self._on_feedback = lambda _feedback: None
        self._on_held = lambda _held: None
        self.take(None)

    def press(self, command: str, speed: int) -> None:
        """Hold a command at a speed (1 to 8); pressing it again changes nothing."""
        wanted = PtzCommand(command)
        if self._steered is None or wanted in self._held:
            return
        self._held[wanted] = speed
        self._steered.press(wanted, speed)
        self._on_held(self.held)

    def release(self, command: str) -> None:
        """Let go of a command, whoever pressed it."""
        wanted = PtzCommand(command)
        if self._held.pop(wanted, None) is None or self._steered is None:
            return
        self._steered.release(wanted)
        self._on_held(self.held)

    def ease(self, speed: int) -> None:
        """Go on at another speed (1 to 8) with what is held."""
        if self._steered is not None and self._held:
            self._steered.set_speed(speed)

    def let_go(self) -> None:
        """Let go of everything, even of what is thought not to be held."""
        was_held = bool(self._held)
        self._held.clear()
        if self._steered is not None:
            self._steered.release_all()
        if was_held:
            self._on_held(self.held)
