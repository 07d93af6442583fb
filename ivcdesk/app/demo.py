"""The demo's cloud: a simulator of its own for as long as the demo lasts, or one that runs."""

from __future__ import annotations

import asyncio
import json
import logging
from concurrent.futures import Future
from functools import partial
from typing import Any

from PySide6.QtCore import QObject, Signal
from shiboken6 import isValid

from ivcdesk.app.child import Child, CloudAddress, SimulatorFailed, read_address
from ivcdesk.app.options import Options

log = logging.getLogger(__name__)

START_SECONDS = 30.0
END_SECONDS = 2.0


class DemoCloud(QObject):
    """Keeps ``ivcdesk simulate`` running beside the window.

    ``child`` is one that was started already. Signals: ``died`` when it ends unasked.
    """

    died = Signal()

    def __init__(
        self, options: Options, parent: QObject | None = None, child: Child | None = None
    ) -> None:
        super().__init__(parent)
        self._options = options
        self._child: Child | None = None
        self._closing = False
        if child is not None:
            self._adopt(child)

    def launch(self) -> None:
        """Start the process where none runs; :meth:`address` waits for it."""
        if self._child is None:
            try:
                self._adopt(Child(self._options))
            except OSError as error:
                log.warning("the demo's cloud could not be started: %s", error)
                raise SimulatorFailed(error.strerror or str(error)) from None

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return self._child is not None

    @property
    def process_id(self) -> int:
        """The process's id, 0 while there is none."""
        return self._child.process_id if self._child is not None else 0

    async def address(self) -> CloudAddress:
        """Return where the cloud is once it is ready. Raises SimulatorFailed."""
        if self._closing:
            await self.close()
        self.launch()
        assert self._child is not None
        waiting = asyncio.wrap_future(self._child.ready)
        try:
            async with asyncio.timeout(START_SECONDS):
                return await asyncio.shield(waiting)
        except TimeoutError:
            raise SimulatorFailed(f"not ready after {START_SECONDS:g} s") from None
        finally:
            # Whoever gave up waiting does not want to hear how it went.
            waiting.add_done_callback(_heard)

    async def close(self) -> None:
        """End the process: its input closes, and where it does not listen it is stopped."""
        child = self._child
        if child is None:
            return
        self._closing = True
        if not child.ready.done():
            # It does not listen yet, and has nothing to end in good order.
            child.kill()
        child.ask_to_end()
        ended = asyncio.wrap_future(child.ended)
        for stop in (child.terminate, child.kill):
            await asyncio.wait([ended], timeout=END_SECONDS)
            if ended.done():
                break
            stop()
        await asyncio.wait([ended], timeout=END_SECONDS)
        self._forget(child)

    def _adopt(self, child: Child) -> None:
        self._child = child
        self._closing = False
        loop = asyncio.get_running_loop()
        child.ended.add_done_callback(partial(self._tell, loop, child))

    def _tell(self, loop: asyncio.AbstractEventLoop, child: Child, ended: Future[int]) -> None:
        """Carry the news of the end from the child's thread to the window's."""
        if not loop.is_closed():
            loop.call_soon_threadsafe(self._on_ended, child, ended.result())

    def _on_ended(self, child: Child, code: int) -> None:
        if child is not self._child or self._closing or not isValid(self):
            return
        self._forget(child)
        log.warning("the demo's cloud ended with %d", code)
        if child.ready.exception() is None:
            self.died.emit()

    def _forget(self, child: Child) -> None:
        if child is self._child:
            self._child = None
            self._closing = False


async def running_simulator(url: str) -> CloudAddress:
    """Ask a simulator on this computer for its credential. Raises SimulatorFailed."""
    from http.client import HTTPConnection, HTTPException, HTTPSConnection
    from urllib.parse import urlsplit

    parts = urlsplit(url)

    def ask() -> Any:
        kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
        connection = kind(parts.hostname or "", parts.port, timeout=5)
        try:
            connection.request("GET", "/_sim/credentials")
            return json.loads(connection.getresponse().read(65536))
        finally:
            connection.close()

    try:
        answer = await asyncio.get_running_loop().run_in_executor(None, ask)
    except (OSError, HTTPException, ValueError) as error:
        raise SimulatorFailed(str(error)) from None
    return read_address(answer)


def _heard(waiting: asyncio.Future[CloudAddress]) -> None:
    if not waiting.cancelled():
        waiting.exception()
