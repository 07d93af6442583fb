"""The tile with a player that does as it is told: pixels, states, words, properties, drags."""

from __future__ import annotations

import gc
import weakref

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QColor, QFocusEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QLabel, QPushButton

from ivcdesk.media.errors import MediaError
from ivcdesk.media.frames import StreamFacts
from ivcdesk.media.states import CONNECTING, PLAYING, STALLED, PlayerState
from ivcdesk.ui import text
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.tokens import tokens
from ivcdesk.ui.widgets.video_overlay import facts_words
from ivcdesk.ui.widgets.video_tile import VideoTile
from tests.ui.widgets.fed import Fed


@pytest.fixture
def player():
    return Fed()


@pytest.fixture
def tile(qtbot, player):
    made = VideoTile(explain=lambda error: Explanation("It broke", "Do this", "C1", "R2"))
    qtbot.addWidget(made)
    made.resize(320, 180)
    made.set_player(player)
    made.show()
    qtbot.waitExposed(made)
    return made


def color(tile: VideoTile, x: int, y: int) -> str:
    return tile.grab().toImage().pixelColor(x, y).name()


def words(tile: VideoTile) -> list[str]:
    return [label.text() for label in tile.findChildren(QLabel) if label.isVisible()]


def test_paints_each_picture_once(qtbot, tile, player):
    player.be(PLAYING)
    player.feed("#ff0000")
    qtbot.waitUntil(lambda: tile.property("framesPainted") == 1, timeout=2000)
    assert color(tile, 160, 90) == "#ff0000"
    tile.update()
    player.feed("#00ff00")
    qtbot.waitUntil(lambda: tile.property("framesPainted") == 2, timeout=2000)
    assert color(tile, 160, 90) == "#00ff00"


def test_keeps_the_shape_of_the_picture(tile, player):
    player.be(PLAYING)
    player.feed("#ff0000", QSize(100, 180))
    assert color(tile, 160, 90) == "#ff0000"
    assert color(tile, 20, 90) == tokens().picture
    tile.resize(320, 320)
    player.feed("#00ff00", QSize(320, 180))
    assert color(tile, 160, 160) == "#00ff00"
    assert color(tile, 160, 20) == tokens().picture


def test_asks_for_device_pixels_and_for_nothing_while_hidden(qtbot, tile, player):
    ratio = tile.devicePixelRatioF()
    assert player.wanted == QSize(round(320 * ratio), round(180 * ratio))
    tile.resize(200, 100)
    qtbot.waitUntil(lambda: player.wanted.width() == round(200 * ratio), timeout=2000)
    tile.hide()
    assert player.wanted.isEmpty()
    tile.show()
    assert not player.wanted.isEmpty()
    other = Fed()
    tile.set_player(other)
    assert player.wanted.isEmpty()
    assert not other.wanted.isEmpty()


def test_states_and_their_words(qtbot, tile, player):
    seen = []
    tile.state_changed.connect(seen.append)
    player.be(CONNECTING)
    assert words(tile) == ["Connecting …"]
    player.be(PLAYING)
    assert words(tile) == []
    player.be(STALLED)
    assert words(tile) == ["Waiting for the next picture …"]
    player.be(PlayerState("failed", MediaError("http", "HTTP 404", 404), 4.0))
    assert words(tile) == ["It broke", "Do this\nTrying again in 4 s", "C1 · R2"]
    assert seen == ["connecting", "playing", "stalled", "failed"]
    button = tile.findChild(QPushButton)
    assert button.text() == "Try again"
    with qtbot.waitSignal(tile.retry_requested, timeout=1000):
        button.click()
    footnote = next(label for label in tile.findChildren(QLabel) if label.text() == "C1 · R2")
    assert footnote.textInteractionFlags() & Qt.TextInteractionFlag.TextSelectableByMouse


def test_a_picture_that_is_not_of_now_is_dimmed(tile, player):
    player.be(PLAYING)
    player.feed("#ffffff")
    player.be(PlayerState("stalled", MediaError("ended"), 0.5))
    assert QColor(color(tile, 10, 170)).lightness() < 140
    player.be(PLAYING)
    assert color(tile, 10, 170) == "#ffffff"


def test_the_owner_may_know_better(tile, player):
    tile.set_player(player, follow=False)
    player.be(PLAYING)
    assert tile.property("state") == "empty"
    tile.show_state("failed", "The camera is offline", "last seen 12:41", "", "Find out why")
    assert words(tile) == ["The camera is offline", "last seen 12:41"]
    assert tile.findChild(QPushButton).text() == "Find out why"
    tile.show_state("playing")
    assert words(tile) == []


def test_empty_shows_neither_picture_nor_old_words(tile, player):
    tile.set_empty("Drop a camera here", "or press Enter in the tree")
    player.be(PLAYING)
    player.feed("#ff0000")
    tile.set_player(None)
    assert tile.image is None
    assert words(tile) == ["Drop a camera here", "or press Enter in the tree"]
    assert color(tile, 5, 175) == tokens().picture


def test_another_channel_never_shows_under_the_name_of_the_last(tile, player):
    tile.set_channel("c1", "Gate")
    player.be(PLAYING)
    player.feed("#ff0000")
    tile.set_channel("c1", "Gate North")
    assert tile.image is not None
    tile.set_channel("c2", "Quay")
    assert tile.image is None


def test_words_are_painted_over_the_picture(tile, player):
    player.be(PLAYING)
    player.feed("#204060")
    plain = tile.grab().toImage()
    tile.set_channel("c1", "PTZ Gate North")
    player.feed("#204060")
    player.know(StreamFacts("H.264", 640, 360, 15.0, 420.0, 94.0))
    tile.say("← left, speed 4", None)
    written = tile.grab().toImage()

    def changed(x: int, y: int, width: int, height: int) -> bool:
        return plain.copy(x, y, width, height) != written.copy(x, y, width, height)

    assert changed(8, 6, 120, 40)
    assert changed(250, 6, 60, 24)
    assert changed(100, 140, 120, 34)
    assert not changed(0, 60, 320, 60)
    tile.say("")
    tile.set_badge("14:07:03.240")
    assert not tile.said


def test_a_word_goes_away_by_itself(qtbot, tile):
    tile.say("answered in 38 ms", 0.05)
    assert tile.said == "answered in 38 ms"
    qtbot.waitUntil(lambda: tile.said == "", timeout=2000)


def test_facts_in_words():
    facts = StreamFacts("H.264", 640, 360, 14.9, 420.0, 94.0)
    assert facts_words(facts) == "H.264 640×360 · 15 fps · 0.4 Mbit/s"
    assert facts_words(StreamFacts("H.265", 0, 0, 0.0, 64.2)) == "H.265 · 64 kbit/s"
    assert facts_words(StreamFacts()) == ""


def test_properties(tile, player):
    tile.setObjectName("live.tile.1")
    tile.set_channel("c1", "Gate")
    player.be(PLAYING)
    player.know(StreamFacts("H.265", 640, 360, 25.0, 900.0))
    found = {
        name: tile.property(name)
        for name in ("channelId", "state", "sourceUrl", "codec", "bitrateKbps", "fps")
    }
    assert found == {
        "channelId": "c1",
        "state": "playing",
        "sourceUrl": "https://cam.example/live/c1.flv",
        "codec": "H.265",
        "bitrateKbps": 900.0,
        "fps": 25.0,
    }


def test_what_is_said_follows_the_language(tile, player):
    player.be(CONNECTING)
    try:
        text.use("zh_CN", {"Connecting …": "正在连接…"})
        assert words(tile) == ["正在连接…"]
    finally:
        text.use("en", {})
    assert words(tile) == ["Connecting …"]


def test_assistants_are_told(tile, player):
    tile.set_channel("c1", "Gate North")
    player.be(PlayerState("failed", MediaError("refused"), None))
    assert tile.accessibleName() == "Gate North"
    assert "It broke" in tile.accessibleDescription()
    assert "It broke" in tile.explanation


def test_the_chosen_tile_has_a_frame(tile, player):
    QApplication.focusWidget()
    tile.clearFocus()
    player.be(PLAYING)
    player.feed("#204060")
    assert color(tile, 0, 90) == "#204060"
    tile.set_chosen(True)
    assert color(tile, 0, 90) == tokens().accent


def mouse(tile, kind, x, y, button=Qt.MouseButton.LeftButton, held=Qt.MouseButton.LeftButton):
    place = QPointF(x, y)
    event = QMouseEvent(kind, place, tile.mapToGlobal(place), button, held, Qt.NoModifier)
    QApplication.sendEvent(tile, event)


@pytest.fixture
def drags(tile):
    seen = []
    tile.steer_started.connect(lambda: seen.append("start"))
    tile.steered.connect(lambda dx, dy: seen.append((dx, dy)))
    tile.steer_ended.connect(lambda: seen.append("end"))
    tile.clicked.connect(lambda: seen.append("click"))
    return seen


def test_a_click_is_no_drag(tile, drags):
    mouse(tile, QEvent.Type.MouseButtonPress, 50, 50)
    mouse(tile, QEvent.Type.MouseMove, 51, 50, Qt.MouseButton.NoButton)
    mouse(tile, QEvent.Type.MouseButtonRelease, 51, 50, held=Qt.MouseButton.NoButton)
    assert drags == ["click"]


def test_a_drag_steers_until_released(tile, drags):
    mouse(tile, QEvent.Type.MouseButtonPress, 50, 50)
    mouse(tile, QEvent.Type.MouseMove, 90, 40, Qt.MouseButton.NoButton)
    mouse(tile, QEvent.Type.MouseMove, 300, 40, Qt.MouseButton.NoButton)
    mouse(tile, QEvent.Type.MouseButtonRelease, 300, 40, held=Qt.MouseButton.NoButton)
    assert drags == ["start", (40, -10), (250, -10), "end"]


def test_a_drag_that_leaves_the_window_lets_go(tile, drags):
    mouse(tile, QEvent.Type.MouseButtonPress, 50, 50)
    mouse(tile, QEvent.Type.MouseMove, 90, 40, Qt.MouseButton.NoButton)
    mouse(tile, QEvent.Type.MouseMove, 5000, 40, Qt.MouseButton.NoButton)
    mouse(tile, QEvent.Type.MouseMove, 120, 40, Qt.MouseButton.NoButton)
    assert drags == ["start", (40, -10), "end"]


@pytest.mark.parametrize("loss", ["hide", "focus", "window", "second", "lost", "escape", "disable"])
def test_every_way_of_losing_the_drag_ends_it(qtbot, tile, drags, loss):
    tile.setFocus()
    mouse(tile, QEvent.Type.MouseButtonPress, 50, 50)
    mouse(tile, QEvent.Type.MouseMove, 90, 40, Qt.MouseButton.NoButton)
    match loss:
        case "hide":
            tile.hide()
        case "focus":
            QApplication.sendEvent(tile, _focus_out())
        case "window":
            QApplication.sendEvent(tile, QEvent(QEvent.Type.WindowDeactivate))
        case "second":
            mouse(tile, QEvent.Type.MouseButtonPress, 90, 40, Qt.MouseButton.RightButton)
        case "lost":
            mouse(
                tile,
                QEvent.Type.MouseMove,
                95,
                40,
                Qt.MouseButton.NoButton,
                Qt.MouseButton.NoButton,
            )
        case "escape":
            qtbot.keyClick(tile, Qt.Key.Key_Escape)
        case "disable":
            tile.setEnabled(False)
    assert drags == ["start", (40, -10), "end"]


def test_deleting_the_tile_lets_go(qtbot):
    tile = VideoTile()
    ends = []
    tile.steer_ended.connect(lambda: ends.append(1))
    tile.show()
    mouse(tile, QEvent.Type.MouseButtonPress, 50, 50)
    mouse(tile, QEvent.Type.MouseMove, 90, 40, Qt.MouseButton.NoButton)
    tile.deleteLater()
    qtbot.waitUntil(lambda: ends == [1], timeout=2000)


def _focus_out() -> QEvent:
    return QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.OtherFocusReason)


def test_the_wheel_zooms(qtbot, tile):
    with qtbot.waitSignal(tile.zoomed, timeout=1000) as caught:
        event = QWheelEvent(
            QPointF(50, 50),
            QPointF(tile.mapToGlobal(QPoint(50, 50))),
            QPoint(),
            QPoint(0, -240),
            Qt.MouseButton.NoButton,
            Qt.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(tile, event)
    assert caught.args == [-2.0]


def test_a_player_that_is_gone_is_no_trouble(qtbot, tile, player):
    tile.set_player(None)
    short_lived = Fed()
    tile.set_player(short_lived)
    short_lived.deleteLater()
    qtbot.wait(10)
    tile.set_player(None)
    tile.grab()


def test_a_tile_can_be_forgotten(qtbot, player):
    made = VideoTile()
    made.set_player(player)
    alive = weakref.ref(made)
    made.set_player(None)
    made.deleteLater()
    qtbot.wait(10)
    del made
    gc.collect()
    text.use("en", {})
    assert alive() is None or not alive().isVisible()
