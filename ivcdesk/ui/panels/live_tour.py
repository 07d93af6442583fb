"""A tour in the live grid: the strip that shows it, and the button that starts one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QPushButton,
    QSpinBox,
    QToolButton,
    QWidget,
)

from ivcdesk.api import IvcError
from ivcdesk.domain import tour as plan
from ivcdesk.services.layouts import Layout, Place
from ivcdesk.services.selection import channels_below
from ivcdesk.ui import icons
from ivcdesk.ui.context import Context
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import GRID
from ivcdesk.ui.widgets.elided_label import ElidedLabel
from ivcdesk.ui.widgets.menu_place import open_below

if TYPE_CHECKING:
    from ivcdesk.services.session import Session

_TICK_MS = 250
_NONE = plan.started(1)


class TourStrip(QFrame):
    """Says which page is shown and for how long still, and steers the tour.

    Signals: ``pause_toggled``, ``turn_wanted(pages)``, ``stop_wanted``, ``dwell_chosen(seconds)``.
    """

    pause_toggled = Signal()
    turn_wanted = Signal(int)
    stop_wanted = Signal()
    dwell_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("live.tour.strip")
        self.setProperty("role", "bar")
        self._told = ""
        self._shown: tuple[str, plan.Tour] | None = None
        self._label = ElidedLabel()
        self._label.setObjectName("live.tour.status")
        self._pause = self._button("live.tour.pause", "pause")
        back = self._button("live.tour.previous", "skip-back")
        bind(back, back.setToolTip, "Back to the page before")
        bind(back, back.setAccessibleName, "Back to the page before")
        onward = self._button("live.tour.next", "skip-forward")
        bind(onward, onward.setToolTip, "On to the next page")
        bind(onward, onward.setAccessibleName, "On to the next page")
        stop = QPushButton()
        stop.setObjectName("live.tour.stop")
        bind(stop, stop.setText, "Stop the tour")
        bind(stop, stop.setToolTip, "Stop the tour; this page stays · Esc")
        self._dwell = QSpinBox()
        self._dwell.setObjectName("live.tour.dwell")
        self._dwell.setRange(plan.SHORTEST, plan.LONGEST)
        self._dwell.setKeyboardTracking(False)
        if (figures := self._dwell.findChild(QLineEdit)) is not None:
            figures.setTextMargins(6, 0, 0, 0)
        bind(self._dwell, self._dwell.setSuffix, " s")
        bind(self._dwell, self._dwell.setToolTip, "How long a tour shows each page")
        bind(self._dwell, self._dwell.setAccessibleName, "How long a tour shows each page")
        self._pause.clicked.connect(self.pause_toggled)
        back.clicked.connect(partial(self.turn_wanted.emit, -1))
        onward.clicked.connect(partial(self.turn_wanted.emit, 1))
        stop.clicked.connect(self.stop_wanted)
        self._dwell.valueChanged.connect(self.dwell_chosen)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, GRID // 2, 12, GRID // 2)
        row.setSpacing(GRID)
        row.addWidget(self._label, 1)
        for widget in (self._dwell, back, self._pause, onward, stop):
            row.addWidget(widget)
        self.hide()
        refresh(self, self._say)

    def show_tour(self, title: str, tour: plan.Tour | None) -> None:
        """Show how far a tour is; None takes the strip away."""
        self._shown = None if tour is None else (title, tour)
        self._say()
        self.setVisible(tour is not None)

    def _say(self) -> None:
        title, tour = self._shown or ("", _NONE)
        page = tr("page {page} of {pages}", page=tour.page + 1, pages=tour.pages)
        if tour.paused:
            rest = tr("paused|tour")
        elif tour.pages == 1:
            rest = ""
        else:
            rest = tr("{seconds} s left", seconds=math.ceil(tour.left))
        said = " · ".join(part for part in (page, rest, title) if part)
        if said != self._told:
            self._told = said
            self._label.setText(said)
        # The seconds are for the eye: read aloud, they would drown everything else.
        spoken = " · ".join(part for part in (page, title) if part)
        if spoken != self._label.accessibleName():
            self._label.setAccessibleName(spoken)
        face = "play" if tour.paused else "pause"
        words = tr("Go on with the tour") if tour.paused else tr("Pause the tour")
        if self._pause.accessibleName() != words:
            self._pause.setIcon(icons.icon(face, 16))
            self._pause.setAccessibleName(words)
            self._pause.setToolTip(words)
        if self._dwell.value() != round(tour.dwell):
            self._dwell.blockSignals(True)
            self._dwell.setValue(round(tour.dwell))
            self._dwell.blockSignals(False)

    def _button(self, name: str, icon: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(name)
        icons.bind(button, button.setIcon, icon, 16)
        return button


class LiveTour(QObject):
    """Goes through pages, each of them a layout; ``show`` shows one.

    Only the page that is shown is pulled. ``selection`` returns the ids of the rows that are
    picked in the tree, ``layouts`` the saved ones, ``places`` how many pictures the grid has room
    for. Signals: ``told(text, failed)``; ``changed`` when a tour begins or ends.
    """

    told = Signal(str, bool)
    changed = Signal()

    def __init__(
        self,
        context: Context,
        show: Callable[[Layout], object],
        places: Callable[[], int],
        layouts: Callable[[], Sequence[Layout]],
        parent: QObject | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._show_page = show
        self._places = places
        self._layouts = layouts
        self._clock = clock
        self._session: Session | None = None
        self._pages: tuple[Layout, ...] = ()
        self._title = ""
        self._tour: plan.Tour | None = None
        self._counted_at = 0.0
        self._watched = True
        self.selection: Callable[[], Sequence[str]] = tuple
        self.tasks = TaskScope(self)
        self.strip = TourStrip()
        self.strip.pause_toggled.connect(self.toggle)
        self.strip.turn_wanted.connect(self.turn)
        self.strip.stop_wanted.connect(self.stop)
        self.strip.dwell_chosen.connect(self._on_dwell)
        self.button = QPushButton()
        self.button.setObjectName("live.tour")
        icons.bind(self.button, self.button.setIcon, "tour", 16, "text")
        refresh(self.button, lambda: self.button.setText(tr("Tour") + " ▾"))
        bind(self.button, self.button.setToolTip, "Show page after page of cameras · Ctrl+T")
        bind(self.button, self.button.setAccessibleName, "Tour")
        self.menu = QMenu(self.button)
        self.menu.setObjectName("live.tour.menu")
        self.menu.aboutToShow.connect(self._fill)
        self.button.clicked.connect(self.open)
        self._timer = QTimer(self)
        self._timer.setInterval(_TICK_MS)
        self._timer.timeout.connect(self.tick)

    @property
    def running(self) -> plan.Tour | None:
        """How far the tour is, None where there is none."""
        return self._tour

    def attach(self, session: Session) -> None:
        """Look cameras up in this account's directory."""
        self._session = session

    def detach(self) -> None:
        """Stop, and forget the account."""
        self.stop()
        self.tasks.cancel()
        self._session = None

    async def close(self) -> None:
        """Stop, and wait until nothing is under way."""
        self.stop()
        await self.tasks.finish()

    def open(self) -> None:
        """Open the menu below its button."""
        open_below(self.menu, self.button)

    def start(self, pages: Sequence[Layout], title: str) -> None:
        """Begin at the first page; without any nothing happens."""
        if not pages:
            self.told.emit(tr("△ There is no camera online to show in a tour"), True)
            return
        self._pages, self._title = tuple(pages), title
        self._tour = plan.started(len(pages), self._context.settings.live_tour_seconds)
        self._count_again()
        self._show_now()
        self.changed.emit()

    def start_through(self, keys: Sequence[str]) -> None:
        """Begin with the cameras of and below these rows of the tree."""
        self.tasks.start(self._start_through(tuple(keys)), name="tour")

    def start_selected(self) -> None:
        """Begin with what is picked in the tree."""
        self.start_through(self.selection())

    def start_layouts(self) -> None:
        """Begin with the saved layouts, each of them a page."""
        self.start(self._layouts(), tr("Tour through the layouts"))

    def start_cameras(self, places: Sequence[Place], title: str) -> None:
        """Begin with cameras, as many on a page as the grid has room for now."""
        pages = plan.pages_of([place for place in places if place.channel], self._places())
        self.start([Layout("", "", page) for page in pages], title)

    def pause(self) -> None:
        """Stand still, because somebody has to do with what is shown."""
        if self._tour is not None and not self._tour.paused:
            self._pass_time()
            self._be(self._tour.halted())

    def toggle(self) -> None:
        """Stand still or go on; without a tour nothing happens."""
        if self._tour is not None:
            self._pass_time()
            self._be(self._tour.resumed() if self._tour.paused else self._tour.halted())

    def toggle_or_open(self) -> None:
        """Stand still or go on; offer tours where there is none."""
        if self._tour is None:
            self.open()
        else:
            self.toggle()

    def turn(self, by: int) -> None:
        """Go some pages on, or back."""
        if self._tour is not None:
            self._be(self._tour.turned(by))
            self._show_now()

    def deal_again(self) -> None:
        """Deal the cameras out anew, because the grid has room for others than before."""
        tour, places = self._tour, self._places()
        if tour is None or any(page.arrangement for page in self._pages):
            return
        first = sum(len(page.places) for page in self._pages[: tour.page])
        cameras = [place for page in self._pages for place in page.places]
        pages = plan.pages_of(cameras, places)
        self._pages = tuple(Layout("", "", page) for page in pages)
        again = plan.Tour(len(pages), tour.dwell, first // places, tour.dwell, tour.paused)
        self._be(again)
        self._show_now()

    def stop(self) -> None:
        """End; what is shown stays."""
        if self._tour is not None:
            self._tour = None
            self._pages = ()
            self._timer.stop()
            self.strip.show_tour("", None)
            self.changed.emit()

    def set_watched(self, watched: bool) -> None:
        """Let no time pass while nobody can see the pictures."""
        if watched != self._watched:
            self._pass_time()
            self._watched = watched
            self._count_again()

    def tick(self) -> None:
        """Let the time pass, and show the next page when its turn has come."""
        before = self._tour
        self._pass_time()
        if before is not None and self._tour is not None:
            self.strip.show_tour(self._title, self._tour)
            if self._tour.page != before.page:
                self._show_now()

    def _be(self, tour: plan.Tour) -> None:
        self._tour = tour
        self._count_again()

    def _pass_time(self) -> None:
        """Count what has passed since the last look."""
        now = self._clock()
        if self._tour is not None and self._watched:
            self._tour = self._tour.advanced(now - self._counted_at)
        self._counted_at = now

    def _count_again(self) -> None:
        self._counted_at = self._clock()
        tour = self._tour
        if tour is None:
            return
        self.strip.show_tour(self._title, tour)
        if self._watched and not tour.paused and tour.pages > 1:
            self._timer.start()
        else:
            self._timer.stop()

    def _show_now(self) -> None:
        if self._tour is not None:
            self._show_page(self._pages[self._tour.page])

    async def _start_through(self, keys: Sequence[str]) -> None:
        session = self._session
        if session is None:
            return
        directory = session.directory
        try:
            found = await channels_below(directory, keys)
        except IvcError as error:
            self._context.notify(self._context.explain(error))
            return
        shown = []
        for channel in found:
            obstacle = directory.obstacle(channel)
            if obstacle is None or not obstacle.hides_picture:
                shown.append(Place(channel))
        title = tr("Tour: {count} cameras", count=len(shown))
        if len(shown) < len(found):
            title = tr(
                "Tour: {count} cameras, {left} left out because they are not online",
                count=len(shown),
                left=len(found) - len(shown),
            )
        if session is self._session:
            self.start_cameras(shown, title)

    def _fill(self) -> None:
        self.menu.clear()
        if self._tour is not None:
            self._entry("stop", tr("Stop the tour")).triggered.connect(self.stop)
            self.menu.addSeparator()
        picked = self._entry("selected", tr("Through the cameras picked in the tree"))
        picked.setEnabled(bool(self.selection()))
        picked.triggered.connect(self.start_selected)
        layouts = self._layouts()
        through = self._entry("layouts", tr("Through all saved layouts"))
        through.setEnabled(len(layouts) > 1)
        through.triggered.connect(self.start_layouts)
        for number, layout in enumerate(layouts):
            words = tr("Through the cameras of “{name}”", name=layout.name)
            entry = self._entry(f"layout.{number}", words.replace("&", "&&"))
            entry.triggered.connect(partial(self._start_layout, layout))

    def _start_layout(self, layout: Layout) -> None:
        self.start_cameras(layout.places, tr("Tour through “{name}”", name=layout.name))

    def _entry(self, name: str, words: str) -> QAction:
        entry = self.menu.addAction(words)
        entry.setObjectName(f"live.tour.menu.{name}")
        return entry

    def _on_dwell(self, seconds: int) -> None:
        self._context.settings.live_tour_seconds = seconds
        self._context.settings.save()
        if self._tour is not None:
            self._pass_time()
            self._be(self._tour.paced(seconds))
