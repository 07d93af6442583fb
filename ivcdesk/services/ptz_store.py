"""What is known of cameras on this computer alone: pauses, names and order of presets, tours.

Unlike the cache this is somebody's work: a damaged file is moved aside, an older one converted.
All work happens in one thread of its own; reading what can't be read finds nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import msgspec

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.aiming import Learned
from ivcdesk.domain.patrol import Stop, Tour
from ivcdesk.services.database import Database

SCHEMA = 1

_TABLES = """
CREATE TABLE IF NOT EXISTS pacing (scope TEXT NOT NULL, channel TEXT NOT NULL, own REAL,
    learned REAL NOT NULL, PRIMARY KEY (scope, channel)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS names (scope TEXT NOT NULL, channel TEXT NOT NULL,
    number INTEGER NOT NULL, name TEXT NOT NULL, PRIMARY KEY (scope, channel, number))
    WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS orders (scope TEXT NOT NULL, channel TEXT NOT NULL,
    numbers TEXT NOT NULL, PRIMARY KEY (scope, channel)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS behaviours (scope TEXT NOT NULL, channel TEXT NOT NULL,
    learned TEXT NOT NULL, PRIMARY KEY (scope, channel)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS tours (scope TEXT NOT NULL, channel TEXT NOT NULL, stops TEXT NOT NULL,
    resume REAL, PRIMARY KEY (scope, channel)) WITHOUT ROWID;
"""

_numbers = msgspec.json.Decoder(list[int])
_learned = msgspec.json.Decoder(Learned)
_stops = msgspec.json.Decoder(list[tuple[int, float]])


class PtzStore:
    """The file and the one thread that touches it; ``path`` None keeps everything in memory."""

    def __init__(self, path: Path | None) -> None:
        self._database = Database(path, "what is known of cameras", _prepare)

    @property
    def path(self) -> Path | None:
        """Where the file is; None where everything is in memory."""
        return self._database.path

    async def close(self) -> None:
        """Close the file and end the thread; closing twice does no harm."""
        await self._database.close()

    async def pacing(self, scope: str, channel: ChannelId) -> tuple[float | None, float]:
        """Return the pause that the user gave a channel (s, or None), and what was learned (s)."""

        def work(database: sqlite3.Connection) -> tuple[float | None, float]:
            row = database.execute(
                "SELECT own, learned FROM pacing WHERE scope = ? AND channel = ?", (scope, channel)
            ).fetchone()
            return (None, 0.0) if row is None else (row[0], float(row[1]))

        return await self._database.run_or(work, (None, 0.0))

    async def keep_pacing(
        self, scope: str, channel: ChannelId, own: float | None, learned: float
    ) -> None:
        """Keep a channel's pauses, s."""
        await self._put(
            "INSERT OR REPLACE INTO pacing (scope, channel, own, learned) VALUES (?, ?, ?, ?)",
            (scope, channel, own, learned),
        )

    async def learned(self, scope: str, channel: ChannelId) -> Learned:
        """Return what was learned of how a camera moves."""

        def work(database: sqlite3.Connection) -> Learned:
            row = database.execute(
                "SELECT learned FROM behaviours WHERE scope = ? AND channel = ?", (scope, channel)
            ).fetchone()
            return Learned() if row is None else _learned.decode(row[0])

        return await self._database.run_or(work, Learned())

    async def keep_learned(self, scope: str, channel: ChannelId, learned: Learned) -> None:
        """Keep what was learned of how a camera moves."""
        await self._put(
            "INSERT OR REPLACE INTO behaviours (scope, channel, learned) VALUES (?, ?, ?)",
            (scope, channel, msgspec.json.encode(learned).decode()),
        )

    async def names(self, scope: str, channel: ChannelId) -> dict[int, str]:
        """Return the names that the user gave presets, by their numbers."""

        def work(database: sqlite3.Connection) -> dict[int, str]:
            rows = database.execute(
                "SELECT number, name FROM names WHERE scope = ? AND channel = ?", (scope, channel)
            )
            return {int(number): str(name) for number, name in rows}

        nothing: dict[int, str] = {}
        return await self._database.run_or(work, nothing)

    async def keep_name(self, scope: str, channel: ChannelId, number: int, name: str) -> None:
        """Keep the name of a preset; an empty one is forgotten."""
        if name:
            await self._put(
                "INSERT OR REPLACE INTO names (scope, channel, number, name) VALUES (?, ?, ?, ?)",
                (scope, channel, number, name),
            )
        else:
            await self._put(
                "DELETE FROM names WHERE scope = ? AND channel = ? AND number = ?",
                (scope, channel, number),
            )

    async def order(self, scope: str, channel: ChannelId) -> list[int]:
        """Return the order that the user put a channel's presets into; empty for none."""

        def work(database: sqlite3.Connection) -> list[int]:
            row = database.execute(
                "SELECT numbers FROM orders WHERE scope = ? AND channel = ?", (scope, channel)
            ).fetchone()
            return [] if row is None else _numbers.decode(row[0])

        nothing: list[int] = []
        return await self._database.run_or(work, nothing)

    async def keep_order(self, scope: str, channel: ChannelId, numbers: Sequence[int]) -> None:
        """Keep the order of a channel's presets."""
        await self._put(
            "INSERT OR REPLACE INTO orders (scope, channel, numbers) VALUES (?, ?, ?)",
            (scope, channel, msgspec.json.encode(list(numbers)).decode()),
        )

    async def tour(self, scope: str, channel: ChannelId) -> Tour | None:
        """Return the tour of a channel, or None."""

        def work(database: sqlite3.Connection) -> Tour | None:
            row = database.execute(
                "SELECT stops, resume FROM tours WHERE scope = ? AND channel = ?", (scope, channel)
            ).fetchone()
            if row is None:
                return None
            return Tour(tuple(Stop(*stop) for stop in _stops.decode(row[0])), row[1])

        return await self._database.run_or(work, None)

    async def keep_tour(self, scope: str, channel: ChannelId, tour: Tour) -> None:
        """Keep the tour of a channel."""
        stops = msgspec.json.encode([tuple(stop) for stop in tour.stops]).decode()
        await self._put(
            "INSERT OR REPLACE INTO tours (scope, channel, stops, resume) VALUES (?, ?, ?, ?)",
            (scope, channel, stops, tour.resume),
        )

    async def _put(self, statement: str, values: Sequence[object] | Mapping[str, object]) -> None:
        def work(database: sqlite3.Connection) -> None:
            database.execute(statement, values)

        await self._database.run_or(work, None)


def _prepare(database: sqlite3.Connection) -> None:
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = NORMAL")
    with database:
        for statement in _TABLES.split(";"):
            database.execute(statement)
        database.execute(f"PRAGMA user_version = {SCHEMA}")
