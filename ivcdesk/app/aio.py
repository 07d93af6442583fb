"""Where Qt's event loop and asyncio become one; the only file that names qasync."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from typing import Any

os.environ.setdefault("QT_API", "pyside6")

import qasync
from PySide6.QtWidgets import QApplication


def make_loop(app: QApplication, *, already_running: bool = False) -> asyncio.AbstractEventLoop:
    """Return an asyncio loop that turns inside Qt's."""
    loop: asyncio.AbstractEventLoop = qasync.QEventLoop(app, already_running=already_running)
    return loop


def run(app: QApplication, main: Coroutine[Any, Any, int]) -> int:
    """Run the application until ``main`` ends, and return its exit code."""
    app.setQuitOnLastWindowClosed(False)
    with asyncio.Runner(loop_factory=lambda: make_loop(app)) as runner:
        return runner.run(main)
