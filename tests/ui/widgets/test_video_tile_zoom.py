"""A magnified tile: it asks for the pixels that are looked at, and shows that part of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, QRect, QSize
from PySide6.QtGui import QAccessible, QColor, QHelpEvent, QImage, QPainter
from PySide6.QtWidgets import QApplication, QToolTip

from ivcdesk.domain.zoom import WHOLE, Zoom
from ivcdesk.media.frames import Frame, StreamFacts
from ivcdesk.media.states import CONNECTING, PLAYING
from ivcdesk.ui.widgets import tile_access
from ivcdesk.ui.widgets.video_tile import VideoTile
from tests.ui.widgets.fed import Fed


@pytest.fixture
def player():
    return Fed()


@pytest.fixture
def tile(qtbot, player):
    made = VideoTile()
    qtbot.addWidget(made)
    made.resize(320, 180)
    made.set_channel("c1", "Gate North")
    made.set_player(player)
    made.show()
    qtbot.waitExposed(made)
    player.be(PLAYING)
    return made


def quarters(size: QSize) -> QImage:
    """Return a picture whose quarters are red, green, blue and white."""
    image = QImage(size, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    width, height = size.width() // 2, size.height() // 2
    for index, name in enumerate(("#ff0000", "#00ff00", "#0000ff", "#ffffff")):
        box = QRect(index % 2 * width, index // 2 * height, width, height)
        painter.fillRect(box, QColor(name))
    painter.end()
    return image


def show(player: Fed, size: QSize) -> None:
    player.frame = Frame(quarters(size))
    player.frame_ready.emit()


def test_it_asks_for_the_pixels_that_are_looked_at(tile, player):
    ratio = tile.devicePixelRatioF()
    player.know(StreamFacts("H.265", 2560, 1440, 25.0, 1900.0))
    tile.set_zoom(Zoom(2.0))
    assert player.wanted == QSize(round(640 * ratio), round(360 * ratio))
    tile.set_zoom(Zoom(8.0))
    assert player.wanted == QSize(min(2560, round(2560 * ratio)), 1440)
    tile.set_zoom(WHOLE)
    assert player.wanted == QSize(round(320 * ratio), round(180 * ratio))


def test_it_asks_for_no_more_than_there_are(tile, player):
    player.know(StreamFacts("H.264", 640, 360, 15.0, 400.0))
    tile.set_zoom(Zoom(8.0))
    assert player.wanted == QSize(640, 360)
    player.know(StreamFacts("H.264", 1280, 720, 15.0, 400.0))
    assert player.wanted == QSize(1280, 720)


def test_it_shows_that_part(tile, player):
    show(player, QSize(320, 180))
    assert tile.grab().toImage().pixelColor(60, 80).name() == "#ff0000"
    tile.set_zoom(Zoom(2.0, 0.75, 0.25))
    show(player, QSize(640, 360))
    image = tile.grab().toImage()
    assert image.pixelColor(60, 80).name() == "#00ff00"
    assert image.pixelColor(200, 80).name() == "#00ff00"


def test_another_channel_is_seen_whole(tile, player):
    show(player, QSize(320, 180))
    tile.set_zoom(Zoom(3.0))
    tile.set_channel("c1", "Gate North 1")
    assert tile.zoom == Zoom(3.0)
    tile.set_channel("c2", "Quay")
    assert tile.zoom == WHOLE


def test_the_facts_can_be_put_away(tile, player):
    show(player, QSize(320, 180))
    player.know(StreamFacts("H.264", 640, 360, 15.0, 420.0, 94.0))
    with_facts = tile.grab().toImage()
    tile.set_facts_shown(False)
    without = tile.grab().toImage()
    corner = QRect(250, 6, 66, 24)
    assert with_facts.copy(corner) != without.copy(corner)
    assert without.pixelColor(300, 12).name() == "#00ff00"


def test_the_pointer_is_told_what_the_delay_means_and_what_can_be_done(tile, player):
    delay, caption, middle = QPointF(310, 10), QPointF(40, 10), QPointF(40, 100)
    show(player, QSize(320, 180))
    assert tile.hint_at(delay) == ""
    player.know(StreamFacts("H.264", 640, 360, 15.0, 420.0, 94.0))
    assert "clock" in tile.hint_at(delay)
    assert "Ctrl and drag" in tile.hint_at(caption)
    assert "steers" not in tile.hint_at(caption)
    tile.drags_steer = True
    assert "steers" in tile.hint_at(caption)
    assert tile.hint_at(middle) == ""
    place = caption.toPoint()
    event = QHelpEvent(QHelpEvent.Type.ToolTip, place, tile.mapToGlobal(place))
    QApplication.sendEvent(tile, event)
    assert "Wheel" in QToolTip.text()
    QToolTip.hideText()


def test_it_is_a_picture_with_a_name_to_those_who_listen(tile, player):
    access = QAccessible.queryAccessibleInterface(tile)
    assert access.role() == QAccessible.Role.Graphic
    assert access.text(QAccessible.Text.Name) == "Gate North"
    assert access.state().focusable
    tile.set_zoom(Zoom(2.0))
    assert "2.0× magnified" in access.text(QAccessible.Text.Description)


def test_a_change_of_state_is_announced(tile, player, monkeypatch):
    heard = []
    monkeypatch.setattr(tile_access.QAccessible, "isActive", lambda: True)
    monkeypatch.setattr(tile_access.QAccessible, "updateAccessibility", heard.append)
    player.be(CONNECTING)
    player.be(PLAYING)
    kinds = [event.type() for event in heard]
    assert kinds == [QAccessible.Event.StateChanged, QAccessible.Event.Announcement] * 2
    assert heard[1].message() == "Gate North: Connecting …"
    assert heard[3].message() == "Gate North: Picture"
