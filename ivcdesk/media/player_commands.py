"""Finding outside players, and the command lines that play a stream with little delay."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Literal, NamedTuple
from urllib.parse import urlsplit

SCHEMES = frozenset({"http", "https", "rtmp", "rtmps", "rtsp"})
"""The kinds of address that are handed to a player; anything else might mean a local file."""

URL, PLAYLIST = "{url}", "{playlist}"
"""What a command of the user's own holds in place of the address, or of a file that holds it."""

Problem = Literal["address", "command", "missing", "start", "ended"]


class LaunchError(Exception):
    """A player that can't be started.

    ``problem``: ``address`` is none that may be handed on; ``command`` can't be understood, or
    has no place for the address; ``missing``: there is no such program; ``start``: the system
    refused; ``ended``: it ended at once. ``detail`` never holds an address.
    """

    def __init__(self, problem: Problem, detail: str = "") -> None:
        super().__init__(problem, detail)
        self.problem: Problem = problem
        self.detail = detail

    def __str__(self) -> str:
        return f"{self.problem}: {self.detail}" if self.detail else self.problem


@dataclass(frozen=True, slots=True)
class OutsidePlayer:
    """A player that is installed. ``name`` is VLC, mpv or ffplay."""

    name: str
    path: str

    @property
    def hides_url(self) -> bool:
        """Whether it takes the address from a file.

        ffplay does not: the signed address is then seen by everybody who lists processes.
        """
        return self.name != "ffplay"


class Command(NamedTuple):
    """A command line; ``{playlist}`` in it stands for a file with the text ``playlist``."""

    argv: list[str]
    playlist: str | None


@dataclass(frozen=True, slots=True)
class System:
    """What players are looked for in; made of the real machine unless a test says otherwise."""

    platform: str = sys.platform
    environment: Mapping[str, str] = field(default_factory=lambda: os.environ)
    which: Callable[[str], str | None] = shutil.which
    exists: Callable[[str], bool] = os.path.exists


def find_players(system: System | None = None) -> list[OutsidePlayer]:
    """Return the players that are installed, the most able first: VLC, mpv, ffplay."""
    system = system or System()
    found = []
    for name in ("VLC", "mpv", "ffplay"):
        path = system.which(name.lower())
        if path is None:
            path = next((p for p in _usual_places(name, system) if system.exists(p)), None)
        if path is not None:
            found.append(OutsidePlayer(name, path))
    return found


def choose_url(codec: str, *, flv: str = "", hls: str = "", rtmp: str = "") -> str:
    """Return the address that outside players play best; empty where there is none.

    Players of today's distributions do not know H.265 in FLV or RTMP, but in HLS.
    """
    if codec == "H.265" and hls:
        return hls
    return flv or rtmp or hls


def command(player: OutsidePlayer, url: str, codec: str = "", title: str = "") -> Command:
    """Return how to play an address with as little delay as the player can.

    ``codec`` is as in the stream's facts; ``title`` is for the window. Raises LaunchError.
    """
    check_url(url)
    paced = codec == "H.265" or urlsplit(url).path.endswith(".m3u8")
    title = " ".join(title.split())
    match player.name:
        case "VLC":
            options = ["--network-caching=300", "--live-caching=300", "--no-video-title-show"]
            return Command([player.path, *options, PLAYLIST], _playlist(url, title))
        case "mpv":
            options = ["--profile=low-latency", "--ytdl=no", "--force-window=immediate"]
            if not paced:
                # Segments come in bursts: shown untimed they would run too fast.
                options.append("--untimed")
            if title:
                options.append(f"--title={title}")
            argv = [player.path, *options, f"--playlist={PLAYLIST}"]
            return Command(argv, _playlist(url, title))
        case "ffplay":
            # It would stand still on the last picture for ever once the stream has ended.
            options = ["-hide_banner", "-loglevel", "error", "-autoexit"]
            options += ["-flags", "low_delay", "-framedrop"]
            if not paced:
                options += ["-fflags", "nobuffer", "-probesize", "4096", "-analyzeduration", "0"]
            if title:
                options += ["-window_title", title]
            return Command([player.path, *options, "-i", url], None)
        case _:
            raise LaunchError("command", f"unknown player {player.name!r}")


def own_command(template: str, url: str, system: System | None = None) -> Command:
    """Return the command of the user's own with the address put in its place.

    It is split as a shell would, but no shell ever sees it. Raises LaunchError.
    """
    check_url(url)
    system = system or System()
    windows = system.platform == "win32"
    try:
        parts = shlex.split(template, posix=not windows)
    except ValueError as error:
        raise LaunchError("command", str(error)) from None
    if windows:
        parts = [part.strip('"') for part in parts]
    if not parts or not any(URL in part or PLAYLIST in part for part in parts[1:]):
        raise LaunchError("command", f"{URL} or {PLAYLIST} is missing")
    if URL in parts[0] or PLAYLIST in parts[0]:
        raise LaunchError("command", "the program's name comes first")
    program = system.which(parts[0])
    if program is None:
        raise LaunchError("missing", parts[0])
    argv = [program, *(part.replace(URL, url) for part in parts[1:])]
    wants_file = any(PLAYLIST in part for part in parts[1:])
    return Command(argv, _playlist(url, "") if wants_file else None)


def check_url(url: str) -> None:
    """Raise LaunchError for an address that may not be handed to a player."""
    try:
        parts = urlsplit(url)
    except ValueError:
        raise LaunchError("address") from None
    if parts.scheme not in SCHEMES or not parts.netloc:
        raise LaunchError("address", f"scheme {parts.scheme!r}" if parts.scheme else "")
    if any(character <= " " or character == "\x7f" for character in url):
        raise LaunchError("address", "it holds a blank or a control character")


def _playlist(url: str, title: str) -> str:
    return f"#EXTM3U\n#EXTINF:-1,{title}\n{url}\n"


def _usual_places(name: str, system: System) -> list[str]:
    environment = system.environment
    if system.platform == "win32":
        return _windows_places(name, environment)
    home = PurePosixPath(environment.get("HOME", "/"))
    low = name.lower()
    if system.platform == "darwin":
        bundle = f"{name}.app/Contents/MacOS/{'VLC' if name == 'VLC' else low}"
        roots = ["/Applications", str(home / "Applications")]
        places = [f"{root}/{bundle}" for root in roots if name != "ffplay"]
        return places + [f"{root}/{low}" for root in ("/opt/homebrew/bin", "/usr/local/bin")]
    places = [f"{root}/{low}" for root in ("/usr/bin", "/usr/local/bin", "/snap/bin")]
    flatpak = {"VLC": "org.videolan.VLC", "mpv": "io.mpv.Mpv"}.get(name)
    if flatpak:
        exports = "flatpak/exports/bin"
        places += [f"/var/lib/{exports}/{flatpak}", str(home / f".local/share/{exports}/{flatpak}")]
    return places


def _windows_places(name: str, environment: Mapping[str, str]) -> list[str]:
    program = f"{name.lower()}.exe"
    folders = {
        "VLC": ["VideoLAN/VLC"],
        "mpv": ["mpv", "MPV Player"],
        "ffplay": ["ffmpeg/bin"],
    }[name]
    variables = ("ProgramFiles", "ProgramFiles(x86)", "ProgramW6432", "LOCALAPPDATA")
    roots = [environment[variable] for variable in variables if variable in environment]
    places = [str(PureWindowsPath(root, folder, program)) for root in roots for folder in folders]
    if profile := environment.get("USERPROFILE"):
        places.append(str(PureWindowsPath(profile, "scoop/shims", program)))
    drive = environment.get("SystemDrive", "C:")
    places.append(str(PureWindowsPath(f"{drive}\\", folders[0], program)))
    return places


def written(text: str, folder: Path) -> Path:
    """Write a playlist that only this user can read, and return where."""
    path = folder / "stream.m3u"
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return path
