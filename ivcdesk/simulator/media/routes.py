"""The media addresses: live and recorded pictures over HTTP."""

from __future__ import annotations

from aiohttp import web

from ivcdesk.simulator.media import flv
from ivcdesk.simulator.media.feed import Feed, Viewer
from ivcdesk.simulator.media.live import LiveHub, facts_for, quality_of
from ivcdesk.simulator.media.source import CameraFacts, FetchSource, MediaSource, read_marks
from ivcdesk.simulator.media.vod import Cut, Recordings, playlist_text

_OPEN = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-cache"}
_FLV = {**_OPEN, "Content-Type": "video/x-flv"}
_PLAYLIST = "application/vnd.apple.mpegurl"
_TS = "video/mp2t"


def media_routes(source: MediaSource, live: LiveHub) -> list[web.RouteDef]:
    """Return the routes of all media; closing the hub also ends what they started.

    Addresses that ``source.admits`` refuses are answered with 403, unknown channels, sessions
    and segments with 404, and channels that send nothing now with 503.
    """
    pages = _Pages(source, live)
    live.on_close(pages.recordings.close)
    return [
        web.get(r"/live/{channel:[^/@]+}@{session:[^/@]+}.live.flv", pages.session_flv),
        web.get(r"/live/{channel:[^/@]+}.live.flv", pages.live_flv),
        web.get(r"/live/{channel:[^/@]+}/hls.m3u8", pages.live_playlist),
        web.get(r"/live/{channel:[^/@]+}/{number:\d+}.ts", pages.live_segment),
        web.get(r"/playback/{channel:[^/@]+}/hls.m3u8", pages.recorded_playlist),
        web.get(r"/playback/{channel:[^/@]+}/{start:\d+}-{end:\d+}.ts", pages.recorded_segment),
        web.get(r"/video/{channel:[^/@]+}/video.{kind:mp4|ts}", pages.recorded_file),
        web.get(r"/download/{task:[^/@]+}/video.mp4", pages.fetched_file),
        web.get(r"/snapshot/{channel:[^/@]+}@{moment:\d+}.jpg", pages.snapshot),
    ]


class _Pages:
    """The handlers of all media addresses."""

    def __init__(self, source: MediaSource, live: LiveHub) -> None:
        self._source, self._live = source, live
        self.recordings = Recordings(source, live.studio)

    async def live_flv(self, request: web.Request) -> web.StreamResponse:
        """Send a channel's present pictures for as long as they are wanted."""
        facts = self._streaming_camera(request)
        if request.method == "HEAD":
            return web.Response(headers=_FLV)
        broadcast, viewer = self._live.watch(facts, quality_of(request.query))
        return await self._send(request, broadcast, viewer)

    async def session_flv(self, request: web.Request) -> web.StreamResponse:
        """Send a device's recording as its session plays."""
        facts = self._streaming_camera(request)
        session = self._source.session(request.match_info["session"])
        if session is None or session.channel_id != facts.channel_id or session.stopped:
            raise web.HTTPNotFound(text="no such session\n")
        if request.method == "HEAD":
            return web.Response(headers=_FLV)
        broadcast, viewer = self._live.play(facts, session)
        return await self._send(request, broadcast, viewer)

    async def live_playlist(self, request: web.Request) -> web.StreamResponse:
        """Answer with the last segments of a channel."""
        facts = self._streaming_camera(request)
        text = await self._live.playlist(facts, quality_of(request.query)).text(_query(request))
        if text is None:
            raise web.HTTPServiceUnavailable(text="no picture came in time\n")
        return web.Response(text=text, content_type=_PLAYLIST, headers=_OPEN)

    async def live_segment(self, request: web.Request) -> web.StreamResponse:
        """Answer with one of a channel's last segments."""
        facts = self._streaming_camera(request)
        playlist = self._live.running_playlist(facts.channel_id, quality_of(request.query))
        body = await playlist.segment(int(request.match_info["number"])) if playlist else None
        if body is None:
            raise web.HTTPNotFound(text="no such segment\n")
        return web.Response(body=body, content_type=_TS, headers=_OPEN)

    async def recorded_playlist(self, request: web.Request) -> web.StreamResponse:
        """Answer with the segments that are stored in the cloud for a range."""
        facts = self._camera(request)
        found = self.recordings.cuts(facts.channel_id, *_range(request))
        if not found:
            raise web.HTTPNotFound(text="nothing is recorded in this range\n")
        text = playlist_text(found, _query(request))
        return web.Response(text=text, content_type=_PLAYLIST, headers=_OPEN)

    async def recorded_segment(self, request: web.Request) -> web.StreamResponse:
        """Send one segment of a recording, from its first picture on as it is encoded."""
        facts = self._camera(request)
        found = self.recordings.cuts(facts.channel_id, *_range(request))
        wanted = (int(request.match_info["start"]), int(request.match_info["end"]))
        place = next((n for n, cut in enumerate(found) if (cut.start, cut.end) == wanted), None)
        if place is None:
            raise web.HTTPNotFound(text="no such segment\n")
        headers = {**_OPEN, "Content-Type": _TS}
        if request.method == "HEAD":
            return web.Response(headers=headers)
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        async for piece in self.recordings.stream(facts, found[place]):
            await response.write(piece)
        await response.write_eof()
        if place + 1 < len(found):
            self.recordings.prefetch(facts, found[place + 1])
        return response

    async def recorded_file(self, request: web.Request) -> web.StreamResponse:
        """Send a recording of the cloud as one file."""
        facts = self._camera(request)
        found = self.recordings.cuts(facts.channel_id, *_range(request))
        return await self._send_file(request, facts, found, request.match_info["kind"])

    async def fetched_file(self, request: web.Request) -> web.StreamResponse:
        """Send a recording that was fetched from its device."""
        self._admit(request)
        fetched = None
        if isinstance(self._source, FetchSource):
            fetched = self._source.fetched(request.match_info["task"])
        facts = self._source.camera(fetched.channel_id) if fetched else None
        if fetched is None or facts is None:
            raise web.HTTPNotFound(text="no such download\n")
        found = self.recordings.cuts(facts.channel_id, fetched.start, fetched.end, "device")
        return await self._send_file(request, facts, found, "mp4")

    async def snapshot(self, request: web.Request) -> web.StreamResponse:
        """Answer with one picture of the main stream's size, to keep unless it is a preview.

        What its address says was found in it is framed.
        """
        facts = facts_for(self._camera(request), "main")
        moment = request.match_info["moment"]
        try:
            marks = read_marks(request.query.get("marks", ""))
        except ValueError:
            raise web.HTTPBadRequest(text="marks have four numbers and a label\n") from None
        body = await self.recordings.still(facts, int(moment) / 1000, marks)
        headers = {**_OPEN, "Content-Type": "image/jpeg"}
        if "preview" not in request.query:
            headers["Content-Disposition"] = f'attachment; filename="{moment}.jpg"'
        return web.Response(body=body, headers=headers)

    async def _send_file(
        self, request: web.Request, facts: CameraFacts, found: list[Cut], kind: str
    ) -> web.StreamResponse:
        if not found:
            raise web.HTTPNotFound(text="nothing is recorded in this range\n")
        headers = {**_OPEN, "Content-Type": _TS if kind == "ts" else "video/mp4"}
        if request.method == "HEAD":
            return web.Response(headers=headers)
        response = web.StreamResponse(headers=headers)
        self._live.downloads += 1
        try:
            await response.prepare(request)
            async for piece in self.recordings.file(facts, found, kind):
                await response.write(piece)
            await response.write_eof()
        except ConnectionResetError:
            pass  # whoever fetched it hung up in the middle
        finally:
            self._live.downloads -= 1
        return response

    async def _send(
        self, request: web.Request, broadcast: Feed, viewer: Viewer
    ) -> web.StreamResponse:
        response = web.StreamResponse(headers=_FLV)
        response.force_close()
        try:
            stream = await broadcast.format()
            await response.prepare(request)
            await response.write(flv.opening(stream))
            while (arrived := await viewer.next(1.0)) is not None:
                if request.transport is None or request.transport.is_closing():
                    break
                if arrived:
                    await response.write(b"".join(tag for _, tag in arrived))
        except ConnectionError:
            if not response.prepared:
                raise web.HTTPServiceUnavailable(text="the stream ended\n") from None
            # Otherwise the player hung up, which is how live streams end.
        finally:
            broadcast.leave(viewer)
        return response

    def _admit(self, request: web.Request) -> None:
        if not self._source.admits(request.path, dict(request.query)):
            raise web.HTTPForbidden(text="the address has expired or is not genuine\n")

    def _camera(self, request: web.Request) -> CameraFacts:
        self._admit(request)
        facts = self._source.camera(request.match_info["channel"])
        if facts is None:
            raise web.HTTPNotFound(text="no such channel\n")
        return facts

    def _streaming_camera(self, request: web.Request) -> CameraFacts:
        facts = self._camera(request)
        if not self._source.streaming(facts.channel_id):
            raise web.HTTPServiceUnavailable(text="the channel sends no picture now\n")
        return facts


def _query(request: web.Request) -> str:
    query = request.rel_url.raw_query_string
    return f"?{query}" if query else ""


def _range(request: web.Request) -> tuple[float, float]:
    try:
        return float(request.query["starttime"]), float(request.query["endtime"])
    except (KeyError, ValueError):
        raise web.HTTPBadRequest(text="starttime and endtime are seconds\n") from None
