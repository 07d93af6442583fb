"""The live page without a mouse and without a screen: keys for everything, a name for all."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from ivcdesk.services.layouts import Layout, Place
from ivcdesk.ui.panels.live import LivePanel
from tests.ui.panels.live_desk import START_SECONDS
from tests.ui.panels.stand_ins import make_context

CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
NOTHING = (QAccessible.Role.NoRole, QAccessible.Role.Client)


@pytest.fixture
def page(qtbot, aio):
    made = LivePanel(make_context())
    made.resize(1000, 600)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    aio(made.close())
    made.hide()
    made.deleteLater()


def test_every_widget_that_can_be_focused_has_a_name_and_a_role(page):
    page.arrange("16")
    page.programme.tour.start([Layout("A", "4"), Layout("B", "4")], "Tour")
    page.programme.countdown.count(20)
    nameless = []
    for widget in page.findChildren(QWidget):
        focusable = widget.focusPolicy() != Qt.FocusPolicy.NoFocus and widget.focusProxy() is None
        if not focusable or not widget.isVisible():
            continue
        access = QAccessible.queryAccessibleInterface(widget)
        if not access.text(QAccessible.Text.Name) or access.role() in NOTHING:
            nameless.append((widget.objectName(), type(widget).__name__, access.role()))
    assert nameless == []


def test_tiles_are_in_the_accessibility_tree_below_the_grid(page):
    grid = QAccessible.queryAccessibleInterface(page.grid)
    assert grid.text(QAccessible.Text.Name) == "Live pictures"
    page.arrange("4")
    children = [grid.child(number) for number in range(grid.childCount())]
    pictures = [each for each in children if each.role() == QAccessible.Role.Graphic]
    assert len(pictures) >= 4


def test_tab_goes_from_picture_to_picture(page):
    page.arrange("4")
    tiles = [view.tile for view in page.views]
    tiles[0].setFocus()
    for tile in tiles[1:]:
        QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
        assert tile.hasFocus()
    QTest.keyClick(tiles[3], Qt.Key.Key_Backtab)
    assert tiles[2].hasFocus()


def test_keys_walk_move_and_put_the_facts_away(desk, aio):
    async def walk() -> None:
        desk.live.show_layout(Layout("", "4", (Place(desk.site.camera),)))
        desk.tile(1).setFocus()
        await desk.plays(1)
        QTest.keyClick(desk.tile(1), Qt.Key.Key_Right, CONTROL)
        assert desk.tile(2).hasFocus()
        assert desk.live.current_channel is None
        QTest.keyClick(desk.tile(2), Qt.Key.Key_Down)
        assert desk.tile(4).hasFocus()
        QTest.keyClick(desk.tile(4), Qt.Key.Key_Left)
        QTest.keyClick(desk.tile(3), Qt.Key.Key_Up)
        assert desk.tile(1).hasFocus()
        assert not desk.ptz.held
        QTest.keyClick(desk.tile(1), Qt.Key.Key_Down, CONTROL | SHIFT)
        assert desk.tile(3).hasFocus()
        assert desk.tile(3).property("channelId") == desk.site.camera
        assert desk.live.current_channel == desk.site.camera
        await desk.plays(3)
        shown = desk.live.facts.isChecked()
        QTest.keyClick(desk.tile(3), Qt.Key.Key_I)
        assert desk.live.facts.isChecked() != shown
        assert desk.context.settings.live_facts != shown

    aio(walk(), START_SECONDS)
    assert len(desk.site.calls("ControlDeviceStream")) == 1
    assert desk.site.calls("ControlDevicePTZ") == []


def test_the_bar_fits_a_small_screen(page):
    row = page.bar.row
    for width in (420, 640, 814, 1200):
        row.resize(width, 40)
        ends = [each.geometry().right() for each in row.children() if _shown(each)]
        assert max(ends) < width


def _shown(widget: object) -> bool:
    return isinstance(widget, QWidget) and not widget.isWindow() and not widget.isHidden()
