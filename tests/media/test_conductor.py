"""The common playhead on an injected time: who is waited for, and for how long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.media.conductor import LONGEST_STILL, PATIENCE, SLACK, Conductor

T = 1000.0


class Time:
    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def time():
    return Time()


@pytest.fixture
def conductor(time):
    made = Conductor(time)
    made.set_together(True)
    made.set(T)
    made.start()
    return made


def test_alone_a_part_is_a_clock_of_its_own(time):
    conductor = Conductor(time)
    part = conductor.part()
    assert not part.follows
    part.set(T)
    assert part.seconds_until(T + 1) is None
    part.set_rate(2.0)
    part.start()
    time.now += 3
    assert part.position == T + 6
    part.hold("a wait")
    time.now += 5
    assert part.position == T + 6
    part.release("a wait")
    part.shows(T, T)
    time.now += 1
    assert part.position == T + 8
    part.pause()
    time.now += 1
    assert conductor.position == T + 8


def test_together_no_part_sets_the_clock(conductor, time):
    part = conductor.part()
    assert part.follows
    time.now += 1
    part.set(5.0)
    part.pause()
    part.hold(part)
    part.set_rate(8.0)
    time.now += 1
    assert conductor.position == T + 2
    assert conductor.rate == 1.0


def test_it_waits_at_the_picture_of_the_slowest(conductor, time):
    slow, quick = conductor.part(), conductor.part()
    slow.shows(T, T + 0.1)
    quick.shows(T, T + 60)
    time.now += 0.5
    assert conductor.position == pytest.approx(T + 0.1 + SLACK)
    assert slow.seconds_until(T + 0.1) == pytest.approx(-SLACK)
    slow.shows(T + 0.1, T + 0.2)
    time.now += 0.05
    assert conductor.position == pytest.approx(T + 0.1 + SLACK + 0.05)
    slow.shows(T + 0.2, None)
    time.now += 0.5
    assert conductor.position == pytest.approx(T + 0.2 + LONGEST_STILL)


def test_nobody_is_waited_for_without_end(conductor, time):
    slow, ready = conductor.part(), conductor.part()
    slow.cue(T)
    ready.shows(T, T + 99)
    time.now += PATIENCE
    assert conductor.position == T
    assert not slow.left_behind
    time.now += 2.0
    assert conductor.position == pytest.approx(T + 2.0)
    assert slow.left_behind
    slow.shows(T, T + 0.1)
    time.now += 1.0
    assert conductor.position == pytest.approx(T + 3.0)
    assert slow.left_behind
    slow.shows(T + 3.0, T + 3.1)
    assert not slow.left_behind
    time.now += 1.0
    assert conductor.position == pytest.approx(T + 3.1 + SLACK)


def test_for_nobody_it_does_not_run_away(conductor, time):
    one, other = conductor.part(), conductor.part()
    one.cue(T)
    other.cue(T)
    time.now += 20
    assert conductor.position == T
    assert not one.left_behind
    other.shows(T, T + 99)
    time.now += 1
    assert conductor.position > T
    assert one.left_behind
    assert not other.left_behind


def test_time_that_was_waited_is_not_made_up_for(conductor, time):
    part = conductor.part()
    part.shows(T, T + 0.1)
    time.now += 1.0
    part.shows(T + 0.1, T + 9)
    time.now += 1.0
    assert conductor.position == pytest.approx(T + 1.1 + SLACK)


def test_a_seek_waits_for_everybody_again(conductor, time):
    one, other = conductor.part(), conductor.part()
    one.shows(T, T + 99)
    other.shows(T, T + 99)
    conductor.set(T + 50)
    time.now += 1
    assert conductor.position == T + 50
    one.shows(T + 50, T + 99)
    time.now += 0.4
    assert conductor.position == T + 50
    other.shows(T + 50, T + 99)
    time.now += 1
    assert conductor.position == T + 51


def test_who_leaves_is_not_waited_for(conductor, time):
    part = conductor.part()
    part.cue(T)
    time.now += 1
    part.leave()
    time.now += 1
    assert conductor.position == T + 1
    assert not part.left_behind


def test_a_pause_presses_nobody(conductor, time):
    part = conductor.part()
    part.cue(T)
    time.now += 1
    conductor.pause()
    time.now += 100
    conductor.start()
    time.now += 1
    assert conductor.position == T
    assert not part.left_behind


def test_speed_counts_for_the_slack_as_well(conductor, time):
    part = conductor.part()
    conductor.set_rate(4.0)
    part.shows(T, T + 1)
    time.now += 1
    assert conductor.position == pytest.approx(T + 1 + 4 * SLACK)


moves = st.lists(
    st.tuples(
        st.sampled_from(["pass", "shows", "cue", "leave", "pause", "start", "rate"]),
        st.integers(0, 3),
        st.floats(0, 2),
    ),
    max_size=60,
)


@given(moves)
def test_it_never_runs_back_nor_faster_than_its_speed(story):
    time = Time()
    conductor = Conductor(time)
    conductor.set_together(True)
    conductor.set(T)
    conductor.start()
    parts = [conductor.part() for _ in range(4)]
    before, at = T, time.now
    for what, who, amount in story:
        match what:
            case "pass":
                time.now += amount
            case "shows":
                parts[who].shows(conductor.position - amount, None)
            case "cue":
                parts[who].cue(conductor.position)
            case "leave":
                parts[who].leave()
            case "pause":
                conductor.pause()
            case "start":
                conductor.start()
            case _:
                conductor.set_rate(max(0.25, amount))
        position = conductor.position
        assert before <= position <= before + (time.now - at) * max(conductor.rate, 0.25) + 1e-6
        before, at = position, time.now
