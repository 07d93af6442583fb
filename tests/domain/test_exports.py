"""Ranges become parts that the cloud gives, whatever was recorded."""

from __future__ import annotations

from datetime import UTC, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.days import CLOUD_ZONE, cloud_day
from ivcdesk.domain.exports import (
    LONGEST_PART,
    around,
    asked,
    cut,
    distinct,
    file_name,
    lengths,
    missing,
    plan,
    seconds_into,
    whole,
)
from ivcdesk.domain.intervals import Interval, clip, intersection, normalise, total, union

MIDNIGHT = 1_700_000_000 // 86400 * 86400 + 16 * 3600  # of UTC+8
SECONDS = st.integers(MIDNIGHT - 100_000, MIDNIGHT + 200_000)
MOMENTS = st.floats(MIDNIGHT - 100_000, MIDNIGHT + 200_000)


def spans(moments):
    pair = st.tuples(moments, st.one_of(st.integers(1, 90), st.integers(1, 90_000)))
    return st.lists(pair.map(lambda p: Interval(p[0], p[0] + p[1])), max_size=12)


def windows(moments):
    return st.tuples(moments, moments).map(lambda pair: Interval(min(pair), max(pair)))


@given(spans(SECONDS), windows(SECONDS))
def test_parts_hold_what_is_recorded_in_the_window_and_nothing_else(recorded, window):
    parts = cut(recorded, window)
    assert normalise(parts) == clip(normalise(recorded), window)
    assert total(parts) == total(clip(normalise(recorded), window))
    assert all(a.end <= b.start for a, b in pairwise(parts))
    assert union(parts, missing(recorded, window)) == normalise([window])
    assert intersection(normalise(parts), missing(recorded, window)) == ()


@given(spans(MOMENTS), windows(MOMENTS))
def test_no_part_is_longer_than_an_hour_or_crosses_a_midnight_of_the_cloud(recorded, window):
    for part in cut(recorded, window):
        assert 0 < part.length <= LONGEST_PART
        assert part == whole(part)
        assert cloud_day(part.start) == cloud_day(part.end - 1)
        begin, end = asked(part)
        assert begin < end <= begin + LONGEST_PART
        assert cloud_day(begin) == cloud_day(end)


@given(spans(MOMENTS), windows(MOMENTS))
def test_fractions_of_seconds_are_never_lost(recorded, window):
    wanted = clip(normalise(recorded), window)
    parts = normalise(cut(recorded, window))
    assert total(intersection(wanted, parts)) == pytest.approx(total(wanted), abs=1e-3)
    assert total(parts) <= total(wanted) + 2 * len(wanted) + 1e-3


@given(spans(SECONDS), windows(SECONDS), st.booleans())
def test_the_files_of_a_plan_hold_all_parts_once_under_names_of_their_own(recorded, window, join):
    clips = plan("Gate", recorded, window, join=join, form="mp4", zone=CLOUD_ZONE)
    assert tuple(part for clip in clips for part in clip.parts) == cut(recorded, window)
    assert len({clip.name.casefold() for clip in clips}) == len(clips)
    assert len(clips) <= 1 or not join


def test_an_afternoon_over_midnight_is_cut_at_hours_and_at_midnight():
    window = Interval(MIDNIGHT - 5400, MIDNIGHT + 600)
    parts = cut([Interval(MIDNIGHT - 9000, MIDNIGHT + 9000)], window)
    assert parts == (
        Interval(MIDNIGHT - 5400, MIDNIGHT - 1800),
        Interval(MIDNIGHT - 1800, MIDNIGHT),
        Interval(MIDNIGHT, MIDNIGHT + 600),
    )
    assert asked(parts[1]) == (MIDNIGHT - 1800, MIDNIGHT - 1)
    assert asked(Interval(MIDNIGHT - 1, MIDNIGHT)) == (MIDNIGHT - 2, MIDNIGHT - 1)


def test_the_length_of_a_file_follows_what_the_cloud_says_of_it():
    part = Interval(1000, 1100)
    near = around([Interval(0, 1045), Interval(1050, 5000)], part)
    assert near == (Interval(940, 1045), Interval(1050, 1160))
    assert lengths(near, part, Interval(990, 1110)) == Interval(94, 121)
    assert lengths((Interval(940, 1160),), part, Interval(990, 1110)) == Interval(99, 121)
    assert lengths(near, part, None) == Interval(94, 220)


def test_a_moment_is_found_in_a_file_with_its_gaps_and_in_one_without():
    near, actual = (Interval(0, 40), Interval(60, 100)), Interval(0, 100)
    assert seconds_into(near, actual, 80.3, 70) == 50
    assert seconds_into(near, actual, 99.8, 70) == 70
    assert seconds_into(near, actual, 80, 50) == 40
    assert seconds_into(near, actual, 80, -5) == 0
    assert seconds_into(near, actual, 80, 500) == 80


@pytest.mark.parametrize(
    ("channel", "zone", "name"),
    [
        ("Gate", CLOUD_ZONE, "Gate 2023-11-15 00.00.00 - 01.00.00 (UTC+8).mp4"),
        ('a/b:c*?"<>|\n', UTC, "a b c 2023-11-14 16.00.00 - 17.00.00 (UTC).mp4"),
        ("con", UTC, "camera con 2023-11-14 16.00.00 - 17.00.00 (UTC).mp4"),
        ("...", UTC, "camera 2023-11-14 16.00.00 - 17.00.00 (UTC).mp4"),
        (
            "Gate",
            timezone(timedelta(hours=5, minutes=30)),
            "Gate 2023-11-14 21.30.00 - 22.30.00 (UTC+5.30).mp4",
        ),
        (
            "Gate",
            ZoneInfo("America/St_Johns"),
            "Gate 2023-11-14 12.30.00 - 13.30.00 (UTC-3.30).mp4",
        ),
    ],
)
def test_names_say_channel_time_and_zone(channel, zone, name):
    assert file_name(channel, Interval(MIDNIGHT, MIDNIGHT + 3600), zone, "mp4") == name


@given(st.text(max_size=300))
def test_any_channel_has_a_name_that_every_file_system_takes(channel):
    name = file_name(channel, Interval(MIDNIGHT, MIDNIGHT + 200_000), UTC, "ts")
    assert len(name.encode()) <= 220
    assert not set(name) & set('<>:"/\\|?*\x00\n')
    assert name == name.strip(" .")


def test_names_that_differ_in_case_alone_are_the_same():
    assert distinct("a.mp4", {"A.mp4", "a (2).MP4"}) == "a (3).mp4"
    assert distinct("a.mp4", set()) == "a.mp4"
