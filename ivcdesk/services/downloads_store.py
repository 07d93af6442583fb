"""The queue of downloads on the disk: what was ordered, and a journal of the files that are whole.

Every row bears a checksum; one that does not fit is not believed, and what it told of is done
again. A row is on the disk when its call returns. Addresses and keys are never written.
"""

from __future__ import annotations

import contextlib
import hashlib
import logging
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from ivcdesk.services.database import Database
from ivcdesk.services.downloads_jobs import Fetched, Job, Order, Published, State, Trouble

SCHEMA = 1
BUSY_SECONDS = 0.5  # how long another instance may be just leaving

_log = logging.getLogger(__name__)

_TABLES = """
CREATE TABLE jobs (id INTEGER PRIMARY KEY AUTOINCREMENT, scope TEXT NOT NULL, place REAL NOT NULL,
    state TEXT NOT NULL, name TEXT NOT NULL, added REAL NOT NULL, validator TEXT NOT NULL,
    body BLOB NOT NULL, trouble BLOB NOT NULL, seal BLOB NOT NULL);
CREATE TABLE journal (number INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES jobs ON DELETE CASCADE, what TEXT NOT NULL,
    body BLOB NOT NULL, seal BLOB NOT NULL);
CREATE INDEX journal_of_job ON journal (job);
"""

_LATER_AGAIN = frozenset(
    {State.WAITING, State.ASKING, State.RUNNING, State.RETRYING, State.VERIFYING}
)

_orders = msgspec.json.Decoder(Order)
_troubles = msgspec.json.Decoder(Trouble | None)
_fetched = msgspec.json.Decoder(Fetched)
_published = msgspec.json.Decoder(Published)


class DownloadsStore:
    """The file, and the one thread that touches it.

    A damaged file is moved aside (``recovered``). While another instance holds it, or it can't be
    made, the queue is kept in memory (``kept`` is False).
    """

    def __init__(self, path: Path | None) -> None:
        self.lost = 0
        self._database = Database(
            path, "the queue of downloads", _prepare, busy_seconds=BUSY_SECONDS
        )

    @property
    def kept(self) -> bool:
        """Whether the queue outlives the program."""
        return self._database.path is not None

    @property
    def recovered(self) -> bool:
        """Whether a damaged file was moved aside."""
        return self._database.recovered

    async def open(self) -> list[Job]:
        """Open the file, or make it, and return its jobs in order; unfinished ones are queued."""
        return await self._database.run(lambda database: self._load(database))

    async def close(self) -> None:
        """Close the file and end the thread; closing twice does no harm."""
        await self._database.close()

    async def add(self, jobs: Sequence[Job]) -> None:
        """Keep new jobs and give them their ids, all or none. Raises Unusable."""

        def work(database: sqlite3.Connection) -> list[int]:
            return [_insert(database, job) for job in jobs]

        for job, number in zip(jobs, await self._database.run(work), strict=True):
            job.id = number

    async def save(self, *jobs: Job) -> None:
        """Keep the state, the trouble, the name and the place of jobs. Raises Unusable."""
        rows = [
            (job.place, job.state.value, job.name, job.validator, _encoded(job.trouble), job.id)
            for job in jobs
        ]
        await self._database.write(
            "UPDATE jobs SET place = ?, state = ?, name = ?, validator = ?, trouble = ?"
            " WHERE id = ?",
            *rows,
        )

    async def write_order(self, job: Job, order: Order) -> None:
        """Keep what became of a job's order. Raises Unusable."""
        body = msgspec.json.encode(order)
        row = body, _seal("job", job.scope, body), job.id
        await self._database.write("UPDATE jobs SET body = ?, seal = ? WHERE id = ?", row)

    async def write_fetched(self, job: Job, fetched: Fetched) -> None:
        """Note that a part lies whole on the disk. Raises Unusable."""
        await self._database.run(lambda database: _note(database, job.id, "fetched", fetched))

    async def write_published(self, job: Job, published: Published) -> None:
        """Note that a whole file is about to be given its name. Raises Unusable."""
        await self._database.run(lambda database: _note(database, job.id, "published", published))

    async def forget_files(self, job: Job) -> None:
        """Drop all notes of a job's files. Raises Unusable."""
        await self._database.write("DELETE FROM journal WHERE job = ?", (job.id,))

    async def remove(self, jobs: Iterable[Job]) -> None:
        """Forget jobs. Raises Unusable."""
        await self._database.write("DELETE FROM jobs WHERE id = ?", *((job.id,) for job in jobs))

    def _load(self, database: sqlite3.Connection) -> list[Job]:
        jobs: dict[int, Job] = {}
        for row in database.execute(
            "SELECT id, scope, place, state, name, added, validator, body, trouble, seal"
            " FROM jobs ORDER BY place, id"
        ):
            number, scope, place, state, name, added, validator, body, trouble, seal = row
            try:
                if not isinstance(body, bytes) or seal != _seal("job", scope, body):
                    raise ValueError("the checksum does not fit")
                job = Job(number, scope, _orders.decode(body), place, State(state))
                job.trouble = _troubles.decode(trouble)
            except (ValueError, msgspec.MsgspecError) as error:
                _log.warning("a download can't be read: %s", error)
                self.lost += 1
                continue
            job.name, job.added, job.validator = name, added, validator
            job.stale = job.state is not State.DONE
            if job.state in _LATER_AGAIN:
                job.state = State.QUEUED
            jobs[number] = job
        for number, what, body, seal in database.execute(
            "SELECT job, what, body, seal FROM journal ORDER BY number"
        ):
            known = jobs.get(number)
            whole = isinstance(body, bytes) and seal == _seal(what, str(number), body)
            if known is None or not whole:
                continue
            with contextlib.suppress(msgspec.MsgspecError):
                if what == "fetched":
                    fetched = _fetched.decode(body)
                    known.fetched[fetched.part] = fetched
                elif what == "published":
                    known.published = _published.decode(body)
        return list(jobs.values())


def _prepare(database: sqlite3.Connection) -> None:
    # Whoever opened it first keeps it: two instances must not fetch the same files.
    database.execute("PRAGMA locking_mode = EXCLUSIVE")
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("PRAGMA foreign_keys = ON")
    (version,) = database.execute("PRAGMA user_version").fetchone()
    with database:
        database.execute("BEGIN IMMEDIATE")
        if version == 0:
            for statement in _TABLES.split(";"):
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {SCHEMA}")
        elif version != SCHEMA:
            raise sqlite3.DatabaseError(f"of another version: {version}")


def _insert(database: sqlite3.Connection, job: Job) -> int:
    body = msgspec.json.encode(job.order)
    cursor = database.execute(
        "INSERT INTO jobs (scope, place, state, name, added, validator, body, trouble, seal)"
        " VALUES (?, ?, ?, ?, ?, '', ?, ?, ?)",
        (
            job.scope,
            job.place,
            job.state.value,
            job.name,
            job.added,
            body,
            _encoded(job.trouble),
            _seal("job", job.scope, body),
        ),
    )
    return int(cursor.lastrowid or 0)


def _note(database: sqlite3.Connection, job: int, what: str, value: msgspec.Struct) -> None:
    body = msgspec.json.encode(value)
    database.execute(
        "INSERT INTO journal (job, what, body, seal) VALUES (?, ?, ?, ?)",
        (job, what, body, _seal(what, str(job), body)),
    )


def _encoded(trouble: Trouble | None) -> bytes:
    return msgspec.json.encode(trouble)


def _seal(what: str, whose: str, body: bytes) -> bytes:
    """Return the checksum of a row."""
    return hashlib.blake2b(
        b"\0".join((what.encode(), whose.encode(), body)), digest_size=16
    ).digest()
