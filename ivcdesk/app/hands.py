"""What steers cameras beside the dock: keys, a gamepad, and tours; and where presets' pictures are.

It joins the live page, the control dock and the window, and holds nothing of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QWidget

from ivcdesk.app.window import MainWindow
from ivcdesk.ui.context import Context
from ivcdesk.ui.gamepad import Gamepad
from ivcdesk.ui.panels.gamepad import GamepadHand
from ivcdesk.ui.panels.patrol_marks import PatrolMarks
from ivcdesk.ui.panels.ptz_keys import PtzKeys
from ivcdesk.ui.panels.settings_gamepad import GamepadCard

if TYPE_CHECKING:
    from ivcdesk.api.actions import ChannelId
    from ivcdesk.ui.panels.live import LivePanel
    from ivcdesk.ui.panels.ptz import PtzPanel

_GAMEPAD_MS = 2500


class Hands:
    """All ways to steer; ``marks`` shows tours and joins each session as panels do."""

    def __init__(
        self, window: MainWindow, context: Context, live: LivePanel, ptz: PtzPanel
    ) -> None:
        self._context = context
        self._live = live
        self._keys = PtzKeys(window, live, ptz)
        self._gamepad = Gamepad(window)
        self._hand = GamepadHand(self._gamepad, ptz, context.settings, window)
        self._hand.snapshot_wanted.connect(live.take_snapshot)
        self.marks = PatrolMarks(lambda: live.views, window.status, window)
        ptz.presets.eye = self._picture_of
        ptz.aim.views = lambda: live.views
        # SDL takes a while to load, and the first pictures are worth more than that
        QTimer.singleShot(_GAMEPAD_MS, self._gamepad, self._gamepad.start)

    def let_go(self) -> None:
        """Let go of everything that keys hold."""
        self._keys.let_go()

    def settings_card(self) -> QWidget:
        """Return the part of the settings that is about gamepads."""
        return GamepadCard(self._context.settings, self._gamepad, self._hand)

    def close(self) -> None:
        """Give the gamepad back."""
        self._gamepad.stop()

    def _picture_of(self, channel_id: ChannelId) -> QImage | None:
        for view in self._live.views:
            if view.slot.channel == channel_id and view.slot.kind == "playing":
                return view.tile.image
        return None
