"""What the queue of downloads is given to work with: streams onto the disk, and containers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from ivcdesk.domain.exports import Form
from ivcdesk.media.errors import Interrupted, MediaError
from ivcdesk.media.fetch import Fetch
from ivcdesk.media.remux import Piece, Stop, examine, join
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

_REFUSED = (401, 403, 404, 410)
_T = TypeVar("_T")


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

    def examination(self, path: Path) -> _Examination:
        """Prepare the look at a file."""
        return _Examination(path)

    def joining(self, slices: list[Slice], target: Path, form: Form) -> _Joining:
        """Prepare the making of one file."""
        return _Joining(slices, target, form)


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


class _Examination:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._stop = Stop()

    def interrupt(self) -> None:
        self._stop.interrupt()

    def run(self) -> float:
        return _translated(lambda: examine(self._path, self._stop).seconds)


class _Joining:
    def __init__(self, slices: list[Slice], target: Path, form: Form) -> None:
        self._pieces = [Piece(each.path, each.begin, each.end) for each in slices]
        self._target = target
        self._form = form
        self._stop = Stop()

    def interrupt(self) -> None:
        self._stop.interrupt()

    def run(self) -> float:
        return _translated(lambda: join(self._pieces, self._target, self._form, self._stop))


def _translated(work: Callable[[], _T]) -> _T:
    try:
        return work()
    except Interrupted:
        raise Stopped from None
    except MediaError as error:
        raise FileUnusable(str(error), apart=error.kind == "codec") from None


def _kind(error: MediaError) -> TroubleKind:
    if error.kind == "http":
        return "address" if error.status in _REFUSED else "server"
    return "server" if error.kind == "garbage" else "network"
