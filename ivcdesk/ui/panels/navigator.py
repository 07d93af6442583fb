"""Finds cameras: the tree of the account, a search that follows the typing, chips for states."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from ivcdesk.api import IvcError
from ivcdesk.api.actions import DeviceId
from ivcdesk.ui import icons
from ivcdesk.ui.context import Context
from ivcdesk.ui.models.directory import DirectoryModel
from ivcdesk.ui.models.directory_rows import Kind, Role
from ivcdesk.ui.models.directory_search import Query, Texts
from ivcdesk.ui.panels.navigator_notes import MessagePage, Strip
from ivcdesk.ui.panels.navigator_search import SearchBox
from ivcdesk.ui.panels.navigator_tree import NavigatorTree
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import refresh, tr
from ivcdesk.ui.widgets.channel_drag import channel_mime

if TYPE_CHECKING:
    from ivcdesk.services.directory import Change, Directory
    from ivcdesk.services.session import Session

VIEW_MS = 200  # how long the view rests before what it shows is asked for first
LOOK_MS = 250  # how long changes are gathered before the search is made again
LOOK_SHARE = 10  # a search that took long rests so many times its duration
ASIDE = 3000  # devices, from which a search takes longer than the window may stand still
OPENED_ROWS = 200  # rows that a search opens: more than anyone reads, few enough to open at once
FIRST_ROWS = 24  # rows that a fresh tree opens
LARGE = 2000  # devices, from which the listing tells how far it has come


class Navigator(QWidget):
    """The tree at the left.

    Signals: ``channel_picked`` and ``playback_picked`` with the id of a channel to be shown live
    (or wherever the user is) and to be played back; ``tour_picked`` with the ids of the rows whose
    cameras are to be shown in turn.
    """

    channel_picked = Signal(str)
    playback_picked = Signal(str)
    audit_picked = Signal(list)
    tour_picked = Signal(list)
    playback_added = Signal(str)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("navigator")
        self._context = context
        self._directory: Directory | None = None
        self._session: Session | None = None
        self._leave: Callable[[], None] | None = None
        self._before: list[str] | None = None
        self._current = ""
        self._greeted = False
        self._menu: QMenu | None = None
        self.tasks = TaskScope(self)
        self.model = DirectoryModel(self, dragged=channel_mime)
        self.tree = NavigatorTree(self.model)
        self.search = SearchBox()
        self._strip = Strip()
        self._bar = QProgressBar()
        self._bar.setObjectName("navigator.progress")
        self._bar.setTextVisible(False)
        self._bar.setFixedHeight(2)
        self._message = MessagePage()
        self._pages = QStackedWidget()
        self._pages.addWidget(self.tree)
        self._pages.addWidget(self._message)
        self._on_message: Callable[[], None] = self._retry
        self._search_task: asyncio.Task[None] | None = None
        self._enter_waits = False
        self._looking = QTimer(self, singleShot=True, interval=LOOK_MS)
        self._looking.timeout.connect(self._look)
        self._view_rest = QTimer(self, singleShot=True, interval=VIEW_MS)
        self._view_rest.timeout.connect(self._tell_view)
        self._arrange()
        self._connect()
        refresh(self, self._speak)

    def attach(self, session: Session) -> None:
        """Show the directory of a session."""
        self.detach()
        self._session, self._directory = session, session.directory
        self._greeted = False
        self.model.attach(session.directory)
        self._leave = session.directory.subscribe(self._on_change)
        self.search.count(self._directory)
        self._greet()
        self._show_state()

    def detach(self) -> None:
        """Show nobody's directory; what was typed is forgotten."""
        if self._leave is not None:
            self._leave()
            self._leave = None
        self.tasks.cancel()
        self._session = self._directory = None
        self._search_task = None
        self._enter_waits = False
        self._looking.stop()
        self._before = None
        self._current = ""
        self.search.reset()
        self.model.set_query(Query())
        self.model.set_playing(())
        self.model.attach(None)
        self.search.count(self._directory)
        self._show_state()

    async def close(self) -> None:  # type: ignore[override]  # panels are closed by awaiting them
        """Let go of the session."""
        self.detach()
        await self.tasks.finish()

    def focus_search(self) -> None:
        """Put the cursor into the search, with what is there selected."""
        self.search.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.field.selectAll()

    def reveal(self, key: str) -> None:
        """Pick the row of an organisation, device or channel; a search that hides it ends."""
        index = self.model.index_of(key)
        if not index.isValid() and not self.search.query.empty:
            self.clear_search()
            index = self.model.index_of(key)
        if not index.isValid():
            return
        parent = index.parent()
        while parent.isValid():
            self.tree.expand(parent)
            parent = parent.parent()
        self.tree.setCurrentIndex(index)
        self.tree.scrollTo(index, NavigatorTree.ScrollHint.EnsureVisible)

    def selected(self) -> list[str]:
        """Return the ids of the rows that are picked, from the top."""
        return self.tree.selected_keys()

    def set_playing(self, channels: Iterable[str]) -> None:
        """Mark the channels that are being played."""
        self.model.set_playing(channels)

    def clear_search(self) -> None:
        """Show everything again."""
        self.search.reset()
        self._look()

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.search)
        column.addWidget(self._strip)
        column.addWidget(self._bar)
        column.addWidget(self._pages, 1)

    def _connect(self) -> None:
        self.search.changed.connect(self._look)
        self.search.entered.connect(self._on_entered)
        self.search.left.connect(self._on_left)
        self.tree.picked.connect(self._pick)
        self.tree.typed.connect(self._on_typed)
        self.tree.menu_wanted.connect(self._open_menu)
        self.tree.added.connect(
            lambda index: self.playback_added.emit(index.data(Role.CHANNEL) or "")
        )
        self.tree.expanded.connect(lambda: self._view_rest.start())
        self.tree.verticalScrollBar().valueChanged.connect(lambda: self._view_rest.start())
        self.tree.selectionModel().currentChanged.connect(self._on_current_changed)
        self.model.channels_wanted.connect(self._on_channels_wanted)
        self.model.outdated.connect(self._on_outdated)
        self._strip.acted.connect(self._retry)
        self._message.acted.connect(lambda: self._on_message())

    def _speak(self) -> None:
        """Say everything in the language of the window."""
        self.tree.setAccessibleName(tr("Cameras of the account"))
        self._show_state()
        self.tree.viewport().update()

    def _look(self) -> None:
        """Search for what is asked for now; a large account is searched in another thread."""
        query = self.search.query
        if self._before is None and not query.empty:
            self._before = self.tree.expanded_keys()
        self._looking.stop()
        if self._search_task is not None:
            self._search_task.cancel()
            self._search_task = None
        texts = self.model.lend()
        if query.empty or texts is None or len(texts.devices) < ASIDE:
            with self._unwatched(query):
                self.model.set_query(query)
            self._on_looked()
        else:
            self._search_task = self.tasks.start(self._look_aside(texts, query), name="search")

    async def _look_aside(self, texts: Texts, query: Query) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        hits = await loop.run_in_executor(None, texts.find, query)
        # What changes all the time is not searched all the time.
        self._looking.setInterval(max(LOOK_MS, int((loop.time() - began) * LOOK_SHARE * 1000)))
        self._search_task = None
        with self._unwatched(query):
            self.model.show_hits(query, hits)
        self._on_looked()
        if self._enter_waits:
            self._on_entered()

    @contextlib.contextmanager
    def _unwatched(self, query: Query) -> Iterator[None]:
        """Let rows come and go without a current one, which would wander from row to row.

        What another query had opened is closed: each open row costs time at each change.
        """
        kept = self._current
        self.tree.setCurrentIndex(QModelIndex())
        if query != self.model.query:
            self.tree.collapseAll()
        yield
        self._current = kept

    def _on_looked(self) -> None:
        if self.model.hits is not None:
            self.tree.open_rows(self.model.hits.opened, OPENED_ROWS)
            self._pick_first()
        elif self._before is not None:
            self.tree.collapseAll()
            for key in self._before:
                self.tree.expand(self.model.index_of(key))
            self._before = None
            if self._current:
                self.reveal(self._current)
        self._view_rest.start()
        self._show_state()

    def _pick_first(self) -> None:
        """Make the first hit that can be played the current row, unless the last one is a hit."""
        if self._current and self.model.index_of(self._current).isValid():
            self.tree.setCurrentIndex(self.model.index_of(self._current))
            return
        index = self.model.index(0, 0)
        first = index
        while index.isValid() and not index.data(Role.CHANNEL):
            index = self.tree.indexBelow(index)
        found = index if index.isValid() else first
        kept = self._current
        self.tree.setCurrentIndex(found)
        # The user has not chosen this row: when the search ends, the last choice comes back.
        self._current = kept

    def _greet(self) -> None:
        """Open a fresh tree down to its first devices."""
        if self._greeted or self._directory is None or not self._directory.devices:
            return
        self._greeted = True
        self.tree.open_first(FIRST_ROWS)
        self._view_rest.start()

    def _pick(self, index: QModelIndex) -> None:
        """Play a row where it can be played; else open or close it."""
        if channel := index.data(Role.CHANNEL):
            self.model.set_playing([channel])
            self.channel_picked.emit(channel)
        elif index.data(Role.KIND) is Kind.DEVICE and self.model.canFetchMore(index):
            self.tasks.start(self._load(index.data(Role.ID), play=True), name="navigator.play")
        else:
            self.tree.setExpanded(index, not self.tree.isExpanded(index))

    async def _load(self, device_id: str, *, play: bool = False) -> None:
        """Ask for a device's channels; a single one is played where that was the wish."""
        directory = self._directory
        if directory is None:
            return
        try:
            held = await directory.load_channels(DeviceId(device_id))
        except IvcError as error:
            self._context.notify(self._context.explain(error))
            return
        finally:
            self.model.answered(device_id)
        if play and len(held) == 1:
            self.channel_picked.emit(held[0].channel_id)
        elif play:
            self.tree.expand(self.model.index_of(device_id))

    def _retry(self) -> None:
        if self._directory is not None:
            self.tasks.start(self._directory.refresh(), name="navigator.refresh")

    def _show_state(self) -> None:
        """Say what there is to say about the tree, and why there is none."""
        directory = self._directory
        self._show_progress(directory)
        if directory is None:
            self._say(tr("No account"), icon="sign-in", hint=tr("Sign in to see its cameras."))
            self._strip.hide()
            return
        self._show_strip(directory)
        if directory.organizations or directory.devices:
            if self.model.hits is not None and self.model.hits.nothing:
                self._say_nothing_found(directory)
            else:
                self._pages.setCurrentWidget(self.tree)
        elif directory.state == "failed" and directory.error is not None:
            said = self._context.explain(directory.error)
            self._strip.hide()
            self._say(
                said.title,
                icon="link-off",
                hint=said.hint,
                footnote=said.footnote,
                action=tr("Try again"),
            )
        elif directory.state == "ready":
            self._say(
                tr("No devices yet"),
                icon="device",
                hint=tr("Devices that are added to this account appear here."),
                action=tr("Look again"),
            )
        else:
            self._say(tr("Fetching the directory …"), icon="tree", waiting=True)

    def _say(
        self,
        title: str,
        *,
        icon: str,
        hint: str = "",
        footnote: str = "",
        action: str = "",
        waiting: bool = False,
        then: Callable[[], None] | None = None,
    ) -> None:
        self._message.say(
            title, icon=icon, hint=hint, footnote=footnote, action=action, waiting=waiting
        )
        self._on_message = then or self._retry
        self._pages.setCurrentWidget(self._message)

    def _say_nothing_found(self, directory: Directory) -> None:
        known, total = directory.filling.progress
        hint = tr("No name, code, id or address has these words in this selection.")
        if known < total:
            hint = tr(
                "Channels are still arriving: {known} of {total} devices.", known=known, total=total
            )
        self._say(
            tr("Nothing found"),
            icon="search",
            hint=hint,
            action=tr("Show everything"),
            then=self.clear_search,
        )

    def _show_strip(self, directory: Directory) -> None:
        hits = self.model.hits
        known, total = directory.filling.progress
        if directory.state == "failed" and directory.error is not None:
            said = self._context.explain(directory.error)
            self._strip.say(
                said.title,
                icon="warning",
                role="warn",
                action=tr("Try again"),
                tip="\n".join(
                    part
                    for part in (
                        tr("Not up to date: {reason}", reason=said.title),
                        said.hint,
                        said.footnote,
                    )
                    if part
                ),
            )
        elif directory.cached_at is not None:
            moment = datetime.fromtimestamp(directory.cached_at).astimezone()
            self._strip.say(
                tr("As of {time}, being refreshed …", time=f"{moment:%Y-%m-%d %H:%M}"),
                icon="clock",
                role="muted",
            )
        elif directory.state == "loading" and directory.progress[1] > max(LARGE, known):
            listed, of = directory.progress
            self._strip.say(
                tr("Fetching devices: {listed} of {total}", listed=f"{listed:,}", total=f"{of:,}"),
                icon="refresh",
                role="muted",
            )
        elif hits is not None and not hits.nothing:
            found = tr("Devices found: {count}", count=f"{len(hits.devices):,}")
            if known < total:
                found = tr(
                    "{found}; channels of {known} of {total} are known",
                    found=found,
                    known=f"{known:,}",
                    total=f"{total:,}",
                )
            self._strip.say(found, icon="search", role="muted")
        else:
            self._strip.hide()

    def _show_progress(self, directory: Directory | None) -> None:
        """Show a thin line while something arrives; it keeps its place, so that nothing jumps."""
        done, total = 0, 0
        if directory is not None and directory.devices:
            done, total = directory.filling.progress
            if directory.state == "loading" and directory.progress[0] < directory.progress[1]:
                done, total = directory.progress
        busy = done < total
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done if busy else 0)
        self._bar.setStyleSheet("" if busy else "QProgressBar { background: transparent; }")

    def _on_change(self, change: Change) -> None:
        self.model.apply(change)
        self.search.count(self._directory)
        self._greet()
        self._show_state()

    def _on_outdated(self) -> None:
        if not self._looking.isActive() and self._search_task is None:
            self._looking.start()

    def _on_channels_wanted(self, device_id: str) -> None:
        self.tasks.start(self._load(device_id), name="navigator.channels")

    def _on_typed(self, letters: str) -> None:
        self.search.field.setFocus(Qt.FocusReason.OtherFocusReason)
        self.search.field.insert(letters)

    def _on_left(self) -> None:
        if not self.tree.currentIndex().isValid():
            self.tree.setCurrentIndex(self.model.index(0, 0))
        self.tree.setFocus(Qt.FocusReason.TabFocusReason)

    def _on_entered(self) -> None:
        # What is current before the search has ended is not what was typed.
        self._enter_waits = self._search_task is not None
        ready = not self._enter_waits and self._pages.currentWidget() is self.tree
        if ready and self.tree.currentIndex().isValid():
            self._pick(self.tree.currentIndex())

    def _on_current_changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid():
            self._current = current.data(Role.ID) or ""

    def _tell_view(self) -> None:
        """Have what can be seen asked for first."""
        if self._directory is not None:
            self._directory.filling.prefer(DeviceId(each) for each in self.tree.devices_in_view())

    def _open_menu(self, index: QModelIndex, place: QPoint) -> None:
        menu = QMenu(self)
        menu.setObjectName("navigator.menu")
        channel, key, name = index.data(Role.CHANNEL), index.data(Role.ID), index.data()
        play = menu.addAction(icons.icon("play", 16), tr("Play"))
        play.setEnabled(bool(channel))
        play.triggered.connect(lambda: self._play(channel))
        back = menu.addAction(icons.icon("playback", 16), tr("Play back"))
        back.setEnabled(bool(channel))
        back.triggered.connect(lambda: self.playback_picked.emit(channel))
        beside = menu.addAction(icons.icon("layouts", 16), tr("Add to playback (Ctrl+Enter)"))
        beside.setObjectName("navigator.addToPlayback")
        beside.setEnabled(bool(channel))
        beside.triggered.connect(lambda: self.playback_added.emit(channel))
        keys = self.tree.selected_keys()
        tour = menu.addAction(icons.icon("tour", 16), tr("Show in a tour"))
        tour.setObjectName("navigator.menu.tour")
        tour.triggered.connect(lambda: self.tour_picked.emit(keys if key in keys else [key]))
        audit = menu.addAction(tr("Audit of recordings …"))
        audit.setObjectName("navigator.menu.audit")
        audit.triggered.connect(lambda: self.audit_picked.emit(keys if key in keys else [key]))
        menu.addSeparator()
        clipboard = QGuiApplication.clipboard()
        menu.addAction(icons.icon("copy", 16), tr("Copy id")).triggered.connect(
            lambda: clipboard.setText(key)
        )
        menu.addAction(tr("Copy name")).triggered.connect(lambda: clipboard.setText(name))
        menu.aboutToHide.connect(menu.deleteLater)
        self._menu = menu
        menu.popup(place)

    def _play(self, channel: str) -> None:
        self.model.set_playing([channel])
        self.channel_picked.emit(channel)
