"""One wish becomes tasks of one day of UTC+8 and 32 channels at most."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.days import cloud_day
from ivcdesk.domain.intervals import Interval, normalise, subtract, total
from ivcdesk.domain.retrievals import LONGEST_NAME, MOST_CHANNELS, is_plain, split, task_name

MIDNIGHT = 1_700_000_000 // 86400 * 86400 + 16 * 3600  # of UTC+8
MOMENTS = st.floats(MIDNIGHT - 100_000, MIDNIGHT + 300_000)
WINDOWS = st.tuples(MOMENTS, MOMENTS).map(lambda pair: Interval(min(pair), max(pair)))
CHANNELS = st.lists(st.integers(0, 90), max_size=120)


@given(WINDOWS, CHANNELS)
def test_every_channel_gets_every_second_once(window, channels):
    found = split(window, channels)
    for piece in found:
        assert piece.start < piece.end
        assert cloud_day(piece.start) == cloud_day(piece.end)
        assert 1 <= len(piece.channels) <= MOST_CHANNELS
        assert len(set(piece.channels)) == len(piece.channels)
    if window.length == 0:
        return
    midnights = (window.length // 86400) + 2
    for channel in set(channels):
        spans = [piece.span for piece in found if channel in piece.channels]
        # Nobody is named in two tasks of one day.
        assert len({cloud_day(span.start) for span in spans}) == len(spans)
        lost = subtract(normalise([window]), normalise(spans))
        assert total(lost) <= midnights
        assert all(cloud_day(span.end) != cloud_day(span.start - 1) for span in lost)


@given(WINDOWS, CHANNELS)
def test_there_are_no_more_tasks_than_days_and_groups_need(window, channels):
    groups = -(-len(set(channels)) // MOST_CHANNELS)
    days = (cloud_day(window.end) - cloud_day(window.start)).days + 1
    assert len(split(window, channels)) <= days * groups


@given(st.text(max_size=60), st.integers(1, 99), st.booleans())
def test_names_are_what_the_cloud_takes(wish, number, several):
    (piece,) = split(Interval(MIDNIGHT, MIDNIGHT + 60), ["c"])
    name = task_name(wish, piece, number, 2 if several else 1, "a1b2")
    assert is_plain(name)
    assert 1 <= len(name) <= LONGEST_NAME
    assert "a1b2" in name


def test_names_tell_the_wish_the_day_and_the_number():
    first, second = split(Interval(MIDNIGHT, MIDNIGHT + 90_000), ["c"])
    day = re.compile(r"Gate_3_NVR-11(\d\d)-a1b2(-\d)?")
    assert day.fullmatch(task_name("Gate 3 NVR", first, 1, 2, "a1b2"))
    assert task_name("Gate 3 NVR", second, 2, 2, "a1b2").endswith("-2")
    assert task_name("\u95f8\u53e3", first, 1, 1, "a1b2").startswith("\u95f8\u53e3-")
    assert not is_plain("two words")
