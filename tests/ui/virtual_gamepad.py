"""A gamepad that SDL takes for a real one: what it is told arrives as a device's own state."""

from __future__ import annotations

import warnings
from types import ModuleType

from ivcdesk.ui.gamepad import _load


def load_sdl() -> ModuleType:
    """Import the binding as the program does."""
    with warnings.catch_warnings():
        return _load()


class VirtualGamepad:
    """Plugged in when made; ``kind`` is SDL's type of joystick."""

    def __init__(self, sdl: ModuleType, *, joystick: bool = False) -> None:
        self.sdl = sdl
        if joystick:
            kind, axes, buttons, hats = sdl.SDL_JOYSTICK_TYPE_FLIGHT_STICK, 3, 8, 1
        else:
            kind, axes, buttons, hats = sdl.SDL_JOYSTICK_TYPE_GAMECONTROLLER, 6, 15, 0
        index = sdl.SDL_JoystickAttachVirtual(kind, axes, buttons, hats)
        assert index >= 0, sdl.SDL_GetError()
        self._handle = sdl.SDL_JoystickOpen(index)
        self._instance = sdl.SDL_JoystickInstanceID(self._handle)
        if not joystick:
            # triggers rest at one end
            self.axis(4, -1.0)
            self.axis(5, -1.0)

    def axis(self, number: int, value: float) -> None:
        """Tilt an axis, -1 to 1."""
        self.sdl.SDL_JoystickSetVirtualAxis(self._handle, number, round(value * 32767))

    def button(self, number: int, down: bool) -> None:
        """Press or let go of a button."""
        self.sdl.SDL_JoystickSetVirtualButton(self._handle, number, int(down))

    def hat(self, value: int) -> None:
        """Tilt the cross."""
        self.sdl.SDL_JoystickSetVirtualHat(self._handle, 0, value)

    def unplug(self) -> None:
        """Pull the plug."""
        if self._handle is None:
            return
        for index in range(self.sdl.SDL_NumJoysticks()):
            if self.sdl.SDL_JoystickGetDeviceInstanceID(index) == self._instance:
                self.sdl.SDL_JoystickClose(self._handle)
                self._handle = None
                self.sdl.SDL_JoystickDetachVirtual(index)
                return
