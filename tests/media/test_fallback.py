"""The player where PyAV can't be imported, and with a stream that it makes no picture of."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from ivcdesk.media import fallback, live_worker
from ivcdesk.media.errors import NoDecoder
from ivcdesk.media.live import LivePlayer
from tests.media.streams import Server, live, number_of

HERE = Path(__file__).parents[2]

PROGRAM = """
import sys

class Missing:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "av":
            raise ImportError(name)

sys.meta_path.insert(0, Missing())
from PySide6.QtCore import QCoreApplication, QSize, QTimer
from PySide6.QtGui import QGuiApplication
from ivcdesk.media.live import LivePlayer
from ivcdesk.media.recording import RecordingPlayer
import ivcdesk.ui.widgets.video_tile

app = QGuiApplication([])
player = LivePlayer()
player.set_size(QSize(320, 180))
told = []

def on_state(state):
    told.append(state.kind)
    if state.kind == "failed":
        told.append(f"{state.error.kind} {state.error.status}")
        player.renew(sys.argv[2])

def on_frame():
    told.append("frame")
    frame = player.take()
    if player.facts.width and told.count("frame") > 3:
        frame.image.save(sys.argv[3])
        print(player.transport, player.facts.codec, player.facts.width, *dict.fromkeys(told))
        whole = player.snapshot()
        player.stop()
        assert player.wait_ended(5), "still alive"
        print(player.state.kind, whole.width(), player.take())
        QTimer.singleShot(0, app.quit)

player.state_changed.connect(on_state)
player.frame_ready.connect(on_frame)
player.play(sys.argv[1])
QTimer.singleShot(30000, app.quit)
app.exec()
"""


def test_without_pyav_qts_own_player_shows_the_stream(server: Server, tmp_path):
    server.handlers["/live.flv"] = live(cached=40)
    shot = tmp_path / "shot.png"
    addresses = [server.url(f"/{name}.flv?k=secret1") for name in ("none", "live")]
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, *addresses, str(shot)],
        check=False,
        timeout=60,
        cwd=HERE,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "Qt H264 320 connecting failed http 404 playing frame",
        "empty 320 None",
    ]
    assert "secret1" not in done.stderr
    assert 0 <= number_of(QImage(str(shot))) < 300


@pytest.fixture
def player(qtbot, monkeypatch):
    monkeypatch.setattr(live_worker, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(fallback, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(fallback, "STALL_SECONDS", 0.5)
    made = LivePlayer()
    made.set_size(QSize(320, 180))
    made.states = []
    made.state_changed.connect(lambda state: made.states.append(state))
    yield made
    made.stop()


@pytest.fixture
def no_decoder(monkeypatch):
    def refuse(*_args: object) -> None:
        raise NoDecoder("codec", "no decoder for this kind of picture")

    monkeypatch.setattr(live_worker, "opened", refuse)


@pytest.mark.usefixtures("no_decoder", "no_workers_left")
def test_what_pyav_has_no_decoder_for_is_given_to_qt(qtbot, server, player):
    server.handlers["/live.flv"] = live(cached=40)
    player.play(server.url("/live.flv"))
    with qtbot.waitSignal(player.frame_ready, timeout=8000):
        pass
    assert number_of(player.take().image) < 300
    assert [state.kind for state in player.states] == ["connecting", "playing"]
    assert player.transport == "Qt"
    player.stop()
    assert player.wait_ended(1.0)
    qtbot.waitUntil(lambda: server.open_streams == 0, timeout=5000)


@pytest.mark.usefixtures("no_decoder", "no_workers_left")
def test_qts_player_comes_back_when_the_server_does(qtbot, server, player):
    server.handlers["/live.flv"] = live(cached=40, after=45, then="close")
    player.play(server.url("/live.flv"))
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=8000)
    server.close()
    qtbot.waitUntil(lambda: player.state.error is not None, timeout=8000)
    server.handlers["/live.flv"] = live(cached=40)
    server.listen()
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=8000)


@pytest.mark.usefixtures("no_decoder", "no_workers_left")
def test_qts_player_turns_to_other_addresses_and_asks_for_fresh_ones(qtbot, server, player):
    server.handlers["/good.flv"] = live(cached=40)
    wishes = []
    player.needs_url.connect(lambda: wishes.append(player.state.error.status))
    player.play(server.url("/none.flv"), server.url("/neither.flv"))
    qtbot.waitUntil(lambda: bool(wishes), timeout=8000)
    assert wishes[0] == 404
    player.renew(server.url("/none.flv"), server.url("/good.flv"))
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=8000)
