"""Frames with labels, drawn into a picture around what was found in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ivcdesk.simulator.media.overlay import letters
from ivcdesk.simulator.media.planes import Pixels, Planes, Scaler
from ivcdesk.simulator.media.source import Box, Mark

LINE = 2  # px, around the box: what is framed stays untouched
_YELLOW = (210, (16, 146))
_INK, _GREY = 16, 128
_LABEL_HEIGHT = 14


def draw_marks(picture: Planes, marks: Sequence[Mark]) -> None:
    """Draw frames into a picture, in place; each label stands over its frame, or in its top."""
    scaler = Scaler()
    for box, _ in marks:
        around = Box(box.x - LINE, box.y - LINE, box.width + 2 * LINE, box.height + 2 * LINE)
        _fill(picture, around._replace(height=LINE))
        _fill(picture, around._replace(y=box.y + box.height, height=LINE))
        _fill(picture, around._replace(width=LINE))
        _fill(picture, around._replace(x=box.x + box.width, width=LINE))
    for box, label in marks:
        _write(picture, box, label, scaler)


def _fill(picture: Planes, part: Box) -> None:
    height, width = picture.y.shape
    x, y, wide, tall = part.within(Box(0, 0, width, height))
    if not (wide and tall):
        return
    luma, chroma = _YELLOW
    picture.y[y : y + tall, x : x + wide] = luma
    rows, columns = slice(y // 2, (y + tall + 1) // 2), slice(x // 2, (x + wide + 1) // 2)
    for plane, level in zip(picture.uv, chroma, strict=True):
        plane[rows, columns] = level


def _write(picture: Planes, box: Box, label: str, scaler: Scaler) -> None:
    line: Pixels = letters().text(label)
    if not line.shape[1]:
        return
    wide = max(round(line.shape[1] * _LABEL_HEIGHT / line.shape[0] / 2) * 2, 2)
    ink = scaler.scale(np.ascontiguousarray(line), _LABEL_HEIGHT, wide)
    height, width = picture.y.shape
    x = max(min(box.x - LINE, width - wide), 0) // 2 * 2
    y = max(min(box.y - LINE, height) - _LABEL_HEIGHT, 0) // 2 * 2
    ink = ink[: height - y, : width - x]
    tall, wide = ink.shape
    _fill(picture, Box(x, y, wide, tall))
    cover = ink.astype(np.float32) * np.float32(1 / 255)
    luma = picture.y[y : y + tall, x : x + wide]
    luma[:] = luma + (np.float32(_INK) - luma) * cover
    half = cover[: tall // 2 * 2 : 2, : wide // 2 * 2 : 2]
    rows, columns = slice(y // 2, y // 2 + tall // 2), slice(x // 2, x // 2 + wide // 2)
    for plane in picture.uv:
        part = plane[rows, columns]
        part[:] = part + (np.float32(_GREY) - part) * half
