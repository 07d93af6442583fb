"""Limits are checked before anything is sent, and say which field, which rule, which value."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest

from ivcdesk.api import CloudClient, Credential, InvalidArgument
from ivcdesk.api.actions import (
    AccessProtocol,
    Action,
    AddAITask,
    AddRecordPlan,
    AddRecordRetrieveTask,
    AddRecordTemplate,
    AddStreamAuth,
    AddUserDevice,
    AIConfig,
    AITemplate,
    AssignCommand,
    BatchAssignVLPlanChannels,
    CallISAPI,
    ChannelId,
    ChannelOfDevice,
    ControlDevicePreset,
    ControlDevicePTZ,
    ControlDeviceSnapshot,
    ControlDeviceStream,
    ControlRecord,
    DescribeGBDeviceAddr,
    DescribeRecordFile,
    DescribeVideoDownloadUrl,
    DeviceId,
    DeviceStatus,
    DeviceType,
    LifeCycle,
    ListDevices,
    ListDeviceSnapshots,
    ListTasks,
    ListVideoDownloadTask,
    OrganizationId,
    PlayBan,
    PlayRecord,
    SetForbidPlayChannels,
    SnapshotConfig,
    TimeSection,
    Transport,
    UpdateDeviceStatus,
    UpdateUserDevice,
)
from ivcdesk.api.actions.rules import Length, first_breach, rules_of
from tests.api.recording import recording_server

DAY = 1687622400  # midnight of UTC+8
CHANNEL = ChannelOfDevice(device_id=DeviceId("d"), channel_id=ChannelId("c"))
KEPT = LifeCycle(transition=7)
SECTION = TimeSection(day_of_week=1, start_time="08:00:00", end_time="12:00:00")
TEMPLATE = AITemplate(tag="AI", ai_config=AIConfig(detect_type="Pet", time_interval=10))


def makes(kind: type[Action[Any]], **given: Any) -> Callable[..., Action[Any]]:
    return lambda **changes: kind(**{**given, **changes})


add_device = makes(
    AddUserDevice,
    name="Gate",
    access_protocol=AccessProtocol.GB28181,
    type=DeviceType.IPC,
    organization_id="1",
    cluster_id="n",
    password="12345678",
)
jog = makes(ControlDevicePTZ, channel_id="c", type="up", speed=1)
preset = makes(ControlDevicePreset, channel_id="c", cmd="goto", index=1)
stream = makes(ControlDeviceStream, channel_id="c")
files = makes(
    DescribeRecordFile, device_id="d", channel_id="c", start_time=DAY, end_time=DAY + 86399
)
fetch = makes(
    DescribeVideoDownloadUrl,
    channel_id="c",
    begin_time=str(DAY),
    end_time=str(DAY + 3600),
    file_type="mp4",
)
steer = makes(ControlRecord, channel_id="c", session="s", control_action="play")
play = makes(PlayRecord, channel_id="c", start=1, end=2)
plan = makes(AddRecordPlan, plan_name="p", template_id="t", life_cycle=KEPT)
retrieve = makes(
    AddRecordRetrieveTask,
    task_name="t",
    start_time=DAY,
    end_time=DAY + 60,
    mode=1,
    expiration=3,
    channels=[CHANNEL],
)
watch = makes(AddAITask, name="n", channel_list=["c"], templates=[TEMPLATE])
snap = makes(ControlDeviceSnapshot, channel_id="c", snap_num=3, interval=10)
guard = makes(
    AddStreamAuth,
    id="i",
    pull_state=1,
    pull_secret="abc",
    pull_expired=10,
    push_state=0,
    push_secret="",
    push_expired=10,
)
ban = PlayBan(channel_id=ChannelId("c"), enable=True)

SOUND = [
    jog(speed=8),
    preset(index=10),
    stream(stream_type="2"),
    stream(resolution="6"),
    files(),
    fetch(expires=86400),
    steer(scale=0.25),
    steer(position=0),
    plan(channels=[CHANNEL] * 5000, describe="周一到周五"),
    plan(life_cycle=LifeCycle(transition=3000, expiration=650)),
    retrieve(channels=[CHANNEL] * 32),
    watch(),
    snap(expire=365),
    guard(),
    add_device(name="大门 (东) 1_a-b（西）"),
    add_device(access_protocol=AccessProtocol.RTMP, password=None, app_name="a.b-c_1"),
    UpdateUserDevice(device_id=DeviceId("d"), transport_protocol=Transport.NONE),
    ListDevices(organization_id=OrganizationId("0"), page_size=10_000),
    SetForbidPlayChannels(channels=[ban] * 200, user_id="1"),
    AddRecordTemplate(template_name="全天", time_sections=[SECTION]),
    ListVideoDownloadTask(sort_rule="StartTime,-EndTime"),
    ListTasks(begin_time=1, end_time=2, operation="BatchSomethingNew"),
    BatchAssignVLPlanChannels(vl_plan_id="p", cmd=AssignCommand.ASSIGN, organization_ids=["1"]),
]

BROKEN = [
    (jog(speed=0), "speed", "between 1 and 8", 0),
    (jog(speed=9), "speed", "between 1 and 8", 9),
    (jog(speed=True), "speed", "a number", True),
    (jog(speed="4"), "speed", "a number", "4"),
    (jog(channel_id=""), "channel_id", "characters", ""),
    (jog(channel_id=7), "channel_id", "a text", 7),
    (jog(type="upwards"), "type", "one of up, down", "upwards"),
    (preset(index=11), "index", "between 1 and 10", 11),
    (preset(cmd="call"), "cmd", "one of goto, set, del", "call"),
    (stream(stream_type="3"), "stream_type", "one of 1, 2", "3"),
    (stream(stream_type="1", resolution="6"), "resolution", "left out", "6"),
    (files(end_time=DAY + 86400), "end_time", "same day of UTC+8", DAY + 86400),
    (files(start_time=DAY - 1), "end_time", "same day of UTC+8", DAY + 86399),
    (files(end_time=DAY), "end_time", "after start_time", DAY),
    (fetch(end_time=str(DAY + 3601)), "end_time", "at most 60 minutes", str(DAY + 3601)),
    (fetch(begin_time="noon"), "begin_time", "as digits", "noon"),
    (fetch(file_type="avi"), "file_type", "one of mp4, ts", "avi"),
    (fetch(expires=0), "expires", "between 1 and 86400 s", 0),
    (steer(scale=3), "scale", "one of 0.25, 0.5, 1, 2, 4, 8", 3),
    (steer(scale=2, position=1), "scale", "left out", 2),
    (steer(position=-1), "position", "at least 0", -1),
    (play(end=1), "end", "after start", 1),
    (plan(plan_name="a b"), "plan_name", "made of", "a b"),
    (plan(plan_name=""), "plan_name", "1 to 32 characters", ""),
    (plan(plan_name="计" * 33), "plan_name", "1 to 32 characters", "计" * 33),
    (plan(describe="a" * 129), "describe", "at most 128 characters", "a" * 129),
    (plan(stream_type="码" * 11), "stream_type", "at most 32 bytes", "码" * 11),
    (plan(channels=[CHANNEL] * 5001), "channels", "a list of 0 to 5000", "5001 items"),
    (plan(life_cycle=LifeCycle()), "life_cycle.transition", "between 1 and 3650 days", 0),
    (
        plan(life_cycle=LifeCycle(transition=7, expiration=59)),
        "life_cycle.expiration",
        "0 or at least 60 days",
        59,
    ),
    (
        plan(life_cycle=LifeCycle(transition=3000, expiration=651)),
        "life_cycle.expiration",
        "at most 3650 days together",
        651,
    ),
    (
        plan(life_cycle=LifeCycle(transition=2), repair_mode=1),
        "life_cycle.transition",
        "at least 3 days",
        2,
    ),
    (retrieve(channels=[CHANNEL] * 33), "channels", "a list of 1 to 32", "33 items"),
    (retrieve(channels=[]), "channels", "a list of 1 to 32", "0 items"),
    (retrieve(expiration=366), "expiration", "between 1 and 365 days", 366),
    (retrieve(mode=2), "mode", "one of 1", 2),
    (
        retrieve(channels=[CHANNEL, ChannelOfDevice(device_id="d", channel_id="")]),
        "channels[1].channel_id",
        "characters",
        "",
    ),
    (watch(channel_list=["c"] * 1001), "channel_list", "1 to 1000", "1001 items"),
    (watch(channel_list=["c", 5]), "channel_list[1]", "a text", 5),
    (watch(callback_url="ftp://x"), "callback_url", "http", "•••"),
    (watch(templates=[AITemplate(tag="AI")]), "templates[0].tag", "configuration", "AI"),
    (
        watch(
            templates=[
                TEMPLATE,
                AITemplate(tag="Snapshot", snapshot_config=SnapshotConfig(time_interval=1)),
            ]
        ),
        "templates",
        "all of one tag",
        "AI, Snapshot",
    ),
    (snap(snap_num=11), "snap_num", "between 1 and 10", 11),
    (snap(interval=1801), "interval", "between 1 and 1800 s", 1801),
    (snap(expire=8), "expire", "one of 7, 15", 8),
    (guard(pull_state=2), "pull_state", "one of 0, 1", 2),
    (guard(pull_secret="a b"), "pull_secret", "letters and digits", "•••"),
    (add_device(password="x" * 65), "password", "1 to 64 characters", "•••"),
    (add_device(password=None), "password", "given for", None),
    (add_device(name="<b>"), "name", "made of", "<b>"),
    (add_device(access_protocol=AccessProtocol.RTMP, type=DeviceType.NVR), "type", "single", 2),
    (add_device(access_protocol=AccessProtocol.GATEWAY), "gateway_id", "given", None),
    (add_device(app_name="a b"), "app_name", "English letters", "a b"),
    (add_device(port=70_000), "port", "between 1 and 65535", 70_000),
    (
        ListDevices(organization_id=OrganizationId("0"), page_size=10_001),
        "page_size",
        "between 1 and 10000",
        10_001,
    ),
    (
        SetForbidPlayChannels(channels=[ban] * 201, user_id="1"),
        "channels",
        "a list of 1 to 200",
        "201 items",
    ),
    (
        UpdateDeviceStatus(device_id=DeviceId("d"), status=DeviceStatus.ONLINE),
        "status",
        "one of 2, 3",
        1,
    ),
    (
        AddRecordTemplate(
            template_name="t",
            time_sections=[TimeSection(day_of_week=8, start_time="08:00:00", end_time="09:00:00")],
        ),
        "time_sections[0].day_of_week",
        "between 1 and 7",
        8,
    ),
    (
        AddRecordTemplate(
            template_name="t",
            time_sections=[TimeSection(day_of_week=7, start_time="08:00:00", end_time="08:09:59")],
        ),
        "time_sections[0].end_time",
        "at least 10 minutes",
        "08:09:59",
    ),
    (
        AddRecordTemplate(
            template_name="t",
            time_sections=[TimeSection(day_of_week=7, start_time="8:00", end_time="24:00:00")],
        ),
        "time_sections[0].start_time",
        "a time like",
        "8:00",
    ),
    (ListVideoDownloadTask(sort_rule="Name"), "sort_rule", "StartTime", "Name"),
    (DescribeGBDeviceAddr(device_ids=["d"] * 501), "device_ids", "1 to 500", "501 items"),
    (ListDeviceSnapshots(channel_id=ChannelId("c"), start=5, end=5), "end", "after start", 5),
]


@pytest.mark.parametrize("action", SOUND, ids=lambda action: type(action).__name__)
def test_what_keeps_the_rules_is_let_through(action):
    assert first_breach(action) is None


@pytest.mark.parametrize(("action", "field", "rule", "value"), BROKEN)
def test_what_breaks_a_rule_is_named(action, field, rule, value):
    breach = first_breach(action)
    assert breach is not None
    assert breach.field == field
    assert rule in breach.rule
    assert breach.value == value


def test_nothing_is_sent_that_breaks_a_rule():
    async def scene():
        async with (
            recording_server() as server,
            CloudClient(Credential("a", "b"), "ap-shanghai", server.endpoint) as client,
        ):
            with pytest.raises(InvalidArgument) as caught:
                await client.call(jog(speed=9))
            assert not server.received
            assert not client.journal.entries
            error = caught.value
            assert str(error) == "speed must be between 1 and 8, not 9"
            assert (error.field, error.value, error.action) == ("speed", 9, "ControlDevicePTZ")
            with pytest.raises(InvalidArgument):
                await client.call(CallISAPI(device_id="d", url="u", input_data="x" * (11 << 20)))
            with pytest.raises(InvalidArgument):
                await client.call(ListDevices(organization_id="\ud800"))

    asyncio.run(scene())


def test_forms_can_read_the_rules():
    assert Length(1, 128) in rules_of(AddUserDevice, "name")
    with pytest.raises(KeyError):
        rules_of(AddUserDevice, "colour")
