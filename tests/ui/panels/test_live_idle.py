"""Idle closing: a countdown that anything ends, and pictures that say why they are gone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QPushButton, QWidget

from ivcdesk.ui.panels.live_idle import IdleStrip, IdleWatch
from tests.ui.panels.live_desk import LEFT, START_SECONDS
from tests.ui.panels.stand_ins import until


class Watched:
    def __init__(self) -> None:
        self.now, self.minutes, self.open = 1000.0, 30, True
        self.heard: list[object] = []
        self.watch = IdleWatch(lambda: self.minutes, lambda: self.open, clock=lambda: self.now)
        self.watch.warned.connect(self.heard.append)
        self.watch.expired.connect(lambda minutes: self.heard.append(f"closed after {minutes}"))
        self.watch.begin()

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.watch.look()


@pytest.fixture
def watched(qapp):
    made = Watched()
    yield made
    made.watch.end()


def test_it_counts_down_and_closes(watched):
    watched.pass_time(30 * 60 - 31)
    assert watched.heard == []
    watched.pass_time(1)
    watched.pass_time(29)
    assert watched.heard == [30, 1]
    watched.pass_time(1)
    assert watched.heard == [30, 1, 0, "closed after 30"]


def test_a_touch_ends_the_countdown(watched):
    watched.pass_time(30 * 60 - 10)
    watched.watch.touch()
    assert watched.heard == [10, 0]
    watched.pass_time(30 * 60 - 40)
    assert watched.heard == [10, 0]


def test_off_means_never(watched):
    watched.minutes = 0
    watched.pass_time(1e6)
    assert watched.heard == []


def test_with_nothing_open_there_is_nothing_to_close(watched):
    watched.pass_time(30 * 60 - 10)
    watched.open = False
    watched.pass_time(1)
    watched.pass_time(100)
    assert watched.heard == [10, 0]
    watched.open = True
    watched.watch.begin()
    watched.pass_time(10)
    assert watched.heard == [10, 0]


def test_what_happens_in_the_window_is_a_sign_of_life(watched, qtbot):
    window = QWidget()
    qtbot.addWidget(window)
    window.show()
    qtbot.waitExposed(window)
    watched.watch.watch(window)
    watched.pass_time(30 * 60 - 10)
    QTest.mouseMove(window.windowHandle(), window.rect().center())
    qtbot.waitUntil(lambda: watched.heard == [10, 0], timeout=2000)
    watched.pass_time(30 * 60 - 10)
    QTest.keyClick(window.windowHandle(), Qt.Key.Key_Shift)
    qtbot.waitUntil(lambda: watched.heard == [10, 0, 10, 0], timeout=2000)


def test_the_strip_counts_and_keeps(qtbot):
    strip = IdleStrip()
    qtbot.addWidget(strip)
    strip.count(12)
    assert strip.isVisible()
    assert "12 s" in strip.findChild(QLabel, "live.idle.text").text()
    assert "12 s" in strip.accessibleName()
    with qtbot.waitSignal(strip.kept, timeout=1000):
        strip.findChild(QPushButton, "live.idle.keep").click()
    strip.count(0)
    assert not strip.isVisible()


def test_pictures_close_say_why_and_go_on(desk, aio):
    idle = desk.live.programme.idle

    async def go() -> None:
        other = await desk.site.find("PTZ Gate South")
        desk.live.arrange("4")
        desk.live.show_channel(desk.site.camera)
        desk.live.show_channel(other)
        await desk.plays(1)
        await desk.plays(2)
        idle.expired.emit(30)
        await until(lambda: desk.viewers() == 0 and desk.viewers(other) == 0)
        assert desk.state(1) == desk.state(2) == "empty"
        assert "nobody was here for 30 min" in desk.words(1)
        assert desk.tile(1).property("channelId") == desk.site.camera
        assert not desk.button("live.snapshot").isEnabled()
        desk.live.hide()
        desk.live.show()
        assert desk.state(1) == "empty"
        QTest.mouseClick(desk.tile(1), LEFT)
        await desk.plays(1)
        assert desk.state(2) == "empty"
        desk.tile(2).setFocus()
        QTest.keyClick(desk.tile(2), Qt.Key.Key_Return)
        assert desk.live.grid.alone is None
        await desk.plays(2)
        assert desk.state(3) == "empty"
        assert "nobody" not in desk.words(3)

    aio(go(), 2 * START_SECONDS)
