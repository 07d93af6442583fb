"""Recordings that the cloud fetches from devices: what is asked for, and how far it is."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.domain.exports import whole
from ivcdesk.domain.intervals import Interval, Intervals, clip, normalise, subtract

SPEEDS = (1, 2, 4, 8)
"""How many times faster than it was recorded the cloud may read a device."""
DAYS_KEPT = (7, 15, 30, 60, 90, 180, 365)
"""How many days the cloud may keep the file that it makes."""
CLOSE = 2.0
"""Device recordings no further apart are taken for one: recorders cut files with small holes, s."""

_FORM = "%Y-%m-%d %H:%M:%S"
_TEXT = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d"
_SECTION = re.compile(rf"\s*({_TEXT})\s*-\s*({_TEXT})\s*")


def moment(text: str) -> float | None:
    """Return a time that the cloud wrote, such as ``2024-09-08 14:30:00``, of UTC+8.

    In seconds since the epoch; None where it is none.
    """
    try:
        return datetime.strptime(text.strip(), _FORM).replace(tzinfo=CLOUD_ZONE).timestamp()
    except ValueError:
        return None


def section(text: str) -> Interval | None:
    """Return a stretch that the cloud wrote as two times with a dash; None where it is none."""
    found = _SECTION.fullmatch(text)
    if found is None:
        return None
    start, end = (moment(part) for part in found.groups())
    return Interval(start, end) if start is not None and end is not None else None


def spelt(span: Interval) -> str:
    """Return a stretch as the cloud writes it; the reverse of :func:`section`."""
    return "-".join(datetime.fromtimestamp(int(t), CLOUD_ZONE).strftime(_FORM) for t in span)


def share(begun: float | None, length: float, speed: int, now: float) -> float | None:
    """Guess what part of a recording has been read by now, 0 … 0.99; None without a beginning.

    The cloud tells only when it began and how fast it reads: ``length`` is of the recording, s.
    """
    if begun is None or length <= 0:
        return None
    return min(max((now - begun) * max(speed, 1) / length, 0.0), 0.99)


def pieces(
    device: Sequence[Interval], cloud: Sequence[Interval], window: Interval, *, lacking: bool
) -> Intervals:
    """Return the stretches of a window to have fetched from a device, each in whole seconds.

    One from its first to its last recorded second, or with ``lacking`` only those that the cloud
    does not have. The recordings may come in any order and overlap.
    """
    held = normalise(Interval(s - CLOSE / 2, e + CLOSE / 2) for s, e in normalise(device))
    held = tuple(Interval(s + CLOSE / 2, e - CLOSE / 2) for s, e in held)
    held = clip(held, window)
    if not held:
        return ()
    if not lacking:
        return (_inside(Interval(held[0].start, held[-1].end), window),)
    missing = subtract(held, normalise(cloud))
    return normalise(_inside(piece, window) for piece in missing if piece.length >= 1.0)


def _inside(piece: Interval, window: Interval) -> Interval:
    wide, most = whole(piece), whole(window)
    return Interval(max(wide.start, most.start), min(wide.end, most.end))
