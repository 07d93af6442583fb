"""Moments and lengths in words, in both languages."""

from __future__ import annotations

from datetime import date, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.ui import text
from ivcdesk.ui.widgets import time_words

DAY = date(2026, 11, 23)


@pytest.fixture
def chinese(qapp):
    text.use("zh_CN", {"ddd d MMM yyyy": "yyyy年M月d日 ddd", "MMMM yyyy": "yyyy年M月"})
    yield
    text.use("en", {})


def test_days_in_english():
    assert time_words.full_day(DAY) == "Mon 23 Nov 2026"
    assert time_words.short_day(DAY) == "Mon 23 Nov"
    assert time_words.month(DAY) == "November 2026"


def test_days_in_chinese(chinese):
    assert time_words.full_day(DAY) == "2026年11月23日 周一"
    assert time_words.month(DAY) == "2026年11月"


def test_clocks_are_rounded_down_and_keep_their_width():
    t = 1795414020.0  # 14:07 in UTC+8
    assert time_words.clock(t - 0.0004, CLOUD_ZONE) == "14:06:59"
    assert time_words.clock(t + 0.24, CLOUD_ZONE, milliseconds=True) == "14:07:00.240"
    assert time_words.clock(t + 0.067, CLOUD_ZONE, milliseconds=True) == "14:07:00.067"
    assert time_words.full_day_of(t, CLOUD_ZONE) == "Mon 23 Nov 2026"
    assert time_words.short_day_of(t + 10 * 3600, CLOUD_ZONE) == "Tue 24 Nov"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"),
        (0.2, "1 s"),
        (59.4, "59 s"),
        (61, "1 min 01 s"),
        (3600, "1 h 00 min"),
        (86400 * 2.5, "2 d 12 h"),
    ],
)
def test_lengths(seconds, words):
    assert time_words.length(seconds) == words


def test_offsets():
    assert time_words.offset(0, CLOUD_ZONE) == "UTC+8"
    assert time_words.offset(0, ZoneInfo("Asia/Kolkata")) == "UTC+5:30"
    assert time_words.offset(0, timezone(timedelta(hours=-3, minutes=-30))) == "UTC-3:30"
