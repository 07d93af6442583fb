"""Jogs that centre a point, and those that make a box fill the picture."""

from __future__ import annotations

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.aiming import (
    NEAR,
    Behaviour,
    Learned,
    distance,
    factor,
    magnification,
    next_jog,
    next_zoom,
    plan,
    step,
)
from ivcdesk.domain.ptz import Motion

CAMERA = Learned(
    Behaviour.BOUNDED,
    pan={1: 0.02, 4: 0.08, 8: 0.16},
    tilt={4: 0.06},
    zoom={1: 1.08, 4: 1.3},
    measured_at=1.0,
)


def test_steps_between_the_measured_ones_are_worked_out():
    assert step(CAMERA.pan, 4) == 0.08
    assert step(CAMERA.pan, 2) == pytest.approx(0.04)
    assert step(CAMERA.pan, 6) == pytest.approx(0.12)
    assert step(CAMERA.tilt, 8) == pytest.approx(0.12)
    assert step({}, 3) == 0.0
    assert factor(CAMERA.zoom, 4) == pytest.approx(1.3)
    assert factor(CAMERA.zoom, 8) == pytest.approx(1.3**2)
    assert factor({}, 3) == 1.0


def test_a_point_far_right_is_reached_with_large_steps_first():
    jogs = plan(0.34, 0.0, CAMERA)
    assert jogs[0].motion == Motion(pan=1)
    assert jogs[0].speed == 8
    assert len(jogs) == 3


def test_up_is_up():
    jog = next_jog(0.0, -0.06, CAMERA)
    assert jog is not None
    assert jog.motion == Motion(tilt=1)


def test_a_camera_that_can_only_pan_goes_as_near_as_it_can():
    panner = Learned(Behaviour.BOUNDED, pan=CAMERA.pan)
    jogs = plan(0.3, 0.2, panner)
    assert jogs
    assert all(jog.motion.tilt == 0 for jog in jogs)


def test_what_is_in_the_middle_or_out_of_reach_needs_no_jog():
    assert next_jog(0.001, 0.001, CAMERA) is None
    assert next_jog(0.4, 0.4, Learned()) is None
    assert next_zoom(1.0, CAMERA) is None
    assert next_zoom(2.0, Learned()) is None


offsets = st.floats(-0.5, 0.5)


@given(offsets, offsets)
def test_a_plan_ends_near_the_point_and_never_goes_away_from_it(right, down):
    left = distance(right, down)
    for jog in plan(right, down, CAMERA, most=40):
        right -= jog.motion.pan * step(CAMERA.pan, jog.speed)
        down += jog.motion.tilt * step(CAMERA.tilt, jog.speed)
        assert distance(right, down) < left
        left = distance(right, down)
    assert left <= max(NEAR, distance(0.02, 0.015))


@given(st.floats(1.0, 8.0))
def test_zooming_ends_near_the_wanted_size(wanted):
    left = math.log(wanted)
    for _ in range(60):
        jog = next_zoom(math.exp(left), CAMERA)
        if jog is None:
            break
        left -= jog.motion.zoom * math.log(factor(CAMERA.zoom, jog.speed))
    assert abs(left) <= math.log(1.08) / 2 + 1e-6


def test_a_box_grows_to_its_longer_side():
    assert magnification(0.5, 0.25) == 2.0
    assert magnification(0.1, 0.4) == 2.5
    assert magnification(1.5, 1.0) == 1.0


def test_what_was_learned_survives_being_kept():
    again = msgspec.json.decode(msgspec.json.encode(CAMERA), type=Learned)
    assert again == CAMERA
    assert again.aims
    assert again.zooms
    assert not Learned(Behaviour.RUNS_ON, pan={1: 0.1}).aims
