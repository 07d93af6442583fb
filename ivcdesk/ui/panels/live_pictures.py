"""Keeping what is shown as pictures: one, or several in a row."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from ivcdesk.api.actions import ChannelId
from ivcdesk.ui.panels.live_slot import LiveSlot
from ivcdesk.ui.panels.live_snapshot import SnapshotFailed, pictures_folder, save_snapshot
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import tr

BURST, BURST_SECONDS = 5, 0.2
"""How many pictures Shift takes in a row, and how far they are apart, s."""


class LivePictures(QObject):
    """Writes pictures to ``folder``; None stands for the user's pictures.

    ``name_of`` tells what the channel of a slot is called. Signals: ``told(text, failed)`` says
    what was kept, or why it was not.
    """

    told = Signal(str, bool)

    def __init__(self, name_of: Callable[[LiveSlot], str], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.folder: Path | None = None
        self.tasks = TaskScope(self)
        self._name_of = name_of

    def take(self, slot: LiveSlot, pictures: int = 1) -> None:
        """Keep the picture of a slot, or several in a row."""
        if slot.channel is None or not slot.pulls:
            self._tell_nothing()
        else:
            self.tasks.start(self._keep(slot, slot.channel, pictures), name="snapshot")

    async def _keep(self, slot: LiveSlot, channel: ChannelId, pictures: int) -> None:
        """Take pictures at even distances, however long the disk takes, and write each at once."""
        folder, name = self.folder or pictures_folder(), self._name_of(slot)
        loop = asyncio.get_running_loop()
        began = loop.time()
        writing: list[asyncio.Future[Path]] = []
        for number in range(pictures):
            await asyncio.sleep(max(0.0, began + number * BURST_SECONDS - loop.time()))
            taken, url = time.time(), slot.player.url
            # A large picture takes longer to convert than the window may stand still.
            image = await asyncio.to_thread(slot.player.snapshot)
            if image is None or slot.channel != channel or slot.player.url != url:
                break
            writing.append(
                asyncio.ensure_future(
                    asyncio.to_thread(save_snapshot, image, folder, name, channel, taken)
                )
            )
        if not writing:
            self._tell_nothing()
            return
        done = await asyncio.gather(*writing, return_exceptions=True)
        kept = [each for each in done if isinstance(each, Path)]
        wrong = next((each for each in done if isinstance(each, BaseException)), None)
        if isinstance(wrong, SnapshotFailed):
            self.told.emit(tr("✕ The picture could not be saved: {reason}", reason=wrong), True)
        elif wrong is not None:
            raise wrong
        elif len(kept) == 1 and pictures == 1:
            self.told.emit(tr("Saved: {name}", name=kept[0].name), False)
        elif len(kept) == pictures:
            self.told.emit(tr("Pictures saved: {count}", count=len(kept)), False)
        else:
            self.told.emit(
                tr(
                    "△ Pictures saved: {count} of {wanted}, then the stream was gone",
                    count=len(kept),
                    wanted=pictures,
                ),
                True,
            )

    def _tell_nothing(self) -> None:
        self.told.emit(tr("△ There is no picture to keep yet"), True)
