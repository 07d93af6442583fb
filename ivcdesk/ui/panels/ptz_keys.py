"""The keyboard as a control desk, wherever the live picture or the control dock has the focus."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)
from shiboken6 import isValid

from ivcdesk.ui.panels.ptz import PtzPanel
from ivcdesk.ui.widgets.steerable import Steerable
from ivcdesk.ui.widgets.tile_grid import TileGrid

_Key = Qt.Key
_Press = tuple[str, int]

HELD: dict[Qt.Key, str] = {
    _Key.Key_Up: "up",
    _Key.Key_Down: "down",
    _Key.Key_Left: "left",
    _Key.Key_Right: "right",
    _Key.Key_Plus: "zoomin",
    _Key.Key_Equal: "zoomin",
    _Key.Key_Minus: "zoomout",
    _Key.Key_Underscore: "zoomout",
    _Key.Key_F: "focusfar",
    _Key.Key_N: "focusnear",
    _Key.Key_O: "irisin",
    _Key.Key_C: "irisout",
}
"""Keys that steer for as long as they are down."""

DIGITS: dict[Qt.Key, int] = {Qt.Key(_Key.Key_0.value + digit): digit or 10 for digit in range(10)}
"""Keys that call a preset."""

_TYPING = (
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QMenu,
    QPlainTextEdit,
    QTextEdit,
)
_KEY_EVENTS = frozenset(
    {QEvent.Type.KeyPress, QEvent.Type.KeyRelease, QEvent.Type.ShortcutOverride}
)
_ARROWS = frozenset({_Key.Key_Up, _Key.Key_Down, _Key.Key_Left, _Key.Key_Right})
_TYPED_WITH_SHIFT = frozenset({_Key.Key_Plus, _Key.Key_Underscore})
_SHIFT = Qt.KeyboardModifier.ShiftModifier
_IDLE_MODIFIERS = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
_LOSSES = frozenset(
    {
        QEvent.Type.FocusOut,
        QEvent.Type.Hide,
        QEvent.Type.WindowDeactivate,
        QEvent.Type.WindowBlocked,
    }
)


class PtzKeys(QObject):
    """Watches the widget that has the focus while it lies in ``workspace`` or in ``panel``.

    The window makes one and keeps it; that is all there is to install. Arrows turn (two of them
    together diagonally), + and - zoom, F and N focus, O and C work the iris, Shift is fast, the
    digits call presets, Esc stops everything, a patrol too. Ctrl and a digit store a preset while
    the picture or the dock has the focus and the camera can be steered; elsewhere they change the
    page, as Alt and a digit do everywhere. Repetitions are ignored. Losing the focus, the window
    or the application lets go.
    """

    def __init__(self, window: QWidget, workspace: QWidget, panel: PtzPanel) -> None:
        super().__init__(window)
        self._window = window
        self._workspace = workspace
        self._panel = panel
        self._down: dict[_Press, str] = {}
        self._shift_down = False
        # the grid may leave the workspace, to fill the screen
        self._homes = [workspace, panel, *workspace.findChildren(TileGrid)]
        self._kept = [window, workspace]
        self._watched: QWidget | None = None
        window.installEventFilter(self)
        workspace.installEventFilter(self)
        app = QApplication.instance()
        if isinstance(app, QApplication):
            app.focusChanged.connect(self._on_focus_changed)
            app.applicationStateChanged.connect(self._on_application_state)

    def watch(self, widget: QWidget) -> None:
        """Steer with keys that reach this widget too, such as a picture that can be focused."""
        self._kept.append(widget)
        widget.installEventFilter(self)

    def let_go(self) -> None:
        """Let go of all keys, whatever the fingers do."""
        self._down.clear()
        self._shift_down = False
        self._panel.set_fast(False)
        for home in self._homes:
            for picture in home.findChildren(Steerable):
                picture.let_go()
        self._panel.stop()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that steer, and notice every way of losing them."""
        kind = event.type()
        if kind in _KEY_EVENTS:
            if isinstance(event, QKeyEvent) and isinstance(watched, QWidget):
                return self._on_key(watched, event)
        elif kind in _LOSSES and (self._down or self._shift_down):
            self.let_go()
        return False

    def _on_key(self, watched: QWidget, event: QKeyEvent) -> bool:
        key = Qt.Key(event.key())
        if event.type() == QEvent.Type.KeyRelease:
            return self._on_release(key, event)
        if not self._steers_from(watched):
            return False
        if key == _Key.Key_Escape:
            return self._on_escape(event)
        if not self._panel.steers:
            return self._on_refused(key, event)
        if key == _Key.Key_Shift:
            self._shift_down = True
            self._panel.set_fast(True)
            return False
        if event.modifiers() & ~_IDLE_MODIFIERS:
            return self._on_modified(key, event)
        if (command := HELD.get(key)) is not None:
            fast = bool(event.modifiers() & _SHIFT) and key not in _TYPED_WITH_SHIFT
            return _take(event, lambda: self._press(_press(event), command, fast=fast))
        if (index := DIGITS.get(key)) is not None:
            return _take(event, lambda: self._panel.presets.goto(index))
        return False

    def _on_release(self, key: Qt.Key, event: QKeyEvent) -> bool:
        press = self._press_of(key, event)
        if event.isAutoRepeat():
            return press is not None
        if key == _Key.Key_Shift:
            self._shift_down = False
            self._panel.set_fast(False)
            return False
        if press is None:
            return False
        command = self._down.pop(press)
        if command not in self._down.values():
            self._panel.release(command)
        if not self._down and not self._shift_down:
            self._panel.set_fast(False)
        event.accept()
        return True

    def _on_escape(self, event: QKeyEvent) -> bool:
        steering = bool(self._down or self._panel.held or self._panel.patrol.progress)
        if event.type() == QEvent.Type.KeyPress:
            self.let_go()
            self._panel.stop_all()
        # an Esc that had nothing to stop is left to whoever else wants it
        return _take(event, lambda: None) if steering else False

    def _on_refused(self, key: Qt.Key, event: QKeyEvent) -> bool:
        if key not in _ARROWS or event.modifiers() & ~_IDLE_MODIFIERS:
            return False
        if self._panel.channel is None:
            return False
        return _take(event, self._panel.refuse)

    def _on_modified(self, key: Qt.Key, event: QKeyEvent) -> bool:
        modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
        index = DIGITS.get(key)
        if index is None or modifiers != Qt.KeyboardModifier.ControlModifier:
            return False
        return _take(event, lambda: self._panel.presets.store(index))

    def _press(self, press: _Press, command: str, *, fast: bool) -> None:
        if press not in self._down:
            self._panel.set_fast(fast)
            self._down[press] = command
            self._panel.press(command)

    def _press_of(self, key: Qt.Key, event: QKeyEvent) -> _Press | None:
        """Return the press that a release ends: a key's name may have changed since, by Shift."""
        press = _press(event)
        if press in self._down:
            return press
        command = HELD.get(key)
        return next((down for down, held in self._down.items() if held == command), None)

    def _steers_from(self, watched: QWidget) -> bool:
        """Whether a key that reached ``watched`` is meant for the camera."""
        if not self._workspace.isVisible():
            return False
        if isinstance(watched, _TYPING):
            return False
        if watched is not self._window:
            return True
        # the window gets what its focused widget did not want
        focus = self._window.focusWidget()
        return focus is None or focus is self._window or self._belongs(focus)

    def _belongs(self, widget: QWidget) -> bool:
        return any(widget is home or home.isAncestorOf(widget) for home in self._homes)

    def _on_focus_changed(self, _old: QWidget | None, now: QWidget | None) -> None:
        if self._watched is not None and self._watched is not now:
            if isValid(self._watched) and self._watched not in self._kept:
                self._watched.removeEventFilter(self)
            self._watched = None
            if self._down or self._shift_down:
                self.let_go()
        if now is not None and self._belongs(now):
            now.installEventFilter(self)
            self._watched = now

    def _on_application_state(self, state: Qt.ApplicationState) -> None:
        if state != Qt.ApplicationState.ApplicationActive:
            self.let_go()


def _press(event: QKeyEvent) -> _Press:
    """Return which key of the keyboard it is, whatever it means with the modifiers of now."""
    scan = event.nativeScanCode()
    if scan > 1:
        return "scan", scan
    # macOS tells no scan code, and its virtual keys are places on the keyboard
    if virtual := event.nativeVirtualKey():
        return "virtual", virtual
    return "key", event.key()


def _take(event: QKeyEvent, act: Callable[[], object]) -> bool:
    """Do what the key means, once, and keep it from everybody else."""
    event.accept()
    if event.type() == QEvent.Type.KeyPress and not event.isAutoRepeat():
        act()
    return True
