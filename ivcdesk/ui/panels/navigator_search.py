"""What is looked for in the navigator: a field, and chips for states and protocols."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget

from ivcdesk.api.actions import AccessProtocol
from ivcdesk.domain.devices import DeviceState
from ivcdesk.ui import icons
from ivcdesk.ui.models.device_words import PROTOCOLS, STATES
from ivcdesk.ui.models.directory_search import Query
from ivcdesk.ui.text import bind, mark, refresh, tr
from ivcdesk.ui.widgets.chips import Chip, WrappingRow
from ivcdesk.ui.widgets.clear_button import offer_clearing

if TYPE_CHECKING:
    from ivcdesk.services.directory import Directory

DEBOUNCE_MS = 120

_STATE_CHIPS = {
    DeviceState.ONLINE: "online",
    DeviceState.OFFLINE: "offline",
    DeviceState.UNREGISTERED: "unregistered",
    DeviceState.DISABLED: "disabled",
}
_PROTOCOL_CHIPS = {
    AccessProtocol.RTMP: ("rtmp", mark("RTMP")),
    AccessProtocol.GB28181: ("gb28181", mark("GB|protocol")),
    AccessProtocol.GATEWAY: ("gateway", mark("Gateway")),
    AccessProtocol.IVCP: ("ivcp", mark("IVCP")),
}


class SearchBox(QWidget):
    """Field and chips.

    Signals: ``changed`` when the typing rests or a chip is pressed, ``entered`` when the first
    hit is wanted, ``left`` when the keyboard goes on to what was found.
    """

    changed = Signal()
    entered = Signal()
    left = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = QLineEdit()
        self.field.setObjectName("navigator.search")
        offer_clearing(self.field)
        self.field.installEventFilter(self)
        glass = QAction(self)
        self.field.addAction(glass, QLineEdit.ActionPosition.LeadingPosition)
        icons.bind(self.field, glass.setIcon, "search", 16)
        bind(glass, glass.setText, "Search in the tree")
        self._states = {state: self._chip(name, state) for state, name in _STATE_CHIPS.items()}
        self._protocols = {each: self._chip(name) for each, (name, _) in _PROTOCOL_CHIPS.items()}
        self._rest = QTimer(self, singleShot=True, interval=DEBOUNCE_MS)
        self._rest.timeout.connect(self.changed)
        self.field.textChanged.connect(lambda: self._rest.start())
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 6)
        column.setSpacing(7)
        column.addWidget(self.field)
        chips = QVBoxLayout()
        chips.setSpacing(4)
        for group in (self._states, self._protocols):
            row = WrappingRow()
            for chip in group.values():
                row.addWidget(chip)
            chips.addLayout(row)
        column.addLayout(chips)
        refresh(self, self._speak)

    @property
    def chips(self) -> list[Chip]:
        """All chips, in their order."""
        return [*self._states.values(), *self._protocols.values()]

    @property
    def query(self) -> Query:
        """What is looked for now."""
        return Query.of(
            self.field.text(),
            (state for state, chip in self._states.items() if chip.isChecked()),
            (protocol for protocol, chip in self._protocols.items() if chip.isChecked()),
        )

    def reset(self) -> None:
        """Look for nothing; this tells nobody."""
        self.field.clear()
        for chip in self.chips:
            chip.blockSignals(True)
            chip.setChecked(False)
            chip.blockSignals(False)
            chip.update()
        self._rest.stop()

    def count(self, directory: Directory | None) -> None:
        """Show how many devices each chip lets pass."""
        for state, chip in self._states.items():
            chip.set_count(directory.by_state[state] if directory else 0)
        for protocol, chip in self._protocols.items():
            chip.set_count(directory.by_protocol[protocol] if directory else 0)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Take the keys that lead from the field to what was found."""
        if watched is self.field and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.KeyPress:
                return self._on_key(event.key()) or super().eventFilter(watched, event)
            if event.key() == Qt.Key.Key_Escape and self.field.text():
                event.accept()  # or the window's own Escape would come first
        return super().eventFilter(watched, event)

    def _on_key(self, key: int) -> bool:
        if key == Qt.Key.Key_Escape and self.field.text():
            self.field.clear()
        elif key == Qt.Key.Key_Down:
            self._settle()
            self.left.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._settle()
            self.entered.emit()
        else:
            return False
        return True

    def _settle(self) -> None:
        """Have what was typed looked for at once, if it is still waiting."""
        if self._rest.isActive():
            self._rest.stop()
            self.changed.emit()

    def _on_toggled(self) -> None:
        self._rest.stop()
        self.changed.emit()

    def _chip(self, name: str, state: DeviceState | None = None) -> Chip:
        chip = Chip(state)
        chip.setObjectName(f"navigator.chip.{name}")
        chip.toggled.connect(self._on_toggled)
        return chip

    def _speak(self) -> None:
        self.field.setPlaceholderText(tr("Search name, code, id, IP …"))
        self.field.setAccessibleName(tr("Search cameras"))
        for state, chip in self._states.items():
            chip.set_word(tr(STATES[state]))
            chip.setToolTip(tr("Show only devices in this state; several chips may be chosen"))
        for protocol, chip in self._protocols.items():
            chip.set_word(tr(_PROTOCOL_CHIPS[protocol][1]))
            name = tr(PROTOCOLS[protocol])
            chip.setToolTip(tr("Show only devices that connect by {name}", name=name))
