"""What a worker leaves for its player, and how the player gets to know of it."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from ivcdesk.media.frames import Mailbox, Scaler, StreamFacts
from ivcdesk.media.relay import Doorbell
from ivcdesk.media.sound import SoundOutlet
from ivcdesk.media.states import PlayerState


class UrlWanted:
    """Says that the address seems to have expired."""


Event = PlayerState | StreamFacts | UrlWanted


class Outlet:
    """The worker's end of one playing, from start to stop.

    The worker calls the ``on_`` methods from its thread; once :meth:`shut` they do nothing, so
    that nothing of an earlier stream is ever taken for news of a later one.

    ``sound`` is what the sound is written to, which may change at any moment; None while nobody
    listens: then no sound need be decoded.
    """

    def __init__(self, bell: Doorbell, size: QSize, sound: SoundOutlet | None = None) -> None:
        self.events: deque[Event] = deque()
        self.mailbox = Mailbox()
        self.scaler = Scaler()
        self.scaler.set_size(size)
        self.position: float | None = None
        self.sound = sound
        self._bell = bell
        self._open = True

    def shut(self) -> None:
        """Pass nothing on any more."""
        self._open = False
        self.sound = None

    def on_state(self, state: PlayerState) -> None:
        """Leave a state."""
        self._leave(state)

    def on_facts(self, facts: StreamFacts) -> None:
        """Leave the facts."""
        self._leave(facts)

    def on_url_wanted(self) -> None:
        """Leave the wish for a fresh address."""
        self._leave(UrlWanted())

    def on_frame(self) -> None:
        """Say that the mailbox is full."""
        if self._open:
            self._bell.ring()

    def on_position(self, position: float) -> None:
        """Leave the position; an earlier one that nobody has seen is forgotten."""
        if self._open:
            self.position = position
            self._bell.ring()

    def _leave(self, event: Event) -> None:
        if self._open:
            self.events.append(event)
            self._bell.ring()


class Worker(Protocol):
    """A thread that plays one stream."""

    @property
    def received(self) -> int:
        """Bytes received so far."""

    def start(self) -> None:
        """Begin."""

    def stop(self) -> None:
        """End soon; returns at once."""

    def join(self, timeout: float | None = None) -> None:
        """Wait for the end."""

    def is_alive(self) -> bool:
        """Whether it has not ended."""

    def snapshot(self) -> QImage | None:
        """Return the last picture in its own size."""
