"""What goes wrong is said plainly, the window lives on, and all comes back with the cause gone."""

from __future__ import annotations

import asyncio
import os
import signal

from PySide6.QtWidgets import QLabel, QWidget

from tests.e2e.desk import Desk, until

CAMERA = "PTZ Gate North"
ACTIONS = (
    "DescribeOrganization",
    "ListDevices",
    "DescribeUserDevice",
    "DescribeDeviceChannel",
    "ControlDeviceStream",
    "ControlDevicePTZ",
    "ControlDevicePreset",
    "DescribeDevicePreset",
    "DescribeRecordFile",
    "DescribeRecordPlaybackUrl",
    "ControlRecordTimeline",
    "PlayRecord",
    "ControlRecord",
)
CODE = "InternalError.ServerInternalError"


def channel_of(desk: Desk, name: str) -> str:
    """Return the id of a channel by its name, or nothing while it has not arrived."""
    rows = desk.app.session.directory.channels.values()
    return next((str(c.channel_id) for row in rows for c in row if c.name == name), "")


def words(widget: QWidget) -> str:
    """Return all that a widget says: its labels, and what a reader of screens is told."""
    said = [label.text() for label in widget.findChildren(QLabel) if label.isVisible()]
    return "\n".join([*said, widget.accessibleDescription(), widget.accessibleName()])


async def watch(desk: Desk) -> str:
    """Open the camera live and wait for its picture."""
    channel = await until(lambda: channel_of(desk, CAMERA), CAMERA)
    await desk.app.select_channel(channel)
    await desk.see("live.tile.1", "framesPainted", lambda n: n > 3)
    return channel


def test_an_error_on_every_action_is_told_and_passes(aio, demo):
    async def day() -> None:
        async with demo() as desk:
            channel = await watch(desk)
            await until(lambda: desk.find("preset.1").isEnabled(), "the presets")
            faults = [{"kind": "error", "action": action, "code": CODE} for action in ACTIONS]
            await desk.order("faults", faults)

            await desk.hold("ptz.left", 0.2)
            await until(lambda: CODE in words(desk.app.panels.ptz), "the word of PTZ")

            desk.app.trigger("reload")
            notice = desk.app.window.notice
            navigator = desk.app.panels.navigator
            await until(lambda: CODE in words(notice) + words(navigator), "the tree's word")
            assert desk.app.session.directory.devices, "what was known is kept"

            await desk.app.select_channel(await another(desk, channel))
            tile = desk.find("live.tile.1")
            await desk.see("live.tile.1", "state", lambda state: state == "failed", 30)
            await until(lambda: CODE in words(tile), "the tile's word")

            desk.app.go("playback")
            await desk.app.select_channel(channel)
            page = desk.app.panels.playback
            await until(lambda: CODE in words(page), "playback's word")

            await desk.order("faults", [], method="DELETE")
            desk.app.go("live")
            await desk.app.select_channel(channel)
            await desk.see("live.tile.1", "state", lambda state: state == "playing", 30)
            before = await desk.simulated(f"channels/{channel}")
            async with asyncio.timeout(15):
                while (await desk.simulated(f"channels/{channel}"))["pan"] == before["pan"]:
                    await desk.hold("ptz.left", 0.6)
            desk.app.trigger("reload")
            await until(lambda: desk.app.session.directory.state == "ready", "the tree")

    aio(day(), seconds=120)


async def another(desk: Desk, channel: str) -> str:
    """Return a channel that is online and is not the one given."""
    directory = desk.app.session.directory
    for row in directory.channels.values():
        for one in row:
            if one.channel_id != channel and directory.obstacle(one.channel_id) is None:
                return str(one.channel_id)
    raise AssertionError("there is no other camera")


def test_a_cloud_that_dies_while_live_comes_back(aio, demo):
    async def day() -> None:
        async with demo() as desk:
            await watch(desk)
            os.kill(desk.app.demo.process_id, signal.SIGKILL)
            await desk.see("live.tile.1", "state", lambda state: state != "playing")
            channel = await until(
                lambda: desk.app.session is not None and channel_of(desk, CAMERA), CAMERA, 40
            )
            await desk.app.select_channel(channel)
            before = desk.find("live.tile.1").property("framesPainted") or 0
            await desk.see("live.tile.1", "framesPainted", lambda n: n != before and n > 3, 40)
            assert desk.find("live.tile.1").property("state") == "playing"

    aio(day(), seconds=120)
