"""The cache between two starts: it keeps no secret, and nothing that befalls it is a crash."""

from __future__ import annotations

import asyncio
import logging
from datetime import date

import pytest

from ivcdesk.api.actions import (
    Channel,
    ChannelId,
    Device,
    DeviceDetail,
    DeviceId,
    Organization,
    OrganizationId,
)
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.intervals import Interval
from ivcdesk.services.store import Day, Delta, Store

DEVICE = Device(device_id=DeviceId("d1"), name="Gate", password="hush-1")
DETAIL = DeviceDetail(
    device_id=DeviceId("d1"),
    ip="10.0.0.7",
    password="hush-2",
    push_stream_url="rtmp://host/live?txSecret=hush-3",
    stream_name="hush-4",
)
CHANNELS = {DeviceId("d1"): (Channel(channel_id=ChannelId("c1"), name="North"),)}
FULL = Delta(
    organizations=[Organization(organization_id=OrganizationId("1"), name="Port")],
    devices=[DEVICE],
    channels=CHANNELS,
    details=[DETAIL],
)
TODAY = date(2026, 11, 24)


def in_store(path, work):
    async def main():
        store = await Store.open(path)
        try:
            return await work(store)
        finally:
            await store.close()

    return asyncio.run(main())


def test_a_directory_is_found_again_without_its_secrets(tmp_path):
    path = tmp_path / "deep" / "cache.db"
    in_store(path, lambda store: store.keep_directory("port", FULL))
    found = in_store(path, lambda store: store.directory("port"))
    assert [each.name for each in found.organizations] == ["Port"]
    assert found.devices[0].name == "Gate"
    assert found.devices[0].password == ""
    assert found.details[0].ip == "10.0.0.7"
    assert found.channels == CHANNELS
    written = b"".join(file.read_bytes() for file in path.parent.iterdir())
    assert b"hush" not in written
    assert path.stat().st_mode & 0o077 == 0


def test_what_is_gone_is_forgotten(tmp_path):
    async def work(store):
        await store.keep_directory("port", FULL)
        await store.keep_directory("port", Delta(gone=[DeviceId("d1")]))
        return await store.directory("port")

    found = in_store(tmp_path / "cache.db", work)
    assert not found.devices
    assert not found.channels
    assert not found.details
    assert found.organizations


def test_accounts_are_kept_apart(tmp_path):
    async def work(store):
        await store.keep_directory("port", FULL)
        return await store.directory("depot")

    assert in_store(tmp_path / "cache.db", work) is None


def test_days_are_found_again(tmp_path):
    day = Day((Interval(10.0, 20.0),), archived=True, asked=4e9)
    key = ("port", ChannelId("c1"), Source.CLOUD)

    async def work(store):
        await store.keep_day(*key, TODAY, day)
        other = await store.days("port", ChannelId("c1"), Source.DEVICE, TODAY, TODAY)
        return other, await store.days(*key, date(2026, 11, 1), TODAY)

    other, found = in_store(tmp_path / "cache.db", work)
    assert other == {}
    assert found == {TODAY: day}


@pytest.mark.parametrize("content", [b"not a database at all" * 100, b"SQLite format 3\0" * 64])
def test_a_damaged_file_is_moved_aside(tmp_path, content, caplog):
    path = tmp_path / "cache.db"
    path.write_bytes(content)

    async def work(store):
        await store.keep_directory("port", FULL)
        return store.recovered, await store.directory("port")

    with caplog.at_level(logging.ERROR):
        recovered, found = in_store(path, work)
    assert recovered
    assert found.devices
    assert (tmp_path / "cache.db.damaged").read_bytes() == content


def test_damage_found_later_is_no_crash_either(tmp_path):
    path = tmp_path / "cache.db"
    in_store(path, lambda store: store.keep_directory("port", FULL))
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xff" * (path.stat().st_size - 4096))

    async def work(store):
        first = await store.directory("port")
        await store.keep_directory("port", FULL)
        return first, await store.directory("port")

    first, second = in_store(path, work)
    assert first is None
    assert second.devices


def test_a_file_of_another_version_is_begun_anew(tmp_path):
    import sqlite3

    path = tmp_path / "cache.db"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE scopes (other TEXT)")
        database.execute("PRAGMA user_version = 99")
    database.close()
    assert in_store(path, lambda store: store.directory("port")) is None


def test_without_a_writable_place_memory_serves(tmp_path):
    blocked = tmp_path / "file"
    blocked.write_text("in the way")

    async def work(store):
        await store.keep_directory("port", FULL)
        return await store.directory("port")

    assert in_store(blocked / "cache.db", work).devices
    assert in_store(None, work).devices


def test_after_closing_nothing_is_found_and_nothing_fails(tmp_path):
    async def main():
        store = await Store.open(tmp_path / "cache.db")
        await store.close()
        await store.close()
        await store.keep_directory("port", FULL)
        return await store.directory("port")

    assert asyncio.run(main()) is None
