"""Small pictures of models: without their own colour, folded to be kept, and ready to be laid."""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

import numpy as np

from ivcdesk.simulator.media.drawing import Colour
from ivcdesk.simulator.media.light import Light, tints
from ivcdesk.simulator.media.planes import Array, Pixels

FULL_LIGHT = 190
"""The level of a cast's ``body`` that stands for a body in full light."""


@dataclass(frozen=True)
class Sprite:
    """A small picture, ready to be laid: what remains of the ground (0..255), and what is added.

    What is added is 256 times colour times coverage, and 255 to round by; 16 bits. ``left`` and
    ``top`` (px) are where its corner lies from the model's origin.
    """

    left: int
    top: int
    y: Array
    uv: Array
    rest: Pixels
    rest_small: Pixels


@dataclass(frozen=True)
class Cast:
    """A model drawn without its own colour: ``body`` says where, and how bright, that goes.

    ``y`` and ``uv`` are colour times coverage; the rest is that of its sprites.
    """

    left: int
    top: int
    y: Pixels
    uv: Pixels
    body: Pixels
    body_small: Pixels
    rest: Pixels
    rest_small: Pixels

    def tinted(self, tint: Colour, light: Light) -> Sprite:
        """Return the picture in a colour."""
        # In 128ths: amounts stay below 1.3, so that products with a byte fit 16 bits.
        red, green, blue = (
            tint[n] * part / FULL_LIGHT * 128 for n, part in enumerate(tints(light))
        )
        y = round(red * 0.2568 + green * 0.5041 + blue * 0.0979)
        u = round(red * -0.1482 + green * -0.2910 + blue * 0.4392)
        v = round(red * 0.4392 + green * -0.3678 + blue * -0.0714)
        own = np.array([[[u]], [[v]]], np.int16)
        return Sprite(
            self.left,
            self.top,
            _added(self.y, self.body, np.int16(y)),
            _added(self.uv, self.body_small, own),
            self.rest,
            self.rest_small,
        )


def _added(bare: Pixels, body: Pixels, own: Array | np.int16) -> Array:
    levels = np.multiply(body, own, dtype=np.int16)
    levels >>= 7
    levels += bare
    # The colours of models stay far enough from both ends; this only keeps the bits apart.
    np.maximum(levels, 0, out=levels)
    np.minimum(levels, 254, out=levels)
    added = levels.view(np.uint16)
    added <<= 8
    added |= 255
    return added


@dataclass(frozen=True)
class Folded:
    """A cast that takes a twelfth of its room, and a tenth of the time of drawing to unfold."""

    left: int
    top: int
    height: int
    width: int
    pixels: bytes

    @classmethod
    def of(cls, cast: Cast) -> Folded:
        """Fold a cast: its flat faces are long runs of equal bytes."""
        height, width = cast.y.shape
        runs = zlib.compressobj(1, strategy=zlib.Z_RLE)
        planes = (cast.y, cast.uv, cast.body, cast.body_small, cast.rest, cast.rest_small)
        pixels = b"".join((*(runs.compress(plane.tobytes()) for plane in planes), runs.flush()))
        return cls(cast.left, cast.top, height, width, pixels)

    def cast(self) -> Cast:
        """Return what was folded."""
        full, half = (self.height, self.width), (self.height // 2, self.width // 2)
        shapes = (full, (2, *half), full, half, full, half)
        sizes = [math.prod(shape) for shape in shapes]
        pixels = np.frombuffer(zlib.decompress(self.pixels, bufsize=sum(sizes)), np.uint8)
        parts = np.split(pixels, np.cumsum(sizes[:-1]))
        planes = (part.reshape(shape) for part, shape in zip(parts, shapes, strict=True))
        return Cast(self.left, self.top, *planes)
