"""Cloud recordings of any range as HLS: segments cut at wall-clock multiples of four seconds."""

from __future__ import annotations

import asyncio
import contextlib
import math
import threading
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

from ivcdesk.simulator.media.cache import ByteCache
from ivcdesk.simulator.media.encoder import Format, Unit
from ivcdesk.simulator.media.live import program_date
from ivcdesk.simulator.media.mp4 import Mp4Writer
from ivcdesk.simulator.media.source import CameraFacts, Mark, MediaSource, Span, Storage
from ivcdesk.simulator.media.studio import Studio
from ivcdesk.simulator.media.ts import SegmentWriter

SEGMENT = 4000  # ms
_SHORTEST = 100  # ms; what is shorter holds hardly a picture
_WORKERS = 2
_CACHE_BYTES = 16 << 20  # about seven minutes of one channel


class Cut(NamedTuple):
    """One segment of a playlist (ms since the epoch); ``media`` is where it lies in it (ms)."""

    start: int
    end: int
    media: int
    joined: bool

    @property
    def number(self) -> int:
        """Its place among all multiples of the segment length."""
        return self.start // SEGMENT


def cuts(spans: Sequence[Span]) -> list[Cut]:
    """Cut recorded spans at multiples of four seconds; ``joined`` is False after a gap."""
    out: list[Cut] = []
    media = 0
    for first, last in spans:
        start, end = math.ceil(first * 1000), math.floor(last * 1000)
        while start < end:
            stop = min((start // SEGMENT + 1) * SEGMENT, end)
            if stop - start >= _SHORTEST:
                joined = bool(out) and out[-1].end == start
                out.append(Cut(start, stop, media, joined))
                media += stop - start
            start = stop
    return out


def playlist_text(found: Sequence[Cut], query: str) -> str:
    """Return a finished playlist of segments beside it, each with its own query."""
    longest = max((cut.end - cut.start for cut in found), default=SEGMENT)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        f"#EXT-X-TARGETDURATION:{math.ceil(longest / 1000)}",
        "#EXT-X-MEDIA-SEQUENCE:0",
    ]
    for place, cut in enumerate(found):
        if place and not cut.joined:
            lines.append("#EXT-X-DISCONTINUITY")
        lines += [
            f"#EXT-X-PROGRAM-DATE-TIME:{program_date(cut.start / 1000)}",
            f"#EXTINF:{(cut.end - cut.start) / 1000:.3f},",
            f"{cut.start}-{cut.end}.ts{query}",
        ]
    lines.append("#EXT-X-ENDLIST")
    return "\n".join(lines) + "\n"


SegmentKey = tuple[CameraFacts, int, int]


class Roll:
    """A segment that is being encoded, or was: pictures arrive while others already read."""

    def __init__(self) -> None:
        self.units: list[Unit] = []
        self.format: Format | None = None
        self.done = False
        self.error: BaseException | None = None
        self.readers = 0
        self.abandoned = threading.Event()
        self._grown = asyncio.Event()

    @property
    def nbytes(self) -> int:
        """Bytes of all pictures."""
        return sum(len(nal) for unit in self.units for nal in unit.nals) + 2000

    def grow(self, stream: Format, unit: Unit) -> None:
        """Add a picture."""
        self.format = stream
        self.units.append(unit)
        self._grown.set()

    def finish(self, error: BaseException | None) -> None:
        """Say that no more will come."""
        self.done, self.error = True, error
        self._grown.set()

    async def read(self) -> AsyncIterator[tuple[Format, Unit, bool]]:
        """Yield format, picture, and whether it is the last; raises what went wrong."""
        place = 0
        while True:
            # The last picture is known as such only once the encoder is done.
            ready = len(self.units) if self.done else len(self.units) - 1
            if place < ready and self.format is not None:
                place += 1
                yield self.format, self.units[place - 1], self.done and place == len(self.units)
                continue
            if self.done:
                if self.error is not None:
                    raise self.error
                return
            self._grown.clear()
            await self._grown.wait()


class Recordings:
    """Encodes segments on demand in a few worker threads and keeps the latest ones."""

    def __init__(self, source: MediaSource, studio: Studio) -> None:
        self._source, self._studio = source, studio
        self._kept: ByteCache[SegmentKey, Roll] = ByteCache(_CACHE_BYTES)
        self._running: dict[SegmentKey, Roll] = {}
        self._workers = ThreadPoolExecutor(_WORKERS, thread_name_prefix="recording")
        self._closed = False
        self.encoded = 0

    def cuts(
        self, channel_id: str, start: float, end: float, storage: Storage = "cloud"
    ) -> list[Cut]:
        """Return the segments of a range (s since the epoch); empty where nothing is stored."""
        return cuts(self._source.recorded(channel_id, storage, start, end))

    async def stream(self, facts: CameraFacts, cut: Cut) -> AsyncIterator[bytes]:
        """Yield a segment's bytes while it is being encoded."""
        roll = self.roll(facts, cut)
        roll.readers += 1
        try:
            writer: SegmentWriter | None = None
            async for stream, unit, last in roll.read():
                if writer is None:
                    writer = SegmentWriter(stream, cut.number, cut.media)
                yield writer.unit(unit, last=last)
        finally:
            roll.readers -= 1
            if not roll.readers and not roll.done:
                # Nobody waits for the rest: a thumbnail needs no more than the first picture.
                roll.abandoned.set()

    def roll(self, facts: CameraFacts, cut: Cut) -> Roll:
        """Return a segment's pictures, whole or under way; one encoder however many ask."""
        key = (facts, cut.start, cut.end)
        found = self._kept.get(key) or self._running.get(key)
        if found is not None and not found.abandoned.is_set():
            return found
        if self._closed:
            raise ConnectionAbortedError("the recordings are closed")
        roll = Roll()
        self._running[key] = roll
        loop = asyncio.get_running_loop()

        def tell(call: Callable[..., None], *values: object) -> None:
            # A loop that has closed meanwhile has nobody left to tell.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(call, *values)

        def work() -> None:
            error: BaseException | None = None
            try:
                for stream, unit in self._encode(facts, cut, roll.abandoned):
                    tell(roll.grow, stream, unit)
            except Exception as problem:
                error = problem
            tell(done, error)

        def done(error: BaseException | None) -> None:
            if self._running.get(key) is roll:
                del self._running[key]
            whole = error is None and not roll.abandoned.is_set()
            if whole:
                self.encoded += 1
                self._kept.put(key, roll, roll.nbytes)
            elif error is None:
                error = ConnectionAbortedError("the segment was abandoned")
            roll.finish(error)

        self._workers.submit(work)
        return roll

    async def whole(self, facts: CameraFacts, cut: Cut) -> tuple[Format, list[Unit]]:
        """Return all of a segment's pictures and sound."""
        roll = self.roll(facts, cut)
        roll.readers += 1
        try:
            units = [(stream, unit) async for stream, unit, _ in roll.read()]
        finally:
            roll.readers -= 1
        return units[0][0], [unit for _, unit in units]

    async def file(
        self, facts: CameraFacts, found: Sequence[Cut], kind: str
    ) -> AsyncIterator[bytes]:
        """Yield a recording as one file, ``ts`` or ``mp4``, while it is being encoded."""
        writer: Mp4Writer | None = None
        for place, cut in enumerate(found):
            if kind == "ts":
                async for piece in self.stream(facts, cut):
                    yield piece
            else:
                stream, units = await self.whole(facts, cut)
                if writer is None:
                    seconds = sum(one.end - one.start for one in found) / 1000
                    writer = Mp4Writer(stream, seconds)
                    yield writer.opening()
                yield writer.segment(units, cut.media, cut.end - cut.start)
            if place + 1 < len(found):
                self.prefetch(facts, found[place + 1])

    async def still(self, facts: CameraFacts, at: float, marks: Sequence[Mark] = ()) -> bytes:
        """Return what a channel saw at a moment (s since the epoch) as JPEG, marked."""
        pose = self._source.recorded_pose(facts.channel_id, at)
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._workers, self._studio.still, facts, pose, at, marks)

    def prefetch(self, facts: CameraFacts, cut: Cut) -> None:
        """Encode a segment that will be wanted soon, where no one is waiting."""
        if not self._running and not self._closed:
            self.roll(facts, cut)

    async def close(self) -> None:
        """Stop all work; no thread is left."""
        self._closed = True
        for roll in list(self._running.values()):
            roll.abandoned.set()
        self._workers.shutdown(wait=True, cancel_futures=True)

    def _encode(
        self, facts: CameraFacts, cut: Cut, stop: threading.Event
    ) -> Iterator[tuple[Format, Unit]]:
        encoder = self._studio.encoder(facts, gop_seconds=SEGMENT / 1000)
        sound, sounds = self._studio.recorded_sound(facts, cut.start, cut.end)
        stream = encoder.format._replace(sound=sound)
        sounds.reverse()
        camera = self._studio.camera(facts, urgent=False)
        # Pictures lie on one grid of moments, whatever the range: k / fps since the epoch.
        number = math.ceil(cut.start * facts.fps / 1000)
        while number * 1000 < cut.end * facts.fps:
            if stop.is_set():
                return
            at = number / facts.fps
            number += 1
            pose = self._source.recorded_pose(facts.channel_id, at)
            picture = camera.render(pose, at, encoder.canvas)
            units = encoder.encode(picture, round(at * 1000) - cut.start)
            # A picture comes last, so that the last unit of all is one and can fill a segment.
            after = cut.end if number * 1000 >= cut.end * facts.fps else units[0].ms
            while sounds and sounds[-1].ms <= after:
                yield stream, sounds.pop()
            for unit in units:
                yield stream, unit
