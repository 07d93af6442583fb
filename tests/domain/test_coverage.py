"""Every moment of the window is recorded in both places or has a named gap."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain import intervals
from ivcdesk.domain.coverage import MANY, Gap, Source, Untidy, best, gaps, tidied
from ivcdesk.domain.intervals import Interval, intersection, normalise

normal = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=20).map(normalise)
WINDOW = Interval(10, 50)


@given(normal, normal, normal)
def test_gaps_name_everything_that_is_missing_once(cloud, device, archived):
    found = gaps(cloud, device, WINDOW, archived=archived)
    assert [piece for piece, _ in found] == sorted(piece for piece, _ in found)
    for (one, _), (other, _) in pairwise(found):
        assert one.end <= other.start
    for second in range(10, 50):
        here = intervals.at(cloud, second) is not None
        there = intervals.at(device, second) is not None
        cold = intervals.at(archived, second) is not None
        named = [gap for piece, gap in found if piece.holds(second)]
        if here and there:
            assert named == []
        elif here:
            assert named == [Gap.CLOUD_ONLY]
        elif cold:
            assert named == [Gap.ARCHIVED]
        elif there:
            assert named == [Gap.DEVICE_ONLY]
        else:
            assert named == [Gap.NOWHERE]


@given(normal, normal)
def test_missing_and_recorded_make_up_the_window(cloud, device):
    both = intervals.clip(intersection(cloud, device), WINDOW)
    missing = [piece for piece, _ in gaps(cloud, device, WINDOW)]
    assert intervals.total(missing) + intervals.total(both) == WINDOW.length


def test_the_cloud_is_preferred_and_the_device_stands_in():
    cloud, device = normalise([(0, 10)]), normalise([(5, 20)])
    assert best(cloud, device, 7) == (Source.CLOUD, Interval(0, 10))
    assert best(cloud, device, 15) == (Source.DEVICE, Interval(5, 20))
    assert best(cloud, device, 25) is None


def test_an_empty_window_has_no_gaps():
    assert gaps((), (), Interval(5, 5)) == []


listed = st.lists(st.tuples(st.integers(-20, 80), st.integers(-20, 80)), max_size=40)


@given(listed)
def test_any_list_is_put_right_and_its_faults_are_named(pairs):
    spans, faults = tidied(pairs, WINDOW)
    assert spans == intervals.clip(normalise(pairs), WINDOW)
    real = [pair for pair in pairs if pair[0] < pair[1] and pair[0] < 50 and pair[1] > 10]
    assert (Untidy.EMPTY in faults) == any(end <= start for start, end in pairs)
    assert (Untidy.OUTSIDE in faults) == any(
        start < end and (end <= 10 or start >= 50) for start, end in pairs
    )
    assert (Untidy.UNSORTED in faults) == any(b[0] < a[0] for a, b in pairwise(real))
    assert (Untidy.OVERLAPPING in faults) == any(b[0] < a[1] for a, b in pairwise(sorted(real)))


def test_thousands_of_pieces_are_a_fault_of_their_own():
    pieces = [(n / 100, n / 100 + 0.01) for n in range(MANY + 1)]
    spans, faults = tidied(pieces, Interval(0, 60))
    assert Untidy.MANY in faults
    assert intervals.total(spans) > 20
    assert not tidied([(float("nan"), 3), (0, float("inf"))], WINDOW).spans


@given(normal, normal, normal)
def test_what_no_plan_wanted_is_no_loss(cloud, device, planned):
    found = gaps(cloud, device, WINDOW, planned=planned)
    plain = gaps(cloud, device, WINDOW)
    lost = {Gap.NOWHERE, Gap.OUTSIDE_PLAN}
    assert normalise(p for p, gap in found if gap in lost) == normalise(
        p for p, gap in plain if gap is Gap.NOWHERE
    )
    for piece, gap in found:
        if gap in lost:
            wanted = bool(intervals.clip(planned, piece))
            assert wanted == (gap is Gap.NOWHERE)
