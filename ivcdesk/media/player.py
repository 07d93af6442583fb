"""What all players have in common: a worker that comes and goes, and news that arrive in order."""

from __future__ import annotations

import atexit
import time
import weakref

from PySide6.QtCore import QObject, QSize, Signal
from PySide6.QtGui import QImage
from shiboken6 import isValid

from ivcdesk.media.frames import Frame, StreamFacts
from ivcdesk.media.outlet import Outlet, UrlWanted, Worker
from ivcdesk.media.relay import Doorbell
from ivcdesk.media.sound import SoundOutlet
from ivcdesk.media.states import EMPTY, PlayerState

_EXIT_SECONDS = 1.0


class StreamPlayer(QObject):
    """Shows one stream at a time; pulling and decoding happen in a worker.

    Every method belongs to the window's thread and returns at once.

    Signals: ``frame_ready`` when :meth:`take` has something new; ``state_changed`` with a
    :class:`PlayerState`; ``facts_changed`` now and then while it plays; ``needs_url`` when the
    address seems to have expired: answer with ``renew``.
    """

    frame_ready = Signal()
    state_changed = Signal(object)
    facts_changed = Signal()
    needs_url = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._size = QSize()
        self._state = EMPTY
        self._facts = StreamFacts()
        self._url = ""
        self._received = 0
        self._sound: SoundOutlet | None = None
        self._holder = holder = _Holder()
        _holders.add(holder)
        self.destroyed.connect(lambda: holder.end())
        self._bell = Doorbell(self._on_bell)

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
        worker = self._holder.worker
        return self._received + (worker.received if worker else 0)

    def set_size(self, size: QSize) -> None:
        """Fit pictures into this size in device pixels; with an empty one none are converted."""
        self._size = QSize(size)
        if self._holder.outlet is not None:
            self._holder.outlet.scaler.set_size(size)

    def set_sound(self, sound: SoundOutlet | None) -> None:
        """Let the stream be heard through this outlet from now on; None decodes no sound."""
        self._sound = sound
        if self._holder.outlet is not None:
            self._holder.outlet.sound = sound

    def take(self) -> Frame | None:
        """Return the newest frame if it was not taken before."""
        outlet = self._holder.outlet
        return outlet.mailbox.take() if outlet else None

    def snapshot(self) -> QImage | None:
        """Return the last picture in the size that it came in, None before the first."""
        worker = self._holder.worker
        return worker.snapshot() if worker else None

    def stop(self) -> None:
        """Stop pulling; the state is ``empty`` when this returns."""
        self._end()
        self._url = ""
        self._set_state(EMPTY)

    def wait_ended(self, seconds: float) -> bool:
        """Wait until no worker of stopped streams is left; only for the end of the process."""
        return _join(seconds)

    def _new_outlet(self) -> Outlet:
        self._end()
        return Outlet(self._bell, self._size, self._sound)

    def _begin(self, outlet: Outlet, worker: Worker) -> None:
        self._holder.outlet, self._holder.worker = outlet, worker
        worker.start()

    def _end(self) -> None:
        if self._holder.worker is not None:
            self._received += self._holder.worker.received
        self._holder.end()
        self._facts = StreamFacts()

    def _on_bell(self) -> None:
        outlet = self._holder.outlet
        while isValid(self) and outlet is self._holder.outlet and outlet and outlet.events:
            event = outlet.events.popleft()
            if isinstance(event, PlayerState):
                self._set_state(event)
            elif isinstance(event, StreamFacts):
                self._facts = event
                self.facts_changed.emit()
            elif isinstance(event, UrlWanted):
                self.needs_url.emit()
        if not isValid(self) or outlet is None or outlet is not self._holder.outlet:
            return
        self._on_news(outlet)
        if outlet.mailbox.full:
            self.frame_ready.emit()

    def _on_news(self, outlet: Outlet) -> None:
        """Pass on what only some players have."""

    def _set_state(self, state: PlayerState) -> None:
        if state != self._state:
            self._state = state
            self.state_changed.emit(state)


class _Holder:
    """Keeps a player's worker where it can be ended when the player is gone."""

    outlet: Outlet | None = None
    worker: Worker | None = None

    def end(self) -> None:
        """End the worker, if there is one, and hear no more of it; returns at once."""
        outlet, worker = self.outlet, self.worker
        self.outlet = self.worker = None
        if outlet is not None:
            outlet.shut()
        if worker is not None:
            worker.stop()
            _ending.add(worker)


_holders: weakref.WeakSet[_Holder] = weakref.WeakSet()
_ending: weakref.WeakSet[Worker] = weakref.WeakSet()


def _join(seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    for worker in list(_ending):
        worker.join(max(0.0, deadline - time.monotonic()))
    return not any(worker.is_alive() for worker in list(_ending))


@atexit.register
def _stop_all() -> None:
    for holder in list(_holders):
        holder.end()
    _join(_EXIT_SECONDS)
