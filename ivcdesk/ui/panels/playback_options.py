"""How recordings are asked for: which stream of the device, and with straightened time stamps."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton, QWidget

from ivcdesk.ui import icons
from ivcdesk.ui.text import bind, mark

_STREAMS = (
    ("auto", None, mark("Stream as the device likes"), mark("The device decides what it sends")),
    ("main", 1, mark("Main stream of the device"), mark("As sharp as the device recorded it")),
    ("sub", 2, mark("Sub stream of the device"), mark("Light on the link; not every device can")),
)


class PlaybackOptions(QToolButton):
    """A button with a menu. Signals: ``picked(stream, straightened)`` after the user has chosen.

    ``stream`` is 1 for main, 2 for sub and None for the device's own choice (``PlayRecord``);
    ``straightened`` is the ``CorrectTimestamp`` of ``DescribeRecordPlaybackUrl``.
    """

    picked = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("playback.options")
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.bind(self, self.setIcon, "settings", 18, "text")
        bind(self, self.setToolTip, "How recordings are asked for: stream and time stamps")
        bind(self, self.setAccessibleName, "How recordings are asked for")
        self.stream: int | None = None
        self.straightened = False
        menu = QMenu(self)
        menu.setObjectName("playback.options.menu")
        menu.setToolTipsVisible(True)
        streams = QActionGroup(menu)
        for key, stream, words, meaning in _STREAMS:
            action = self._entry(menu, f"playback.stream.{key}", words, meaning)
            action.setChecked(stream is None)
            streams.addAction(action)
            action.triggered.connect(partial(self._on_stream, stream))
        menu.addSeparator()
        correct = self._entry(
            menu,
            "playback.correctTimestamp",
            mark("Straighten time stamps of the cloud"),
            mark("For cameras whose time stamps run backwards and make the picture stick"),
        )
        correct.triggered.connect(self._on_straightened)
        self.setMenu(menu)
        # at once, which the button itself would only do with a loop of its own
        self.clicked.connect(lambda: menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2))))

    def _entry(self, menu: QMenu, name: str, words: str, meaning: str) -> QAction:
        action = QAction(menu)
        action.setObjectName(name)
        action.setCheckable(True)
        bind(self, action.setText, words)
        bind(self, action.setToolTip, meaning)
        menu.addAction(action)
        return action

    def _on_stream(self, stream: int | None) -> None:
        if stream != self.stream:
            self.stream = stream
            self.picked.emit(stream, self.straightened)

    def _on_straightened(self, on: bool) -> None:
        self.straightened = on
        self.picked.emit(self.stream, on)
