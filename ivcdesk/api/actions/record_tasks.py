"""Tasks that fetch recordings: out of the archive, or as files from the device."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import (
    Action,
    ChannelId,
    DeviceId,
    DownloadTaskId,
    Listing,
    OpenEnum,
    Result,
    TaskId,
    Wire,
)
from ivcdesk.api.actions.record_plans import ChannelOfDevice
from ivcdesk.api.actions.rules import (
    GIVEN,
    LABEL_LETTERS,
    Between,
    Breach,
    Count,
    Length,
    OneOf,
    PageNumber,
    SecretText,
    SwitchState,
    one_day,
    spelt,
)

SORT_RULE = spelt(
    r"-?(?:StartTime|EndTime)(?:,-?(?:StartTime|EndTime))*",
    "made of StartTime and EndTime, a - before those that fall",
)


class RetrievalState(OpenEnum):
    """How far a retrieval is; the last is told of single channels only."""

    UNKNOWN = -1
    RETRIEVED = 0
    RETRIEVING = 1
    WAITING = 2
    NOTHING_ARCHIVED = 3


class RetrievalMode(OpenEnum):
    """How fast the archive is opened; one way so far."""

    UNKNOWN = -1
    FAST = 1


class RetrievedChannel(Wire, frozen=True, kw_only=True):
    """One channel of a retrieval."""

    device_id: DeviceId = DeviceId("")
    device_name: str = ""
    channel_id: ChannelId = ChannelId("")
    channel_name: str = ""
    status: RetrievalState = RetrievalState.UNKNOWN


class RetrievalTask(Wire, frozen=True, kw_only=True):
    """A retrieval: times in seconds, ``expiration`` in days, ``capacity`` in MB.

    The channels are told of single tasks only, their number not of a task just made.
    """

    task_id: TaskId = TaskId("")
    task_name: str = ""
    start_time: int = 0
    end_time: int = 0
    mode: RetrievalMode = RetrievalMode.FAST
    expiration: int = 0
    status: RetrievalState = RetrievalState.UNKNOWN
    capacity: float = 0.0
    describe: str = ""
    channels: list[RetrievedChannel] = []
    channel_count: int = 0


class RetrievalTaskAnswer(Result, frozen=True, kw_only=True):
    """One retrieval as it is now."""

    data: RetrievalTask = RetrievalTask()


class RetrievalTaskList(Result, frozen=True, kw_only=True):
    """All retrievals of the account."""

    data: list[RetrievalTask] = []


class AddRecordRetrieveTask(Action[RetrievalTaskAnswer], frozen=True, kw_only=True):
    """Fetch recordings of one day of UTC+8 (seconds) out of the archive.

    At most 32 channels; the copy is kept ``expiration`` days, 1 to 365.
    """

    task_name: Annotated[str, Length(1, 32), LABEL_LETTERS]
    start_time: int
    end_time: int
    mode: Annotated[RetrievalMode, OneOf(1)]
    expiration: Annotated[int, Between(1, 365, "days")]
    channels: Annotated[list[ChannelOfDevice], Count(1, 32)]
    describe: str | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty or leaves its day."""
        return one_day(self.start_time, self.end_time)


class DeleteRecordRetrieveTask(Action[Result], frozen=True, kw_only=True):
    """Remove a retrieval."""

    task_id: Annotated[TaskId, GIVEN]


class DescribeRecordRetrieveTask(Action[RetrievalTaskAnswer], frozen=True, kw_only=True):
    """Tell everything about one retrieval."""

    reads: ClassVar[bool] = True

    task_id: Annotated[TaskId, GIVEN]


class ListRecordRetrieveTasks(Action[RetrievalTaskList], frozen=True, kw_only=True):
    """List all retrievals of the account."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0


class DownloadState(OpenEnum):
    """How far a download is."""

    UNKNOWN = -1
    WAITING = 0
    RUNNING = 1
    DONE = 2
    FAILED = 3


class DownloadTask(Wire, frozen=True, kw_only=True):
    """A recording being fetched from its device.

    ``download_time`` is seconds, ``video_size`` bytes, ``expire`` the days the file is kept; times
    are local texts such as ``2024-09-08 14:30:00``, two of them joined in ``video_time_section``.
    """

    download_task_id: DownloadTaskId = DownloadTaskId("")
    channel_id: ChannelId = ChannelId("")
    channel_name: str = ""
    channel_code: str = ""
    device_name: str = ""
    device_code: str = ""
    status: DownloadState = DownloadState.UNKNOWN
    video_time_section: str = ""
    scale: int = 0
    download_time: int = 0
    video_size: int = 0
    start_time: str = ""
    end_time: str = ""
    file_download_url: SecretText = ""
    failed_reason: str = ""
    expire: int = 0
    preview_url: SecretText = ""


class DownloadTasks(Wire, frozen=True, kw_only=True):
    """One page of downloads; ``total_count`` counts all pages."""

    list_: list[DownloadTask] = []
    total_count: int = 0


class DownloadTaskPage(Listing[DownloadTask], frozen=True, kw_only=True):
    """Which recordings are being fetched from devices."""

    data: DownloadTasks = DownloadTasks()


class ListVideoDownloadTask(Action[DownloadTaskPage], frozen=True, kw_only=True):
    """List the downloads from devices.

    The names are searched for loosely; ``sort_rule`` is such as ``StartTime,-EndTime``;
    ``with_preview_url`` 1 asks for addresses to watch; addresses live ``url_expires`` seconds, at
    most a day; ``date`` (newer than the reference, 3.1) chooses another day than today.
    """

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    device_name: str | None = None
    channel_name: str | None = None
    status: Annotated[DownloadState, OneOf(0, 1, 2, 3)] | None = None
    sort_rule: Annotated[str, SORT_RULE] | None = None
    with_preview_url: SwitchState | None = None
    page_number: PageNumber | None = None
    page_size: Annotated[int, Between(1)] | None = None
    download_task_id: DownloadTaskId | None = None
    url_expires: Annotated[int, Between(1, 86_400, "s")] | None = None
    date: str | None = None


class BatchDeleteVideoDownloadTask(Action[Result], frozen=True, kw_only=True):
    """Remove downloads and their files."""

    download_task_ids: list[Annotated[DownloadTaskId, GIVEN]] | None = None
