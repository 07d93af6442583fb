"""Every way of losing a button lets it go, once."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QLineEdit,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui.widgets.grip import Grip

LEFT = Qt.MouseButton.LeftButton


class Bench:
    """A window with a gripped button, and a record of what the grip said."""

    def __init__(self, qtbot) -> None:
        self.said: list[str] = []
        self.window = QWidget()
        self.button = QPushButton("hold")
        self.other = QLineEdit()
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.button)
        layout.addWidget(self.other)
        self.grip = Grip(self.button)
        self.grip.held.connect(lambda: self.said.append("held"))
        self.grip.let_go.connect(lambda: self.said.append("let go"))
        qtbot.addWidget(self.window)
        self.window.resize(200, 120)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def press(self) -> None:
        QTest.mousePress(self.button, LEFT)
        assert self.said == ["held"]
        assert self.button.isDown()

    @property
    def is_let_go(self) -> bool:
        assert self.said in (["held"], ["held", "let go"])
        return self.said == ["held", "let go"]


@pytest.fixture
def bench(qtbot) -> Bench:
    return Bench(qtbot)


def test_held_until_released(bench):
    bench.press()
    QTest.mouseRelease(bench.button, LEFT)
    assert bench.is_let_go
    assert not bench.button.isDown()


def test_leaving_the_button_is_not_letting_go(bench, qtbot):
    bench.press()
    beside = bench.other.mapTo(bench.window, bench.other.rect().center())
    QTest.mouseMove(bench.button, bench.button.mapFrom(bench.window, beside))
    QTest.mouseMove(bench.button, bench.button.mapFrom(bench.window, QPoint(1, 1)))
    qtbot.wait(120)
    assert not bench.is_let_go
    QTest.mouseRelease(bench.button, LEFT, pos=QPoint(500, 500))
    assert bench.is_let_go


@pytest.mark.parametrize("place", [QPoint(5000, 0), QPoint(-300, 4), QPoint(0, -400)])
def test_leaving_the_window_is_letting_go(bench, qtbot, place):
    bench.press()
    QTest.mouseMove(bench.button, place)
    qtbot.waitUntil(lambda: bench.is_let_go)


def test_released_over_another_widget(bench):
    bench.press()
    QTest.mouseRelease(bench.other, LEFT)
    assert bench.is_let_go


def test_second_mouse_button(bench):
    bench.press()
    QTest.mousePress(bench.button, Qt.MouseButton.RightButton)
    assert bench.is_let_go
    QTest.mouseRelease(bench.button, Qt.MouseButton.RightButton)
    QTest.mouseRelease(bench.button, LEFT)
    assert bench.is_let_go


def test_second_mouse_button_elsewhere(bench):
    bench.press()
    QTest.mousePress(bench.other, Qt.MouseButton.MiddleButton)
    assert bench.is_let_go
    QTest.mouseRelease(bench.other, Qt.MouseButton.MiddleButton)
    QTest.mouseRelease(bench.button, LEFT)


def test_right_button_alone_holds_nothing(bench):
    QTest.mouseClick(bench.button, Qt.MouseButton.RightButton)
    assert bench.said == []


def test_mouse_grabbed_by_another_widget(bench, qtbot):
    bench.press()
    bench.other.grabMouse()
    qtbot.waitUntil(lambda: bench.is_let_go)
    bench.other.releaseMouse()
    QTest.mouseRelease(bench.button, LEFT)


def test_release_that_went_to_another_application(bench):
    bench.press()
    hover = QMouseEvent(
        QEvent.Type.MouseMove,
        QPointF(3, 3),
        QPointF(3, 3),
        Qt.MouseButton.NoButton,
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(bench.other, hover)
    assert bench.is_let_go
    QTest.mouseRelease(bench.button, LEFT)


@pytest.mark.parametrize("hide", ["button", "window"])
def test_hidden(bench, hide):
    bench.press()
    getattr(bench, hide).hide()
    assert bench.is_let_go
    QTest.mouseRelease(bench.button, LEFT)


@pytest.mark.parametrize("disable", ["button", "window"])
def test_disabled(bench, disable):
    bench.press()
    getattr(bench, disable).setEnabled(False)
    assert bench.is_let_go
    QTest.mouseRelease(bench.button, LEFT)


def test_focus_lost(bench):
    bench.press()
    bench.other.setFocus()
    assert bench.is_let_go
    QTest.mouseRelease(bench.button, LEFT)


def test_focus_lost_in_a_window_that_is_not_active(bench, qtbot):
    another = QWidget()
    qtbot.addWidget(another)
    another.show()
    another.activateWindow()
    qtbot.waitUntil(another.isActiveWindow)
    bench.press()
    bench.other.setFocus()
    qtbot.waitUntil(lambda: bench.is_let_go)
    QTest.mouseRelease(bench.button, LEFT)


def test_window_deactivated(bench, qtbot):
    bench.press()
    another = QWidget()
    qtbot.addWidget(another)
    another.show()
    another.activateWindow()
    qtbot.waitUntil(lambda: bench.is_let_go)
    QTest.mouseRelease(bench.button, LEFT)


@pytest.mark.parametrize("kind", [QEvent.Type.WindowDeactivate, QEvent.Type.UngrabMouse])
def test_told_by_an_event_of_the_button(bench, kind):
    bench.press()
    QApplication.sendEvent(bench.button, QEvent(kind))
    assert bench.is_let_go
    QTest.mouseRelease(bench.button, LEFT)


@pytest.mark.parametrize(
    "kind", [QEvent.Type.ApplicationStateChange, QEvent.Type.ApplicationDeactivate]
)
def test_application_inactive(bench, qapp, kind):
    bench.press()
    QApplication.sendEvent(qapp, QEvent(kind))
    assert bench.is_let_go
    QTest.mouseRelease(bench.button, LEFT)


def test_a_dialog_opens(bench, qtbot):
    bench.press()
    dialog = QDialog(bench.window)
    dialog.open()
    assert bench.is_let_go
    dialog.reject()
    QTest.mouseRelease(bench.button, LEFT)


def test_a_menu_opens(bench):
    bench.press()
    menu = QMenu(bench.window)
    menu.addAction("something")
    menu.popup(QPoint(10, 10))
    assert bench.is_let_go
    menu.close()
    QTest.mouseRelease(bench.button, LEFT)


def test_moved_into_another_window(bench, qtbot):
    bench.press()
    home = QWidget()
    qtbot.addWidget(home)
    bench.button.setParent(home)
    assert bench.is_let_go


def test_parent_destroyed(bench, qtbot):
    page = QWidget(bench.window)
    bench.button.setParent(page)
    page.show()
    bench.said.clear()
    bench.press()
    page.deleteLater()
    qtbot.waitUntil(lambda: bench.is_let_go)


def test_button_destroyed_at_once(bench):
    from shiboken6 import delete

    bench.press()
    delete(bench.button)
    assert bench.is_let_go


def test_escape(bench):
    bench.press()
    QTest.keyClick(bench.button, Qt.Key.Key_Escape)
    assert bench.is_let_go
    QTest.mouseRelease(bench.button, LEFT)


def test_space_holds_and_its_repetition_is_ignored(bench):
    bench.button.setFocus()
    QTest.keyPress(bench.button, Qt.Key.Key_Space)
    for kind in (QEvent.Type.KeyRelease, QEvent.Type.KeyPress) * 3:
        repeat = QKeyEvent(
            kind, Qt.Key.Key_Space, Qt.KeyboardModifier.NoModifier, " ", autorep=True
        )
        QApplication.sendEvent(bench.button, repeat)
    assert bench.said == ["held"]
    QTest.keyRelease(bench.button, Qt.Key.Key_Space)
    assert bench.is_let_go


def test_pressed_by_assistive_technology(bench, qtbot):
    bench.button.animateClick()
    qtbot.waitUntil(lambda: bench.is_let_go)


def test_disabled_buttons_hold_nothing(bench):
    bench.button.setEnabled(False)
    QTest.mouseClick(bench.button, LEFT)
    QTest.keyClick(bench.button, Qt.Key.Key_Space)
    assert bench.said == []


def test_tells_where_the_mouse_drags(bench, qtbot):
    places: list[QPointF] = []
    bench.grip.moved.connect(places.append)
    bench.press()
    QTest.mouseMove(bench.button, QPoint(60, 50))
    qtbot.waitUntil(lambda: bool(places))
    assert places[-1] == QPointF(60, 50)
    QTest.mouseRelease(bench.button, LEFT)
