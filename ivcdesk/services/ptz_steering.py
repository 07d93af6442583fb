"""One camera in one pair of hands: its jogs, one after the other, and what came back.

The rules of safety are :class:`ivcdesk.domain.ptz.JogPolicy`; here they meet the clock and the
network. A call that has not left the machine when the hand lets go is called back.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Literal

from ivcdesk.api import (
    CloudClient,
    DeviceTimeout,
    InternalError,
    IvcError,
    RateLimited,
    TransportError,
)
from ivcdesk.api.actions import (
    ChannelId,
    ControlDevicePTZ,
    PtzCommand,
    Result,
)
from ivcdesk.domain.ptz import Jog, JogPolicy, Motion, Spacing
from ivcdesk.services import at_once
from ivcdesk.services.directory import Directory

MOTIONS = {
    PtzCommand.UP: Motion(tilt=1),
    PtzCommand.DOWN: Motion(tilt=-1),
    PtzCommand.LEFT: Motion(pan=-1),
    PtzCommand.RIGHT: Motion(pan=1),
    PtzCommand.LEFT_UP: Motion(pan=-1, tilt=1),
    PtzCommand.RIGHT_UP: Motion(pan=1, tilt=1),
    PtzCommand.LEFT_DOWN: Motion(pan=-1, tilt=-1),
    PtzCommand.RIGHT_DOWN: Motion(pan=1, tilt=-1),
    PtzCommand.ZOOM_IN: Motion(zoom=1),
    PtzCommand.ZOOM_OUT: Motion(zoom=-1),
    PtzCommand.FOCUS_FAR: Motion(focus=1),
    PtzCommand.FOCUS_NEAR: Motion(focus=-1),
    PtzCommand.IRIS_OPEN: Motion(iris=1),
    PtzCommand.IRIS_CLOSE: Motion(iris=-1),
}
COMMANDS = {motion: command for command, motion in MOTIONS.items()}

LATE = 0.05
"""A timer later than this means that the program was held up: what was typed meanwhile first."""

ASLEEP = 2.0
"""The computer slept where its clock ran so much further than the program's, s."""

_PASSING = (TransportError, DeviceTimeout, InternalError, RateLimited)
"""Errors that may be over at the next jog; any other ends what is held."""

_SET_RIGHT = ("AuthFailure.SignatureExpire", "AuthFailure.TokenFailure")


@dataclass(frozen=True, slots=True)
class Feedback:
    """What became of the newest jog.

    "idle": there was none, or it was called back; "sending"; "answered" after ``answer_ms``;
    "failed" with ``error``; "dropped": the channel was busy for too long, nothing was sent.
    What came of the last jog stands after the button is up.
    """

    state: Literal["idle", "sending", "answered", "failed", "dropped"]
    command: PtzCommand | None = None
    speed: int = 1
    answer_ms: float | None = None
    error: IvcError | None = None


Listener = Callable[[Feedback], None]
HandListener = Callable[[bool], None]

TOO_SLOW = "FailedOperation.DeviceResponseTimeOut"
UNSUPPORTED = "InvalidParameterValue.UnSupportedPTZCMD"


class Steering:
    """One channel in one pair of hands. ``feedback`` is the newest that listeners were told.

    ``spacing`` is the channel's pause between two jogs; ``unsupported`` holds the commands that
    the camera said it does not know. ``counters``: the user wants it nudged back after release;
    ``last`` is the newest jog of the hold.
    """

    def __init__(self, client: CloudClient, directory: Directory, channel_id: ChannelId) -> None:
        self.channel_id = channel_id
        self.policy = JogPolicy()
        self.spacing = Spacing()
        self.feedback = Feedback("idle")
        self.unsupported: set[PtzCommand] = set()
        self.counters = False
        self.last: Jog | None = None
        self.on_learned: Callable[[], object] = _nothing
        self._client = client
        self._directory = directory
        self._listeners: list[Listener] = []
        self._watchers: list[HandListener] = []
        self._task: asyncio.Task[Result] | None = None
        self._jog: Jog | None = None
        self._left = False
        self._forgave = False
        self._began = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._due = 0.0
        self._lag = time.time() - time.monotonic()

    @property
    def in_hand(self) -> bool:
        """Whether somebody has taken the channel, though nothing may be held now."""
        return bool(self._listeners)

    def use_spacing(self) -> None:
        """Keep to what :attr:`spacing` says from now on, and tell those who show it."""
        self.policy.interval = self.spacing.interval
        self.on_learned()

    def press(self, command: PtzCommand, speed: int) -> None:
        """Hold a direction or a lens ring from now on, at a speed of 1 to 8."""
        was_held = self.policy.held
        self._note_sleep()
        self.policy.set_speed(speed)
        if self.policy.press(MOTIONS[command], self._now()):
            if not was_held:
                self._tell_watchers(held=True)
            self._step()

    def release(self, command: PtzCommand) -> None:
        """Let go of one; what is still held goes on."""
        was_held = self.policy.held
        self.policy.release(MOTIONS[command], self._now())
        self._step()
        self._rest()
        if was_held and not self.policy.held:
            self._tell_watchers(held=False)

    def release_all(self) -> None:
        """Let go of everything: nothing is sent any more, not even what only waits to be."""
        was_held = self.policy.held
        self.policy.release_all()
        self._step()
        self._rest()
        if was_held:
            self._tell_watchers(held=False)

    def set_speed(self, speed: int) -> None:
        """Jog at another speed (1 to 8) from the next call on."""
        self.policy.set_speed(speed)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call ``listener`` with each feedback until the returned function is called."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def watch_hands(self, watcher: HandListener) -> Callable[[], None]:
        """Tell ``watcher`` when somebody takes hold (True) and when all is let go of (False)."""
        self._watchers.append(watcher)

        def leave() -> None:
            if watcher in self._watchers:
                self._watchers.remove(watcher)

        return leave

    def note_hand(self) -> None:
        """Tell those who watch the hands that the camera was turned by other means."""
        self._tell_watchers(held=True)
        if not self.policy.held:
            self._tell_watchers(held=False)

    @contextlib.asynccontextmanager
    async def turn(self) -> AsyncIterator[None]:
        """Have the device alone for one call that no hand makes: jogs wait until it has ended."""
        while not self.policy.occupy(self._now()):
            if self._task is not None:
                await asyncio.wait([self._task])
            else:
                await asyncio.sleep(max(0.01, self.policy.pause(self._now())))
        try:
            yield
        finally:
            self.policy.answered(self._now())
            self._step()

    async def close(self) -> None:
        """Let go of everything and tell nobody any more; a call that has left ends by itself."""
        self._listeners.clear()
        self._watchers.clear()
        self.release_all()

    async def stop(self) -> None:
        """Close, and end the call that is under way."""
        await self.close()
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait([self._task])

    def _step(self) -> None:
        """Do what is due, and come back when the next thing will be."""
        now = self._now()
        if (waited := self.policy.overdue(now)) is not None:
            self._tell("dropped", waited)
        self._call_back()
        if self._task is None and (jog := self.policy.take(now)) is not None:
            self._send(jog, now)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        due = self.policy.wake()
        if due is not None:
            # Timers may be early; the clock is read again then, and the timer set anew.
            self._due = max(due, now + 0.001)
            self._timer = asyncio.get_running_loop().call_at(self._due, self._on_timer)

    def _on_timer(self) -> None:
        self._timer = None
        self._note_sleep()
        if self._now() - self._due > LATE:
            # The hand may be off already, and its event wait behind this one.
            self._due = self._now() + LATE / 2
            self._timer = asyncio.get_running_loop().call_at(self._due, self._step)
        else:
            self._step()

    def _note_sleep(self) -> None:
        """Let go where the computer was asleep: whoever held something is gone."""
        lag = time.time() - time.monotonic()
        if lag - self._lag > ASLEEP and self.policy.held:
            self.release_all()
        self._lag = lag

    def _call_back(self) -> None:
        """Call back a jog that nobody wants any more, if it has not left."""
        task, jog = self._task, self._jog
        if task is not None and jog is not None and not self._left and not self._wants(jog):
            task.cancel()

    def _wants(self, jog: Jog) -> bool:
        return self.policy.motion == jog.motion

    def _send(self, jog: Jog, now: float) -> None:
        self._jog, self._left, self._began = jog, False, now
        self.last = jog
        action = ControlDevicePTZ(
            channel_id=self.channel_id, type=COMMANDS[jog.motion].value, speed=jog.speed
        )
        call = self._client.call(
            action,
            region=self._directory.region_of(self.channel_id),
            on_left=self._on_left,
            again=_never,
        )
        self._task = at_once.start(call, name=f"ptz.{self.channel_id}")
        self._task.add_done_callback(self._on_done)
        self._tell("sending", jog.motion)

    def _on_done(self, task: asyncio.Task[Result]) -> None:
        now, jog = self._now(), self._jog
        self._task = self._jog = None
        motion = Motion() if jog is None else jog.motion
        if task.cancelled():
            if self._left:
                self.policy.answered(now)
            else:
                self.policy.recalled(now)
        elif (error := task.exception()) is None:
            self._forgave = False
            if self.spacing.answered():
                self.use_spacing()
            self.policy.answered(now)
            self._tell("answered", motion, answer_ms=(now - self._began) * 1000)
        elif isinstance(error, _PASSING) or (isinstance(error, IvcError) and self._forgives(error)):
            if getattr(error, "code", "") == TOO_SLOW and self.spacing.timed_out():
                self.use_spacing()
            self.policy.answered(now)
            self._tell("failed", motion, error=error)
        else:
            self.policy.refused(now)
            if not isinstance(error, IvcError):
                raise error
            if getattr(error, "code", "") == UNSUPPORTED and (said := COMMANDS.get(motion)):
                self.unsupported.add(said)
            self._tell("failed", motion, error=error)
        self._step()
        self._rest()

    def _forgives(self, error: IvcError) -> bool:
        """Whether an error is over by now: the client has set its clock or its token right.

        Once only, until a call succeeds.
        """
        forgives = getattr(error, "code", "") in _SET_RIGHT and not self._forgave
        self._forgave = self._forgave or forgives
        return forgives

    def _on_left(self) -> None:
        self._left = True

    def _tell_watchers(self, *, held: bool) -> None:
        for watcher in tuple(self._watchers):
            watcher(held)

    def _rest(self) -> None:
        at_rest = self._task is None and not self.policy.held
        if at_rest and self.feedback.state in ("sending", "dropped"):
            self._tell("idle", Motion())

    def _tell(
        self,
        state: Literal["idle", "sending", "answered", "failed", "dropped"],
        motion: Motion,
        *,
        answer_ms: float | None = None,
        error: IvcError | None = None,
    ) -> None:
        speed = self.policy.speed if self._jog is None else self._jog.speed
        self.feedback = Feedback(state, COMMANDS.get(motion), speed, answer_ms, error)
        for listener in tuple(self._listeners):
            listener(self.feedback)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _nothing() -> None:
    pass


def _never() -> bool:
    """A jog is never sent twice: whether one is still wanted, and when, the policy knows."""
    return False
