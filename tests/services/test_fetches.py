"""From a stretch on a device to a whole file, through a task of the cloud, whatever happens."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ivcdesk.api import NotFound
from ivcdesk.api.actions import DownloadState, DownloadTaskId
from ivcdesk.app.fetching import MediaTools
from ivcdesk.domain.intervals import Interval
from ivcdesk.media.remux import examine
from ivcdesk.services.downloads import Downloads
from ivcdesk.services.downloads_jobs import Job, Order, Part, State
from ivcdesk.services.fetches import DEVICE, RUNS, WAITS, DeviceRange, Fetches
from tests.services.conftest import Desk, until

SECONDS = 6
CREATE = "CreateVideoDownloadTask"


class Office:
    """A queue that knows devices, and what a test wants of it and of the cloud."""

    def __init__(self, desk: Desk, folder: Path) -> None:
        self.desk = desk
        self.folder = folder / "out"
        self.path = folder / "downloads.sqlite3"
        self.cloud = desk.simulator.cloud
        self.ledger = self.cloud.world.ledger.downloads
        self.channel = desk.camera()
        device = self.cloud.recorded(self.channel, "device", 0, self.cloud.now())
        self.start = int(next(low for low, high in reversed(device) if high - low > 900)) + 60

    def made(self) -> Downloads:
        queue = Downloads(self.path, MediaTools(stall_seconds=15), reserve=0, first_pause=0.02)
        queue.register(DEVICE, DeviceRange(queue.amend, poll=0.05))
        return queue

    async def begin(self) -> None:
        self.queue = self.made()
        await self.queue.open()
        self.sign_in()

    def sign_in(self) -> None:
        self.queue.attach(self.desk.session.client, "mine")

    async def start_again(self) -> None:
        await self.queue.close()
        await self.begin()

    def order(self, *, seconds: int = SECONDS, after: int = 0, **details: Any) -> Order:
        span = Interval(self.start + after, self.start + after + seconds)
        return Order(
            DEVICE,
            "Gate",
            f"Gate {after}.mp4",
            str(self.folder),
            "mp4",
            span,
            (Part(span),),
            False,
            {"channel_id": self.channel, "speed": 4, "days": 7, "incomplete": True, **details},
        )

    async def add(self, **options: Any) -> Job:
        (job,) = await self.queue.add([self.order(**options)])
        return job

    async def is_(self, job: Job, state: State) -> None:
        await until(lambda: job.state is state and not self.queue.running, f"{state}", 20)

    async def waits(self, job: Job, note: str) -> None:
        await until(lambda: job.state is State.WAITING and job.note == note, note)

    def task(self, job: Job) -> Any:
        return self.ledger[job.order.details["task_id"]]

    def slow(self, seconds: float = 100.0) -> None:
        """Let the cloud take its time with what it has."""
        for task in self.ledger.values():
            task.ends = task.begins + seconds

    def pass_(self, seconds: float) -> None:
        self.cloud.clock.advance(seconds)


@pytest.fixture
def office(desk, tmp_path):
    """``office(work)`` runs ``work(office)`` on a fresh cloud."""

    def run(work: Callable[[Office], Any]) -> None:
        async def main(desk: Desk) -> None:
            await desk.filled()
            made = Office(desk, tmp_path)
            await made.begin()
            try:
                await work(made)
            finally:
                await made.queue.close()

        desk(main, devices=3)

    return run


def test_a_stretch_on_the_device_becomes_a_file(office):
    async def work(office: Office) -> None:
        job = await office.add()
        await office.waits(job, WAITS)
        office.slow()
        office.pass_(3)
        await office.waits(job, RUNS)
        office.pass_(200)
        await office.is_(job, State.DONE)
        assert [path.name for path in office.folder.iterdir()] == ["Gate 0.mp4"]
        assert examine(job.path).seconds == pytest.approx(SECONDS, abs=0.5)
        (call,) = office.desk.calls(CREATE)
        assert call["params"] == {
            "ChannelId": office.channel,
            "BeginTime": office.start,
            "EndTime": office.start + SECONDS,
            "Scale": 4,
            "Expire": 7,
            "FileType": 1,
            "CompletionPolicy": 1,
        }

    office(work)


def test_the_share_is_told_while_the_device_is_read(office):
    async def work(office: Office) -> None:
        job = await office.add(seconds=800)
        await office.waits(job, WAITS)
        office.slow(1000)
        office.pass_(102)
        await until(lambda: job.note_share is not None and job.note_share > 0.4, "a share")
        assert job.note_share == pytest.approx(0.5, abs=0.05)
        assert job.progress == 0.0

    office(work)


def test_who_waits_for_a_device_keeps_nobody_from_his_turn(office):
    async def work(office: Office) -> None:
        office.queue.at_once = 1
        first = await office.add()
        await office.waits(first, WAITS)
        office.slow(1e6)
        second = await office.add(after=20)
        await until(lambda: second.order.details.get("task_id"), "its task")
        office.task(second).begins = office.task(second).ends = 0.0
        await office.is_(second, State.DONE)
        assert first.state is State.WAITING

    office(work)


def test_the_program_ends_in_the_middle_and_the_same_task_is_gone_on_with(office):
    async def work(office: Office) -> None:
        job = await office.add()
        await office.waits(job, WAITS)
        task_id = job.order.details["task_id"]
        await office.start_again()
        (job,) = office.queue.jobs
        assert job.order.details["task_id"] == task_id
        office.pass_(100)
        await office.is_(job, State.DONE)
        assert len(office.desk.calls(CREATE)) == 1

    office(work)


def test_a_task_whose_id_was_never_heard_is_found_again(office):
    async def work(office: Office) -> None:
        office.desk.fault(kind="truncate", action=CREATE, bytes=10, count=1)
        job = await office.add()
        await office.waits(job, WAITS)
        (made,) = office.ledger
        assert job.order.details["task_id"] == made
        assert len(office.desk.calls(CREATE)) == 1

    office(work)


def test_neither_addresses_nor_keys_are_kept(office):
    async def work(office: Office) -> None:
        job = await office.add()
        await office.waits(job, WAITS)
        office.pass_(100)
        await office.is_(job, State.DONE)
        await office.queue.close()
        with sqlite3.connect(office.path) as database:
            text = "\n".join(database.iterdump())
        rows = [bytes.fromhex(part) for part in text.split("'") if part and _hex(part)]
        kept = b"\n".join(rows) + text.encode()
        assert job.order.details["task_id"].encode() in kept
        assert b"http" not in kept
        assert office.desk.session.client.credential.secret_id.encode() not in kept
        await office.begin()

    office(work)


def _hex(text: str) -> bool:
    return len(text) % 2 == 0 and set(text) <= set("0123456789abcdefABCDEF")


def test_a_failed_task_tells_why_and_resuming_asks_once_more(office):
    async def work(office: Office) -> None:
        job = await office.add()
        await office.waits(job, WAITS)
        office.task(job).reason = "录像不完整"
        office.pass_(100)
        await office.is_(job, State.FAILED)
        assert (job.trouble.kind, job.trouble.detail) == ("unfetched", "录像不完整")
        office.queue.resume(job)
        await office.waits(job, WAITS)
        assert len(office.desk.calls(CREATE)) == 2
        office.pass_(100)
        await office.is_(job, State.DONE)

    office(work)


def test_a_task_that_somebody_deletes_is_gone(office, monkeypatch):
    monkeypatch.setattr("ivcdesk.services.fetches.SETTLE_SECONDS", 0.0)

    async def work(office: Office) -> None:
        job = await office.add()
        await office.waits(job, WAITS)
        await Fetches(office.desk.session.client).delete(
            [DownloadTaskId(job.order.details["task_id"])]
        )
        await office.is_(job, State.FAILED)
        assert job.trouble.kind == "gone"
        assert not job.order.details["task_id"]

    office(work)


def test_a_file_that_the_cloud_kept_long_enough_is_gone(office):
    async def work(office: Office) -> None:
        job = await office.add()
        await office.waits(job, WAITS)
        office.queue.pause(job)
        await until(lambda: not office.queue.running, "a rest")
        office.pass_(8 * 86400)
        office.queue.resume(job)
        await office.is_(job, State.FAILED)
        assert job.trouble.kind == "gone"

    office(work)


def test_a_device_that_is_away_is_asked_again_until_it_is_back(office):
    async def work(office: Office) -> None:
        await office.desk.device_goes(office.channel, 2)
        job = await office.add()
        await until(lambda: job.state is State.RETRYING and job.tries > 2, "some tries")
        assert job.trouble.code == "ResourceUnavailable.DevOffline"
        assert job.trouble.request_id
        await office.desk.device_goes(office.channel, 1)
        await office.waits(job, WAITS)
        office.pass_(100)
        await office.is_(job, State.DONE)

    office(work)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("OperationDenied.ConcurrentDownloadsOverLimit", "limit"),
        ("InternalError", "cloud"),
    ],
)
def test_a_cloud_that_is_busy_is_asked_again(office, monkeypatch, code, kind):
    monkeypatch.setattr("ivcdesk.services.downloads.LIMIT_PAUSE", 0.05)

    async def work(office: Office) -> None:
        seen = []
        office.queue.subscribe(
            lambda change: seen.append(change.job.trouble.kind if change.job.trouble else "")
        )
        office.desk.fault(kind="error", action=CREATE, code=code, count=1)
        job = await office.add()
        await office.waits(job, WAITS)
        assert kind in seen
        office.pass_(100)
        await office.is_(job, State.DONE)

    office(work)


def test_an_address_that_has_expired_is_asked_for_anew(office):
    async def work(office: Office) -> None:
        job = await office.add()
        await office.waits(job, WAITS)
        office.desk.fault(kind="expire", path="/download", count=1)
        office.pass_(100)
        await office.is_(job, State.DONE)
        asked = [
            call
            for call in office.desk.calls("ListVideoDownloadTask")
            if call["params"].get("DownloadTaskId")
        ]
        assert all(call["params"]["UrlExpires"] == 7200 for call in asked)

    office(work)


def test_what_is_refused_fails_with_its_code(office):
    async def work(office: Office) -> None:
        job = await office.add(channel_id="12345678-abcd-efgh-ijkl-1234567890ab")
        await office.is_(job, State.FAILED)
        assert (job.trouble.kind, job.trouble.code) == ("cloud", "ResourceNotFound")

    office(work)


def test_a_job_that_is_removed_leaves_the_clouds_task_alone(office):
    async def work(office: Office) -> None:
        job = await office.add()
        await office.waits(job, WAITS)
        await office.queue.remove(job)
        await asyncio.sleep(0.1)
        assert len(office.ledger) == 1
        assert office.queue.jobs == ()
        # What a source finds out of a job that is gone is of no use, and does no harm.
        amended = await office.queue.amend(job.order, task_id="x")
        assert amended.details["task_id"] == "x"

    office(work)


def test_all_tasks_of_the_account_are_listed_in_pages_and_deleted(office):
    async def work(office: Office) -> None:
        jobs = [await office.add(after=20 * n, seconds=600) for n in range(3)]
        for job in jobs:
            await until(lambda job=job: job.order.details.get("task_id"), "its task")
        office.task(jobs[0]).reason = "设备无录像"
        office.task(jobs[0]).ends = office.task(jobs[0]).begins = 0.0
        fetches = Fetches(office.desk.session.client)
        assert abs(fetches.now - office.cloud.now()) < 60
        page = await fetches.page(1, 2)
        assert (len(page.tasks), page.total) == (2, 3)
        assert len((await fetches.page(2, 2)).tasks) == 1
        (failed,) = (await fetches.page(1, 20, state=DownloadState.FAILED)).tasks
        assert failed.failed_reason == "设备无录像"
        assert "http" not in repr(failed)
        await fetches.delete([failed.download_task_id])
        await fetches.delete([])
        assert (await fetches.page(1, 20)).total == 2
        with pytest.raises(NotFound):
            await fetches.delete([failed.download_task_id])

    office(work)
