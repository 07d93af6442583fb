"""The worlds that seeds make."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ivcdesk.api.actions import AccessProtocol, DeviceStatus, DeviceType
from ivcdesk.simulator.fleet import fleet_sites
from ivcdesk.simulator.recordings import DAY, cloud_day, day_start
from ivcdesk.simulator.seed import build


def described(world):
    return [
        (
            device.device_id,
            device.code,
            device.name,
            device.status,
            device.organization.name,
            [(channel.channel_id, channel.name, channel.ptz) for channel in world.channels(device)],
        )
        for device in world.devices.values()
    ]


def test_the_same_seed_makes_the_same_world_and_another_another(noon):
    worlds = [described(build("demo", seed, None, noon)) for seed in (1, 1, 2)]
    assert worlds[0] == worlds[1]
    assert not {row[0] for row in worlds[0]} & {row[0] for row in worlds[2]}


def test_the_demo_is_worth_looking_at(asked):
    world = asked.cloud.world
    devices = list(world.devices.values())
    assert 55 <= len(devices) <= 65
    assert {device.protocol for device in devices} == {AccessProtocol(n) for n in (1, 2, 3, 4)}
    states = Counter(device.status for device in devices)
    assert set(states) == set(DeviceStatus) - {DeviceStatus(-1)}
    assert states[DeviceStatus.ONLINE] > len(devices) / 2
    assert max(node.level for node in world.organizations.values()) == 3
    assert {device.region for device in devices} == {"ap-shanghai", "ap-guangzhou"}
    names = " ".join(device.name for device in devices)
    assert re.search(r"[一-鿿]", names)
    assert {"PTZ Gate North", "堆场 Yard dome 07", "PTZ Quay 12"} <= {d.name for d in devices}


def test_recorders_have_many_channels_some_turning_some_unplugged(asked):
    world = asked.cloud.world
    recorders = [d for d in world.devices.values() if d.type is DeviceType.NVR]
    assert {16, 32} <= {device.channel_num for device in recorders}
    for device in world.devices.values():
        assert len(world.channels(device)) == device.channel_num
    channels = [channel for device in recorders for channel in world.channels(device)]
    assert {channel.ptz for channel in channels} == {True, False}
    assert {channel.plugged for channel in channels} == {True, False}
    assert len({channel.channel_id for channel in channels}) == len(channels)


def test_every_id_leads_back_to_what_it_names(asked):
    world = asked.cloud.world
    for device in world.devices.values():
        for channel in world.channels(device):
            assert world.channel(channel.channel_id) is channel
            assert re.fullmatch(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", channel.channel_id)


def test_codes_look_as_the_reference_says(asked):
    for device in asked.cloud.world.devices.values():
        form = r"[0-9A-Za-z]{10}" if device.protocol is AccessProtocol.RTMP else r"\d{20}"
        assert re.fullmatch(form, device.code)


def test_yesterdays_seven_past_two_is_there_on_the_main_cameras_and_not_everywhere(asked, noon):
    yesterday = day_start(cloud_day(noon) - 1)
    moment = yesterday + 14 * 3600 + 7 * 60
    for name in ("PTZ Gate North", "PTZ Quay 12", "堆场 Yard dome 07", "PTZ Line 1"):
        channel = asked.channel(name)
        assert asked.cloud.recorded(channel.channel_id, "cloud", moment, moment + 60)
        day = asked.cloud.recorded(channel.channel_id, "cloud", yesterday, yesterday + DAY)
        assert len(day) > 1
    gaps = [
        len(asked.cloud.recorded(channel.channel_id, "cloud", yesterday, yesterday + DAY)) != 1
        for device in asked.cloud.world.devices.values()
        for channel in asked.cloud.world.channels(device)
    ]
    assert 0.1 < sum(gaps) / len(gaps) < 0.9


def test_recordings_run_up_to_now_and_thirty_days_back(asked, noon):
    channel = asked.channel("PTZ Gate North")
    spans = asked.cloud.recorded(channel.channel_id, "cloud", noon - 40 * DAY, noon + DAY)
    assert spans[0][0] >= noon - 30 * DAY
    assert spans[0][0] < noon - 29 * DAY
    assert spans[-1][1] == noon


def test_what_never_registered_has_recorded_nothing_and_what_is_away_sends_nothing(asked, noon):
    window = ("cloud", noon - 600, noon)
    assert asked.cloud.recorded(asked.channel("Crane 2").channel_id, *window) == []
    away = asked.channel("Packing table")
    assert asked.cloud.recorded(away.channel_id, *window) == []
    assert asked.cloud.recorded(away.channel_id, "device", noon - DAY, noon)
    assert asked.cloud.recorded(away.channel_id, "cloud", noon - 20 * DAY, noon - 10 * DAY)


@pytest.mark.parametrize("devices", [1, 7, 250, 4321])
def test_a_fleet_has_as_many_devices_as_asked(devices, noon):
    world = build("fleet", 1, devices, noon)
    assert len(world.devices) == devices
    assert sum(node.counts()[0] for node in world.root.children) == devices
    assert len(fleet_sites(devices, 1)) >= 1


def test_a_fleet_makes_its_channels_only_when_they_are_asked_for(noon):
    world = build("fleet", 1, 500, noon)
    assert all(device.channels is None for device in world.devices.values())
    recorder = next(d for d in world.devices.values() if d.type is DeviceType.NVR)
    assert len(world.channels(recorder)) == recorder.channel_num
    assert described(world) == described(build("fleet", 1, 500, noon))
