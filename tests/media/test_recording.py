"""Recordings over real sockets: the exact picture, the pace, gaps, and what goes wrong."""

from __future__ import annotations

import asyncio
import itertools

import pytest
from PySide6.QtCore import QSize

from ivcdesk.domain.intervals import Interval
from ivcdesk.media import reel
from ivcdesk.media.pace import Clock
from ivcdesk.media.recording import RecordingPlayer
from tests.media import streams
from tests.media.streams import FPS, Server, body, number_of, web

pytestmark = pytest.mark.usefixtures("no_workers_left")

SECRET = "token=verysecret123"
T0 = 1_700_000_000.0
WHOLE = Interval(T0, T0 + 20)
PATH = "/playback/c1/hls.m3u8"


def at(number: int) -> float:
    """When a picture was taken; recorded without a gap."""
    return T0 + number / FPS


class Watched(RecordingPlayer):
    """A player that notes what it shows."""

    def __init__(self, *, clock: Clock | None = None) -> None:
        super().__init__(clock=clock)
        self.states: list[str] = []
        self.numbers: list[int] = []
        self.walls: list[float] = []
        self.positions: list[float] = []
        self.state_changed.connect(lambda state: self.states.append(state.kind))
        self.position_changed.connect(lambda position: self.positions.append(position))
        self.frame_ready.connect(self._on_frame)

    def _on_frame(self) -> None:
        frame = self.take()
        if frame is not None:
            self.numbers.append(number_of(frame.image))
            self.walls.append(frame.wall)

    @property
    def number(self) -> int:
        return self.numbers[-1] if self.numbers else -1


@pytest.fixture
def player():
    made = Watched()
    made.set_size(QSize(320, 180))
    yield made
    made.stop()


@pytest.fixture
def recording(server) -> Server:
    server.handlers[PATH] = body(streams.playlist(T0, list(range(10))))
    for index in range(10):
        server.handlers[f"/playback/c1/{index}.ts"] = body(streams.segment(index))
    return server


def assert_in_order(numbers: list[int], first: int) -> None:
    """Played from a picture on; a busy machine may leave some out, but shows none twice."""
    assert numbers[0] == first
    assert all(later > earlier for earlier, later in itertools.pairwise(numbers))
    assert len(numbers) > (numbers[-1] - first) / 3


def opened(qtbot, player, server, number=0, *, still=True, interval=WHOLE, **options) -> None:
    """Open the recording at a picture and wait until it is shown."""
    player.open(server.url(f"{PATH}?{SECRET}"), interval, at(number), **options)
    if still:
        player.pause()
    qtbot.waitUntil(lambda: number in player.numbers, timeout=5000)


@pytest.mark.parametrize("number", [0, 1, 29, 30, 44, 299])
def test_opens_at_the_exact_picture(qtbot, player, recording, number):
    opened(qtbot, player, recording, number)
    qtbot.waitUntil(lambda: player.state.kind == "paused", timeout=5000)
    assert player.numbers == [number]
    assert player.walls == [pytest.approx(at(number), abs=0.003)]
    assert player.position == pytest.approx(at(number), abs=0.003)
    asked = [path for path in recording.asked if path.endswith(f".ts?{SECRET}")]
    assert asked == [f"/playback/c1/{number // 30}.ts?{SECRET}"]
    assert (player.facts.codec, player.facts.width) == ("H.264", 320)


@pytest.mark.parametrize("codec_and_b_frames", [("libx264", 2), ("libx265", 0)])
def test_seeks_are_exact_whatever_the_codec(qtbot, player, server, codec_and_b_frames):
    codec, b_frames = codec_and_b_frames
    server.handlers[PATH] = body(streams.playlist(T0, [0, 1]))
    for index in range(2):
        server.handlers[f"/playback/c1/{index}.ts"] = body(streams.segment(index, codec, b_frames))
    opened(qtbot, player, server, 7)
    for number in (8, 3, 29, 31, 59, 0):
        assert player.seek(at(number) + 0.01)
        qtbot.waitUntil(lambda number=number: player.number == number, timeout=5000)
    assert player.numbers == [7, 8, 3, 29, 31, 59, 0]


def test_sound_in_a_segment_changes_nothing(qtbot, player, server):
    server.handlers[PATH] = body(streams.playlist(T0, [0, 1]))
    for index in range(2):
        whole = streams.muxed("mpegts", index * 30, index * 30 + 30, audio=True)
        server.handlers[f"/playback/c1/{index}.ts"] = body(whole)
    opened(qtbot, player, server, 7)
    for number in (45, 30, 29):
        player.seek(at(number) + 0.01)
        qtbot.waitUntil(lambda number=number: player.number == number, timeout=5000)
    assert player.numbers == [7, 45, 30, 29]


def test_fragments_of_mp4(qtbot, player, server):
    server.handlers[PATH] = body(streams.playlist(T0, [0, 1, 2], name="{}.m4s", init="init.mp4"))
    server.handlers["/playback/c1/init.mp4"] = body(streams.fragment(0)[0])
    for index in range(3):
        server.handlers[f"/playback/c1/{index}.m4s"] = body(streams.fragment(index)[1])
    opened(qtbot, player, server, 7)
    for number in (65, 30, 29, 2):
        player.seek(at(number) + 0.01)
        qtbot.waitUntil(lambda number=number: player.number == number, timeout=5000)
    assert player.numbers == [7, 65, 30, 29, 2]


def test_a_seek_between_two_pictures_shows_the_earlier(qtbot, player, recording):
    opened(qtbot, player, recording, 10)
    player.seek(at(50) + 0.9 / FPS)
    qtbot.waitUntil(lambda: player.number == 50, timeout=5000)
    assert not player.seek(T0 - 1)
    assert not player.seek(T0 + 21)


def test_seeks_in_a_hurry_end_at_the_newest(qtbot, player, recording):
    opened(qtbot, player, recording, 0)
    before = len(recording.asked)
    for number in range(250, 20, -2):
        player.seek(at(number))
    player.seek(at(123))
    assert player.position == at(123)
    qtbot.waitUntil(lambda: player.number == 123, timeout=5000)
    assert len(player.numbers) < 20
    assert len(recording.asked) - before < 12


def test_plays_every_picture_in_order_across_segments(qtbot, player, recording):
    opened(qtbot, player, recording, 20, still=False)
    qtbot.waitUntil(lambda: player.number >= 42, timeout=8000)
    assert_in_order(player.numbers, 20)
    assert player.states == ["connecting", "playing"]
    assert player.positions == sorted(player.positions)


def test_plays_to_the_end_and_from_the_beginning_again(qtbot, player, recording):
    opened(qtbot, player, recording, 292, still=False)
    qtbot.waitUntil(lambda: player.state.kind == "ended", timeout=5000)
    assert_in_order(player.numbers, 292)
    qtbot.waitUntil(lambda: player.number == 299, timeout=5000)
    assert player.position == pytest.approx(at(300), abs=0.01)
    player.play()
    qtbot.waitUntil(lambda: 1 < player.number < 100, timeout=5000)
    assert player.state.kind == "playing"


def test_pausing_and_going_on(qtbot, player, recording):
    opened(qtbot, player, recording, 0, still=False)
    qtbot.waitUntil(lambda: player.number >= 3, timeout=5000)
    player.pause()
    qtbot.waitUntil(lambda: player.state.kind == "paused", timeout=5000)
    shown = player.number
    assert player.position == pytest.approx(at(shown), abs=0.003)
    player.play()
    qtbot.waitUntil(lambda: player.number > shown + 2, timeout=5000)
    assert_in_order(player.numbers, 0)


def test_steps_to_both_sides_and_over_the_border(qtbot, player, recording):
    opened(qtbot, player, recording, 29)
    expected = [29]
    for step, number in [(1, 30), (1, 31), (-1, 30), (-1, 29), (-1, 28), (1, 29), (1, 30)]:
        player.step(step)
        expected.append(number)
        qtbot.waitUntil(lambda: player.numbers == expected, timeout=5000)
    player.step(-12)
    qtbot.waitUntil(lambda: player.number == 18, timeout=5000)
    before = len(player.numbers)
    player.play()
    qtbot.waitUntil(lambda: player.number >= 22, timeout=5000)
    assert_in_order([18, *player.numbers[before:]], 18)
    assert player.state.kind == "playing"


def test_stepping_stops_at_both_ends(qtbot, player, recording):
    opened(qtbot, player, recording, 1)
    player.step(-3)
    qtbot.waitUntil(lambda: player.number == 0, timeout=5000)
    player.seek(at(298))
    qtbot.waitUntil(lambda: player.number == 298, timeout=5000)
    player.step(5)
    qtbot.waitUntil(lambda: player.number == 299, timeout=5000)
    player.step(-1)
    qtbot.waitUntil(lambda: player.number == 298, timeout=5000)


@pytest.mark.parametrize("rate", [0.25, 4, 8])
def test_rates(qtbot, player, recording, rate):
    player.set_rate(rate)
    opened(qtbot, player, recording, 0, still=False)
    loop = recording.loop
    began, first = loop.time(), player.position
    qtbot.waitUntil(lambda: loop.time() - began > 0.5, timeout=5000)
    speed = (player.position - first) / (loop.time() - began)
    assert speed == pytest.approx(rate, rel=0.35)
    assert player.numbers == sorted(player.numbers)
    assert player.state.kind == "playing"


def test_jumps_over_a_gap_and_seeks_into_it(qtbot, player, server):
    gap = 1000.0
    server.handlers[PATH] = body(streams.playlist(T0, list(range(4)), breaks={2: gap}))
    for index in range(4):
        server.handlers[f"/playback/c1/{index}.ts"] = body(streams.segment(index))
    interval = Interval(T0, at(120) + gap)
    opened(qtbot, player, server, 55, still=False, interval=interval)
    qtbot.waitUntil(lambda: player.number >= 63, timeout=5000)
    assert_in_order(player.numbers, 55)
    assert player.position == pytest.approx(at(player.number) + gap, abs=0.2)
    player.pause()
    player.seek(T0 + 500)
    qtbot.waitUntil(lambda: player.number == 60, timeout=5000)
    assert player.position == pytest.approx(at(60) + gap, abs=0.003)
    player.step(-1)
    qtbot.waitUntil(lambda: player.number == 59, timeout=5000)
    assert player.position == pytest.approx(at(59), abs=0.003)


def test_without_dates_durations_are_added_up(qtbot, player, recording):
    recording.handlers[PATH] = body(streams.playlist(T0, list(range(10)), dates=False))
    opened(qtbot, player, recording, 200)
    player.seek(at(77))
    qtbot.waitUntil(lambda: player.number == 77, timeout=5000)


def test_a_bad_segment_does_not_block_the_rest(qtbot, player, recording):
    del recording.handlers["/playback/c1/1.ts"]
    recording.handlers["/playback/c1/3.ts"] = body(b"\x00" * 5000)
    player.set_rate(8)
    opened(qtbot, player, recording, 20, still=False)
    qtbot.waitUntil(lambda: player.number > 125, timeout=8000)
    skipped = {number // 30 for number in player.numbers}
    assert skipped == {0, 2, 4}
    assert "failed" not in player.states


@pytest.mark.parametrize(
    ("status", "asks", "retry"), [(403, True, None), (404, True, None), (500, False, 0.5)]
)
def test_playlists_that_can_not_be_had(qtbot, player, recording, status, asks, retry):
    good = recording.handlers[PATH]

    async def answer(_request):
        return web.Response(status=status, text=SECRET)

    recording.handlers[PATH] = answer
    wishes = []
    player.needs_url.connect(lambda: wishes.append(1))
    player.open(recording.url(f"{PATH}?{SECRET}"), WHOLE, at(9))
    qtbot.waitUntil(lambda: player.state.kind == "failed", timeout=5000)
    error = player.state.error
    assert (error.kind, error.status) == ("http", status)
    assert player.state.retry_seconds == retry
    assert SECRET not in repr(player.state)
    qtbot.waitUntil(lambda: bool(wishes) == asks, timeout=5000)
    recording.handlers[PATH] = good
    if asks:
        player.renew(recording.url(f"{PATH}?fresh=1"))
    qtbot.waitUntil(lambda: player.number >= 9, timeout=5000)
    assert player.numbers[0] == 9


@pytest.mark.parametrize("text", ["<html>", "", "#EXTM3U\n#EXTINF:x\n0.ts\n", "#EXTM3U\n"])
def test_answers_that_are_no_playlist(qtbot, player, recording, text):
    recording.handlers[PATH] = body(text)
    player.open(recording.url(PATH), WHOLE, at(0))
    qtbot.waitUntil(lambda: player.state.kind == "failed", timeout=5000)
    assert player.state.error.kind in ("garbage", "ended")


def test_a_slow_segment_is_waited_for_and_then_played_on(qtbot, player, recording):
    whole = recording.handlers["/playback/c1/1.ts"]

    async def late(request):
        await recording.gate.wait()
        return await whole(request)

    recording.handlers["/playback/c1/1.ts"] = late
    opened(qtbot, player, recording, 25, still=False)
    qtbot.waitUntil(lambda: player.state.kind == "stalled", timeout=5000)
    qtbot.waitUntil(lambda: player.number == 29, timeout=5000)
    recording.release()
    qtbot.waitUntil(lambda: player.number >= 33, timeout=5000)
    assert_in_order(player.numbers, 25)
    assert player.state.kind == "playing"


def test_a_seek_does_not_wait_for_what_is_under_way(qtbot, player, recording):
    async def never(_request):
        await asyncio.Event().wait()

    recording.handlers["/playback/c1/5.ts"] = never
    opened(qtbot, player, recording, 10)
    player.seek(at(160))
    qtbot.waitUntil(lambda: any("/5.ts" in path for path in recording.asked), timeout=5000)
    player.seek(at(61))
    qtbot.waitUntil(lambda: player.number == 61, timeout=2000)


@pytest.mark.parametrize("where", ["playlist", "segment", "playing", "paused", "failed"])
def test_stopping_ends_the_workers_at_once(qtbot, player, recording, where):
    async def never(_request):
        await asyncio.Event().wait()

    if where == "playlist":
        recording.handlers[PATH] = never
    if where == "segment":
        recording.handlers["/playback/c1/0.ts"] = never
    if where == "failed":
        del recording.handlers[PATH]
    player.open(recording.url(PATH), WHOLE, at(0))
    if where == "paused":
        player.pause()
    until = {"playing": "playing", "paused": "paused", "failed": "failed"}.get(where)
    wanted = "hls.m3u8" if where == "playlist" else "0.ts"
    qtbot.waitUntil(
        lambda: (
            player.state.kind == until if until else any(wanted in path for path in recording.asked)
        ),
        timeout=5000,
    )
    player.stop()
    assert player.state.kind == "empty"
    assert player.wait_ended(1.0)


def test_a_recording_that_still_grows_is_followed(qtbot, player, recording):
    asked = []

    async def growing(_request):
        asked.append(1)
        count = min(10, 1 + len(asked))
        text = streams.playlist(T0, list(range(count)), ended=count == 10)
        return web.Response(text=text)

    recording.handlers[PATH] = growing
    player.set_rate(8)
    opened(qtbot, player, recording, 50, still=False)
    qtbot.waitUntil(lambda: player.number > 130, timeout=8000)
    assert len(asked) > 2


def test_a_recording_that_says_no_end_and_does_not_grow_ends(qtbot, player, recording, monkeypatch):
    monkeypatch.setattr(reel, "_GROW_SECONDS", 0.05)
    monkeypatch.setattr(reel, "_GIVE_UP_SECONDS", 0.2)
    recording.handlers[PATH] = body(streams.playlist(T0, list(range(10)), ended=False))
    opened(qtbot, player, recording, 297, interval=Interval(T0, T0 + 600), still=False)
    qtbot.waitUntil(lambda: player.state.kind == "ended", timeout=5000)
    assert player.number == 299


def test_nothing_is_converted_while_nobody_looks(qtbot, player, recording):
    player.set_size(QSize())
    player.open(recording.url(PATH), WHOLE, at(0))
    qtbot.waitUntil(lambda: player.position > at(3), timeout=5000)
    assert player.numbers == []
    player.set_size(QSize(160, 90))
    qtbot.waitUntil(lambda: player.number > 3, timeout=5000)


def test_many_starts_and_stops_leave_nothing(qtbot, player, recording):
    for _ in range(20):
        player.open(recording.url(PATH), WHOLE, at(10))
    opened(qtbot, player, recording, 11)
    player.stop()
    assert player.wait_ended(5.0)
    assert player.snapshot() is None
