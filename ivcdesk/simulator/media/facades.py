"""How walls look: windows, shops, ribs of sheet steel, stacked containers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from ivcdesk.simulator.media.drawing import Colour, F, band, chance, mix, pulse, scaled
from ivcdesk.simulator.media.planes import Array

Style = Literal["plain", "grid", "bands", "ribs", "containers", "deck"]


@dataclass(frozen=True)
class Facade:
    """How a wall looks: colours by day, size of its windows (m) and the share lit at night."""

    wall: Colour
    pane: Colour = (74, 92, 112)
    style: Style = "plain"
    period: tuple[float, float] = (3.2, 3.3)
    duty: tuple[float, float] = (0.55, 0.52)
    lit: float = 0.3
    salt: int = 0
    base: Colour | None = None
    trim: Colour | None = None
    palette: tuple[Colour, ...] = ()


def fill_palette(colour: Array, facade: Facade, numbers: Array) -> None:
    """Give each cell one of the facade's palette, by its random number (0..1)."""
    table = np.array(facade.palette, F)
    picked = np.minimum((numbers * len(table)).astype(np.int32), len(table) - 1)
    for channel in range(3):
        colour[channel] = table[:, channel][picked]


def paint_facade(
    facade: Facade, along: Array, z: Array, du: Array, dz: Array, ends: tuple[float, float]
) -> tuple[Array, Array]:
    """Return colour (3, h, w) and lamp light (h, w) of a wall at ``along`` (w) and ``z`` (h, w)."""
    shape = z.shape
    colour = np.empty((3, *shape), F)
    glow = np.zeros(shape, F)
    bottom, top = ends
    for channel in range(3):
        colour[channel] = facade.wall[channel]
    if facade.style == "containers":
        _paint_containers(facade, colour, along, z, du, dz)
    elif facade.style == "ribs":
        ribs = pulse(along, 1.1, 0.5, du) - F(0.5)
        colour *= 1 + F(0.07) * ribs
        if facade.base is not None:
            lay(colour, facade.base, band(z, bottom, bottom + 1.2, dz))
            stripe = band(z, top - 1.9, top - 1.1, dz)
            lay(colour, facade.base, stripe)
    elif facade.style in ("grid", "bands"):
        _paint_windows(facade, colour, glow, along, z, du, dz, ends)
    # Walls are darker towards the ground, where less sky shines on them.
    colour *= F(0.86) + F(0.14) * np.clip((z - F(bottom)) / F(9), 0, 1)
    if facade.trim is not None:
        lay(colour, facade.trim, band(z, top - 0.7, top + 1, dz))
    return colour, glow


def lay(colour: Array, over: Colour, cover: Array) -> None:
    """Paint over colours (3, ...) where ``cover`` (0..1) says."""
    for channel in range(3):
        colour[channel] += (F(over[channel]) - colour[channel]) * cover


def _paint_windows(
    facade: Facade,
    colour: Array,
    glow: Array,
    along: Array,
    z: Array,
    du: Array,
    dz: Array,
    ends: tuple[float, float],
) -> None:
    bottom, top = ends
    wide, tall = facade.period
    duty_u, duty_z = facade.duty
    start = 4.2 if facade.base is not None else 1.0
    upper = band(z, bottom + start, top - 1.1, dz)
    high = z - F(bottom + start + 0.4)
    across = pulse(along - F(0.5), wide, duty_u, du)
    rows = pulse(high, tall, duty_z, dz)
    panes = across * rows * upper
    if float(du.mean()) > 0.5 * wide or float(dz.mean()) > 0.5 * tall:
        # Too far to tell windows apart.
        lay(colour, mix(facade.pane, (176, 200, 222), 0.12), panes)
        glow += panes * F(facade.lit * 0.75)
        return
    column = np.floor((along - F(0.5)) / F(wide)).astype(np.int32)
    storey = np.floor(high / F(tall)).astype(np.int32)
    # Where a pixel holds many windows, their differences would flicker: fade them out.
    clear = np.clip(F(1.6) - np.maximum(du / F(wide), dz / F(tall)) * 2, 0, 1)
    numbers = chance(column[None, :], storey, facade.salt)
    tint = 1 + (numbers - F(0.5)) * F(0.5) * clear
    # Glass mirrors the sky more towards the top.
    rise = np.clip((z - F(bottom)) / F(max(top - bottom, 1)), 0, 1) * F(0.3)
    for channel, sky in enumerate((176, 200, 222)):
        pane = F(facade.pane[channel]) * tint
        pane += (F(sky) - pane) * rise
        colour[channel] += (pane - colour[channel]) * panes
    lit = chance(column[None, :], storey, facade.salt + 3) < F(facade.lit)
    shine = np.where(clear > 0.3, lit.astype(F), F(facade.lit))
    glow += panes * shine * (F(0.55) + F(0.45) * numbers)
    if facade.base is not None:
        ground = band(z, bottom, bottom + 3.9, dz)
        lay(colour, facade.base, ground)
        shops = pulse(along - F(0.6), 5.5, 0.8, du) * band(z, bottom + 0.7, bottom + 3.0, dz)
        lay(colour, scaled(facade.pane, 0.8), shops)
        glow += shops * F(0.75)
        sign = pulse(along - F(0.6), 5.5, 0.8, du) * band(z, bottom + 3.1, bottom + 3.8, dz)
        shop = np.floor((along - F(0.6)) / F(5.5)).astype(np.int32)
        kind = chance(shop, shop * 0 + facade.salt, 11)
        for channel, (low, rest) in enumerate(((90, 130), (60, 90), (60, 110))):
            phase = np.modf(kind * F(1 + channel * 2.7))[0]
            tone = F(low) + F(rest) * phase
            colour[channel] += (tone - colour[channel]) * sign
        glow += sign * F(0.6)


def _paint_containers(
    facade: Facade, colour: Array, along: Array, z: Array, du: Array, dz: Array
) -> None:
    long, tall = facade.period
    number = np.floor(along / F(long)).astype(np.int32)
    layer = np.floor(z / F(tall)).astype(np.int32)
    fill_palette(colour, facade, chance(number[None, :], layer, facade.salt))
    ribs = pulse(along, 0.42, 0.5, du) - F(0.5)
    seams = np.maximum(pulse(along, long, 0.022, du), pulse(z, tall, 0.05, dz))
    posts = pulse(along + F(0.18), long, 0.03, du)
    tone = (1 + F(0.1) * ribs) * (1 - F(0.14) * posts)
    marks = pulse(along - F(long * 0.66), long, 0.22, du) * pulse(z - F(tall * 0.62), tall, 0.2, dz)
    several = (chance(number[None, :], layer, facade.salt + 9) < F(0.6)).astype(F)
    for channel in range(3):
        colour[channel] *= tone
        colour[channel] += (F(225) - colour[channel]) * marks * several * F(0.75)
        colour[channel] *= 1 - F(0.65) * seams
