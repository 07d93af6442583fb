"""What a painted widget is to those who listen, and how they hear that a tile has changed."""

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

_kinds: dict[type[QWidget], QAccessible.Role] = {}


class _PaintedAccess(QAccessibleWidget):
    """Something painted, with the role that it was described by."""


def describe(kind: type[QWidget], role: QAccessible.Role = QAccessible.Role.Graphic) -> None:
    """Let widgets of this kind have a role in the accessibility tree, instead of none."""
    if not _kinds:
        QAccessible.installFactory(_access_to)
    _kinds[kind] = role


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
    for kind, role in _kinds.items():
        if isinstance(owner, kind):
            return _PaintedAccess(owner, role)
    return None
