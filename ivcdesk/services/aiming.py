"""Learns what a camera does with one call, and aims it by what was learned.

Each jog is one call that was answered before the next picture is looked at; nothing is sent once
the work is cancelled, or once anybody takes the camera in hand.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace

from ivcdesk.api import IvcError
from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.aiming import (
    NEAR,
    Behaviour,
    Learned,
    distance,
    factor,
    next_jog,
    next_zoom,
    step,
)
from ivcdesk.domain.motion import SURE, Luma, turned, zoomed
from ivcdesk.domain.ptz import Jog, Motion
from ivcdesk.services.ptz import COMMANDS, UNSUPPORTED, Ptz

Look = Callable[[], Awaitable[Luma | None]]
"""Makes a small grey picture of what the camera shows now; None where there is no picture."""

Tell = Callable[[float], object]
"""Is told how much of the work is done, 0 … 1."""

SPEEDS = (1, 4, 8)
"""The speeds that are measured; those between are worked out."""

SETTLE_SECONDS = 0.7
"""A bounded camera stands still so long after its call, the stream's delay included."""
WATCH_SECONDS = 0.8
"""A camera that still moves so long after that runs on."""
STILL = 0.004
"""What moves less is still, parts of the width."""
MOST_JOGS = 16
PATIENCE = 6.0
"""A camera that does not come to rest for so long can't be measured, s."""

_STEADY_SECONDS = 0.3
_MOST_CORRECTION = 2.5


class CannotAim(Exception):
    """It can't be done now. ``reason``: ``picture``, ``moving``, ``held`` or ``still``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class Aim:
    """Turns one camera by pictures. ``look`` makes them; ``pause`` waits, s."""

    ptz: Ptz
    channel_id: ChannelId
    look: Look
    pause: Callable[[float], Awaitable[object]] = asyncio.sleep

    async def learn(self, tell: Tell) -> Learned:
        """Move the camera a little each way, see what it does, and bring it back.

        Raises CannotAim or IvcError.
        """
        start = await self._steady()
        learned = Learned(measured_at=time.time())
        try:
            learned = await self._learn(learned, tell)
        except IvcError as error:
            if getattr(error, "code", "") == UNSUPPORTED:
                return replace(learned, behaviour=Behaviour.UNSUPPORTED)
            raise
        if learned.behaviour is Behaviour.BOUNDED:
            await self._return(start, learned)
        tell(1.0)
        return learned

    async def centre(self, right: float, down: float, learned: Learned, tell: Tell) -> None:
        """Bring a point to the middle that lies so far from it, in parts of the picture.

        Raises CannotAim or IvcError.
        """
        whole = distance(right, down)
        before = await self._steady()
        known = learned
        for _ in range(MOST_JOGS):
            jog = next_jog(right, down, known)
            if jog is None:
                break
            after, seen = await self._jog(before, jog)
            expected = _expected(jog, known)
            moved = seen if seen is not None else expected
            right, down = right - moved[0], down - moved[1]
            known = _corrected(known, expected, moved)
            if distance(*moved) < STILL:
                raise CannotAim("still")  # it stands at its limit
            before = after
            tell(min(0.99, max(0.0, 1 - distance(right, down) / whole)))
        tell(1.0)

    async def frame(
        self, right: float, down: float, growth: float, learned: Learned, tell: Tell
    ) -> None:
        """Centre a point, then zoom until things have grown by a factor.

        Raises CannotAim or IvcError.
        """
        half = 0.5 if growth > 1 else 1.0
        await self.centre(right, down, learned, lambda share: tell(share * half))
        wanted = whole = math.log(growth) if growth > 1 else 0.0
        before = await self._steady()
        for _ in range(MOST_JOGS):
            jog = next_zoom(math.exp(wanted), learned)
            if jog is None or wanted <= 0:
                break
            await self._send(jog)
            await self.pause(SETTLE_SECONDS)
            after = await self._steady()
            seen, sure = await asyncio.to_thread(zoomed, before, after)
            expected = factor(learned.zoom, jog.speed) ** jog.motion.zoom
            grown = math.log(seen if sure > SURE else expected)
            if abs(grown) < 0.005:
                raise CannotAim("still")
            wanted -= grown
            before = after
            tell(min(0.99, half + half * (1 - wanted / whole)))
        tell(1.0)

    async def _learn(self, learned: Learned, tell: Tell) -> Learned:
        pan: dict[int, float] = {}
        for number, speed in enumerate(SPEEDS):
            moved, runs = await self._there_and_back(Motion(pan=1), speed)
            if runs:
                return replace(learned, behaviour=Behaviour.RUNS_ON)
            if moved[0] > STILL:
                pan[speed] = moved[0]
            tell(0.2 * (number + 1))
        tilt: dict[int, float] = {}
        moved, runs = await self._there_and_back(Motion(tilt=1), SPEEDS[1])
        if runs:
            return replace(learned, behaviour=Behaviour.RUNS_ON)
        if -moved[1] > STILL:
            tilt[SPEEDS[1]] = -moved[1]
        tell(0.7)
        zoom = await self._learn_zoom()
        tell(0.85)
        if not (pan or tilt or zoom):
            return replace(learned, behaviour=Behaviour.UNSUPPORTED)
        return replace(learned, behaviour=Behaviour.BOUNDED, pan=pan, tilt=tilt, zoom=zoom)

    async def _there_and_back(self, motion: Motion, speed: int) -> tuple[tuple[float, float], bool]:
        """Return how far a jog goes, the other way round where it is at a limit; does it run on?"""
        for sign in (1, -1):
            jog = Jog(Motion(pan=motion.pan * sign, tilt=motion.tilt * sign), speed)
            before = await self._steady()
            await self._send(jog)
            await self.pause(SETTLE_SECONDS)
            middle = await self._picture()
            await self.pause(WATCH_SECONDS)
            after = await self._picture()
            late = await asyncio.to_thread(turned, middle, after)
            runs = late.sure > SURE and distance(late.right, late.down) > 2 * STILL
            whole = await asyncio.to_thread(turned, before, after)
            lost = whole.sure <= SURE
            if runs or (lost and late.sure <= SURE):
                await self._send(_opposite(jog, 1))
                return (0.0, 0.0), True
            moved = (0.0, 0.0) if lost else (whole.right * sign, whole.down * sign)
            await self._send(_opposite(jog, speed))
            await self.pause(SETTLE_SECONDS)
            if distance(*moved) > STILL:
                return moved, False
        return (0.0, 0.0), False

    async def _learn_zoom(self) -> dict[int, float]:
        found: dict[int, float] = {}
        for speed in SPEEDS[:2]:
            before = await self._steady()
            await self._send(Jog(Motion(zoom=1), speed))
            await self.pause(SETTLE_SECONDS)
            after = await self._steady()
            grown, sure = await asyncio.to_thread(zoomed, before, after)
            await self._send(Jog(Motion(zoom=-1), speed))
            await self.pause(SETTLE_SECONDS)
            if sure > SURE and grown > 1.005:
                found[speed] = grown
        return found

    async def _return(self, start: Luma, learned: Learned) -> None:
        """Look where the camera looked at first, as nearly as its steps allow."""
        now = await self._steady()
        off = await asyncio.to_thread(turned, now, start)
        if off.sure > SURE and distance(off.right, off.down) > NEAR:
            await self.centre(off.right, off.down, learned, lambda _share: None)

    async def _jog(self, before: Luma, jog: Jog) -> tuple[Luma, tuple[float, float] | None]:
        """Send a jog; return the picture after it, and how far it went where that can be seen."""
        await self._send(jog)
        await self.pause(SETTLE_SECONDS)
        after = await self._steady()
        seen = await asyncio.to_thread(turned, before, after)
        return after, (seen.right, seen.down) if seen.sure > SURE else None

    async def _send(self, jog: Jog) -> None:
        if self.ptz.is_held(self.channel_id):
            raise CannotAim("held")
        await self.ptz.nudge(self.channel_id, COMMANDS[jog.motion], jog.speed)

    async def _steady(self) -> Luma:
        """Return a picture of the camera at rest."""
        began = time.monotonic()
        before = await self._picture()
        while True:
            await self.pause(_STEADY_SECONDS)
            after = await self._picture()
            moved = await asyncio.to_thread(turned, before, after)
            if moved.sure <= SURE or distance(moved.right, moved.down) < 2 * STILL:
                return after
            if time.monotonic() - began > PATIENCE:
                raise CannotAim("moving")
            before = after

    async def _picture(self) -> Luma:
        picture = await self.look()
        if picture is None:
            raise CannotAim("picture")
        return picture


def _expected(jog: Jog, learned: Learned) -> tuple[float, float]:
    return (
        jog.motion.pan * step(learned.pan, jog.speed),
        -jog.motion.tilt * step(learned.tilt, jog.speed),
    )


def _corrected(
    learned: Learned, expected: tuple[float, float], moved: tuple[float, float]
) -> Learned:
    """Return steps as large as they have just been: they change with the zoom."""

    def ratio(wanted: float, got: float) -> float:
        if abs(wanted) < NEAR or got * wanted <= 0:
            return 1.0
        return min(max(got / wanted, 1 / _MOST_CORRECTION), _MOST_CORRECTION)

    return learned.scaled(ratio(expected[0], moved[0]), ratio(expected[1], moved[1]))


def _opposite(jog: Jog, speed: int) -> Jog:
    motion = jog.motion
    return Jog(Motion(-motion.pan, -motion.tilt, -motion.zoom), speed)
