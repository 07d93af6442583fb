"""What differs between accounts: rights, regions, endpoints, and credentials that end."""

from __future__ import annotations

import asyncio
import time

import pytest

from ivcdesk.api import (
    ENDPOINTS,
    REGIONS,
    AuthError,
    CloudClient,
    Credential,
    ExpiredCredential,
    InvalidArgument,
    LinkError,
    ServiceError,
)
from ivcdesk.api.actions import (
    AddUserDevice,
    ChannelId,
    ControlDevicePTZ,
    DescribeDeviceChannel,
    DescribeDeviceRegion,
    DescribeOrganization,
    DescribeUserDevice,
    DeviceId,
    ListAITasks,
    ListDevices,
    OrganizationId,
    RefreshDeviceChannel,
)
from tests.api.recording import answers, hangs_up, recording_server, refuses
from tests.api.reference import needs_reference, spec

SHANGHAI, BEIJING = "ap-shanghai", "ap-beijing"
JOG = ControlDevicePTZ(channel_id=ChannelId("c-1"), type="left", speed=4)


def run(scene, **options):
    async def main():
        async with (
            recording_server() as server,
            CloudClient(Credential("AKID1", "key"), SHANGHAI, server.endpoint, **options) as client,
        ):
            await scene(server, client)

    asyncio.run(main())


@pytest.mark.parametrize(
    "code",
    [
        "InvalidAction",
        "ActionOffline",
        "NoSuchVersion",
        "UnsupportedRegion",
        "OperationDenied.NoWhitelist",
        "UnauthorizedOperation",
        "AuthFailure.UnauthorizedOperation",
    ],
)
def test_an_action_that_is_not_offered_is_remembered_until_it_works(code):
    async def scene(server, client: CloudClient):
        changes: list[tuple[str, str]] = []
        client.capabilities.subscribe(lambda action, region: changes.append((action, region)))
        assert client.capabilities.refusal(ListAITasks, SHANGHAI) is None
        server.reply = refuses(code, "not for you")
        for _ in range(2):
            with pytest.raises(ServiceError):
                await client.call(ListAITasks())
        found = client.capabilities.refusal(ListAITasks, SHANGHAI)
        assert found is not None
        assert (found.code, found.request_id) == (code, "r-2")
        assert client.capabilities.refusal(ListAITasks, BEIJING) is None
        assert client.capabilities.refusal(ListDevices, SHANGHAI) is None
        server.reply = answers()
        await client.call(ListAITasks())
        assert client.capabilities.refusal(ListAITasks, SHANGHAI) is None
        assert changes == [("ListAITasks", SHANGHAI)] * 2

    run(scene)


def test_other_failures_say_nothing_about_what_is_offered():
    async def scene(server, client: CloudClient):
        server.script.append(refuses("OperationDenied.NoWhitelist"))
        with pytest.raises(ServiceError):
            await client.call(JOG)
        server.script.append(hangs_up)
        with pytest.raises(LinkError):
            await client.call(JOG)
        assert client.capabilities.refusal(ControlDevicePTZ, SHANGHAI) is not None
        server.script.append(refuses("ResourceNotFound.ChannelNotExist"))
        with pytest.raises(ServiceError):
            await client.call(JOG)
        assert client.capabilities.refusal(ControlDevicePTZ, SHANGHAI) is None

    run(scene)


def test_all_marks_can_be_taken_off():
    async def scene(server, client: CloudClient):
        server.reply = refuses("InvalidAction")
        with pytest.raises(ServiceError):
            await client.call(JOG)
        heard: list[str] = []
        unsubscribe = client.capabilities.subscribe(lambda action, _region: heard.append(action))
        client.capabilities.forget()
        unsubscribe()
        unsubscribe()
        assert heard == ["ControlDevicePTZ"]
        assert client.capabilities.refusal(ControlDevicePTZ, SHANGHAI) is None

    run(scene)


def test_actions_run_in_the_region_of_their_device_once_it_is_known():
    async def scene(server, client: CloudClient):
        async def region_of(action) -> str:
            await client.call(action)
            return server.received[-1].headers["x-tc-region"]

        assert await region_of(JOG) == SHANGHAI
        server.script.append(answers(Data={"DeviceId": "d-1", "Region": BEIJING}))
        await client.call(DescribeUserDevice(device_id=DeviceId("d-1")))
        assert await region_of(RefreshDeviceChannel(device_id=DeviceId("d-1"))) == BEIJING
        channel = {"DeviceId": "d-1", "ChannelId": "c-1", "Region": BEIJING}
        server.script.append(answers(Data=[channel, {"ChannelId": "c-2"}]))
        await client.call(DescribeDeviceChannel(device_id=DeviceId("d-1")))
        assert await region_of(JOG) == BEIJING
        assert await region_of(DescribeOrganization()) == SHANGHAI
        await client.call(JOG, region="ap-guangzhou")
        assert server.received[-1].headers["x-tc-region"] == "ap-guangzhou"

    run(scene)


def test_service_nodes_tell_where_their_devices_live():
    async def scene(server, client: CloudClient):
        server.script.append(answers(Data=[{"Value": "node-1", "Region": BEIJING}]))
        await client.call(DescribeDeviceRegion())
        server.script.append(answers(Data=[{"DeviceId": "d-9", "ClusterId": "node-1"}]))
        await client.call(ListDevices(organization_id=OrganizationId("0")))
        assert client.homes.of(RefreshDeviceChannel(device_id=DeviceId("d-9"))) == BEIJING
        added = AddUserDevice(
            name="n", access_protocol=1, type=1, organization_id="1", cluster_id="node-1"
        )
        assert client.homes.of(added) == BEIJING

    run(scene)


def test_an_ending_credential_is_renewed_once_for_all_who_wait():
    async def scene(server, client: CloudClient):
        await asyncio.gather(*(client.call(DescribeOrganization()) for _ in range(5)))
        assert len(renewals) == 1
        assert {one.headers["x-tc-token"] for one in server.received} == {"second"}
        server.script.append(refuses("AuthFailure.TokenFailure"))
        await client.call(JOG)
        assert len(renewals) == 2

    renewals: list[int] = []

    async def renew() -> Credential:
        renewals.append(1)
        await asyncio.sleep(0.01)
        return Credential("AKID2", "key", "second", expires=time.time() + 3600)

    async def main():
        async with recording_server() as server:
            first = Credential("AKID1", "key", "first", expires=time.time() + 5)
            async with CloudClient(first, SHANGHAI, server.endpoint, renew=renew) as client:
                await scene(server, client)

    asyncio.run(main())


def test_a_renewal_that_fails_matters_only_once_the_credential_has_ended():
    async def renew() -> Credential:
        raise LinkError("no way")

    async def main():
        async with recording_server() as server:
            soon = Credential("AKID1", "key", "first", expires=time.time() + 30)
            async with CloudClient(soon, SHANGHAI, server.endpoint, renew=renew) as client:
                await client.call(JOG)
                client.credential = Credential("AKID1", "key", "first", expires=time.time() - 1)
                with pytest.raises(LinkError):
                    await client.call(JOG)
                assert len(server.received) == 1

    asyncio.run(main())


def test_a_refused_token_without_a_renewal_is_told():
    async def scene(server, client: CloudClient):
        server.reply = refuses("AuthFailure.TokenFailure")
        with pytest.raises(AuthError):
            await client.call(DescribeOrganization())
        assert len(server.received) == 1
        client.credential = Credential("a", "b", "t", expires=1)
        with pytest.raises(ExpiredCredential):
            await client.call(DescribeOrganization())

    run(scene)


@pytest.mark.parametrize("text", ["", "  ", "a b", "schlüssel", "a\nb"])
def test_what_is_no_credential_is_refused_and_not_told(text):
    for values in ((text, "k"), ("i", text)):
        with pytest.raises(InvalidArgument) as caught:
            Credential(*values)
        assert text.strip() == "" or text not in str(caught.value)


def test_white_space_around_pasted_texts_is_dropped():
    assert Credential(" AKID \n", "\tkey ", "  ") == Credential("AKID", "key")


def test_there_are_the_nearest_16_regional_and_2_financial_endpoints():
    assert len([one for one in ENDPOINTS if one.region and not one.financial]) == 16
    assert len([one for one in ENDPOINTS if one.financial]) == 2
    assert ENDPOINTS[0].url == "https://iss.tencentcloudapi.com"


@needs_reference
def test_regions_and_host_are_those_of_the_reference():
    assert sorted(spec()["regions"]) == sorted(REGIONS)
    assert ENDPOINTS[0].url == f"https://{spec()['endpoint']}"


def test_the_wall_around_the_financial_regions_is_kept():
    credential = Credential("a", "b")
    financial = ENDPOINTS[-1]
    CloudClient(credential, financial.region, financial.url)
    with pytest.raises(InvalidArgument):
        CloudClient(credential, SHANGHAI, financial.url)
    with pytest.raises(InvalidArgument):
        CloudClient(credential, financial.region)


def test_what_is_no_region_is_refused():
    with pytest.raises(InvalidArgument):
        CloudClient(Credential("a", "b"), "Shanghai\n")

    async def scene(server, client: CloudClient):
        with pytest.raises(InvalidArgument):
            await client.call(JOG, region="a b")
        assert not server.received

    run(scene)
