"""Asks for a preset's name on this computer; the cloud's interface takes none."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from ivcdesk.ui.text import bind, tr
from ivcdesk.ui.tokens import GRID

LONGEST = 40


class PresetName(QDialog):
    """``name`` is what was typed; empty means that the device's own name is to be shown."""

    def __init__(self, parent: QWidget | None, number: int, own: str, device: str) -> None:
        super().__init__(parent)
        self.setObjectName("presetName")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        title = tr("Name of preset {number}", number=number)
        self.setWindowTitle(title)
        asked = QLabel(title)
        asked.setProperty("role", "heading")
        self._field = QLineEdit(own)
        self._field.setObjectName("presetName.field")
        self._field.setMaxLength(LONGEST)
        self._field.setPlaceholderText(device)
        self._field.setToolTip(tr("Empty: the name that the device gives it"))
        self._field.setAccessibleName(title)
        asked.setBuddy(self._field)
        hint = QLabel()
        hint.setProperty("role", "small")
        hint.setWordWrap(True)
        bind(
            hint,
            hint.setText,
            "The name is kept on this computer. The device keeps its own, which the cloud can't "
            "change.",
        )
        buttons = QDialogButtonBox()
        accept = buttons.addButton("", QDialogButtonBox.ButtonRole.AcceptRole)
        accept.setObjectName("presetName.accept")
        bind(accept, accept.setText, "Use this name")
        bind(accept, accept.setToolTip, "Use this name")
        accept.setDefault(True)
        cancel = buttons.addButton("", QDialogButtonBox.ButtonRole.RejectRole)
        cancel.setObjectName("presetName.cancel")
        bind(cancel, cancel.setText, "Cancel")
        bind(cancel, cancel.setToolTip, "Change nothing")
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(GRID)
        layout.addWidget(asked)
        layout.addWidget(self._field)
        layout.addWidget(hint)
        layout.addWidget(buttons)
        self.setFixedWidth(380)
        self._field.selectAll()
        self._field.setFocus()

    @property
    def name(self) -> str:
        """What was typed, without blanks around it."""
        return " ".join(self._field.text().split())
