import asyncio
import json
import stat
import sys
from datetime import date
from pathlib import Path

import pytest

from ivcdesk.app.options import Options
from ivcdesk.app.settings import Account, Settings, folder_for

ANN = Account("AKIDann", "ap-shanghai", "https://iss.example.invalid", signs_in=True)
BOB = Account("AKIDbob", "ap-beijing", "https://iss.example.invalid")


def read(folder: Path) -> dict:
    return json.loads((folder / "settings.json").read_text(encoding="utf-8"))


def test_what_was_saved_is_read_again(tmp_path):
    settings = Settings(tmp_path)
    settings.language = "zh_CN"
    settings.ptz_interval_ms = 450
    settings.external_commands = {"custom": "vlc {url}"}
    settings.remember(ANN)
    settings.save()
    again = Settings(tmp_path)
    assert (again.language, again.ptz_interval_ms) == ("zh_CN", 450)
    assert again.external_commands == {"custom": "vlc {url}"}
    assert again.accounts == [ANN]
    assert again.troubles == []


def test_the_file_is_readable_by_people_and_by_nobody_else(tmp_path):
    settings = Settings(tmp_path)
    settings.external_commands = {"custom": "播放器 {url}"}
    settings.save()
    assert "播放器" in settings.path.read_text(encoding="utf-8")
    if sys.platform != "win32":
        assert stat.S_IMODE(settings.path.stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["settings.json"]


@pytest.mark.parametrize("content", ["{", "[1, 2]", '"text"', "\x00", '{"a":' * 5000])
def test_an_unreadable_file_is_moved_aside_and_told(tmp_path, content):
    (tmp_path / "settings.json").write_text(content)
    settings = Settings(tmp_path)
    assert settings.theme == "system"
    assert settings.moved_aside == tmp_path / "settings.unreadable-1.json"
    assert settings.moved_aside.read_text() == content
    assert settings.troubles
    settings.save()
    assert read(tmp_path)["theme"] == "system"


def test_bytes_that_are_no_text_are_moved_aside_too(tmp_path):
    (tmp_path / "settings.json").write_bytes(b"\xff\xfe\xff")
    (tmp_path / "settings.unreadable-1.json").write_text("an older one")
    assert Settings(tmp_path).moved_aside == tmp_path / "settings.unreadable-2.json"


def test_one_bad_value_costs_only_itself(tmp_path):
    document = {
        "language": "klingon",
        "theme": "light",
        "ptz_interval_ms": 5,
        "ptz_speed": True,
        "time_zone": "Mars/Olympus",
        "external_commands": {"a": 1},
        "accounts": [{"secret_id": "x"}],
        "hidden_docks": "navigator",
    }
    (tmp_path / "settings.json").write_text(json.dumps(document))
    settings = Settings(tmp_path)
    assert settings.theme == "light"
    assert (settings.language, settings.ptz_interval_ms, settings.ptz_speed) == ("system", 300, 4)
    assert (settings.time_zone, settings.external_commands) == ("system", {})
    assert (settings.accounts, settings.hidden_docks) == ([], [])
    assert len(settings.troubles) == 7


def test_what_a_newer_version_wrote_survives(tmp_path):
    (tmp_path / "settings.json").write_text('{"joystick": {"dead_zone": 3}}')
    settings = Settings(tmp_path)
    settings.theme = "dark"
    settings.save()
    assert read(tmp_path)["joystick"] == {"dead_zone": 3}


def test_an_override_is_for_this_run_only(tmp_path):
    settings = Settings(tmp_path)
    settings.theme = "light"
    settings.save()
    settings.override(theme="dark", language="en")
    assert (settings.theme, settings.language) == ("dark", "en")
    settings.save()
    assert (read(tmp_path)["theme"], read(tmp_path)["language"]) == ("light", "system")
    settings.language = "zh_CN"
    settings.save()
    assert read(tmp_path)["language"] == "zh_CN"


def test_accounts_are_listed_once_and_forgotten(tmp_path):
    settings = Settings(tmp_path)
    settings.remember(ANN)
    settings.remember(BOB)
    settings.remember(Account(ANN.secret_id, "ap-guangzhou", ANN.endpoint))
    assert [(a.secret_id, a.region) for a in settings.accounts] == [
        ("AKIDann", "ap-guangzhou"),
        ("AKIDbob", "ap-beijing"),
    ]
    settings.forget(ANN)
    assert settings.accounts == [BOB]


def test_no_secret_has_a_place_in_the_file(tmp_path):
    settings = Settings(tmp_path)
    settings.remember(ANN)
    assert set(read(tmp_path)["accounts"][0]) == {"secret_id", "region", "endpoint", "signs_in"}


def test_a_folder_that_cant_be_written_to_is_no_catastrophe(tmp_path, caplog):
    (tmp_path / "file").write_text("")
    settings = Settings(tmp_path / "file" / "below")
    settings.save()
    assert "could not be saved" in caplog.text


def test_a_file_that_cant_be_written_is_told_while_the_window_lives(tmp_path):
    (tmp_path / "file").write_text("")
    told: list[OSError] = []

    async def save() -> None:
        settings = Settings(tmp_path / "file" / "below")
        settings.on_failure = told.append
        settings.save()
        await settings.flush()
        await asyncio.sleep(0)

    asyncio.run(save())
    assert len(told) == 1


def test_traffic_is_counted_by_the_day(tmp_path):
    settings = Settings(tmp_path)
    assert settings.add_traffic(100, date(2026, 1, 1)) == 100
    assert settings.add_traffic(50, date(2026, 1, 1)) == 150
    assert settings.add_traffic(7, date(2026, 1, 2)) == 7


def test_saving_in_a_loop_happens_behind_it(tmp_path):
    async def save() -> None:
        settings = Settings(tmp_path)
        for interval in range(300, 340):
            settings.ptz_interval_ms = interval
            settings.save()
        await settings.flush()

    asyncio.run(save())
    assert read(tmp_path)["ptz_interval_ms"] == 339


def test_the_folder_is_the_one_asked_for_and_profiles_lie_in_it(tmp_path):
    assert folder_for(Options(data_dir=tmp_path)) == tmp_path
    assert folder_for(Options(data_dir=tmp_path, profile="a")) == tmp_path / "profiles" / "a"
    assert folder_for(Options()).name == "ivcdesk"


@pytest.mark.parametrize(
    ("name", "wrong"),
    [
        ("live_idle_minutes", -1),
        ("live_idle_minutes", "30"),
        ("live_tour_seconds", 2),
        ("live_restores", 1),
        ("live_facts", "yes"),
    ],
)
def test_live_settings_have_limits(tmp_path, name, wrong):
    (tmp_path / "settings.json").write_text(json.dumps({name: wrong}))
    settings = Settings(tmp_path)
    assert getattr(settings, name) == getattr(type(settings), name)
    assert name in settings.troubles[0]
