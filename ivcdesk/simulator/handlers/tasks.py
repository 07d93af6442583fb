"""Batches and their steps, as they get on."""

from __future__ import annotations

from ivcdesk.api.actions import (
    BatchOperation,
    DeleteTask,
    DescribeTask,
    DeviceId,
    ListSubTasks,
    ListTasks,
    Result,
    SubTask,
    SubTaskPage,
    SubTasks,
    Task,
    TaskAnswer,
    TaskId,
    TaskKind,
    TaskPage,
    Tasks,
    TaskStatus,
)
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import local_text
from ivcdesk.simulator.handlers.finding import page
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.jobs import Batch, Step
from ivcdesk.simulator.refusal import Refusal

_WORDS = {
    "DeleteUserDevice": "删除设备",
    "DisableDevice": "禁用设备",
    "EnableDevice": "启用设备",
    "UpgradeDevice": "升级设备",
    "ResetDevice": "恢复出厂设置",
    "RebootDevice": "重启设备",
    "RefreshDeviceChannel": "同步设备通道",
}
_BAD_PAGE = "InvalidParameterValue.InvalidPageParameter"
_LARGEST_PAGE = 1000


@handles(DescribeTask)
def describe_task(cloud: Cloud, action: DescribeTask) -> TaskAnswer:
    """Tell how far a batch is, or one step of it."""
    batch = cloud.world.ledger.batches.get(action.task_id)
    if batch is not None:
        return TaskAnswer(data=_batch(cloud, batch))
    for batch in cloud.world.ledger.batches.values():
        for step in batch.steps:
            if step.step_id == action.task_id:
                return TaskAnswer(data=_single(cloud, batch, step))
    raise Refusal("InvalidParameter.TaskIdNotExist", "there is no such task")


@handles(ListTasks)
def list_tasks(cloud: Cloud, action: ListTasks) -> TaskPage:
    """List the batches, the latest first."""
    if action.operation and action.operation not in list(BatchOperation):
        raise Refusal("InvalidParameter.InvalidAction", "there is no such operation")
    _check_status(action.status)
    now = cloud.clock.steady()
    found = [
        batch
        for batch in reversed(cloud.world.ledger.batches.values())
        if (not action.operation or batch.operation == action.operation)
        and (action.status is None or batch.status(now) is action.status)
        and (action.begin_time is None or batch.created >= action.begin_time)
        and (action.end_time is None or batch.created <= action.end_time)
    ]
    rows = page(
        found,
        action.page_number,
        action.page_size,
        most=_LARGEST_PAGE,
        bad_number=_BAD_PAGE,
        bad_size=_BAD_PAGE,
    )
    return TaskPage(
        data=Tasks(list_=[_batch(cloud, batch) for batch in rows], total_count=len(found))
    )


@handles(ListSubTasks)
def list_sub_tasks(cloud: Cloud, action: ListSubTasks) -> SubTaskPage:
    """List the steps of a batch in the order in which they are worked on."""
    batch = cloud.world.ledger.batches.get(action.task_id)
    if batch is None:
        if _is_step(cloud, action.task_id):
            raise Refusal("InvalidParameterValue.TaskTypeNotSupported", "a step has no steps")
        raise Refusal("InvalidParameter.TaskIdNotExist", "there is no such batch")
    _check_status(action.status)
    now = cloud.clock.steady()
    found = [
        step for step in batch.steps if action.status is None or step.status(now) is action.status
    ]
    rows = page(
        found,
        action.page_number,
        10 if action.page_size is None else action.page_size,
        most=_LARGEST_PAGE,
        bad_number=_BAD_PAGE,
        bad_size=_BAD_PAGE,
    )
    return SubTaskPage(
        data=SubTasks(list_=[_step(cloud, batch, step) for step in rows], total_count=len(found))
    )


@handles(DeleteTask)
def delete_task(cloud: Cloud, action: DeleteTask) -> Result:
    """Take a batch off the list; what it has begun goes on."""
    if cloud.world.ledger.batches.pop(action.task_id, None) is None:
        raise Refusal("InvalidParameter.TaskIdNotExist", "there is no such task")
    return Result()


def _check_status(status: TaskStatus | None) -> None:
    if status is TaskStatus.UNKNOWN:
        raise Refusal("InvalidParameterValue.InvalidStatus", "Status runs from 1 to 4")


def _is_step(cloud: Cloud, task_id: str) -> bool:
    batches = cloud.world.ledger.batches.values()
    return any(step.step_id == task_id for batch in batches for step in batch.steps)


def _batch(cloud: Cloud, batch: Batch) -> Task:
    now = cloud.clock.steady()
    statuses = [step.status(now) for step in batch.steps]
    begun = [step.begins for step in batch.steps if step.begins <= now]
    last = min(now, max(step.ends for step in batch.steps))
    return Task(
        task_id=TaskId(batch.task_id),
        status=batch.status(now),
        progress=round(sum(step.progress(now) for step in batch.steps) / len(batch.steps), 2),
        action=batch.operation,
        action_zh_desc=f"批量{_WORDS[batch.operation.removeprefix('Batch')]}",
        task_type=TaskKind.BATCH,
        total=len(batch.steps),
        success_count=statuses.count(TaskStatus.COMPLETED),
        fail_count=statuses.count(TaskStatus.FAILED),
        running_count=statuses.count(TaskStatus.RUNNING),
        started_at=local_text(batch.wall(min(begun))) if begun else "",
        created_at=local_text(batch.created),
        updated_at=local_text(batch.wall(last)),
        runtime=int(max(last - min(begun), 0) * 1000) if begun else 0,
    )


def _single(cloud: Cloud, batch: Batch, step: Step) -> Task:
    row = _step(cloud, batch, step)
    return Task(
        task_id=row.sub_task_id,
        status=row.status,
        fail_reason=row.fail_reason,
        progress=row.progress,
        action=row.action,
        action_zh_desc=row.action_zh_desc,
        task_type=TaskKind.STEP,
        resource_id=row.resource_id,
        started_at=row.started_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        runtime=row.runtime,
        device_id=row.device_id,
        device_name=row.device_name,
    )


def _step(cloud: Cloud, batch: Batch, step: Step) -> SubTask:
    now = cloud.clock.steady()
    operation = batch.operation.removeprefix("Batch")
    begun = step.begins <= now
    last = min(now, step.ends)
    return SubTask(
        sub_task_id=TaskId(step.step_id),
        status=step.status(now),
        fail_reason=step.reason,
        progress=step.progress(now),
        action=operation,
        action_zh_desc=_WORDS[operation],
        resource_id=step.device_id,
        started_at=local_text(batch.wall(step.begins)) if begun else "",
        created_at=local_text(batch.created),
        updated_at=local_text(batch.wall(max(last, batch.began))),
        runtime=int((last - step.begins) * 1000) if begun else 0,
        device_id=DeviceId(step.device_id),
        device_name=step.device_name,
    )
