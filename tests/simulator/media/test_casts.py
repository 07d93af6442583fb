"""Pictures of models are kept folded, and come out as they were."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from ivcdesk.simulator.media.casts import Cast, Folded
from ivcdesk.simulator.media.light import light_at

NOON = 1_748_750_400  # on the cameras' clocks


def cast(height: int, width: int) -> Cast:
    """Return a picture of noise with a flat half, as even in size as all are."""
    noise = np.random.default_rng(height * width)

    def plane(*shape: int) -> np.ndarray:
        values = noise.integers(0, 256, shape, dtype=np.uint8)
        values[..., : shape[-1] // 2] = 200
        return values

    full, half = (height, width), (height // 2, width // 2)
    return Cast(
        -4, 6, plane(*full), plane(2, *half), plane(*full), plane(*half), plane(*full), plane(*half)
    )


@pytest.mark.parametrize("size", [(2, 2), (90, 130), (34, 400)])
def test_a_folded_picture_unfolds_to_the_same(size):
    flat = cast(*size)
    again = Folded.of(flat).cast()
    for field in dataclasses.fields(Cast):
        before, after = getattr(flat, field.name), getattr(again, field.name)
        assert np.array_equal(before, after), field.name
    light, red = light_at(NOON), (200.0, 40.0, 40.0)
    assert np.array_equal(again.tinted(red, light).y, flat.tinted(red, light).y)


def test_flat_faces_take_a_small_part_of_their_room():
    drawn = cast(200, 300)
    for plane in (drawn.y, drawn.uv, drawn.body, drawn.body_small, drawn.rest, drawn.rest_small):
        plane[:] = 7
    assert len(Folded.of(drawn).pixels) < drawn.y.size / 20
