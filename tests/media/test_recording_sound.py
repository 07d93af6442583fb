"""The sound of recordings over real sockets: with its picture, at its own speed, else silent."""

from __future__ import annotations

import itertools

import pytest
from PySide6.QtCore import QSize

from ivcdesk.domain.intervals import Interval
from tests.media import streams
from tests.media.streams import GOP, body
from tests.media.test_recording import PATH, T0, Watched

pytestmark = pytest.mark.usefixtures("no_workers_left")

WHOLE = Interval(T0, T0 + 8)


class Ear:
    """Stands where the sound goes out, and notes what comes and what was shown then."""

    def __init__(self, player: Watched) -> None:
        self.player = player
        self.heard: list[tuple[float, float]] = []
        self.samples = 0
        self.flushed = 0

    def write(self, samples: bytes, pts: float) -> None:
        self.heard.append((pts, self.player._clock.position))
        self.samples += len(samples)

    def flush(self) -> None:
        self.flushed += 1


@pytest.fixture
def player():
    made = Watched()
    made.set_size(QSize(320, 180))
    yield made
    made.stop()


@pytest.fixture
def recording(server):
    server.handlers[PATH] = body(streams.playlist(T0, list(range(4))))
    for index in range(4):
        first = index * GOP
        clip = streams.muxed("mpegts", first, first + GOP, audio=True)
        server.handlers[f"/playback/c1/{index}.ts"] = body(clip)
    return server


def listened(player, recording, moment=T0) -> Ear:
    ear = Ear(player)
    player.set_sound(ear)
    player.open(recording.url(PATH), WHOLE, moment)
    return ear


def test_it_is_heard_with_its_picture_over_the_border_of_a_segment(qtbot, player, recording):
    ear = listened(player, recording, T0 + 0.5)
    qtbot.waitUntil(lambda: bool(ear.heard) and ear.heard[-1][0] > T0 + 1.4, timeout=10000)
    moments = [pts for pts, _ in ear.heard]
    assert moments == sorted(moments)
    assert all(-0.1 <= pts - shown <= 0.06 for pts, shown in ear.heard if pts > T0 + 0.8)
    # Sixteen thousand samples a second, in packets of 1024.
    steps = [round(b - a, 3) for a, b in itertools.pairwise(moments)]
    assert sum(step != 0.064 for step in steps) <= 2
    assert ear.samples > 0


def test_it_is_silent_at_other_speeds_while_paused_and_while_stepping(qtbot, player, recording):
    ear = listened(player, recording)
    qtbot.waitUntil(lambda: len(ear.heard) > 2, timeout=10000)
    player.set_rate(2.0)
    qtbot.waitUntil(lambda: ear.flushed > 0, timeout=5000)
    count = len(ear.heard)
    moment = player.position
    qtbot.waitUntil(lambda: player.position > moment + 0.8, timeout=5000)
    assert len(ear.heard) == count
    player.pause()
    qtbot.waitUntil(lambda: player.state.kind == "paused", timeout=5000)
    player.set_rate(1.0)
    shown = player.number
    player.step(1)
    qtbot.waitUntil(lambda: player.number == shown + 1, timeout=5000)
    assert len(ear.heard) == count
    player.play()
    qtbot.waitUntil(lambda: len(ear.heard) > count + 2, timeout=10000)
    assert abs(ear.heard[-1][0] - player.position) < 0.4


def test_a_seek_is_heard_from_there(qtbot, player, recording):
    ear = listened(player, recording, T0 + 2.5)
    qtbot.waitUntil(lambda: len(ear.heard) > 2, timeout=10000)
    player.seek(T0 + 0.75)
    qtbot.waitUntil(lambda: ear.heard[-1][0] < T0 + 2, timeout=10000)
    assert ear.flushed > 0
    assert ear.heard[-1][0] > T0 + 0.45


def test_nothing_is_decoded_while_nobody_listens(qtbot, player, recording):
    player.open(recording.url(PATH), WHOLE, T0)
    qtbot.waitUntil(lambda: player.number >= 3, timeout=10000)
    assert player._hls._sound is None
    ear = Ear(player)
    player.set_sound(ear)
    qtbot.waitUntil(lambda: len(ear.heard) > 1, timeout=10000)
    player.set_sound(None)
    qtbot.waitUntil(lambda: not player._hls._sound.is_alive(), timeout=5000)
