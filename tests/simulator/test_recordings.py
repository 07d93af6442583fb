"""What was recorded when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from itertools import pairwise
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.simulator.plans import WORKDAY_SECTIONS, week_of
from ivcdesk.simulator.recordings import (
    CLOUD_PIECE,
    DAY,
    DEVICE_FILE,
    Habit,
    cloud_day,
    day_start,
    device_files,
    pieces,
    recorded,
    without,
)

BASE = 1_795_000_000

habits = st.builds(
    Habit,
    seed=st.integers(0, 50),
    site=st.integers(0, 9),
    device=st.integers(0, 99),
    channel=st.integers(0, 999),
    storage=st.booleans(),
    steady=st.booleans(),
    long_files=st.booleans(),
    overlap=st.sampled_from((0, 3)),
    shuffled=st.booleans(),
)
storages = st.sampled_from(("cloud", "device"))
moments = st.integers(BASE, BASE + 12 * DAY)
windows = st.tuples(moments, moments).map(sorted)


def clipped(spans, start, end):
    return [(max(a, start), min(b, end)) for a, b in spans if min(b, end) > max(a, start)]


@given(habits, storages, windows)
def test_spans_are_sorted_clipped_and_apart(habit, storage, window):
    spans = recorded(habit, storage, *window)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(begin < end for begin, end in spans)
    assert all(first[1] < second[0] for first, second in pairwise(spans))
    assert not spans or (window[0] <= edges[0] and edges[-1] <= window[1])


@given(habits, storages, windows, windows)
def test_a_part_of_a_window_shows_the_same(habit, storage, outer, inner):
    low, high = max(outer[0], inner[0]), min(outer[1], inner[1])
    if low < high:
        whole = recorded(habit, storage, *outer)
        assert recorded(habit, storage, low, high) == clipped(whole, low, high)


@given(habits, storages, moments)
def test_the_same_habit_answers_the_same(habit, storage, moment):
    again = Habit(*(getattr(habit, name) for name in habit.__dataclass_fields__))
    assert recorded(habit, storage, moment, moment + DAY) == recorded(
        again, storage, moment, moment + DAY
    )


@given(habits, windows)
def test_without_storage_or_schedule_there_is_nothing(habit, window):
    if not habit.storage:
        assert recorded(habit, "device", *window) == []
    assert recorded(habit, "cloud", *window, week=()) == []


@given(habits, windows, st.integers(0, CLOUD_PIECE - 1))
def test_pieces_are_the_spans_cut(habit, window, phase):
    spans = recorded(habit, "cloud", *window)
    cut = pieces(spans, CLOUD_PIECE, phase)
    assert all(0 < end - begin <= CLOUD_PIECE for begin, end in cut)
    joined: list[list[float]] = []
    for begin, end in cut:
        if joined and joined[-1][1] == begin:
            joined[-1][1] = end
        else:
            joined.append([begin, end])
    assert [tuple(span) for span in joined] == spans


@given(habits, windows)
def test_a_devices_files_cover_what_it_recorded_and_no_more(habit, window):
    start, end = window
    held = recorded(habit, "device", start - DEVICE_FILE, end + DEVICE_FILE)
    files = device_files(habit, held, start, end)
    covered = without(recorded(habit, "device", start, end), files)
    assert covered == []
    assert all(high > start and low < end for low, high in files)
    if not habit.shuffled:
        assert files == sorted(files)
    for low, high in files:
        beyond = without([(low, high)], held)
        assert sum(b - a for a, b in beyond) <= habit.overlap


@pytest.mark.parametrize("month", [5, 11])
def test_a_steady_camera_has_seven_past_two_wherever_people_live(month):
    moments = {
        datetime(2026, month, 20, 14, 7, tzinfo=ZoneInfo(name)).timestamp()
        for name in available_timezones()
    }
    for device in range(60):
        habit = Habit(seed=device, site=1, device=device, channel=device, steady=True)
        for moment in moments:
            assert recorded(habit, "cloud", moment, moment + 60) == [(moment, moment + 60)]
            assert recorded(habit, "cloud", moment - 60, moment) == [(moment - 60, moment)]


def test_a_steady_camera_has_gaps_all_the_same():
    day = cloud_day(BASE)
    habit = Habit(seed=1, site=1, device=1, channel=1, steady=True)
    spans = recorded(habit, "cloud", day_start(day), day_start(day + 1))
    assert len(spans) >= 2
    missing = without([(day_start(day), day_start(day + 1))], spans)
    assert max(end - begin for begin, end in missing) >= 18 * 60


def test_every_kind_of_gap_occurs_within_a_month():
    nowhere = device_only = cloud_only = 0.0
    window = (day_start(cloud_day(BASE)), day_start(cloud_day(BASE) + 30))
    for device in range(12):
        habit = Habit(seed=1, site=device % 3, device=device, channel=device)
        cloud, local = (recorded(habit, storage, *window) for storage in ("cloud", "device"))
        nowhere += total(without(without([window], cloud), local))
        device_only += total(without(local, cloud))
        cloud_only += total(without(cloud, local))
    assert min(nowhere, device_only, cloud_only) > 3600


def test_a_power_cut_is_the_whole_sites():
    window = (day_start(cloud_day(BASE)), day_start(cloud_day(BASE) + 30))
    common = []
    for site in range(8):
        left = [window]
        for device in range(8):
            habit = Habit(seed=3, site=site, device=device, channel=device)
            for storage in ("cloud", "device"):
                left = without(left, recorded(habit, storage, *window))
        common += left
    assert total(common) > 1200


def test_workdays_are_recorded_by_day_and_never_on_sundays():
    sunday = datetime(2026, 11, 22, tzinfo=timezone(timedelta(hours=8)))
    assert sunday.weekday() == 6
    habit, week = Habit(seed=1, site=1, device=1, channel=1), week_of(WORKDAY_SECTIONS)
    start = sunday.timestamp()
    assert recorded(habit, "cloud", start, start + DAY, week) == []
    monday = recorded(habit, "cloud", start + DAY, start + 2 * DAY, week)
    assert monday[0][0] >= start + DAY + 7 * 3600
    assert monday[-1][1] <= start + DAY + 19 * 3600


def test_days_are_those_of_utc_plus_8():
    moment = datetime(2026, 11, 23, 16, 0, tzinfo=UTC).timestamp()
    assert day_start(cloud_day(moment)) == moment
    assert cloud_day(moment - 1) == cloud_day(moment) - 1


@pytest.mark.parametrize("window", [(BASE, BASE), (BASE + 5, BASE)])
def test_an_empty_window_is_empty(window):
    assert recorded(Habit(1, 1, 1, 1), "cloud", *window) == []


def total(spans):
    return sum(end - begin for begin, end in spans)
