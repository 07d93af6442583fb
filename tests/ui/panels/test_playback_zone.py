"""The zone of the times: the settings keep it, and nonsense in them does no harm."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.ui.panels.playback_zone import ZONE_NAMES, zone_key, zone_of
from ivcdesk.ui.widgets import time_words


def test_choices_and_settings_name_each_other():
    assert [zone_key(name) for name in ZONE_NAMES.values()] == list(ZONE_NAMES)
    assert zone_key("Europe/Berlin") == "local"


@pytest.mark.parametrize(
    ("key", "setting", "expected"),
    [
        ("cloud", "Etc/GMT-8", CLOUD_ZONE),
        ("utc", "UTC", ZoneInfo("UTC")),
        ("local", "Europe/Berlin", ZoneInfo("Europe/Berlin")),
        ("local", "system", time_words.local_zone()),
        ("local", "", time_words.local_zone()),
        ("local", "Moon/Crater", time_words.local_zone()),
    ],
)
def test_the_zone_of_a_choice(key, setting, expected):
    assert zone_of(key, setting) == expected
