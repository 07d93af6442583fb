"""What the user chose, in one readable JSON file; secrets are never in it."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import tempfile
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from pathlib import Path
from typing import Any

from ivcdesk.app.options import Options

log = logging.getLogger(__name__)

FILE_NAME = "settings.json"


@dataclass(frozen=True, slots=True)
class Account:
    """An account that was used before; its secret is in the keyring or nowhere.

    ``signs_in``: it signs in by itself at the next start (never again after a refusal).
    """

    secret_id: str
    region: str
    endpoint: str
    signs_in: bool = False

    @property
    def key(self) -> str:
        """What the keyring files its secret under."""
        return f"{self.secret_id} {self.endpoint}"


@dataclass
class Values:
    """Every setting with its default. Times are milliseconds, sizes bytes.

    ``language``: ``system``, ``en`` or ``zh_CN``. ``theme``: ``system``, ``dark`` or ``light``.
    ``time_zone``: ``system`` or an IANA name. ``external_player``: empty for the first one found,
    or the name of a player or of an entry of ``external_commands``.
    ``live_idle_minutes``: pictures close after so long without anybody, 0 for never.
    ``live_restores``: the layout used last shows again at the next start.
    ``sound_volume``: percent, of live pictures and recordings.
    ``download_folder``: where exports go, empty for the user's videos.
    ``window``: geometry and layout of the window, in base64.
    """

    language: str = "system"
    theme: str = "system"
    ptz_interval_ms: int = 300
    ptz_speed: int = 4
    time_zone: str = "system"
    external_player: str = ""
    external_commands: dict[str, str] = field(default_factory=dict)
    gamepad_buttons: dict[str, str] = field(default_factory=dict)
    live_idle_minutes: int = 30
    live_tour_seconds: int = 15
    live_restores: bool = True
    live_facts: bool = True
    sound_muted: bool = True
    sound_volume: int = 70
    accounts: list[Account] = field(default_factory=list)
    window: dict[str, str] = field(default_factory=dict)
    hidden_docks: list[str] = field(default_factory=list)
    download_folder: str = ""
    downloads_at_once: int = 3
    export_form: str = "mp4"
    export_join: bool = True
    export_g711: bool = True
    traffic_day: str = ""
    traffic_bytes: int = 0


class Settings(Values):
    """The settings of one profile, read from and written to ``folder``.

    ``troubles`` tells in English what was wrong with the file, for the log.
    ``moved_aside`` is where an unreadable file was put, or None. ``on_failure`` is called in the
    loop's thread where the file could not be written.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self.folder = folder
        self.path = folder / FILE_NAME
        self.troubles: list[str] = []
        self.moved_aside: Path | None = None
        self._unknown: dict[str, Any] = {}
        self._overridden: dict[str, tuple[Any, Any]] = {}
        self._text = ""
        self._written = ""
        self._lock = threading.Lock()
        self._writing: asyncio.Future[OSError | None] | None = None
        self.on_failure: Callable[[OSError], object] | None = None
        self._read()

    def override(self, **values: Any) -> None:
        """Use other values for this run; the file keeps its own unless they are changed again."""
        for name, value in values.items():
            self._overridden[name] = (value, getattr(self, name))
            setattr(self, name, value)

    def save(self) -> None:
        """Write the file soon, in another thread; at once where no loop runs."""
        self._text = self._encode()
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            self._write()
            return
        self._writing = loop.run_in_executor(None, self._write)
        self._writing.add_done_callback(self._on_written)

    async def flush(self) -> None:
        """Wait until what was saved is on the disk."""
        if self._writing is not None:
            await self._writing

    def remember(self, account: Account) -> None:
        """Put an account first in the list, in place of an older entry of the same key."""
        self.accounts = [account, *(a for a in self.accounts if a.key != account.key)][:20]
        self.save()

    def forget(self, account: Account) -> None:
        """Drop an account from the list."""
        self.accounts = [a for a in self.accounts if a.key != account.key]
        self.save()

    def add_traffic(self, received: int, today: date) -> int:
        """Count bytes that were pulled, and return how many it has been today."""
        day = today.isoformat()
        if self.traffic_day != day:
            self.traffic_day, self.traffic_bytes = day, 0
        self.traffic_bytes += received
        return self.traffic_bytes

    def _read(self) -> None:
        try:
            text = self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return
        except (OSError, UnicodeDecodeError) as error:
            self._put_aside(error)
            return
        try:
            document = json.loads(text)
            if not isinstance(document, dict):
                raise TypeError("not a JSON object")
        except (ValueError, TypeError, RecursionError) as error:
            self._put_aside(error)
            return
        known = {f.name for f in fields(Values)}
        self._unknown = {name: value for name, value in document.items() if name not in known}
        for name in known & document.keys():
            try:
                setattr(self, name, _CHECKS[name](document[name]))
            except (ValueError, TypeError, KeyError) as error:
                self.troubles.append(f"{name}: {error}; the default is used")
        self._written = text

    def _put_aside(self, error: Exception) -> None:
        number = 1
        while (aside := self.path.with_name(f"settings.unreadable-{number}.json")).exists():
            number += 1
        self.troubles.append(f"{self.path.name}: {error}")
        try:
            self.path.replace(aside)
        except OSError as failure:
            self.troubles.append(f"could not be moved aside: {failure}")
        else:
            self.moved_aside = aside

    def _encode(self) -> str:
        document = dict(self._unknown)
        for f in fields(Values):
            value = getattr(self, f.name)
            used, kept = self._overridden.get(f.name, (None, None))
            if f.name in self._overridden and value == used:
                value = kept
            if f.name == "accounts":
                value = [_account_document(account) for account in value]
            document[f.name] = value
        return json.dumps(document, indent=2, ensure_ascii=False) + "\n"

    def _on_written(self, writing: asyncio.Future[OSError | None]) -> None:
        if not writing.cancelled() and (error := writing.result()) and self.on_failure:
            self.on_failure(error)

    def _write(self) -> OSError | None:
        """Write what is to be saved, and return what went wrong."""
        with self._lock:
            text = self._text
            if text == self._written:
                return None
            try:
                write_whole(self.path, text)
            except OSError as error:
                log.warning("settings could not be saved: %s", error)
                return error
            self._written = text
            return None


def write_whole(path: Path, text: str) -> None:
    """Write a file so that it is either the old one or the new one, never half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    scratch = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scratch.replace(path)
    except BaseException:
        scratch.unlink(missing_ok=True)
        raise


def folder_for(options: Options) -> Path:
    """Return the folder of settings, cache and log: the one asked for, or the system's place."""
    if options.data_dir is not None:
        folder = options.data_dir.expanduser().absolute()
    else:
        import platformdirs

        folder = platformdirs.user_data_path("ivcdesk", appauthor=False)
    return folder / "profiles" / options.profile if options.profile else folder


def _account_document(account: Account) -> dict[str, Any]:
    return {f.name: getattr(account, f.name) for f in fields(Account)}


def _one_of(*choices: str) -> Callable[[object], str]:
    def check(value: object) -> str:
        if value not in choices:
            raise ValueError(f"must be one of {', '.join(choices)}, not {value!r}")
        return str(value)

    return check


def _number(low: int, high: int) -> Callable[[object], int]:
    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"must be a number from {low} to {high}, not {value!r}")
        return value

    return check


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"must be true or false, not {value!r}")
    return value


def _flag(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"must be true or false, not {value!r}")
    return value


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be text, not {value!r}")
    return value


def _zone(value: object) -> str:
    name = _text(value)
    if name != "system":
        from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise ValueError(f"is no time zone: {name!r}") from error
    return name


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise TypeError(f"must be an object, not {value!r}")
    return {_text(name): _text(entry) for name, entry in value.items()}


def _names(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(f"must be a list, not {value!r}")
    return [_text(entry) for entry in value]


def _accounts(value: object) -> list[Account]:
    if not isinstance(value, list):
        raise TypeError(f"must be a list, not {value!r}")
    return [
        Account(
            secret_id=_text(entry["secret_id"]),
            region=_text(entry["region"]),
            endpoint=_text(entry["endpoint"]),
            signs_in=entry.get("signs_in") is True,
        )
        for entry in value
    ]


_CHECKS: dict[str, Callable[[object], Any]] = {
    "language": _one_of("system", "en", "zh_CN"),
    "theme": _one_of("system", "dark", "light"),
    "ptz_interval_ms": _number(300, 2000),
    "ptz_speed": _number(1, 8),
    "time_zone": _zone,
    "external_player": _text,
    "external_commands": _texts,
    "gamepad_buttons": _texts,
    "live_idle_minutes": _number(0, 720),
    "live_tour_seconds": _number(3, 600),
    "live_restores": _switch,
    "live_facts": _switch,
    "sound_muted": _flag,
    "sound_volume": _number(0, 100),
    "accounts": _accounts,
    "window": _texts,
    "hidden_docks": _names,
    "download_folder": _text,
    "downloads_at_once": _number(1, 10),
    "export_form": _one_of("mp4", "ts"),
    "export_join": _flag,
    "export_g711": _flag,
    "traffic_day": _text,
    "traffic_bytes": _number(0, 1 << 60),
}
