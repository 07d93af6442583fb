"""What a dragged channel looks like to those who drop it somewhere."""

from __future__ import annotations

from PySide6.QtCore import QMimeData

CHANNEL_MIME = "application/x-ivcdesk-channel"
"""The format of a dragged channel: its id in UTF-8."""


def channel_mime(channel_id: str) -> QMimeData:
    """Return what to drag for a channel."""
    data = QMimeData()
    data.setData(CHANNEL_MIME, channel_id.encode())
    return data


def channel_in(data: QMimeData) -> str:
    """Return the id of the channel that is dragged, "" where it is something else."""
    if not data.hasFormat(CHANNEL_MIME):
        return ""
    return bytes(data.data(CHANNEL_MIME).data()).decode("utf-8", "replace").partition("\n")[0]
