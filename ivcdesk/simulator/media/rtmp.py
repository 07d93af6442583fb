"""An RTMP server for players: the same live streams as over HTTP, under ``rtmp://…/live/ID``."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import struct
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import parse_qsl

from ivcdesk.simulator.media import amf, flv
from ivcdesk.simulator.media.feed import Feed, Viewer
from ivcdesk.simulator.media.live import LiveHub, quality_of
from ivcdesk.simulator.media.source import MediaSource

_HANDSHAKE = 1536
_OWN_CHUNK = 32_768
_WINDOW = 2_500_000
_LARGEST = 1 << 20  # bytes of a message that a player may send
_PATIENCE = 10.0  # s for the handshake and each step before playing

_SET_CHUNK, _ABORT, _CONTROL, _WINDOW_SIZE, _BANDWIDTH = 1, 2, 4, 5, 6
_COMMAND_AMF3, _COMMAND = 17, 20
# Chunk streams: for control, commands, and each kind of tag.
_CHUNK_STREAMS = {flv.AUDIO: 4, flv.VIDEO: 6, flv.SCRIPT: 5}


class Message(NamedTuple):
    """One RTMP message."""

    kind: int
    stream: int
    body: bytes


@dataclass
class _ChunkStream:
    """What later chunks of a chunk stream may leave unsaid."""

    length: int = 0
    kind: int = 0
    stream: int = 0
    extended: bool = False
    body: bytes = b""


class MessageReader:
    """Puts messages together from chunks; raises ValueError for what is none."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._chunk = 128
        self._streams: dict[int, _ChunkStream] = {}

    async def next(self) -> Message:
        """Return the next whole message; those about chunks are obeyed and passed over."""
        while True:
            found = await self._read_chunk()
            if found is None:
                continue
            if found.kind == _SET_CHUNK and len(found.body) >= 4:
                self._chunk = max(int.from_bytes(found.body[:4], "big") & 0x7FFFFFFF, 1)
            elif found.kind != _ABORT:
                return found

    async def _read_chunk(self) -> Message | None:
        first = (await self._reader.readexactly(1))[0]
        form, number = first >> 6, first & 63
        if number < 2:
            more = await self._reader.readexactly(number + 1)
            number = 64 + int.from_bytes(more, "little")
        known = self._streams.setdefault(number, _ChunkStream())
        head = await self._reader.readexactly((11, 7, 3, 0)[form])
        if form < 3:
            known.extended = head[:3] == b"\xff\xff\xff"
        if form < 2:
            known.length, known.kind = int.from_bytes(head[3:6], "big"), head[6]
        if form == 0:
            known.stream = int.from_bytes(head[7:11], "little")
        if known.extended:
            await self._reader.readexactly(4)
        if known.length > _LARGEST:
            raise ValueError("too long a message")
        part = min(known.length - len(known.body), self._chunk)
        known.body += await self._reader.readexactly(part)
        if len(known.body) < known.length:
            return None
        message = Message(known.kind, known.stream, known.body)
        known.body = b""
        return message


def chunks(
    number: int, kind: int, stream: int, body: bytes, ms: int = 0, size: int = _OWN_CHUNK
) -> bytes:
    """Return a message cut into chunks of one chunk stream."""
    extended = struct.pack(">I", ms & 0xFFFFFFFF) if ms >= 0xFFFFFF else b""
    out = [
        bytes((number,)),
        min(ms, 0xFFFFFF).to_bytes(3, "big"),
        len(body).to_bytes(3, "big"),
        bytes((kind,)),
        struct.pack("<I", stream),
        extended,
        body[:size],
    ]
    for place in range(size, len(body), size):
        out += (bytes((0xC0 | number,)), extended, body[place : place + size])
    return b"".join(out)


class RtmpServer:
    """Serves live streams to RTMP players; who wants to publish is refused."""

    def __init__(self, source: MediaSource, live: LiveHub) -> None:
        self._source, self._live = source, live
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()
        live.on_close(self.close)

    @property
    def port(self) -> int:
        """The port it listens on, 0 before it does."""
        if self._server is None or not self._server.sockets:
            return 0
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> None:
        """Begin to listen; raises OSError where the port is taken."""
        self._server = await asyncio.start_server(self._on_connected, host, port)

    async def close(self) -> None:
        """Stop listening and drop all players; may be called twice."""
        if self._server is not None:
            self._server.close()
        for task in list(self._tasks):
            task.cancel()
        if self._tasks:
            await asyncio.gather(*self._tasks, return_exceptions=True)
        self._server = None

    async def _on_connected(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._tasks.add(task)
        try:
            await _Player(self._source, self._live, reader, writer).serve()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, TimeoutError):
            # Players hang up whenever they like, and what speaks no RTMP is cut off.
            pass
        except asyncio.CancelledError:
            # Only closing the server cancels, and it waits for nothing but the end.
            pass
        finally:
            self._tasks.discard(task)
            writer.close()


class _Player:
    """One connection."""

    def __init__(
        self,
        source: MediaSource,
        live: LiveHub,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self._source, self._live = source, live
        self._reader, self._writer = reader, writer
        self._app = ""
        self._playing: asyncio.Task[None] | None = None

    async def serve(self) -> None:
        """Shake hands, obey commands, and play until either side has enough."""
        async with asyncio.timeout(_PATIENCE):
            await self._shake_hands()
        messages = MessageReader(self._reader)
        try:
            while await self._obey(await self._next(messages)):
                await self._writer.drain()
        finally:
            if self._playing is not None:
                self._playing.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await self._playing

    async def _next(self, messages: MessageReader) -> Message:
        if self._playing is not None:
            return await messages.next()
        async with asyncio.timeout(_PATIENCE):
            return await messages.next()

    async def _shake_hands(self) -> None:
        hello = await self._reader.readexactly(1 + _HANDSHAKE)
        if hello[0] != 3:
            raise ValueError("not RTMP")
        own = bytes(8) + secrets.token_bytes(_HANDSHAKE - 8)
        self._writer.write(b"\x03" + own + hello[1:])
        await self._reader.readexactly(_HANDSHAKE)

    async def _obey(self, message: Message) -> bool:
        """Carry out a command; returns whether the connection goes on."""
        if message.kind == _CONTROL and message.body[:2] == b"\x00\x06":
            self._send(_CONTROL, b"\x00\x07" + message.body[2:6])
        if message.kind not in (_COMMAND, _COMMAND_AMF3):
            return True
        body = message.body[1:] if message.kind == _COMMAND_AMF3 else message.body
        values: list[amf.Value] = [*amf.unpack(body), None, None, None]
        name, number, rest = values[0], values[1], values[2:]
        if name == "connect":
            self._connect(number, rest[0])
        elif name == "createStream":
            self._answer("_result", number, None, 1.0)
        elif name == "play":
            return await self._play(message.stream, str(rest[1] or ""))
        elif name == "publish":
            self._status(message.stream, "error", "NetStream.Publish.BadName", "players only")
            return False
        return name not in ("deleteStream", "closeStream")

    def _connect(self, number: amf.Value, wanted: amf.Value) -> None:
        self._app = str(wanted.get("app", "")) if isinstance(wanted, dict) else ""
        self._send(_WINDOW_SIZE, struct.pack(">I", _WINDOW))
        self._send(_BANDWIDTH, struct.pack(">IB", _WINDOW, 2))
        self._send(_SET_CHUNK, struct.pack(">I", _OWN_CHUNK))
        self._answer(
            "_result",
            number,
            {"fmsVer": "FMS/3,0,1,123", "capabilities": 31.0},
            {
                "level": "status",
                "code": "NetConnection.Connect.Success",
                "description": "Connection succeeded.",
                "objectEncoding": 0.0,
            },
        )

    async def _play(self, stream: int, name: str) -> bool:
        channel, _, query_text = name.partition("?")
        app = self._app.partition("?")[0].strip("/")
        query = dict(parse_qsl(query_text or self._app.partition("?")[2]))
        facts = self._source.camera(channel)
        path = f"/{app}/{channel}"
        if app != "live" or facts is None or not self._source.admits(path, query):
            self._status(stream, "error", "NetStream.Play.StreamNotFound", "no such stream")
        elif not self._source.streaming(channel):
            self._status(stream, "error", "NetStream.Play.StreamNotFound", "no picture now")
        elif self._playing is None:
            self._send(_CONTROL, struct.pack(">HI", 0, stream))
            self._status(stream, "status", "NetStream.Play.Start", "playing")
            broadcast, viewer = self._live.watch(facts, quality_of(query))
            pump = self._pump(broadcast, viewer, stream)
            self._playing = asyncio.create_task(pump, name=f"rtmp {channel}")
            return True
        await self._writer.drain()
        return False

    async def _pump(self, broadcast: Feed, viewer: Viewer, stream: int) -> None:
        try:
            form = await broadcast.format()
            for kind, body in flv.first_tags(form):
                self._writer.write(chunks(_CHUNK_STREAMS[kind], kind, stream, body))
            while (arrived := await viewer.next(1.0)) is not None:
                for unit, tag in arrived:
                    kind = tag[0]
                    body = tag[11:-4]
                    self._writer.write(chunks(_CHUNK_STREAMS[kind], kind, stream, body, unit.ms))
                await self._writer.drain()
            self._status(stream, "status", "NetStream.Play.Stop", "the stream ended")
            self._send(_CONTROL, struct.pack(">HI", 1, stream))
            await self._writer.drain()
        finally:
            broadcast.leave(viewer)
            self._writer.close()

    def _answer(self, *values: amf.Value) -> None:
        self._writer.write(chunks(3, _COMMAND, 0, amf.pack(*values)))

    def _status(self, stream: int, level: str, code: str, text: str) -> None:
        facts: dict[str, amf.Value] = {"level": level, "code": code, "description": text}
        body = amf.pack("onStatus", 0.0, None, facts)
        self._writer.write(chunks(5, _COMMAND, stream, body))

    def _send(self, kind: int, body: bytes) -> None:
        self._writer.write(chunks(2, kind, 0, body))
