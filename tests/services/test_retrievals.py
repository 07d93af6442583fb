"""Recordings come out of the archive: asked for by day and by 32 channels, and followed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ivcdesk.api import Conflict, InvalidArgument
from ivcdesk.api.actions import ChannelId, RetrievalState
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import cloud_day, day_interval
from ivcdesk.domain.intervals import Interval
from ivcdesk.services.retrievals import PartlyAdded, Retrievals
from tests.services.conftest import Desk, until

ADD = "AddRecordRetrieveTask"
HOUR = 3600.0


class Archive:
    """A camera whose old recordings lie in the archive, and who retrieves them."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.cloud = desk.simulator.cloud
        self.recordings = desk.session.recordings
        self.retrievals = self.made()
        world = self.cloud.world
        self.channel = next(
            channel.channel_id
            for device in world.devices.values()
            for channel in world.channels(device)
            if device.name.startswith("PTZ Fence East")
        )
        held = self.cloud.archived(world.channel(self.channel), 0, self.cloud.now())
        day = day_interval(cloud_day(held[-1][0]))
        self.window = Interval(day.start + 10 * HOUR, day.start + 11 * HOUR)
        self.restored: list[tuple[ChannelId, Interval]] = []
        self.leave = self.retrievals.on_restored(lambda *told: self.restored.append(told))

    async def know_the_camera(self) -> None:
        directory = self.desk.directory
        await until(lambda: directory.state == "ready", "the devices")
        await directory.load_channels(self.cloud.world.channel(self.channel).device.device_id)

    def made(self) -> Retrievals:
        session = self.desk.session
        return Retrievals(session.client, session.directory, self.recordings.forget, poll=0.05)

    async def add(self, window: Interval | None = None, **options: Any) -> int:
        wanted = {"name": "gate", "days": 3, **options}
        channels = wanted.pop("channels", [self.channel])
        return await self.retrievals.add(window or self.window, channels, **wanted)

    async def coverage(self) -> Any:
        return await self.recordings.coverage(self.channel, self.window, sources=(Source.CLOUD,))

    async def finished(self) -> None:
        self.cloud.clock.advance(100)
        await until(
            lambda: all(t.status is RetrievalState.RETRIEVED for t in self.retrievals.tasks),
            "recordings out of the archive",
        )


@pytest.fixture
def archive(desk):
    """``archive(work)`` runs ``work(archive)`` on a fresh cloud."""

    def run(work: Callable[[Archive], Any]) -> None:
        async def main(desk: Desk) -> None:
            made = Archive(desk)
            await made.know_the_camera()
            try:
                await work(made)
            finally:
                await made.retrievals.close()

        desk(main, scenario="demo")

    return run


def test_what_is_retrieved_plays_and_what_is_deleted_no_more(archive):
    async def work(archive: Archive) -> None:
        before = await archive.coverage()
        assert before.archived
        assert not before.cloud
        told = []
        leave = archive.retrievals.subscribe(lambda: told.append(len(archive.retrievals.tasks)))
        assert await archive.add(describe="why") == 1
        (task,) = archive.retrievals.tasks
        assert task.status is RetrievalState.WAITING
        await archive.finished()
        await until(lambda: archive.restored, "word of it")
        ((channel, window),) = archive.restored
        assert channel == archive.channel
        assert window.start <= archive.window.start < archive.window.end <= window.end
        after = await archive.coverage()
        assert after.cloud
        detail = archive.retrievals.detail(task.task_id)
        assert [each.status for each in detail.channels] == [RetrievalState.RETRIEVED]
        await archive.retrievals.delete(task.task_id)
        assert archive.retrievals.tasks == ()
        assert (await archive.coverage()).archived
        assert told[-1] == 0
        leave()
        archive.leave()

    archive(work)


def test_a_wish_over_midnights_and_many_channels_is_several_tasks(archive):
    async def work(archive: Archive) -> None:
        await archive.desk.filled()
        directory = archive.desk.directory
        channels = [c.channel_id for held in directory.channels.values() for c in held][:33]
        channels.append(ChannelId("12345678-abcd-efgh-ijkl-1234567890ab"))  # nobody's
        day = day_interval(cloud_day(archive.window.start))
        wide = Interval(day.start - 60, day.start + 60)
        assert await archive.add(wide, channels=channels, name="闸口 3") == 4
        calls = [call["params"] for call in archive.desk.calls(ADD)]
        assert sorted(len(call["Channels"]) for call in calls) == [1, 1, 32, 32]
        assert len({call["TaskName"] for call in calls}) == 4
        assert {(call["Mode"], call["Expiration"]) for call in calls} == {(1, 3)}

    archive(work)


def test_what_was_begun_before_a_refusal_is_told(archive):
    async def work(archive: Archive) -> None:
        day = day_interval(cloud_day(archive.window.start))
        wide = Interval(day.start - 60, day.start + 60)
        fault = {"kind": "error", "action": ADD, "code": "FailedOperation"}
        archive.desk.fault(**fault, count=1)
        with pytest.raises(Exception, match="FailedOperation"):
            await archive.add(wide)
        assert archive.retrievals.tasks == ()
        real = archive.retrievals._note

        def note(*told: Any) -> None:
            real(*told)
            archive.desk.fault(**fault, count=1)

        archive.retrievals._note = note  # the second call is the one that is refused
        with pytest.raises(PartlyAdded) as partly:
            await archive.add(wide)
        assert (partly.value.made, partly.value.of) == (1, 2)
        assert len(archive.retrievals.tasks) == 1

    archive(work)


def test_a_wrong_wish_is_never_sent(archive):
    async def work(archive: Archive) -> None:
        with pytest.raises(InvalidArgument):
            await archive.add(days=366)
        assert await archive.add(Interval(5, 5)) == 0
        assert archive.desk.calls(ADD) == []

    archive(work)


def test_what_is_under_way_cant_be_deleted_and_what_is_gone_is_no_error(archive):
    async def work(archive: Archive) -> None:
        await archive.add()
        (task,) = archive.retrievals.tasks
        with pytest.raises(Conflict):
            await archive.retrievals.delete(task.task_id)
        assert len(archive.retrievals.tasks) == 1
        await archive.finished()
        archive.cloud.world.ledger.retrievals.clear()
        await archive.retrievals.delete(task.task_id)
        assert archive.retrievals.tasks == ()

    archive(work)


def test_it_is_followed_through_failures_and_by_the_next_session_too(archive):
    async def work(archive: Archive) -> None:
        await archive.coverage()
        await archive.add()
        archive.desk.fault(kind="error", action="ListRecordRetrieveTasks", count=1)
        await archive.finished()
        await archive.retrievals.close()
        # Another one finds it done, and what was remembered of its days is asked for anew.
        other = archive.retrievals = archive.made()
        assert not other.known
        restored = []
        other.on_restored(lambda *told: restored.append(told[0]))
        await other.load()
        assert other.known
        assert restored == [archive.channel]
        await other.load()
        assert restored == [archive.channel]
        assert (await archive.coverage()).cloud

    archive(work)


def test_one_that_is_deleted_elsewhere_is_followed_no_more(archive):
    async def work(archive: Archive) -> None:
        await archive.add()
        archive.cloud.world.ledger.retrievals.clear()
        await until(lambda: archive.retrievals.tasks == (), "an empty list")
        await until(lambda: archive.retrievals._following.done(), "an end")

    archive(work)


def test_channels_without_archived_recordings_are_told_apart(archive):
    async def work(archive: Archive) -> None:
        live = archive.desk.camera()
        await archive.add(channels=[live])
        (task,) = archive.retrievals.tasks
        await archive.finished()
        detail = await archive.retrievals.describe(task.task_id)
        assert detail.channels[0].status is RetrievalState.NOTHING_ARCHIVED
        assert archive.restored == []

    archive(work)
