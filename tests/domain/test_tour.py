"""A tour: time is neither lost nor made up, no page is left out, and a pause keeps everything."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.tour import Tour, pages_of, started

PAGES = st.integers(2, 12)
DWELL = st.integers(3, 600).map(float)
SECONDS = st.floats(0, 5000)
DEED = st.one_of(
    st.tuples(st.just("advanced"), st.tuples(SECONDS)),
    st.tuples(st.just("turned"), st.tuples(st.integers(-20, 20))),
    st.tuples(st.just("halted"), st.just(())),
    st.tuples(st.just("resumed"), st.just(())),
    st.tuples(st.just("paced"), st.tuples(DWELL)),
)


def after(tour: Tour, deeds: list) -> Tour:
    for name, values in deeds:
        tour = getattr(tour, name)(*values)
    return tour


def elapsed(tour: Tour) -> float:
    """Return how far in its round a tour is, s."""
    return tour.page * tour.dwell + tour.dwell - tour.left


@given(PAGES, DWELL, st.lists(DEED, max_size=12))
def test_it_is_always_on_a_page_with_time_left(pages, dwell, deeds):
    tour = after(started(pages, dwell), deeds)
    assert 0 <= tour.page < pages
    assert 0 < tour.left <= tour.dwell


@given(PAGES, DWELL, SECONDS, SECONDS)
def test_time_in_two_parts_is_the_same_time(pages, dwell, first, second):
    tour = started(pages, dwell)
    round_trip = pages * dwell
    parts = elapsed(tour.advanced(first).advanced(second)) / round_trip
    whole = elapsed(tour.advanced(first + second)) / round_trip
    # Just before and just behind the end of a round is the same moment.
    apart = abs(parts - whole)
    assert min(apart, 1 - apart) < 1e-6


@given(PAGES, DWELL)
def test_every_page_is_shown_once_a_round_and_equally_long(pages, dwell):
    tour = started(pages, dwell)
    seen = []
    for _ in range(pages):
        seen.append(tour.page)
        assert tour.advanced(dwell / 2).page == tour.page
        tour = tour.advanced(dwell)
    assert seen == list(range(pages))
    assert tour == started(pages, dwell)


@given(PAGES, DWELL, st.floats(0, 1000), st.lists(SECONDS, max_size=5))
def test_a_pause_keeps_page_and_time(pages, dwell, before, pauses):
    tour = started(pages, dwell).advanced(before)
    paused = tour.halted()
    for seconds in pauses:
        paused = paused.advanced(seconds)
    assert paused.resumed() == tour


@given(PAGES, DWELL, st.integers(-30, 30))
def test_turning_on_and_back_comes_home(pages, dwell, by):
    tour = started(pages, dwell)
    assert tour.turned(by).turned(-by) == tour


def test_a_single_page_stays():
    assert started(1).advanced(1000) == started(1)


def test_a_shorter_dwell_counts_at_once():
    tour = started(3, 60).advanced(10).paced(15)
    assert (tour.page, tour.left) == (0, 15)
    assert tour.advanced(15).page == 1


def test_there_is_no_tour_without_pages():
    with pytest.raises(ValueError, match="page"):
        started(0)


@given(st.lists(st.integers(), max_size=60), st.integers(1, 16))
def test_dealing_loses_nothing_and_changes_no_order(items, places):
    pages = pages_of(items, places)
    assert [item for page in pages for item in page] == items
    assert len(pages) == math.ceil(len(items) / places)
    assert all(len(page) == places for page in pages[:-1])
