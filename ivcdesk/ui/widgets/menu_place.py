"""Where the menu of a button opens, also when the button is stowed or on another screen."""

from __future__ import annotations

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QMenu, QWidget

_GAP = 2


def open_below(menu: QMenu, button: QWidget) -> None:
    """Open a menu below its button, or in the middle of the window that is used instead."""
    used = QApplication.activeWindow() or button.window()
    if used is button.window():
        # A stowed button has the place of what stands for it.
        menu.popup(button.mapToGlobal(QPoint(0, button.height() + _GAP)))
    else:
        size = menu.sizeHint()
        corner = QPoint((used.width() - size.width()) // 2, (used.height() - size.height()) // 3)
        menu.popup(used.mapToGlobal(corner))
