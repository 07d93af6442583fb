"""The burnt-in name and clock can be read by people and by tests."""

from __future__ import annotations

import numpy as np
import pytest
from av.video.reformatter import Interpolation

from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.media.overlay import Overlay, clock_text, letters, read_clock
from ivcdesk.simulator.media.planes import Planes, Scaler
from tests.simulator.media.camera_stage import NOON

AT = NOON + 7624.189


def picture(width: int, height: int) -> Planes:
    rng = np.random.default_rng(3)
    coarse = rng.integers(16, 235, (height // 10, width // 10), np.uint8)
    luma = np.ascontiguousarray(coarse.repeat(10, axis=0).repeat(10, axis=1))
    return Planes(luma, np.full((2, height // 2, width // 2), 128, np.uint8))


def test_the_clock_is_the_cameras_local_time() -> None:
    assert clock_text(NOON + 7624.189) == "2026-11-24 14:07:04.189"
    assert clock_text(NOON + 0.9996) == "2026-11-24 12:00:01.000"


@pytest.mark.parametrize(("width", "height"), [(320, 180), (640, 360), (960, 540), (1280, 720)])
def test_the_clock_is_read_back_to_the_millisecond(width: int, height: int) -> None:
    drawn = picture(width, height)
    Overlay("东门云台 North Gate", width, height).draw(drawn, AT)
    assert read_clock(drawn.y) == pytest.approx(AT, abs=0.0006)


@pytest.mark.parametrize("width", [360, 402, 480, 813, 1000, 1706])
@pytest.mark.parametrize("way", [Interpolation.FAST_BILINEAR, Interpolation.BICUBIC])
def test_the_clock_is_read_from_a_tile_of_any_size(width: int, way: Interpolation) -> None:
    drawn = picture(640, 360)
    Overlay("东门", 640, 360).draw(drawn, AT)
    tile = Scaler(way).scale(drawn.y, round(width * 9 / 16), width)
    assert read_clock(tile) == pytest.approx(AT, abs=0.0006)


def test_every_digit_is_told_from_the_others() -> None:
    for moment in (0.0, 981_173_106.987, 1_234_567_890.123, 1_799_999_999.456):
        drawn = picture(640, 360)
        Overlay("x", 640, 360).draw(drawn, moment)
        assert read_clock(drawn.y) == pytest.approx(moment, abs=0.0006)


def test_no_clock_is_read_where_none_is() -> None:
    assert read_clock(picture(640, 360).y) is None
    assert read_clock(np.zeros((360, 640), np.uint8)) is None


def test_a_name_stands_at_the_right_and_a_long_one_is_cut() -> None:
    first, second, none = (picture(640, 360) for _ in range(3))
    Overlay("码头前沿 Quay 12", 640, 360).draw(first, AT)
    Overlay("港" * 60, 640, 360).draw(second, AT)
    Overlay("", 640, 360).draw(none, AT)
    assert not np.array_equal(first.y[-26:, 400:], none.y[-26:, 400:])
    assert np.array_equal(first.y[-26:, :270], none.y[-26:, :270])
    assert read_clock(second.y) == pytest.approx(AT, abs=0.0006)


def test_letters_that_are_not_known_show_as_a_box() -> None:
    known = letters()
    assert known.glyph("港").any()
    box = known.glyph("\U0001f600")
    assert np.array_equal(box, known.glyph("⿕"))
    assert known.text("").shape == (24, 0)


def test_the_names_of_the_demo_can_all_be_written() -> None:
    known = letters()
    box = known.glyph("⿕")
    world = Cloud(scenario="demo", seed=1).world
    for device in world.devices.values():
        for channel in world.channels(device):
            boxes = [c for c in channel.name if np.array_equal(known.glyph(c), box)]
            assert not boxes, channel.name
