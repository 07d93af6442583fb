"""The rail at the left edge: one button for each page, an icon above a word."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QToolBar, QToolButton, QWidget

from ivcdesk.app.pages import Page
from ivcdesk.ui import icons
from ivcdesk.ui.text import bind, refresh, tr

_WIDTH = 60
_BUTTON = QSize(59, 52)


class Rail(QToolBar):
    """Shows the pages in the order of their table. Signals: ``picked`` (the page's name)."""

    picked = Signal(str)

    def __init__(self, pages: Iterable[Page]) -> None:
        super().__init__()
        self.setObjectName("rail")
        self.setMovable(False)
        self.setFloatable(False)
        self.setOrientation(Qt.Orientation.Vertical)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setFixedWidth(_WIDTH)
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        self._buttons: dict[str, QToolButton] = {}
        rows = list(pages)
        for number, page in enumerate(rows, 1):
            if page.last and not rows[number - 2].last:
                space = QWidget()
                space.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Expanding)
                self.addWidget(space)
            self.addWidget(self._make_button(page, number))

    def show_current(self, name: str) -> None:
        """Mark the page that is shown."""
        self._buttons[name].setChecked(True)

    def _make_button(self, page: Page, number: int) -> QToolButton:
        button = QToolButton()
        button.setObjectName(f"rail.{page.name}")
        button.setProperty("role", "rail")
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextUnderIcon)
        button.setIconSize(QSize(20, 20))
        button.setFixedSize(_BUTTON)
        button.clicked.connect(lambda: self.picked.emit(page.name))
        icons.bind(button, button.setIcon, page.icon, checkable=True)
        bind(button, button.setText, page.title)
        bind(button, button.setAccessibleName, page.title)
        keys = f"Ctrl+{number}, Alt+{number}"
        refresh(button, lambda: button.setToolTip(f"{tr(page.title)} ({keys})"))
        self._group.addButton(button)
        self._buttons[page.name] = button
        return button
