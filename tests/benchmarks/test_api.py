"""How the client compares: every figure is a ratio to others in the same run.

The asynchronous SDK is compared where ``IVCDESK_ASYNC_SDK`` names a folder that holds its version
3.1; the version that the project's tests are pinned to has no asynchronous client.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import Any

import pytest

from ivcdesk.api.actions import (
    ChannelId,
    ControlDevicePTZ,
    DescribeDeviceRegion,
    DescribeDomain,
    DescribeOrganization,
    DescribeStreamAuth,
    DevicePage,
    ListDevices,
    ListRecordPlans,
    OrganizationId,
)
from ivcdesk.api.decoding import decode
from tests.api.authority import Authority
from tests.benchmarks.contenders import DEVICES, NEWER_SDK, Contenders, race, server
from tests.benchmarks.server import devices

JOG = ControlDevicePTZ(channel_id=ChannelId("c-1"), type="left", speed=4)
PAGE = ListDevices(organization_id=OrganizationId("0"), page_size=DEVICES)
MANY = [
    kind()
    for kind in (
        DescribeOrganization,
        DescribeDomain,
        DescribeDeviceRegion,
        DescribeStreamAuth,
        ListRecordPlans,
    )
    for _ in range(10)
]


@pytest.fixture(scope="module")
def contenders(tmp_path_factory):
    authority = Authority(tmp_path_factory.mktemp("authority"))
    with server(authority) as endpoint:
        yield Contenders(endpoint, authority)


@pytest.fixture(autouse=True)
def _no_limit(monkeypatch):
    """The pacing runs, but a race must not wait for the next second."""
    monkeypatch.setattr("ivcdesk.api.pacing.LIMIT", 10**9)


def say(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")


def shown(title: str, times: dict[str, float]) -> dict[str, float]:
    """Print a table and return the times of the others as multiples of this client's."""
    lines = [title] + [
        f"  {name:10} {spent:9.3f} ms   ours is {times['ours'] / spent:5.2f} x of it"
        for name, spent in times.items()
    ]
    say("\n".join(lines))
    return {name: spent / times["ours"] for name, spent in times.items()}


def warm(contenders: Contenders, action: Any, rounds: int) -> dict[str, float]:
    async def main() -> dict[str, float]:
        async with AsyncExitStack() as open_ones:
            works: dict[str, Callable[[], Awaitable[Any]]] = {}
            for name, contender in contenders.all().items():
                call = await open_ones.enter_async_context(contender())
                works[name] = lambda call=call: call(action)
            return await race(works, rounds)

    return asyncio.run(main())


def test_a_warm_ptz_call(contenders):
    factors = shown("warm ControlDevicePTZ", warm(contenders, JOG, 200))
    assert 1 / factors["httpx"] <= 1.15
    if NEWER_SDK:
        assert 1 / factors["async sdk"] <= 0.4


def test_a_page_of_ten_thousand_devices(contenders):
    factors = shown("ListDevices of 10,000", warm(contenders, PAGE, 10))
    assert factors["sdk"] >= 4


def test_a_cold_call(contenders):
    async def main() -> dict[str, float]:
        def cold(contender: Any) -> Callable[[], Awaitable[Any]]:
            async def work() -> None:
                async with contender() as call:
                    await call(JOG)

            return work

        return await race({name: cold(one) for name, one in contenders.all().items()}, 20)

    shown("cold ControlDevicePTZ, everything set up anew", asyncio.run(main()))


def test_fifty_calls_at_once(contenders):
    async def main() -> dict[str, float]:
        async with AsyncExitStack() as open_ones:
            works: dict[str, Callable[[], Awaitable[Any]]] = {}
            for name, contender in contenders.all().items():
                call = await open_ones.enter_async_context(contender())
                works[name] = lambda call=call: asyncio.gather(*(call(one) for one in MANY))
            return await race(works, 15)

    shown("50 calls at once", asyncio.run(main()))


def test_decoding_ten_thousand_devices():
    body = devices(DEVICES)
    times = []
    for _ in range(60):
        began = time.process_time()
        decode(body, DevicePage, action="")
        times.append((time.process_time() - began) * 1000)
    say(f"decoding 10,000 devices ({len(body)} bytes): best {min(times):.1f} ms")
    assert min(times) <= 15
