"""The rules that keep a camera from moving when nobody asks it to."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from ivcdesk.domain.ptz import BOUNCE, INTERVAL, PATIENCE, Jog, JogPolicy, Motion

LEFT, RIGHT, UP, DOWN = Motion(pan=-1), Motion(pan=1), Motion(tilt=1), Motion(tilt=-1)
LEFT_UP = Motion(pan=-1, tilt=1)
ZOOM_IN, ZOOM_OUT = Motion(zoom=1), Motion(zoom=-1)
FOCUS_FAR, IRIS_OPEN = Motion(focus=1), Motion(iris=1)
ALL = [LEFT, RIGHT, UP, DOWN, LEFT_UP, ZOOM_IN, ZOOM_OUT, FOCUS_FAR, IRIS_OPEN]


@pytest.fixture
def policy():
    policy = JogPolicy()
    policy.set_speed(4)
    return policy


def test_a_press_goes_at_once(policy):
    assert policy.press(LEFT, 10.0)
    assert policy.take(10.0) == Jog(LEFT, 4)


def test_a_held_button_goes_on_after_the_interval(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.answered(0.04)
    assert policy.take(INTERVAL) is None
    assert policy.wake() == pytest.approx(0.04 + INTERVAL)
    assert policy.take(0.04 + INTERVAL) == Jog(LEFT, 4)


def test_the_interval_counts_from_the_answer(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    assert policy.take(2.0) is None
    policy.answered(2.0)
    assert policy.take(2.0) is None
    assert policy.wake() == pytest.approx(2.0 + INTERVAL)
    assert policy.take(2.0 + INTERVAL) == Jog(LEFT, 4)


def test_auto_repeat_of_a_key_is_no_press(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.answered(0.01)
    assert not policy.press(LEFT, 0.05)
    assert policy.take(0.05) is None


def test_a_new_press_waits_for_the_interval_too(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.answered(0.01)
    policy.release(LEFT, 0.02)
    policy.press(RIGHT, 0.05)
    assert policy.take(0.05) is None
    assert policy.wake() == pytest.approx(0.01 + INTERVAL)
    assert policy.take(0.01 + INTERVAL) == Jog(RIGHT, 4)


def test_a_new_press_that_is_over_before_its_turn_is_not_sent(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.answered(0.01)
    policy.release(LEFT, 0.02)
    policy.press(RIGHT, 0.1)
    policy.release(RIGHT, 0.2)
    assert policy.wake() is None
    assert policy.take(1.0) is None


def test_a_device_that_was_told_something_else_gets_its_pause(policy):
    policy.rest(5.0)
    assert policy.pause(5.1) == pytest.approx(INTERVAL - 0.1)
    policy.press(LEFT, 5.1)
    assert policy.take(5.1) is None
    assert policy.take(5.0 + INTERVAL) == Jog(LEFT, 4)
    assert policy.pause(9.0) == 0.0


def test_a_keyboard_that_repeats_by_letting_go_keeps_the_interval(policy):
    sent = []
    now = 0.0
    policy.press(LEFT, now)
    while now < 2.0:
        if policy.take(now):
            sent.append(now)
            policy.answered(now)
        now += 0.04
        policy.release(LEFT, now)
        assert policy.press(LEFT, now)
    assert len(sent) >= 6
    assert min(later - sooner for sooner, later in pairwise(sent)) >= INTERVAL


def test_a_bounce_does_not_undo_a_refusal(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.refused(0.1)
    policy.release(LEFT, 0.2)
    policy.press(LEFT, 0.2 + BOUNCE / 2)
    assert policy.take(1.0) is None
    policy.release(LEFT, 1.0)
    policy.press(LEFT, 1.0 + 2 * BOUNCE)
    assert policy.take(1.0 + 2 * BOUNCE) == Jog(LEFT, 4)


def test_after_release_nothing_goes(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.press(UP, 0.01)
    policy.release(LEFT, 0.1)
    policy.release(UP, 0.1)
    policy.answered(0.2)
    assert policy.wake() is None
    assert policy.take(9.0) is None


def test_release_of_everything_forgets_what_waits(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.press(ZOOM_IN, 0.1)
    policy.release_all()
    policy.answered(0.2)
    assert policy.take(9.0) is None
    assert not policy.held


def test_the_newest_direction_replaces_what_waits(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.release(LEFT, 0.05)
    policy.press(UP, 0.05)
    policy.release(UP, 0.1)
    policy.press(RIGHT, 0.1)
    policy.answered(0.2)
    assert policy.take(policy.wake()) == Jog(RIGHT, 4)


def test_what_waited_too_long_is_dropped_and_asked_anew_while_held(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.release(LEFT, 0.1)
    policy.press(RIGHT, 0.1)
    assert policy.wake() == pytest.approx(0.1 + PATIENCE)
    assert policy.overdue(0.1 + PATIENCE) is None
    assert policy.overdue(0.11 + PATIENCE) == RIGHT
    assert policy.overdue(0.12 + PATIENCE) is None
    policy.answered(1.0)
    assert policy.take(1.0) is None
    assert policy.take(1.0 + INTERVAL) == Jog(RIGHT, 4)


@pytest.mark.parametrize(
    ("held", "motion"),
    [
        ([LEFT, RIGHT], Motion()),
        ([LEFT, UP], LEFT_UP),
        ([LEFT, RIGHT, UP], UP),
        ([LEFT_UP, LEFT], LEFT_UP),
        ([LEFT_UP, RIGHT], UP),
        ([ZOOM_IN, ZOOM_OUT], Motion()),
        ([LEFT, ZOOM_IN], ZOOM_IN),
        ([ZOOM_IN, LEFT], LEFT),
        ([LEFT, ZOOM_IN, ZOOM_OUT], LEFT),
        ([ZOOM_IN, FOCUS_FAR], FOCUS_FAR),
        ([IRIS_OPEN], IRIS_OPEN),
    ],
)
def test_what_is_held_adds_up(policy, held, motion):
    for press in held:
        policy.press(press, 0.0)
    assert policy.motion == motion


def test_opposite_keys_send_nothing_until_one_is_up(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.answered(0.01)
    policy.press(RIGHT, 0.1)
    assert policy.take(1.0) is None
    policy.release(LEFT, 1.0)
    assert policy.take(1.0) == Jog(RIGHT, 4)


def test_what_can_not_be_helped_is_not_repeated_until_a_new_press(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.refused(0.05)
    assert policy.take(5.0) is None
    assert policy.wake() is None
    policy.release(LEFT, 5.0)
    policy.press(LEFT, 5.1)
    assert policy.take(5.1) == Jog(LEFT, 4)


def test_speed_stays_between_one_and_eight(policy):
    policy.set_speed(0)
    assert policy.speed == 1
    policy.set_speed(99)
    assert policy.speed == 8


def test_a_call_that_never_left_costs_no_interval(policy):
    policy.press(LEFT, 0.0)
    policy.take(0.0)
    policy.release(LEFT, 0.1)
    policy.press(UP, 0.1)
    policy.recalled(0.1)
    assert policy.take(0.1) == Jog(UP, 4)


class Hands(RuleBasedStateMachine):
    """Random hands on the pad, a random network, and an owner whose timers are unreliable."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 100.0
        self.policy = JogPolicy()
        self.held: list[Motion] = []
        self.in_flight = 0
        self.sent_at = float("-inf")
        self.answered_at = float("-inf")
        self.sent_before = self.sent_at, self.answered_at
        self.refused_hold = False
        self.let_go: dict[Motion, float] = {}

    def _step(self) -> Jog | None:
        jog = self.policy.take(self.now)
        if jog is None:
            return None
        assert self.held, "sent though nothing is held"
        assert not self.refused_hold, "sent again what was refused"
        assert not jog.motion.still
        for mine, total in zip(jog.motion, map(sum, zip(*self.held, strict=True)), strict=True):
            assert mine in (0, (total > 0) - (total < 0)), "not a direction that is held"
        self.sent_before = self.sent_at, self.answered_at
        self.in_flight += 1
        assert self.in_flight == 1, "two under way"
        assert self.now >= self.answered_at + self.policy.interval - 1e-9
        self.sent_at = self.now
        return jog

    @rule(motion=st.sampled_from(ALL))
    def press(self, motion: Motion) -> None:
        new = motion not in self.held
        assert self.policy.press(motion, self.now) is new
        if not new:
            return
        self.held.append(motion)
        if self.now - self.let_go.get(motion, float("-inf")) < BOUNCE:
            self._step()
            return
        self.refused_hold = False
        free = self.in_flight == 0 and self.policy.pause(self.now) == 0
        jog = self._step()
        if free and not self.policy.motion.still:
            assert jog is not None, "a press with a rested device did not go at once"

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def release(self, data: st.DataObject) -> None:
        motion = data.draw(st.sampled_from(self.held))
        self.held.remove(motion)
        self.let_go[motion] = self.now
        self.policy.release(motion, self.now)
        self._step()

    @rule()
    def lose_focus(self) -> None:
        self.held.clear()
        self.policy.release_all()
        assert self._step() is None

    @rule(speed=st.integers(-3, 12))
    def change_speed(self, speed: int) -> None:
        self.policy.set_speed(speed)
        assert 1 <= self.policy.speed <= 8

    @precondition(lambda self: self.in_flight)
    @rule()
    def answer(self) -> None:
        self.in_flight -= 1
        self.answered_at = self.now
        self.policy.answered(self.now)
        self._step()

    @precondition(lambda self: self.in_flight)
    @rule()
    def call_back(self) -> None:
        self.in_flight -= 1
        self.sent_at, self.answered_at = self.sent_before
        self.policy.recalled(self.now)
        self._step()

    @precondition(lambda self: self.in_flight)
    @rule()
    def refuse(self) -> None:
        self.in_flight -= 1
        self.answered_at = self.now
        self.refused_hold = True
        self.policy.refused(self.now)
        assert self._step() is None

    @rule(seconds=st.floats(0.0, 1.2))
    def time_passes(self, seconds: float) -> None:
        self.now += seconds
        self._step()

    @rule()
    def timer(self) -> None:
        at = self.policy.wake()
        if at is not None:
            self.now = max(self.now, at)
            self.policy.overdue(self.now)
            self._step()
            motion = self.policy.motion
            if not self.policy.busy and not motion.still:
                assert self.refused_hold, "the timer came, and nothing went"

    @invariant()
    def a_held_direction_always_has_a_next_step(self) -> None:
        if self.policy.motion.still or self.refused_hold:
            assert self.policy.wake() is None
        elif not self.in_flight:
            assert self.policy.wake() is not None

    @invariant()
    def what_is_dropped_is_never_sent_as_it_was(self) -> None:
        if self.policy.overdue(self.now) is not None:
            assert self.in_flight == 1
            assert self.policy.overdue(self.now) is None


TestHands = Hands.TestCase
TestHands.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
