"""A gamepad as the hand on the camera: what it holds is let go of whenever it can't be meant."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QApplication

from ivcdesk.domain.gamepad import HOLDS, NOTHING, Lever, Stick, deed_of
from ivcdesk.ui.context import Settings
from ivcdesk.ui.gamepad import Gamepad, Reading
from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.text import tr


class GamepadHand(QObject):
    """Turns readings into holds on the PTZ desk, and buttons into what the settings say.

    It steers only while the window is the active one, nothing is open above it, and the desk is
    shown. A hold that was lost in whatever way comes back only after its stick or button was let
    go of. Signals: ``snapshot_wanted``.
    """

    snapshot_wanted = Signal()

    def __init__(
        self, gamepad: Gamepad, panel: PtzPanel, settings: Settings, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._panel = panel
        self._settings = settings
        self._stick, self._lever = Stick(), Lever()
        self._held: dict[str, str] = {}
        self._spent: set[str] = set()
        self._down: frozenset[str] = frozenset()
        self.learning: Callable[[str], object] | None = None
        gamepad.read.connect(self._on_read)
        gamepad.plugged.connect(self._on_plugged)
        gamepad.unplugged.connect(self._on_unplugged)

    def _on_read(self, reading: Reading) -> None:
        panel = self._panel
        # somebody else let go of it: the stick has to come back first
        for source, command in tuple(self._held.items()):
            if command not in panel.held:
                del self._held[source]
                self._spent.add(source)
        fresh = reading.buttons - self._down
        self._down = reading.buttons
        if self.learning is not None:
            for button in sorted(fresh):
                self.learning(button)
            self._spent |= {f"button {button}" for button in reading.buttons}
            self._hold("stick", "", 0)
            self._hold("lever", "", 0)
            return
        may = self._may_steer()
        self._hold("stick", *self._stick.move(reading.pan, reading.tilt), may=may)
        self._hold("lever", *self._lever.move(reading.zoom), may=may)
        own = self._settings.gamepad_buttons
        for source in {*self._held, *self._spent}:
            button = source.removeprefix("button ")
            if button != source and button not in reading.buttons:
                self._hold(source, "", 0)
        for button in sorted(reading.buttons):
            deed = deed_of(button, own)
            if deed in HOLDS:
                self._hold(f"button {button}", deed, 0, may=may)
            elif button in fresh and may and deed != NOTHING:
                self._do(deed)

    def _hold(self, source: str, command: str, speed: int, *, may: bool = True) -> None:
        """Let one source hold this command, or none."""
        before = self._held.get(source, "")
        if not command:
            self._spent.discard(source)
        elif not may:
            # it began where it could not be meant, and stays so until it is let go of
            self._spent.add(source)
        if not command or not may or source in self._spent:
            if before:
                self._release(source)
            return
        if command == before:
            if speed:
                self._panel.ease(speed)
            return
        if before:
            self._release(source)
        if command in self._panel.held:
            return
        self._panel.press(command, speed)
        if command in self._panel.held:
            self._held[source] = command
        else:
            self._spent.add(source)

    def _release(self, source: str) -> None:
        self._panel.release(self._held.pop(source))

    def _do(self, deed: str) -> None:
        if deed == "stop":
            self._panel.stop_all()
        elif deed == "snapshot":
            self.snapshot_wanted.emit()
        else:
            self._panel.presets.goto(int(deed.partition(".")[2]))

    def _may_steer(self) -> bool:
        return (
            self._panel.isVisible()
            and QApplication.activeWindow() is not None
            and QApplication.activeModalWidget() is None
            and QApplication.activePopupWidget() is None
        )

    def _on_plugged(self, name: str) -> None:
        self._panel.told.emit(tr("Gamepad plugged in: {name}", name=name), False)

    def _on_unplugged(self) -> None:
        held = bool(self._held)
        self._spent.clear()
        for source in tuple(self._held):
            self._release(source)
        if held:
            self._panel.stop()
        self._panel.told.emit(tr("△ The gamepad was unplugged"), False)
