"""Keeping the picture of a recording as a file that bears the moment it was recorded."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, Signal

from ivcdesk.ui.panels.live_snapshot import SnapshotFailed, pictures_folder, save_snapshot
from ivcdesk.ui.panels.playback_seat import PlaybackSeat
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import tr


class PlaybackPictures(QObject):
    """Writes pictures to ``folder``; None stands for the user's pictures.

    Signals: ``told(words)`` with a function that says what was kept, or why it was not.
    """

    told = Signal(object)

    def __init__(self, tasks: TaskScope, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self._tasks = tasks

    def take(self, seat: PlaybackSeat) -> None:
        """Keep the picture of a seat in the size that it was recorded in."""
        image, taken = seat.player.snapshot(), seat.player.pictured
        if image is None or taken is None or seat.channel is None:
            self._tell(lambda: tr("△ There is no picture to keep yet"))
            return
        folder = self.folder or pictures_folder()
        writing = asyncio.to_thread(save_snapshot, image, folder, seat.name, seat.channel, taken)
        self._tasks.start(self._keep(writing), name="snapshot")

    async def _keep(self, writing: Coroutine[Any, Any, Path]) -> None:
        try:
            path = await writing
        except SnapshotFailed as error:
            reason = str(error)
            self._tell(lambda: tr("✕ The picture could not be saved: {reason}", reason=reason))
        else:
            self._tell(lambda: tr("Saved: {name}", name=path.name))

    def _tell(self, words: Callable[[], str]) -> None:
        self.told.emit(words)
