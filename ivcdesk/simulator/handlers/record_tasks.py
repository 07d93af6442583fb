"""Retrievals from the archive, and downloads from devices."""

from __future__ import annotations

import re
from collections.abc import Callable

from ivcdesk.api.actions import (
    AddRecordRetrieveTask,
    BatchDeleteVideoDownloadTask,
    ChannelId,
    DeleteRecordRetrieveTask,
    DescribeRecordRetrieveTask,
    DeviceId,
    DownloadState,
    DownloadTask,
    DownloadTaskId,
    DownloadTaskPage,
    DownloadTasks,
    ListRecordRetrieveTasks,
    ListVideoDownloadTask,
    Result,
    RetrievalMode,
    RetrievalState,
    RetrievalTask,
    RetrievalTaskAnswer,
    RetrievalTaskList,
    RetrievedChannel,
    TaskId,
)
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import (
    VALUE,
    check_day,
    check_description,
    check_label,
    local_text,
)
from ivcdesk.simulator.handlers.finding import page
from ivcdesk.simulator.handlers.membership import read_channels
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.jobs import Download, Retrieval
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Kind

MOST_CHANNELS = 32
LONGEST_DAYS = 365
WAITING_SECONDS = 3.0
CHANNEL_SECONDS = 6.0
BYTES_PER_SECOND = 75_000
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_SORTED_BY: dict[str, Callable[[Download], float]] = {
    "StartTime": lambda job: job.begins,
    "EndTime": lambda job: job.ends,
}


@handles(AddRecordRetrieveTask)
def add_record_retrieve_task(cloud: Cloud, action: AddRecordRetrieveTask) -> RetrievalTaskAnswer:
    """Begin to make archived recordings playable, one channel after the other."""
    check_label(action.task_name)
    check_description(action.describe)
    check_day(action.start_time, action.end_time)
    if action.mode is not RetrievalMode.FAST:
        raise Refusal(f"{VALUE}InvalidRetrievalMode", "Mode is 1")
    if not 1 <= action.expiration <= LONGEST_DAYS:
        raise Refusal(f"{VALUE}InvalidExpiration", "a copy is kept for 1 to 365 days")
    if not action.channels:
        raise Refusal("MissingParameter.MissingRetrieveTaskParam", "there are no channels")
    if len(action.channels) > MOST_CHANNELS:
        raise Refusal(f"{VALUE}RetrieveTaskChannelsExceedsRange", "32 channels at most")
    seats = read_channels(cloud, action.channels)
    known = cloud.world.ledger.retrievals
    if any(task.name == action.task_name for task in known.values()):
        raise Refusal("ResourceInUse.RetrieveTaskNameRepeat", "the name is taken")
    task = Retrieval(
        cloud.world.new_id(Kind.RETRIEVAL),
        action.task_name,
        action.start_time,
        action.end_time,
        action.expiration,
        action.describe or "",
        cloud.clock.steady(),
    )
    seconds = 0.0
    for place, (device, number) in enumerate(seats):
        channel = cloud.world.channels(device)[number]
        spans = cloud.archived(channel, action.start_time, action.end_time)
        if not spans:
            task.empty.add(channel.channel_id)
        seconds += sum(high - low for low, high in spans)
        ready = task.created + WAITING_SECONDS + CHANNEL_SECONDS * (place + 1)
        task.channels[channel.channel_id] = ready
    task.megabytes = round(seconds * BYTES_PER_SECOND / 1e6, 2)
    known[task.task_id] = task
    return RetrievalTaskAnswer(data=_retrieval(cloud, task))


@handles(DeleteRecordRetrieveTask)
def delete_record_retrieve_task(cloud: Cloud, action: DeleteRecordRetrieveTask) -> Result:
    """Remove a retrieval that is not under way; its recordings go back to the archive."""
    task = _find(cloud, action.task_id)
    if _state(cloud, task) is not RetrievalState.RETRIEVED:
        raise Refusal("ResourceInUse.RetrieveTaskExecuting", "the retrieval is under way")
    del cloud.world.ledger.retrievals[task.task_id]
    return Result()


@handles(DescribeRecordRetrieveTask)
def describe_record_retrieve_task(
    cloud: Cloud, action: DescribeRecordRetrieveTask
) -> RetrievalTaskAnswer:
    """Tell everything about one retrieval."""
    return RetrievalTaskAnswer(data=_retrieval(cloud, _find(cloud, action.task_id)))


@handles(ListRecordRetrieveTasks)
def list_record_retrieve_tasks(cloud: Cloud, _action: ListRecordRetrieveTasks) -> RetrievalTaskList:
    """List all retrievals."""
    known = cloud.world.ledger.retrievals.values()
    return RetrievalTaskList(data=[_retrieval(cloud, task) for task in known])


@handles(ListVideoDownloadTask)
def list_video_download_task(cloud: Cloud, action: ListVideoDownloadTask) -> DownloadTaskPage:
    """List the downloads from devices, the latest first unless sorted otherwise."""
    if action.status is DownloadState.UNKNOWN:
        raise Refusal(f"{VALUE}InvalidStatus", "Status runs from 0 to 3")
    seconds = 86_400 if action.url_expires is None else action.url_expires
    if not 1 <= seconds <= 86_400:
        raise Refusal("InvalidParameterValue", "UrlExpires is 1 to 86400 seconds")
    found = [
        job
        for job in reversed(cloud.world.ledger.downloads.values())
        if (not action.device_name or action.device_name in job.device_name)
        and (not action.channel_name or action.channel_name in job.channel_name)
        and (not action.download_task_id or action.download_task_id == job.task_id)
        and (action.status is None or download_state(cloud, job) is action.status)
    ]
    _sort(found, action.sort_rule or "")
    rows = page(found, action.page_number, action.page_size)
    preview = bool(action.with_preview_url)
    listed = [_download(cloud, job, seconds, preview=preview) for job in rows]
    return DownloadTaskPage(data=DownloadTasks(list_=listed, total_count=len(found)))


@handles(BatchDeleteVideoDownloadTask)
def batch_delete_video_download_task(cloud: Cloud, action: BatchDeleteVideoDownloadTask) -> Result:
    """Remove downloads, all of them or none."""
    known = cloud.world.ledger.downloads
    for task_id in action.download_task_ids or ():
        if task_id not in known:
            raise Refusal("ResourceNotFound", "there is no such download")
    for task_id in action.download_task_ids or ():
        known.pop(task_id, None)
    return Result()


def download_state(cloud: Cloud, job: Download) -> DownloadState:
    """Return how far a download is."""
    now = cloud.clock.steady()
    if now < job.begins:
        return DownloadState.WAITING
    if now < job.ends:
        return DownloadState.RUNNING
    return DownloadState.FAILED if job.reason else DownloadState.DONE


def _find(cloud: Cloud, task_id: str) -> Retrieval:
    if not _ID.fullmatch(task_id):
        raise Refusal(f"{VALUE}InvalidRetrieveTaskId", "the task id can't be one")
    task = cloud.world.ledger.retrievals.get(task_id)
    if task is None:
        raise Refusal("ResourceNotFound.RetrieveTaskNotExist", "there is no such retrieval")
    return task


def _state(cloud: Cloud, task: Retrieval) -> RetrievalState:
    now = cloud.clock.steady()
    if now < task.created + WAITING_SECONDS:
        return RetrievalState.WAITING
    done = now >= max(task.channels.values())
    return RetrievalState.RETRIEVED if done else RetrievalState.RETRIEVING


def _retrieval(cloud: Cloud, task: Retrieval) -> RetrievalTask:
    channels = [channel for channel in map(cloud.world.channel, task.channels) if channel]
    return RetrievalTask(
        task_id=TaskId(task.task_id),
        task_name=task.name,
        start_time=task.start,
        end_time=task.end,
        mode=RetrievalMode.FAST,
        expiration=task.days,
        status=_state(cloud, task),
        capacity=task.megabytes,
        describe=task.description,
        channels=[
            RetrievedChannel(
                device_id=DeviceId(channel.device.device_id),
                device_name=channel.device.name,
                channel_id=ChannelId(channel.channel_id),
                channel_name=channel.name,
                status=_channel_state(cloud, task, channel.channel_id),
            )
            for channel in channels
        ],
        channel_count=len(channels),
    )


def _channel_state(cloud: Cloud, task: Retrieval, channel_id: str) -> RetrievalState:
    if channel_id in task.empty:
        return RetrievalState.NOTHING_ARCHIVED
    now, ready = cloud.clock.steady(), task.channels[channel_id]
    if now >= ready:
        return RetrievalState.RETRIEVED
    begun = now >= ready - CHANNEL_SECONDS
    return RetrievalState.RETRIEVING if begun else RetrievalState.WAITING


def _sort(jobs: list[Download], rule: str) -> None:
    for key in reversed([part for part in rule.split(",") if part]):
        name = key.removeprefix("-")
        if name not in _SORTED_BY:
            raise Refusal("InvalidParameterValue", "SortRule is made of StartTime and EndTime")
        jobs.sort(key=_SORTED_BY[name], reverse=key.startswith("-"))


def _download(cloud: Cloud, job: Download, seconds: int, *, preview: bool) -> DownloadTask:
    state = download_state(cloud, job)
    wall = cloud.now() - cloud.clock.steady()
    expired = cloud.clock.steady() > job.ends + job.days * 86_400
    address = ""
    if state is DownloadState.DONE and not expired:
        address = cloud.links.address(f"/download/{job.task_id}/video.mp4", seconds)
    return DownloadTask(
        download_task_id=DownloadTaskId(job.task_id),
        channel_id=ChannelId(job.channel_id),
        channel_name=job.channel_name,
        channel_code=job.channel_code,
        device_name=job.device_name,
        device_code=job.device_code,
        status=state,
        video_time_section=f"{local_text(job.start)}-{local_text(job.end)}",
        scale=job.scale,
        download_time=job.end - job.start,
        video_size=job.size if state is DownloadState.DONE else 0,
        start_time="" if state is DownloadState.WAITING else local_text(wall + job.begins),
        end_time=local_text(wall + job.ends) if cloud.clock.steady() >= job.ends else "",
        file_download_url=address,
        failed_reason=job.reason if state is DownloadState.FAILED else "",
        expire=job.days,
        preview_url=address if preview else "",
    )
