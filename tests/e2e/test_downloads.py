"""From a range on the timeline to a file whose clock shows that very range."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import av
import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.ui.panels.playback_export_dialog import ExportDialog
from tests.e2e.desk import Desk, until

CAMERA = "PTZ Gate North"


def first_clock(path: Path) -> float | None:
    with av.open(str(path)) as container:
        frame = next(container.decode(video=0))
        plane = frame.planes[0]
        rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
        return read_clock(rows[: frame.height, : frame.width].copy())


def test_a_range_becomes_a_file(aio, demo, tmp_path):
    async def job() -> None:
        async with demo() as desk:
            await export(desk, tmp_path / "exports")

    aio(job(), seconds=60)


async def export(desk: Desk, folder: Path) -> None:
    app = desk.app
    app.settings.download_folder = str(folder)
    await app.panels_made()
    app.go("playback")
    directory = app.session.directory
    named = await until(
        lambda: [c for held in directory.channels.values() for c in held if c.name == CAMERA],
        "the camera",
    )
    await app.select_channel(named[0].channel_id)
    noon = datetime.now(CLOUD_ZONE).replace(hour=12, minute=0, second=0, microsecond=0)
    start = (noon - timedelta(days=1)).timestamp()
    desk.find("playback.timeline").set_selection(start + 1, start + 5)
    assert desk.find("playback.export").accessibleName().startswith("Export ")
    QTest.keyClick(app.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: app.window.findChild(ExportDialog, "export"), "the question")
    accept = desk.find("export.accept")
    await until(accept.isEnabled, "what is recorded")
    QTest.mouseClick(accept, Qt.MouseButton.LeftButton)
    table = desk.find("downloads.table")
    await until(lambda: table.model().rowCount() == 1 and table.isVisible(), "a row")
    (row,) = app.panels.downloads.queue.jobs
    await until(lambda: row.state == "done", "the file", 30)
    assert [each.name for each in folder.iterdir()] == [row.path.name]  # noqa: ASYNC240
    assert start + 1 <= first_clock(row.path) < start + 1.1
    await until(lambda: table.model().index(0, 1).data() == "Done", "its words")
