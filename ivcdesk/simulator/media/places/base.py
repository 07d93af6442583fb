"""What a place is made of, and the parts that several kinds of place share."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from ivcdesk.simulator.media.drawing import Colour
from ivcdesk.simulator.media.facades import Facade
from ivcdesk.simulator.media.ground import Ground, Road
from ivcdesk.simulator.media.light import Sky
from ivcdesk.simulator.media.movers import Mover
from ivcdesk.simulator.media.nature import Ridge
from ivcdesk.simulator.media.solids import Air, Box, Solid
from ivcdesk.simulator.media.steel import Beam, Frame

PAINTS: tuple[Colour, ...] = (
    (184, 58, 52), (226, 229, 232), (226, 229, 232), (52, 92, 150), (40, 44, 50), (204, 164, 62),
    (126, 132, 138), (168, 174, 180), (72, 120, 108), (240, 240, 238), (58, 62, 70), (150, 88, 48),
)  # fmt: skip
CONTAINERS: tuple[Colour, ...] = (
    (166, 60, 48), (40, 86, 138), (206, 138, 52), (58, 116, 86), (190, 194, 198), (106, 56, 84),
    (34, 62, 96), (142, 78, 50), (70, 132, 152), (180, 52, 60), (92, 98, 104),
)  # fmt: skip
CLOTHES: tuple[Colour, ...] = (
    (232, 120, 40), (60, 92, 150), (170, 60, 70), (80, 120, 90), (220, 220, 214), (96, 80, 120),
)  # fmt: skip
COATS: tuple[Colour, ...] = ((150, 108, 66), (64, 52, 44), (206, 192, 168))
LEAVES: tuple[Colour, ...] = ((86, 124, 66), (104, 138, 74), (74, 112, 70), (124, 144, 78))


@dataclass
class Place:
    """Everything a camera can see: what stands, what moves, the ground, sky and air."""

    eye: float
    home: float
    sky: Sky
    air: Air
    paint_ground: Callable[[Ground], None]
    solids: list[Solid] = field(default_factory=list)
    movers: list[Mover] = field(default_factory=list)
    lamps: list[tuple[float, float, float]] = field(default_factory=list)
    glints: list[tuple[float, float]] = field(default_factory=list)


def pick(rng: np.random.Generator, colours: Sequence[Colour]) -> Colour:
    """Return one of several colours."""
    return colours[int(rng.integers(0, len(colours)))]


def vary(rng: np.random.Generator, colour: Colour, amount: float = 8) -> Colour:
    """Return a colour a little changed."""
    red, green, blue = (float(c + rng.uniform(-amount, amount)) for c in colour)
    return (red, green, blue)


def weather(rng: np.random.Generator) -> tuple[Sky, Air]:
    """Return one of a few kinds of day."""
    kinds: tuple[tuple[Colour, Colour, float, float], ...] = (
        ((66, 126, 204), (198, 221, 240), 0.6, 2300),
        ((90, 144, 204), (212, 226, 236), 0.8, 1700),
        ((84, 146, 206), (238, 227, 206), 0.5, 1800),
        ((112, 148, 188), (214, 222, 230), 1.0, 1200),
    )
    top, horizon, clouds, reach = kinds[int(rng.integers(0, len(kinds)))]
    air = Air((horizon[0] * 0.93, horizon[1] * 0.95, horizon[2] * 0.98), reach)
    return Sky(vary(rng, top), horizon, clouds), air


def lamp_post(
    place: Place, x: float, y: float, toward: tuple[float, float], height: float = 8.5
) -> None:
    """Add a street lamp whose arm reaches ``toward`` (m), and its light on the ground."""
    steel: Colour = (112, 118, 124)
    head = (x + toward[0], y + toward[1], height + 0.3)
    away = math.hypot(x, y)
    place.solids.append(
        Frame(
            (
                Beam((x, y, 0), (x, y, height), 0.2, steel),
                Beam((x, y, height - 0.1), head, 0.14, steel),
                Beam((head[0] - toward[0] * 0.3, head[1] - toward[1] * 0.3, height + 0.2), head,
                     0.34, (236, 238, 232), 1.0),
            ),
            distance=away,
        )
    )  # fmt: skip
    place.lamps.append((head[0], head[1], 9.0))


def skyline(
    place: Place,
    rng: np.random.Generator,
    count: int,
    *,
    nearest: float = 380,
    farthest: float = 1500,
    tallest: float = 170,
    clear: Callable[[float, float], bool] | None = None,
    lit: float = 0.35,
) -> None:
    """Add far towers all round; ``clear`` says where none may stand."""
    tones: tuple[Colour, ...] = (
        (142, 152, 164), (120, 134, 150), (164, 158, 150), (134, 142, 146), (108, 120, 138),
    )  # fmt: skip
    for number in range(count):
        azimuth = rng.uniform(0, 2 * math.pi)
        away = nearest + (farthest - nearest) * rng.random() ** 0.8
        x, y = away * math.sin(azimuth), away * math.cos(azimuth)
        if clear is not None and not clear(x, y):
            continue
        high = 28 + (tallest - 28) * rng.random() ** 2.2
        wide, deep = rng.uniform(22, 58), rng.uniform(18, 40)
        style = "bands" if rng.random() < 0.4 else "grid"
        facade = Facade(
            vary(rng, pick(rng, tones), 10),
            vary(rng, (84, 104, 126), 10),
            "grid",
            (4.2, 3.6) if style == "grid" else (9.0, 3.8),
            (0.58, 0.5) if style == "grid" else (0.96, 0.55),
            lit,
            int(rng.integers(0, 400)) + number,
        )
        turn = rng.uniform(0, math.pi)
        place.solids.append(Box(x, y, wide, deep, high, facade, turn=turn))
        if high > 70 and rng.random() < 0.6:
            crown = Facade(facade.wall, facade.pane, "plain")
            place.solids.append(
                Box(x, y, wide * 0.5, deep * 0.5, high + rng.uniform(4, 12), crown, high, turn)
            )


def hills(place: Place, rng: np.random.Generator, high: float, tone: Colour) -> None:
    """Add two rows of hills along the whole horizon."""
    pale: Colour = (tone[0] * 0.6 + 86, tone[1] * 0.6 + 88, tone[2] * 0.6 + 92)
    place.solids.append(Ridge(pale, 0.6, high, int(rng.integers(0, 1000)), distance=3900))
    place.solids.append(Ridge(tone, 0.0, high * 0.55, int(rng.integers(0, 1000)), distance=3700))


def road_traffic(
    place: Place,
    rng: np.random.Generator,
    road: Road,
    *,
    reach: float = 380,
    speed: float = 12,
    spacing: float = 38,
    z: float = 0.0,
    models: Sequence[str] = ("car", "car", "suv", "car", "van", "bus", "truck"),
    window: tuple[float, float] = (0.0, 1.0),
    cycle: float = 0.0,
    meet: float = 0.0,
) -> None:
    """Fill a road's lanes with vehicles that keep to the right.

    With a ``cycle`` (s) they drive in groups: each passes the place ``meet`` (m along the road)
    inside the given ``window`` of the cycle, so that two roads can share a crossing.
    """
    for side in (1, -1):
        for lane in range(road.lanes):
            t = side * (road.median / 2 + (lane + 0.5) * road.lane)
            pace = speed * (1 - 0.12 * lane) if not cycle else speed
            length = 2 * reach
            offsets: list[float] = []
            if cycle:
                rounds = max(round(length / (pace * cycle)), 1)
                length = rounds * pace * cycle
                for n in range(rounds):
                    when = window[0] + rng.uniform(0.0, 0.1)
                    while when < window[1]:
                        offsets.append((n + when) * cycle)
                        when += rng.uniform(0.75, 1.7) * spacing / pace / cycle
            else:
                gap = 0.0
                while gap < length - spacing * 0.6:
                    offsets.append(gap / pace)
                    gap += rng.uniform(0.6, 1.7) * spacing
            first, last = road.place(-length / 2, t), road.place(length / 2, t)
            begin, end = (first, last) if side > 0 else (last, first)
            entry = (meet + length / 2) if side > 0 else (length / 2 - meet)
            for when in offsets:
                kind = models[int(rng.integers(0, len(models)))]
                tint = pick(rng, CONTAINERS if kind == "hauler" else PAINTS)
                if kind == "bus":
                    tint = pick(rng, ((42, 112, 170), (204, 82, 60), (64, 140, 96)))
                # At time `when` it is at the meeting place, `entry` metres after the start.
                phase = (entry - when * pace) / length % 1.0
                place.movers.append(Mover(kind, tint, (*begin, z), (*end, z), pace, phase))


def walkers(
    place: Place,
    rng: np.random.Generator,
    first: tuple[float, float],
    last: tuple[float, float],
    count: int,
    colours: Sequence[Colour] = CLOTHES,
    *,
    dogs: int = 0,
) -> None:
    """Let people walk to and fro between two places; the first ``dogs`` of them have one along."""
    for number in range(count):
        dx, dy = rng.uniform(-1.3, 1.3, 2)
        a, b = sorted(rng.uniform(0, 1, 2))
        if b - a < 0.3:
            a, b = 0.0, 1.0
        start = (first[0] + (last[0] - first[0]) * a + dx, first[1] + (last[1] - first[1]) * a + dy)
        end = (first[0] + (last[0] - first[0]) * b + dx, first[1] + (last[1] - first[1]) * b + dy)
        place.movers.append(
            Mover("person", pick(rng, colours), (*start, 0), (*end, 0), rng.uniform(1.0, 1.5),
                  rng.uniform(0, 2), returns=True)
        )  # fmt: skip
        if number < dogs:
            walker = place.movers[-1]
            beside = (start[0] + 0.7, start[1] + 0.3, 0), (end[0] + 0.7, end[1] + 0.3, 0)
            coat = COATS[len(place.movers) % len(COATS)]
            place.movers.append(
                dataclasses.replace(walker, model="dog", tint=coat, start=beside[0], end=beside[1])
            )


def smoke(
    place: Place, x: float, y: float, z: float, wind: tuple[float, float], big: float
) -> None:
    """Let a chimney steam: soft balls that rise, drift and grow."""
    for number in range(9):
        place.movers.append(
            Mover("puff", (84.0, 0.0, 0.0), (x, y, z),
                  (x + wind[0], y + wind[1], z + 15 * big), 2.6, number / 9,
                  grows=5.0, size=2.1 * big)
        )  # fmt: skip
