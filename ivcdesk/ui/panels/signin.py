"""The first page: sign in with an API key, or explore the demo."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.panels.signin_values import (
    ENDPOINT,
    REGIONS,
    SignInValues,
    cleaned,
    mistakes,
    short_id,
)
from ivcdesk.ui.text import bind, mark, refresh, tr

_KEPT = "•" * 24


class KnownAccount(Protocol):
    """An account that was used before, as the application remembers it."""

    @property
    def secret_id(self) -> str:
        """Its public id."""

    @property
    def region(self) -> str:
        """Where it was used last."""

    @property
    def endpoint(self) -> str:
        """The cloud that it belongs to."""


class SignInPanel(QWidget):
    """Asks for a key and checks it before anything is sent; the application does the rest.

    Signals: ``submitted`` (SignInValues), ``reused`` (the known account whose secret is kept, and
    SignInValues), ``demo_requested``, ``cancelled``.
    """

    submitted = Signal(object)
    reused = Signal(object, object)
    demo_requested = Signal()
    cancelled = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("signin")
        self._accounts: Sequence[KnownAccount] = ()
        self._kept: KnownAccount | None = None
        self._busy = False
        form = self._make_form()
        row = QHBoxLayout()
        row.setSpacing(24)
        row.addStretch(1)
        row.addWidget(form)
        row.addWidget(self._make_demo())
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 24)
        column.addStretch(2)
        column.addLayout(row)
        column.addStretch(3)

    def set_accounts(self, accounts: Sequence[KnownAccount]) -> None:
        """Offer accounts that were used before, the last one first."""
        self._accounts = accounts
        self._choice.blockSignals(True)
        self._choice.clear()
        for account in accounts:
            self._choice.addItem(f"{short_id(account.secret_id)} · {account.region}")
        self._choice.addItem(tr("Another account"))
        self._choice.setCurrentIndex(0)
        self._choice.blockSignals(False)
        for part in (self._choice, self._choice_label):
            part.setVisible(bool(accounts))
        self._on_account_chosen(0)

    def set_kept(self, account: KnownAccount | None) -> None:
        """Tell that the secret of this account is kept, so that it need not be typed again."""
        self._kept = account
        self._secret_key.setPlaceholderText(_KEPT if account else "")

    def set_keyring_note(self, note: str) -> None:
        """Show which keyring is used, or why none is."""
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def set_busy(self, busy: bool) -> None:
        """Show that signing in is under way; only cancelling is possible then."""
        self._busy = busy
        for field in self._fields():
            field.setEnabled(not busy)
        self._submit.setEnabled(not busy)
        self._demo.setEnabled(not busy)
        self._cancel.setVisible(busy)
        self._progress.setVisible(busy)
        self._progress_space.setVisible(not busy)
        if busy:
            self._show_error("")
        self._submit.setText(tr("Connecting …") if busy else tr("Sign in"))

    def show_error(self, explanation: Explanation) -> None:
        """Say why it did not work, with the code and the request id to copy."""
        lines = (explanation.title, explanation.hint, explanation.footnote)
        self._show_error("\n".join(line for line in lines if line))
        self._secret_key.setFocus()
        self._secret_key.selectAll()

    def focus_first(self) -> None:
        """Put the cursor where typing starts."""
        first = self._secret_key if self._secret_id.text() else self._secret_id
        if self._kept is not None:
            self._submit.setFocus()
        else:
            first.setFocus()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Submit on Enter, cancel on Escape."""
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._on_submit()
        elif event.key() == Qt.Key.Key_Escape and self._busy:
            self.cancelled.emit()
        else:
            super().keyPressEvent(event)

    def _make_form(self) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(440)
        title = QLabel()
        title.setProperty("role", "heading")
        bind(title, title.setText, "Sign in to Tencent Cloud")
        self._choice = QComboBox()
        self._choice.setObjectName("signin.account")
        self._choice.activated.connect(self._on_account_chosen)
        self._secret_id = _line("signin.secretId")
        self._secret_key = _line("signin.secretKey")
        self._secret_key.setEchoMode(QLineEdit.EchoMode.Password)
        self._token = _line("signin.token")
        self._token.setEchoMode(QLineEdit.EchoMode.Password)
        refresh(self, lambda: self._token.setPlaceholderText(tr("for temporary keys only")))
        self._region = QComboBox()
        self._region.setObjectName("signin.region")
        self._region.setEditable(True)
        self._region.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        refresh(self, self._fill_regions)
        if (field := self._region.lineEdit()) is not None:
            bind(field, field.setAccessibleName, "Region")
        self._endpoint = _line("signin.endpoint")
        self._endpoint.setText(ENDPOINT)
        self._remember = QCheckBox()
        self._remember.setObjectName("signin.remember")
        self._remember.setChecked(True)
        bind(self, self._remember.setText, "Remember in the keyring of this computer")
        self._note = QLabel()
        self._note.setObjectName("signin.keyring")
        self._note.setProperty("role", "small")
        self._note.setWordWrap(True)
        self._note.setContentsMargins(24, 0, 0, 0)
        self._note.hide()
        self._error = QLabel()
        self._error.setObjectName("signin.error")
        self._error.setProperty("role", "bad")
        self._error.setWordWrap(True)
        self._error.setTextFormat(Qt.TextFormat.PlainText)
        self._error.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._error.hide()

        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, 80)
        self._choice_label = _named(grid, 0, self._choice, mark("Account"))
        _named(grid, 1, self._secret_id, mark("SecretId"))
        _named(grid, 2, self._secret_key, mark("SecretKey"))
        _named(grid, 3, self._token, mark("Token"))
        _named(grid, 4, self._region, mark("Region"))
        _named(grid, 5, self._endpoint, mark("Endpoint"))
        self._secret_key.setTextMargins(0, 0, 24, 0)
        grid.addWidget(_eye(self._secret_key), 2, 1, Qt.AlignmentFlag.AlignRight)
        column = QVBoxLayout(card)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(8)
        column.addWidget(title)
        column.addSpacing(8)
        column.addLayout(grid)
        column.addSpacing(4)
        column.addWidget(self._remember)
        column.addWidget(self._note)
        column.addWidget(self._error)
        column.addSpacing(4)
        column.addLayout(self._make_buttons())
        self.set_accounts(())
        return card

    def _make_buttons(self) -> QVBoxLayout:
        self._submit = QPushButton()
        self._submit.setObjectName("signin.submit")
        self._submit.setProperty("role", "primary")
        self._submit.setMinimumHeight(32)
        self._submit.clicked.connect(self._on_submit)
        refresh(
            self,
            lambda: self._submit.setText(tr("Connecting …") if self._busy else tr("Sign in")),
        )
        self._cancel = QPushButton()
        self._cancel.setObjectName("signin.cancel")
        self._cancel.setMinimumHeight(32)
        self._cancel.clicked.connect(self.cancelled)
        self._cancel.hide()
        bind(self, self._cancel.setText, "Cancel")
        self._progress = QProgressBar()
        self._progress.setRange(0, 0)
        self._progress.setTextVisible(False)
        self._progress.setFixedHeight(2)
        self._progress.hide()
        self._progress_space = QWidget()
        self._progress_space.setFixedHeight(2)
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self._submit, 1)
        row.addWidget(self._cancel)
        column = QVBoxLayout()
        column.setSpacing(4)
        column.addLayout(row)
        column.addWidget(self._progress)
        column.addWidget(self._progress_space)
        return column

    def _make_demo(self) -> QFrame:
        card = QFrame()
        card.setProperty("role", "card")
        card.setFixedWidth(280)
        picture = QLabel()
        picture.setPixmap(icons.pixmap("ivcdesk", 64, "#ffffff", 2.0))
        title = QLabel()
        title.setProperty("role", "heading")
        bind(title, title.setText, "No key at hand?")
        words = QLabel()
        words.setProperty("role", "muted")
        words.setWordWrap(True)
        bind(
            words,
            words.setText,
            "The demo is a small cloud inside this program: three sites, sixty devices, cameras "
            "that turn, and a month of recordings. Nothing leaves this computer.",
        )
        self._demo = QPushButton()
        self._demo.setObjectName("signin.demo")
        self._demo.setMinimumHeight(32)
        self._demo.clicked.connect(self.demo_requested)
        icons.bind(self._demo, self._demo.setIcon, "demo", 16)
        bind(self._demo, self._demo.setText, "Explore the demo")
        column = QVBoxLayout(card)
        column.setContentsMargins(24, 20, 24, 20)
        column.setSpacing(8)
        column.addWidget(picture)
        column.addSpacing(8)
        column.addWidget(title)
        column.addWidget(words)
        column.addStretch(1)
        column.addWidget(self._demo)
        column.addSpacing(10)
        return card

    def _fields(self) -> tuple[QWidget, ...]:
        lines = (self._secret_id, self._secret_key, self._token, self._endpoint)
        return (self._choice, *lines, self._region, self._remember)

    def _fill_regions(self) -> None:
        text = self._region.currentText() or "ap-shanghai"
        self._region.clear()
        for code, name in REGIONS.items():
            self._region.addItem(f"{code} · {tr(name)}")
        self._set_region(text)

    def _set_region(self, text: str) -> None:
        code = text.split(" ")[0]
        name = REGIONS.get(code)
        self._region.setCurrentText(f"{code} · {tr(name)}" if name else text)

    def _on_account_chosen(self, row: int) -> None:
        self.set_kept(None)
        self._secret_key.clear()
        self._token.clear()
        if row < len(self._accounts):
            account = self._accounts[row]
            self._secret_id.setText(account.secret_id)
            self._set_region(account.region)
            self._endpoint.setText(account.endpoint)
            self.set_kept(account)
        elif self._accounts:
            self._secret_id.clear()

    def _on_submit(self) -> None:
        if self._busy:
            return
        values = cleaned(
            SignInValues(
                secret_id=self._secret_id.text(),
                secret_key=self._secret_key.text(),
                token=self._token.text(),
                region=self._region.currentText(),
                endpoint=self._endpoint.text(),
                remember=self._remember.isChecked(),
            )
        )
        kept = self._kept
        reuse = (
            kept is not None
            and not values.secret_key
            and (kept.secret_id, kept.endpoint) == (values.secret_id, values.endpoint)
        )
        found = mistakes(values)
        if reuse:
            found.pop("secret_key", None)
        self._mark(found)
        if found:
            self._show_error("\n".join(tr(problem) for problem in found.values()))
            return
        self._show_error("")
        if reuse:
            self.reused.emit(kept, values)
        else:
            self.submitted.emit(values)

    def _mark(self, found: dict[str, str]) -> None:
        fields: dict[str, QWidget] = {
            "secret_id": self._secret_id,
            "secret_key": self._secret_key,
            "token": self._token,
            "region": self._region,
            "endpoint": self._endpoint,
        }
        for name, field in fields.items():
            field.setProperty("invalid", name in found)
            field.style().unpolish(field)
            field.style().polish(field)
        for name in found:
            fields[name].setFocus()
            break

    def _show_error(self, text: str) -> None:
        self._error.setText(text)
        self._error.setVisible(bool(text))


def _line(name: str) -> QLineEdit:
    field = QLineEdit()
    field.setObjectName(name)
    field.setMaxLength(4096)
    return field


def _named(grid: QGridLayout, row: int, field: QWidget, name: str) -> QLabel:
    label = QLabel()
    label.setProperty("role", "muted")
    label.setBuddy(field)
    bind(label, label.setText, name)
    bind(label, field.setAccessibleName, name)
    grid.addWidget(label, row, 0)
    grid.addWidget(field, row, 1)
    return label


def _eye(field: QLineEdit) -> QToolButton:
    button = QToolButton()
    button.setObjectName("signin.show")
    button.setCheckable(True)
    button.setCursor(Qt.CursorShape.PointingHandCursor)
    button.setIconSize(QSize(16, 16))
    icons.bind(button, button.setIcon, "eye", 16)
    bind(button, button.setToolTip, "Show the SecretKey")
    bind(button, button.setAccessibleName, "Show the SecretKey")
    modes = QLineEdit.EchoMode

    def show(on: bool) -> None:
        field.setEchoMode(modes.Normal if on else modes.Password)

    button.toggled.connect(show)
    return button
