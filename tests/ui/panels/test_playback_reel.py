"""The reel: over borders and gaps, from cloud and device, and every session is closed."""

from __future__ import annotations

import asyncio

import pytest

from ivcdesk.api.actions import RecordCommand
from ivcdesk.api.errors import DeviceTimeout
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.intervals import next_start, normalise
from ivcdesk.media.errors import MediaError
from ivcdesk.media.states import ENDED, PlayerState
from ivcdesk.services.recordings import NothingRecorded
from tests.ui.panels.playback_bench import NOW, Bench, run


@pytest.fixture
def reels(aio):
    def start(work, **kept) -> None:
        run(aio, Bench(**kept), work)

    return start


def test_nothing_plays_before_it_is_asked_for(reels):
    async def work(bench: Bench):
        bench.reel.look_at(50)
        await bench.settle()
        assert bench.opened() == []
        assert bench.reel.t == 50
        bench.reel.play()
        await bench.settle()
        assert bench.opened() == [("cloud", 50)]
        assert bench.reel.state == "playing"
        assert bench.reel.source is Source.CLOUD

    reels(work, cloud=[(0, 1000)], device=[(0, 1000)])


def test_the_device_stands_in_where_the_cloud_has_nothing(reels):
    async def work(bench: Bench):
        bench.reel.play_from(150)
        await bench.settle()
        assert bench.opened() == [("device", 150)]
        assert ("open", "flv", 150) in bench.player.did

    reels(work, cloud=[(0, 100)], device=[(0, 1000)])


def test_it_goes_on_over_the_border_of_a_playable_and_of_a_source(reels):
    async def work(bench: Bench):
        bench.reel.play_from(0)
        await bench.settle()
        bench.player.state_changed.emit(ENDED)
        await bench.settle()
        assert bench.opened() == [("cloud", 0), ("cloud", 100)]
        bench.player.state_changed.emit(ENDED)
        await bench.settle()
        assert bench.opened()[-1] == ("device", 150)
        assert bench.jumps == []

    reels(work, cloud=[(0, 150)], device=[(140, 400)])


def test_a_gap_is_jumped_over_and_told(reels):
    async def work(bench: Bench):
        bench.reel.play_from(120)
        await bench.settle()
        assert bench.opened() == [("cloud", 500)]
        assert [(jump.skipped, jump.t) for jump in bench.jumps] == [(120, 500)]
        assert bench.reel.t == 500

    reels(work, cloud=[(0, 100), (500, 900)], device=[(0, 110), (700, 900)])


def test_nowhere_says_what_is_nearest(reels):
    async def work(bench: Bench):
        bench.reel.play_from(NOW - 500)
        await bench.settle()
        assert bench.opened() == []
        assert bench.reel.state == "nowhere"
        assert not bench.reel.running
        [found] = bench.nowhere
        assert found.t == NOW - 500
        assert found.before == pytest.approx(NOW - 9000, abs=0.01)

    reels(work, cloud=[(NOW - 9999, NOW - 9000)])


def test_the_present_is_the_end(reels):
    async def work(bench: Bench):
        bench.recordings.length = 1000
        bench.reel.play_from(NOW - 50)
        await bench.settle()
        bench.player.state_changed.emit(ENDED)
        await bench.settle()
        assert bench.reel.state == "ended"
        assert len(bench.opened()) == 1

    reels(work, cloud=[(NOW - 100, NOW)])


def test_a_device_session_is_paused_sought_and_paced_through_the_cloud(reels):
    async def work(bench: Bench):
        bench.reel.choose("device")
        bench.reel.play_from(10)
        await bench.settle()
        bench.reel.set_speed(4.0)
        await bench.settle()
        bench.reel.look_at(60.7)
        await bench.settle()
        bench.reel.pause()
        await bench.settle()
        bench.reel.play()
        await bench.settle()
        commands = [one for one in bench.recordings.did if one[0] in list(RecordCommand)]
        assert commands == [
            ("play", None, 4.0),
            ("play", 50, None),
            ("pause", None, None),
            ("play", None, None),
        ]
        assert ("note rate", 4.0) in bench.player.did
        assert ("note seek", 60) in bench.player.did
        assert len(bench.opened()) == 1

    reels(work, device=[(0, 1000)])


def test_seeking_while_paused_stays_paused(reels):
    async def work(bench: Bench):
        for source in ("cloud", "device"):
            bench.reel.choose(source)
            bench.reel.play_from(10)
            await bench.settle()
            bench.reel.pause()
            await bench.settle()
            bench.reel.look_at(50)
            await bench.settle()
            bench.player.frame_ready.emit()
            await bench.settle()
            assert not bench.reel.running
            assert bench.player.did[-1] == ("pause",)
        assert bench.recordings.did[-1] == ("pause", None, None)

    reels(work, cloud=[(0, 1000)], device=[(0, 1000)])


def test_a_session_that_is_gone_is_opened_anew(reels):
    async def work(bench: Bench):
        bench.reel.play_from(10)
        await bench.settle()
        bench.reel.pause()
        await bench.settle()
        bench.recordings.open_sessions.clear()
        bench.player.position_changed.emit(42.0)
        bench.reel.play()
        await bench.settle()
        assert bench.opened() == [("device", 10), ("device", 42.0)]
        assert bench.reel.state == "playing"

    reels(work, device=[(0, 1000)])


def test_a_session_that_opens_after_it_was_left_is_closed(reels):
    async def work(bench: Bench):
        bench.recordings.slow = asyncio.Event()
        bench.reel.play_from(10)
        for _ in range(5):
            await asyncio.sleep(0)
        bench.reel.leave()
        bench.recordings.slow.set()
        await bench.settle()
        assert bench.recordings.did[-1] == ("close",)
        assert bench.reel.state == "idle"
        assert all(one[0] != "open" for one in bench.player.did)

    reels(work, device=[(0, 1000)])


def test_the_newest_wish_wins(reels):
    async def work(bench: Bench):
        for t in (10, 200, 500, 800):
            bench.reel.play_from(t)
        await bench.settle()
        assert bench.player.did[-1] == ("open", "hls", 800)
        assert bench.reel.t == 800

    reels(work, cloud=[(0, 1000)])


def test_a_refusal_is_kept_for_the_user_and_can_be_retried(reels):
    async def work(bench: Bench):
        bench.recordings.error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "late")
        bench.reel.play_from(10)
        await bench.settle()
        assert bench.reel.state == "failed"
        assert bench.reel.error is bench.recordings.error
        bench.recordings.error = None
        bench.reel.retry()
        await bench.settle()
        assert bench.reel.state == "playing"
        assert bench.reel.error is None

    reels(work, device=[(0, 1000)])


def test_an_expired_address_is_renewed_once(reels):
    async def work(bench: Bench):
        bench.reel.play_from(10)
        await bench.settle()
        bench.player.position_changed.emit(33.0)
        for _ in range(2):
            gone = PlayerState("failed", MediaError("http", "HTTP 403", 403))
            bench.player.state_changed.emit(gone)
            bench.player.needs_url.emit()
            await bench.settle()
        assert bench.opened() == [("cloud", 10), ("cloud", 33.0)]

    reels(work, cloud=[(0, 1000)])


def test_a_cloud_that_was_wrong_about_itself_does_not_go_round_in_circles(reels):
    async def work(bench: Bench):
        bench.recordings.error = NothingRecorded(Source.CLOUD, 10, normalise([(0, 1000)]))
        bench.recordings.error.next_start = 10.0
        bench.reel.play_from(10)
        await bench.settle()
        assert bench.reel.state == "nowhere"
        assert len(bench.opened()) <= 4

    reels(work, cloud=[(0, 1000)])


def test_another_source_keeps_the_moment(reels):
    async def work(bench: Bench):
        bench.reel.play_from(10)
        await bench.settle()
        bench.player.position_changed.emit(77.0)
        bench.reel.choose("device")
        await bench.settle()
        assert bench.opened()[-1] == ("device", 77.0)
        bench.reel.choose("auto")
        await bench.settle()
        assert bench.reel.source is Source.DEVICE
        bench.reel.choose("cloud")
        await bench.settle()
        assert bench.reel.source is Source.CLOUD
        assert bench.recordings.open_sessions == set()

    reels(work, cloud=[(0, 1000)], device=[(0, 1000)])


def test_nothing_is_stepped_without_a_picture(reels):
    async def work(bench: Bench):
        bench.reel.step(1)
        assert bench.player.did == []
        bench.reel.play_from(10)
        await bench.settle()
        bench.reel.step(-1)
        assert bench.player.did[-1] == ("step", -1)
        assert not bench.reel.running
        assert next_start(bench.book.cloud, 0) is None

    reels(work, cloud=[(0, 1000)])


def test_scrubbing_shows_pictures_of_what_is_open_and_nothing_else(reels):
    async def work(bench: Bench):
        bench.reel.preview(20)
        bench.reel.play_from(10)
        await bench.settle()
        bench.reel.preview(60)
        bench.reel.preview(600)
        assert [one for one in bench.player.did if one[0] == "seek"] == [("seek", 60)]
        bench.reel.choose("device")
        await bench.settle()
        bench.reel.preview(70)
        assert bench.player.did[-1] != ("seek", 70)
        assert len(bench.opened()) == 2

    reels(work, cloud=[(0, 1000)], device=[(0, 1000)])


def test_devices_step_no_frames(reels):
    async def work(bench: Bench):
        bench.reel.play_from(10)
        await bench.settle()
        bench.reel.step(1)
        assert bench.reel.running
        assert ("step", 1) not in bench.player.did

    reels(work, device=[(0, 1000)])


def test_a_failure_while_something_is_under_way_is_not_lost(reels):
    async def work(bench: Bench):
        bench.reel.play_from(10)
        await bench.settle()
        bench.reel.set_speed(4.0)
        lost = PlayerState("failed", MediaError("timeout", "no answer"))
        bench.player.state_changed.emit(lost)
        assert bench.reel.state == "playing"
        await bench.settle()
        assert bench.reel.state == "failed"
        assert bench.reel.error == lost.error

    reels(work, device=[(0, 1000)])


def test_a_paused_session_that_ends_by_itself_is_no_failure(reels):
    async def work(bench: Bench):
        bench.reel.play_from(10)
        await bench.settle()
        bench.reel.pause()
        await bench.settle()
        ended = PlayerState("failed", MediaError("ended", "the device has closed the session"))
        bench.player.state_changed.emit(ended)
        await bench.settle()
        assert bench.reel.state == "paused"
        assert bench.reel.error is None

    reels(work, device=[(0, 1000)])


def test_a_device_that_does_not_pause_is_let_go_of_and_asked_anew(reels):
    async def work(bench: Bench):
        bench.reel.play_from(10)
        await bench.settle()
        bench.recordings.error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "late")
        bench.reel.pause()
        await bench.settle()
        assert bench.reel.state == "paused"
        assert ("stop",) in bench.player.did
        bench.recordings.error = None
        bench.reel.play()
        await bench.settle()
        assert bench.opened() == [("device", 10), ("device", 10)]
        assert bench.reel.state == "playing"

    reels(work, device=[(0, 1000)])


def test_a_device_that_takes_no_other_speed_keeps_its_own(reels):
    async def work(bench: Bench):
        refused = []
        bench.reel.refused.connect(refused.append)
        bench.reel.play_from(10)
        await bench.settle()
        bench.recordings.error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "late")
        bench.reel.set_speed(8.0)
        await bench.settle()
        assert bench.reel.state == "playing"
        assert bench.reel.speed == 1.0
        assert refused == [bench.recordings.error]
        bench.recordings.error = None

    reels(work, device=[(0, 1000)])


def test_what_is_still_being_recorded_goes_on_where_it_has_grown(reels):
    async def work(bench: Bench):
        bench.recordings.length = 1000
        bench.reel.play_from(NOW - 200)
        await bench.settle()
        bench.player.state_changed.emit(ENDED)
        await bench.settle()
        assert bench.reel.state == "ended"
        assert bench.nowhere == []
        assert bench.book.refreshed == 1
        bench.book.cloud = normalise([(NOW - 1000, NOW - 10)])
        bench.reel.play()
        await bench.settle()
        assert bench.opened()[-1] == ("cloud", NOW - 60)

    reels(work, cloud=[(NOW - 1000, NOW - 60)])


def test_without_a_channel_nothing_is_meant_to_run(reels):
    async def work(bench: Bench):
        bench.reel.load(None, None, None)
        bench.reel.play_from(10)
        bench.reel.play()
        await bench.settle()
        assert not bench.reel.running
        assert bench.reel.state == "idle"

    reels(work, cloud=[(0, 1000)])
