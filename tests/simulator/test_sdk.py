"""The official SDK as the referee: it must not be able to tell the difference."""

from __future__ import annotations

import pytest
from tencentcloud.iss.v20230517 import models

from ivcdesk.simulator.handlers import HANDLERS
from ivcdesk.simulator.recordings import DAY, cloud_day, day_start
from tests.simulator.referee import Referee

# files that hold a part of a larger group
PARTS = {"backup_plans": "record_plans", "new_devices": "devices", "video_files": "playback"}


@pytest.fixture
def referee(served, monkeypatch):
    return Referee(served, monkeypatch)


def test_the_whole_job(referee):
    tree = referee("DescribeOrganization").Data
    assert any(node.Name == "上海港 Port of Shanghai" for node in tree)

    found = referee("ListDevices", OrganizationId="0", IsContainSubLevel=True, Keyword="PTZ Gate")
    assert found.TotalCount == len(found.Data) == 2
    device = found.Data[0]
    detail = referee("DescribeUserDevice", DeviceId=device.DeviceId).Data
    assert (detail.Name, detail.Region, detail.Status) == (device.Name, "ap-shanghai", 1)
    channel = referee("DescribeDeviceChannel", DeviceId=device.DeviceId).Data[0]
    assert channel.PTZType == 1

    stream = referee("ControlDeviceStream", ChannelId=channel.ChannelId, StreamType="1").Data
    assert stream.Flv.startswith(referee.served.simulator.endpoint)
    assert referee("ControlDevicePTZ", ChannelId=channel.ChannelId, Type="left", Speed=4).RequestId
    for command in ("set", "goto", "del"):
        assert referee(
            "ControlDevicePreset", ChannelId=channel.ChannelId, Cmd=command, Index=9
        ).RequestId
    presets = referee("DescribeDevicePreset", ChannelId=channel.ChannelId).Data
    assert [preset.Index for preset in presets][:3] == [1, 2, 3]

    yesterday = day_start(cloud_day(referee.served.cloud.now()) - 1)
    files = referee(
        "DescribeRecordFile",
        DeviceId=device.DeviceId,
        ChannelId=channel.ChannelId,
        StartTime=yesterday,
        EndTime=yesterday + DAY - 1,
        WithUrl=True,
    ).Data
    assert files.Tips == 0
    assert files.List[0].HlsUrl
    moment = yesterday + 14 * 3600 + 7 * 60
    assert any(row.Begin <= moment < row.End for row in files.List)
    url = referee(
        "DescribeRecordPlaybackUrl",
        ChannelId=channel.ChannelId,
        StartTime=moment,
        EndTime=moment + 600,
    ).Data.Hls
    assert f"/playback/{channel.ChannelId}/hls.m3u8?starttime={moment}" in url

    held = referee(
        "ControlRecordTimeline", ChannelId=channel.ChannelId, Start=moment, End=moment + 600
    ).Data
    assert held[0].Begin <= moment
    played = referee("PlayRecord", ChannelId=channel.ChannelId, Start=moment, End=moment + 600)
    session = played.Data.Flv.partition("@")[2].partition(".")[0]
    for steer in (
        {"ControlAction": "play", "Scale": 2},
        {"ControlAction": "pause"},
        {"ControlAction": "play", "Position": 60},
        {"ControlAction": "stop"},
    ):
        assert referee(
            "ControlRecord", ChannelId=channel.ChannelId, Session=session, **steer
        ).RequestId


def test_nothing_recorded_is_null_to_the_sdk(referee):
    world = referee.served.cloud.world
    device = next(d for d in world.devices.values() if d.name.startswith("Town hall"))
    channel_id = referee.served.run(lambda: world.channels(device)[0].channel_id)
    now = int(referee.served.cloud.now())
    answer = referee.served.call(
        "DescribeRecordFile",
        {
            "DeviceId": device.device_id,
            "ChannelId": channel_id,
            "StartTime": day_start(cloud_day(now)) + 1,
            "EndTime": day_start(cloud_day(now)) + 60,
        },
        "ap-guangzhou",
    )
    assert answer["Data"] == {"Tips": 0, "List": None}


def test_each_action_is_answered_by_its_own_group():
    for name, (kind, function) in HANDLERS.items():
        assert kind.action_name == name
        group = function.__module__.rpartition(".")[2]
        assert kind.__module__.rpartition(".")[2] == PARTS.get(group, group)


def test_nothing_is_imitated_that_the_service_does_not_have():
    older = {name for name, (kind, _) in HANDLERS.items() if not kind.since}
    assert older <= {action.removesuffix("Request") for action in vars(models)}
