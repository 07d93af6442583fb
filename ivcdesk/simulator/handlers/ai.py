"""Recognition tasks and what they find."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Sequence

from ivcdesk.api import actions as wire
from ivcdesk.api.actions import (
    AddAITask,
    AITask,
    AITaskAnswer,
    AITaskPage,
    AITaskResult,
    AITaskResultAnswer,
    AITasks,
    AITemplate,
    ChannelId,
    DeleteAITask,
    DescribeAITask,
    DescribeAITaskResult,
    DetectType,
    ListAITasks,
    Result,
    TaskId,
    TaskSwitch,
    UpdateAITask,
    UpdateAITaskStatus,
)
from ivcdesk.simulator import recognition
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import VALUE, is_label, local_text
from ivcdesk.simulator.handlers.finding import find_channel, page
from ivcdesk.simulator.handlers.findings import Picture, findings
from ivcdesk.simulator.handlers.table import handles, handles_slowly
from ivcdesk.simulator.jobs import AiTask
from ivcdesk.simulator.recordings import DAY
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Kind

MOST_CHANNELS = 1000
LONGEST_SEARCH_DAYS = 30
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d")
_TIME_LETTERS = re.compile(r"[0-9:]*")
_ADDRESS = re.compile(r"https?://[^\s<>\"']+")
_OBJECT = re.compile(r"[0-9A-Za-z_./-]*")
_BAD_CHANNEL = f"{VALUE}ContainInvalidChannelId"


@handles(AddAITask)
def add_ai_task(cloud: Cloud, action: AddAITask) -> AITaskAnswer:
    """Add a task; no channel is in two tasks."""
    _check_texts(action.name, action.desc, action.callback_url)
    _check_channels(cloud, action.channel_list, None)
    _check_templates(action.templates)
    now = cloud.now()
    task = AiTask(
        "at" + cloud.world.new_id(Kind.AI_TASK).replace("-", ""),
        action.name,
        action.desc or "",
        [str(known) for known in action.channel_list],
        action.callback_url or "",
        list(action.templates),
        now,
        now,
    )
    if action.is_start_the_task:
        task.runs.append((now, float("inf")))
    cloud.world.ledger.ai_tasks[task.task_id] = task
    return AITaskAnswer(data=_described(task))


@handles(UpdateAITask)
def update_ai_task(cloud: Cloud, action: UpdateAITask) -> AITaskAnswer:
    """Change a task that does not run; what is left out stays."""
    task = _find(cloud, action.task_id)
    if task.on:
        raise Refusal("FailedOperation.AITaskStatusIsOn", "a task that runs can't be changed")
    _check_texts(action.name, action.desc, action.callback_url)
    if action.channel_list is not None:
        _check_channels(cloud, action.channel_list, task)
    if action.templates is not None:
        _check_templates(action.templates)
        task.templates = list(action.templates)
    if action.channel_list is not None:
        task.channels = [str(known) for known in action.channel_list]
    task.name = action.name or task.name
    task.description = task.description if action.desc is None else action.desc
    task.callback = task.callback if action.callback_url is None else action.callback_url
    task.updated = cloud.now()
    if action.is_start_the_task:
        task.runs.append((cloud.now(), float("inf")))
    return AITaskAnswer(data=_described(task))


@handles(UpdateAITaskStatus)
def update_ai_task_status(cloud: Cloud, action: UpdateAITaskStatus) -> Result:
    """Start or stop a task."""
    task = _find(cloud, action.task_id)
    if not action.status:
        raise Refusal(f"{VALUE}StatusMustBeNotEmpty", "the status is missing")
    if action.status not in list(TaskSwitch):
        raise Refusal(f"{VALUE}InvalidAITaskStatus", "Status is on or off")
    if action.status == TaskSwitch.ON:
        if task.on:
            raise Refusal("FailedOperation.AITaskStatusIsOn", "the task runs already")
        task.runs.append((cloud.now(), float("inf")))
    else:
        if not task.on:
            raise Refusal("FailedOperation.AITaskStatusIsOff", "the task does not run")
        task.runs[-1] = (task.runs[-1][0], cloud.now())
    return Result()


@handles(DeleteAITask)
def delete_ai_task(cloud: Cloud, action: DeleteAITask) -> Result:
    """Remove a task that does not run."""
    task = _find(cloud, action.task_id)
    if task.on:
        raise Refusal("FailedOperation.AITaskStatusIsOn", "a task that runs can't be deleted")
    del cloud.world.ledger.ai_tasks[task.task_id]
    return Result()


@handles(DescribeAITask)
def describe_ai_task(cloud: Cloud, action: DescribeAITask) -> AITaskAnswer:
    """Tell everything about one task."""
    return AITaskAnswer(data=_described(_find(cloud, action.task_id)))


@handles(ListAITasks)
def list_ai_tasks(cloud: Cloud, action: ListAITasks) -> AITaskPage:
    """List the tasks, with channels and templates where asked for."""
    tasks = list(cloud.world.ledger.ai_tasks.values())
    rows = [
        _described(
            task,
            channels=bool(action.is_contain_channel_list),
            templates=bool(action.is_contain_template),
        )
        for task in page(tasks, action.page_number, action.page_size, most=200)
    ]
    return AITaskPage(total_count=len(tasks), data=AITasks(list_=rows))


@handles_slowly(DescribeAITaskResult)
async def describe_ai_task_result(cloud: Cloud, action: DescribeAITaskResult) -> AITaskResultAnswer:
    """Tell what a task found on one channel, the latest first; the last day unless told otherwise.

    Without a kind it is the first one that the task looks for.
    """
    task = _find(cloud, action.task_id)
    if not action.channel_id:
        raise Refusal(f"{VALUE}ChannelIdMustBeNotEmpty", "the channel is missing")
    channel = find_channel(cloud, action.channel_id, unknown=_BAD_CHANNEL, illegal=_BAD_CHANNEL)
    if channel.channel_id not in task.channels:
        raise Refusal(_BAD_CHANNEL, "the task does not watch this channel")
    if action.object and not _OBJECT.fullmatch(action.object):
        raise Refusal(f"{VALUE}ObjectContainIllegalCharacter", "the path can't be one")
    if action.detect_type and action.detect_type not in list(DetectType):
        raise Refusal(f"{VALUE}InvalidDetectType", "there is no such kind of recognition")
    window = _window(cloud, action.begin_time, action.end_time)
    kind = action.detect_type or next(iter(recognition.kinds(task)), "")
    moments = recognition.watched(cloud, task, channel, kind, window)

    def look() -> list[Picture]:
        seen = ((at, recognition.things(cloud, channel, kind, at)) for at in moments)
        return [(at, things) for at, things in seen if things]

    found = await asyncio.to_thread(look)
    size = 10 if action.page_size is None else action.page_size
    rows = page(found, action.page_number, size, most=100)
    return AITaskResultAnswer(
        data=AITaskResult(
            task_id=TaskId(task.task_id),
            ai_result_count=len(found),
            ai_results=findings(cloud, channel, kind, rows),
        ),
        total_count=len(found),
    )


def _window(cloud: Cloud, begin: str | None, end: str | None) -> tuple[float, float]:
    for text in (begin, end):
        if text is not None and not text.isdecimal():
            raise Refusal(f"{VALUE}InvalidBeginAndEndTime", "times are digits")
    high = cloud.now() if end is None else float(end)
    low = high - DAY if begin is None else float(begin)
    if low >= high or high - low > LONGEST_SEARCH_DAYS * DAY:
        raise Refusal(f"{VALUE}InvalidBeginAndEndTime", "30 days at most, and not the wrong way")
    return low, high


def _find(cloud: Cloud, task_id: str) -> AiTask:
    if not _ID.fullmatch(task_id):
        raise Refusal(f"{VALUE}InvalidAITaskID", "the task id can't be one")
    task = cloud.world.ledger.ai_tasks.get(task_id)
    if task is None:
        raise Refusal("ResourceNotFound.AITaskNotExisted", "there is no such task")
    return task


def _check_texts(name: str | None, description: str | None, callback: str | None) -> None:
    if name is not None and not (name and is_label(name, 32)):
        raise Refusal(f"{VALUE}InvalidAITaskName", "a name has 1 to 32 letters, digits, _ or -")
    if description is not None and not is_label(description, 128):
        raise Refusal(f"{VALUE}InvalidAITaskDesc", "a description has letters, digits, _ and -")
    if callback and not _ADDRESS.fullmatch(callback):
        raise Refusal(f"{VALUE}CallbackURLContainIllegalCharacter", "the address can't be one")


def _check_channels(cloud: Cloud, ids: Sequence[ChannelId], own: AiTask | None) -> None:
    if not ids:
        raise Refusal(f"{VALUE}ChannelListMustBeNotEmpty", "there are no channels")
    if len(ids) > MOST_CHANNELS:
        raise Refusal(f"{VALUE}ChannelNumberMustBeLessThanOneThousand", "1000 channels at most")
    for known in ids:
        find_channel(
            cloud,
            known,
            unknown=_BAD_CHANNEL,
            illegal=f"{VALUE}ChannelListContainIllegalCharacter",
        )
    taken = {
        known
        for task in cloud.world.ledger.ai_tasks.values()
        if task is not own
        for known in task.channels
    }
    if taken & set(ids):
        raise Refusal(
            f"{VALUE}ChannelIdAlreadyExistsInOtherAITasks", "another task watches a channel"
        )


def _check_templates(templates: Sequence[AITemplate]) -> None:
    tags = {template.tag for template in templates}
    if not tags or not tags <= {"AI", "Snapshot"}:
        raise Refusal(f"{VALUE}InvalidTemplateTag", "Tag is AI or Snapshot")
    if len(tags) > 1:
        raise Refusal(f"{VALUE}TemplateTagMustBeConsistent", "all templates have one tag")
    for template in templates:
        config = template.ai_config if template.tag == "AI" else template.snapshot_config
        if config is None:
            raise Refusal(f"{VALUE}InvalidTemplateTag", "the tag's configuration is missing")
        if isinstance(config, wire.AIConfig) and config.detect_type not in list(DetectType):
            raise Refusal(f"{VALUE}InvalidDetectType", "there is no such kind of recognition")
        if not 1 <= config.time_interval <= 20:
            raise Refusal(f"{VALUE}InvalidTimeInterval", "every 1 to 20 seconds")
        _check_slots(config.oper_time_slot)


def _check_slots(slots: Sequence[wire.TimeSlot]) -> None:
    if len(slots) > 5:
        raise Refusal(f"{VALUE}OperTimeSlotNumberMustBeLessThanFive", "5 times of day at most")
    for slot in slots:
        if not (_TIME_LETTERS.fullmatch(slot.start) and _TIME_LETTERS.fullmatch(slot.end)):
            raise Refusal(f"{VALUE}OperTimeSlotContainIllegalCharacter", "digits and : alone")
        if not (_TIME.fullmatch(slot.start) and _TIME.fullmatch(slot.end)):
            raise Refusal(f"{VALUE}InvalidOperTimeSlotFormat", "times are written like 08:30:00")
        if slot.start >= slot.end:
            raise Refusal(f"{VALUE}OperTimeSlotStartMustBeLessThanEnd", "it starts before it ends")
    if len({(slot.start, slot.end) for slot in slots}) < len(slots):
        raise Refusal(f"{VALUE}HasDuplicateOperTimeSlot", "a time of day is given twice")


def _described(task: AiTask, *, channels: bool = True, templates: bool = True) -> AITask:
    return AITask(
        task_id=TaskId(task.task_id),
        name=task.name,
        desc=task.description,
        status=(TaskSwitch.ON if task.on else TaskSwitch.OFF).value,
        channel_list=[ChannelId(known) for known in task.channels] if channels else [],
        callback_url=task.callback,
        templates=task.templates if templates else [],
        created_time=local_text(task.created),
        updated_time=local_text(task.updated),
    )
