"""Coverage and playback over the socket, days of UTC+8 and failures included."""

from __future__ import annotations

import asyncio

import pytest

from ivcdesk.api import InternalError, IvcError, Unavailable
from ivcdesk.api.actions import AccessProtocol, RecordCommand
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import cloud_day, day_interval
from ivcdesk.domain.intervals import Interval, gaps
from ivcdesk.services import coverage as coverage_module
from ivcdesk.services.recordings import NothingRecorded
from ivcdesk.services.store import Store
from tests.services.conftest import open_session

DAY = 86400.0


def yesterday(desk) -> Interval:
    return day_interval(cloud_day(desk.simulator.cloud.now() - DAY))


def recorded_camera(desk, source: str) -> str:
    """Return a channel with a gap in yesterday's recordings, as the simulator knows them."""
    day = yesterday(desk)
    for held in desk.directory.channels.values():
        for channel in held:
            spans = desk.simulator.cloud.recorded(channel.channel_id, source, *day)
            whole = sum(end - start for start, end in spans)
            obstacle = desk.directory.obstacle(channel.channel_id)
            if 0 < whole < DAY and not (obstacle and obstacle.hides_picture):
                return channel.channel_id
    raise AssertionError("no such camera")


def truth(desk, camera, source, window):
    return tuple(Interval(*span) for span in desk.simulator.cloud.recorded(camera, source, *window))


def same(found, expected):
    """Whether they agree; devices tell overlapping pieces that end a few seconds late."""
    return len(found) == len(expected) and all(
        abs(a.start - b.start) <= 6 and abs(a.end - b.end) <= 6
        for a, b in zip(found, expected, strict=True)
    )


@pytest.mark.parametrize("source", ["cloud", "device"])
def test_coverage_is_what_was_recorded(desk, source):
    async def work(desk):
        await desk.filled()
        camera = recorded_camera(desk, source)
        day = yesterday(desk)
        window = Interval(day.start - DAY, day.end)
        found = await desk.session.recordings.coverage(camera, window)
        assert not found.problems
        assert same(getattr(found, source), truth(desk, camera, source, window))

    desk(work)


def test_no_question_crosses_a_midnight_and_finished_days_are_asked_once(desk):
    async def work(desk):
        await desk.filled()
        camera = recorded_camera(desk, "cloud")
        now = desk.simulator.cloud.now()
        window = Interval(now - 3 * DAY, now + DAY)
        first = await desk.session.recordings.coverage(camera, window)
        asked = [
            (call["params"]["StartTime"], call["params"]["EndTime"])
            for call in desk.calls("DescribeRecordFile")
        ]
        assert len(asked) == 4
        assert all(cloud_day(start) == cloud_day(end) for start, end in asked)
        again = await desk.session.recordings.coverage(camera, window)
        assert again.cloud == first.cloud
        assert len(desk.calls("DescribeRecordFile")) == 4

    desk(work)


def test_two_who_ask_share_one_question(desk):
    async def work(desk):
        await desk.filled()
        camera, window = recorded_camera(desk, "cloud"), yesterday(desk)
        desk.fault(kind="latency", action="DescribeRecordFile", seconds=0.3)
        recordings = desk.session.recordings
        one = asyncio.create_task(recordings.coverage(camera, window))
        two = asyncio.create_task(recordings.coverage(camera, window))
        await asyncio.sleep(0.1)
        one.cancel()
        assert (await two).cloud
        assert len(desk.calls("DescribeRecordFile")) == 1

    desk(work)


def test_one_place_can_be_asked_alone(desk):
    async def work(desk):
        await desk.filled()
        camera, window = recorded_camera(desk, "device"), yesterday(desk)
        recordings = desk.session.recordings
        found = await recordings.coverage(camera, window, sources=(Source.CLOUD,))
        assert found.cloud
        assert not found.device
        assert desk.calls("ControlRecordTimeline") == []
        found = await recordings.coverage(camera, window, sources=(Source.DEVICE,))
        assert found.device
        assert not found.cloud

    desk(work)


def test_a_failing_part_hides_nothing(desk):
    async def work(desk):
        await desk.filled()
        camera, window = recorded_camera(desk, "cloud"), yesterday(desk)
        recordings = desk.session.recordings
        desk.fault(kind="error", action="ControlRecordTimeline", code="ResourceUnavailable")
        found = await recordings.coverage(camera, window)
        assert found.cloud
        assert [problem.source for problem in found.problems] == [Source.DEVICE]
        assert isinstance(found.problems[0].error, Unavailable)
        assert found.problems[0].day == cloud_day(window.start)
        desk.simulator.faults.clear()
        desk.fault(kind="error", action="DescribeRecordFile", code="InternalError")
        other = Interval(window.start - DAY, window.start)
        found = await recordings.coverage(camera, other)
        assert [type(problem.error) for problem in found.problems] == [InternalError]
        assert found.problems[0].source is Source.CLOUD

    desk(work)


def test_one_failing_day_hides_no_other(desk):
    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "cloud"), yesterday(desk)
        desk.fault(kind="error", action="DescribeRecordFile", code="FailedOperation", count=1)
        found = await desk.session.recordings.coverage(
            camera, Interval(day.start - 2 * DAY, day.end)
        )
        failed = [problem for problem in found.problems if problem.source is Source.CLOUD]
        assert len(failed) == 1
        assert found.cloud

    desk(work)


def test_a_device_without_reachable_storage_is_no_problem(desk):
    async def work(desk):
        await desk.filled()
        camera = next(
            held[0].channel_id
            for device_id, held in desk.directory.channels.items()
            if desk.directory.devices[device_id].access_protocol is AccessProtocol.RTMP
        )
        found = await desk.session.recordings.coverage(camera, yesterday(desk))
        assert not found.keeps_device
        assert found.problems == ()

    desk(work)


def test_finished_days_outlive_the_session(desk, tmp_path):
    async def work(desk):
        store = await Store.open(tmp_path / "cache.db")
        await desk.filled()
        camera, window = recorded_camera(desk, "cloud"), yesterday(desk)
        window = Interval(window.start - DAY, window.start)
        first = await open_session(desk.simulator, store=store)
        await first.directory.locate(camera)
        known = await first.recordings.coverage(camera, window)
        await first.close()
        asked = len(desk.calls("DescribeRecordFile"))
        second = await open_session(desk.simulator, store=store)
        await second.directory.locate(camera)
        assert await second.recordings.coverage(camera, window) == known
        assert len(desk.calls("DescribeRecordFile")) == asked
        await second.close()
        await store.close()

    desk(work)


def test_what_is_known_is_shown_while_the_cloud_fails(desk, monkeypatch):
    monkeypatch.setattr(
        coverage_module, "FINISHED_FRESH", {Source.CLOUD: -3600.0, Source.DEVICE: -3600.0}
    )

    async def work(desk):
        await desk.filled()
        camera, window = recorded_camera(desk, "cloud"), yesterday(desk)
        known = await desk.session.recordings.coverage(camera, window)
        desk.fault(kind="error", action="*", code="ResourceUnavailable")
        found = await desk.session.recordings.coverage(camera, window)
        assert (found.cloud, found.device) == (known.cloud, known.device)
        assert {problem.source for problem in found.problems} == {Source.CLOUD, Source.DEVICE}

    desk(work)


def test_a_cloud_recording_opens_inside_its_stretch_and_day(desk):
    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "cloud"), yesterday(desk)
        span = truth(desk, camera, "cloud", day)[0]
        at = (span.start + span.end) / 2
        playable = await desk.session.recordings.open_cloud(camera, at)
        assert playable.kind is Source.CLOUD
        assert playable.interval.holds(at)
        assert span.start - 1 <= playable.interval.start
        assert playable.interval.end <= span.end + 1
        assert playable.interval.length <= 4 * 3600
        assert playable.url not in repr(playable)
        assert "m3u8" in playable.url
        await desk.session.recordings.close_playable(playable)
        assert desk.calls("ControlRecord") == []

    desk(work)


def test_a_gap_is_told_with_what_lies_around_it(desk):
    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "cloud"), yesterday(desk)
        hole = next(gap for gap in gaps(truth(desk, camera, "cloud", day), day) if gap.length > 10)
        with pytest.raises(NothingRecorded) as caught:
            await desk.session.recordings.open_cloud(camera, (hole.start + hole.end) / 2)
        error = caught.value
        assert isinstance(error, IvcError)
        if hole.end < day.end:
            assert abs(error.next_start - hole.end) <= 1
        if hole.start > day.start:
            assert abs(error.previous_end - hole.start) <= 1
        assert desk.calls("DescribeRecordPlaybackUrl") == []

    desk(work)


def test_a_device_session_is_steered_and_ended(desk):
    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "device"), yesterday(desk)
        span = truth(desk, camera, "device", day)[0]
        recordings = desk.session.recordings
        playable = await recordings.open_device(camera, span.start + 5)
        assert playable.session_id
        assert playable.interval.start == span.start + 5
        session = desk.simulator.cloud.session(playable.session_id)
        await recordings.control(playable, RecordCommand.PAUSE)
        assert session.paused
        await recordings.control(playable, RecordCommand.PLAY, scale=2.0)
        assert session.scale == 2.0
        await recordings.control(playable, RecordCommand.PLAY, position=10)
        await recordings.close_playable(playable)
        assert session.stopped
        await recordings.close_playable(playable)

    desk(work)


def test_a_session_that_the_device_ended_is_no_error(desk):
    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "device"), yesterday(desk)
        span = truth(desk, camera, "device", day)[0]
        playable = await desk.session.recordings.open_device(camera, span.start)
        desk.simulator.cloud.close_session(desk.simulator.cloud.session(playable.session_id))
        await desk.session.recordings.close_playable(playable)

    desk(work)


def test_signing_out_ends_open_sessions(desk):
    async def work(desk):
        await desk.filled()
        camera, day = recorded_camera(desk, "device"), yesterday(desk)
        span = truth(desk, camera, "device", day)[0]
        playable = await desk.session.recordings.open_device(camera, span.start)
        session = desk.simulator.cloud.session(playable.session_id)
        await desk.session.close()
        assert session.stopped

    desk(work)
