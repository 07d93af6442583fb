"""Every call is written down: bounded, complete, and without secrets."""

from __future__ import annotations

import asyncio

import pytest

from ivcdesk.api import Call, CloudClient, Credential, Journal, NotFound, Priority
from ivcdesk.api.actions import (
    AccessProtocol,
    AddRecordPlan,
    AddUserDevice,
    ChannelId,
    ChannelOfDevice,
    ClusterId,
    ControlDevicePTZ,
    DescribeOrganization,
    DeviceType,
    LifeCycle,
    OrganizationId,
)
from ivcdesk.api.masking import LONGEST_LIST, masked
from tests.api.recording import recording_server, refuses

CALL = Call(1, 0.0, "A", "r", None, "", {"Secret": "x"})


def run(scene):
    async def main():
        async with (
            recording_server() as server,
            CloudClient(Credential("a", "b"), "ap-shanghai", server.endpoint) as client,
        ):
            await scene(server, client)

    asyncio.run(main())


def test_an_entry_tells_sizes_and_times():
    async def scene(_server, client: CloudClient):
        await client.call(ControlDevicePTZ(channel_id=ChannelId("c"), type="up", speed=2))
        await client.call(DescribeOrganization(), region="ap-beijing", priority=Priority.BACKGROUND)
        first, second = client.journal.entries
        assert (first.number, second.number) == (1, 2)
        assert (first.action, first.region) == ("ControlDevicePTZ", "ap-shanghai")
        assert (second.action, second.region) == ("DescribeOrganization", "ap-beijing")
        assert first.code is None
        assert first.request_id == "r-1"
        assert first.parameters == {"ChannelId": "c", "Type": "up", "Speed": 2}
        assert first.sent_bytes == len('{"ChannelId":"c","Type":"up","Speed":2}')
        assert first.received_bytes > 0
        assert first.connect_ms > 0
        assert second.connect_ms == 0
        parts = first.queue_ms + first.connect_ms + first.wait_ms + first.decode_ms
        assert parts <= first.total_ms

    run(scene)


def test_secrets_among_the_parameters_are_masked():
    async def scene(_server, client: CloudClient):
        await client.call(
            AddUserDevice(
                name="Gate",
                access_protocol=AccessProtocol.GB28181,
                type=DeviceType.IPC,
                organization_id=OrganizationId("1"),
                cluster_id=ClusterId("n"),
                password="hunter22",
            )
        )
        entry = client.journal.entries[0]
        assert entry.parameters["Password"] == "•••"
        assert "hunter22" not in repr(entry) + repr(entry.parameters)

    run(scene)


def test_long_lists_are_not_kept_whole():
    channels = [ChannelOfDevice(device_id="d", channel_id=f"c-{n}") for n in range(5000)]
    plan = AddRecordPlan(
        plan_name="p", template_id="t", life_cycle=LifeCycle(transition=7), channels=channels
    )
    shown = masked(plan)["Channels"]
    assert len(shown) == LONGEST_LIST + 1
    assert shown[0] == {"DeviceId": "d", "ChannelId": "c-0"}
    assert shown[-1] == "… 5000 in all"


def test_a_failed_call_is_written_down_with_its_code():
    async def scene(server, client: CloudClient):
        server.reply = refuses("ResourceNotFound.ChannelNotExist")
        with pytest.raises(NotFound):
            await client.call(ControlDevicePTZ(channel_id=ChannelId("c"), type="up", speed=2))
        assert client.journal.entries[0].code == "ResourceNotFound.ChannelNotExist"

    run(scene)


def test_the_journal_is_bounded_and_keeps_the_newest():
    journal = Journal(size=3)
    for _ in range(5):
        journal.add(CALL)
    assert len(journal.entries) == 3
    assert [journal.next_number() for _ in range(2)] == [1, 2]


def test_listeners_hear_until_they_unsubscribe_and_may_fail():
    async def scene():
        journal, heard, problems = Journal(), [], []
        asyncio.get_running_loop().set_exception_handler(
            lambda _loop, problem: problems.append(problem["exception"])
        )

        def fails(_call: Call) -> None:
            raise KeyError("mine")

        journal.subscribe(fails)
        unsubscribe = journal.subscribe(heard.append)
        journal.add(CALL)
        unsubscribe()
        unsubscribe()
        journal.add(CALL)
        assert heard == [CALL]
        assert [type(problem) for problem in problems] == [KeyError, KeyError]

    asyncio.run(scene())
