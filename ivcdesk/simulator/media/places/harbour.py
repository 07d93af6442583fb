"""A container port: quay cranes, stacks, haulers, ships at the quay and under way."""

from __future__ import annotations

import math

import numpy as np

from ivcdesk.simulator.media.drawing import Colour, band, pulse
from ivcdesk.simulator.media.facades import Facade
from ivcdesk.simulator.media.ground import MARKING, YELLOW, Ground, Road, paint_road, paint_water
from ivcdesk.simulator.media.movers import Mover
from ivcdesk.simulator.media.places.base import (
    CONTAINERS,
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

_WEST_RAIL, _EAST_RAIL = 13.0, 31.0
_QUAY = 35.0
_VESTS: tuple[Colour, ...] = ((240, 132, 40), (222, 214, 60))


def harbour(rng: np.random.Generator) -> Place:
    """Build a quay that runs north and south; the water lies to the east."""
    sky, air = weather(rng)
    lane = Road(0.0, 0.0, 0, lanes=2, lane=4.0, walk=0, tone=(92, 94, 98))
    near: Colour = vary(rng, (46, 84, 98), 8)
    far: Colour = (148, 174, 188)

    def paint(ground: Ground) -> None:
        ground.fill((134, 134, 130), 0.05)
        foot = ground.footprint(1, 0)
        joints = pulse(ground.x, 6, 0.015, foot) + pulse(ground.y, 6, 0.015, ground.footprint(0, 1))
        ground.lay(np.clip(joints, 0, 1), (106, 106, 104), 0.6)
        paint_road(ground, lane)
        for rail in (_WEST_RAIL, _EAST_RAIL):
            ground.lay(band(ground.x, rail - 0.5, rail + 0.5, foot), (90, 88, 86))
            ground.lay(band(ground.x, rail - 0.1, rail + 0.1, foot), (158, 150, 144))
        edge = band(ground.x, _QUAY - 1.4, _QUAY - 0.4, foot)
        stripes = pulse(ground.x + ground.y, 2.4, 0.5, ground.footprint(0.7, 0.7))
        ground.lay(edge * stripes, YELLOW)
        ground.lay(edge * (1 - stripes), (52, 52, 54))
        for start in range(-240, 320, 60):
            box = band(ground.x, 15, 29, foot) * band(ground.y, start, start + 0.3, foot)
            ground.lay(box, MARKING, 0.8)
        paint_water(ground, np.clip((ground.x - _QUAY) / foot + 0.5, 0, 1), near, far)

    place = Place(
        eye=float(rng.uniform(15, 18)),
        home=float(rng.choice([6, 14, 170, 24])) + float(rng.uniform(-4, 4)),
        sky=sky,
        air=air,
        paint_ground=paint,
    )
    _quay(place, rng)
    _stacks(place, rng)
    _ships(place, rng)
    skyline(place, rng, 34, nearest=600, clear=lambda x, y: x < -350, tallest=150)
    hills(place, rng, 5.5, (98, 122, 140))
    models = ("hauler", "hauler", "hauler", "car", "van")
    road_traffic(place, rng, lane, speed=7.5, spacing=52, models=models, reach=330)
    for y in (40, 100, 180, -60):
        walkers(place, rng, (10, y), (10.5, y + 40), 2, _VESTS, dogs=int(y == 40))
    glints = np.random.default_rng(int(rng.integers(0, 1 << 30)))
    for _ in range(700):
        azimuth = glints.uniform(0.12, math.pi - 0.12)
        away = 40 + 900 * glints.random() ** 1.6
        x, y = away * math.sin(azimuth), away * math.cos(azimuth)
        if x > _QUAY + 4:
            place.glints.append((x, y))
    return place


def _quay(place: Place, rng: np.random.Generator) -> None:
    livery = pick(rng, ((52, 104, 164), (196, 74, 52), (214, 148, 54), (60, 128, 120)))
    for number, y in enumerate((62, 118, 190, 262, -70, -140, -215)):
        _quay_crane(place, rng, float(y) + float(rng.uniform(-8, 8)), livery, number)
    for y in range(-230, 330, 22):
        place.solids.append(
            Box(_QUAY - 1.0, float(y), 0.7, 0.7, 0.8, Facade((60, 62, 66)), roof=(80, 82, 86))
        )
    for y in range(-180, 300, 45):
        lamp_post(place, -10.5, float(y) + 12, (2.6, 0), 12)


def _quay_crane(
    place: Place, rng: np.random.Generator, y: float, livery: Colour, number: int
) -> None:
    """Add a ship-to-shore crane: legs, a raised girder over the water, a load on its way."""
    shade: Colour = (livery[0] * 0.8, livery[1] * 0.8, livery[2] * 0.8)
    w, e, half = _WEST_RAIL, _EAST_RAIL, 8.0
    girder, apex = 33.0, 54.0
    reach = 78.0
    beams: list[Beam] = []
    for side in (-half, half):
        beams += [
            Beam((w, y + side, 0), (w, y + side, girder), 1.3, livery),
            Beam((e, y + side, 0), (e, y + side, girder), 1.3, livery),
            Beam((w, y + side, 12), (e, y + side, 12), 1.1, shade),
            Beam((w, y + side, 12), (e, y + side, girder - 3), 0.6, shade),
            Beam((e, y + side * 0.9, girder), (e - 2, y + side * 0.2, apex), 0.9, livery),
            Beam((w - 18, y + side * 0.35, girder), (reach, y + side * 0.35, girder), 1.5, livery),
            Beam((e - 2, y + side * 0.2, apex), (reach - 4, y + side * 0.35, girder), 0.35, shade),
            Beam((e - 2, y + side * 0.2, apex), (56, y + side * 0.35, girder), 0.35, shade),
            Beam((e - 2, y + side * 0.2, apex), (w - 14, y + side * 0.35, girder), 0.35, shade),
        ]
    beams += [
        Beam((w, y - half, 12), (w, y + half, 12), 1.1, shade),
        Beam((e, y - half, 12), (e, y + half, 12), 1.1, shade),
        Beam((w, y - half, girder - 1), (w, y + half, girder - 1), 1.2, livery),
        Beam((e, y - half, girder - 1), (e, y + half, girder - 1), 1.2, livery),
        Beam((e - 2, y - 2, apex), (e - 2, y + 2, apex), 0.8, (220, 80, 60), 0.9),
    ]
    away = math.hypot(20, y)
    place.solids.append(Frame(tuple(beams), distance=max(away - 8, 6)))
    house = Facade((226, 228, 230), (70, 80, 92), "grid", (2.5, 3), (0.5, 0.4), 0.6, number)
    place.solids.append(
        Box(w - 6, y, 11, 6.5, girder + 6, house, girder + 0.6, 0.0, (170, 174, 178))
    )
    for x in (e + 9, e + 26, w + 9):
        place.lamps.append((x, y, 14.0))
    trolley = float(rng.uniform(0.35, 0.6))
    tint = pick(rng, CONTAINERS)
    phase = float(rng.uniform(0, 2))
    # The load swings out over the ship and back, its long side along the quay.
    place.movers.append(
        Mover("container", tint, (19, y, 14), (52, y, 24), trolley * 4, phase, returns=True,
              turns=False, heading=0.0)
    )  # fmt: skip


def _stacks(place: Place, rng: np.random.Generator) -> None:
    """Fill the yard west of the lane with blocks of containers and yard cranes over them."""
    livery = pick(rng, ((216, 168, 60), (196, 92, 56), (70, 120, 168)))
    for column, x in enumerate((-24.0, -52.0, -80.0, -112.0, -146.0)):
        for row, y in enumerate((-190.0, -118.0, -46.0, 32.0, 104.0, 176.0, 248.0)):
            if math.hypot(x, y) < 40 and rng.random() < 0.5:
                continue
            for part in range(2):
                tiers = int(rng.integers(2, 6)) if column else int(rng.integers(2, 5))
                length = 30.5 if part else 24.4
                middle = y - 14 + part * 29.5
                facade = Facade(
                    (150, 70, 60), style="containers", period=(6.1, 2.6),
                    salt=int(rng.integers(0, 3000)), palette=CONTAINERS,
                )  # fmt: skip
                wide = 12.5 if column else 10.0
                place.solids.append(
                    Box(x, middle, length, wide, tiers * 2.6, facade, turn=math.pi / 2)
                )
            if (row + column) % 3 == 1:
                _yard_crane(place, x, y + float(rng.uniform(-12, 12)), livery)


def _yard_crane(place: Place, x: float, y: float, livery: Colour) -> None:
    half, high, deep = 11.0, 19.0, 4.0
    beams: list[Beam] = []
    for dy in (-deep, deep):
        beams += [
            Beam((x - half, y + dy, 0.8), (x - half, y + dy, high), 0.8, livery),
            Beam((x + half, y + dy, 0.8), (x + half, y + dy, high), 0.8, livery),
            Beam(
                (x - half - 1, y + dy * 0.6, high), (x + half + 1, y + dy * 0.6, high), 1.2, livery
            ),
        ]
    for side in (-half, half):
        beams.append(
            Beam((x + side, y - deep - 1, 0.8), (x + side, y + deep + 1, 0.8), 1.4, livery)
        )
        beams.append(Beam((x + side, y - deep, high), (x + side, y + deep, high), 0.7, livery))
    place.solids.append(Frame(tuple(beams), distance=max(math.hypot(x, y) - 4, 5)))
    cabin = Facade((232, 234, 236), (60, 76, 92), "grid", (1.2, 2.2), (0.8, 0.5), 0.9)
    place.solids.append(Box(x - 3, y, 3.4, 3.0, high + 1.8, cabin, high - 0.6))


def _ships(place: Place, rng: np.random.Generator) -> None:
    berthed = (("ship0", 150.0), ("ship1", -150.0))
    for number, (kind, y) in enumerate(berthed):
        heading = 0.0 if number == 0 else 180.0
        x, where = 49.0, y + float(rng.uniform(-14, 14))
        place.movers.append(
            Mover(kind, (0, 0, 0), (x, where, 0), (x, where + 1, 0), 0.0, heading=heading)
        )
    for kind, x, speed in (
        ("ship2", 330.0, 6.0), ("ship3", 520.0, -5.0), ("tug", 130.0, 5.0),
        ("ferry", 230.0, -7.5), ("tug", 190.0, -4.0), ("ship1", 760.0, 7.0),
    ):  # fmt: skip
        away = 1500.0
        ends = (-away, away) if speed > 0 else (away, -away)
        for _ in range(2 if kind in ("tug", "ferry") else 1):
            place.movers.append(
                Mover(kind, (0, 0, 0), (x, ends[0], 0), (x + 30, ends[1], 0), abs(speed),
                      float(rng.random()))
            )  # fmt: skip
