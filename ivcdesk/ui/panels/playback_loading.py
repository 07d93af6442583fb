"""Has the days looked up that the timeline shows, for all channels, and again while they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from ivcdesk.domain.intervals import Interval
from ivcdesk.ui.panels.playback_grid import PlaybackGrid
from ivcdesk.ui.widgets.timeline import Timeline

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.directory import Change, Directory

SETTLE_MS = 120
"""How long the window must rest before what it shows is loaded."""
REFRESH_MS = 30_000
"""How often the day that is still running is looked up again."""


class Loading(QObject):
    """Keeps the books of all channels that are shown abreast of the timeline's window."""

    def __init__(
        self, grid: PlaybackGrid, timeline: Timeline, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._grid = grid
        self._timeline = timeline
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._settle.timeout.connect(self.load_window)
        self._refresh = QTimer(self, interval=REFRESH_MS)
        self._refresh.timeout.connect(self.refresh)
        timeline.window_moved.connect(self._settle.start)

    @property
    def pending(self) -> bool:
        """Whether the window has not come to rest yet."""
        return self._settle.isActive()

    def start(self) -> None:
        """Look the running day up now and then."""
        self._refresh.start()

    def stop(self) -> None:
        """Look nothing up by itself."""
        self._settle.stop()
        self._refresh.stop()

    def load_window(self) -> None:
        """Have what the window shows looked up, the playhead's day first."""
        scale = self._timeline.scale
        window = Interval(scale.start, scale.end)
        playhead = self._timeline.position
        for seat in self._grid.shown():
            if seat.book is not None:
                seat.book.want(window, playhead if window.holds(playhead) else scale.centre)
                seat.learn()

    def refresh(self) -> None:
        """Have the running day looked up again, where what is known of it is old."""
        if self._timeline.isVisible():
            for seat in self._grid.shown():
                if seat.book is not None:
                    seat.book.refresh()

    def follow(self, directory: Directory, change: Change) -> None:
        """Ask devices that came back again, and show new names."""
        for seat in self._grid.shown():
            if seat.channel is None or seat.book is None:
                continue
            device = directory.device_of(seat.channel)
            if device is not None and device.device_id in change.devices and seat.book.problems():
                seat.book.retry()  # a device that came back may answer now
            if seat.channel in change.channels:
                seat.learn()

    def retry(self) -> None:
        """Ask again for what failed for the channel in focus."""
        if self._grid.focus.book is not None:
            self._grid.focus.book.retry()
