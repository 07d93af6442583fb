"""The bar above the live grid: its arrangement, and what can be done with the focused picture."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QToolButton,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.panels.live_links import StreamLinks
from ivcdesk.ui.text import bind, mark, refresh, tr
from ivcdesk.ui.widgets.overflow_row import OverflowRow

HEIGHT = 40
"""Of the bar, px."""

_ARRANGEMENTS = (
    ("1", "1", mark("One picture")),
    ("4", "2×2", mark("Four pictures")),
    ("9", "3×3", mark("Nine pictures")),
    ("16", "4×4", mark("Sixteen pictures")),
    ("1+5", "1+5", mark("One large picture and five small ones")),
)
_QUALITIES = (
    (
        "sub",
        mark("Sub|stream"),
        mark("Sub stream"),
        mark("The small stream: light on the link and on this computer"),
    ),
    (
        "main",
        mark("Main|stream"),
        mark("Main stream"),
        mark("The full stream: as sharp as the camera can"),
    ),
)

_FIGURES = 36
"""The width of an arrangement's button, px: its few signs need no more."""

FIRST, OFTEN, AT_TIMES, SELDOM = range(4)
"""Ranks in the bar: what has a higher one is the first to give way where there is no room."""


class LiveBar(QFrame):
    """Signals: ``arrangement_chosen(name)`` and ``quality_chosen("main" or "sub")`` by the user."""

    arrangement_chosen = Signal(str)
    quality_chosen = Signal(str)

    def __init__(self, links: StreamLinks, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(HEIGHT)
        self._arrangements: dict[str, QToolButton] = {}
        self._qualities: dict[str, QToolButton] = {}

        layouts, group = _segments("live.layout")
        bind(layouts, layouts.setAccessibleName, "Arrangement")
        for name, face, meaning in _ARRANGEMENTS:
            button = _segment(layouts, group, f"live.layout.{name}")
            button.setText(face)
            button.setFixedWidth(_FIGURES)
            bind(button, button.setToolTip, meaning)
            bind(button, button.setAccessibleName, meaning)
            button.clicked.connect(partial(self.arrangement_chosen.emit, name))
            self._arrangements[name] = button
        streams, choices = _segments("live.quality")
        bind(streams, streams.setAccessibleName, "Stream")
        for name, face, long, meaning in _QUALITIES:
            button = _segment(streams, choices, f"live.quality.{name}")
            bind(button, button.setText, face)
            bind(button, button.setAccessibleName, long)
            bind(button, button.setToolTip, meaning)
            button.clicked.connect(partial(self.quality_chosen.emit, name))
            self._qualities[name] = button

        self.snapshot = QPushButton()
        self.snapshot.setObjectName("live.snapshot")
        icons.bind(self.snapshot, self.snapshot.setIcon, "camera", 16, "text")
        bind(self.snapshot, self.snapshot.setText, "Snapshot")
        bind(
            self.snapshot,
            self.snapshot.setToolTip,
            "Keep this picture in the pictures folder · with Shift five in a row",
        )
        self._external = links.button
        self.full_screen = QToolButton()
        self.full_screen.setObjectName("live.fullScreen")
        icons.bind(self.full_screen, self.full_screen.setIcon, "full-screen", 18, "text")
        bind(self.full_screen, self.full_screen.setToolTip, "Pictures in full screen · Esc ends it")
        bind(self.full_screen, self.full_screen.setAccessibleName, "Pictures in full screen")

        self.row = OverflowRow("live.more")
        margins = QHBoxLayout(self)
        margins.setContentsMargins(12, 0, 12, 0)
        margins.addWidget(self.row)
        self.row.add_left(layouts, FIRST)
        self.row.add_left(streams, AT_TIMES)
        self.row.add_right(self.snapshot, OFTEN)
        self.row.add_right(self._external, SELDOM)
        self.row.add_right(self.full_screen, FIRST)

    def add_entry(self, name: str, text: str, shortcut: str = "", tip: str = "") -> QAction:
        """Add an entry to the menu at the end and return it; ``text`` and ``tip`` are English.

        The shortcut is only shown: the keys are the tiles' own.
        """
        entry = QAction(self.row.menu)
        entry.setObjectName(name)

        def show() -> None:
            entry.setText(tr(text) + (f"\t{shortcut}" if shortcut else ""))
            entry.setToolTip(tr(tip or text))

        refresh(entry, show)
        self.row.menu.addAction(entry)
        return entry

    def show_state(self, *, arrangement: str, quality: str, channel: bool, picture: bool) -> None:
        """Show what is chosen, and enable what can be done now."""
        self._arrangements[arrangement].setChecked(True)
        self._qualities[quality].setChecked(True)
        for button in self._qualities.values():
            button.setEnabled(channel)
        self.snapshot.setEnabled(picture)
        self._external.setEnabled(channel)


def _segments(name: str) -> tuple[QFrame, QButtonGroup]:
    box = QFrame()
    box.setObjectName(name)
    box.setProperty("role", "card")
    box.setFixedHeight(30)
    row = QHBoxLayout(box)
    row.setContentsMargins(3, 3, 3, 3)
    row.setSpacing(1)
    group = QButtonGroup(box)
    group.setExclusive(True)
    return box, group


def _segment(box: QWidget, group: QButtonGroup, name: str) -> QToolButton:
    button = QToolButton()
    button.setObjectName(name)
    button.setCheckable(True)
    button.setMinimumWidth(34)
    button.setFixedHeight(24)
    group.addButton(button)
    layout = box.layout()
    assert layout is not None
    layout.addWidget(button)
    return button
