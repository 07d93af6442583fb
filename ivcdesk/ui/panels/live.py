"""Live pictures in a grid: one has the focus, is steered, photographed and handed on."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QGuiApplication, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ivcdesk.api.actions import ChannelId
from ivcdesk.media.live import LivePlayer
from ivcdesk.services.layouts import Layout
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.live_bar import AT_TIMES, OFTEN, LiveBar
from ivcdesk.ui.panels.live_dealing import arrangement_of, captured, deal
from ivcdesk.ui.panels.live_links import StreamLinks
from ivcdesk.ui.panels.live_menu import open_menu
from ivcdesk.ui.panels.live_meter import LiveMeter
from ivcdesk.ui.panels.live_pictures import BURST, LivePictures
from ivcdesk.ui.panels.live_programme import LiveProgramme
from ivcdesk.ui.panels.live_recording import LiveRecording
from ivcdesk.ui.panels.live_slot import LiveSlot, Quality
from ivcdesk.ui.panels.live_sound import LiveSound
from ivcdesk.ui.panels.live_view import LiveView
from ivcdesk.ui.panels.live_windows import LiveWindows
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, mark
from ivcdesk.ui.widgets.stage import Stage
from ivcdesk.ui.widgets.tile_drag import TileDrag
from ivcdesk.ui.widgets.tile_grid import LAYOUTS, TileGrid

if TYPE_CHECKING:  # services bring the HTTP client, which waits for the first paint
    from ivcdesk.services.session import Session


class LivePanel(QWidget):
    """The live page.

    Signals: ``channel_changed(channel_id)`` when another channel has the focus, "" for none;
    ``pulls_changed(streams, kbps)`` once a second while anything is pulled, and once after.
    """

    channel_changed = Signal(str)
    pulls_changed = Signal(int, float)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("page.live")
        self._context = context
        self._session: Session | None = None
        self._ptz: PtzPanel | None = None
        self._views: list[LiveView] = []
        self._focus = 0
        self._told_channel = ""
        self._names: dict[str, str] = {}
        self._window: QWidget | None = None
        self.tasks = TaskScope(self)
        self.links = StreamLinks(context, self._focused_slot, self)
        self.links.told.connect(self._tell)
        self.windows = LiveWindows(context, self._focused_slot, self)
        self.links.addresses_wanted.connect(self.windows.open_addresses)
        self.links.bans_wanted.connect(self.windows.open_bans)
        self.bar = LiveBar(self.links)
        self.pictures = LivePictures(self._name_of, self)
        self.pictures.told.connect(self._tell)
        self.programme = LiveProgramme(
            context,
            self.bar,
            self.capture,
            self.show_layout,
            lambda: self.grid.places,
            lambda: self._views,
            self,
        )
        self.programme.told.connect(self._tell)
        self.facts = self.bar.add_entry(
            "live.facts", mark("Codec, rates and delay on the pictures"), "I"
        )
        self.facts.setCheckable(True)
        self.facts.setChecked(context.settings.live_facts)
        self.facts.toggled.connect(self._on_facts_toggled)
        self.sound = LiveSound(context.settings, self)
        self.sound.told.connect(self._tell)
        self.recording = LiveRecording(lambda: self._views, self._focused_slot, self._name_of, self)
        self.recording.told.connect(self._on_recording_told)
        # Who records has gone away on purpose.
        self.programme.spares = lambda view: self.recording.records(view.slot)
        self.bar.row.add_left(self.sound.button, OFTEN)
        self.bar.row.add_left(self.sound.slider, AT_TIMES)
        self.bar.row.add_right(self.recording.button, OFTEN, before=self.links.button)
        self.grid = TileGrid()
        self.grid.setObjectName("live.grid")
        bind(self.grid, self.grid.setAccessibleName, "Live pictures")
        self._drag = TileDrag(self.grid, lambda place: self._views[place].slot.channel is not None)
        self._drag.swap_wanted.connect(self.swap)
        self._drag.taken.connect(self._on_taken)
        self._drag.channel_dropped.connect(self._on_dropped)
        self._stage: Stage | None = None
        self._home = layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.bar)
        self._canvas = self.programme.canvas(self.grid)
        layout.addWidget(self._canvas, 1)
        self.bar.arrangement_chosen.connect(self._on_arrangement_chosen)
        self.bar.quality_chosen.connect(self._choose_quality)
        self.bar.snapshot.clicked.connect(self._on_snapshot)
        self.bar.full_screen.clicked.connect(self.toggle_full_screen)
        self.grid.arranged.connect(self._on_arranged)
        self._meter = LiveMeter(lambda: (view.slot for view in self._views), self)
        self._meter.measured.connect(self.pulls_changed)
        for place in (self.bar, self._canvas):
            # The grid leaves the page for the full screen: its keys go with it.
            for key, act in (
                ("M", self.sound.toggle),
                ("PgUp", partial(self.sound.louder, 10)),
                ("PgDown", partial(self.sound.louder, -10)),
                ("Ctrl+R", self.recording.toggle),
                ("Ctrl+L", self.programme.layouts.open),
                ("Ctrl+T", self.programme.tour.toggle_or_open),
            ):
                shortcut = QShortcut(QKeySequence(key), place)
                shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
                shortcut.activated.connect(act)
        self._furnish()

    @property
    def current_channel(self) -> ChannelId | None:
        """The channel that has the focus, or None."""
        return self._view.slot.channel

    @property
    def views(self) -> Sequence[LiveView]:
        """The places of the grid that were ever used, the first one first."""
        return tuple(self._views)

    def attach(self, session: Session) -> None:
        """Show channels of this account from now on."""
        self.detach()
        self._session = session
        self.windows.attach(session)
        for view in self._views:
            view.slot.attach(session)
        self.links.look_for_players()
        self.programme.attach(session)

    def detach(self) -> None:
        """Show nothing, and forget the session."""
        self.windows.detach()
        self.recording.end_all()
        self.programme.detach()
        for view in self._views:
            view.clear()
            view.slot.detach()
        self._session = None
        self._refresh()

    async def close(self) -> None:  # type: ignore[override]  # Qt's own closes windows only
        """Stop all streams, and wait until nothing is under way."""
        self._meter.end()
        self._leave_stage()
        self.sound.close()
        await self.recording.close()
        await self.programme.close()
        await self.pictures.tasks.finish()
        await self.tasks.finish()
        await self.links.tasks.finish()
        await self.windows.close()
        await asyncio.gather(*(view.slot.close() for view in self._views))
        self._session = None
        self._refresh()

    def join(self, ptz: PtzPanel) -> None:
        """Let the dock steer what has the focus here, and the picture steer through the dock."""
        self._ptz = ptz
        self.channel_changed.connect(ptz.set_channel)
        ptz.told.connect(self._on_ptz_told)
        ptz.set_channel(self._told_channel)

    def show_channel(self, channel_id: str) -> None:
        """Show a channel in the place that fits best, and give it the focus."""
        wanted = ChannelId(channel_id)
        self.programme.touch()
        index = self._place_for(wanted)
        view = self._views[index]
        view.show_channel(wanted)
        self._set_focus(index)
        view.tile.setFocus(Qt.FocusReason.OtherFocusReason)

    def arrange(self, name: str) -> None:
        """Use another arrangement; what no longer has a place stops pulling, and is remembered."""
        self.grid.arrange(name)

    def do(self, deed: str) -> None:
        """Do something by its name, as the palette does. Raises KeyError for a name not known."""
        if deed == "facts":
            self.facts.toggle()
        elif deed == "burst":
            self.take_snapshot(BURST)
        else:
            self.programme.do(deed)

    def pullers(self) -> list[LivePlayer]:
        """Return everything that may be pulling a stream."""
        return [view.slot.player for view in self._views]

    def open_outside(self, player: str) -> None:
        """Hand the stream in focus to a player of this name; "" for the one in the settings."""
        self.links.open_outside(player)

    def copy_address(self) -> None:
        """Copy the address of the stream in focus."""
        self.links.copy("flv")

    def take_snapshot(self, pictures: int = 1) -> None:
        """Write the picture in focus to the pictures folder, or several in a row."""
        self.pictures.take(self._view.slot, pictures)

    def capture(self) -> Layout:
        """Return what the grid shows, as a layout without a name."""
        return captured(self._views, self.grid, self._name_of)

    def show_layout(self, layout: Layout) -> None:
        """Show a layout; what is shown already moves to its place without being asked for anew."""
        self._furnish(len(LAYOUTS[arrangement_of(layout, self.grid)][1]))
        deal(layout, self._views, self.grid, self.swap, self._names)
        self._refresh()

    def step_from(self, index: int, dx: int, dy: int) -> None:
        """Turn to the place beside one."""
        if self.grid.alone is None:
            beside = self._views[self.grid.neighbour(index, dx, dy)]
            beside.tile.setFocus(Qt.FocusReason.OtherFocusReason)

    def move_picture(self, index: int, dx: int, dy: int) -> None:
        """Exchange a place with the one beside it, and stay with the picture."""
        other = self.grid.neighbour(index, dx, dy)
        if self.grid.alone is None and other != index:
            self.swap(index, other)
            self._views[other].tile.setFocus(Qt.FocusReason.OtherFocusReason)

    def toggle_full_screen(self) -> None:
        """Show the pictures alone on the screen, or no longer; Esc ends it too."""
        if self._stage is not None:
            self._leave_stage()
            return
        self._stage = Stage(self._canvas, self.window())
        self._stage.left.connect(self._leave_stage)
        self._rouse()
        self._view.tile.setFocus(Qt.FocusReason.OtherFocusReason)

    def swap(self, one: int, other: int) -> None:
        """Let two places show each other's streams, without asking for them anew."""
        first, second = self._views[one], self._views[other]
        slots = first.slot, second.slot
        first.show_slot(None)
        second.show_slot(None)
        second.show_slot(slots[0])
        first.show_slot(slots[1])
        first.chosen_quality, second.chosen_quality = second.chosen_quality, first.chosen_quality
        first.rested_minutes, second.rested_minutes = second.rested_minutes, first.rested_minutes
        if self._focus in (one, other):
            self._set_focus(other if self._focus == one else one)
        self._refresh()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop pulling: pulls are billed, and nobody looks."""
        super().hideEvent(event)
        if not self.window().isMinimized():
            self._leave_stage()
        self._rouse()

    def showEvent(self, event: QShowEvent) -> None:
        """Go on with what was shown."""
        super().showEvent(event)
        if self._window is not self.window():
            self._window = self.window()
            self._window.installEventFilter(self)
        self._rouse()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice that the window is minimised or comes back."""
        if event.type() == QEvent.Type.WindowStateChange and watched is self._window:
            self._rouse()
        return False

    def _leave_stage(self) -> None:
        stage, self._stage = self._stage, None
        if stage is not None:
            self._home.addWidget(self._canvas, 1)
            stage.hide()
            stage.deleteLater()
            self._rouse()
            self._view.tile.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def _view(self) -> LiveView:
        return self._views[self._focus]

    @property
    def has_picture(self) -> bool:
        """Whether what has the focus shows a picture."""
        view = self._view
        return view.slot.kind in ("playing", "stalled") and not view.rested_minutes

    def _focused_slot(self) -> LiveSlot:
        return self._view.slot

    def _furnish(self, count: int = 0) -> None:
        """Make the places that the arrangement needs, or so many."""
        while len(self._views) < max(count, self.grid.places):
            index = len(self._views)
            slot = LiveSlot(parent=self)
            if self._session is not None:
                slot.attach(self._session)
            view = LiveView(self._context, slot, index, self)
            view.name_of = self._name_of
            view.tile.set_facts_shown(self.facts.isChecked())
            view.step_wanted.connect(partial(self.step_from, index))
            view.move_wanted.connect(partial(self.move_picture, index))
            view.facts_toggled.connect(self.facts.toggle)
            self.programme.look_after(view)
            view.focused.connect(partial(self._set_focus, index))
            view.changed.connect(self._refresh)
            view.maximise_wanted.connect(partial(self.toggle_alone, index))
            view.close_wanted.connect(view.clear)
            view.diagnosis_wanted.connect(self.windows.open_diagnosis)
            view.menu_wanted.connect(partial(self._show_menu, index))
            view.steer_pressed.connect(self._on_steer_pressed)
            view.steer_released.connect(self._on_steer_released)
            view.steer_eased.connect(self._on_steer_eased)
            self._drag.watch(view.tile, index)
            self._views.append(view)
        self.grid.set_tiles([view.tile for view in self._views])

    def _place_for(self, channel: ChannelId) -> int:
        shown = range(self.grid.places)
        for index in shown:
            if self._views[index].slot.channel == channel:
                return index
        if self._view.slot.channel is None or self.grid.alone is not None:
            return self._focus
        empty = (index for index in shown if self._views[index].slot.channel is None)
        return next(empty, self._focus)

    def _set_focus(self, index: int) -> None:
        if not 0 <= index < self.grid.places:
            return
        if index != self._focus and self._ptz is not None:
            self._ptz.stop()
        self._focus = index
        self._refresh()

    def toggle_alone(self, index: int) -> None:
        """Fill the grid with one picture, or show all again."""
        if self.grid.places > 1:
            self._set_focus(index)
            self.grid.show_alone(None if self.grid.alone is not None else index)

    def _on_arranged(self) -> None:
        self._furnish()
        if self._focus >= self.grid.places:
            self._focus = 0
        for index, view in enumerate(self._views):
            alone = self.grid.alone == index
            view.slot.set_quality("main" if alone else view.chosen_quality)
        self._rouse()
        self._refresh()

    def _rouse(self) -> None:
        """Let those places pull that somebody can see."""
        seen = self._stage or self.window()
        looked_at = self.isVisible() and not seen.isMinimized()
        for view in self._views:
            if looked_at and not view.tile.isHidden() and not view.rested_minutes:
                view.slot.wake()
            else:
                view.slot.sleep()
        if self._ptz is not None and not looked_at:
            self._ptz.stop()
        self.programme.set_watched(looked_at, seen)
        self._meter.begin()

    def _refresh(self) -> None:
        """Show which place has the focus, and tell of another channel there."""
        several = self.grid.places > 1
        for index, view in enumerate(self._views):
            view.show_focus(several and index == self._focus)
        self.sound.listen_to(self._view.slot.player if self._view.slot.pulls else None)
        self.recording.show_state()
        slot = self._view.slot
        self.bar.show_state(
            arrangement=self.grid.arrangement,
            quality=slot.quality,
            channel=slot.channel is not None,
            picture=self.has_picture,
        )
        self._meter.begin()
        channel = slot.channel or ""
        if channel != self._told_channel:
            self._told_channel = channel
            self.channel_changed.emit(channel)
        if self._ptz is not None:
            self._ptz.set_refused(slot.refused)

    def _choose_quality(self, quality: Quality) -> None:
        self._view.chosen_quality = quality
        self._view.slot.set_quality(quality)
        self._refresh()

    def _tell(self, text: str, failed: bool) -> None:
        self._view.tell(text)

    def _name_of(self, slot: LiveSlot) -> str:
        directory, channel = slot.directory, slot.channel
        if directory is None or channel is None:
            return ""
        if directory.channel(channel) is None and channel in self._names:
            return self._names[channel]
        return channel_name(directory, channel)

    def _on_recording_told(self, slot: LiveSlot | None, text: str, failed: bool) -> None:
        view = next((view for view in self._views if view.slot is slot), self._view)
        view.tell(text)

    def _show_menu(self, index: int, where: QPoint) -> None:
        """Offer what can be done with one picture."""
        self._set_focus(index)
        view = self._views[index]
        if view.slot.channel is None:
            return
        open_menu(self, index, where)

    def _on_snapshot(self) -> None:
        several = QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier
        self.take_snapshot(BURST if several else 1)

    def _on_arrangement_chosen(self, name: str) -> None:
        self.arrange(name)
        self.programme.tour.deal_again()

    def _on_facts_toggled(self, shown: bool) -> None:
        self._context.settings.live_facts = shown
        self._context.settings.save()
        for view in self._views:
            view.tile.set_facts_shown(shown)

    def _on_taken(self, index: int) -> None:
        self._views[index].tile.setFocus(Qt.FocusReason.MouseFocusReason)
        self._set_focus(index)

    def _on_dropped(self, index: int, channel_id: str) -> None:
        self.programme.touch()
        self._views[index].show_channel(ChannelId(channel_id))
        self._on_taken(index)

    def _on_ptz_told(self, text: str, failed: bool) -> None:
        if self._ptz is not None and self._ptz.channel == self.current_channel:
            self.programme.touch()
            self._tell(text, failed)

    def _on_steer_pressed(self, command: str, speed: int) -> None:
        if self._ptz is not None:
            self._ptz.press(command, speed)

    def _on_steer_released(self, command: str) -> None:
        if self._ptz is not None:
            self._ptz.release(command)

    def _on_steer_eased(self, speed: int) -> None:
        if self._ptz is not None:
            self._ptz.ease(speed)
