"""Recordings in the cloud and on devices."""

from __future__ import annotations

from ivcdesk.api.actions import (
    ControlRecord,
    ControlRecordTimeline,
    DescribeRecordFile,
    DescribeRecordPlaybackUrl,
    DevicePlayback,
    DevicePlaybackAnswer,
    PlaybackUrl,
    PlaybackUrlAnswer,
    PlayRecord,
    RecordCommand,
    RecordFileAnswer,
    RecordFiles,
    RecordTimeLine,
    Result,
    Timeline,
    TimelineList,
)
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.dice import number
from ivcdesk.simulator.handlers.checking import check_day
from ivcdesk.simulator.handlers.finding import (
    find_channel,
    find_device,
    require_device,
    require_remote,
)
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.links import PLAYBACK_SECONDS
from ivcdesk.simulator.recordings import (
    CLOUD_PIECE,
    DEVICE_FILE,
    device_files,
    pieces,
)
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Channel

SCALES = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
STREAM_TYPES = (1, 2)


@handles(DescribeRecordFile)
def describe_record_file(cloud: Cloud, action: DescribeRecordFile) -> RecordFileAnswer:
    """Tell what the cloud recorded within a day of UTC+8."""
    device = find_device(
        cloud,
        action.device_id,
        unknown="ResourceNotFound.DeviceNotExist",
        illegal="InvalidParameterValue.IllegalDeviceId",
    )
    channel = find_channel(
        cloud,
        action.channel_id,
        unknown="InvalidParameterValue.InvalidChannelId",
        illegal="InvalidParameterValue.IllegalChannelId",
    )
    if channel.device is not device:
        raise Refusal("InvalidParameterValue.InvalidChannelId", "the channel is another device's")
    check_day(action.start_time, action.end_time)
    spans = cloud.recorded(channel.channel_id, "cloud", action.start_time, action.end_time)
    phase = number(cloud.seed, "piece", channel.habit.channel) % CLOUD_PIECE
    return RecordFileAnswer(
        data=RecordFiles(
            tips=int(bool(cloud.archived(channel, action.start_time, action.end_time))),
            list_=[
                RecordTimeLine(
                    begin=int(begin),
                    end=int(end),
                    hls_url=_cloud_address(cloud, channel, int(begin), int(end))
                    if action.with_url
                    else "",
                )
                for begin, end in pieces(spans, CLOUD_PIECE, phase)
            ],
        )
    )


@handles(DescribeRecordPlaybackUrl)
def describe_record_playback_url(
    cloud: Cloud, action: DescribeRecordPlaybackUrl
) -> PlaybackUrlAnswer:
    """Tell the address of a cloud recording within a day of UTC+8."""
    channel = find_channel(
        cloud,
        action.channel_id,
        unknown="ResourceNotFound.ChannelNotExist",
        illegal="InvalidParameterValue.IllegalChannelId",
    )
    check_day(action.start_time, action.end_time)
    address = _cloud_address(cloud, channel, action.start_time, action.end_time)
    return PlaybackUrlAnswer(data=PlaybackUrl(hls=address))


@handles(ControlRecordTimeline)
def control_record_timeline(cloud: Cloud, action: ControlRecordTimeline) -> TimelineList:
    """Tell which files the device holds that touch a range."""
    channel = find_channel(cloud, action.channel_id)
    _check_range(cloud, action.start, action.end)
    require_remote(channel.device)
    require_device(channel.device)
    around = cloud.recorded(
        channel.channel_id, "device", action.start - DEVICE_FILE, action.end + DEVICE_FILE
    )
    files = device_files(channel.habit, around, action.start, action.end)
    return TimelineList(data=[Timeline(begin=int(begin), end=int(end)) for begin, end in files])


@handles(PlayRecord)
def play_record(cloud: Cloud, action: PlayRecord) -> DevicePlaybackAnswer:
    """Open a playback session on the device."""
    if action.stream_type is not None and action.resolution:
        raise Refusal(
            "UnsupportedOperation.StreamTypeOrResolution",
            "StreamType and Resolution exclude each other",
        )
    if action.stream_type is not None and action.stream_type not in STREAM_TYPES:
        raise Refusal("InvalidParameterValue", "StreamType is 1 or 2")
    channel = find_channel(cloud, action.channel_id)
    _check_range(cloud, action.start, action.end)
    require_remote(channel.device)
    require_device(channel.device)
    if not cloud.recorded(channel.channel_id, "device", action.start, action.end):
        raise Refusal("ResourceNotFound", "the device holds nothing of this time")
    session = cloud.open_session(channel, float(action.start), float(action.end))
    address = cloud.links.address(
        f"/live/{channel.channel_id}@{session.session_id}.live.flv",
        PLAYBACK_SECONDS,
        {"start": action.start, "end": action.end},
    )
    return DevicePlaybackAnswer(data=DevicePlayback(flv=address))


@handles(ControlRecord)
def control_record(cloud: Cloud, action: ControlRecord) -> Result:
    """Play, pause, seek, pace or stop a playback session."""
    channel = find_channel(cloud, action.channel_id)
    if action.control_action not in list(RecordCommand):
        raise Refusal("InvalidParameterValue", "ControlAction is play, pause or stop")
    if action.position is not None and action.scale is not None:
        raise Refusal(
            "UnsupportedOperation.ScaleAndPosBothExist", "Position and Scale exclude each other"
        )
    if action.scale is not None and action.scale not in SCALES:
        raise Refusal(
            "InvalidParameterValue.UnSupportedScaleParam", "Scale is 0.25, 0.5, 1, 2, 4 or 8"
        )
    require_remote(channel.device)
    require_device(channel.device)
    session = cloud.session(action.session)
    if session is None or session.channel_id != channel.channel_id:
        raise Refusal("ResourceNotFound.StreamNotExistOrClose", "the session is closed")
    length = session.end - session.start
    if action.position is not None and not 0 <= action.position <= length:
        raise Refusal("InvalidParameterValue", "Position lies outside of the session")
    if action.control_action == RecordCommand.STOP:
        cloud.close_session(session)
    else:
        position = None if action.position is None else float(action.position)
        session.control(action.control_action, position=position, scale=action.scale)
    return Result()


def _check_range(cloud: Cloud, start: int, end: int) -> None:
    if start <= 0:
        raise Refusal("InvalidParameterValue.StartTimeZero", "the start is missing")
    if end <= 0:
        raise Refusal("InvalidParameterValue.EndTimeZero", "the end is missing")
    if start > end:
        raise Refusal("InvalidParameterValue.StartOverEndTime", "the start is after the end")
    if start == end:
        raise Refusal(
            "InvalidParameterValue.StartTimeGreaterThanOrEqualEndTime", "the range is empty"
        )
    if start > cloud.now():
        raise Refusal("InvalidParameterValue.StartOverNowTime", "the start is in the future")


def _cloud_address(cloud: Cloud, channel: Channel, start: int, end: int) -> str:
    return cloud.links.address(
        f"/playback/{channel.channel_id}/hls.m3u8",
        PLAYBACK_SECONDS,
        {"starttime": start, "endtime": end},
    )
