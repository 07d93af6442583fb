"""A tour: its pages come one after another, it waits for whoever works, and it can be seen."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QSpinBox

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.zoom import Zoom
from ivcdesk.services.layouts import Layout, Place
from ivcdesk.ui.panels.live_tour import LiveTour
from tests.ui.panels.live_desk import LEFT, START_SECONDS
from tests.ui.panels.stand_ins import make_context, until


class Touring:
    """A tour with a clock of the test's own, and what it has shown."""

    def __init__(self, qtbot) -> None:
        self.now = 0.0
        self.places = 4
        self.shown: list[Layout] = []
        self.saved: list[Layout] = []
        self.context = make_context()
        self.tour = LiveTour(
            self.context,
            self.shown.append,
            lambda: self.places,
            lambda: self.saved,
            clock=lambda: self.now,
        )
        self.tour.strip.setParent(None)
        for widget in (self.tour.strip, self.tour.button):
            qtbot.addWidget(widget)
        self.heard: list[str] = []
        self.tour.told.connect(lambda text, _failed: self.heard.append(text))

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.tour.tick()

    def start(self, count: int) -> None:
        self.tour.start_cameras([Place(ChannelId(f"c{n}")) for n in range(count)], "Port")

    def page(self) -> Sequence[str]:
        return [place.channel for place in self.shown[-1].places]

    def status(self) -> str:
        return self.tour.strip.findChild(QLabel, "live.tour.status").text()

    def press(self, name: str) -> None:
        self.tour.strip.findChild(QAbstractButton, f"live.tour.{name}").click()


@pytest.fixture
def touring(qtbot):
    made = Touring(qtbot)
    yield made
    made.tour.stop()


def test_pages_follow_each_other_in_a_ring(touring):
    touring.start(10)
    assert touring.page() == ["c0", "c1", "c2", "c3"]
    assert touring.status() == "page 1 of 3 · 15 s left · Port"
    touring.pass_time(14.5)
    assert touring.status() == "page 1 of 3 · 1 s left · Port"
    touring.pass_time(0.5)
    assert touring.page() == ["c4", "c5", "c6", "c7"]
    touring.pass_time(15)
    assert touring.page() == ["c8", "c9"]
    touring.pass_time(15)
    assert touring.page() == ["c0", "c1", "c2", "c3"]
    assert len(touring.shown) == 4


def test_it_waits_and_goes_on(touring):
    touring.start(8)
    touring.pass_time(5)
    touring.tour.pause()
    touring.pass_time(100)
    assert touring.status() == "page 1 of 2 · paused · Port"
    assert len(touring.shown) == 1
    touring.press("pause")
    assert touring.status() == "page 1 of 2 · 10 s left · Port"
    touring.pass_time(10)
    assert touring.page()[0] == "c4"


def test_it_is_steered_by_its_buttons(touring):
    touring.start(12)
    touring.press("next")
    assert touring.page()[0] == "c4"
    touring.press("previous")
    touring.press("previous")
    assert touring.page()[0] == "c8"
    touring.press("stop")
    assert touring.tour.running is None
    assert touring.tour.strip.isHidden()
    touring.pass_time(100)
    assert len(touring.shown) == 4


def test_the_dwell_is_kept(touring):
    touring.start(8)
    touring.tour.strip.findChild(QSpinBox, "live.tour.dwell").setValue(40)
    assert touring.context.settings.live_tour_seconds == 40
    assert touring.context.settings.saved == 1
    touring.press("next")
    touring.pass_time(39)
    assert touring.page()[0] == "c4"
    touring.pass_time(1)
    assert touring.page()[0] == "c0"


def test_no_time_passes_where_nobody_can_see_it(touring):
    touring.start(8)
    touring.pass_time(5)
    touring.tour.set_watched(False)
    touring.pass_time(1000)
    touring.tour.set_watched(True)
    assert len(touring.shown) == 1
    touring.pass_time(10)
    assert touring.page()[0] == "c4"


def test_another_arrangement_deals_the_cameras_anew(touring):
    touring.start(12)
    touring.press("next")
    touring.places = 1
    touring.tour.deal_again()
    assert touring.page() == ["c4"]
    assert touring.status().startswith("page 5 of 12")
    touring.places = 9
    touring.tour.deal_again()
    assert touring.page()[0] == "c0"


def test_saved_layouts_are_pages_with_their_own_arrangement(touring):
    touring.saved = [Layout("Gates", "4"), Layout("Quays", "1+5")]
    touring.tour.start_layouts()
    touring.pass_time(15)
    touring.tour.deal_again()
    assert [each.name for each in touring.shown] == ["Gates", "Quays"]
    touring.tour.menu.aboutToShow.emit()
    names = [each.objectName() for each in touring.tour.menu.actions() if each.isEnabled()]
    assert "live.tour.menu.stop" in names
    assert "live.tour.menu.layouts" in names


def test_without_cameras_it_says_so(touring):
    touring.tour.start_cameras([Place()], "Nothing")
    assert touring.tour.running is None
    assert "no camera" in touring.heard[0]


def test_a_tour_through_what_is_picked_in_the_tree(desk, aio):
    tour = desk.live.programme.tour

    async def go() -> None:
        other = await desk.site.find("PTZ Gate South")
        await desk.show()
        desk.tile().set_zoom(Zoom(2.0))
        tour.selection = lambda: [desk.site.camera, other]
        tour.start_selected()
        await until(lambda: tour.running is not None)
        assert tour.running.pages == 2
        assert tour.running.page == 0
        await desk.plays()
        tour.turn(1)
        desk.tile().set_zoom(Zoom(1.5))
        assert tour.running.paused
        tour.toggle()
        tour.turn(-1)
        assert desk.tile().zoom.whole
        assert not tour.running.paused
        await desk.plays()
        tour.turn(1)
        assert desk.live.current_channel == other
        await desk.plays()
        await until(lambda: desk.viewers() == 0)
        QTest.mouseClick(desk.tile(), LEFT)
        assert tour.running.paused
        tour.toggle()
        QTest.keyPress(desk.tile(), Qt.Key.Key_Left)
        await until(lambda: tour.running.paused)
        QTest.keyRelease(desk.tile(), Qt.Key.Key_Left)
        QTest.keyClick(desk.tile(), Qt.Key.Key_Escape)
        assert tour.running is None
        assert desk.live.current_channel == other

    aio(go(), 2 * START_SECONDS)


def test_an_organisation_is_all_that_is_filed_below_it(desk, aio):
    directory = desk.site.session.directory
    home = directory.home_of(directory.device_of(desk.site.camera))
    tour = desk.live.programme.tour

    async def go() -> None:
        desk.live.hide()
        tour.start_through([home, desk.site.camera])
        await until(lambda: tour.running is not None)
        await until(lambda: not tour.tasks.busy)

    aio(go(), START_SECONDS)
    assert tour.running.pages > 3
    assert "cameras" in tour.strip.findChild(QLabel, "live.tour.status").text()
    tour.stop()
