"""Random faults, calls and cancellations, all from one seed."""

from __future__ import annotations

import asyncio
import random
from typing import Any

from ivcdesk.api import CloudClient, Credential, IvcError, Priority
from ivcdesk.api.actions import (
    Action,
    ChannelId,
    ControlDevicePTZ,
    ControlRecordTimeline,
    DescribeDeviceChannel,
    DescribeOrganization,
    DeviceId,
    ListDevices,
    OrganizationId,
    Result,
)
from ivcdesk.simulator.server import Simulator

KINDS = (
    "latency",
    "throttle",
    "error",
    "drop",
    "reset",
    "truncate",
    "garbage",
    "http500",
    "stall",
    "expire",
)
SECONDS = 0.25  # the budget of a call here, so that what stalls ends soon


class Mischief:
    """One simulator and many clients that each live through one sequence of faults."""

    def __init__(self, simulator: Simulator) -> None:
        self._simulator = simulator
        world = simulator.cloud.world
        self._devices = [DeviceId(identity) for identity in list(world.devices)[:4]]
        self._channels = [
            ChannelId(channel.channel_id)
            for identity in self._devices
            for channel in world.channels(world.devices[identity])[:2]
        ]

    async def sequence(self, seed: int) -> list[str]:
        """Live through one sequence; return how each call ended."""
        dice = random.Random(seed)
        faults = self._simulator.faults
        faults.clear()
        faults.arm([self._fault(dice) for _ in range(dice.randint(1, 4))])
        credential = Credential(self._simulator.secret_id, self._simulator.secret_key)
        ends: list[str] = []
        client = CloudClient(credential, self._simulator.region, self._simulator.endpoint)
        try:
            for _ in range(dice.randint(1, 3)):
                calls = [self._call(client, dice, ends) for _ in range(dice.randint(1, 5))]
                await asyncio.gather(*calls)
        finally:
            await client.aclose()
            faults.clear()
        return ends

    async def _call(self, client: CloudClient, dice: random.Random, ends: list[str]) -> None:
        action = self._action(dice)
        priority = dice.choice(list(Priority))
        call = asyncio.create_task(client.call(action, priority=priority))
        if dice.random() < 0.3:
            asyncio.get_running_loop().call_later(dice.uniform(0, 0.1), call.cancel)
        try:
            # Whatever happens, a call ends within its budget; in the background its turn comes
            # first, and so does the release of the channel by others that have budgets themselves.
            async with asyncio.timeout(20):
                result = await call
        except IvcError as error:
            ends.append(type(error).__name__)
        except asyncio.CancelledError:
            ends.append("cancelled")
        else:
            assert isinstance(result, Result)
            ends.append("answered")

    def _action(self, dice: random.Random) -> Action[Any]:
        channel, device = dice.choice(self._channels), dice.choice(self._devices)
        return dice.choice(
            [
                DescribeOrganization(),
                ListDevices(organization_id=OrganizationId("0"), page_size=50),
                DescribeDeviceChannel(device_id=device),
                ControlDevicePTZ(channel_id=channel, type="left", speed=2),
                ControlRecordTimeline(channel_id=channel, start=1_700_000_000, end=1_700_000_600),
            ]
        )

    def _fault(self, dice: random.Random) -> dict[str, Any]:
        kind = dice.choice(KINDS)
        return {
            "kind": kind,
            "action": dice.choice(["*", "ListDevices", "DescribeOrganization"]),
            "probability": dice.choice([0.3, 0.7, 1.0]),
            "count": dice.randint(1, 6),
            "seconds": dice.choice([0.01, 0.1, 1.0]),
            "bytes": dice.choice([None, 0, 1, 20, 150, 2000]),
            "code": dice.choice(["InternalError", "RequestLimitExceeded", "ResourceNotFound"]),
        }
