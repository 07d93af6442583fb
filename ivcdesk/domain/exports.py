"""What an export asks the cloud for: a range in parts that it gives, and the files made of them."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from math import ceil, floor
from typing import Literal

from ivcdesk.domain.days import cloud_day, split_days
from ivcdesk.domain.intervals import Interval, Intervals, clip, gaps, normalise, total

LONGEST_PART = 3600
"""The cloud gives no more than so many seconds in one file."""
ALIGNED = 60.0
"""How far a file may reach beyond what was asked for, s: it is cut at slices of TS."""
USUAL_BYTES_PER_SECOND = 125_000
"""What a second of a recording is taken for as long as nothing is known: 1 Mbit/s."""

Form = Literal["mp4", "ts"]

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*]+')
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)
_LONGEST_NAME = 120  # bytes of the channel's name: file systems take 255 in all


@dataclass(frozen=True, slots=True)
class Clip:
    """One file to make: the parts it is joined of, in order, and its name.

    ``window`` is what somebody asked for, the parts are what of it is recorded.
    """

    name: str
    window: Interval
    parts: tuple[Interval, ...]

    @property
    def seconds(self) -> float:
        """How much is recorded, s."""
        return total(self.parts)


def whole(window: Interval) -> Interval:
    """Return a window widened to whole seconds, which is what the cloud counts in."""
    return Interval(floor(window.start), ceil(window.end))


def cut(recorded: Sequence[Interval], window: Interval) -> Intervals:
    """Return the parts that hold everything recorded within a window, each in whole seconds.

    No part is longer than an hour, crosses a midnight of UTC+8 or holds anything else than
    recorded seconds. ``recorded`` may come in any order and overlap.
    """
    spans = normalise(whole(Interval(*span)) for span in clip(normalise(recorded), window))
    parts: list[Interval] = []
    for day in (piece for span in clip(spans, whole(window)) for piece in split_days(span)):
        start = day.start
        while start < day.end:
            end = min(start + LONGEST_PART, day.end)
            parts.append(Interval(start, end))
            start = end
    return tuple(parts)


def missing(recorded: Sequence[Interval], window: Interval) -> Intervals:
    """Return what of a window is not recorded."""
    return gaps(normalise(recorded), window)


def asked(part: Interval) -> tuple[int, int]:
    """Return the first and the last second to ask for, which never touch the next day.

    The midnight that ends a day belongs to the next one. A file reaches to the end of a slice, so
    nothing is lost by asking for a second less.
    """
    start, end = int(part.start), int(part.end)
    if cloud_day(end) != cloud_day(start):
        end -= 1
    return (start, end) if start < end else (start - 1, end)


def around(recorded: Sequence[Interval], part: Interval) -> Intervals:
    """Return what is recorded in a part and close by, where its file may reach to."""
    near = Interval(part.start - ALIGNED, part.end + ALIGNED)
    return clip(normalise(recorded), near)


def lengths(near: Sequence[Interval], part: Interval, actual: Interval | None) -> Interval:
    """Return the shortest and the longest that a part's file may last, s.

    ``actual`` is where the cloud says that the file begins and ends; without it a file may be as
    much longer than what was asked for as slices are. Gaps inside may or may not count.
    """
    if actual is None:
        return Interval(total(clip(near, part)) - 1.0, part.length + 2 * ALIGNED)
    held = total(clip(near, actual))
    # A list that is a second old knows nothing of the last slice.
    return Interval(min(held, total(clip(near, part))) - 1.0, max(held, actual.length) + 1.0)


def seconds_into(near: Sequence[Interval], actual: Interval, length: float, t: float) -> float:
    """Return where in a file of so many seconds a moment lies, s from its beginning.

    The file covers ``actual``; whether it leaves gaps out is told by its length.
    """
    recorded = total(clip(near, actual))
    if abs(length - recorded) <= abs(length - actual.length):
        return total(clip(near, Interval(actual.start, min(max(t, actual.start), actual.end))))
    return min(max(t - actual.start, 0.0), length)


def plan(
    channel: str,
    recorded: Sequence[Interval],
    window: Interval,
    *,
    join: bool,
    form: Form,
    zone: tzinfo,
) -> tuple[Clip, ...]:
    """Return the files to make of a channel's window: one, or one for each part.

    Nothing where nothing is recorded. Their names differ.
    """
    parts = cut(recorded, window)
    if not parts:
        return ()
    if join:
        name = file_name(channel, Interval(parts[0].start, parts[-1].end), zone, form)
        return (Clip(name, window, parts),)
    clips: list[Clip] = []
    for part in parts:
        name = distinct(file_name(channel, part, zone, form), {clip.name for clip in clips})
        clips.append(Clip(name, part, (part,)))
    return tuple(clips)


def file_name(channel: str, span: Interval, zone: tzinfo, form: Form) -> str:
    """Return a name with channel, times and the zone they are written in, for any file system."""
    clean = _FORBIDDEN.sub(" ", channel).strip(" .")
    clean = clean.encode()[:_LONGEST_NAME].decode(errors="ignore").strip(" .")
    if not clean or _RESERVED.match(clean):
        clean = f"camera {clean}".strip()
    start = datetime.fromtimestamp(span.start, zone)
    end = datetime.fromtimestamp(span.end, zone)
    last = f"{end:%H.%M.%S}" if end.date() == start.date() else f"{end:%Y-%m-%d %H.%M.%S}"
    first = f"{start:%Y-%m-%d %H.%M.%S}"
    return f"{clean} {first} - {last} ({_offset(start)}).{form}"


def distinct(name: str, taken: Collection[str]) -> str:
    """Return a name that is not taken, whatever the case of its letters: ``name (2).mp4``."""
    lower = {other.casefold() for other in taken}
    stem, dot, suffix = name.rpartition(".")
    number, free = 2, name
    while free.casefold() in lower:
        free = f"{stem} ({number}){dot}{suffix}"
        number += 1
    return free


def _offset(moment: datetime) -> str:
    offset = moment.utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    return f"UTC{'+' if minutes > 0 else '-'}{hours}" + (f".{rest:02d}" if rest else "")
