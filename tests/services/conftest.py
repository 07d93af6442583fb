"""Sessions on a simulated cloud, over a real socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from ivcdesk.api import Credential
from ivcdesk.services.session import Session
from ivcdesk.simulator.server import Simulator


async def until(holds: Callable[[], Any], what: str, seconds: float = 10.0) -> None:
    """Wait until something holds; the test fails with ``what`` where it never does."""
    try:
        async with asyncio.timeout(seconds):
            while not holds():  # noqa: ASYNC110 - what is waited for has no event to offer
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"never came: {what}") from None


class Desk:
    """A session, the simulator behind it, and what a test wants to know of the two."""

    def __init__(self, simulator: Simulator, session: Session) -> None:
        self.simulator = simulator
        self.session = session
        self.directory = session.directory

    async def filled(self) -> None:
        """Wait until all channels are known."""
        await until(
            lambda: self.directory.state == "ready" and self.directory.filling.settled,
            "a full tree",
        )

    async def first_camera(self) -> str:
        """Return the id of an online channel as soon as one is known; the others follow."""
        await until(lambda: any(self._cameras()), "a camera")
        return self.camera()

    def camera(self, *, turns: bool = True) -> str:
        """Return the id of an online channel."""
        found = next(self._cameras(turns=turns), None)
        assert found is not None, "no such camera"
        return found

    def _cameras(self, *, turns: bool = True) -> Iterator[str]:
        for held in self.directory.channels.values():
            for channel in held:
                obstacle = self.directory.obstacle(channel.channel_id)
                if turns and obstacle is None and channel.region == self.session.region:
                    yield channel.channel_id
                if not turns and obstacle is not None and not obstacle.hides_picture:
                    yield channel.channel_id

    def calls(self, action: str) -> list[dict[str, Any]]:
        """Return the calls of an action that the simulator received."""
        received = self.simulator.reception.calls.since(0)
        return [call for call in received if call["action"] == action]

    def fault(self, **fault: Any) -> None:
        """Let something go wrong."""
        self.simulator.faults.arm([fault])

    async def device_goes(self, channel_id: str, status: int) -> None:
        """Change the state of a channel's device, and hear of it."""
        device = self.simulator.cloud.world.channel(channel_id).device
        self.simulator.cloud.set_status(device, type(device.status)(status))
        await self.directory.refresh()


async def open_session(simulator: Simulator, **options: Any) -> Session:
    """Sign in to a simulator."""
    return await Session.open(
        Credential(simulator.secret_id, simulator.secret_key),
        simulator.region,
        simulator.endpoint,
        account="demo",
        **options,
    )


@pytest.fixture
def desk():
    """``desk(work, **simulator_options)`` runs ``work(desk)`` on a fresh cloud of ten devices."""

    def run(work: Callable[[Desk], Any], *, store: Any = None, **options: Any) -> Any:
        async def main() -> Any:
            async with Simulator(**{"scenario": "fleet", "devices": 10, **options}) as simulator:
                session = await open_session(simulator, store=store)
                try:
                    return await work(Desk(simulator, session))
                finally:
                    await session.close()
                    left = asyncio.all_tasks() - {asyncio.current_task()}
                    mine = [task for task in left if "ivcdesk.services" in repr(task)]
                    assert not mine, mine

        return asyncio.run(main())

    return run
