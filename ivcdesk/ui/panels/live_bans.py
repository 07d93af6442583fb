"""Who may not watch which channel: looked up by user, forbidden and allowed again."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QRegularExpression, QSize, Qt
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from ivcdesk.api.actions import BannedChannel, ChannelId
from ivcdesk.api.errors import IvcError
from ivcdesk.ui.context import Explanation
from ivcdesk.ui.dialogs.answers import press_by_enter
from ivcdesk.ui.dialogs.confirm import confirm
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import bind, refresh, tr
from ivcdesk.ui.tokens import GRID
from ivcdesk.ui.widgets.clear_button import offer_clearing

if TYPE_CHECKING:
    from ivcdesk.services.bans import Bans

Change = Callable[[], Awaitable[None]]

MOST_SHOWN = 300
"""How many channels the left list shows at most; a search narrows them."""

_ID = Qt.ItemDataRole.UserRole
_SIZE = QSize(760, 520)
_NAMED = 3


class BansDialog(QDialog):
    """Manages the bans of one user at a time.

    ``channels`` returns all channels as (id, words to find it by); ``wanted`` are chosen at first.
    """

    def __init__(
        self,
        parent: QWidget | None,
        bans: Bans,
        channels: Callable[[], Sequence[tuple[ChannelId, str]]],
        wanted: Sequence[ChannelId],
        explain: Callable[[BaseException], Explanation],
    ) -> None:
        super().__init__(parent)
        self.setObjectName("bans")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._bans, self._channels, self._explain = bans, channels, explain
        self._wanted = frozenset(wanted)
        self._user = ""
        self._told = ""
        self._busy = False
        self._banned: tuple[BannedChannel, ...] = ()
        self.tasks = TaskScope(self)
        bind(self, self.setWindowTitle, "Who may not watch")
        title = QLabel()
        title.setProperty("role", "heading")
        bind(title, title.setText, "Who may not watch live")
        hint = QLabel()
        hint.setProperty("role", "muted")
        hint.setWordWrap(True)
        bind(
            hint,
            hint.setText,
            "A user of this account, told by the digits of the UIN, can be kept from the live "
            "pictures of channels. Who watches one is cut off at once.",
        )
        lists = QHBoxLayout()
        lists.setSpacing(GRID)
        lists.addLayout(self._make_all(), 1)
        lists.addLayout(self._make_moves())
        lists.addLayout(self._make_banned(), 1)
        self._said = QLabel()
        self._said.setObjectName("bans.told")
        self._said.setWordWrap(True)
        self._said.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        close = QPushButton()
        close.setObjectName("bans.close")
        press_by_enter(close)
        close.clicked.connect(self.accept)
        bind(close, close.setText, "Close")
        end = QHBoxLayout()
        end.addWidget(self._said, 1)
        end.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 2 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(title)
        column.addWidget(hint)
        column.addLayout(self._make_user())
        column.addLayout(lists, 1)
        column.addLayout(end)
        self.resize(_SIZE)
        refresh(self, self._show)
        self._list_channels()
        self._user_field.setFocus()

    def done(self, code: int) -> None:
        """End what is under way."""
        self.tasks.cancel()
        super().done(code)

    def _make_user(self) -> QHBoxLayout:
        field = self._user_field = QLineEdit()
        field.setObjectName("bans.user")
        field.setMaximumWidth(240)
        field.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{5,20}"), field))
        field.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        bind(field, field.setPlaceholderText, "UIN, 5 to 20 digits")
        bind(field, field.setAccessibleName, "UIN of the user")
        field.textChanged.connect(self._show)
        field.returnPressed.connect(self._on_look)
        self._look = QPushButton()
        self._look.setObjectName("bans.look")
        press_by_enter(self._look)
        self._look.clicked.connect(self._on_look)
        bind(self._look, self._look.setText, "Look up")
        bind(self._look, self._look.setToolTip, "List what this user may not watch · Enter")
        row = QHBoxLayout()
        label = QLabel()
        bind(label, label.setText, "User")
        label.setBuddy(field)
        row.addWidget(label)
        row.addWidget(field)
        row.addWidget(self._look)
        row.addStretch(1)
        return row

    def _make_all(self) -> QVBoxLayout:
        self._search = QLineEdit()
        self._search.setObjectName("bans.search")
        offer_clearing(self._search)
        bind(self._search, self._search.setPlaceholderText, "Search channels")
        bind(self._search, self._search.setAccessibleName, "Search channels")
        self._search.textChanged.connect(self._list_channels)
        self._all = _list("bans.all")
        bind(self._all, self._all.setAccessibleName, "All channels")
        self._all.itemSelectionChanged.connect(self._show)
        column = QVBoxLayout()
        column.addWidget(self._search)
        column.addWidget(self._all, 1)
        return column

    def _make_moves(self) -> QVBoxLayout:
        self._forbid, self._allow = QPushButton(), QPushButton()
        self._forbid.setObjectName("bans.forbid")
        self._forbid.clicked.connect(lambda: self.tasks.start(self._on_forbid(), name="forbid"))
        bind(self._forbid, self._forbid.setText, "Forbid ›")
        bind(self._forbid, self._forbid.setToolTip, "Keep this user from the chosen channels")
        self._allow.setObjectName("bans.allow")
        self._allow.clicked.connect(self._on_allow)
        bind(self._allow, self._allow.setText, "‹ Allow")
        bind(self._allow, self._allow.setToolTip, "Let this user watch the chosen channels again")
        column = QVBoxLayout()
        column.addStretch(1)
        for button in (self._forbid, self._allow):
            press_by_enter(button)
            column.addWidget(button)
        column.addStretch(1)
        return column

    def _make_banned(self) -> QVBoxLayout:
        label = self._count = QLabel()
        label.setProperty("role", "section")
        label.setFixedHeight(3 * GRID)
        self._forbidden = _list("bans.forbidden")
        bind(self._forbidden, self._forbidden.setAccessibleName, "Forbidden channels")
        self._forbidden.itemSelectionChanged.connect(self._show)
        column = QVBoxLayout()
        column.addWidget(label)
        column.addWidget(self._forbidden, 1)
        return column

    def _list_channels(self) -> None:
        words = self._search.text().casefold().split()
        found = [
            (channel, name)
            for channel, name in self._channels()
            if all(word in name.casefold() for word in words)
        ]
        found.sort(key=lambda pair: (pair[0] not in self._wanted, pair[1].casefold()))
        self._all.clear()
        for channel, name in found[:MOST_SHOWN]:
            _add(self._all, channel, name).setSelected(not words and channel in self._wanted)
        if len(found) > MOST_SHOWN:
            more = QListWidgetItem(tr("… and {count} more: search", count=len(found) - MOST_SHOWN))
            more.setFlags(Qt.ItemFlag.NoItemFlags)
            self._all.addItem(more)
        self._show()

    def _list_banned(self) -> None:
        self._forbidden.clear()
        for channel in self._banned:
            name = channel.channel_name or channel.channel_id
            _add(self._forbidden, channel.channel_id, f"{name} · {channel.device_name}")

    def _show(self) -> None:
        sound = self._user_field.hasAcceptableInput()
        current = bool(self._user) and self._user == self._user_field.text()
        busy = self._busy
        self._look.setEnabled(sound and not busy)
        self._forbid.setEnabled(sound and current and not busy and bool(_chosen(self._all)))
        self._allow.setEnabled(current and not busy and bool(_chosen(self._forbidden)))
        if current:
            self._count.setText(tr("Forbidden: {count}", count=len(self._banned)))
        else:
            self._count.setText(tr("Forbidden: look a user up first"))
        self._said.setText(self._told)

    def _on_look(self) -> None:
        if self._user_field.hasAcceptableInput() and not self._busy:
            self._user, self._banned = self._user_field.text(), ()
            self._work("")

    async def _on_forbid(self) -> None:
        chosen = _chosen(self._all)
        names = [item.text() for item in self._all.selectedItems()]
        named = ", ".join(names[:_NAMED]) + (" …" if len(names) > _NAMED else "")
        question = tr("Forbid {count} channels to user {user}?", count=len(chosen), user=self._user)
        loss = tr("Whoever watches them as this user is cut off now: {names}", names=named)
        if await confirm(self, question, loss, tr("Forbid")):
            done = tr("✓ Forbidden: {count} channels", count=len(chosen))
            await self._do(done, partial(self._bans.forbid, self._user, chosen))

    def _on_allow(self) -> None:
        chosen = _chosen(self._forbidden)
        done = tr("✓ Allowed again: {count} channels", count=len(chosen))
        self._work(done, partial(self._bans.allow, self._user, chosen))

    def _work(self, done: str, change: Change | None = None) -> None:
        self.tasks.start(self._do(done, change), name="bans")

    async def _do(self, done: str, change: Change | None) -> None:
        """Make a change, then show what the cloud says is forbidden now."""
        self._told, self._busy = tr("Asking the cloud …"), True
        self._show()
        try:
            if change is not None:
                await change()
            self._banned = await self._bans.list(self._user)
            self._told = done
        except IvcError as error:
            said = self._explain(error)
            self._told = " · ".join(p for p in ("✕ " + said.title, said.hint, said.footnote) if p)
            if change is None:
                self._user = ""
        self._busy = False
        self._list_banned()
        self._show()


def _list(name: str) -> QListWidget:
    made = QListWidget()
    made.setObjectName(name)
    made.setUniformItemSizes(True)
    made.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
    return made


def _add(where: QListWidget, channel: ChannelId, name: str) -> QListWidgetItem:
    item = QListWidgetItem(name, where)
    item.setData(_ID, channel)
    item.setToolTip(name)
    return item


def _chosen(where: QListWidget) -> list[ChannelId]:
    return [ChannelId(item.data(_ID)) for item in where.selectedItems()]
