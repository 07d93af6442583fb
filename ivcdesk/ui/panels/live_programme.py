"""What the live grid shows by itself: a saved layout, a tour, and nothing when nobody is there."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ivcdesk.services.layouts import Layout
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.live_bar import AT_TIMES, OFTEN, LiveBar
from ivcdesk.ui.panels.live_idle import IdleStrip, IdleWatch
from ivcdesk.ui.panels.live_layouts import LiveLayouts
from ivcdesk.ui.panels.live_tour import LiveTour
from ivcdesk.ui.panels.live_view import LiveView

if TYPE_CHECKING:
    from ivcdesk.services.session import Session


class LiveProgramme(QObject):
    """Layouts, tour and idle closing of one grid, and the strips above its pictures.

    ``capture`` returns what is shown, ``show`` shows a layout, ``places`` is how many pictures
    there is room for, ``views`` are the places. ``spares`` tells which of them stay open when
    nobody is there. Signals: ``told(text, failed)``.
    """

    told = Signal(str, bool)

    def __init__(
        self,
        context: Context,
        bar: LiveBar,
        capture: Callable[[], Layout],
        show: Callable[[Layout], object],
        places: Callable[[], int],
        views: Callable[[], Sequence[LiveView]],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._views = views
        self.spares: Callable[[LiveView], bool] = lambda _view: False
        self.layouts = LiveLayouts(context, capture, show, self)
        self.tour = LiveTour(context, show, places, lambda: self.layouts.all, self)
        self.idle = IdleWatch(
            lambda: context.settings.live_idle_minutes,
            lambda: any(view.slot.pulls and not self.spares(view) for view in views()),
            self,
        )
        self.countdown = IdleStrip()
        self.idle.warned.connect(self.countdown.count)
        self.idle.expired.connect(self._on_expired)
        self.countdown.kept.connect(self.idle.touch)
        self.layouts.told.connect(self.told)
        self.tour.told.connect(self.told)
        bar.row.add_left(self.layouts.button, OFTEN)
        bar.row.add_left(self.tour.button, AT_TIMES)

    def canvas(self, grid: QWidget) -> QWidget:
        """Return the grid with the strips above it: they go with it wherever it is shown."""
        canvas = QWidget()
        column = QVBoxLayout(canvas)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.countdown)
        column.addWidget(self.tour.strip)
        column.addWidget(grid, 1)
        return canvas

    def attach(self, session: Session) -> None:
        """Use this account's layouts and directory."""
        self.layouts.attach(session)
        self.tour.attach(session)

    def detach(self) -> None:
        """Forget the account."""
        self.layouts.detach()
        self.tour.detach()
        self.idle.end()

    async def close(self) -> None:
        """Wait until everything is kept and nothing is under way."""
        await asyncio.gather(self.layouts.close(), self.tour.close())

    def do(self, deed: str) -> None:
        """Do something by its name. Raises KeyError for a name not known."""
        {
            "layouts": self.layouts.open,
            "save_layout": self.layouts.save_as,
            "tour_selected": self.tour.start_selected,
            "tour_layouts": self.tour.start_layouts,
            "tour_stop": self.tour.stop,
        }[deed]()

    def touch(self) -> None:
        """Somebody works with a picture: they stay, and the tour waits."""
        self.idle.touch()
        self.tour.pause()

    def look_after(self, view: LiveView) -> None:
        """Wait for what the user does with a place."""
        view.touched.connect(self.touch)
        view.steer_pressed.connect(self.touch)
        view.escaped.connect(self.tour.stop)

    def set_watched(self, watched: bool, window: QWidget) -> None:
        """Take note whether anybody can see the pictures, and in which window."""
        self.tour.set_watched(watched)
        if watched:
            self.idle.watch(window)
            self.idle.begin()

    def _on_expired(self, minutes: int) -> None:
        self.tour.stop()
        for view in self._views():
            if not self.spares(view):
                view.rest(minutes)
