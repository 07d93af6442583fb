"""Connections below the pool: whichever address answers, limits of time, and clean ends."""

from __future__ import annotations

import asyncio
import socket
import ssl

import httpcore
import pytest

from ivcdesk.api import sockets
from ivcdesk.api.sockets import BACKLOG, Backend
from tests.api.authority import Authority
from tests.api.links import listening


@pytest.fixture(scope="module")
def authority(tmp_path_factory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while data := await reader.read(65536):
        writer.write(data)
        await writer.drain()


async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await reader.read()


async def goodbye(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"bye")
    await writer.drain()


def run(scene, talk, tls=None):
    async def main():
        async with listening(talk, tls) as port:
            backend = Backend()
            await scene(backend, port)
            await backend.aclose()
            assert not backend.streams
            await asyncio.sleep(0)
            others = asyncio.all_tasks() - {asyncio.current_task()}
            assert not [task for task in others if "sockets" in repr(task)]

    asyncio.run(main())


def test_what_is_sent_arrives():
    async def scene(backend: Backend, port: int):
        stream = await backend.connect_tcp("127.0.0.1", port, timeout=5)
        await stream.write(b"hello", timeout=5)
        assert await stream.read(100, timeout=5) == b"hello"
        assert not stream.get_extra_info("is_readable")
        assert stream.get_extra_info("server_addr") == ("127.0.0.1", port)
        await stream.write(b"", timeout=5)
        await stream.aclose()
        await stream.aclose()
        with pytest.raises(httpcore.WriteError):
            await stream.write(b"more", timeout=5)

    run(scene, echo)


def test_encrypted_and_in_bulk(authority):
    async def scene(backend: Backend, port: int):
        plain = await backend.connect_tcp("localhost", port, timeout=5)
        stream = await plain.start_tls(authority.client_context(), "localhost", timeout=5)
        assert stream.get_extra_info("ssl_object") is not None
        sent = b"0123456789" * (BACKLOG // 4)
        writing = asyncio.create_task(stream.write(sent, timeout=20))
        received = bytearray()
        while len(received) < len(sent):
            received += await stream.read(65536, timeout=20)
        await writing
        assert received == sent

    run(scene, echo, authority.server_context())


def test_an_unknown_authority_is_an_error_and_closes(authority):
    async def scene(backend: Backend, port: int):
        plain = await backend.connect_tcp("127.0.0.1", port, timeout=5)
        with pytest.raises(httpcore.ConnectError):
            await plain.start_tls(ssl.create_default_context(), "127.0.0.1", timeout=5)
        assert not backend.streams

    run(scene, echo, authority.server_context())


def test_a_greeting_that_never_comes_is_given_up(authority):
    async def scene(backend: Backend, port: int):
        plain = await backend.connect_tcp("127.0.0.1", port, timeout=5)
        with pytest.raises(httpcore.ConnectTimeout):
            await plain.start_tls(authority.client_context(), "127.0.0.1", timeout=0.05)
        assert not backend.streams

    run(scene, silence)


def test_limits_of_time_and_the_end():
    async def scene(backend: Backend, port: int):
        stream = await backend.connect_tcp("127.0.0.1", port)
        with pytest.raises(httpcore.ReadTimeout):
            await stream.read(10, timeout=0.01)
        reading = asyncio.create_task(stream.read(10))
        await asyncio.sleep(0)
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading

        async def send_for_ever() -> None:
            while True:
                await stream.write(b"x" * (1 << 20), timeout=0.05)

        with pytest.raises(httpcore.WriteTimeout):
            await send_for_ever()

    run(scene, never_reads)


async def never_reads(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


def test_the_end_of_the_other_side_is_seen():
    async def scene(backend: Backend, port: int):
        stream = await backend.connect_tcp("127.0.0.1", port)
        assert await stream.read(10, timeout=5) == b"bye"
        assert await stream.read(10, timeout=5) == b""
        assert stream.get_extra_info("is_readable")

    run(scene, goodbye)


def addresses(monkeypatch, *hosts: str) -> None:
    """Let every name have these addresses."""
    found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (host, 0)) for host in hosts]

    async def resolve(*_arguments, **_options):
        return found

    real = asyncio.get_running_loop().getaddrinfo

    async def lookup(host, *arguments, **options):
        if host == "many.test":
            return await resolve()
        return await real(host, *arguments, **options)

    monkeypatch.setattr(asyncio.get_running_loop(), "getaddrinfo", lookup)


@pytest.mark.parametrize(
    "hosts",
    [("127.0.0.1",), ("127.0.0.2", "127.0.0.1"), ("127.0.0.1", "127.0.0.2"), ("127.0.0.3",) * 2],
)
def test_the_address_that_answers_is_taken(monkeypatch, hosts):
    monkeypatch.setattr(sockets, "NEXT_ADDRESS_SECONDS", 0.001)

    async def scene(backend: Backend, port: int):
        addresses(monkeypatch, *hosts)
        if "127.0.0.1" in hosts:
            stream = await backend.connect_tcp("many.test", port, timeout=5)
            assert stream.get_extra_info("server_addr")[0] == "127.0.0.1"
        else:
            with pytest.raises(httpcore.ConnectError):
                await backend.connect_tcp("many.test", port, timeout=5)

    run(scene, echo)


def test_a_name_without_an_address_is_an_error(monkeypatch):
    async def scene(backend: Backend, port: int):
        addresses(monkeypatch)
        with pytest.raises(httpcore.ConnectError):
            await backend.connect_tcp("many.test", port)

    run(scene, echo)
