"""A row of buttons of which one is chosen."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QSizePolicy, QToolButton, QWidget


class SegmentSwitch(QWidget):
    """Its buttons are called ``name`` and their key; words are the owner's.

    Signals: ``picked(key)`` when the user chooses.
    """

    picked = Signal(str)

    def __init__(self, name: str, keys: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        group = QButtonGroup(self)
        self._buttons: dict[str, QToolButton] = {}
        for key in keys:
            button = QToolButton()
            button.setObjectName(f"{name}.{key}")
            button.setProperty("role", "segment")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(partial(self.picked.emit, key))
            group.addButton(button)
            row.addWidget(button)
            self._buttons[key] = button

    def button(self, key: str) -> QToolButton:
        """Return the button of a key."""
        return self._buttons[key]

    def choose(self, key: str) -> None:
        """Show which one is chosen; tells nobody."""
        self._buttons[key].setChecked(True)
