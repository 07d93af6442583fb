"""The part of the settings that says what a gamepad's buttons do."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.domain.gamepad import BUTTONS, DEEDS, HOLDS, NOTHING, deed_of
from ivcdesk.ui.context import Settings
from ivcdesk.ui.gamepad import Gamepad
from ivcdesk.ui.panels.gamepad import GamepadHand
from ivcdesk.ui.text import bind, mark, refresh, tr

_WORDS = {
    NOTHING: mark("nothing|a button does"),
    "stop": mark("stop everything"),
    "snapshot": mark("take a snapshot"),
    "up": mark("Turn up"),
    "down": mark("Turn down"),
    "left": mark("Turn left"),
    "right": mark("Turn right"),
    "zoomin": mark("Zoom in"),
    "zoomout": mark("Zoom out"),
    "focusfar": mark("Focus farther"),
    "focusnear": mark("Focus nearer"),
    "irisin": mark("Open the iris"),
    "irisout": mark("Close the iris"),
}
_BUTTON_WORDS = {
    "leftshoulder": mark("left shoulder"),
    "rightshoulder": mark("right shoulder"),
    "leftstick": mark("left stick pressed"),
    "rightstick": mark("right stick pressed"),
    "dpup": mark("cross up"),
    "dpdown": mark("cross down"),
    "dpleft": mark("cross left"),
    "dpright": mark("cross right"),
    "back": mark("back"),
    "start": mark("start"),
    "guide": mark("guide"),
}


class GamepadCard(QWidget):
    """A table of buttons and what they do; a press of a button finds its row."""

    def __init__(
        self,
        settings: Settings,
        gamepad: Gamepad,
        hand: GamepadHand,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("settings.gamepad")
        self._settings = settings
        self._gamepad = gamepad
        self._hand = hand
        self._buttons = list(BUTTONS)
        title = QLabel()
        title.setProperty("role", "section")
        bind(title, title.setText, "Gamepad and joystick")
        self._device = QLabel()
        self._device.setObjectName("settings.gamepad.device")
        hint = QLabel()
        hint.setProperty("role", "small")
        hint.setWordWrap(True)
        bind(
            hint,
            hint.setText,
            "The left stick turns the camera, farther is faster. The right stick, the triggers or "
            "a twist grip zoom. Unplugging it lets go.",
        )
        self._learn = QPushButton()
        self._learn.setObjectName("settings.gamepad.learn")
        self._learn.setCheckable(True)
        bind(self._learn, self._learn.setText, "Press a button to find it")
        bind(self._learn, self._learn.setToolTip, "While this is on, buttons steer nothing")
        self._learn.toggled.connect(self._on_learn)
        self._reset = QPushButton()
        self._reset.setObjectName("settings.gamepad.reset")
        bind(self._reset, self._reset.setText, "As at first")
        bind(self._reset, self._reset.setToolTip, "Let all buttons do what they did at first")
        self._reset.clicked.connect(self._on_reset)
        self._table = table = QTableWidget(0, 2)
        table.setObjectName("settings.gamepad.buttons")
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(30)
        table.setMinimumHeight(220)
        table.setTabKeyNavigation(False)
        bind(table, table.setAccessibleName, "What the buttons do")
        bind(table, table.setToolTip, "What the buttons do")
        tools = QHBoxLayout()
        tools.addWidget(self._learn)
        tools.addWidget(self._reset)
        tools.addStretch(1)
        card = QFrame()
        card.setProperty("role", "card")
        card.setMaximumWidth(680)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(16, 16, 16, 16)
        inside.setSpacing(8)
        inside.addWidget(self._device)
        inside.addWidget(hint)
        inside.addLayout(tools)
        inside.addWidget(table)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addWidget(title)
        column.addWidget(card)
        gamepad.plugged.connect(self._on_device_changed)
        gamepad.unplugged.connect(self._on_device_changed)
        refresh(self, self._show)

    def hideEvent(self, event: QHideEvent) -> None:
        """End learning: elsewhere buttons are to steer again."""
        self._learn.setChecked(False)
        super().hideEvent(event)

    def _show(self) -> None:
        name = self._gamepad.name
        self._device.setText(
            tr("● {name} is plugged in", name=name)
            if name
            else tr("○ No gamepad or joystick is plugged in")
        )
        self._table.setHorizontalHeaderLabels([tr("Button"), tr("Does")])
        own = self._settings.gamepad_buttons
        buttons = [*self._buttons, *(name for name in own if name not in self._buttons)]
        self._buttons = buttons
        self._table.setRowCount(len(buttons))
        for row, button in enumerate(buttons):
            self._table.setItem(row, 0, QTableWidgetItem(button_words(button)))
            box = QComboBox()
            box.setObjectName(f"settings.gamepad.deed.{button}")
            box.setAccessibleName(button_words(button))
            box.setToolTip(tr("What the button does"))
            box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            for deed in (NOTHING, *DEEDS, *HOLDS):
                box.addItem(deed_words(deed), deed)
            box.setCurrentIndex(max(0, box.findData(deed_of(button, own))))
            box.activated.connect(lambda at, box=box, name=button: self._on_chosen(name, box, at))
            self._table.setCellWidget(row, 1, box)

    def _on_chosen(self, button: str, box: QComboBox, at: int) -> None:
        chosen = dict(self._settings.gamepad_buttons)
        deed = str(box.itemData(at))
        if deed == BUTTONS.get(button, NOTHING):
            chosen.pop(button, None)
        else:
            chosen[button] = deed
        self._settings.gamepad_buttons = chosen
        self._settings.save()

    def _on_reset(self) -> None:
        self._settings.gamepad_buttons = {}
        self._settings.save()
        self._show()

    def _on_learn(self, on: bool) -> None:
        self._hand.learning = self._on_pressed if on else None

    def _on_pressed(self, button: str) -> None:
        """Find the row of a button that was pressed; one that nobody knew yet gets a row."""
        if button not in self._buttons:
            self._buttons.append(button)
            self._show()
        row = self._buttons.index(button)
        self._table.selectRow(row)
        item = self._table.item(row, 0)
        if item is not None:
            self._table.scrollToItem(item)
        if (box := self._table.cellWidget(row, 1)) is not None:
            box.setFocus(Qt.FocusReason.OtherFocusReason)

    def _on_device_changed(self) -> None:
        self._show()


def button_words(button: str) -> str:
    """Return what a button is called."""
    if button.isdigit():
        return tr("Button {number}", number=button)
    if button in _BUTTON_WORDS:
        return tr(_BUTTON_WORDS[button])
    return button.upper() if len(button) == 1 else button


def deed_words(deed: str) -> str:
    """Return what a button does."""
    kind, _, number = deed.partition(".")
    if kind == "preset":
        return tr("Go to preset {number}", number=number)
    return tr(_WORDS[deed])
