"""The running application: it makes the parts, joins them, and ends them in good order."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication

from ivcdesk.app import panels as panel_room
from ivcdesk.app.actions import ActionTable
from ivcdesk.app.crash import CrashDialog, CrashHooks
from ivcdesk.app.demo import DemoCloud
from ivcdesk.app.entrance import Entrance
from ivcdesk.app.i18n import Languages
from ivcdesk.app.logs import LogFile
from ivcdesk.app.options import Options
from ivcdesk.app.pages import NAVIGATOR
from ivcdesk.app.pulse import Pulse
from ivcdesk.app.secrets import Keyring
from ivcdesk.app.settings import Settings, folder_for
from ivcdesk.app.theme import Appearance
from ivcdesk.app.window import MainWindow
from ivcdesk.ui import text, tokens
from ivcdesk.ui.context import Context, Explanation
from ivcdesk.ui.panels.palette import CommandPalette
from ivcdesk.ui.tasks import TaskScope
from ivcdesk.ui.text import tr
from ivcdesk.ui.widgets.palette_index import Entry

if TYPE_CHECKING:
    from ivcdesk.app.child import Child
    from ivcdesk.app.panels import Panels
    from ivcdesk.services.session import Session
    from ivcdesk.ui.panels.live import LivePanel
    from ivcdesk.ui.panels.playback import PlaybackPanel

log = logging.getLogger(__name__)

LAYOUT = "layout:"
"""Begins the id of what shows a saved layout, before its name."""

_PAINT_SECONDS = 1.0


class Application(QObject):
    """Everything that runs. ``window`` is the main window, ``session`` what it shows, or None.

    Signals: ``left`` when the user wants to end the program.
    """

    left = Signal()

    def __init__(self, options: Options, child: Child | None = None) -> None:
        super().__init__()
        qt = QApplication.instance()
        if not isinstance(qt, QApplication):
            raise TypeError("there is no QApplication")
        self.options = options
        self.leaving = False
        self.settings = Settings(folder_for(options))
        self.settings.override(
            **{
                name: value
                for name, value in (("language", options.language), ("theme", options.theme))
                if value is not None
            }
        )
        self.keyring = Keyring()
        self.tasks = TaskScope(self, self._on_error)
        self._log_file = LogFile(self.settings.folder, options.log_level)
        self._hooks = CrashHooks(self._on_error)
        self._hooks.crashed.connect(self._on_crashed)
        self._crash: CrashDialog | None = None
        self._appearance = Appearance(qt)
        self._languages = Languages(qt)
        self._importable = asyncio.Event()
        self._tree_made = asyncio.Event()
        self._panels_made = asyncio.Event()
        self._panels: Panels | None = None
        self._entrance: Entrance | None = None
        self.demo = DemoCloud(options, self, child)

    @property
    def session(self) -> Session | None:
        """The session that is open, or None."""
        return self._entrance.session if self._entrance is not None else None

    @property
    def panels(self) -> Panels:
        """The panels; all of them are there once :meth:`start` has ended."""
        assert self._panels is not None
        return self._panels

    async def start(self) -> None:
        """Show the window, then everything in it; signing in goes on behind this call."""
        self._hooks.install(asyncio.get_running_loop())
        self._log_file.start()
        for trouble in self.settings.troubles:
            log.warning("settings: %s", trouble)
        if self.options.demo:
            self._launch_demo()
        self._appearance.use(self.settings.theme)
        self._languages.use(self.settings.language)
        self.window = MainWindow()
        self.window.closed.connect(self.quit)
        self.window.restore_place(self.settings.window)
        self.window.restore_docks(self.settings.window, self.settings.hidden_docks)
        self.actions = ActionTable(self.window, self)
        self.window.top.set_menu(self.actions.menu(self.window))
        self.window.top.palette_wanted.connect(self.toggle_palette)
        self.window.top.language_toggled.connect(self.toggle_language)
        self.palette = CommandPalette(self.window, self._palette_entries)
        self._entrance = Entrance(self)
        self._entrance.changed.connect(self._on_session_changed)
        self._entrance.show_first()
        self.window.show()
        await self._first_paint()
        loop = asyncio.get_running_loop()
        await loop.run_in_executor(None, panel_room.load_for_sign_in)
        self._importable.set()
        self._entrance.begin()
        await self._make_panels(self._entrance)

    def _launch_demo(self) -> None:
        """Start the demo's cloud now, so that it gets ready while the window is made."""
        from ivcdesk.app.child import SimulatorFailed

        try:
            self.demo.launch()
        except SimulatorFailed:
            log.debug("entering the demo will tell")

    async def close(self) -> None:
        """End everything: cameras are let go of first, the demo's cloud last."""
        self.leaving = True
        if self._entrance is not None:
            self._keep_layout()
            self.window.hide()
            if self._tree_made.is_set():
                self._pulse.stop()
            await self._entrance.close()
            await self.palette.close()
            if self._panels is not None and self._panels.complete:
                await self._panels.downloads.close()
            if self._panels is not None:
                self._panels.end()
        await self.tasks.finish()
        await self.demo.close()
        await self.settings.flush()
        self._hooks.uninstall()
        self._log_file.stop()
        self._languages.close()
        self._appearance.close()
        if self._crash is not None:
            self._crash.close()
        if self._entrance is not None:
            self.window.deleteLater()
        self.deleteLater()

    async def select_channel(self, channel_id: str) -> None:
        """Open a channel as picking it in the tree does: live, or playback if that page shows.

        Waits until the directory knows it. Raises NotFound where there is no such channel.
        """
        from ivcdesk.api.actions import ChannelId

        session = self.session
        if session is None:
            return
        await session.directory.locate(ChannelId(channel_id))
        await self.panels_made()
        self._open_channel(channel_id)

    async def add_to_playback(self, channel_id: str) -> None:
        """Play a channel back beside those that are, on the same playhead; shows the page.

        Waits until the directory knows it. Raises NotFound where there is no such channel.
        """
        from ivcdesk.api.actions import ChannelId

        session = self.session
        if session is None:
            return
        self.go("playback")
        await session.directory.locate(ChannelId(channel_id))
        panels = await self.panels_made()
        panels.playback.add_channel(channel_id)

    async def play_recording(self, channel_id: str, moment: float) -> None:
        """Play what was recorded at a moment (epoch seconds); shows the page for it."""
        self.go("playback")
        await self.select_channel(channel_id)
        await self.panels.playback.play_at(moment)

    def go(self, page: str) -> None:
        """Show a page by its name."""
        self.window.show_page(page)

    def trigger(self, action: str) -> None:
        """Do an action of the action table by its id."""
        kind, _, name = action.partition(LAYOUT)
        if name and not kind:
            self.go("live")
            self.panels.live.programme.layouts.choose(name)
        else:
            self.actions.trigger(action)

    @property
    def signed_in(self) -> bool:
        """Whether a session is open."""
        return self.session is not None

    @property
    def in_demo(self) -> bool:
        """Whether the session is the demo's."""
        return self._entrance is not None and self._entrance.in_demo

    @property
    def shows_channel(self) -> bool:
        """Whether the live page shows a channel."""
        live = self.signed_in and self.panels.complete and self.window.page == "live"
        return live and bool(self.panels.live.current_channel)

    def search(self) -> None:
        """Put the cursor into the tree's search."""
        if self.window.page == "settings":
            self.go("live")
        self.window.show_dock(NAVIGATOR)
        self.panels.navigator.focus_search()

    def toggle_palette(self) -> None:
        """Open or close the palette."""
        self.palette.toggle()

    def export(self) -> None:
        """Ask what of the recordings shown is to be exported."""
        if self.panels.complete:
            self.go("playback")
            self.panels.downloads.exporter.open()

    def toggle_dock(self, name: str) -> None:
        """Show or hide a dock."""
        self.window.toggle_dock(name)

    def toggle_full_screen(self) -> None:
        """Fill the screen, or no longer."""
        self.window.toggle_full_screen()

    def toggle_language(self) -> None:
        """Speak the other language, and remember it."""
        self.use_language("en" if text.language.code == "zh_CN" else "zh_CN")

    def use_language(self, setting: str) -> None:
        """Speak a language from now on, and remember it."""
        self.settings.language = setting
        self.settings.save()
        self._languages.use(setting)

    def toggle_theme(self) -> None:
        """Wear the other theme, and remember it."""
        self.use_theme("light" if tokens.tokens().name == "dark" else "dark")

    def use_theme(self, setting: str) -> None:
        """Wear a theme from now on, and remember it."""
        self.settings.theme = setting
        self.settings.save()
        self._appearance.use(setting)

    def reset_layout(self) -> None:
        """Put the docks where they were at first."""
        self.window.reset_layout()

    def reload(self) -> None:
        """List the directory anew."""
        if self.session is not None:
            self.tasks.start(self._reload(self.session), name="reload")

    def open_outside(self, player: str) -> None:
        """Hand the chosen stream to an outside player."""
        self.panels.live.open_outside(player)

    def copy_address(self) -> None:
        """Copy the address of the chosen stream."""
        self.panels.live.copy_address()

    def in_live(self, deed: str) -> None:
        """Show the live page and do something there, by its name."""
        if self.panels.complete:
            self.go("live")
            self.panels.live.do(deed)

    def dismiss(self) -> None:
        """Take the message away."""
        self.window.notice.dismiss()

    def open_folder(self) -> None:
        """Show the folder of settings and log."""
        QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.settings.folder)))

    def explore_demo(self) -> None:
        """Enter the demo's cloud."""
        if self._entrance is not None:
            self._entrance.enter_demo()

    def sign_out(self) -> None:
        """Leave the session."""
        if self._entrance is not None:
            self._entrance.leave()

    def quit(self) -> None:
        """End the program in good order."""
        if not self.leaving:
            self.leaving = True
            self.left.emit()

    def explain(self, error: BaseException) -> Explanation:
        """Make words of an error."""
        # Imported late: the table knows all rooms, and the first paint needs none of them.
        from ivcdesk.app.messages import explain

        return explain(error)

    async def _first_paint(self) -> None:
        painted = asyncio.Event()
        self.window.painted.connect(painted.set)
        try:
            async with asyncio.timeout(_PAINT_SECONDS):
                await painted.wait()
        except TimeoutError:
            log.debug("not painted yet: hidden behind something, or minimised")

    async def _make_panels(self, entrance: Entrance) -> None:
        """Make the tree, then the other panels, and wire them up."""
        context = Context(self.explain, self.window.notice.show_explanation, self.settings)
        self._panels = panels = panel_room.Panels(
            self.window, context, entrance.journal, self.settings.folder
        )
        await panels.make_tree()
        panels.navigator.channel_picked.connect(self._open_channel)
        panels.navigator.playback_picked.connect(self._open_recordings)
        panels.navigator.playback_added.connect(self._add_to_playback)
        self.palette.action_chosen.connect(self.trigger)
        self.palette.channel_chosen.connect(self._open_channel)
        self.palette.device_chosen.connect(self._reveal)
        self.palette.organization_chosen.connect(self._reveal)
        self._pulse = Pulse(
            self.window.status, self.settings, lambda: self.session, panels.pullers, self
        )
        self._pulse.start()
        self._tree_made.set()
        await panels.make_rest()
        panels.settings.language_chosen.connect(self.use_language)
        panels.settings.theme_chosen.connect(self.use_theme)
        panels.settings.account_forgotten.connect(entrance.forget)
        panels.settings.set_accounts(self.settings.accounts)
        entrance.accounts_changed.connect(panels.settings.set_accounts)
        self.settings.on_failure = self._on_settings_not_saved
        if self.settings.moved_aside is not None:
            self.window.notice.show_explanation(
                Explanation(
                    tr("The settings could not be read"),
                    tr(
                        "They start anew; the old file was kept as {name}.",
                        name=self.settings.moved_aside.name,
                    ),
                )
            )
        if self.session is not None:
            self.window.workspace.setFocus()
        self._panels_made.set()
        self.actions.refresh()

    async def tree_made(self) -> Panels:
        """Return the panels once the tree is there; the others may still be on their way."""
        await self._tree_made.wait()
        return self.panels

    async def panels_made(self) -> Panels:
        """Return the panels once they are all there."""
        await self._panels_made.wait()
        return self.panels

    async def importable(self) -> None:
        """Wait until signing in does not block the window with imports."""
        await self._importable.wait()

    def _panel_of_page(self) -> LivePanel | PlaybackPanel:
        return self.panels.playback if self.window.page == "playback" else self.panels.live

    def _open_channel(self, channel_id: str) -> None:
        if not self.panels.complete:
            self.tasks.start(self.select_channel(channel_id), name="open channel")
            return
        if self.window.page not in ("live", "playback"):
            self.go("live")
        self._panel_of_page().show_channel(channel_id)

    async def _reload(self, session: Session) -> None:
        """List the directory; tell of a failure where the banner does not."""
        from ivcdesk.api import AuthError, ExpiredCredential, TransportError

        await session.directory.refresh()
        error = session.directory.error
        if error and not isinstance(error, TransportError | AuthError | ExpiredCredential):
            self.window.notice.show_explanation(self.explain(error))

    def _open_recordings(self, channel_id: str) -> None:
        self.go("playback")
        self._open_channel(channel_id)

    def _add_to_playback(self, channel_id: str) -> None:
        self.tasks.start(self.add_to_playback(channel_id), name="add to playback")

    def _reveal(self, key: str) -> None:
        if self.window.page == "settings":
            self.go("live")
        self.window.show_dock(NAVIGATOR)
        self.panels.navigator.reveal(key)

    def _palette_entries(self) -> list[Entry]:
        """Return what can be done now, and the saved layouts."""
        entries = self.actions.entries()
        if self.signed_in and self.panels.complete:
            for layout in self.panels.live.programme.layouts.all:
                words = tr("Layout: {name}", name=layout.name)
                entries.append(
                    Entry("action", f"{LAYOUT}{layout.name}", words, "", "layouts", "", 3)
                )
        return entries

    def _keep_layout(self) -> None:
        """Note where the window and its docks are, for the next start."""
        if self._panels is not None and self._panels.complete:
            place, hidden = self.window.kept()
            self.settings.window = place
            self.settings.hidden_docks = hidden
            self.settings.save()

    def _on_session_changed(self) -> None:
        session = self.session
        if session is None:
            self.palette.detach()
        else:
            self.palette.attach(session)
        self.actions.refresh()
        if self._tree_made.is_set():
            self._pulse.beat()

    def _on_settings_not_saved(self, error: OSError) -> None:
        if not self.leaving:
            self.window.notice.show_explanation(
                Explanation(
                    tr("The settings could not be saved"),
                    tr("The system says: {message}", message=error.strerror or str(error)),
                )
            )

    def _on_error(self, error: BaseException) -> None:
        """Tell of an error of a call that nobody else told of; the rest is a mistake of ours."""
        from ivcdesk.api import IvcError

        if isinstance(error, IvcError):
            if not self.leaving:
                self.window.notice.show_explanation(self.explain(error))
        else:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a task failed", "exception": error}
            )

    def _on_crashed(self, report: str) -> None:
        if self.leaving:
            return
        if self._crash is not None and self._crash.isVisible():
            self._crash.add(report)
            return
        self._crash = CrashDialog(self.window, report)
        self._crash.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._crash.destroyed.connect(self._on_crash_dialog_gone)
        self._crash.show()

    def _on_crash_dialog_gone(self) -> None:
        self._crash = None
