"""Restless hands on the live page: they do everything that can be done with it, at random."""

from __future__ import annotations

import asyncio
import random
from collections import Counter

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.zoom import Zoom
from ivcdesk.services.layouts import Layout, Place
from ivcdesk.ui.widgets.tile_grid import LAYOUTS
from tests.ui.panels.live_desk import Desk
from tests.ui.panels.stand_ins import until

CAMERAS = ("PTZ Gate North", "PTZ Gate South", "Port overview 港区全景", "PTZ Quay 12")
SECONDS = 20


class Hands:
    """Does ``steps`` random things and sees each time that only what can be seen is pulled."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self.desk = desk
        self.random = random.Random(seed)
        self.cameras: list[ChannelId] = []

    async def work(self, steps: int) -> None:
        for name in CAMERAS:
            self.cameras.append(await self.desk.site.find(name))
        deeds = [
            self.show,
            self.arrange,
            self.swap,
            self.lay_out,
            self.tour,
            self.turn,
            self.alone,
            self.leave,
            self.go_idle,
            self.touch,
            self.close,
            self.magnify,
        ]
        for _ in range(steps):
            self.random.choice(deeds)()
            await asyncio.sleep(self.random.choice((0, 0, 0.02)))
            self.agree()
        await self.settle()

    def agree(self) -> None:
        """What is hidden or rests pulls nothing, whatever is under way."""
        live = self.desk.live
        for view in live.views:
            if view.tile.isHidden() or view.rested_minutes or not live.isVisible():
                assert not view.slot.pulls, view.index
        tour = live.programme.tour.running
        assert live.programme.tour.strip.isHidden() == (tour is None)

    async def settle(self) -> None:
        """In the end the cloud serves exactly what is seen."""
        live = self.desk.live
        live.show()
        live.programme.tour.stop()
        for view in live.views:
            view.resume()
        seen = [view for view in live.views if not view.tile.isHidden() and view.slot.channel]
        for view in seen:
            await until(lambda view=view: view.slot.kind == "playing", SECONDS)
        wanted = Counter(view.slot.channel for view in seen)
        await until(lambda: self.viewers() == wanted, SECONDS)

    def viewers(self) -> Counter[str]:
        return +Counter({each: self.desk.viewers(each) for each in self.cameras})

    def place(self) -> int:
        return self.random.randrange(self.desk.live.grid.places)

    def layout(self) -> Layout:
        name = self.random.choice(list(LAYOUTS))
        places = [
            Place(self.random.choice([*self.cameras, ChannelId("")])) for _ in LAYOUTS[name][1]
        ]
        return Layout("", name, tuple(places[:5]))

    def show(self) -> None:
        self.desk.live.show_channel(self.random.choice(self.cameras))

    def arrange(self) -> None:
        self.desk.button(f"live.layout.{self.random.choice(list(LAYOUTS))}").click()

    def swap(self) -> None:
        one, other = self.place(), self.place()
        if one != other:
            self.desk.live.swap(one, other)

    def lay_out(self) -> None:
        self.desk.live.show_layout(self.layout())

    def tour(self) -> None:
        self.desk.live.programme.tour.start([self.layout(), self.layout()], "Hands")

    def turn(self) -> None:
        self.desk.live.programme.tour.turn(self.random.choice((-1, 1)))

    def alone(self) -> None:
        self.desk.live.toggle_alone(self.place())

    def leave(self) -> None:
        self.desk.live.setVisible(not self.desk.live.isVisible())

    def go_idle(self) -> None:
        self.desk.live.programme.idle.expired.emit(30)

    def touch(self) -> None:
        view = self.desk.live.views[self.place()]
        if view.tile.isVisible():
            QTest.mouseClick(view.tile, Qt.MouseButton.LeftButton)

    def close(self) -> None:
        self.desk.live.views[self.place()].clear()

    def magnify(self) -> None:
        self.desk.live.views[self.place()].tile.set_zoom(Zoom(self.random.uniform(1, 8)))
