"""How cameras move."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.api.actions import PtzCommand
from ivcdesk.simulator.media.source import Pose
from ivcdesk.simulator.ptz import GLIDE_SECONDS, Mount, PresetPoint, blend

HOME = Pose(pan=180.0)
LATER = 100.0


def jogged(command: PtzCommand, speed: int = 4) -> Pose:
    mount = Mount(HOME)
    mount.jog(0.0, command, speed)
    return mount.pose(LATER)


@pytest.mark.parametrize(
    ("command", "pan", "tilt"),
    [
        ("left", -1, 0),
        ("right", 1, 0),
        ("up", 0, 1),
        ("down", 0, -1),
        ("leftup", -1, 1),
        ("rightup", 1, 1),
        ("leftdown", -1, -1),
        ("rightdown", 1, -1),
    ],
)
def test_directions(command, pan, tilt):
    pose = jogged(PtzCommand(command))
    assert (pose.pan - HOME.pan) * pan >= 0
    assert bool(pose.pan - HOME.pan) == bool(pan)
    assert pose.tilt * tilt >= 0
    assert bool(pose.tilt) == bool(tilt)
    assert pose.zoom == 1.0


def test_lens_commands_move_the_lens_alone():
    assert jogged(PtzCommand.ZOOM_IN).zoom > 1.0
    assert jogged(PtzCommand.FOCUS_FAR).focus > 0 > jogged(PtzCommand.FOCUS_NEAR).focus
    assert jogged(PtzCommand.IRIS_OPEN).iris > 0 > jogged(PtzCommand.IRIS_CLOSE).iris
    assert jogged(PtzCommand.FOCUS_FAR).pan == HOME.pan


def test_a_faster_jog_goes_further():
    steps = [HOME.pan - jogged(PtzCommand.LEFT, speed).pan for speed in range(1, 9)]
    assert steps == sorted(set(steps))


def test_a_zoomed_camera_turns_in_smaller_steps():
    mount = Mount(Pose(pan=180, zoom=4))
    mount.jog(0.0, PtzCommand.LEFT, 4)
    assert 180 - mount.pose(LATER).pan == pytest.approx((180 - jogged(PtzCommand.LEFT).pan) / 4)


def test_a_jog_glides_and_then_stands_still():
    mount = Mount(HOME)
    mount.jog(0.0, PtzCommand.LEFT, 8)
    way = [mount.pose(GLIDE_SECONDS * share).pan for share in (0, 0.25, 0.5, 0.75, 1, 1.5, 30)]
    assert way == sorted(way, reverse=True)
    assert way[0] == HOME.pan
    assert way[-1] == way[-2] == way[-3] < way[-4]


def test_jogs_add_up_even_when_they_come_faster_than_the_camera_glides():
    slow, fast = Mount(HOME), Mount(HOME)
    for jog in range(5):
        slow.jog(float(jog), PtzCommand.LEFT, 3)
        fast.jog(jog * 0.05, PtzCommand.LEFT, 3)
    assert slow.pose(LATER).pan == pytest.approx(fast.pose(LATER).pan)


@given(st.lists(st.sampled_from(list(PtzCommand)), max_size=80), st.integers(1, 8), st.booleans())
def test_no_command_leaves_the_limits(commands, speed, runs_on):
    mount = Mount(HOME)
    for place, command in enumerate(commands):
        mount.jog(place * 0.7, command, speed, runs_on=runs_on)
        pose = mount.pose(place * 0.7 + 0.4)
        assert 0 <= pose.pan < 360
        assert -30 <= pose.tilt <= 30
        assert 1 <= pose.zoom <= 8
        assert -1 <= pose.focus <= 1
        assert -1 <= pose.iris <= 1


def test_a_camera_that_runs_on_ends_after_ten_seconds_or_with_the_next_command():
    mount = Mount(HOME)
    mount.jog(0.0, PtzCommand.RIGHT, 1, runs_on=True)
    assert mount.pose(2.0).pan > mount.pose(1.0).pan > HOME.pan
    assert mount.pose(11.0) == mount.pose(30.0)
    mount.jog(30.0, PtzCommand.UP, 1, runs_on=True)
    assert mount.pose(31.0).pan == pytest.approx(mount.pose(30.0).pan)
    mount.jog(31.0, PtzCommand.LEFT, 1, runs_on=True)
    assert mount.pose(33.0).tilt == pytest.approx(mount.pose(31.0).tilt)


def test_presets_are_stored_recalled_and_missed():
    mount = Mount(HOME, (PresetPoint(1, "Gate", Pose(pan=10, tilt=5, zoom=2)),))
    mount.jog(0.0, PtzCommand.RIGHT, 8)
    mount.store(LATER, 4, "Yard")
    assert not mount.recall(LATER, 9)
    assert mount.recall(LATER, 1)
    assert mount.pose(LATER + 0.1) != mount.pose(LATER)
    assert mount.pose(LATER + 30) == Pose(pan=10, tilt=5, zoom=2)
    mount.recall(LATER + 30, 4)
    assert mount.pose(LATER + 90).pan == pytest.approx(jogged(PtzCommand.RIGHT, 8).pan)


def test_a_preset_is_reached_by_the_shorter_way():
    mount = Mount(Pose(pan=350), (PresetPoint(1, "", Pose(pan=20)),))
    mount.recall(0.0, 1)
    on_the_way = [mount.pose(step / 20).pan for step in range(40)]
    assert all(pan >= 350 or pan <= 20 for pan in on_the_way)
    assert mount.pose(LATER).pan == pytest.approx(20)


def test_a_blend_goes_the_shorter_way_too():
    assert blend(Pose(pan=350), Pose(pan=10), 0.5).pan == pytest.approx(0)
    assert blend(Pose(pan=350), Pose(pan=10), 1.0) == Pose(pan=10)
