"""Turns cameras by hand, and by their presets.

The rules of safety are :class:`ivcdesk.domain.ptz.JogPolicy`; here they meet the clock and the
network. A call that has not left the machine when the hand lets go is called back.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
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
    ControlDevicePreset,
    ControlDevicePTZ,
    DescribeDevicePreset,
    Preset,
    PresetCommand,
    PtzCommand,
    Result,
)
from ivcdesk.domain.ptz import INTERVAL, Jog, JogPolicy, Motion
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

TAP = 0.1
"""How long after its press the call of a button that is up again may leave, s."""

_PASSING = (TransportError, DeviceTimeout, InternalError, RateLimited)
"""Errors that may be over at the next jog; any other ends what is held."""


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


class Steering:
    """One channel in one pair of hands. ``feedback`` is the newest that listeners were told."""

    def __init__(self, client: CloudClient, directory: Directory, channel_id: ChannelId) -> None:
        self.channel_id = channel_id
        self.policy = JogPolicy()
        self.feedback = Feedback("idle")
        self._client = client
        self._directory = directory
        self._listeners: list[Listener] = []
        self._task: asyncio.Task[Result] | None = None
        self._jog: Jog | None = None
        self._left = False
        self._began = 0.0
        self._timer: asyncio.TimerHandle | None = None

    def press(self, command: PtzCommand, speed: int) -> None:
        """Hold a direction or a lens ring from now on, at a speed of 1 to 8."""
        self.policy.set_speed(speed)
        if self.policy.press(MOTIONS[command], self._now()):
            self._step()

    def release(self, command: PtzCommand) -> None:
        """Let go of one; what is still held goes on."""
        self.policy.release(MOTIONS[command], self._now())
        self._step()
        self._rest()

    def release_all(self) -> None:
        """Let go of everything: nothing is sent any more, not even what only waits to be."""
        self.policy.release_all()
        self._step()
        self._rest()

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

    async def close(self) -> None:
        """Let go of everything and tell nobody any more; a call that has left ends by itself."""
        self._listeners.clear()
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
        again = self._call_back(now)
        if self._task is None and (jog := self.policy.take(now)) is not None:
            self._send(jog, now)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        moments = [at for at in (self.policy.wake(), again) if at is not None]
        if moments:
            # Timers may be early; the clock is read again then, and the timer set anew.
            delay = max(min(moments) - now, 0.001)
            self._timer = asyncio.get_running_loop().call_later(delay, self._step)

    def _call_back(self, now: float) -> float | None:
        """Call back a jog that nobody wants any more, if it has not left.

        Returns when to look again: a tap that is over before its call left still is a jog, if the
        call leaves soon after the press.
        """
        task, jog = self._task, self._jog
        if task is None or jog is None or self._left or self.policy.motion == jog.motion:
            return None
        if self.policy.motion.still and now < self._began + TAP:
            return self._began + TAP
        task.cancel()
        return None

    def _send(self, jog: Jog, now: float) -> None:
        self._jog, self._left, self._began = jog, False, now
        action = ControlDevicePTZ(
            channel_id=self.channel_id, type=COMMANDS[jog.motion].value, speed=jog.speed
        )
        call = self._client.call(
            action, region=self._directory.region_of(self.channel_id), on_left=self._on_left
        )
        self._task = asyncio.get_running_loop().create_task(call, name=f"ptz.{self.channel_id}")
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
            self.policy.answered(now)
            self._tell("answered", motion, answer_ms=(now - self._began) * 1000)
        elif isinstance(error, _PASSING):
            self.policy.answered(now)
            self._tell("failed", motion, error=error)
        else:
            self.policy.refused(now)
            if not isinstance(error, IvcError):
                raise error
            self._tell("failed", motion, error=error)
        self._step()
        self._rest()

    def _on_left(self) -> None:
        self._left = True

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


class Ptz:
    """Steering and presets of all channels. ``interval`` is the shortest time between jogs, s."""

    def __init__(self, client: CloudClient, directory: Directory) -> None:
        self._client = client
        self._directory = directory
        self._steerings: dict[ChannelId, Steering] = {}
        self._interval = INTERVAL
        self._warming: set[asyncio.Task[None]] = set()

    @property
    def interval(self) -> float:
        """The shortest time between two jogs while a button is held, s."""
        return self._interval

    @interval.setter
    def interval(self, seconds: float) -> None:
        self._interval = seconds
        for steering in self._steerings.values():
            steering.policy.interval = seconds

    def steer(self, channel_id: ChannelId) -> Steering:
        """Take a channel in hand. There is one steering for a channel, whoever asks for it."""
        steering = self._steerings.get(channel_id)
        if steering is None:
            steering = Steering(self._client, self._directory, channel_id)
            steering.policy.interval = self._interval
            self._steerings[channel_id] = steering
        task = asyncio.get_running_loop().create_task(self._warm(), name="ptz.connect")
        self._warming.add(task)
        task.add_done_callback(self._warming.discard)
        return steering

    def release_all(self) -> None:
        """Let go of every channel."""
        for steering in self._steerings.values():
            steering.release_all()

    async def presets(self, channel_id: ChannelId) -> tuple[Preset, ...]:
        """Ask the device for its presets, in order of their numbers. Raises IvcError."""
        answer = await self._client.call(
            DescribeDevicePreset(channel_id=channel_id),
            region=self._directory.region_of(channel_id),
        )
        return tuple(sorted(answer.data, key=lambda preset: preset.index))

    async def goto(self, channel_id: ChannelId, index: int) -> None:
        """Turn to a preset (1 to 10); what is held is let go of first. Raises IvcError."""
        await self._preset(channel_id, PresetCommand.GOTO, index)

    async def set_preset(self, channel_id: ChannelId, index: int) -> None:
        """Keep where the camera looks as a preset (1 to 10). Raises IvcError."""
        await self._preset(channel_id, PresetCommand.SET, index)

    async def delete_preset(self, channel_id: ChannelId, index: int) -> None:
        """Forget a preset (1 to 10). Raises IvcError."""
        await self._preset(channel_id, PresetCommand.DELETE, index)

    async def close(self) -> None:
        """Let go of every channel, and end the calls that are under way."""
        self.release_all()
        for task in tuple(self._warming):
            task.cancel()
        await asyncio.gather(
            *(steering.stop() for steering in self._steerings.values()),
            *self._warming,
            return_exceptions=True,
        )
        self._steerings.clear()

    async def _preset(self, channel_id: ChannelId, command: PresetCommand, index: int) -> None:
        if steering := self._steerings.get(channel_id):
            steering.release_all()
        await self._client.call(
            ControlDevicePreset(channel_id=channel_id, cmd=command.value, index=index),
            region=self._directory.region_of(channel_id),
        )

    async def _warm(self) -> None:
        # A handshake on a weak link takes longer than the first press may wait.
        with contextlib.suppress(IvcError):
            await self._client.connect()
