"""A technician's hands and eyes: they drive the window and ask the simulator what it saw."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

import aiohttp
import numpy as np
from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

W = TypeVar("W", bound=QObject)


async def until(condition: Callable[[], Any], what: str, seconds: float = 15) -> Any:
    """Wait until a condition holds and return what it returned; fail by name if it never does."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while not (result := condition()):
        if loop.time() > end:
            raise AssertionError(f"waited {seconds} s in vain for {what}")
        await asyncio.sleep(0.02)
    return result


def grey_pixels(image: QImage) -> np.ndarray:
    """Return a picture as grey pixels, height x width."""
    image = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()].copy()


def grey(widget: QWidget) -> np.ndarray:
    """Return what a widget shows as grey pixels."""
    return grey_pixels(widget.grab().toImage())


class Desk:
    """The window of a running application, as a person at it would use it."""

    def __init__(self, app: Any, http: aiohttp.ClientSession) -> None:
        self.app = app
        self.http = http

    def find(self, name: str, kind: type[W] = QWidget) -> W:  # type: ignore[assignment]
        """Return the widget of that name."""
        found = self.app.window.findChild(kind, name)
        assert found is not None, f"the window has no {name}"
        return found

    async def see(self, name: str, prop: str, test: Callable[[Any], bool], seconds: float = 15):
        """Wait until a property of a widget passes a test, and return it."""
        widget = self.find(name)
        await until(
            lambda: widget.property(prop) is not None and test(widget.property(prop)),
            f"{name}.{prop} (now {widget.property(prop)!r})",
            seconds,
        )
        return widget.property(prop)

    async def type(self, name: str, text: str) -> None:
        """Type into a field, replacing what it holds."""
        field = self.find(name)
        field.setFocus()
        QTest.keySequence(field, "Ctrl+A")
        QTest.keyClicks(field, text)
        await asyncio.sleep(0)

    async def click(self, name: str) -> None:
        """Click the middle of a widget."""
        widget = self.find(name)
        assert widget.isEnabled(), f"{name} can't be clicked"
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
        await asyncio.sleep(0)

    async def hold(self, name: str, seconds: float) -> None:
        """Hold the mouse down on a widget, then let go."""
        widget = self.find(name)
        assert widget.isEnabled(), f"{name} can't be pressed"
        at = self._inside(widget)
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=at)
        await asyncio.sleep(seconds)
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=at)

    async def hold_key(self, key: Qt.Key, seconds: float) -> None:
        """Hold a key down, with the auto-repeat that keyboards make, then let go."""
        target = QApplication.focusWidget() or self.app.window
        QTest.keyPress(target, key)
        await asyncio.sleep(seconds)
        QTest.keyRelease(target, key)

    async def simulated(self, path: str) -> Any:
        """Ask the simulator's control plane."""
        async with self.http.get(f"{self.app.session.client.endpoint}/_sim/{path}") as answer:
            answer.raise_for_status()
            return await answer.json()

    async def order(self, path: str, body: Any, method: str = "POST") -> Any:
        """Tell the simulator's control plane to do something."""
        url = f"{self.app.session.client.endpoint}/_sim/{path}"
        async with self.http.request(method, url, json=body) as answer:
            answer.raise_for_status()
            return await answer.json()

    async def calls(self, action: str, since: int = 0) -> list[dict[str, Any]]:
        """Return the calls of one action that the simulator received."""
        every = await self.simulated(f"calls?since={since}")
        return [call for call in every if call["action"] == action]

    @staticmethod
    def _inside(widget: QWidget) -> QPoint:
        """Return a point that the widget takes as its own, also where a mask shapes it."""
        mask = widget.mask()
        if mask.isEmpty():
            return widget.rect().center()
        return max(mask, key=lambda r: r.width() * r.height()).center()
