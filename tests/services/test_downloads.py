"""The queue of downloads over a real socket: from an order to a whole file, whatever happens."""

from __future__ import annotations

import asyncio
import errno
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from ivcdesk.api import CloudClient, Credential
from ivcdesk.app.fetching import MediaTools
from ivcdesk.domain.days import CLOUD_ZONE
from ivcdesk.domain.exports import around, plan
from ivcdesk.domain.intervals import Interval
from ivcdesk.media.remux import examine
from ivcdesk.services import downloads_files as files
from ivcdesk.services.downloads import Change, Downloads
from ivcdesk.services.downloads_jobs import (
    Address,
    FileUnusable,
    Job,
    Order,
    Part,
    State,
    TransferFailed,
)
from ivcdesk.services.downloads_verdict import TOO_MANY, judge
from ivcdesk.simulator.server import Simulator
from tests.services.conftest import until

CALL = "DescribeVideoDownloadUrl"
OPTIONS: dict[str, Any] = {"reserve": 0, "space_pause": 0.05, "first_pause": 0.02}


class Cloud:
    """A simulator in a thread of its own, which all tests share: pictures are costly to make."""

    def __init__(self, simulator: Simulator, loop: asyncio.AbstractEventLoop) -> None:
        self.simulator = simulator
        self._loop = loop
        self._since = 0

    def run(self, work: Callable[[], Any]) -> Any:
        async def call() -> Any:
            return work()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(10)

    def begin(self) -> None:
        """Forget what earlier tests did."""
        self.clear()
        self._since = max((call["n"] for call in self._received(0)), default=0)

    def fault(self, **fault: Any) -> None:
        """Let something go wrong."""
        self.run(lambda: self.simulator.faults.arm([fault]))

    def clear(self) -> None:
        """Let everything go well again."""
        self.run(self.simulator.faults.clear)

    def calls(self) -> list[dict[str, Any]]:
        """Return this test's questions for addresses, but for those that were too frequent."""
        received = [call for call in self._received(self._since) if call["action"] == CALL]
        return [call for call in received if call["code"] != "RequestLimitExceeded"]

    def _received(self, since: int) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.run(
            lambda: [call for call in self.simulator.reception.calls.since(0) if call["n"] > since]
        )
        return found


@pytest.fixture(scope="module")
def cloud() -> Iterator[Cloud]:
    made: list[Cloud] = []
    ready, ended = threading.Event(), asyncio.Event()

    async def serve() -> None:
        async with Simulator(scenario="fleet", devices=3) as simulator:
            made.append(Cloud(simulator, asyncio.get_running_loop()))
            ready.set()
            await ended.wait()

    with pytest.MonkeyPatch.context() as patch:
        # Short slices, so that files are small.
        patch.setattr("ivcdesk.simulator.handlers.video_files.SLICE_SECONDS", 4)
        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        assert ready.wait(20)
        yield made[0]
        made[0].run(ended.set)
        thread.join(20)


class Office:
    """A queue on a simulated cloud, and what a test wants to do with it."""

    def __init__(self, cloud: Cloud, client: CloudClient, folder: Path, **options: Any) -> None:
        self.cloud = cloud
        self.client = client
        self.folder = folder / "out"
        self.path = folder / "downloads.sqlite3"
        self.options = OPTIONS | options
        self.changes: list[tuple[str, State]] = []
        self.queue = self.made()

    def made(self) -> Downloads:
        queue = Downloads(self.path, MediaTools(stall_seconds=15), **self.options)
        queue.subscribe(lambda change: self.changes.append((change.what, change.job.state)))
        return queue

    async def begin(self) -> None:
        self.cloud.begin()
        await self.queue.open()
        self.sign_in()

    def sign_in(self, scope: str = "mine") -> None:
        self.queue.attach(self.client, scope)

    async def start_again(self) -> None:
        """End the program and start it anew."""
        await self.queue.close()
        self.queue = self.made()
        await self.queue.open()

    def order(
        self, seconds: int = 6, *, after: int = 0, join: bool = True, form: Any = "mp4"
    ) -> Order:
        """Return an order of one file, within yesterday's recordings of a camera."""
        cloud = self.cloud.simulator.cloud
        channels = (c for d in cloud.world.devices.values() for c in cloud.world.channels(d))
        channel = next(each for each in channels if each.plan is not None).channel_id
        day = (int(cloud.now()) + 8 * 3600) // 86400 * 86400 - 8 * 3600 - 86400
        spans = cloud.recorded(channel, "cloud", day, day + 86400)
        recorded = [Interval(*span) for span in spans]
        longest = max(recorded, key=lambda span: span.length)
        start = int(longest.start) // 20 * 20 + 120 + after
        window = Interval(start, start + seconds)
        (clip,) = plan("Gate", recorded, window, join=join, form=form, zone=CLOUD_ZONE)
        parts = tuple(Part(part, around(recorded, part)) for part in clip.parts)
        details = {"channel_id": channel}
        return Order(
            "cloud", "Gate", clip.name, str(self.folder), form, window, parts, join, details
        )

    async def add(self, *orders: Order) -> list[Job]:
        return await self.queue.add(orders or [self.order()])

    async def all_are(self, *states: State) -> None:
        wanted = set(states or (State.DONE,))
        await until(
            lambda: {job.state for job in self.queue.jobs} <= wanted and not self.queue.running,
            f"jobs that are {wanted}",
            20,
        )

    def there(self) -> list[str]:
        """Return all files of the folder, the hidden ones too."""
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []


@pytest.fixture
def office(cloud, tmp_path):
    """``office(work, **options)`` runs ``work(office)`` on a fresh cloud."""

    def run(work: Callable[[Office], Any], **options: Any) -> Any:
        async def main() -> Any:
            there = cloud.simulator
            credential = Credential(there.secret_id, there.secret_key)
            async with CloudClient(credential, there.region, there.endpoint) as client:
                made = Office(cloud, client, tmp_path, **options)
                try:
                    await made.begin()
                    return await work(made)
                finally:
                    await made.queue.close()

        return asyncio.run(main())

    return run


def test_an_order_becomes_a_whole_file_under_its_name(office):
    async def work(office: Office) -> None:
        orders = [office.order(), office.order(join=False, form="ts", after=4)]
        joined, sliced = await office.add(*orders)
        await office.all_are()
        assert office.there() == sorted(order.name for order in orders)
        assert examine(joined.path).seconds == pytest.approx(6, abs=0.2)
        found = sliced.fetched[0]
        assert examine(sliced.path).seconds == pytest.approx(found.end - found.begin, abs=0.5)
        assert joined.published.digest == files.digest(joined.path)
        assert joined.progress == 1.0
        (first, _) = office.cloud.calls()
        assert first["params"]["IsRespActualTime"] is True
        states = {state for _, state in office.changes}
        assert states >= {State.QUEUED, State.ASKING, State.RUNNING, State.VERIFYING, State.DONE}

    office(work)


def test_parts_that_are_taken_to_their_ends_are_joined(office):
    async def work(office: Office) -> None:
        (sliced,) = await office.add(office.order(8, join=False, form="ts"))
        await office.all_are()
        begin = sliced.fetched[0].begin
        spans = [Interval(at, at + 4) for at in (begin, begin + 4)]
        near = sliced.order.parts[0].near
        order = msgspec.structs.replace(
            office.order(), name="both.mp4", parts=tuple(Part(span, near) for span in spans)
        )
        (joined,) = await office.add(order)
        await office.all_are()
        assert examine(joined.path).seconds == pytest.approx(8, abs=0.2)
        assert joined.bad_files == 0

    office(work)


def test_nothing_secret_is_written(office, tmp_path):
    async def work(office: Office) -> None:
        await office.add()
        await office.all_are()
        held = b"".join(path.read_bytes() for path in tmp_path.glob("downloads.sqlite3*"))
        assert b"channel_id" in held
        for secret in (b"token=", b"expires=", b"http:", office.cloud.simulator.secret_id.encode()):
            assert secret not in held

    office(work)


@pytest.mark.parametrize(
    "fault",
    [
        {"kind": "drop"},
        {"kind": "reset"},
        {"kind": "http500"},
        {"kind": "truncate", "bytes": 5000},
        {"kind": "garbage", "bytes": 2000},
        {"kind": "expire"},
    ],
    ids=lambda fault: fault["kind"],
)
def test_what_goes_wrong_on_the_way_is_tried_again(office, fault):
    async def work(office: Office) -> None:
        office.cloud.fault(path="/video", count=2, **fault)
        await office.add()
        await office.all_are()
        assert len(office.there()) == 1
        assert len(office.cloud.calls()) == 3
        assert State.RETRYING in {state for _, state in office.changes}

    office(work)


def test_a_cloud_that_can_not_be_reached_is_asked_until_it_is_back(office):
    async def work(office: Office) -> None:
        office.cloud.fault(action=CALL, kind="drop", count=4)
        (job,) = await office.add()
        await until(lambda: job.state is State.RETRYING, "another try")
        assert job.trouble.kind == "network"
        await office.all_are()

    office(work)


def test_pauses_grow_only_while_nothing_more_comes(office):
    async def work(office: Office) -> None:
        sizes = iter((5000, 9000, 9000, 9000, 14_000))
        tries: dict[float, int] = {}

        def cut_next() -> None:
            for size in sizes:
                office.cloud.fault(path="/video", count=1, kind="truncate", bytes=size)
                break

        def look(change: Change) -> None:
            due = change.job.due
            if change.job.state is State.RETRYING and due is not None and due not in tries:
                tries[due] = change.job.tries
                cut_next()

        office.queue.subscribe(look)
        cut_next()
        await office.add()
        await office.all_are()
        assert list(tries.values()) == [1, 1, 2, 3, 1]

    office(work)


def test_an_expired_address_is_renewed_at_once(office):
    async def work(office: Office) -> None:
        office.cloud.fault(path="/video", count=1, kind="expire")
        await office.add()
        await office.all_are()
        assert [call["code"] for call in office.cloud.calls()] == [None, None]

    office(work, first_pause=60.0)


def test_what_the_cloud_refuses_for_good_is_told_with_its_request(office):
    async def work(office: Office) -> None:
        office.cloud.fault(action=CALL, kind="error", code="ResourceUnavailable.VideoArchived")
        (job,) = await office.add()
        await office.all_are(State.FAILED)
        assert (job.trouble.kind, job.trouble.code) == (
            "cloud",
            "ResourceUnavailable.VideoArchived",
        )
        assert job.trouble.request_id
        office.cloud.clear()
        office.queue.resume(job)
        await office.all_are()
        assert job.trouble is None

    office(work)


def test_too_many_at_once_are_made_fewer(office):
    async def work(office: Office) -> None:
        office.cloud.fault(action=CALL, kind="error", code=TOO_MANY, count=1)
        jobs = await office.add(*(office.order(after=4 * n) for n in range(4)))
        most = 0

        def look(_change: Change) -> None:
            nonlocal most
            if any(job.trouble for job in jobs):
                most = max(most, office.queue.running)

        office.queue.subscribe(look)
        await until(lambda: sum(job.state is State.DONE for job in jobs) == 3, "three files", 20)
        assert most <= 3
        (late,) = [job for job in jobs if job.state is not State.DONE]
        assert late.trouble.kind == "limit"
        office.queue.resume(late)
        await office.all_are()

    office(work)


def test_a_cloud_that_allows_one_at_once_gives_all_of_them(office, monkeypatch):
    monkeypatch.setattr("ivcdesk.services.downloads.LIMIT_PAUSE", 0.05)

    async def work(office: Office) -> None:
        simulated = office.cloud.simulator.cloud
        usual, simulated.most_downloads = simulated.most_downloads, 1
        office.cloud.fault(path="/video", kind="stall", bytes=1000, seconds=0.8, count=1)
        try:
            await office.add()
            await until(simulated.downloading, "a transfer")
            await office.add(*(office.order(after=4 * n) for n in (1, 2)))
            await office.all_are()
        finally:
            simulated.most_downloads = usual
        assert TOO_MANY in {call["code"] for call in office.cloud.calls()}

    office(work)


def test_no_more_run_at_once_than_is_wanted(office):
    async def work(office: Office) -> None:
        most = 0

        def look(_change: Change) -> None:
            nonlocal most
            most = max(most, office.queue.running)

        office.queue.at_once = 1
        office.queue.subscribe(look)
        await office.add(*(office.order(after=4 * n) for n in range(3)))
        await office.all_are()
        assert most == 1

    office(work)


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


def test_jobs_wait_for_their_own_account(office):
    async def work(office: Office) -> None:
        office.sign_in("theirs")
        (job,) = await office.queue.add([office.order()], "mine")
        assert office.queue.waits_for_account(job)
        await asyncio.sleep(0.1)
        assert job.state is State.QUEUED
        office.sign_in()
        assert not office.queue.waits_for_account(job)
        await office.all_are()

    office(work)


def test_a_refused_key_stops_the_queue_until_somebody_signs_in(office):
    async def work(office: Office) -> None:
        office.cloud.fault(action=CALL, kind="error", code="AuthFailure.SecretIdNotFound")
        (job,) = await office.add()
        await until(lambda: job.trouble is not None, "a refusal")
        assert office.queue.waits_for_account(job)
        asked = len(office.cloud.calls())
        await asyncio.sleep(0.2)
        assert len(office.cloud.calls()) == asked
        office.cloud.clear()
        office.sign_in()
        await office.all_are()

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


class Device:
    """A source of another kind: what a device sent, which takes a while to be there."""

    whole = False

    def __init__(self, office: Office) -> None:
        self.office = office
        self.ready = asyncio.Event()

    async def address(self, client, order, part, note) -> Address:
        note("The device is sending")
        await self.ready.wait()
        cloud = self.office.cloud.simulator.cloud
        query = {"starttime": int(part.span.start), "endtime": int(part.span.end)}
        path = f"/video/{order.details['channel_id']}/video.mp4"
        return Address(cloud.links.address(path, 600, query))


def test_orders_of_another_kind_go_the_same_way(office):
    async def work(office: Office) -> None:
        order = msgspec.structs.replace(office.order(), kind="device task")
        (job,) = await office.add(order)
        await asyncio.sleep(0.05)
        assert job.state is State.QUEUED
        device = Device(office)
        office.queue.register("device task", device)
        await until(lambda: job.note == "The device is sending", "a note")
        office.queue.pause(job)
        await until(lambda: not office.queue.running, "a rest")
        office.queue.resume(job)
        device.ready.set()
        await office.all_are()
        assert examine(job.path).seconds == pytest.approx(6, abs=0.2)

    office(work)


@pytest.mark.parametrize(
    ("error", "kind", "way"),
    [
        (TransferFailed("network"), "network", "wait"),
        (TransferFailed("server"), "server", "wait"),
        (TransferFailed("address"), "address", "renew"),
        (FileUnusable("x"), "unwhole", "again"),
        (FileUnusable("x", apart=True), "apart", "fail"),
        (OSError(errno.ENOSPC, "full"), "space", "space"),
        (PermissionError(errno.EACCES, "no"), "disk", "fail"),
    ],
)
def test_each_error_has_its_way(error, kind, way):
    verdict = judge(error)
    assert (verdict.trouble.kind, verdict.way) == (kind, way)


def test_mistakes_of_the_program_are_not_hidden():
    assert judge(ZeroDivisionError()) is None


def test_parts_that_don_t_go_together_are_fetched_one_by_one(office):
    async def work(office: Office) -> None:
        first, second = office.order(), office.order(after=4)
        both = msgspec.structs.replace(first, parts=first.parts + second.parts)
        office.queue.detach()
        (job,) = await office.add(both)
        job.trouble = judge(FileUnusable("different", apart=True)).trouble
        job.state = State.FAILED
        office.queue.resume(job)
        await until(lambda: len(office.queue.jobs) == 2, "two jobs")
        office.sign_in()
        await office.all_are()
        stem = both.name.removesuffix(".mp4")
        assert office.there() == [f"{stem} 1.mp4", f"{stem} 2.mp4"]

    office(work)
