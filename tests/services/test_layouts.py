"""Layouts are kept for each account, in a file that people can read and nothing can half write."""

import asyncio
import json

import pytest

from ivcdesk.api.actions import ChannelId
from ivcdesk.services import layouts as module
from ivcdesk.services.layouts import Layout, Layouts, Place, TooMany

GATES = Layout("Gates", "1+5", (Place(ChannelId("c1"), "main", "Gate 1"), Place()))


def run(work):
    return asyncio.run(work)


def test_what_is_saved_is_there_at_the_next_start(tmp_path):
    path = tmp_path / "layouts.json"

    async def first() -> None:
        mine = Layouts(path, "ann")
        await mine.load()
        mine.save(GATES)
        mine.save(Layout("Quays", "4"))
        mine.use("Gates")
        await mine.close()

    async def second() -> None:
        mine, other = Layouts(path, "ann"), Layouts(path, "bob")
        await mine.load()
        await other.load()
        assert [each.name for each in mine.all] == ["Gates", "Quays"]
        assert mine.last == GATES
        assert other.all == []
        other.save(Layout("Yard", "9"))
        await other.close()

    async def third() -> None:
        mine = Layouts(path, "ann")
        await mine.load()
        assert mine.named("gates") == GATES

    run(first())
    run(second())
    run(third())
    assert set(json.loads(path.read_text())) == {"ann", "bob"}
    assert '"Gate 1"' in path.read_text()
    assert [each.name for each in tmp_path.iterdir()] == ["layouts.json"]


def test_a_name_is_there_once_whatever_its_capitals():
    async def go() -> None:
        mine = Layouts(None, "ann")
        mine.save(GATES)
        kept = mine.save(Layout("  GATES\n north ", "4"))
        assert kept.name == "GATES north"
        mine.save(Layout("gates", "9"))
        assert [each.name for each in mine.all] == ["gates", "GATES north"]
        with pytest.raises(ValueError, match="name"):
            mine.save(Layout(" \n", "4"))

    run(go())


def test_renaming_keeps_everything_else_and_takes_no_other_s_name():
    async def go() -> None:
        mine = Layouts(None, "ann")
        mine.save(Layout("Quays", "4"))
        mine.save(GATES)
        renamed = mine.rename("Gates", "North gates")
        assert renamed.places == GATES.places
        assert mine.last == renamed
        assert mine.rename("North gates", "north gates").name == "north gates"
        for wrong in ("quays", "  "):
            with pytest.raises(ValueError, match="name"):
                mine.rename("north gates", wrong)
        with pytest.raises(KeyError):
            mine.rename("Gates", "Other")

    run(go())


def test_what_is_deleted_is_gone_and_no_longer_the_last():
    async def go() -> None:
        mine = Layouts(None, "ann")
        mine.save(GATES)
        mine.delete("GATES")
        mine.delete("never there")
        assert mine.all == []
        assert mine.last is None

    run(go())


def test_what_is_done_while_the_file_is_being_read_is_not_lost(tmp_path):
    path = tmp_path / "layouts.json"

    async def first() -> None:
        mine = Layouts(path, "ann")
        mine.save(Layout("Gates", "4"))
        mine.save(Layout("Quays", "4"))
        await mine.close()

    async def second() -> None:
        mine = Layouts(path, "ann")
        mine.save(GATES)
        await mine.close()
        assert {each.name: each.arrangement for each in mine.all} == {"Gates": "1+5", "Quays": "4"}
        assert mine.last == GATES

    run(first())
    run(second())


@pytest.mark.parametrize("content", [b"{", b'{"ann": 3}', b"\xff\xfe"])
def test_a_file_that_cannot_be_understood_is_moved_aside(tmp_path, content):
    path = tmp_path / "layouts.json"
    path.write_bytes(content)

    async def go() -> None:
        mine = Layouts(path, "ann")
        await mine.load()
        assert mine.all == []
        mine.save(GATES)
        await mine.close()

    run(go())
    assert (tmp_path / "layouts.json.unreadable").read_bytes() == content
    assert b"Gates" in path.read_bytes()


def test_a_folder_that_cannot_be_written_loses_nothing_that_is_shown(tmp_path):
    (tmp_path / "file").write_text("")

    async def go() -> None:
        mine = Layouts(tmp_path / "file" / "layouts.json", "ann")
        mine.save(GATES)
        await mine.close()
        assert mine.last == GATES

    run(go())


def test_there_is_an_end_to_them(monkeypatch):
    monkeypatch.setattr(module, "MOST", 2)

    async def go() -> None:
        mine = Layouts(None, "ann")
        mine.save(Layout("A", "1"))
        mine.save(Layout("B", "1"))
        with pytest.raises(TooMany):
            mine.save(Layout("C", "1"))
        mine.save(Layout("b", "4"))
        assert [each.name for each in mine.all] == ["A", "b"]

    run(go())
