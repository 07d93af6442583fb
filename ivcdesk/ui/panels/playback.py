"""Playback: one ruler for cloud and device, from finding the moment to seeing it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.coverage import Source
from ivcdesk.media.recording import RecordingPlayer
from ivcdesk.services.bookmarks import Bookmarks
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.live_sound import LiveSound
from ivcdesk.ui.panels.playback_bar import PlaybackBar
from ivcdesk.ui.panels.playback_days import DayBook
from ivcdesk.ui.panels.playback_ensemble import Ensemble
from ivcdesk.ui.panels.playback_grid import MOST, PlaybackGrid
from ivcdesk.ui.panels.playback_hover import Hover
from ivcdesk.ui.panels.playback_loading import Loading
from ivcdesk.ui.panels.playback_marks import Marks
from ivcdesk.ui.panels.playback_month import MonthMap
from ivcdesk.ui.panels.playback_note import Note
from ivcdesk.ui.panels.playback_pictures import PlaybackPictures
from ivcdesk.ui.panels.playback_problems import ProblemRow
from ivcdesk.ui.panels.playback_reel import Reel
from ivcdesk.ui.panels.playback_seat import PlaybackSeat
from ivcdesk.ui.panels.playback_telling import Telling
from ivcdesk.ui.panels.playback_tile import PlaybackTile
from ivcdesk.ui.panels.playback_transport import SPEEDS, Transport
from ivcdesk.ui.panels.playback_when import BEFORE_LATEST, When
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import language, tr
from ivcdesk.ui.widgets.focus_heir import FocusHeir
from ivcdesk.ui.widgets.timeline import Timeline

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.directory import Change
    from ivcdesk.services.session import Session

BOOKMARKS = "bookmarks.json"


class PlaybackPanel(QWidget):
    """Finds, shows and plays what up to nine channels recorded, on one playhead.

    The day, the moment and the speed stay when channels are shown, added, swapped or removed.
    """

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page.playback")
        self._context = context
        self._session: Session | None = None
        self._unsubscribe: Callable[[], object] = _nothing
        self._placed = False
        self._to_place = False
        self.tasks = TaskScope(self)

        self.bar = PlaybackBar()
        self.timeline = Timeline(now=self.now)
        self.ensemble = Ensemble(self.now, self)
        self.grid = PlaybackGrid(
            context,
            self.tasks,
            self.ensemble.conductor,
            self.now,
            lambda: self.timeline.zone,
            self._change,
        )
        self.note = Note(self.grid)
        self.sound = LiveSound(context.settings, self, page="playback")
        self.pictures = PlaybackPictures(self.tasks, self)
        self.transport = Transport(self.sound.controls)
        self.problems = ProblemRow(context.explain)
        FocusHeir(self, self.timeline)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.grid, 1)
        column.addWidget(self.problems)
        column.addWidget(self.transport)
        column.addWidget(self.timeline)

        kept = Bookmarks(context.settings.folder / BOOKMARKS)
        self._marks = Marks(kept, self.bar.shelf, self.timeline)
        self.hover = Hover(self.timeline, lambda: self.channels, self.now, self)
        self._month = MonthMap(self.bar.calendar, lambda: self.timeline.zone, self.now)
        self._when = When(context, self.bar, self.timeline, self.now, self)
        self.loading = Loading(self.grid, self.timeline, self)
        Telling(context, self.ensemble, self.timeline, self.note, self.now, self._go_to, self)
        self._connect()
        self.grid.furnish()
        self._on_arranged()
        language.changed.connect(self._on_words_changed)

    # What the application calls

    @property
    def current_channel(self) -> ChannelId | None:
        """The channel in focus, whose recordings commands are for."""
        return self.grid.focus.channel

    @property
    def channels(self) -> list[ChannelId]:
        """All channels that are shown, in the order of their places."""
        return [seat.channel for seat in self.grid.shown() if seat.channel is not None]

    @property
    def reel(self) -> Reel:
        """What plays the channel in focus."""
        return self.grid.focus.reel

    @property
    def player(self) -> RecordingPlayer:
        """The player of the channel in focus."""
        return self.grid.focus.player

    @property
    def tile(self) -> PlaybackTile:
        """The picture in focus."""
        return self.grid.focus.tile

    def now(self) -> float:
        """Return the cloud's time, which a wrong clock of this computer does not change."""
        return self._session.client.clock.time() if self._session is not None else time.time()

    def attach(self, session: Session) -> None:
        """Work with the account that was signed in to."""
        self.detach()
        self._session = session
        self.hover.attach(session.recordings)
        self._unsubscribe = session.directory.subscribe(self._on_directory)
        self.tasks.start(self._marks.load())

    def detach(self) -> None:
        """Forget the account and everything of it; the day and the moment stay."""
        self._unsubscribe()
        self._unsubscribe = _nothing
        self.loading.stop()
        self.note.clear()
        self._change(self._clear_all)
        self._on_focused()
        self._show_tracks()
        self.hover.attach(None)
        self._session = None

    async def close(self) -> None:  # type: ignore[override]  # a panel's goodbye is awaited
        """Stop everything and tell the devices that nobody watches any more."""
        self.loading.stop()
        self.sound.close()
        await self.ensemble.close()
        self.detach()
        await self.hover.close()
        await self.tasks.finish()
        await self._marks.close()

    def show_channel(self, channel_id: str) -> None:
        """Show another channel in the place in focus, at the same moment; what ran goes on."""
        if (known := self.grid.seat_of(channel_id)) is not None:
            self.grid.set_focus(known)
        else:
            self._seat(channel_id, lambda: self.grid.focus)

    def add_channel(self, channel_id: str) -> None:
        """Show one more channel on the same playhead; the time stays."""
        if (known := self.grid.seat_of(channel_id)) is not None:
            self.grid.set_focus(known)
        elif len(self.channels) == MOST:
            self.note.tell(lambda: tr("{count} cameras at once are the most", count=MOST))
        else:
            self._seat(channel_id, self.grid.free_seat)

    async def play_at(self, t: float) -> None:
        """Play from a moment on (seconds since the epoch); returns when it was opened or not."""
        self._go_to(t)
        await self.ensemble.settled()

    def pullers(self) -> list[RecordingPlayer]:
        """Return the players, whose traffic is counted."""
        return [seat.player for seat in self.grid.seats]

    # Who is shown

    def _change(self, work: Callable[[], object]) -> None:
        """Fill, empty, show or hide places; the others keep their time."""
        self.ensemble.rearranged(work, self.grid.seen, self.timeline.position)
        self._show_tracks()

    def _seat(self, channel_id: str, place: Callable[[], PlaybackSeat | None]) -> None:
        session = self._session
        if session is None:
            return
        if not self._placed:
            self._placed = self._to_place = True
            self._when.show_last_day()
        taken: list[PlaybackSeat] = []

        def work() -> None:
            seat = place()
            if seat is not None:
                taken.append(seat)
                seat.load(session, ChannelId(channel_id))

        self.note.clear()
        self._change(work)
        for seat in taken:
            self.grid.set_focus(seat)
        self._on_focused()
        self.loading.load_window()
        self.loading.start()

    def _on_dropped(self, place: int, channel_id: str) -> None:
        """Show a channel where it was dropped; on the only picture it is one more."""
        known = self.grid.seat_of(channel_id)
        if known is not None and known is not self.grid.seats[place]:
            self.grid.swap(self.grid.seats.index(known), place)
            self.grid.set_focus(known)
        elif self.grid.places == 1 and self.channels:
            self.add_channel(channel_id)
        else:
            self._seat(channel_id, lambda: self.grid.seats[place])

    def _clear_all(self) -> None:
        for seat in self.grid.seats:
            seat.clear()

    def _on_focused(self) -> None:
        seat = self.grid.focus
        self._listen()
        self.ensemble.set_focus(seat)
        self._month.set_book(seat.book)
        self._marks.set_channel(seat.channel)
        self._show_problems()

    def _listen(self) -> None:
        """Let the picture in focus be heard, where the page is seen."""
        self.sound.listen_to(self.player if self.isVisible() else None)

    def _on_seat_made(self, seat: PlaybackSeat) -> None:
        self.ensemble.adopt(seat)
        seat.learned.connect(partial(self._on_learned, seat))

    # Loading

    @property
    def _book(self) -> DayBook | None:
        return self.grid.focus.book

    def _on_learned(self, seat: PlaybackSeat) -> None:
        self._show_tracks()
        if seat is not self.grid.focus or seat.book is None:
            return
        self._month.refresh()
        self._show_problems()
        if self._to_place:
            self._place_at_latest(seat.book)

    def _show_tracks(self) -> None:
        shown = self.grid.shown()
        self.timeline.set_tracks([seat.track for seat in shown if seat.track is not None])
        self.transport.legend.explain(self.timeline.tracks)

    def _show_problems(self) -> None:
        self.problems.set_problems(self._book.problems() if self._book is not None else ())

    def _place_at_latest(self, book: DayBook) -> None:
        """Put the playhead shortly before the last recorded moment, as soon as that is known."""
        ends = [spans[-1].end for source in Source if (spans := book.recorded(source))]
        if not ends:
            self._to_place = book.loading
            return
        self._to_place = book.loading and max(ends) < self.now() - 3600
        if not self.ensemble.running and not self.ensemble.pulling:
            self.ensemble.look_at(max(ends) - BEFORE_LATEST)

    def _on_directory(self, change: Change) -> None:
        if self._session is not None:
            self.loading.follow(self._session.directory, change)

    # Time

    def _look_at(self, t: float) -> None:
        self._to_place = False
        self.note.clear()
        self.ensemble.look_at(t)

    def _on_latest_wanted(self) -> None:
        self._to_place = True
        if self._book is not None:
            self._place_at_latest(self._book)

    def _on_not_understood(self, text: str) -> None:
        self.note.tell(lambda: tr("That is no time before now: {text}", text=text))

    def _on_bookmarks_asked(self) -> None:
        if self.current_channel is not None:
            self.bar.shelf.open_below(self.bar.bookmark, self.timeline.position, self.timeline.zone)

    def _on_zone_changed(self) -> None:
        if self._placed:
            self.transport.set_time(self.timeline.position, self.timeline.zone)
        for seat in self.grid.shown():
            seat.tile.set_time(seat.reel.t)

    # Playing

    def _play_from(self, t: float) -> None:
        self._to_place = False
        self.note.clear()
        self.ensemble.play_from(t)

    def _go_to(self, t: float) -> None:
        self._when.show_moment(t)
        self._play_from(t)

    def _on_play_asked(self) -> None:
        self._to_place = False
        ensemble = self.ensemble
        if ensemble.running:
            ensemble.pause()
        elif ensemble.state == "failed" and not ensemble.together:
            ensemble.retry()
        else:
            self.note.clear()
            ensemble.play()

    def _on_picture_clicked(self) -> None:
        if self.reel.source is not None:
            self._on_play_asked()

    def _on_seek_committed(self, t: float) -> None:
        if self.timeline.by_key and not self.ensemble.running:
            self._look_at(t)
        else:
            self._play_from(t)

    def _on_moved(self, t: float) -> None:
        if self.timeline.scrubbing:
            return
        self.timeline.set_playhead(t, follow=True)
        self.transport.set_time(t, self.timeline.zone)
        self._when.follow()

    def _on_seeking(self, t: float) -> None:
        self.transport.set_time(t, self.timeline.zone)
        self.ensemble.preview(t)

    def _on_speed_stepped(self, way: int) -> None:
        at = SPEEDS.index(self.ensemble.speed) + way
        if 0 <= at < len(SPEEDS):
            self.transport.set_speed(SPEEDS[at])
            self.ensemble.set_speed(SPEEDS[at])

    def _on_source_picked(self, choice: str) -> None:
        self.note.clear()
        self.ensemble.choose(choice)

    def _on_border_asked(self, forward: bool) -> None:
        self.timeline.jump(forward=forward)

    def _on_sound_told(self, words: str, _failed: bool) -> None:
        self.note.tell(lambda: words)

    def _on_snapshot_asked(self) -> None:
        self.pictures.take(self.grid.focus)

    def _on_arranged(self) -> None:
        self.bar.set_arrangement(self.grid.arrangement)

    # Saying what is so

    def _on_words_changed(self) -> None:
        for seat in self.grid.seats:
            seat.learn()
            seat.tile.refresh()

    def _on_ensemble_changed(self) -> None:
        self.transport.set_playing(self.ensemble.running)
        self.transport.set_steps(self.ensemble.stepper is not None)

    def _on_refused(self) -> None:
        self.transport.set_speed(self.ensemble.speed)

    # Hands

    def showEvent(self, event: QShowEvent) -> None:
        """Bring the running day up to date."""
        super().showEvent(event)
        self._listen()
        if self.channels:
            self.loading.start()
            self.loading.refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Pull nothing while nobody looks."""
        super().hideEvent(event)
        self._listen()
        self.loading.stop()
        self.ensemble.leave(devices_only=True)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Play, step, and hand the rest to the timeline."""
        key = event.key()
        if key == Qt.Key.Key_Space:
            self._on_play_asked()
        elif key == Qt.Key.Key_Period:
            self.ensemble.step(1)
        elif key == Qt.Key.Key_Comma:
            self.ensemble.step(-1)
        elif key == Qt.Key.Key_M:
            self.sound.toggle()
        elif key == Qt.Key.Key_B:
            self._on_bookmarks_asked()
        elif key in (Qt.Key.Key_PageUp, Qt.Key.Key_PageDown):
            self._when.step_day(-1 if key == Qt.Key.Key_PageUp else 1)
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
        self.bar.arrangement_picked.connect(self.grid.choose)
        self.bar.calendar.closed.connect(self.loading.load_window)
        self.bar.bookmarks_asked.connect(self._on_bookmarks_asked)
        self.bar.shelf.picked.connect(self._go_to)
        self._when.look_wanted.connect(self._look_at)
        self._when.play_wanted.connect(self._go_to)
        self._when.latest_wanted.connect(self._on_latest_wanted)
        self._when.not_understood.connect(self._on_not_understood)
        self._when.zone_changed.connect(self._on_zone_changed)
        self.grid.seat_made.connect(self._on_seat_made)
        self.grid.focused.connect(self._on_focused)
        self.grid.cleared.connect(self._on_focused)
        self.grid.clicked.connect(self._on_picture_clicked)
        self.grid.channel_dropped.connect(self._on_dropped)
        self.transport.play_asked.connect(self._on_play_asked)
        self.transport.step_asked.connect(self.ensemble.step)
        self.transport.border_asked.connect(self._on_border_asked)
        self.transport.speed_picked.connect(self.ensemble.set_speed)
        self.transport.source_picked.connect(self._on_source_picked)
        self.transport.options.picked.connect(self.ensemble.ask_for)
        self.transport.snapshot_asked.connect(self._on_snapshot_asked)
        self.grid.snapshot_wanted.connect(self._on_snapshot_asked)
        self.grid.arranged.connect(self._on_arranged)
        self.sound.told.connect(self._on_sound_told)
        self.pictures.told.connect(self.note.tell)
        self.timeline.seeking.connect(self._on_seeking)
        self.timeline.seek_committed.connect(self._on_seek_committed)
        self.problems.retry_asked.connect(self.loading.retry)
        self.ensemble.moved.connect(self._on_moved)
        self.ensemble.changed.connect(self._on_ensemble_changed)
        self.ensemble.refused.connect(self._on_refused)
        self._shortcut("Ctrl+G", self.bar.ask_time)
        self._shortcut("Ctrl+D", self.bar.open_calendar)
        self._shortcut("Ctrl+T", self._when.go_to_latest)
        self._shortcut("Shift+Up", lambda: self._on_speed_stepped(1))
        self._shortcut("Shift+Down", lambda: self._on_speed_stepped(-1))


def _nothing() -> None:
    """Stand in for the end of a subscription that was never begun."""
