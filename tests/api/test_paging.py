"""Listings as streams: page after page, the next one ahead, nothing left when one leaves."""

from __future__ import annotations

import asyncio
from contextlib import aclosing

import pytest
from aiohttp import web

from ivcdesk.api import CloudClient, Credential, NotFound, items, pages
from ivcdesk.api.actions import ListDevices, ListGateways, ListTasks, OrganizationId
from tests.api.recording import Server, answers, recording_server, refuses

DEVICES = ListDevices(organization_id=OrganizationId("0"))


def listing(count: int, *, total: bool = True, nested: str | None = None, key: str = "DeviceId"):
    async def reply(request: web.Request) -> web.StreamResponse:
        asked = await request.json()
        begin = (asked["PageNumber"] - 1) * asked["PageSize"]
        numbers = range(begin, min(begin + asked["PageSize"], count))
        found = [{key: f"d{number}"} for number in numbers]
        counted = {"TotalCount": count} if total else {}
        if nested:
            return await answers(Data={nested: found, **counted})(request)
        return await answers(Data=found, **counted)(request)

    return reply


def run(scene):
    async def main():
        async with (
            recording_server() as server,
            CloudClient(Credential("a", "b"), "ap-shanghai", server.endpoint) as client,
        ):
            await scene(server, client)
            assert not [task for task in asyncio.all_tasks() if "fetch" in repr(task)]

    asyncio.run(main())


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 35])
@pytest.mark.parametrize("total", [True, False])
def test_every_item_comes_once_and_in_order(count, total):
    async def scene(server: Server, client: CloudClient):
        server.reply = listing(count, total=total)
        found = [device.device_id async for device in items(client, DEVICES, page_size=10)]
        assert found == [f"d{number}" for number in range(count)]
        # Where the total isn't told, only a page that is not full shows the end.
        full = count > 0 and count % 10 == 0
        assert len(server.received) == max(1, -(-count // 10)) + (full and not total)

    run(scene)


def test_listings_inside_structures_are_found():
    async def scene(server: Server, client: CloudClient):
        server.reply = listing(5, nested="List", key="GatewayId")
        found = [one.gateway_id async for one in items(client, ListGateways(), page_size=2)]
        assert found == ["d0", "d1", "d2", "d3", "d4"]
        server.reply = listing(3, nested="List", key="TaskId")
        assert len([one async for one in items(client, ListTasks(), page_size=2)]) == 3

    run(scene)


def test_the_next_page_is_under_way_while_one_is_read():
    async def scene(server: Server, client: CloudClient):
        server.reply = listing(30)
        stream = pages(client, DEVICES, page_size=10)
        async with aclosing(stream):
            assert len(await anext(stream)) == 10
            while len(server.received) < 2:  # noqa: ASYNC110 - the server has no event per request
                await asyncio.sleep(0.001)
        assert len(server.received) == 2

    run(scene)


def test_a_listing_begins_where_it_is_told_to():
    async def scene(server: Server, client: CloudClient):
        server.reply = listing(25)
        second = ListDevices(organization_id=OrganizationId("0"), page_number=2)
        found = [device.device_id async for device in items(client, second, page_size=10)]
        assert found[0] == "d10"
        assert len(found) == 15

    run(scene)


def test_leaving_early_or_failing_leaves_nothing():
    async def scene(server: Server, client: CloudClient):
        server.reply = listing(100)
        async with aclosing(items(client, DEVICES, page_size=10)) as stream:
            async for device in stream:
                if device.device_id == "d3":
                    break
        server.script.append(listing(100))
        server.reply = refuses("ResourceNotFound.OrganizationIdNotExist")
        found = []

        async def read_all() -> None:
            async for page in pages(client, DEVICES, page_size=10):
                found.extend(page)

        with pytest.raises(NotFound):
            await read_all()
        assert len(found) == 10

    run(scene)
