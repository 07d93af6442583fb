"""Tasks that the cloud works off: a batch over many devices and its single steps."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import (
    Action,
    ChannelId,
    DeviceId,
    Listing,
    OpenEnum,
    Result,
    TaskId,
    Wire,
)
from ivcdesk.api.actions.rules import GIVEN, Between, Breach, OneOf, PageNumber, in_order

PageSize = Annotated[int, Between(1)]


class TaskStatus(OpenEnum):
    """How far a task is; the list of tasks calls the last one cancelled."""

    UNKNOWN = -1
    NEW = 1
    RUNNING = 2
    COMPLETED = 3
    FAILED = 4


class TaskKind(OpenEnum):
    """A step of its own, a batch, or a step of a batch."""

    UNKNOWN = -1
    SIMPLE = 1
    BATCH = 2
    STEP = 3


class BatchOperation(StrEnum):
    """What batches do; the cloud may know more."""

    DELETE = "BatchDeleteUserDevice"
    DISABLE = "BatchDisableDevice"
    ENABLE = "BatchEnableDevice"
    UPGRADE = "BatchUpgradeDevice"
    RESET = "BatchResetDevice"
    REBOOT = "BatchRebootDevice"
    REFRESH_CHANNELS = "BatchRefreshDeviceChannel"


TaskFilter = Annotated[TaskStatus, OneOf(1, 2, 3, 4)]


class Task(Wire, frozen=True, kw_only=True):
    """A task; the counts are a batch's alone, ``resource_id`` a simple task's.

    ``progress`` runs from 0 to 1, ``runtime`` is ms, times are texts like ``2023-09-06 15:52:34``.
    """

    task_id: TaskId = TaskId("")
    status: TaskStatus = TaskStatus.UNKNOWN
    fail_reason: str = ""
    progress: float = 0.0
    action: str = ""
    action_zh_desc: str = ""
    task_type: TaskKind = TaskKind.UNKNOWN
    resource_id: str = ""
    total: int = 0
    success_count: int = 0
    fail_count: int = 0
    running_count: int = 0
    started_at: str = ""
    created_at: str = ""
    updated_at: str = ""
    runtime: int = 0
    device_id: DeviceId = DeviceId("")
    device_name: str = ""
    channel_id: ChannelId = ChannelId("")
    channel_name: str = ""


class TaskAnswer(Result, frozen=True, kw_only=True):
    """One task as it is now."""

    data: Task = Task()


class DescribeTask(Action[TaskAnswer], frozen=True, kw_only=True):
    """Tell everything about one task."""

    reads: ClassVar[bool] = True

    task_id: Annotated[TaskId, GIVEN]


class SubTask(Wire, frozen=True, kw_only=True):
    """One step of a batch."""

    sub_task_id: TaskId = TaskId("")
    status: TaskStatus = TaskStatus.UNKNOWN
    fail_reason: str = ""
    progress: float = 0.0
    action: str = ""
    action_zh_desc: str = ""
    resource_id: str = ""
    started_at: str = ""
    created_at: str = ""
    updated_at: str = ""
    runtime: int = 0
    device_id: DeviceId = DeviceId("")
    device_name: str = ""
    channel_id: ChannelId = ChannelId("")
    channel_name: str = ""


class SubTasks(Wire, frozen=True, kw_only=True):
    """One page of steps; ``total_count`` counts all pages."""

    list_: list[SubTask] = []
    total_count: int = 0


class SubTaskPage(Listing[SubTask], frozen=True, kw_only=True):
    """The steps of one batch."""

    data: SubTasks = SubTasks()


class ListSubTasks(Action[SubTaskPage], frozen=True, kw_only=True):
    """List the steps of a batch, 10 a page unless told otherwise."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    task_id: Annotated[TaskId, GIVEN]
    page_number: PageNumber | None = None
    page_size: PageSize | None = None
    status: TaskFilter | None = None


class Tasks(Wire, frozen=True, kw_only=True):
    """One page of tasks; ``total_count`` counts all pages."""

    list_: list[Task] = []
    total_count: int = 0


class TaskPage(Listing[Task], frozen=True, kw_only=True):
    """The tasks of the account."""

    data: Tasks = Tasks()


class ListTasks(Action[TaskPage], frozen=True, kw_only=True):
    """List tasks, 20 a page unless told otherwise.

    ``operation`` is a :class:`BatchOperation`; times are seconds since the epoch.
    """

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    page_number: PageNumber | None = None
    page_size: PageSize | None = None
    operation: str | None = None
    status: TaskFilter | None = None
    begin_time: int | None = None
    end_time: int | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty."""
        if self.begin_time is not None and self.end_time is not None:
            names = ("begin_time", "end_time")
            yield from in_order(self.begin_time, self.end_time, names=names)


class DeleteTask(Action[Result], frozen=True, kw_only=True):
    """Remove a task from the list."""

    task_id: Annotated[TaskId, GIVEN]
