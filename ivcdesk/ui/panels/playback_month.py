"""How much of each day is recorded, looked up for the month that the calendar shows."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta, tzinfo

from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import day_interval
from ivcdesk.domain.intervals import Interval
from ivcdesk.ui.panels.playback_days import DayBook
from ivcdesk.ui.text import tr
from ivcdesk.ui.widgets.calendar import CoverageCalendar
from ivcdesk.ui.widgets.heat_map import HeatRow


class MonthMap:
    """Loads a month into a :class:`DayBook` and shows it in a calendar, while that is open."""

    def __init__(
        self, calendar: CoverageCalendar, zone: Callable[[], tzinfo], now: Callable[[], float]
    ) -> None:
        self._calendar = calendar
        self._zone = zone
        self._now = now
        self._book: DayBook | None = None
        calendar.month_shown.connect(self._on_month_shown)

    def set_book(self, book: DayBook | None) -> None:
        """Look at another channel's recordings."""
        self._book = book
        self._calendar.set_coverage({})
        self._calendar.set_places(())

    def refresh(self) -> None:
        """Show what has become known, if anybody looks."""
        if self._calendar.isVisible():
            self._show(self._calendar.month)

    def _on_month_shown(self, first: date) -> None:
        """Wish for the month, after what the window shows."""
        if self._book is None:
            return
        zone = self._zone()
        start = day_interval(first, zone).start
        end = day_interval(_next_month(first), zone).start
        self._book.look_up(Interval(start, end), min(end, self._now()) - 1)
        self._show(first)

    def _show(self, first: date) -> None:
        if self._book is not None:
            shown = first - timedelta(days=7), _next_month(first) + timedelta(days=14)
            zone = self._zone()
            anywhere = self._book.parts(*shown, zone)
            self._calendar.set_coverage(anywhere)
            self._calendar.set_places(
                [
                    HeatRow(tr("Cloud"), self._book.parts(*shown, zone, Source.CLOUD)),
                    HeatRow(tr("Device"), self._book.parts(*shown, zone, Source.DEVICE)),
                    HeatRow(tr("Together"), anywhere),
                ]
            )


def _next_month(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
