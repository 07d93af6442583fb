"""One call from end to end against a server that records: sending, refusals, retries, ends."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import time
from email.utils import formatdate

import pytest
from aiohttp import web

from ivcdesk.api import (
    AuthError,
    CloudClient,
    ConnectError,
    Credential,
    ExpiredCredential,
    HttpStatusError,
    InvalidArgument,
    IvcError,
    LinkError,
    NotFound,
    RateLimited,
    ResponseError,
    TimeLimitError,
)
from ivcdesk.api.actions import (
    ChannelId,
    ControlDevicePTZ,
    DescribeOrganization,
    DeviceStatus,
    ListDevices,
    OrganizationId,
)
from tests.api.recording import Server, answers, hangs_up, never, recording_server, refuses, says

ROOT = OrganizationId("0")
JOG = ControlDevicePTZ(channel_id=ChannelId("c-1"), type="left", speed=4)


def client_of(server: Server, **options) -> CloudClient:
    return CloudClient(Credential("AKID1", "key"), "ap-shanghai", server.endpoint, **options)


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch):
    monkeypatch.setattr("ivcdesk.api.retry.FIRST_PAUSE", 0.001)
    monkeypatch.setattr("ivcdesk.api.retry.THROTTLED_PAUSE", 0.001)


def test_a_call_sends_its_parameters_and_reads_its_result():
    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.reply = answers(Data=[{"DeviceId": "d1", "Status": 1}], TotalCount=1)
            page = await client.call(ListDevices(organization_id=ROOT, page_size=20))
            assert page.data[0].status is DeviceStatus.ONLINE
            assert page.request_id == "r-1"
            sent = server.received[0]
            assert sent.parameters == {"OrganizationId": "0", "PageSize": 20}
            assert sent.headers["x-tc-version"] == "2023-05-17"
            assert sent.headers["x-tc-region"] == "ap-shanghai"
            assert "x-tc-token" not in sent.headers
            await client.call(JOG, region="ap-beijing")
            assert server.received[1].headers["x-tc-region"] == "ap-beijing"
            assert len(server.connections) == 1

    asyncio.run(scene())


def test_a_token_is_sent_and_an_ended_credential_is_not():
    async def scene():
        async with recording_server() as server:
            credential = Credential("AKID1", "key", "tok", expires=time.time() + 600)
            async with CloudClient(credential, "ap-shanghai", server.endpoint) as client:
                await client.call(DescribeOrganization())
                assert server.received[0].headers["x-tc-token"] == "tok"
                client.credential = Credential("AKID1", "key", "tok", expires=time.time() - 1)
                with pytest.raises(ExpiredCredential):
                    await client.call(DescribeOrganization())
                assert len(server.received) == 1

    asyncio.run(scene())


def test_a_refusal_carries_code_message_action_and_request_id():
    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.reply = refuses("ResourceNotFound.DeviceNotExist", "gone")
            with pytest.raises(NotFound) as caught:
                await client.call(JOG)
            error = caught.value
            assert error.code == "ResourceNotFound.DeviceNotExist"
            assert (error.action, error.request_id) == ("ControlDevicePTZ", "r-2")
            assert str(error) == "ResourceNotFound.DeviceNotExist: gone"
            entry = client.journal.entries[-1]
            assert (entry.code, entry.request_id) == (error.code, "r-2")

    asyncio.run(scene())


@pytest.mark.parametrize(
    "trouble",
    [refuses("InternalError.X"), refuses("RequestLimitExceeded"), says(b"", status=502), hangs_up],
)
def test_a_reading_action_is_tried_again_and_a_writing_one_is_not(trouble):
    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.script.extend([trouble, trouble])
            await client.call(DescribeOrganization())
            assert len(server.received) == 3
            assert client.journal.entries[-1].attempts == 3
            server.script.append(trouble)
            with pytest.raises(IvcError) as caught:
                await client.call(JOG)
            assert len(server.received) == 4
            assert caught.value.action == "ControlDevicePTZ"

    asyncio.run(scene())


@pytest.mark.parametrize("ahead", ["0", "date", "soon"])
def test_the_pause_that_an_answer_asks_for_is_kept_where_it_can_be_read(ahead, monkeypatch):
    pauses: list[float] = []

    def heard(error, **options):
        pauses.append(options["retry_after"])

    monkeypatch.setattr("ivcdesk.api.client.pause_before_retry", heard)
    now = time.time()
    header = {"0": "0", "date": formatdate(now + 7, usegmt=True), "soon": "soon"}[ahead]

    async def scene():
        async with recording_server() as server, client_of(server) as client:
            headers = {"Retry-After": header, "Date": formatdate(now, usegmt=True)}
            server.reply = says(b"", status=503, headers=headers)
            with pytest.raises(HttpStatusError):
                await client.call(DescribeOrganization())
        assert pauses == [{"0": 0.0, "date": 7.0, "soon": None}[ahead]]

    asyncio.run(scene())


def test_retries_end():
    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.reply = refuses("RequestLimitExceeded.UinLimitExceeded")
            with pytest.raises(RateLimited):
                await client.call(DescribeOrganization())
            assert len(server.received) == 4

    asyncio.run(scene())


def test_nobody_listening_is_a_connect_error_that_did_not_arrive():
    async def scene():
        async with recording_server() as server:
            endpoint = server.endpoint
        async with CloudClient(Credential("a", "b"), "ap-shanghai", endpoint) as client:
            with pytest.raises(ConnectError) as caught:
                await client.call(JOG)
            assert not caught.value.arrived
            assert client.journal.entries[-1].code == "ConnectError"
            assert client.journal.entries[-1].attempts == 4

    asyncio.run(scene())


def test_a_silent_server_ends_the_call_within_its_time(monkeypatch):
    monkeypatch.setattr(ControlDevicePTZ, "seconds", 0.05)

    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.reply = never
            with pytest.raises(TimeLimitError) as caught:
                await client.call(JOG)
            assert caught.value.arrived

    asyncio.run(scene())


def test_a_broken_link_may_have_arrived():
    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.reply = hangs_up
            with pytest.raises(LinkError) as caught:
                await client.call(JOG)
            assert caught.value.arrived

    asyncio.run(scene())


@pytest.mark.parametrize("body", [b"<html>", b"", b"[]", b'{"Response":null}', b"\xff\xfe{"])
def test_garbage_is_a_response_error(body):
    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.reply = says(body)
            with pytest.raises(ResponseError) as caught:
                await client.call(DescribeOrganization())
            assert caught.value.action == "DescribeOrganization"

    asyncio.run(scene())


def test_a_status_without_a_reason_and_one_with():
    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.script.append(says(b"no", status=404))
            with pytest.raises(HttpStatusError) as caught:
                await client.call(DescribeOrganization())
            assert caught.value.status == 404
            server.script.append(refuses("AuthFailure.SecretIdNotFound", status=401))
            with pytest.raises(AuthError):
                await client.call(DescribeOrganization())

    asyncio.run(scene())


def test_a_wrong_clock_is_corrected_and_the_call_sent_once_more():
    async def late(request: web.Request) -> web.StreamResponse:
        date = formatdate(time.time() + 600, usegmt=True)
        stamped = abs(int(request.headers["x-tc-timestamp"]) - time.time() - 600) < 5
        reply = answers() if stamped else refuses("AuthFailure.SignatureExpire")
        response = await reply(request)
        response.headers["Date"] = date
        return response

    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.reply = late
            await client.call(JOG)
            assert len(server.received) == 2
            assert client.clock.known
            assert client.clock.offset == pytest.approx(600, abs=2)
            server.reply = refuses("AuthFailure.SignatureExpire")
            with pytest.raises(AuthError):
                await client.call(JOG)
            assert len(server.received) == 4

    asyncio.run(scene())


def test_a_cancelled_call_leaves_nothing_behind():
    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.reply = never
            call = asyncio.create_task(client.call(JOG))
            await server.arrival.wait()
            call.cancel()
            with pytest.raises(asyncio.CancelledError):
                await call
            assert client.journal.entries[-1].code == "CancelledError"
            server.reply = answers()
            await client.call(JOG)
            assert client.pacing.used("ap-shanghai") == 2

    asyncio.run(scene())


def test_device_bound_calls_of_one_channel_are_never_in_flight_together():
    flying: dict[str, int] = {}
    most: dict[str, int] = {}

    async def slow(request: web.Request) -> web.StreamResponse:
        channel = (await request.json())["ChannelId"]
        flying[channel] = flying.get(channel, 0) + 1
        most[channel] = max(most.get(channel, 0), flying[channel])
        await asyncio.sleep(0.01)
        flying[channel] -= 1
        return await answers()(request)

    async def scene():
        async with recording_server() as server, client_of(server) as client:
            server.reply = slow
            jogs = [
                ControlDevicePTZ(channel_id=ChannelId(f"c-{number % 2}"), type="up", speed=1)
                for number in range(8)
            ]
            await asyncio.gather(*(client.call(jog) for jog in jogs))
            assert most == {"c-0": 1, "c-1": 1}

    asyncio.run(scene())


def test_a_closed_client_refuses():
    async def scene():
        async with recording_server() as server:
            client = client_of(server)
            await client.call(JOG)
            await client.aclose()
            await client.aclose()
            with pytest.raises(ConnectError):
                await client.call(JOG)

    asyncio.run(scene())


def test_connecting_ahead_saves_the_first_call_a_connection():
    async def scene():
        async with recording_server() as server, client_of(server) as client:
            await client.connect()
            await client.call(JOG)
            assert client.journal.entries[-1].connect_ms == 0

    asyncio.run(scene())


@pytest.mark.parametrize(
    "endpoint", ["", "ftp://x", "https://", "https://h/path", "http://a b", "https://h:99999"]
)
def test_an_endpoint_that_is_no_address_is_refused(endpoint):
    with pytest.raises(InvalidArgument):
        CloudClient(Credential("a", "b"), "ap-shanghai", endpoint)


def test_a_bare_host_means_https():
    client = CloudClient(Credential("a", "b"), "ap-shanghai", "iss.tencentcloudapi.com")
    assert client.endpoint == "https://iss.tencentcloudapi.com"


def test_importing_the_room_does_not_import_httpx():
    code = "import ivcdesk.api, ivcdesk.api.actions, sys; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
