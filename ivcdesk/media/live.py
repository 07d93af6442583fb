"""The live player: an address in, the newest picture out, whatever the network does."""

from __future__ import annotations

import atexit
import time
import weakref
from collections import deque

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage
from shiboken6 import isValid

from ivcdesk.media.errors import MediaError
from ivcdesk.media.frames import Frame, Mailbox, Scaler, StreamFacts
from ivcdesk.media.live_worker import LiveWorker
from ivcdesk.media.relay import Doorbell
from ivcdesk.media.states import CONNECTING, EMPTY, PlayerState

__all__ = ["LivePlayer", "MediaError", "PlayerState"]

_EXIT_SECONDS = 1.0


class LivePlayer(QObject):
    """Plays one live stream at a time: FLV or HLS over HTTP, RTMP, RTSP.

    Every method belongs to the window's thread and returns at once; pulling and decoding happen
    in a worker. After a failure the player tries again by itself, after 0.5 s and then ever more
    slowly up to 8 s.

    Signals: ``frame_ready`` when :meth:`take` has something new; ``state_changed`` with a
    :class:`PlayerState`; ``facts_changed`` about twice a second while playing; ``needs_url`` when
    the address seems to have expired: answer with :meth:`renew`.
    """

    frame_ready = Signal()
    state_changed = Signal(object)
    facts_changed = Signal()
    needs_url = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scaler_size = QSize()
        self._state = EMPTY
        self._facts = StreamFacts()
        self._url = ""
        self._received = 0
        self._holder = holder = _Holder()
        self.destroyed.connect(lambda: holder.end())
        self._bell = Doorbell(self._on_bell)
        _holders.add(holder)

    @property
    def state(self) -> PlayerState:
        """What the player is doing."""
        return self._state

    @property
    def facts(self) -> StreamFacts:
        """What is known of the stream; empty until it plays."""
        return self._facts

    @property
    def url(self) -> str:
        """The address that is being played, with its signature; empty after :meth:`stop`."""
        return self._url

    @property
    def bytes_received(self) -> int:
        """Bytes pulled over the network since the player was made."""
        return self._received + (self._pull.worker.received if self._pull else 0)

    def play(self, url: str) -> None:
        """Play an address from now on, instead of anything before."""
        self._end_pull()
        self._url = url
        self._facts = StreamFacts()
        self._set_state(CONNECTING)
        self._holder.pull = _Pull(url, self._bell, self._scaler_size)

    def renew(self, url: str) -> None:
        """Go on with a fresh address of the same stream, at once if it is not playing."""
        if self._pull is None:
            self.play(url)
            return
        self._url = url
        self._pull.worker.renew(url)

    def retry(self) -> None:
        """Try again now instead of after the pause."""
        if self._pull is not None:
            self._set_state(CONNECTING)
            self._pull.worker.retry()

    def stop(self) -> None:
        """Stop pulling; the state is ``empty`` when this returns."""
        self._end_pull()
        self._url = ""
        self._facts = StreamFacts()
        self._set_state(EMPTY)

    def set_size(self, size: QSize) -> None:
        """Fit pictures into this size in device pixels; with an empty one none are converted."""
        self._scaler_size = QSize(size)
        if self._pull is not None:
            self._pull.scaler.set_size(size)

    def take(self) -> Frame | None:
        """Return the newest frame if it was not taken before."""
        return self._pull.mailbox.take() if self._pull else None

    def snapshot(self) -> QImage | None:
        """Return the last picture in the size that it came in, None before the first."""
        return self._pull.worker.snapshot() if self._pull else None

    def wait_ended(self, seconds: float) -> bool:
        """Wait until no worker of stopped streams is left; only for the end of the process."""
        deadline = time.monotonic() + seconds
        for worker in list(_ending):
            worker.join(max(0.0, deadline - time.monotonic()))
        return not any(worker.is_alive() for worker in _ending)

    @property
    def _pull(self) -> _Pull | None:
        return self._holder.pull

    def _end_pull(self) -> None:
        if self._pull is not None:
            self._received += self._pull.worker.received
            self._holder.end()

    def _on_bell(self) -> None:
        if not isValid(self):
            return
        pull = self._pull
        while pull is not None and pull is self._pull and pull.events:
            self._deal_with(pull.events.popleft())
        if self._pull is not None and self._pull.mailbox.full:
            self.frame_ready.emit()

    def _deal_with(self, value: PlayerState | StreamFacts | None) -> None:
        if isinstance(value, PlayerState):
            self._set_state(value)
        elif isinstance(value, StreamFacts):
            self._facts = value
            self.facts_changed.emit()
        else:
            self.needs_url.emit()

    def _set_state(self, state: PlayerState) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)


class _Pull:
    """One pull from play to stop: what the worker leaves for the player to collect."""

    def __init__(self, url: str, bell: Doorbell, size: QSize) -> None:
        self.events: deque[PlayerState | StreamFacts | None] = deque()
        self.mailbox = Mailbox()
        self.scaler = Scaler()
        self.scaler.set_size(size)
        self.live = True
        self._bell = bell
        self.worker = LiveWorker(url, self, self.mailbox, self.scaler)
        self.worker.start()

    def on_state(self, state: PlayerState) -> None:
        """Leave a state."""
        self._leave(state)

    def on_facts(self, facts: StreamFacts) -> None:
        """Leave the facts."""
        self._leave(facts)

    def on_url_wanted(self) -> None:
        """Leave the wish for a fresh address."""
        self._leave(None)

    def on_frame(self) -> None:
        """Say that the mailbox is full."""
        if self.live:
            self._bell.ring()

    def end(self) -> None:
        """Stop the worker and hear no more of it; returns at once."""
        self.live = False
        self.worker.stop()
        _ending.add(self.worker)

    def _leave(self, value: PlayerState | StreamFacts | None) -> None:
        if self.live:
            self.events.append(value)
            self._bell.ring()


class _Holder:
    """Keeps the pull of a player where it can be ended when the player is gone."""

    pull: _Pull | None = None

    def end(self) -> None:
        """End the pull, if there is one."""
        pull, self.pull = self.pull, None
        if pull is not None:
            pull.end()


_holders: weakref.WeakSet[_Holder] = weakref.WeakSet()
_ending: weakref.WeakSet[LiveWorker] = weakref.WeakSet()


@atexit.register
def _stop_all() -> None:
    for holder in list(_holders):
        holder.end()
    deadline = time.monotonic() + _EXIT_SECONDS
    for worker in list(_ending):
        worker.join(max(0.0, deadline - time.monotonic()))
