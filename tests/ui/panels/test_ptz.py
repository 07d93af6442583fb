"""The control dock: nothing is steered that nobody holds, and everything is said in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLabel,
    QMenu,
    QSlider,
    QSpinBox,
)
from shiboken6 import delete

from ivcdesk.api.actions import DeviceStatus, PtzCommand
from ivcdesk.api.errors import DeviceTimeout
from ivcdesk.services.ptz import Feedback
from tests.ui.panels.ptz_desk import Desk, desk
from tests.ui.panels.stand_ins import AWAY, FIXED, GATE

LEFT = Qt.MouseButton.LeftButton
__all__ = ["desk"]


def test_buttons_hold_and_let_go(desk):
    for command in PtzCommand:
        desk.forget()
        button = desk.find(f"ptz.{command}")
        QTest.mousePress(button, LEFT)
        assert desk.sent == [("press", command, 4)]
        assert desk.panel.held == {command}
        QTest.mouseRelease(button, LEFT)
        assert desk.sent == [("press", command, 4), ("release", command)]
        assert not desk.panel.held
        assert button.accessibleName()
        assert button.toolTip()


def test_the_slider_is_the_speed_and_is_remembered(desk):
    slider = desk.find("ptz.speed", QSlider)
    assert (slider.minimum(), slider.maximum(), slider.value()) == (1, 8, 4)
    slider.setValue(7)
    assert desk.context.settings.ptz_speed == 7
    assert desk.context.settings.saved == 1
    QTest.mouseClick(desk.find("ptz.left"), LEFT)
    assert ("press", "left", 7) in desk.sent


@pytest.mark.parametrize("speed", [0, 12])
def test_a_speed_out_of_range_in_the_settings_is_kept_within(qtbot, aio, speed):
    desk = Desk(qtbot, ptz_speed=speed)
    assert desk.panel.speed in (1, 8)
    desk.end(aio)


def _open(desk, dialog: QDialog) -> None:
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.open()
    desk.opened.append(dialog)


def _pop_up(desk) -> None:
    menu = QMenu(desk.window)
    menu.addAction("anything")
    menu.popup(desk.window.mapToGlobal(QPoint(5, 5)))
    desk.opened.append(menu)


LOSSES = {
    "channel changed": lambda desk: desk.panel.set_channel(FIXED),
    "no channel": lambda desk: desk.panel.set_channel(None),
    "signed out": lambda desk: desk.panel.detach(),
    "hidden": lambda desk: desk.panel.hide(),
    "window hidden": lambda desk: desk.window.hide(),
    "disabled": lambda desk: desk.panel.setEnabled(False),
    "device went offline": lambda desk: desk.session.directory.set_status(
        "d1", DeviceStatus.OFFLINE
    ),
    "told to stop": lambda desk: desk.panel.stop(),
    "window deactivated": lambda desk: QApplication.sendEvent(
        desk.window, QEvent(QEvent.Type.WindowDeactivate)
    ),
    "application inactive": lambda desk: QApplication.instance().applicationStateChanged.emit(
        Qt.ApplicationState.ApplicationInactive
    ),
    "application suspended": lambda desk: QApplication.instance().applicationStateChanged.emit(
        Qt.ApplicationState.ApplicationSuspended
    ),
    "modal dialog": lambda desk: _open(desk, QDialog(desk.window)),
    "menu": lambda desk: _pop_up(desk),
    "Esc": lambda desk: QTest.keyClick(desk.picture, Qt.Key.Key_Escape),
}


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES.keys())
@pytest.mark.parametrize("hold", ["mouse", "key", "picture"])
def test_every_loss_lets_go(desk, qtbot, hold, lose):
    if hold == "mouse":
        QTest.mousePress(desk.find("ptz.left"), LEFT)
    elif hold == "key":
        QTest.keyPress(desk.picture, Qt.Key.Key_Left)
    else:
        desk.panel.press("left", 5)
    assert desk.panel.held == {PtzCommand.LEFT}
    if hold == "picture" and lose is LOSSES["menu"]:
        return  # the picture notices that by itself: see the tests of its tile
    desk.forget()
    lose(desk)
    qtbot.waitUntil(lambda: not desk.panel.held)
    assert desk.sent[-1] in [("release all",), ("release", "left")]
    desk.forget()
    QTest.mouseRelease(desk.window, LEFT)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Left)
    assert not any(word == "press" for word, *_ in desk.sent)
    desk.close_opened()


def test_destroying_the_dock_lets_go(qtbot, aio):
    desk = Desk(qtbot)
    desk.start()
    QTest.mousePress(desk.find("ptz.left"), LEFT)
    delete(desk.panel)
    assert desk.sent[-1] == ("release all",)
    QTest.mouseRelease(desk.window, LEFT)
    desk.window.close()
    desk.window.deleteLater()


@pytest.mark.parametrize(
    ("channel", "words"), [(FIXED, "can't be turned"), (AWAY, "Yard is offline")]
)
def test_what_cannot_be_steered_says_why(desk, channel, words):
    desk.panel.set_channel(channel)
    assert words in desk.find("ptz.reason", QLabel).text()
    assert not desk.find("ptz.left").isEnabled()
    assert not desk.find("preset.1").isEnabled()
    QTest.keyClick(desk.picture, Qt.Key.Key_Left)
    assert desk.told[-1][1]
    assert words in desk.told[-1][0]
    assert not any(word == "press" for word, *_ in desk.sent)


def test_a_channel_that_has_not_arrived_yet_is_looked_for(desk):
    directory = desk.session.directory
    directory.filling.settled = False
    desk.panel.set_channel("stranger")
    assert "Looking for" in desk.find("ptz.reason", QLabel).text()
    directory.filling.settled = True
    desk.panel.set_channel(None)
    desk.panel.set_channel("stranger")
    assert "isn't in the directory" in desk.find("ptz.reason", QLabel).text()


def test_without_a_session_or_a_channel(qtbot, aio):
    desk = Desk(qtbot)
    assert "Sign in" in desk.find("ptz.reason", QLabel).text()
    assert not desk.find("ptz.up").isEnabled()
    desk.panel.attach(desk.session)
    assert "Pick a camera" in desk.find("ptz.reason", QLabel).text()
    QTest.keyClick(desk.picture, Qt.Key.Key_Left)
    assert desk.sent == []
    desk.end(aio)


def test_a_device_that_comes_back_can_be_steered(desk):
    desk.panel.set_channel(AWAY)
    desk.session.directory.set_status("d2", DeviceStatus.ONLINE)
    assert desk.find("ptz.reason", QLabel).isHidden()
    QTest.mouseClick(desk.find("ptz.up"), LEFT)
    assert ("press", "up", 4) in desk.sent


def feedback(state: str, **values: object) -> Feedback:
    base = {"command": PtzCommand.LEFT, "speed": 4, "answer_ms": None, "error": None}
    return Feedback(state=state, **{**base, **values})


def test_says_what_is_sent_and_what_came_back(desk, qtbot):
    status = desk.find("ptz.status", QLabel)
    footnote = desk.find("ptz.footnote", QLabel)
    steering = desk.session.ptz.steerings[GATE]

    def told(text: str) -> None:
        qtbot.waitUntil(lambda: text in status.text())

    steering.tell(feedback("sending"))
    told("← left, speed 4")
    steering.tell(feedback("answered", answer_ms=37.6))
    told("← left, speed 4 · answered in 38 ms")
    assert desk.told[-1] == (status.text(), False)
    error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "no answer", request_id="r-1")
    steering.tell(feedback("failed", error=error))
    told("✕ ← left, speed 4 · Words for DeviceTimeout")
    assert desk.told[-1] == (status.text(), True)
    assert "DeviceResponseTimeOut" in footnote.text()
    assert "r-1" in footnote.text()
    assert footnote.isVisible()
    QTest.mouseClick(desk.find("ptz.copy"), LEFT)
    assert QGuiApplication.clipboard().text() == footnote.text()
    steering.tell(feedback("dropped"))
    told("not sent")
    assert footnote.isHidden()
    steering.tell(feedback("sending"))
    steering.tell(feedback("idle", command=None))
    told("let go before it could be sent")


def test_says_how_soon_the_camera_answers(desk, qtbot):
    latency = desk.find("ptz.latency", QLabel)
    steering = desk.session.ptz.steerings[GATE]
    for ms in range(10, 14):
        steering.tell(feedback("answered", answer_ms=float(ms)))
    qtbot.waitUntil(lambda: bool(desk.told))
    assert latency.isHidden()
    for ms in [*range(14, 29), 400.0]:
        steering.tell(feedback("answered", answer_ms=float(ms)))
    qtbot.waitUntil(latency.isVisible)
    assert latency.text() == "p50 20 ms · p95 400 ms"
    desk.panel.set_channel(FIXED)
    assert latency.isHidden()


def test_old_news_are_not_told_again(desk, qtbot):
    desk.session.ptz.steerings[GATE].tell(feedback("answered", answer_ms=20.0))
    qtbot.waitUntil(lambda: bool(desk.told))
    told = len(desk.told)
    desk.session.directory.set_status("d1", DeviceStatus.ONLINE)
    qtbot.wait(60)
    assert len(desk.told) == told
    desk.panel.detach()
    assert desk.find("ptz.status", QLabel).text() == ""


def test_the_pad_shows_what_the_keys_hold(desk, qtbot):
    idle = desk.panel.pad.grab().toImage()
    QTest.keyPress(desk.picture, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: desk.panel.pad.grab().toImage() != idle)
    QTest.keyRelease(desk.picture, Qt.Key.Key_Left)
    qtbot.waitUntil(lambda: desk.panel.pad.grab().toImage() == idle)


def test_the_pause_of_a_camera_is_shown_set_and_reset(desk, qtbot):
    pause = desk.find("ptz.interval", QSpinBox)
    reset = desk.find("ptz.interval.reset")
    note = desk.find("ptz.interval.note", QLabel)
    assert pause.value() == 300
    assert note.isHidden()
    assert not reset.isEnabled()
    pause.setValue(600)
    assert desk.session.ptz.own[GATE] == 0.6
    assert "this camera" in note.text()
    QTest.mouseClick(reset, LEFT)
    assert desk.session.ptz.own[GATE] is None
    assert pause.value() == 300


def test_a_pause_that_a_slow_device_taught_is_told(desk, qtbot):
    steering = desk.session.ptz.steerings[GATE]
    steering.spacing.timed_out()
    error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "late")
    steering.tell(feedback("failed", error=error))
    note = desk.find("ptz.interval.note", QLabel)
    qtbot.waitUntil(lambda: "did not answer in time" in note.text())
    assert desk.find("ptz.interval", QSpinBox).value() == 450


def test_a_command_that_the_camera_does_not_know_is_marked(desk, qtbot):
    steering = desk.session.ptz.steerings[GATE]
    steering.unsupported.add(PtzCommand.IRIS_OPEN)
    steering.tell(feedback("failed", command=PtzCommand.IRIS_OPEN, error=DeviceTimeout("x", "y")))
    assert "does not know" in desk.find("ptz.irisin").toolTip()
    assert "does not know" not in desk.find("ptz.irisout").toolTip()


def test_dragging_the_middle_steers_by_distance(desk):
    stick = desk.find("ptz.stop")
    middle = QPointF(stick.rect().center())
    QTest.mousePress(stick, LEFT, pos=stick.rect().center())
    for far in (30.0, 85.0):
        place = middle + QPointF(-far, 0)
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            place,
            stick.mapToGlobal(place),
            LEFT,
            LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(stick, move)
    presses = [entry for entry in desk.sent if entry[0] == "press"]
    assert [entry[1] for entry in presses] == ["left"]
    assert desk.sent[-1][0] == "speed"
    assert desk.sent[-1][1] > presses[0][2]
    QTest.mouseRelease(stick, LEFT)
    assert desk.sent[-1] == ("release", "left")
    assert not desk.panel.held


@pytest.mark.parametrize("name", ["ptz.left", "ptz.stop"])
def test_leaving_the_window_lets_go(desk, name):
    button = desk.find(name)
    middle = QPointF(button.rect().center())
    QTest.mousePress(button, LEFT, pos=button.rect().center())
    for place in (middle + QPointF(-60, 0), middle + QPointF(0, 5000)):
        move = QMouseEvent(
            QEvent.Type.MouseMove,
            place,
            button.mapToGlobal(place),
            LEFT,
            LEFT,
            Qt.KeyboardModifier.NoModifier,
        )
        QApplication.sendEvent(button, move)
        assert bool(desk.panel.held) is (place.y() < 5000)
    QTest.mouseRelease(button, LEFT)
