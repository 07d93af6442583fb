"""The live player against a server that behaves, and against one that does not."""

from __future__ import annotations

import asyncio
import random
from pathlib import Path

import pytest
from PySide6.QtCore import QSize

from ivcdesk.media import live_worker
from ivcdesk.media.live import LivePlayer
from tests.media import streams
from tests.media.streams import Server, black_hole, body, hang, live, number_of

pytestmark = pytest.mark.usefixtures("no_workers_left")

SECRET = "token=verysecret123"
PAUSE = 0.1


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch):
    monkeypatch.setattr(live_worker, "FIRST_PAUSE", PAUSE)
    monkeypatch.setattr(live_worker, "_FACTS_EVERY", 0.1)


@pytest.fixture
def player(qtbot):
    made = LivePlayer()
    made.set_size(QSize(320, 180))
    made.states = []
    made.state_changed.connect(lambda state: made.states.append(state))
    yield made
    made.stop()


def play(player: LivePlayer, server: Server, path: str = "/live/c1.live.flv") -> None:
    player.play(server.url(f"{path}?{SECRET}"))


def kinds(player: LivePlayer) -> list[str]:
    return [state.kind for state in player.states]


def failed(player: LivePlayer) -> bool:
    return player.state.kind == "failed"


def test_shows_the_newest_picture(qtbot, player, server):
    server.handlers["/live/c1.live.flv"] = live(cached=20)
    with qtbot.waitSignal(player.frame_ready, timeout=5000):
        play(player, server)
    seen = []
    player.frame_ready.connect(lambda: seen.append(number_of(player.take().image)))
    qtbot.waitUntil(lambda: bool(seen) and seen[-1] > 24, timeout=5000)
    assert seen == sorted(seen)
    assert kinds(player) == ["connecting", "playing"]


def test_facts(qtbot, player, server):
    server.handlers["/live/c1.live.flv"] = live()
    play(player, server)
    qtbot.waitUntil(lambda: player.facts.fps > streams.FPS - 1, timeout=5000)
    facts = player.facts
    assert (facts.codec, facts.width, facts.height) == ("H.264", 320, 180)
    assert facts.fps == pytest.approx(streams.FPS, abs=1)
    qtbot.waitUntil(lambda: player.facts.kbps > 20, timeout=5000)
    assert player.facts.delay_ms is not None
    assert player.bytes_received > 5000


def test_pictures_fit_the_size_asked_for(qtbot, player, server):
    server.handlers["/live/c1.live.flv"] = live()
    player.set_size(QSize(500, 500))
    with qtbot.waitSignal(player.frame_ready, timeout=5000):
        play(player, server)
    image = player.take().image
    assert (image.width(), image.height()) == (500, 281)
    whole = player.snapshot()
    assert whole is not None
    assert (whole.width(), whole.height()) == (320, 180)


def test_nothing_is_converted_while_nobody_looks(qtbot, player, server):
    server.handlers["/live/c1.live.flv"] = live()
    player.set_size(QSize())
    play(player, server)
    qtbot.waitUntil(lambda: player.facts.fps > 0, timeout=5000)
    assert player.take() is None
    with qtbot.waitSignal(player.frame_ready, timeout=5000):
        player.set_size(QSize(160, 90))


@pytest.mark.parametrize(
    ("codec", "old", "name"),
    [("libx264", False, "H.264"), ("libx265", False, "H.265"), ("libx265", True, "H.265")],
)
def test_codecs(qtbot, player, server, codec, old, name):
    server.handlers["/live/c1.live.flv"] = live(codec=codec, old=old)
    with qtbot.waitSignal(player.frame_ready, timeout=8000):
        play(player, server)
    number_of(player.take().image)
    qtbot.waitUntil(lambda: player.facts.codec != "", timeout=5000)
    assert player.facts.codec == name


def test_pulls_nothing_while_nobody_looks_and_is_back_at_once(qtbot, server):
    server.handlers["/live/c1.live.flv"] = live()
    player = LivePlayer(idle_seconds=0.1)
    player.set_size(QSize(320, 180))
    player.play(server.url("/live/c1.live.flv"))
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
    player.set_size(QSize())
    qtbot.waitUntil(lambda: server.open_streams == 0, timeout=5000)
    assert not player.pulling
    assert player.url
    with qtbot.waitSignal(player.frame_ready, timeout=5000):
        player.set_size(QSize(160, 90))
    assert len(server.asked) == 2
    player.set_size(QSize())
    player.set_size(QSize(160, 90))
    qtbot.wait(150)
    assert player.pulling
    player.stop()
    player.set_size(QSize(320, 180))
    assert not player.pulling


def test_pictures_come_in_order_where_the_codec_reorders_them(qtbot, player, server):
    server.handlers["/live/c1.live.flv"] = live(cached=10, b_frames=2, speed=3)
    seen = []
    player.frame_ready.connect(lambda: seen.append(number_of(player.take().image)))
    play(player, server)
    qtbot.waitUntil(lambda: len(seen) > 30, timeout=5000)
    assert seen == sorted(seen)


@pytest.mark.parametrize(
    ("status", "asks"), [(403, True), (404, True), (401, True), (500, False), (503, False)]
)
def test_http_errors_are_told_precisely(qtbot, player, server, status, asks):
    async def answer(_request):
        return streams.web.Response(status=status, text=f"no: {SECRET}")

    server.handlers["/live/c1.live.flv"] = answer
    wishes = []
    player.needs_url.connect(lambda: wishes.append(1))
    play(player, server)
    qtbot.waitUntil(lambda: failed(player), timeout=5000)
    error = player.state.error
    assert (error.kind, error.status) == ("http", status)
    assert player.state.retry_seconds == PAUSE
    assert SECRET not in str(error) + repr(error) + repr(player.states)
    assert bool(wishes) == asks


def test_refused(qtbot, player, server):
    server.close()
    play(player, server)
    qtbot.waitUntil(lambda: failed(player), timeout=5000)
    assert player.state.error.kind == "refused"
    assert SECRET not in repr(player.states)


def test_unknown_host(qtbot, player):
    player.play(f"http://no-such-host.invalid/x.flv?{SECRET}")
    qtbot.waitUntil(lambda: failed(player), timeout=8000)
    assert player.state.error.kind == "resolve"
    assert SECRET not in repr(player.states)


@pytest.mark.parametrize("data", [random.Random(5).randbytes(50_000), b"<html>no</html>", b""])
def test_garbage(qtbot, player, server, data):
    server.handlers["/live/c1.live.flv"] = body(data)
    play(player, server)
    qtbot.waitUntil(lambda: failed(player), timeout=5000)
    assert player.state.error.kind in ("garbage", "ended")
    assert SECRET not in repr(player.states)


@pytest.mark.parametrize("good", [0, 20])
def test_rubbish_that_never_ends_is_given_up(qtbot, player, server, monkeypatch, good):
    monkeypatch.setattr(live_worker, "QUIET_SECONDS", 0.1)
    monkeypatch.setattr(live_worker, "PICTURE_SECONDS", 0.3)
    rubbish = random.Random(5).randbytes(500)

    async def answer(request):
        head, tags = streams.flv("libx264", 300)
        response = streams.web.StreamResponse(headers={"Content-Type": "video/x-flv"})
        await response.prepare(request)
        await response.write(head + b"".join(tag for _, tag in tags[:good]) if good else head[:13])
        while True:
            await response.write(rubbish)
            await asyncio.sleep(0.02)

    server.handlers["/live/c1.live.flv"] = answer
    player.frame_ready.connect(player.take)
    play(player, server)
    before = ["connecting", "playing", "stalled", "stalled"] if good else ["connecting", "failed"]
    qtbot.waitUntil(lambda: kinds(player)[: len(before)] == before, timeout=5000)
    error = player.states[len(before) - 1].error
    assert error.kind == "garbage"
    assert "0.3 s" in str(error)
    player.stop()
    assert player.wait_ended(1.0)


@pytest.mark.parametrize(("then", "word"), [("close", "closed"), ("reset", "")])
def test_a_broken_stream_is_made_anew_behind_the_last_picture(qtbot, player, server, then, word):
    server.handlers["/live/c1.live.flv"] = live(cached=20, after=24, then=then)
    play(player, server)
    qtbot.waitUntil(lambda: kinds(player)[:3] == ["connecting", "playing", "stalled"], timeout=5000)
    stalled = player.states[2]
    assert stalled.error.kind == "ended"
    assert word in str(stalled.error)
    assert stalled.retry_seconds == PAUSE
    qtbot.waitUntil(lambda: kinds(player)[3:4] == ["playing"], timeout=5000)


def test_a_stream_without_a_key_frame_fails_with_a_reason(qtbot, player, server, monkeypatch):
    monkeypatch.setattr(live_worker, "PICTURE_SECONDS", 0.2)
    server.handlers["/live/c1.live.flv"] = live(keys=False)
    play(player, server)
    qtbot.waitUntil(lambda: failed(player), timeout=5000)
    assert player.state.error.kind == "codec"


def test_a_stall_is_told_and_ended(qtbot, player, server, monkeypatch):
    monkeypatch.setattr(live_worker, "QUIET_SECONDS", 0.15)
    monkeypatch.setattr(live_worker, "STALL_SECONDS", 0.4)
    server.handlers["/live/c1.live.flv"] = live(cached=20, after=20, then="stall")
    play(player, server)
    qtbot.waitUntil(lambda: player.state.kind == "stalled", timeout=5000)
    assert player.state.error is None
    qtbot.waitUntil(lambda: player.state.error is not None, timeout=6000)
    assert player.state.error.kind == "timeout"


def test_recovers_when_the_server_comes_back(qtbot, player, server):
    server.handlers["/live/c1.live.flv"] = live()
    play(player, server)
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
    server.close()
    qtbot.waitUntil(lambda: failed(player), timeout=5000)
    assert player.state.error.kind == "refused"
    server.listen()
    with qtbot.waitSignal(player.frame_ready, timeout=9000):
        pass
    assert player.state.kind == "playing"


def test_a_fresh_address_is_asked_for_and_used(qtbot, player, server):
    server.handlers["/live/new.flv"] = live()
    player.needs_url.connect(lambda: player.renew(server.url("/live/new.flv")))
    play(player, server, "/live/old.flv")
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
    assert len(server.asked) == 2


def test_fresh_addresses_that_fail_are_not_asked_for_in_a_rush(qtbot, player, server):
    wishes = []

    def answer() -> None:
        wishes.append(1)
        player.renew(server.url(f"/live/{len(wishes)}.flv"))

    player.needs_url.connect(answer)
    play(player, server, "/live/old.flv")
    qtbot.waitUntil(
        lambda: failed(player) and player.state.retry_seconds == 4 * PAUSE, timeout=5000
    )
    assert len(wishes) == 3


def test_the_next_address_is_tried_where_one_gives_no_picture(qtbot, player, server):
    server.handlers |= {"/bad.flv": body(b"no video"), "/live/c1.live.flv": live()}
    urls = ("/none.flv", "/bad.flv", "/live/c1.live.flv")
    player.play(*(server.url(path) for path in urls))
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
    assert kinds(player) == ["connecting", "playing"]
    assert server.asked == list(urls)


def test_all_addresses_have_to_fail_and_the_first_error_counts(qtbot, player, server):
    server.handlers["/bad.flv"] = body(b"no video")
    wishes = []
    player.needs_url.connect(lambda: wishes.append(1))
    player.play(server.url("/none.flv"), server.url("/bad.flv"))
    qtbot.waitUntil(lambda: bool(wishes), timeout=5000)
    assert player.state.error.status == 404
    assert server.asked == ["/none.flv", "/bad.flv"]


def test_a_playlist_is_known_by_what_it_is(qtbot, player, server):
    text = streams.playlist(0, [0, 1, 2], dates=False)
    server.handlers["/live"] = body(text, "application/vnd.apple.mpegurl")
    for index in range(3):
        server.handlers[f"/{index}.ts"] = body(streams.segment(index))
    with qtbot.waitSignal(player.frame_ready, timeout=5000):
        player.play(server.url("/live"))


@pytest.mark.parametrize("scheme", ["rtmp", "rtsp"])
def test_what_is_no_http_fails_with_reasons_too(qtbot, player, server, scheme):
    server.close()
    player.play(f"{scheme}://127.0.0.1:{server.port}/live/c1?{SECRET}")
    qtbot.waitUntil(lambda: failed(player), timeout=8000)
    assert player.state.error.kind == "refused"
    assert SECRET not in repr(player.states)


def test_trying_again_at_once(qtbot, player, server):
    play(player, server)
    qtbot.waitUntil(
        lambda: failed(player) and player.state.retry_seconds == 2 * PAUSE, timeout=5000
    )
    server.handlers["/live/c1.live.flv"] = live()
    player.retry()
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
    assert kinds(player)[-2:] == ["connecting", "playing"]


@pytest.fixture
def hole():
    with black_hole() as port:
        yield port


@pytest.mark.parametrize("where", ["answer", "stream", "connect", "pause"])
def test_stopping_ends_the_worker_at_once_whatever_it_does(
    qtbot, player, server, where, request, monkeypatch
):
    monkeypatch.setattr(live_worker, "QUIET_SECONDS", 0.15)
    server.handlers["/live/c1.live.flv"] = (
        hang if where == "answer" else live(cached=20, after=20, then="stall")
    )
    if where == "connect":
        port = request.getfixturevalue("hole")
        player.play(f"http://127.0.0.1:{port}/x.flv")
    elif where == "pause":
        play(player, server, "/none.flv")
        qtbot.waitUntil(lambda: failed(player), timeout=5000)
    else:
        play(player, server)
        qtbot.waitUntil(lambda: bool(server.asked), timeout=5000)
    if where == "stream":
        qtbot.waitUntil(lambda: player.state.kind == "stalled", timeout=5000)
    player.stop()
    assert player.state.kind == "empty"
    assert player.wait_ended(1.0)
    if where == "stream":
        qtbot.waitUntil(lambda: server.open_streams == 0, timeout=5000)


def descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def test_many_starts_and_stops_leave_nothing(qtbot, player, server):
    server.handlers["/live/c1.live.flv"] = live()
    before = descriptors()
    for index in range(50):
        play(player, server)
        if index % 5 == 0:
            with qtbot.waitSignal(player.frame_ready, timeout=5000):
                pass
        player.stop()
    assert player.wait_ended(5.0)
    qtbot.waitUntil(lambda: server.open_streams == 0, timeout=5000)
    qtbot.waitUntil(lambda: descriptors() <= before + 8, timeout=5000)


def test_a_player_that_is_forgotten_stops(qtbot, server):
    server.handlers["/live/c1.live.flv"] = live()
    players = [LivePlayer()]
    players[0].play(server.url("/live/c1.live.flv"))
    qtbot.waitUntil(lambda: players[0].state.kind == "playing", timeout=5000)
    players.clear()
    qtbot.waitUntil(lambda: server.open_streams == 0, timeout=5000)


def test_a_player_that_qt_deletes_stops(qtbot, server):
    server.handlers["/live/c1.live.flv"] = live()
    player = LivePlayer()
    player.play(server.url("/live/c1.live.flv"))
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
    player.deleteLater()
    qtbot.waitUntil(lambda: server.open_streams == 0, timeout=5000)


def test_live_hls(qtbot, player, server):
    loop_started = server.loop.time()

    async def listing(_request):
        newest = int((server.loop.time() - loop_started) / 2) + 3
        text = streams.playlist(
            0, list(range(max(0, newest - 3), newest)), dates=False, ended=False
        )
        return streams.web.Response(text=text, content_type="application/vnd.apple.mpegurl")

    server.handlers["/live/c1/hls.m3u8"] = listing
    for index in range(12):
        server.handlers[f"/live/c1/{index}.ts"] = body(streams.segment(index))
    seen = []
    player.frame_ready.connect(lambda: seen.append(number_of(player.take().image)))
    play(player, server, "/live/c1/hls.m3u8")
    qtbot.waitUntil(lambda: len(seen) > 40, timeout=9000)
    assert seen == sorted(seen)
    assert seen[0] == 30
    assert len(seen) > (seen[-1] - seen[0]) * 0.8
    assert player.state.kind == "playing"
    assert f"/live/c1/1.ts?{SECRET}" in server.asked


def test_what_a_held_up_link_brings_late_is_caught_up_with(qtbot, player, server):
    sent = []
    _, tags = streams.flv("libx264", 300)
    resumed = 20 + 3 * streams.FPS

    async def held_up(request):
        head, _ = streams.flv("libx264", 300)
        response = streams.web.StreamResponse(headers={"Content-Type": "video/x-flv"})
        await response.prepare(request)
        await response.write(head + b"".join(tag for _, tag in tags[:20]))
        await server.gate.wait()
        loop = asyncio.get_running_loop()
        began = loop.time()
        # Three seconds come at once, and then all goes on as it should.
        for index, (_, tag) in enumerate(tags[20:], 20):
            await asyncio.sleep(began + max(0, index - resumed) / streams.FPS - loop.time())
            await response.write(tag)
            sent.append(index)
        return response

    server.handlers["/live/c1.live.flv"] = held_up
    play(player, server)
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)
    behind = []
    player.frame_ready.connect(lambda: behind.append(sent[-1] - number_of(player.take().image)))
    server.release()
    qtbot.waitUntil(lambda: bool(sent) and sent[-1] > resumed + 15, timeout=8000)
    qtbot.waitUntil(lambda: bool(behind) and behind[-1] <= streams.FPS // 2, timeout=8000)
    assert player.state.kind == "playing"
    assert len(server.asked) == 1
