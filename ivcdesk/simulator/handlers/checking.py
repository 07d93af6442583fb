"""What the reference demands of texts and times, as the cloud checks it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from ivcdesk.simulator.recordings import CLOUD_OFFSET, cloud_day
from ivcdesk.simulator.refusal import Refusal

_HAN = "㐀-鿿豈-﫿𠀀-𿿽"
_NAME = re.compile(f"[{_HAN}A-Za-z0-9 ()（）_-]*")
_LABEL = re.compile(f"[{_HAN}A-Za-z0-9_-]*")
_CLOUD_ZONE = timezone(timedelta(seconds=CLOUD_OFFSET))
LABEL_LENGTH = 32
DESCRIPTION_LENGTH = 128

VALUE = "InvalidParameterValue."


def check_name(text: str, most: int, code: str) -> None:
    """Refuse a name that is empty, too long, or has other characters than names may."""
    if not text or len(text) > most or not _NAME.fullmatch(text):
        raise Refusal(code, f"a name has 1 to {most} letters, digits, spaces, brackets, _ or -")


def check_label(text: str) -> None:
    """Refuse the name of a plan, template or task, each fault with its own code."""
    if not text:
        raise Refusal(f"{VALUE}EmptyName", "the name is empty")
    if len(text) > LABEL_LENGTH:
        raise Refusal(f"{VALUE}TooLongName", f"a name has at most {LABEL_LENGTH} characters")
    if not _LABEL.fullmatch(text):
        raise Refusal(f"{VALUE}IllegalName", "a name has letters, digits, _ and - alone")


def check_description(text: str | None) -> None:
    """Refuse the description of a plan or task, each fault with its own code."""
    if text and len(text) > DESCRIPTION_LENGTH:
        raise Refusal(f"{VALUE}TooLongDescribe", "a description has at most 128 characters")
    if text and not _LABEL.fullmatch(text):
        raise Refusal(f"{VALUE}IllegalDescribe", "a description has letters, digits, _ and - alone")


def is_label(text: str, most: int) -> bool:
    """Whether a text has letters, digits, _ and - alone, and not too many."""
    return len(text) <= most and _LABEL.fullmatch(text) is not None


def check_day(start: int, end: int) -> None:
    """Refuse a range (seconds since the epoch) that is empty or leaves its day of UTC+8."""
    if start <= 0 or end <= 0:
        raise Refusal(f"{VALUE}InvalidStartTimeOrEndTime", "times are seconds since the epoch")
    if start >= end:
        raise Refusal(
            f"{VALUE}StartTimeGreaterThanOrEqualEndTime", "the start is not before the end"
        )
    if cloud_day(start) != cloud_day(end):
        raise Refusal(f"{VALUE}NonSameDay", "the range crosses midnight of UTC+8")


def local_text(moment: float) -> str:
    """Return a moment as the cloud writes it: ``2023-09-06 15:52:34`` of UTC+8."""
    return datetime.fromtimestamp(moment, UTC).astimezone(_CLOUD_ZONE).strftime("%Y-%m-%d %H:%M:%S")
