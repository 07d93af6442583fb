"""Recording what is shown live into files, without encoding it anew."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSignalBlocker, QStandardPaths, QTimer, Signal
from PySide6.QtWidgets import QPushButton

from ivcdesk.api.actions import ChannelId
from ivcdesk.media.relay import Doorbell
from ivcdesk.ui import icons
from ivcdesk.ui.panels.live_slot import LiveSlot
from ivcdesk.ui.panels.live_snapshot import snapshot_name
from ivcdesk.ui.panels.live_view import LiveView
from ivcdesk.ui.text import bind, mark, refresh, tr
from ivcdesk.ui.widgets.recording_mark import RecordingMark

if TYPE_CHECKING:  # a computer without PyAV has no recorder
    from ivcdesk.media.recorder import Recorder

_TICK_MS = 250

_TROUBLES = {
    "full": mark("△ The disk is full: the recording has ended"),
    "slow": mark("△ The disk is too slow: the recording has ended"),
    "disk": mark("✕ The recording could not be written: {reason}"),
    "codec": mark("✕ This stream can't be recorded: {reason}"),
}


def clips_folder() -> Path:
    """Return the folder that recordings go to: the user's videos, in a folder of our own."""
    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.MoviesLocation)
    return Path(base or Path.home()) / "ivcdesk"


def clip_name(channel: str, began: float) -> str:
    """Return a file name with channel and time; ``began`` in seconds since the epoch."""
    return str(Path(snapshot_name(channel, began)).with_suffix(".mp4"))


@dataclass(slots=True)
class _Running:
    """One recording: what it is of, and who writes it."""

    recorder: Recorder
    channel: ChannelId


class LiveRecording(QObject):
    """Starts and ends the recordings of the grid, and marks what is being recorded.

    A recording belongs to a channel in a slot: it ends when another one is shown there, goes on
    in another file after a break or with another stream of the channel, and keeps the stream
    coming while the tile is hidden. ``name_of`` tells what the channel of a slot is called.
    ``button`` records what has the focus. Signals: ``told(slot, text, failed)``.
    """

    told = Signal(object, str, bool)

    def __init__(
        self,
        views: Callable[[], Sequence[LiveView]],
        focused: Callable[[], LiveSlot],
        name_of: Callable[[LiveSlot], str],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self._views = views
        self._focused = focused
        self._name_of = name_of
        self._running: dict[LiveSlot, _Running] = {}
        self._ending: list[_Running] = []
        self._marks: dict[LiveView, RecordingMark] = {}
        self._bell = Doorbell(self._look)
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._look)
        self.button = QPushButton()
        self.button.setObjectName("live.record")
        self.button.setCheckable(True)
        icons.bind(self.button, self.button.setIcon, "record", 16, "text")
        bind(
            self.button,
            self.button.setToolTip,
            "Record this stream into a file, as it comes · Ctrl+R",
        )
        self.button.clicked.connect(self.toggle)
        refresh(self.button, self.show_state)

    def records(self, slot: LiveSlot) -> bool:
        """Whether this slot is being recorded."""
        return slot in self._running

    def toggle(self) -> None:
        """Begin to record what has the focus, or end it."""
        slot = self._focused()
        if slot in self._running:
            self._end(slot)
        else:
            self._begin(slot)
        self.show_state()

    def show_state(self) -> None:
        """Show what is being recorded, after the focus or a place has changed."""
        slot = self._focused() if self._views() else None
        running = slot in self._running
        # A picture that was closed because nobody was there pulls nothing.
        playing = slot is not None and slot.channel is not None and slot.pulls
        playing = playing and slot is not None and slot.kind in ("playing", "stalled")
        self.button.setEnabled(running or playing)
        with QSignalBlocker(self.button):
            self.button.setChecked(running)
        self.button.setText(tr("Stop|recording") if running else tr("Record"))
        self.button.setAccessibleName(tr("End recording") if running else tr("Record"))
        for view in self._views():
            found = self._running.get(view.slot)
            shown = self._marks.get(view)
            if found is not None and shown is None:
                shown = self._marks[view] = RecordingMark(view.tile)
            if shown is not None:
                shown.setVisible(found is not None)
                if found is not None:
                    shown.show_seconds(found.recorder.seconds)

    def end_all(self) -> None:
        """End everything; the files are completed in the background."""
        for slot in list(self._running):
            self._end(slot)

    async def close(self) -> None:
        """End everything and wait until the files are whole."""
        self.end_all()
        while self._ending:
            for running in self._ending:
                await asyncio.to_thread(running.recorder.join)
            self._look()
        self._tick.stop()

    def _begin(self, slot: LiveSlot) -> None:
        if slot.channel is None or slot.kind not in ("playing", "stalled"):
            self.told.emit(slot, tr("△ There is no picture to record yet"), True)
            return
        try:
            from ivcdesk.media.recorder import Recorder
        except ImportError:
            words = _TROUBLES["codec"]
            self.told.emit(slot, tr(words, reason="PyAV"), True)
            return
        name = self._name_of(slot)
        recorder = Recorder(
            self.folder or clips_folder(), partial(clip_name, name), self._bell.ring
        )
        self._running[slot] = _Running(recorder, slot.channel)
        slot.player.record(recorder)
        slot.keep_awake(True)
        slot.changed.connect(self._look)
        self._tick.start()

    def _end(self, slot: LiveSlot) -> None:
        running = self._running.pop(slot)
        slot.changed.disconnect(self._look)
        slot.player.record(None)
        running.recorder.finish()
        self._ending.append(running)
        slot.keep_awake(False)
        self._look()

    def _look(self) -> None:
        for slot, running in list(self._running.items()):
            if slot.channel != running.channel or running.recorder.over:
                self._end(slot)
        for running in [each for each in self._ending if each.recorder.over]:
            self._ending.remove(running)
            self._tell(running)
        if not self._running and not self._ending:
            self._tick.stop()
        self.show_state()

    def _tell(self, running: _Running) -> None:
        recorder = running.recorder
        slot = next((v.slot for v in self._views() if v.slot.channel == running.channel), None)
        if recorder.trouble:
            words = tr(_TROUBLES[recorder.trouble], reason=recorder.reason)
            self.told.emit(slot, words, True)
        elif len(recorder.files) == 1:
            self.told.emit(slot, tr("Recorded: {name}", name=recorder.files[0].name), False)
        elif recorder.files:
            self.told.emit(slot, tr("Recorded in {count} files", count=len(recorder.files)), False)
        else:
            self.told.emit(slot, tr("△ Nothing was recorded: no picture came"), True)
