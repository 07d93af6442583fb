"""How far a camera's clock is off is told by borders that two lists share, or not at all."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.camera_clock import camera_ahead
from ivcdesk.domain.intervals import Interval, clip, normalise

DAY = Interval(0.0, 86400.0)
steps = st.lists(st.tuples(st.integers(1900, 9000), st.integers(60, 900)), min_size=3, max_size=12)


def recorded(pairs):
    spans, t = [], 1000.0
    for length, pause in pairs:
        spans.append((t, t + length))
        t += length + pause
    return normalise(spans)


def shifted(spans, by):
    return tuple(Interval(start + by, end + by) for start, end in spans)


@given(steps, st.integers(-1500, 1500))
def test_a_shifted_list_tells_by_how_much(pairs, by):
    cloud = recorded(pairs)
    window = Interval(-5000.0, cloud[-1].end + 5000)
    found = camera_ahead(cloud, shifted(cloud, by), window)
    if not found:
        return  # it is small, or pauses as long as the shift make two answers equally good
    borders = [t for span in cloud for t in span]
    same = sum(any(abs(t + by - found - other) <= 3 for other in borders) for t in borders)
    assert same >= len(borders) * 0.6
    assert abs(found) >= 20


def test_a_camera_seven_minutes_ahead():
    cloud = normalise([(3000, 20_000), (20_700, 41_000), (43_111, 60_000), (61_000, 80_000)])
    assert camera_ahead(cloud, shifted(cloud, 420), DAY) == pytest.approx(420)
    assert camera_ahead(cloud, shifted(cloud, -420), DAY) == pytest.approx(-420)
    assert camera_ahead(cloud, shifted(cloud, 4), DAY) == 0.0


def test_lists_without_common_borders_tell_nothing():
    cloud = normalise([(0, 30_000), (31_000, 86_400)])
    assert camera_ahead(cloud, (DAY,), DAY) is None
    assert camera_ahead((), (DAY,), DAY) is None
    assert camera_ahead(clip(cloud, DAY), (), DAY) is None
