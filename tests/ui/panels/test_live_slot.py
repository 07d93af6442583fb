"""One place of the grid: at once when asked, and back by itself when the cause is gone."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QObject, Signal

from ivcdesk.api.actions import ChannelId, DeviceStatus, StreamUrls
from ivcdesk.api.errors import AuthError, ConnectError, Unavailable
from ivcdesk.domain.devices import Obstacle
from ivcdesk.media.errors import MediaError
from ivcdesk.media.states import CONNECTING, EMPTY, PLAYING, PlayerState
from ivcdesk.ui.panels import live_slot
from ivcdesk.ui.panels.live_slot import LiveSlot
from tests.ui.panels.stand_ins import AWAY, FIXED, GATE, StandInSession, until


class StandInPlayer(QObject):
    state_changed = Signal(object)
    needs_url = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.url = ""
        self.bytes_received = 0
        self.log: list[tuple] = []

    def play(self, url: str, *others: str) -> None:
        self.url = url
        self.log.append(("play", url, *others))
        self.state_changed.emit(CONNECTING)

    def renew(self, url: str, *others: str) -> None:
        self.url = url
        self.log.append(("renew", url, *others))

    def retry(self) -> None:
        self.log.append(("retry",))

    def stop(self) -> None:
        if self.url:
            self.url = ""
            self.log.append(("stop",))
            self.state_changed.emit(EMPTY)


class StandInLive:
    def __init__(self) -> None:
        self.asked: list[tuple] = []
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    async def open(self, channel_id: ChannelId, quality: str = "sub") -> StreamUrls:
        self.asked.append((channel_id, quality))
        number = len(self.asked)
        await self.gate.wait()
        if self.error is not None:
            raise self.error
        return StreamUrls(flv=f"http://media/{channel_id}.{quality}.flv?token={number}")


class Bench:
    def __init__(self) -> None:
        self.player = StandInPlayer()
        self.session = StandInSession(live=StandInLive())
        self.slot = LiveSlot(self.player)
        self.kinds: list[str] = []
        self.slot.changed.connect(self._note)
        self.slot.attach(self.session)

    def _note(self) -> None:
        if not self.kinds or self.kinds[-1] != self.slot.kind:
            self.kinds.append(self.slot.kind)

    @property
    def asked(self) -> list[tuple]:
        return self.session.live.asked

    def set_status(self, device: str, status: DeviceStatus) -> None:
        self.session.directory.set_status(device, status)


@pytest.fixture
def bench(aio) -> Bench:
    bench = Bench()
    yield bench
    aio(bench.slot.close())


@pytest.fixture
def quick(monkeypatch) -> None:
    monkeypatch.setattr(live_slot, "FIRST_PAUSE", 0.02)
    monkeypatch.setattr(live_slot, "OBSTACLE_PAUSE", 0.05)


async def playing(bench: Bench, channel: ChannelId = GATE) -> None:
    bench.slot.show(channel)
    await until(lambda: bool(bench.player.url))
    bench.player.state_changed.emit(PLAYING)


def test_connecting_is_shown_before_anything_is_known(bench, aio):
    async def show() -> None:
        bench.session.live.gate.clear()
        bench.slot.show(GATE)
        assert bench.slot.kind == "connecting"
        bench.session.live.gate.set()
        await until(lambda: bool(bench.player.url))
        bench.player.state_changed.emit(PLAYING)

    aio(show())
    assert bench.kinds == ["empty", "connecting", "playing"]
    assert bench.asked == [(GATE, "sub")]


def test_another_channel_ends_what_was_under_way(bench, aio):
    async def change() -> None:
        bench.session.live.gate.clear()
        bench.slot.show(GATE)
        await asyncio.sleep(0)
        bench.slot.show(FIXED)
        await asyncio.sleep(0)
        bench.session.live.gate.set()
        await until(lambda: bool(bench.player.url))

    aio(change())
    assert [url.split("?")[0] for what, url in bench.player.log if what == "play"] == [
        "http://media/fixed.sub.flv"
    ]


def test_what_is_offline_is_said_without_a_call(bench, aio):
    async def show() -> None:
        bench.slot.show(AWAY)
        await until(lambda: bench.slot.kind == "failed")

    aio(show())
    assert bench.asked == []
    assert bench.slot.trouble.obstacle is Obstacle.DEVICE_OFFLINE
    assert bench.slot.retry_seconds == live_slot.OBSTACLE_PAUSE


def test_a_channel_that_the_directory_has_not_met_is_asked_for(bench, aio):
    aio(playing(bench, ChannelId("stranger")))
    assert bench.asked == [("stranger", "sub")]


def test_is_back_when_the_device_is(bench, aio):
    async def show() -> None:
        bench.slot.show(AWAY)
        await until(lambda: bench.slot.kind == "failed")
        bench.set_status("d2", DeviceStatus.ONLINE)
        await until(lambda: bool(bench.player.url))

    aio(show())
    assert bench.asked == [(AWAY, "sub")]


def test_the_cloud_is_asked_although_the_directory_says_offline(bench, aio, quick):
    async def show() -> None:
        bench.slot.show(AWAY)
        await until(lambda: bool(bench.player.url))

    aio(show())


def test_try_again_does_not_wait(bench, aio):
    async def show() -> None:
        bench.slot.show(AWAY)
        await until(lambda: bench.slot.kind == "failed")
        bench.slot.retry()
        await until(lambda: bool(bench.player.url))

    aio(show())


def test_a_refused_call_is_tried_again_with_growing_pauses(bench, aio, quick):
    async def show() -> None:
        bench.session.live.error = ConnectError("refused")
        bench.slot.show(GATE)
        await until(lambda: len(bench.asked) >= 3)
        assert isinstance(bench.slot.trouble.error, ConnectError) or not bench.slot.trouble
        bench.session.live.error = None
        await until(lambda: bool(bench.player.url))

    aio(show())
    assert live_slot._pause(live_slot.Trouble(error=ConnectError("x")), 0) == 0.02
    assert live_slot._pause(live_slot.Trouble(error=ConnectError("x")), 20) == 30.0


def test_a_refused_key_is_not_tried_again(bench, aio, quick):
    async def show() -> None:
        bench.session.live.error = AuthError("AuthFailure.SecretIdNotFound", "no")
        bench.slot.show(GATE)
        await until(lambda: bench.slot.kind == "failed")
        await asyncio.sleep(0.2)

    aio(show())
    assert len(bench.asked) == 1
    assert bench.slot.retry_seconds is None


def test_the_link_is_back_when_the_directory_is(bench, aio):
    async def show() -> None:
        bench.session.live.error = ConnectError("refused")
        bench.slot.show(GATE)
        await until(lambda: bench.slot.kind == "failed")
        bench.session.live.error = None
        bench.set_status("d1", DeviceStatus.ONLINE)
        await until(lambda: bool(bench.player.url))

    aio(show())


def test_the_players_own_tries_are_told(bench, aio):
    async def show() -> None:
        await playing(bench)
        error = MediaError("refused", "no connection")
        bench.player.state_changed.emit(PlayerState("failed", error, 4.0))

    aio(show())
    assert bench.slot.kind == "failed"
    assert bench.slot.trouble.error.kind == "refused"
    assert bench.slot.retry_seconds == 4
    assert bench.slot.pulls


def test_a_fresh_address_on_demand(bench, aio):
    async def show() -> None:
        await playing(bench)
        bench.player.needs_url.emit()
        await until(lambda: bench.player.log[-1][0] == "renew")

    aio(show())
    assert bench.player.log[-1] == ("renew", "http://media/gate.sub.flv?token=2")


def test_the_other_addresses_are_there_to_turn_to(bench, aio, monkeypatch):
    async def every(*_asked: object) -> StreamUrls:
        return StreamUrls(flv="http://m/1.flv", hls="http://m/1.m3u8", rtmp="rtmp://m/1")

    async def some(*_asked: object) -> StreamUrls:
        return StreamUrls(hls="http://m/2.m3u8", rtmp="rtmp://m/2")

    async def none(*_asked: object) -> StreamUrls:
        return StreamUrls()

    async def show() -> None:
        monkeypatch.setattr(bench.session.live, "open", every)
        await playing(bench)
        monkeypatch.setattr(bench.session.live, "open", some)
        bench.player.needs_url.emit()
        await until(lambda: bench.player.log[-1][0] == "renew")
        monkeypatch.setattr(bench.session.live, "open", none)
        bench.player.needs_url.emit()
        await until(lambda: bench.slot.kind == "failed")

    aio(show())
    assert bench.player.log == [
        ("play", "http://m/1.flv", "http://m/1.m3u8", "rtmp://m/1"),
        ("renew", "http://m/2.m3u8", "rtmp://m/2"),
        ("stop",),
    ]
    assert bench.slot.trouble.error.code == "NoAddress"


def test_no_fresh_address_to_be_had(bench, aio):
    async def show() -> None:
        await playing(bench)
        bench.session.live.error = Unavailable("ResourceUnavailable.ChannelOffline", "off")
        bench.player.needs_url.emit()
        await until(lambda: bench.slot.kind == "failed")

    aio(show())
    assert bench.player.log[-1] == ("stop",)
    assert bench.slot.trouble.error.code == "ResourceUnavailable.ChannelOffline"


def test_a_device_lost_while_playing_is_named_and_timed(bench, aio):
    async def show() -> None:
        await playing(bench)
        bench.set_status("d1", DeviceStatus.OFFLINE)
        assert bench.slot.kind == "playing"
        error = MediaError("ended", "closed")
        bench.player.state_changed.emit(PlayerState("stalled", error, 0.5))
        await until(lambda: bench.slot.kind == "failed")
        assert bench.slot.trouble.obstacle is Obstacle.DEVICE_OFFLINE
        assert bench.slot.trouble.lost_at is not None
        bench.set_status("d1", DeviceStatus.ONLINE)
        await until(lambda: bool(bench.player.url))

    aio(show())


def test_nothing_is_pulled_while_nobody_looks(bench, aio):
    async def show() -> None:
        await playing(bench)
        bench.slot.sleep()
        assert not bench.slot.pulls
        bench.slot.wake()
        assert bench.slot.pulls

    aio(show())
    assert len(bench.asked) == 1


def test_an_old_address_is_not_used_again(bench, aio, monkeypatch):
    monkeypatch.setattr(live_slot, "FRESH_SECONDS", 0.0)

    async def show() -> None:
        await playing(bench)
        bench.slot.sleep()
        bench.slot.wake()
        await until(lambda: bool(bench.player.url))

    aio(show())
    assert len(bench.asked) == 2


def test_a_channel_chosen_while_asleep_waits(bench, aio):
    async def show() -> None:
        bench.slot.sleep()
        bench.slot.show(GATE)
        await asyncio.sleep(0.05)
        assert bench.asked == []
        bench.slot.wake()
        await until(lambda: bool(bench.player.url))

    aio(show())


def test_another_quality_is_asked_for(bench, aio):
    async def show() -> None:
        await playing(bench)
        bench.slot.set_quality("main")
        await until(lambda: bool(bench.player.url))

    aio(show())
    assert bench.asked == [(GATE, "sub"), (GATE, "main")]


def test_the_same_channel_again_changes_nothing(bench, aio):
    async def show() -> None:
        await playing(bench)
        bench.slot.show(GATE)
        await asyncio.sleep(0.02)

    aio(show())
    assert len(bench.asked) == 1


def test_clearing_shows_nothing(bench, aio):
    async def show() -> None:
        await playing(bench)
        bench.slot.clear()

    aio(show())
    assert bench.slot.kind == "empty"
    assert bench.slot.channel is None
    assert not bench.slot.pulls


def test_an_answer_without_an_address_is_a_failure(bench, aio, monkeypatch):
    async def nothing(_channel, _quality):
        return StreamUrls()

    monkeypatch.setattr(bench.session.live, "open", nothing)

    async def show() -> None:
        bench.slot.show(GATE)
        await until(lambda: bench.slot.kind == "failed")

    aio(show())


def test_works_with_another_session_after_closing(bench, aio):
    async def show() -> None:
        await playing(bench)
        await bench.slot.close()
        assert bench.slot.kind == "empty"
        bench.slot.attach(bench.session)
        await playing(bench)

    aio(show())
    assert bench.slot.kind == "playing"
