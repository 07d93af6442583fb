"""Bookmarks outlive the program, whole and in order, whatever happens to their file."""

from __future__ import annotations

import asyncio
import json

from ivcdesk.api.actions import ChannelId
from ivcdesk.services import bookmarks as room
from ivcdesk.services.bookmarks import Bookmark, Bookmarks

GATE, YARD = ChannelId("gate"), ChannelId("yard")


def run(work) -> None:
    asyncio.run(work)


def test_they_are_kept_in_order_and_outlive_the_program(tmp_path):
    async def work():
        path = tmp_path / "new" / "bookmarks.json"
        marks = Bookmarks(path)
        await marks.load()
        marks.add(GATE, 30.1234, "  Lorry  ")
        marks.add(GATE, 10.0)
        marks.add(YARD, 5.0, "狗")
        marks.add(GATE, 10.0, "Gate opens")
        await marks.close()
        again = Bookmarks(path)
        await again.load()
        assert again.of(GATE) == (Bookmark(10.0, "Gate opens"), Bookmark(30.123, "Lorry"))
        assert again.of(YARD) == (Bookmark(5.0, "狗"),)
        again.remove(YARD, 5.0)
        again.remove(YARD, 5.0)
        await again.close()
        assert list(json.loads(path.read_text(encoding="utf-8"))) == ["gate"]
        assert [file.name for file in path.parent.iterdir()] == ["bookmarks.json"]

    run(work())


def test_what_is_added_before_the_file_was_read_is_not_lost(tmp_path):
    async def work():
        path = tmp_path / "bookmarks.json"
        path.write_text('{"gate": [{"t": 20, "note": "old"}, {"t": 1, "note": "same"}]}')
        marks = Bookmarks(path)
        marks.add(GATE, 1.0, "newer")
        await marks.load()
        assert [mark.note for mark in marks.of(GATE)] == ["newer", "old"]
        await marks.close()

    run(work())


def test_a_damaged_file_is_moved_aside(tmp_path):
    async def work():
        path = tmp_path / "bookmarks.json"
        path.write_text("{")
        marks = Bookmarks(path)
        await marks.load()
        assert marks.of(GATE) == ()
        marks.add(GATE, 1.0)
        await marks.close()
        assert (tmp_path / "bookmarks.json.unreadable").read_text() == "{"

    run(work())


def test_a_folder_that_cannot_be_written_is_no_misfortune(tmp_path):
    async def work():
        (tmp_path / "file").write_text("")
        marks = Bookmarks(tmp_path / "file" / "bookmarks.json")
        await marks.load()
        marks.add(GATE, 1.0)
        await marks.close()
        assert len(marks.of(GATE)) == 1

    run(work())


def test_without_a_path_they_live_in_memory():
    async def work():
        marks = Bookmarks(None)
        await marks.load()
        marks.add(GATE, 1.0)
        await marks.close()
        assert marks.of(GATE) == (Bookmark(1.0),)

    run(work())


def test_there_is_an_end_to_them(monkeypatch):
    async def work():
        monkeypatch.setattr(room, "MOST", 3)
        marks = Bookmarks(None)
        for t in (5, 1, 2, 3):
            marks.add(GATE, float(t))
        assert [mark.t for mark in marks.of(GATE)] == [2, 3, 5]

    run(work())
