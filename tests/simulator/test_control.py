"""PTZ and presets as the API does them."""

from __future__ import annotations

import asyncio

import pytest

from ivcdesk.api.actions import (
    CallISAPI,
    ControlDevicePreset,
    ControlDevicePTZ,
    DescribeDevicePreset,
    DeviceStatus,
    PtzCommand,
)
from ivcdesk.simulator.handlers import control
from ivcdesk.simulator.ptz import PtzBehaviour

UNKNOWN = "12345678-abcd-efgh-ijkl-1234567890abcd"


def jog(channel, command="left", speed=4):
    return ControlDevicePTZ(channel_id=channel.channel_id, type=command, speed=speed)


def preset(channel, command, index):
    return ControlDevicePreset(channel_id=channel.channel_id, cmd=command, index=index)


def test_left_turns_the_camera_left_and_no_further(asked):
    channel = asked.channel("PTZ Gate North")
    before = asked.cloud.pose(channel.channel_id)
    asked(jog(channel))
    asked.clock.advance(0.15)
    halfway = asked.cloud.pose(channel.channel_id)
    asked.clock.advance(1)
    after = asked.cloud.pose(channel.channel_id)
    asked.clock.advance(60)
    assert before.pan > halfway.pan > after.pan == asked.cloud.pose(channel.channel_id).pan


@pytest.mark.parametrize("command", list(PtzCommand))
def test_every_command_moves_something(asked, command):
    channel = asked.channel("堆场 Yard dome 07")
    if command in (PtzCommand.ZOOM_OUT,):
        asked(jog(channel, PtzCommand.ZOOM_IN, 8))
        asked.clock.advance(1)
    before = asked.cloud.pose(channel.channel_id)
    asked(jog(channel, command))
    asked.clock.advance(1)
    assert asked.cloud.pose(channel.channel_id) != before


def test_a_recorders_camera_turns_alone(asked):
    first, second = asked.channel("Gate 3 NVR", 0), asked.channel("Gate 3 NVR", 5)
    before = asked.cloud.pose(second.channel_id)
    asked(jog(first))
    asked.clock.advance(1)
    assert asked.cloud.pose(second.channel_id) == before


@pytest.mark.parametrize(
    ("name", "place", "code"),
    [
        ("Visitor lane", 0, "InvalidParameterValue.UnSupportedAccessType"),
        ("Barrier cam", 0, "InvalidParameterValue.UnSupportedPTZCMD"),
        ("Perimeter NVR", 0, "ResourceUnavailable.DevOffline"),
        ("Crane 2", 0, "ResourceUnavailable.DevNoRegister"),
        ("Bicycle shed", 0, "ResourceUnavailable.DevDisable"),
        ("Gate 3 NVR", 13, "ResourceUnavailable.ChannelOffline"),
    ],
)
def test_what_can_not_be_turned(asked, name, place, code):
    channel = asked.channel(name, place)
    assert asked.refused(jog(channel)) == code
    assert asked.refused(preset(channel, "goto", 1)) == code


def test_wrong_commands(asked):
    channel = asked.channel("PTZ Gate North")
    assert asked.refused(jog(channel, "stop")) == "InvalidParameterValue.UnSupportedPTZCMD"
    assert asked.refused(jog(channel, speed=0)) == "InvalidParameterValue"
    assert asked.refused(jog(channel, speed=9)) == "InvalidParameterValue"
    assert asked.refused(preset(channel, "call", 1)) == "InvalidParameterValue.UnSupportedPresetCMD"
    assert asked.refused(preset(channel, "set", 0)) == "InvalidParameterValue"
    assert asked.refused(preset(channel, "set", 11)) == "InvalidParameterValue"


def test_unknown_channels(asked):
    turn = ControlDevicePTZ(channel_id=UNKNOWN, type="left", speed=1)
    assert asked.refused(turn) == "ResourceNotFound"
    turn = ControlDevicePTZ(channel_id="%", type="left", speed=1)
    assert asked.refused(turn) == "InvalidParameterValue.InvalidChannelId"
    call = ControlDevicePreset(channel_id=UNKNOWN, cmd="goto", index=1)
    assert asked.refused(call) == "InvalidParameterValue.InvalidChannelId"
    assert asked.refused(DescribeDevicePreset(channel_id=UNKNOWN)) == "ResourceNotFound"


def test_presets_are_set_listed_visited_and_deleted(asked):
    channel = asked.channel("PTZ Quay 12")
    ask = DescribeDevicePreset(channel_id=channel.channel_id)
    known = {row.index for row in asked(ask).data}
    assert known
    assert 9 not in known
    here = asked.cloud.pose(channel.channel_id)
    asked(preset(channel, "set", 9))
    assert [(row.index, row.name) for row in asked(ask).data][-1] == (9, "preset-9")
    asked(jog(channel, "right", 8))
    asked.clock.advance(1)
    assert asked.cloud.pose(channel.channel_id) != here
    asked(preset(channel, "goto", 9))
    asked.clock.advance(10)
    assert asked.cloud.pose(channel.channel_id).pan == pytest.approx(here.pan)
    asked(preset(channel, "del", 9))
    assert {row.index for row in asked(ask).data} == known


def test_setting_a_preset_anew_keeps_its_name(asked):
    channel = asked.channel("PTZ Quay 12")
    ask = DescribeDevicePreset(channel_id=channel.channel_id)
    before = [(row.index, row.name) for row in asked(ask).data]
    asked(preset(channel, "set", before[0][0]))
    assert [(row.index, row.name) for row in asked(ask).data] == before


def test_a_preset_that_was_never_set_is_passed_over(asked):
    channel = asked.channel("PTZ Quay 12")
    before = asked.cloud.pose(channel.channel_id)
    asked(preset(channel, "goto", 10))
    asked(preset(channel, "del", 10))
    asked.clock.advance(10)
    assert asked.cloud.pose(channel.channel_id) == before


def test_presets_of_absent_devices(asked):
    channel = asked.channel("PTZ Quay 12")
    asked.cloud.set_status(channel.device, DeviceStatus.OFFLINE)
    ask = DescribeDevicePreset(channel_id=channel.channel_id)
    assert asked.refused(ask) == "ResourceUnavailable.DevOffline"


def test_devices_that_run_on_go_on_until_the_next_command(asking):
    asked = asking(ptz=PtzBehaviour.RUNS_ON)
    channel = asked.channel("PTZ Gate North")
    asked(jog(channel, "right", 1))
    asked.clock.advance(3)
    first = asked.cloud.pose(channel.channel_id).pan
    asked.clock.advance(3)
    assert asked.cloud.pose(channel.channel_id).pan != first


def test_slow_devices_serve_one_command_at_a_time(asking, monkeypatch):
    asked = asking(ptz=PtzBehaviour.SLOW)
    channel = asked.channel("PTZ Gate North")
    waits, served = [], []

    async def noted(seconds):
        waits.append(seconds)
        served.append(len(served))
        assert asked.cloud.line(channel).locked()

    async def both():
        await asyncio.gather(
            control.control_device_ptz(asked.cloud, jog(channel)),
            control.control_device_ptz(asked.cloud, jog(channel)),
        )

    monkeypatch.setattr(control.asyncio, "sleep", noted)
    asyncio.run(both())
    assert len(waits) == 2
    assert all(0.8 <= seconds <= 2.5 for seconds in waits)


def test_isapi_is_passed_through(asked):
    device = asked.device("Gate 3 NVR")
    ask = {"device_id": device.device_id}
    status = "GET /ISAPI/ContentMgmt/InputProxy/channels/status"
    text = asked(CallISAPI(**ask, url=status)).data.output_data
    assert text.count("<online>true</online>") == 15
    info = asked(CallISAPI(**ask, url="GET /ISAPI/System/deviceInfo")).data.output_data
    assert device.code in info
    other = asked(CallISAPI(**ask, url="PUT /ISAPI/System/reboot")).data.output_data
    assert "notSupport" in other


@pytest.mark.parametrize(
    ("name", "url", "code"),
    [
        ("Gate 3 NVR", "/ISAPI/System/deviceInfo", "InvalidParameterValue"),
        ("Gate 3 NVR", "GET /etc/passwd", "InvalidParameterValue"),
        ("Packing table", "GET /ISAPI/x", "ResourceUnavailable.DevOffline"),
        ("Visitor lane", "GET /ISAPI/x", "InvalidParameterValue.UnSupportedAccessType"),
    ],
)
def test_isapi_that_can_not_be_passed(asked, name, url, code):
    device = asked.device(name)
    assert asked.refused(CallISAPI(device_id=device.device_id, url=url)) == code
