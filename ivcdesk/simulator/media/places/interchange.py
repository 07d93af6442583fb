"""A motorway interchange: two carriageways, a bridge across, ramps, signs and fields."""

from __future__ import annotations

import itertools
import math

import numpy as np

from ivcdesk.simulator.media.drawing import Colour, band, grain
from ivcdesk.simulator.media.facades import Facade
from ivcdesk.simulator.media.ground import Ground, Road, paint_arc, paint_road
from ivcdesk.simulator.media.movers import Mover
from ivcdesk.simulator.media.nature import Tree
from ivcdesk.simulator.media.places.base import (
    LEAVES,
    PAINTS,
    Place,
    hills,
    lamp_post,
    pick,
    road_traffic,
    skyline,
    vary,
    weather,
)
from ivcdesk.simulator.media.solids import Box
from ivcdesk.simulator.media.steel import Beam, Frame

_DECK = 7.6
_FAST = ("car", "car", "suv", "car", "van", "truck", "hauler", "suv", "bus")


def interchange(rng: np.random.Generator) -> Place:
    """Build a motorway that leads north past the mast; a bridge crosses it."""
    sky, air = weather(rng)
    motorway = Road(15.0, 0.0, 0, lanes=3, lane=3.6, walk=0, median=3.0, tone=(82, 84, 88))
    over = float(rng.uniform(78, 96))
    bridge = Road(0.0, over, 90, lanes=1, lane=4.4, walk=0)
    field = vary(rng, (126, 142, 84), 8)
    crop = vary(rng, (176, 160, 96), 8)
    loop = (-46.0, over + 46.0, 34.0)

    def paint(ground: Ground) -> None:
        ground.fill(field, 0.09)
        plots = grain(ground.x + 400, ground.y, 60.0)
        patch = np.clip((plots - 0.05) * 9, 0, 1) * np.clip((ground.reach - 60) / 60, 0, 1)
        ground.lay(patch, crop, 0.7)
        ground.lay(band(ground.x, 0, 30, ground.footprint(1, 0)), (146, 140, 128), 0.5)
        paint_arc(ground, *loop, 8.0)
        paint_road(ground, motorway, solid=True)
        shadow = band(ground.y, over - 5, over + 9, ground.footprint(0, 1))
        ground.lay(shadow * band(ground.x, -260, 290, ground.footprint(1, 0)), (30, 34, 40), 0.4)

    place = Place(
        eye=float(rng.uniform(11.5, 13.5)),
        home=float(rng.uniform(-4, 14)),
        sky=sky,
        air=air,
        paint_ground=paint,
    )
    _bridge(place, rng, over, motorway)
    _roadside(place, rng, motorway, over)
    skyline(place, rng, 40, nearest=700, farthest=1900, tallest=150)
    hills(place, rng, 6.0, (100, 128, 124))
    road_traffic(place, rng, motorway, speed=25, spacing=78, models=_FAST, reach=400)
    road_traffic(place, rng, bridge, speed=14, spacing=64, models=_FAST, reach=280, z=_DECK)
    for number in range(4):
        kind = ("car", "suv", "van", "car")[number]
        place.movers.append(
            Mover(kind, pick(rng, PAINTS), (loop[0], loop[1], 0), speed=9.0,
                  phase=number / 4 + float(rng.uniform(0, 0.15)), radius=loop[2])
        )  # fmt: skip
    return place


def _bridge(place: Place, rng: np.random.Generator, y: float, motorway: Road) -> None:
    concrete = vary(rng, (176, 174, 168), 6)
    side = Facade(concrete, style="deck", trim=None)
    # In pieces, so that near and far parts are each painted in their place.
    for number in range(-8, 9):
        place.solids.append(
            Box(number * 34.0 + 15, y, 34.0, 11.6, _DECK, side, _DECK - 1.9, roof=(84, 86, 90))
        )
        for edge in (-5.8, 5.8):
            rail = Facade((198, 200, 200), style="plain")
            place.solids.append(
                Box(number * 34.0 + 15, y + edge, 34.0, 0.3, _DECK + 0.8, rail, _DECK,
                    roof=(214, 216, 216))
            )  # fmt: skip
    pier = Facade(vary(rng, (162, 160, 154), 5))
    for number in range(-8, 9):
        x = number * 34.0 + (15.0 if number == 0 else 15.0 + math.copysign(1.5, number))
        if number == 0 or abs(motorway.offset(x, y)) > motorway.half + 2:
            for dy in (-3.2, 3.2):
                place.solids.append(Box(x, y + dy, 1.3, 1.3, _DECK - 1.9, pier))


def _roadside(place: Place, rng: np.random.Generator, motorway: Road, over: float) -> None:
    steel: Colour = (166, 172, 176)
    for side in (-1, 1):
        t = side * (motorway.half + 1.0)
        beams: list[Beam] = []
        for s in range(-160, 330, 6):
            x, y = motorway.place(s, t)
            beams.append(Beam((x, y, 0), (x, y, 0.75), 0.14, steel))
            x1, y1 = motorway.place(s + 6, t)
            beams.append(Beam((x, y, 0.62), (x1, y1, 0.62), 0.3, (196, 200, 202)))
        place.solids.append(Frame(tuple(beams), distance=16 if side < 0 else 30))
    for s in range(-170, 330, 34):
        x, y = motorway.place(float(s), 0.0)
        if abs(y - over) > 12 and math.hypot(x, y) > 12:
            lamp_post(place, x, y, (3.0, 0), 11)
            lamp_post(place, x, y, (-3.0, 0), 11)
    _gantry(place, rng, motorway, float(rng.uniform(40, 52)))
    _gantry(place, rng, motorway, -70.0)
    for _ in range(120):
        x, y = float(rng.uniform(-260, 300)), float(rng.uniform(-300, 420))
        clear = motorway.half + 9
        if abs(motorway.offset(x, y)) < clear or abs(y - over) < 16 or math.hypot(x, y) < 26:
            continue
        if math.hypot(x + 46, y - over - 46) < 46 and math.hypot(x + 46, y - over - 46) > 24:
            continue
        leaf = vary(rng, pick(rng, LEAVES), 8)
        place.solids.append(
            Tree(x, y, float(rng.uniform(5, 11)), leaf, int(rng.integers(0, 999)),
                 cone=bool(rng.random() < 0.35))
        )  # fmt: skip
    _houses(place, rng, motorway)
    _pylons(place)


def _gantry(place: Place, rng: np.random.Generator, motorway: Road, s: float) -> None:
    left, y = motorway.place(s, -motorway.half - 1.4)
    right, _ = motorway.place(s, motorway.half + 1.4)
    grey: Colour = (150, 156, 160)
    beams = [
        Beam((left, y, 0), (left, y, 7.4), 0.4, grey),
        Beam((right, y, 0), (right, y, 7.4), 0.4, grey),
        Beam((left, y, 7.3), (right, y, 7.3), 0.3, grey),
        Beam((left, y, 6.3), (right, y, 6.3), 0.3, grey),
    ]
    for n in range(8):
        a = left + (right - left) * n / 8
        b = left + (right - left) * (n + 1) / 8
        beams.append(Beam((a, y, 6.3), (b, y, 7.3), 0.14, grey))
    plates = []
    green = vary(rng, (34, 116, 84), 8)
    # Only the boards of the lanes that come towards the eye's side show their faces.
    middle = (left + right) / 2
    for n in range(2):
        a = middle + 1.8 + n * 5.0 if s > 0 else middle - 6.2 - n * 5.0
        z0, z1 = 5.6, 8.4
        plates.append((((a, y, z0), (a, y, z1), (a + 4.4, y, z1), (a + 4.4, y, z0)), green, 0.5))
        for line, (z, long) in enumerate(((7.6, 3.2), (6.9, 2.4), (6.2, 2.8))):
            x0 = a + 0.5 + 0.15 * line
            corners = ((x0, y, z), (x0, y, z + 0.34), (x0 + long, y, z + 0.34), (x0 + long, y, z))
            plates.append((corners, (232, 238, 234), 0.9))
    place.solids.append(Frame(tuple(beams), tuple(plates), distance=math.hypot(middle, y)))


def _houses(place: Place, rng: np.random.Generator, motorway: Road) -> None:
    for _ in range(26):
        x, y = float(rng.uniform(-420, 430)), float(rng.uniform(-420, 520))
        if abs(motorway.offset(x, y)) < 60 or math.hypot(x, y) < 90 or abs(y - 87) < 40:
            continue
        wall = vary(rng, (208, 198, 182), 12)
        facade = Facade(wall, (70, 82, 96), "grid", (3, 3), (0.45, 0.5), 0.6,
                        int(rng.integers(0, 900)))  # fmt: skip
        roof = pick(rng, ((158, 84, 66), (120, 116, 116), (140, 96, 80)))
        place.solids.append(
            Box(x, y, float(rng.uniform(9, 22)), float(rng.uniform(8, 12)),
                float(rng.uniform(5, 10)), facade, turn=float(rng.uniform(0, 3)), roof=roof)
        )  # fmt: skip


def _pylons(place: Place) -> None:
    steel: Colour = (142, 150, 156)
    feet = [(-150.0, -260.0), (-128.0, -60.0), (-106.0, 140.0), (-84.0, 340.0)]
    for x, y in feet:
        beams = [
            Beam((x - 3, y, 0), (x - 0.4, y, 30), 0.3, steel),
            Beam((x + 3, y, 0), (x + 0.4, y, 30), 0.3, steel),
        ]
        for z, half in ((20.0, 6.0), (25.0, 4.6), (29.5, 3.0)):
            beams.append(Beam((x - half, y, z), (x + half, y, z), 0.3, steel))
        for n in range(5):
            a, b = 3 - n * 0.52, 3 - (n + 1) * 0.52
            beams.append(Beam((x - a, y, n * 6.0), (x + b, y, n * 6.0 + 6), 0.18, steel))
            beams.append(Beam((x + a, y, n * 6.0), (x - b, y, n * 6.0 + 6), 0.18, steel))
        place.solids.append(Frame(tuple(beams), distance=math.hypot(x, y)))
    for (x0, y0), (x1, y1) in itertools.pairwise(feet):
        wires: list[Beam] = []
        for z, half in ((20.0, 6.0), (25.0, 4.6)):
            for side in (-half, half):
                previous = (x0 + side, y0, z)
                for n in range(1, 7):
                    share = n / 6
                    sag = 5 * share * (1 - share) * 4 * 0.25
                    point = (x0 + (x1 - x0) * share + side, y0 + (y1 - y0) * share, z - sag * 3)
                    wires.append(Beam(previous, point, 0.06, (90, 96, 102)))
                    previous = point
        place.solids.append(Frame(tuple(wires), distance=math.hypot(x0, (y0 + y1) / 2)))
