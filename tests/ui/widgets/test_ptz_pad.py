"""The pad: what is pressed is what is said, and it is always let go."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QVBoxLayout, QWidget
from shiboken6 import delete

from ivcdesk.ui.widgets.ptz_pad import DIRECTIONS, LENS, PtzPad, steering

LEFT = Qt.MouseButton.LeftButton
COMMANDS = [command for command, *_ in DIRECTIONS]


class Bench:
    def __init__(self, qtbot, size: int = 180, room: int = 0) -> None:
        self.said: list[tuple] = []
        self.window = QWidget()
        self.pad = PtzPad()
        layout = QVBoxLayout(self.window)
        layout.addWidget(self.pad)
        layout.addSpacing(room)
        pad = self.pad
        pad.pressed.connect(lambda command, speed: self.said.append(("pressed", command, speed)))
        pad.released.connect(lambda command: self.said.append(("released", command)))
        pad.eased.connect(lambda speed: self.said.append(("eased", speed)))
        pad.stopped.connect(lambda: self.said.append(("stopped",)))
        qtbot.addWidget(self.window)
        self.window.resize(size + 20, size + 20 + room)
        self.window.show()
        self.window.activateWindow()
        qtbot.waitUntil(self.window.isActiveWindow)

    def button(self, command: str) -> QAbstractButton:
        button = self.pad.findChild(QAbstractButton, f"ptz.{command}")
        assert button is not None
        return button

    def turn_wheel(self, notches: int) -> None:
        place = QPointF(90, 30)
        event = QWheelEvent(
            place,
            self.pad.mapToGlobal(place),
            QPoint(),
            QPoint(0, 120 * notches),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.pad, event)


@pytest.fixture
def bench(qtbot) -> Bench:
    return Bench(qtbot)


@pytest.mark.parametrize("command", COMMANDS)
def test_each_direction_is_a_button_of_its_own(bench, command):
    bench.pad.speed = 6
    button = bench.button(command)
    QTest.mousePress(button, LEFT)
    assert bench.said == [("pressed", command, 6)]
    QTest.mouseRelease(button, LEFT)
    assert bench.said == [("pressed", command, 6), ("released", command)]


@pytest.mark.parametrize("size", [132, 180, 260])
def test_the_ring_is_covered_without_overlap_at_every_size(qtbot, size):
    bench = Bench(qtbot, size)
    pad = bench.pad
    middle = QPoint(pad.width() // 2, pad.height() // 2)
    assert pad.childAt(middle) is bench.button("stop")
    for command in COMMANDS:
        button = bench.button(command)
        assert pad.childAt(button.geometry().center()) is button
    reach = min(pad.width(), pad.height()) * 0.32
    for command, x, y in [("up", 0, -1), ("down", 0, 1), ("left", -1, 0), ("right", 1, 0)]:
        assert pad.childAt(middle + QPoint(round(x * reach), round(y * reach))) is bench.button(
            command
        )
    assert pad.childAt(QPoint(1, 1)) is None


def test_everything_is_named_for_screen_readers(bench):
    for command in [*COMMANDS, "stop"]:
        button = bench.button(command)
        assert button.accessibleName()
        assert button.toolTip()
        assert button.focusPolicy() == Qt.FocusPolicy.StrongFocus
    assert "←" in bench.button("left").toolTip()
    assert bench.pad.accessibleName()
    assert len(COMMANDS) + len(LENS) == 14


def test_keyboard_holds_a_direction(bench):
    button = bench.button("up")
    button.setFocus()
    QTest.keyPress(button, Qt.Key.Key_Space)
    QTest.keyRelease(button, Qt.Key.Key_Space)
    assert bench.said == [("pressed", "up", 4), ("released", "up")]


def test_going_to_another_direction_with_the_button_down_stays_with_the_first(bench, qtbot):
    QTest.mousePress(bench.button("left"), LEFT)
    QTest.mouseMove(bench.button("right"))
    qtbot.wait(80)
    assert bench.said == [("pressed", "left", 4)]
    QTest.mouseRelease(bench.button("right"), LEFT)
    assert bench.said[-1] == ("released", "left")


@pytest.mark.parametrize(
    "lose",
    [
        lambda bench: bench.pad.hide(),
        lambda bench: bench.window.hide(),
        lambda bench: bench.pad.setEnabled(False),
        lambda bench: bench.window.setEnabled(False),
        lambda bench: bench.button("left").clearFocus(),
        lambda bench: bench.pad.release_all(),
        lambda bench: delete(bench.pad),
    ],
    ids=["hidden", "window hidden", "disabled", "window disabled", "focus", "told to", "deleted"],
)
@pytest.mark.parametrize("held", ["left", "stick", "wheel"])
def test_losing_the_pad_lets_go(bench, qtbot, held, lose, request):
    if held == "wheel" and "focus" in request.node.callspec.id:
        return
    if held == "left":
        QTest.mousePress(bench.button("left"), LEFT)
    elif held == "stick":
        QTest.mousePress(bench.button("stop"), LEFT)
        QTest.mouseMove(bench.button("stop"), QPoint(-60, 26))
        qtbot.waitUntil(lambda: len(bench.said) > 1)
        if "focus" in request.node.callspec.id:
            bench.button("stop").clearFocus()
    else:
        bench.turn_wheel(1)
    assert bench.said[-1][0] in ("pressed", "released")
    if bench.said[-1][0] == "pressed":
        lose(bench)
    assert [word for word, *_ in bench.said].count("pressed") == 1
    assert bench.said[-1] == ("released", bench.said[-2][1])
    QTest.mouseRelease(bench.window, LEFT)
    assert [word for word, *_ in bench.said].count("released") == 1


def test_the_middle_stops(bench):
    QTest.mouseClick(bench.button("stop"), LEFT)
    assert bench.said == [("stopped",)]


def test_the_stick_steers_by_direction_and_distance(qtbot):
    bench = Bench(qtbot, room=500)
    stick = bench.button("stop")
    centre = stick.rect().center()
    QTest.mousePress(stick, LEFT)

    def drag(x: int, y: int) -> None:
        QTest.mouseMove(stick, centre + QPoint(x, y))
        qtbot.wait(5)

    drag(3, 3)
    assert bench.said == [("stopped",)]
    drag(30, 0)
    word, command, slow = bench.said[-1]
    assert (word, command) == ("pressed", "right")
    drag(70, 0)
    word, faster = bench.said[-1]
    assert word == "eased"
    assert faster > slow
    drag(0, 400)
    assert bench.said[-2:] == [("released", "right"), ("pressed", "down", 8)]
    drag(0, 2)
    assert bench.said[-1] == ("released", "down")
    QTest.mouseRelease(stick, LEFT)
    assert bench.said[-1] == ("released", "down")


def test_the_wheel_zooms_while_it_turns(bench, qtbot):
    bench.turn_wheel(1)
    bench.turn_wheel(1)
    assert bench.said == [("pressed", "zoomin", 4)]
    bench.turn_wheel(-1)
    assert bench.said[1:] == [("released", "zoomin"), ("pressed", "zoomout", 4)]
    qtbot.waitUntil(lambda: bench.said[-1] == ("released", "zoomout"))


def test_steering_has_a_dead_zone_and_eight_directions():
    assert steering(5, -5, 12, 100) == ("", 0)
    assert steering(100, 0, 12, 100) == ("right", 8)
    assert steering(0, -100, 12, 100) == ("up", 8)
    assert steering(-300, 300, 12, 100) == ("leftdown", 8)
    assert steering(-13, 0, 12, 100) == ("left", 1)
    speeds = [steering(x, 0, 12, 100)[1] for x in range(12, 101)]
    assert speeds == sorted(speeds)
    assert set(speeds) == set(range(1, 9))


def test_looks_alive(bench):
    dark = bench.pad.grab().toImage()
    bench.pad.light(frozenset({"left"}))
    assert bench.pad.grab().toImage() != dark
    bench.pad.light(frozenset())
    assert bench.pad.grab().toImage() == dark
