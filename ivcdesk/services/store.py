"""What is kept between two starts: the last directory and finished recording days, in SQLite.

A cache and nothing more: losing it costs time, never work. No password and no address of a
stream is ever written. All work happens in one thread of its own.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TypeVar

import msgspec

from ivcdesk.api.actions import (
    Channel,
    ChannelId,
    Device,
    DeviceDetail,
    DeviceId,
    Organization,
    Wire,
)
from ivcdesk.domain.coverage import TIDY, Source, Untidy
from ivcdesk.domain.intervals import Interval
from ivcdesk.services.database import Database

SCHEMA = 2
KEPT_SCOPES = 12  # accounts and regions; the least recently used ones are forgotten
KEPT_DAYS = 45 * 86400.0  # s since a recording day was asked for

_W = TypeVar("_W", bound=Wire)

_TABLES = """
CREATE TABLE scopes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, used REAL NOT NULL,
    saved REAL);
CREATE TABLE entries (scope INTEGER NOT NULL REFERENCES scopes ON DELETE CASCADE,
    kind TEXT NOT NULL, key TEXT NOT NULL, body BLOB NOT NULL,
    PRIMARY KEY (scope, kind, key)) WITHOUT ROWID;
CREATE TABLE days (scope INTEGER NOT NULL REFERENCES scopes ON DELETE CASCADE,
    channel TEXT NOT NULL, source TEXT NOT NULL, day INTEGER NOT NULL, asked REAL NOT NULL,
    archived INTEGER NOT NULL, faults INTEGER NOT NULL, spans BLOB NOT NULL,
    PRIMARY KEY (scope, channel, source, day)) WITHOUT ROWID;
"""

_spans_decoder = msgspec.json.Decoder(list[Interval])
_channels_decoder = msgspec.json.Decoder(tuple[Channel, ...])


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A directory as it was last seen; ``saved`` is seconds since the epoch."""

    saved: float
    organizations: Sequence[Organization]
    devices: Sequence[Device]
    channels: Mapping[DeviceId, tuple[Channel, ...]]
    details: Sequence[DeviceDetail]


@dataclass(frozen=True, slots=True)
class Delta:
    """What changed in a directory since it was last kept."""

    organizations: Sequence[Organization] | None = None
    devices: Sequence[Device] = ()
    channels: Mapping[DeviceId, tuple[Channel, ...]] | None = None
    details: Sequence[DeviceDetail] = ()
    gone: Sequence[DeviceId] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """What one day of UTC+8 held when it was asked for; ``asked`` is seconds since the epoch.

    ``faults`` is what was wrong with a device's list.
    """

    spans: tuple[Interval, ...]
    archived: bool
    asked: float
    faults: Untidy = TIDY


class Store:
    """The file, and the one thread that touches it.

    A damaged file is moved aside and begun anew (``recovered`` tells); where no file can be
    written everything is kept in memory. Reading then finds nothing, and nothing ever raises.
    """

    def __init__(self, path: Path | None) -> None:
        self._database = Database(path, "the cache", _prepare)

    @property
    def path(self) -> Path | None:
        """Where the file is; None where everything is in memory."""
        return self._database.path

    @property
    def recovered(self) -> bool:
        """Whether a damaged file was moved aside."""
        return self._database.recovered

    @classmethod
    async def open(cls, path: Path | None) -> Store:
        """Open the file, or make it; None keeps everything in memory."""
        store = cls(path)
        await store._database.run_or(lambda _database: None, None)
        return store

    async def close(self) -> None:
        """Close the file and end the thread; closing twice does no harm."""
        await self._database.close()

    async def directory(self, scope: str) -> Snapshot | None:
        """Return the directory last kept for an account and region, or None."""
        return await self._database.run_or(lambda database: _directory(database, scope), None)

    async def keep_directory(self, scope: str, delta: Delta) -> None:
        """Keep what changed, without its secrets."""
        await self._database.run_or(lambda database: _keep_directory(database, scope, delta), None)

    async def days(
        self, scope: str, channel: ChannelId, source: Source, first: date, last: date
    ) -> dict[date, Day]:
        """Return the kept days of a channel from ``first`` to ``last``, both included."""
        nothing: dict[date, Day] = {}
        return await self._database.run_or(
            lambda database: _days(database, scope, channel, source, first, last), nothing
        )

    async def forget_days(self, scope: str, channel: ChannelId, first: date, last: date) -> None:
        """Forget the kept days of a channel from ``first`` to ``last``, both included."""
        await self._database.run_or(
            lambda database: _forget_days(database, scope, channel, first, last), None
        )

    async def keep_day(
        self, scope: str, channel: ChannelId, source: Source, day: date, held: Day
    ) -> None:
        """Keep what a day held."""
        await self._database.run_or(
            lambda database: _keep_day(database, scope, channel, source, day, held), None
        )


def _prepare(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    database.execute("PRAGMA foreign_keys = ON")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    with database:
        if version != SCHEMA:
            # A cache of another version is not worth converting.
            for (name,) in database.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'table'"
            ).fetchall():
                database.execute(f'DROP TABLE "{name}"')
            for statement in _TABLES.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {SCHEMA}")
        database.execute(
            "DELETE FROM scopes WHERE id NOT IN (SELECT id FROM scopes ORDER BY used DESC LIMIT ?)",
            (KEPT_SCOPES,),
        )
        database.execute("DELETE FROM days WHERE asked < ?", (time.time() - KEPT_DAYS,))


def _scope(database: sqlite3.Connection, name: str) -> int:
    (number,) = database.execute(
        "INSERT INTO scopes (name, used) VALUES (?, ?)"
        " ON CONFLICT (name) DO UPDATE SET used = excluded.used RETURNING id",
        (name, time.time()),
    ).fetchone()
    return int(number)


def _entries(database: sqlite3.Connection, scope: int, kind: str) -> Iterable[tuple[str, bytes]]:
    return database.execute(
        "SELECT key, body FROM entries WHERE scope = ? AND kind = ?", (scope, kind)
    )


def _directory(database: sqlite3.Connection, name: str) -> Snapshot | None:
    row = database.execute("SELECT id, saved FROM scopes WHERE name = ?", (name,)).fetchone()
    if row is None or row[1] is None:
        return None
    scope, saved = row

    def listed(kind: str, shape: type[_W]) -> list[_W]:
        decode = msgspec.json.Decoder(shape).decode
        return [decode(body) for _, body in _entries(database, scope, kind)]

    return Snapshot(
        saved=saved,
        organizations=listed("organization", Organization),
        devices=listed("device", Device),
        channels={
            DeviceId(key): _channels_decoder.decode(body)
            for key, body in _entries(database, scope, "channels")
        },
        details=listed("detail", DeviceDetail),
    )


def _keep_directory(database: sqlite3.Connection, name: str, delta: Delta) -> None:
    scope = _scope(database, name)
    encode = msgspec.json.encode

    def put(kind: str, rows: Iterable[tuple[str, object]]) -> None:
        database.executemany(
            "INSERT OR REPLACE INTO entries (scope, kind, key, body) VALUES (?, ?, ?, ?)",
            ((scope, kind, key, encode(value)) for key, value in rows),
        )

    if delta.organizations is not None:
        database.execute("DELETE FROM entries WHERE scope = ? AND kind = 'organization'", (scope,))
        put("organization", ((each.organization_id, each) for each in delta.organizations))
    put("device", ((each.device_id, without_secrets(each)) for each in delta.devices))
    put("channels", ((key, held) for key, held in (delta.channels or {}).items()))
    put("detail", ((each.device_id, without_secrets(each)) for each in delta.details))
    database.executemany(
        "DELETE FROM entries WHERE scope = ? AND key = ?"
        " AND kind IN ('device', 'channels', 'detail')",
        ((scope, key) for key in delta.gone),
    )
    database.execute("UPDATE scopes SET saved = ? WHERE id = ?", (time.time(), scope))


def without_secrets(value: Device | DeviceDetail) -> Device | DeviceDetail:
    """Return a copy that may be written to disk: no password, user name or stream address."""
    if isinstance(value, Device):
        return msgspec.structs.replace(value, password="")
    return msgspec.structs.replace(
        value, password="", username="", push_stream_url="", app_name="", stream_name=""
    )


def _days(
    database: sqlite3.Connection,
    name: str,
    channel: ChannelId,
    source: Source,
    first: date,
    last: date,
) -> dict[date, Day]:
    rows = database.execute(
        "SELECT day, spans, archived, asked, faults FROM days JOIN scopes ON scopes.id = days.scope"
        " WHERE scopes.name = ? AND channel = ? AND source = ? AND day BETWEEN ? AND ?",
        (name, channel, source.value, first.toordinal(), last.toordinal()),
    )
    return {
        date.fromordinal(day): Day(
            tuple(_spans_decoder.decode(spans)), bool(archived), asked, Untidy(faults)
        )
        for day, spans, archived, asked, faults in rows
    }


def _keep_day(
    database: sqlite3.Connection,
    name: str,
    channel: ChannelId,
    source: Source,
    day: date,
    held: Day,
) -> None:
    database.execute(
        "INSERT OR REPLACE INTO days (scope, channel, source, day, asked, archived, faults, spans)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (
            _scope(database, name),
            channel,
            source.value,
            day.toordinal(),
            held.asked,
            held.archived,
            held.faults.value,
            msgspec.json.encode(held.spans),
        ),
    )


def _forget_days(
    database: sqlite3.Connection, name: str, channel: ChannelId, first: date, last: date
) -> None:
    database.execute(
        "DELETE FROM days WHERE channel = ? AND day BETWEEN ? AND ?"
        " AND scope IN (SELECT id FROM scopes WHERE name = ?)",
        (channel, first.toordinal(), last.toordinal(), name),
    )
