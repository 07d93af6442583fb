"""A works yard: halls with loading docks, silos, steaming chimneys, forklifts and trucks."""

from __future__ import annotations

import math

import numpy as np

from ivcdesk.simulator.media.drawing import Colour, band, pulse
from ivcdesk.simulator.media.facades import Facade
from ivcdesk.simulator.media.ground import (
    YELLOW,
    Ground,
    Road,
    paint_road,
    paint_slots,
)
from ivcdesk.simulator.media.movers import Mover
from ivcdesk.simulator.media.nature import Tree
from ivcdesk.simulator.media.places.base import (
    CONTAINERS,
    LEAVES,
    PAINTS,
    Place,
    hills,
    lamp_post,
    pick,
    road_traffic,
    skyline,
    smoke,
    vary,
    walkers,
    weather,
)
from ivcdesk.simulator.media.solids import Box, Drum
from ivcdesk.simulator.media.steel import Beam, Frame

_VESTS: tuple[Colour, ...] = ((240, 132, 40), (222, 214, 60), (60, 100, 160))


def factory(rng: np.random.Generator) -> Place:
    """Build a yard that leads north between halls; a public road passes in the east."""
    sky, air = weather(rng)
    outside = Road(58.0, 0.0, 0, lanes=1, walk=3.0)
    grass = vary(rng, (122, 136, 92), 6)

    def paint(ground: Ground) -> None:
        ground.fill((140, 138, 133), 0.06)
        fx, fy = ground.footprint(1, 0), ground.footprint(0, 1)
        joints = pulse(ground.x, 5, 0.014, fx) + pulse(ground.y, 5, 0.014, fy)
        ground.lay(np.clip(joints, 0, 1), (108, 107, 104), 0.55)
        tone = ground.texture(0.09)
        for start, end in ((44.0, 52.0), (66.0, 900.0)):
            cover = band(ground.x, start, end, fx)
            ground.lay(cover, np.stack([channel * tone for channel in grass]))
        paint_road(ground, outside)
        for edge in (-7.0, 13.0):
            ground.lay(band(ground.x, edge - 0.12, edge + 0.12, fx), YELLOW, 0.9)
        walk = band(ground.x, 13.6, 15.4, fx) * pulse(ground.y, 1.0, 0.5, fy)
        ground.lay(walk * band(ground.y, -40, 130, fy), (218, 220, 216), 0.85)
        paint_slots(ground, 20, 14, 0, 11, (3.0, 6.0))
        paint_slots(ground, 38, 14, 0, 11, (3.0, 5.5))
        paint_slots(ground, -24, 10, 0, 9, (5.4, 17.0))

    place = Place(
        eye=float(rng.uniform(8.5, 10.5)),
        home=float(rng.uniform(-8, 14)),
        sky=sky,
        air=air,
        paint_ground=paint,
    )
    brand = pick(rng, ((52, 104, 164), (186, 66, 56), (54, 128, 108), (210, 142, 56)))
    _halls(place, rng, brand)
    _plant(place, rng)
    _fence(place, rng)
    skyline(place, rng, 24, nearest=550, clear=lambda x, y: x > 150, tallest=110)
    hills(place, rng, 5.0, (112, 134, 128))
    road_traffic(place, rng, outside, speed=13, spacing=60, reach=340)
    _work(place, rng)
    return place


def _halls(place: Place, rng: np.random.Generator, brand: Colour) -> None:
    pale = vary(rng, (204, 208, 210), 6)
    hall = Facade(pale, style="ribs", base=brand, trim=(150, 154, 158))
    roof: Colour = (172, 176, 178)
    # The warehouse in the west, with its docks towards the yard.
    place.solids.append(Box(-62, 45, 44, 92, 10.5, hall, roof=roof))
    for number in range(9):
        y = 12.7 + number * 5.4
        door = Facade((228, 230, 228) if number % 4 else (70, 74, 80), style="ribs")
        place.solids.append(Box(-39.85, y, 0.3, 3.6, 4.4, door, 1.1))
        place.solids.append(Box(-39.4, y, 1.2, 4.4, 5.1, Facade(brand), 4.75, roof=brand))
    # Works halls with saw-tooth lights at the end of the yard.
    works = Facade(
        vary(rng, (166, 120, 98), 8), (120, 146, 160), "grid", (4.5, 6.0), (0.7, 0.5), 0.6,
        int(rng.integers(0, 900)), trim=(110, 90, 80),
    )  # fmt: skip
    for number in range(4):
        x = -28.0 + number * 20
        place.solids.append(Box(x, 168, 19.5, 40, 13.5, works, roof=(142, 140, 138)))
        glass = Facade((150, 178, 192), style="plain", trim=(200, 202, 204))
        place.solids.append(Box(x, 150, 18, 3, 16.5, glass, 13.5))
    office = Facade(
        vary(rng, (210, 206, 198), 6), (72, 98, 122), "bands", (1.8, 3.5), (0.94, 0.6), 0.45,
        int(rng.integers(0, 900)), trim=brand,
    )  # fmt: skip
    place.solids.append(Box(30, 122, 26, 14, 15, office, roof=(150, 152, 154)))
    place.solids.append(Box(-54, -60, 50, 60, 12, hall, roof=roof))
    place.solids.append(Box(24, -92, 70, 40, 14, works, roof=(150, 148, 146)))
    gate = Facade((226, 226, 222), (60, 80, 100), "grid", (1.6, 2.4), (0.7, 0.6), 1.0)
    place.solids.append(Box(40, -22, 5, 4, 3.2, gate, roof=brand))
    for number in range(7):
        y = 16.0 + 6 * float(rng.integers(0, 9))
        paint = Facade((170, 70, 60), style="containers", period=(6.1, 2.6), palette=CONTAINERS,
                       salt=int(rng.integers(0, 3000)))  # fmt: skip
        if number < 3:
            place.solids.append(Box(9.5 - 2.5 * number, 100 + y * 0.2, 2.44, 12.2, 2.6, paint))


def _plant(place: Place, rng: np.random.Generator) -> None:
    white: Colour = (224, 226, 226)
    red: Colour = (190, 62, 52)
    bands = tuple((z, z + 3.6, red) for z in (15.0, 22.0, 29.0))
    for x, y, high in ((-52.0, 205.0, 33.0), (-36.0, 214.0, 33.0), (46.0, 230.0, 33.0)):
        place.solids.append(Drum(x, y, 2.6, high, white, rings=bands, beacon=True))
        smoke(place, x, y, high, (float(rng.uniform(24, 44)), float(rng.uniform(-6, 6))), 1.3)
    steel = vary(rng, (196, 202, 206), 5)
    for number in range(4):
        rings = ((3.0, 3.3, (150, 156, 160)), (8.0, 8.3, (150, 156, 160)),
                 (12.6, 12.9, (150, 156, 160)))  # fmt: skip
        place.solids.append(Drum(58.0 + 9.5 * number, 150, 4.2, 17.0, steel, rings=rings))
    for number in range(3):
        place.solids.append(Drum(-20.0 + number * 19, -52, 7.5, 9.0, white,
                                 rings=((6.6, 7.4, (60, 120, 170)),)))  # fmt: skip
    pipe: Colour = (176, 182, 186)
    beams = [Beam((-30, 141, z), (62, 141, z), 0.55, pipe) for z in (6.2, 7.0)]
    beams += [Beam((x, 141, 0), (x, 141, 7), 0.4, (126, 130, 134)) for x in range(-30, 64, 13)]
    place.solids.append(Frame(tuple(beams), distance=140))


def _fence(place: Place, rng: np.random.Generator) -> None:
    post: Colour = (132, 138, 140)
    beams: list[Beam] = []
    for y in range(-120, 260, 4):
        if -34 < y < -18:
            continue
        beams.append(Beam((44, y, 0), (44, y, 2.2), 0.09, post))
    for start, end in ((-120, -34), (-18, 256)):
        beams += [
            Beam((44, y, z), (44, min(y + 16, end), z), 0.05, post)
            for z in (0.4, 1.2, 2.1)
            for y in range(start, end, 16)
        ]
    place.solids.append(Frame(tuple(beams), distance=44))
    for y in range(-130, 280, 11):
        for x in (72.0, 84.0):
            if rng.random() < 0.8:
                dx, dy = rng.uniform(-2, 2, 2)
                leaf = vary(rng, pick(rng, LEAVES), 8)
                place.solids.append(
                    Tree(x + float(dx), y + float(dy), float(rng.uniform(6, 11)), leaf,
                         int(rng.integers(0, 999)), cone=bool(rng.random() < 0.3))
                )  # fmt: skip
    for y in range(-60, 150, 30):
        lamp_post(place, 15.8, float(y) + 8, (-2.2, 0), 9)
        lamp_post(place, -36.5, float(y) + 8, (2.4, 0), 9)


def _work(place: Place, rng: np.random.Generator) -> None:
    """Park trucks at the docks and cars in the bays, and let the yard be busy."""
    for number in range(9):
        if rng.random() < 0.6:
            y = 12.7 + number * 5.4
            kind = "truck" if rng.random() < 0.6 else "hauler"
            place.movers.append(_parked(kind, pick(rng, CONTAINERS), -30.5, y, 90))
    for x, heading in ((23.0, 90), (40.7, 270)):
        for number in range(11):
            if rng.random() < 0.7:
                y = 15.5 + number * 3.0
                kind = ("car", "suv", "van")[int(rng.integers(0, 3))]
                place.movers.append(_parked(kind, pick(rng, PAINTS), x, y, heading))
    for phase in (0.0, 0.7, 1.4):
        y = float(rng.uniform(20, 60))
        place.movers.append(
            Mover("forklift", (226, 160, 48), (-18, y, 0), (8, y + 24, 0), 3.2,
                  phase + float(rng.uniform(0, 0.4)), returns=True)
        )  # fmt: skip
    place.movers.append(
        Mover("forklift", (226, 160, 48), (4, 24, 0), (6, 132, 0), 4.0, 0.3, returns=True)
    )
    for phase in (0.05, 0.42, 0.77):
        kind = "hauler" if phase < 0.5 else "truck"
        place.movers.append(
            Mover(kind, pick(rng, CONTAINERS), (9, -150, 0), (9, 260, 0), 6.5, phase)
        )
        place.movers.append(
            Mover(kind, pick(rng, CONTAINERS), (-3, 260, 0), (-3, -150, 0), 6.5, phase + 0.2)
        )
    walkers(place, rng, (14.5, 4), (14.5, 110), 6, _VESTS, dogs=1)
    walkers(place, rng, (-12, 18), (-34, 60), 4, _VESTS)
    walkers(place, rng, (34, 14), (34, 50), 2, _VESTS, dogs=1)


def _parked(kind: str, tint: Colour, x: float, y: float, heading: float) -> Mover:
    turn = math.radians(heading)
    end = (x + math.sin(turn), y + math.cos(turn), 0.0)
    return Mover(kind, tint, (x, y, 0.0), end, 0.0)
