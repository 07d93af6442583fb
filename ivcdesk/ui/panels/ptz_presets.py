"""The preset positions of one camera: call them, set them, delete them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Protocol

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.api.actions import ChannelId, Preset
from ivcdesk.api.errors import IvcError
from ivcdesk.ui import icons
from ivcdesk.ui.context import Context
from ivcdesk.ui.dialogs.confirm import confirm
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import GRID
from ivcdesk.ui.widgets.preset_card import PresetCard

COUNT = 10
"""Presets that the cloud can address."""


class PresetCalls(Protocol):
    """What the shelf asks of the PTZ service. Each call raises IvcError."""

    async def presets(self, channel_id: ChannelId) -> tuple[Preset, ...]:
        """Return what the device holds."""

    async def goto(self, channel_id: ChannelId, index: int) -> object:
        """Send the camera to a preset."""

    async def set_preset(self, channel_id: ChannelId, index: int) -> object:
        """Store where the camera looks now."""

    async def delete_preset(self, channel_id: ChannelId, index: int) -> object:
        """Forget a preset."""


class PresetShelf(QWidget):
    """Ten cards and what happens when they are used.

    Signals: ``told(text, failed, footnote)`` says in words what was done or why it failed, and
    what to quote then (code and request id).
    """

    told = Signal(str, bool, str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._calls: PresetCalls | None = None
        self._channel: ChannelId | None = None
        self._remembered: dict[ChannelId, dict[int, str]] = {}
        self._problem: IvcError | None = None
        self._known = False
        self._current = 0
        self.tasks = TaskScope(self)
        self._loading: asyncio.Task[Any] | None = None
        self._going: asyncio.Task[Any] | None = None

        title = QLabel()
        title.setProperty("role", "section")
        bind(title, title.setText, "PRESETS")
        self._reload = QToolButton()
        self._reload.setObjectName("preset.reload")
        icons.bind(self._reload, self._reload.setIcon, "refresh", 14)
        bind(self._reload, self._reload.setToolTip, "Ask the device for its presets again")
        bind(self._reload, self._reload.setAccessibleName, "Reload presets")
        self._reload.clicked.connect(self.load)
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setFixedHeight(2)
        self._progress.setTextVisible(False)
        bind(self._progress, self._progress.setAccessibleName, "Presets are being loaded")
        keep = self._progress.sizePolicy()
        keep.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(keep)
        self._why = QLabel()
        self._why.setObjectName("preset.problem")
        self._why.setProperty("role", "small")
        self._why.setWordWrap(True)
        self._why.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._retry = QPushButton()
        self._retry.setObjectName("preset.retry")
        bind(self._retry, self._retry.setText, "Try again")
        self._retry.clicked.connect(self.load)
        self._cards = [PresetCard(index) for index in range(1, COUNT + 1)]

        head = QHBoxLayout()
        head.addWidget(title, 1)
        head.addWidget(self._reload)
        grid = QGridLayout()
        grid.setSpacing(6)
        for place, card in enumerate(self._cards):
            grid.addWidget(card, place // 2, place % 2)
            card.clicked.connect(partial(self.goto, card.index))
            card.set_wanted.connect(partial(self.store, card.index))
            card.delete_wanted.connect(partial(self.delete, card.index))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addLayout(head)
        layout.addWidget(self._progress)
        layout.addWidget(self._why)
        layout.addWidget(self._retry, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(grid)
        self._progress.hide()
        refresh(self, self._show_problem)

    def use(self, calls: PresetCalls | None, channel_id: ChannelId | None, *, ready: bool) -> None:
        """Show another channel's presets; they are asked for only where it is ``ready``."""
        if (calls, channel_id) == (self._calls, self._channel):
            if ready and calls is not None and not self._known and not self._is_loading:
                self.load()
            return
        self.tasks.cancel()
        self._calls, self._channel = calls, channel_id
        self._current = 0
        self._known = False
        self._problem = None
        self._show()
        if ready and calls is not None and channel_id is not None:
            self.load()

    def load(self) -> None:
        """Ask the device for its presets."""
        if self._calls is None or self._channel is None:
            return
        if self._loading is not None:
            self._loading.cancel()
        self._loading = self.tasks.start(
            self._load(self._calls, self._channel), name="load presets"
        )

    def goto(self, index: int) -> None:
        """Send the camera to a preset, or say that there is none."""
        card = self._cards[index - 1]
        if self._calls is None or self._channel is None or not self.isEnabled():
            return
        if card.empty:
            said = tr("Nothing is stored in preset {number} yet", number=card.index)
            self.told.emit(said, False, "")
            return
        if self._going is not None:
            self._going.cancel()
        call = partial(self._calls.goto, self._channel, index)
        doing = tr("Going to {preset}", preset=card.title)
        self._going = self.tasks.start(self._go(card, call, doing), name="goto preset")

    def store(self, index: int) -> None:
        """Store the current view in a preset; asks first where something is stored already."""
        if self._calls is not None and self._channel is not None and self.isEnabled():
            work = self._store(self._calls, self._channel, self._cards[index - 1])
            self.tasks.start(work, name="set preset")

    def delete(self, index: int) -> None:
        """Make the device forget a preset; asks first."""
        if self._calls is not None and self._channel is not None and self.isEnabled():
            work = self._delete(self._calls, self._channel, self._cards[index - 1])
            self.tasks.start(work, name="delete preset")

    def forget_current(self) -> None:
        """The camera was turned: it is at no preset any more."""
        self._show_current(0)

    @property
    def _is_loading(self) -> bool:
        return self._loading is not None and not self._loading.done()

    async def _load(self, calls: PresetCalls, channel: ChannelId) -> None:
        self._progress.show()
        self._problem = None
        self._show_problem()
        try:
            found = await calls.presets(channel)
        except IvcError as error:
            self._problem = error
            self._show_problem()
        else:
            self._known = True
            self._remembered[channel] = {preset.index: preset.name for preset in found}
            self._show()
        finally:
            if asyncio.current_task() is self._loading:
                self._progress.hide()

    async def _go(
        self, card: PresetCard, call: Callable[[], Awaitable[object]], doing: str
    ) -> None:
        if await self._do(card, call, doing):
            self._show_current(card.index)

    async def _store(self, calls: PresetCalls, channel: ChannelId, card: PresetCard) -> None:
        if not card.empty and not await confirm(
            self.window(),
            tr("Overwrite {preset}?", preset=card.title),
            tr("The position stored there is lost; the camera will keep the current view instead."),
            tr("Overwrite"),
        ):
            return
        if channel != self._channel:
            return
        doing = tr("Storing the view in {preset}", preset=card.title)
        if await self._do(card, partial(calls.set_preset, channel, card.index), doing):
            self._show_current(card.index)
            self.load()

    async def _delete(self, calls: PresetCalls, channel: ChannelId, card: PresetCard) -> None:
        if not await confirm(
            self.window(),
            tr("Delete {preset}?", preset=card.title),
            tr("The camera forgets this position for everybody. It can't be brought back."),
            tr("Delete"),
        ):
            return
        if channel != self._channel:
            return
        doing = tr("Deleting {preset}", preset=card.title)
        if await self._do(card, partial(calls.delete_preset, channel, card.index), doing):
            self._show_current(0)
            self.load()

    async def _do(
        self, card: PresetCard, call: Callable[[], Awaitable[object]], doing: str
    ) -> bool:
        self.told.emit(tr("{doing} …", doing=doing), False, "")
        card.show_busy(True)
        began = time.monotonic()
        try:
            await call()
        except IvcError as error:
            said = self._context.explain(error)
            self.told.emit(f"✕ {doing} · {said.title}", True, said.footnote)
            return False
        finally:
            card.show_busy(False)
        taken = round((time.monotonic() - began) * 1000)
        self.told.emit(tr("{doing} · answered in {ms} ms", doing=doing, ms=taken), False, "")
        return True

    def _show(self) -> None:
        names = self._remembered.get(self._channel, {}) if self._channel is not None else {}
        for card in self._cards:
            card.show_preset(names.get(card.index), known=self._known)
        self._show_current(self._current)
        self._show_problem()

    def _show_current(self, index: int) -> None:
        self._current = index
        for card in self._cards:
            card.show_current(card.index == index)

    def _show_problem(self) -> None:
        error = self._problem
        self._why.setVisible(error is not None)
        self._retry.setVisible(error is not None)
        if error is None:
            return
        said = self._context.explain(error)
        parts = (tr("△ Presets could not be read"), said.title, said.footnote)
        self._why.setText(" · ".join(part for part in parts if part))
        self._why.setToolTip(said.hint)
