"""The simulator as a child process; it is started before Qt is, so it knows nothing of Qt."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import threading
from concurrent.futures import Future
from dataclasses import dataclass, field
from pathlib import Path

import ivcdesk
from ivcdesk.app.options import Options
from ivcdesk.app.redaction import redacted, remember

log = logging.getLogger(__name__)

_KEPT_COMPLAINT = 4000


@dataclass(frozen=True, slots=True)
class CloudAddress:
    """Where a simulator is, and with which credential it is entered."""

    endpoint: str
    region: str
    secret_id: str
    secret_key: str = field(repr=False)


class SimulatorFailed(Exception):
    """The simulator did not start, or is no simulator; the text says what it said."""


class Child:
    """A running ``ivcdesk simulate``, which ends when its standard input is closed.

    ``ready`` becomes its address, or SimulatorFailed where it tells none; ``ended`` becomes its
    exit code. Two daemon threads listen to it, because a pipe that nobody reads would stop it.
    """

    def __init__(self, options: Options) -> None:
        self.ready: Future[CloudAddress] = Future()
        self.ended: Future[int] = Future()
        self._complaint = ""
        self._process = subprocess.Popen(
            [sys.executable, *_command(), *_arguments(options)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        listener = threading.Thread(target=self._listen_to_complaints, name="simulator.err")
        for thread in (
            listener,
            threading.Thread(target=self._listen, args=(listener,), name="simulator.out"),
        ):
            thread.daemon = True
            thread.start()

    @property
    def process_id(self) -> int:
        """The process's id."""
        return self._process.pid

    def ask_to_end(self) -> None:
        """Close its input; it then ends in good order."""
        if self._process.stdin is not None:
            try:
                self._process.stdin.close()
            except OSError:
                log.debug("the simulator's input was closed already")

    def terminate(self) -> None:
        """End it by a signal."""
        self._process.terminate()

    def kill(self) -> None:
        """End it at once."""
        self._process.kill()

    def _listen(self, listener: threading.Thread) -> None:
        process = self._process
        assert process.stdout is not None
        with process.stdout as output:
            line = output.readline()
            if line:
                self._tell(line)
            while output.read(4096):
                continue
        code = process.wait()
        listener.join()
        self.ask_to_end()
        if not self.ready.done():
            self.ready.set_exception(SimulatorFailed(redacted(self._last_word(code))))
        self.ended.set_result(code)

    def _tell(self, line: bytes) -> None:
        try:
            address = read_address(json.loads(line))
        except ValueError as error:
            self.ready.set_exception(SimulatorFailed(str(error)))
        except SimulatorFailed as error:
            self.ready.set_exception(error)
        else:
            self.ready.set_result(address)

    def _listen_to_complaints(self) -> None:
        assert self._process.stderr is not None
        with self._process.stderr as complaints:
            for line in complaints:
                text = line.decode(errors="replace").rstrip()
                self._complaint = f"{self._complaint}\n{text}"[-_KEPT_COMPLAINT:]
                log.info("simulator: %s", redacted(text))

    def _last_word(self, code: int) -> str:
        """Return the line that tells best why it ended."""
        lines = [line for line in self._complaint.splitlines() if line.strip()]
        errors = [line for line in lines if "Error" in line.partition(":")[0]]
        return (errors or lines or [f"ended with {code}"])[-1].strip()


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


def _environment() -> dict[str, str]:
    """Return this process's environment, in which the child finds the same package."""
    home = str(Path(ivcdesk.__file__).resolve().parent.parent)
    paths = [home, os.environ.get("PYTHONPATH", "")]
    return os.environ | {
        "PYTHONPATH": os.pathsep.join(path for path in paths if path),
        # The simulator calls nobody; reading whom to trust takes its libraries 100 ms.
        "SSL_CERT_FILE": os.devnull,
        "SSL_CERT_DIR": os.devnull,
    }
