"""Tours that run, seen from everywhere: a mark on each picture, and one in the status bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QStatusBar, QToolButton

from ivcdesk.ui import icons
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.patrol_words import short_progress
from ivcdesk.ui.text import tr
from ivcdesk.ui.tokens import tokens

if TYPE_CHECKING:
    from ivcdesk.services.patrol import Progress
    from ivcdesk.services.session import Session
    from ivcdesk.ui.panels.live_view import LiveView

_TICK_MS = 1000
_MARGIN = 8


class PatrolMarks(QObject):
    """Marks pictures and the status bar while a tour runs; a second's tick only then.

    Signals: ``channel_wanted(channel_id)`` when the mark in the status bar is clicked.
    """

    channel_wanted = Signal(str)

    def __init__(
        self, views: Callable[[], Sequence[LiveView]], bar: QStatusBar, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._views = views
        self._session: Session | None = None
        self._unsubscribe: Callable[[], object] = _nothing
        self._marks: dict[int, QLabel] = {}
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._show)
        self._chip = QToolButton()
        self._chip.setObjectName("status.patrol")
        self._chip.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._chip.setAutoRaise(True)
        icons.bind(self._chip, self._chip.setIcon, "patrol", 14)
        self._chip.clicked.connect(self._on_clicked)
        self._chip.hide()
        bar.addPermanentWidget(self._chip)

    def attach(self, session: Session) -> None:
        """Mark the tours of this session from now on."""
        self.detach()
        self._session = session
        self._unsubscribe = session.patrols.subscribe(self._on_progress)

    def detach(self) -> None:
        """Forget the session."""
        self._unsubscribe()
        self._unsubscribe = _nothing
        self._session = None
        self._show()

    async def close(self) -> None:
        """Nothing runs here that would have to end."""
        self.detach()

    def _on_progress(self, _progress: Progress) -> None:
        self._show()

    def _show(self) -> None:
        running = () if self._session is None else self._session.patrols.running
        if running and not self._tick.isActive():
            self._tick.start()
        elif not running:
            self._tick.stop()
        by_channel = {progress.channel_id: progress for progress in running}
        for index, view in enumerate(self._views()):
            channel = view.slot.channel
            progress = None if channel is None else by_channel.get(channel)
            self._mark(index, view, progress)
        self._show_chip(running)

    def _mark(self, index: int, view: LiveView, progress: Progress | None) -> None:
        label = self._marks.get(index)
        if progress is None:
            if label is not None:
                label.hide()
            return
        if label is None:
            label = self._marks[index] = QLabel(view.tile)
            label.setObjectName(f"live.tile.{index + 1}.patrol")
            label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
            label.destroyed.connect(lambda: self._marks.pop(index, None))
        now = tokens()
        label.setStyleSheet(
            f"background: rgba(0, 0, 0, 170); color: #ffffff; border: 1px solid {now.accent};"
            f"border-radius: 9px; padding: 2px 8px; font-size: {now.small}px;"
        )
        label.setText(short_progress(progress))
        label.setAccessibleName(tr("Patrol") + " " + label.text())
        label.adjustSize()
        label.move(_MARGIN, view.tile.height() - label.height() - _MARGIN)
        label.show()

    def _show_chip(self, running: Sequence[Progress]) -> None:
        session = self._session
        self._chip.setVisible(bool(running))
        if not running or session is None:
            return
        first = running[0]
        name = channel_name(session.directory, first.channel_id)
        words = f"{name} {short_progress(first)}"
        if len(running) > 1:
            words = tr("{words} and {count} more", words=words, count=len(running) - 1)
        self._chip.setText(words)
        tip = tr("A patrol runs; click to see the camera, Esc there ends it")
        self._chip.setToolTip(tip)
        self._chip.setAccessibleName(f"{tr('Patrol')}: {words}")

    def _on_clicked(self) -> None:
        running = () if self._session is None else self._session.patrols.running
        if running:
            self.channel_wanted.emit(running[0].channel_id)


def _nothing() -> None:
    pass
