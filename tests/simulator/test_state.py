"""The world's own rules."""

from __future__ import annotations

import math

import pytest

from ivcdesk.api.actions import DeviceStatus


def counted(asked):
    return [(node.organization_id, *node.counts()) for node in asked.cloud.world.root.children]


def recounted(asked):
    found = []
    for node in asked.cloud.world.root.children:
        devices = [d for below in node.subtree() for d in below.devices.values()]
        found.append((node.organization_id, len(devices), sum(d.online for d in devices)))
    return found


@pytest.mark.parametrize("status", list(DeviceStatus)[1:])
def test_counts_follow_every_change_of_state(asked, status):
    for device in asked.cloud.world.devices.values():
        asked.cloud.set_status(device, status)
        assert counted(asked) == recounted(asked)


def test_a_device_that_goes_away_leaves_a_gap_in_the_cloud_that_it_fills_itself(asked, noon):
    channel = asked.channel("PTZ Quay 12")
    asked.cloud.set_status(channel.device, DeviceStatus.OFFLINE)
    asked.clock.advance(600)
    assert not asked.cloud.streaming(channel.channel_id)
    asked.cloud.set_status(channel.device, DeviceStatus.ONLINE)
    asked.clock.advance(60)
    window = (noon, noon + 660)
    assert asked.cloud.recorded(channel.channel_id, "cloud", *window) == [(noon + 600, noon + 660)]
    assert asked.cloud.recorded(channel.channel_id, "device", *window) == [window]


def test_a_device_that_registers_begins_to_record(asked, noon):
    channel = asked.channel("Crane 2")
    asked.cloud.set_status(channel.device, DeviceStatus.ONLINE)
    asked.clock.advance(120)
    spans = asked.cloud.recorded(channel.channel_id, "cloud", noon - 600, noon + 600)
    assert spans == [(noon, noon + 120)]


def test_who_goes_offline_dismisses_viewers_and_ends_sessions(asked, noon):
    channel = asked.channel("Gate 3 NVR")
    session = asked.cloud.open_session(channel, noon - 600, noon)
    dismissed = []
    asked.cloud.dismiss = dismissed.append
    asked.cloud.set_status(channel.device, DeviceStatus.DISABLED)
    assert channel.channel_id in dismissed
    assert len(dismissed) == channel.device.channel_num
    assert session.stopped
    assert asked.cloud.session(session.session_id) is None


def test_reset_goes_back_to_the_seed(noon, asking):
    asked = asking(seed=9)
    device, channel = asked.device("PTZ Quay 12"), asked.channel("PTZ Quay 12")
    asked.cloud.set_status(device, DeviceStatus.OFFLINE)
    channel.mount.presets.clear()
    asked.clock.advance(1000)
    session = asked.cloud.open_session(channel, noon - 600, noon)
    asked.cloud.reset()
    again = asked.channel("PTZ Quay 12")
    assert again.channel_id == channel.channel_id
    assert again.online
    assert again.mount.presets
    assert session.stopped
    assert asked.cloud.now() == noon


def test_too_many_sessions_end_the_oldest(asked, noon):
    channel = asked.channel("PTZ Quay 12")
    sessions = [asked.cloud.open_session(channel, noon - 600, noon) for _ in range(300)]
    assert sessions[0].stopped
    assert asked.cloud.session(sessions[-1].session_id) is sessions[-1]


def test_recorded_poses_are_the_same_for_the_same_moment_whatever_was_done_since(asked, noon):
    channel = asked.channel("PTZ Gate North")
    moments = [noon - 613 * step for step in range(400)]
    before = [asked.cloud.recorded_pose(channel.channel_id, moment) for moment in moments]
    channel.mount.presets.clear()
    asked.clock.advance(5)
    after = [asked.cloud.recorded_pose(channel.channel_id, moment) for moment in moments]
    assert before == after
    assert len({pose.pan for pose in before}) > 3
    assert not any(math.isnan(pose.pan) for pose in before)


def test_a_fixed_camera_never_moves_in_its_recordings(asked, noon):
    channel = asked.channel("Barrier cam")
    poses = {asked.cloud.recorded_pose(channel.channel_id, noon - 777 * step) for step in range(50)}
    assert poses == {asked.cloud.pose(channel.channel_id)}


def test_the_streams_source_answers_for_ids_that_name_nothing(asked, noon):
    cloud = asked.cloud
    assert cloud.camera("nothing") is None
    assert not cloud.streaming("nothing")
    assert cloud.recorded("nothing", "cloud", 0, noon) == []
    assert cloud.session("nothing") is None
    assert cloud.pose("nothing") == cloud.recorded_pose("nothing", noon)


def test_cameras_have_names_and_scenes_of_their_own(asked):
    world = asked.cloud.world
    facts = [
        asked.cloud.camera(channel.channel_id)
        for device in world.devices.values()
        for channel in world.channels(device)
    ]
    assert len({fact.seed for fact in facts}) == len(facts)
    assert all(fact.name for fact in facts)
    assert {fact.codec for fact in facts} == {"h264", "h265"}
    assert {fact.sound for fact in facts} == {"", "aac", "g711a", "g711u"}
    quiet = asked.channel("Visitor lane")
    quiet.device.audio_switch = 0
    assert asked.cloud.camera(quiet.channel_id).sound == ""
