"""Every moment of the window is recorded in both places or has a named gap."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain import intervals
from ivcdesk.domain.coverage import Gap, Source, best, gaps
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
