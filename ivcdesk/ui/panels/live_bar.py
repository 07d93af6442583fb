"""The bar above the live grid: its arrangement, and what can be done with the focused picture."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
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
from ivcdesk.ui.text import bind, mark
from ivcdesk.ui.tokens import GRID

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
    ("sub", mark("Sub stream"), mark("The small stream: light on the link and on this computer")),
    ("main", mark("Main stream"), mark("The full stream: as sharp as the camera can")),
)


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
            bind(button, button.setToolTip, meaning)
            bind(button, button.setAccessibleName, meaning)
            button.clicked.connect(partial(self.arrangement_chosen.emit, name))
            self._arrangements[name] = button
        streams, choices = _segments("live.quality")
        bind(streams, streams.setAccessibleName, "Stream")
        for name, face, meaning in _QUALITIES:
            button = _segment(streams, choices, f"live.quality.{name}")
            bind(button, button.setText, face)
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

        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(GRID)
        row.addWidget(layouts)
        row.addWidget(streams)
        row.addStretch(1)
        row.addWidget(self.snapshot)
        row.addWidget(self._external)
        row.addWidget(self.full_screen)

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
