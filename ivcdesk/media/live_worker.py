"""The thread that pulls one live stream, decodes it, and tries again when it breaks."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import cast
from urllib.parse import urlsplit

from av.container import InputContainer
from av.packet import Packet
from av.video.frame import VideoFrame
from av.video.stream import VideoStream
from PySide6.QtGui import QImage

from ivcdesk.media.catch_up import CatchUp
from ivcdesk.media.container import (
    LIVE_OPTIONS,
    LIVE_TS_OPTIONS,
    Decoder,
    Feed,
    opened,
    opened_address,
    until_end,
)
from ivcdesk.media.errors import Interrupted, MediaError, NoDecoder
from ivcdesk.media.frames import CODEC_NAMES, Frame, Scaler, StreamFacts
from ivcdesk.media.http import HttpReader
from ivcdesk.media.live_hls import HlsFeed
from ivcdesk.media.meter import WINDOW, Meter
from ivcdesk.media.outlet import Outlet
from ivcdesk.media.rtmp import SCHEMES, RtmpReader
from ivcdesk.media.sound_line import SoundLine
from ivcdesk.media.sound_track import FlvSound, pieces_of
from ivcdesk.media.states import CONNECTING, PLAYING, STALLED, PlayerState
from ivcdesk.media.tap import Tap

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 8.0
QUIET_SECONDS = 2.0
"""A stream that delivers nothing for so long is called stalled."""

STALL_SECONDS = 5.0
"""A stream that delivers nothing for so long is given up and asked for anew."""

PICTURE_SECONDS = 10.0
"""A stream that delivers for so long without a picture has failed."""

_NEW_URL_AFTER = 3
_EXPIRED = (401, 403)
_FACTS_EVERY = 0.5
_TAG_BYTES = 24
_DIRECT_OPTIONS = {"probesize": "4096", "rtsp_transport": "tcp", "fflags": "+discardcorrupt"}


class _Behind(Exception):
    """The stream is better asked anew: the link is too far behind, or its picture is another."""


class LiveWorker(threading.Thread):
    """Pulls one stream until :meth:`stop`, which any thread may call and which returns at once.

    Frames, states, facts and sound go to ``outlet``, what they are made of to ``tap``. Where an
    address gives no picture the next of ``urls`` is tried; it has failed when all have.
    """

    def __init__(self, urls: Sequence[str], outlet: Outlet, tap: Tap) -> None:
        super().__init__(name="media-live", daemon=True)
        self._received = 0
        self._urls = tuple(urls)
        self._choice = 0
        self._round_error: MediaError | None = None
        self._outlet = outlet
        self._tap = tap
        self._sound = SoundLine(outlet)
        self._size = (0, 0)
        self._transport = ""
        self._lock = threading.Condition()
        self._over = False
        self._hurry = False
        self._renewed = False
        self._failures = 0
        self._reader: HttpReader | RtmpReader | None = None
        self._meter = Meter()
        self._catch_up = CatchUp()
        self._facts = StreamFacts()
        self._facts_due = 0.0
        self._state: PlayerState | None = None
        self._picture: VideoFrame | None = None
        self._last_packet = 0.0
        self._began = 0.0
        self._seen = self._recognised = False
        self._fruitless_since: float | None = None

    def stop(self) -> None:
        """End soon, whatever is under way."""
        with self._lock:
            self._over = True
            if self._reader is not None:
                self._reader.interrupt()
            self._lock.notify_all()

    def retry(self) -> None:
        """Try again now instead of after the pause; the pauses begin anew."""
        with self._lock:
            self._hurry = True
            self._failures = 0
            self._lock.notify_all()

    def renew(self, urls: Sequence[str]) -> None:
        """Use other addresses from the next try on, which is now.

        Where fresh addresses fail one after another, the pauses are kept.
        """
        with self._lock:
            self._urls = tuple(urls)
            self._choice = 0
            self._hurry = not self._renewed
            self._renewed = True
            self._lock.notify_all()

    @property
    def received(self) -> int:
        """Bytes received so far."""
        reader = self._reader
        return self._received + (reader.bytes_received if reader else 0)

    @property
    def transport(self) -> str:
        """The way that the stream comes, or is tried to: FLV, HLS, RTMP or RTSP."""
        return self._transport

    def snapshot(self) -> QImage | None:
        """Return the last picture in its own size; from any thread."""
        picture = self._picture
        return None if picture is None else Scaler().convert(picture)

    def run(self) -> None:
        """Pull, and pull again after each failure with growing pauses."""
        while not self._over:
            if self._failures == 0 and self._state is not PLAYING:
                self._tell(CONNECTING)
            started = time.monotonic()
            try:
                self._pull()
                error = MediaError("ended", "the server has closed the stream")
            except Interrupted:
                return
            except _Behind:
                continue
            except MediaError as problem:
                error = problem
            if not self._over:
                self._failed(error, time.monotonic() - started)

    def _failed(self, error: MediaError, lasted: float) -> None:
        played = self._state in (PLAYING, STALLED)
        # The other addresses expire together with the first one: a fresh one is asked for.
        expired = error.status in _EXPIRED and not self._renewed
        if not played and not expired and self._try_other(error):
            self._pause(FIRST_PAUSE / 5)
            return
        error = self._round_error or error
        self._round_error = None
        if played and lasted > WINDOW:
            self._failures = 0
            with self._lock:
                self._choice = 0
        pause = min(FIRST_PAUSE * 2**self._failures, LONGEST_PAUSE)
        self._failures += 1
        # A connection that broke is made anew behind the last picture, once.
        broke = played and self._failures == 1
        self._tell(PlayerState("stalled" if broke else "failed", error, pause))
        if error.wants_new_url or self._failures >= _NEW_URL_AFTER:
            self._outlet.on_url_wanted()
        self._pause(pause)

    def _try_other(self, error: MediaError) -> bool:
        """Turn to the next address, if not all of them have failed now.

        The first error counts, or that there was a stream of which no picture could be made.
        """
        with self._lock:
            if not self._round_error or isinstance(error, NoDecoder):
                self._round_error = error
            self._choice = (self._choice + 1) % len(self._urls)
            return self._choice != 0

    def _pause(self, seconds: float) -> None:
        with self._lock:
            self._lock.wait_for(lambda: self._over or self._hurry, seconds)
            self._hurry = False

    def _pull(self) -> None:
        with self._lock:
            url = self._urls[self._choice]
        self._began = time.monotonic()
        self._seen = self._recognised = False
        self._fruitless_since = None
        parts = urlsplit(url)
        if parts.scheme == "rtsp":
            self._pull_direct(url)
            return
        make = RtmpReader if parts.scheme in SCHEMES else HttpReader
        reader = make(
            stall_seconds=STALL_SECONDS, quiet_seconds=QUIET_SECONDS, on_quiet=self._on_quiet
        )
        with self._lock:
            if self._over:
                reader.close()
                return
            self._reader = reader
        try:
            if isinstance(reader, HttpReader) and parts.path.endswith(".m3u8"):
                self._pull_hls(reader, url)
            else:
                self._pull_flv(reader, url)
        finally:
            with self._lock:
                self._reader = None
                self._received += reader.bytes_received
            reader.close()

    def _pull_flv(self, reader: HttpReader | RtmpReader, url: str) -> None:
        before = self._received
        self._transport = "FLV" if isinstance(reader, HttpReader) else "RTMP"
        self._meter.start(time.monotonic(), before)
        reader.open(url)
        if isinstance(reader, HttpReader) and "mpegurl" in reader.content_type:
            self._pull_hls(reader, url)
            return
        heard = FlvSound(self._in_time(reader.read))

        def read(size: int) -> bytes:
            data = heard.read(size)
            while heard.pieces:
                piece = heard.pieces.popleft()
                self._tap.sound(piece)
                self._sound.add(piece)
            return data

        feed = Feed(read)
        catch_up = self._catch_up
        catch_up.start()
        skipping = False
        with opened(feed, "flv", LIVE_OPTIONS) as (container, stream), self._tapped(stream):
            decoder = self._begin(stream)
            for packet in until_end(container.demux(stream)):
                self._arrived(before + reader.bytes_received)
                self._tap.video(packet)
                skipping = (catch_up.keys_only or skipping) and not packet.is_keyframe
                if skipping and packet.size:
                    continue
                more = feed.delivered > (packet.pos or 0) + packet.size + _TAG_BYTES
                for picture in self._decode(decoder, packet):
                    # While more is there to be read, a newer picture is about to come.
                    more = more or reader.ready
                    catch_up.picture(self._last_packet, self._meter.lag, more)
                    if not (self._outlet.mailbox.full and more):
                        self._show(picture, decoder)
                self._report(reader.round_trip_seconds)
                if catch_up.reconnect:
                    raise _Behind
        feed.check()

    def _pull_hls(self, reader: HttpReader, url: str) -> None:
        before = self._received
        self._transport = "HLS"
        self._meter.start(time.monotonic(), before)
        source = HlsFeed(reader, url, self._on_quiet)
        while True:
            feed = Feed(self._in_time(source.read))
            with (
                opened(feed, source.kind, LIVE_TS_OPTIONS) as (container, stream),
                self._tapped(stream),
            ):
                decoder = self._begin(stream)
                for packet in self._pictures(container, stream):
                    self._arrived(before + reader.bytes_received)
                    for picture in self._decode(decoder, packet):
                        if picture.pts is not None:
                            source.pace(picture.time)
                        self._show(picture, decoder)
                    self._report(None)
            feed.check()
            if not source.resume():
                return

    def _pull_direct(self, url: str) -> None:
        received = self._received
        self._transport = url.partition(":")[0].upper()[:4]
        self._meter.start(time.monotonic(), received)
        options = LIVE_OPTIONS | _DIRECT_OPTIONS
        with (
            opened_address(url, options, STALL_SECONDS) as (container, stream),
            self._tapped(stream),
        ):
            decoder = self._begin(stream)
            for packet in self._pictures(container, stream):
                received += packet.size
                self._arrived(received)
                self._received = received
                for picture in self._decode(decoder, packet):
                    self._show(picture, decoder)
                self._report(None)

    def _in_time(self, source: Callable[[int], bytes]) -> Callable[[int], bytes]:
        """Read from a source as long as pictures come of it.

        FFmpeg looks for packets in rubbish for ever, and gives nobody else a chance to end it.
        """

        def read(size: int) -> bytes:
            before = time.monotonic()
            since = self._fruitless_since if self._seen else self._began
            if since is not None and before - since > QUIET_SECONDS:
                self._on_quiet()
                if before - since > PICTURE_SECONDS:
                    raise self._no_picture()
            data = source(size)
            now = time.monotonic()
            # To wait for bytes is no fault of theirs.
            if self._fruitless_since is None or now - before > QUIET_SECONDS:
                self._fruitless_since = now
            return data

        return read

    def _no_picture(self) -> MediaError:
        if self._recognised and not self._seen:
            detail = f"no picture could be made of {PICTURE_SECONDS:g} s of data"
            return MediaError("codec", detail)
        return MediaError("garbage", f"no video was recognised for {PICTURE_SECONDS:g} s")

    @contextmanager
    def _tapped(self, stream: VideoStream) -> Iterator[None]:
        self._tap.begin(stream)
        try:
            yield
        finally:
            self._tap.end()

    def _pictures(
        self, container: InputContainer, video: VideoStream
    ) -> Iterator[Packet[VideoStream]]:
        """Give the packets of the picture, and put the sound between them where it belongs."""
        heard = container.streams.audio[:1]
        for packet in until_end(container.demux([video, *heard])):
            if packet.stream.index != video.index:
                for piece in pieces_of(packet):
                    self._tap.sound(piece)
                    self._sound.add(piece)
                continue
            of_picture = cast("Packet[VideoStream]", packet)
            self._tap.video(of_picture)
            yield of_picture

    def _begin(self, stream: VideoStream) -> Decoder:
        self._sound.start()
        self._size = (0, 0)
        self._recognised = True
        name = stream.codec_context.name
        self._facts = StreamFacts(codec=CODEC_NAMES.get(name, name.upper()))
        return Decoder(stream.codec_context)

    def _arrived(self, received: int) -> None:
        if self._over:
            raise Interrupted
        self._last_packet = time.monotonic()
        self._fruitless_since = None
        if not self._seen and self._last_packet - self._began > PICTURE_SECONDS:
            raise self._no_picture()
        self._meter.packet(self._last_packet, received)
        if self._state is not None and self._state.kind == "stalled" and not self._state.error:
            self._tell(PLAYING)

    def _decode(self, decoder: Decoder, packet: Packet[VideoStream]) -> list[VideoFrame]:
        pictures = decoder.decode(packet if packet.size else None)
        for picture in pictures:
            self._seen = True
            self._picture = picture
            if picture.pts is not None:
                self._meter.picture(self._last_packet, picture.time)
            size = (picture.width, picture.height)
            if size != self._size and self._size != (0, 0) and self._tap.open_for is not None:
                # A file holds pictures of one size; the next connection begins another.
                raise _Behind
            self._size = size
        return pictures

    def _show(self, picture: VideoFrame, decoder: Decoder) -> None:
        if self._state is not PLAYING:
            self._renewed = False
            self._round_error = None
            self._facts_due = 0.0
            self._tell(PLAYING)
        if picture.pts is not None:
            self._sound.picture(picture.time)
        scaler = self._outlet.scaler
        if scaler.showing:
            scaler.pixel_aspect = decoder.pixel_aspect
            self._outlet.mailbox.put(Frame(scaler.convert(picture)))
            self._outlet.on_frame()

    def _report(self, round_trip: float | None) -> None:
        now = time.monotonic()
        picture = self._picture
        if now < self._facts_due or picture is None or self._state is not PLAYING:
            return
        self._facts_due = now + _FACTS_EVERY
        delay = None
        if round_trip is not None:
            delay = (self._meter.lag + round_trip / 2 + now - self._last_packet) * 1000
        self._facts = replace(
            self._facts,
            width=picture.width,
            height=picture.height,
            fps=self._meter.fps,
            kbps=self._meter.kbps(now),
            delay_ms=delay,
        )
        self._outlet.on_facts(self._facts)

    def _on_quiet(self) -> None:
        if self._state is PLAYING:
            self._tell(STALLED)

    def _tell(self, state: PlayerState) -> None:
        self._state = state
        self._outlet.on_state(state)
