"""The panels of the window: made once after the first paint, given to each session in turn."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from ivcdesk.app.pages import CONTROL, INSPECTOR, NAVIGATOR
from ivcdesk.app.pulse import Puller
from ivcdesk.app.window import MainWindow
from ivcdesk.ui.context import Context

if TYPE_CHECKING:
    from ivcdesk.api import Journal
    from ivcdesk.app.downloads import DownloadRoom
    from ivcdesk.services.session import Session
    from ivcdesk.ui.panels.audit_desk import AuditDesk
    from ivcdesk.ui.panels.inspector import InspectorPanel
    from ivcdesk.ui.panels.live import LivePanel
    from ivcdesk.ui.panels.navigator import Navigator
    from ivcdesk.ui.panels.playback import PlaybackPanel
    from ivcdesk.ui.panels.ptz import PtzPanel
    from ivcdesk.ui.panels.settings import SettingsPanel

log = logging.getLogger(__name__)

CLOSE_SECONDS = 4.0

BEFORE_GAP = 5.0
"""Who looks at a gap sees what was recorded so long before it, s."""

FOR_SIGN_IN = (
    "ivcdesk.api.sockets",
    "ivcdesk.services.session",
    "ivcdesk.app.sign_in",
    "ivcdesk.app.link",
)
"""What signing in needs; imported first, by another thread, once the window is there."""

FOR_TREE = ("ivcdesk.ui.panels.navigator",)
"""What the tree needs; imported while the session is being opened."""

FOR_REST = (
    "ivcdesk.ui.panels.live",
    "ivcdesk.app.hands",
    "ivcdesk.media.outside",
    "ivcdesk.ui.panels.inspector",
    "ivcdesk.ui.panels.settings",
    "ivcdesk.app.messages",
    "ivcdesk.ui.panels.playback",
    "ivcdesk.app.downloads",
)
"""What all other panels need; imported while one looks at the tree already."""


class Panel(Protocol):
    """What every panel can."""

    def attach(self, session: Session) -> None:
        """Work with a session."""

    def detach(self) -> None:
        """Forget it."""

    async def close(self) -> None:
        """End everything that runs."""


def load(names: Sequence[str]) -> None:
    """Import modules; run this outside the window's thread."""
    for name in names:
        importlib.import_module(name)


def load_for_sign_in() -> None:
    """Do the same for signing in, and read the authorities that are trusted."""
    load(FOR_SIGN_IN)
    from ivcdesk.api.transport import shared_context

    shared_context()


class Panels:
    """All panels, put into their places in the window, and the wires between them.

    The tree is made first; the others follow, and join the session that is open by then.
    """

    navigator: Navigator
    live: LivePanel
    playback: PlaybackPanel
    ptz: PtzPanel
    inspector: InspectorPanel
    settings: SettingsPanel
    downloads: DownloadRoom
    audit: AuditDesk

    def __init__(
        self, window: MainWindow, context: Context, journal: Journal, folder: Path
    ) -> None:
        self.complete = False
        self._window = window
        self._context = context
        self._journal = journal
        self._folder = folder
        self._session: Session | None = None
        self._parts: list[Panel] = []

    async def make_tree(self) -> None:
        """Make the navigator."""
        await _loaded(FOR_TREE)
        from ivcdesk.ui.panels.navigator import Navigator

        self.navigator = Navigator(self._context)
        self._window.add_dock(NAVIGATOR, self.navigator)
        self._join(self.navigator)

    async def make_rest(self) -> None:
        """Make the other panels one after the other, and let the window breathe in between."""
        await _loaded(FOR_REST)
        from ivcdesk.app.downloads import DownloadRoom
        from ivcdesk.app.hands import Hands
        from ivcdesk.media.outside import find_players
        from ivcdesk.ui.panels.audit_desk import AuditDesk
        from ivcdesk.ui.panels.inspector import InspectorPanel
        from ivcdesk.ui.panels.live import LivePanel
        from ivcdesk.ui.panels.playback import PlaybackPanel
        from ivcdesk.ui.panels.ptz import PtzPanel
        from ivcdesk.ui.panels.settings import SettingsPanel

        window, context = self._window, self._context
        self.ptz = PtzPanel(context)
        window.add_dock(CONTROL, self.ptz)
        self._join(self.ptz)
        await asyncio.sleep(0)
        self.live = LivePanel(context)
        window.add_page("live", self.live)
        self._join(self.live)
        self.live.join(self.ptz)
        self.live.programme.tour.selection = self.navigator.selected
        self.navigator.tour_picked.connect(self._on_tour_picked)
        self.live.pulls_changed.connect(self._mark_playing)
        self.live.channel_changed.connect(self._mark_playing)
        self._hands = Hands(window, context, self.live, self.ptz)
        self._join(self._hands.marks)
        self._hands.marks.channel_wanted.connect(self._show_live)
        await asyncio.sleep(0)
        self.playback = PlaybackPanel(context)
        window.add_page("playback", self.playback)
        self._join(self.playback)
        await asyncio.sleep(0)
        self.downloads = DownloadRoom(window, context, self.playback, self._folder)
        await self.downloads.open()
        self._join(self.downloads.panel)
        self._join(self.downloads.exporter)
        self._join(self.downloads.fetches)
        await asyncio.sleep(0)
        self.audit = AuditDesk(context, lambda: window)
        self._join(self.audit)
        self.navigator.audit_picked.connect(self.audit.open)
        self.audit.play_wanted.connect(self._show_gap)
        self.inspector = InspectorPanel(self._journal)
        window.add_dock(INSPECTOR, self.inspector)
        self._join(self.inspector)
        await asyncio.sleep(0)
        self.settings = SettingsPanel(
            context, self._folder, lambda: [player.name for player in find_players()]
        )
        self.settings.add_card(self._hands.settings_card())
        self.settings.add_card(self.downloads.settings_card())
        window.add_page("settings", self.settings)
        window.page_shown.connect(self._on_page_shown)
        self.complete = True

    def attach(self, session: Session) -> None:
        """Give all panels a session."""
        self._session = session
        for part in self._parts:
            part.attach(session)

    async def detach(self) -> None:
        """Let go of cameras first, then end everything else; a slow panel is left behind."""
        if self._session is None:
            return
        self._session = None
        parts = list(self._parts)
        if self.complete:
            self._hands.let_go()
            parts.remove(self.ptz)
            await _close(self.ptz)
        await asyncio.gather(*(_close(part) for part in parts))

    def _join(self, part: Panel) -> None:
        self._parts.append(part)
        if self._session is not None:
            part.attach(self._session)

    def end(self) -> None:
        """Give back what belongs to no session."""
        if self.complete:
            self._hands.close()

    def audit_selected(self) -> None:
        """Audit what is picked in the tree, or everything."""
        self.audit.open(self.navigator.selected())

    def _on_page_shown(self, page: str) -> None:
        """Begin playback with the camera that was watched: its past is what is looked for."""
        watched = self.live.current_channel
        if page == "playback" and watched and not self.playback.channels:
            self.playback.show_channel(watched)

    def _show_gap(self, channel_id: str, moment: float) -> None:
        """Show a camera's recordings around a gap, as far as there are any."""
        self.playback.show_channel(channel_id)
        self._window.show_page("playback")
        before = max(0.0, moment - BEFORE_GAP)
        self.audit.tasks.start(self.playback.play_at(before), name="audit.look")

    def _show_live(self, channel_id: str) -> None:
        self._window.show_page("live")
        self.live.show_channel(channel_id)

    def _on_tour_picked(self, keys: list[str]) -> None:
        self._window.show_page("live")
        self.live.programme.tour.start_through(keys)

    def _mark_playing(self) -> None:
        """Mark in the tree what is being watched."""
        slots = [view.slot for view in self.live.views]
        self.navigator.set_playing(slot.channel for slot in slots if slot.channel and slot.pulls)

    def shown(self) -> tuple[str | None, str | None]:
        """Return which channels live and playback show, for :meth:`show_again`."""
        if not self.complete:
            return None, None
        return self.live.current_channel, self.playback.current_channel

    def show_again(self, shown: tuple[str | None, str | None]) -> None:
        """Show channels again after another session of the same cloud was attached."""
        live, playback = shown
        if live:
            self.live.show_channel(live)
        if playback:
            self.playback.show_channel(playback)

    def pullers(self) -> list[Puller]:
        """Return everything that may be pulling a stream."""
        if not self.complete:
            return []
        return [*self.live.pullers(), *self.playback.pullers()]


async def _loaded(names: Sequence[str]) -> None:
    await asyncio.get_running_loop().run_in_executor(None, load, names)


async def _close(panel: Panel) -> None:
    try:
        async with asyncio.timeout(CLOSE_SECONDS):
            await panel.close()
    except TimeoutError:
        log.warning("%s did not close in time", type(panel).__name__)
    except Exception:
        # One panel's mistake must not keep the others, or the program, from ending.
        log.exception("%s did not close", type(panel).__name__)
    panel.detach()
