"""What a queue of downloads is about: orders, the jobs made of them, and what can go wrong.

Nothing here is a secret: the address of a file is never part of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal, Protocol

import msgspec

from ivcdesk.api import CloudClient
from ivcdesk.domain.exports import Form
from ivcdesk.domain.intervals import Interval


class State(StrEnum):
    """Where a job is on its way. ``failed`` needs a hand, ``retrying`` goes on by itself.

    What is ``waiting`` is being made ready elsewhere; meanwhile it keeps nobody from his turn.
    """

    QUEUED = "queued"
    WAITING = "waiting"
    ASKING = "asking"
    RUNNING = "running"
    PAUSED = "paused"
    RETRYING = "retrying"
    VERIFYING = "verifying"
    DONE = "done"
    FAILED = "failed"


ACTIVE = frozenset({State.ASKING, State.RUNNING, State.VERIFYING})
OVER = frozenset({State.DONE, State.FAILED})

TroubleKind = Literal[
    "network",
    "server",
    "address",
    "cloud",
    "limit",
    "account",
    "space",
    "disk",
    "unwhole",
    "apart",
    "unfetched",
    "gone",
]
"""What is in the way: no way to the server · it answers badly · the address is refused · the cloud
said no (``code``) · too many downloads at once · nobody is signed in · the disk is full · the disk
refuses · the file is not what was asked for · the parts don't go together · the cloud could not
fetch it from the device (``detail`` is what it says) · what the cloud had made is not there."""


class Trouble(msgspec.Struct, frozen=True):
    """Why a job does not go on. ``detail`` is a short English phrase for reports.

    ``code``, ``request_id`` and ``action`` are the cloud's; ``needed`` and ``free`` are bytes.
    """

    kind: TroubleKind
    detail: str = ""
    code: str = ""
    request_id: str = ""
    action: str = ""
    needed: int = 0
    free: int = 0


class Part(msgspec.Struct, frozen=True):
    """One file to fetch: a range, and what is known to be recorded in it and close by (s)."""

    span: Interval
    near: tuple[Interval, ...] = ()


class Order(msgspec.Struct, frozen=True):
    """A file that somebody wants.

    ``kind`` names the source that fetches its parts and ``details`` is whatever that one needs,
    as JSON has it. ``join``: the parts become one file that is trimmed to the range; otherwise
    there is one part, kept as it comes. ``title`` is the channel's name; ``token`` tells its
    unfinished files from those of others.
    """

    kind: str
    title: str
    name: str
    folder: str
    form: Form
    window: Interval
    parts: tuple[Part, ...]
    join: bool = True
    details: dict[str, Any] = {}
    token: str = ""

    @property
    def seconds(self) -> float:
        """How much is to be fetched, s."""
        return sum(part.span.length for part in self.parts)


class Fetched(msgspec.Struct, frozen=True):
    """A part that lies whole on the disk; ``begin`` and ``end`` are where its file reaches to."""

    part: int
    file: str
    size: int
    digest: str
    seconds: float
    begin: float
    end: float


class Published(msgspec.Struct, frozen=True):
    """A whole file about to be given its name, or given it already."""

    file: str
    name: str
    size: int
    digest: str


@dataclass(eq=False, slots=True)
class Job:
    """One row of the queue. Bytes and seconds count all parts; ``speed`` is in bytes a second.

    ``scope`` is the account that it belongs to. ``due`` is when it goes on by itself (seconds of
    the monotonic clock), None where it doesn't. ``note`` says what it waits for and ``note_share``
    what part of that is done, 0 … 1, None where that can't be told. ``furthest`` is the most that
    any try got of the file under way.
    """

    id: int
    scope: str
    order: Order
    place: float = 0.0
    state: State = State.QUEUED
    trouble: Trouble | None = None
    name: str = ""
    added: float = 0.0
    fetched: dict[int, Fetched] = field(default_factory=dict)
    published: Published | None = None
    due: float | None = None
    tries: int = 0
    bad_files: int = 0
    refusals: int = 0
    received: int = 0
    furthest: int = 0
    current_seconds: float | None = None
    current_bytes: int | None = None
    speed: float = 0.0
    note: str = ""
    note_share: float | None = None
    validator: str = ""
    stale: bool = False

    @property
    def path(self) -> Path:
        """Where the finished file is, or will be."""
        return Path(self.order.folder) / (self.name or self.order.name)

    @property
    def bytes(self) -> int:
        """What has arrived so far."""
        return self.received + sum(each.size for each in self.fetched.values())

    @property
    def progress(self) -> float | None:
        """What part of it is there, 0 … 1; None where that can't be told."""
        if self.state is State.DONE:
            return 1.0
        whole = self.order.seconds
        if whole <= 0:
            return None
        done = sum(self.order.parts[n].span.length for n in self.fetched if n < self._count)
        here = self._current_share()
        if here is None:
            return done / whole if done or not self.received else None
        current = next((n for n in range(self._count) if n not in self.fetched), None)
        if current is not None:
            done += here * self.order.parts[current].span.length
        return min(done / whole, 1.0)

    @property
    def remaining(self) -> float | None:
        """How many seconds it still takes at the present speed; None where that can't be told."""
        share = self.progress
        if self.state is not State.RUNNING or not share or self.speed <= 0:
            return None
        return self.bytes / share * (1 - share) / self.speed

    @property
    def _count(self) -> int:
        return len(self.order.parts)

    def _current_share(self) -> float | None:
        """Return what part of the file under way is there."""
        current = next((n for n in range(self._count) if n not in self.fetched), None)
        if current is None or not self.received:
            return 0.0
        if self.current_bytes:
            return min(self.received / self.current_bytes, 1.0)
        length = self.order.parts[current].span.length
        if self.current_seconds is not None and length > 0:
            return min(self.current_seconds / length, 1.0)
        return None


@dataclass(frozen=True, slots=True)
class Address:
    """Where a part can be fetched now: a signed address, so a secret, and what it covers (s)."""

    url: str = field(repr=False)
    actual: Interval | None = None


class Source(Protocol):
    """Finds the address of a part; one for each kind of order.

    It may take as long as it needs and tell by ``note`` what it waits for (a text in English that
    is marked for translation); it is cancelled where the job is paused. ``whole`` says whether a
    file must last as long as its range, or may hold less.
    """

    whole: bool

    async def address(
        self, client: CloudClient, order: Order, part: Part, note: Callable[[str], None]
    ) -> Address:
        """Return an address that can be fetched at once. Raises IvcError, NotYet and Unfetched."""


class NotYet(Exception):
    """What a source waits for takes its time: it is to be asked again in so many seconds.

    ``what`` names what is going on, which the panel has words for; ``share`` is what part of it is
    done, 0 … 1, None where that can't be told.
    """

    def __init__(self, seconds: float, what: str, share: float | None = None) -> None:
        super().__init__(what)
        self.seconds = seconds
        self.what = what
        self.share = share


class Unfetched(Exception):
    """The cloud gave up fetching a recording (``reason`` in its words), or what it made is gone."""

    def __init__(self, reason: str = "", *, gone: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.gone = gone


class TransferFailed(Exception):
    """A transfer that ended early.

    ``kind`` is ``network``, ``server`` or ``address``; ``detail`` never holds the address.
    """

    def __init__(self, kind: TroubleKind, detail: str = "") -> None:
        super().__init__(kind, detail)
        self.kind: TroubleKind = kind
        self.detail = detail


class FileUnusable(Exception):
    """A file that is not a whole recording, or parts that do not go together (``apart``)."""

    def __init__(self, detail: str, *, apart: bool = False) -> None:
        super().__init__(detail)
        self.detail = detail
        self.apart = apart


class Stopped(Exception):
    """Work in another thread that ended because it was asked to."""


class Work(Protocol):
    """Something that takes long: :meth:`run` blocks a thread, :meth:`interrupt` ends it at once."""

    def interrupt(self) -> None:
        """End it, from any thread."""


class Transfer(Work, Protocol):
    """One transfer of an address into a file."""

    @property
    def received(self) -> int:
        """How many bytes of the file are there."""

    @property
    def expected(self) -> int | None:
        """How many there will be; None where the server does not tell."""

    @property
    def validator(self) -> str:
        """What the server calls this very file; empty where it can't be gone on with."""

    def run(self) -> None:
        """Fetch it all and make it last. Raises TransferFailed, OSError and Stopped."""

    def seconds(self) -> float | None:
        """Return how many seconds of pictures have arrived; None where that can't be told."""


class Examination(Work, Protocol):
    """The look at a file."""

    def run(self) -> float:
        """Return how long its pictures last, s. Raises FileUnusable and Stopped."""


class Joining(Work, Protocol):
    """The making of one file of several."""

    def run(self) -> float:
        """Return how long the result should last, s. Raises FileUnusable, OSError and Stopped."""


@dataclass(frozen=True, slots=True)
class Slice:
    """The seconds ``begin`` to ``end`` of a file."""

    path: Path
    begin: float
    end: float


class Tools(Protocol):
    """What the queue needs of those who know streams and containers."""

    def transfer(
        self, url: str, path: Path, form: Form, *, offset: int = 0, validator: str = ""
    ) -> Transfer:
        """Prepare a transfer; with an offset it goes on with a file of this validator."""

    def examination(self, path: Path) -> Examination:
        """Prepare the look at a file."""

    def joining(self, slices: list[Slice], target: Path, form: Form) -> Joining:
        """Prepare the making of one file."""


Sources = Mapping[str, Source]
