"""The sound of a device recording on the playback page, from a simulated camera's microphone."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ivcdesk.media.sound import FRAME_BYTES, RATE
from ivcdesk.simulator.media.sound import PIP_HERTZ
from ivcdesk.ui.panels import live_sound
from tests.media.tones import heard
from tests.ui.panels.playback_desk import LEFT, until
from tests.ui.panels.test_live_sound import Ears

PIECE = RATE // 50 * FRAME_BYTES


@pytest.fixture
def ears(monkeypatch):
    Ears.made.clear()
    monkeypatch.setattr(live_sound, "SoundOutlet", Ears)
    return Ears.made


def pips(samples: bytes) -> bool:
    """Whether the signal that a simulated camera hears on every second is in there."""
    pieces = (samples[at : at + PIECE] for at in range(0, len(samples) - PIECE + 1, PIECE))
    return any(
        hertz == pytest.approx(PIP_HERTZ, abs=60) and rms > 300 for hertz, rms in map(heard, pieces)
    )


def test_a_device_is_heard_at_its_own_speed_from_its_only_session(desk, aio, ears):
    async def pictures(count: int) -> None:
        painted = desk.panel.grid.property("framesPainted") + count
        await until(lambda: desk.panel.grid.property("framesPainted") >= painted)

    async def work() -> None:
        await desk.open(await desk.site.find("PTZ Gate South"))
        QTest.mouseClick(desk.find("playback.source.device"), LEFT)
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await desk.playing(t)
        assert ears == []
        QTest.keyClick(desk.panel.tile, Qt.Key.Key_M)
        await until(lambda: pips(bytes(ears[0].samples)))
        QTest.keyClick(desk.panel.tile, Qt.Key.Key_Space)
        await until(lambda: desk.panel.reel.state == "paused")
        assert not ears[0].samples
        desk.pick_speed(2.0)
        QTest.keyClick(desk.panel.tile, Qt.Key.Key_Space)
        await until(lambda: desk.panel.player.rate == 2.0)
        await pictures(5)
        assert not ears[0].samples
        desk.pick_speed(1.0)
        await until(lambda: ears[0].samples)
        assert len(desk.calls("PlayRecord")) == 1
        QTest.keyClick(desk.panel.tile, Qt.Key.Key_M)
        assert ears[0].closed
        desk.panel.hide()
        await until(lambda: not any(t.name.startswith("media-") for t in threading.enumerate()))

    aio(work(), 60)
