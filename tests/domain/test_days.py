"""Days of UTC+8 and of the viewer's zone, across clock changes and leap days."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.days import (
    CLOUD_ZONE,
    cloud_day,
    day_interval,
    day_of,
    moment,
    split_days,
)
from ivcdesk.domain.intervals import Interval, normalise

HOUR = 3600
moments = st.floats(0, 4e9, allow_nan=False)


@given(moments, st.floats(0.5, 10 * 86400))
def test_split_partitions_and_never_crosses_a_midnight_of_utc_8(start, length):
    whole = Interval(start, start + length)
    pieces = split_days(whole)
    assert normalise(pieces) == (whole,)
    assert sum(piece.length for piece in pieces) == pytest.approx(whole.length)
    for piece in pieces:
        day = day_interval(cloud_day(piece.start))
        assert day.start <= piece.start < piece.end <= day.end
    for one, other in pairwise(pieces):
        assert one.end == other.start == day_interval(cloud_day(other.start)).start


@given(moments)
def test_the_clouds_day_is_that_of_a_utc_8_calendar(t):
    assert cloud_day(t) == datetime.fromtimestamp(t, CLOUD_ZONE).date()


@given(
    moments,
    st.sampled_from(
        ["Europe/Berlin", "America/New_York", "Asia/Shanghai", "America/Havana", "Pacific/Apia"]
    ),
)
def test_days_of_any_zone_hold_their_moments_and_follow_each_other(t, name):
    zone = ZoneInfo(name)
    day = day_of(t, zone)
    interval = day_interval(day, zone)
    assert interval.start <= t < interval.end
    assert day_interval(day + timedelta(days=1), zone).start == interval.end


def test_the_references_example_day():
    day = day_interval(date(2023, 6, 25))
    assert datetime.fromtimestamp(day.start, CLOUD_ZONE).isoformat() == "2023-06-25T00:00:00+08:00"
    assert day.length == 24 * HOUR
    assert split_days(Interval(day.end - 1, day.end + 1)) == [
        Interval(day.end - 1, day.end),
        Interval(day.end, day.end + 1),
    ]
    assert split_days(Interval(5, 5)) == []


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Berlin", date(2026, 3, 29), 23),
        ("Europe/Berlin", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("America/New_York", date(2026, 11, 1), 25),
        ("Asia/Shanghai", date(2026, 3, 29), 24),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Pacific/Apia", date(2011, 12, 30), 0),
        ("Europe/Berlin", date(2028, 2, 29), 24),
    ],
)
def test_length_of_a_day(zone, day, hours):
    assert day_interval(day, ZoneInfo(zone)).length == hours * HOUR


def test_a_day_whose_midnight_was_left_out_begins_at_one():
    zone = ZoneInfo("America/Havana")
    day = day_interval(date(2026, 3, 8), zone)
    assert datetime.fromtimestamp(day.start, zone).time() == time(1)
    assert day.length == 23 * HOUR


def test_leap_day():
    leap = day_interval(date(2028, 2, 29))
    assert cloud_day(leap.start) == date(2028, 2, 29)
    assert cloud_day(leap.end) == date(2028, 3, 1)


def test_times_that_occur_twice_or_never():
    zone = ZoneInfo("Europe/Berlin")
    twice = moment(date(2026, 10, 25), time(2, 30), zone)
    assert datetime.fromtimestamp(twice, zone).utcoffset() == timedelta(hours=2)
    never = moment(date(2026, 3, 29), time(2, 30), zone)
    assert datetime.fromtimestamp(never, zone).time() == time(3, 30)
    assert moment(date(2026, 11, 23), time(14, 7)) == 1795414020.0
