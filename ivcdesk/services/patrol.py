"""Sends cameras on tours over their presets, as long as nobody else wants them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from ivcdesk.api import IvcError
from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.patrol import Phase, Round, Tour, flaws
from ivcdesk.services.ptz import Ptz
from ivcdesk.services.ptz_store import PtzStore


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a tour is. ``left`` is seconds until it goes on by itself, None where it won't."""

    channel_id: ChannelId
    phase: Phase
    preset: int
    left: float | None = None
    error: IvcError | None = None


Listener = Callable[[Progress], None]


class Patrols:
    """All tours of a session, one for a channel; they end with it."""

    def __init__(self, ptz: Ptz, store: PtzStore, scope: str) -> None:
        self._ptz = ptz
        self._store = store
        self._scope = scope
        self._running: dict[ChannelId, _Patrol] = {}
        self._listeners: list[Listener] = []

    async def tour(self, channel_id: ChannelId) -> Tour:
        """Return the tour that was planned for a channel; one without stops where none was."""
        return await self._store.tour(self._scope, channel_id) or Tour()

    async def keep(self, channel_id: ChannelId, tour: Tour) -> None:
        """Keep the plan of a channel's tour."""
        await self._store.keep_tour(self._scope, channel_id, tour)

    def start(self, channel_id: ChannelId, tour: Tour) -> None:
        """Begin a tour, instead of any other on this channel.

        Raises ValueError where it can't be done as it is.
        """
        if any(flaw.forbids for flaw in flaws(tour)):
            raise ValueError("this tour can't be done")
        self.stop(channel_id)
        patrol = _Patrol(self._ptz, channel_id, tour, self._tell)
        self._running[channel_id] = patrol
        patrol.begin()

    def stop(self, channel_id: ChannelId) -> bool:
        """End a channel's tour; False where there was none."""
        patrol = self._running.get(channel_id)
        if patrol is None:
            return False
        patrol.end()
        return True

    def pause(self, channel_id: ChannelId) -> None:
        """Let a tour rest until it is told to go on."""
        if patrol := self._running.get(channel_id):
            patrol.pause()

    def resume(self, channel_id: ChannelId) -> None:
        """Let a tour go on with the stop that was interrupted."""
        if patrol := self._running.get(channel_id):
            patrol.resume()

    def progress(self, channel_id: ChannelId) -> Progress | None:
        """Return where a channel's tour is, or None where there is none."""
        patrol = self._running.get(channel_id)
        return None if patrol is None else patrol.progress()

    @property
    def running(self) -> tuple[Progress, ...]:
        """Where all tours are."""
        return tuple(patrol.progress() for patrol in self._running.values())

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` when a tour begins, goes on, rests or ends."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    async def close(self) -> None:
        """End all tours."""
        patrols = list(self._running.values())
        for patrol in patrols:
            patrol.end()
        for patrol in patrols:
            await patrol.ended()
        self._listeners.clear()

    def _tell(self, progress: Progress) -> None:
        if progress.phase == "ended":
            self._running.pop(progress.channel_id, None)
        for listener in tuple(self._listeners):
            listener(progress)


class _Patrol:
    """One tour: its plan meets the clock and the network."""

    def __init__(
        self, ptz: Ptz, channel_id: ChannelId, tour: Tour, tell: Callable[[Progress], None]
    ) -> None:
        self._ptz = ptz
        self._channel = channel_id
        self._round = Round(tour)
        self._tell = tell
        self._error: IvcError | None = None
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._told: tuple[Phase, int, IvcError | None] | None = None
        self._leave: Callable[[], object] = ptz.watch_hands(channel_id, self._on_hands)

    def begin(self) -> None:
        """Set out, unless somebody steers."""
        if self._ptz.is_held(self._channel):
            self._round.taken()
        self._round.begin(self._now())
        self._step()

    def pause(self) -> None:
        """Rest."""
        self._round.pause()
        self._call_back()
        self._step()

    def resume(self) -> None:
        """Go on."""
        self._round.resume(self._now())
        self._step()

    def end(self) -> None:
        """Be over, and call back what is under way."""
        self._round.end()
        self._call_back()
        self._step()

    async def ended(self) -> None:
        """Wait until nothing is under way any more."""
        if self._task is not None:
            await asyncio.wait([self._task])

    def progress(self) -> Progress:
        """Return where the tour is."""
        tour = self._round
        left = tour.left(self._now())
        return Progress(self._channel, tour.phase, tour.stop.preset, left, self._error)

    def _on_hands(self, held: bool) -> None:
        if held:
            self._round.taken()
            self._call_back()
        else:
            self._round.let_go(self._now())
        self._step()

    def _call_back(self) -> None:
        if self._task is not None:
            self._task.cancel()

    def _step(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        # a call that was called back has to end first
        if self._task is None and (preset := self._round.take(self._now())) is not None:
            self._task = asyncio.get_running_loop().create_task(
                self._go(preset), name=f"patrol.{self._channel}"
            )
            self._task.add_done_callback(self._on_gone)
        due = self._round.wake()
        if due is not None and self._task is None:
            delay = max(due - self._now(), 0.001)
            self._timer = asyncio.get_running_loop().call_later(delay, self._step)
        tour = self._round
        if tour.phase == "ended":
            self._leave()
            self._leave = _nothing
        news = tour.phase, tour.stop.preset, self._error
        if news != self._told:
            self._told = news
            self._tell(self.progress())

    async def _go(self, preset: int) -> None:
        try:
            await self._ptz.goto(self._channel, preset, by_hand=False)
        except IvcError as error:
            self._error = error
            self._round.missed(self._now())
        else:
            self._error = None
            self._round.arrived(self._now())

    def _on_gone(self, task: asyncio.Task[None]) -> None:
        self._task = None
        if not task.cancelled() and (error := task.exception()) is not None:
            self._round.end()
            self._step()
            raise error
        self._step()

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _nothing() -> None:
    pass
