"""What cameras see is a pure function of seed, pose and moment."""

from __future__ import annotations

import numpy as np
import pytest

from ivcdesk.simulator.media.camera import Camera
from ivcdesk.simulator.media.drawing import Window
from ivcdesk.simulator.media.light import light_at
from ivcdesk.simulator.media.places import KINDS
from ivcdesk.simulator.media.planes import Array
from ivcdesk.simulator.media.scene import Scenery
from ivcdesk.simulator.media.source import CameraFacts, Pose
from tests.simulator.media.camera_stage import NOON, SCENERY

SIZE = (320, 180)
STRIP = 14  # rows of the burnt-in name and time


def view(pose: Pose, at: float = NOON, *, seed: int = 5, place: str = "factory") -> Array:
    facts = CameraFacts("c", "", seed, *SIZE, place=place)
    picture = Camera(facts, SCENERY).render(pose, at)
    return picture.y[:-STRIP].astype(np.int16)


def difference(first: Array, second: Array) -> float:
    return float(np.abs(first - second).mean())


@pytest.mark.parametrize("place", KINDS)
def test_a_moment_looks_the_same_whatever_was_looked_at_before(place: str) -> None:
    facts = CameraFacts("c", "东门", 8, *SIZE, place=place)
    fresh = Camera(facts, Scenery()).render(Pose(pan=30), NOON + 1)
    used = Camera(facts, SCENERY)
    used.render(Pose(pan=200, zoom=3), NOON - 500)
    used.render(Pose(pan=30), NOON)
    again = used.render(Pose(pan=30), NOON + 1)
    for plane, other in zip(fresh, again, strict=True):
        assert np.array_equal(plane, other)


@pytest.mark.parametrize("place", KINDS)
def test_every_place_has_something_to_see_by_day_and_night(place: str) -> None:
    for at in (NOON, NOON + 10 * 3600):
        picture = view(Pose(), at, place=place)
        assert picture.std() > 12
        assert 25 < picture.mean() < 190


def test_seeds_look_different() -> None:
    first = view(Pose(), seed=1, place="city")
    second = view(Pose(), seed=2, place="city")
    assert difference(first, second) > 15


def test_night_is_darker_than_day_and_evening_is_between() -> None:
    noon, evening, night = (view(Pose(), NOON + h * 3600).mean() for h in (0, 5.8, 11))
    assert noon > evening > night > 25


@pytest.mark.parametrize("zoom", [1.0, 2.5])
def test_turning_left_shows_what_was_to_the_left(zoom: float) -> None:
    # At zoom 1 the picture is 64 degrees wide: 8 degrees are an eighth of it.
    before = view(Pose(pan=40, zoom=zoom))
    after = view(Pose(pan=40 - 8 / zoom, zoom=zoom))
    moved = SIZE[0] // 8
    assert difference(after[:, moved:], before[:, :-moved]) < 4
    assert difference(after, before) > 6
    assert difference(after[:, :-moved], before[:, moved:]) > 6


def test_tilting_up_shows_what_was_above() -> None:
    before, after = view(Pose(tilt=0)), view(Pose(tilt=6))
    moved = 30  # 6 degrees of 36 on 180 rows
    assert difference(after[moved:], before[:-moved]) < 4
    assert difference(after, before) > 6


def test_zooming_in_enlarges_the_middle() -> None:
    wide, near = view(Pose(pan=10)), view(Pose(pan=10, zoom=2))
    middle = wide[45:135, 80:240]
    enlarged = middle.repeat(2, axis=0).repeat(2, axis=1)[: 180 - STRIP]
    assert difference(near, enlarged) < 12
    assert difference(near, wide) > 12


def test_a_full_turn_leads_back_to_the_same_picture() -> None:
    assert np.array_equal(view(Pose(pan=5)), view(Pose(pan=365)))


def test_a_zoomed_picture_is_sharper_than_an_enlarged_one() -> None:
    near = view(Pose(pan=10, zoom=6))
    wide = view(Pose(pan=10))
    middle = wide[75:105, 133:187].repeat(6, axis=0).repeat(6, axis=1)
    assert np.abs(np.diff(near, axis=1)).mean() > 0.5 * np.abs(np.diff(middle, axis=1)).mean()


def test_things_move_and_are_back_where_they_were() -> None:
    before, after = view(Pose(), NOON), view(Pose(), NOON + 2)
    assert (np.abs(after - before) > 20).sum() > 40
    assert np.array_equal(before, view(Pose(), NOON))


def test_out_of_focus_is_soft() -> None:
    sharp, soft = view(Pose()), view(Pose(focus=0.6))
    assert np.abs(np.diff(soft, axis=1)).mean() < 0.6 * np.abs(np.diff(sharp, axis=1)).mean()
    assert abs(soft.mean() - sharp.mean()) < 4


def test_the_iris_makes_it_brighter_and_darker() -> None:
    dark, right, bright = (view(Pose(iris=iris)).mean() for iris in (-0.8, 0, 0.8))
    assert dark < right - 20 < right + 20 < bright


def test_poses_beyond_the_panorama_stay_inside() -> None:
    assert np.array_equal(view(Pose(tilt=89)), view(Pose(tilt=80)))
    assert np.array_equal(view(Pose(tilt=-90)), view(Pose(tilt=-80)))


def test_tiles_join_without_a_seam() -> None:
    scene = SCENERY.scene(5, "factory")
    # Across two columns and two rows of tiles.
    direct = scene.paint(Window(27, -1, 10, 120, 80))
    tiled = scene.view(0, 270, 410, 120, 80, light_at(NOON))
    assert ((direct.depth == 255) != (tiled.depth == 255)).mean() < 0.002
    luma = direct.rgb[0] * 0.2568 + direct.rgb[1] * 0.5041 + direct.rgb[2] * 0.0979 + 16
    assert np.abs(luma - tiled.planes.y).mean() < 2
    assert not tiled.sky.any()


def test_an_unknown_kind_of_place_is_refused() -> None:
    with pytest.raises(KeyError):
        Scenery().scene(1, "moon")
