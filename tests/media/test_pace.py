"""The play clock on an injected time."""

from __future__ import annotations

import pytest

from ivcdesk.media.pace import PlayClock


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def clock(time):
    made = PlayClock(time)
    made.set(1000.0)
    return made


def test_it_stands_until_it_is_started(clock, time):
    time.now += 5
    assert clock.position == 1000
    assert clock.seconds_until(1001) is None
    clock.start()
    time.now += 2
    assert clock.position == 1002
    assert clock.seconds_until(1005) == 3
    assert clock.seconds_until(1001) == -1
    clock.pause()
    time.now += 7
    assert clock.position == 1002


def test_changes_of_speed_count_from_then_on(clock, time):
    clock.start()
    time.now += 1
    clock.set_rate(4)
    time.now += 1
    assert clock.position == 1005
    assert clock.seconds_until(1009) == 1
    clock.set_rate(0.25)
    time.now += 4
    assert clock.position == 1006


def test_it_waits_for_everybody_who_holds_it(clock, time):
    clock.start()
    clock.hold("a")
    clock.hold("b")
    time.now += 3
    clock.release("a")
    time.now += 3
    assert clock.position == 1000
    assert not clock.running
    clock.release("b")
    clock.release("never held")
    time.now += 1
    assert clock.position == 1001


def test_jumps_while_held_and_while_running(clock, time):
    clock.start()
    clock.hold(1)
    clock.set(5000)
    time.now += 9
    assert clock.position == 5000
    clock.release(1)
    time.now += 1
    assert clock.position == 5001
    clock.set(0)
    time.now += 1
    assert clock.position == 1
