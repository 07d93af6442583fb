"""The one way in: ``application`` runs everything for as long as its block lasts."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from ivcdesk import __version__
from ivcdesk.app import aio
from ivcdesk.app.application import Application
from ivcdesk.app.child import Child
from ivcdesk.app.logs import fault_file
from ivcdesk.app.options import Options, parse
from ivcdesk.app.settings import folder_for

_HEARTBEAT_MS = 200
_SWITCH_SECONDS = 0.0005
"""How long another thread may keep the window's waiting for the interpreter: with the usual 5 ms
a player's thread would hold up a key for as long, now and then."""


@asynccontextmanager
async def application(
    argv: Sequence[str] | Options, child: Child | None = None
) -> AsyncIterator[Application]:
    """Open the window as the command line says, and shut everything down at the end.

    ``child`` is the demo's simulator where it was started already. There must be a QApplication,
    and a loop of :mod:`ivcdesk.app.aio` must be running. When the block is entered the window is
    on the screen with all its panels; a demo's cloud may still be on its way.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(_SWITCH_SECONDS)
    app = Application(argv if isinstance(argv, Options) else parse(argv), child)
    try:
        await app.start()
        yield app
    finally:
        await app.close()
        sys.setswitchinterval(before)


def run(options: Options, child: Child | None = None) -> int:
    """Run the application until the user leaves, and return its exit code."""
    QApplication.setApplicationName("ivcdesk")
    QApplication.setApplicationVersion(__version__)
    QApplication.setDesktopFileName("ivcdesk")
    app = QApplication(sys.argv[:1])
    with fault_file(folder_for(options)):
        return aio.run(app, _main(options, child))


async def _main(options: Options, child: Child | None) -> int:
    leaving = asyncio.Event()
    forget = _on_signals(leaving.set)
    try:
        async with application(options, child) as app:
            app.left.connect(leaving.set)
            if not app.leaving:
                await leaving.wait()
    finally:
        forget()
    return 0


def _on_signals(leave: Callable[[], None]) -> Callable[[], None]:
    """Leave in good order on SIGINT and SIGTERM; the returned function gives them back."""
    kinds = (signal.SIGINT, signal.SIGTERM)
    loop = asyncio.get_running_loop()
    try:
        for kind in kinds:
            loop.add_signal_handler(kind, leave)
    except NotImplementedError:
        # Without a wake-up, Python would look at its signals at the next event only.
        heartbeat = QTimer()
        heartbeat.start(_HEARTBEAT_MS)
        before = [signal.signal(kind, lambda *_: leave()) for kind in kinds]

        def give_back() -> None:
            heartbeat.stop()
            for kind, handler in zip(kinds, before, strict=True):
                signal.signal(kind, handler)

        return give_back

    def remove() -> None:
        for kind in kinds:
            loop.remove_signal_handler(kind)

    return remove
