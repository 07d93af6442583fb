"""Recordings in the cloud and on the device: what there is, and how to play it."""

from __future__ import annotations

from enum import StrEnum
from typing import ClassVar

from ivcdesk.api.actions.base import Action, ChannelId, DeviceId, Result, SessionId, Wire


class RecordTimeLine(Wire, frozen=True, kw_only=True):
    """One stretch recorded in the cloud, in seconds since the epoch."""

    begin: int = 0
    end: int = 0
    hls_url: str = ""

    def __repr__(self) -> str:
        """Tell the stretch, not its signed address."""
        return f"RecordTimeLine({self.begin}, {self.end})"


class RecordFiles(Wire, frozen=True, kw_only=True):
    """The stretches of a day; ``tips`` is 1 where some of it lies in the archive."""

    tips: int = 0
    list_: list[RecordTimeLine] = []


class RecordFileAnswer(Result, frozen=True, kw_only=True):
    """What the cloud recorded in the time asked for."""

    data: RecordFiles = RecordFiles()


class DescribeRecordFile(Action[RecordFileAnswer], frozen=True, kw_only=True):
    """Tell what the cloud recorded between two moments of one day of UTC+8 (seconds)."""

    reads: ClassVar[bool] = True
    regional: ClassVar[bool] = True

    device_id: DeviceId
    channel_id: ChannelId
    start_time: int
    end_time: int
    with_url: bool | None = None


class PlaybackUrl(Wire, frozen=True, kw_only=True):
    """The address of a recording; its query is a signature, so it is a secret."""

    hls: str = ""

    def __repr__(self) -> str:
        """Name no address: it carries a signature."""
        return "PlaybackUrl(…)"


class PlaybackUrlAnswer(Result, frozen=True, kw_only=True):
    """Where to play a cloud recording from."""

    data: PlaybackUrl = PlaybackUrl()


class DescribeRecordPlaybackUrl(Action[PlaybackUrlAnswer], frozen=True, kw_only=True):
    """Tell the HLS address of a cloud recording within one day of UTC+8 (seconds)."""

    reads: ClassVar[bool] = True
    regional: ClassVar[bool] = True

    channel_id: ChannelId
    start_time: int
    end_time: int
    is_internal: bool | None = None
    correct_timestamp: bool | None = None


class Timeline(Wire, frozen=True, kw_only=True):
    """One stretch recorded on the device, in seconds since the epoch."""

    begin: int = 0
    end: int = 0


class TimelineList(Result, frozen=True, kw_only=True):
    """What the device says it recorded; may overlap and come unsorted."""

    data: list[Timeline] = []


class ControlRecordTimeline(Action[TimelineList], frozen=True, kw_only=True):
    """Ask the device what it recorded between two moments (seconds)."""

    reads: ClassVar[bool] = True
    regional: ClassVar[bool] = True
    channel_bound: ClassVar[bool] = True

    channel_id: ChannelId
    start: int
    end: int


class DevicePlayback(Wire, frozen=True, kw_only=True):
    """The address of a device recording; the session for ``ControlRecord`` is inside it."""

    flv: str = ""

    def __repr__(self) -> str:
        """Name no address: it carries a signature."""
        return "DevicePlayback(…)"

    @property
    def session_id(self) -> SessionId:
        """The part between ``@`` and ``.live.flv``, or empty text where the address has none."""
        path = self.flv.partition("?")[0]
        return SessionId(path.rpartition("@")[2].partition(".")[0] if "@" in path else "")


class DevicePlaybackAnswer(Result, frozen=True, kw_only=True):
    """Where to play a device recording from."""

    data: DevicePlayback = DevicePlayback()


class PlayRecord(Action[DevicePlaybackAnswer], frozen=True, kw_only=True):
    """Open a playback session on the device between two moments (seconds).

    ``stream_type`` (1 main, 2 sub) and ``resolution`` exclude each other.
    """

    channel_id: ChannelId
    start: int
    end: int
    stream_type: int | None = None
    resolution: str | None = None
    is_internal: bool | None = None


class RecordCommand(StrEnum):
    """What is done with a playback session on the device."""

    PLAY = "play"
    PAUSE = "pause"
    STOP = "stop"


class ControlRecord(Action[Result], frozen=True, kw_only=True):
    """Steer a device playback session.

    ``control_action`` is a :class:`RecordCommand`. ``position`` (seconds from the session's start)
    and ``scale`` (0.25, 0.5, 1, 2, 4 or 8) exclude each other.
    """

    regional: ClassVar[bool] = True
    channel_bound: ClassVar[bool] = True

    channel_id: ChannelId
    session: SessionId
    control_action: str
    position: int | None = None
    scale: float | None = None
