"""HLS playlists: the pieces of a recording or of a live stream, and when each was recorded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import urljoin, urlsplit

from ivcdesk.media.errors import MediaError

_ATTRIBUTE = re.compile(r'([A-Z0-9-]+)=("[^"]*"|[^,]*)')
_PLAUSIBLE_SECONDS = 86400.0
_ABUTS_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a stream: ``start`` is the wall-clock moment of its first picture.

    ``start`` is in seconds since the epoch (0 until :func:`timed`), ``duration`` in s; ``init``
    is the address of the header that fragments of MP4 need; ``part`` is (offset, length).
    """

    url: str = field(repr=False)
    duration: float
    sequence: int = 0
    start: float = 0.0
    clock: float | None = None
    naive: bool = False
    broken: bool = False
    init: str = field(default="", repr=False)
    part: tuple[int, int] | None = None

    @property
    def end(self) -> float:
        """The moment after its last picture."""
        return self.start + self.duration


@dataclass(frozen=True, slots=True)
class Playlist:
    """A list of segments, or of other playlists; ``ended`` says that no more will come."""

    segments: tuple[Segment, ...] = ()
    variants: tuple[str, ...] = field(default=(), repr=False)
    target: float = 2.0
    ended: bool = False


def parse(text: str, base: str) -> Playlist:
    """Read a playlist that was got from ``base``; the addresses in it become absolute.

    An address of the same place that has no query of its own is given the playlist's, because
    that is where the signature is. Raises :class:`MediaError` where it is none, or encrypted.
    """
    lines = [line.strip() for line in text.lstrip("\ufeff").splitlines()]
    if not lines or not lines[0].startswith("#EXTM3U"):
        raise MediaError("garbage", "the answer is not a playlist")
    return _Reading(base).read(lines[1:])


class _Reading:
    """The state of a reading that goes from line to line."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._segments: list[Segment] = []
        self._variants: list[str] = []
        self._target = 2.0
        self._ended = False
        self._sequence = 0
        self._variant_next = False
        self._init = ""
        self._part_end = 0
        self._next: dict[str, object] = {}

    def read(self, lines: Sequence[str]) -> Playlist:
        for line in lines:
            try:
                self._line(line)
            except ValueError:
                raise MediaError("garbage", "the playlist can't be read") from None
        return Playlist(tuple(self._segments), tuple(self._variants), self._target, self._ended)

    def _line(self, line: str) -> None:
        tag, _, value = line.partition(":")
        match tag:
            case "":
                pass
            case "#EXTINF":
                self._next["duration"] = max(0.0, float(value.partition(",")[0]))
            case "#EXT-X-PROGRAM-DATE-TIME":
                self._next["clock"], self._next["naive"] = _moment(value)
            case "#EXT-X-DISCONTINUITY":
                self._next["broken"] = True
            case "#EXT-X-BYTERANGE":
                self._next["part"] = self._byte_range(value)
            case "#EXT-X-TARGETDURATION":
                self._target = float(value)
            case "#EXT-X-MEDIA-SEQUENCE":
                self._sequence = int(value)
            case "#EXT-X-ENDLIST":
                self._ended = True
            case "#EXT-X-STREAM-INF":
                self._variant_next = True
            case "#EXT-X-MAP":
                self._init = inherited(_attributes(value).get("URI", ""), self._base)
            case "#EXT-X-KEY":
                if _attributes(value).get("METHOD", "NONE") != "NONE":
                    raise MediaError("codec", "the stream is encrypted")
            case _ if not line.startswith("#"):
                self._address(line)

    def _address(self, line: str) -> None:
        url = inherited(line, self._base)
        if self._variant_next:
            self._variants.append(url)
            self._variant_next = False
            return
        known, self._next = self._next, {}
        duration = float(str(known.get("duration", self._target)))
        segment = Segment(url, duration, self._sequence + len(self._segments), init=self._init)
        clock, part = known.get("clock"), known.get("part")
        self._segments.append(
            replace(
                segment,
                clock=clock if isinstance(clock, float) else None,
                naive=bool(known.get("naive")),
                broken=bool(known.get("broken")),
                part=part if isinstance(part, tuple) else None,
            )
        )

    def _byte_range(self, value: str) -> tuple[int, int]:
        length, _, offset = value.partition("@")
        start = int(offset) if offset else self._part_end
        self._part_end = start + int(length)
        return start, int(length)


def inherited(address: str, base: str) -> str:
    """Return an absolute address, with the query of ``base`` where it has none of its own."""
    url = urljoin(base, address)
    there, here = urlsplit(url), urlsplit(base)
    if there.query or (there.scheme, there.netloc) != (here.scheme, here.netloc):
        return url
    return there._replace(query=here.query).geturl()


def timed(
    segments: Sequence[Segment],
    start: float,
    end: float,
    spans: Sequence[tuple[float, float]] = (),
) -> tuple[Segment, ...]:
    """Return the segments with their wall-clock starts.

    The playlist's own clock is used where it is plausible for a recording from ``start`` to
    ``end``. Otherwise durations are added up, from ``start`` or from the last known moment; at a
    break the next of the recorded ``spans`` is gone to, if they are known.
    """
    result: list[Segment] = []
    here = start
    first_clock = True
    for segment in segments:
        clock = _plausible(segment, start, end)
        if clock is None and segment.broken and result:
            here = _next_span(here, spans)
        if clock is not None:
            if first_clock and result:
                shift = clock - here
                result = [replace(earlier, start=earlier.start + shift) for earlier in result]
            here, first_clock = clock, False
        result.append(replace(segment, start=here))
        here += segment.duration
    return tuple(sorted(result, key=lambda segment: segment.start))


def find(segments: Sequence[Segment], moment: float) -> int | None:
    """Return the index of the segment that holds a moment, or of the next; None after the last."""
    low, high = 0, len(segments)
    while low < high:
        middle = (low + high) // 2
        if segments[middle].end <= moment:
            low = middle + 1
        else:
            high = middle
    return low if low < len(segments) else None


def _plausible(segment: Segment, start: float, end: float) -> float | None:
    clock = segment.clock
    if clock is None:
        return None
    choices = (clock, clock - 8 * 3600) if segment.naive else (clock,)
    near = [c for c in choices if start - _PLAUSIBLE_SECONDS / 24 <= c <= end + 3600]
    if near:
        return near[0]
    if start - _PLAUSIBLE_SECONDS <= clock <= end + _PLAUSIBLE_SECONDS:
        return clock
    return None


def _next_span(here: float, spans: Sequence[tuple[float, float]]) -> float:
    if any(start <= here < end - _ABUTS_SECONDS for start, end in spans):
        return here
    return min((start for start, _ in spans if start > here - _ABUTS_SECONDS), default=here)


def _attributes(value: str) -> dict[str, str]:
    return {name: text.strip('"') for name, text in _ATTRIBUTE.findall(value)}


def _moment(value: str) -> tuple[float, bool]:
    """Return a date and time as epoch seconds, and whether it came without a zone."""
    moment = datetime.fromisoformat(value.strip())
    if moment.tzinfo is None:
        return moment.replace(tzinfo=UTC).timestamp(), True
    return moment.timestamp(), False
