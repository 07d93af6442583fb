"""Frames and labels around what was found in a picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.simulator.media.marks import LINE, draw_marks
from ivcdesk.simulator.media.planes import Planes
from ivcdesk.simulator.media.source import Box, Mark, read_marks, written_marks

WIDTH, HEIGHT = 320, 180
numbers = st.integers(-20, 340)
boxes = st.builds(Box, numbers, numbers, st.integers(1, 200), st.integers(1, 200))


def grey():
    picture = Planes.blank(HEIGHT, WIDTH)
    picture.y[:], picture.uv[:] = 90, 128
    return picture


@given(st.lists(st.builds(Mark, boxes, st.sampled_from(["", "person 87", "a,b"])), max_size=4))
def test_marks_are_read_as_they_were_written(marks):
    assert read_marks(written_marks(marks)) == marks


@pytest.mark.parametrize("text", ["1,2,3", "1,2,3,x,car", "car", "1;2"])
def test_what_is_no_mark(text):
    with pytest.raises(ValueError):
        read_marks(text)


def test_a_frame_is_around_its_box_and_nowhere_else():
    picture, box = grey(), Box(100, 60, 40, 50)
    draw_marks(picture, [Mark(box, "")])
    drawn = picture.y != 90
    expected = np.zeros((HEIGHT, WIDTH), bool)
    expected[60 - LINE : 110 + LINE, 100 - LINE : 140 + LINE] = True
    expected[60:110, 100:140] = False
    assert np.array_equal(drawn, expected)
    assert (picture.y[drawn] == picture.y[60 - LINE, 100]).all()
    assert (picture.uv[:, 29, 60] != 128).all()


@pytest.mark.parametrize("y", [80, 0])
def test_a_label_is_over_its_box_or_in_its_top(y):
    picture = grey()
    draw_marks(picture, [Mark(Box(100, y, 90, 50), "car 87")])
    plain = grey()
    draw_marks(plain, [Mark(Box(100, y, 90, 50), "")])
    rows, columns = np.nonzero(picture.y != plain.y)
    assert max(y - 18, 0) <= rows.min() <= rows.max() < max(y, 18)
    assert 90 < columns.min() < columns.max() < 200
    # dark letters on a bright ground
    part = picture.y[rows.min() : rows.max(), columns.min() : columns.max()]
    assert part.max() > 200
    assert part.min() < 60


@given(st.lists(st.builds(Mark, boxes, st.sampled_from(["", "person 87", "狗 99"])), max_size=3))
def test_frames_may_reach_over_the_edges(marks):
    picture = grey()
    draw_marks(picture, marks)
    assert picture.y.shape == (HEIGHT, WIDTH)


def test_no_marks_change_nothing():
    picture = grey()
    draw_marks(picture, [])
    assert (picture.y == 90).all()
