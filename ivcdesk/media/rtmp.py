"""Reading live streams over RTMP and RTMPS as the FLV that they are made of."""

from __future__ import annotations

import os
import re
import ssl
import struct
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple
from urllib.parse import urlsplit

from ivcdesk.media import amf
from ivcdesk.media.errors import MediaError
from ivcdesk.media.rtmp_chunks import ChunkReader, Message, chunks
from ivcdesk.media.tls import shared_context
from ivcdesk.media.wire import Interruption, Wire

SCHEMES = ("rtmp", "rtmps")

_PORTS = {"rtmp": 1935, "rtmps": 443}
_HANDSHAKE = 1536
_BUFFER = 1 << 16

_ACKNOWLEDGEMENT, _CONTROL, _WINDOW, _BANDWIDTH = 3, 4, 5, 6
_SOUND, _PICTURE, _DATA, _COMMAND_AMF3, _COMMAND, _AGGREGATE = 8, 9, 18, 17, 20, 22
_STREAM_ENDS, _BUFFER_LENGTH, _PING, _PONG = 1, 3, 6, 7
_FOR_CONTROL, _FOR_COMMANDS, _FOR_PLAYING = 2, 3, 8

_BUFFER_MS = 100
_FIRST_WINDOW = 2_500_000
_LIVE_OR_ELSE = -2000.0

_FLV_HEAD = b"FLV\x01\x01\x00\x00\x00\x09\x00\x00\x00\x00"
"""Says nothing of sound: whether there is any shows when it comes."""

_META = amf.pack("onMetaData")
_TAG_HEAD, _TAG_TAIL = 11, 4

_CODE = re.compile(r"[A-Za-z]+(\.[A-Za-z]+){1,4}")
_ENDS = (
    "NetStream.Play.Stop", "NetStream.Play.Complete", "NetStream.Play.UnpublishNotify",
    "NetConnection.Connect.Closed",
)  # fmt: skip
_FORBIDDEN = ("rejected", "denied", "unauthorized", "forbidden", "auth", "expired")
_MISSING = ("notfound", "invalidapp", "badname")


@dataclass(frozen=True, slots=True)
class RtmpTarget:
    """What an address asks for; ``name`` holds the stream's key and is never shown."""

    secure: bool
    host: str
    port: int
    app: str
    name: str

    @property
    def where(self) -> str:
        """The host and the port, as they are shown."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{name}:{self.port}"


def rtmp_target(url: str) -> RtmpTarget:
    """Return where an address leads. Raises MediaError for one that is not RTMP."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    app, _, name = parts.path.strip("/").rpartition("/") if host else ("", "", "")
    if not host or not app or not name or parts.scheme not in SCHEMES:
        raise MediaError("garbage", "not an address that can be read over RTMP")
    if parts.query:
        name += "?" + parts.query
    return RtmpTarget(parts.scheme == "rtmps", host, port or _PORTS[parts.scheme], app, name)


class _Command(NamedTuple):
    """What a server asks or answers: its name, what number it answers, and the values behind."""

    name: amf.Value
    number: amf.Value
    facts: amf.Value


class RtmpReader:
    """Plays one stream and gives it as FLV; the counterpart of ``HttpReader`` for RTMP.

    One thread opens and reads; any thread may :meth:`interrupt`, which ends every wait of the
    others at once and for good. All failures are :class:`MediaError`. What a server refuses has
    the HTTP status that says the same (403, 404), and the server's own code as its detail.

    ``connect_seconds`` limits name service, TCP, TLS and everything up to the stream's start
    each; ``stall_seconds`` how long no media may come; after ``quiet_seconds`` of that
    ``on_quiet`` is called in the reading thread.
    """

    def __init__(
        self,
        *,
        connect_seconds: float = 5.0,
        stall_seconds: float = 5.0,
        quiet_seconds: float = 2.0,
        on_quiet: Callable[[], object] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.stop = Interruption()
        self._connect_seconds = connect_seconds
        self._stall_seconds = stall_seconds
        self._quiet_seconds = quiet_seconds
        self._on_quiet = on_quiet
        self._context = context
        self._wire: Wire | None = None
        self._where = ""
        self._received = 0
        self._chunks = ChunkReader()
        self._window = _FIRST_WINDOW
        self._acknowledged = 0
        self._commands: deque[_Command] = deque()
        self._flv = bytearray()
        self._ended = False
        self._garbage = False

    @property
    def bytes_received(self) -> int:
        """Everything received so far, in bytes."""
        wire = self._wire
        return self._received + (wire.received if wire else 0)

    @property
    def round_trip_seconds(self) -> float:
        """How long the TCP connection took to be answered."""
        return self._wire.connect_seconds if self._wire else 0.0

    @property
    def ready(self) -> bool:
        """Whether more can be read without waiting."""
        return bool(self._flv) or (self._wire is not None and self._wire.ready)

    def open(self, url: str) -> None:
        """Connect and ask for the stream; :meth:`read` then gives it."""
        target = rtmp_target(url)
        self._drop()
        self._where = target.where
        wire = self._wire = Wire(self.stop, target.where)
        wire.patience = self._connect_seconds
        try:
            wire.connect(target.host, target.port, self._connect_seconds)
            if target.secure:
                context = self._context or shared_context()
                wire.secure(context, target.host, self._connect_seconds)
            deadline = time.monotonic() + self._connect_seconds
            self._shake_hands(wire, deadline)
            self._ask(wire, target, deadline)
        except BaseException:
            self._drop()
            raise
        self._flv[:0] = _FLV_HEAD

    def read(self, size: int = _BUFFER) -> bytes:
        """Return some bytes of FLV as soon as there are any; nothing at the stream's end."""
        began = time.monotonic()
        told = False
        self._obey_commands()
        while not self._flv and not self._ended and self._wire is not None:
            # Messages that are no media do not keep a stream alive.
            waited = time.monotonic() - began
            limit = self._stall_seconds
            if waited >= limit:
                self._drop()
                raise MediaError("timeout", f"{self._where}: nothing came for {limit:g} s")
            if self._on_quiet is not None and not told:
                limit = min(limit, self._quiet_seconds)
                if waited >= limit:
                    told = True
                    self._on_quiet()
                    continue
            try:
                self._receive(self._wire, limit - waited)
            except _Waited:
                continue
            except MediaError:
                self._drop()
                raise
            self._obey_commands()
        data = bytes(self._flv[:size])
        del self._flv[:size]
        if not data:
            self._drop()
            self._check_garbage()
        return data

    def interrupt(self) -> None:
        """End whatever is under way, at once and for good; from any thread."""
        self.stop.interrupt()

    def close(self) -> None:
        """Give all resources back; call it in the reading thread, when done."""
        self._drop()
        self.stop.raised = True
        self.stop.close()

    def _shake_hands(self, wire: Wire, deadline: float) -> None:
        wire.send(b"\x03" + bytes(8) + os.urandom(_HANDSHAKE - 8))
        hello = self._exactly(wire, 1, deadline)
        if hello != b"\x03":
            raise MediaError("garbage", f"{self._where}: the answer is not proper RTMP")
        # The server's own part comes back to it, and ours comes from it; ours is not looked at.
        wire.send(self._exactly(wire, _HANDSHAKE, deadline))
        self._exactly(wire, _HANDSHAKE, deadline)

    def _exactly(self, wire: Wire, size: int, deadline: float) -> bytes:
        data = bytearray(size)
        view = memoryview(data)
        while view:
            self._set_patience(wire, deadline)
            count = wire.readinto(view)
            if not count:
                raise MediaError("ended", f"{self._where}: closed in the RTMP handshake")
            view = view[count:]
        return bytes(data)

    def _ask(self, wire: Wire, target: RtmpTarget, deadline: float) -> None:
        scheme = "rtmps" if target.secure else "rtmp"
        facts: dict[str, amf.Value] = {
            "app": target.app,
            "type": "nonprivate",
            # Some servers turn away whom they do not know.
            "flashVer": "LNX 9,0,124,2",
            "tcUrl": f"{scheme}://{target.where}/{target.app}",
            "fpad": False,
            "capabilities": 15.0,
            "audioCodecs": 4071.0,
            "videoCodecs": 252.0,
            "videoFunction": 1.0,
            "objectEncoding": 0.0,
            # Enhanced RTMP: these may be named by four letters.
            "fourCcList": ["avc1", "hvc1"],
        }
        wire.send(_command(0, "connect", 1.0, facts))
        self._answer(wire, 1.0, deadline)
        window = chunks(_FOR_CONTROL, _WINDOW, 0, struct.pack(">I", _FIRST_WINDOW))
        wire.send(window + _command(0, "createStream", 2.0, None))
        number = self._answer(wire, 2.0, deadline)
        stream = int(number) if isinstance(number, float) and 0 <= number < 1 << 32 else 1
        length = struct.pack(">HII", _BUFFER_LENGTH, stream, _BUFFER_MS)
        # Nothing may follow the last command: a server that refuses would cut its answer off.
        wire.send(
            chunks(_FOR_CONTROL, _CONTROL, 0, length)
            + _command(stream, "play", 3.0, None, target.name, _LIVE_OR_ELSE)
        )
        while not self._flv and not self._ended and not self._obey_commands():
            self._receive_before(wire, deadline)

    def _answer(self, wire: Wire, number: float, deadline: float) -> amf.Value:
        """Wait for the answer to a command; returns the last thing that it says."""
        while True:
            while self._commands:
                command = self._commands.popleft()
                if command.name == "_result" and command.number == number:
                    return command.facts
                self._obey(command)
                if self._ended:
                    raise MediaError("ended", f"{self._where}: closed by the server")
            self._receive_before(wire, deadline)

    def _obey_commands(self) -> bool:
        """Follow what the server says of the stream; returns whether it has started."""
        started = False
        while self._commands:
            started = self._obey(self._commands.popleft()) or started
        return started

    def _obey(self, command: _Command) -> bool:
        name, _, facts = command
        status = facts if isinstance(facts, dict) else {}
        if name == "_error" or (name == "onStatus" and status.get("level") == "error"):
            raise self._refusal(status)
        code = status.get("code") if name == "onStatus" else None
        if name == "close" or code in _ENDS:
            self._ended = True
        return code == "NetStream.Play.Start"

    def _refusal(self, facts: dict[str, amf.Value]) -> MediaError:
        """Return the error for what a server says; its texts may name the key and are not used."""
        told = facts.get("code")
        code = told if isinstance(told, str) and _CODE.fullmatch(told) else "no reason told"
        detail = f"{self._where}: {code}"
        last = code.lower().rpartition(".")[2]
        if any(word in last for word in _MISSING):
            return MediaError("http", detail, 404)
        if any(word in last for word in _FORBIDDEN):
            return MediaError("http", detail, 403)
        return MediaError("refused", detail)

    def _receive_before(self, wire: Wire, deadline: float) -> None:
        self._set_patience(wire, deadline)
        if not self._receive(wire, wire.patience):
            raise MediaError("ended", f"{self._where}: closed without an answer")
        if not self._flv:
            self._check_garbage()

    def _check_garbage(self) -> None:
        if self._garbage:
            raise MediaError("garbage", f"{self._where}: what comes is not RTMP")

    def _set_patience(self, wire: Wire, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise MediaError("timeout", f"{self._where}: no answer over RTMP")
        wire.patience = left

    def _receive(self, wire: Wire, seconds: float) -> bool:
        """Take what comes; False where the connection has ended."""
        wire.patience = max(0.0, seconds)
        buffer = bytearray(_BUFFER)
        try:
            count = wire.readinto(buffer)
        except MediaError as error:
            if error.kind == "timeout":
                raise _Waited("timeout", f"{self._where}: no answer over RTMP") from None
            raise
        if not count:
            self._ended = True
            return False
        try:
            for message in self._chunks.feed(memoryview(buffer)[:count]):
                self._take(wire, message)
        except (ValueError, IndexError, struct.error):
            # What came before that is still good.
            self._ended = self._garbage = True
        received = wire.received
        if received - self._acknowledged >= self._window // 2:
            self._acknowledged = received
            told = struct.pack(">I", received & 0xFFFFFFFF)
            wire.send(chunks(_FOR_CONTROL, _ACKNOWLEDGEMENT, 0, told))
        return True

    def _take(self, wire: Wire, message: Message) -> None:
        kind, body = message.kind, message.body
        if kind in (_SOUND, _PICTURE):
            if body:
                self._flv += flv_tag(kind, message.ms, body)
        elif kind == _AGGREGATE:
            for part in parts_of(message):
                self._flv += flv_tag(part.kind, part.ms, part.body)
        elif kind == _DATA and body.startswith(_META):
            self._flv += flv_tag(kind, message.ms, body)
        elif kind in (_COMMAND, _COMMAND_AMF3):
            values = amf.unpack(body[1:] if kind == _COMMAND_AMF3 else body)
            name, number, _, facts = (*values, None, None, None, None)[:4]
            self._commands.append(_Command(name, number, facts))
        elif kind == _WINDOW:
            self._window = max(1, int.from_bytes(body[:4], "big"))
        elif kind == _BANDWIDTH:
            wire.send(chunks(_FOR_CONTROL, _WINDOW, 0, body[:4]))
        elif kind == _CONTROL and len(body) >= 2:
            event = int.from_bytes(body[:2], "big")
            if event == _PING:
                pong = struct.pack(">H", _PONG) + body[2:6]
                wire.send(chunks(_FOR_CONTROL, _CONTROL, 0, pong))
            elif event == _STREAM_ENDS:
                self._ended = True

    def _drop(self) -> None:
        wire, self._wire = self._wire, None
        if wire is not None:
            self._received += wire.received
            wire.shut()


class _Waited(MediaError):
    """Nothing has come in the time given."""


def _command(stream: int, *values: amf.Value) -> bytes:
    number = _FOR_PLAYING if stream else _FOR_COMMANDS
    return chunks(number, _COMMAND, stream, amf.pack(*values))


def flv_tag(kind: int, ms: int, body: bytes) -> bytes:
    """Return a message of media as a tag with the size that follows it."""
    head = struct.pack(
        ">B3s3sB3x",
        kind,
        len(body).to_bytes(3, "big"),
        (ms & 0xFFFFFF).to_bytes(3, "big"),
        ms >> 24 & 0xFF,
    )
    return head + body + struct.pack(">I", len(body) + _TAG_HEAD)


def parts_of(message: Message) -> Iterator[Message]:
    """Return the messages of media within one of kind 22, whose time is that of the first."""
    body, place, shift = message.body, 0, None
    while place + _TAG_HEAD <= len(body):
        kind = body[place]
        size = int.from_bytes(body[place + 1 : place + 4], "big")
        ms = int.from_bytes(body[place + 4 : place + 7], "big") | body[place + 7] << 24
        if shift is None:
            shift = message.ms - ms
        place += _TAG_HEAD
        part = body[place : place + size]
        if len(part) < size:
            raise ValueError("cut message")
        if kind in (_SOUND, _PICTURE) and part:
            yield Message(kind, message.stream, ms + shift & 0xFFFFFFFF, part)
        place += size + _TAG_TAIL
