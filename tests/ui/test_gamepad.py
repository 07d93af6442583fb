"""Devices as SDL sees them: found, read and lost, over SDL's own virtual devices."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import pytest

from ivcdesk.ui.gamepad import POLL_MS, SEARCH_MS, Gamepad, Reading
from tests.ui.panels.stand_ins import until
from tests.ui.virtual_gamepad import VirtualGamepad, load_sdl


class Desk:
    def __init__(self, aio) -> None:
        self.aio = aio
        self.gamepad = Gamepad()
        self.told: list = []
        self.gamepad.plugged.connect(lambda name: self.told.append(("plugged", name)))
        self.gamepad.unplugged.connect(lambda: self.told.append(("unplugged",)))
        self.gamepad.read.connect(lambda reading: self.told.append(("read", reading)))
        self.gamepad.start()
        aio(until(lambda: self.gamepad.usable))
        self.sdl = load_sdl()
        self.devices: list[VirtualGamepad] = []

    def plug(self, *, joystick: bool = False) -> VirtualGamepad:
        device = VirtualGamepad(self.sdl, joystick=joystick)
        self.devices.append(device)
        self.gamepad.poll()
        return device

    def end(self) -> None:
        for device in self.devices:
            device.unplug()
        self.gamepad.stop()


@pytest.fixture
def desk(aio, qtbot):
    desk = Desk(aio)
    yield desk
    desk.end()


def test_loading_warns_of_nothing_and_blocks_no_signals():
    program = (
        "import signal, warnings; warnings.simplefilter('error');"
        "before = signal.getsignal(signal.SIGINT);"
        "from ivcdesk.ui.gamepad import _load; sdl = _load();"
        "assert sdl.SDL_Init(sdl.SDL_INIT_GAMECONTROLLER) == 0;"
        "assert signal.getsignal(signal.SIGINT) is before;"
        "print('done')"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout.strip(), done.stderr) == (0, "done", "")


def test_it_is_asked_often_only_while_a_device_is_in(desk):
    assert desk.gamepad._timer.interval() == SEARCH_MS
    device = desk.plug()
    assert desk.gamepad._timer.interval() == POLL_MS
    assert desk.told[0][0] == "plugged"
    assert desk.gamepad.name
    device.unplug()
    desk.gamepad.poll()
    assert desk.told[-1] == ("unplugged",)
    assert desk.gamepad._timer.interval() == SEARCH_MS
    desk.plug()
    assert desk.gamepad.name


def test_a_gamepad_is_read(desk):
    device = desk.plug()
    device.axis(0, -1.0)
    device.axis(1, 0.5)
    device.button(0, True)
    device.button(9, True)
    desk.gamepad.poll()
    reading = desk.gamepad.reading
    assert reading.pan == pytest.approx(-1.0, abs=0.01)
    assert reading.tilt == pytest.approx(0.5, abs=0.01)
    assert reading.buttons == {"a", "leftshoulder"}
    device.axis(3, -1.0)
    desk.gamepad.poll()
    assert desk.gamepad.reading.zoom == pytest.approx(1.0, abs=0.01)
    device.axis(3, 0.0)
    device.axis(4, 1.0)
    desk.gamepad.poll()
    assert desk.gamepad.reading.zoom == pytest.approx(-1.0, abs=0.02)


def test_a_joystick_with_twist_and_hat_is_read(desk):
    device = desk.plug(joystick=True)
    device.axis(0, 0.8)
    device.axis(2, -0.9)
    device.button(1, True)
    device.hat(desk.sdl.SDL_HAT_LEFTUP)
    desk.gamepad.poll()
    reading = desk.gamepad.reading
    assert reading.pan == pytest.approx(0.8, abs=0.01)
    assert reading.zoom == pytest.approx(-0.9, abs=0.01)
    assert reading.buttons == {"2", "dpup", "dpleft"}


def test_unplugging_reads_as_let_go_first(desk):
    device = desk.plug()
    device.axis(0, 1.0)
    desk.gamepad.poll()
    device.unplug()
    desk.gamepad.poll()
    assert desk.told[-2:] == [("read", Reading()), ("unplugged",)]


def test_what_does_not_change_is_told_once(desk, aio):
    device = desk.plug()
    device.axis(0, 1.0)
    aio(asyncio.sleep(5 * POLL_MS / 1000))
    assert sum(1 for told in desk.told if told[0] == "read" and told[1].pan > 0.9) == 1


def test_where_sdl_is_missing_nothing_happens(aio, qtbot, monkeypatch):
    def missing() -> None:
        raise ImportError("no SDL here")

    monkeypatch.setattr("ivcdesk.ui.gamepad._load", missing)
    gamepad = Gamepad()
    gamepad.start()
    aio(until(lambda: not gamepad.tasks.busy))
    assert not gamepad.usable
    gamepad.poll()
    gamepad.stop()
