"""What this computer knows of presets: kept across starts, bounded, and whole or not at all."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.api.actions import ChannelId
from ivcdesk.services.presets import (
    LARGEST_PICTURE,
    PRESETS,
    Album,
    Presets,
    moved,
    whole_order,
)
from ivcdesk.services.ptz_store import PtzStore

GATE, YARD = ChannelId("gate/1"), ChannelId("yard")


def kept(folder, work, scope="account"):
    async def main():
        store = PtzStore(folder / "ptz.sqlite3" if folder else None)
        try:
            return await work(Presets(store, scope, folder))
        finally:
            await store.close()

    return asyncio.run(main())


def test_names_order_and_pictures_are_there_at_the_next_start(tmp_path):
    async def fill(presets):
        await presets.rename(GATE, 2, "  Gate \n lane ")
        await presets.arrange(GATE, [3, 1])
        assert await presets.keep_picture(GATE, 2, b"\xff\xd8 gate")

    async def look(presets):
        album = await presets.album(GATE)
        assert album.names == {2: "Gate lane"}
        assert album.order == (3, 1, 2, 4, 5, 6, 7, 8, 9, 10)
        assert album.pictures == {2: b"\xff\xd8 gate"}
        assert await presets.album(YARD) == Album()

    kept(tmp_path, fill)
    kept(tmp_path, look)

    async def other(presets):
        assert await presets.album(GATE) == Album()

    kept(tmp_path, other, "another account")


def test_deleting_forgets_name_and_picture(tmp_path):
    async def work(presets):
        await presets.rename(GATE, 2, "Gate lane")
        await presets.keep_picture(GATE, 2, b"jpeg")
        await presets.forget(GATE, 2)
        assert await presets.album(GATE) == Album()

    kept(tmp_path, work)
    kept(None, work)


def test_pictures_are_bounded_and_leave_no_scraps(tmp_path, monkeypatch):
    monkeypatch.setattr("ivcdesk.services.presets.MOST_PICTURES", 3)

    async def work(presets):
        assert not await presets.keep_picture(GATE, 1, bytes(LARGEST_PICTURE + 1))
        for number in range(1, 6):
            assert await presets.keep_picture(GATE, number, b"jpeg")
        assert len((await presets.album(GATE)).pictures) == 3

    kept(tmp_path, work)
    files = [path for path in tmp_path.rglob("*") if path.is_file() and path.parent != tmp_path]
    assert len(files) == 3
    assert all(path.suffix == ".jpg" for path in files)


def test_a_folder_that_cannot_be_written_costs_the_picture_only(tmp_path):
    (tmp_path / "presets").write_text("in the way")

    async def work(presets):
        assert not await presets.keep_picture(GATE, 1, b"jpeg")
        await presets.rename(GATE, 1, "Gate")
        assert (await presets.album(GATE)).names == {1: "Gate"}

    kept(tmp_path, work)


def test_a_damaged_file_is_moved_aside(tmp_path):
    (tmp_path / "ptz.sqlite3").write_bytes(b"no database at all" * 100)

    async def work(presets):
        await presets.rename(GATE, 1, "Gate")
        assert (await presets.album(GATE)).names == {1: "Gate"}

    kept(tmp_path, work)
    assert (tmp_path / "ptz.sqlite3.damaged").exists()


@given(st.lists(st.integers(-3, 14), max_size=12), st.sampled_from(PRESETS), st.integers(-2, 12))
def test_an_order_always_holds_all_ten(numbers, number, place):
    order = whole_order(numbers)
    assert sorted(order) == list(PRESETS)
    after = moved(order, number, place)
    assert sorted(after) == list(PRESETS)
    assert after[min(max(place, 0), 9)] == number
    assert [n for n in after if n != number] == [n for n in order if n != number]
