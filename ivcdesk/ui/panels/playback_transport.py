"""The bar below the picture: play, step, speed, the time, and where it is played from."""

from __future__ import annotations

from datetime import tzinfo

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFontMetricsF, QResizeEvent
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.panels.playback_options import PlaybackOptions
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import theme, tokens
from ivcdesk.ui.widgets import time_words
from ivcdesk.ui.widgets.segment_switch import SegmentSwitch
from ivcdesk.ui.widgets.timeline_legend import TimelineLegend

SPEEDS = (0.25, 0.5, 1.0, 2.0, 4.0, 8.0)
SOURCES = ("auto", "cloud", "device")
_NARROW = 640
_LEAST = 540


class Transport(QFrame):
    """Emits ``play_asked()``, ``step_asked(int)``, ``border_asked(bool)`` (forward or back),
    ``speed_picked(float)``, ``source_picked(str)`` (``auto``, ``cloud`` or ``device``) and
    ``snapshot_asked()``. ``sound`` is shown where there is room for it.
    """

    play_asked = Signal()
    step_asked = Signal(int)
    border_asked = Signal(bool)
    speed_picked = Signal(float)
    source_picked = Signal(str)
    snapshot_asked = Signal()

    def __init__(self, sound: QWidget, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("role", "bar")
        self.setFixedHeight(41)
        self._playing = False
        self._time: tuple[float, tzinfo] | None = None
        back = self._button("skip-back", "playback.previousBorder")
        bind(back, back.setToolTip, "Previous recording border (Ctrl+Left)")
        bind(back, back.setAccessibleName, "Previous recording border")
        back.clicked.connect(lambda: self.border_asked.emit(False))
        step_back = self._button("step-back", "playback.stepBack")
        bind(step_back, step_back.setToolTip, "One frame back (,)")
        bind(step_back, step_back.setAccessibleName, "One frame back")
        step_back.clicked.connect(lambda: self.step_asked.emit(-1))
        self.play = QPushButton()
        self.play.setObjectName("playback.play")
        self.play.setProperty("role", "primary")
        self.play.setFixedWidth(48)
        self.play.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.play.clicked.connect(self.play_asked)
        step = self._button("step-forward", "playback.step")
        bind(step, step.setToolTip, "One frame on (.)")
        bind(step, step.setAccessibleName, "One frame on")
        step.clicked.connect(lambda: self.step_asked.emit(1))
        on = self._button("skip-forward", "playback.nextBorder")
        bind(on, on.setToolTip, "Next recording border (Ctrl+Right)")
        bind(on, on.setAccessibleName, "Next recording border")
        on.clicked.connect(lambda: self.border_asked.emit(True))
        self._steps = (step_back, step)
        self._borders = (back, on)
        self.setMinimumWidth(_LEAST)
        self.speed = QComboBox()
        self.speed.setObjectName("playback.speed")
        self.speed.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for speed in SPEEDS:
            self.speed.addItem(f"{speed:g}×", speed)
        self.speed.setCurrentIndex(SPEEDS.index(1.0))
        bind(self.speed, self.speed.setToolTip, "Speed (Shift+Up, Shift+Down)")
        bind(self.speed, self.speed.setAccessibleName, "Speed|playback")
        self.speed.activated.connect(lambda at: self.speed_picked.emit(SPEEDS[at]))
        self._clock = QLabel("--:--:--.---")
        self._clock.setObjectName("playback.time")
        self._clock.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._clock.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        bind(self._clock, self._clock.setToolTip, "The time of the picture")
        self.snapshot = self._button("camera", "playback.snapshot")
        bind(self.snapshot, self.snapshot.setToolTip, "Keep this picture in the pictures folder")
        bind(self.snapshot, self.snapshot.setAccessibleName, "Snapshot")
        self.snapshot.clicked.connect(self.snapshot_asked)
        self.options = PlaybackOptions()
        self.legend = TimelineLegend()
        self.legend.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

        self._sources = self._source_switch()

        row = QHBoxLayout(self)
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(6)
        for widget in (back, step_back, self.play, step, on, self.speed, self._clock):
            row.addWidget(widget)
        row.addSpacing(6)
        row.addWidget(self._sources)
        row.addWidget(self.options)
        row.addWidget(self.snapshot)
        row.addWidget(sound)
        row.addWidget(self.legend, 1)
        refresh(self, self._show_play)
        theme.changed.connect(self._show_play)
        self._fit_clock()

    def set_playing(self, playing: bool) -> None:
        """Show what the button does next."""
        if playing != self._playing:
            self._playing = playing
            self._show_play()
            if self.isVisible():
                said = tr("Playing") if playing else tr("Paused")
                event = QAccessibleAnnouncementEvent(self.play, said)
                QAccessible.updateAccessibility(event)

    def set_speed(self, speed: float) -> None:
        """Show the speed; it is one of ``SPEEDS``."""
        self.speed.setCurrentIndex(SPEEDS.index(speed))

    def set_source(self, source: str) -> None:
        """Show where recordings are taken from."""
        self._sources.choose(source)

    def set_steps(self, possible: bool) -> None:
        """Say whether single frames can be stepped through."""
        for button in self._steps:
            button.setEnabled(possible)

    def set_time(self, t: float, zone: tzinfo) -> None:
        """Show the time of the picture to the millisecond."""
        if (t, zone) != self._time:
            self._time = t, zone
            self._clock.setText(time_words.clock(t, zone, milliseconds=True))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Leave out what the keys do as well where there is little room."""
        super().resizeEvent(event)
        for button in self._borders:
            button.setVisible(self.width() >= _NARROW)

    def _button(self, name: str, object_name: str) -> QToolButton:
        button = QToolButton()
        button.setObjectName(object_name)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.bind(button, button.setIcon, name, 18, "text")
        return button

    def _source_switch(self) -> SegmentSwitch:
        switch = SegmentSwitch("playback.source", SOURCES)
        switch.picked.connect(self.source_picked)
        auto, cloud, device = (switch.button(key) for key in SOURCES)
        auto.setChecked(True)
        bind(auto, auto.setText, "Auto")
        bind(auto, auto.setToolTip, "From the cloud where it has it, else from the device")
        bind(cloud, cloud.setText, "Cloud")
        bind(cloud, cloud.setToolTip, "From the cloud only")
        bind(device, device.setText, "Device")
        bind(device, device.setToolTip, "From the device's own storage only")
        return switch

    def _show_play(self) -> None:
        drawn = icons.icon("pause" if self._playing else "play", 18, tokens().on_accent)
        self.play.setIcon(drawn)
        words = tr("Pause (Space)") if self._playing else tr("Play (Space)")
        self.play.setToolTip(words)
        self.play.setAccessibleName(tr("Pause") if self._playing else tr("Play"))

    def _fit_clock(self) -> None:
        wide = QFontMetricsF(self._clock.font()).horizontalAdvance("00:00:00.000")
        self._clock.setFixedWidth(round(wide) + 8)
