"""The row that stows what has no room: nothing runs over, and nothing is out of reach."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from ivcdesk.ui.widgets.overflow_row import OverflowRow


@pytest.fixture
def row(qtbot):
    made = OverflowRow("row.more")
    qtbot.addWidget(made)
    for name, rank in (("keep", 0), ("often", 1)):
        made.add_left(_button(name), rank)
    for name, rank in (("rare", 3), ("some", 2)):
        made.add_right(_button(name), rank)
    made.resize(made.sizeHint().width(), 40)
    made.show()
    qtbot.waitExposed(made)
    return made


def _button(name: str) -> QPushButton:
    button = QPushButton(name)
    button.setObjectName(name)
    return button


def stowed(row) -> set[str]:
    return {each.objectName() for each in row.stowed}


def entries(row) -> list[str]:
    row.menu.aboutToShow.emit()
    return [each.text() for each in row.menu.actions() if not each.isSeparator()]


def test_everything_shows_where_there_is_room(row):
    assert stowed(row) == set()
    assert entries(row) == []
    ends = [each.geometry().right() for each in (*row.findChildren(QPushButton), row.more)]
    assert max(ends) < row.width()


@pytest.mark.parametrize("width", range(40, 440, 25))
def test_nothing_ever_runs_over_and_the_rarest_go_first(row, width):
    row.resize(width, 40)
    visible = [each for each in row.findChildren(QPushButton) if each.isVisible()]
    boxes = sorted((each.geometry() for each in (*visible, row.more)), key=lambda box: box.left())
    assert all(a.right() < b.left() for a, b in pairwise(boxes))
    assert boxes[-1].right() < max(width, row.minimumSizeHint().width())
    order = ["rare", "some", "often", "keep"]
    assert stowed(row) == set(order[: len(stowed(row))])
    assert set(entries(row)) == stowed(row)


def test_what_is_stowed_still_works_from_the_menu(row, qtbot):
    row.resize(200, 40)
    button = row.findChild(QPushButton, "rare")
    row.menu.aboutToShow.emit()
    entry = next(each for each in row.menu.actions() if each.text() == "rare")
    with qtbot.waitSignal(button.clicked, timeout=1000):
        entry.trigger()
    row.resize(row.sizeHint().width(), 40)
    assert button.isVisible()
    assert entries(row) == []


def test_what_its_owner_hides_takes_no_room(row, qtbot):
    row.findChild(QPushButton, "some").hide()
    qtbot.waitUntil(lambda: not row._soon.isActive(), timeout=1000)
    row.resize(row.sizeHint().width(), 40)
    assert stowed(row) == set()
    assert not row.findChild(QPushButton, "some").isVisible()


def test_tab_goes_from_left_to_right(row):
    order = []
    widget = row.findChild(QPushButton, "keep")
    while widget.objectName() not in order:
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            order.append(widget.objectName())
        widget = widget.nextInFocusChain()
    assert order == ["keep", "often", "rare", "some", "row.more"]
