"""A preset's picture: taken from the live tile once the camera stands still, and kept small."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageWriter

from ivcdesk.api.actions import ChannelId

Eye = Callable[[ChannelId], QImage | None]
"""Returns what is shown of a channel at this moment, None where nothing is."""

SIZE = QSize(320, 180)
LARGEST = 60_000  # bytes
FIRST_LOOK = 0.6
NEXT_LOOK = 0.35
PATIENCE = 8.0
"""When the camera may have arrived after it answered, how often to look again, and how long, s."""

LAG = 3.0
"""After so long a view that did not change is where the camera was sent: it was there before, s."""

STILL = 3.0
"""Two looks that differ by less than this, of 255, show the same view: cars may pass."""

_QUALITIES = (82, 65, 45, 25)
_GLANCE = QSize(48, 27)


async def settled_picture(
    eye: Eye, channel: ChannelId, wanted: Callable[[], bool], since: QImage | None = None
) -> QImage | None:
    """Wait until a channel's picture stands still and return it.

    ``since`` is the view that the camera was sent away from: streams lag, and standing still does
    not count until it is left, or could have been. None where there is no picture, or it is not
    ``wanted`` any more. One that never comes to rest is taken as it is in the end.
    """
    await asyncio.sleep(FIRST_LOOK)
    before: QImage | None = None
    waited = FIRST_LOOK
    moved = since is None
    while wanted():
        now = eye(channel)
        if now is None:
            return None
        moved = moved or waited >= LAG or (since is not None and difference(since, now) >= STILL)
        still = before is not None and moved and difference(before, now) < STILL
        if still or waited >= PATIENCE:
            return now
        before = now
        waited += NEXT_LOOK
        await asyncio.sleep(NEXT_LOOK)
    return None


def difference(one: QImage, other: QImage) -> float:
    """Return by how much two pictures differ on average, of 255."""
    return float(np.abs(_glance(one) - _glance(other)).mean())


def encode(image: QImage) -> bytes:
    """Return a picture as a small JPEG; from any thread. Empty where that fails."""
    small = image.convertToFormat(QImage.Format.Format_RGB888).scaled(
        SIZE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
    for quality in _QUALITIES:
        packed = QByteArray()
        buffer = QBuffer(packed)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QImageWriter(buffer, b"jpeg")
        writer.setQuality(quality)
        if not writer.write(small):
            return b""
        if packed.size() <= LARGEST:
            return bytes(packed.data())
    return b""


def decode(jpegs: dict[int, bytes]) -> dict[int, QImage]:
    """Return the pictures that can be read; from any thread."""
    images = {number: QImage.fromData(jpeg) for number, jpeg in jpegs.items()}
    return {number: image for number, image in images.items() if not image.isNull()}


def _glance(image: QImage) -> np.ndarray[tuple[int, ...], np.dtype[np.int16]]:
    small = image.scaled(
        _GLANCE, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
    ).convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(small.constBits(), np.uint8).reshape(small.height(), -1)
    return rows[:, : small.width()].astype(np.int16)
