"""The calendar: days are picked by pointer and keys, never after the last one."""

from __future__ import annotations

from datetime import date

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from ivcdesk.ui.tokens import DARK
from ivcdesk.ui.widgets.calendar import CoverageCalendar
from ivcdesk.ui.widgets.heat_map import HeatRow

TODAY = date(2026, 11, 24)


@pytest.fixture
def calendar(qtbot) -> CoverageCalendar:
    widget = CoverageCalendar()
    qtbot.addWidget(widget)
    widget.open_at(date(2026, 11, 23), TODAY)
    widget.show()
    return widget


def centre(calendar: CoverageCalendar, day: date) -> QPoint:
    grid = calendar.grid
    return grid._box(grid._days().index(day)).center().toPoint()


def test_a_click_picks_a_day(calendar, qtbot):
    with qtbot.waitSignal(calendar.picked) as picked:
        QTest.mouseClick(calendar.grid, Qt.MouseButton.LeftButton, pos=centre(calendar, TODAY))
    assert picked.args == [TODAY]


def test_days_to_come_cannot_be_picked(calendar):
    picked = []
    calendar.picked.connect(picked.append)
    later = centre(calendar, date(2026, 11, 28))
    QTest.mouseClick(calendar.grid, Qt.MouseButton.LeftButton, pos=later)
    QTest.keyClick(calendar.grid, Qt.Key.Key_Down)
    QTest.keyClick(calendar.grid, Qt.Key.Key_Return)
    assert picked == [TODAY]


def test_keys_wander_over_months(calendar):
    shown = []
    calendar.month_shown.connect(shown.append)
    QTest.keyClick(calendar.grid, Qt.Key.Key_PageUp)
    assert calendar.grid.day == date(2026, 10, 23)
    QTest.keyClick(calendar.grid, Qt.Key.Key_PageDown)
    QTest.keyClick(calendar.grid, Qt.Key.Key_PageDown)
    assert calendar.grid.day == TODAY
    assert date(2026, 10, 1) in shown
    assert calendar.month == date(2026, 11, 1)


def test_the_length_of_a_month_is_kept_in_mind(calendar):
    calendar.open_at(date(2028, 3, 31), date(2028, 3, 31))
    calendar.grid.turn(-1)
    assert calendar.grid.day == date(2028, 2, 29)
    calendar.grid.turn(-1)
    assert calendar.grid.day == date(2028, 1, 29)


def test_the_wheel_turns_a_page_for_each_notch(calendar):
    grid = calendar.grid
    for delta in (60, 60, 60):
        place = QPointF(20, 20)
        QApplication.sendEvent(
            grid,
            QWheelEvent(place, grid.mapToGlobal(place), QPoint(), QPoint(0, delta),
                        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier,
                        Qt.ScrollPhase.NoScrollPhase, False),
        )  # fmt: skip
    assert calendar.month == date(2026, 10, 1)


def test_coverage_is_a_bar_as_long_as_it_is_and_words(calendar):
    full, half, none = date(2026, 11, 9), date(2026, 11, 10), date(2026, 11, 11)
    calendar.set_coverage({full: 1.0, half: 0.5, none: 0.0})
    image = calendar.grid.grab().toImage()
    lengths = []
    for day in (full, half, none):
        box = calendar.grid._box(calendar.grid._days().index(day))
        y = round(box.bottom()) - 6
        row = [image.pixelColor(x, y).name() for x in range(round(box.left()), round(box.right()))]
        lengths.append(row.count(DARK.cloud))
    assert lengths[0] > 1.7 * lengths[1] > 0
    assert lengths[2] == 0
    assert calendar.grid._words(half) == "Tue 10 Nov 2026: 50 % recorded"
    assert calendar.grid._words(none) == "Wed 11 Nov 2026: nothing recorded"


def test_a_day_without_video_is_not_picked_and_says_why(calendar):
    picked = []
    calendar.picked.connect(picked.append)
    calendar.set_coverage({date(2026, 11, 20): 0.0, date(2026, 11, 19): 0.4})
    for day in (20, 28, 19):
        place = centre(calendar, date(2026, 11, day))
        QTest.mouseClick(calendar.grid, Qt.MouseButton.LeftButton, pos=place)
        if day == 20:
            assert calendar.reason == "Fri 20 Nov 2026: nothing recorded"
        elif day == 28:
            assert calendar.reason == "Sat 28 Nov 2026: still to come"
    assert picked == [date(2026, 11, 19)]


def test_the_heat_map_follows_the_month_and_picks(calendar):
    calendar.set_places([HeatRow("Cloud", {date(2026, 10, 5): 0.7})])
    QTest.keyClick(calendar.grid, Qt.Key.Key_PageUp)
    assert calendar.heat.day == date(2026, 10, 23)
    picked = []
    calendar.picked.connect(picked.append)
    place = calendar.heat.box(0, date(2026, 10, 5)).center().toPoint()
    QTest.mouseClick(calendar.heat, Qt.MouseButton.LeftButton, pos=place)
    assert picked == [date(2026, 10, 5)]
