"""The sound of the picture in focus: a button that mutes, a slider, and one voice for all tiles."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QToolButton, QWidget
from shiboken6 import isValid

from ivcdesk.media.player import StreamPlayer
from ivcdesk.media.relay import Doorbell
from ivcdesk.media.sound import SoundOutlet
from ivcdesk.ui import icons
from ivcdesk.ui.context import Settings
from ivcdesk.ui.text import bind, mark, refresh, tr
from ivcdesk.ui.tokens import GRID

_SLIDER_WIDTH = 76
_SAVE_MS = 1000

_TROUBLES = {
    "library": mark("Sound can't be played: a library is missing (on Linux: libpulse0)"),
    "device": mark("Sound can't be played: this computer has no sound device"),
    "broken": mark("Sound can't be played: the sound device has failed"),
}


class LiveSound(QObject):
    """Lets one player at a time be heard, where the user wants sound at all.

    While it is muted there is neither a thread nor a device, and no sound is decoded.
    ``controls`` holds the ``button`` and the ``slider``, called after the page; an owner with
    little room may place the two apart. Signals: ``told(text, failed)`` says why nothing is
    heard, or how loud it is.
    """

    told = Signal(str, bool)

    def __init__(
        self, settings: Settings, parent: QObject | None = None, *, page: str = "live"
    ) -> None:
        super().__init__(parent)
        self._settings = settings
        self._player: StreamPlayer | None = None
        self._outlet: SoundOutlet | None = None
        self._trouble = ""
        self._bell = Doorbell(self._on_trouble)
        self.controls = QWidget()
        self.button = button = QToolButton()
        button.setObjectName(f"{page}.mute")
        button.setCheckable(True)
        button.setChecked(not settings.sound_muted)
        self.slider = slider = QSlider(Qt.Orientation.Horizontal)
        slider.setObjectName(f"{page}.volume")
        slider.setRange(0, 100)
        slider.setPageStep(10)
        slider.setFixedWidth(_SLIDER_WIDTH)
        slider.setValue(settings.sound_volume)
        bind(slider, slider.setAccessibleName, "Volume")
        row = QHBoxLayout(self.controls)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID // 2)
        row.addWidget(button)
        row.addWidget(slider)
        self._save = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._save.timeout.connect(settings.save)
        button.clicked.connect(self.toggle)
        slider.valueChanged.connect(self._on_volume)
        icons.bind(button, self._set_icon, "sound", 18, "text")
        refresh(button, self._show)

    @property
    def muted(self) -> bool:
        """Whether the user wants no sound."""
        return self._settings.sound_muted

    @property
    def outlet(self) -> SoundOutlet | None:
        """What the sound goes through; None while muted."""
        return self._outlet

    def listen_to(self, player: StreamPlayer | None) -> None:
        """Let this player be heard and no other; None for silence."""
        if player is self._player:
            return
        self._let_go()
        self._player = player
        self._connect()

    def toggle(self) -> None:
        """Mute, or no longer."""
        self._settings.sound_muted = not self._settings.sound_muted
        self._trouble = ""
        self._connect()
        self._show()
        self._save.start()

    def louder(self, percent: int) -> None:
        """Change the volume by so much, and say it."""
        self.slider.setValue(self.slider.value() + percent)
        self.told.emit(tr("Volume: {percent} %", percent=self.slider.value()), False)

    def close(self) -> None:
        """Be silent and give the device back."""
        self.listen_to(None)
        if self._save.isActive():
            self._save.stop()
            self._settings.save()

    def _connect(self) -> None:
        if self.muted or self._player is None:
            self._let_go()
            if self._outlet is not None:
                self._outlet.close()
                self._outlet = None
            return
        if self._outlet is None:
            self._outlet = SoundOutlet(self._settings.sound_volume / 100, self._bell.ring)
        self._outlet.flush()
        self._player.set_sound(self._outlet)

    def _let_go(self) -> None:
        if self._player is not None and isValid(self._player):
            self._player.set_sound(None)

    def _set_icon(self, icon: object) -> None:
        self._show()

    def _show(self) -> None:
        off = self.muted
        with QSignalBlocker(self.button):
            self.button.setChecked(not off)
        self.button.setIcon(icons.icon("sound-off" if off else "sound", 18, checkable=True))
        self.button.setAccessibleName(tr("Sound"))
        words = tr("Sound is off · M switches it on") if off else tr("Sound is on · M mutes it")
        if not off and self._trouble:
            words = tr(_TROUBLES[self._trouble])
        self.button.setToolTip(words)
        self.button.setAccessibleDescription(words)
        self.slider.setToolTip(tr("Volume: {percent} %", percent=self.slider.value()))

    def _on_volume(self, percent: int) -> None:
        self._settings.sound_volume = percent
        if self._outlet is not None:
            self._outlet.volume = percent / 100
        self._show()
        self._save.start()

    def _on_trouble(self) -> None:
        trouble = "" if self._outlet is None else self._outlet.trouble
        if trouble == self._trouble:
            return
        self._trouble = trouble
        self._show()
        if trouble:
            self.told.emit(tr(_TROUBLES[trouble]), True)
