"""A crossing in a city: streets with houses, shops, trees, lamps, cars and people."""

from __future__ import annotations

import math

import numpy as np

from ivcdesk.simulator.media.drawing import Colour, scaled
from ivcdesk.simulator.media.facades import Facade
from ivcdesk.simulator.media.ground import Ground, Road, paint_road
from ivcdesk.simulator.media.nature import Tree
from ivcdesk.simulator.media.places.base import (
    LEAVES,
    Place,
    hills,
    lamp_post,
    pick,
    road_traffic,
    skyline,
    vary,
    walkers,
    weather,
)
from ivcdesk.simulator.media.solids import Box
from ivcdesk.simulator.media.steel import Beam, Frame

_WALLS: tuple[Colour, ...] = (
    (176, 160, 142), (158, 166, 174), (188, 178, 164), (146, 120, 104), (128, 142, 158),
    (196, 192, 184), (164, 134, 116), (138, 150, 150), (120, 130, 146),
)  # fmt: skip
_CYCLE = 26.0


def city(rng: np.random.Generator) -> Place:
    """Build a crossing seen from a mast at the kerb; its avenue leads north."""
    sky, air = weather(rng)
    away = float(rng.uniform(40, 52))
    avenue = Road(9.5, 0.0, 0, lanes=2, walk=5.0)
    street = Road(0.0, away, 90, lanes=2 if rng.random() < 0.6 else 1, walk=4.5)
    grass = vary(rng, (112, 136, 84))
    gap = street.half + 3.5
    crossing = (away - gap, away + gap)

    def paint(ground: Ground) -> None:
        ground.fill((142, 140, 134), 0.05)
        park = np.clip((-ground.x - 7) / 2 + 0.5, 0, 1) * np.clip(
            (away - 12 - ground.y) / 2 + 0.5, 0, 1
        )
        ground.lay(park, grass)
        tone = ground.texture(0.1)
        ground.colour *= 1 + (tone - 1) * park
        side = avenue.x
        paint_road(
            ground,
            street,
            breaks=((side - avenue.half - 4, side + avenue.half + 4),),
            zebras=(side - avenue.half - 4.5, side + avenue.half + 4.5),
        )
        paint_road(
            ground, avenue, breaks=(crossing,), zebras=(crossing[0] - 0.5, crossing[1] + 0.5)
        )

    place = Place(
        eye=float(rng.uniform(8.2, 9.6)),
        home=float(rng.uniform(-3, 11)),
        sky=sky,
        air=air,
        paint_ground=paint,
    )
    _houses(place, rng, avenue, street, away)
    skyline(
        place,
        rng,
        60,
        nearest=420,
        clear=lambda x, y: abs(avenue.offset(x, y)) > 50 and abs(street.offset(x, y)) > 50,
    )
    hills(place, rng, 4.5, (108, 130, 138))
    _street_furniture(place, rng, avenue, street, away)
    road_traffic(place, rng, avenue, spacing=19, window=(0.02, 0.38), meet=away, cycle=_CYCLE)
    road_traffic(
        place, rng, street, spacing=19, window=(0.53, 0.87), meet=avenue.x, speed=11, cycle=_CYCLE
    )
    for side in (-1, 1):
        edge = side * (avenue.half + 2.6)
        walkers(place, rng, avenue.place(6, edge), avenue.place(away - 9, edge), 5, dogs=1)
        walkers(place, rng, avenue.place(away + 12, edge), avenue.place(away + 90, edge), 5)
    walkers(place, rng, (-12, 10), (-34, 22), 3, dogs=1)
    return place


def _houses(
    place: Place, rng: np.random.Generator, avenue: Road, street: Road, away: float
) -> None:
    for side in (-1, 1):
        _row(place, rng, avenue, side, (away + street.half + 8, 400), street, busy=True)
        south = -360.0
        stop = -16.0 if side < 0 else away - street.half - 8
        _row(place, rng, avenue, side, (south, stop), street, busy=True)
    for direction in (-1, 1):
        for side in (-1, 1):
            start = avenue.half + 34
            limits = (avenue.x + start, 380.0) if direction > 0 else (-380.0, avenue.x - start)
            _row(place, rng, street, side, limits, avenue, busy=False)


def _row(
    place: Place,
    rng: np.random.Generator,
    road: Road,
    side: int,
    limits: tuple[float, float],
    other: Road,
    *,
    busy: bool,
) -> None:
    """Line one side of a road with houses between two places along it."""
    s, end = limits
    turn = math.radians(90 - road.bearing)
    while s < end - 12:
        wide = float(rng.uniform(15, 32))
        deep = float(rng.uniform(13, 24))
        wide = min(wide, end - s)
        setback = road.half + road.walk + float(rng.uniform(1.5, 5.0))
        x, y = road.place(s + wide / 2, side * (setback + deep / 2))
        s += wide + float(rng.uniform(0.5, 7.0))
        near = math.hypot(x, y)
        # Nothing may stand in the other road or right before the camera.
        if abs(other.offset(x, y)) < other.half + other.walk + wide / 2 + 1 or near < 26:
            continue
        high = float(rng.uniform(10, 26) if rng.random() < 0.55 else rng.uniform(26, 62))
        if near < 60:
            high = min(high, 34.0)
        glassy = rng.random() < 0.28
        wall = vary(rng, (110, 128, 146) if glassy else pick(rng, _WALLS), 8)
        facade = Facade(
            wall,
            vary(rng, (70, 96, 122) if glassy else (66, 80, 96), 8),
            "bands" if glassy else "grid",
            (1.6, 3.6) if glassy else (float(rng.uniform(2.4, 3.6)), float(rng.uniform(3.1, 3.6))),
            (0.94, 0.74) if glassy else (float(rng.uniform(0.42, 0.62)), 0.52),
            float(rng.uniform(0.25, 0.5)),
            int(rng.integers(0, 3000)),
            vary(rng, (96, 90, 86), 14) if busy else None,
            scaled(wall, 0.86),
        )
        roof = vary(rng, (128, 124, 120), 10)
        place.solids.append(Box(x, y, wide, deep, high, facade, turn=turn, roof=roof))
        if rng.random() < 0.55:
            top = high + float(rng.uniform(2.2, 4.0))
            hut = Facade(scaled(wall, 0.9))
            place.solids.append(Box(x, y, wide * 0.35, deep * 0.4, top, hut, high, turn, roof))


def _street_furniture(
    place: Place, rng: np.random.Generator, avenue: Road, street: Road, away: float
) -> None:
    for s in np.arange(-150, 300, 24.0):
        for side in (-1, 1):
            x, y = avenue.place(float(s) + 8, side * (avenue.half + 1.0))
            if abs(street.offset(x, y)) < street.half + 3 or math.hypot(x, y) < 9:
                continue
            ax = -side * 2.2
            lamp_post(place, x, y, (ax, 0))
            tx, ty = avenue.place(float(s) - 4, side * (avenue.half + 2.2))
            if abs(street.offset(tx, ty)) > street.half + 7 and math.hypot(tx, ty) > 16:
                height = float(rng.uniform(5, 7.5))
                leaf = vary(rng, pick(rng, LEAVES), 6)
                place.solids.append(Tree(tx, ty, height, leaf, int(rng.integers(0, 999))))
    for _ in range(16):
        x, y = float(rng.uniform(-70, -13)), float(rng.uniform(-10, away - 20))
        leaf = vary(rng, pick(rng, LEAVES), 8)
        height = float(rng.uniform(5, 10))
        place.solids.append(Tree(x, y, height, leaf, int(rng.integers(0, 999))))
    for side in (-1, 1):
        x, y = avenue.place(away + side * (street.half + 2.2), side * (avenue.half + 1.2))
        _signal(place, x, y, -side)


def _signal(place: Place, x: float, y: float, side: int) -> None:
    dark: Colour = (58, 62, 66)
    reach = side * 5.5
    away = math.hypot(x, y)
    lamps: list[Beam] = []
    for number, tone in enumerate(((210, 56, 48), (214, 170, 60), (60, 190, 110))):
        z = 6.5 - 0.42 * number
        lamps.append(
            Beam(
                (x + reach, y, z), (x + reach, y, z - 0.28), 0.3, tone, 1.0 if number != 1 else 0.0
            )
        )
    place.solids.append(
        Frame(
            (
                Beam((x, y, 0), (x, y, 6.6), 0.22, dark),
                Beam((x, y, 6.4), (x + reach, y, 6.7), 0.14, dark),
                Beam((x + reach, y, 6.7), (x + reach, y, 5.3), 0.55, (30, 32, 36)),
                *lamps,
            ),
            distance=away,
        )
    )
