"""What may stand between a client and the cloud: proxies of both kinds, and a server of HTTP/2."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import h2.config
import h2.connection
import h2.events

Talk = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def listening(talk: Talk, tls: ssl.SSLContext | None = None) -> AsyncIterator[int]:
    """Serve ``talk`` on the loopback and yield the port."""
    tasks: set[asyncio.Task[None]] = set()

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await talk(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError, ssl.SSLError):
            pass
        except asyncio.CancelledError:
            pass  # the end of the test; the stream protocol would report it as a failure
        finally:
            tasks.discard(task)
            writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def _pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except (ConnectionError, ssl.SSLError):
        pass
    writer.close()


async def _join(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, host: str, port: int
) -> None:
    far_reader, far_writer = await asyncio.open_connection(host, port)
    try:
        await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
    finally:
        far_writer.close()


def http_proxy(seen: list[str], refuses: int | None = None) -> Talk:
    """Return a proxy that tunnels or forwards one request, or answers a status of refusal."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        method, target, _ = head.split(" ", 2)
        seen.append(f"{method} {target}")
        if refuses is not None:
            writer.write(f"HTTP/1.1 {refuses} No\r\nContent-Length: 0\r\n\r\n".encode())
            await writer.drain()
        elif method == "CONNECT":
            host, _, port = target.rpartition(":")
            writer.write(b"HTTP/1.1 200 Established\r\n\r\n")
            await _join(reader, writer, host, int(port))
        else:
            parts = urlsplit(target)
            far_reader, far_writer = await asyncio.open_connection(parts.hostname, parts.port)
            far_writer.write(head.replace(target, parts.path or "/", 1).encode())
            try:
                await asyncio.gather(_pump(reader, far_writer), _pump(far_reader, writer))
            finally:
                far_writer.close()

    return talk


def socks_proxy(seen: list[str], *, refuses: bool = False) -> Talk:
    """Return a SOCKS5 proxy without sign-in."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, methods = await reader.readexactly(2)
        await reader.readexactly(methods)
        writer.write(b"\x05\x00")
        _, _, _, kind = await reader.readexactly(4)
        if kind == 1:
            host = ".".join(str(byte) for byte in await reader.readexactly(4))
        else:
            host = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2))
        seen.append(f"{host}:{port}")
        code = b"\x02" if refuses else b"\x00"
        writer.write(b"\x05" + code + b"\x00\x01\x7f\x00\x00\x01\x00\x00")
        if not refuses:
            await _join(reader, writer, host, port)

    return talk


def http2_server(connections: list[int], body: bytes) -> Talk:
    """Return a server of HTTP/2 that answers every request with ``body``."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        connections.append(0)
        number = len(connections) - 1
        speaker = h2.connection.H2Connection(h2.config.H2Configuration(client_side=False))
        speaker.initiate_connection()
        writer.write(speaker.data_to_send())
        while data := await reader.read(65536):
            for event in speaker.receive_data(data):
                if isinstance(event, h2.events.DataReceived):
                    speaker.acknowledge_received_data(event.flow_controlled_length, event.stream_id)
                if isinstance(event, h2.events.StreamEnded):
                    connections[number] += 1
                    headers = [(":status", "200"), ("content-type", "application/json")]
                    speaker.send_headers(event.stream_id, headers)
                    speaker.send_data(event.stream_id, body, end_stream=True)
            writer.write(speaker.data_to_send())
            await writer.drain()

    return talk
