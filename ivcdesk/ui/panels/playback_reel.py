"""Plays what a channel recorded as one long film, whatever pieces and places it is kept in."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from ivcdesk.api.actions import ChannelId, RecordCommand
from ivcdesk.api.errors import IvcError
from ivcdesk.domain import intervals
from ivcdesk.domain.coverage import Source
from ivcdesk.media.pace import Clock, PlayClock
from ivcdesk.media.recording import RecordingPlayer
from ivcdesk.media.states import PlayerState
from ivcdesk.ui.panels.playback_places import (
    ATTEMPTS,
    RECENT_SECONDS,
    Nowhere,
    Place,
    find_place,
)
from ivcdesk.ui.panels.playback_sessions import GivenUpError, Sessions, session_start
from ivcdesk.ui.panels.playback_turns import Turns
from ivcdesk.ui.tasks import TaskScope

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.recordings import Playable, Recordings
    from ivcdesk.ui.panels.playback_days import DayBook

EDGE_SECONDS = 2.0
"""So near to a playable's end nothing is sought in it any more, s."""
RENEWAL_SECONDS = 10.0
"""How long an address that was renewed is not renewed again."""
PEEK_SECONDS = 0.1
"""So near to the moment asked for a device is held that was to show it, s."""
EARLY_SECONDS = 1.0
"""How long before a recording begins it is opened, s."""


class Reel(QObject):
    """Plays one channel at a time from the cloud or the device, over all borders between them.

    By a ``clock`` that follows others it keeps to their time: it waits where this channel has
    nothing (``until`` says for what), and neither jumps over gaps nor stops the others.

    ``t`` is the moment of the picture, or the one asked for until there is a picture. Signals:
    ``moved(t)``; ``changed()`` after ``state``, ``source``, ``running`` or ``error`` changed;
    ``jumped(place)`` after a gap was left out; ``nowhere(found)`` where nothing is recorded;
    ``refused(error)`` where the device does not take another speed.

    ``state`` is one of idle, opening, playing, paused, stalled, waiting, ended, nowhere, failed.
    ``stream`` asks devices for their main (1) or sub stream (2), ``straightened`` the cloud for
    corrected time stamps; both count for what is opened next.
    """

    moved = Signal(float)
    changed = Signal()
    jumped = Signal(object)
    nowhere = Signal(object)
    refused = Signal(object)

    def __init__(
        self,
        player: RecordingPlayer,
        tasks: TaskScope,
        now: Callable[[], float],
        parent: QObject | None = None,
        *,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(parent)
        self.player = player
        self.state = "idle"
        self.error: BaseException | None = None
        self.t = 0.0
        self.speed = 1.0
        self.choice = "auto"
        self.stream: int | None = None
        self.straightened = False
        self.until: float | None = None
        self._clock: Clock = clock or PlayClock()
        self._now = now
        self._turns = Turns(tasks, self._on_turn_over, self._fail)
        self._sessions = Sessions(self)
        self._book: DayBook | None = None
        self._channel: ChannelId | None = None
        self._playable: Playable | None = None
        self._running = False
        self._renewed = 0.0
        self._peek = False
        player.frame_ready.connect(self._on_frame)
        player.position_changed.connect(self._on_position)
        player.needs_url.connect(self._on_needs_url)
        player.state_changed.connect(self._on_player_state)

    # What is asked for

    @property
    def running(self) -> bool:
        """Whether the film is meant to run."""
        return self._running

    @property
    def source(self) -> Source | None:
        """Where the picture comes from, None where there is none."""
        return self._playable.kind if self._playable is not None else None

    def load(
        self, recordings: Recordings | None, channel_id: ChannelId | None, book: DayBook | None
    ) -> None:
        """Take another channel; nothing plays until it is asked for."""
        self._turns.stop()
        self._part()
        self._sessions.recordings = recordings
        self._channel, self._book = channel_id, book
        self._running = False
        self.error = None
        self._clock.leave()
        self._set("idle")

    def play_from(self, t: float) -> None:
        """Play from a moment on, or from the next recording after it."""
        if self._book is None:
            return
        self._running = True
        self._begin(t)

    def look_at(self, t: float) -> None:
        """Show a moment without changing whether it runs; while nothing is open just note it."""
        if self._running or self._playable is not None:
            self._begin(t)
        else:
            self.t = t
            self.moved.emit(t)

    def show(self, t: float) -> None:
        """Show a moment without changing whether it runs, and open what that needs."""
        self._begin(t)

    def catch_up(self) -> None:
        """Open a device anew so that it comes to where the playhead is."""
        if self.source is Source.DEVICE and self._running:
            self._sessions.hurry()
            self._turns.start(self._go, self._clock.position)

    def preview(self, t: float) -> None:
        """Show a moment for as long as somebody makes up their mind, if that is quickly done."""
        playable = self._playable
        if playable is None or playable.kind is not Source.CLOUD or self._turns.busy:
            return
        if self._within(playable, t):
            self.player.seek(t)

    def play(self) -> None:
        """Go on."""
        if self.state == "paused" and self._playable is not None and not self._running:
            self._running = True
            self._turns.start(self._resume, self._playable)
        else:
            self.play_from(self.t)

    def pause(self) -> None:
        """Hold the picture."""
        self._running = False
        if self._playable is None:
            self._turns.stop()
            if self.state not in ("waiting", "nowhere", "failed") or not self._clock.follows:
                self._set("idle")
            return
        self.player.pause()
        self._set("paused")
        if self._playable.kind is Source.DEVICE:
            # A session that is gone by now is opened anew when it is to go on.
            self._turns.start(self._hold, self._playable)

    def leave(self) -> None:
        """Stop pulling anything; playing goes on from the same moment when it is asked for."""
        self._running = False
        self._turns.stop()
        self._part()
        self._clock.leave()
        self._set("idle")

    def retry(self) -> None:
        """Try again what failed."""
        self.play_from(self._clock.position if self._clock.follows else self.t)

    def step(self, frames: int) -> None:
        """Show the next or the previous frame, paused; devices can't."""
        if self.source is not Source.CLOUD:
            return
        if self._running:
            self.pause()
        self.player.step(1 if frames > 0 else -1)

    def set_speed(self, speed: float) -> None:
        """Play at one of the speeds 0.25 … 8."""
        self.speed = speed
        if self.source is Source.CLOUD:
            self.player.set_rate(speed)
        elif self._playable is not None and self._running:
            if self._clock.follows:
                # What is under way was sent at the old speed: only a new session is exact.
                self._turns.start(self._go, self._clock.position)
            else:
                self._turns.start(self._scale, self._playable)

    def choose(self, choice: str) -> None:
        """Take recordings from ``auto``, ``cloud`` or ``device``; the moment stays."""
        self.choice = choice
        here = self.source
        if here is not None and choice not in ("auto", here.value):
            self._begin(self.t)
        elif here is None and self._clock.follows and self.state in ("waiting", "nowhere"):
            self._begin(self._clock.position)

    def reopen(self) -> None:
        """Open what is shown anew, because it is to be asked for in another way."""
        if self._playable is not None:
            self.error = None
            self._turns.start(self._go, self._clock.position if self._clock.follows else self.t)

    async def settled(self) -> None:
        """Wait until what was asked for last is open, or can't be."""
        await self._turns.settled()

    async def close(self) -> None:
        """Stop, and wait until the device has been told."""
        self.leave()
        self._channel, self._book = None, None
        await self._sessions.finish()

    # How it is done

    @property
    def _order(self) -> tuple[Source, ...]:
        if self.choice == "auto":
            return Source.CLOUD, Source.DEVICE
        return (Source(self.choice),)

    def _begin(self, t: float) -> None:
        if self._book is None:
            return
        self.t = t
        self.error = None
        self.moved.emit(t)
        playable = self._playable
        # For a device that is to keep to others' time only a new session begins exactly.
        led = self.source is Source.DEVICE and self._clock.follows
        if playable is not None and self._within(playable, t) and not led:
            self._turns.start(self._seek, playable, t)
        else:
            self._turns.start(self._go, t)

    def _within(self, playable: Playable, t: float) -> bool:
        start, end = playable.interval
        return start <= t < end - EDGE_SECONDS and playable.kind in self._order[:1]

    async def _seek(self, playable: Playable, t: float) -> None:
        if playable.kind is Source.DEVICE:
            position = int(t - playable.interval.start)
            if not await self._sessions.steer(playable, RecordCommand.PLAY, position=position):
                await self._go(t)
                return
            self.player.note_seek(playable.interval.start + position)
            self._peek = not self._running
            self.player.play()
            return
        if not self.player.seek(t):
            await self._go(t)
            return
        await self._resume(playable)

    async def _resume(self, playable: Playable) -> None:
        """Run or hold, as is meant."""
        if playable.kind is Source.DEVICE and self._running:
            if not await self._sessions.steer(playable, RecordCommand.PLAY):
                await self._go(self.t)
                return
            if self.player.rate != self.speed:  # chosen while it stood still
                await self._scale(playable)
        if self._running:
            self.player.play()
        else:
            self.player.pause()

    async def _hold(self, playable: Playable) -> None:
        """Make a device wait; one that doesn't is let go of, and asked anew when it is to go on."""
        try:
            await self._sessions.steer(playable, RecordCommand.PAUSE)
        except GivenUpError:
            self._part()
            self.changed.emit()

    def _end(self, found: Nowhere, *, going_on: bool) -> None:
        """Stop where there is nothing more; what was recorded up to just now ends there."""
        self._clock.leave()
        if self._clock.follows:
            self._part()
            self._set("ended" if found.t > self._now() - RECENT_SECONDS else "nowhere")
            return
        self._running = False
        if going_on and found.t > self._now() - RECENT_SECONDS:
            self._set("ended")
            return
        self._part()
        self._set("nowhere")
        self.nowhere.emit(found)

    async def _go_on(self, t: float) -> None:
        """Play what follows the end of a recording."""
        if self._book is not None:
            self._book.refresh()
        await self._go(t, going_on=True)

    async def _go(self, t: float, *, going_on: bool = False) -> None:
        """Find what to play from a moment on, open it and play it."""
        self._set("opening")
        jumped: float | None = None
        channel_id, book = self._channel, self._book
        if channel_id is None or book is None:
            return
        for _ in range(ATTEMPTS):
            found = await find_place(book, self._order, t, self._now())
            if isinstance(found, Nowhere):
                self._end(found, going_on=going_on)
                return
            if found.skipped is not None and self._clock.follows and self._early(found.t):
                self._wait_for(found.t)
                return
            if found.skipped is not None and jumped is None:
                jumped = found.skipped
            try:
                playable = await self._open(channel_id, found)
            except IvcError as error:
                following = getattr(error, "next_start", None)
                if following is not None:
                    t = following
                    continue
                self._fail(error)
                return
            self._start(playable, found.t)
            if jumped is not None:
                self.jumped.emit(Place(found.source, found.t, jumped))
            if playable.kind is Source.DEVICE and self.speed != 1.0:
                await self._scale(playable)
            return
        self._end(Nowhere(t, None), going_on=False)

    def _early(self, t: float) -> bool:
        """Whether a recording begins too late to be opened for now already."""
        return t > self._clock.position + EARLY_SECONDS * max(self.speed, 1.0)

    def _wait_for(self, t: float) -> None:
        """Let the others go on until this channel has something again."""
        self._part()
        self._clock.leave()
        self.until = t
        self._set("waiting")

    async def _open(self, channel_id: ChannelId, place: Place) -> Playable:
        """Open a recording; raises IvcError."""
        parting = self._part()
        if place.source is Source.CLOUD:
            return await self._sessions.open_cloud(channel_id, place.t, self.straightened)
        t = place.t
        if self._clock.follows:
            ahead = self._clock.position + self._sessions.lead * max(self.speed, 1.0)
            t = session_start(t, ahead if self._running else None)
        return await self._sessions.open_device(channel_id, t, self.stream, parting)

    def _start(self, playable: Playable, t: float) -> None:
        self._playable = playable
        self.until = None
        start = playable.interval.start
        spans = self._book.recorded(playable.kind) if self._book is not None else ()
        spans = intervals.clip(spans, playable.interval)
        if playable.kind is Source.CLOUD:
            if self._clock.follows and self._running:
                t = max(t, self._clock.position)
            self.t = at = max(t, start)
            self.player.set_rate(self.speed)
            self.player.open(playable.url, playable.interval, at, "hls", spans=spans)
        else:
            # A device begins where it was asked to, which is a whole second.
            self.t = at = start
            self._clock.leave()
            self.player.note_rate(1.0)
            self.player.open(playable.url, playable.interval, at, "flv", spans=spans)
        self.moved.emit(at)
        if not self._running and playable.kind is Source.CLOUD:
            self.player.pause()
        self._peek = not self._running
        self.changed.emit()

    async def _scale(self, playable: Playable) -> None:
        speed = self.speed
        try:
            obeyed = await self._sessions.steer(playable, RecordCommand.PLAY, scale=speed)
        except GivenUpError as given_up:
            self.speed = self.player.rate
            self.refused.emit(given_up.error)
            return
        if obeyed:
            self.player.note_rate(speed)
        elif self._running:
            await self._go(self.t)

    def _part(self) -> asyncio.Task[None] | None:
        """Let go of what is open; return the task that tells the device, if there is one."""
        playable, self._playable = self._playable, None
        if playable is None:
            return None
        self.player.stop()
        return self._sessions.close(playable) if playable.kind is Source.DEVICE else None

    def _on_turn_over(self) -> None:
        """Hear what the player told meanwhile, which was left to what was under way."""
        if self._playable is not None and self.player.state.kind == "failed":
            self._on_failed(self._playable, self.player.state)

    def _fail(self, error: BaseException) -> None:
        self.error = error
        self._running = False
        self._clock.leave()
        self._set("failed")

    def _set(self, state: str) -> None:
        self.state = state
        self.changed.emit()

    # What the player tells

    def _on_position(self, t: float) -> None:
        if self._playable is not None:
            self.t = t
            self.moved.emit(t)

    def _on_frame(self) -> None:
        """Hold a device that was only to show one picture."""
        there = not self._clock.follows or self.t >= self._clock.position - PEEK_SECONDS
        if self._peek and self.source is Source.DEVICE and not self._running and there:
            self._peek = False
            self.pause()

    def _on_player_state(self, state: PlayerState) -> None:
        if self._playable is None:
            return
        if state.kind == "ended":
            self._on_ended(self._playable)
        elif state.kind == "failed":
            self._on_failed(self._playable, state)
        elif state.kind in ("playing", "paused", "stalled"):
            self._set(state.kind)
        elif state.kind == "connecting":
            self._set("opening")

    def _on_ended(self, playable: Playable) -> None:
        end = playable.interval.end
        if end >= self._now() - EDGE_SECONDS:
            self._running = self._running and self._clock.follows
            self._set("ended")
        elif self._running:
            self.t = end
            self._turns.start(self._go_on, end)

    def _on_failed(self, playable: Playable, state: PlayerState) -> None:
        error = state.error
        if self._turns.busy:
            return  # what is under way finds out for itself, and knows what to do
        if (
            playable.kind is Source.DEVICE
            and not self._running
            and error is not None
            and error.kind == "ended"
        ):
            return  # devices do not wait for ever; playing on opens a new session
        self.error = error
        if state.retry_seconds is None and not (state.error and state.error.wants_new_url):
            self._running = False
            if playable.kind is Source.DEVICE:
                self._part()  # a lost connection does not end the session
        self._set("failed")

    def _on_needs_url(self) -> None:
        """The address has expired: ask for a fresh one, though not over and over."""
        moment, playable = self._now(), self._playable
        if playable is None:
            return
        if moment - self._renewed > RENEWAL_SECONDS:
            self._renewed = moment
            self._turns.start(self._go, self.t)
        elif playable.kind is Source.DEVICE and self.state == "failed":
            self._running = False
            self._part()
            self.changed.emit()
