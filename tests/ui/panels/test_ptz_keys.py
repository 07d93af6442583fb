"""The keyboard as a control desk."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import (
    QKeyEvent,
    QKeySequence,
    QMouseEvent,
    QShortcut,
)
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QSlider,
)

from ivcdesk.api.actions import PtzCommand
from ivcdesk.ui.widgets.steerable import Steerable
from tests.ui.panels.ptz_desk import Desk, desk
from tests.ui.panels.stand_ins import FIXED

LEFT = Qt.MouseButton.LeftButton
_NONE = Qt.KeyboardModifier.NoModifier
__all__ = ["desk"]


def test_arrows_turn_and_two_are_held_together(desk):
    QTest.keyPress(desk.picture, Qt.Key.Key_Left)
    QTest.keyPress(desk.picture, Qt.Key.Key_Up)
    assert desk.panel.held == {PtzCommand.LEFT, PtzCommand.UP}
    QTest.keyRelease(desk.picture, Qt.Key.Key_Left)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Up)
    assert [entry for entry in desk.sent if entry[0] != "speed"] == [
        ("press", "left", 4),
        ("press", "up", 4),
        ("release", "left"),
        ("release", "up"),
    ]


@pytest.mark.parametrize(
    ("key", "command"),
    [
        (Qt.Key.Key_Plus, "zoomin"),
        (Qt.Key.Key_Equal, "zoomin"),
        (Qt.Key.Key_Minus, "zoomout"),
        (Qt.Key.Key_F, "focusfar"),
        (Qt.Key.Key_N, "focusnear"),
        (Qt.Key.Key_O, "irisin"),
        (Qt.Key.Key_C, "irisout"),
    ],
)
def test_lens_keys(desk, key, command):
    QTest.keyClick(desk.picture, key)
    assert [entry for entry in desk.sent if entry[0] != "speed"] == [
        ("press", command, 4),
        ("release", command),
    ]


def test_repetition_of_a_key_is_ignored(desk):
    QTest.keyPress(desk.picture, Qt.Key.Key_Right)
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress) * 5:
        repeat = QKeyEvent(kind, Qt.Key.Key_Right, Qt.KeyboardModifier.NoModifier, "", autorep=True)
        QApplication.sendEvent(desk.picture, repeat)
    assert desk.sent == [("press", "right", 4)]
    QTest.keyRelease(desk.picture, Qt.Key.Key_Right)
    assert desk.sent[-1] == ("release", "right")


def test_shift_is_fast_while_it_is_down(desk):
    QTest.keyPress(desk.picture, Qt.Key.Key_Left)
    QTest.keyPress(desk.picture, Qt.Key.Key_Shift)
    assert desk.sent[-1] == ("speed", 8)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Shift)
    assert desk.sent[-1] == ("speed", 4)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Left)
    QTest.keyPress(desk.picture, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert desk.sent[-1] == ("press", "up", 8)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    assert desk.panel.speed == 4


def test_a_plus_typed_with_shift_is_not_fast(desk):
    QTest.keyPress(desk.picture, Qt.Key.Key_Plus, Qt.KeyboardModifier.ShiftModifier)
    assert desk.sent[-1] == ("press", "zoomin", 4)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Plus)


def test_typing_in_a_field_steers_nothing(desk):
    desk.field.setFocus()
    for key in (Qt.Key.Key_Left, Qt.Key.Key_F, Qt.Key.Key_1):
        QTest.keyClick(desk.field, key)
    assert desk.sent == []
    assert not any(word == "goto" for word, *_ in desk.calls)
    assert desk.field.text() == "f1"


def test_keys_that_a_field_leaves_over_steer_nothing(desk):
    desk.field.setFocus()
    QTest.keyClick(desk.window, Qt.Key.Key_Up)
    assert desk.sent == []


def test_going_into_a_field_lets_go(desk):
    QTest.keyPress(desk.picture, Qt.Key.Key_Up)
    desk.field.setFocus()
    assert not desk.panel.held
    QTest.keyRelease(desk.field, Qt.Key.Key_Up)


def test_keys_steer_from_a_focused_button_of_the_dock_too(desk):
    desk.find("ptz.left").setFocus()
    QTest.keyClick(desk.find("ptz.left"), Qt.Key.Key_Down)
    assert [entry for entry in desk.sent if entry[0] != "speed"] == [
        ("press", "down", 4),
        ("release", "down"),
    ]


def test_arrows_change_a_focused_speed_slider(desk):
    slider = desk.find("ptz.speed", QSlider)
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert slider.value() == 5
    assert not any(word == "press" for word, *_ in desk.sent)


def test_digits_send_the_camera_and_the_newest_wins(desk, qtbot):
    desk.session.ptz.stored = {index: f"P{index}" for index in range(1, 11)}
    desk.panel.presets.load()
    qtbot.waitUntil(lambda: not desk.find("preset.10").empty)
    desk.forget()
    QTest.keyClick(desk.picture, Qt.Key.Key_1)
    QTest.keyClick(desk.picture, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: ("goto", 10) in desk.calls)
    assert desk.calls[-1] == ("goto", 10)


def test_ctrl_and_a_digit_at_the_picture_store_too(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    QTest.keyClick(desk.picture, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: ("set", 3) in desk.calls)


@pytest.mark.parametrize("where", ["a field", "a camera without motors"])
def test_ctrl_and_a_digit_elsewhere_are_left_to_the_rail(desk, qtbot, where):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    turned: list[int] = []
    page = QShortcut(QKeySequence("Ctrl+3"), desk.window)
    page.activated.connect(lambda: turned.append(3))
    if where == "a field":
        desk.field.setFocus()
        at = desk.field
    else:
        desk.panel.set_channel(FIXED)
        at = desk.picture
    QTest.keyClick(at, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    assert turned == [3]
    assert ("set", 3) not in desk.calls


def test_ctrl_and_a_digit_that_store_do_not_change_the_page(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    turned: list[int] = []
    page = QShortcut(QKeySequence("Ctrl+3"), desk.window)
    page.activated.connect(lambda: turned.append(3))
    QTest.keyClick(desk.picture, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: ("set", 3) in desk.calls)
    assert turned == []


def test_escape_is_left_to_others_where_nothing_is_to_be_stopped(desk):
    seen: list[bool] = []
    key = QShortcut(QKeySequence("Esc"), desk.window)
    key.activated.connect(lambda: seen.append(True))
    QTest.keyClick(desk.picture, Qt.Key.Key_Escape)
    assert seen == [True]
    QTest.keyPress(desk.picture, Qt.Key.Key_Left)
    QTest.keyClick(desk.picture, Qt.Key.Key_Escape)
    assert seen == [True]
    QTest.keyRelease(desk.picture, Qt.Key.Key_Left)


def test_escape_ends_a_drag_on_the_picture(qtbot, aio):
    desk = Desk(qtbot)
    tile = Steerable(desk.picture)
    tile.resize(200, 200)
    tile.show()
    desk.start()
    ended: list[bool] = []
    tile.steer_ended.connect(lambda: ended.append(True))
    tile.steer_started.connect(lambda: desk.panel.press("left", 3))
    QTest.mousePress(tile, LEFT, pos=QPoint(100, 100))
    QTest.mouseMove(tile, QPoint(20, 100))
    move = QMouseEvent(QEvent.Type.MouseMove, QPointF(20, 100), QPointF(20, 100), LEFT, LEFT, _NONE)
    QApplication.sendEvent(tile, move)
    assert desk.panel.held
    QTest.keyClick(desk.picture, Qt.Key.Key_Escape)
    assert ended == [True]
    assert not desk.panel.held
    QApplication.sendEvent(tile, move)
    assert ended == [True]
    assert not desk.panel.held
    QTest.mouseRelease(tile, LEFT)
    desk.end(aio)


def key_event(kind: QEvent.Type, key: Qt.Key, scan: int, modifiers=_NONE) -> QKeyEvent:
    return QKeyEvent(kind, key, modifiers, scan, 0, 0)


@pytest.mark.parametrize("scan", [21, 0])
def test_a_key_whose_name_changes_with_shift_is_let_go_of(desk, scan):
    """Plus is Shift and the key of "=": whoever lets go of Shift first lets go of "="."""
    shift = Qt.KeyboardModifier.ShiftModifier
    press = key_event(QEvent.Type.KeyPress, Qt.Key.Key_Plus, scan, shift)
    release = key_event(QEvent.Type.KeyRelease, Qt.Key.Key_Equal, scan)
    QApplication.sendEvent(desk.picture, press)
    assert {str(command) for command in desk.panel.held} == {"zoomin"}
    QApplication.sendEvent(desk.picture, release)
    assert not desk.panel.held


def test_two_keys_of_one_command_are_two_holds(desk):
    main, pad = 21, 86
    QApplication.sendEvent(desk.picture, key_event(QEvent.Type.KeyPress, Qt.Key.Key_Equal, main))
    QApplication.sendEvent(desk.picture, key_event(QEvent.Type.KeyPress, Qt.Key.Key_Plus, pad))
    QApplication.sendEvent(desk.picture, key_event(QEvent.Type.KeyRelease, Qt.Key.Key_Plus, pad))
    assert desk.panel.held
    QApplication.sendEvent(desk.picture, key_event(QEvent.Type.KeyRelease, Qt.Key.Key_Equal, main))
    assert not desk.panel.held


def test_an_arrow_of_the_number_pad_is_let_go_of_under_shift(desk):
    pad = Qt.KeyboardModifier.KeypadModifier
    QApplication.sendEvent(desk.picture, key_event(QEvent.Type.KeyPress, Qt.Key.Key_Left, 83, pad))
    assert desk.panel.held
    QApplication.sendEvent(desk.picture, key_event(QEvent.Type.KeyRelease, Qt.Key.Key_4, 83, pad))
    assert not desk.panel.held
