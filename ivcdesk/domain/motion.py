"""How far a camera has turned or zoomed between two pictures of it."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Luma = NDArray[np.uint8]
"""A small grey picture, rows of pixels; 96 to 256 px wide is enough."""

SURE = 0.35
"""Two pictures that agree less than this after they were laid over each other tell nothing."""

_BORDER = 0.12
"""What is left out at the top and the bottom: names and clocks are written there."""

_STEPS = 25
_WIDEST = 2.2
_REFINED = 5


class Turn(NamedTuple):
    """What the camera did: ``right`` and ``down`` in parts of the picture's width and height.

    ``sure`` is how well the pictures agree then, -1 to 1.
    """

    right: float
    down: float
    sure: float


def turned(before: Luma, after: Luma) -> Turn:
    """Return how far the camera turned between two pictures of one size.

    More than a third of a picture is not found.
    """
    first, second = _middle(before), _middle(after)
    height, width = first.shape
    window = np.outer(np.hanning(height), np.hanning(width))
    a = np.fft.rfft2((first - first.mean()) * window)
    b = np.fft.rfft2((second - second.mean()) * window)
    cross = a * np.conj(b)
    # Whitened half way: full whitening trusts noise, none trusts large plain areas.
    peaks = np.fft.irfft2(cross / np.sqrt(np.abs(cross) + 1e-9), s=first.shape)
    y, x = np.unravel_index(int(np.argmax(peaks)), peaks.shape)
    dx, dy = _fine(peaks[int(y), :], int(x)), _fine(peaks[:, int(x)], int(y))
    right = dx - width if dx > width / 2 else dx
    down = dy - height if dy > height / 2 else dy
    sure = _agreement(first, second, round(right), round(down))
    return Turn(right / width, down / before.shape[0], sure)


def zoomed(before: Luma, after: Luma) -> tuple[float, float]:
    """Return by what factor things have grown about the middle, and how well that fits.

    Factors from 1/2.2 to 2.2 are found.
    """
    first, second = _middle(before), _middle(after)
    best, sure = 1.0, -1.0
    reach, centre = float(np.log(_WIDEST)), 0.0
    for _ in range(_REFINED):
        for exponent in np.linspace(centre - reach, centre + reach, _STEPS):
            factor = float(np.exp(exponent))
            agreement = _zoom_agreement(first, second, factor)
            if agreement > sure:
                best, sure = factor, agreement
        centre, reach = float(np.log(best)), reach / 4
    return best, sure


def _middle(picture: Luma) -> NDArray[np.float64]:
    border = int(picture.shape[0] * _BORDER)
    return picture[border : picture.shape[0] - border].astype(np.float64)


def _fine(line: NDArray[np.float64], peak: int) -> float:
    """Return where a peak is between its neighbours."""
    left, middle, right = line[peak - 1], line[peak], line[(peak + 1) % len(line)]
    bend = left - 2 * middle + right
    return peak + (0.5 * float(left - right) / float(bend) if bend else 0.0)


def _agreement(
    first: NDArray[np.float64], second: NDArray[np.float64], right: int, down: int
) -> float:
    """Return the correlation of what both pictures show, the second moved back."""
    height, width = first.shape
    if abs(right) >= width - 8 or abs(down) >= height - 8:
        return -1.0
    a = first[max(0, down) : height + min(0, down), max(0, right) : width + min(0, right)]
    b = second[max(0, -down) : height + min(0, -down), max(0, -right) : width + min(0, -right)]
    return _correlation(a, b)


def _zoom_agreement(
    first: NDArray[np.float64], second: NDArray[np.float64], factor: float
) -> float:
    """Return the correlation of the parts that both show, both drawn in the smaller scale."""
    a, b = (_shrunk(first, factor), second) if factor > 1 else (first, _shrunk(second, 1 / factor))
    return _correlation(a, b)


def _shrunk(picture: NDArray[np.float64], factor: float) -> NDArray[np.float64]:
    """Return the middle part of a picture, 1/``factor`` of it, drawn as large as the whole."""
    height, width = picture.shape
    ys = (np.arange(height) - (height - 1) / 2) / factor + (height - 1) / 2
    xs = (np.arange(width) - (width - 1) / 2) / factor + (width - 1) / 2
    y, x = np.floor(ys).astype(int), np.floor(xs).astype(int)
    y1, x1 = np.minimum(y + 1, height - 1), np.minimum(x + 1, width - 1)
    fy, fx = (ys - y)[:, None], (xs - x)[None, :]
    top = picture[np.ix_(y, x)] * (1 - fx) + picture[np.ix_(y, x1)] * fx
    bottom = picture[np.ix_(y1, x)] * (1 - fx) + picture[np.ix_(y1, x1)] * fx
    drawn: NDArray[np.float64] = top * (1 - fy) + bottom * fy
    return drawn


def _correlation(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / scale if scale > 1e-9 else 0.0
