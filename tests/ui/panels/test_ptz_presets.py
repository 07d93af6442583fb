"""The cards of presets: called, set, named, ordered and deleted."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QApplication,
    QLabel,
    QLineEdit,
)

from ivcdesk.api.errors import DeviceTimeout
from ivcdesk.ui.dialogs.confirm import Confirm
from ivcdesk.ui.dialogs.preset_name import PresetName
from ivcdesk.ui.panels.ptz_pictures import LARGEST, decode, encode, settled_picture
from tests.ui.panels.ptz_desk import desk
from tests.ui.panels.stand_ins import AWAY, FIXED, GATE

LEFT = Qt.MouseButton.LeftButton
_NONE = Qt.KeyboardModifier.NoModifier
__all__ = ["desk"]


def test_presets_are_asked_for_and_named(desk, qtbot):
    qtbot.waitUntil(lambda: "Gate lane" in desk.find("preset.1").accessibleName())
    assert "empty" in desk.find("preset.3").accessibleName()
    assert "Preset 5" in desk.find("preset.5").accessibleName()
    assert desk.find("preset.10").accessibleName().startswith("0:")


def test_a_card_sends_the_camera_there(desk, qtbot):
    qtbot.waitUntil(lambda: not desk.find("preset.1").empty and desk.find("preset.3").empty)
    QTest.mouseClick(desk.find("preset.2"), LEFT)
    qtbot.waitUntil(lambda: ("goto", 2) in desk.calls)
    qtbot.waitUntil(lambda: any("answered in" in text for text, _failed in desk.told))
    assert "“Barrier”" in desk.told[-1][0]
    QTest.mouseClick(desk.find("preset.3"), LEFT)
    assert "Nothing is stored" in desk.told[-1][0]
    assert ("goto", 3) not in desk.calls


def test_a_failed_list_says_why_and_can_be_asked_again(desk, qtbot):
    desk.session.ptz.error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "late")
    desk.panel.set_channel(None)
    desk.panel.set_channel(GATE)
    problem = desk.find("preset.problem", QLabel)
    qtbot.waitUntil(problem.isVisible)
    assert "FailedOperation.DeviceResponseTimeOut" in problem.text()
    desk.session.ptz.error = None
    QTest.mouseClick(desk.find("preset.retry"), LEFT)
    qtbot.waitUntil(problem.isHidden)
    qtbot.waitUntil(lambda: "Gate lane" in desk.find("preset.1").accessibleName())


def confirmation(desk) -> Confirm | None:
    return next((d for d in desk.window.findChildren(Confirm) if d.isVisible()), None)


def answer(desk, qtbot, name: str) -> str:
    qtbot.waitUntil(lambda: confirmation(desk) is not None)
    dialog = confirmation(desk)
    question = dialog.accessibleName()
    QTest.mouseClick(dialog.findChild(QAbstractButton, name), LEFT)
    qtbot.waitUntil(lambda: confirmation(desk) is None)
    return question


def test_overwriting_asks_first(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    card = desk.find("preset.1")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_1, Qt.KeyboardModifier.ControlModifier)
    assert "“Gate lane”" in answer(desk, qtbot, "confirm.cancel")
    assert ("set", 1) not in desk.calls
    card.set_wanted.emit()
    answer(desk, qtbot, "confirm.accept")
    qtbot.waitUntil(lambda: ("set", 1) in desk.calls)
    qtbot.waitUntil(lambda: "Preset 1" in card.accessibleName())


def test_an_empty_preset_is_set_without_a_question(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    card = desk.find("preset.3")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not card.empty)
    assert ("set", 3) in desk.calls


def test_deleting_asks_first(desk, qtbot):
    card = desk.find("preset.2")
    qtbot.waitUntil(lambda: card.name == "Barrier")
    card.delete_wanted.emit()
    assert "Delete" in answer(desk, qtbot, "confirm.cancel")
    assert ("delete", 2) not in desk.calls
    card.delete_wanted.emit()
    answer(desk, qtbot, "confirm.accept")
    qtbot.waitUntil(lambda: card.empty)
    assert ("delete", 2) in desk.calls


def test_changing_the_channel_withdraws_the_question(desk, qtbot):
    card = desk.find("preset.2")
    qtbot.waitUntil(lambda: card.name == "Barrier")
    card.delete_wanted.emit()
    qtbot.waitUntil(lambda: confirmation(desk) is not None)
    desk.panel.set_channel(AWAY)
    qtbot.waitUntil(lambda: confirmation(desk) is None)
    assert ("delete", 2) not in desk.calls


def test_a_preset_that_fails_says_so(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.1").name == "Gate lane")
    desk.session.ptz.error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "late")
    QTest.mouseClick(desk.find("preset.1"), LEFT)
    qtbot.waitUntil(lambda: bool(desk.told) and desk.told[-1][1])
    assert "Words for DeviceTimeout" in desk.told[-1][0]
    assert "DeviceResponseTimeOut" in desk.find("ptz.footnote", QLabel).text()


def test_slow_presets_block_nothing(desk, qtbot):
    desk.session.ptz.gate.clear()
    desk.panel.set_channel(None)
    desk.panel.set_channel(GATE)
    QTest.mouseClick(desk.find("ptz.left"), LEFT)
    assert ("press", "left", 4) in desk.sent
    desk.session.ptz.gate.set()
    qtbot.waitUntil(lambda: desk.find("preset.1").name == "Gate lane")


def painted(colour: str) -> QImage:
    image = QImage(640, 360, QImage.Format.Format_RGB32)
    image.fill(QColor(colour))
    return image


@pytest.fixture
def at_once(monkeypatch):
    """Cameras that stand still at once."""
    monkeypatch.setattr("ivcdesk.ui.panels.ptz_pictures.FIRST_LOOK", 0.0)
    monkeypatch.setattr("ivcdesk.ui.panels.ptz_pictures.NEXT_LOOK", 0.0)
    monkeypatch.setattr("ivcdesk.ui.panels.ptz_pictures.LAG", 0.0)


def test_a_visit_takes_a_picture_and_a_second_one_keeps_it(desk, qtbot, at_once):
    looks: list[str] = []
    shelf = desk.panel.presets

    def eye(channel):
        looks.append(channel)
        return painted("red")

    shelf.eye = eye
    card = desk.find("preset.1")
    qtbot.waitUntil(lambda: card.name == "Gate lane")
    QTest.mouseClick(card, LEFT)
    qtbot.waitUntil(lambda: card.has_picture)
    assert set(looks) == {GATE}
    taken = len(looks)
    QTest.mouseClick(desk.find("preset.2"), LEFT)
    qtbot.waitUntil(lambda: desk.find("preset.2").has_picture)
    QTest.mouseClick(card, LEFT)
    qtbot.waitUntil(lambda: desk.calls.count(("goto", 1)) == 2)
    qtbot.wait(20)
    assert len(looks) == 2 * taken + 1


def test_setting_takes_a_new_picture(desk, qtbot, at_once):
    colours = ["red"]
    desk.panel.presets.eye = lambda _channel: painted(colours[-1])
    card = desk.find("preset.3")
    qtbot.waitUntil(lambda: card.empty)
    QTest.keyClick(card, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: card.has_picture and not card.empty)
    before = card.grab().toImage()
    colours.append("blue")
    card.set_wanted.emit()
    answer(desk, qtbot, "confirm.accept")
    qtbot.waitUntil(lambda: card.grab().toImage() != before)


def test_steering_meanwhile_gives_the_picture_up(desk, qtbot, monkeypatch):
    monkeypatch.setattr("ivcdesk.ui.panels.ptz_pictures.FIRST_LOOK", 0.05)
    desk.panel.presets.eye = lambda _channel: painted("red")
    card = desk.find("preset.1")
    qtbot.waitUntil(lambda: card.name == "Gate lane")
    QTest.mouseClick(card, LEFT)
    qtbot.waitUntil(lambda: any("answered in" in text for text, _failed in desk.told))
    QTest.mouseClick(desk.find("ptz.left"), LEFT)
    desk.panel.presets.forget_current()
    qtbot.waitUntil(lambda: not desk.panel.presets.tasks.busy)
    assert not card.has_picture


def test_a_camera_without_a_picture_costs_nothing(desk, qtbot, at_once):
    card = desk.find("preset.1")
    qtbot.waitUntil(lambda: card.name == "Gate lane")
    QTest.mouseClick(card, LEFT)
    qtbot.waitUntil(lambda: any("answered in" in text for text, _failed in desk.told))
    qtbot.waitUntil(lambda: not desk.panel.presets.tasks.busy)
    assert not card.has_picture


def test_pictures_are_small_and_a_moving_view_is_waited_for(aio, monkeypatch):
    monkeypatch.setattr("ivcdesk.ui.panels.ptz_pictures.FIRST_LOOK", 0.0)
    monkeypatch.setattr("ivcdesk.ui.panels.ptz_pictures.NEXT_LOOK", 0.0)
    shades = iter(["black", "gray", "white", "white"])
    image = aio(settled_picture(lambda _c: painted(next(shades)), GATE, lambda: True))
    assert image.pixelColor(5, 5) == QColor("white")
    assert next(shades, None) is None
    shades = iter(["black", "black", "black", "white", "white"])
    seen = aio(
        settled_picture(lambda _c: painted(next(shades)), GATE, lambda: True, painted("black"))
    )
    assert seen.pixelColor(5, 5) == QColor("white")
    noise = QImage(os.urandom(1920 * 1080 * 4), 1920, 1080, QImage.Format.Format_RGB32)
    jpeg = encode(noise)
    assert 0 < len(jpeg) <= LARGEST
    assert decode({1: jpeg, 2: b"nothing"})[1].width() == 320


def test_a_name_of_our_own_stands_before_the_devices(desk, qtbot):
    card = desk.find("preset.2")
    qtbot.waitUntil(lambda: card.name == "Barrier")
    card.setFocus()
    QTest.keyClick(card, Qt.Key.Key_F2)
    qtbot.waitUntil(lambda: bool(desk.window.findChildren(PresetName)))
    dialog = desk.window.findChildren(PresetName)[0]
    field = dialog.findChild(QLineEdit, "presetName.field")
    assert field.placeholderText() == "Barrier"
    field.setText("  West   gate ")
    QTest.mouseClick(dialog.findChild(QAbstractButton, "presetName.accept"), LEFT)
    qtbot.waitUntil(lambda: card.own_name == "West gate")
    assert "West gate" in card.accessibleName()
    assert "Barrier" in card.toolTip()
    desk.panel.set_channel(FIXED)
    desk.panel.set_channel(GATE)
    qtbot.waitUntil(lambda: card.own_name == "West gate")


def places(desk) -> list[int]:
    cards = [desk.find(f"preset.{number}") for number in range(1, 11)]
    return [card.index for card in sorted(cards, key=lambda card: (card.y(), card.x()))]


def test_alt_and_arrows_move_a_card_and_that_is_kept(desk, qtbot):
    card = desk.find("preset.1")
    qtbot.waitUntil(lambda: card.name == "Gate lane")
    card.setFocus()
    alt = Qt.KeyboardModifier.AltModifier
    QTest.keyClick(card, Qt.Key.Key_Down, alt)
    qtbot.waitUntil(lambda: places(desk)[:4] == [2, 3, 1, 4])
    QTest.keyClick(card, Qt.Key.Key_Right, alt)
    qtbot.waitUntil(lambda: places(desk)[:4] == [2, 3, 4, 1])
    assert "at place 4" in desk.told[-1][0]
    assert not any(word == "press" for word, *_ in desk.sent)
    qtbot.waitUntil(lambda: not desk.panel.presets.tasks.busy)
    desk.panel.set_channel(FIXED)
    assert desk.panel.presets._order[0] == 1
    desk.panel.set_channel(GATE)
    qtbot.waitUntil(lambda: places(desk)[:4] == [2, 3, 4, 1])
    assert card.nextInFocusChain() is not None


def test_dragging_moves_a_card_and_visits_nothing(desk, qtbot):
    card, target = desk.find("preset.1"), desk.find("preset.4")
    qtbot.waitUntil(lambda: card.name == "Gate lane")
    goal = target.mapToGlobal(target.rect().center())
    card.dragged.emit(goal)
    assert target._target
    card.dropped.emit(goal)
    qtbot.waitUntil(lambda: places(desk)[:4] == [2, 3, 4, 1])
    assert not target._target
    assert not any(word == "goto" for word, *_ in desk.calls)


def test_a_drag_by_the_mouse_is_no_click(desk, qtbot):
    card = desk.find("preset.1")
    qtbot.waitUntil(lambda: card.name == "Gate lane")
    dropped: list[QPoint] = []
    card.dropped.connect(dropped.append)
    QTest.mousePress(card, LEFT, pos=QPoint(5, 5))
    for x in (15, 40):
        place = QPointF(x, 5)
        event = QMouseEvent(
            QEvent.Type.MouseMove, place, card.mapToGlobal(place), LEFT, LEFT, _NONE
        )
        QApplication.sendEvent(card, event)
    QTest.mouseRelease(card, LEFT, pos=QPoint(40, 5))
    assert len(dropped) == 1
    assert not any(word == "goto" for word, *_ in desk.calls)


def test_deleting_says_what_is_lost(desk, qtbot, at_once):
    desk.panel.presets.eye = lambda _channel: painted("red")
    desk.panel.presets.part_of_tour = lambda index: index == 2
    card = desk.find("preset.2")
    qtbot.waitUntil(lambda: card.name == "Barrier")
    QTest.mouseClick(card, LEFT)
    qtbot.waitUntil(lambda: card.has_picture)
    card.delete_wanted.emit()
    qtbot.waitUntil(lambda: confirmation(desk) is not None)
    words = confirmation(desk).accessibleDescription()
    assert "picture" in words
    assert "patrol" in words
    answer(desk, qtbot, "confirm.accept")
    qtbot.waitUntil(lambda: card.empty and not card.has_picture)
    assert card._picture is None
