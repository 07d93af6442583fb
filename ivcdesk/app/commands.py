"""What can be done anywhere in the window, as one table: its words, icon, key and deed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ivcdesk.app.pages import CONTROL, DOWNLOADS, INSPECTOR, NAVIGATOR
from ivcdesk.ui.text import mark

if TYPE_CHECKING:
    from ivcdesk.app.panels import Panels


class Desk(Protocol):
    """What the actions act upon: the running application."""

    @property
    def panels(self) -> Panels:
        """The panels, to be asked for what they can do themselves; complete where enabled."""

    @property
    def signed_in(self) -> bool:
        """Whether a session is open."""

    @property
    def in_demo(self) -> bool:
        """Whether the session is the demo's."""

    @property
    def shows_channel(self) -> bool:
        """Whether a channel's picture is chosen, so that its stream can be handed on."""

    def export(self) -> None:
        """Ask what of the recordings shown is to be exported."""

    def go(self, page: str) -> None:
        """Show a page."""

    def search(self) -> None:
        """Put the cursor into the tree's search."""

    def toggle_palette(self) -> None:
        """Open or close the palette."""

    def toggle_dock(self, name: str) -> None:
        """Show or hide a dock."""

    def toggle_full_screen(self) -> None:
        """Fill the screen, or no longer."""

    def toggle_language(self) -> None:
        """Speak the other language."""

    def toggle_theme(self) -> None:
        """Wear the other theme."""

    def reset_layout(self) -> None:
        """Put the docks where they were at first."""

    def reload(self) -> None:
        """List the directory anew."""

    def open_outside(self, player: str) -> None:
        """Hand the chosen stream to a player of that name; empty for the one in the settings."""

    def copy_address(self) -> None:
        """Copy the address of the chosen stream."""

    def in_live(self, deed: str) -> None:
        """Do something on the live page, by its name there."""

    def dismiss(self) -> None:
        """Take the message away."""

    def open_folder(self) -> None:
        """Show the folder of settings and log."""

    def explore_demo(self) -> None:
        """Enter the demo's cloud."""

    def sign_out(self) -> None:
        """Leave the session."""

    def quit(self) -> None:
        """End the program."""


def _always(_desk: Desk) -> bool:
    return True


def _signed_in(desk: Desk) -> bool:
    return desk.signed_in


def _live_is_there(desk: Desk) -> bool:
    return desk.signed_in and desk.panels.complete


def _shows_channel(desk: Desk) -> bool:
    return desk.shows_channel


@dataclass(frozen=True, slots=True)
class Command:
    """One action: ``id`` never changes, ``menu`` groups it (empty: in no menu).

    ``also`` is a second shortcut, for where the first one means something else.
    """

    id: str
    text: str
    icon: str
    run: Callable[[Desk], None]
    shortcut: str = ""
    enabled: Callable[[Desk], bool] = _always
    menu: str = ""
    also: str = ""


COMMANDS: tuple[Command, ...] = (
    Command(
        "palette",
        mark("Find a camera or a command"),
        "search",
        lambda desk: desk.toggle_palette(),
        "Ctrl+K",
    ),
    Command(
        "search",
        mark("Search in the tree"),
        "tree",
        lambda desk: desk.search(),
        "Ctrl+F",
        _signed_in,
    ),
    Command(
        "reload",
        mark("Reload the tree"),
        "refresh",
        lambda desk: desk.reload(),
        "F5",
        _signed_in,
        "view",
    ),
    Command(
        "navigator",
        mark("Show or hide the tree"),
        "tree",
        lambda desk: desk.toggle_dock(NAVIGATOR),
        "Ctrl+B",
        _signed_in,
        "view",
    ),
    Command(
        "control",
        mark("Show or hide the PTZ dock"),
        "ptz",
        lambda desk: desk.toggle_dock(CONTROL),
        "Ctrl+Shift+P",
        _signed_in,
        "view",
    ),
    Command(
        "inspector",
        mark("Show or hide the API inspector"),
        "inspector",
        lambda desk: desk.toggle_dock(INSPECTOR),
        "Ctrl+Shift+I",
        _always,
        "view",
    ),
    Command(
        "downloads",
        mark("Show or hide the downloads"),
        "export",
        lambda desk: desk.toggle_dock(DOWNLOADS),
        "Ctrl+J",
        _always,
        "view",
    ),
    Command(
        "export",
        mark("Export recordings"),
        "export",
        lambda desk: desk.export(),
        "Ctrl+E",
        _signed_in,
    ),
    Command(
        "fetch",
        mark("Fetch recordings from the device"),
        "device",
        lambda desk: desk.panels.downloads.fetches.playback.open_fetch(),
        "Ctrl+Shift+E",
        _live_is_there,
    ),
    Command(
        "backfill",
        mark("Fill the gap at the playhead from the device"),
        "device",
        lambda desk: desk.panels.downloads.fetches.playback.fill_gap(),
        "Ctrl+Shift+B",
        _live_is_there,
    ),
    Command(
        "retrieve",
        mark("Retrieve recordings from the archive"),
        "export",
        lambda desk: desk.panels.downloads.fetches.playback.open_retrieve(),
        "Ctrl+Shift+R",
        _live_is_there,
    ),
    Command(
        "fetches",
        mark("List what the cloud fetches from devices"),
        "device",
        lambda desk: desk.panels.downloads.fetches.show_fetches(),
        "",
        _live_is_there,
    ),
    Command(
        "retrievals",
        mark("List what was retrieved from the archive"),
        "export",
        lambda desk: desk.panels.downloads.fetches.show_retrievals(),
        "",
        _live_is_there,
    ),
    Command(
        "reset_layout",
        mark("Reset the layout of the window"),
        "tree",
        lambda desk: desk.reset_layout(),
        "",
        _signed_in,
        "view",
    ),
    Command(
        "full_screen",
        mark("Full screen"),
        "full-screen",
        lambda desk: desk.toggle_full_screen(),
        "F11",
        _always,
        "view",
    ),
    Command(
        "open_outside",
        mark("Open the stream in an outside player"),
        "player",
        lambda desk: desk.open_outside(""),
        "Ctrl+O",
        _shows_channel,
    ),
    Command(
        "open_in_vlc",
        mark("Open the stream in VLC"),
        "player",
        lambda desk: desk.open_outside("VLC"),
        "",
        _shows_channel,
    ),
    Command(
        "open_in_mpv",
        mark("Open the stream in mpv"),
        "player",
        lambda desk: desk.open_outside("mpv"),
        "",
        _shows_channel,
    ),
    Command(
        "open_in_ffplay",
        mark("Open the stream in ffplay"),
        "player",
        lambda desk: desk.open_outside("ffplay"),
        "",
        _shows_channel,
    ),
    Command(
        "layouts",
        mark("Choose or save a layout of the live pictures"),
        "layouts",
        lambda desk: desk.in_live("layouts"),
        "",
        _signed_in,
    ),
    Command(
        "save_layout",
        mark("Save the live pictures as a layout"),
        "layouts",
        lambda desk: desk.in_live("save_layout"),
        "",
        _signed_in,
    ),
    Command(
        "tour_selected",
        mark("Tour through the cameras picked in the tree"),
        "tour",
        lambda desk: desk.in_live("tour_selected"),
        "",
        _signed_in,
    ),
    Command(
        "tour_layouts",
        mark("Tour through all saved layouts"),
        "tour",
        lambda desk: desk.in_live("tour_layouts"),
        "",
        _signed_in,
    ),
    Command(
        "tour_stop",
        mark("Stop the tour"),
        "tour",
        lambda desk: desk.in_live("tour_stop"),
        "",
        _signed_in,
    ),
    Command(
        "live_facts",
        mark("Codec, rates and delay on the pictures"),
        "info",
        lambda desk: desk.in_live("facts"),
        "",
        _signed_in,
    ),
    Command(
        "burst",
        mark("Five snapshots in a row"),
        "camera",
        lambda desk: desk.in_live("burst"),
        "",
        _shows_channel,
    ),
    Command(
        "copy_address",
        mark("Copy the address of the stream"),
        "copy",
        lambda desk: desk.copy_address(),
        "Ctrl+Shift+C",
        _shows_channel,
    ),
    Command(
        "addresses",
        mark("Addresses and QR code of the stream"),
        "copy",
        lambda desk: desk.panels.live.windows.open_addresses(),
        "Ctrl+Shift+A",
        _shows_channel,
    ),
    Command(
        "bans",
        mark("Who may not watch"),
        "eye-off",
        lambda desk: desk.panels.live.windows.open_bans(),
        "",
        _live_is_there,
    ),
    Command(
        "audit",
        mark("Audit of recordings"),
        "calendar",
        lambda desk: desk.panels.audit_selected(),
        "Ctrl+Shift+U",
        _live_is_there,
    ),
    Command(
        "diagnose",
        mark("Why is there no picture?"),
        "info",
        lambda desk: desk.panels.live.windows.open_diagnosis(),
        "Ctrl+D",
        _shows_channel,
    ),
    Command(
        "record",
        mark("Record the stream into a file"),
        "record",
        lambda desk: desk.panels.live.recording.toggle(),
        "",
        _shows_channel,
    ),
    Command(
        "mute",
        mark("Mute or unmute"),
        "sound",
        lambda desk: desk.panels.live.sound.toggle(),
        "",
        _shows_channel,
    ),
    Command(
        "language",
        mark("Switch between Chinese and English"),
        "language",
        lambda desk: desk.toggle_language(),
        "",
        _always,
        "looks",
    ),
    Command(
        "theme",
        mark("Switch between dark and light"),
        "theme",
        lambda desk: desk.toggle_theme(),
        "",
        _always,
        "looks",
    ),
    Command("dismiss", mark("Dismiss the message"), "close", lambda desk: desk.dismiss()),
    Command(
        "open_folder",
        mark("Open the folder of settings and log"),
        "folder",
        lambda desk: desk.open_folder(),
    ),
    Command(
        "demo",
        mark("Explore the demo"),
        "demo",
        lambda desk: desk.explore_demo(),
        "",
        lambda desk: not desk.in_demo,
        "account",
    ),
    Command(
        "sign_out",
        mark("Sign out"),
        "sign-out",
        lambda desk: desk.sign_out(),
        "Ctrl+Shift+Q",
        _signed_in,
        "account",
    ),
    Command("quit", mark("Quit"), "quit", lambda desk: desk.quit(), "Ctrl+Q", _always, "end"),
)
