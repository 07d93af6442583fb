"""The panels of the window: made once after the first paint, given to each session in turn."""

from __future__ import annotations

import asyncio
import importlib
import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, Self

from ivcdesk.app.pages import CONTROL, INSPECTOR, NAVIGATOR
from ivcdesk.app.pulse import Puller
from ivcdesk.app.window import MainWindow
from ivcdesk.ui.context import Context

if TYPE_CHECKING:
    from ivcdesk.api import Journal
    from ivcdesk.services.session import Session
    from ivcdesk.ui.panels.inspector import InspectorPanel
    from ivcdesk.ui.panels.live import LivePanel
    from ivcdesk.ui.panels.navigator import Navigator
    from ivcdesk.ui.panels.playback import PlaybackPanel
    from ivcdesk.ui.panels.ptz import PtzPanel
    from ivcdesk.ui.panels.settings import SettingsPanel

log = logging.getLogger(__name__)

CLOSE_SECONDS = 4.0

FOR_SIGN_IN = (
    "httpx",
    "certifi",
    "ivcdesk.services.session",
    "ivcdesk.app.sign_in",
    "ivcdesk.app.link",
)
"""What signing in needs; imported first, by another thread, once the window is there."""

FOR_PANELS = (
    "ivcdesk.app.messages",
    "ivcdesk.media.outside",
    "ivcdesk.ui.panels.navigator",
    "ivcdesk.ui.panels.live",
    "ivcdesk.ui.panels.ptz_keys",
    "ivcdesk.ui.panels.inspector",
    "ivcdesk.ui.panels.settings",
    "ivcdesk.ui.panels.playback",
)
"""What the panels need; imported while the session is being opened."""


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


class Panels:
    """All panels, put into their places in the window, and the wires between them."""

    def __init__(
        self,
        navigator: Navigator,
        live: LivePanel,
        playback: PlaybackPanel,
        ptz: PtzPanel,
        inspector: InspectorPanel,
        settings: SettingsPanel,
        window: MainWindow,
    ) -> None:
        from ivcdesk.ui.panels.ptz_keys import PtzKeys

        self.navigator, self.live, self.playback = navigator, live, playback
        self.ptz, self.inspector, self.settings = ptz, inspector, settings
        live.join(ptz)
        live.pulls_changed.connect(self._mark_playing)
        live.channel_changed.connect(self._mark_playing)
        self.keys = PtzKeys(window, live, ptz)
        self._all: Sequence[Panel] = (ptz, live, playback, navigator, inspector)
        self._attached = False

    @classmethod
    async def make(
        cls, window: MainWindow, context: Context, journal: Journal, folder: Path
    ) -> Self:
        """Make the panels one after the other, and let the window breathe in between."""
        from ivcdesk.media.outside import find_players
        from ivcdesk.ui.panels.inspector import InspectorPanel
        from ivcdesk.ui.panels.live import LivePanel
        from ivcdesk.ui.panels.navigator import Navigator
        from ivcdesk.ui.panels.playback import PlaybackPanel
        from ivcdesk.ui.panels.ptz import PtzPanel
        from ivcdesk.ui.panels.settings import SettingsPanel

        def player_names() -> list[str]:
            return [player.name for player in find_players()]

        window.add_dock(NAVIGATOR, navigator := Navigator(context))
        await asyncio.sleep(0)
        window.add_page("live", live := LivePanel(context))
        await asyncio.sleep(0)
        window.add_dock(CONTROL, ptz := PtzPanel(context))
        await asyncio.sleep(0)
        window.add_page("playback", playback := PlaybackPanel(context))
        await asyncio.sleep(0)
        window.add_dock(INSPECTOR, inspector := InspectorPanel(journal))
        await asyncio.sleep(0)
        window.add_page("settings", settings := SettingsPanel(context, folder, player_names))
        return cls(navigator, live, playback, ptz, inspector, settings, window)

    def attach(self, session: Session) -> None:
        """Give all panels a session."""
        self._attached = True
        for panel in self._all:
            panel.attach(session)

    async def detach(self) -> None:
        """Let go of cameras first, then end everything else; a slow panel is left behind."""
        if not self._attached:
            return
        self._attached = False
        self.keys.let_go()
        await _close(self.ptz)
        await asyncio.gather(*(_close(panel) for panel in self._all if panel is not self.ptz))

    def _mark_playing(self) -> None:
        """Mark in the tree what is being watched."""
        slots = [view.slot for view in self.live.views]
        self.navigator.set_playing(slot.channel for slot in slots if slot.channel and slot.pulls)

    def shown(self) -> tuple[str | None, str | None]:
        """Return which channels live and playback show, for :meth:`show_again`."""
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
        return [*self.live.pullers(), *self.playback.pullers()]


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
