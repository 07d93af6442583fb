"""A stage for cameras: a small source in memory, served routes, and readers of streams."""

from __future__ import annotations

import asyncio
import io
import threading
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import aiohttp
import av
from aiohttp import web

from ivcdesk.simulator.media.live import LiveHub
from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.simulator.media.planes import Array
from ivcdesk.simulator.media.routes import media_routes
from ivcdesk.simulator.media.scene import Scenery
from ivcdesk.simulator.media.source import CameraFacts, PlaybackSession, Pose, Span, Storage
from ivcdesk.simulator.media.studio import Studio

T = TypeVar("T")

NOON = 1_795_492_800.0  # 2026-11-24 12:00 at UTC+8
DAY = 86_400.0

# One set of scenes for all tests: painting them is the slowest part.
SCENERY = Scenery()


def run(work: Coroutine[Any, Any, T], seconds: float = 25) -> T:
    """Run a coroutine in a loop of its own; no camera's thread may be left."""

    async def limited() -> T:
        async with asyncio.timeout(seconds):
            return await work

    result = asyncio.run(limited())
    left = [t.name for t in threading.enumerate() if t.name.startswith(("camera", "recording"))]
    assert not left, left
    return result


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something is so; the test's own time limit ends a wait in vain."""
    while not condition():  # noqa: ASYNC110 - the hub tells nobody that its numbers changed
        await asyncio.sleep(0.02)


@dataclass
class MemorySource:
    """Cameras whose state a test sets by hand; their clock runs on from noon."""

    started: float = field(default_factory=time.monotonic)
    cameras: dict[str, CameraFacts] = field(
        default_factory=lambda: {
            "c1": CameraFacts("c1", "东门 Gate", 5, 320, 180, 15, 300_000, place="factory"),
            "c2": CameraFacts("c2", "Yard 2", 6, 320, 180, 15, 300_000, place="harbour"),
        }
    )
    poses: dict[str, Pose] = field(default_factory=dict)
    offline: set[str] = field(default_factory=set)
    spans: list[Span] = field(default_factory=lambda: [(NOON - DAY, NOON)])
    sessions: dict[str, PlaybackSession] = field(default_factory=dict)
    token: str = ""

    def now(self) -> float:
        return NOON + time.monotonic() - self.started

    def camera(self, channel_id: str) -> CameraFacts | None:
        return self.cameras.get(channel_id)

    def streaming(self, channel_id: str) -> bool:
        return channel_id in self.cameras and channel_id not in self.offline

    def pose(self, channel_id: str) -> Pose:
        return self.poses.get(channel_id, Pose())

    def recorded_pose(self, channel_id: str, at: float) -> Pose:
        return Pose(pan=at // 60 % 36 * 10)

    def recorded(self, channel_id: str, storage: Storage, start: float, end: float) -> list[Span]:
        cut = [(max(a, start), min(b, end)) for a, b in self.spans]
        return [(a, b) for a, b in cut if a < b]

    def session(self, session_id: str) -> PlaybackSession | None:
        return self.sessions.get(session_id)

    def admits(self, path: str, query: dict[str, str]) -> bool:
        return query.get("token", "") == self.token


class Stage(NamedTuple):
    """A served source."""

    base: str
    source: MemorySource
    hub: LiveHub
    http: aiohttp.ClientSession


@asynccontextmanager
async def served(source: MemorySource | None = None) -> AsyncIterator[Stage]:
    """Serve a source's media on a free port of the loopback."""
    source = source or MemorySource()
    hub = LiveHub(source, Studio(SCENERY))
    app = web.Application()
    app.add_routes(media_routes(source, hub))
    runner = web.AppRunner(app, handler_cancellation=True)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    host, port = runner.addresses[0][:2]
    try:
        async with aiohttp.ClientSession() as http:
            yield Stage(f"http://{host}:{port}", source, hub, http)
    finally:
        await hub.close()
        await runner.cleanup()


class Tag(NamedTuple):
    """An FLV tag as it came over the socket."""

    kind: int
    ms: int
    body: bytes

    @property
    def picture(self) -> bool:
        if self.kind != 9:
            return False
        # The enhanced form of H.265 keeps its packet type in the first byte.
        return self.body[0] & 15 == 3 if self.body[0] & 128 else self.body[1] == 1

    @property
    def key(self) -> bool:
        return self.body[0] >> 4 & 7 == 1


class FlvReader:
    """Reads tags from a response one by one."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        self._content = response.content
        self._opened = False
        self.raw = bytearray()

    async def tag(self) -> Tag | None:
        """Return the next tag, None at the end."""
        try:
            if not self._opened:
                head = await self._read(13)
                assert head[:5] in (b"FLV\x01\x01", b"FLV\x01\x05")
                self._opened = True
            head = await self._read(11)
            size = int.from_bytes(head[1:4], "big")
            body = await self._read(size)
            assert int.from_bytes(await self._read(4), "big") == size + 11
        except asyncio.IncompleteReadError:
            return None
        ms = int.from_bytes(head[4:7], "big") | head[7] << 24
        return Tag(head[0], ms, body)

    async def pictures(self, count: int) -> list[Tag]:
        """Return the next pictures; fewer where the stream ends."""
        found: list[Tag] = []
        while len(found) < count:
            tag = await self.tag()
            if tag is None:
                break
            if tag.picture:
                found.append(tag)
        return found

    async def _read(self, size: int) -> bytes:
        data = await self._content.readexactly(size)
        self.raw += data
        return data

    def clocks(self) -> list[float | None]:
        """Decode everything read so far and return the burnt-in times."""
        return [read_clock(plane) for plane in decoded(bytes(self.raw), "flv")]


def decoded(data: bytes, kind: str) -> list[Array]:
    """Return the luma planes of all pictures of a stream."""
    with av.open(io.BytesIO(data), format=kind) as container:
        return [luma(frame) for frame in container.decode(video=0)]


def luma(frame: av.VideoFrame) -> Array:
    """Return a decoded picture's luma."""
    return frame.to_ndarray()[: frame.height, : frame.width]
