"""Pixels and marks of the ruler, in zones that change their clock and in those that do not."""

from __future__ import annotations

from datetime import date, datetime, time
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ivcdesk.domain.days import CLOUD_ZONE, day_interval, moment
from ivcdesk.domain.timescale import LONGEST, SHORTEST, TimeScale, Unit, offsets, ticks

BERLIN = ZoneInfo("Europe/Berlin")
NEW_YORK = ZoneInfo("America/New_York")
SHANGHAI = ZoneInfo("Asia/Shanghai")
HOUR = 3600

zones = st.sampled_from(
    [BERLIN, NEW_YORK, SHANGHAI, CLOUD_ZONE]
    + [ZoneInfo(n) for n in ("Asia/Kathmandu", "America/Havana", "Australia/Lord_Howe")]
)
scales = st.builds(
    lambda start, span, width: TimeScale(start, start + span, width),
    st.floats(1.7e9, 1.9e9),
    st.floats(SHORTEST, LONGEST),
    st.floats(200, 4000),
)


@given(scales, st.floats(0, 1), st.floats(-3, 3))
def test_zoom_keeps_the_moment_under_the_pointer(scale, where, power):
    x = where * scale.width
    closer = scale.zoomed(2**power, x)
    assert SHORTEST - 1e-6 <= closer.span <= LONGEST + 1e-3
    assert closer.x(scale.t(x)) == pytest.approx(x, abs=0.01 * scale.width / min(scale.span, 100))


@given(scales, st.floats(-1000, 1000))
def test_panning_moves_the_picture_by_pixels(scale, pixels):
    t = scale.t(50)
    moved = scale.panned(pixels)
    assert moved.span == pytest.approx(scale.span, rel=1e-5)
    assert moved.x(t) == pytest.approx(50 + pixels, abs=0.5)
    assert scale.x(scale.centre) == pytest.approx(scale.width / 2, abs=0.5)


@settings(max_examples=300, deadline=None)
@given(scales, zones, st.floats(40, 160))
def test_labels_never_collide_and_marks_are_in_order(scale, zone, gap):
    found = ticks(scale, zone, gap)
    assert [tick.t for tick in found] == sorted({tick.t for tick in found})
    assert all(scale.start - 0.01 <= tick.t <= scale.end + 0.01 for tick in found)
    labelled = [scale.x(tick.t) for tick in found if tick.label]
    assert all(b - a >= gap - 1e-3 for a, b in pairwise(labelled))
    if scale.width > 12 * gap:
        assert labelled


@settings(deadline=None)
@given(scales, zones)
def test_a_label_is_what_the_zones_clock_shows(scale, zone):
    for tick in ticks(scale, zone):
        seen = datetime.fromtimestamp(round(tick.t, 3), zone)
        if tick.unit in (Unit.MINUTE, Unit.SECOND) and tick.label:
            assert f"{seen:%H:%M:%S}".startswith(tick.label)
        if tick.unit is Unit.DAY and tick.label:
            assert f"{seen:%m-%d}" == tick.label
            assert tick.t == day_interval(seen.date(), zone).start


def labels(start: float, end: float, zone, width: float = 1000, gap: float = 80) -> list[str]:
    return [t.label for t in ticks(TimeScale(start, end, width), zone, gap) if t.label]


def test_a_day_in_the_clouds_zone():
    day = day_interval(date(2026, 11, 23))
    assert labels(*day, CLOUD_ZONE) == [
        "11-23", "02:00", "04:00", "06:00", "08:00", "10:00", "12:00", "14:00", "16:00", "18:00",
        "20:00", "22:00",
    ]  # fmt: skip
    major = [t for t in ticks(TimeScale(day.start - HOUR, day.end + HOUR, 1000), CLOUD_ZONE)
             if t.major]  # fmt: skip
    assert [t.t for t in major] == [day.start, day.end]


def test_clock_put_forward_leaves_the_hour_out():
    day = day_interval(date(2026, 3, 29), BERLIN)
    shown = labels(day.start, day.start + 6 * HOUR, BERLIN, gap=120)
    assert shown == ["03-29", "01:00", "03:00", "04:00", "05:00", "06:00"]
    at_three = moment(date(2026, 3, 29), time(3), BERLIN)
    assert at_three - day.start == 2 * HOUR


def test_clock_put_back_shows_the_hour_twice():
    day = day_interval(date(2026, 11, 1), NEW_YORK)
    shown = labels(day.start, day.start + 6 * HOUR, NEW_YORK, gap=120)
    assert shown == ["11-01", "01:00", "01:00", "02:00", "03:00", "04:00"]


def test_two_hour_marks_stay_on_round_hours_after_a_change():
    day = day_interval(date(2026, 10, 25), BERLIN)
    assert labels(*day, BERLIN, width=1100)[:5] == ["10-25", "02:00", "04:00", "06:00", "08:00"]


def test_offsets_of_a_window():
    day = day_interval(date(2026, 3, 29), BERLIN)
    change = day.start + 2 * HOUR
    assert offsets(day.start, day.end, BERLIN) == [
        (day.start, change, HOUR),
        (change, day.end, 2 * HOUR),
    ]
    assert offsets(*day, SHANGHAI) == [(day.start, day.end, 8 * HOUR)]


def test_seconds_fractions_months_and_leap_day():
    t = moment(date(2026, 11, 23), time(14, 7))
    assert labels(t, t + 1, CLOUD_ZONE, width=500) == ["14:07:00", ".2", ".4", ".6", ".8"]
    assert labels(t, t + 20, CLOUD_ZONE, width=500)[:2] == ["14:07:00", "14:07:05"]
    leap = day_interval(date(2028, 2, 29))
    assert "02-29" in labels(leap.start - 86400, leap.end + 86400, CLOUD_ZONE)
    month = labels(day_interval(date(2026, 11, 1)).start, day_interval(date(2026, 12, 1)).start,
                   CLOUD_ZONE)  # fmt: skip
    assert month == ["11-02", "11-09", "11-16", "11-23", "11-30"]
    years = labels(moment(date(2020, 1, 1), time()), moment(date(2026, 1, 1), time()), CLOUD_ZONE)
    assert years[0] == "2020"
    assert "2023" in years


def test_a_scale_needs_an_extent():
    with pytest.raises(ValueError, match="extent"):
        TimeScale(5, 5, 100)
    with pytest.raises(ValueError, match="extent"):
        TimeScale(5, 6, 0)
