"""The zone whose clock the times are read on, as the settings keep it."""

from __future__ import annotations

from datetime import tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.ui.widgets import time_words

ZONE_NAMES = {"local": "system", "cloud": "Etc/GMT-8", "utc": "UTC"}
"""What the settings call the zones to choose from."""


def zone_key(setting: str) -> str:
    """Return which choice a setting is; a zone of the user's own counts as the local one."""
    return next((key for key, name in ZONE_NAMES.items() if name == setting), "local")


def zone_of(key: str, setting: str) -> tzinfo:
    """Return the zone of a choice; ``setting`` may name another one than the computer's."""
    if key == "cloud":
        return CLOUD_ZONE
    name = "UTC" if key == "utc" else setting
    if name in ("", "system"):
        return time_words.local_zone()
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return time_words.local_zone()
