"""Tours that run are seen on their picture and in the status bar, on every page."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton, QWidget

from ivcdesk.domain.patrol import Stop, Tour
from ivcdesk.ui.panels.patrol_marks import PatrolMarks
from tests.ui.panels.stand_ins import AWAY, GATE, StandInSession

TOUR = Tour((Stop(1, 30.0), Stop(2, 30.0)))


class Desk:
    def __init__(self) -> None:
        self.window = QWidget()
        self.bar = QStatusBar(self.window)
        self.views = []
        for channel in (GATE, None):
            tile = QWidget(self.window)
            tile.resize(300, 200)
            self.views.append(SimpleNamespace(tile=tile, slot=SimpleNamespace(channel=channel)))
        self.session = StandInSession()
        self.marks = PatrolMarks(lambda: self.views, self.bar, self.window)
        self.window.show()
        self.marks.attach(self.session)
        self.chip = self.bar.findChild(QToolButton, "status.patrol")

    def mark(self, place: int) -> QLabel | None:
        return self.views[place].tile.findChild(QLabel, f"live.tile.{place + 1}.patrol")


@pytest.fixture
def desk(aio):
    desk = Desk()
    yield desk
    aio(desk.session.patrols.close())
    aio(desk.marks.close())
    desk.window.close()
    desk.window.deleteLater()


def test_the_picture_and_the_bar_say_where_it_is(desk, qtbot):
    assert not desk.chip.isVisible()
    desk.session.patrols.start(GATE, TOUR)
    qtbot.waitUntil(lambda: desk.mark(0) is not None and "1 · 30 s" in desk.mark(0).text())
    assert desk.mark(1) is None
    assert desk.chip.isVisible()
    assert "Gate North" in desk.chip.text()
    assert desk.chip.toolTip()
    desk.session.patrols.stop(GATE)
    assert not desk.mark(0).isVisible()
    assert not desk.chip.isVisible()
    assert not desk.marks._tick.isActive()


def test_the_mark_follows_its_channel(desk, qtbot):
    desk.session.patrols.start(GATE, TOUR)
    desk.views[0].slot.channel, desk.views[1].slot.channel = None, GATE
    desk.marks._show()
    assert desk.mark(0).isHidden()
    assert desk.mark(1).isVisible()


def test_several_are_counted_and_a_click_shows_the_first(desk):
    wanted: list[str] = []
    desk.marks.channel_wanted.connect(wanted.append)
    desk.session.patrols.start(GATE, TOUR)
    desk.session.patrols.start(AWAY, TOUR)
    assert "1 more" in desk.chip.text()
    desk.chip.click()
    assert wanted == [GATE]


def test_signing_out_takes_the_marks_away(desk):
    desk.session.patrols.start(GATE, TOUR)
    desk.marks.detach()
    assert not desk.chip.isVisible()
    assert desk.mark(0).isHidden()
