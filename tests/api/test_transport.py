"""Connections: kept, encrypted, multiplexed, through proxies, and never left behind."""

from __future__ import annotations

import asyncio
import gc
import gzip
import zlib

import pytest

from ivcdesk.api import (
    DIRECT,
    CloudClient,
    ConnectError,
    Credential,
    InvalidArgument,
    LinkError,
    ProxyError,
    ResponseError,
    TlsError,
    TransportError,
)
from ivcdesk.api.actions import (
    ChannelId,
    ControlDevicePTZ,
    DescribeDomain,
    DescribeOrganization,
)
from ivcdesk.api.proxies import is_loopback, system_proxy
from ivcdesk.api.transport import shared_context
from tests.api.authority import Authority
from tests.api.links import http2_server, http_proxy, listening, socks_proxy
from tests.api.recording import answers, hangs_up, recording_server, says

KEY = Credential("AKID1", "key")
JOG = ControlDevicePTZ(channel_id=ChannelId("c-1"), type="left", speed=4)


@pytest.fixture(scope="session")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(autouse=True)
def _quick(monkeypatch):
    monkeypatch.setattr("ivcdesk.api.retry.FIRST_PAUSE", 0.001)


@pytest.fixture(autouse=True)
def _no_system_proxy(monkeypatch):
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def test_tls_is_verified_against_the_given_authority(authority):
    async def scene():
        async with recording_server(authority.server_context()) as server:
            trusted = authority.client_context()
            async with CloudClient(KEY, "ap-shanghai", server.endpoint, tls=trusted) as client:
                await client.call(JOG)
            async with CloudClient(KEY, "ap-shanghai", server.endpoint) as client:
                with pytest.raises(TlsError) as caught:
                    await client.call(DescribeOrganization())
                assert not caught.value.arrived
                assert client.journal.entries[-1].attempts == 1
                assert client.journal.entries[-1].code == "TlsError"
            assert len(server.received) == 1

    asyncio.run(scene())


def test_fifty_calls_at_once_share_one_connection_of_http2(authority):
    async def scene():
        connections: list[int] = []
        talk = http2_server(connections, b'{"Response":{"RequestId":"r"}}')
        async with listening(talk, authority.server_context(["h2"])) as port:
            endpoint = f"https://127.0.0.1:{port}"
            tls = authority.client_context()
            async with CloudClient(KEY, "ap-shanghai", endpoint, tls=tls) as client:
                await client.connect()
                regions = ("ap-shanghai", "ap-beijing", "ap-guangzhou")
                kinds = (DescribeOrganization(), DescribeDomain())
                left: list[int] = []
                calls = [
                    client.call(
                        kinds[n % 2], region=regions[n % 3], on_left=lambda n=n: left.append(n)
                    )
                    for n in range(50)
                ]
                await asyncio.gather(*calls)
                assert connections == [51]
                assert sorted(left) == list(range(50))

    asyncio.run(scene())


def test_a_connection_is_kept_and_one_that_was_closed_is_made_anew():
    async def scene():
        async with (
            recording_server() as server,
            CloudClient(KEY, "ap-shanghai", server.endpoint) as client,
        ):
            await client.call(JOG)
            await client.call(JOG)
            assert len(server.connections) == 1
            server.script.append(hangs_up)
            with pytest.raises(LinkError):
                await client.call(JOG)
            await client.call(JOG)
            assert client.journal.entries[-1].connect_ms > 0

    asyncio.run(scene())


def test_connecting_ahead_happens_once_while_a_connection_is_fresh():
    async def scene():
        reached: list[str] = []
        async with (
            listening(http_proxy(reached, refuses=405)) as port,
            CloudClient(KEY, "ap-shanghai", f"http://127.0.0.1:{port}") as client,
        ):
            await client.connect()
            await client.connect()
            assert reached == ["OPTIONS /"]
        async with CloudClient(KEY, "ap-shanghai", f"http://127.0.0.1:{port}") as client:
            with pytest.raises(ConnectError):
                await client.connect()

    asyncio.run(scene())


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("kind", ["http", "https", "socks5"])
def test_an_explicit_proxy_is_used(authority, kind, scheme):
    async def scene():
        seen: list[str] = []
        talk = socks_proxy(seen) if kind == "socks5" else http_proxy(seen)
        tls = authority.server_context() if scheme == "https" else None
        guard = authority.server_context() if kind == "https" else None
        async with recording_server(tls) as server, listening(talk, guard) as port:
            client = CloudClient(
                KEY,
                "ap-shanghai",
                server.endpoint,
                proxy=f"{kind}://127.0.0.1:{port}",
                tls=authority.client_context(),
            )
            async with client:
                await client.call(JOG)
            host = server.endpoint.partition("//")[2]
            by_http = f"CONNECT {host}" if scheme == "https" else f"POST http://{host}/"
            assert seen == [host if kind == "socks5" else by_http]
            assert server.received[0].headers["host"] == host

    asyncio.run(scene())


@pytest.mark.parametrize("kind", ["http", "socks5"])
def test_a_proxy_that_refuses_is_told_and_its_password_is_not(authority, kind):
    async def scene():
        seen: list[str] = []
        by_http = kind == "http"
        talk = http_proxy(seen, refuses=407) if by_http else socks_proxy(seen, refuses=True)
        async with listening(talk) as port:
            proxy = f"{kind}://someone:hush@127.0.0.1:{port}"
            endpoint = "https://iss.example.test"
            async with CloudClient(KEY, "ap-shanghai", endpoint, proxy=proxy) as client:
                with pytest.raises(TransportError) as caught:
                    await client.call(DescribeOrganization())
                assert isinstance(caught.value, ProxyError)
                assert not caught.value.arrived
                assert "hush" not in f"{caught.value!r}{caught.value}"

    asyncio.run(scene())


def test_a_proxy_that_is_not_there_is_told_from_a_cloud_that_is_not_there():
    async def scene():
        async with listening(http_proxy([])) as port:
            pass
        proxy = f"http://127.0.0.1:{port}"
        async with CloudClient(KEY, "ap-shanghai", "https://a.test", proxy=proxy) as client:
            with pytest.raises(ProxyError):
                await client.call(JOG)

    asyncio.run(scene())


def test_the_system_proxy_serves_all_but_this_machine(monkeypatch):
    monkeypatch.setenv("https_proxy", "proxy.test:3128")
    monkeypatch.setenv("no_proxy", "inside.test")
    assert system_proxy("https://iss.tencentcloudapi.com") == "http://proxy.test:3128"
    assert system_proxy("https://a.inside.test") is None
    assert system_proxy("https://127.0.0.1:99") is None
    assert system_proxy("http://iss.tencentcloudapi.com") is None
    monkeypatch.setenv("all_proxy", "socks://proxy.test:1080")
    assert system_proxy("http://iss.tencentcloudapi.com") == "socks5://proxy.test:1080"


@pytest.mark.parametrize("setting", ["http://someone:hush@proxy:none", "gopher://a", "http://"])
def test_a_system_proxy_that_is_none_is_told(monkeypatch, setting):
    monkeypatch.setenv("https_proxy", setting)

    async def scene():
        async with CloudClient(KEY, "ap-shanghai", "https://iss.example.test") as client:
            with pytest.raises(ProxyError) as caught:
                await client.call(JOG)
            assert "hush" not in str(caught.value)

    asyncio.run(scene())


def test_a_loopback_endpoint_ignores_the_system_proxy(monkeypatch):
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")

    async def scene():
        async with recording_server() as server:
            async with CloudClient(KEY, "ap-shanghai", server.endpoint) as client:
                await client.call(JOG)
            async with CloudClient(KEY, "ap-shanghai", server.endpoint, proxy=DIRECT) as client:
                await client.call(JOG)

    asyncio.run(scene())


@pytest.mark.parametrize("proxy", ["ftp://x", "x:1", "http://", "socks4://a:1", ""])
def test_what_is_no_proxy_is_refused(proxy):
    with pytest.raises(InvalidArgument):
        CloudClient(KEY, "ap-shanghai", proxy=proxy)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        ("localhost", True),
        ("a.localhost", True),
        ("127.1.2.3", True),
        ("::1", True),
        ("10.0.0.1", False),
        ("localhost.example.com", False),
    ],
)
def test_what_this_machine_is(host, local):
    assert is_loopback(host) is local


def test_there_is_one_context_for_all_clients():
    assert shared_context() is shared_context()


BODY = b'{"Response":{"RequestId":"packed"}}'


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("gzip", gzip.compress(BODY, mtime=0)),
        ("GZIP", gzip.compress(BODY, mtime=0)),
        ("deflate", zlib.compress(BODY)),
        ("identity", BODY),
    ],
    ids=["gzip", "GZIP", "deflate", "identity"],
)
def test_packed_answers_are_unpacked(packing, body):
    async def scene():
        async with (
            recording_server() as server,
            CloudClient(KEY, "ap-shanghai", server.endpoint) as client,
        ):
            server.reply = says(body, headers={"Content-Encoding": packing})
            assert (await client.call(JOG)).request_id == "packed"
            assert server.received[0].headers["accept-encoding"] == "gzip"

    asyncio.run(scene())


@pytest.mark.parametrize(
    ("packing", "body"),
    [
        ("gzip", b"not packed at all"),
        ("gzip", gzip.compress(BODY, mtime=0)[:-9]),
        ("br", BODY),
        ("gzip", gzip.compress(b"x" * 100_000, mtime=0)),
        ("identity", b"x" * 100_000),
    ],
    ids=["not packed", "cut short", "unknown packing", "large once unpacked", "large"],
)
def test_answers_that_are_badly_packed_or_too_large_are_refused(monkeypatch, packing, body):
    monkeypatch.setattr("ivcdesk.api.transport.LARGEST_ANSWER", 50_000)

    async def scene():
        async with (
            recording_server() as server,
            CloudClient(KEY, "ap-shanghai", server.endpoint) as client,
        ):
            server.reply = says(body, headers={"Content-Encoding": packing})
            with pytest.raises(ResponseError):
                await client.call(JOG)
            server.reply = answers()
            await client.call(JOG)

    asyncio.run(scene())


def test_a_client_that_is_closed_in_mid_call_ends_the_call():
    async def scene():
        async with recording_server() as server:
            server.reply = hangs_up
            client = CloudClient(KEY, "ap-shanghai", server.endpoint)
            first = asyncio.create_task(client.call(JOG))
            await server.arrival.wait()
            await client.aclose()
            with pytest.raises(TransportError):
                await first

    asyncio.run(scene())


def test_a_client_that_was_never_used_closes_and_nothing_is_left():
    async def scene():
        client = CloudClient(KEY, "ap-shanghai", "http://127.0.0.1:9")
        await client.aclose()
        with pytest.raises(ConnectError):
            await client.call(JOG)
        opening = CloudClient(KEY, "ap-shanghai", "http://127.0.0.1:9")
        call = asyncio.create_task(opening.call(JOG))
        await asyncio.sleep(0)
        call.cancel()
        await asyncio.wait([call])
        await opening.aclose()
        assert len(asyncio.all_tasks()) == 1

    asyncio.run(scene())
    gc.collect()


def test_all_this_works_in_the_loop_of_the_window(aio, authority):
    async def scene():
        async with recording_server(authority.server_context()) as server:
            tls = authority.client_context()
            async with CloudClient(KEY, "ap-shanghai", server.endpoint, tls=tls) as client:
                await client.connect()
                await client.call(JOG)
                assert client.journal.entries[-1].connect_ms == 0

    aio(scene())
