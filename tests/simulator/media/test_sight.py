"""What is seen in a picture lies where it is drawn."""

from __future__ import annotations

import numpy as np
import pytest

from ivcdesk.simulator.media.camera import Camera
from ivcdesk.simulator.media.movers import Mover, Traffic
from ivcdesk.simulator.media.scene import Scenery
from ivcdesk.simulator.media.sight import Lookout
from ivcdesk.simulator.media.source import Box, CameraFacts, Pose
from tests.simulator.media.camera_stage import NOON, SCENERY

POSES = {
    "city": Pose(),
    "factory": Pose(zoom=1.6, tilt=-4.0),
    "harbour": Pose(tilt=-6.0),
    "interchange": Pose(pan=4.0),
}
NIGHT = NOON + 9 * 3600
LEAST = 10  # px of height: in smaller things few pixels differ from what is behind


def facts(place, width=640, height=360):
    return CameraFacts("c", "Gate", 5, width, height, place=place)


def surroundings(place):
    """Return scenes of one's own, and that of a place; what stands still is painted already."""
    scenery = Scenery()
    scenery._layers, scenery._graded = SCENERY._layers, SCENERY._graded
    return scenery, scenery.scene(5, place)


def grown(box, share):
    wide, tall = round(box.width * share) + 1, round(box.height * share) + 1
    left, top = max(box.x - wide, 0), max(box.y - tall, 0)
    return Box(left, top, box.x + box.width + wide - left, box.y + box.height + tall - top)


def count(pixels, box):
    return np.count_nonzero(pixels[box.y : box.y + box.height, box.x : box.x + box.width])


@pytest.mark.parametrize(("place", "at"), [*((place, NOON) for place in POSES), ("city", NIGHT)])
def test_a_box_holds_what_would_be_missing_without_the_thing(place, at):
    scenery, scene = surroundings(place)
    pose = POSES[place]
    found = [s for s in Lookout(scenery).sights(facts(place), pose, at) if s.box.height >= LEAST]
    nearest = {sight.model: sight for sight in reversed(found)}
    assert len(nearest) >= 3
    movers = scene.traffic.movers
    whole = Camera(facts(place), scenery).render(pose, at).y.astype(int)
    for sight in nearest.values():
        mover = movers[sight.number]
        assert (mover.model, mover.tint) == (sight.model, sight.tint)
        scene.traffic = Traffic([other for other in movers if other is not mover])
        less = Camera(facts(place), scenery).render(pose, at).y
        thing = np.abs(whole - less) > 3
        assert count(thing, sight.box) > 0.3 * sight.box.area, sight
        # around it are no more than its shadow and the light of its lamps
        assert count(thing, grown(sight.box, 0.2)) > 0.8 * np.count_nonzero(thing), sight


def test_the_same_is_seen_again_in_the_picture_alone():
    for place, pose in POSES.items():
        sights = Lookout(SCENERY).sights(facts(place), pose, NOON)
        assert sights == Lookout(surroundings(place)[0]).sights(facts(place), pose, NOON)
        for sight in sights:
            assert sight.box.within(Box(0, 0, 640, 334)) == sight.box
            if sight.plate.area:
                assert sight.plate.within(sight.box) == sight.plate
            assert sight.box.area > 0


def test_a_larger_picture_shows_the_same_things_larger():
    small, large = (
        {
            sight.number: sight.box
            for sight in Lookout(SCENERY).sights(facts("factory", *size), Pose(), NOON)
        }
        for size in ((640, 360), (960, 540))
    )
    common = small.keys() & large.keys()
    assert len(common) > 0.7 * len(small)
    for number in common:
        one, other = small[number], large[number]
        # Things are drawn in steps of size, of 14 % where they are large.
        assert other.height == pytest.approx(1.5 * one.height, rel=0.16, abs=4)
        assert other.x + other.width / 2 == pytest.approx(
            1.5 * (one.x + one.width / 2), abs=4 + 0.1 * other.width
        )


def test_what_is_hidden_or_outside_is_not_seen():
    scenery, scene = surroundings("city")

    def seen(*places):
        movers = [Mover("person", (200, 60, 60), (*place, 0), (*place, 0), 0.0) for place in places]
        scene.traffic = Traffic(movers)
        return [s.number for s in Lookout(scenery).sights(facts("city"), look, NOON)]

    home = scene.place.home
    ahead = (20 * np.sin(np.radians(home)), 20 * np.cos(np.radians(home)))
    look = Pose(tilt=-8.0)
    assert seen(ahead) == [0]
    # half a metre behind the other, from where the eye is
    behind = tuple(value * 1.02 for value in ahead)
    assert seen(behind, ahead) == [1]
    # behind the eye, too far away to be more than a dot, and before it
    far = tuple(value * 60 for value in ahead)
    assert seen((-ahead[0], -ahead[1]), far, ahead) == [2]


def test_a_plate_is_on_the_end_that_faces_the_eye():
    scenery, scene = surroundings("city")
    home = np.radians(scene.place.home)
    start = (20 * np.sin(home), 20 * np.cos(home), 0)
    for heading in range(0, 360, 30):
        scene.traffic = Traffic(
            [Mover("car", (200, 60, 60), start, start, 0.0, heading=float(heading))]
        )
        (sight,) = Lookout(scenery).sights(facts("city"), Pose(tilt=-8.0), NOON)
        middle = sight.plate.y + sight.plate.height / 2 - sight.box.y
        assert middle > sight.box.height / 2
        assert 1 <= sight.plate.width < 0.5 * sight.box.width
        assert 1 <= sight.plate.height < 0.5 * sight.box.height
