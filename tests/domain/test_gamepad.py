"""Sticks that tremble, wear out and rest beside their middle still send one steady command."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.gamepad import BUTTONS, DEAD, DEEDS, HOLDS, LET_GO, Lever, Stick, deed_of

UNIT = st.floats(-1, 1)


@pytest.mark.parametrize(
    ("x", "y", "command"),
    [
        (1, 0, "right"),
        (-1, 0, "left"),
        (0, -1, "up"),
        (0, 1, "down"),
        (0.7, -0.7, "rightup"),
        (-0.7, -0.7, "leftup"),
        (0.7, 0.7, "rightdown"),
        (-0.7, 0.7, "leftdown"),
    ],
)
def test_directions(x, y, command):
    assert Stick().move(x, y) == (command, 8)


def test_it_is_taken_later_than_it_is_let_go_of():
    stick = Stick()
    between = (DEAD + LET_GO) / 2
    assert stick.move(between, 0) == ("", 0)
    assert stick.move(DEAD + 0.01, 0)[0] == "right"
    assert stick.move(between, 0)[0] == "right"
    assert stick.move(LET_GO - 0.01, 0) == ("", 0)
    assert stick.move(between, 0) == ("", 0)


def test_a_trembling_hand_changes_neither_direction_nor_speed():
    stick = Stick()
    border = math.radians(22.5)
    first = stick.move(0.6 * math.cos(border - 0.02), -0.6 * math.sin(border - 0.02))
    for tremble in (0.02, -0.02, 0.05, -0.05):
        angle, tilt = border + tremble, 0.6 + tremble / 5
        assert stick.move(tilt * math.cos(angle), -tilt * math.sin(angle)) == first


def test_the_speed_follows_the_tilt():
    stick = Stick()
    speeds = [stick.move(tilt / 100, 0)[1] for tilt in range(30, 101)]
    assert speeds == sorted(speeds)
    assert set(speeds) == set(range(speeds[0], 9))


def test_a_lever_zooms_both_ways_and_turns_round_at_once():
    lever = Lever()
    assert lever.move(0.1) == ("", 0)
    assert lever.move(1.0) == ("zoomin", 8)
    assert lever.move(-0.5)[0] == "zoomout"
    assert lever.move(-0.25)[0] == "zoomout"
    assert lever.move(0.25) == ("", 0)


@given(st.lists(st.tuples(UNIT, UNIT)))
def test_whatever_the_stick_does_the_command_is_one_the_cloud_knows(moves):
    stick, lever = Stick(), Lever()
    for x, y in moves:
        for command, speed in (stick.move(x, y), lever.move(y)):
            assert (command == "") == (speed == 0)
            assert 0 <= speed <= 8
    assert stick.move(0, 0) == ("", 0)
    assert lever.move(0) == ("", 0)


def test_buttons_do_what_was_set_then_what_they_did_at_first():
    assert deed_of("b", {}) == "stop"
    assert deed_of("b", {"b": "preset.7"}) == "preset.7"
    assert deed_of("b", {"b": "nothing"}) == "nothing"
    assert deed_of("b", {"b": "launch missiles"}) == "nothing"
    assert deed_of("paddle9", {}) == "nothing"
    assert set(BUTTONS.values()) <= {*HOLDS, *DEEDS}
