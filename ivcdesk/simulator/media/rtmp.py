"""An RTMP server: players watch ``rtmp://…/live/ID``, devices push under names of their own."""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import struct
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple
from urllib.parse import parse_qsl

from ivcdesk.simulator.media import amf, flv
from ivcdesk.simulator.media.encoder import Format
from ivcdesk.simulator.media.feed import Feed, Viewer
from ivcdesk.simulator.media.live import LiveHub, quality_of
from ivcdesk.simulator.media.push import Push, Relay
from ivcdesk.simulator.media.source import CameraFacts, MediaSource, PushSource

_HANDSHAKE = 1536
_OWN_CHUNK = 32_768
_WINDOW = 2_500_000
_LARGEST = 1 << 20  # bytes of a message that a player may send
_LARGEST_PUSHED = 8 << 20
_PATIENCE = 10.0  # s for the handshake, each step before playing, and between pushed messages

_SET_CHUNK, _ABORT, _ACKNOWLEDGEMENT, _CONTROL, _WINDOW_SIZE, _BANDWIDTH = 1, 2, 3, 4, 5, 6
_COMMAND_AMF3, _COMMAND = 17, 20
_TAGS = (flv.AUDIO, flv.VIDEO, flv.SCRIPT)
# Chunk streams: for control, commands, and each kind of tag.
_CHUNK_STREAMS = {flv.AUDIO: 4, flv.VIDEO: 6, flv.SCRIPT: 5}


class Message(NamedTuple):
    """One RTMP message; ``ms`` is its time."""

    kind: int
    stream: int
    body: bytes
    ms: int = 0


@dataclass
class _ChunkStream:
    """What later chunks of a chunk stream may leave unsaid."""

    length: int = 0
    kind: int = 0
    stream: int = 0
    extended: bool = False
    field: int = 0
    ms: int = 0
    body: bytes = b""


class MessageReader:
    """Puts messages together from chunks; raises ValueError for what is none."""

    def __init__(self, reader: asyncio.StreamReader) -> None:
        self._reader = reader
        self._chunk = 128
        self.largest = _LARGEST
        self.received = 0
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
        first = (await self._read(1))[0]
        form, number = first >> 6, first & 63
        if number < 2:
            more = await self._read(number + 1)
            number = 64 + int.from_bytes(more, "little")
        known = self._streams.setdefault(number, _ChunkStream())
        head = await self._read((11, 7, 3, 0)[form])
        if form < 3:
            known.field = int.from_bytes(head[:3], "big")
            known.extended = known.field == 0xFFFFFF
        if form < 2:
            known.length, known.kind = int.from_bytes(head[3:6], "big"), head[6]
        if form == 0:
            known.stream = int.from_bytes(head[7:11], "little")
        if known.extended:
            field = int.from_bytes(await self._read(4), "big")
            # pieces that only go on with a message repeat its time
            known.field = known.field if known.body else field
        if known.length > self.largest:
            raise ValueError("too long a message")
        if not known.body:
            # only the longest form tells the time itself, all others what has passed since
            known.ms = known.field if form == 0 else known.ms + known.field & 0xFFFFFFFF
        part = min(known.length - len(known.body), self._chunk)
        known.body += await self._read(part)
        if len(known.body) < known.length:
            return None
        message = Message(known.kind, known.stream, known.body, known.ms)
        known.body = b""
        return message

    async def _read(self, size: int) -> bytes:
        self.received += size
        return await self._reader.readexactly(size)


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
    """Serves live streams to RTMP players, and takes what devices push."""

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
            await _Peer(self._source, self._live, reader, writer).serve()
        except (asyncio.IncompleteReadError, ConnectionError, ValueError, TimeoutError):
            # Peers hang up whenever they like, and what speaks no RTMP is cut off.
            pass
        except asyncio.CancelledError:
            # Only closing the server cancels, and it waits for nothing but the end.
            pass
        finally:
            self._tasks.discard(task)
            writer.close()


class _Peer:
    """One connection, of a player or of a device that pushes."""

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
        self._messages = MessageReader(reader)
        self._acknowledged = 0
        self._push: Push | None = None

    async def serve(self) -> None:
        """Shake hands, obey commands, and play or be pushed to until either side has enough."""
        async with asyncio.timeout(_PATIENCE):
            await self._shake_hands()
        try:
            while await self._obey(await self._next()):
                self._acknowledge()
                await self._writer.drain()
        finally:
            if self._push is not None:
                self._push.end()
            if self._playing is not None:
                self._playing.cancel()
                with contextlib.suppress(asyncio.CancelledError, ConnectionError):
                    await self._playing

    async def _next(self) -> Message:
        if self._playing is not None:
            return await self._messages.next()
        async with asyncio.timeout(_PATIENCE):
            return await self._messages.next()

    def _acknowledge(self) -> None:
        """Tell how much has arrived: who pushes may wait for that."""
        received = self._messages.received
        if received - self._acknowledged >= _WINDOW // 2:
            self._acknowledged = received
            self._send(_ACKNOWLEDGEMENT, struct.pack(">I", received & 0xFFFFFFFF))

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
        if self._push is not None and message.kind in _TAGS:
            self._push.take(message.kind, message.ms, message.body)
            return self._push.going
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
            return await self._publish(message.stream, str(rest[1] or ""))
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
        app, channel, query = self._addressed(name)
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

    async def _publish(self, stream: int, name: str) -> bool:
        """Admit a device that wants to push; it is online from its first picture on."""
        app, name, query = self._addressed(name)
        source = self._source if isinstance(self._source, PushSource) else None
        channel_id = source.admitted(app, name, query) if source else None
        facts = self._source.camera(channel_id) if channel_id else None
        if source is None or facts is None or self._push or self._playing:
            self._status(stream, "error", "NetStream.Publish.BadName", "no such push")
        elif self._live.relayed(facts.channel_id) is not None:
            self._status(stream, "error", "NetStream.Publish.BadName", "somebody else pushes")
        else:
            self._push = Push(partial(self._begin, source, facts))
            self._messages.largest = _LARGEST_PUSHED
            self._status(stream, "status", "NetStream.Publish.Start", "publishing")
            return True
        await self._writer.drain()
        return False

    def _begin(self, source: PushSource, facts: CameraFacts, stream: Format) -> Relay:
        def ended() -> None:
            source.push_ended(facts.channel_id)

        relay = self._live.relay(facts, stream, ended)
        source.push_began(facts.channel_id)
        return relay

    def _addressed(self, name: str) -> tuple[str, str, dict[str, str]]:
        """Return application, name and query of what is played or pushed."""
        name, _, query_text = name.partition("?")
        app, _, app_query = self._app.partition("?")
        return app.strip("/"), name, dict(parse_qsl(query_text or app_query))

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
