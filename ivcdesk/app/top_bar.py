"""The bar at the top: where one is, the way to everything else, the language and the account."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QPushButton,
    QSizePolicy,
    QToolBar,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.widgets.elided_label import ElidedLabel

_HEIGHT = 40
_FIELD = 380


class TopBar(QToolBar):
    """Shows the account; signals ``palette_wanted`` and ``language_toggled``."""

    palette_wanted = Signal()
    language_toggled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("topBar")
        self.setMovable(False)
        self.setFloatable(False)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self.setFixedHeight(_HEIGHT)
        self._label = ""
        self._demo = False
        brand = QLabel("ivcdesk")
        brand.setProperty("role", "brand")
        self._place = ElidedLabel()
        self._place.setObjectName("top.account")
        self._place.setProperty("role", "muted")
        self._place.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        left = QWidget()
        row = QHBoxLayout(left)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(12)
        row.addWidget(brand)
        row.addWidget(self._place, 1)
        right = QWidget()
        row = QHBoxLayout(right)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addStretch(1)
        row.addWidget(self._make_language())
        row.addWidget(self._make_account())
        whole = QWidget()
        row = QHBoxLayout(whole)
        row.setContentsMargins(12, 0, 12, 0)
        row.setSpacing(16)
        row.addWidget(left, 1)
        row.addWidget(self._make_field())
        row.addWidget(right, 1)
        self.addWidget(whole)

    def set_menu(self, menu: QMenu) -> None:
        """Open this menu from the account's button."""
        self._account.setMenu(menu)

    def show_account(self, label: str, region: str, *, demo: bool) -> None:
        """Show who is signed in; an empty label means nobody."""
        self._label = label
        self._demo = demo
        self._place.setText(f"{label} · {region}" if label else "")
        self._show_button()

    def _show_button(self) -> None:
        who = tr("Account") if self._label else tr("Menu")
        self._account.setText(tr("Demo cloud") if self._demo else who)

    def _make_field(self) -> QPushButton:
        field = QPushButton()
        field.setObjectName("top.palette")
        field.setProperty("role", "field")
        field.setFixedWidth(_FIELD)
        field.setCursor(Qt.CursorShape.IBeamCursor)
        field.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        field.clicked.connect(self.palette_wanted)
        icons.bind(field, field.setIcon, "search", 16)
        bind(field, field.setText, "Find a camera or a command")
        key = QLabel("Ctrl K")
        key.setProperty("role", "key")
        row = QHBoxLayout(field)
        row.setContentsMargins(0, 0, 8, 0)
        row.addWidget(key, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return field

    def _make_language(self) -> QPushButton:
        button = QPushButton("中 / EN")
        button.setObjectName("top.language")
        button.setProperty("role", "outline")
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(self.language_toggled)
        bind(button, button.setToolTip, "Switch between Chinese and English")
        bind(button, button.setAccessibleName, "Switch between Chinese and English")
        return button

    def _make_account(self) -> QPushButton:
        self._account = QPushButton()
        self._account.setObjectName("top.menu")
        self._account.setProperty("role", "outline")
        self._account.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        icons.bind(self._account, self._account.setIcon, "menu", 16)
        refresh(self, self._show_button)
        return self._account
