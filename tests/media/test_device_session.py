"""Device recordings: an FLV session that the device paces, and whose owner seeks and scales."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QSize

from ivcdesk.domain.intervals import Interval
from ivcdesk.media import device_worker
from ivcdesk.media.device_worker import played_to
from tests.media.streams import FPS, body, flv, live, muxed, web
from tests.media.test_recording import Watched

pytestmark = pytest.mark.usefixtures("no_workers_left")

T0 = 1_700_000_000.0
LONG = Interval(T0, T0 + 3600)
PATH = "/live/c1@s1.live.flv"


@pytest.fixture
def player():
    made = Watched()
    made.set_size(QSize(320, 180))
    yield made
    made.stop()


def opened(qtbot, player, server, handler, interval=LONG, moment=T0) -> None:
    server.handlers[PATH] = handler
    player.open(server.url(f"{PATH}?start=1&token=verysecret123"), interval, moment, "flv")
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)


def test_the_position_follows_the_stamps(qtbot, player, server):
    opened(qtbot, player, server, live(cached=5), moment=T0 + 100)
    qtbot.waitUntil(lambda: player.number > 12, timeout=5000)
    assert player.walls[-1] == pytest.approx(T0 + 100 + player.number / FPS, abs=0.003)
    assert player.position == pytest.approx(player.walls[-1], abs=0.2)
    assert player.positions == sorted(player.positions)
    assert player.states == ["connecting", "playing"]
    assert not player.seek(T0 + 200)


@pytest.mark.parametrize(
    ("start", "seconds", "moment"),
    [(0, 5, 5), (0, 10, 100), (5, 6, 101), (50, 0, 100), (105, 20, 125), (200, 7, 207)],
)
def test_gaps_are_jumped_over(start, seconds, moment):
    assert played_to(start, seconds, [(100, 110), (0, 10)]) == moment
    assert played_to(start, seconds, []) == start + seconds


def test_the_owner_tells_of_seeks_and_of_speed(qtbot, player, server):
    opened(qtbot, player, server, live(cached=20))
    qtbot.waitUntil(lambda: player.number > 21, timeout=5000)
    player.note_seek(T0 + 1000)
    assert player.position == T0 + 1000
    before = len(player.numbers)
    qtbot.waitUntil(lambda: len(player.numbers) > before + 2, timeout=5000)
    # Shown again from the next key frame on, which is what was asked for.
    assert player.numbers[before] == 30
    assert player.walls[before] == T0 + 1000
    player.note_rate(4.0)
    moment, number = player.position, player.number
    qtbot.waitUntil(lambda: player.number > number + 4, timeout=5000)
    elapsed = (player.number - number) / FPS
    assert player.position - moment == pytest.approx(4 * elapsed, abs=0.3)


def test_pausing_shows_nothing_and_silence_is_no_failure(qtbot, player, server, monkeypatch):
    monkeypatch.setattr(device_worker, "STALL_SECONDS", 0.4)
    opened(qtbot, player, server, live(cached=5, after=12, then="stall"))
    qtbot.waitUntil(lambda: player.number >= 6, timeout=5000)
    player.pause()
    shown = len(player.numbers)
    assert player.state.kind in ("playing", "paused")
    qtbot.waitUntil(lambda: player.state.kind == "paused", timeout=5000)
    qtbot.wait(700)
    assert player.state.kind == "paused"
    assert len(player.numbers) <= shown + 1


@pytest.mark.parametrize(("end", "kind"), [(T0 + 1.5, "ended"), (T0 + 3600, "failed")])
def test_the_end_of_the_session(qtbot, player, server, end, kind):
    opened(qtbot, player, server, live(cached=5, after=15, then="close"), Interval(T0, end))
    qtbot.waitUntil(lambda: player.state.kind == kind, timeout=5000)
    if kind == "failed":
        assert player.state.error.kind == "ended"
        player.play()
        qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)


def test_a_session_that_is_gone_asks_for_another(qtbot, player, server):
    server.handlers["/live/c1@s2.live.flv"] = live(cached=5)
    wishes = []
    player.needs_url.connect(lambda: wishes.append(1))
    player.open(server.url(PATH), LONG, T0 + 60, "flv")
    qtbot.waitUntil(lambda: bool(wishes), timeout=5000)
    assert player.state.error.status == 404
    player.renew(server.url("/live/c1@s2.live.flv"))
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
    assert player.position >= T0 + 60


def test_stopping_while_the_device_is_silent(qtbot, player, server):
    async def silent(_request):
        await asyncio.Event().wait()

    server.handlers[PATH] = silent
    player.open(server.url(PATH), LONG, T0, "flv")
    qtbot.waitUntil(lambda: bool(server.asked), timeout=5000)
    player.stop()
    assert player.wait_ended(1.0)


def test_sound_before_the_picture_does_not_hide_it(qtbot, player, server):
    server.handlers[PATH] = body(muxed("flv", 0, 60, audio=True))
    player.open(server.url(PATH), Interval(T0, T0 + 60 / FPS), T0, "flv")
    qtbot.waitUntil(lambda: player.state.kind == "ended", timeout=5000)
    assert player.states == ["connecting", "playing", "ended"]
    assert player.snapshot() is not None


def test_a_header_that_claims_sound_does_not_delay_the_picture(qtbot, player, server):
    async def answer(request):
        head, tags = flv()
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(head[:4] + b"\x05" + head[5:] + tags[0][1])
        await asyncio.Event().wait()

    opened(qtbot, player, server, answer)
    qtbot.waitUntil(lambda: player.number == 0, timeout=2000)
