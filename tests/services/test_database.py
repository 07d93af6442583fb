"""One file and its thread: what is written whole, what is refused, and a file that is full."""

from __future__ import annotations

import asyncio
import sqlite3
from pathlib import Path

import pytest

from ivcdesk.services.database import Database, Unusable

PAGES = 8


@pytest.fixture
def database(aio, tmp_path):
    def prepare(connection: sqlite3.Connection) -> None:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA max_page_count = {PAGES}")
        connection.execute("CREATE TABLE IF NOT EXISTS notes (number INTEGER UNIQUE, text TEXT)")

    made = Database(tmp_path / "notes.sqlite3", "notes", prepare)
    yield made
    aio(made.close())


def numbers(connection: sqlite3.Connection) -> list[int]:
    return [number for (number,) in connection.execute("SELECT number FROM notes ORDER BY 1")]


def test_rows_are_written_all_or_none(database, aio):
    async def work() -> None:
        await database.write("INSERT INTO notes VALUES (?, ?)", (1, "a"), (2, "b"))
        with pytest.raises(Unusable):
            await database.write("INSERT INTO notes VALUES (?, ?)", (3, "c"), (4, "x" * 100_000))
        assert await database.run(numbers) == [1, 2]

    aio(work())


def test_a_row_that_does_not_fit_is_refused_and_nothing_else_is_lost(database, aio):
    async def work() -> None:
        await database.write("INSERT INTO notes VALUES (?, ?)", (1, "a"))
        with pytest.raises(Unusable, match="UNIQUE"):
            await database.write("INSERT INTO notes VALUES (?, ?)", (2, "b"), (1, "c"))
        assert await database.run(numbers) == [1]
        assert not database.recovered

    aio(work())


def test_a_cursor_does_not_leave_its_thread(database, aio):
    async def work() -> None:
        with pytest.raises(TypeError, match="cursor"):
            await database.run(lambda at: at.execute("INSERT INTO notes VALUES (1, 'a')"))
        assert await database.run(numbers) == []

    aio(work())


def test_a_full_file_says_so_and_is_written_again_when_there_is_room(database, aio):
    async def work() -> None:
        writes = (
            database.write("INSERT INTO notes VALUES (?, ?)", (n, "x" * 500)) for n in range(200)
        )
        found = await asyncio.gather(*writes, return_exceptions=True)
        refused = [each for each in found if each is not None]
        assert refused
        assert all(isinstance(each, Unusable) and each.full for each in refused)
        kept = [number for number, each in enumerate(found) if each is None]
        assert await database.run(numbers) == kept
        await database.write("DELETE FROM notes WHERE number < ?", (100,))
        await database.write("INSERT INTO notes VALUES (?, ?)", (1000, "y" * 500))
        assert 1000 in await database.run(numbers)

    aio(work())


def test_what_is_closed_is_not_opened_again(database, aio, tmp_path):
    async def work() -> None:
        await database.run(numbers)
        await database.close()
        await database.close()
        with pytest.raises(Unusable, match="closed"):
            await database.run(numbers)

    aio(work())
    assert [path.name for path in Path(tmp_path).glob("notes*")] == ["notes.sqlite3"]
