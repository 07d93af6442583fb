"""A technician's whole job: find a camera, see it, turn it, call a preset, look back, share it."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta

import numpy as np
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.ui.widgets.video_tile import VideoTile
from tests.e2e.desk import Desk, grey, grey_pixels, until

CAMERA = "PTZ Gate North"


async def find_camera(desk: Desk) -> str:
    """Search for the camera as a person does, play it with Enter, and return its channel id."""
    await desk.type("navigator.search", CAMERA)
    tree = desk.find("navigator.tree")
    await until(
        lambda: (
            tree.model().rowCount()
            and desk.app.session.directory.channels
            and tree.model().index(0, 0)
        ),
        "a hit",
    )
    await asyncio.sleep(0.3)
    QTest.keyClick(desk.find("navigator.search"), Qt.Key.Key_Return)
    return await desk.see("live.tile.1", "channelId", bool)


def turned(before: float, after: float) -> float:
    """Return by how many degrees a pan changed, the short way round."""
    return (after - before + 180) % 360 - 180


def test_find_see_turn_call_look_back_and_share(aio, demo, monkeypatch):
    monkeypatch.setenv("SDL_VIDEODRIVER", "dummy")

    async def job() -> None:
        async with demo() as desk:
            channel = await find_camera(desk)
            await desk.see("live.tile.1", "framesPainted", lambda n: n > 5)
            assert desk.find("live.tile.1").property("state") == "playing"
            assert desk.find("live.tile.1").property("codec").upper().startswith("H")
            assert "?" not in desk.find("live.tile.1").property("sourceUrl")

            await turn_with_the_mouse(desk, channel)
            await turn_with_the_keyboard(desk, channel)
            await call_a_preset(desk, channel)
            await look_back(desk, channel)
            await share(desk, channel)

    aio(job(), seconds=120)


async def turn_with_the_mouse(desk: Desk, channel: str) -> None:
    """Hold "left" for two seconds: it turns left, the picture changes, and then it stays still."""
    before = await desk.simulated(f"channels/{channel}")
    seen = grey(desk.find("live.tile.1")).astype(int)
    await desk.hold("ptz.left", 2.0)
    released = (await desk.simulated("calls"))[-1]["n"]
    await asyncio.sleep(1.0)
    still = await desk.simulated(f"channels/{channel}")
    jogs = await desk.calls("ControlDevicePTZ")

    assert turned(before["pan"], still["pan"]) < -3
    assert {call["params"]["Type"] for call in jogs} == {"left"}
    assert 2 <= len(jogs) <= 8
    assert not await desk.calls("ControlDevicePTZ", since=released + 1)
    assert (await desk.simulated(f"channels/{channel}"))["pan"] == still["pan"]
    assert np.abs(grey(desk.find("live.tile.1")).astype(int) - seen).mean() > 5


async def turn_with_the_keyboard(desk: Desk, channel: str) -> None:
    """The right arrow turns it back; Escape and letting go leave it still."""
    before = await desk.simulated(f"channels/{channel}")
    desk.find("live.tile.1").setFocus()
    await desk.hold_key(Qt.Key.Key_Right, 1.0)
    await asyncio.sleep(1.0)
    after = await desk.simulated(f"channels/{channel}")
    assert turned(before["pan"], after["pan"]) > 1
    assert (await desk.calls("ControlDevicePTZ"))[-1]["params"]["Type"] == "right"


async def call_a_preset(desk: Desk, channel: str) -> None:
    """Clicking a preset's card brings the camera to where the preset was set."""
    await until(lambda: desk.find("preset.1").isEnabled(), "the presets")
    await desk.click("preset.1")
    await asyncio.sleep(2.0)
    camera = await desk.simulated(f"channels/{channel}")
    call = (await desk.calls("ControlDevicePreset"))[-1]
    assert (call["params"]["Cmd"], call["params"]["Index"], call["code"]) == ("goto", 1, None)
    preset = next(preset for preset in camera["presets"] if preset["index"] == 1)
    assert abs(turned(preset["pan"], camera["pan"])) < 0.01


async def look_back(desk: Desk, channel: str) -> None:
    """Yesterday's recording plays from 14:07, as the clock in the picture shows."""
    yesterday = datetime.now().astimezone() - timedelta(days=1)
    moment = yesterday.replace(hour=14, minute=7, second=0, microsecond=0).timestamp()
    desk.app.go("playback")
    await desk.app.play_recording(channel, moment)
    await desk.see("playback.player", "state", lambda state: state == "playing")
    position = await desk.see(
        "playback.player", "position", lambda at: moment + 1 < at < moment + 60
    )
    assert abs(desk.find("playback.timeline").property("playhead") - position) < 2
    player = desk.find("playback.tile.1", VideoTile)
    clock = await until(lambda: read_clock(grey_pixels(player.image)), "a clock in the picture")
    assert moment <= clock < moment + 60

    await desk.click("playback.play")
    await desk.see("playback.player", "state", lambda state: state == "paused")
    paused = desk.find("playback.player").property("position")
    await asyncio.sleep(0.5)
    assert desk.find("playback.player").property("position") == paused


async def share(desk: Desk, channel: str) -> None:
    """The stream opens in a player of its own, which the simulator sees as one more viewer."""
    desk.app.go("live")
    await desk.see("live.tile.1", "state", lambda state: state == "playing")
    before = (await desk.simulated(f"channels/{channel}"))["viewers"]
    desk.app.trigger("open_in_ffplay")

    async def viewers() -> int:
        return (await desk.simulated(f"channels/{channel}"))["viewers"]

    for _ in range(100):
        if await viewers() == before + 1:
            break
        await asyncio.sleep(0.1)
    assert await viewers() == before + 1
