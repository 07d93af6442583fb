"""Players in a window, measured from within: processes of their own, for the benchmarks of live.

``python -m tests.benchmarks.live_viewers KIND COUNT URL X Y SECONDS`` shows COUNT streams in a
window without a frame at X, Y and prints one line of JSON at the end. KIND is ``ours`` or ``qt``,
or ``idle`` for a window that does nothing, which tells how busy the machine is otherwise.
``cpu`` is of one core, in percent; ``first_ms`` from the address to the first painted picture;
``lag_ms`` how late the event loop was for a timer of 5 ms, every time, while more streams come
and go (of ``ours``, with COUNT above 1; ``idle`` counts from the start).
"""

from __future__ import annotations

import json
import resource
import sys
import time
from typing import Any

from PySide6.QtCore import QPoint, Qt, QTimer, QUrl
from PySide6.QtWidgets import QApplication, QGridLayout, QWidget

TILE = {1: (640, 360), 9: (426, 240)}
WARM_SECONDS = 4.0
_TICK_MS = 5


class Viewer:
    """The window, and what is measured in it."""

    def __init__(self, kind: str, count: int, url: str) -> None:
        self.kind, self.count, self.url = kind, count, url
        self.window = QWidget()
        self.window.setWindowFlag(Qt.WindowType.FramelessWindowHint)
        self.grid = QGridLayout(self.window)
        self.grid.setContentsMargins(0, 0, 0, 0)
        self.grid.setSpacing(0)
        self.columns = round(count**0.5)
        self.kept: list[Any] = []
        self.first: float | None = None
        self.began = 0.0

    def show(self, at: QPoint) -> None:
        """Show everything and play."""
        self.window.move(at)
        self.window.show()
        for index in range(0 if self.kind == "idle" else self.count):
            (self._ours if self.kind == "ours" else self._qt)(index)

    def _place(self, widget: QWidget, index: int) -> None:
        widget.setFixedSize(*TILE[self.count])
        self.grid.addWidget(widget, index // self.columns, index % self.columns)
        widget.show()

    def _ours(self, index: int) -> None:
        from ivcdesk.media.live import LivePlayer
        from ivcdesk.ui.widgets.video_tile import VideoTile

        tile, player = VideoTile(), LivePlayer()
        self._place(tile, index)
        tile.set_player(player)
        self.kept += [tile, player]
        if index == 0:
            self.watched = tile
            player.frame_ready.connect(self._look)
            self.began = time.monotonic()
        player.play(self.url)

    def _look(self) -> None:
        # The picture is painted in this turn of the loop; the timer comes after it.
        if self.first is None:
            QTimer.singleShot(0, self._note_first)

    def _note_first(self) -> None:
        if self.first is None and self.watched.property("framesPainted"):
            self.first = time.monotonic() - self.began

    def _qt(self, index: int) -> None:
        from PySide6.QtMultimedia import QMediaPlayer, QPlaybackOptions
        from PySide6.QtMultimediaWidgets import QVideoWidget

        widget, player = QVideoWidget(), QMediaPlayer()
        self._place(widget, index)
        options = QPlaybackOptions()
        options.setProbeSize(4096)
        player.setPlaybackOptions(options)
        player.setVideoOutput(widget)
        player.setSource(QUrl(self.url))
        player.play()
        self.kept += [widget, player]


class Measurement:
    """Processor time between warm and the end, and the lag while others come and go."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.lags: list[float] = []
        self.ticker = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=_TICK_MS)
        self.ticker.timeout.connect(self._on_tick)
        self.due = 0.0
        self.guests: list[Any] = []

    def begin(self) -> None:
        """Begin to count processor time."""
        self.usage, self.at = _used(), time.monotonic()

    def count_lags(self) -> None:
        """Begin to count how late the loop is."""
        self.due = time.monotonic() + _TICK_MS / 1000
        self.ticker.start()

    def disturb(self, seconds: float, after: Any) -> None:
        """Count lags while a further stream is opened and closed again and again."""
        self.cpu = (_used() - self.usage) / (time.monotonic() - self.at) * 100
        if self.viewer.kind != "ours" or self.viewer.count == 1:
            after()
            return
        from ivcdesk.media.live import LivePlayer
        from ivcdesk.ui.widgets.video_tile import VideoTile

        tile = VideoTile(self.viewer.window)
        tile.setGeometry(0, 0, *TILE[self.viewer.count])
        tile.show()
        player = LivePlayer()
        tile.set_player(player)
        self.guests = [tile, player]
        turn = QTimer(self.viewer.window, interval=400)
        turn.timeout.connect(lambda: player.stop() if player.url else player.play(self.viewer.url))
        turn.start()
        self.count_lags()
        QTimer.singleShot(round(seconds * 1000), after)

    def _on_tick(self) -> None:
        now = time.monotonic()
        self.lags.append(max(0.0, now - self.due) * 1000)
        self.due = now + _TICK_MS / 1000

    def report(self) -> None:
        """Print what was found."""
        self.ticker.stop()
        first = self.viewer.first
        found = {
            "cpu": self.cpu,
            "first_ms": None if first is None else first * 1000,
            "lag_ms": self.lags,
        }
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()


def _used() -> float:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def main() -> None:
    """Show, measure, print, end."""
    kind, count, url, x, y, seconds = sys.argv[1:]
    app = QApplication([])
    viewer = Viewer(kind, int(count), url)
    viewer.show(QPoint(int(x), int(y)))
    measured = Measurement(viewer)

    def end() -> None:
        measured.report()
        for each in viewer.kept + measured.guests:
            if hasattr(each, "stop"):
                each.stop()
        app.quit()

    if kind == "idle":
        measured.count_lags()
    QTimer.singleShot(round(WARM_SECONDS * 1000), measured.begin)
    QTimer.singleShot(
        round((WARM_SECONDS + float(seconds)) * 1000), lambda: measured.disturb(6.0, end)
    )
    app.exec()


if __name__ == "__main__":
    main()
