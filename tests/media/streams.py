"""Short clips whose every picture bears its number, and a server that serves and spoils them."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import io
import socket
import ssl
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache

import av
import numpy as np
from aiohttp import web
from PySide6.QtGui import QImage

WIDTH, HEIGHT, FPS, GOP = 320, 180, 30, 30
BITS, BLOCK = 16, 20


def picture(number: int) -> av.VideoFrame:
    """A picture with its number as black and white blocks along the top."""
    frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
    luma, blue, red = frame.planes
    rows = np.frombuffer(luma, np.uint8).reshape(-1, luma.line_size)
    rows[:] = 90 + number % 60
    bits = (number >> np.arange(BITS)) & 1
    rows[:BLOCK, : BITS * BLOCK] = np.where(bits, 225, 25).astype(np.uint8).repeat(BLOCK)
    np.frombuffer(blue, np.uint8)[:] = 128
    np.frombuffer(red, np.uint8)[:] = 110 + number % 40
    return frame


def number_of(image: QImage) -> int:
    """The number that is drawn in a picture of whatever size."""
    step = image.width() / BITS
    y = int(image.height() * BLOCK / HEIGHT / 2)
    return sum(
        (image.pixelColor(int((bit + 0.5) * step), y).lightness() > 127) << bit
        for bit in range(BITS)
    )


X264 = "scenecut=0:b-adapt=0:bframes={}"
X265 = f"log-level=none:scenecut=0:keyint={GOP}:min-keyint={GOP}:open-gop=0:pools=1:frame-threads=1"


def muxed(
    kind: str,
    first: int,
    last: int,
    codec: str = "libx264",
    *,
    b_frames: int = 0,
    audio: bool = False,
) -> bytes:
    """The pictures first..last-1 in a container, stamped with their numbers."""
    out = io.BytesIO()
    movflags = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    options = movflags if kind == "mp4" else {}
    with av.open(out, "w", format=kind, options=options) as container:
        stream = container.add_stream(codec, rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context = stream.codec_context
        context.time_base, context.gop_size, context.thread_count = Fraction(1, FPS), GOP, 1
        context.max_b_frames = b_frames
        extra = {"x264-params": X264.format(b_frames)}
        if codec == "libx265":
            extra = {"x265-params": f"{X265}:bframes={b_frames}"}
        context.options = {"preset": "ultrafast", **extra}
        if not b_frames:
            context.options |= {"tune": "zerolatency"}
        if audio:
            sound = container.add_stream("aac", rate=16000)
            for index in range(int((last - first) / FPS * 16000 / 1024)):
                silence = av.AudioFrame.from_ndarray(
                    np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
                )
                silence.sample_rate = 16000
                silence.pts = index * 1024 + first * 16000 // FPS
                container.mux(sound.encode(silence))
        for number in range(first, last):
            frame = picture(number)
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return out.getvalue()


def flv_tags(data: bytes) -> tuple[bytes, list[tuple[int, bytes]]]:
    """The head of an FLV with its codec header, and (ms, tag) of everything after it."""
    head, position, tags = data[:13], 13, []
    while position < len(data):
        size = int.from_bytes(data[position + 1 : position + 4], "big")
        tag = data[position : position + 15 + size]
        stamp = int.from_bytes(tag[4:7], "big") | tag[7] << 24
        enhanced = tag[0] == 9 and tag[11] & 0x80
        starts = (
            tag[11] & 15 == 0 if enhanced else tag[0] == 9 and tag[11] & 15 == 7 and not tag[12]
        )
        config = tag[0] == 18 or starts
        if config:
            head += tag
        else:
            tags.append((stamp, tag))
        position += len(tag)
    return head, tags


def legacy(tag: bytes) -> bytes:
    """An enhanced H.265 tag in the older fashion, with codec number 12."""
    if tag[0] != 9 or not tag[11] & 0x80:
        return tag
    frame, kind, rest = tag[11] >> 4 & 7, tag[11] & 15, tag[16:-4]
    if kind == 3:
        rest = b"\0\0\0" + rest
    if kind == 0:
        rest = b"\0\0\0" + rest
    body = bytes((frame << 4 | 12, 1 if kind in (1, 3) else kind)) + rest
    size = len(body)
    return tag[:1] + size.to_bytes(3, "big") + tag[4:11] + body + (size + 11).to_bytes(4, "big")


def legacy_file(head: bytes, tags: list[tuple[int, bytes]]) -> bytes:
    """A whole FLV with its tags in the older fashion."""
    position, parts = 13, [head[:13]]
    while position < len(head):
        size = 15 + int.from_bytes(head[position + 1 : position + 4], "big")
        parts.append(legacy(head[position : position + size]))
        position += size
    return b"".join(parts + [legacy(tag) for _, tag in tags])


@cache
def flv(
    codec: str = "libx264", count: int = 300, b_frames: int = 0
) -> tuple[bytes, list[tuple[int, bytes]]]:
    return flv_tags(muxed("flv", 0, count, codec, b_frames=b_frames))


@cache
def segment(index: int, codec: str = "libx264", b_frames: int = 0) -> bytes:
    """Two seconds as MPEG-TS: the pictures index*30 … index*30+29."""
    return muxed("mpegts", index * GOP, (index + 1) * GOP, codec, b_frames=b_frames)


@cache
def fragment(index: int) -> tuple[bytes, bytes]:
    """The same as fragmented MP4: the header that all fragments need, and the fragment."""
    whole = muxed("mp4", index * GOP, (index + 1) * GOP)
    cut = whole.index(b"moof") - 4
    return whole[:cut], whole[cut:]


def playlist(
    start: float,
    indices: list[int],
    *,
    dates: bool = True,
    breaks: dict[int, float] | None = None,
    ended: bool = True,
    name: str = "{}.ts",
    init: str = "",
) -> str:
    """A playlist of segments; ``breaks`` adds a gap of seconds before an index."""
    lines = ["#EXTM3U", "#EXT-X-VERSION:3", f"#EXT-X-TARGETDURATION:{GOP // FPS}"]
    lines.append(f"#EXT-X-MEDIA-SEQUENCE:{indices[0] if indices else 0}")
    if init:
        lines.append(f'#EXT-X-MAP:URI="{init}"')
    shift = 0.0
    for index in indices:
        if breaks and index in breaks:
            shift += breaks[index]
            lines.append("#EXT-X-DISCONTINUITY")
        if dates:
            moment = datetime.datetime.fromtimestamp(
                start + shift + (index - indices[0]) * GOP / FPS, datetime.UTC
            )
            lines.append(f"#EXT-X-PROGRAM-DATE-TIME:{moment.isoformat(timespec='milliseconds')}")
        lines += [f"#EXTINF:{GOP / FPS:.3f},", name.format(index)]
    if ended:
        lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@dataclass
class Server:
    """An HTTP server in a thread of its own; tests set its handlers and read what was asked."""

    tls: ssl.SSLContext | None = None
    handlers: dict[str, Handler] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    open_streams: int = 0
    port: int = 0

    def __post_init__(self) -> None:
        self._site: web.TCPSite | None = None
        self.loop = asyncio.new_event_loop()
        self.gate = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pytest-media-server", daemon=True)
        self._thread.start()
        assert self._ready.wait(10)

    def url(self, path: str) -> str:
        scheme = "https" if self.tls else "http"
        return f"{scheme}://127.0.0.1:{self.port}{path}"

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)

    def reset(self) -> None:
        """Be as new: nothing is served, nothing was asked."""
        self.handlers.clear()
        self.call(self.gate.clear)
        self.drop_all()
        self.listen()
        self.asked.clear()

    def drop_all(self) -> None:
        """Cut every connection with a reset."""
        self.call(self._abort)

    def close(self) -> None:
        """Listen no more and cut everything, as a killed server does."""
        self.run(self._close())

    def listen(self) -> None:
        """Listen again on the same port."""
        if self._site is None:
            self.run(self._listen())

    def release(self) -> None:
        """Let the handlers that wait at the gate go on."""
        self.call(self.gate.set)

    def call(self, work: Callable[[], object]) -> None:
        async def inside() -> None:
            work()

        self.run(inside())

    def run(self, work: Awaitable[object]) -> None:
        asyncio.run_coroutine_threadsafe(work, self.loop).result(10)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self._start())
        self._ready.set()
        self.loop.run_forever()
        self.loop.run_until_complete(self._runner.cleanup())
        pending = asyncio.all_tasks(self.loop)
        for task in pending:
            task.cancel()
        self.loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
        self.loop.close()

    async def _start(self) -> None:
        app = web.Application()
        app.router.add_get("/{tail:.*}", self._dispatch)
        self._runner = web.AppRunner(
            app, handler_cancellation=True, access_log=None, shutdown_timeout=0.1
        )
        await self._runner.setup()
        await self._listen()

    async def _listen(self) -> None:
        self._site = web.TCPSite(
            self._runner, "127.0.0.1", self.port, ssl_context=self.tls, reuse_address=True
        )
        await self._site.start()
        self.port = self._runner.addresses[0][1]

    async def _close(self) -> None:
        if self._site is not None:
            await self._site.stop()
        self._site = None
        self._abort()

    def _abort(self) -> None:
        for connection in list(self._runner.server.connections):
            if connection.transport is not None:
                connection.transport.abort()

    async def _dispatch(self, request: web.Request) -> web.StreamResponse:
        self.asked.append(request.path_qs)
        handler = self.handlers.get(request.path)
        if handler is None:
            raise web.HTTPNotFound
        self.open_streams += 1
        try:
            return await handler(request)
        finally:
            self.open_streams -= 1


def body(data: bytes | str, content_type: str = "application/octet-stream") -> Handler:
    """Answers with these bytes."""

    async def answer(_request: web.Request) -> web.StreamResponse:
        raw = data.encode() if isinstance(data, str) else data
        return web.Response(body=raw, content_type=content_type)

    return answer


def live(
    *,
    codec: str = "libx264",
    cached: int = 20,
    then: str = "go on",
    after: int = 10_000,
    speed: float = 1.0,
    b_frames: int = 0,
    old: bool = False,
    keys: bool = True,
) -> Handler:
    """A live FLV: ``cached`` tags at once, then one every 1/15 s.

    ``then`` says what happens after so many tags: ``stall``, ``close`` or ``reset``.
    """

    async def answer(request: web.Request) -> web.StreamResponse:
        head, tags = flv(codec, 300 if codec == "libx264" else 30, b_frames)
        if old:
            head, tags = flv_tags(legacy_file(head, tags))
        if not keys:
            tags = [(stamp, tag) for stamp, tag in tags if tag[11] >> 4 & 7 != 1]
        response = web.StreamResponse(headers={"Content-Type": "video/x-flv"})
        await response.prepare(request)
        await response.write(head + b"".join(tag for _, tag in tags[:cached]))
        loop = asyncio.get_running_loop()
        began = loop.time()
        for index, (stamp, tag) in enumerate(tags[cached:], cached):
            if index >= after:
                break
            await asyncio.sleep(began + (stamp - tags[cached][0]) / 1000 / speed - loop.time())
            await response.write(tag)
        if then == "stall":
            await asyncio.Event().wait()
        if then == "reset" and request.transport is not None:
            request.transport.abort()
        return response

    return answer


async def hang(_request: web.Request) -> web.StreamResponse:
    """Never answers."""
    await asyncio.Event().wait()
    raise AssertionError


@contextlib.contextmanager
def black_hole() -> Iterator[int]:
    """A port of this machine where connecting neither succeeds nor fails."""
    with contextlib.ExitStack() as stack:
        listening = stack.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            filler.connect_ex(listening.getsockname())
        yield listening.getsockname()[1]
