"""Enter presses the button that has the focus, and no other one."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QPushButton


def press_by_enter(button: QPushButton) -> None:
    """Let Enter press a button of a dialog while it has the focus, and only then.

    A button that merely is not to be the dialog's default (``setAutoDefault(False)``) hands Enter
    on to the default: "Move and learn" would cancel, and "Cancel" would export.
    """
    button.setAutoDefault(False)
    enter = QShortcut(button)
    enter.setContext(Qt.ShortcutContext.WidgetShortcut)
    enter.setKeys([QKeySequence(Qt.Key.Key_Return), QKeySequence(Qt.Key.Key_Enter)])
    enter.setAutoRepeat(False)
    enter.activated.connect(button.click)
