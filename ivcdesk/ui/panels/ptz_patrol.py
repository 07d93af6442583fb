"""The tour of one camera in the control dock: start, stop, rest, and how long it stays."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.patrol import Tour, flaws
from ivcdesk.ui import icons
from ivcdesk.ui.context import Context
from ivcdesk.ui.dialogs.opening import opened
from ivcdesk.ui.dialogs.patrol import PatrolDialog
from ivcdesk.ui.panels.patrol_words import progress_words
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr

if TYPE_CHECKING:
    from ivcdesk.services.patrol import Patrols, Progress
    from ivcdesk.services.session import Session

_TICK_MS = 1000


class PatrolBar(QWidget):
    """One line while a tour runs, and the tools to begin and to plan it.

    ``tools`` belongs beside the presets' title. ``presets`` tells which presets hold a view, with
    their names. Signals: ``told(text, failed, footnote)``.
    """

    told = Signal(str, bool, str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.presets: Callable[[], Mapping[int, str]] = dict
        self._patrols: Patrols | None = None
        self._channel: ChannelId | None = None
        self._tour = Tour()
        self._unsubscribe: Callable[[], object] = _nothing
        self.tasks = TaskScope(self)
        self._planning: asyncio.Task[Any] | None = None
        self._tick = QTimer(self, interval=_TICK_MS)
        self._tick.timeout.connect(self._show)
        self.tools = QWidget()
        self._start = _tool("patrol.start")
        self._start.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        icons.bind(self._start, self._start.setIcon, "patrol", 14)
        bind(self._start, self._start.setText, "Patrol")
        bind(self._start, self._start.setToolTip, "Send the camera round its presets, in a tour")
        bind(self._start, self._start.setAccessibleName, "Begin or end the patrol")
        self._start.setCheckable(True)
        self._start.clicked.connect(self._on_start)
        self._edit = _tool("patrol.edit")
        icons.bind(self._edit, self._edit.setIcon, "edit", 14)
        bind(self._edit, self._edit.setToolTip, "Plan the patrol: presets and how long to stay")
        bind(self._edit, self._edit.setAccessibleName, "Plan the patrol")
        self._edit.clicked.connect(self.plan)
        row = QHBoxLayout(self.tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2)
        row.addWidget(self._start)
        row.addWidget(self._edit)

        self._line = QLabel()
        self._line.setObjectName("patrol.status")
        self._line.setProperty("role", "small")
        self._line.setWordWrap(True)
        self._rest = _tool("patrol.rest")
        bind(self._rest, self._rest.setAccessibleName, "Let the patrol rest")
        self._rest.clicked.connect(self._on_rest)
        self._stop = _tool("patrol.stop")
        icons.bind(self._stop, self._stop.setIcon, "stop", 14)
        bind(self._stop, self._stop.setToolTip, "End the patrol (Esc)")
        bind(self._stop, self._stop.setAccessibleName, "End the patrol")
        self._stop.clicked.connect(lambda: self.stop())
        strip = QHBoxLayout()
        strip.setSpacing(4)
        strip.addWidget(self._line, 1)
        strip.addWidget(self._rest)
        strip.addWidget(self._stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(strip)
        refresh(self, self._show)

    def use(self, session: Session | None, channel_id: ChannelId | None) -> None:
        """Show another channel's tour."""
        patrols = None if session is None else session.patrols
        if (patrols, channel_id) == (self._patrols, self._channel):
            return
        self._unsubscribe()
        self._unsubscribe = _nothing
        self.tasks.cancel()
        self._patrols, self._channel = patrols, channel_id
        self._tour = Tour()
        if patrols is not None and channel_id is not None:
            self._unsubscribe = patrols.subscribe(self._on_progress)
            self.tasks.start(self._recall(patrols, channel_id), name="patrol plan")
        self._show()

    def stop(self) -> bool:
        """End the tour of the channel that is shown; False where there is none."""
        if self._patrols is None or self._channel is None:
            return False
        return self._patrols.stop(self._channel)

    def plan(self) -> None:
        """Open the plan of the tour."""
        if self._patrols is None or self._channel is None:
            return
        if self._planning is None or self._planning.done():
            self._planning = self.tasks.start(
                self._plan(self._patrols, self._channel), name="plan patrol"
            )

    def visits(self, preset: int) -> bool:
        """Whether the tour goes to a preset."""
        return any(stop.preset == preset for stop in self._tour.stops)

    @property
    def progress(self) -> Progress | None:
        """Where the tour of the channel that is shown is."""
        if self._patrols is None or self._channel is None:
            return None
        return self._patrols.progress(self._channel)

    async def _recall(self, patrols: Patrols, channel: ChannelId) -> None:
        tour = await patrols.tour(channel)
        if channel == self._channel:
            self._tour = tour

    async def _plan(self, patrols: Patrols, channel: ChannelId) -> None:
        tour = await patrols.tour(channel)
        dialog = PatrolDialog(self.window(), tour, self.presets())
        code = await opened(dialog)
        if code != QDialog.DialogCode.Accepted or channel != self._channel:
            return
        self._tour = dialog.tour
        await patrols.keep(channel, dialog.tour)
        if dialog.begins:
            self._begin(patrols, channel)

    def _begin(self, patrols: Patrols, channel: ChannelId) -> None:
        stored = self.presets()
        missing = [stop.preset for stop in self._tour.stops if stop.preset not in stored]
        if missing:
            said = tr("△ Nothing is stored in preset {number}, which the patrol goes to")
            self.told.emit(said.format(number=missing[0]), True, "")
            self.plan()
            return
        patrols.start(channel, self._tour)

    def _on_start(self) -> None:
        if self.stop() or self._patrols is None or self._channel is None:
            return
        if any(flaw.forbids for flaw in flaws(self._tour)):
            self.plan()
        else:
            self._begin(self._patrols, self._channel)
        # the click has toggled the button, which shows what runs and nothing else
        self._show()

    def _on_rest(self) -> None:
        progress = self.progress
        if progress is None or self._patrols is None or self._channel is None:
            return
        if progress.phase == "paused":
            self._patrols.resume(self._channel)
        else:
            self._patrols.pause(self._channel)

    def _on_progress(self, progress: Progress) -> None:
        if progress.channel_id != self._channel:
            return
        self._show()
        if progress.phase == "dwelling" and progress.error is None:
            return  # the line with the time that is left says it already
        footnote = ""
        if progress.error is not None:
            footnote = self._context.explain(progress.error).footnote
        failed = progress.error is not None
        self.told.emit(progress_words(progress, self._context.explain), failed, footnote)

    def _show(self) -> None:
        progress = self.progress
        runs = progress is not None
        self.setVisible(runs)
        if runs != self._tick.isActive():
            if runs:
                self._tick.start()
            else:
                self._tick.stop()
        words = tr("End the patrol (Esc)") if runs else ""
        self._start.setChecked(runs)
        if progress is None:
            return
        self._line.setText(progress_words(progress, self._context.explain))
        self._line.setToolTip(words)
        rests = progress.phase == "paused"
        self._rest.setIcon(icons.icon("play" if rests else "pause", 14))
        said = tr("Go on with the patrol") if rests else tr("Let the patrol rest")
        self._rest.setToolTip(said)
        self._rest.setAccessibleName(said)


def _tool(name: str) -> QToolButton:
    tool = QToolButton()
    tool.setObjectName(name)
    tool.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    return tool


def _nothing() -> None:
    pass
