"""Whether and when a backup plan fills a gap."""

from __future__ import annotations

from ivcdesk.domain.backfill import Backup, Chance, best_first, prospect
from ivcdesk.domain.intervals import Interval
from ivcdesk.domain.weeks import Section

MIDNIGHT = 1_700_409_600.0  # Monday, 2023-11-20, 00:00 of UTC+8
HOUR = 3600.0
DAY = 86400.0
ALL_DAY = tuple(Section(day, 0, 86399) for day in range(1, 8))
NIGHTS = tuple(Section(day, 2 * HOUR, 4 * HOUR) for day in range(1, 8))
GAP = Interval(MIDNIGHT + 10 * HOUR, MIDNIGHT + 11 * HOUR)


def at(hours: float) -> float:
    return MIDNIGHT + hours * HOUR


def test_what_is_recorded_today_is_fetched_the_next_night():
    plan = Backup("night", NIGHTS, ALL_DAY)
    for now in (at(12), at(27)):  # also while it is at it
        found = prospect(plan, GAP, now)
        assert (found.chance, found.part) == (Chance.COMING, (GAP,))
        assert found.turn == (at(26), at(28))
    assert prospect(plan, GAP, at(29)).chance is Chance.PASSED


def test_another_offset_is_another_night():
    later = Backup("later", NIGHTS, ALL_DAY, 3)
    assert prospect(later, GAP, at(12)).turn == (at(74), at(76))
    same = Backup("same", NIGHTS, ALL_DAY, 0)
    assert prospect(same, GAP, at(12)).chance is Chance.PASSED


def test_other_hours_and_days_without_a_turn_fill_nothing():
    mornings = tuple(Section(day, 6 * HOUR, 9 * HOUR) for day in range(1, 8))
    assert prospect(Backup("morning", NIGHTS, mornings), GAP, at(12)).chance is Chance.OUTSIDE
    mondays = (Section(1, 2 * HOUR, 4 * HOUR),)
    assert prospect(Backup("mondays", mondays, ALL_DAY), GAP, at(12)).chance is Chance.NO_TURN


def test_a_gap_over_midnight_waits_for_two_turns():
    gap = Interval(at(23), at(25))
    found = prospect(Backup("night", NIGHTS, ALL_DAY), gap, at(29))
    assert (found.chance, found.part) == (Chance.COMING, (gap,))
    assert found.turn == (at(50), at(52))


def test_the_best_plan_comes_first():
    half = tuple(Section(day, 0, 10.5 * HOUR) for day in range(1, 8))
    plans = [
        Backup("elsewhere", NIGHTS, (Section(3, 0, 86399),)),
        Backup("half", NIGHTS, half),
        Backup("late", NIGHTS, ALL_DAY, 2),
        Backup("good", NIGHTS, ALL_DAY),
    ]
    found = [each.backup.name for each in best_first(plans, GAP, at(12))]
    assert found == ["good", "late", "half", "elsewhere"]
    assert best_first([], GAP, at(12)) == []
