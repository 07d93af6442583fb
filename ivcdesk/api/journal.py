"""What was called and what came of it: every call of the session, bounded, without secrets."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

ENTRIES = 2000


@dataclass(frozen=True, slots=True)
class Call:
    """One finished call. Times are milliseconds, ``time`` is epoch seconds, sizes are bytes.

    ``code`` is None on success, the cloud's code where it refused, and otherwise the name of the
    error's class. ``queue_ms`` is the wait for its turn, ``connect_ms`` for a new connection,
    ``wait_ms`` for the answer. Secrets among ``parameters`` are masked.
    """

    number: int
    time: float
    action: str
    region: str
    code: str | None
    request_id: str
    parameters: dict[str, Any] = field(repr=False)
    sent_bytes: int = 0
    received_bytes: int = 0
    queue_ms: float = 0.0
    connect_ms: float = 0.0
    wait_ms: float = 0.0
    decode_ms: float = 0.0
    total_ms: float = 0.0
    attempts: int = 1


class Journal:
    """The newest calls, oldest first, and whoever wants to hear of each."""

    def __init__(self, size: int = ENTRIES) -> None:
        self.entries: deque[Call] = deque(maxlen=size)
        self._listeners: list[Callable[[Call], None]] = []
        self._number = 0

    def subscribe(self, listener: Callable[[Call], None]) -> Callable[[], None]:
        """Call ``listener`` with each finished call until the returned function is called."""
        self._listeners.append(listener)

        def unsubscribe() -> None:
            if listener in self._listeners:
                self._listeners.remove(listener)

        return unsubscribe

    def next_number(self) -> int:
        """Return the number of a call that begins now; numbers count from 1."""
        self._number += 1
        return self._number

    def add(self, call: Call) -> None:
        """Keep a finished call and tell the listeners."""
        self.entries.append(call)
        for listener in tuple(self._listeners):
            try:
                listener(call)
            except Exception as error:
                # A listener's mistake must not fail the call that it only watches.
                asyncio.get_running_loop().call_exception_handler(
                    {"message": "a journal listener failed", "exception": error}
                )
