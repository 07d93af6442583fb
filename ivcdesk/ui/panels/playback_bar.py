"""The bar above the picture: the day, the zone whose clock is read, and a time to go to."""

from __future__ import annotations

from datetime import date

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLayout,
    QLineEdit,
    QPushButton,
    QToolButton,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.panels.playback_bookmarks import BookmarkShelf
from ivcdesk.ui.text import bind, mark, refresh, tr
from ivcdesk.ui.widgets import time_words
from ivcdesk.ui.widgets.calendar import CoverageCalendar
from ivcdesk.ui.widgets.segment_switch import SegmentSwitch

ZONES = ("local", "cloud", "utc")
LAYOUTS = (
    ("1", "1", mark("One picture")),
    ("4", "2×2", mark("Four pictures")),
    ("9", "3×3", mark("Nine pictures")),
)
"""Arrangements of the grid: key, face and meaning."""
_NARROW = 660
_LEAST = 540
_WIDE = 1100


class PlaybackBar(QFrame):
    """Emits ``day_stepped(int)``, ``day_picked(date)``, ``today_asked()``, ``zone_picked(str)``,
    ``time_typed(str)``, ``bookmarks_asked()`` and ``arrangement_picked(str)``.

    ``calendar`` and ``shelf`` pop up from it.
    """

    day_stepped = Signal(int)
    day_picked = Signal(object)
    today_asked = Signal()
    zone_picked = Signal(str)
    time_typed = Signal(str)
    bookmarks_asked = Signal()
    arrangement_picked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(41)
        self._day = date(2000, 1, 1)
        self._last = self._day
        back = self._arrow("chevron-left", -1, "playback.previousDay")
        bind(back, back.setToolTip, "Previous day (Page Up)")
        bind(back, back.setAccessibleName, "Previous day")
        self._next = self._arrow("chevron-right", 1, "playback.nextDay")
        bind(self._next, self._next.setToolTip, "Next day (Page Down)")
        bind(self._next, self._next.setAccessibleName, "Next day")
        self._date = QPushButton()
        self._date.setObjectName("playback.date")
        self._date.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.bind(self._date, self._date.setIcon, "calendar", 16)
        bind(self._date, self._date.setToolTip, "Pick a day from the calendar (Ctrl+D)")
        self._date.clicked.connect(self.open_calendar)
        self.today = QPushButton()
        self.today.setObjectName("playback.today")
        self.today.setProperty("role", "outline")
        self.today.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        bind(self.today, self.today.setText, "Today")
        bind(self.today, self.today.setToolTip, "Show the last recorded minutes (Ctrl+T)")
        self.today.clicked.connect(self.today_asked)
        self.calendar = CoverageCalendar(self)
        self.calendar.setWindowFlag(Qt.WindowType.Popup)
        self.calendar.hide()
        self.calendar.picked.connect(self._on_picked)
        self.goto = QLineEdit()
        self.goto.setObjectName("playback.goto")
        self.goto.setMinimumWidth(84)
        self.goto.setMaximumWidth(124)
        self.setMinimumWidth(_LEAST)
        self.goto.setClearButtonEnabled(False)
        bind(self.goto, self.goto.setPlaceholderText, "Go to time …")
        bind(self.goto, self.goto.setAccessibleName, "Go to time")
        bind(
            self.goto,
            self.goto.setToolTip,
            "14:07, 14:07:30, yesterday 14:07, 11-23 14:07 or -5m, then Enter (Ctrl+G)",
        )
        self.goto.returnPressed.connect(self._on_typed)
        self.goto.textEdited.connect(lambda: self.mark_wrong(False))
        self.bookmark = QPushButton()
        self.bookmark.setObjectName("playback.bookmark")
        self.bookmark.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.bind(self.bookmark, self.bookmark.setIcon, "bookmark", 16)
        bind(self.bookmark, self.bookmark.setToolTip, "Bookmarks of this camera (B)")
        bind(self.bookmark, self.bookmark.setAccessibleName, "Bookmarks")
        self.bookmark.clicked.connect(self.bookmarks_asked)
        self.shelf = BookmarkShelf(self)

        self._zones = self._zone_switch()
        self._layouts = self._layout_switch()

        row = QHBoxLayout(self)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(6)
        row.addWidget(back)
        row.addWidget(self._date)
        row.addWidget(self._next)
        row.addWidget(self.today)
        row.addSpacing(6)
        row.addWidget(self._zones)
        row.addStretch(1)
        row.addWidget(self._layouts)
        row.addWidget(self.bookmark)
        row.addWidget(self.goto)
        refresh(self, self._show_day)
        refresh(self, self._show_bookmark)

    def set_day(self, day: date, last: date) -> None:
        """Show which day is in view; there is none after ``last``."""
        self._day, self._last = day, last
        self._next.setEnabled(day < last)
        self._show_day()

    def set_zone(self, key: str) -> None:
        """Show which zone is chosen: ``local``, ``cloud`` or ``utc``."""
        self._zones.choose(key)

    def set_arrangement(self, name: str) -> None:
        """Show how many pictures there are room for: ``1``, ``4`` or ``9``."""
        self._layouts.choose(name)

    def mark_wrong(self, wrong: bool) -> None:
        """Show that the typed time was not understood."""
        if bool(self.goto.property("invalid")) != wrong:
            self.goto.setProperty("invalid", wrong)
            self.goto.style().unpolish(self.goto)
            self.goto.style().polish(self.goto)

    def ask_time(self) -> None:
        """Let a time be typed."""
        self.goto.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.goto.selectAll()

    def open_calendar(self) -> None:
        """Let a day be picked."""
        self.calendar.open_at(self._day, self._last)
        self.calendar.adjustSize()
        below = self._date.mapToGlobal(QPoint(0, self._date.height() + 4))
        screen = self.screen().availableGeometry()
        x = max(min(below.x(), screen.right() - self.calendar.width()), screen.left())
        self.calendar.move(x, below.y())
        self.calendar.show()
        self.calendar.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        """Close what was popped up."""
        self.calendar.hide()
        self.shelf.hide()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Say less where there is little room."""
        super().resizeEvent(event)
        self.today.setVisible(self.width() >= _NARROW)
        self._show_day()
        self._show_bookmark()

    def _show_bookmark(self) -> None:
        self.bookmark.setText(tr("Bookmark") if self.width() >= _WIDE else "")

    def _arrow(self, name: str, days: int, object_name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(object_name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.bind(button, button.setIcon, name, 18)
        button.clicked.connect(lambda: self.day_stepped.emit(days))
        return button

    def _zone_switch(self) -> SegmentSwitch:
        switch = SegmentSwitch("playback.zone", ZONES)
        switch.picked.connect(self.zone_picked)
        local, cloud, utc = (switch.button(key) for key in ZONES)
        bind(local, local.setText, "Local time")
        bind(local, local.setToolTip, "Read times on this computer's clock")
        bind(cloud, cloud.setText, "UTC+8")
        bind(cloud, cloud.setToolTip, "Read times on the cloud's clock, which keeps its days")
        bind(utc, utc.setText, "UTC")
        bind(utc, utc.setToolTip, "Read times as UTC")
        return switch

    def _layout_switch(self) -> SegmentSwitch:
        switch = SegmentSwitch("playback.layout", [name for name, _face, _words in LAYOUTS])
        switch.picked.connect(self.arrangement_picked)
        for name, face, words in LAYOUTS:
            button = switch.button(name)
            button.setText(face)
            bind(button, button.setToolTip, words)
            bind(button, button.setAccessibleName, words)
        return switch

    def _show_day(self) -> None:
        short = self.width() < _NARROW
        words = time_words.short_day(self._day) if short else time_words.full_day(self._day)
        self._date.setText(words)
        self._date.setAccessibleName(words)

    def _on_picked(self, day: date) -> None:
        self.calendar.hide()
        self.day_picked.emit(day)

    def _on_typed(self) -> None:
        if text := self.goto.text().strip():
            self.time_typed.emit(text)
