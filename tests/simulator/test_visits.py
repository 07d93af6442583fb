"""Clients that hang up are no error, and no answer is still under way when the cloud has ended."""

from __future__ import annotations

import asyncio
import logging

import pytest

from ivcdesk.simulator.recordings import cloud_day, day_start
from ivcdesk.simulator.server import Simulator
from tests.simulator.media.camera_stage import until


async def asked(address: str) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Ask for an address on a connection of its own."""
    host, _, path = address.removeprefix("http://").partition("/")
    reader, writer = await asyncio.open_connection(*host.split(":"))
    writer.write(f"GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
    return reader, writer


@pytest.mark.parametrize("path", ["/live/{}.live.flv", "/video/{}/video.ts"])
def test_a_client_that_hangs_up_in_the_middle_is_no_error(path, caplog):
    async def story() -> None:
        async with Simulator() as simulator:
            cloud = simulator.cloud
            world = cloud.world
            device = next(d for d in world.devices.values() if d.name == "PTZ Gate North")
            channel = world.channels(device)[0].channel_id
            start = day_start(cloud_day(cloud.now()) - 1) + 14 * 3600
            query = {"starttime": start, "endtime": start + 20}
            reader, writer = await asked(cloud.links.address(path.format(channel), 60, query))
            assert (await reader.readline()).startswith(b"HTTP/1.1 200")
            writer.transport.abort()
            await until(lambda: not simulator.requests)

    with caplog.at_level(logging.WARNING):
        asyncio.run(story())
    assert [record for record in caplog.records if record.name.startswith("aiohttp")] == []


def test_an_answer_that_a_fault_delays_does_not_outlive_the_cloud():
    async def story() -> None:
        async with Simulator() as simulator:
            simulator.faults.arm([{"kind": "latency", "path": "/live/", "seconds": 600}])
            _, writer = await asked(f"{simulator.endpoint}/live/x.live.flv")
            await until(lambda: simulator.requests > 0)
            writer.transport.abort()
        assert asyncio.all_tasks() == {asyncio.current_task()}

    asyncio.run(story())
