"""Recordings in the cloud and on the device: what there is, how to play it, how to fetch it."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import (
    Action,
    ChannelId,
    DeviceId,
    DownloadTaskId,
    PlanId,
    Result,
    SessionId,
    Wire,
)
from ivcdesk.api.actions.rules import (
    DIGITS,
    GIVEN,
    Between,
    Breach,
    DaysKept,
    OneOf,
    SecretText,
    SwitchState,
    in_order,
    one_day,
)

LONGEST_DOWNLOAD = 3600  # s


class RecordTimeLine(Wire, frozen=True, kw_only=True):
    """One stretch recorded in the cloud, in seconds since the epoch."""

    begin: int = 0
    end: int = 0
    hls_url: SecretText = ""


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

    device_id: Annotated[DeviceId, GIVEN]
    channel_id: Annotated[ChannelId, GIVEN]
    start_time: int
    end_time: int
    with_url: bool | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty or leaves its day."""
        return one_day(self.start_time, self.end_time)


class PlaybackUrl(Wire, frozen=True, kw_only=True):
    """The address of a recording; its query is a signature, so it is a secret."""

    hls: SecretText = ""


class PlaybackUrlAnswer(Result, frozen=True, kw_only=True):
    """Where to play a cloud recording from."""

    data: PlaybackUrl = PlaybackUrl()


class DescribeRecordPlaybackUrl(Action[PlaybackUrlAnswer], frozen=True, kw_only=True):
    """Tell the HLS address of a cloud recording within one day of UTC+8 (seconds).

    ``correct_timestamp`` straightens time stamps that run backwards.
    """

    reads: ClassVar[bool] = True
    regional: ClassVar[bool] = True

    channel_id: Annotated[ChannelId, GIVEN]
    start_time: int
    end_time: int
    is_internal: bool | None = None
    correct_timestamp: bool | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty or leaves its day."""
        return one_day(self.start_time, self.end_time)


class DownloadUrl(Wire, frozen=True, kw_only=True):
    """The address of a file that is cut while it is fetched, chunked and without a length.

    The actual times (seconds, as digits) are told on request: the file is cut at slices of TS, so
    it may begin earlier and end later than was asked for.
    """

    url: SecretText = ""
    actual_begin_time: str = ""
    actual_end_time: str = ""


class DownloadUrlAnswer(Result, frozen=True, kw_only=True):
    """Where to fetch a cloud recording as a file."""

    data: DownloadUrl = DownloadUrl()


class DescribeVideoDownloadUrl(Action[DownloadUrlAnswer], frozen=True, kw_only=True):
    """Tell where to fetch at most 60 minutes of one day of UTC+8 as a file.

    ``begin_time`` and ``end_time`` are seconds since the epoch **as digits**; ``file_type`` is
    ``mp4`` or ``ts``; the address lives ``expires`` seconds (1 to 86,400, else 600). Without
    ``is_support_g711`` an MP4 of G.711 sound is silent.
    """

    reads: ClassVar[bool] = True
    regional: ClassVar[bool] = True

    channel_id: Annotated[ChannelId, GIVEN]
    begin_time: Annotated[str, DIGITS]
    end_time: Annotated[str, DIGITS]
    file_type: Annotated[str, OneOf("mp4", "ts")]
    is_resp_actual_time: bool | None = None
    is_internal: bool | None = None
    expires: Annotated[int, Between(1, 86_400, "s")] | None = None
    is_support_g711: bool | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty, too long, or leaves its day."""
        begin, end = int(self.begin_time), int(self.end_time)
        yield from one_day(begin, end, names=("begin_time", "end_time"))
        if end - begin > LONGEST_DOWNLOAD:
            yield Breach("end_time", "at most 60 minutes after begin_time", self.end_time)


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

    channel_id: Annotated[ChannelId, GIVEN]
    start: int
    end: int

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty."""
        return in_order(self.start, self.end)


class DevicePlayback(Wire, frozen=True, kw_only=True):
    """The address of a device recording; the session for ``ControlRecord`` is inside it."""

    flv: SecretText = ""
    f_mp4: SecretText = ""

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

    channel_bound: ClassVar[bool] = True

    channel_id: Annotated[ChannelId, GIVEN]
    start: int
    end: int
    stream_type: Annotated[int, OneOf(1, 2)] | None = None
    resolution: str | None = None
    is_internal: bool | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty or both ways to choose a picture are used."""
        yield from in_order(self.start, self.end)
        if self.stream_type is not None and self.resolution is not None:
            yield Breach("resolution", "left out where stream_type is given", self.resolution)


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

    channel_id: Annotated[ChannelId, GIVEN]
    session: Annotated[SessionId, GIVEN]
    control_action: Annotated[str, OneOf(*RecordCommand)]
    position: Annotated[int, Between(0)] | None = None
    scale: Annotated[float, OneOf(0.25, 0.5, 1, 2, 4, 8)] | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where a jump and a speed are asked for at once."""
        if self.position is not None and self.scale is not None:
            yield Breach("scale", "left out where position is given", self.scale)


class RecordSlices(Wire, frozen=True, kw_only=True):
    """The slices that one plan recorded."""

    plan_id: PlanId = PlanId("")
    list_: list[RecordTimeLine] = []


class RecordSliceAnswer(Result, frozen=True, kw_only=True):
    """The slices of a stretch, by plan."""

    data: list[RecordSlices] = []


class DescribeRecordSlice(Action[RecordSliceAnswer], frozen=True, kw_only=True):
    """List the slices recorded between two moments of one day of UTC+8 (seconds)."""

    reads: ClassVar[bool] = True
    regional: ClassVar[bool] = True

    channel_id: Annotated[ChannelId, GIVEN]
    start_time: int
    end_time: int

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty or leaves its day."""
        return one_day(self.start_time, self.end_time)


class DownloadTaskReference(Wire, frozen=True, kw_only=True):
    """The task that fetches a recording from the device."""

    download_task_id: DownloadTaskId = DownloadTaskId("")


class DownloadTaskAnswer(Result, frozen=True, kw_only=True):
    """Which task fetches the recording."""

    data: DownloadTaskReference = DownloadTaskReference()


class CreateVideoDownloadTask(Action[DownloadTaskAnswer], frozen=True, kw_only=True):
    """Have the cloud fetch a device recording and keep it as MP4.

    ``scale`` is how many times faster than it was recorded, ``expire`` the days the file is kept,
    ``file_type`` 1 for MP4; ``completion_policy`` 1 makes a file of an incomplete recording too.
    """

    regional: ClassVar[bool] = True

    channel_id: Annotated[ChannelId, GIVEN]
    begin_time: int
    end_time: int
    scale: Annotated[int, OneOf(1, 2, 4, 8)] | None = None
    expire: DaysKept | None = None
    file_type: Annotated[int, OneOf(1)] | None = None
    completion_policy: SwitchState | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty."""
        return in_order(self.begin_time, self.end_time, names=("begin_time", "end_time"))
