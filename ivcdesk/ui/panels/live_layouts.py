"""Layouts with names: the button of the live bar that saves, chooses, renames and deletes them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QPushButton

from ivcdesk.services.layouts import Layout, Layouts, TooMany, clean_name
from ivcdesk.ui import icons
from ivcdesk.ui.context import Context
from ivcdesk.ui.dialogs.confirm import confirm
from ivcdesk.ui.dialogs.name import ask_name
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.widgets.menu_place import open_below

if TYPE_CHECKING:
    from ivcdesk.services.session import Session

FILE_NAME = "layouts.json"
"""Of the layouts of all accounts, in the profile's folder."""

_FACE = 18
"""Of a layout's name, so much shows on the button, characters."""


class LiveLayouts(QObject):
    """The layouts of the account that is signed in.

    ``capture`` returns what the grid shows now, without a name; ``show`` shows a layout. Signals:
    ``told(text, failed)`` says what was done; ``changed`` after other layouts are there.
    """

    told = Signal(str, bool)
    changed = Signal()

    def __init__(
        self,
        context: Context,
        capture: Callable[[], Layout],
        show: Callable[[Layout], object],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._capture = capture
        self._show = show
        self._kept: Layouts | None = None
        self._current = ""
        self.tasks = TaskScope(self)
        self.button = QPushButton()
        self.button.setObjectName("live.layouts")
        icons.bind(self.button, self.button.setIcon, "layouts", 16, "text")
        bind(
            self.button,
            self.button.setToolTip,
            "Arrangements with their cameras, saved under a name · Ctrl+L",
        )
        self.menu = QMenu(self.button)
        self.menu.setObjectName("live.layouts.menu")
        self.menu.setToolTipsVisible(True)
        self.menu.aboutToShow.connect(self._fill)
        self.button.clicked.connect(self.open)
        refresh(self.button, self._say)

    @property
    def all(self) -> Sequence[Layout]:
        """The layouts of the account, by name."""
        return self._kept.all if self._kept is not None else ()

    @property
    def current(self) -> str:
        """The name of the one that was chosen last, "" where none was."""
        return self._current

    def attach(self, session: Session) -> None:
        """Use the layouts of this account, and show the last one where the settings say so."""
        path: Path = self._context.settings.folder / FILE_NAME
        self._kept = Layouts(path, _owner(session))
        self.tasks.start(self._begin(self._kept), name="layouts")

    def detach(self) -> None:
        """Forget the account."""
        self._kept = None
        self._set_current("")

    async def close(self) -> None:
        """Wait until what was saved is on the disk."""
        kept = self._kept
        await self.tasks.finish()
        if kept is not None:
            await kept.close()

    def open(self) -> None:
        """Open the menu below its button."""
        if self._kept is not None:
            open_below(self.menu, self.button)

    def choose(self, name: str) -> None:
        """Show a layout; what is gone from the directory says so in its place."""
        layout = self._kept.named(name) if self._kept is not None else None
        if layout is None or self._kept is None:
            return
        self._kept.use(layout.name)
        self._set_current(layout.name)
        self._show(layout)

    def save_as(self) -> None:
        """Ask for a name, and save what the grid shows under it."""
        self.tasks.start(self._save_as(), name="save layout")

    def save(self) -> None:
        """Save what the grid shows under the name in use, or ask for one."""
        if self._kept is None or self._kept.named(self._current) is None:
            self.save_as()
        else:
            self._save(self._kept, self._current)

    def rename(self) -> None:
        """Ask for another name of the layout in use."""
        self.tasks.start(self._rename(), name="rename layout")

    def delete(self) -> None:
        """Ask once, then forget the layout in use; what it shows stays."""
        self.tasks.start(self._delete(), name="delete layout")

    async def _begin(self, kept: Layouts) -> None:
        await kept.load()
        if kept is not self._kept:
            return
        last = kept.last
        if last is not None and self._context.settings.live_restores and not self._shows_anything():
            self._set_current(last.name)
            self._show(last)
        self.changed.emit()

    async def _save_as(self) -> None:
        kept = self._kept
        if kept is None:
            return

        def remark(name: str) -> tuple[str, bool]:
            taken = kept.named(name)
            return (tr("Replaces the layout of this name.") if taken else "", False)

        name = await ask_name(
            self.button.window(), tr("Save the layout"), tr("Save"), self._current, remark
        )
        if name and kept is self._kept:
            self._save(kept, name)

    def _save(self, kept: Layouts, name: str) -> None:
        shown = self._capture()
        try:
            saved = kept.save(Layout(name, shown.arrangement, shown.places))
        except TooMany:
            self.told.emit(tr("△ There are too many layouts: delete one first"), True)
            return
        self._set_current(saved.name)
        self.changed.emit()
        self.told.emit(tr("Layout saved: {name}", name=saved.name), False)

    async def _rename(self) -> None:
        kept, old = self._kept, self._current
        if kept is None or kept.named(old) is None:
            return

        def remark(name: str) -> tuple[str, bool]:
            other = kept.named(name)
            if other is not None and other is not kept.named(old):
                return tr("△ Another layout has this name."), True
            return "", False

        name = await ask_name(
            self.button.window(), tr("Rename the layout"), tr("Rename"), old, remark
        )
        if name and kept is self._kept and kept.named(old) is not None:
            self._set_current(kept.rename(old, clean_name(name)).name)
            self.changed.emit()

    async def _delete(self) -> None:
        kept, name = self._kept, self._current
        if kept is None or kept.named(name) is None:
            return
        sure = await confirm(
            self.button.window(),
            tr("Delete the layout “{name}”?", name=name),
            tr("The cameras that it shows stay where they are."),
            tr("Delete"),
        )
        if sure and kept is self._kept:
            kept.delete(name)
            self._set_current("")
            self.changed.emit()

    def _shows_anything(self) -> bool:
        return any(place.channel for place in self._capture().places)

    def _set_current(self, name: str) -> None:
        self._current = name
        self._say()

    def _say(self) -> None:
        name = self._current
        short = name if len(name) <= _FACE else f"{name[: _FACE - 1]}…"
        self.button.setText(
            tr("Layout: {name}", name=short) + " ▾" if name else tr("Layouts") + " ▾"
        )
        said = tr("Layout: {name}", name=name) if name else tr("Layouts")
        self.button.setAccessibleName(said)

    def _fill(self) -> None:
        self.menu.clear()
        for number, layout in enumerate(self.all):
            entry = self._entry(f"choose.{number}", layout.name.replace("&", "&&"))
            entry.setCheckable(True)
            entry.setChecked(layout.name == self._current)
            entry.triggered.connect(partial(self.choose, layout.name))
        if not self.all:
            self._entry("none", tr("Nothing is saved yet")).setEnabled(False)
        self.menu.addSeparator()
        in_use = bool(self._current)
        if in_use:
            words = tr("Save what is shown as “{name}”", name=self._current)
            self._entry("save", words.replace("&", "&&")).triggered.connect(self.save)
        self._entry("saveAs", tr("Save as …")).triggered.connect(self.save_as)
        for name, words, act in (
            ("rename", tr("Rename …"), self.rename),
            ("delete", tr("Delete …"), self.delete),
        ):
            entry = self._entry(name, words)
            entry.setEnabled(in_use)
            entry.triggered.connect(act)
        self.menu.addSeparator()
        again = self._entry("restore", tr("Show the last one again at the next start"))
        again.setCheckable(True)
        again.setChecked(self._context.settings.live_restores)
        again.toggled.connect(self._on_restoring)

    def _entry(self, name: str, words: str) -> QAction:
        entry = self.menu.addAction(words)
        entry.setObjectName(f"live.layouts.{name}")
        return entry

    def _on_restoring(self, wanted: bool) -> None:
        self._context.settings.live_restores = wanted
        self._context.settings.save()


def _owner(session: Session) -> str:
    """Return what an account's layouts are filed under.

    A simulated cloud has another address and another key at each start, but the same cameras.
    """
    from ivcdesk.services.session import scope_of

    if urlsplit(session.client.endpoint).hostname in ("127.0.0.1", "::1", "localhost"):
        return f"{session.account} {session.region}"
    return scope_of(session.client)
