"""Moments, days and lengths of time in the words and digits of the window's language."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from PySide6.QtCore import QDate, QLocale, QTimeZone

from ivcdesk.ui.text import language, tr

SHORT = QLocale.FormatType.ShortFormat


def local_zone() -> tzinfo:
    """Return the time zone of this computer, with its clock changes."""
    name = bytes(QTimeZone.systemTimeZoneId().data()).decode("ascii", "replace")
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        ahead = datetime.now().astimezone().utcoffset() or timedelta()
        return timezone(ahead)


def locale() -> QLocale:
    """Return how the window's language writes dates and numbers."""
    return _locale(language.code)


@lru_cache(maxsize=4)
def _locale(code: str) -> QLocale:
    if code.startswith("zh"):
        return QLocale(QLocale.Language.Chinese, QLocale.Country.China)
    return QLocale(QLocale.Language.English, QLocale.Country.UnitedKingdom)


def clock(t: float, zone: tzinfo, *, milliseconds: bool = False) -> str:
    """Return the wall clock of a moment, as ``14:07:03`` or ``14:07:03.240``."""
    # Rounded down, as clocks are: 14:06:59.9996 is not yet 14:07.
    seen = datetime.fromtimestamp(int(t * 1000 + 1e-3) // 1000, zone)
    text = f"{seen.hour:02d}:{seen.minute:02d}:{seen.second:02d}"
    return f"{text}.{int(t * 1000 + 1e-3) % 1000:03d}" if milliseconds else text


def full_day(day: date) -> str:
    """Return a day with its weekday and year, as ``Mon 23 Nov 2026``."""
    return _day(day, tr("ddd d MMM yyyy"))


def full_day_of(t: float, zone: tzinfo) -> str:
    """Return the day of a moment in a zone, with its weekday and year."""
    return full_day(datetime.fromtimestamp(t, zone).date())


def short_day_of(t: float, zone: tzinfo) -> str:
    """Return the day of a moment in a zone, without its year."""
    return short_day(datetime.fromtimestamp(t, zone).date())


def short_day(day: date) -> str:
    """Return a day without its year, as ``Mon 23 Nov``."""
    return _day(day, tr("ddd d MMM"))


def month(day: date) -> str:
    """Return the month of a day, as ``November 2026``."""
    return _day(day, tr("MMMM yyyy"))


def _day(day: date, form: str) -> str:
    return locale().toString(QDate(day.year, day.month, day.day), form)


def offset(t: float, zone: tzinfo) -> str:
    """Return how far a zone's clock is ahead of UTC at a moment, as ``UTC+2`` or ``UTC-3:30``."""
    delta = datetime.fromtimestamp(t, zone).utcoffset() or timedelta()
    minutes = round(delta.total_seconds() / 60)
    hours, rest = divmod(abs(minutes), 60)
    sign = "-" if minutes < 0 else "+"
    return f"UTC{sign}{hours}:{rest:02d}" if rest else f"UTC{sign}{hours}"


def length(seconds: float) -> str:
    """Return a length of time in the two largest units that matter, as ``2 h 05 min``."""
    whole = round(seconds)
    if whole < 60:
        return tr("{seconds} s", seconds=whole if whole or seconds <= 0 else 1)
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return tr("{minutes} min {seconds} s", minutes=minutes, seconds=f"{rest:02d}")
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return tr("{hours} h {minutes} min", hours=hours, minutes=f"{minutes:02d}")
    days, hours = divmod(hours, 24)
    return tr("{days} d {hours} h", days=days, hours=hours)
