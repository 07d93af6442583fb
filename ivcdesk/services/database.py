"""One SQLite file and the one thread that touches it, damage and full disks included."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import msgspec

BUSY_SECONDS = 2.0  # how long another instance may hold the file

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class Unusable(Exception):
    """The file can't be used now; ``full`` where the disk is."""

    def __init__(self, detail: str, *, full: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.full = full


class Database:
    """A file that is opened with its first use; ``path`` None keeps everything in memory.

    ``what`` names it in the log; ``prepare`` sets a new connection up and makes the tables. A
    damaged file is moved aside and begun anew (``recovered`` tells); where none can be written
    all is kept in memory (``path`` is None then).
    """

    def __init__(
        self,
        path: Path | None,
        what: str,
        prepare: Callable[[sqlite3.Connection], None],
        *,
        busy_seconds: float = BUSY_SECONDS,
    ) -> None:
        self.path = path
        self.recovered = False
        self._what = what
        self._prepare = prepare
        self._busy_seconds = busy_seconds
        self._thread: ThreadPoolExecutor | None = None
        self._connection: sqlite3.Connection | None = None
        self._closed = False

    async def close(self) -> None:
        """Close the file and end the thread; closing twice does no harm."""
        if self._closed:
            return
        self._closed = True
        if self._thread is not None:
            await asyncio.get_running_loop().run_in_executor(self._thread, self._disconnect)
            self._thread.shutdown(wait=False)

    async def run(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        """Do work within one transaction, in the thread. Raises Unusable.

        A cursor is no answer (TypeError): let go in another thread, it resets its statement in the
        midst of what this one does with it.
        """
        if self._closed:
            raise Unusable("it is closed")
        if self._thread is None:
            self._thread = ThreadPoolExecutor(1, thread_name_prefix="asyncio_database")
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._work, work)

    async def write(self, statement: str, *rows: Sequence[object]) -> None:
        """Do a statement with each of the rows, all or none. Raises Unusable."""

        def work(connection: sqlite3.Connection) -> None:
            connection.executemany(statement, rows)

        await self.run(work)

    async def run_or(self, work: Callable[[sqlite3.Connection], _T], otherwise: _T) -> _T:
        """Do the same; where that fails there is only what is given here instead."""
        try:
            return await self.run(work)
        except Unusable:
            return otherwise

    def _work(self, work: Callable[[sqlite3.Connection], _T]) -> _T:
        for _ in range(2):
            try:
                connection = self._connect()
                with connection:
                    found = work(connection)
                    if isinstance(found, sqlite3.Cursor):
                        raise TypeError("a cursor must not leave its thread")
                return found
            except sqlite3.OperationalError as error:
                _log.warning("%s can't be used: %s", self._what, error)
                if self._connection is None:
                    self.path = None
                    continue
                full = getattr(error, "sqlite_errorname", "") == "SQLITE_FULL"
                raise Unusable(str(error), full=full) from None
            except sqlite3.IntegrityError as error:
                # Nothing is damaged: what the row belongs to may be gone by now.
                raise Unusable(str(error)) from None
            except (sqlite3.DatabaseError, msgspec.MsgspecError) as error:
                _log.warning("%s is damaged: %s", self._what, error)
                self._put_aside()
        raise Unusable("it is damaged again and again")

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None:
            return self._connection
        if self.path is not None:
            try:
                self.path.parent.mkdir(parents=True, exist_ok=True)
                self.path.touch(mode=0o600)
            except OSError as error:
                _log.warning("%s is kept in memory: %s", self._what, error.strerror)
                self.path = None
        connection = sqlite3.connect(self.path or ":memory:", timeout=self._busy_seconds)
        try:
            self._prepare(connection)
        except BaseException:
            connection.close()
            raise
        self._connection = connection
        return connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _put_aside(self) -> None:
        self._disconnect()
        self.recovered = True
        if self.path is None:
            return
        try:
            self.path.replace(self.path.with_name(self.path.name + ".damaged"))
        except OSError:
            self.path = None
            return
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(OSError):
                self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
