"""The preset positions of one camera: call, set, name, order and delete them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
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
from ivcdesk.ui.dialogs.opening import opened
from ivcdesk.ui.dialogs.preset_name import PresetName
from ivcdesk.ui.panels.ptz_pictures import Eye, decode, encode, settled_picture
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import GRID
from ivcdesk.ui.widgets.preset_card import PresetCard

if TYPE_CHECKING:
    from ivcdesk.services.presets import Album, Presets

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


class Keeper(Protocol):
    """What the shelf asks of a session."""

    @property
    def ptz(self) -> PresetCalls:
        """Presets on the device."""

    @property
    def presets(self) -> Presets:
        """What this computer knows of them."""


class PresetShelf(QWidget):
    """Ten cards and what happens when they are used. ``eye`` is where pictures come from.

    Signals: ``told(text, failed, footnote)`` says in words what was done or why it failed, and
    what to quote then (code and request id).
    """

    told = Signal(str, bool, str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self.eye: Eye = lambda _channel: None
        self.part_of_tour: Callable[[int], bool] = lambda _index: False
        self._keeper: Keeper | None = None
        self._calls: PresetCalls | None = None
        self._channel: ChannelId | None = None
        self._remembered: dict[ChannelId, dict[int, str]] = {}
        self._problem: IvcError | None = None
        self._known = False
        self._current = 0
        self._album: Album | None = None
        self._edition = 0
        self._pictures: dict[int, QPixmap] = {}
        self._order = tuple(range(1, COUNT + 1))
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

        self._head = QHBoxLayout()
        self._head.addWidget(title, 1)
        self._head.addWidget(self._reload)
        self._grid = grid = QGridLayout()
        grid.setSpacing(6)
        for card in self._cards:
            card.clicked.connect(partial(self.goto, card.index))
            card.set_wanted.connect(partial(self.store, card.index))
            card.delete_wanted.connect(partial(self.delete, card.index))
            card.rename_wanted.connect(partial(self.rename, card.index))
            card.move_wanted.connect(partial(self._move_by, card.index))
            card.dragged.connect(partial(self._on_dragged, card.index))
            card.dropped.connect(partial(self._on_dropped, card.index))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(GRID // 2)
        layout.addLayout(self._head)
        layout.addWidget(self._progress)
        layout.addWidget(self._why)
        layout.addWidget(self._retry, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addLayout(grid)
        self._lay_out()
        self._progress.hide()
        refresh(self, self._show_problem)

    def add_tool(self, tool: QWidget) -> None:
        """Put a tool beside the title."""
        self._head.insertWidget(1, tool)

    @property
    def stored(self) -> dict[int, str]:
        """The presets that hold a view, with their names; all ten while that is not known."""
        return {card.index: card.title for card in self._cards if not card.empty}

    def use(self, keeper: Keeper | None, channel_id: ChannelId | None, *, ready: bool) -> None:
        """Show another channel's presets; they are asked for only where it is ``ready``."""
        calls = None if keeper is None else keeper.ptz
        if (calls, channel_id) == (self._calls, self._channel):
            if ready and calls is not None and not self._known and not self._is_loading:
                self.load()
            return
        self.tasks.cancel()
        self._keeper, self._calls, self._channel = keeper, calls, channel_id
        self._current = 0
        self._known = False
        self._problem = None
        self._album = None
        self._pictures = {}
        self._order = tuple(range(1, COUNT + 1))
        self._lay_out()
        self._show()
        if keeper is not None and channel_id is not None:
            self.tasks.start(self._open_album(keeper.presets, channel_id), name="preset album")
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

    def rename(self, index: int) -> None:
        """Ask for the preset's name on this computer."""
        if self._keeper is not None and self._channel is not None and self.isEnabled():
            work = self._rename(self._keeper.presets, self._channel, self._cards[index - 1])
            self.tasks.start(work, name="rename preset")

    def move_card(self, index: int, place: int) -> None:
        """Show a preset at another place (0 to 9), and keep that."""
        rest = [other for other in self._order if other != index]
        rest.insert(min(max(place, 0), len(rest)), index)
        if tuple(rest) == self._order:
            return
        self._order = tuple(rest)
        self._lay_out()
        self._cards[index - 1].setFocus(Qt.FocusReason.OtherFocusReason)
        if self._keeper is not None and self._channel is not None:
            self._edition += 1
            work = self._arrange(self._keeper.presets, self._channel, self._order)
            self.tasks.start(work, name="preset order")
        self.told.emit(
            tr(
                "{preset} is at place {place} now",
                preset=self._cards[index - 1].title,
                place=self._order.index(index) + 1,
            ),
            False,
            "",
        )

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
        since = self.eye(self._channel) if self._channel is not None else None
        if await self._do(card, call, doing):
            self._show_current(card.index)
            if card.index not in self._pictures:
                self._take_picture(card.index, since)

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
            self._take_picture(card.index)
            self.load()

    async def _delete(self, calls: PresetCalls, channel: ChannelId, card: PresetCard) -> None:
        lost = [
            tr("The camera forgets this position for everybody. It can't be brought back."),
        ]
        if card.has_picture or card.own_name:
            lost.append(tr("Its picture and its name on this computer are forgotten too."))
        if self.part_of_tour(card.index):
            lost.append(tr("The patrol of this camera goes there; it will be missing."))
        if not await confirm(
            self.window(), tr("Delete {preset}?", preset=card.title), " ".join(lost), tr("Delete")
        ):
            return
        if channel != self._channel:
            return
        doing = tr("Deleting {preset}", preset=card.title)
        if await self._do(card, partial(calls.delete_preset, channel, card.index), doing):
            self._show_current(0)
            if self._keeper is not None:
                await self._keeper.presets.forget(channel, card.index)
                self._pictures.pop(card.index, None)
                await self._open_album(self._keeper.presets, channel)
            self.load()

    async def _rename(self, presets: Presets, channel: ChannelId, card: PresetCard) -> None:
        dialog = PresetName(self.window(), card.index, card.own_name, card.name or "")
        if await opened(dialog) != QDialog.DialogCode.Accepted or channel != self._channel:
            return
        await presets.rename(channel, card.index, dialog.name)
        await self._open_album(presets, channel)

    async def _arrange(self, presets: Presets, channel: ChannelId, order: tuple[int, ...]) -> None:
        await presets.arrange(channel, order)
        if order == self._order:
            await self._open_album(presets, channel)

    async def _open_album(self, presets: Presets, channel: ChannelId) -> None:
        """Show what this computer knows of the channel's presets."""
        self._edition = edition = self._edition + 1
        album = await presets.album(channel)
        images = await asyncio.to_thread(decode, album.pictures)
        if channel != self._channel or edition != self._edition:
            return  # it was changed meanwhile, and whoever did so opens it anew
        self._album = album
        self._pictures = {number: QPixmap.fromImage(image) for number, image in images.items()}
        if album.order != self._order:
            self._order = album.order
            self._lay_out()
        self._show()

    def _take_picture(self, index: int, since: QImage | None = None) -> None:
        """Take a preset's picture as soon as the camera stands still there."""
        keeper, channel = self._keeper, self._channel
        if keeper is not None and channel is not None:
            self.tasks.start(
                self._picture(keeper.presets, channel, index, since), name="preset picture"
            )

    async def _picture(
        self, presets: Presets, channel: ChannelId, index: int, since: QImage | None
    ) -> None:
        def still_there() -> bool:
            return channel == self._channel and self._current == index

        image = await settled_picture(self.eye, channel, still_there, since)
        if image is None or not still_there():
            return
        jpeg = await asyncio.to_thread(encode, image)
        if jpeg and await presets.keep_picture(channel, index, jpeg):
            await self._open_album(presets, channel)

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
        own = self._album.names if self._album is not None else {}
        for card in self._cards:
            card.show_own(own.get(card.index, ""), self._pictures.get(card.index))
            card.show_preset(names.get(card.index), known=self._known)
        self._show_current(self._current)
        self._show_problem()

    def _lay_out(self) -> None:
        """Put the cards into their places; Tab follows them."""
        before: QWidget | None = None
        for place, number in enumerate(self._order):
            card = self._cards[number - 1]
            self._grid.addWidget(card, place // 2, place % 2)
            if before is not None:
                QWidget.setTabOrder(before, card)
            before = card

    def _move_by(self, index: int, places: int) -> None:
        self.move_card(index, self._order.index(index) + places)

    def _card_at(self, place: QPoint) -> PresetCard | None:
        found = QApplication.widgetAt(place)
        return next((card for card in self._cards if card in (found, _parent(found))), None)

    def _on_dragged(self, index: int, place: QPoint) -> None:
        target = self._card_at(place)
        for card in self._cards:
            card.show_target(card is target and card.index != index)

    def _on_dropped(self, index: int, place: QPoint) -> None:
        for card in self._cards:
            card.show_target(False)
        target = self._card_at(place)
        if target is not None:
            self.move_card(index, self._order.index(target.index))

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


def _parent(widget: QWidget | None) -> QWidget | None:
    return None if widget is None else widget.parentWidget()
