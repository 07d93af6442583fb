"""Typed times are read as people mean them."""

from __future__ import annotations

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.ui.panels.playback_goto import typed_time

SHOWN = date(2026, 11, 23)
NOW = datetime(2026, 11, 24, 12, 0, tzinfo=CLOUD_ZONE).timestamp()
PLAYHEAD = datetime(2026, 11, 23, 10, 0, tzinfo=CLOUD_ZONE).timestamp()


def meant(text: str, *, shown=SHOWN, zone=CLOUD_ZONE) -> str | None:
    t = typed_time(text, shown=shown, playhead=PLAYHEAD, zone=zone, now=NOW)
    return None if t is None else datetime.fromtimestamp(t, zone).strftime("%m-%d %H:%M:%S.%f")[:-3]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("14:07", "11-23 14:07:00.000"),
        ("14：07", "11-23 14:07:00.000"),
        ("1407", "11-23 14:07:00.000"),
        ("907", "11-23 09:07:00.000"),
        ("140730", "11-23 14:07:30.000"),
        (" 14:07:03.24 ", "11-23 14:07:03.240"),
        ("14点07分", "11-23 14:07:00.000"),
        ("14点07", "11-23 14:07:00.000"),
        ("14点7分30秒", "11-23 14:07:30.000"),
        ("2:07 pm", "11-23 14:07:00.000"),
        ("12:10 am", "11-23 00:10:00.000"),
        ("yesterday 14:07", "11-23 14:07:00.000"),
        ("昨天 14:07", "11-23 14:07:00.000"),
        ("前天14:07", "11-22 14:07:00.000"),
        ("today 11:00", "11-24 11:00:00.000"),
        ("2026-11-20 08:15", "11-20 08:15:00.000"),
        ("11-20 8:15", "11-20 08:15:00.000"),
        ("11月20日8:15", "11-20 08:15:00.000"),
        ("11/20", "11-20 00:00:00.000"),
        ("-5m", "11-23 09:55:00.000"),
        ("+30", "11-23 10:00:30.000"),
        ("- 2 h", "11-23 08:00:00.000"),
        ("+1天", "11-24 10:00:00.000"),
        ("+9d", "11-24 12:00:00.000"),
    ],
)
def test_what_is_meant(text, expected):
    assert meant(text) == expected


@pytest.mark.parametrize(
    "text", ["", "soon", "25:00", "14:61", "13:00 pm", "99-99 10:00", "today 13:00", "12345678"]
)
def test_nonsense_and_the_future_mean_nothing(text):
    assert meant(text) is None


def test_a_time_still_to_come_is_yesterdays():
    assert meant("14:07", shown=date(2026, 11, 24)) == "11-23 14:07:00.000"


def test_a_day_without_a_year_lies_in_the_past():
    t = typed_time("12-31 10:00", shown=SHOWN, playhead=0, zone=CLOUD_ZONE, now=NOW)
    assert datetime.fromtimestamp(t, CLOUD_ZONE).year == 2025


def test_the_zones_clock_is_read():
    assert meant("14:07", zone=ZoneInfo("Europe/Berlin")) == "11-23 14:07:00.000"


@given(st.text(max_size=20))
def test_anything_may_be_typed(text):
    t = typed_time(text, shown=SHOWN, playhead=PLAYHEAD, zone=CLOUD_ZONE, now=NOW)
    assert t is None or t <= NOW
