"""The reel: over borders and gaps, from cloud and device, and every session is closed."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

import pytest
from PySide6.QtCore import QObject, Signal

from ivcdesk.api.actions import ChannelId, RecordCommand, SessionId
from ivcdesk.api.errors import DeviceTimeout, NotFound
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.intervals import Interval, at, next_start, normalise
from ivcdesk.media.errors import MediaError
from ivcdesk.media.states import EMPTY, ENDED, PAUSED, PLAYING, PlayerState
from ivcdesk.services.recordings import NothingRecorded, Playable
from ivcdesk.ui.panels.playback_reel import Reel
from ivcdesk.ui.tasks import TaskScope

NOW = 1_795_000_000.0
GATE = ChannelId("gate")


class Player(QObject):
    position_changed = Signal(float)
    state_changed = Signal(object)
    needs_url = Signal()
    frame_ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.did: list[tuple] = []
        self.interval = Interval(0, 0)
        self.state = EMPTY
        self.rate = 1.0
        self.state_changed.connect(self._on_state)

    def _on_state(self, state: PlayerState) -> None:
        self.state = state

    def open(self, url, interval, at, kind="hls", *, spans=()) -> None:
        self.interval = interval
        self.did.append(("open", kind, at))
        self.state_changed.emit(PLAYING)

    def seek(self, t: float) -> bool:
        self.did.append(("seek", t))
        return True

    def play(self) -> None:
        self.did.append(("play",))
        self.state_changed.emit(PLAYING)

    def pause(self) -> None:
        self.did.append(("pause",))
        self.state_changed.emit(PAUSED)

    def stop(self) -> None:
        self.did.append(("stop",))
        self.state = EMPTY

    def step(self, count: int) -> None:
        self.did.append(("step", count))

    def set_rate(self, rate: float) -> None:
        self.did.append(("rate", rate))

    def note_seek(self, t: float) -> None:
        self.did.append(("note seek", t))

    def note_rate(self, rate: float) -> None:
        self.did.append(("note rate", rate))
        self.rate = rate


@dataclass
class Book:
    cloud: tuple = ()
    device: tuple = ()

    refreshed: int = 0

    async def known(self, source, t) -> bool:
        return True

    def refresh(self) -> None:
        self.refreshed += 1

    def recorded(self, source):
        return self.cloud if source is Source.CLOUD else self.device


@dataclass
class Recordings:
    book: Book
    length: float = 100.0
    did: list[tuple] = field(default_factory=list)
    open_sessions: set[str] = field(default_factory=set)
    error: Exception | None = None
    lost: bool = False
    slow: asyncio.Event | None = None
    number: int = 0

    async def open_cloud(self, channel, t, **_how) -> Playable:
        return await self._open(Source.CLOUD, t, self.book.cloud)

    async def open_device(self, channel, t, **_how) -> Playable:
        playable = await self._open(Source.DEVICE, t, self.book.device)
        self.open_sessions.add(playable.session_id)
        return playable

    async def _open(self, source, t, spans) -> Playable:
        self.did.append(("open", source.value, t))
        await asyncio.sleep(0)
        if self.slow is not None:
            await self.slow.wait()
        if self.error is not None:
            raise self.error
        span = at(spans, t)
        if span is None:
            raise NothingRecorded(source, t, spans)
        self.number += 1
        end = min(span.end, t + self.length)
        session = SessionId(f"s{self.number}")
        return Playable(source, GATE, Interval(t, end), "http://127.0.0.1/x?token=t", session)

    async def control(self, playable, action, *, position=None, scale=None) -> None:
        self.did.append((action.value, position, scale))
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        if self.lost or playable.session_id not in self.open_sessions:
            raise NotFound("ResourceNotFound.StreamNotExistOrClose", "gone")

    async def close_playable(self, playable) -> None:
        if playable.session_id in self.open_sessions:
            self.open_sessions.discard(playable.session_id)
            self.did.append(("close",))


class Bench:
    def __init__(self, cloud=(), device=()) -> None:
        self.book = Book(normalise(cloud), normalise(device))
        self.recordings = Recordings(self.book)
        self.owner = QObject()
        self.tasks = TaskScope(self.owner)
        self.player = Player()
        self.reel = Reel(self.player, self.tasks, lambda: NOW)
        self.jumps: list = []
        self.nowhere: list = []
        self.reel.jumped.connect(self.jumps.append)
        self.reel.nowhere.connect(self.nowhere.append)
        self.reel.load(self.recordings, GATE, self.book)

    async def settle(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)
        await self.reel.settled()

    async def close(self) -> None:
        await self.reel.close()
        await self.tasks.finish()
        assert not self.recordings.open_sessions, "a session was left open"

    def opened(self) -> list[tuple]:
        return [one[1:] for one in self.recordings.did if one[0] == "open"]


def run(aio, bench: Bench, work) -> None:
    async def whole() -> None:
        try:
            await work(bench)
        finally:
            await bench.close()

    aio(whole())


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
