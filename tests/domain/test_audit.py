"""What was planned against what is there."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.audit import SHORTEST_GAP, AuditedChannel, audited_days, worst_first
from ivcdesk.domain.days import day_interval
from ivcdesk.domain.intervals import Interval, intersection, normalise, total

MONDAY, TUESDAY = date(2026, 11, 23), date(2026, 11, 24)
START = day_interval(MONDAY).start
TWO_DAYS = Interval(START, START + 2 * 86400)


def hours(first: float, last: float) -> Interval:
    return Interval(START + first * 3600, START + last * 3600)


def channel(name: str, *days, **options) -> AuditedChannel:
    return AuditedChannel(name, name, "NVR", tuple(days), **options)


def test_a_day_is_compared_with_its_plan():
    first, second = audited_days(TWO_DAYS, (hours(8, 18),), [hours(7, 12), hours(13, 20)])
    assert (first.day, first.planned, first.recorded) == (MONDAY, 36000, 32400)
    assert first.gaps == (hours(12, 13),)
    assert first.share == 0.9
    assert first.first == START + 8 * 3600
    assert (second.day, second.planned, second.share) == (TUESDAY, 0, None)


def test_without_a_known_plan_every_hour_counts():
    first, second = audited_days(TWO_DAYS, None, [hours(0, 24)])
    assert first.share == 1.0
    assert second.share == 0.0
    assert second.gaps == (hours(24, 48),)


def test_a_day_that_nobody_could_look_up_counts_for_nothing():
    first, second = audited_days(TWO_DAYS, None, [hours(0, 24)], {TUESDAY})
    found = channel("a", first, second, unknown=frozenset({TUESDAY}))
    assert second.share is None
    assert found.share == 1.0


def test_holes_of_a_moment_are_no_gaps():
    recorded = [Interval(START, START + 100), Interval(START + 100 + SHORTEST_GAP / 2, START + 200)]
    (day,) = audited_days(Interval(START, START + 200), None, recorded)
    assert day.gaps == ()
    assert day.share == 1.0


def test_a_gap_over_midnight_is_one():
    found = channel("a", *audited_days(TWO_DAYS, None, [hours(0, 20), hours(30, 48)]))
    assert found.gaps == (hours(20, 30),)
    assert found.moment == START + 30 * 3600


def test_the_worst_come_first_and_those_without_a_plan_last():
    whole = channel("whole", *audited_days(TWO_DAYS, None, [TWO_DAYS]))
    half = channel("half", *audited_days(TWO_DAYS, None, [hours(0, 24)]))
    none = channel("none", *audited_days(TWO_DAYS, (), [TWO_DAYS]))
    also = channel("Also half", *audited_days(TWO_DAYS, None, [hours(0, 24)]))
    names = [each.name for each in worst_first([none, whole, half, also])]
    assert names == ["Also half", "half", "whole", "none"]


moments = st.integers(0, 2 * 86400).map(lambda s: START + s)
spans = st.lists(st.tuples(moments, moments).map(sorted).map(tuple), max_size=12).map(normalise)


@given(spans, spans)
def test_what_is_there_and_what_is_missing_make_up_the_plan(planned, recorded):
    days = audited_days(TWO_DAYS, planned, recorded)
    for day in days:
        assert abs(day.recorded + total(day.gaps) - day.planned) < 1e-6
        assert day.share is None or 0.0 <= day.share <= 1.0
        assert not intersection(day.gaps, recorded)
    assert abs(sum(day.planned for day in days) - total(planned)) < 1e-6
    there = total(intersection(planned, recorded))
    assert sum(day.recorded for day in days) >= there - 1e-6
