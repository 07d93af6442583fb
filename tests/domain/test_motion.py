"""How far a picture has moved or grown, measured on made-up scenery."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.motion import SURE, turned, zoomed

WIDTH, HEIGHT = 192, 108


def scenery(seed: int = 1) -> np.ndarray:
    """Soft random shades, larger than one picture."""
    noise = np.random.default_rng(seed).random((420, 640))
    for _ in range(6):
        near = [np.roll(noise, step, axis) for step in (1, -1) for axis in (0, 1)]
        noise = (noise + sum(near)) / 5
    return (noise - noise.min()) / (noise.max() - noise.min()) * 255


SCENERY = scenery()


def view(x: int, y: int) -> np.ndarray:
    return SCENERY[y : y + HEIGHT, x : x + WIDTH].astype(np.uint8)


@given(st.integers(-60, 60), st.integers(-28, 28))
def test_a_turn_is_measured_to_a_fraction_of_a_pixel(right, down):
    found = turned(view(200, 120), view(200 + right, 120 + down))
    assert found.sure > 0.95
    assert found.right * WIDTH == pytest.approx(right, abs=0.6)
    assert found.down * HEIGHT == pytest.approx(down, abs=0.6)


def test_names_and_clocks_at_the_edge_do_not_hold_the_picture():
    before, after = view(200, 120).copy(), view(230, 120).copy()
    for picture in (before, after):
        picture[2:9, 10:150] = 255
        picture[99:105, 10:150] = 0
    assert turned(before, after).right * WIDTH == pytest.approx(30, abs=0.6)


def test_another_scene_or_a_plain_one_tells_nothing():
    other = scenery(2)[:HEIGHT, :WIDTH].astype(np.uint8)
    assert turned(view(200, 120), other).sure < SURE
    plain = np.full((HEIGHT, WIDTH), 90, np.uint8)
    assert turned(plain, plain).sure < SURE


@pytest.mark.parametrize("factor", [1.05, 1.3, 1.8])
def test_growing_and_shrinking_is_measured(factor):
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    rows = (120 + HEIGHT / 2 + (y - HEIGHT / 2) / factor).round().astype(int)
    columns = (200 + WIDTH / 2 + (x - WIDTH / 2) / factor).round().astype(int)
    large = SCENERY[rows, columns].astype(np.uint8)
    grown, sure = zoomed(view(200, 120), large)
    assert sure > 0.8
    assert grown == pytest.approx(factor, rel=0.02)
    shrunk, _ = zoomed(large, view(200, 120))
    assert shrunk == pytest.approx(1 / factor, rel=0.02)
