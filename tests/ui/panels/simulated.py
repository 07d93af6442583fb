"""A simulated cloud on a socket and an account signed in to it, for the panels' tests."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from ivcdesk.api import Credential
from ivcdesk.api.actions import ChannelId, DeviceStatus
from ivcdesk.services.session import Session
from ivcdesk.simulator.server import Simulator
from tests.ui.panels.stand_ins import until


@dataclass
class Site:
    """A simulator, a session in it, and a camera that turns."""

    simulator: Simulator
    session: Session
    camera: ChannelId

    def calls(self, action: str) -> list[dict[str, Any]]:
        return [
            call for call in self.simulator.reception.calls.since(0) if call["action"] == action
        ]

    async def find(self, name: str) -> ChannelId:
        """Return the id of the channel of this name, known to the directory by then."""
        world = self.simulator.cloud.world
        found = next(
            channel
            for device in world.devices.values()
            for channel in world.channels(device)
            if channel.name == name
        )
        await self.session.directory.load_channels(found.device.device_id)
        return ChannelId(found.channel_id)

    def set_status(self, channel_id: ChannelId, status: DeviceStatus) -> None:
        """Change the state of a channel's device, as if it had lost its power."""
        channel = self.simulator.cloud.world.channel(channel_id)
        assert channel is not None
        self.simulator.cloud.set_status(channel.device, status)

    async def close(self) -> None:
        await self.session.close()
        # Players end by themselves, so that the server finds nobody in the middle of a stream.
        await until(lambda: not any(t.name.startswith("media-") for t in threading.enumerate()))
        await asyncio.sleep(0.02)
        await self.simulator.stop()


async def open_site(camera: str = "PTZ Gate North", **options: Any) -> Site:
    """Start a simulator and sign in; returns when the camera's device is known."""
    simulator = Simulator(scenario="demo", seed=1, port=0, **options)
    await simulator.start()
    session = await sign_in(simulator)
    site = Site(simulator, session, ChannelId(""))
    site.camera = await site.find(camera)
    return site


async def sign_in(simulator: Simulator) -> Session:
    session = await Session.open(
        Credential(simulator.secret_id, simulator.secret_key),
        simulator.region,
        simulator.endpoint,
        account="test",
    )
    await until(lambda: session.directory.state == "ready")
    return session


@contextlib.asynccontextmanager
async def site(**options: Any) -> AsyncIterator[Site]:
    opened = await open_site(**options)
    try:
        yield opened
    finally:
        await opened.close()
