"""Pictures kept from the live page: one, or five in a row, or the reason why not."""

from __future__ import annotations

from PySide6.QtGui import (
    QImage,
)
from PySide6.QtTest import QTest

from tests.ui.panels.live_desk import LEFT, START_SECONDS
from tests.ui.panels.stand_ins import until


def test_a_snapshot_is_as_large_as_the_stream(desk, aio, tmp_path):
    desk.live.pictures.folder = tmp_path

    async def keep() -> None:
        await desk.show()
        QTest.mouseClick(desk.button("live.snapshot"), LEFT)
        await until(lambda: bool(list(tmp_path.glob("*.png"))))
        await until(lambda: "Saved" in desk.said())

    aio(keep(), START_SECONDS)
    (file,) = tmp_path.iterdir()
    assert file.name.startswith("PTZ Gate North 20")
    kept = QImage(str(file))
    assert (kept.width(), kept.height()) == (640, 360)
    assert kept.text("Source") == desk.site.camera


def test_five_snapshots_in_a_row(desk, aio, tmp_path):
    desk.live.pictures.folder = tmp_path

    async def keep() -> None:
        await desk.show()
        desk.live.take_snapshot(5)
        await until(lambda: desk.said() == "Pictures saved: 5")

    aio(keep(), START_SECONDS)
    assert len(list(tmp_path.glob("PTZ Gate North*.png"))) == 5


def test_a_snapshot_that_cannot_be_kept_says_why(desk, aio, tmp_path):
    in_the_way = tmp_path / "file"
    in_the_way.write_text("")
    desk.live.pictures.folder = in_the_way

    async def keep() -> None:
        await desk.show()
        desk.live.take_snapshot()
        await until(lambda: "could not be saved" in desk.said())

    aio(keep(), START_SECONDS)
