"""The row of answers at the foot of a dialog; Enter presses the one that has the focus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton

from ivcdesk.ui.text import bind


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


def answers(dialog: QDialog, name: str, accept: str = "accept") -> tuple[QHBoxLayout, QPushButton]:
    """Return a row with "Cancel" and the dialog's own answer, and the button of that answer.

    Enter gives that answer wherever no other button has the focus. ``name`` is the dialog's: the
    buttons are called ``NAME.cancel`` and ``NAME.ACCEPT``. The answer's words are the owner's.
    """
    cancel, chosen = QPushButton(), QPushButton()
    cancel.setObjectName(f"{name}.cancel")
    press_by_enter(cancel)
    bind(cancel, cancel.setText, "Cancel")
    cancel.clicked.connect(dialog.reject)
    chosen.setObjectName(f"{name}.{accept}")
    chosen.setProperty("role", "primary")
    chosen.setDefault(True)
    chosen.clicked.connect(dialog.accept)
    row = QHBoxLayout()
    row.addStretch(1)
    row.addWidget(cancel)
    row.addWidget(chosen)
    return row, chosen
