"""Asks for a name, and says at once what is wrong with one."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui.dialogs.answers import answers
from ivcdesk.ui.dialogs.opening import opened
from ivcdesk.ui.text import bind
from ivcdesk.ui.tokens import GRID

_LONGEST = 60


class NameDialog(QDialog):
    """Edits a name. ``title`` and ``verb`` are in the language of the window already.

    ``remark`` tells what there is to say about a name, and whether it can't be used.
    """

    def __init__(
        self,
        parent: QWidget | None,
        title: str,
        verb: str,
        name: str,
        remark: Callable[[str], tuple[str, bool]],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("name")
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self._remark = remark
        heading = QLabel(title)
        heading.setProperty("role", "heading")
        self._field = QLineEdit(name)
        self._field.setObjectName("name.field")
        self._field.setMaxLength(_LONGEST)
        self._field.selectAll()
        bind(self._field, self._field.setAccessibleName, "Name")
        bind(self._field, self._field.setToolTip, "Name")
        self._field.textChanged.connect(self._check)
        self._said = QLabel()
        self._said.setObjectName("name.remark")
        self._said.setWordWrap(True)
        buttons, self._accept = answers(self, "name")
        self._accept.setText(verb)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        for widget in (heading, self._field, self._said):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.setFixedWidth(380)
        self._field.setFocus()
        self._check()

    @property
    def name(self) -> str:
        """The name as it was typed, with single spaces."""
        return " ".join(self._field.text().split())

    def _check(self) -> None:
        said, wrong = self._remark(self.name) if self.name else ("", True)
        self._said.setText(said)
        self._said.setProperty("role", "bad" if wrong else "muted")
        self._said.style().unpolish(self._said)
        self._said.style().polish(self._said)
        self._accept.setEnabled(not wrong)


async def ask_name(
    parent: QWidget | None,
    title: str,
    verb: str,
    name: str,
    remark: Callable[[str], tuple[str, bool]],
) -> str:
    """Ask for a name and return it, "" where the user thought better of it."""
    dialog = NameDialog(parent, title, verb, name, remark)
    typed: list[str] = []
    dialog.accepted.connect(lambda: typed.append(dialog.name))
    await opened(dialog)
    return typed[0] if typed else ""
