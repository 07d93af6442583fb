"""What both kinds of watching check alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import TypeVar

from ivcdesk.api.actions import CaptureKind, EffectiveTime
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import is_label
from ivcdesk.simulator.handlers.finding import find_channel
from ivcdesk.simulator.refusal import Refusal

T = TypeVar("T")

SHORTEST_SECONDS = 60
MOST_TIMES = 100
USUAL_ADDRESS_SECONDS = 600
_RANGES = {CaptureKind.REALTIME: (5, 180), CaptureKind.LOW_RATE: (30, 36_000)}
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d")


def wrong(reason: str) -> Refusal:
    """Return the one refusal that these actions have for bad values: no codes are documented."""
    return Refusal("InvalidParameterValue", reason)


def check_name(name: str | None, most: int, taken: Iterable[str]) -> None:
    """Refuse a name that can't be one, or is taken."""
    if name is None:
        return
    if not name or not is_label(name, most):
        raise wrong(f"a name has 1 to {most} letters, digits, _ or -")
    if name in taken:
        raise Refusal("ResourceInUse", "the name is taken")


def check_capture(kind: CaptureKind, interval: int) -> None:
    """Refuse seconds between pictures that don't suit the way they are taken."""
    if kind not in _RANGES:
        raise wrong("Type is 1 or 2")
    low, high = _RANGES[kind]
    if not low <= interval <= high:
        raise wrong(f"a picture every {low} to {high} seconds")


def check_times(times: Sequence[EffectiveTime]) -> None:
    """Refuse hours that can't be kept."""
    if not 1 <= len(times) <= MOST_TIMES:
        raise wrong("1 to 100 times of the week")
    for row in times:
        if not 1 <= row.week_day <= 7:
            raise wrong("days run from 1, Monday, to 7, Sunday")
        if not (_TIME.fullmatch(row.begin_time) and _TIME.fullmatch(row.end_time)):
            raise wrong("times are written like 08:30:00")
        if _seconds(row.end_time) - _seconds(row.begin_time) < SHORTEST_SECONDS:
            raise wrong("a time is a minute long at least")


def found(known: dict[str, T], key: str) -> T:
    """Return what an id names."""
    if key not in known:
        raise Refusal("ResourceNotFound", "there is no such thing")
    return known[key]


def read_channels(cloud: Cloud, ids: Sequence[str], most: int) -> dict[str, None]:
    """Return channels that exist, in order."""
    if len(ids) > most:
        raise wrong(f"{most} channels at most")
    return {
        find_channel(
            cloud, known, unknown="InvalidParameterValue", illegal="InvalidParameterValue"
        ).channel_id: None
        for known in ids
    }


def address_seconds(asked: int | None) -> int:
    """Return how long addresses live."""
    seconds = USUAL_ADDRESS_SECONDS if asked is None else asked
    if not 60 <= seconds <= 86_400:
        raise wrong("addresses live 60 to 86400 seconds")
    return seconds


def picture_address(cloud: Cloud, channel_id: str, moment: int, seconds: int) -> str:
    """Return where a picture of a moment (seconds since the epoch) is."""
    return cloud.links.address(f"/snapshot/{channel_id}@{moment * 1000}.jpg", seconds)


def _seconds(text: str) -> int:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + seconds
