"""What every panel is given by the application: words for errors, and the settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Explanation:
    """An error in the user's words, in the language of the window.

    ``title`` says what happened, ``hint`` what can be done next (may be empty); ``code`` and
    ``request_id`` are there to be copied (empty where there is none).
    """

    title: str
    hint: str = ""
    code: str = ""
    request_id: str = ""

    @property
    def footnote(self) -> str:
        """The code and the request id on one line, to show small and to copy."""
        return " · ".join(part for part in (self.code, self.request_id) if part)


class Settings(Protocol):
    """The settings that panels read and write; the application keeps them in one file."""

    language: str
    theme: str
    ptz_interval_ms: int
    ptz_speed: int
    time_zone: str
    external_player: str
    external_commands: dict[str, str]
    gamepad_buttons: dict[str, str]
    """What the user let buttons do, by the button's name; see ``domain/gamepad.py``."""
    sound_muted: bool
    sound_volume: int
    live_idle_minutes: int
    live_tour_seconds: int
    live_restores: bool
    live_facts: bool
    download_folder: str
    """Where exports go; empty for the user's videos."""
    downloads_at_once: int
    export_form: str
    export_join: bool
    export_g711: bool
    folder: Path
    """Where this profile keeps its files."""

    def save(self) -> None:
        """Write the settings file soon, off the window's thread."""


@dataclass(frozen=True, slots=True)
class Context:
    """Handed to each panel when it is made.

    ``explain`` makes words of an error; ``notify`` shows an explanation as a message that stays
    until it is dismissed or replaced and never takes the focus.
    """

    explain: Callable[[BaseException], Explanation]
    notify: Callable[[Explanation], None]
    settings: Settings
