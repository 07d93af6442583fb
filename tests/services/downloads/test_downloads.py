"""From an order to a whole file, whatever happens on the way."""

from __future__ import annotations

import asyncio

import msgspec
import pytest

from ivcdesk.domain.intervals import Interval
from ivcdesk.media.remux import examine
from ivcdesk.services import downloads_files as files
from ivcdesk.services.downloads import Change
from ivcdesk.services.downloads_jobs import (
    Address,
    FileUnusable,
    Part,
    State,
)
from ivcdesk.services.downloads_verdict import TOO_MANY, judge
from tests.services.conftest import until
from tests.services.downloads.conftest import CALL, Office


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
