"""The sound of device recordings: out of the one session, with its picture, else silent."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QSize

from ivcdesk.domain.intervals import Interval
from ivcdesk.media.conductor import Conductor
from tests.media.streams import FPS, GOP, flv_tags, web
from tests.media.test_device_session import PATH, T0
from tests.media.test_recording import Watched
from tests.media.test_sound import Ears, sounding
from tests.media.tones import HERTZ, LOUD, clip, heard

pytestmark = pytest.mark.usefixtures("no_workers_left")

LONG = Interval(T0, T0 + 3600)
SECONDS = 6


@pytest.fixture
def ears():
    return Ears()


@pytest.fixture
def player(ears):
    made = Watched()
    made.set_size(QSize(320, 180))
    made.set_sound(ears)
    yield made
    made.stop()


def opened(qtbot, player, server, codec="pcm_alaw") -> None:
    server.handlers[PATH] = sounding(clip("flv", sound=codec, seconds=SECONDS))
    player.open(server.url(PATH), LONG, T0, "flv")
    qtbot.waitUntil(lambda: player.state.kind == "playing", timeout=5000)


def silent_over(qtbot, player, ears, pictures: int) -> bool:
    """Whether nothing is heard while so many pictures come."""
    ears.stamps.clear()
    shown = len(player.numbers)
    qtbot.waitUntil(lambda: len(player.numbers) >= shown + pictures, timeout=5000)
    return not ears.stamps


@pytest.mark.parametrize("codec", ["aac", "pcm_alaw", "pcm_mulaw"])
def test_it_is_heard_with_its_picture_from_the_same_session(qtbot, player, ears, server, codec):
    opened(qtbot, player, server, codec)
    qtbot.waitUntil(lambda: len(ears.samples) > 48_000 * 4, timeout=8000)
    # The last picture that was shown is of the time that is heard.
    assert ears.stamps[-1] == pytest.approx(player.walls[-1] - T0, abs=0.3)
    assert ears.stamps == sorted(ears.stamps)
    assert len(server.asked) == 1
    hertz, rms = heard(bytes(ears.samples))
    assert hertz == pytest.approx(HERTZ, abs=15)
    assert rms == pytest.approx(LOUD / 2, rel=0.15)


def test_it_is_silent_at_other_speeds_and_while_a_seek_is_under_way(qtbot, player, ears, server):
    opened(qtbot, player, server)
    qtbot.waitUntil(lambda: len(ears.stamps) > 3, timeout=5000)
    flushes = ears.flushes
    player.note_rate(2.0)
    assert ears.flushes > flushes
    assert silent_over(qtbot, player, ears, 6)
    player.note_rate(1.0)
    qtbot.waitUntil(lambda: len(ears.stamps) > 3, timeout=5000)
    player.note_seek(T0 + 1000)
    flushes = ears.flushes
    number = player.number
    qtbot.waitUntil(lambda: player.number > number, timeout=5000)
    ears.stamps.clear()
    qtbot.waitUntil(lambda: len(ears.stamps) > 3, timeout=5000)
    assert ears.flushes > flushes
    # It goes on where the picture does, which is at the next key frame.
    sought = player.numbers[player.walls.index(T0 + 1000)]
    assert sought % GOP == 0
    assert min(ears.stamps) >= sought / FPS


def test_it_is_silent_while_paused_and_goes_on_afterwards(qtbot, player, ears, server):
    opened(qtbot, player, server)
    qtbot.waitUntil(lambda: len(ears.stamps) > 3, timeout=5000)
    flushes = ears.flushes
    player.pause()
    assert ears.flushes > flushes
    ears.stamps.clear()
    received = player.bytes_received
    # What a device sends until it has heard of the pause is not for the ear.
    qtbot.waitUntil(lambda: player.bytes_received > received + 10_000, timeout=5000)
    assert not ears.stamps
    player.play()
    qtbot.waitUntil(lambda: len(ears.stamps) > 3, timeout=5000)


def test_a_single_picture_is_not_heard(qtbot, player, ears, server):
    released = asyncio.Event()

    async def answer(request: web.Request) -> web.StreamResponse:
        head, tags = flv_tags(clip("flv", sound="pcm_alaw", seconds=SECONDS))
        pictures = [tag for tag in tags if tag[1][0] == 9]
        sound = [tag for tag in tags if tag[1][0] == 8 and tag[0] < 500]
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(head + pictures[0][1] + b"".join(tag for _, tag in sound))
        await released.wait()
        await response.write(b"".join(tag for _, tag in pictures[1:4]))
        await asyncio.Event().wait()
        return response

    server.handlers[PATH] = answer
    player.open(server.url(PATH), LONG, T0, "flv")
    qtbot.waitUntil(lambda: player.number == 0, timeout=5000)
    assert not ears.stamps
    server.call(released.set)
    qtbot.waitUntil(lambda: bool(ears.stamps), timeout=5000)


def test_among_others_it_waits_with_its_picture(qtbot, ears, server):
    conductor = Conductor()
    conductor.set_together(True)
    conductor.set(T0)
    conductor.start()
    early = T0 + 0.6
    ahead: list[float] = []

    class Pace(Ears):
        def write(self, samples: bytes, pts: float) -> None:
            ahead.append(early + pts - conductor.position)

    player = Watched(clock=conductor.part())
    player.set_size(QSize(320, 180))
    player.set_sound(Pace())
    server.handlers[PATH] = sounding(clip("flv", sound="pcm_alaw", seconds=SECONDS))
    player.open(server.url(PATH), LONG, early, "flv")
    qtbot.waitUntil(lambda: len(ahead) > 10, timeout=8000)
    player.stop()
    assert max(ahead) <= 0.1 + 2 / FPS
