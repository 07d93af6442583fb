"""Which day and which moment are shown: steps of a day, the calendar, typed times, zones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta

from PySide6.QtCore import QObject, Qt, Signal

from ivcdesk.domain.days import day_interval, day_of, moment
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.playback_bar import PlaybackBar
from ivcdesk.ui.panels.playback_goto import typed_time
from ivcdesk.ui.panels.playback_zone import ZONE_NAMES, zone_key, zone_of
from ivcdesk.ui.widgets.timeline import Timeline

DAY = 86400.0
BEFORE_LATEST = 180.0
"""How long before the latest recorded moment a camera is opened the first time, s."""


class When(QObject):
    """Keeps the bar, the calendar and the timeline's window in step.

    Signals: ``look_wanted(t)`` and ``play_wanted(t)``, seconds since the epoch; ``latest_wanted()``
    for the last recorded minutes; ``not_understood(text)`` for a typed time; ``zone_changed()``.
    """

    look_wanted = Signal(float)
    play_wanted = Signal(float)
    latest_wanted = Signal()
    not_understood = Signal(str)
    zone_changed = Signal()

    def __init__(
        self,
        context: Context,
        bar: PlaybackBar,
        timeline: Timeline,
        now: Callable[[], float],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._bar = bar
        self._timeline = timeline
        self._now = now
        self._day = date.min
        bar.day_stepped.connect(self.step_day)
        bar.day_picked.connect(self.go_to_day)
        bar.today_asked.connect(self.go_to_latest)
        bar.zone_picked.connect(self._on_zone_picked)
        bar.time_typed.connect(self._on_time_typed)
        timeline.window_moved.connect(self.follow)
        self._apply_zone(zone_key(context.settings.time_zone))
        self.show_day()

    def show_last_day(self) -> None:
        """Show the day that ends now."""
        end = self._now()
        self._timeline.set_window(end - DAY, end + DAY * 0.02)
        self._timeline.set_playhead(end - BEFORE_LATEST)
        self.show_day()

    def show_day(self) -> None:
        """Say which day is in view."""
        self._day = self.shown_day()
        self._bar.set_day(self._day, day_of(self._now(), self._timeline.zone))

    def follow(self) -> None:
        """Say which day is in view, if it is another one."""
        if self._day != self.shown_day():
            self.show_day()

    def shown_day(self) -> date:
        """Return the day that is in view, in the zone that is shown."""
        scale, playhead = self._timeline.scale, self._timeline.position
        inside = scale.start <= playhead < scale.end
        return day_of(min(playhead if inside else scale.centre, self._now()), self._timeline.zone)

    def show_moment(self, t: float) -> None:
        """Show the day of a moment where the window doesn't show it already."""
        timeline = self._timeline
        scale = timeline.scale
        if scale.start <= t < scale.end:
            timeline.reveal(t)
        elif scale.span < DAY / 4:
            timeline.set_window(t - scale.span / 2, t + scale.span / 2)
        else:
            timeline.set_window(*day_interval(day_of(t, timeline.zone), timeline.zone))

    def go_to_day(self, day: date) -> None:
        """Show a whole day, with the playhead at the same time of it."""
        zone = self._timeline.zone
        day = min(day, day_of(self._now(), zone))
        clock = datetime.fromtimestamp(self._timeline.position, zone).time()
        t = min(moment(day, clock, zone), self._now())
        self._timeline.set_window(*day_interval(day, zone))
        self._timeline.set_playhead(t)
        self.look_wanted.emit(t)
        self.show_day()

    def step_day(self, days: int) -> None:
        """Show the day so many days on, or back where negative."""
        day = self.shown_day()
        if day.toordinal() + days > 1:
            self.go_to_day(day + timedelta(days=days))

    def go_to_latest(self) -> None:
        """Show the last recorded minutes."""
        self.show_last_day()
        self.latest_wanted.emit()

    def _on_time_typed(self, text: str) -> None:
        t = typed_time(
            text,
            shown=self.shown_day(),
            playhead=self._timeline.position,
            zone=self._timeline.zone,
            now=self._now(),
        )
        self._bar.mark_wrong(t is None)
        if t is None:
            self.not_understood.emit(text)
            return
        self._bar.goto.clear()
        self._timeline.setFocus(Qt.FocusReason.OtherFocusReason)
        self.play_wanted.emit(t)

    def _on_zone_picked(self, key: str) -> None:
        self._context.settings.time_zone = ZONE_NAMES[key]
        self._context.settings.save()
        self._apply_zone(key)

    def _apply_zone(self, key: str) -> None:
        self._bar.set_zone(key)
        self._timeline.set_zone(zone_of(key, self._context.settings.time_zone))
        self.zone_changed.emit()
        self.show_day()
