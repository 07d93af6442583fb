"""What of the queue and its files is on the disk, whatever happens to the program and the disk."""

from __future__ import annotations

import asyncio
import sqlite3

import pytest

from ivcdesk.services.downloads_jobs import State
from tests.services.conftest import until
from tests.services.downloads.conftest import Office


def test_a_paused_job_rests_and_goes_on(office):
    async def work(office: Office) -> None:
        office.cloud.fault(path="/video", count=1, kind="stall", bytes=1000)
        (job,) = await office.add()
        await until(lambda: job.state is State.RUNNING, "a transfer")
        office.queue.pause(job)
        await until(lambda: not office.queue.running, "a rest")
        assert job.state is State.PAUSED
        await office.start_again()
        (job,) = office.queue.jobs
        office.sign_in()
        await asyncio.sleep(0.1)
        assert job.state is State.PAUSED
        office.queue.resume(job)
        await office.all_are()

    office(work)


def test_the_queue_goes_on_where_the_program_ended(office):
    async def work(office: Office) -> None:
        office.cloud.fault(path="/video", kind="stall", bytes=1000)
        orders = [office.order(after=4 * n) for n in range(3)]
        await office.add(*orders)
        await until(lambda: office.queue.running == 3, "transfers")
        await office.start_again()
        assert [job.state for job in office.queue.jobs] == [State.QUEUED] * 3
        assert [job.order.name for job in office.queue.jobs] == [order.name for order in orders]
        office.cloud.clear()
        office.sign_in()
        await office.all_are()
        assert office.there() == sorted(order.name for order in orders)

    office(work)


def test_a_full_disk_pauses_until_there_is_room(office):
    free = 0

    async def work(office: Office) -> None:
        nonlocal free
        (job,) = await office.add()
        await until(lambda: job.state is State.PAUSED, "a pause")
        assert (job.trouble.kind, job.trouble.free) == ("space", 0)
        assert job.trouble.needed > 0
        await office.start_again()
        office.sign_in()
        free = 1 << 40
        await office.all_are()

    office(work, free=lambda _folder: free)


def test_a_disk_that_fills_up_meanwhile_stops_the_transfer(office):
    free = 1 << 40

    async def work(office: Office) -> None:
        nonlocal free
        office.cloud.fault(path="/video", kind="stall", bytes=1000, count=1)
        (job,) = await office.add()
        await until(lambda: job.state is State.RUNNING, "a transfer")
        free = 10
        await until(lambda: job.state is State.PAUSED, "a pause")
        assert job.trouble.kind == "space"
        assert office.there() == []
        free = 1 << 40
        await office.all_are()

    office(work, free=lambda _folder: free, reserve=100)


def test_a_folder_that_is_gone_is_told_and_not_made_again(office):
    async def work(office: Office) -> None:
        office.queue.detach()
        (job,) = await office.add()
        assert office.folder.is_dir()
        office.folder.rmdir()
        office.sign_in()
        await office.all_are(State.FAILED)
        assert job.trouble.kind == "disk"
        assert not office.folder.exists()
        office.folder.mkdir()
        office.queue.resume(job)
        await office.all_are()

    office(work)


def test_a_removed_job_leaves_nothing_unfinished_and_keeps_what_is_done(office):
    async def work(office: Office) -> None:
        (done,) = await office.add()
        await office.all_are()
        office.cloud.fault(path="/video", kind="stall", bytes=1000)
        (job,) = await office.add(office.order(after=4))
        await until(lambda: len(office.there()) == 2, "a partial file")
        assert office.there()[0].startswith(".ivcdesk-")
        await office.queue.remove(job)
        await office.queue.remove(done)
        assert office.there() == [done.name]
        assert office.queue.jobs == ()
        await office.start_again()
        assert office.queue.jobs == ()

    office(work)


def test_the_order_of_jobs_is_kept(office):
    async def work(office: Office) -> None:
        office.queue.detach()
        a, b, c = await office.add(*(office.order(after=4 * n) for n in range(3)))
        office.queue.move(c, -2)
        office.queue.move(a, 1)
        office.queue.move(b, -5)
        assert office.queue.jobs == (b, c, a)
        await office.start_again()
        assert [job.id for job in office.queue.jobs] == [b.id, c.id, a.id]

    office(work)


def test_a_file_of_that_name_is_never_replaced(office):
    async def work(office: Office) -> None:
        order = office.order()
        office.folder.mkdir()
        (office.folder / order.name).write_bytes(b"mine")
        jobs = await office.add(order, order)
        await office.all_are()
        assert (office.folder / order.name).read_bytes() == b"mine"
        stem = order.name.removesuffix(".mp4")
        assert {job.path.name for job in jobs} == {f"{stem} (2).mp4", f"{stem} (3).mp4"}
        assert len(office.there()) == 3

    office(work)


@pytest.mark.parametrize("moment", ["before", "between", "after"])
def test_a_crash_around_the_name_ends_with_one_whole_file(office, moment):
    async def work(office: Office) -> None:
        (job,) = await office.add()
        await office.all_are()
        hidden = office.folder / job.published.file
        if moment == "before":
            job.path.rename(hidden)
        elif moment == "between":
            hidden.hardlink_to(job.path)
        await office.queue.close()
        with sqlite3.connect(office.path) as database:
            database.execute("UPDATE jobs SET state = 'verifying'")
        database.close()
        asked = len(office.cloud.calls())
        office.queue = office.made()
        await office.queue.open()
        office.sign_in()
        await office.all_are()
        assert office.there() == [job.name]
        assert len(office.cloud.calls()) == asked

    office(work)


def test_what_the_journal_does_not_vouch_for_is_fetched_again(office):
    async def work(office: Office) -> None:
        (job,) = await office.add()
        await office.all_are()
        await office.queue.close()
        job.path.unlink()
        with sqlite3.connect(office.path) as database:
            database.execute("UPDATE jobs SET state = 'running'")
            database.execute(
                "UPDATE journal SET body = CAST(replace(body, 'size', 'sizes') AS BLOB)"
            )
        database.close()
        office.queue = office.made()
        await office.queue.open()
        (job,) = office.queue.jobs
        assert job.fetched == {}
        assert job.published is None
        office.sign_in()
        await office.all_are()
        assert office.there() == [job.name]

    office(work)


def test_a_damaged_queue_is_moved_aside(office):
    async def work(office: Office) -> None:
        await office.add()
        await office.all_are()
        await office.queue.close()
        office.path.write_bytes(b"no database " * 1000)
        office.queue = office.made()
        await office.queue.open()
        assert office.queue.store.recovered
        assert office.queue.jobs == ()
        office.sign_in()
        await office.add(office.order(after=4))
        await office.all_are()

    office(work)


def test_a_second_instance_leaves_the_first_one_s_queue_alone(office):
    async def work(office: Office) -> None:
        office.queue.detach()
        await office.add()
        other = office.made()
        await other.open()
        try:
            assert not other.store.kept
            assert other.jobs == ()
        finally:
            await other.close()
        assert len(office.queue.jobs) == 1

    office(work)
