"""Low-poly models of the things that move, in metres: x forward, y to the left, z up."""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ivcdesk.simulator.media.drawing import Colour, F
from ivcdesk.simulator.media.planes import Array

GLASS: Colour = (42, 52, 64)
DARK: Colour = (34, 36, 40)
#: Stands for the colour that a thing is given.
BODY: Colour = (-1.0, -1.0, -1.0)
LAMP: Colour = (255, 240, 205)
TAIL: Colour = (214, 40, 34)


@dataclass(frozen=True)
class Face:
    """A flat convex piece: corners (n, 3), colour (``BODY`` takes the thing's own), light."""

    corners: Array
    colour: Colour
    glow: float = 0.0
    opacity: float = 1.0
    flat: bool = False


@dataclass(frozen=True)
class Model:
    """Faces of one thing, packed: all corners (n, 3), and where each face's corners begin.

    ``groups`` are the numbers of the faces by how many corners they have; the other arrays
    repeat what the faces say, for all of them at once.
    """

    faces: tuple[Face, ...]
    points: Array
    starts: Array
    normals: Array
    size: float
    counts: Array
    groups: tuple[tuple[int, Array], ...]
    flat: Array
    tones: Array
    glows: Array
    bodies: Array
    opacities: Array
    lamps: tuple[tuple[tuple[float, float, float], Colour], ...] = ()


def block(
    x: tuple[float, float],
    y: tuple[float, float],
    z: tuple[float, float],
    colour: Colour,
    *,
    top: tuple[float, float, float, float] = (0, 0, 0, 0),
    lid: Colour | None = None,
    glow: float = 0.0,
) -> list[Face]:
    """Return a block; ``top`` moves its upper edges in (back, front, right, left; metres)."""
    low = [(x[0], y[0]), (x[1], y[0]), (x[1], y[1]), (x[0], y[1])]
    back, front, right, left = top
    high = [
        (x[0] + back, y[0] + right),
        (x[1] - front, y[0] + right),
        (x[1] - front, y[1] - left),
        (x[0] + back, y[1] - left),
    ]
    faces = [
        Face(np.array([(*corner, z[1]) for corner in high], F), lid or colour, glow),
    ]
    for n in range(4):
        m = (n + 1) % 4
        corners = [(*low[n], z[0]), (*low[m], z[0]), (*high[m], z[1]), (*high[n], z[1])]
        faces.append(Face(np.array(corners, F), colour, glow))
    return faces


def _wheel(x: float, side: float, radius: float) -> list[Face]:
    turns = np.linspace(0, 2 * math.pi, 10, endpoint=False) * (1 if side < 0 else -1)
    rings = []
    for share, colour in ((1.0, DARK), (0.5, (120.0, 124.0, 130.0))):
        ring = [
            (x + share * radius * math.cos(a), side, radius + share * radius * math.sin(a))
            for a in turns
        ]
        rings.append(Face(np.array(ring, F), colour))
    return rings


def _wheels(places: Sequence[float], half: float, radius: float) -> list[Face]:
    return [face for x in places for side in (-half, half) for face in _wheel(x, side, radius)]


def _shadow(length: float, width: float) -> Face:
    turns = np.linspace(0, 2 * math.pi, 14, endpoint=False)
    ring = [(math.cos(a) * length / 2 * 1.08, math.sin(a) * width / 2 * 1.25, 0.02) for a in turns]
    return Face(np.array(ring, F), (26, 30, 36), opacity=0.42, flat=True)


def _plate(corners: Sequence[tuple[float, float, float]], colour: Colour, glow: float) -> Face:
    return Face(np.array(corners, F), colour, glow)


def _lights(front: float, back: float, half: float, z: float, size: float) -> list[Face]:
    faces = []
    for side in (-half + size, half - size):
        a, b = side - size * 0.6, side + size * 0.6
        faces.append(
            _plate(
                [(front, a, z), (front, b, z), (front, b, z + size), (front, a, z + size)],
                LAMP,
                1.0,
            )
        )
        faces.append(
            _plate(
                [(back, b, z), (back, a, z), (back, a, z + size), (back, b, z + size)], TAIL, 0.8
            )
        )
    return faces


def _pack(
    faces: list[Face], lamps: Sequence[tuple[tuple[float, float, float], Colour]] = ()
) -> Model:
    points = np.concatenate([face.corners for face in faces])
    starts, total = [], 0
    normals = []
    for face in faces:
        starts.append(total)
        total += len(face.corners)
        a, b, c = face.corners[0], face.corners[1], face.corners[2]
        normal = np.cross(b - a, c - a)
        normals.append(normal / max(float(np.linalg.norm(normal)), 1e-6))
    size = float(np.abs(points).max())
    counts = np.array([len(face.corners) for face in faces])
    groups = tuple((int(n), np.flatnonzero(counts == n)) for n in np.unique(counts))
    own = np.array([face.colour is BODY for face in faces])
    tones = np.array([(0, 0, 0) if face.colour is BODY else face.colour for face in faces], F)
    return Model(
        faces=tuple(faces),
        points=points,
        starts=np.array(starts),
        normals=np.array(normals, F),
        size=size,
        counts=counts,
        groups=groups,
        flat=np.array([face.flat for face in faces]),
        tones=tones,
        glows=np.array([face.glow for face in faces], F),
        bodies=own,
        opacities=np.array([face.opacity for face in faces], F),
        lamps=tuple(lamps),
    )


def _car_lamps(
    front: float, back: float, half: float, z: float
) -> list[tuple[tuple[float, float, float], Colour]]:
    out: list[tuple[tuple[float, float, float], Colour]] = []
    for side in (-half, half):
        out.append(((front, side, z), LAMP))
        out.append(((back, side, z), TAIL))
    return out


def _car(length: float, height: float, cabin: tuple[float, float]) -> Model:
    half, back, front = 0.9, -length / 2, length / 2
    faces = [_shadow(length, 1.9)]
    faces += block((back, front), (-half, half), (0.28, 0.62), BODY)
    faces += block((back + 0.05, front - 0.05), (-half, half), (0.62, 0.92), BODY,
                   top=(0.1, 0.25, 0.06, 0.06))  # fmt: skip
    faces += block((cabin[0], cabin[1]), (-half + 0.06, half - 0.06), (0.92, height), GLASS,
                   top=(0.45, 0.75, 0.16, 0.16), lid=BODY)  # fmt: skip
    faces += _lights(front + 0.01, back - 0.01, half, 0.55, 0.24)
    faces += _wheels((back + 0.85, front - 0.85), half + 0.01, 0.34)
    return _pack(faces, _car_lamps(front, back, half - 0.24, 0.66))


def _van() -> Model:
    faces = [_shadow(5.2, 2.1)]
    faces += block((-2.6, 2.5), (-1, 1), (0.35, 1.1), BODY)
    faces += block((-2.6, 2.45), (-1, 1), (1.1, 2.2), BODY, top=(0.05, 0.9, 0.08, 0.08))
    glass = ((0.4, 1.2, 1.25, 1.95), (1.3, 2.0, 1.25, 1.85))
    for a, b, low, high in glass:
        for side in (-1, 1):
            y = side * 0.99
            ring = [(a, y, low), (b, y, low), (b, side * 0.94, high), (a, side * 0.94, high)]
            faces.append(Face(np.array(ring if side < 0 else ring[::-1], F), GLASS))
    faces.append(
        _plate(
            [(2.44, -0.85, 1.2), (2.44, 0.85, 1.2), (1.75, 0.8, 2.05), (1.75, -0.8, 2.05)],
            GLASS,
            0.0,
        )
    )
    faces += _lights(2.51, -2.61, 1.0, 0.7, 0.28)
    faces += _wheels((-1.6, 1.6), 1.01, 0.38)
    return _pack(faces, _car_lamps(2.5, -2.6, 0.75, 0.85))


def _bus() -> Model:
    faces = [_shadow(11.5, 2.6)]
    faces += block((-5.7, 5.7), (-1.25, 1.25), (0.4, 1.35), BODY)
    faces += block((-5.7, 5.7), (-1.25, 1.25), (1.35, 2.55), GLASS, glow=0.55)
    faces += block((-5.7, 5.7), (-1.25, 1.25), (2.55, 3.15), (232, 234, 236),
                   top=(0.1, 0.15, 0.1, 0.1))  # fmt: skip
    for x in (-3.6, -1.4, 0.8, 3.0):
        for side in (-1.26, 1.26):
            ring = [(x, side, 1.35), (x + 0.18, side, 1.35), (x + 0.18, side, 2.55),
                    (x, side, 2.55)]  # fmt: skip
            faces.append(Face(np.array(ring if side < 0 else ring[::-1], F), BODY))
    faces += _lights(5.71, -5.71, 1.25, 0.65, 0.3)
    faces += _wheels((-3.4, 3.6), 1.26, 0.5)
    return _pack(faces, _car_lamps(5.7, -5.7, 1.0, 0.8))


def _truck(load: str) -> Model:
    faces = [_shadow(15.5, 2.8)]
    faces += block((4.9, 7.4), (-1.22, 1.22), (0.55, 1.6), (214, 218, 222))
    faces += block((4.9, 7.4), (-1.22, 1.22), (1.6, 3.0), (214, 218, 222),
                   top=(0.0, 0.35, 0.08, 0.08))  # fmt: skip
    faces.append(
        _plate(
            [(7.41, -1.05, 1.7), (7.41, 1.05, 1.7), (7.12, 0.98, 2.75), (7.12, -0.98, 2.75)],
            GLASS,
            0.0,
        )
    )
    for side in (-1.23, 1.23):
        ring = [(5.6, side, 1.7), (6.9, side, 1.7), (6.7, side * 0.96, 2.6), (5.6, side, 2.6)]
        faces.append(Face(np.array(ring if side < 0 else ring[::-1], F), GLASS))
    faces += block((-7.2, 5.0), (-1.1, 1.1), (0.85, 1.15), (62, 66, 72))
    if load == "container":
        faces += block((-7.1, 4.4), (-1.22, 1.22), (1.15, 3.75), BODY)
        for x in (-5.4, -2.0, 1.4):
            for side in (-1.225, 1.225):
                ring = [(x, side, 1.25), (x + 0.5, side, 1.25), (x + 0.5, side, 3.65),
                        (x, side, 3.65)]  # fmt: skip
                shade = Face(np.array(ring if side < 0 else ring[::-1], F), (0, 0, 0), 0, 0.13)
                faces.append(shade)
    elif load == "box":
        faces += block((-7.2, 4.4), (-1.25, 1.25), (1.1, 3.9), (228, 230, 232))
        for side in (-1.255, 1.255):
            ring = [(-7.1, side, 1.5), (4.3, side, 1.5), (4.3, side, 2.4), (-7.1, side, 2.4)]
            faces.append(Face(np.array(ring if side < 0 else ring[::-1], F), BODY))
    faces += _lights(7.42, -7.22, 1.22, 0.75, 0.34)
    faces += _wheels((-6.2, -4.9, 3.6, 6.3), 1.23, 0.5)
    return _pack(faces, _car_lamps(7.4, -7.2, 1.0, 0.9))


def _forklift() -> Model:
    faces = [_shadow(3.6, 1.5)]
    faces += block((-1.2, 0.6), (-0.6, 0.6), (0.3, 1.05), BODY, top=(0.1, 0, 0.05, 0.05))
    faces += block((-0.8, 0.35), (-0.5, 0.5), (1.9, 2.05), DARK)
    for x in (-0.8, 0.3):
        for side in (-0.5, 0.42):
            faces += block((x, x + 0.08), (side, side + 0.08), (1.0, 1.9), DARK)
    faces += block((0.6, 0.78), (-0.5, 0.5), (0.2, 2.4), (70, 72, 76))
    faces += block((0.8, 1.9), (-0.5, 0.5), (0.3, 1.3), (176, 132, 84))
    faces += _lights(0.66, -1.21, 0.6, 0.7, 0.18)
    faces += _wheels((-0.8, 0.35), 0.61, 0.32)
    return _pack(faces)


def _person() -> Model:
    faces = [_shadow(0.7, 0.6)]
    faces += block((-0.12, 0.12), (-0.19, 0.19), (0.05, 0.85), (48, 52, 66))
    faces += block((-0.15, 0.15), (-0.25, 0.25), (0.85, 1.48), BODY, top=(0.03, 0.03, 0.05, 0.05))
    faces += block((-0.11, 0.11), (-0.1, 0.1), (1.5, 1.76), (206, 164, 132), lid=(52, 40, 34))
    return _pack(faces)


def _dog() -> Model:
    faces = [_shadow(0.95, 0.4)]
    for x in (-0.34, 0.22):
        for y in (-0.14, 0.05):
            faces += block((x, x + 0.1), (y, y + 0.09), (0, 0.32), BODY)
    faces += block((-0.4, 0.34), (-0.15, 0.15), (0.3, 0.6), BODY)
    faces += block((0.28, 0.6), (-0.1, 0.1), (0.52, 0.8), BODY, lid=(52, 40, 34))
    faces += block((-0.52, -0.38), (-0.03, 0.03), (0.5, 0.78), BODY)
    return _pack(faces)


def _container() -> Model:
    faces = block((-6.1, 6.1), (-1.22, 1.22), (0, 2.6), BODY)
    faces += block((-0.15, 0.15), (-0.5, 0.5), (2.6, 4.2), (228, 190, 70))
    return _pack(faces)


_HULLS: tuple[Colour, ...] = ((150, 52, 46), (44, 74, 116), (52, 58, 66), (38, 96, 86))


def _cargo_ship(seed: int) -> Model:
    rng = np.random.default_rng(seed)
    hull = _HULLS[seed % len(_HULLS)]
    faces = block((-66, 60), (-11, 11), (0, 7.5), hull, top=(-1, -10, 0, 0), lid=(120, 84, 72))
    faces += block((-66, 61), (-11.05, 11.05), (0, 1.6), (122, 44, 40), top=(-0.2, -2, 0, 0))
    faces += block((58, 71), (-9, 9), (7.5, 10), hull, top=(0, -3, 4, 4))
    colours: tuple[Colour, ...] = ((168, 62, 50), (42, 88, 140), (206, 142, 54), (60, 118, 88),
                                   (196, 198, 200), (112, 60, 92))  # fmt: skip
    for bay in range(7):
        x = -38 + bay * 13.4
        for side in (-1, 1):
            tiers = int(rng.integers(2, 5))
            for tier in range(tiers):
                tone = colours[int(rng.integers(0, len(colours)))]
                low = 7.6 + tier * 2.6
                beam = (-10.4, -0.1) if side < 0 else (0.1, 10.4)
                faces += block((x, x + 12.4), beam, (low, low + 2.5), tone)
    faces += block((-58, -47), (-9.5, 9.5), (7.5, 21), (232, 234, 236), lid=(200, 204, 208))
    for z in (11, 14, 17):
        faces += block((-47.2, -46.8), (-9, 9), (z, z + 1.2), GLASS, glow=0.7)
        for y in (-9.6, 9.5):
            faces += block((-57.5, -47.5), (y, y + 0.1), (z, z + 1.2), GLASS, glow=0.5)
    faces += block((-56, -51), (-2.5, 2.5), (21, 28), hull, top=(0.6, 0.6, 0.4, 0.4))
    faces += block((-48, -47.6), (-0.3, 0.3), (21, 31), (220, 220, 220))
    return _pack(faces)


def _ferry() -> Model:
    faces = block((-20, 18), (-5, 5), (0, 3), (40, 72, 128), top=(0, -5, 0, 0), lid=(190, 196, 200))
    faces += block((-18, 14), (-4.6, 4.6), (3, 5.6), (238, 240, 242))
    faces += block((-17.9, 13.5), (-4.65, 4.65), (3.9, 4.9), GLASS, glow=0.9)
    faces += block((-14, 9), (-3.8, 3.8), (5.6, 8), (238, 240, 242), top=(0.5, 1.4, 0.2, 0.2))
    faces += block((-13, 8), (-3.85, 3.85), (6.3, 7.2), GLASS, glow=0.9)
    faces += block((-6, -3), (-1, 1), (8, 11), (200, 60, 50))
    return _pack(faces)


def _tug() -> Model:
    faces = block((-11, 10), (-4, 4), (0, 2.6), (48, 54, 62), top=(0, -3, 0, 0), lid=(150, 74, 54))
    faces += block((-2, 5), (-2.6, 2.6), (2.6, 5.2), (226, 150, 60))
    faces += block((0, 4.4), (-2.1, 2.1), (5.2, 7.6), (240, 240, 240), top=(0.2, 0.4, 0.2, 0.2))
    faces += block((0.2, 4.2), (-2.12, 2.12), (5.9, 7.0), GLASS, glow=0.8)
    faces += block((-3.6, -2.2), (-0.7, 0.7), (5.2, 8.4), (190, 52, 46))
    return _pack(faces)


def _puff() -> Model:
    return _pack([Face(np.array([(0, 0, 0), (0, 1, 0), (0, 1, 1)], F), (228, 230, 232))])


@functools.cache
def model(name: str) -> Model:
    """Return a model by name; raises KeyError for one that nobody made."""
    if name.startswith("ship"):
        return _cargo_ship(int(name[4:] or 0))
    return {
        "car": lambda: _car(4.5, 1.45, (-1.75, 1.25)),
        "suv": lambda: _car(4.7, 1.75, (-2.2, 1.3)),
        "van": _van,
        "bus": _bus,
        "truck": lambda: _truck("box"),
        "hauler": lambda: _truck("container"),
        "forklift": _forklift,
        "person": _person,
        "dog": _dog,
        "container": _container,
        "ferry": _ferry,
        "tug": _tug,
        "puff": _puff,
    }[name]()
