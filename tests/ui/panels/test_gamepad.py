"""A gamepad as the hand on the camera: every way of losing it lets go, and it comes back slowly."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QComboBox, QDialog, QHBoxLayout, QTableWidget, QWidget

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.ui.gamepad import Gamepad
from ivcdesk.ui.panels.gamepad import GamepadHand
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.panels.settings_gamepad import GamepadCard
from tests.ui.panels.stand_ins import FIXED, GATE, StandInSession, make_context, until
from tests.ui.virtual_gamepad import VirtualGamepad, load_sdl


class Desk:
    def __init__(self, qtbot, aio) -> None:
        self.context = make_context()
        self.session = StandInSession()
        self.window = QWidget()
        self.panel = PtzPanel(self.context)
        QHBoxLayout(self.window).addWidget(self.panel)
        self.window.resize(300, 700)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.panel.attach(self.session)
        self.panel.set_channel(GATE)
        self.gamepad = Gamepad()
        self.hand = GamepadHand(self.gamepad, self.panel, self.context.settings)
        self.snapshots: list[bool] = []
        self.hand.snapshot_wanted.connect(lambda: self.snapshots.append(True))
        self.gamepad.start()
        aio(until(lambda: self.gamepad.usable))
        self.device = VirtualGamepad(load_sdl())
        self.gamepad.poll()
        self.forget()

    def forget(self) -> None:
        self.session.ptz.log.clear()

    def tilt(self, x: float, y: float = 0.0) -> None:
        self.device.axis(0, x)
        self.device.axis(1, y)
        self.gamepad.poll()

    def press(self, button: int, down: bool = True) -> None:
        self.device.button(button, down)
        self.gamepad.poll()

    @property
    def sent(self) -> list[tuple]:
        words = ("press", "release", "speed")
        return [entry for entry in self.session.ptz.log if entry[0] in words]

    @property
    def presses(self) -> list[tuple]:
        return [entry for entry in self.sent if entry[0] == "press"]

    def end(self, aio) -> None:
        self.device.unplug()
        self.gamepad.stop()
        aio(self.panel.close())
        self.window.close()
        self.window.deleteLater()


@pytest.fixture
def desk(qtbot, aio):
    desk = Desk(qtbot, aio)
    yield desk
    desk.end(aio)


def test_the_stick_turns_by_direction_and_tilt(desk):
    desk.tilt(-1.0)
    desk.tilt(-1.0, -1.0)
    desk.tilt(0.0)
    assert desk.sent[0] == ("press", "left", 8)
    assert [entry[:2] for entry in desk.sent if entry[0] != "speed"] == [
        ("press", "left"),
        ("release", "left"),
        ("press", "leftup"),
        ("release", "leftup"),
    ]
    assert not desk.panel.held


def test_tilting_less_goes_on_slower(desk):
    desk.tilt(1.0)
    desk.tilt(0.4)
    assert desk.sent[0] == ("press", "right", 8)
    assert desk.sent[-1][0] == "speed"
    assert desk.sent[-1][1] < 4


def test_the_second_stick_zooms_beside_the_first(desk):
    desk.tilt(1.0)
    desk.device.axis(3, -1.0)
    desk.gamepad.poll()
    assert {str(command) for command in desk.panel.held} == {"right", "zoomin"}
    desk.device.axis(3, 0.0)
    desk.tilt(0.0)
    assert not desk.panel.held


def test_buttons_hold_and_do(desk, qtbot):
    desk.press(10)
    assert {str(command) for command in desk.panel.held} == {"focusfar"}
    desk.press(10, False)
    assert not desk.panel.held
    desk.press(7)
    assert desk.snapshots == [True]
    qtbot.waitUntil(lambda: not desk.panel.presets._cards[0].empty and desk.panel.presets._known)
    desk.press(0)
    qtbot.waitUntil(lambda: ("goto", 1) in desk.session.ptz.log)


def test_a_button_of_the_map_does_what_the_user_chose(desk):
    desk.context.settings.gamepad_buttons = {"a": "irisin"}
    desk.press(0)
    assert {str(command) for command in desk.panel.held} == {"irisin"}
    desk.press(0, False)
    assert not desk.panel.held


def test_stop_lets_go_of_the_stick_itself_until_it_was_back(desk):
    desk.tilt(1.0)
    desk.press(1)
    assert not desk.panel.held
    desk.press(1, False)
    desk.tilt(0.9)
    desk.tilt(-0.9)
    assert not desk.panel.held
    desk.tilt(0.0)
    desk.tilt(-0.9)
    assert desk.panel.held


def _dialog(desk: Desk) -> QDialog:
    dialog = QDialog(desk.window)
    dialog.setWindowModality(Qt.WindowModality.WindowModal)
    dialog.open()
    desk.opened = dialog
    return dialog


LOSSES = {
    "unplugged": lambda desk: desk.device.unplug(),
    "channel changed": lambda desk: desk.panel.set_channel(FIXED),
    "signed out": lambda desk: desk.panel.detach(),
    "hidden": lambda desk: desk.panel.hide(),
    "disabled": lambda desk: desk.panel.setEnabled(False),
    "device went offline": lambda desk: desk.session.directory.set_status(
        "d1", DeviceStatus.OFFLINE
    ),
    "window deactivated": lambda desk: QApplication.sendEvent(
        desk.window, QEvent(QEvent.Type.WindowDeactivate)
    ),
    "application inactive": lambda desk: QApplication.instance().applicationStateChanged.emit(
        Qt.ApplicationState.ApplicationInactive
    ),
    "application suspended": lambda desk: QApplication.instance().applicationStateChanged.emit(
        Qt.ApplicationState.ApplicationSuspended
    ),
    "told to stop": lambda desk: desk.panel.stop(),
    "modal dialog": _dialog,
}


@pytest.mark.parametrize("lose", LOSSES.values(), ids=LOSSES.keys())
def test_every_loss_lets_go_until_the_stick_was_back(desk, qtbot, lose):
    desk.tilt(1.0)
    assert desk.panel.held
    lose(desk)
    desk.gamepad.poll()
    qtbot.waitUntil(lambda: not desk.panel.held)
    desk.forget()
    if lose is LOSSES["unplugged"]:
        return
    for tilt in (0.9, -0.9, 0.8):
        desk.tilt(tilt)
    assert desk.presses == []
    if (dialog := getattr(desk, "opened", None)) is not None:
        dialog.reject()
        dialog.deleteLater()


def test_held_at_a_place_where_it_can_not_steer_it_does_not_begin_later(desk, qtbot):
    desk.panel.hide()
    desk.tilt(1.0)
    desk.panel.show()
    desk.tilt(0.9)
    assert desk.presses == []
    desk.tilt(0.0)
    desk.tilt(0.9)
    assert len(desk.presses) == 1


def test_settings_show_find_and_change_what_a_button_does(desk, qtbot):
    card = GamepadCard(desk.context.settings, desk.gamepad, desk.hand)
    qtbot.addWidget(card)
    card.show()
    table = card.findChild(QTableWidget, "settings.gamepad.buttons")
    learn = card.findChild(QWidget, "settings.gamepad.learn")
    QTest.mouseClick(learn, Qt.MouseButton.LeftButton)
    desk.press(2)
    assert table.item(table.currentRow(), 0).text() == "X"
    assert desk.presses == []
    desk.press(2, False)
    box = card.findChild(QComboBox, "settings.gamepad.deed.x")
    row = box.findData("preset.9")
    box.setCurrentIndex(row)
    box.activated.emit(row)
    assert desk.context.settings.gamepad_buttons == {"x": "preset.9"}
    assert desk.context.settings.saved == 1
    QTest.mouseClick(card.findChild(QWidget, "settings.gamepad.reset"), Qt.MouseButton.LeftButton)
    assert desk.context.settings.gamepad_buttons == {}
    card.hide()
    assert desk.hand.learning is None
