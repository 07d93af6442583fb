"""Typed times: what ``14:07``, ``yesterday 14:07`` or ``-5m`` mean on the day in view."""

from __future__ import annotations

import re
from datetime import date, time, timedelta, tzinfo

from ivcdesk.domain.days import day_of, moment

_CLOCK = re.compile(
    r"(?P<h>\d{1,2})(?::|点|时|h)(?P<m>\d{1,2})?(?:(?::|分|m)(?P<s>\d{1,2}(?:\.\d{1,3})?)?秒?)?分?"
    r"\s*(?P<half>am|pm)?$",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"(?P<h>\d{1,2}?)(?P<m>\d{2})(?P<s>\d{2})?$")
_STEP = re.compile(r"(?P<sign>[+-])\s*(?P<n>\d+(?:\.\d+)?)\s*(?P<unit>s|m|min|h|d|秒|分|小时|天)?$")
_UNITS = {"s": 1, "秒": 1, "m": 60, "min": 60, "分": 60, "h": 3600, "小时": 3600, "d": 86400}
_DATE = re.compile(
    r"(?:(?P<y>\d{4})[-/.年])?(?P<mo>\d{1,2})[-/月](?P<d>\d{1,2})日?\s*(?P<rest>.*)$"
)
_WORDS = {"today": 0, "今天": 0, "yesterday": 1, "昨天": 1, "前天": 2}


def typed_time(
    text: str, *, shown: date, playhead: float, zone: tzinfo, now: float
) -> float | None:
    """Return the moment that a typed text means, in seconds since the epoch; None for nonsense.

    A time without a date is of the day ``shown``, or of the day before where it is still to come;
    a date without a year is of the last such day; a signed step (``-5m``, ``+30``) counts from the
    ``playhead``, in seconds where it names no unit. All are read on the zone's wall clock.
    """
    typed = text.strip().lower().replace("：", ":").replace("。", ".")
    if step := _STEP.match(typed):
        seconds = float(step["n"]) * _UNITS.get(step["unit"] or "s", 86400)
        stepped = min(playhead + (seconds if step["sign"] == "+" else -seconds), now)
        return stepped if stepped > 0 else None
    day, rest, dated = shown, typed, False
    for word, back in _WORDS.items():
        if typed.startswith(word):
            day = day_of(now, zone) - timedelta(days=back)
            rest, dated = typed.removeprefix(word).strip(), True
    if not dated and (found := _DATE.match(typed)):
        parsed = _date(found, day_of(now, zone))
        if parsed is None:
            return None
        day, rest, dated = parsed, found["rest"].strip(), True
    clock = time() if dated and not rest else _clock(rest)
    if clock is None:
        return None
    meant = moment(day, clock, zone)
    if meant > now and not dated:
        meant = moment(day - timedelta(days=1), clock, zone)
    return meant if 0 < meant <= now else None


def _date(found: re.Match[str], today: date) -> date | None:
    try:
        day = date(int(found["y"] or today.year), int(found["mo"]), int(found["d"]))
        if found["y"] is None and day > today:
            day = day.replace(year=today.year - 1)
    except ValueError:
        return None
    return day


def _clock(text: str) -> time | None:
    found = _CLOCK.match(text) or _DIGITS.match(text)
    if found is None:
        return None
    parts = found.groupdict()
    hour, minute, seconds = int(parts["h"]), int(parts["m"] or 0), float(parts["s"] or 0)
    if half := parts.get("half"):
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    if hour > 23 or minute > 59 or seconds >= 60:
        return None
    whole = int(seconds)
    return time(hour, minute, whole, round((seconds - whole) * 1_000_000))
