"""What a tile is to those who listen instead of looking, and how they hear that it has changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAccessibleInterface,
    QAccessibleStateChangeEvent,
)
from PySide6.QtWidgets import QAccessibleWidget, QWidget

if TYPE_CHECKING:
    from ivcdesk.ui.widgets.video_tile import VideoTile

_kinds: set[type[QWidget]] = set()


class _TileAccess(QAccessibleWidget):
    """A picture; it is busy while it waits for one."""

    def __init__(self, tile: QWidget) -> None:
        super().__init__(tile, QAccessible.Role.Graphic)


def describe(kind: type[QWidget]) -> None:
    """Let widgets of this kind be pictures in the accessibility tree, instead of just anything."""
    if not _kinds:
        QAccessible.installFactory(_access_to)
    _kinds.add(kind)


def announce(tile: VideoTile, kind: str, words: str) -> None:
    """Tell that a tile is in another state, in words of the window's language."""
    if not QAccessible.isActive():
        return
    changed = QAccessible.State()
    changed.busy = kind in ("connecting", "stalled")
    QAccessible.updateAccessibility(QAccessibleStateChangeEvent(tile, changed))
    if words:
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(tile, words))


def _access_to(_name: str, owner: QObject) -> QAccessibleInterface | None:
    if isinstance(owner, QWidget) and isinstance(owner, tuple(_kinds)):
        return _TileAccess(owner)
    return None
