"""Drive the demo through every page, in both languages and themes, and save what a person sees.

    python packaging/screenshots.py DIR

Each picture is of the real window on a real screen; without one, Xvfb gives it one.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

SIZE = (1366, 768)
CAMERA = "PTZ Gate North"
COMBINATIONS = [(lang, theme) for lang in ("en", "zh_CN") for theme in ("dark", "light")]


async def until(condition: Callable[[], object], what: str, seconds: float = 20) -> None:
    """Wait until something shows, or end with a word about what did not."""
    for _ in range(int(seconds * 20)):
        if condition():
            return
        await asyncio.sleep(0.05)
    sys.exit(f"waited {seconds} s in vain for {what}")


async def tour(language: str, theme: str, directory: Path) -> int:
    """Walk through the application once and save a picture of each page."""
    from PySide6.QtCore import QObject
    from PySide6.QtWidgets import QApplication, QDialog, QWidget

    from ivcdesk.app.main import application

    number = 0

    def dialog(name: str) -> QDialog | None:
        for each in QApplication.topLevelWidgets():
            if isinstance(each, QDialog) and each.isVisible() and each.objectName() == name:
                return each
        return None

    async def shoot(name: str) -> None:
        nonlocal number
        await asyncio.sleep(0.6)
        number += 1
        screen = QApplication.primaryScreen()
        path = directory / f"{language}-{theme}-{number:02d}-{name}.png"
        if not screen.grabWindow(0, 0, 0, *SIZE).save(str(path)):
            sys.exit(f"could not write {path.name}")
        print(path.name, flush=True)

    with tempfile.TemporaryDirectory() as data:
        common = ["--data-dir", data, "--lang", language, "--theme", theme]
        async with application(common) as app:
            app.window.resize(*SIZE)
            app.window.move(0, 0)
            await shoot("sign-in")
        async with application(["--demo", *common]) as app:
            window = app.window
            window.resize(*SIZE)
            window.move(0, 0)

            def find(name: str) -> QObject:
                found = window.findChild(QWidget, name)
                if found is None:
                    sys.exit(f"there is no {name}")
                return found

            await until(lambda: app.session and app.session.directory.devices, "the tree")
            directory_of = app.session.directory
            await until(
                lambda: any(
                    channel.name == CAMERA
                    for channels in directory_of.channels.values()
                    for channel in channels
                ),
                CAMERA,
            )
            camera = next(
                channel.channel_id
                for channels in directory_of.channels.values()
                for channel in channels
                if channel.name == CAMERA
            )
            app.go("live")
            await shoot("live-empty")
            await app.select_channel(camera)
            tile = find("live.tile.1")
            await until(lambda: (tile.property("framesPainted") or 0) > 30, "the live picture")
            left = find("ptz.left")
            left.pressed.emit()
            await asyncio.sleep(0.8)
            left.released.emit()
            await shoot("live")
            app.go("playback")
            await app.select_channel(camera)
            noon = datetime.now().astimezone() - timedelta(days=1)
            moment = noon.replace(hour=14, minute=7, second=0, microsecond=0).timestamp()
            await app.play_recording(camera, moment)
            player = find("playback.player")
            await until(
                lambda: (player.property("position") or 0) > moment + 1, "the recording's picture"
            )
            await shoot("playback")
            others = [
                channel.channel_id
                for channels in directory_of.channels.values()
                for channel in channels
                if channel.channel_id != camera
            ]
            for other in others[:3]:
                await app.add_to_playback(other)
            await asyncio.sleep(4)
            await shoot("playback-together")
            for action, name in (("export", "export"), ("audit", "audit")):
                app.trigger(action)
                await until(lambda name=name: dialog(name), f"the dialog {name}")
                await shoot(name)
                dialog(name).reject()
            app.trigger("downloads")
            await shoot("downloads")
            app.trigger("downloads")
            app.go("settings")
            await shoot("settings")
            app.go("live")
            for action, name in (
                ("diagnose", "diagnosis"),
                ("addresses", "addresses"),
                ("bans", "bans"),
            ):
                app.trigger(action)
                await until(lambda name=name: dialog(name), f"the dialog {name}")
                await asyncio.sleep(2)
                await shoot(name)
                dialog(name).reject()
            for action in ("inspector", "palette"):
                app.trigger(action)
                await shoot(action)
                app.trigger(action)
    return 0


def main() -> int:
    """Take one tour for each language and theme, each in a process of its own."""
    directory = Path(sys.argv[1])
    directory.mkdir(parents=True, exist_ok=True)
    if len(sys.argv) == 4:
        from PySide6.QtWidgets import QApplication

        from ivcdesk.app import aio

        return aio.run(QApplication(sys.argv[:1]), tour(sys.argv[2], sys.argv[3], directory))
    with Screen() as environment:
        for language, theme in COMBINATIONS:
            command = [sys.executable, __file__, str(directory), language, theme]
            if code := subprocess.run(command, env=environment, check=False).returncode:
                return code
    return 0


class Screen:
    """The screen that is there, or an Xvfb for as long as the block lasts."""

    def __init__(self) -> None:
        self._server: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> dict[str, str]:
        """Return the environment in which a window shows."""
        # Where the demo's cameras stand, so that their clocks and the window's agree.
        environment = dict(os.environ, TZ="Asia/Shanghai")
        if environment.get("DISPLAY") or not sys.platform.startswith("linux"):
            return environment
        reader, writer = os.pipe()
        geometry = f"{SIZE[0]}x{SIZE[1]}x24"
        self._server = subprocess.Popen(
            ["Xvfb", "-displayfd", str(writer), "-screen", "0", geometry, "-nolisten", "tcp"],
            pass_fds=[writer],
            stderr=subprocess.DEVNULL,
        )
        os.close(writer)
        with os.fdopen(reader) as ready:
            environment["DISPLAY"] = f":{ready.readline().strip()}"
        return environment | {"QT_QPA_PLATFORM": "xcb"}

    def __exit__(self, *_: object) -> None:
        """End the Xvfb that was started here."""
        if self._server is not None:
            self._server.terminate()
            self._server.wait()


if __name__ == "__main__":
    sys.exit(main())
