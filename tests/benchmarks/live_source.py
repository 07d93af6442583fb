"""A live stream that bears its own time as bars in the picture: a process of its own.

``python -m tests.benchmarks.live_source`` prints the port that ``/live.flv`` is served at. The
stream is as a camera's sub stream is: 640x360 at 15 pictures a second, a key frame every 2 s; who
joins is sent what has come since the last one. The bars hold the monotonic clock, in ms, of the
moment when the picture was begun.
"""

from __future__ import annotations

import asyncio
import contextlib
import io
import sys
import time
from fractions import Fraction

import av
import numpy as np
from aiohttp import web

WIDTH, HEIGHT, FPS, GOP = 640, 360, 15, 30
BITS, SIDE = 32, 16
BARS_Y = 168
"""The upper edge of the bars, px: players put their own words at the top and at the bottom."""


def read_bars(row: np.ndarray) -> int:
    """Return the milliseconds that a row of grey pixels through the bars says."""
    bits = row[SIDE // 2 : BITS * SIDE : SIDE] > 125
    return int((bits.astype(np.uint64) << np.arange(BITS, dtype=np.uint64)).sum())


class Source:
    """Encodes pictures at their times and hands the tags to everybody who has joined."""

    def __init__(self) -> None:
        self.head = b""
        self.since_key: list[bytes] = []
        self.viewers: set[asyncio.Queue[bytes]] = set()
        self._muxed = io.BytesIO()
        self._container = av.open(self._muxed, "w", format="flv")
        self._stream = stream = self._container.add_stream("libx264", rate=FPS)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        context = stream.codec_context
        context.time_base, context.gop_size = Fraction(1, 1000), GOP
        context.thread_count, context.max_b_frames = 1, 0
        context.options = {
            "preset": "veryfast", "tune": "zerolatency", "x264-params": "scenecut=0"
        }  # fmt: skip
        self._noise = np.random.default_rng(1).integers(60, 200, (HEIGHT, WIDTH * 2), np.uint8)

    async def run(self) -> None:
        """Send pictures for ever."""
        loop = asyncio.get_running_loop()
        began, count = loop.time(), 0
        while True:
            await asyncio.sleep(began + count / FPS - loop.time())
            self._send(count)
            count += 1

    def _send(self, count: int) -> None:
        now = int(time.monotonic() * 1000) & 0xFFFFFFFF
        frame = av.VideoFrame(WIDTH, HEIGHT, "yuv420p")
        luma, blue, red = frame.planes
        rows = np.frombuffer(luma, np.uint8).reshape(HEIGHT, luma.line_size)
        shift = count * 3 % WIDTH
        rows[:, :WIDTH] = self._noise[:, shift : shift + WIDTH] // 4 + 90
        bits = np.uint64(now) >> np.arange(BITS, dtype=np.uint64) & np.uint64(1)
        bars = np.where(bits.astype(bool), 235, 16).astype(np.uint8).repeat(SIDE)
        rows[BARS_Y : BARS_Y + SIDE, : BITS * SIDE] = bars
        np.frombuffer(blue, np.uint8)[:] = 128
        np.frombuffer(red, np.uint8)[:] = 128
        frame.pts, frame.time_base = count * 1000 // FPS, Fraction(1, 1000)
        for packet in self._stream.encode(frame):
            key = packet.is_keyframe
            self._container.mux_one(packet)
            # What is muxed stays in the muxer for a while unless it is asked for.
            data = self._take()
            if not self.head:
                self.head, data = self._split(data)
            if key:
                self.since_key.clear()
            self.since_key.append(data)
            for queue in self.viewers:
                queue.put_nowait(data)

    def _take(self) -> bytes:
        data = self._muxed.getvalue()
        self._muxed.seek(0)
        self._muxed.truncate()
        return data

    @staticmethod
    def _split(data: bytes) -> tuple[bytes, bytes]:
        """Return header, metadata and codec header; and what follows."""
        at = 13
        while at < len(data):
            size = 15 + int.from_bytes(data[at + 1 : at + 4], "big")
            if data[at] == 9 and data[at + 12] == 1:
                break
            at += size
        return data[:at], data[at:]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Answer with the live stream."""
        response = web.StreamResponse(headers={"Content-Type": "video/x-flv"})
        await response.prepare(request)
        queue: asyncio.Queue[bytes] = asyncio.Queue()
        await response.write(self.head + b"".join(self.since_key))
        self.viewers.add(queue)
        try:
            with contextlib.suppress(ConnectionResetError):
                while True:
                    await response.write(await queue.get())
        finally:
            self.viewers.discard(queue)
        return response


async def main() -> None:
    """Serve until standard input is closed."""
    source = Source()
    app = web.Application()
    app.router.add_get("/live.flv", source.serve)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    sending = asyncio.create_task(source.run())
    sys.stdout.write(f"{runner.addresses[0][1]}\n")
    sys.stdout.flush()
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    sending.cancel()
    await runner.cleanup()


if __name__ == "__main__":
    asyncio.run(main())
