"""Asks for a command of the user's own that a stream is handed to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import (
    QDialog,
    QLabel,
    QLineEdit,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui.dialogs.answers import answers
from ivcdesk.ui.text import bind, tr
from ivcdesk.ui.tokens import GRID


class CommandDialog(QDialog):
    """Edits ``command``; ``problem`` says in English what is wrong with one, "" where nothing is.

    Accepted means that :attr:`command` may be used.
    """

    def __init__(self, parent: QWidget | None, command: str, problem: Callable[[str], str]) -> None:
        super().__init__(parent)
        self.setObjectName("command")
        self._problem = problem
        bind(self, self.setWindowTitle, "A command of your own")
        title = QLabel()
        title.setProperty("role", "heading")
        bind(title, title.setText, "A command of your own")
        hint = QLabel()
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        bind(
            hint,
            hint.setText,
            "Write the program and what follows it. {url} stands for the address of the stream, "
            "{playlist} for a private file that holds it: others on this computer can see the "
            "first, but not the second.",
        )
        self._field = QLineEdit(command)
        self._field.setObjectName("command.field")
        self._field.setPlaceholderText("vlc --network-caching=100 {playlist}")
        bind(self._field, self._field.setAccessibleName, "Command")
        self._field.textChanged.connect(self._check)
        self._wrong = QLabel()
        self._wrong.setObjectName("command.problem")
        self._wrong.setProperty("role", "bad")
        self._wrong.setWordWrap(True)
        buttons, self._save = answers(self, "command", "save")
        bind(self._save, self._save.setText, "Save and open")
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        layout.setSpacing(2 * GRID)
        for widget in (title, hint, self._field, self._wrong):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        self.setFixedWidth(480)
        self._check()

    @property
    def command(self) -> str:
        """The command as it was typed, without spaces around it."""
        return self._field.text().strip()

    def _check(self) -> None:
        problem = self._problem(self.command) if self.command else ""
        self._wrong.setText("△ " + tr(problem) if problem else "")
        self._wrong.setVisible(bool(problem))
        self._save.setEnabled(bool(self.command) and not problem)
