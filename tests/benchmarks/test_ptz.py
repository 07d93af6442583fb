"""How soon a key is on the wire and the picture moves, in the whole application on its demo.

The wire is the socket itself: what counts is when the bytes of ``ControlDevicePTZ`` are handed to
the system. Movement is seen in the tile's own picture, as it is painted.
"""

from __future__ import annotations

import asyncio
import socket
import statistics
import sys
import time
from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QImage, QKeyEvent
from PySide6.QtWidgets import QApplication

from ivcdesk.app.main import application
from tests.e2e.desk import Desk, until

PRESSES = 60
REST = 0.45  # s between two presses, more than the pause between jogs
LOOKS = 25


def say(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")


def p95(values: list[float]) -> float:
    return sorted(values)[len(values) * 95 // 100]


class Wire:
    """Notes when a PTZ call is handed to the system."""

    def __init__(self, monkeypatch: Any) -> None:
        self.times: list[float] = []
        self.worked: list[float] = []
        real = socket.socket.send

        def send(this: socket.socket, data: Any, *more: Any) -> int:
            if b"ControlDevicePTZ" in bytes(data):
                self.times.append(time.perf_counter())
                self.worked.append(time.thread_time())
            return real(this, data, *more)

        monkeypatch.setattr(socket.socket, "send", send)


class Keyboard(QObject):
    """Posts key events as the window system does, and notes when Qt hands them out."""

    def __init__(self) -> None:
        super().__init__()
        self.handed = self.worked = 0.0
        app = QApplication.instance()
        assert app is not None
        app.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.KeyPress and not self.handed:
            self.handed = time.perf_counter()
            self.worked = time.thread_time()
        return False

    def post(self, kind: QEvent.Type, key: Qt.Key) -> None:
        self.handed = 0.0
        target = QApplication.focusWidget()
        event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier)
        QCoreApplication.postEvent(target, event)


async def playing(desk: Desk, name: str = "PTZ Gate North") -> str:
    directory = desk.app.session.directory

    def find() -> str:
        for channels in directory.channels.values():
            for channel in channels:
                if channel.name == name and directory.obstacle(channel.channel_id) is None:
                    return channel.channel_id
        return ""

    channel = await until(find, "the camera")
    await desk.app.select_channel(channel)
    await desk.see("live.tile.1", "framesPainted", lambda n: n > 20)
    desk.find("live.tile.1").setFocus()
    await until(lambda: desk.app.panels.ptz.steers, "the helm")
    return channel


@pytest.fixture
def desk(aio, tmp_path):
    def run(work: Any, seconds: float = 120) -> Any:
        async def main() -> Any:
            arguments = ["--demo", "--data-dir", str(tmp_path), "--lang", "en"]
            async with application(arguments) as app:
                app.window.resize(1366, 768)
                app.window.activateWindow()
                await until(
                    lambda: app.session is not None and app.session.directory.state == "ready",
                    "the tree of the demo",
                )
                return await work(Desk(app, None))

        return aio(main(), seconds)

    return run


def test_from_key_to_wire(desk, monkeypatch):
    wire = Wire(monkeypatch)

    async def work(desk: Desk) -> tuple[list[float], ...]:
        await playing(desk)
        keys = Keyboard()
        from_key: list[float] = []
        from_queue: list[float] = []
        worked: list[float] = []
        for number in range(PRESSES):
            await asyncio.sleep(REST + number * 0.0037 % 0.04)
            wire.times.clear()
            wire.worked.clear()
            key = Qt.Key.Key_Left if number % 2 else Qt.Key.Key_Right
            posted = time.perf_counter()
            keys.post(QEvent.Type.KeyPress, key)
            await until(lambda: wire.times, "the call on the wire")
            from_key.append((wire.times[0] - keys.handed) * 1000)
            from_queue.append((wire.times[0] - posted) * 1000)
            worked.append((wire.worked[0] - keys.worked) * 1000)
            keys.post(QEvent.Type.KeyRelease, key)
        QApplication.instance().removeEventFilter(keys)
        return from_key, from_queue, worked

    from_key, from_queue, worked = desk(work)
    say(
        f"key event to wire, {PRESSES} presses beside a live picture: "
        f"p50 {statistics.median(from_key):.2f} ms, p95 {p95(from_key):.2f} ms; "
        f"from its place in the queue p50 {statistics.median(from_queue):.2f} ms, "
        f"p95 {p95(from_queue):.2f} ms; of it the processor worked "
        f"p50 {statistics.median(worked):.2f} ms, p95 {p95(worked):.2f} ms"
    )
    assert p95(from_key) < 5


def test_from_key_to_movement(desk):
    async def work(desk: Desk) -> list[float]:
        await playing(desk)
        tile = desk.find("live.tile.1")
        desk.app.panels.ptz._set_speed(8)
        keys = Keyboard()
        times = []
        for number in range(LOOKS):
            await asyncio.sleep(1.6)
            before = grey_of(await next_picture(tile))
            key = Qt.Key.Key_Left if number % 2 else Qt.Key.Key_Right
            pressed = time.perf_counter()
            keys.post(QEvent.Type.KeyPress, key)
            while abs(shift(before, grey_of(await next_picture(tile)))) < 1:
                assert time.perf_counter() - pressed < 3, "the picture never moved"
            times.append((time.perf_counter() - pressed) * 1000)
            keys.post(QEvent.Type.KeyRelease, key)
        QApplication.instance().removeEventFilter(keys)
        return times

    times = desk(work, 200)
    say(
        f"key event to movement in the picture, {LOOKS} presses: "
        f"p50 {statistics.median(times):.0f} ms, p95 {p95(times):.0f} ms"
    )
    assert p95(times) < 150


def grey_of(image: QImage) -> np.ndarray:
    """Return a picture in grey, 320 px wide."""
    small = image.scaled(320, 180).convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(small.constBits(), np.uint8).reshape(small.height(), -1)
    return rows[:, : small.width()].astype(float)


def shift(one: np.ndarray, other: np.ndarray) -> int:
    """Return by how many px the whole view went sideways; what drives by changes nothing."""
    window = np.hanning(one.shape[0])[:, None] * np.hanning(one.shape[1])
    first, second = np.fft.fft2(one * window), np.fft.fft2(other * window)
    product = first * second.conj()
    peak = np.abs(np.fft.ifft2(product / (np.abs(product) + 1e-9)))
    across = int(np.unravel_index(peak.argmax(), peak.shape)[1])
    return across if across <= one.shape[1] // 2 else across - one.shape[1]


async def next_picture(tile: Any) -> Any:
    """Return the tile's next picture, once it is painted."""
    before = tile.property("framesPainted")
    while tile.property("framesPainted") == before:  # noqa: ASYNC110  # the tile tells nobody
        await asyncio.sleep(0.002)
    return tile.image.copy()
