"""The pause between two jogs of one camera: shown, set by hand, and what a slow device taught."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.ptz import INTERVAL, LONGEST_INTERVAL
from ivcdesk.ui import icons
from ivcdesk.ui.text import bind, refresh, tr

if TYPE_CHECKING:
    from ivcdesk.services.ptz import Ptz, Steering


class PacingRow(QWidget):
    """One row: the pause in ms, whether it was learned, and a button back to the usual one."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._calls: Ptz | None = None
        self._steering: Steering | None = None
        self._channel: ChannelId | None = None
        self._shown: tuple[float, float] | None = None
        label = QLabel()
        label.setProperty("role", "muted")
        bind(label, label.setText, "Pause|between commands")
        self._pause = QSpinBox()
        self._pause.setObjectName("ptz.interval")
        self._pause.setRange(round(INTERVAL * 1000), round(LONGEST_INTERVAL * 1000))
        self._pause.setSingleStep(50)
        self._pause.setKeyboardTracking(False)
        if (figures := self._pause.findChild(QLineEdit)) is not None:
            figures.setTextMargins(6, 0, 0, 0)
        self._pause.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._pause.valueChanged.connect(self._on_changed)
        label.setBuddy(self._pause)
        bind(self, self._pause.setSuffix, " ms")
        bind(self._pause, self._pause.setAccessibleName, "Pause between two commands")
        bind(
            self._pause,
            self._pause.setToolTip,
            "Shortest pause between two commands to this camera. It grows by itself where the "
            "device does not answer in time.",
        )
        self._reset = QToolButton()
        self._reset.setObjectName("ptz.interval.reset")
        icons.bind(self._reset, self._reset.setIcon, "refresh", 14)
        bind(self._reset, self._reset.setToolTip, "Back to the usual pause of the settings")
        bind(self._reset, self._reset.setAccessibleName, "Back to the usual pause")
        self._reset.clicked.connect(self._on_reset)
        self._note = QLabel()
        self._note.setObjectName("ptz.interval.note")
        self._note.setProperty("role", "small")
        self._note.setWordWrap(True)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(label)
        row.addWidget(self._pause, 1)
        row.addWidget(self._reset)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self._note)
        refresh(self, self._say)

    def use(self, calls: Ptz | None, steering: Steering | None) -> None:
        """Show the pause of the channel that is steered, or of none."""
        self._calls, self._steering = calls, steering
        self._channel = None if steering is None else steering.channel_id
        self._shown = None
        self.look()

    def look(self) -> None:
        """Show the pause anew where it has changed."""
        steering = self._steering
        self._pause.setEnabled(steering is not None)
        if steering is None:
            self._reset.setEnabled(False)
            self._note.hide()
            return
        now = steering.spacing.interval, steering.spacing.learned
        if now != self._shown:
            self._shown = now
            self._pause.blockSignals(True)
            self._pause.setValue(round(steering.spacing.interval * 1000))
            self._pause.blockSignals(False)
            self._say()

    def _say(self) -> None:
        steering, calls, channel = self._steering, self._calls, self._channel
        if steering is None or calls is None or channel is None:
            return
        taught = steering.spacing.taught
        own = calls.own_interval(channel) is not None
        self._reset.setEnabled(taught or own)
        self._note.setVisible(taught or own)
        if taught:
            self._note.setText(tr("△ Longer, because the device did not answer in time"))
        else:
            self._note.setText(tr("Set for this camera"))

    def _on_changed(self, milliseconds: int) -> None:
        if self._calls is not None and self._channel is not None:
            self._calls.set_interval(self._channel, milliseconds / 1000)
            self._shown = None
            self.look()

    def _on_reset(self) -> None:
        if self._calls is not None and self._channel is not None:
            self._calls.set_interval(self._channel, None)
            self._shown = None
            self.look()
