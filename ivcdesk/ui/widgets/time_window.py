"""A window of time to look through: zoomed about the pointer, panned, thrown, or kept at now."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import Property, QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QNativeGestureEvent, QResizeEvent, QShowEvent, QWheelEvent
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from ivcdesk.domain.timescale import LONGEST, SHORTEST, TimeScale
from ivcdesk.ui.widgets.timeline_grip import Coast

_DAY = 86400.0
_WHEEL_PER_DOUBLING = 720.0
"""Wheel turn that zooms to twice the detail, in eighths of a degree: 90 degrees."""
_AHEAD = 0.06
"""The part of the window that lies after the present while it is followed."""


class TimeWindow(QWidget):
    """Knows which stretch of time is visible, from 40 ms to years, and moves it.

    Times are in seconds since the epoch. ``window_moved(start, end)`` says what is visible,
    ``follow_changed(bool)`` whether the window goes along with the present; it no longer does once
    the user moves it elsewhere.
    """

    window_moved = Signal(float, float)
    follow_changed = Signal(bool)

    def __init__(
        self, parent: QWidget | None = None, *, now: Callable[[], float] = time.time
    ) -> None:
        super().__init__(parent)
        self._now = now
        end = now()
        self._scale = TimeScale(end - _DAY, end, 1000.0)
        self._thrown = Coast(0.0)
        self._rest = 0.0
        self._following = False
        self._coast = QTimer(self, interval=16, timerType=Qt.TimerType.PreciseTimer)
        self._coast.timeout.connect(self._on_coast)
        self._second = QTimer(self, interval=1000)
        self._second.timeout.connect(self._on_second)
        self.grabGesture(Qt.GestureType.PinchGesture)

    @property
    def scale(self) -> TimeScale:
        """The visible window and its width in px."""
        return self._scale

    def set_window(self, start: float, end: float) -> None:
        """Show this window; it is limited to 40 ms … 12 years. The present is not followed on."""
        self.set_follow(False)
        span = min(max(end - start, SHORTEST), LONGEST)
        self._look(TimeScale(start, start + span, self._scale.width))

    def reveal(self, t: float) -> None:
        """Move the window, if need be, so that the moment is visible."""
        scale = self._scale
        if not scale.start + scale.span * 0.02 <= t <= scale.end - scale.span * 0.02:
            self.set_follow(False)
            self._look(scale.centred(t))

    @property
    def following(self) -> bool:
        """Whether the window goes along with the present."""
        return self._following

    def set_follow(self, following: bool) -> None:
        """Keep the present near the right end of the window, or let the window stay."""
        if following == self._following:
            return
        self._following = following
        if following:
            self._coast.stop()
            self._keep_up()
        self.follow_changed.emit(following)
        self.update()

    def _window_start(self) -> float:
        return self._scale.start

    def _set_window_start(self, start: float) -> None:
        self.set_follow(False)
        self._look(TimeScale(start, start + self._scale.span, self._scale.width))

    def _window_end(self) -> float:
        return self._scale.end

    def _set_window_end(self, end: float) -> None:
        if end > self._scale.start:
            self.set_window(self._scale.start, end)

    windowStart = Property(float, _window_start, _set_window_start)
    windowEnd = Property(float, _window_end, _set_window_end)

    def event(self, event: QEvent) -> bool:
        """Zoom with a pinch on a touch pad or a touch screen."""
        if (
            isinstance(event, QNativeGestureEvent)
            and event.gestureType() is Qt.NativeGestureType.ZoomNativeGesture
        ):
            self._zoom(max(1.0 + event.value(), 0.1), event.position().x())
            return True
        if isinstance(event, QGestureEvent):
            pinch = event.gesture(Qt.GestureType.PinchGesture)
            if isinstance(pinch, QPinchGesture):
                centre = self.mapFromGlobal(pinch.centerPoint())
                self._pinch(pinch.scaleFactor(), centre.x())
                return True
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Zoom about the pointer; with Ctrl, Shift or sideways, pan."""
        turn, pixels = event.angleDelta(), event.pixelDelta()
        held = event.modifiers() & (
            Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
        )
        if held or abs(turn.x()) > abs(turn.y()):
            self._coast.stop()
            sideways = abs(turn.x()) > abs(turn.y())
            if pixels.isNull():
                angle = turn.x() if sideways else turn.y()
                self._pan(angle / 120.0 * self._scale.width / 12)
            else:
                self._pan(pixels.x() if sideways else pixels.y())
        elif turn.y():
            self._zoom(2.0 ** (turn.y() / _WHEEL_PER_DOUBLING), event.position().x())
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show the same window on the new width."""
        super().resizeEvent(event)
        self._scale = self._scale.resized(max(self.width(), 1))

    def showEvent(self, event: QShowEvent) -> None:
        """Follow the present while visible."""
        super().showEvent(event)
        self._second.start()
        if self._following:
            self._keep_up()

    def hideEvent(self, event: QHideEvent) -> None:
        """Stop everything that runs by itself."""
        super().hideEvent(event)
        self._second.stop()
        self._coast.stop()

    def _look(self, scale: TimeScale) -> None:
        limit = self._now() + scale.span * 0.5
        if scale.end > limit:
            scale = TimeScale(limit - scale.span, limit, scale.width)
        if scale.start < 0:
            scale = TimeScale(0.0, scale.span, scale.width)
        if scale != self._scale:
            self._scale = scale
            self.window_moved.emit(scale.start, scale.end)
            self.update()

    def _look_by_hand(self, scale: TimeScale) -> None:
        """Show what the user has moved to; away from the present it is not followed any more."""
        self._look(scale)
        if self._following and not self._scale.start <= self._now() <= self._scale.end:
            self.set_follow(False)

    def _zoom(self, factor: float, x: float) -> None:
        self._coast.stop()
        if self._following:
            x = self._scale.x(self._now())
        self._look_by_hand(self._scale.zoomed(factor, x))

    def _pinch(self, factor: float, x: float) -> None:
        if factor > 0:
            self._zoom(factor, x)

    def _pan(self, pixels: float) -> None:
        """Move by whole pixels of the screen, which costs least; the rest is kept for later."""
        ratio = self.devicePixelRatioF()
        whole = round((pixels + self._rest) * ratio) / ratio
        self._rest += pixels - whole
        if whole:
            self._look_by_hand(self._scale.panned(whole))

    def _throw(self, speed: float) -> None:
        """Let the window run on by itself, from a speed in px/s."""
        self._thrown = Coast(speed)
        if self._thrown.worth_it:
            self._coast.start()

    def _keep_up(self) -> None:
        scale = self._scale
        end = self._now() + scale.span * _AHEAD
        # By whole pixels, so that what is visible already is only moved.
        pixels = round(scale.x(end) - scale.width)
        self._look(scale.panned(-pixels))

    def _on_coast(self) -> None:
        self._pan(self._thrown.advance())
        if self._thrown.over:
            self._coast.stop()

    def _on_second(self) -> None:
        if self._following:
            self._keep_up()
        if self._scale.start <= self._now() <= self._scale.end + 1:
            self.update()
