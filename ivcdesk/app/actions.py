"""The commands of the table as Qt actions, for menus, shortcuts and the palette."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from ivcdesk.app.commands import COMMANDS, Command, Desk
from ivcdesk.app.pages import PAGES
from ivcdesk.ui import icons
from ivcdesk.ui.text import bind, tr
from ivcdesk.ui.widgets.palette_index import Entry

__all__ = ["COMMANDS", "ActionTable", "Command", "Desk"]


def _pages() -> Iterator[Command]:
    for number, page in enumerate(PAGES, 1):
        yield Command(
            page.name,
            page.title,
            page.icon,
            lambda desk, name=page.name: desk.go(name),  # type: ignore[misc]  # bound per row
            f"Ctrl+{number}",
            menu="go",
            also=f"Alt+{number}",
        )


class ActionTable(QObject):
    """The table as Qt actions on a window, which carry the shortcuts."""

    def __init__(self, window: QWidget, desk: Desk) -> None:
        super().__init__(window)
        self._desk = desk
        self._commands = {command.id: command for command in (*_pages(), *COMMANDS)}
        self._actions = {each.id: self._make(window, each) for each in self._commands.values()}
        self.refresh()

    def refresh(self) -> None:
        """Ask anew which actions can be done."""
        for name, command in self._commands.items():
            self._actions[name].setEnabled(command.enabled(self._desk))

    def trigger(self, name: str) -> None:
        """Do an action by its id. Raises KeyError where there is none of this id."""
        self.refresh()
        self._actions[name].trigger()

    def entries(self) -> list[Entry]:
        """Return what can be done now, for the palette."""
        self.refresh()
        native = QKeySequence.SequenceFormat.NativeText
        return [
            Entry(
                "action",
                command.id,
                tr(command.text),
                "",
                command.icon,
                QKeySequence(command.shortcut).toString(native) if command.shortcut else "",
                3,
            )
            for command in self._commands.values()
            if command.id != "palette" and self._actions[command.id].isEnabled()
        ]

    def menu(self, parent: QWidget) -> QMenu:
        """Return the menu of the account's button, in groups."""
        menu = QMenu(parent)
        group = ""
        for command in self._commands.values():
            if not command.menu:
                continue
            if group and command.menu != group:
                menu.addSeparator()
            group = command.menu
            menu.addAction(self._actions[command.id])
        menu.aboutToShow.connect(self.refresh)
        return menu

    def _make(self, window: QWidget, command: Command) -> QAction:
        action = QAction(window)
        action.setObjectName(f"action.{command.id}")
        bind(action, action.setText, command.text)
        icons.bind(action, action.setIcon, command.icon, 16)
        if command.shortcut:
            keys = [command.shortcut, command.also] if command.also else [command.shortcut]
            action.setShortcuts([QKeySequence(key) for key in keys])
        action.triggered.connect(lambda: command.run(self._desk))
        window.addAction(action)
        return action
