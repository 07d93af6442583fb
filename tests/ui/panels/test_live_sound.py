"""The sound of the live page: one picture is heard, none while muted, and why none can be."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSlider

from ivcdesk.media.live import LivePlayer
from ivcdesk.ui.panels import live_sound
from ivcdesk.ui.panels.live_sound import LiveSound
from tests.media.tones import heard
from tests.ui.panels.live_desk import START_SECONDS
from tests.ui.panels.stand_ins import make_context, until


class Ears:
    """Stands where the device would be."""

    made: list[Ears] = []

    def __init__(self, volume: float = 1.0, on_trouble=None) -> None:
        self.volume = volume
        self.trouble = ""
        self.on_trouble = on_trouble
        self.samples = bytearray()
        self.closed = False
        Ears.made.append(self)

    def write(self, samples: bytes, pts: float) -> None:
        self.samples += samples

    def flush(self) -> None:
        self.samples.clear()

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def ears(monkeypatch):
    Ears.made.clear()
    monkeypatch.setattr(live_sound, "SoundOutlet", Ears)
    return Ears.made


@pytest.fixture
def context():
    return make_context()


def sounding(player: LivePlayer) -> object:
    return player._sound


def test_only_the_player_in_focus_is_heard_and_none_while_muted(qtbot, ears, context):
    sound = LiveSound(context.settings)
    qtbot.addWidget(sound.controls)
    one, other = LivePlayer(), LivePlayer()
    sound.listen_to(one)
    assert (sounding(one), ears) == (None, [])
    sound.button.click()
    assert sounding(one) is ears[0] is sound.outlet
    sound.listen_to(other)
    assert (sounding(one), sounding(other)) == (None, ears[0])
    sound.button.click()
    assert (sounding(other), sound.outlet, ears[0].closed) == (None, None, True)
    sound.button.click()
    sound.close()
    assert (sounding(other), sound.outlet) == (None, None)
    assert [each.closed for each in ears] == [True, True]


def test_what_the_user_chose_is_remembered(qtbot, ears, context, monkeypatch):
    monkeypatch.setattr(live_sound, "_SAVE_MS", 10)
    sound = LiveSound(context.settings)
    qtbot.addWidget(sound.controls)
    sound.listen_to(LivePlayer(sound))
    sound.button.click()
    slider = sound.controls.findChild(QSlider, "live.volume")
    slider.setValue(35)
    assert ears[0].volume == 0.35
    assert "35 %" in slider.toolTip()
    qtbot.waitUntil(lambda: context.settings.saved == 1, timeout=4000)
    assert (context.settings.sound_muted, context.settings.sound_volume) == (False, 35)
    sound.close()
    again = LiveSound(context.settings)
    qtbot.addWidget(again.controls)
    assert again.button.isChecked()
    assert again.controls.findChild(QSlider, "live.volume").value() == 35


def test_a_missing_device_is_told_in_words(qtbot, ears, context):
    sound = LiveSound(context.settings)
    qtbot.addWidget(sound.controls)
    told = []
    sound.told.connect(lambda text, failed: told.append((text, failed)))
    sound.listen_to(LivePlayer(sound))
    sound.button.click()
    ears[0].trouble = "device"
    thread = threading.Thread(target=ears[0].on_trouble)
    thread.start()
    thread.join()
    qtbot.waitUntil(lambda: bool(told), timeout=3000)
    assert told == [("Sound can't be played: this computer has no sound device", True)]
    assert "no sound device" in sound.button.toolTip()
    sound.close()


def test_the_picture_in_focus_is_heard_after_m(desk, aio, ears):
    async def listen() -> None:
        camera = await desk.site.find("PTZ Gate South")
        await desk.show(camera)
        assert ears == []
        QTest.keyClick(desk.tile(), Qt.Key.Key_M)
        await until(lambda: len(ears[0].samples) > 48_000 * 4)
        QTest.keyClick(desk.tile(), Qt.Key.Key_PageUp)
        assert ears[0].volume == 0.8
        assert desk.said() == "Volume: 80 %"
        QTest.keyClick(desk.tile(), Qt.Key.Key_M)

    aio(listen(), START_SECONDS)
    _, loud = heard(bytes(ears[0].samples))
    assert loud > 100
    assert ears[0].closed
    assert desk.context.settings.sound_muted
