"""Turns cameras by hand, and by their presets; the hands themselves are ``ptz_steering``."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine
from typing import Any

from ivcdesk.api import CloudClient, IvcError
from ivcdesk.api.actions import (
    ChannelId,
    ControlDevicePreset,
    ControlDevicePTZ,
    DescribeDevicePreset,
    Preset,
    PresetCommand,
    PtzCommand,
)
from ivcdesk.domain.aiming import Behaviour, Learned
from ivcdesk.domain.ptz import INTERVAL, MIN_SPEED, Motion
from ivcdesk.services.directory import Directory
from ivcdesk.services.ptz_steering import (
    COMMANDS,
    MOTIONS,
    TOO_SLOW,
    UNSUPPORTED,
    Feedback,
    HandListener,
    Steering,
)
from ivcdesk.services.ptz_store import PtzStore

__all__ = ["COMMANDS", "MOTIONS", "TOO_SLOW", "UNSUPPORTED", "Feedback", "Ptz", "Steering"]

WARM_SECONDS = 20.0
"""How often the connection is looked after while a camera is in hand, s."""


class Ptz:
    """Steering and presets of all channels.

    ``interval`` is the shortest time between two jogs where a channel has no pause of its own, s.
    """

    def __init__(
        self,
        client: CloudClient,
        directory: Directory,
        *,
        store: PtzStore | None = None,
        scope: str = "",
    ) -> None:
        self._client = client
        self._directory = directory
        self._store = store or PtzStore(None)
        self._scope = scope
        self._steerings: dict[ChannelId, Steering] = {}
        self._interval = INTERVAL
        self._own: dict[ChannelId, float] = {}
        self._warm: asyncio.Task[None] | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def interval(self) -> float:
        """The shortest time between two jogs of a channel that has no pause of its own, s."""
        return self._interval

    @interval.setter
    def interval(self, seconds: float) -> None:
        self._interval = seconds
        for channel_id, steering in self._steerings.items():
            if channel_id not in self._own:
                steering.spacing.wanted = seconds
                steering.policy.interval = steering.spacing.interval

    def own_interval(self, channel_id: ChannelId) -> float | None:
        """Return the pause that the user gave this channel, s, or None."""
        return self._own.get(channel_id)

    def set_interval(self, channel_id: ChannelId, seconds: float | None) -> None:
        """Give a channel a pause of its own, or none; what its device taught is forgotten."""
        if seconds is None:
            self._own.pop(channel_id, None)
        else:
            self._own[channel_id] = seconds
        steering = self._steering(channel_id)
        steering.spacing.wanted = self._interval if seconds is None else seconds
        steering.spacing.forget()
        steering.use_spacing()

    def steer(self, channel_id: ChannelId) -> Steering:
        """Take a channel in hand. There is one steering for a channel, whoever asks for it."""
        steering = self._steering(channel_id)
        if self._warm is None or self._warm.done():
            self._warm = asyncio.get_running_loop().create_task(
                self._keep_warm(), name="ptz.connect"
            )
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

    def watch_hands(self, channel_id: ChannelId, watcher: HandListener) -> Callable[[], None]:
        """Tell ``watcher`` whenever somebody begins (True) and ends (False) to turn a channel.

        Going to a preset counts too, unless it is not done by hand.
        """
        return self._steering(channel_id).watch_hands(watcher)

    def is_held(self, channel_id: ChannelId) -> bool:
        """Whether somebody holds a command of this channel at this moment."""
        steering = self._steerings.get(channel_id)
        return steering is not None and steering.policy.held

    async def learned(self, channel_id: ChannelId) -> Learned:
        """Return what was learned of how a channel's camera moves."""
        return await self._store.learned(self._scope, channel_id)

    async def remember(self, channel_id: ChannelId, learned: Learned) -> None:
        """Keep what was learned of how a channel's camera moves."""
        steering = self._steering(channel_id)
        steering.counters = learned.counter and learned.behaviour is Behaviour.RUNS_ON
        await self._store.keep_learned(self._scope, channel_id, learned)

    async def nudge(self, channel_id: ChannelId, command: PtzCommand, speed: int) -> None:
        """Jog once without a hand, when the channel has had its pause. Raises IvcError."""
        async with self._steering(channel_id).turn():
            await self._client.call(
                ControlDevicePTZ(channel_id=channel_id, type=command.value, speed=speed),
                region=self._directory.region_of(channel_id),
            )

    async def goto(self, channel_id: ChannelId, index: int, *, by_hand: bool = True) -> None:
        """Turn to a preset (1 to 10); what is held is let go of first. Raises IvcError."""
        if by_hand:
            self._steering(channel_id).note_hand()
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
        if self._warm is not None:
            self._warm.cancel()
        for task in tuple(self._tasks):
            task.cancel()
        ending = [self._warm] if self._warm is not None else []
        await asyncio.gather(
            *(steering.stop() for steering in self._steerings.values()),
            *ending,
            *self._tasks,
            return_exceptions=True,
        )
        self._steerings.clear()

    def _steering(self, channel_id: ChannelId) -> Steering:
        steering = self._steerings.get(channel_id)
        if steering is None:
            steering = Steering(self._client, self._directory, channel_id)
            steering.spacing.wanted = self._own.get(channel_id, self._interval)
            steering.use_spacing()
            steering.on_learned = lambda: self._keep(channel_id)
            steering.watch_hands(lambda held: self._on_hand(steering, held))
            self._steerings[channel_id] = steering
            self._start(self._recall(channel_id, steering), name="ptz.recall")
        return steering

    def _keep(self, channel_id: ChannelId) -> None:
        steering = self._steerings[channel_id]
        kept = self._own.get(channel_id), steering.spacing.learned
        self._start(self._store.keep_pacing(self._scope, channel_id, *kept), name="ptz.keep")

    async def _recall(self, channel_id: ChannelId, steering: Steering) -> None:
        """Use what was set or learned in an earlier session, unless something newer is known."""
        own, learned = await self._store.pacing(self._scope, channel_id)
        if own is not None and channel_id not in self._own:
            self._own[channel_id] = steering.spacing.wanted = own
        if learned and not steering.spacing.learned:
            steering.spacing.learned = learned
        steering.policy.interval = steering.spacing.interval
        moves = await self._store.learned(self._scope, channel_id)
        steering.counters = moves.counter and moves.behaviour is Behaviour.RUNS_ON

    def _on_hand(self, steering: Steering, held: bool) -> None:
        """Nudge a camera back that runs on, where the user wants that; nothing else is sent."""
        last, steering.last = steering.last, None
        if held or not steering.counters or last is None or not last.motion.turns:
            return
        back = COMMANDS[Motion(pan=-last.motion.pan, tilt=-last.motion.tilt)]
        self._start(self._counter(steering.channel_id, back), name="ptz.counter")

    async def _counter(self, channel_id: ChannelId, back: PtzCommand) -> None:
        with contextlib.suppress(IvcError):
            await self.nudge(channel_id, back, MIN_SPEED)

    async def _preset(self, channel_id: ChannelId, command: PresetCommand, index: int) -> None:
        steering = self._steering(channel_id)
        steering.release_all()
        async with steering.turn():
            await self._client.call(
                ControlDevicePreset(channel_id=channel_id, cmd=command.value, index=index),
                region=self._directory.region_of(channel_id),
            )

    async def _keep_warm(self) -> None:
        """Keep a connection open for as long as a camera is in hand.

        A handshake on a weak link takes longer than a press may wait.
        """
        while True:
            with contextlib.suppress(IvcError):
                await self._client.connect()
            await asyncio.sleep(WARM_SECONDS)
            if not any(steering.in_hand for steering in self._steerings.values()):
                return

    def _start(self, work: Coroutine[Any, Any, None], *, name: str) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
