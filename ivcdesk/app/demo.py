"""The demo's cloud: the simulator as a child process that ends when this one does."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal

import ivcdesk
from ivcdesk.app.options import Options
from ivcdesk.app.redaction import redacted, remember

log = logging.getLogger(__name__)

START_SECONDS = 30.0
_END_MS = 2000


@dataclass(frozen=True, slots=True)
class CloudAddress:
    """Where a simulator is, and with which credential it is entered."""

    endpoint: str
    region: str
    secret_id: str
    secret_key: str = field(repr=False)


class SimulatorFailed(Exception):
    """The simulator did not start, or is no simulator; the text says what it said."""


class DemoCloud(QObject):
    """Runs ``ivcdesk simulate`` beside the window. Signals: ``died`` when it ends unasked."""

    died = Signal()

    def __init__(self, options: Options, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._options = options
        self._process: QProcess | None = None
        self._ready: asyncio.Future[CloudAddress] | None = None
        self._ended: asyncio.Future[None] | None = None
        self._closing = False
        self._said = b""
        self._complaint = ""

    def launch(self) -> None:
        """Start the process; :meth:`address` waits for it. The window need not be there yet."""
        process = QProcess(self)
        self._process = process
        self._closing = False
        self._said = b""
        self._complaint = ""
        self._ready = asyncio.get_running_loop().create_future()
        self._ended = asyncio.get_running_loop().create_future()
        process.setProgram(sys.executable)
        process.setArguments([*_command(), *_arguments(self._options)])
        process.setProcessEnvironment(_environment())
        process.readyReadStandardOutput.connect(self._on_output)
        process.readyReadStandardError.connect(self._on_complaint)
        # Bound methods, because a closure over this object would keep it alive until the process
        # is destroyed, and then destroy it in the middle of that.
        process.errorOccurred.connect(self._on_error)
        process.finished.connect(self._on_finished)
        process.start()

    @property
    def running(self) -> bool:
        """Whether the process is there."""
        return (
            self._process is not None
            and self._process.state() is not QProcess.ProcessState.NotRunning
        )

    @property
    def process_id(self) -> int:
        """The process's id, 0 while there is none."""
        return self._process.processId() if self._process is not None else 0

    async def address(self) -> CloudAddress:
        """Return where the cloud is once it is ready. Raises SimulatorFailed."""
        if self._closing:
            await self.close()
        if not self.running:
            self.launch()
        assert self._ready is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                return await asyncio.shield(self._ready)
        except TimeoutError:
            raise SimulatorFailed(f"not ready after {START_SECONDS:g} s") from None

    async def close(self) -> None:
        """End the process: its input closes, and where it does not listen it is stopped."""
        process, ended = self._process, self._ended
        if process is None or ended is None:
            return
        self._closing = True
        if self._ready is not None and not self._ready.done():
            # It does not listen yet, and has nothing to end in good order.
            self._ready.cancel()
            process.kill()
        process.closeWriteChannel()
        for stop in (process.terminate, process.kill):
            await asyncio.wait([ended], timeout=_END_MS / 1000)
            if ended.done():
                return
            stop()
        await asyncio.wait([ended], timeout=_END_MS / 1000)

    def _on_output(self) -> None:
        if self._process is None or self._ready is None:
            return
        self._said += bytes(self._process.readAllStandardOutput().data())
        line, newline, rest = self._said.partition(b"\n")
        if not newline or self._ready.done():
            self._said = self._said[-4096:]
            return
        self._said = rest
        try:
            self._ready.set_result(read_address(json.loads(line)))
        except (ValueError, SimulatorFailed) as error:
            self._fail(str(error))

    def _on_complaint(self) -> None:
        if self._process is None:
            return
        text = bytes(self._process.readAllStandardError().data()).decode(errors="replace")
        self._complaint = (self._complaint + text)[-2000:]
        for line in text.splitlines():
            log.info("simulator: %s", redacted(line))

    def _on_error(self, error: QProcess.ProcessError) -> None:
        if self._process is None or self.sender() is not self._process:
            return
        self._fail(self._process.errorString())
        if error is QProcess.ProcessError.FailedToStart:
            self._forget()

    def _on_finished(self, code: int, _status: QProcess.ExitStatus) -> None:
        # An older process may end while the next one runs already.
        if self._process is None or self.sender() is not self._process:
            return
        closing = self._closing
        self._forget()
        if closing:
            return
        log.warning("the demo's cloud ended with %d", code)
        last = self._complaint.strip().splitlines()[-1:] or [f"ended with {code}"]
        if not self._fail(last[0]):
            self.died.emit()

    def _forget(self) -> None:
        """Let go of the process, which has ended."""
        if self._process is not None:
            self._process.deleteLater()
        self._process = None
        self._closing = False
        if self._ended is not None and not self._ended.done():
            self._ended.set_result(None)

    def _fail(self, reason: str) -> bool:
        """Tell whoever waits for the address; False where nobody does."""
        if self._ready is None or self._ready.done():
            return False
        self._ready.set_exception(SimulatorFailed(redacted(reason)))
        # It may be that nobody asks any more; that is no error of the loop.
        self._ready.exception()
        return True


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


def read_address(document: object) -> CloudAddress:
    """Make an address of the simulator's ready line. Raises SimulatorFailed."""
    if not isinstance(document, dict):
        raise SimulatorFailed("this is no simulator")
    try:
        address = CloudAddress(
            endpoint=str(document["endpoint"]),
            region=str(document["region"]),
            secret_id=str(document["secret_id"]),
            secret_key=str(document["secret_key"]),
        )
    except KeyError as error:
        raise SimulatorFailed(f"this is no simulator: it tells no {error}") from None
    remember(address.secret_key)
    return address


def _command() -> list[str]:
    return ["simulate"] if getattr(sys, "frozen", False) else ["-m", "ivcdesk", "simulate"]


def _arguments(options: Options) -> list[str]:
    said = ["--port", "0", "--with-parent", "--scenario", options.scenario]
    if options.devices is not None:
        said += ["--devices", str(options.devices)]
    if options.seed is not None:
        said += ["--seed", str(options.seed)]
    return said


def _environment() -> QProcessEnvironment:
    """Return this process's environment, in which the child finds the same package."""
    environment = QProcessEnvironment.systemEnvironment()
    home = str(Path(ivcdesk.__file__).resolve().parent.parent)
    paths = [home, environment.value("PYTHONPATH")]
    environment.insert("PYTHONPATH", os.pathsep.join(path for path in paths if path))
    environment.insert("PYTHONUNBUFFERED", "1")
    return environment
