"""Reads gamepads and joysticks through SDL, which is loaded in a thread and asked while one is in.

It knows neither cameras nor widgets; what its readings mean is told in ``domain/gamepad.py``.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import Any, Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from ivcdesk.ui.tasks import TaskScope

POLL_MS = 12
"""How often a device that is plugged in is asked; a press may wait so long."""

SEARCH_MS = 1500
"""How often to look for a device while there is none."""

_AXIS_FULL = 32767.0

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """How a device is held. Axes of -1 to 1: right, down and "in" are positive.

    ``buttons`` are those that are down: gamepads' by SDL's names (``a``, ``leftshoulder``, …),
    joysticks' by their number from 1.
    """

    pan: float = 0.0
    tilt: float = 0.0
    zoom: float = 0.0
    buttons: frozenset[str] = frozenset()


class Gamepad(QObject):
    """The first device that is plugged in.

    Signals: ``plugged(name)``, ``unplugged``, ``read(Reading)`` whenever the reading has changed,
    and ``read`` with an empty one when it is unplugged, before ``unplugged``.
    """

    plugged = Signal(str)
    unplugged = Signal()
    read = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.name = ""
        self.reading = Reading()
        self.tasks = TaskScope(self)
        self._ended = False
        self._sdl: ModuleType | None = None
        self._device: _Device | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.poll)

    @property
    def usable(self) -> bool:
        """Whether SDL is there; it may be missing on rare systems."""
        return self._sdl is not None

    def start(self) -> None:
        """Load SDL in a thread, then look for devices."""
        if not self._ended:
            self.tasks.start(self._start(), name="gamepad")

    def stop(self) -> None:
        """Let go of the device for good and look for none any more."""
        self._ended = True
        self.tasks.cancel()
        self._timer.stop()
        self._lose()
        if self._sdl is not None:
            self._sdl.SDL_QuitSubSystem(self._sdl.SDL_INIT_GAMECONTROLLER)
            self._sdl = None

    def poll(self) -> None:
        """Ask the device how it is held, or look for one."""
        sdl = self._sdl
        if sdl is None:
            return
        sdl.SDL_JoystickUpdate()
        if self._device is not None and not self._device.attached:
            self._lose()
        if self._device is None:
            self._find(sdl)
        if self._device is not None:
            reading = self._device.read()
            if reading != self.reading:
                self.reading = reading
                self.read.emit(reading)

    async def _start(self) -> None:
        try:
            sdl = await asyncio.to_thread(_load)
        except (ImportError, RuntimeError, OSError) as error:
            _log.warning("no gamepads: %s", error)
            return
        # Readings come from the thread that SDL was begun in, which must be the window's.
        if sdl.SDL_Init(sdl.SDL_INIT_GAMECONTROLLER) != 0:
            _log.warning("no gamepads: %s", sdl.SDL_GetError().decode(errors="replace"))
            return
        # The state is asked for; events would pile up that nobody takes.
        sdl.SDL_JoystickEventState(sdl.SDL_IGNORE)
        sdl.SDL_GameControllerEventState(sdl.SDL_IGNORE)
        self._sdl = sdl
        self._timer.start(SEARCH_MS)
        self.poll()

    def _find(self, sdl: ModuleType) -> None:
        for index in range(sdl.SDL_NumJoysticks()):
            device = _open(sdl, index)
            if device is not None:
                self._device = device
                self.name = device.name
                self._timer.start(POLL_MS)
                self.plugged.emit(self.name)
                return

    def _lose(self) -> None:
        device, self._device = self._device, None
        if device is None:
            return
        device.close()
        self.name = ""
        if self._timer.isActive():
            self._timer.start(SEARCH_MS)
        if self.reading != Reading():
            self.reading = Reading()
            self.read.emit(self.reading)
        self.unplugged.emit()


class _Device(Protocol):
    """One opened device."""

    name: str

    @property
    def attached(self) -> bool:
        """Whether it is still plugged in."""

    def read(self) -> Reading:
        """Return how it is held."""

    def close(self) -> None:
        """Give it back."""


class _Controller:
    """A gamepad whose layout SDL knows."""

    def __init__(self, sdl: ModuleType, handle: Any) -> None:
        self._sdl = sdl
        self._handle = handle
        self.name = _text(sdl.SDL_GameControllerName(handle)) or "gamepad"
        self._buttons = {
            number: _text(sdl.SDL_GameControllerGetStringForButton(number))
            for number in range(sdl.SDL_CONTROLLER_BUTTON_MAX)
        }

    @property
    def attached(self) -> bool:
        return bool(self._sdl.SDL_GameControllerGetAttached(self._handle))

    def read(self) -> Reading:
        sdl = self._sdl

        def axis(number: int) -> float:
            return float(sdl.SDL_GameControllerGetAxis(self._handle, number)) / _AXIS_FULL

        pulled = axis(sdl.SDL_CONTROLLER_AXIS_TRIGGERRIGHT)
        pulled -= axis(sdl.SDL_CONTROLLER_AXIS_TRIGGERLEFT)
        pushed = -axis(sdl.SDL_CONTROLLER_AXIS_RIGHTY)
        return Reading(
            axis(sdl.SDL_CONTROLLER_AXIS_LEFTX),
            axis(sdl.SDL_CONTROLLER_AXIS_LEFTY),
            pulled if abs(pulled) > abs(pushed) else pushed,
            frozenset(
                name
                for number, name in self._buttons.items()
                if sdl.SDL_GameControllerGetButton(self._handle, number)
            ),
        )

    def close(self) -> None:
        self._sdl.SDL_GameControllerClose(self._handle)


class _Joystick:
    """Any other stick: two axes turn, the next one zooms, a hat is a cross of buttons."""

    _HAT = ((1, "dpup"), (2, "dpright"), (4, "dpdown"), (8, "dpleft"))

    def __init__(self, sdl: ModuleType, handle: Any) -> None:
        self._sdl = sdl
        self._handle = handle
        self.name = _text(sdl.SDL_JoystickName(handle)) or "joystick"
        self._axes = sdl.SDL_JoystickNumAxes(handle)
        self._hats = sdl.SDL_JoystickNumHats(handle)
        self._count = sdl.SDL_JoystickNumButtons(handle)

    @property
    def attached(self) -> bool:
        return bool(self._sdl.SDL_JoystickGetAttached(self._handle))

    def read(self) -> Reading:
        sdl, handle = self._sdl, self._handle

        def axis(number: int) -> float:
            if number >= self._axes:
                return 0.0
            return float(sdl.SDL_JoystickGetAxis(handle, number)) / _AXIS_FULL

        down = {
            str(number + 1)
            for number in range(self._count)
            if sdl.SDL_JoystickGetButton(handle, number)
        }
        if self._hats:
            hat = sdl.SDL_JoystickGetHat(handle, 0)
            down |= {name for bit, name in self._HAT if hat & bit}
        return Reading(axis(0), axis(1), axis(2), frozenset(down))

    def close(self) -> None:
        self._sdl.SDL_JoystickClose(self._handle)


def _open(sdl: ModuleType, index: int) -> _Device | None:
    if sdl.SDL_IsGameController(index):
        handle = sdl.SDL_GameControllerOpen(index)
        return _Controller(sdl, handle) if handle else None
    if sdl.SDL_JoystickGetDeviceType(index) == sdl.SDL_JOYSTICK_TYPE_THROTTLE:
        return None
    handle = sdl.SDL_JoystickOpen(index)
    if not handle:
        return None
    if sdl.SDL_JoystickNumAxes(handle) < 2:
        sdl.SDL_JoystickClose(handle)
        return None
    return _Joystick(sdl, handle)


def _load() -> ModuleType:
    """Import the binding; the binaries' own package first, or the binding warns that it found it.

    Raises ImportError, RuntimeError or OSError where SDL is not there.
    """
    import_module("sdl2dll")  # sets the path that the binding looks at
    sdl2 = import_module("sdl2")
    for hint, value in (
        (sdl2.SDL_HINT_NO_SIGNAL_HANDLERS, b"1"),
        # the window is Qt's: SDL never sees that it has the focus
        (sdl2.SDL_HINT_JOYSTICK_ALLOW_BACKGROUND_EVENTS, b"1"),
        # the system's own drivers do, and opening devices raw takes long
        (sdl2.SDL_HINT_JOYSTICK_HIDAPI, b"0"),
    ):
        sdl2.SDL_SetHint(hint, value)
    return sdl2


def _text(value: bytes | None) -> str:
    return value.decode("utf-8", "replace") if value else ""
