"""Days of recordings of any channel: what is asked, what is kept, and who goes first."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest

from ivcdesk.api import NotFound, Priority
from ivcdesk.api.actions import DescribeDevicePreset
from ivcdesk.domain.coverage import Source, Untidy
from ivcdesk.domain.days import cloud_day, day_interval, day_of, split_days
from ivcdesk.domain.intervals import Interval
from ivcdesk.services import coverage_queue
from ivcdesk.services.store import Store
from ivcdesk.simulator.handlers import playback as simulated
from tests.services.conftest import open_session, until
from tests.services.test_recordings import recorded_camera, same, truth, yesterday

DAY = 86400.0


@pytest.fixture
def hasty(monkeypatch):
    """The background asks without resting, which costs tests less time."""
    monkeypatch.setattr(coverage_queue, "SPACING", 0.01)


def list_as(monkeypatch, listed):
    """Have devices list their files as ``listed(files)`` makes them."""
    real = simulated.device_files
    monkeypatch.setattr(
        simulated, "device_files", lambda habit, spans, a, b: listed(real(habit, spans, a, b), a, b)
    )


def test_of_the_running_day_only_its_end_is_asked_for_again(desk, tmp_path):
    async def work(desk):
        store = await Store.open(tmp_path / "cache.db")
        await desk.filled()
        camera = recorded_camera(desk, "cloud")
        today = day_interval(cloud_day(desk.simulator.cloud.now()))
        first = await open_session(desk.simulator, store=store)
        await first.directory.locate(camera)
        known = await first.recordings.coverage(camera, today, sources=(Source.CLOUD,))
        await first.close()
        assert known.cloud
        desk.simulator.cloud.clock.advance(300)
        second = await open_session(desk.simulator, store=store)
        await second.directory.locate(camera)
        found = await second.recordings.coverage(camera, today, sources=(Source.CLOUD,))
        asked = [call["params"]["StartTime"] for call in desk.calls("DescribeRecordFile")]
        assert asked[0] == today.start
        # The edge of what is recorded is known to the second.
        assert abs(asked[1] - (known.cloud[-1].end - 120)) <= 1
        assert len(asked) == 2
        assert same(found.cloud, truth(desk, camera, "cloud", today))
        await second.close()
        await store.close()

    desk(work)


def test_weeks_are_asked_in_the_background_one_day_a_question(desk, hasty):
    async def work(desk):
        await desk.filled()
        camera, now = recorded_camera(desk, "cloud"), desk.simulator.cloud.now()
        recordings, told = desk.session.recordings, []
        recordings.subscribe(lambda _channel, source, day: told.append((source, day)))
        month = Interval(now - 14 * DAY, now)
        recordings.fill(camera, month, focus=now - 5 * DAY)
        await recordings.days.filled()
        days = {cloud_day(now) - timedelta(days=n) for n in range(15)}
        for source in Source:
            mine = [day for kind, day in told if kind is source]
            assert mine[0] == cloud_day(now - 5 * DAY), "the day in view comes first"
            assert len(mine) == len(set(mine)) == 15
            assert set(mine) == days
        known = await recordings.remembered(camera, month)
        assert same(known.cloud, truth(desk, camera, "cloud", month))
        asked = len(desk.calls("DescribeRecordFile"))
        await recordings.coverage(camera, Interval(now - 14 * DAY, now - DAY))
        assert len(desk.calls("DescribeRecordFile")) == asked, "finished days are known for good"

    desk(work)


def test_one_bad_day_does_not_stop_the_month(desk, hasty):
    async def work(desk):
        await desk.filled()
        camera, now = recorded_camera(desk, "cloud"), desk.simulator.cloud.now()
        desk.fault(kind="error", action="DescribeRecordFile", code="FailedOperation", count=1)
        recordings = desk.session.recordings
        recordings.fill(camera, Interval(now - 6 * DAY, now), sources=(Source.CLOUD,))
        await recordings.days.filled()
        days = [cloud_day(now - n * DAY) for n in range(7)]
        known = [recordings.days.known(camera, Source.CLOUD, day) is not None for day in days]
        assert known == [False] + [True] * 6

    desk(work)


def test_the_background_waits_while_the_user_does(desk, hasty):
    async def work(desk):
        await desk.filled()
        camera, now = recorded_camera(desk, "cloud"), desk.simulator.cloud.now()
        recordings = desk.session.recordings
        desk.fault(kind="latency", action="DescribeRecordFile", seconds=0.3)
        user = asyncio.create_task(
            recordings.coverage(camera, yesterday(desk), sources=(Source.CLOUD,))
        )
        await until(lambda: desk.calls("DescribeRecordFile"), "the user's question")
        recordings.fill(camera, Interval(now - 9 * DAY, now - 3 * DAY), sources=(Source.CLOUD,))
        await user
        assert len(desk.calls("DescribeRecordFile")) == 1
        desk.simulator.faults.clear()
        await recordings.days.filled()
        assert len(desk.calls("DescribeRecordFile")) == 8

    desk(work)


def test_the_user_takes_over_a_question_that_waits_in_the_background(desk):
    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "cloud"), cloud_day(desk.simulator.cloud.now() - DAY)
        days, pacing = desk.session.recordings.days, desk.session.client.pacing
        turns = [
            await pacing.turn("DescribeRecordFile", desk.session.region, Priority.USER)
            for _ in range(16)
        ]
        slow = asyncio.create_task(
            days.day(camera, Source.CLOUD, day, priority=Priority.BACKGROUND)
        )
        await until(lambda: days._asking, "a question in the background")
        assert not days.user_waits()
        held = await days.day(camera, Source.CLOUD, day)
        assert await slow == held
        assert len(desk.calls("DescribeRecordFile")) == 1
        for turn in turns:
            turn.sent()

    desk(work)


def test_a_background_question_gives_way_to_a_command_for_the_same_device(desk, hasty):
    async def work(desk):
        await desk.filled()
        camera, now = desk.camera(), desk.simulator.cloud.now()
        desk.fault(kind="latency", action="ControlRecordTimeline", seconds=30, count=1)
        recordings = desk.session.recordings
        recordings.fill(camera, Interval(now - DAY, now - DAY + 60), sources=(Source.DEVICE,))
        await until(lambda: desk.calls("ControlRecordTimeline"), "a question in the background")
        async with asyncio.timeout(10):
            await desk.session.client.call(
                DescribeDevicePreset(channel_id=camera), region=desk.session.region
            )
        await recordings.days.filled()
        assert recordings.days.known(camera, Source.DEVICE, cloud_day(now - DAY)) is not None
        assert len(desk.calls("ControlRecordTimeline")) == 2, "it is asked again later"

    desk(work)


def test_several_channels_come_as_they_answer(desk):
    async def work(desk):
        await desk.filled()
        cameras = [held[0].channel_id for held in desk.directory.channels.values() if held][:4]
        recordings, day = desk.session.recordings, yesterday(desk)
        desk.fault(kind="latency", channel=cameras[0], action="DescribeRecordFile", seconds=0.4)
        told = [one async for one in recordings.day(cameras, day, sources=(Source.CLOUD,))]
        assert {one.channel_id for one in told} == set(cameras)
        assert told[-1].channel_id == cameras[0], "the slow one keeps nobody waiting"
        stream = recordings.day(cameras, day)
        first = await anext(stream)
        assert first.source is Source.CLOUD, "what is known comes first"
        await stream.aclose()

    desk(work)


def shuffled(files, start, end):
    """A list that nobody would call one: as some recorders tell it."""
    odd = [(a, min(b + 30, end)) for a, b in files]
    return [*odd[::-1], (start + 500, start + 500), (end - 10, start), (start - 9e5, start - 8e5)]


def test_a_device_list_is_put_right_and_its_faults_are_told(desk, monkeypatch):
    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "device"), yesterday(desk)
        list_as(monkeypatch, shuffled)
        found = await desk.session.recordings.coverage(camera, day)
        assert all(a.end < b.start for a, b in pairwise(found.device))
        assert found.device[0].start >= day.start
        assert found.device[-1].end <= day.end
        assert Untidy.EMPTY in found.faults
        assert Untidy.OUTSIDE in found.faults

    desk(work)


def test_a_list_that_stops_early_is_asked_for_its_rest(desk, monkeypatch):
    def minutes(files, start, end):
        cut = [(t, t + 60) for a, b in files for t in range(int(a), int(b), 60) if t + 60 > start]
        return sorted(piece for piece in cut if piece[0] < end)[:400]

    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "device"), yesterday(desk)
        whole = truth(desk, camera, "device", day)
        list_as(monkeypatch, minutes)
        found = await desk.session.recordings.coverage(camera, day)
        assert Untidy.INCOMPLETE in found.faults
        assert sum(b - a for a, b in found.device) == pytest.approx(
            sum(b - a for a, b in whole), abs=120
        )
        asked = desk.calls("ControlRecordTimeline")
        assert 2 < len(asked) < 6

    desk(work)


def test_a_camera_seven_minutes_off_is_found_out_and_asked_of_no_future(desk, monkeypatch):
    async def work(desk):
        await desk.filled()
        camera = recorded_camera(desk, "device")
        today = day_interval(cloud_day(desk.simulator.cloud.now()))
        list_as(monkeypatch, lambda files, _a, _b: [(a + 420, b + 420) for a, b in files])
        window = Interval(today.start - 3 * DAY, today.end)
        recordings = desk.session.recordings
        found = await recordings.coverage(camera, window)
        now = desk.simulator.cloud.now()
        assert found.device[-1].end <= now + 1, "what is still to come is not recorded"
        desk.simulator.cloud.clock.advance(60)
        await recordings.coverage(camera, today)
        for call in desk.calls("ControlRecordTimeline"):
            params = call["params"]
            assert params["Start"] < params["End"]
            assert params["Start"] <= desk.simulator.cloud.now()
            assert cloud_day(params["Start"]) == cloud_day(params["End"])

    desk(work)


def test_the_plans_tell_when_a_channel_is_to_be_recorded(desk):
    async def work(desk):
        await desk.filled()
        day = yesterday(desk)
        world = desk.simulator.cloud.world
        cameras = [each.channel_id for held in desk.directory.channels.values() for each in held]
        checked = set()
        for camera in cameras:
            plan = world.channel(camera).plan
            kind = None if plan is None else plan.plan_id
            if kind in checked:
                continue
            checked.add(kind)
            hours = await desk.session.recordings.hours.of(camera, day)
            recorded = desk.simulator.cloud.recorded(camera, "cloud", *day)
            if plan is None:
                assert hours == ()
            else:
                assert hours
                for start, end in recorded:
                    assert any(a <= start and end <= b for a, b in hours)
        assert len(checked) > 1

    desk(work)


def test_what_was_changed_is_asked_again(desk, tmp_path):
    async def work(desk):
        store = await Store.open(tmp_path / "cache.db")
        await desk.filled()
        camera, day = recorded_camera(desk, "cloud"), yesterday(desk)
        session = await open_session(desk.simulator, store=store)
        await session.directory.locate(camera)
        await session.recordings.coverage(camera, day)
        await session.recordings.forget(camera, day)
        assert (await session.recordings.remembered(camera, day)).cloud == ()
        await session.recordings.coverage(camera, day)
        assert len(desk.calls("DescribeRecordFile")) == 2
        await session.close()
        await store.close()

    desk(work)


def test_slices_are_told_by_plan(desk):
    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "cloud"), yesterday(desk)
        slices = await desk.session.recordings.slices(camera, cloud_day(day.start))
        total = sum(b - a for spans in slices.values() for a, b in spans)
        assert total == pytest.approx(
            sum(b - a for a, b in truth(desk, camera, "cloud", day)), rel=0.02
        )
        [call] = desk.calls("DescribeRecordSlice")
        assert cloud_day(call["params"]["StartTime"]) == cloud_day(call["params"]["EndTime"])

    desk(work)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "America/New_York", "Asia/Shanghai"])
def test_a_viewers_day_asks_the_cloud_for_its_own_days(desk, zone):
    async def work(desk):
        await desk.filled()
        camera = recorded_camera(desk, "cloud")
        viewer = ZoneInfo(zone)
        day = day_of(desk.simulator.cloud.now() - 2 * DAY, viewer)
        window = day_interval(day, viewer)
        found = await desk.session.recordings.coverage(camera, window, sources=(Source.CLOUD,))
        assert same(found.cloud, truth(desk, camera, "cloud", window))
        asked = sorted(
            (call["params"]["StartTime"], call["params"]["EndTime"])
            for call in desk.calls("DescribeRecordFile")
        )
        pieces = [day_interval(cloud_day(piece.start)) for piece in split_days(window)]
        assert asked == [(piece.start, piece.end - 1) for piece in pieces]
        assert len(asked) == (1 if zone == "Asia/Shanghai" else 2)

    desk(work)


def test_all_that_is_known_of_years_is_told_without_a_question(desk, tmp_path):
    async def work(desk):
        store = await Store.open(tmp_path / "cache.db")
        await desk.filled()
        camera, day = recorded_camera(desk, "cloud"), yesterday(desk)
        first = await open_session(desk.simulator, store=store)
        await first.directory.locate(camera)
        await first.recordings.coverage(camera, Interval(day.start - 3 * DAY, day.start))
        await first.close()
        asked = len(desk.calls("DescribeRecordFile"))
        second = await open_session(desk.simulator, store=store)
        last = cloud_day(desk.simulator.cloud.now())
        known = await second.recordings.days.all_known(camera, last - timedelta(days=3000), last)
        days = {each for source, each in known if source is Source.CLOUD}
        assert days == {cloud_day(day.start) - timedelta(days=n) for n in (1, 2, 3)}
        assert len(desk.calls("DescribeRecordFile")) == asked
        await second.close()
        await store.close()

    desk(work)


def test_what_the_cloud_deleted_is_not_remembered_for_good(desk):
    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "cloud"), yesterday(desk)
        recordings = desk.session.recordings
        found = await recordings.coverage(camera, day, sources=(Source.CLOUD,))
        desk.fault(
            kind="error", action="DescribeRecordPlaybackUrl", code="ResourceNotFound", count=1
        )
        moment = (found.cloud[0].start + found.cloud[0].end) / 2
        with pytest.raises(NotFound):
            await recordings.open_cloud(camera, moment)
        assert (await recordings.remembered(camera, day)).cloud == ()
        assert (await recordings.open_cloud(camera, moment)).url
        assert len(desk.calls("DescribeRecordFile")) == 2

    desk(work)


def test_many_channels_are_filled_day_by_day_behind_what_is_looked_at(desk, hasty):
    async def work(desk):
        await desk.filled()
        now = desk.simulator.cloud.now()
        cameras = [held[0].channel_id for held in desk.directory.channels.values() if held][:3]
        recordings, told = desk.session.recordings, []
        recordings.subscribe(lambda channel, _source, day: told.append((channel, day)))
        cloud = (Source.CLOUD,)
        window = Interval(now - 3 * DAY, now)
        recordings.fill(cameras[:1], Interval(now - 2 * DAY, now), sources=cloud)
        recordings.fill(cameras, window, sources=cloud, behind=True)
        await recordings.days.filled()
        assert {channel for channel, _ in told[:3]} == {cameras[0]}
        assert len(told) == len(set(told)) == 12
        recordings.fill(cameras, window, sources=cloud)
        recordings.days.unfill(cameras[1:])
        recordings.days.unfill()
        await recordings.days.filled()
        assert not recordings.days.filling

    desk(work)
