"""A dead man's switch around a button: held only while somebody surely holds it."""

from __future__ import annotations

from typing import Literal

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from shiboken6 import isValid

_KEYS = frozenset({Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Select})
_PRESSES = frozenset({QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick})
_MOUSE = _PRESSES | {QEvent.Type.MouseButtonRelease, QEvent.Type.MouseMove}
_LOSSES = frozenset(
    {
        QEvent.Type.FocusOut,
        QEvent.Type.Hide,
        QEvent.Type.WindowDeactivate,
        QEvent.Type.ParentAboutToChange,
        QEvent.Type.TouchCancel,
        QEvent.Type.UngrabMouse,
        QEvent.Type.DeferredDelete,
    }
)
_LOSSES_ANYWHERE = frozenset(
    {
        QEvent.Type.ApplicationStateChange,
        QEvent.Type.ApplicationDeactivate,
        QEvent.Type.Quit,
    }
)
_WATCH_MS = 50


class Grip(QObject):
    """Says when a button is held and when it is let go, and errs towards letting go.

    Signals: ``held`` once per hold; ``moved`` with the pointer's place in the button's own
    coordinates (px) while the mouse holds it; ``let_go`` once per hold, for whichever of these
    comes first: the mouse button is released anywhere, a second one is pressed, the pointer
    leaves the window, the mouse is grabbed by another widget, the button is hidden, disabled,
    moved elsewhere or destroyed, it loses the focus, its window is deactivated or blocked by a
    dialog, a menu opens, the application becomes inactive, Esc is pressed. Leaving the button
    with the pointer is not letting go, and the keyboard's repetition is not pressing again.

    It has no parent on purpose: it must still be able to speak when the button is destroyed.
    """

    held = Signal()
    moved = Signal(QPointF)
    let_go = Signal()

    def __init__(self, button: QAbstractButton) -> None:
        super().__init__()
        self._button: QAbstractButton | None = button
        self._by: Literal["", "mouse", "key", "click"] = ""
        self._seen_down = False
        self._watch = QTimer(self)
        self._watch.setInterval(_WATCH_MS)
        self._watch.timeout.connect(self._on_watch)
        button.installEventFilter(self)
        # a screen reader's "press" and QAbstractButton.click() come as the button's own signals
        button.pressed.connect(lambda: self._hold("click"))
        button.released.connect(lambda: self.release())
        button.destroyed.connect(lambda: self._on_destroyed())

    @property
    def is_held(self) -> bool:
        """Whether the button is being held."""
        return bool(self._by)

    def release(self) -> None:
        """Let go now, whatever the fingers do; does nothing where nothing is held."""
        if not self._by:
            return
        self._by = ""
        self._watch.stop()
        if (app := QApplication.instance()) is not None:
            app.removeEventFilter(self)
        if self._button is not None:
            self._button.setDown(False)
        self.let_go.emit()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Watch the button always, and the whole application while it is held."""
        button = self._button
        if button is None:
            return False
        kind = event.type()
        if watched is not button:
            self._watch_elsewhere(watched, event)
            return False
        if kind in _MOUSE and isinstance(event, QMouseEvent):
            return self._on_mouse(event)
        if kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease) and isinstance(event, QKeyEvent):
            return self._on_key(event)
        if kind in _LOSSES or (kind == QEvent.Type.EnabledChange and not button.isEnabled()):
            self.release()
        return False

    def _on_mouse(self, event: QMouseEvent) -> bool:
        kind = event.type()
        left = event.button() == Qt.MouseButton.LeftButton
        if kind in _PRESSES:
            if left and not self._by:
                self._hold("mouse")
            elif not left and not self._by:
                return False
            else:
                self.release()
        elif kind == QEvent.Type.MouseButtonRelease:
            self.release()
        elif self._by == "mouse":
            if event.buttons() & Qt.MouseButton.LeftButton and self._is_inside(event):
                self.moved.emit(event.position())
            else:
                self.release()
        event.accept()
        return True

    def _is_inside(self, event: QMouseEvent) -> bool:
        """Whether the pointer is still above the window that the button lies in."""
        if self._button is None:
            return False
        window = self._button.window()
        return window.rect().contains(window.mapFromGlobal(event.globalPosition()).toPoint())

    def _on_key(self, event: QKeyEvent) -> bool:
        if event.key() not in _KEYS:
            return False
        if not event.isAutoRepeat():
            if event.type() == QEvent.Type.KeyPress:
                self._hold("key")
            else:
                self.release()
        event.accept()
        return True

    def _watch_elsewhere(self, watched: QObject, event: QEvent) -> None:
        kind = event.type()
        if kind in _LOSSES_ANYWHERE:
            self.release()
        elif kind in _MOUSE and isinstance(event, QMouseEvent):
            if self._by == "mouse":
                self._on_mouse_elsewhere(event)
        elif kind == QEvent.Type.KeyPress:
            if isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape:
                self.release()
        elif kind == QEvent.Type.WindowBlocked:
            if self._button is not None and watched is self._button.window():
                self.release()
        elif kind == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            popup = watched.windowType() == Qt.WindowType.Popup
            if popup or watched.isModal():
                self.release()

    def _on_mouse_elsewhere(self, event: QMouseEvent) -> None:
        left = event.button() == Qt.MouseButton.LeftButton
        if event.type() in _PRESSES:
            lost = not left
        elif event.type() == QEvent.Type.MouseButtonRelease:
            lost = left
        else:
            lost = self._seen_down and not event.buttons() & Qt.MouseButton.LeftButton
        if lost:
            self.release()

    def _hold(self, by: Literal["mouse", "key", "click"]) -> None:
        button = self._button
        if self._by or button is None or not button.isEnabled():
            return
        self._by = by
        self._seen_down = bool(QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton)
        if by != "click":
            button.setDown(True)
            button.setFocus(Qt.FocusReason.MouseFocusReason)
        if (app := QApplication.instance()) is not None:
            app.installEventFilter(self)
        self._watch.start()
        self.held.emit()

    def _on_watch(self) -> None:
        button = self._button
        if (
            button is None
            or not button.isVisible()
            or button.window().isMinimized()
            or QApplication.activePopupWidget() is not None
            or (self._by != "click" and button.window().focusWidget() is not button)
            or (self._by == "mouse" and self._mouse_is_lost(button))
        ):
            self.release()

    def _mouse_is_lost(self, button: QAbstractButton) -> bool:
        grabber = QWidget.mouseGrabber()
        down = bool(QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton)
        return (grabber is not None and grabber is not button) or (self._seen_down and not down)

    def _on_destroyed(self) -> None:
        self._button = None
        if isValid(self):  # both may end with the application, in any order
            self.release()
