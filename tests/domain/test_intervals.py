"""Interval algebra holds for any recordings: it is checked against sets of whole seconds."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain import intervals
from ivcdesk.domain.intervals import Interval, clip, intersection, normalise, subtract, union

LIMIT = 60
pairs = st.lists(st.tuples(st.integers(0, LIMIT), st.integers(0, LIMIT)), max_size=30)
normal = pairs.map(normalise)
windows = st.tuples(st.integers(0, LIMIT), st.integers(0, LIMIT)).map(
    lambda pair: Interval(*sorted(pair))
)
moments = st.integers(-1, LIMIT + 1)


def seconds(a) -> set[int]:
    return {second for start, end in a for second in range(int(start), int(end))}


def assert_normal(a) -> None:
    assert all(isinstance(one, Interval) and one.start < one.end for one in a)
    assert all(one.end < other.start for one, other in pairwise(a))


@given(pairs)
def test_normalise_keeps_the_moments_and_merges(raw):
    merged = normalise(raw)
    assert_normal(merged)
    assert seconds(merged) == seconds(raw)
    assert normalise(merged) == merged


@given(normal, normal)
def test_set_operations_agree_with_sets(a, b):
    for result, expected in (
        (union(a, b), seconds(a) | seconds(b)),
        (intersection(a, b), seconds(a) & seconds(b)),
        (subtract(a, b), seconds(a) - seconds(b)),
    ):
        assert_normal(result)
        assert seconds(result) == expected


@given(normal, windows)
def test_clip_and_gaps_partition_the_window(a, window):
    inside, missing = clip(a, window), intervals.gaps(a, window)
    assert_normal(inside)
    assert_normal(missing)
    assert seconds(inside) | seconds(missing) == seconds([window])
    assert not seconds(inside) & seconds(missing)


@given(normal, moments)
def test_lookups_agree_with_a_walk_through_the_list(a, t):
    assert intervals.at(a, t) == next((one for one in a if one.start <= t < one.end), None)
    assert intervals.next_start(a, t) == min((s for s, _ in a if s > t), default=None)
    assert intervals.previous_end(a, t) == max((e for _, e in a if e <= t), default=None)
    assert intervals.previous_start(a, t) == max((s for s, _ in a if s < t), default=None)


@given(normal, moments)
def test_nearest_is_covered_and_no_further_than_any_border(a, t):
    near = intervals.nearest(a, t)
    if not a:
        assert near is None
        return
    assert intervals.at(a, near) is not None
    assert all(abs(near - t) <= abs(border - t) + 0.0011 for one in a for border in one)


def test_touching_reversed_and_endless_intervals():
    assert normalise([(5, 9), (1, 5), (20, 10), (3, 3)]) == (Interval(1, 9),)
    assert normalise([(float("nan"), 4), (1, float("inf")), (2, 3)]) == (Interval(2, 3),)
    assert normalise([(-9, -4), (-5, 0)]) == (Interval(-9, 0),)


def test_a_half_open_end_belongs_to_what_follows():
    a = normalise([(0, 10), (20, 30)])
    assert intervals.at(a, 10) is None
    assert intervals.at(a, 20) == Interval(20, 30)
    assert intervals.previous_end(a, 10) == 10
    assert intervals.nearest(a, 12) == 9.999
    assert intervals.nearest(a, 16) == 20
    assert intervals.total(a) == 20


def test_within_finds_what_a_window_shows():
    a = normalise([(0, 10), (20, 30), (40, 50)])
    assert a[intervals.within(a, Interval(10, 20))] == ()
    assert a[intervals.within(a, Interval(5, 41))] == a
    assert a[intervals.within(a, Interval(30, 30))] == ()


@given(st.lists(normal, max_size=5), st.booleans())
def test_parts_are_joined_like_merged_ones(parts, in_order):
    if in_order:
        parts = [
            tuple(Interval(s + n * LIMIT, e + n * LIMIT) for s, e in part)
            for n, part in enumerate(parts)
        ]
    result = intervals.joined(iter(parts))
    assert_normal(result)
    assert result == normalise(one for part in parts for one in part)
