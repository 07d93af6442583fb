"""How often an action may be called."""

from __future__ import annotations

import pytest

from ivcdesk.simulator.calls import CallLog
from ivcdesk.simulator.pace import Pace
from ivcdesk.simulator.refusal import Refusal


class Watch:
    now = 100.0

    def __call__(self):
        return self.now


def test_twenty_calls_of_an_action_in_a_region_a_second():
    watch = Watch()
    pace = Pace(watch)
    for _ in range(20):
        pace.admit("A", "r1")
    with pytest.raises(Refusal) as refusal:
        pace.admit("A", "r1")
    assert refusal.value.code == "RequestLimitExceeded"
    pace.admit("B", "r1")
    pace.admit("A", "r2")
    watch.now += 1
    pace.admit("A", "r1")


def test_an_even_pace_of_twenty_a_second_goes_on_for_ever():
    watch = Watch()
    pace = Pace(watch)
    for _ in range(200):
        pace.admit("A", "r1")
        watch.now += 0.05


def test_refused_calls_do_not_count():
    watch = Watch()
    pace = Pace(watch)
    for call in range(60):
        if call < 20:
            pace.admit("A", "r")
        else:
            with pytest.raises(Refusal):
                pace.admit("A", "r")
            watch.now += 0.01
    watch.now = 101.1
    pace.admit("A", "r")


def test_calls_are_numbered_from_one_and_told_since():
    log = CallLog()
    for name in "ABC":
        log.open(name, "r", {}, name.lower())
    assert [call["n"] for call in log.since(0)] == [1, 2, 3]
    assert [call["action"] for call in log.since(2)] == ["C"]
    assert log.since(3) == log.since(99) == []
    assert [call["n"] for call in log.since(-5)] == [1, 2, 3]


def test_numbers_go_on_after_the_log_was_cleared():
    log = CallLog()
    log.open("A", "r", {}, "a")
    log.clear()
    log.open("B", "r", {}, "b")
    assert [(call["n"], call["action"]) for call in log.since(0)] == [(2, "B")]
    assert [call["n"] for call in log.since(1)] == [2]
