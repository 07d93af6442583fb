"""Pictures and recordings to download: JPEG, transport streams and MP4, made as they are sent."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from fractions import Fraction
from functools import partial
from typing import TypeVar

import av
from aiohttp import web

from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.media.camera import Camera
from ivcdesk.simulator.media.live import LiveHub
from ivcdesk.simulator.media.planes import video_frame
from ivcdesk.simulator.media.source import CameraFacts, Pose, Span
from ivcdesk.simulator.media.vod import Recordings, cuts

T = TypeVar("T")

_TYPES = {"mp4": "video/mp4", "ts": "video/mp2t"}
_QUALITY = "4"


class Files:
    """Serves files to download; closing the hub ends its work.

    Addresses that the cloud does not admit are answered with 403, what is not there with 404.
    """

    def __init__(self, cloud: Cloud, hub: LiveHub) -> None:
        self._cloud = cloud
        self._scenery = hub.scenery
        self._recordings = Recordings(cloud, hub.scenery)
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="files")
        hub.on_close(self._close)

    def routes(self) -> list[web.RouteDef]:
        """Return the routes for the server."""
        return [
            web.get(r"/snapshot/{channel:[^/@]+}@{moment:\d+}.jpg", self._snapshot),
            web.get(r"/video/{channel:[^/@]+}/video.{kind:mp4|ts}", self._video),
            web.get(r"/download/{task:[^/@]+}/video.mp4", self._download),
        ]

    async def _snapshot(self, request: web.Request) -> web.StreamResponse:
        facts = self._admitted(request, request.match_info["channel"])
        milliseconds = int(request.match_info["moment"])
        pose = self._pose(facts.channel_id, milliseconds)
        body = await self._in_thread(lambda: self._picture(facts, pose, milliseconds / 1000))
        headers = {"Content-Type": "image/jpeg"}
        if "preview" not in request.query:
            headers["Content-Disposition"] = f'attachment; filename="{milliseconds}.jpg"'
        return web.Response(body=body, headers=headers)

    async def _video(self, request: web.Request) -> web.StreamResponse:
        facts = self._admitted(request, request.match_info["channel"])
        try:
            window = float(request.query["starttime"]), float(request.query["endtime"])
        except (KeyError, ValueError):
            raise web.HTTPBadRequest(text="starttime and endtime are seconds\n") from None
        spans = self._cloud.recorded(facts.channel_id, "cloud", *window)
        return await self._send(request, facts, spans, request.match_info["kind"])

    async def _download(self, request: web.Request) -> web.StreamResponse:
        job = self._cloud.world.ledger.downloads.get(request.match_info["task"])
        facts = self._admitted(request, job.channel_id if job else "")
        if job is None or job.reason or job.ends > self._cloud.clock.steady():
            raise web.HTTPNotFound(text="no such file\n")
        spans = self._cloud.recorded(facts.channel_id, "device", job.start, job.end)
        return await self._send(request, facts, spans, "mp4")

    async def _send(
        self, request: web.Request, facts: CameraFacts, spans: list[Span], kind: str
    ) -> web.StreamResponse:
        """Send a file in chunks, without a length: nobody knows it before it is made."""
        if not spans:
            raise web.HTTPNotFound(text="nothing is recorded in this range\n")
        response = web.StreamResponse(headers={"Content-Type": _TYPES[kind]})
        response.enable_chunked_encoding()
        await response.prepare(request)
        segments = self._segments(facts, spans)
        async for piece in self._mp4(segments) if kind == "mp4" else segments:
            await response.write(piece)
        await response.write_eof()
        return response

    async def _segments(self, facts: CameraFacts, spans: list[Span]) -> AsyncIterator[bytes]:
        for cut in cuts(spans):
            yield b"".join([piece async for piece in self._recordings.stream(facts, cut)])

    async def _mp4(self, segments: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        box = _Boxes()
        async for segment in segments:
            piece = await self._in_thread(partial(box.add, segment))
            if piece:
                yield piece
        yield await self._in_thread(box.finish)

    def _admitted(self, request: web.Request, channel_id: str) -> CameraFacts:
        if not self._cloud.admits(request.path, dict(request.query)):
            raise web.HTTPForbidden(text="the address has expired or is not genuine\n")
        facts = self._cloud.camera(channel_id)
        if facts is None:
            raise web.HTTPNotFound(text="no such channel\n")
        return facts

    def _pose(self, channel_id: str, milliseconds: int) -> Pose:
        """Return where the camera looked when it took a picture, or when it was recorded."""
        for picture in self._cloud.world.ledger.snapshots.get(channel_id, ()):
            if int(picture.taken * 1000) == milliseconds:
                return picture.pose
        return self._cloud.recorded_pose(channel_id, milliseconds / 1000)

    def _picture(self, facts: CameraFacts, pose: Pose, at: float) -> bytes:
        frame = video_frame(Camera(facts, self._scenery).render(pose, at))
        codec = av.CodecContext.create("mjpeg", "w")
        codec.width, codec.height, codec.pix_fmt = facts.width, facts.height, "yuvj420p"
        codec.time_base = Fraction(1, 1000)
        codec.options = {"qmin": _QUALITY, "qmax": _QUALITY}
        packets = [*codec.encode(frame.reformat(format="yuvj420p")), *codec.encode(None)]
        return b"".join(bytes(packet) for packet in packets)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._worker, work)

    async def _close(self) -> None:
        self._worker.shutdown(wait=True, cancel_futures=True)
        await self._recordings.close()


class _Boxes:
    """Puts the pictures of transport stream segments into a fragmented MP4, piece by piece."""

    def __init__(self) -> None:
        self._sink = io.BytesIO()
        self._output = av.open(
            self._sink,
            "w",
            format="mp4",
            options={"movflags": "frag_keyframe+empty_moov+default_base_moof"},
        )
        self._stream: av.VideoStream | None = None

    def add(self, segment: bytes) -> bytes:
        """Take a whole segment and return what it made ready to send."""
        with av.open(io.BytesIO(segment), "r", format="mpegts") as source:
            video = source.streams.video[0]
            if self._stream is None:
                self._stream = self._output.add_stream_from_template(video)
            for packet in source.demux(video):
                if packet.dts is None:
                    continue
                packet.stream = self._stream
                self._output.mux(packet)
        return self._drained()

    def finish(self) -> bytes:
        """Return the end of the file."""
        self._output.close()
        return self._drained()

    def _drained(self) -> bytes:
        ready = self._sink.getvalue()
        self._sink.seek(0)
        self._sink.truncate()
        return ready
