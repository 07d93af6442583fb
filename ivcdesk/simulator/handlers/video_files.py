"""Recordings as files: slices, addresses to download from the cloud, downloads from devices."""

from __future__ import annotations

from ivcdesk.api.actions import (
    CreateVideoDownloadTask,
    DescribeRecordSlice,
    DescribeVideoDownloadUrl,
    DownloadTaskAnswer,
    DownloadTaskId,
    DownloadTaskReference,
    DownloadUrl,
    DownloadUrlAnswer,
    PlanId,
    RecordSliceAnswer,
    RecordSlices,
    RecordTimeLine,
)
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.dice import number
from ivcdesk.simulator.handlers.checking import VALUE, check_day
from ivcdesk.simulator.handlers.finding import find_channel, require_device, require_remote
from ivcdesk.simulator.handlers.record_tasks import BYTES_PER_SECOND
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.jobs import Download
from ivcdesk.simulator.recordings import cloud_day, pieces, within, without
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Kind

SLICE_SECONDS = 20
LONGEST_DOWNLOAD = 3600
USUAL_LIFE, LONGEST_LIFE = 600, 86_400
KEPT_DAYS = (7, 15, 30, 60, 90, 180, 365)
SCALES = (1, 2, 4, 8)
_PREPARING_SECONDS = 2.0
_HURRY = 10


@handles(DescribeRecordSlice)
def describe_record_slice(cloud: Cloud, action: DescribeRecordSlice) -> RecordSliceAnswer:
    """List the slices of a range by the plans that recorded them."""
    channel = find_channel(
        cloud,
        action.channel_id,
        unknown="ResourceNotFound.ChannelNotExist",
        illegal=f"{VALUE}IllegalChannelId",
    )
    check_day(action.start_time, action.end_time)
    spans = cloud.recorded(channel.channel_id, "cloud", action.start_time, action.end_time)
    phase = number(cloud.seed, "slice", channel.habit.channel) % SLICE_SECONDS
    slices: dict[str, list[RecordTimeLine]] = {}
    plans = cloud.recording_plans(channel, action.start_time, action.end_time)
    for plan, window in plans:
        rows = slices.setdefault(plan.plan_id, [])
        rows += [
            RecordTimeLine(begin=int(low), end=int(high))
            for low, high in pieces(within(spans, [window]), SLICE_SECONDS, phase)
        ]
    return RecordSliceAnswer(
        data=[
            RecordSlices(plan_id=PlanId(plan_id), list_=rows)
            for plan_id, rows in slices.items()
            if rows
        ]
    )


@handles(DescribeVideoDownloadUrl)
def describe_video_download_url(
    cloud: Cloud, action: DescribeVideoDownloadUrl
) -> DownloadUrlAnswer:
    """Tell where a cloud recording of an hour at most can be downloaded, as whole slices."""
    channel = find_channel(cloud, action.channel_id)
    begin = _moment(action.begin_time, "InvalidBeginTime")
    end = _moment(action.end_time, "InvalidEndTime")
    if begin >= end:
        raise Refusal(f"{VALUE}InvalidEndTime", "the end is not after the beginning")
    if cloud_day(begin) != cloud_day(end):
        raise Refusal(f"{VALUE}NonSameDay", "the range crosses midnight of UTC+8")
    if end - begin > LONGEST_DOWNLOAD:
        raise Refusal(f"{VALUE}OutOfTimeRange", "an hour at most")
    if action.file_type not in ("mp4", "ts"):
        raise Refusal(f"{VALUE}InvalidFileType", "FileType is mp4 or ts")
    life = USUAL_LIFE if action.expires is None else action.expires
    if not 1 <= life <= LONGEST_LIFE:
        raise Refusal("InvalidParameter", "Expires is 1 to 86400 seconds")
    phase = number(cloud.seed, "slice", channel.habit.channel) % SLICE_SECONDS
    low = (begin - phase) // SLICE_SECONDS * SLICE_SECONDS + phase
    high = -((phase - end) // SLICE_SECONDS) * SLICE_SECONDS + phase
    spans = cloud.recorded(channel.channel_id, "cloud", low, high)
    if not within(spans, [(float(begin), float(end))]):
        if cloud.archived(channel, begin, end):
            raise Refusal("ResourceUnavailable.VideoArchived", "it lies in the archive")
        raise Refusal("ResourceNotFound.VideoNotFound", "nothing was recorded then")
    if cloud.downloading() >= cloud.most_downloads:
        raise Refusal(
            "OperationDenied.ConcurrentDownloadsOverLimit",
            f"{cloud.most_downloads} downloads at once at most",
        )
    address = cloud.links.address(
        f"/video/{channel.channel_id}/video.{action.file_type}",
        life,
        {"starttime": int(spans[0][0]), "endtime": int(spans[-1][1])},
    )
    told = bool(action.is_resp_actual_time)
    return DownloadUrlAnswer(
        data=DownloadUrl(
            url=address,
            actual_begin_time=str(int(spans[0][0])) if told else "",
            actual_end_time=str(int(spans[-1][1])) if told else "",
        )
    )


@handles(CreateVideoDownloadTask)
def create_video_download_task(cloud: Cloud, action: CreateVideoDownloadTask) -> DownloadTaskAnswer:
    """Begin to fetch a device's recording; ten times faster than a device could."""
    channel = find_channel(cloud, action.channel_id)
    begin, end = action.begin_time, action.end_time
    if not 0 < begin < end:
        raise Refusal("InvalidParameterValue", "the range is empty")
    scale = 1 if action.scale is None else action.scale
    days = KEPT_DAYS[0] if action.expire is None else action.expire
    if scale not in SCALES or days not in KEPT_DAYS or action.file_type not in (None, 1):
        raise Refusal("InvalidParameterValue", "Scale, Expire or FileType can't be so")
    require_remote(channel.device)
    require_device(channel.device)
    held = cloud.recorded(channel.channel_id, "device", begin, end)
    missing = without([(float(begin), float(end))], held)
    reason = ""
    if not held:
        reason = "设备无录像"
    elif missing and action.completion_policy == 0:
        reason = "录像不完整"
    now = cloud.clock.steady() + _PREPARING_SECONDS
    job = Download(
        cloud.world.new_id(Kind.DOWNLOAD),
        channel.channel_id,
        channel.name,
        channel.code,
        channel.device.name,
        channel.device.code,
        begin,
        end,
        scale,
        days,
        cloud.now(),
        now,
        now + (end - begin) / scale / _HURRY,
        reason,
        int(sum(high - low for low, high in held) * BYTES_PER_SECOND),
    )
    cloud.world.ledger.downloads[job.task_id] = job
    return DownloadTaskAnswer(
        data=DownloadTaskReference(download_task_id=DownloadTaskId(job.task_id))
    )


def _moment(text: str, code: str) -> int:
    if not text.isdecimal() or not 0 < len(text) <= 12 or int(text) == 0:
        raise Refusal(f"{VALUE}{code}", "times are seconds since the epoch, as digits")
    return int(text)
