"""Yesterday of a recorder with sixteen channels on a slow link, and a background that stays there.

The times are those of the issue: the first lane within 300 ms, all within 3 s, and no call of the
user's more than 100 ms later than it would be if nothing was filled in behind it.
"""

from __future__ import annotations

import asyncio
import random
import sys
import time
from statistics import median

from ivcdesk.api.actions import ChannelId, DescribeDevicePreset
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import cloud_day, day_interval
from ivcdesk.domain.intervals import Interval
from ivcdesk.services.session import Session
from ivcdesk.simulator.server import Simulator
from tests.services.conftest import open_session, until

LATENCY = 0.05  # s of each answer
CHANNELS = 16
FIRST, ALL, DELAY = 0.3, 3.0, 0.1  # s
ROUNDS = 60
DAY = 86400.0


def say(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")


async def recorder(simulator: Simulator, session: Session) -> list[ChannelId]:
    """Return the channels of an online recorder that has enough of them."""
    world = simulator.cloud.world
    for device in world.devices.values():
        if device.online and device.remote and device.channel_num >= CHANNELS:
            channels = world.channels(device)[:CHANNELS]
            if all(channel.online for channel in channels):
                await session.directory.load_channels(device.device_id)
                return [ChannelId(channel.channel_id) for channel in channels]
    raise AssertionError("no such recorder")


async def settled(session: Session) -> None:
    filling = session.directory.filling
    await until(lambda: session.directory.state == "ready" and filling.settled, "a tree", 60)


def slowly(simulator: Simulator) -> None:
    simulator.faults.arm([{"kind": "latency", "action": "*", "seconds": LATENCY}])


def test_yesterday_of_sixteen_channels_on_a_slow_link():
    async def main() -> None:
        async with Simulator(scenario="fleet", devices=40) as simulator:
            session = await open_session(simulator)
            try:
                await settled(session)
                channels = await recorder(simulator, session)
                slowly(simulator)
                yesterday = day_interval(cloud_day(simulator.cloud.now() - DAY))
                began, first, shown = time.perf_counter(), 0.0, {}
                async for told in session.recordings.day(channels, yesterday):
                    first = first or time.perf_counter() - began
                    shown[told.channel_id, told.source] = told.coverage
                spent = time.perf_counter() - began
                say(f"16 channels, 50 ms: first lane {first * 1000:.0f} ms, all {spent:.2f} s")
                assert len(shown) == CHANNELS * len(Source)
                assert not any(coverage.problems for coverage in shown.values())
                assert first <= FIRST
                assert spent <= ALL
            finally:
                await session.close()

    asyncio.run(main())


def test_the_background_never_holds_the_user_up():
    async def main() -> None:
        async with Simulator(scenario="fleet", devices=40) as simulator:
            session = await open_session(simulator)
            try:
                await settled(session)
                channels = await recorder(simulator, session)
                slowly(simulator)
                alone = await user(session, channels, simulator.cloud.now(), 0)
                now = simulator.cloud.now()
                for channel_id in channels:
                    session.recordings.fill(channel_id, Interval(now - 30 * DAY, now - 12 * DAY))
                beside = await user(session, channels, simulator.cloud.now(), 60)
                filling = session.recordings.days.filling
                late = max(beside) - median(alone)
                say(
                    f"user's calls alone: median {median(alone) * 1000:.0f} ms, worst "
                    f"{max(alone) * 1000:.0f} ms; beside the fill: median "
                    f"{median(beside) * 1000:.0f} ms, worst {max(beside) * 1000:.0f} ms"
                )
                assert filling, "the background was at work all the time"
                assert late <= DELAY
            finally:
                await session.close()

    asyncio.run(main())


async def user(session: Session, channels: list[ChannelId], now: float, seed: int) -> list[float]:
    """Do what users do, one thing after the other; return how long each took, in s."""
    chance, spent = random.Random(seed), []
    for number in range(ROUNDS):
        channel_id = chance.choice(channels)
        begin = day_interval(cloud_day(now - (1 + (number + seed) % 10) * DAY))
        began = time.perf_counter()
        if number % 2:
            await session.client.call(
                DescribeDevicePreset(channel_id=channel_id),
                region=session.directory.region_of(channel_id),
            )
        else:
            await session.recordings.forget(channel_id, begin)
            await session.recordings.coverage(channel_id, begin, sources=(Source.CLOUD,))
        spent.append(time.perf_counter() - began)
        await asyncio.sleep(chance.uniform(0.05, 0.2))
    return spent
