"""Asks for a command of the user's own that a stream is handed to."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui.dialogs.enter import press_by_enter
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
        cancel = QPushButton()
        cancel.setObjectName("command.cancel")
        press_by_enter(cancel)
        bind(cancel, cancel.setText, "Cancel")
        cancel.clicked.connect(self.reject)
        self._save = QPushButton()
        self._save.setObjectName("command.save")
        self._save.setProperty("role", "primary")
        self._save.setDefault(True)
        bind(self._save, self._save.setText, "Save and open")
        self._save.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self._save)
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
