"""Brings a place of the grid, the tile and what is shown in it, together."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from ivcdesk.api.actions import ChannelId
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.channel_words import channel_name
from ivcdesk.ui.panels.live_slot import LiveSlot, Quality
from ivcdesk.ui.panels.live_words import next_try, trouble_words
from ivcdesk.ui.text import refresh, tr
from ivcdesk.ui.widgets.ptz_pad import steering
from ivcdesk.ui.widgets.video_tile import VideoTile

DEAD_ZONE = 18
"""A drag on the picture shorter than this steers nothing, px."""

_TOLD_SECONDS = 4.0
_STEPS: dict[int, tuple[int, int]] = {
    Qt.Key.Key_Left: (-1, 0),
    Qt.Key.Key_Right: (1, 0),
    Qt.Key.Key_Up: (0, -1),
    Qt.Key.Key_Down: (0, 1),
}
_CONTROL = Qt.KeyboardModifier.ControlModifier
_CONTROL_SHIFT = _CONTROL | Qt.KeyboardModifier.ShiftModifier


class LiveView(QObject):
    """One tile and the slot that it shows; slots may be exchanged.

    Signals: ``focused`` when the user turns to the tile; ``changed`` when its slot has changed;
    ``maximise_wanted`` and ``close_wanted`` by double click, Enter and Delete;
    ``step_wanted(dx, dy)`` by Ctrl and the arrows (without Ctrl while nothing is shown), and
    ``move_wanted(dx, dy)`` with Shift as well; ``facts_toggled`` by I; ``escaped`` by Esc;
    ``touched`` when the user does anything with the picture;
    ``diagnosis_wanted`` where the user asks why there is no picture;
    ``menu_wanted(place)``, in px of the screen, where the user asks what can be done;
    ``steer_pressed(command, speed)``, ``steer_released(command)`` and ``steer_eased(speed)`` while
    the picture is dragged: direction by angle, speed (1 to 8) by distance.
    """

    focused = Signal()
    changed = Signal()
    maximise_wanted = Signal()
    close_wanted = Signal()
    step_wanted = Signal(int, int)
    move_wanted = Signal(int, int)
    facts_toggled = Signal()
    escaped = Signal()
    touched = Signal()
    diagnosis_wanted = Signal()
    menu_wanted = Signal(QPoint)
    steer_pressed = Signal(str, int)
    steer_released = Signal(str)
    steer_eased = Signal(int)

    def __init__(
        self, context: Context, slot: LiveSlot, index: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self.index = index
        self.chosen_quality: Quality = "sub"
        self.name_of: Callable[[LiveSlot], str] = _name_of
        self.rested_minutes = 0
        self.slot = slot
        self._command, self._speed = "", 0
        self.tile = tile = VideoTile(explain=context.explain)
        tile.setObjectName(f"live.tile.{index + 1}")
        tile.installEventFilter(self)
        tile.clicked.connect(self._on_clicked)
        tile.magnified.connect(self._on_magnified)
        tile.double_clicked.connect(self.maximise_wanted)
        tile.retry_requested.connect(self._on_retry)
        tile.reason_requested.connect(self._on_reason)
        tile.steer_started.connect(self.focused)
        tile.steered.connect(self._on_steered)
        tile.steer_ended.connect(self._end_steering)
        slot.changed.connect(self._on_slot_changed)
        tile.set_player(slot.player, follow=False)
        refresh(tile, self._show)

    def show_slot(self, slot: LiveSlot | None) -> None:
        """Show another slot; None lets go of the present one, so that another tile can take it."""
        if slot is None:
            self._end_steering()
            self.slot.changed.disconnect(self._on_slot_changed)
            self.tile.set_player(None)
            return
        self.slot = slot
        slot.changed.connect(self._on_slot_changed)
        self.tile.set_player(slot.player, follow=False)
        self._show()

    def show_channel(self, channel: ChannelId) -> None:
        """Show a channel here."""
        self.resume()
        self.slot.show(channel)

    def clear(self) -> None:
        """Show nothing here, which ends the pull."""
        self.rested_minutes = 0
        self.slot.clear()

    def rest(self, minutes: int) -> None:
        """Close the picture because nobody was there for so long; its channel is remembered."""
        if self.slot.channel is not None and not self.rested_minutes:
            self.rested_minutes = minutes
            self.slot.sleep()
            self._show()
            self.changed.emit()

    def resume(self) -> None:
        """Go on with a picture that was closed because nobody was there."""
        if self.rested_minutes:
            self.rested_minutes = 0
            if self.tile.isVisible():
                self.slot.wake()
            self._show()
            self.changed.emit()

    def show_focus(self, focused: bool) -> None:
        """Draw the frame of the tile that commands go to."""
        self.tile.set_chosen(focused)

    def tell(self, text: str) -> None:
        """Say something at the bottom of the picture, for a while."""
        self.tile.say(text, _TOLD_SECONDS)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Notice the focus, and the keys that are meant for the place itself."""
        if event.type() == QEvent.Type.FocusIn:
            self.focused.emit()
        elif event.type() == QEvent.Type.ContextMenu and isinstance(event, QContextMenuEvent):
            self.menu_wanted.emit(event.globalPos())
            return True
        elif event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return not event.isAutoRepeat() and self._on_key(event)
        return False

    def _on_key(self, event: QKeyEvent) -> bool:
        """Do what a key means for the place, and tell whether it meant anything."""
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        step = _STEPS.get(event.key())
        if step is not None and modifiers == _CONTROL_SHIFT:
            self.move_wanted.emit(*step)
            return True
        if step is not None and (
            modifiers == _CONTROL
            or (modifiers == Qt.KeyboardModifier.NoModifier and self.slot.channel is None)
        ):
            self.step_wanted.emit(*step)
            return True
        if modifiers != Qt.KeyboardModifier.NoModifier:
            return False
        match event.key():
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if self.rested_minutes:
                self.resume()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.maximise_wanted.emit()
            case Qt.Key.Key_Delete | Qt.Key.Key_Backspace:
                self.close_wanted.emit()
            case Qt.Key.Key_I:
                self.facts_toggled.emit()
            case Qt.Key.Key_Escape:
                # Others want it too, such as the full screen.
                self.escaped.emit()
                return False
            case _:
                return False
        return True

    def _show(self) -> None:
        slot, tile = self.slot, self.tile
        directory = slot.directory
        channel = slot.channel
        if channel is None or directory is None:
            tile.set_empty(
                tr("Nothing is shown here yet"),
                tr("Pick a camera on the left, or press Ctrl+F to search"),
            )
            tile.set_channel("", "")
            tile.show_state("empty")
            return
        tile.set_channel(channel, self.name_of(slot))
        known = directory.channel(channel)
        tile.drags_steer = known is not None and known.ptz_type == 1
        if self.rested_minutes:
            tile.show_state(
                "empty",
                tr("Closed: nobody was here for {minutes} min", minutes=self.rested_minutes),
                tr("Click it or press Enter to go on"),
            )
            return
        if slot.trouble is None:
            tile.show_state(slot.kind)
            return
        said = trouble_words(directory, channel, slot.trouble, self._context.explain)
        detail = said.detail
        if slot.refused:
            detail = tr("Fresh addresses are refused as well: this camera may be banned.")
        hint = "\n".join(part for part in (detail, next_try(slot.retry_seconds)) if part)
        action = tr("Try again") if slot.kind == "failed" else ""
        why = tr("Why?") if slot.kind == "failed" else ""
        tile.show_state(slot.kind, said.title, hint, said.footnote, action, why)

    def _on_slot_changed(self) -> None:
        self._show()
        self.changed.emit()

    def _on_clicked(self) -> None:
        self.focused.emit()
        self.touched.emit()
        self.resume()

    def _on_magnified(self, factor: float) -> None:
        # Another channel is seen whole without anybody having asked for it.
        if factor > 1:
            self.touched.emit()

    def _on_retry(self) -> None:
        self.focused.emit()
        self.slot.retry()

    def _on_reason(self) -> None:
        self.focused.emit()
        self.diagnosis_wanted.emit()

    def _on_steered(self, x: float, y: float) -> None:
        full = min(self.tile.width(), self.tile.height()) / 2
        command, speed = steering(x, y, DEAD_ZONE, full)
        if command != self._command:
            self._end_steering()
            self._command, self._speed = command, speed
            if command:
                self.steer_pressed.emit(command, speed)
        elif command and speed != self._speed:
            self._speed = speed
            self.steer_eased.emit(speed)

    def _end_steering(self) -> None:
        command, self._command, self._speed = self._command, "", 0
        if command:
            self.steer_released.emit(command)


def _name_of(slot: LiveSlot) -> str:
    if slot.channel is None or slot.directory is None:
        return ""
    return channel_name(slot.directory, slot.channel)
