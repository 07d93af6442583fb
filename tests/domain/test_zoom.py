"""The window on a picture: whatever is done with it, it stays inside and points stay put."""

import math

from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.zoom import LARGEST, WHOLE, Zoom

PART = st.floats(0, 1)
STEP = st.one_of(
    st.tuples(st.just("magnified"), st.tuples(st.floats(0.05, 20), PART, PART)),
    st.tuples(st.just("moved"), st.tuples(st.floats(-3, 3), st.floats(-3, 3))),
    st.tuples(st.just("centred"), st.tuples(PART, PART)),
    st.tuples(st.just("boxed"), st.tuples(PART, PART, PART, PART)),
)


@st.composite
def windows(draw) -> Zoom:
    zoom = WHOLE
    for name, values in draw(st.lists(STEP, max_size=6)):
        zoom = getattr(zoom, name)(*values)
    return zoom


@given(windows())
def test_the_window_stays_inside_the_picture(zoom):
    left, top, width, height = zoom.part
    assert 1 <= zoom.factor <= LARGEST
    assert width == height == 1 / zoom.factor
    for at in (left, top):
        assert -1e-9 <= at <= 1 - width + 1e-9
    assert zoom.whole == (zoom.factor == 1)


@given(windows(), PART, PART)
def test_places_and_sights_are_each_other_s_inverse(zoom, x, y):
    px, py = zoom.place(x, y)
    sx, sy = zoom.seen(px, py)
    assert math.isclose(sx, x, abs_tol=1e-9)
    assert math.isclose(sy, y, abs_tol=1e-9)


@given(windows(), st.floats(1, 4), PART, PART)
def test_magnifying_keeps_what_is_under_the_pointer(zoom, times, x, y):
    before = zoom.place(x, y)
    after = zoom.magnified(times, x, y).place(x, y)
    assert math.isclose(before[0], after[0], abs_tol=1e-9)
    assert math.isclose(before[1], after[1], abs_tol=1e-9)


@given(windows(), PART, PART)
def test_enough_turns_back_show_the_whole(zoom, x, y):
    assert zoom.magnified(1 / LARGEST, x, y) == WHOLE


@given(windows(), PART, PART, st.floats(0.2, 1), st.floats(0.2, 1))
def test_a_box_is_seen_whole_and_in_the_middle_where_that_can_be(zoom, left, top, width, height):
    width, height = min(width, 1 - left), min(height, 1 - top)
    corner = zoom.place(left, top)
    far = zoom.place(left + width, top + height)
    after = zoom.boxed(left, top, width, height)
    if zoom.factor / max(width, height, 0.001) <= LARGEST:
        for point in (corner, far):
            x, y = after.seen(*point)
            assert -1e-6 <= x <= 1 + 1e-6
            assert -1e-6 <= y <= 1 + 1e-6
    assert after.factor >= min(zoom.factor, LARGEST)


def test_a_box_without_size_is_as_close_as_can_be():
    assert WHOLE.boxed(0.5, 0.5, 0, 0).factor == LARGEST
