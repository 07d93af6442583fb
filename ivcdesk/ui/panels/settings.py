"""The page of settings; every change applies at once."""

from __future__ import annotations

import re
import shlex
import shutil
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Qt, QTimeZone, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QShowEvent
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.ui import icons
from ivcdesk.ui.context import Context
from ivcdesk.ui.panels.settings_live import LiveSettings
from ivcdesk.ui.panels.signin import KnownAccount
from ivcdesk.ui.panels.signin_values import short_id
from ivcdesk.ui.text import bind, mark, refresh, tr

CUSTOM = "custom"
"""The name of the command of the user's own among ``external_commands``."""

_LANGUAGES = (("system", mark("As the computer")), ("en", "English"), ("zh_CN", "简体中文"))
_THEMES = (
    ("system", mark("As the computer")),
    ("dark", mark("Dark")),
    ("light", mark("Light")),
)
_WIDTH = 680


class SettingsPanel(QWidget):
    """Shows and changes the settings of the context.

    ``folder`` is where settings and log are kept; ``find_players`` names the outside players that
    are installed. Signals: ``language_chosen`` and ``theme_chosen`` (the setting's value),
    ``account_forgotten`` (the account).
    """

    language_chosen = Signal(str)
    theme_chosen = Signal(str)
    account_forgotten = Signal(object)

    def __init__(
        self,
        context: Context,
        folder: Path,
        find_players: Callable[[], Sequence[str]],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setObjectName("page.settings")
        self._settings = context.settings
        self._folder = folder
        self._find_players = find_players
        self._accounts: Sequence[KnownAccount] = ()
        page = QWidget()
        page.setProperty("role", "page")
        self._column = QVBoxLayout()
        self._column.setSpacing(16)
        title = QLabel()
        title.setProperty("role", "heading")
        bind(title, title.setText, "Settings")
        self._column.addWidget(title)
        self._make_looks()
        self._make_camera()
        live = self._card(mark("Live pictures"))
        self._live = LiveSettings(
            self._settings, lambda name, field, hint: _row(live, name, field, hint)
        )
        self._make_players()
        self._make_data()
        self._column.addStretch(1)
        row = QHBoxLayout(page)
        row.setContentsMargins(24, 24, 24, 24)
        row.addStretch(1)
        row.addLayout(self._column, 100)
        row.addStretch(1)
        scroll = QScrollArea()
        scroll.setWidget(page)
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(scroll)
        refresh(self, self._show)

    def add_card(self, card: QWidget) -> None:
        """Put another subject's settings before the data on this computer."""
        self._column.insertWidget(self._column.count() - 2, card)

    def set_accounts(self, accounts: Sequence[KnownAccount]) -> None:
        """List the accounts that can be forgotten."""
        self._accounts = accounts
        self._show_accounts()

    def showEvent(self, event: QShowEvent) -> None:
        """Look for players anew: one may have been installed meanwhile."""
        super().showEvent(event)
        self._show()

    def _make_looks(self) -> None:
        grid = self._card(mark("Language and looks"))
        self._language = _choice("settings.language")
        self._language.activated.connect(self._on_language_chosen)
        _row(grid, mark("Language"), self._language)
        self._theme = _choice("settings.theme")
        self._theme.activated.connect(self._on_theme_chosen)
        _row(grid, mark("Theme"), self._theme)
        self._zone = _choice("settings.timeZone")
        self._zone.setEditable(True)
        self._zone.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self._zone.activated.connect(self._on_zone_chosen)
        field = self._zone.lineEdit()
        if field is not None:
            field.editingFinished.connect(self._on_zone_chosen)
            bind(field, field.setAccessibleName, "Time zone")
        hint = mark("Times of recordings are shown in this zone; the cloud itself counts in UTC+8.")
        _row(grid, mark("Time zone"), self._zone, hint)

    def _make_camera(self) -> None:
        grid = self._card(mark("Turning cameras"))
        self._interval = QSpinBox()
        self._interval.setObjectName("settings.ptzInterval")
        self._interval.setRange(300, 2000)
        self._interval.setSingleStep(50)
        self._interval.setKeyboardTracking(False)
        self._interval.setFixedWidth(140)
        if (figures := self._interval.findChild(QLineEdit)) is not None:
            figures.setTextMargins(6, 0, 0, 0)
        self._interval.valueChanged.connect(self._on_interval_changed)
        bind(self, self._interval.setSuffix, " ms")
        hint = mark("Pause between two commands while a button is held. Slow devices need more.")
        _row(grid, mark("Interval"), self._interval, hint)

    def _make_players(self) -> None:
        grid = self._card(mark("Outside player"))
        self._player = _choice("settings.player")
        self._player.activated.connect(self._on_player_chosen)
        _row(grid, mark("Open streams in"), self._player)
        self._command = QLineEdit()
        self._command.setObjectName("settings.command")
        self._command.setPlaceholderText("vlc --network-caching=300 {playlist}")
        self._command.editingFinished.connect(self._on_command_edited)
        hint = mark(
            "{url} is replaced by the stream's address, {playlist} by a private file that holds "
            "it: others on this computer can see the first, but not the second."
        )
        self._command_label = _row(grid, mark("Own command"), self._command, hint)
        self._command_problem = QLabel()
        self._command_problem.setObjectName("settings.commandProblem")
        self._command_problem.setProperty("role", "bad")
        self._command_problem.setWordWrap(True)
        self._command_problem.hide()
        grid.addWidget(self._command_problem, grid.rowCount(), 1)

    def _make_data(self) -> None:
        grid = self._card(mark("Data on this computer"))
        folder = QLabel(str(self._folder))
        folder.setObjectName("settings.folder")
        folder.setProperty("role", "mono")
        folder.setWordWrap(True)
        folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        reveal = QPushButton()
        reveal.setObjectName("settings.openFolder")
        reveal.clicked.connect(self._on_open_folder)
        icons.bind(reveal, reveal.setIcon, "folder", 16)
        bind(reveal, reveal.setText, "Open the folder")
        _row(grid, mark("Settings and log"), _beside(folder, reveal))
        self._account = _choice("settings.account")
        forget = self._forget = QPushButton()
        forget.setObjectName("settings.forget")
        forget.setProperty("role", "danger")
        forget.clicked.connect(self._on_forget)
        bind(forget, forget.setText, "Forget the account")
        hint = mark("Takes it off the sign-in page and deletes its key from the keyring.")
        _row(grid, mark("Accounts"), _beside(self._account, forget), hint)

    def _card(self, title: str) -> QGridLayout:
        label = QLabel()
        label.setProperty("role", "section")
        bind(label, label.setText, title)
        card = QFrame()
        card.setProperty("role", "card")
        card.setMaximumWidth(_WIDTH)
        grid = QGridLayout(card)
        grid.setContentsMargins(16, 16, 16, 16)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        grid.setColumnMinimumWidth(0, 140)
        grid.setColumnStretch(1, 1)
        block = QVBoxLayout()
        block.setSpacing(8)
        block.addWidget(label)
        block.addWidget(card)
        self._column.addLayout(block)
        return grid

    def _show(self) -> None:
        """Show what the settings are, in the language of the window."""
        _fill(self._language, _LANGUAGES, self._settings.language)
        _fill(self._theme, _THEMES, self._settings.theme)
        if self.isVisible():
            self._show_zones()
        self._interval.blockSignals(True)
        self._interval.setValue(self._settings.ptz_interval_ms)
        self._interval.blockSignals(False)
        self._live.show()
        players = [("", mark("The first one found"))]
        players += [(name, name) for name in self._find_players()]
        players.append((CUSTOM, mark("A command of your own")))
        _fill(self._player, players, self._settings.external_player)
        self._command.setText(self._settings.external_commands.get(CUSTOM, ""))
        self._show_accounts()

    def _show_zones(self) -> None:
        if not self._zone.count():
            self._zone.addItem("", "system")
            for name in _zones():
                self._zone.addItem(name, name)
            completer = QCompleter(self._zone.model(), self._zone)
            completer.setFilterMode(Qt.MatchFlag.MatchContains)
            completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
            self._zone.setCompleter(completer)
        self._zone.setItemText(0, tr("As the computer"))
        self._zone.setCurrentIndex(max(0, self._zone.findData(self._settings.time_zone)))

    def _show_accounts(self) -> None:
        self._account.clear()
        for account in self._accounts:
            self._account.addItem(f"{short_id(account.secret_id)} · {account.region}")
        if not self._accounts:
            self._account.addItem(tr("None is remembered"))
        self._account.setEnabled(bool(self._accounts))
        self._forget.setEnabled(bool(self._accounts))

    def _on_language_chosen(self, row: int) -> None:
        self.language_chosen.emit(self._language.itemData(row))

    def _on_theme_chosen(self, row: int) -> None:
        self.theme_chosen.emit(self._theme.itemData(row))

    def _on_zone_chosen(self) -> None:
        row = self._zone.findText(self._zone.currentText(), Qt.MatchFlag.MatchFixedString)
        if row < 0:
            self._show_zones()
            return
        name = str(self._zone.itemData(row))
        if name != self._settings.time_zone:
            self._settings.time_zone = name
            self._settings.save()
        self._show_zones()

    def _on_interval_changed(self, milliseconds: int) -> None:
        self._settings.ptz_interval_ms = milliseconds
        self._settings.save()

    def _on_player_chosen(self, row: int) -> None:
        self._settings.external_player = str(self._player.itemData(row))
        self._settings.save()
        if self._settings.external_player == CUSTOM and not self._command.text():
            self._command.setFocus()

    def _on_command_edited(self) -> None:
        template = self._command.text().strip()
        problem = command_problem(template) if template else ""
        self._command.setProperty("invalid", bool(problem))
        self._command.style().unpolish(self._command)
        self._command.style().polish(self._command)
        self._command_problem.setText(tr(problem) if problem else "")
        self._command_problem.setVisible(bool(problem))
        if problem or template == self._settings.external_commands.get(CUSTOM, ""):
            return
        commands = dict(self._settings.external_commands)
        if template:
            commands[CUSTOM] = template
        else:
            commands.pop(CUSTOM, None)
        self._settings.external_commands = commands
        self._settings.save()

    def _on_open_folder(self) -> None:
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._folder)))

    def _on_forget(self) -> None:
        row = self._account.currentIndex()
        if 0 <= row < len(self._accounts):
            self.account_forgotten.emit(self._accounts[row])


def command_problem(template: str) -> str:
    """Return what is wrong with a command for an outside player, or empty text; in English."""
    try:
        words = shlex.split(template, posix=sys.platform != "win32")
    except ValueError:
        return mark("A quotation mark is not closed.")
    if not any("{url}" in word or "{playlist}" in word for word in words[1:]):
        return mark("The command must hold {url} or {playlist} behind the program's name.")
    if shutil.which(words[0]) is None:
        return mark("There is no such program.")
    return ""


def _zones() -> list[str]:
    """Return the names of the time zones that both Qt and the program know."""
    names = (bytes(name.data()).decode("ascii") for name in QTimeZone.availableTimeZoneIds())
    return sorted(name for name in names if name == "UTC" or re.match("[A-Z][a-z]+/", name))


def _choice(name: str) -> QComboBox:
    box = QComboBox()
    box.setObjectName(name)
    box.setMaxVisibleItems(16)
    return box


def _fill(box: QComboBox, choices: Sequence[tuple[str, str]], chosen: str) -> None:
    box.blockSignals(True)
    box.clear()
    for value, name in choices:
        box.addItem(tr(name), value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
    box.blockSignals(False)


def _row(grid: QGridLayout, name: str, field: QWidget, hint: str = "") -> QLabel:
    row = grid.rowCount()
    label = QLabel()
    label.setBuddy(field)
    bind(label, label.setText, name)
    bind(label, field.setAccessibleName, name)
    grid.addWidget(label, row, 0)
    fixed = field.minimumWidth() == field.maximumWidth()
    side = Qt.AlignmentFlag.AlignLeft if fixed else Qt.AlignmentFlag(0)
    grid.addWidget(field, row, 1, side)
    if hint:
        words = QLabel()
        words.setProperty("role", "small")
        words.setWordWrap(True)
        bind(words, words.setText, hint)
        grid.addWidget(words, row + 1, 1)
    return label


def _beside(wide: QWidget, narrow: QWidget) -> QWidget:
    both = QWidget()
    row = QHBoxLayout(both)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(wide, 1)
    row.addWidget(narrow)
    return both
