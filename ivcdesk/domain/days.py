"""Calendar days: the cloud's own, which are of UTC+8, and those of any viewer's time zone."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone, tzinfo

from ivcdesk.domain.intervals import Interval

CLOUD_ZONE = timezone(timedelta(hours=8), "UTC+8")
"""The zone whose days recordings are kept by; a question about them may not cross its midnight."""

_OFFSET = 8 * 3600
_DAY = 86400


def cloud_day(t: float) -> date:
    """Return the cloud's day of a moment (seconds since the epoch)."""
    return date(1970, 1, 1) + timedelta(days=int((t + _OFFSET) // _DAY))


def day_of(t: float, zone: tzinfo = CLOUD_ZONE) -> date:
    """Return the calendar day of a moment in a time zone."""
    return datetime.fromtimestamp(t, zone).date()


def moment(day: date, clock: time, zone: tzinfo = CLOUD_ZONE) -> float:
    """Return the moment that a wall clock of the zone shows, in seconds since the epoch.

    Where a clock change makes the time occur twice the first one is meant, and where it is left
    out the moment is as far after the change as the time is after the clock was put forward.
    """
    return datetime.combine(day, clock.replace(tzinfo=None, fold=0), zone).timestamp()


def day_interval(day: date, zone: tzinfo = CLOUD_ZONE) -> Interval:
    """Return a calendar day of a zone from its midnight to the next.

    It is 23 or 25 hours long where the clock is changed. Zones that change it at midnight have
    days that begin at 1 o'clock; the days of a zone still follow each other without a hole.
    """
    return Interval(_beginning(day, zone), _beginning(day + timedelta(days=1), zone))


def split_days(interval: Interval) -> list[Interval]:
    """Cut an interval at the midnights of UTC+8; each piece ends at the exclusive midnight."""
    pieces: list[Interval] = []
    start = interval.start
    while start < interval.end:
        midnight = ((start + _OFFSET) // _DAY + 1) * _DAY - _OFFSET
        pieces.append(Interval(start, min(midnight, interval.end)))
        start = midnight
    return pieces


def _beginning(day: date, zone: tzinfo) -> float:
    """Return the first moment whose calendar day is ``day``, or where it was left out, the next."""
    midnight = moment(day, time(), zone)
    seen = datetime.fromtimestamp(midnight, zone)
    if seen.date() == day and seen.time() == time():
        return midnight
    # The clock was put forward over midnight: the day begins where the offset changes.
    low, high = midnight - 7200.0, midnight + 7200.0
    while high - low > 1.0:
        middle = (low + high) / 2
        if datetime.fromtimestamp(middle, zone).date() < day:
            low = middle
        else:
            high = middle
    return float(round(high))
