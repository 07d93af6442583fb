"""Everything that can go wrong on the way ends each call in a result or in one typed error."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest

from ivcdesk.api import (
    AuthError,
    CloudClient,
    ConnectError,
    Credential,
    HttpStatusError,
    InternalError,
    IvcError,
    LinkError,
    NotFound,
    RateLimited,
    ResponseError,
    TimeLimitError,
)
from ivcdesk.api.actions import (
    Action,
    ControlDevicePTZ,
    DescribeOrganization,
    ListDevices,
    OrganizationId,
)
from ivcdesk.simulator.server import Simulator
from tests.api.mischief import SECONDS, Mischief
from tests.api.recording import recording_server, says
from tests.api.reference import action_classes

READS = DescribeOrganization()
LIST = ListDevices(organization_id=OrganizationId("0"), is_contain_sub_level=True)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr("ivcdesk.api.retry.FIRST_PAUSE", 0.001)
    monkeypatch.setattr("ivcdesk.api.retry.THROTTLED_PAUSE", 0.001)


@pytest.fixture
def shorten(monkeypatch):
    """``shorten(seconds)`` makes every action's budget as short as that."""

    def apply(seconds: float) -> None:
        for kind in action_classes().values():
            monkeypatch.setattr(kind, "seconds", seconds)

    return apply


def cloud(scene, **options) -> None:
    """Run a scene on a small simulated cloud; nothing may be left unhandled."""

    async def main() -> None:
        problems: list[dict[str, Any]] = []
        asyncio.get_running_loop().set_exception_handler(lambda _, what: problems.append(what))
        async with Simulator("fleet", 1, devices=6, **options) as simulator:
            key = Credential(simulator.secret_id, simulator.secret_key)
            async with CloudClient(key, simulator.region, simulator.endpoint) as client:
                await scene(simulator, client)
        gc.collect()
        assert not problems

    asyncio.run(main())


def jog_of(simulator: Simulator) -> ControlDevicePTZ:
    world = simulator.cloud.world
    channel = next(
        channel
        for device in world.devices.values()
        for channel in world.channels(device)
        if channel.online and device.region == simulator.region
    )
    return ControlDevicePTZ(channel_id=channel.channel_id, type="left", speed=1)


@pytest.mark.parametrize(
    ("fault", "reads", "writes"),
    [
        ({"kind": "error"}, InternalError, InternalError),
        ({"kind": "error", "code": "ResourceNotFound"}, NotFound, NotFound),
        ({"kind": "throttle"}, RateLimited, RateLimited),
        ({"kind": "http500"}, HttpStatusError, HttpStatusError),
        ({"kind": "drop"}, LinkError, LinkError),
        ({"kind": "reset"}, LinkError, LinkError),
        ({"kind": "truncate", "bytes": 10}, LinkError, LinkError),
        ({"kind": "garbage"}, ResponseError, ResponseError),
        ({"kind": "latency", "seconds": 5}, TimeLimitError, TimeLimitError),
        ({"kind": "stall"}, TimeLimitError, TimeLimitError),
        ({"kind": "expire"}, AuthError, AuthError),
    ],
    ids=lambda value: value.get("kind") if isinstance(value, dict) else None,
)
def test_what_never_heals_ends_in_one_typed_error(shorten, fault, reads, writes):
    if reads is TimeLimitError:
        shorten(SECONDS)

    async def scene(simulator: Simulator, client: CloudClient):
        simulator.faults.arm([{"action": "*", **fault}])
        for action, kind in ((READS, reads), (jog_of(simulator), writes)):
            with pytest.raises(IvcError) as caught:
                await client.call(action)
            assert isinstance(caught.value, kind)
            assert caught.value.action == action.action_name
        simulator.faults.clear()
        assert (await client.call(READS)).data

    cloud(scene)


@pytest.mark.parametrize(
    "kind", ["error", "throttle", "http500", "drop", "reset", "truncate", "stall"]
)
def test_what_heals_is_not_noticed_by_who_reads(shorten, kind):
    if kind == "stall":
        shorten(4 * SECONDS)

    async def scene(simulator: Simulator, client: CloudClient):
        fault = {
            "kind": kind,
            "action": "*",
            "count": 1,
            "bytes": None if kind == "throttle" else 9,
        }
        simulator.faults.arm([fault])
        assert (await client.call(LIST)).data
        assert client.journal.entries[-1].attempts == 2

    cloud(scene)


def test_a_clock_that_is_ten_minutes_off_is_corrected():
    async def scene(simulator: Simulator, client: CloudClient):
        for skew in (600, -600):
            simulator.cloud.clock.skew = skew
            await client.call(jog_of(simulator))
            assert client.clock.offset == pytest.approx(skew, abs=3)
            assert client.journal.entries[-1].attempts == 2
            await client.call(READS)
            assert client.journal.entries[-1].attempts == 1

    cloud(scene)


def test_a_cloud_that_goes_and_comes_back_is_found_again():
    async def scene(simulator: Simulator, client: CloudClient):
        await client.call(READS)
        port = int(simulator.endpoint.rpartition(":")[2])
        await simulator.stop()
        with pytest.raises((ConnectError, LinkError)):
            await client.call(READS)
        simulator._port = port
        await simulator.start()
        await client.call(READS)

    cloud(scene)


def nulls(value: Any) -> Any:
    """Make every leaf null."""
    if isinstance(value, dict):
        return {name: nulls(item) for name, item in value.items()}
    return [nulls(item) for item in value] if isinstance(value, list) else None


def turned(value: Any) -> Any:
    """Make every leaf another type."""
    if isinstance(value, dict):
        return {name: turned(item) for name, item in value.items()}
    if isinstance(value, list):
        return [turned(item) for item in value]
    if isinstance(value, str):
        return 7
    return {"unexpected": value} if isinstance(value, bool) else str(value)


@pytest.mark.parametrize("bend", [nulls, turned])
def test_nulls_and_wrong_types_everywhere(bend):
    answer = {
        "Response": {
            "Data": [
                {"DeviceId": "d", "Status": 1, "Name": "n", "ChannelNum": 2, "Surprise": True}
            ],
            "TotalCount": 1,
            "RequestId": "r",
        }
    }

    async def scene():
        async with (
            recording_server() as server,
            CloudClient(Credential("a", "b"), "ap-shanghai", server.endpoint) as client,
        ):
            server.reply = says(bend(answer))
            page = await client.call(LIST)
            assert len(page.data) == 1
            assert page.data[0].device_id == ("7" if bend is turned else "")

    asyncio.run(scene())


def test_the_limit_is_never_provoked_however_much_is_asked_at_once():
    async def scene(simulator: Simulator, client: CloudClient):
        actions: list[Action[Any]] = [READS] * 70
        await asyncio.gather(*(client.call(action) for action in actions))
        assert {entry.code for entry in client.journal.entries} == {None}
        assert {entry.attempts for entry in client.journal.entries} == {1}

    cloud(scene)


def test_random_faults_leave_nothing_behind(shorten):
    shorten(SECONDS)

    async def scene(simulator: Simulator, _client: CloudClient):
        mischief = Mischief(simulator)
        ends = [end for seed in range(25) for end in await mischief.sequence(seed)]
        assert "answered" in ends
        assert "cancelled" in ends
        assert len(set(ends)) > 4

    cloud(scene)
