"""Weekly hours of plans as moments of UTC+8."""

from __future__ import annotations

from datetime import date

from ivcdesk.domain.days import day_interval
from ivcdesk.domain.intervals import Interval
from ivcdesk.domain.weeks import Section, planned

MONDAY = day_interval(date(2026, 11, 23))
HOUR = 3600.0


def test_sections_fall_on_their_weekdays():
    week = [Section(1, 8 * HOUR, 18 * HOUR), Section(7, 0, 86399)]
    window = Interval(MONDAY.start - 86400, MONDAY.end)
    assert planned(week, window) == (
        Interval(MONDAY.start - 86400, MONDAY.start),
        Interval(MONDAY.start + 8 * HOUR, MONDAY.start + 18 * HOUR),
    )


def test_a_whole_week_has_no_cracks_at_midnight():
    week = [Section(day, 0, 86399) for day in range(1, 8)]
    window = Interval(MONDAY.start + 5, MONDAY.start + 3 * 86400)
    assert planned(week, window) == (window,)
    assert planned([], window) == ()
