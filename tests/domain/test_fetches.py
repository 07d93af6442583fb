"""Stretches to fetch from devices, the cloud's way of writing times, and how far a fetch is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.fetches import moment, pieces, section, share, spelt
from ivcdesk.domain.intervals import Interval, clip, intersection, normalise, subtract, total

T0 = 1_729_468_800  # 2024-10-21 08:00 of UTC+8
SECONDS = st.integers(T0, T0 + 20_000)
SPANS = st.lists(st.tuples(SECONDS, st.integers(1, 4000)).map(lambda p: (p[0], p[0] + p[1])))


def test_times_are_read_as_the_cloud_writes_them():
    assert moment("2024-10-21 08:00:00") == T0
    assert moment("") is None
    assert section("2024-10-21 08:00:00-2024-10-21 10:00:00") == (T0, T0 + 7200)
    assert section("yesterday") is None
    assert section("2024-13-41 08:00:00-2024-10-21 10:00:00") is None


@given(SECONDS, SECONDS)
def test_a_stretch_is_written_and_read_back(start, end):
    assert section(spelt(Interval(start, end))) == (start, end)


@pytest.mark.parametrize(
    ("begun", "length", "speed", "now", "wanted"),
    [
        (None, 3600, 1, 100, None),
        (0, 0, 1, 100, None),
        (0, 3600, 1, 900, 0.25),
        (0, 3600, 4, 450, 0.5),
        (0, 3600, 0, 900, 0.25),
        (100, 3600, 1, 50, 0.0),
        (0, 3600, 8, 9999, 0.99),
    ],
)
def test_the_share_is_guessed_from_speed_and_time(begun, length, speed, now, wanted):
    assert share(begun, length, speed, now) == wanted


@given(SPANS, SPANS, st.tuples(SECONDS, SECONDS))
def test_pieces_hold_what_the_device_has_and_the_cloud_lacks(device, cloud, ends):
    window = Interval(min(ends), max(ends))
    held = clip(normalise(device), window)
    found = pieces(device, cloud, window, lacking=True)
    assert normalise(found) == found
    assert clip(found, window) == found
    wanted = subtract(held, normalise(cloud))
    assert intersection(wanted, found) == wanted
    # Nothing else but the small holes between a recorder's files.
    assert total(subtract(found, held)) <= 2 * len(device)
    assert total(intersection(found, normalise(cloud))) == 0
    (whole,) = pieces(device, cloud, window, lacking=False) or [Interval(0, 0)]
    assert whole == ((held[0].start, held[-1].end) if held else (0, 0))


def test_small_holes_between_files_are_not_fetched_apart():
    files = [(T0, T0 + 600), (T0 + 601, T0 + 1200)]
    window = Interval(T0 - 100, T0 + 5000)
    assert pieces(files, (), window, lacking=True) == ((T0, T0 + 1200),)
    assert pieces(files, [Interval(T0 + 100, T0 + 200)], window, lacking=True) == (
        (T0, T0 + 100),
        (T0 + 200, T0 + 1200),
    )
