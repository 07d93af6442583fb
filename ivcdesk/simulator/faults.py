"""Things that go wrong on purpose, as data."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Literal, get_args

import msgspec

Kind = Literal[
    "latency",
    "throttle",
    "error",
    "drop",
    "reset",
    "truncate",
    "garbage",
    "http500",
    "stall",
    "expire",
]
KINDS: tuple[str, ...] = get_args(Kind)


class Fault(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What goes wrong with which calls or streams.

    ``action`` names an API action (``*``: any), ``path`` begins a media address, ``channel`` is a
    channel or device id in either; a fault with none of them hits everything. ``probability`` is
    0..1, ``count`` ends the fault after so many hits, ``seconds`` and ``bytes`` mean:

    - ``latency``: wait ``seconds`` (1) before anything is done
    - ``throttle``: send ``bytes`` a second; a call without ``bytes`` is refused as too frequent
    - ``error``: refuse with ``code`` (InternalError); a stream answers 404
    - ``drop``: close the connection without an answer; ``reset``: the same with a TCP reset
    - ``truncate``: close after ``bytes`` of the answer's body
    - ``garbage``: scramble the body from byte ``bytes`` on
    - ``http500``: status 500 and a page instead of an answer
    - ``stall``: after ``bytes`` of the body send nothing for ``seconds`` (3600)
    - ``expire``: the signature or the address has expired
    """

    kind: Kind
    action: str | None = None
    path: str | None = None
    channel: str | None = None
    seconds: float | None = None
    bytes: int | None = None
    probability: float = 1.0
    count: int | None = None
    code: str | None = None
    message: str | None = None


@dataclass(slots=True)
class _Armed:
    fault: Fault
    hits: int = 0

    def spent(self) -> bool:
        return self.fault.count is not None and self.hits >= self.fault.count


@dataclass(slots=True)
class Faults:
    """The faults that are armed, by their ids; the dice are seeded."""

    seed: int = 0
    _armed: dict[int, _Armed] = field(default_factory=dict)
    _ids: count[int] = field(default_factory=lambda: count(1))
    _dice: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self._dice = random.Random(self.seed)

    def arm(self, data: Any) -> list[int]:
        """Arm a list of faults, or a single one; msgspec.ValidationError where it is malformed."""
        faults = msgspec.convert(data if isinstance(data, list) else [data], list[Fault])
        ids = []
        for fault in faults:
            fault_id = next(self._ids)
            self._armed[fault_id] = _Armed(fault)
            ids.append(fault_id)
        return ids

    def clear(self) -> None:
        """Disarm everything."""
        self._armed.clear()

    def listed(self) -> list[dict[str, Any]]:
        """Return what is armed and how often it struck."""
        return [
            {"id": fault_id, "hits": armed.hits, **msgspec.to_builtins(armed.fault)}
            for fault_id, armed in self._armed.items()
        ]

    def for_call(self, action: str, ids: frozenset[str]) -> list[Fault]:
        """Return what strikes a call; ``ids`` are the channels and devices that it names."""
        return self._strike(
            lambda fault: (
                (fault.action in (action, "*") or (fault.action is None and fault.path is None))
                and (fault.channel is None or fault.channel in ids)
            )
        )

    def for_media(self, path: str) -> list[Fault]:
        """Return what strikes the request of a stream or a part of it."""
        return self._strike(
            lambda fault: (
                fault.action is None
                and (fault.path is None or path.startswith(fault.path))
                and (fault.channel is None or fault.channel in path)
            )
        )

    def _strike(self, concerns: Any) -> list[Fault]:
        struck = []
        for fault_id, armed in list(self._armed.items()):
            fault = armed.fault
            if not concerns(fault) or self._dice.random() >= fault.probability:
                continue
            armed.hits += 1
            struck.append(fault)
            if armed.spent():
                del self._armed[fault_id]
        return struck
