"""Random hands on the desk: whatever order things happen in, nothing stays held."""

from __future__ import annotations

import random

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QHBoxLayout, QLineEdit, QWidget

from ivcdesk.api.actions import DeviceStatus, PtzCommand
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.panels.ptz_keys import HELD, PtzKeys
from tests.ui.panels.stand_ins import AWAY, FIXED, GATE, StandInSession, make_context

LEFT = Qt.MouseButton.LeftButton
STEPS = 400


class Hands:
    """Does one random thing after the other, and knows what may still be held."""

    def __init__(self, qtbot, seed: int) -> None:
        self.dice = random.Random(seed)
        self.session = StandInSession()
        self.window = QWidget()
        self.picture = QWidget()
        self.picture.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.field = QLineEdit()
        self.panel = PtzPanel(make_context())
        layout = QHBoxLayout(self.window)
        for widget in (self.field, self.picture, self.panel):
            layout.addWidget(widget)
        self.keys = PtzKeys(self.window, self.picture, self.panel)
        self.window.resize(700, 700)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)
        self.panel.attach(self.session)
        self.panel.set_channel(GATE)
        self.picture.setFocus()

    def button(self) -> QAbstractButton:
        command = self.dice.choice([*PtzCommand, "stop"])
        found = self.panel.findChild(QAbstractButton, f"ptz.{command}")
        assert found is not None
        return found

    def press_mouse(self) -> None:
        QTest.mousePress(self.button(), LEFT)

    def drag(self) -> None:
        QTest.mouseMove(
            self.button(), QPoint(self.dice.randint(-90, 90), self.dice.randint(-90, 90))
        )

    def release_mouse(self) -> None:
        QTest.mouseRelease(self.dice.choice([self.button(), self.picture, self.window]), LEFT)

    def press_key(self) -> None:
        QTest.keyPress(self.picture, self.dice.choice(list(HELD)))

    def release_key(self) -> None:
        QTest.keyRelease(self.picture, self.dice.choice(list(HELD)))

    def lose(self) -> None:
        self.dice.choice(
            [
                self._hide,
                self._disable,
                self._change_channel,
                self._go_offline,
                self._deactivate,
                self._sign_out,
                self._become_inactive,
            ]
        )()
        assert not self.panel.held
        assert self.session.ptz.log == [] or self.held_by_the_log() == set()

    def held_by_the_log(self) -> set[tuple]:
        """What the service believes to be held, from what it was told."""
        held: set[tuple] = set()
        for word, *rest in self.session.ptz.log:
            if word == "press":
                held.add(rest[0])
            elif word == "release":
                held.discard(rest[0])
            elif word == "release all":
                held.clear()
        return held

    def _hide(self) -> None:
        self.panel.hide()
        self.panel.show()

    def _disable(self) -> None:
        self.panel.setEnabled(False)
        self.panel.setEnabled(True)

    def _change_channel(self) -> None:
        self.panel.set_channel(self.dice.choice([AWAY, FIXED, None]))
        self.panel.set_channel(GATE)

    def _go_offline(self) -> None:
        self.session.directory.set_status("d1", DeviceStatus.OFFLINE)
        self.session.directory.set_status("d1", DeviceStatus.ONLINE)

    def _deactivate(self) -> None:
        QApplication.sendEvent(self.window, QEvent(QEvent.Type.WindowDeactivate))
        self.keys.let_go()

    def _sign_out(self) -> None:
        self.panel.detach()
        self.panel.attach(self.session)
        self.panel.set_channel(GATE)

    def _become_inactive(self) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)


@pytest.mark.parametrize("seed", range(5))
def test_nothing_stays_held(qtbot, aio, seed):
    hands = Hands(qtbot, seed)
    deeds = [
        hands.press_mouse,
        hands.press_mouse,
        hands.drag,
        hands.release_mouse,
        hands.press_key,
        hands.press_key,
        hands.release_key,
        hands.lose,
    ]
    for _step in range(STEPS):
        hands.dice.choice(deeds)()
        assert {str(command) for command in hands.panel.held} == hands.held_by_the_log()
    QTest.mouseRelease(hands.window, LEFT)
    hands.panel.stop()
    assert not hands.panel.held
    assert hands.held_by_the_log() == set()
    aio(hands.panel.close())
    hands.window.close()
    hands.window.deleteLater()
