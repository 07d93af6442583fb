from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QCheckBox, QComboBox, QLabel, QLineEdit, QPushButton, QSpinBox

from ivcdesk.ui.context import Context, Explanation
from ivcdesk.ui.panels import settings as page
from ivcdesk.ui.panels.settings import CUSTOM, SettingsPanel, command_problem

ANN = SimpleNamespace(secret_id="AKIDann", region="ap-beijing", endpoint="https://a.invalid")


class Kept:
    """Settings that count how often they were saved."""

    def __init__(self) -> None:
        self.language, self.theme, self.time_zone = "en", "dark", "Asia/Shanghai"
        self.ptz_interval_ms, self.ptz_speed = 300, 4
        self.external_player = ""
        self.external_commands = {}
        self.live_idle_minutes, self.live_tour_seconds = 30, 15
        self.live_restores = self.live_facts = True
        self.saved = 0

    def save(self) -> None:
        self.saved += 1


@pytest.fixture
def kept():
    return Kept()


@pytest.fixture
def panel(qtbot, tmp_path, kept, monkeypatch):
    monkeypatch.setattr(
        page.shutil, "which", lambda name: None if name == "nothing" else f"/bin/{name}"
    )
    context = Context(lambda error: Explanation(str(error)), lambda _: None, kept)
    panel = SettingsPanel(context, tmp_path, lambda: ["VLC", "mpv"])
    qtbot.addWidget(panel)
    panel.resize(900, 700)
    panel.show()
    return panel


def choice(panel, name) -> QComboBox:
    return panel.findChild(QComboBox, f"settings.{name}")


def pick(box: QComboBox, value: str) -> None:
    row = box.findData(value)
    assert row >= 0, value
    box.setCurrentIndex(row)
    box.activated.emit(row)


def test_it_shows_what_is_set(panel, tmp_path):
    assert panel.objectName() == "page.settings"
    assert choice(panel, "language").currentData() == "en"
    assert choice(panel, "theme").currentData() == "dark"
    assert choice(panel, "timeZone").currentData() == "Asia/Shanghai"
    assert panel.findChild(QSpinBox, "settings.ptzInterval").value() == 300
    assert panel.findChild(QLabel, "settings.folder").text() == str(tmp_path)


def test_language_and_theme_are_asked_of_the_application(panel, qtbot):
    with qtbot.waitSignal(panel.language_chosen, timeout=1000) as chosen:
        pick(choice(panel, "language"), "zh_CN")
    assert chosen.args == ["zh_CN"]
    with qtbot.waitSignal(panel.theme_chosen, timeout=1000) as chosen:
        pick(choice(panel, "theme"), "light")
    assert chosen.args == ["light"]


def test_the_interval_is_kept_within_what_devices_bear(panel, kept):
    box = panel.findChild(QSpinBox, "settings.ptzInterval")
    box.setValue(450)
    assert (kept.ptz_interval_ms, kept.saved) == (450, 1)
    box.setValue(10)
    assert kept.ptz_interval_ms == 300


def test_a_time_zone_is_chosen_or_typed(panel, kept):
    zones = choice(panel, "timeZone")
    pick(zones, "Europe/Berlin")
    assert kept.time_zone == "Europe/Berlin"
    zones.lineEdit().setText("utc")
    zones.lineEdit().editingFinished.emit()
    assert kept.time_zone == "UTC"
    zones.lineEdit().setText("Mars/Olympus")
    zones.lineEdit().editingFinished.emit()
    assert kept.time_zone == "UTC"
    assert zones.currentText() == "UTC"
    pick(zones, "system")
    assert kept.time_zone == "system"


def test_players_that_are_installed_are_offered(panel, kept):
    players = choice(panel, "player")
    assert [players.itemData(row) for row in range(players.count())] == ["", "VLC", "mpv", CUSTOM]
    pick(players, "mpv")
    assert kept.external_player == "mpv"


def test_a_command_of_one_s_own(panel, kept):
    field = panel.findChild(QLineEdit, "settings.command")
    problem = panel.findChild(QLabel, "settings.commandProblem")
    field.setText("vlc --fullscreen {url}")
    field.editingFinished.emit()
    assert kept.external_commands == {CUSTOM: "vlc --fullscreen {url}"}
    field.setText("vlc")
    field.editingFinished.emit()
    assert problem.isVisible()
    assert field.property("invalid") is True
    assert kept.external_commands == {CUSTOM: "vlc --fullscreen {url}"}
    field.setText("")
    field.editingFinished.emit()
    assert not problem.isVisible()
    assert kept.external_commands == {}


@pytest.mark.parametrize(
    ("template", "fine"),
    [
        ("vlc {url}", True),
        ("'my player' --x={playlist}", True),
        ("vlc", False),
        ("{url}", False),
        ("vlc '{url}", False),
        ("nothing {url}", False),
    ],
)
def test_commands_are_checked(panel, template, fine):
    assert (command_problem(template) == "") is fine


def test_accounts_are_forgotten(panel, qtbot):
    forget = panel.findChild(QPushButton, "settings.forget")
    assert not forget.isEnabled()
    panel.set_accounts([ANN])
    assert choice(panel, "account").currentText() == "AKIDann · ap-beijing"
    with qtbot.waitSignal(panel.account_forgotten, timeout=1000) as forgotten:
        forget.click()
    assert forgotten.args == [ANN]


def test_live_pictures_have_their_settings(panel, kept):
    idle = panel.findChild(QSpinBox, "settings.liveIdle")
    dwell = panel.findChild(QSpinBox, "settings.liveTour")
    again = panel.findChild(QCheckBox, "settings.liveRestores")
    assert (idle.value(), dwell.value(), again.isChecked()) == (30, 15, True)
    before = kept.saved
    idle.setValue(0)
    dwell.setValue(20)
    again.click()
    assert (kept.live_idle_minutes, kept.live_tour_seconds, kept.live_restores) == (0, 20, False)
    assert kept.saved == before + 3
    assert idle.text() == "never"
