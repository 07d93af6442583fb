"""A tour in the control dock: planned, begun, seen, rested and ended."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import (
    QAbstractButton,
    QCheckBox,
    QLabel,
    QSpinBox,
    QTableWidget,
    QWidget,
)

from ivcdesk.domain.patrol import Stop, Tour
from ivcdesk.ui.dialogs.patrol import PatrolDialog
from tests.ui.panels.ptz_desk import desk
from tests.ui.panels.stand_ins import GATE

LEFT = Qt.MouseButton.LeftButton
__all__ = ["desk"]


def stops(dialog: PatrolDialog) -> list[int]:
    return [stop.preset for stop in dialog.tour.stops]


def plan(desk, qtbot) -> PatrolDialog:
    qtbot.waitUntil(lambda: bool(desk.window.findChildren(PatrolDialog)))
    return desk.window.findChildren(PatrolDialog)[0]


def click(dialog: QWidget, name: str) -> None:
    QTest.mouseClick(dialog.findChild(QAbstractButton, name), LEFT)


@pytest.fixture
def known(desk, qtbot):
    qtbot.waitUntil(lambda: desk.find("preset.3").empty)
    return desk


def test_a_first_patrol_is_planned_over_what_is_stored(known, qtbot):
    desk = known
    QTest.mouseClick(desk.find("patrol.start"), LEFT)
    dialog = plan(desk, qtbot)
    assert stops(dialog) == [1, 2, 5]
    assert dialog.findChild(QLabel, "patrolDialog.flaw").text() == ""
    click(dialog, "patrolDialog.begin")
    qtbot.waitUntil(lambda: ("goto", 1) in desk.calls)
    status = desk.find("patrol.status", QLabel)
    qtbot.waitUntil(lambda: "preset 1 · 15 s left" in status.text())
    assert status.isVisible()
    assert "Patrol" in desk.told[-1][0]
    click(desk.panel, "patrol.rest")
    assert "rests" in status.text()
    click(desk.panel, "patrol.rest")
    qtbot.waitUntil(lambda: desk.calls.count(("goto", 1)) == 2)
    click(desk.panel, "patrol.stop")
    assert not status.isVisible()
    assert desk.session.patrols.running == ()


def test_escape_ends_it_and_so_does_the_pad(known, qtbot):
    desk = known
    patrols = desk.session.patrols
    tour = Tour((Stop(1, 5.0), Stop(2, 5.0)))
    patrols.start(GATE, tour)
    QTest.keyClick(desk.picture, Qt.Key.Key_Escape)
    assert patrols.running == ()
    patrols.start(GATE, tour)
    QTest.mouseClick(desk.find("ptz.stop"), LEFT)
    assert patrols.running == ()


def test_losing_the_window_does_not_end_it(known):
    desk = known
    desk.session.patrols.start(GATE, Tour((Stop(1, 5.0), Stop(2, 5.0))))
    desk.panel.hide()
    desk.keys.let_go()
    assert len(desk.session.patrols.running) == 1
    desk.session.patrols.stop(GATE)


def test_the_plan_is_edited_by_rows(known, qtbot):
    desk = known
    QTest.mouseClick(desk.find("patrol.edit"), LEFT)
    dialog = plan(desk, qtbot)
    table = dialog.findChild(QTableWidget, "patrolDialog.stops")
    table.selectRow(2)
    click(dialog, "patrolDialog.up")
    assert stops(dialog) == [1, 5, 2]
    click(dialog, "patrolDialog.up")
    click(dialog, "patrolDialog.up")
    assert stops(dialog) == [5, 1, 2]
    click(dialog, "patrolDialog.down")
    assert stops(dialog) == [1, 5, 2]
    click(dialog, "patrolDialog.remove")
    assert stops(dialog) == [1, 2]
    click(dialog, "patrolDialog.add")
    assert stops(dialog) == [1, 2, 5]
    dwell = table.cellWidget(0, 1)
    assert (dwell.minimum(), dwell.maximum()) == (5, 3600)
    dwell.setValue(30)
    resume = dialog.findChild(QCheckBox, "patrolDialog.resume")
    quiet = dialog.findChild(QSpinBox, "patrolDialog.quiet")
    assert not quiet.isEnabled()
    resume.setChecked(True)
    quiet.setValue(90)
    assert dialog.tour == Tour((Stop(1, 30.0), Stop(2), Stop(5)), 90.0)
    click(dialog, "patrolDialog.keep")
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert desk.session.patrols.running == ()
    qtbot.waitUntil(lambda: desk.panel.patrol.visits(5))


def test_what_cannot_be_done_is_said_and_repeats_only_warned_of(qtbot):
    dialog = PatrolDialog(None, Tour((Stop(1), Stop(1))), {1: "Gate", 2: "Barrier"})
    qtbot.addWidget(dialog)
    flaw = dialog.findChild(QLabel, "patrolDialog.flaw")
    begin = dialog.findChild(QAbstractButton, "patrolDialog.begin")
    keep = dialog.findChild(QAbstractButton, "patrolDialog.keep")
    assert "follows itself" in flaw.text()
    assert begin.isEnabled()
    table = dialog.findChild(QTableWidget, "patrolDialog.stops")
    table.cellWidget(0, 0).setCurrentIndex(6)
    assert "Nothing is stored in preset 7" in flaw.text()
    assert not begin.isEnabled()
    assert keep.isEnabled()
    table.selectRow(0)
    click(dialog, "patrolDialog.remove")
    assert "at least two" in flaw.text()
    assert not keep.isEnabled()


def test_a_stop_that_was_deleted_meanwhile_opens_the_plan(known, qtbot, aio):
    desk = known
    aio(desk.session.patrols.keep(GATE, Tour((Stop(1), Stop(9)))))
    desk.panel.set_channel(None)
    desk.panel.set_channel(GATE)
    qtbot.waitUntil(lambda: desk.panel.patrol.visits(9))
    qtbot.waitUntil(lambda: desk.find("preset.9").empty)
    QTest.mouseClick(desk.find("patrol.start"), LEFT)
    assert "preset 9" in desk.told[-1][0]
    dialog = plan(desk, qtbot)
    click(dialog, "patrolDialog.cancel")
    qtbot.waitUntil(lambda: not dialog.isVisible())
    assert desk.session.patrols.running == ()
