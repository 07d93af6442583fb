"""Playback: one ruler for cloud and device, from finding the moment to seeing it."""

from __future__ import annotations

import time
from collections.abc import Callable, Coroutine
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ivcdesk.api.actions import ChannelId
from ivcdesk.api.errors import IvcError
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import day_interval, day_of, moment
from ivcdesk.domain.intervals import Interval
from ivcdesk.media.recording import RecordingPlayer
from ivcdesk.services.bookmarks import Bookmarks
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.playback_bar import PlaybackBar
from ivcdesk.ui.panels.playback_days import DayBook
from ivcdesk.ui.panels.playback_goto import typed_time
from ivcdesk.ui.panels.playback_marks import Marks
from ivcdesk.ui.panels.playback_month import MonthMap
from ivcdesk.ui.panels.playback_note import Note
from ivcdesk.ui.panels.playback_places import Nowhere, Place
from ivcdesk.ui.panels.playback_problems import ProblemRow
from ivcdesk.ui.panels.playback_reel import Reel
from ivcdesk.ui.panels.playback_tile import PlaybackTile
from ivcdesk.ui.panels.playback_transport import SPEEDS, Transport
from ivcdesk.ui.panels.playback_words import jump_words, nowhere_words, play_words
from ivcdesk.ui.panels.playback_zone import ZONE_NAMES, zone_key, zone_of
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import language, tr
from ivcdesk.ui.widgets.timeline import Timeline

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.directory import Change
    from ivcdesk.services.recordings import Coverage
    from ivcdesk.services.session import Session

DAY = 86400.0
BEFORE_LATEST = 180.0
"""How long before the latest recorded moment a camera is opened the first time, s."""
BEFORE_GAP = 10.0
"""How long before a gap its beginning is shown, s."""
SETTLE_MS = 120
"""How long the window must rest before what it shows is loaded."""
BOOKMARKS = "bookmarks.json"
REFRESH_MS = 30_000
"""How often the day that is still running is looked up again."""


class PlaybackPanel(QWidget):
    """Finds, shows and plays what one channel recorded.

    The day, the moment and the speed stay when another channel is shown.
    """

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page.playback")
        self._context = context
        self._session: Session | None = None
        self._unsubscribe: Callable[[], object] = _nothing
        self._channel: ChannelId | None = None
        self._book: DayBook | None = None
        self._placed = False
        self._to_place = False
        self.tasks = TaskScope(self)

        self.bar = PlaybackBar()
        self.player = RecordingPlayer(self)
        self.reel = Reel(self.player, self.tasks, self.now, self)
        self.tile = PlaybackTile(context, self.reel)
        self.note = Note(self.tile)
        self.transport = Transport()
        self.timeline = Timeline(now=self.now)
        self.problems = ProblemRow(context.explain)
        self.setFocusProxy(self.timeline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.tile, 1)
        column.addWidget(self.problems)
        column.addWidget(self.transport)
        column.addWidget(self.timeline)

        kept = Bookmarks(context.settings.folder / BOOKMARKS)
        self._marks = Marks(kept, self.bar.shelf, self.timeline)
        self._month = MonthMap(self.bar.calendar, lambda: self.timeline.zone, self.now)
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self._load_window)
        self._refresh = QTimer(self, interval=REFRESH_MS)
        self._refresh.timeout.connect(self._on_refresh)
        self._connect()
        self._apply_zone(zone_key(context.settings.time_zone))
        self._show_day()
        language.changed.connect(self._on_words_changed)

    # What the application calls

    @property
    def current_channel(self) -> ChannelId | None:
        """The channel whose recordings are shown."""
        return self._channel

    def now(self) -> float:
        """Return the cloud's time, which a wrong clock of this computer does not change."""
        return self._session.client.clock.time() if self._session is not None else time.time()

    def attach(self, session: Session) -> None:
        """Work with the account that was signed in to."""
        self.detach()
        self._session = session
        self._unsubscribe = session.directory.subscribe(self._on_directory)
        self.tasks.start(self._marks.load())

    def detach(self) -> None:
        """Forget the account and everything of it; the day and the moment stay."""
        self._unsubscribe()
        self._unsubscribe = _nothing
        self._drop_channel()
        self._session = None

    async def close(self) -> None:  # type: ignore[override]  # a panel's goodbye is awaited
        """Stop everything and tell the devices that nobody watches any more."""
        self._settle.stop()
        self._refresh.stop()
        await self.reel.close()
        self.detach()
        await self.tasks.finish()
        await self._marks.close()

    def show_channel(self, channel_id: str) -> None:
        """Show another channel's recordings at the same moment; what ran goes on running."""
        session = self._session
        if session is None or channel_id == self._channel:
            return
        ran, t = self.reel.running, self.timeline.position
        self._drop_channel()
        self._channel = ChannelId(channel_id)
        recordings, channel = session.recordings, self._channel

        def ask(window: Interval, source: Source) -> Coroutine[Any, Any, Coverage]:
            return recordings.coverage(channel, window, sources=(source,))

        self._book = book = DayBook(ask, self.tasks.start, self._on_book, self.now)
        self.reel.load(recordings, channel, book)
        self._month.set_book(book)
        self._marks.set_channel(channel)
        if not self._placed:
            self._placed = self._to_place = True
            self._show_last_day()
        self._load_window()
        self._refresh.start()
        if ran:
            self.reel.play_from(t)
        else:
            self.reel.look_at(self.timeline.position)

    async def play_at(self, t: float) -> None:
        """Play from a moment on (seconds since the epoch); returns when it was opened or not."""
        self._show_moment(t)
        self._play_from(t)
        await self.reel.settled()

    def pullers(self) -> list[RecordingPlayer]:
        """Return the player, whose traffic is counted."""
        return [self.player]

    # Loading

    def _load_window(self) -> None:
        if self._book is None:
            return
        scale = self.timeline.scale
        window = Interval(scale.start, scale.end)
        playhead = self.timeline.position
        self._book.want(window, playhead if window.holds(playhead) else scale.centre)
        self._on_book()

    def _on_refresh(self) -> None:
        if self._book is not None and self.isVisible():
            self._book.refresh()

    def _on_book(self) -> None:
        book = self._book
        if book is None or self._session is None or self._channel is None:
            return
        name = channel_name(self._session.directory, self._channel)
        track = book.track(name, self._problem_title)
        self.timeline.set_tracks([track])
        self.tile.set_track(self._channel, track)
        self.transport.legend.show_archived(book.archived)
        self._month.refresh()
        self.problems.set_problems(self._book.problems() if self._book else ())
        if self._to_place:
            self._place_at_latest(book)

    def _place_at_latest(self, book: DayBook) -> None:
        """Put the playhead shortly before the last recorded moment, as soon as that is known."""
        ends = [spans[-1].end for source in Source if (spans := book.recorded(source))]
        if not ends:
            self._to_place = book.loading
            return
        self._to_place = book.loading and max(ends) < self.now() - 3600
        if not self.reel.running and self.reel.source is None:
            self.reel.look_at(max(ends) - BEFORE_LATEST)

    def _drop_channel(self) -> None:
        if self._book is not None:
            self._book.close()
        self._book, self._channel = None, None
        self._refresh.stop()
        self.note.clear()
        self.reel.leave()
        self.reel.load(None, None, None)
        self._month.set_book(None)
        self._marks.set_channel(None)
        self.timeline.set_tracks([])
        self.tile.set_track("", None)
        self.problems.set_problems(self._book.problems() if self._book else ())

    def _on_directory(self, change: Change) -> None:
        if self._channel is None or self._session is None:
            return
        device = self._session.directory.device_of(self._channel)
        if device is not None and device.device_id in change.devices:
            self._on_device_changed()
        if self._channel in change.channels:
            self._on_book()

    def _on_device_changed(self) -> None:
        """A device that came back may answer now."""
        if self._book is not None and self._book.problems():
            self._book.retry()

    # Time

    def _show_last_day(self) -> None:
        end = self.now()
        self.timeline.set_window(end - DAY, end + DAY * 0.02)
        self.timeline.set_playhead(end - BEFORE_LATEST)
        self._show_day()

    def _shown_day(self) -> date:
        scale, playhead = self.timeline.scale, self.timeline.position
        inside = scale.start <= playhead < scale.end
        return day_of(min(playhead if inside else scale.centre, self.now()), self.timeline.zone)

    def _go_to_day(self, day: date) -> None:
        """Show a whole day, with the playhead at the same time of it."""
        zone = self.timeline.zone
        day = min(day, day_of(self.now(), zone))
        clock = datetime.fromtimestamp(self.timeline.position, zone).time()
        t = min(moment(day, clock, zone), self.now())
        self._to_place = False
        self.timeline.set_window(*day_interval(day, zone))
        self._move_to(t)

    def _move_to(self, t: float) -> None:
        self.timeline.set_playhead(t)
        self.note.clear()
        self.reel.look_at(t)
        self._show_day()

    def _on_day_stepped(self, days: int) -> None:
        day = self._shown_day()
        if day.toordinal() + days > 1:
            self._go_to_day(day + timedelta(days=days))

    def _on_today(self) -> None:
        self._show_last_day()
        self._to_place = True
        if self._book is not None:
            self._place_at_latest(self._book)

    def _on_time_typed(self, text: str) -> None:
        t = typed_time(
            text,
            shown=self._shown_day(),
            playhead=self.timeline.position,
            zone=self.timeline.zone,
            now=self.now(),
        )
        self.bar.mark_wrong(t is None)
        if t is None:
            self.note.tell(lambda: tr("That is no time before now: {text}", text=text))
            return
        self.bar.goto.clear()
        self.timeline.setFocus(Qt.FocusReason.OtherFocusReason)
        self._show_moment(t)
        self._play_from(t)

    def _show_moment(self, t: float) -> None:
        """Show the day of a moment where the window doesn't show it already."""
        scale = self.timeline.scale
        if scale.start <= t < scale.end:
            self.timeline.reveal(t)
        elif scale.span < DAY / 4:
            self.timeline.set_window(t - scale.span / 2, t + scale.span / 2)
        else:
            zone = self.timeline.zone
            self.timeline.set_window(*day_interval(day_of(t, zone), zone))

    def _on_bookmarks_asked(self) -> None:
        if self._channel is not None:
            self.bar.shelf.open_below(self.bar.bookmark, self.timeline.position, self.timeline.zone)

    def _on_zone_picked(self, key: str) -> None:
        self._context.settings.time_zone = ZONE_NAMES[key]
        self._context.settings.save()
        self._apply_zone(key)

    def _apply_zone(self, key: str) -> None:
        self.bar.set_zone(key)
        self.timeline.set_zone(zone_of(key, self._context.settings.time_zone))
        if self._placed:
            self.transport.set_time(self.timeline.position, self.timeline.zone)
            self.tile.set_time(self.timeline.position, self.timeline.zone)
        self._show_day()

    # Playing

    def _play_from(self, t: float) -> None:
        self._to_place = False
        self.note.clear()
        self.reel.play_from(t)

    def _on_play_asked(self) -> None:
        self._to_place = False
        if self.reel.running:
            self.reel.pause()
        elif self.reel.state == "failed":
            self.reel.retry()
        else:
            self.note.clear()
            self.reel.play()

    def _on_picture_clicked(self) -> None:
        if self.reel.source is not None:
            self._on_play_asked()

    def _on_seek_committed(self, t: float) -> None:
        if self.timeline.by_key and not self.reel.running:
            self._to_place = False
            self.note.clear()
            self.reel.look_at(t)
        else:
            self._play_from(t)

    def _on_moved(self, t: float) -> None:
        self.tile.set_time(t, self.timeline.zone)
        if self.timeline.scrubbing:
            return
        self.timeline.set_playhead(t, follow=True)
        self.transport.set_time(t, self.timeline.zone)
        if self._day_shown != self._shown_day():
            self._show_day()

    def _on_seeking(self, t: float) -> None:
        self.transport.set_time(t, self.timeline.zone)
        self.reel.preview(t)

    def _on_speed_stepped(self, way: int) -> None:
        at = SPEEDS.index(self.reel.speed) + way
        if 0 <= at < len(SPEEDS):
            self.transport.set_speed(SPEEDS[at])
            self.reel.set_speed(SPEEDS[at])

    def _on_source_picked(self, choice: str) -> None:
        self.note.clear()
        self.reel.choose(choice)

    def _on_border_asked(self, forward: bool) -> None:
        self.timeline.jump(forward=forward)

    def _on_window_moved(self, _start: float, _end: float) -> None:
        self._settle.start()
        if self._day_shown != self._shown_day():
            self._show_day()

    # Saying what is so

    def _show_day(self) -> None:
        self._day_shown = self._shown_day()
        self.bar.set_day(self._day_shown, day_of(self.now(), self.timeline.zone))

    def _on_words_changed(self) -> None:
        self._on_book()
        self.tile.refresh()

    def _on_reel_changed(self) -> None:
        self.transport.set_playing(self.reel.running)
        self.transport.set_steps(self.reel.source is Source.CLOUD)
        if self.reel.state == "ended":
            self.note.tell(lambda: tr("This is the end of what is recorded so far"))
        self.tile.refresh()

    def _on_jumped(self, place: Place) -> None:
        self.timeline.reveal(place.t)
        self.note.tell(lambda: jump_words(place, self.timeline.zone))

    def _on_nowhere(self, found: Nowhere) -> None:
        """Say why there is nothing, and offer what is nearest."""
        timeline = self.timeline

        def words() -> str:
            return nowhere_words(found, timeline.tracks, timeline.zone, self.now())

        if found.before is None:
            self.note.offer(words, None, None)
            return
        nearest = max(found.before - BEFORE_GAP, 0.0)
        self.note.offer(
            words, lambda: self._go_to(nearest), lambda: play_words(nearest, timeline.zone)
        )

    def _on_refused(self, error: BaseException) -> None:
        self.transport.set_speed(self.reel.speed)
        self.note.tell(lambda: self._context.explain(error).title)

    def _go_to(self, t: float) -> None:
        self._show_moment(t)
        self._play_from(t)

    def _on_retry(self) -> None:
        if self._book is not None:
            self._book.retry()

    def _problem_title(self, error: IvcError) -> str:
        return self._context.explain(error).title

    # Hands

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the running day up to date."""
        super().showEvent(event)
        if self._book is not None:
            self._refresh.start()
            self._book.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Pull nothing while nobody looks."""
        super().hideEvent(event)
        self._refresh.stop()
        if self.reel.source is Source.DEVICE or self.reel.state == "opening":
            self.reel.leave()
        elif self.reel.running:
            self.reel.pause()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play, step, and hand the rest to the timeline."""
        key = event.key()
        if key == Qt.Key.Key_Space:
            self._on_play_asked()
        elif key == Qt.Key.Key_Period:
            self.reel.step(1)
        elif key == Qt.Key.Key_Comma:
            self.reel.step(-1)
        elif key == Qt.Key.Key_B:
            self._on_bookmarks_asked()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._on_day_stepped(-1 if key == Qt.Key.Key_PageUp else 1)
        elif not self.timeline.hasFocus():
            self.timeline.keyPressEvent(event)
            return
        else:
            super().keyPressEvent(event)
            return
        event.accept()

    def _shortcut(self, keys: str, slot: Callable[[], object]) -> None:
        shortcut = QShortcut(QKeySequence(keys), self)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(slot)

    def _connect(self) -> None:
        self.bar.day_stepped.connect(self._on_day_stepped)
        self.bar.calendar.closed.connect(self._load_window)
        self.bar.bookmarks_asked.connect(self._on_bookmarks_asked)
        self.bar.shelf.picked.connect(self._go_to)
        self.bar.day_picked.connect(self._go_to_day)
        self.bar.today_asked.connect(self._on_today)
        self.bar.zone_picked.connect(self._on_zone_picked)
        self.bar.time_typed.connect(self._on_time_typed)
        self.tile.retry_requested.connect(self.reel.retry)
        self.tile.clicked.connect(self._on_picture_clicked)
        self.transport.play_asked.connect(self._on_play_asked)
        self.transport.step_asked.connect(self.reel.step)
        self.transport.border_asked.connect(self._on_border_asked)
        self.transport.speed_picked.connect(self.reel.set_speed)
        self.transport.source_picked.connect(self._on_source_picked)
        self.timeline.seeking.connect(self._on_seeking)
        self.timeline.seek_committed.connect(self._on_seek_committed)
        self.timeline.window_moved.connect(self._on_window_moved)
        self.problems.retry_asked.connect(self._on_retry)
        self.reel.moved.connect(self._on_moved)
        self.reel.changed.connect(self._on_reel_changed)
        self.reel.jumped.connect(self._on_jumped)
        self.reel.nowhere.connect(self._on_nowhere)
        self.reel.refused.connect(self._on_refused)
        self._shortcut("Ctrl+G", self.bar.ask_time)
        self._shortcut("Ctrl+D", self.bar.open_calendar)
        self._shortcut("Ctrl+T", self._on_today)
        self._shortcut("Shift+Up", lambda: self._on_speed_stepped(1))
        self._shortcut("Shift+Down", lambda: self._on_speed_stepped(-1))


def _nothing() -> None:
    """Stand in for the end of a subscription that was never begun."""
