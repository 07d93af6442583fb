"""What the streams ask of the cloud's state, and nothing more."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, runtime_checkable

Storage = Literal["cloud", "device"]
Codec = Literal["h264", "h265"]
SoundCodec = Literal["", "aac", "g711a", "g711u"]
Place = Literal["", "city", "harbour", "factory", "interchange"]
Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Pose:
    """Where a camera looks: pan (degrees, 0..360), tilt (degrees, up is positive), zoom (1..8 x).

    ``focus`` and ``iris`` run from -1 to 1; 0 is sharp, and neither too dark nor too bright.
    """

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 1.0
    focus: float = 0.0
    iris: float = 0.0


class Box(NamedTuple):
    """A part of a picture (px): its left upper corner and its size."""

    x: int
    y: int
    width: int
    height: int

    @property
    def area(self) -> int:
        """How many pixels it covers."""
        return self.width * self.height

    def moved(self, right: int, down: int) -> Box:
        """Return it somewhere else."""
        return Box(self.x + right, self.y + down, self.width, self.height)

    def within(self, other: Box) -> Box:
        """Return what lies in another box too; where nothing does, it has no width or height."""
        left, top = max(self.x, other.x), max(self.y, other.y)
        right = min(self.x + self.width, other.x + other.width)
        bottom = min(self.y + self.height, other.y + other.height)
        return Box(left, top, max(right - left, 0), max(bottom - top, 0))

    def shared(self, other: Box) -> int:
        """Return how many pixels lie in another box too."""
        wide = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        if wide <= 0:
            return 0
        tall = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        return wide * tall if tall > 0 else 0


class Mark(NamedTuple):
    """A frame to draw into a picture, and what is written at it."""

    box: Box
    label: str


def written_marks(marks: Iterable[Mark]) -> str:
    """Return marks as an address carries them; a label has no semicolon."""
    return ";".join(",".join(map(str, (*mark.box, mark.label))) for mark in marks)


def read_marks(text: str) -> list[Mark]:
    """Return the marks that an address carries; ValueError where they are none."""
    marks = []
    for part in filter(None, text.split(";")):
        *corners, label = part.split(",", 4)
        x, y, width, height = map(int, corners)
        marks.append(Mark(Box(x, y, width, height), label))
    return marks


@dataclass(frozen=True, slots=True)
class CameraFacts:
    """How a channel's picture is made; ``seed`` decides the scene that it looks at.

    ``place`` says what kind of place it is; left empty, the seed decides that too. The picture is
    given for the main stream's neighbour, the sub stream; see ``LiveHub`` for the main stream.
    """

    channel_id: str
    name: str
    seed: int
    width: int = 640
    height: int = 360
    fps: int = 15
    bitrate: int = 600_000
    place: Place = ""
    codec: Codec = "h264"
    sound: SoundCodec = ""


@dataclass(slots=True)
class PlaybackSession:
    """A device recording that is being played; ``ControlRecord`` steers it while it lives.

    ``position`` is the moment (s since the epoch) that was shown last, None before the first.
    """

    session_id: str
    channel_id: str
    start: float
    end: float
    paused: bool = False
    scale: float = 1.0
    seek_to: float | None = None
    stopped: bool = False
    version: int = field(default=0)
    position: float | None = None

    def control(
        self, action: str, *, position: float | None = None, scale: float | None = None
    ) -> None:
        """Play, pause or stop; ``position`` is in seconds from the session's start."""
        self.stopped = self.stopped or action == "stop"
        self.paused = action == "pause"
        if position is not None:
            self.seek_to = self.start + position
        if scale is not None:
            self.scale = scale
        self.version += 1


@dataclass(frozen=True, slots=True)
class FetchedRecording:
    """A device's recording that was fetched to the cloud, to be downloaded as a file."""

    channel_id: str
    start: float
    end: float


class MediaSource(Protocol):
    """The cloud's state as the streams see it. All times are seconds since the epoch.

    The encoders' threads ask for ``now``, ``streaming``, ``pose`` and the records too, so these
    only read and never wait for the event loop.
    """

    def now(self) -> float:
        """Return the time that the cloud believes it to be."""

    def camera(self, channel_id: str) -> CameraFacts | None:
        """Return how to draw a channel, or None where there is none."""

    def streaming(self, channel_id: str) -> bool:
        """Whether the channel can send a picture now (its device is online, and so on)."""

    def pose(self, channel_id: str) -> Pose:
        """Return where the camera looks at this moment."""

    def recorded_pose(self, channel_id: str, at: float) -> Pose:
        """Return where the camera looked then; the same answer for the same moment, always."""

    def recorded(self, channel_id: str, storage: Storage, start: float, end: float) -> list[Span]:
        """Return what is stored between two moments, sorted, clipped and without overlaps."""

    def session(self, session_id: str) -> PlaybackSession | None:
        """Return a device playback session that ``PlayRecord`` opened and nobody closed."""

    def admits(self, path: str, query: dict[str, str]) -> bool:
        """Whether the signed query of a media address is genuine and has not expired."""


@runtime_checkable
class PushSource(Protocol):
    """A source whose devices may push their pictures, under an application's name and their own."""

    def admitted(self, app: str, name: str, query: dict[str, str]) -> str | None:
        """Return the channel that is pushed under a name; None where it is unknown or refused."""

    def push_began(self, channel_id: str) -> None:
        """Take note that pictures arrive."""

    def push_ended(self, channel_id: str) -> None:
        """Take note that no more pictures come."""


@runtime_checkable
class FetchSource(Protocol):
    """A source that also has recordings fetched from devices."""

    def fetched(self, task_id: str) -> FetchedRecording | None:
        """Return what a finished download task fetched, or None."""
