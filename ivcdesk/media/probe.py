"""Follows a live address step by step, from its host's name to the first whole picture."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Literal
from urllib.parse import urlsplit

from av.container import InputContainer
from av.video.stream import VideoStream

from ivcdesk.domain.diagnosis import KEY_FRAME_SECONDS, Check, Finding, Verdict
from ivcdesk.media.container import (
    LIVE_OPTIONS,
    LIVE_TS_OPTIONS,
    Decoder,
    Feed,
    opened,
    opened_address,
    until_end,
)
from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.frames import CODEC_NAMES
from ivcdesk.media.http import HttpReader, Target, proxy_for, target_of
from ivcdesk.media.live_hls import HlsFeed
from ivcdesk.media.rtmp import SCHEMES, RtmpReader, rtmp_target
from ivcdesk.media.tls import shared_context
from ivcdesk.media.wire import Interruption, Wire

CONNECT_SECONDS = 5.0

_PATIENCE = 2 * KEY_FRAME_SECONDS

_STEPS = (
    Check.RESOLVE,
    Check.CONNECT,
    Check.TLS,
    Check.HTTP,
    Check.CONTAINER,
    Check.CODEC,
    Check.KEY_FRAME,
)
_RTSP_PORT = 554
_DIRECT = LIVE_OPTIONS | {"probesize": "4096", "rtsp_transport": "tcp"}


class StreamProbe:
    """Looks at one address and tells what it finds through ``tell``, a step at a time.

    :meth:`run` blocks and belongs into a thread; :meth:`interrupt` ends it at once, from any
    thread. Steps behind the first failure are told as skipped. The query of the address is never
    told.
    """

    def __init__(self, url: str, tell: Callable[[Finding], object]) -> None:
        self._url = url
        self._tell = tell
        self._stop = Interruption()
        self._reader: HttpReader | RtmpReader | None = None
        self._told: set[Check] = set()

    def interrupt(self) -> None:
        """End soon, whatever is under way."""
        self._stop.interrupt()
        reader = self._reader
        if reader is not None:
            reader.interrupt()

    def run(self) -> None:
        """Go through all steps; returns when the last one is told."""
        try:
            self._follow()
        except Interrupted:
            return
        finally:
            self._stop.close()
        for check in _STEPS:
            if check not in self._told:
                self._say(check, Verdict.SKIPPED, "not reached")

    def _follow(self) -> None:
        scheme = urlsplit(self._url).scheme
        try:
            if scheme in SCHEMES:
                asked = rtmp_target(self._url)
                target = Target(asked.secure, asked.host, asked.port, "")
                self._say(Check.PROXY, Verdict.FINE, "none")
                self._reach(target, target, secure=target.secure)
                self._read_rtmp(scheme.upper())
                return
            if scheme == "rtsp":
                parts = urlsplit(self._url)
                target = Target(False, parts.hostname or "", parts.port or _RTSP_PORT, "")
                self._say(Check.PROXY, Verdict.FINE, "none")
                self._reach(target, target, secure=False)
                self._say(Check.HTTP, Verdict.SKIPPED, "not http", protocol="RTSP")
                self._watch(opened_address(self._url, _DIRECT, KEY_FRAME_SECONDS))
                return
            target = target_of(self._url)
            proxy = self._find_proxy(target)
            self._reach(proxy or target, target, secure=target.secure and proxy is None)
        except _Over:
            return
        except MediaError as error:
            self._fail(Check.CONTAINER, error)
            return
        self._read()

    def _find_proxy(self, target: Target) -> Target | None:
        try:
            proxy = proxy_for(target)
        except MediaError as error:
            self._fail(Check.PROXY, error)
            raise _Over from None
        if proxy is None:
            self._say(Check.PROXY, Verdict.FINE, "none")
        else:
            self._say(Check.PROXY, Verdict.FINE, "used", host=proxy.where)
        return proxy

    def _reach(self, first: Target, target: Target, *, secure: bool) -> None:
        """Look the name up, connect, and shake hands; each step is told."""
        with self._step(Check.RESOLVE):
            found = self._stop.resolve(first.host, first.port, CONNECT_SECONDS)
            addresses = sorted({str(entry[4][0]) for entry in found})
            shown = ", ".join(addresses[:3])
            self._say(Check.RESOLVE, Verdict.FINE, "resolved", host=first.host, addresses=shown)
        wire = Wire(self._stop, first.where)
        try:
            with self._step(Check.CONNECT):
                wire.connect(first.host, first.port, CONNECT_SECONDS)
                taken = round(wire.connect_seconds * 1000)
                self._say(Check.CONNECT, Verdict.FINE, "connected", where=first.where, ms=taken)
            if secure:
                with self._step(Check.TLS):
                    wire.secure(shared_context(), target.host, CONNECT_SECONDS)
                    self._say(Check.TLS, Verdict.FINE, "trusted", host=target.host)
            elif not target.secure:
                self._say(Check.TLS, Verdict.SKIPPED, "plain")
        finally:
            wire.shut()

    def _read(self) -> None:
        reader = self._reader = HttpReader(
            connect_seconds=CONNECT_SECONDS, stall_seconds=KEY_FRAME_SECONDS
        )
        try:
            self._stop.check()
            with self._step(Check.HTTP):
                reader.open(self._url)
                if Check.TLS not in self._told:
                    self._say(Check.TLS, Verdict.FINE, "trusted", host=urlsplit(self._url).hostname)
                kind = reader.content_type or "?"
                self._say(Check.HTTP, Verdict.FINE, "answered", status=200, type=kind)
            if "mpegurl" in reader.content_type or urlsplit(self._url).path.endswith(".m3u8"):
                with self._step(Check.CONTAINER):
                    source = HlsFeed(reader, self._url, lambda: None)
                self._watch(opened_feed(source.read, source.kind))
            else:
                self._watch(opened_feed(reader.read, "flv"))
        except _Over:
            pass
        finally:
            self._reader = None
            reader.close()

    def _read_rtmp(self, protocol: str) -> None:
        reader = self._reader = RtmpReader(
            connect_seconds=CONNECT_SECONDS, stall_seconds=KEY_FRAME_SECONDS
        )
        try:
            self._stop.check()
            with self._step(Check.HTTP):
                reader.open(self._url)
            self._say(Check.HTTP, Verdict.SKIPPED, "not http", protocol=protocol)
            self._watch(opened_feed(reader.read, "flv"))
        finally:
            self._reader = None
            reader.close()

    def _watch(self, opening: AbstractContextManager[tuple[InputContainer, VideoStream]]) -> None:
        """Open the stream and wait for a whole picture."""
        began = time.monotonic()
        codec = ""
        try:
            with opening as (container, stream):
                name = stream.codec_context.name
                codec = CODEC_NAMES.get(name, name.upper())
                form = container.format.name.upper()
                self._say(Check.CONTAINER, Verdict.FINE, "opened", format=form)
                decoder = Decoder(stream.codec_context)
                for packet in until_end(container.demux(stream)):
                    self._stop.check()
                    waited = time.monotonic() - began
                    for picture in decoder.decode(packet if packet.size else None):
                        size = f"{picture.width}×{picture.height}"
                        self._say(Check.CODEC, Verdict.FINE, "decoded", codec=codec, size=size)
                        late = waited > KEY_FRAME_SECONDS
                        verdict = Verdict.DOUBTFUL if late else Verdict.FINE
                        what = "late" if late else "shown"
                        self._say(Check.KEY_FRAME, verdict, what, seconds=round(waited, 1))
                        return
                    if waited > _PATIENCE:
                        break
        except MediaError as error:
            at = Check.CONTAINER
            if error.kind == "codec":
                self._say(Check.CONTAINER, Verdict.FINE, "opened", format="?")
                at = Check.CODEC
            elif at in self._told:
                at = Check.KEY_FRAME
            self._fail(at, error)
            return
        self._say(Check.CODEC, Verdict.DOUBTFUL, "undecoded", codec=codec)
        waited = time.monotonic() - began
        self._say(Check.KEY_FRAME, Verdict.FAILED, "none", seconds=round(waited, 1))

    @contextmanager
    def _step(self, check: Check) -> Iterator[None]:
        """Tell a failure of this step, and go no further then."""
        try:
            yield
        except MediaError as error:
            at = check
            if check is Check.HTTP and error.kind == "tls":
                at = Check.TLS
            self._fail(at, error)
            raise _Over from None

    def _fail(self, check: Check, error: MediaError) -> None:
        facts = {"status": error.status} if error.status is not None else {}
        self._say(check, Verdict.FAILED, error.kind, error, detail=str(error), **facts)

    def _say(
        self,
        check: Check,
        verdict: Verdict,
        what: str,
        error: MediaError | None = None,
        **facts: object,
    ) -> None:
        if check not in self._told:
            self._told.add(check)
            self._tell(Finding(check, verdict, what, facts, error))


class _Over(Exception):
    """A step has failed and is told: those behind it can't be taken."""


@contextmanager
def opened_feed(
    source: Callable[[int], bytes], kind: Literal["flv", "mpegts", "mp4"]
) -> Iterator[tuple[InputContainer, VideoStream]]:
    """Open bytes as a stream; the errors of their source are raised as they are.

    FFmpeg looks through rubbish for ever: what is not recognised in time is called garbage.
    """
    deadline = time.monotonic() + KEY_FRAME_SECONDS
    recognised = False

    def read(size: int) -> bytes:
        if not recognised and time.monotonic() > deadline:
            raise MediaError("garbage", f"no video was recognised in {KEY_FRAME_SECONDS:g} s")
        return source(size)

    feed = Feed(read)
    options = LIVE_OPTIONS if kind == "flv" else LIVE_TS_OPTIONS
    with opened(feed, kind, options) as found:
        recognised = True
        yield found
    feed.check()
