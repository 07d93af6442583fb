from datetime import datetime
from types import SimpleNamespace

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QLabel

from ivcdesk.app.pulse import Pulse, TrafficMeter
from ivcdesk.app.settings import Settings
from ivcdesk.ui.widgets.status_bar import StatusBar


class Player:
    def __init__(self, url: str = "https://a.invalid/live", received: int = 0) -> None:
        self.url, self.bytes_received = url, received


def test_pullers_come_and_go_and_every_byte_counts_once():
    meter = TrafficMeter()
    one, other = Player(received=100), Player()
    assert meter.sample([one, other]) == (2, 100)
    one.bytes_received += 50
    other.bytes_received += 7
    assert meter.sample([one, other]) == (2, 57)
    other.url = ""
    assert meter.sample([one, other]) == (1, 0)
    assert meter.sample([other]) == (0, 0)
    assert meter.sample([Player(received=5)]) == (1, 5)


def session(**more) -> SimpleNamespace:
    client = SimpleNamespace(
        pacing=SimpleNamespace(used=lambda region: 3, limit=20),
        clock=SimpleNamespace(known=True, offset=0.2),
    )
    link = SimpleNamespace(p50_ms=38.0, p95_ms=61.0)
    return SimpleNamespace(account="port", region="ap-shanghai", client=client, link=link, **more)


@pytest.fixture
def bar(qtbot):
    bar = StatusBar()
    qtbot.addWidget(bar)
    return bar


def test_each_beat_shows_what_is_measured(bar, tmp_path):
    settings = Settings(tmp_path)
    settings.traffic_day = datetime.now().astimezone().date().isoformat()
    settings.traffic_bytes = 1_000_000
    player, open_session = Player(), [session()]
    owner = QObject()
    pulse = Pulse(bar, settings, lambda: open_session[0], lambda: [player], owner)
    player.bytes_received = 250_000
    pulse.beat()

    def said(name: str) -> str:
        return bar.findChild(QLabel, name).text()

    assert said("status.account") == "port · ap-shanghai"
    assert said("status.link") == "link 38 / 61 ms"
    assert said("status.budget") == "rate 3/20"
    assert said("status.clock") == "clock +0.2 s"
    assert said("status.pulls") == "streams 1 · 2.0 Mbit/s · 1.25 MB today"
    open_session[0] = None
    pulse.beat()
    assert said("status.account") == "Not signed in"


def test_the_volume_of_the_day_is_kept_now_and_then(bar, tmp_path):
    settings = Settings(tmp_path)
    owner, player = QObject(), Player(received=9)
    pulse = Pulse(bar, settings, lambda: None, lambda: [player], owner)
    for _ in range(60):
        pulse.beat()
    assert Settings(tmp_path).traffic_bytes == 9
    pulse.start()
    pulse.stop()
