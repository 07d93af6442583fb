"""Some devices lose their link now and then, and come back."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import DescribeUserDevice, DeviceStatus, UpdateDeviceStatus
from ivcdesk.simulator import lifecycle
from ivcdesk.simulator.demo import RESTLESS
from ivcdesk.simulator.restless import AWAY_SECONDS, CALM_SECONDS


def passed(asked, seconds):
    asked.clock.advance(seconds)
    asked.cloud.agenda.settle()


def away(asked):
    """Return who is offline now and was online at first."""
    return [d for d in asked.cloud.world.devices.values() if not d.online and d.name in RESTLESS]


def lost(asked):
    """Let time pass until a device is lost; return it and the seconds that took."""
    for seconds in range(0, round(CALM_SECONDS[1]) + 5, 5):
        if gone := away(asked):
            return gone[0], seconds
        passed(asked, 5)
    raise AssertionError("everybody stayed")


def test_a_device_goes_and_comes_back(asked):
    quiet = {d.device_id for d in asked.cloud.world.devices.values() if d.online}
    device, calm = lost(asked)
    assert calm >= CALM_SECONDS[0]
    detail = asked(DescribeUserDevice(device_id=device.device_id)).data
    assert detail.status is DeviceStatus.OFFLINE
    assert device.organization.counts()[1] < device.organization.counts()[0]
    passed(asked, AWAY_SECONDS[1] + 1)
    assert {d.device_id for d in asked.cloud.world.devices.values() if d.online} == quiet
    (gap,) = device.absences
    assert AWAY_SECONDS[0] <= gap[1] - gap[0] <= AWAY_SECONDS[1] + 6
    assert len({lost_one(asked).name for _ in range(12)}) > 1


def lost_one(asked):
    device, _ = lost(asked)
    passed(asked, AWAY_SECONDS[1] + 1)
    return device


def test_the_same_seed_loses_the_same_devices(asking):
    stories = []
    for seed in (3, 3, 4):
        asked = asking(seed=seed)
        stories.append([(lost(asked)[1], lost_one(asked).name) for _ in range(4)])
    assert stories[0] == stories[1]
    assert stories[0] != stories[2]


@pytest.mark.parametrize("deed", ["disable", "delete"])
def test_whom_somebody_took_away_does_not_come_back(asked, deed):
    device, _ = lost(asked)
    if deed == "disable":
        status = DeviceStatus.DISABLED
        asked(UpdateDeviceStatus(device_id=device.device_id, status=status))
    else:
        status = device.status
        lifecycle.remove(asked.cloud, device)
    passed(asked, AWAY_SECONDS[1] + 1)
    assert device.status is status


def test_a_reset_begins_anew(asked):
    first = lost(asked)
    asked.cloud.reset()
    assert away(asked) == []
    assert lost(asked)[1] == first[1]


def test_a_fleet_is_restless_too(asking):
    asked = asking(scenario="fleet", devices=200)
    online = sum(d.online for d in asked.cloud.world.devices.values())
    passed(asked, CALM_SECONDS[1])
    assert sum(d.online for d in asked.cloud.world.devices.values()) == online - 1
