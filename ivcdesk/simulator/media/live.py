"""Live streams by channel, over HTTP-FLV and HLS."""

from __future__ import annotations

import asyncio
import dataclasses
import math
import threading
import time
from collections import deque
from collections.abc import Awaitable, Callable, Hashable, Iterator, Mapping
from typing import Literal, NamedTuple, TypeVar

from ivcdesk.simulator.media import ts
from ivcdesk.simulator.media.broadcast import Broadcast, Reel, Shot
from ivcdesk.simulator.media.encoder import GOP_SECONDS, Format, Unit
from ivcdesk.simulator.media.feed import Feed, Viewer
from ivcdesk.simulator.media.push import Relay
from ivcdesk.simulator.media.session import SessionReel
from ivcdesk.simulator.media.source import CameraFacts, MediaSource, PlaybackSession
from ivcdesk.simulator.media.studio import Studio

Quality = Literal["main", "sub"]
K = TypeVar("K", bound=Hashable)

_PLAYLIST_LENGTH = 5
_KEPT_SEGMENTS = 8
_HLS_PATIENCE = 10.0  # s without a request after which a player is gone


def facts_for(facts: CameraFacts, quality: Quality) -> CameraFacts:
    """Return how a stream of a channel is made; the main stream has 1.5 times the pixels a side."""
    if quality == "sub":
        return facts
    return dataclasses.replace(
        facts,
        width=round(facts.width * 1.5 / 2) * 2,
        height=round(facts.height * 1.5 / 2) * 2,
        bitrate=facts.bitrate * 2,
    )


def quality_of(query: Mapping[str, str]) -> Quality:
    """Return which stream an address asks for: ``stream_type=1`` is the main stream."""
    return "main" if query.get("stream_type") == "1" else "sub"


class LiveReel:
    """The pictures of a live camera: the present, at the camera's frame rate."""

    def __init__(
        self,
        source: MediaSource,
        facts: CameraFacts,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source, self._facts, self._clock = source, facts, clock

    def shots(self, stop: threading.Event) -> Iterator[Shot]:
        """See Reel."""
        source, channel, fps = self._source, self._facts.channel_id, self._facts.fps
        begin = 0.0
        number = 0
        while not stop.is_set():
            if number % fps == 0 and not source.streaming(channel):
                return
            yield Shot(source.pose(channel), source.now(), round(number * 1000 / fps))
            if not number:
                # Surroundings that nobody saw before were painted for it: that is no lateness.
                begin = self._clock()
            number += 1
            late = self._clock() - begin - number / fps
            if late > 0.5:
                # The machine was busy: leave out what nobody could see any more.
                number += math.ceil(late * fps)
                late = self._clock() - begin - number / fps
            if late < 0 and stop.wait(-late):
                return


class Segment(NamedTuple):
    """A closed group of pictures of a live stream."""

    number: int
    units: list[Unit]
    seconds: float
    wall: float


class LivePlaylist:
    """The last segments of a broadcast as HLS; it counts as one viewer while it is asked for."""

    def __init__(self, broadcast: Feed, now: Callable[[], float]) -> None:
        self._broadcast = broadcast
        self._viewer = broadcast.join()
        self._now = now
        self._segments: deque[Segment] = deque(maxlen=_KEPT_SEGMENTS)
        # Numbers go on from the last playlist of the channel, however long ago that was.
        self._number = int(now() / GOP_SECONDS)
        self._grown = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._watch: asyncio.TimerHandle | None = None
        self._touch()
        broadcast.on_gop(self._add)

    @property
    def watched(self) -> bool:
        """Whether a player still asks for it, and the stream goes on."""
        return self._watch is not None and not self._broadcast.ended

    def _touch(self) -> None:
        if self._watch is not None:
            self._watch.cancel()
        self._watch = self._loop.call_later(_HLS_PATIENCE, self.close)

    def close(self) -> None:
        """Give the viewer's place back."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
            self._broadcast.off_gop(self._add)
            self._broadcast.leave(self._viewer)

    def _add(self, units: list[Unit]) -> None:
        step = 1 / self._broadcast.facts.fps
        last = max(unit.ms for unit in units if not unit.sound)
        seconds = (last - units[0].ms) / 1000 + step
        self._segments.append(Segment(self._number, units, seconds, self._now() - seconds))
        self._number += 1
        self._grown.set()
        # Nobody reads this viewer's queue: the playlist keeps whole groups instead.
        self._viewer.discard()

    async def text(self, query: str, seconds: float = 9.0) -> str | None:
        """Return the playlist once it has a segment; None where none comes in time."""
        self._touch()
        try:
            async with asyncio.timeout(seconds):
                await self._grown.wait()
        except TimeoutError:
            return None
        shown = list(self._segments)[-_PLAYLIST_LENGTH:]
        longest = max(segment.seconds for segment in shown)
        lines = [
            "#EXTM3U",
            "#EXT-X-VERSION:3",
            f"#EXT-X-TARGETDURATION:{max(math.ceil(longest), round(GOP_SECONDS))}",
            f"#EXT-X-MEDIA-SEQUENCE:{shown[0].number}",
        ]
        for segment in shown:
            lines += [
                f"#EXT-X-PROGRAM-DATE-TIME:{program_date(segment.wall)}",
                f"#EXTINF:{segment.seconds:.3f},",
                f"{segment.number}.ts{query}",
            ]
        return "\n".join(lines) + "\n"

    async def segment(self, number: int) -> bytes | None:
        """Return a segment by its number, None where it is no longer or not yet there."""
        self._touch()
        stream = await self._broadcast.format()
        for segment in self._segments:
            if segment.number == number:
                return ts.segment(stream, segment.units, number)
        return None


def program_date(at: float) -> str:
    """Return a moment as HLS writes it: UTC with milliseconds."""
    milliseconds = round(at * 1000)
    seconds, rest = divmod(milliseconds, 1000)
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds)) + f".{rest:03d}Z"


class LiveHub:
    """All running streams; made and used inside one event loop."""

    def __init__(self, source: MediaSource, studio: Studio | None = None) -> None:
        self.source = source
        self.studio = studio or Studio()
        self._live: dict[tuple[str, Quality], Broadcast] = {}
        self._playlists: dict[tuple[str, Quality], LivePlaylist] = {}
        self._sessions: dict[str, Broadcast] = {}
        self._relays: dict[str, Relay] = {}
        self._threads: set[Broadcast] = set()
        self._closers: list[Callable[[], Awaitable[None]]] = []
        self.closed = False
        self.downloads = 0

    def viewers(self, channel_id: str) -> int:
        """Return how many watch a channel live, on all its streams."""
        relay = self._relays.get(channel_id)
        return (len(relay.viewers) if relay else 0) + sum(
            len(broadcast.viewers)
            for (name, _), broadcast in self._live.items()
            if name == channel_id
        )

    def rate(self, channel_id: str) -> float | None:
        """Return what a channel's live streams carry together, in kbit/s; None where none runs."""
        relay = self._relays.get(channel_id)
        running = [feed for (name, _), feed in self._live.items() if name == channel_id]
        rates = [feed.rate for feed in (*running, *([relay] if relay else ()))]
        known = [rate for rate in rates if rate is not None]
        return sum(known) if known else None

    @property
    def encoders(self) -> int:
        """How many encoders run."""
        return len(self._live) + len(self._sessions)

    def watch(self, facts: CameraFacts, quality: Quality) -> tuple[Feed, Viewer]:
        """Start watching a channel; unless it is pushed, the first viewer starts its encoder."""
        broadcast = self._broadcast(facts, quality)
        return broadcast, broadcast.join()

    def playlist(self, facts: CameraFacts, quality: Quality) -> LivePlaylist:
        """Return a channel's HLS playlist, started where it was not running."""
        key = (facts.channel_id, quality)
        playlist = self._playlists.get(key)
        if playlist is None or not playlist.watched:
            playlist = LivePlaylist(self._broadcast(facts, quality), self.source.now)
            self._playlists[key] = playlist
        return playlist

    def running_playlist(self, channel_id: str, quality: Quality) -> LivePlaylist | None:
        """Return a channel's playlist where it is being watched."""
        playlist = self._playlists.get((channel_id, quality))
        return playlist if playlist is not None and playlist.watched else None

    def play(self, facts: CameraFacts, session: PlaybackSession) -> tuple[Broadcast, Viewer]:
        """Watch a device's recording; all viewers of a session see the same."""
        broadcast = self._sessions.get(session.session_id)
        if broadcast is None or broadcast.ended:
            reel = SessionReel(self.source, session, facts.fps)
            broadcast = self._start(facts, reel, self._sessions, session.session_id)
        return broadcast, broadcast.join()

    def relay(self, facts: CameraFacts, stream: Format, on_end: Callable[[], None]) -> Relay:
        """Hand out what a device pushes, to all its viewers and in place of drawn pictures.

        ``on_end`` is called when no more comes or no more is wanted. ConnectionRefusedError where
        the channel is being pushed already.
        """
        channel_id = facts.channel_id
        if self.closed or channel_id in self._relays:
            raise ConnectionRefusedError("the channel is being pushed already")
        self.kick(channel_id)

        def ended() -> None:
            self._relays.pop(channel_id, None)
            on_end()

        relay = self._relays[channel_id] = Relay(facts, stream, ended)
        return relay

    def relayed(self, channel_id: str) -> Relay | None:
        """Return what a channel's device pushes, or None where nothing is."""
        return self._relays.get(channel_id)

    def kick(self, channel_id: str) -> None:
        """Drop everybody who watches a channel or its device's recordings, and stop encoding.

        What a device pushes goes on as long as the device may.
        """
        relay = self._relays.get(channel_id)
        if relay is not None:
            if self.source.streaming(channel_id):
                relay.dismiss()
            else:
                relay.stop(abruptly=True)
        for (name, _), broadcast in list(self._live.items()):
            if name == channel_id:
                broadcast.stop(abruptly=True)
        for broadcast in list(self._sessions.values()):
            if broadcast.facts.channel_id == channel_id:
                broadcast.stop(abruptly=True)

    def on_close(self, closer: Callable[[], Awaitable[None]]) -> None:
        """Have something else closed together with the hub."""
        self._closers.append(closer)

    async def close(self) -> None:
        """End all streams; when this returns, no thread is left."""
        self.closed = True
        for playlist in self._playlists.values():
            playlist.close()
        for feed in (*self._live.values(), *self._sessions.values(), *self._relays.values()):
            feed.stop(abruptly=True)
        for broadcast in list(self._threads):
            await broadcast.wait_stopped()
        for closer in self._closers:
            await closer()

    def _broadcast(self, facts: CameraFacts, quality: Quality) -> Feed:
        relay = self._relays.get(facts.channel_id)
        if relay is not None:
            return relay
        key = (facts.channel_id, quality)
        broadcast = self._live.get(key)
        if broadcast is None or broadcast.ended:
            made = facts_for(facts, quality)
            broadcast = self._start(made, LiveReel(self.source, made), self._live, key)
        return broadcast

    def _start(
        self, facts: CameraFacts, reel: Reel, running: dict[K, Broadcast], key: K
    ) -> Broadcast:
        if self.closed:
            raise ConnectionAbortedError("the streams are closed")

        def ended() -> None:
            if running.get(key) is broadcast:
                del running[key]

        broadcast = Broadcast(facts, self.studio, reel, ended)
        running[key] = broadcast
        self._threads.add(broadcast)
        broadcast.on_stopped(lambda: self._threads.discard(broadcast))
        return broadcast
