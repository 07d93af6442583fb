"""The picture at the pointer: where there is one, what it costs, and where the time must do."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.days import CLOUD_ZONE, cloud_day, day_interval
from ivcdesk.domain.intervals import gaps, intersection
from ivcdesk.media import thumbnails
from ivcdesk.ui.panels.playback_hover import Hover
from ivcdesk.ui.widgets.timeline import Timeline
from ivcdesk.ui.widgets.timeline_lanes import Lane, Part, Track
from tests.ui.panels.simulated import Site, site
from tests.ui.panels.stand_ins import until

DAY = 86400.0
WIDTH = 960


class Ruler:
    """A timeline of yesterday with what hovers above it."""

    def __init__(self, one: Site, qtbot) -> None:
        self.site = one
        self.window = day_interval(cloud_day(one.simulator.cloud.now() - DAY))
        self.timeline = Timeline(now=one.simulator.cloud.now)
        qtbot.addWidget(self.timeline)
        self.timeline.resize(WIDTH, 140)
        self.timeline.set_zone(CLOUD_ZONE)
        self.timeline.show()
        self.timeline.set_window(*self.window)
        self.channels: list[ChannelId] = [one.camera]
        self.hover = Hover(self.timeline, lambda: self.channels, one.simulator.cloud.now)
        self.hover.attach(one.session.recordings)

    async def load(self) -> None:
        found = await self.site.session.recordings.coverage(self.site.camera, self.window)
        self.cloud, self.device = found.cloud, found.device
        known = Lane([self.window])
        track = Track("Gate", Part(Lane(self.cloud), known), Part(Lane(self.device), known))
        self.timeline.set_tracks([track])

    def point(self, t: float) -> None:
        self.send(QEvent.Type.MouseMove, round(self.timeline.scale.x(t)))

    def send(self, kind: QEvent.Type, x: float, button=Qt.MouseButton.NoButton) -> None:
        """Send what a hand does; QTest would let other events in between, and tasks with them."""
        place = QPointF(x, 100)
        held = Qt.MouseButton.LeftButton if button else button
        event = QMouseEvent(kind, place, self.timeline.mapToGlobal(place), button, held,
                            Qt.KeyboardModifier.NoModifier)  # fmt: skip
        QApplication.sendEvent(self.timeline, event)

    @property
    def playlists(self) -> int:
        return len(self.site.calls("DescribeRecordPlaybackUrl"))


@pytest.fixture
def ruler(aio, qtbot, monkeypatch):
    monkeypatch.setattr(thumbnails, "IDLE_SECONDS", 0.2)

    def run(work) -> None:
        async def main() -> None:
            async with site() as one:
                made = Ruler(one, qtbot)
                await made.load()
                try:
                    await work(made)
                finally:
                    await made.hover.close()

        aio(main(), 30)

    return run


def test_a_picture_comes_where_the_cloud_has_one(ruler):
    async def work(ruler):
        middle = next((a + b) / 2 for a, b in ruler.cloud if b - a > 1200)
        ruler.point(middle)
        await until(ruler.hover.popup.isVisible)
        assert ruler.hover.popup.caption.endswith("· Gate")
        assert ruler.playlists == 1
        ruler.point(middle + 300)
        assert not ruler.hover.popup.isVisible(), "never the picture of another moment"
        await until(ruler.hover.popup.isVisible)
        assert ruler.playlists == 1, "the address is used again"
        assert ruler.site.calls("PlayRecord") == []
        x = round(ruler.timeline.scale.x(middle + 300))
        ruler.send(QEvent.Type.MouseButtonPress, x, Qt.MouseButton.LeftButton)
        for step in range(1, 6):
            ruler.send(QEvent.Type.MouseMove, x + step * 8, Qt.MouseButton.LeftButton)
        assert not ruler.hover.popup.isVisible(), "nothing hovers while the hand drags"
        assert not ruler.hover._rest.isActive()
        ruler.send(QEvent.Type.MouseButtonRelease, x + 40, Qt.MouseButton.LeftButton)
        ruler.timeline.hide()
        assert not ruler.hover.popup.isVisible()

    ruler(work)


def test_where_only_the_device_has_it_the_time_is_told_and_nothing_opened(ruler):
    async def work(ruler):
        alone = intersection(gaps(ruler.cloud, ruler.window), ruler.device)
        hole = max(alone, key=lambda span: span.length)
        ruler.point((hole.start + hole.end) / 2)
        assert ruler.timeline.pointed_track == 0
        assert not ruler.hover._rest.isActive()
        assert not ruler.hover.popup.isVisible()
        assert ruler.playlists == 0

    ruler(work)


def test_a_pointer_that_does_not_rest_fetches_once(ruler):
    async def work(ruler):
        span = max(ruler.cloud, key=lambda span: span.length)
        for step in range(12):
            ruler.point(span.start + 400 + step * 90)
        await until(ruler.hover.popup.isVisible)
        assert ruler.playlists == 1

    ruler(work)
