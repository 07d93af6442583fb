"""A tour over presets: in order, at its pace, and never while somebody steers."""

from __future__ import annotations

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from ivcdesk.domain.patrol import FAILURES, LEAST_DWELL, Flaw, Round, Stop, Tour, flaws

TOUR = Tour((Stop(1, 10.0), Stop(4, 20.0), Stop(2, 5.0)))


@pytest.mark.parametrize(
    ("tour", "found"),
    [
        (TOUR, []),
        (Tour(), [Flaw.TOO_FEW]),
        (Tour((Stop(1),)), [Flaw.TOO_FEW]),
        (Tour((Stop(1),) * 41), [Flaw.TOO_MANY, Flaw.REPEATS]),
        (Tour((Stop(1, 4.9), Stop(2))), [Flaw.DWELL]),
        (Tour((Stop(1, 3601), Stop(2))), [Flaw.DWELL]),
        (Tour((Stop(0), Stop(11))), [Flaw.PRESET]),
        (Tour((Stop(1), Stop(1))), [Flaw.REPEATS]),
        (Tour((Stop(1), Stop(2), Stop(1))), [Flaw.REPEATS]),
        (Tour((Stop(1), Stop(2)), 1.0), [Flaw.QUIET]),
    ],
)
def test_flaws(tour, found):
    assert flaws(tour) == found


def test_only_repeats_are_a_mere_warning():
    assert [flaw for flaw in Flaw if not flaw.forbids] == [Flaw.REPEATS]


def begun(tour: Tour = TOUR) -> Round:
    patrol = Round(tour)
    patrol.begin(0.0)
    assert patrol.take(0.0) == tour.stops[0].preset
    return patrol


def test_it_goes_round_and_stays_as_long_as_planned():
    patrol = begun()
    patrol.arrived(1.0)
    assert patrol.left(4.0) == pytest.approx(7.0)
    assert patrol.take(10.9) is None
    assert patrol.wake() == 11.0
    assert patrol.take(11.0) == 4
    patrol.arrived(12.0)
    assert patrol.take(32.0) == 2
    patrol.arrived(33.0)
    assert patrol.take(38.0) == 1


def test_it_rests_while_somebody_steers_and_stays_there():
    patrol = begun()
    patrol.arrived(1.0)
    patrol.taken()
    assert patrol.phase == "paused"
    assert patrol.take(100.0) is None
    patrol.let_go(101.0)
    assert patrol.wake() is None
    assert patrol.take(1e6) is None
    patrol.resume(1e6)
    assert patrol.take(1e6) == 1


def test_it_goes_on_by_itself_after_the_quiet_that_the_user_wants():
    patrol = begun(TOUR._replace(resume=30.0))
    patrol.taken()
    patrol.let_go(5.0)
    assert patrol.left(10.0) == pytest.approx(25.0)
    patrol.taken()
    assert patrol.take(50.0) is None
    patrol.let_go(60.0)
    assert patrol.take(89.9) is None
    assert patrol.take(90.0) == 1


def test_going_on_waits_for_the_hand():
    patrol = begun()
    patrol.taken()
    patrol.resume(5.0)
    assert patrol.take(6.0) is None


def test_begun_while_somebody_steers_it_waits():
    patrol = Round(TOUR)
    patrol.taken()
    patrol.begin(0.0)
    assert patrol.take(0.0) is None
    patrol.let_go(1.0)
    patrol.resume(1.0)
    assert patrol.take(1.0) == 1


def test_what_cannot_be_reached_is_left_out_and_ends_it_in_the_end():
    patrol = begun()
    now = 0.0
    for _ in range(FAILURES - 1):
        patrol.missed(now)
        assert patrol.phase == "dwelling"
        now += LEAST_DWELL
        assert patrol.take(now) is not None
    patrol.missed(now)
    assert patrol.phase == "ended"
    assert patrol.take(1e6) is None


def test_ended_it_stays_so():
    patrol = begun(TOUR._replace(resume=5.0))
    patrol.end()
    patrol.taken()
    patrol.let_go(1.0)
    patrol.resume(2.0)
    assert patrol.take(100.0) is None
    assert patrol.wake() is None


class Day(RuleBasedStateMachine):
    """Random hands and a random network."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self.held = False
        self.patrol = Round(TOUR._replace(resume=10.0))
        self.patrol.begin(0.0)

    @rule()
    def step(self) -> None:
        preset = self.patrol.take(self.now)
        if preset is not None:
            assert not self.held, "sent on while somebody steers"
            assert self.patrol.phase == "going"

    @rule(seconds=st.floats(0, 40))
    def wait(self, seconds: float) -> None:
        self.now += seconds

    @rule()
    def take(self) -> None:
        self.held = True
        self.patrol.taken()

    @rule()
    def let_go(self) -> None:
        self.held = False
        self.patrol.let_go(self.now)

    @rule()
    def resume(self) -> None:
        self.patrol.resume(self.now)

    @rule()
    def arrive(self) -> None:
        self.patrol.arrived(self.now)

    @rule()
    def miss(self) -> None:
        self.patrol.missed(self.now)

    @invariant()
    def a_tour_that_nobody_holds_back_goes_on(self) -> None:
        if not self.held and self.patrol.phase == "dwelling":
            assert self.patrol.wake() is not None


TestDay = Day.TestCase
TestDay.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)
