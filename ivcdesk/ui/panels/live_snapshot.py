"""A picture of the moment as a PNG file: done whole or not at all."""

from __future__ import annotations

import re
from datetime import datetime, tzinfo
from pathlib import Path

from PySide6.QtCore import QIODevice, QSaveFile, QStandardPaths
from PySide6.QtGui import QImage, QImageWriter

_FORBIDDEN = re.compile(r'[\x00-\x1f<>:"/\\|?*]+')
_LONGEST_NAME = 80
_RESERVED = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


class SnapshotFailed(Exception):
    """The file could not be written; the text is the system's own reason."""


def pictures_folder() -> Path:
    """Return the folder that snapshots go to: the user's pictures, in a folder of our own."""
    base = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.PicturesLocation)
    return Path(base or Path.home()) / "ivcdesk"


def snapshot_name(channel: str, taken: float, zone: tzinfo | None = None) -> str:
    """Return a file name with channel and time that every file system takes.

    ``taken`` is in seconds since the epoch; ``zone`` is the zone it is written in.
    """
    clean = _FORBIDDEN.sub(" ", channel).strip(" .")[:_LONGEST_NAME].strip(" .")
    if not clean or _RESERVED.match(clean):
        clean = f"camera {clean}".strip()
    moment = datetime.fromtimestamp(taken, zone).astimezone(zone)
    return f"{clean} {moment:%Y-%m-%d %H.%M.%S}.{moment.microsecond // 1000:03d}.png"


def save_snapshot(image: QImage, folder: Path, channel: str, channel_id: str, taken: float) -> Path:
    """Write a picture and return its path; from any thread. Raises SnapshotFailed.

    The file bears channel and time as text. It appears under its name when it is complete, and
    never replaces another one.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SnapshotFailed(error.strerror or str(error)) from error
    path = _free(folder / snapshot_name(channel, taken))
    file = QSaveFile(str(path))
    if not file.open(QIODevice.OpenModeFlag.WriteOnly):
        raise SnapshotFailed(file.errorString())
    writer = QImageWriter(file, b"png")
    writer.setText("Title", channel)
    writer.setText("Source", channel_id)
    writer.setText("CreationTime", datetime.fromtimestamp(taken).astimezone().isoformat())
    writer.setText("Software", "ivcdesk")
    if not writer.write(image):
        file.cancelWriting()
        raise SnapshotFailed(writer.errorString())
    if not file.commit():
        raise SnapshotFailed(file.errorString())
    return path


def _free(path: Path) -> Path:
    number = 2
    free = path
    while free.exists():
        free = path.with_stem(f"{path.stem} ({number})")
        number += 1
    return free
