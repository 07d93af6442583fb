"""What can be said on the command line; secrets can't."""

from __future__ import annotations

import argparse
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from ivcdesk import __version__

_LEVELS = ("debug", "info", "warning", "error")


@dataclass(frozen=True, slots=True)
class Options:
    """The command line as values; ``None`` where nothing was said."""

    demo: bool = False
    scenario: str = "demo"
    devices: int | None = None
    seed: int | None = None
    simulator: str | None = None
    data_dir: Path | None = None
    language: str | None = None
    theme: str | None = None
    profile: str | None = None
    log_level: str = "info"


def parse(arguments: Sequence[str]) -> Options:
    """Read the command line; ends the program with a message where it makes no sense."""
    parser = _parser()
    read = parser.parse_args(list(arguments))
    if read.demo and read.simulator:
        parser.error("--demo starts a simulator of its own: leave out --simulator")
    world = (read.scenario, read.devices, read.seed)
    if not read.demo and any(value is not None for value in world):
        parser.error("--scenario, --devices and --seed describe the world of --demo")
    return Options(
        demo=read.demo,
        scenario=read.scenario or "demo",
        devices=read.devices,
        seed=read.seed,
        simulator=read.simulator,
        data_dir=read.data_dir,
        language=read.lang,
        theme=read.theme,
        profile=read.profile,
        log_level=read.log_level,
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ivcdesk",
        description="Desktop for Tencent Cloud Intelligent Viewdata Computing.",
        epilog="'ivcdesk simulate --help' tells about running the simulated cloud alone. "
        "Keys are typed in at sign-in and are never taken from the command line.",
    )
    parser.add_argument("--version", action="version", version=f"ivcdesk {__version__}")
    parser.add_argument(
        "--demo", action="store_true", help="explore an embedded cloud, nothing to configure"
    )
    parser.add_argument("--scenario", choices=("demo", "fleet"), help="the world of the demo")
    parser.add_argument("--devices", type=_count, metavar="N", help="how many devices the demo has")
    parser.add_argument("--seed", type=int, metavar="N", help="another demo world")
    parser.add_argument(
        "--simulator",
        type=_loopback,
        metavar="URL",
        help="use a simulator that already runs on this computer",
    )
    parser.add_argument(
        "--data-dir", type=Path, metavar="DIR", help="where settings, cache and log are kept"
    )
    parser.add_argument("--lang", choices=("en", "zh_CN"), help="the language, for this run")
    parser.add_argument("--theme", choices=("dark", "light"), help="the theme, for this run")
    parser.add_argument(
        "--profile", type=_profile, metavar="NAME", help="settings and accounts kept apart"
    )
    parser.add_argument("--log-level", choices=_LEVELS, default="info", metavar="LEVEL")
    return parser


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 200_000:
        raise argparse.ArgumentTypeError("must be between 1 and 200000")
    return number


def _loopback(text: str) -> str:
    try:
        parts = urlsplit(text)
        _port = parts.port
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise argparse.ArgumentTypeError("must look like http://127.0.0.1:PORT")
    if parts.hostname != "localhost":
        try:
            local = ipaddress.ip_address(parts.hostname).is_loopback
        except ValueError:
            local = False
        if not local:
            raise argparse.ArgumentTypeError("must be on this computer (127.0.0.1)")
    return f"{parts.scheme}://{parts.netloc}"


def _profile(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", text):
        raise argparse.ArgumentTypeError("may have letters, digits, dots and dashes, 32 at most")
    return text
