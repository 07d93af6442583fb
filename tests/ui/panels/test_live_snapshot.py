"""Snapshots: a name that tells what it is, a file that is whole or not there."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage, QImageWriter

from ivcdesk.ui.panels.live_snapshot import (
    SnapshotFailed,
    pictures_folder,
    save_snapshot,
    snapshot_name,
)

TAKEN = 1_764_000_000.123


@pytest.fixture
def image() -> QImage:
    image = QImage(64, 36, QImage.Format.Format_RGB32)
    image.fill(QColor("#4c9aff"))
    return image


def test_the_name_tells_channel_and_time():
    assert snapshot_name("Gate North", TAKEN, UTC) == "Gate North 2025-11-24 16.00.00.123.png"


@pytest.mark.parametrize(
    ("channel", "start"),
    [
        ("a/b\\c:d*e", "a b c d e 2025"),
        ("..", "camera 2025"),
        ("CON", "camera CON 2025"),
        ("上海港 门口", "上海港 门口 2025"),
        ("x" * 300, "x" * 80 + " 2025"),
        ("", "camera 2025"),
        ("../../etc/passwd", "etc passwd 2025"),
    ],
)
def test_every_name_makes_a_file_name(channel, start):
    name = snapshot_name(channel, TAKEN, UTC)
    assert name.startswith(start)
    assert "/" not in name
    assert "\\" not in name


def test_the_picture_is_there_with_channel_and_time(tmp_path, image):
    path = save_snapshot(image, tmp_path / "new" / "folder", "Gate North", "ch-1", time.time())
    kept = QImage(str(path))
    assert kept.size() == image.size()
    assert kept.text("Title") == "Gate North"
    assert kept.text("Source") == "ch-1"
    assert kept.text("CreationTime")


def chunks(path: Path) -> list[tuple[str, bytes]]:
    """Return the chunks of a PNG file, as other programs see them."""
    data, at, found = path.read_bytes(), 8, []
    while at < len(data):
        size = int.from_bytes(data[at : at + 4])
        found.append((data[at + 4 : at + 8].decode(), data[at + 8 : at + 8 + size]))
        at += size + 12
    return found


def test_other_programs_find_channel_and_time_in_it(tmp_path, image):
    plain = chunks(save_snapshot(image, tmp_path, "Gate North", "ch-1", TAKEN))
    texts = dict(data.split(b"\0", 1) for kind, data in plain if kind == "tEXt")
    assert texts[b"Title"] == b"Gate North"
    assert texts[b"Source"] == b"ch-1"
    taken = datetime.fromisoformat(texts[b"CreationTime"].decode())
    assert taken.timestamp() == pytest.approx(TAKEN)
    assert taken.tzinfo is not None
    # A text of another alphabet has no place in a tEXt chunk: it is in an iTXt.
    foreign = chunks(save_snapshot(image, tmp_path, "上海港", "ch-1", TAKEN))
    (title,) = (data for kind, data in foreign if kind == "iTXt" and data.startswith(b"Title"))
    assert title.endswith("上海港".encode())
    assert any(kind == "tEXt" and data == b"Source\0ch-1" for kind, data in foreign)


def test_another_file_is_never_replaced(tmp_path, image):
    first = save_snapshot(image, tmp_path, "Gate", "ch-1", TAKEN)
    second = save_snapshot(image, tmp_path, "Gate", "ch-1", TAKEN)
    assert first != second
    assert first.exists()
    assert second.exists()


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path, image, monkeypatch):
    class FailsHalfWay(QImageWriter):
        def write(self, image: QImage) -> bool:
            self.device().write(b"half of a picture")
            return False

    monkeypatch.setattr("ivcdesk.ui.panels.live_snapshot.QImageWriter", FailsHalfWay)
    with pytest.raises(SnapshotFailed):
        save_snapshot(image, tmp_path, "Gate", "ch-1", TAKEN)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_says_why(tmp_path, image):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(SnapshotFailed) as failed:
        save_snapshot(image, tmp_path / "file", "Gate", "ch-1", TAKEN)
    assert str(failed.value)


def test_goes_to_the_users_pictures():
    assert pictures_folder().name == "ivcdesk"
