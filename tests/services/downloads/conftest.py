"""A queue of downloads on a simulated cloud, over a real socket."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ivcdesk.api import CloudClient, Credential
from ivcdesk.app.fetching import MediaTools
from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.domain.exports import around, plan
from ivcdesk.domain.intervals import Interval
from ivcdesk.services.downloads import Downloads
from ivcdesk.services.downloads_jobs import (
    Job,
    Order,
    Part,
    State,
)
from ivcdesk.simulator.server import Simulator
from tests.services.conftest import until

CALL = "DescribeVideoDownloadUrl"
OPTIONS: dict[str, Any] = {"reserve": 0, "space_pause": 0.05, "first_pause": 0.02}


class Cloud:
    """A simulator in a thread of its own, which all tests share: pictures are costly to make."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop) -> None:
        self.simulator = simulator
        self._loop = loop
        self._since = 0

    def run(self, work: Callable[[], Any]) -> Any:
        async def call() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(10)

    def begin(self) -> None:
        """Forget what earlier tests did."""
        self.clear()
        self._since = max((call["n"] for call in self._received(0)), default=0)

    def fault(self, **fault: Any) -> None:
        """Let something go wrong."""
        self.run(lambda: self.simulator.faults.arm([fault]))

    def clear(self) -> None:
        """Let everything go well again."""
        self.run(self.simulator.faults.clear)

    def calls(self) -> list[dict[str, Any]]:
        """Return this test's questions for addresses, but for those that were too frequent."""
        received = [call for call in self._received(self._since) if call["action"] == CALL]
        return [call for call in received if call["code"] != "RequestLimitExceeded"]

    def _received(self, since: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run(
            lambda: [call for call in self.simulator.reception.calls.since(0) if call["n"] > since]
        )
        return found


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    made: list[Cloud] = []
    ready, ended = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with Simulator(scenario="fleet", devices=3) as simulator:
            made.append(Cloud(simulator, asyncio.get_running_loop()))
            ready.set()
            await ended.wait()

    with pytest.MonkeyPatch.context() as patch:
        # Short slices, so that files are small.
        patch.setattr("ivcdesk.simulator.handlers.video_files.SLICE_SECONDS", 4)
        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        assert ready.wait(20)
        yield made[0]
        made[0].run(ended.set)
        thread.join(20)


class Office:
    """A queue on a simulated cloud, and what a test wants to do with it."""

    def __init__(self, cloud: Cloud, client: CloudClient, folder: Path, **options: Any) -> None:
        self.cloud = cloud
        self.client = client
        self.folder = folder / "out"
        self.path = folder / "downloads.sqlite3"
        self.options = OPTIONS | options
        self.changes: list[tuple[str, State]] = []
        self.queue = self.made()

    def made(self) -> Downloads:
        queue = Downloads(self.path, MediaTools(stall_seconds=15), **self.options)
        queue.subscribe(lambda change: self.changes.append((change.what, change.job.state)))
        return queue

    async def begin(self) -> None:
        self.cloud.begin()
        await self.queue.open()
        self.sign_in()

    def sign_in(self, scope: str = "mine") -> None:
        self.queue.attach(self.client, scope)

    async def start_again(self) -> None:
        """End the program and start it anew."""
        await self.queue.close()
        self.queue = self.made()
        await self.queue.open()

    def order(
        self, seconds: int = 6, *, after: int = 0, join: bool = True, form: Any = "mp4"
    ) -> Order:
        """Return an order of one file, within yesterday's recordings of a camera."""
        cloud = self.cloud.simulator.cloud
        channels = (c for d in cloud.world.devices.values() for c in cloud.world.channels(d))
        channel = next(each for each in channels if each.plan is not None).channel_id
        day = (int(cloud.now()) + 8 * 3600) // 86400 * 86400 - 8 * 3600 - 86400
        spans = cloud.recorded(channel, "cloud", day, day + 86400)
        recorded = [Interval(*span) for span in spans]
        longest = max(recorded, key=lambda span: span.length)
        start = int(longest.start) // 20 * 20 + 120 + after
        window = Interval(start, start + seconds)
        (clip,) = plan("Gate", recorded, window, join=join, form=form, zone=CLOUD_ZONE)
        parts = tuple(Part(part, around(recorded, part)) for part in clip.parts)
        details = {"channel_id": channel}
        return Order(
            "cloud", "Gate", clip.name, str(self.folder), form, window, parts, join, details
        )

    async def add(self, *orders: Order) -> list[Job]:
        return await self.queue.add(orders or [self.order()])

    async def all_are(self, *states: State) -> None:
        wanted = set(states or (State.DONE,))
        await until(
            lambda: {job.state for job in self.queue.jobs} <= wanted and not self.queue.running,
            f"jobs that are {wanted}",
            60,  # the cloud makes its pictures anew, which a busy machine is slow at
        )

    def there(self) -> list[str]:
        """Return all files of the folder, the hidden ones too."""
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []


@pytest.fixture
def office(cloud, tmp_path):
    """``office(work, **options)`` runs ``work(office)`` on a fresh cloud."""

    def run(work: Callable[[Office], Any], **options: Any) -> Any:
        async def main() -> Any:
            there = cloud.simulator
            credential = Credential(there.secret_id, there.secret_key)
            async with CloudClient(credential, there.region, there.endpoint) as client:
                made = Office(cloud, client, tmp_path, **options)
                try:
                    await made.begin()
                    return await work(made)
                finally:
                    await made.queue.close()

        return asyncio.run(main())

    return run
