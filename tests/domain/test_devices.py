"""What stands in the way of a channel."""

from __future__ import annotations

import pytest

from ivcdesk.domain.devices import DeviceState, Obstacle, channel_state, obstacle


@pytest.mark.parametrize(
    ("state", "online", "turns", "expected"),
    [
        (DeviceState.ONLINE, True, True, None),
        (DeviceState.ONLINE, True, False, Obstacle.NO_PTZ),
        (DeviceState.ONLINE, False, True, Obstacle.CHANNEL_OFFLINE),
        (DeviceState.OFFLINE, True, True, Obstacle.DEVICE_OFFLINE),
        (DeviceState.UNREGISTERED, True, True, Obstacle.DEVICE_UNREGISTERED),
        (DeviceState.DISABLED, False, False, Obstacle.DEVICE_DISABLED),
        (DeviceState.UNKNOWN, True, True, None),
    ],
)
def test_the_gravest_reason_is_given(state, online, turns, expected):
    assert obstacle(state, online=online, turns=turns) is expected


def test_only_a_fixed_camera_still_has_a_picture():
    assert [reason for reason in Obstacle if not reason.hides_picture] == [Obstacle.NO_PTZ]


def test_a_channel_of_a_device_that_is_gone_is_not_online():
    assert channel_state(DeviceState.OFFLINE, online=True) is DeviceState.OFFLINE
    assert channel_state(DeviceState.ONLINE, online=True) is DeviceState.ONLINE
    assert channel_state(DeviceState.ONLINE, online=False) is DeviceState.OFFLINE
