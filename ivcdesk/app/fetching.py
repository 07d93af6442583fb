"""What the queue of downloads is given to work with: streams onto the disk, and containers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import ivcdesk
from ivcdesk.domain.exports import Form
from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.fetch import Fetch
from ivcdesk.media.remux import Piece, Stop
from ivcdesk.media.remux_process import answer_to, examination, joining, result
from ivcdesk.media.tail import Tail
from ivcdesk.services.downloads_jobs import (
    FileUnusable,
    Slice,
    Stopped,
    TransferFailed,
    TroubleKind,
)

STALL_SECONDS = 60.0
"""How long a server may send nothing: it makes the file while it sends."""
SHORT_BYTES = 8 << 20
"""Files up to so many bytes are looked at in a thread: that ends before a process begins."""

_REFUSED = (401, 403, 404, 410)


class MediaTools:
    """The tools of the room of streams, as the queue wants them; its errors are translated."""

    def __init__(self, stall_seconds: float = STALL_SECONDS) -> None:
        self._stall_seconds = stall_seconds

    def transfer(
        self, url: str, path: Path, form: Form, *, offset: int = 0, validator: str = ""
    ) -> _Transfer:
        """Prepare a transfer."""
        fetch = Fetch(
            url, path, offset=offset, validator=validator, stall_seconds=self._stall_seconds
        )
        return _Transfer(fetch, Tail(path, form))

    def examination(self, path: Path) -> _Remux:
        """Prepare the look at a file."""
        return _Remux(examination(path), [path])

    def joining(self, slices: list[Slice], target: Path, form: Form) -> _Remux:
        """Prepare the making of one file."""
        pieces = [Piece(each.path, each.begin, each.end) for each in slices]
        return _Remux(joining(pieces, target, form), [each.path for each in slices])


class _Transfer:
    def __init__(self, fetch: Fetch, tail: Tail) -> None:
        self._fetch = fetch
        self._tail = tail

    @property
    def received(self) -> int:
        return self._fetch.received

    @property
    def expected(self) -> int | None:
        return self._fetch.expected

    @property
    def validator(self) -> str:
        return self._fetch.validator

    def interrupt(self) -> None:
        self._fetch.interrupt()

    def seconds(self) -> float | None:
        return self._tail.seconds()

    def run(self) -> None:
        try:
            self._fetch.run()
        except Interrupted:
            raise Stopped from None
        except MediaError as error:
            raise TransferFailed(_kind(error), str(error)) from None


class _Remux:
    """The look at files or their joining: in a thread where they are short, else in a process."""

    def __init__(self, request: dict[str, Any], sources: list[Path]) -> None:
        self._request = request
        self._sources = sources
        self._stop = Stop()
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None

    def interrupt(self) -> None:
        with self._lock:
            self._stop.interrupt()
            if self._process is not None:
                self._process.kill()

    def run(self) -> float:
        try:
            if sum(_size(path) for path in self._sources) <= SHORT_BYTES:
                return result(answer_to(self._request, self._stop))
            return result(self._ask_process())
        except Interrupted:
            raise Stopped from None
        except MediaError as error:
            raise FileUnusable(str(error), apart=error.kind == "codec") from None

    def _ask_process(self) -> dict[str, Any]:
        with self._lock:
            self._stop.check()
            self._process = process = subprocess.Popen(
                [sys.executable, *_command()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        with process:
            assert process.stdin is not None
            assert process.stdout is not None
            with suppress(OSError):
                process.stdin.write(json.dumps(self._request).encode() + b"\n")
                process.stdin.flush()
            line = process.stdout.readline()
        self._stop.check()
        if not line:
            raise MediaError("garbage", f"the work ended with {process.returncode}")
        answer: dict[str, Any] = json.loads(line)
        return answer


def _command() -> list[str]:
    return ["remux"] if getattr(sys, "frozen", False) else ["-m", "ivcdesk", "remux"]


def _environment() -> dict[str, str]:
    """Return this process's environment, in which the other finds the same package."""
    home = str(Path(ivcdesk.__file__).resolve().parent.parent)
    paths = [home, os.environ.get("PYTHONPATH", "")]
    return os.environ | {"PYTHONPATH": os.pathsep.join(path for path in paths if path)}


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _kind(error: MediaError) -> TroubleKind:
    if error.kind == "http":
        return "address" if error.status in _REFUSED else "server"
    return "server" if error.kind == "garbage" else "network"
