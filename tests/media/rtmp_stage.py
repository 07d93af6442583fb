"""An RTMP server that says what a test tells it to, and chunks in every form that there is."""

from __future__ import annotations

import asyncio
import contextlib
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator

from ivcdesk.simulator.media import amf, rtmp
from tests.media.streams import Server, flv, flv_tags

SECRET = "sign=verysecret123"

WAITS = ("handshake", "connect", "createStream", "play", "stream")
"""Where a server can fall silent, in the order of the talk."""

Ending = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


class RtmpStage:
    """Talks RTMP up to ``silent_at``, or to the end of its pictures, and then does ``ending``."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self.silent_at = ""
        self.code = ""
        self.connect_code = ""
        self.pictures = 30
        self.window = 0
        self.ending: Ending = silence
        self.reached = {name: threading.Event() for name in WAITS}
        self.asked: list[list[amf.Value]] = []
        self.heard: list[rtmp.Message] = []
        self.connections = 0
        self.open_connections = 0

    @contextlib.contextmanager
    def listening(self, **how: object) -> Iterator[int]:
        """Listen in the loop of the server; gives the port."""
        made: list[asyncio.Server] = []

        async def begin() -> None:
            made.append(await asyncio.start_server(self._serve, "127.0.0.1", 0, **how))

        self._server.run(begin())
        try:
            yield made[0].sockets[0].getsockname()[1]
        finally:
            self._server.call(made[0].close)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.open_connections += 1
        try:
            await self._talk(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            self.open_connections -= 1
            writer.close()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hello = await reader.readexactly(1537)
        await self._reach("handshake", reader)
        writer.write(b"\x03" + hello[1:] + hello[1:])
        assert await reader.readexactly(1536) == hello[1:]
        messages = rtmp.MessageReader(reader)
        if self.window:
            writer.write(rtmp.chunks(2, 5, 0, struct.pack(">I", self.window)))
        connect = await self._command(messages, "connect")
        await self._reach("connect", reader)
        info = {"level": "status", "code": self.connect_code or "NetConnection.Connect.Success"}
        kind = "_error" if self.connect_code else "_result"
        writer.write(command(kind, connect[1], None, info))
        create = await self._command(messages, "createStream")
        await self._reach("createStream", reader)
        writer.write(command("onBWDone", 0.0, None) + command("_result", create[1], None, 7.0))
        await self._command(messages, "play")
        await self._reach("play", reader)
        if self.code:
            info = {"level": "error", "code": self.code, "description": f"no c1?{SECRET}"}
            writer.write(command("onStatus", 0.0, None, info))
            return
        writer.write(command("onStatus", 0.0, None, {"code": "NetStream.Play.Start"}))
        writer.write(b"".join(media(self.pictures)))
        await writer.drain()
        await self._reach("stream", reader)
        await self.ending(reader, writer)

    async def _command(self, messages: rtmp.MessageReader, name: str) -> list[amf.Value]:
        while True:
            message = await messages.next()
            self.heard.append(message)
            if message.kind == 20:
                values = amf.unpack(message.body)
                self.asked.append(values)
                if values[0] == name:
                    return values

    async def _reach(self, name: str, reader: asyncio.StreamReader) -> None:
        self.reached[name].set()
        if self.silent_at == name:
            await reader.read()
            raise ConnectionError


async def silence(reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Send nothing more, until the player has gone."""
    await reader.read()


async def reset(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Cut the connection off."""
    writer.transport.abort()


async def half_close(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say that no more comes, and go on to listen."""
    writer.write_eof()
    await reader.read()


async def garbage(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send what is no RTMP."""
    writer.write(b"\xff" * 5000)
    await reader.read()


async def say_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Say that nobody sends the stream any more."""
    writer.write(command("onStatus", 0.0, None, {"code": "NetStream.Play.UnpublishNotify"}))
    await reader.read()


def command(*values: amf.Value) -> bytes:
    """One command as chunks."""
    return rtmp.chunks(3, 20, 0, amf.pack(*values), size=128)


def media(pictures: int, data: bytes = b"") -> list[bytes]:
    """The first pictures of the numbered clip, or all of an FLV, as messages in small chunks."""
    head, tags = flv_tags(data) if data else flv("libx264", 300)
    bodies, place = [], 13
    while place < len(head):
        size = 15 + int.from_bytes(head[place + 1 : place + 4], "big")
        bodies.append((0, head[place : place + size]))
        place += size
    bodies += tags if data else tags[:pictures]
    numbers = {8: 4, 9: 6, 18: 5}
    return [rtmp.chunks(numbers[tag[0]], tag[0], 7, tag[11:-4], ms, size=128) for ms, tag in bodies]
