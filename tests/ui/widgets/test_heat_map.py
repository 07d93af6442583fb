"""The heat map of a month: fill and number, hand and key, and why a day is refused."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from ivcdesk.ui.tokens import DARK
from ivcdesk.ui.widgets.heat_map import HEAD, LABEL, HeatMap, HeatRow

TODAY = date(2026, 11, 24)
FULL, HALF, NONE, UNKNOWN, LOW = (date(2026, 11, day) for day in (3, 4, 5, 6, 10))
PARTS = {FULL: 1.0, HALF: 0.5, NONE: 0.0, LOW: 0.3}


@pytest.fixture
def heat(qtbot) -> HeatMap:
    widget = HeatMap()
    qtbot.addWidget(widget)
    widget.set_rows([HeatRow("Cloud", PARTS), HeatRow("Device", {NONE: 0.0, FULL: 0.2})])
    widget.set_month(TODAY, TODAY)
    widget.show()
    widget.said, widget.chosen = [], []
    widget.told.connect(widget.said.append)
    widget.picked.connect(widget.chosen.append)
    return widget


def click(heat: HeatMap, row: int, day: date) -> None:
    place = heat.box(row, day).center().toPoint()
    QTest.mouseClick(heat, Qt.MouseButton.LeftButton, pos=place)


def filled(heat: HeatMap, row: int, day: date) -> float:
    """Return how far up a cell is filled, as a part of its height."""
    image, box = heat.grab().toImage(), heat.box(row, day)
    x = round(box.left()) + 1
    ground = image.pixelColor(x, round(box.top()))
    rows = range(round(box.top()), round(box.bottom()))
    return sum(image.pixelColor(x, y) != ground for y in rows) / len(rows)


def test_the_fill_is_as_high_as_the_part(heat):
    assert filled(heat, 0, HALF) == pytest.approx(0.5, abs=0.06)
    assert filled(heat, 0, LOW) == pytest.approx(0.3, abs=0.06)
    image, box = heat.grab().toImage(), heat.box(0, FULL)
    assert image.pixelColor(box.topLeft().toPoint()) == image.pixelColor(
        QPoint(round(box.left()), round(box.bottom()) - 1)
    )
    corner = heat.box(0, NONE).topLeft().toPoint()
    assert image.pixelColor(corner).name() == DARK.gap_nowhere, "a hollow cell, not an empty one"


def test_a_day_with_recordings_is_picked(heat):
    click(heat, 0, HALF)
    click(heat, 1, FULL)
    click(heat, 0, UNKNOWN)
    assert heat.chosen == [HALF, FULL, UNKNOWN]


def test_a_day_without_any_says_why_not(heat):
    click(heat, 0, NONE)
    assert heat.chosen == []
    assert heat.said[-1] == "Thu 5 Nov 2026, Cloud: nothing recorded"
    click(heat, 1, date(2026, 11, 28))
    assert heat.chosen == []
    assert heat.said[-1] == "Sat 28 Nov 2026: still to come"


def test_keys_wander_and_pick(heat):
    QTest.keyClick(heat, Qt.Key.Key_Home)
    for _ in range(3):
        QTest.keyClick(heat, Qt.Key.Key_Right)
    assert heat.said[-1] == "Wed 4 Nov 2026, Cloud: 50 % recorded"
    assert heat.accessibleDescription() == heat.said[-1]
    QTest.keyClick(heat, Qt.Key.Key_Down)
    assert heat.said[-1] == "Wed 4 Nov 2026, Device: not known yet"
    QTest.keyClick(heat, Qt.Key.Key_Down)
    QTest.keyClick(heat, Qt.Key.Key_Return)
    assert heat.chosen == [HALF]
    QTest.keyClick(heat, Qt.Key.Key_End)
    assert heat.day == date(2026, 11, 30)
    QTest.keyClick(heat, Qt.Key.Key_Return)
    assert heat.chosen == [HALF]


def test_nearly_whole_is_not_whole(heat):
    heat.set_rows([HeatRow("Cloud", {HALF: 0.994, FULL: 0.001})])
    assert "99 %" in heat.words(0, HALF)
    assert "1 %" in heat.words(0, FULL)


@pytest.mark.parametrize(("day", "length"), [(date(2028, 2, 29), 29), (date(2027, 2, 3), 28)])
def test_months_have_their_own_lengths(heat, day, length):
    heat.set_month(day, date(2028, 12, 31))
    QTest.keyClick(heat, Qt.Key.Key_End)
    assert heat.day.day == length
    assert heat.box(0, day.replace(day=1)).left() == LABEL + 1
    assert heat.box(0, day).top() == HEAD + 1
    assert not heat.grab().isNull()
