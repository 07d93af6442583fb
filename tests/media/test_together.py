"""Several recordings on one playhead over real sockets: near each other, whatever one does."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QSize, QTimer

from ivcdesk.domain.intervals import Interval
from ivcdesk.media.conductor import Conductor
from tests.media import streams
from tests.media.streams import FPS, body, live
from tests.media.test_recording import Watched

pytestmark = pytest.mark.usefixtures("no_workers_left")

T0 = 1_700_000_000.0
WHOLE = Interval(T0, T0 + 20)


def at(number: int) -> float:
    return T0 + number / FPS


class Group:
    """Players on one conductor."""

    def __init__(self, server) -> None:
        self.server = server
        self.conductor = Conductor()
        self.conductor.set_together(True)
        self.players: list[Watched] = []

    def add(self, name: str, moment: float, segments=range(10), cue=True, **kwargs) -> Watched:
        part = self.conductor.part()
        if cue:
            part.cue(moment)
        player = Watched(clock=part)
        player.set_size(QSize(320, 180))
        path = f"/playback/{name}/hls.m3u8"
        self.server.handlers[path] = body(streams.playlist(T0, list(segments), **kwargs))
        for index in segments:
            self.server.handlers[f"/playback/{name}/{index}.ts"] = body(streams.segment(index))
        self.players.append(player)
        player.open(self.server.url(path), WHOLE, moment)
        return player

    def seek(self, moment: float) -> None:
        self.conductor.set(moment)
        for player in self.players:
            player.seek(moment)

    @property
    def spread(self) -> float:
        shown = [player.pictured for player in self.players]
        return max(shown) - min(shown)


@pytest.fixture
def group(server):
    made = Group(server)
    yield made
    for player in made.players:
        player.stop()


def test_all_begin_and_stay_together(qtbot, group):
    group.conductor.set(at(10))
    for name in "abc":
        group.add(name, at(10))
    group.conductor.start()
    spreads: list[float] = []
    # A timer comes after all that was waiting: what is seen then is what is painted.
    timer = QTimer(interval=15)
    timer.timeout.connect(
        lambda: all(p.pictured for p in group.players) and spreads.append(group.spread)
    )
    timer.start()
    qtbot.waitUntil(lambda: all(p.number >= 45 for p in group.players), timeout=15000)
    assert all(p.numbers[0] == 10 for p in group.players)
    timer.stop()
    assert len(spreads) > 20
    assert max(spreads) <= 0.1
    assert min(p.numbers[-1] for p in group.players) >= 44


def test_who_is_added_joins_at_the_playhead(qtbot, group):
    group.conductor.set(at(0))
    group.conductor.start()
    first = group.add("a", at(0))
    qtbot.waitUntil(lambda: first.number >= 20, timeout=10000)
    late = group.add("b", group.conductor.position, cue=False)
    qtbot.waitUntil(lambda: len(late.numbers) > 3, timeout=10000)
    assert group.spread <= 0.1
    assert late.numbers[0] >= 19
    assert late.walls[0] >= first.walls[0]


def test_a_pause_and_a_seek_are_everybodys(qtbot, group):
    group.conductor.set(at(0))
    for name in "ab":
        group.add(name, at(0))
    group.conductor.start()
    qtbot.waitUntil(lambda: all(p.number >= 5 for p in group.players), timeout=10000)
    group.conductor.pause()
    for player in group.players:
        player.pause()
    qtbot.waitUntil(lambda: all(p.state.kind == "paused" for p in group.players), timeout=5000)
    assert group.spread <= 1 / FPS + 0.001
    assert max(p.pictured for p in group.players) <= group.conductor.position + 0.003
    group.seek(at(200) + 0.01)
    qtbot.waitUntil(lambda: all(p.number == 200 for p in group.players), timeout=5000)
    group.conductor.start()
    for player in group.players:
        player.play()
    qtbot.waitUntil(lambda: all(p.number >= 205 for p in group.players), timeout=10000)


def test_nobody_runs_ahead_over_a_gap(qtbot, group):
    group.conductor.set(at(50))
    group.conductor.start()
    whole = group.add("a", at(50))
    gappy = group.add("b", at(50), range(4), breaks={2: 1.0})
    qtbot.waitUntil(lambda: whole.number >= 64, timeout=15000)
    assert gappy.number == 59
    qtbot.waitUntil(lambda: gappy.number >= 62, timeout=15000)
    assert group.spread <= 0.1
    assert gappy.walls[gappy.numbers.index(60)] == pytest.approx(at(60) + 1.0, abs=0.003)


def test_a_part_that_gets_nothing_is_left_behind_and_comes_back(qtbot, group, server):
    group.conductor.set(at(50))
    group.conductor.start()
    served = asyncio.Event()
    later = body(streams.segment(2))

    async def slow(request):
        await served.wait()
        return await later(request)

    whole, held = group.add("a", at(50)), group.add("b", at(50))
    server.handlers["/playback/b/2.ts"] = slow
    told: list[float] = []
    held.state_changed.connect(lambda state: state.kind == "stalled" and told.append(group.spread))
    qtbot.waitUntil(lambda: whole.number >= 70, timeout=10000)
    assert told[0] <= 0.1
    assert held.number == 59
    server.call(served.set)
    qtbot.waitUntil(lambda: held.state.kind == "playing", timeout=10000)
    qtbot.waitUntil(lambda: held.number > 60 and group.spread <= 0.1, timeout=10000)


def test_steps_after_a_fast_run_are_single_pictures(qtbot, server):
    path = "/playback/c1/hls.m3u8"
    player = Watched()
    player.set_size(QSize(320, 180))
    server.handlers[path] = body(streams.playlist(T0, list(range(10))))
    for index in range(10):
        server.handlers[f"/playback/c1/{index}.ts"] = body(streams.segment(index))
    player.open(server.url(path), WHOLE, at(0))
    qtbot.waitUntil(lambda: player.number >= 0, timeout=5000)
    player._hls._skip(True)
    player.set_rate(8.0)
    qtbot.waitUntil(lambda: player.number >= 60, timeout=10000)
    player._hls._skip(True)
    player.pause()
    qtbot.waitUntil(lambda: player.state.kind == "paused", timeout=5000)
    shown = player.number
    for step, number in [(1, shown + 1), (1, shown + 2), (-1, shown + 1), (-1, shown)]:
        player.step(step)
        qtbot.waitUntil(lambda number=number: player.number == number, timeout=5000)
    player.stop()


def test_a_device_that_is_early_waits_for_the_others(qtbot, group, server):
    group.conductor.set(T0)
    group.conductor.start()
    server.handlers["/live/c1@s1.live.flv"] = live(cached=5)
    device = Watched(clock=group.conductor.part())
    device.set_size(QSize(320, 180))
    group.players.append(device)
    early = T0 + 0.8
    device.open(server.url("/live/c1@s1.live.flv?token=t"), WHOLE, early, "flv")
    qtbot.waitUntil(lambda: len(device.walls) > 3, timeout=10000)
    assert device.walls[0] == early
    assert group.conductor.position >= device.walls[-1]
    assert group.conductor.position - device.pictured < 0.5
