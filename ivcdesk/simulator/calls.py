"""The log of every call that reached the cloud."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

MOST_CALLS = 10_000


@dataclass(slots=True)
class ReceivedCall:
    """One call in the order of arrival. ``time`` is the machine's own wall clock, in seconds.

    ``code`` is None on success and while the answer is being made; a call that a fault swallowed
    has the fault's kind as its code.
    """

    n: int
    time: float
    action: str
    region: str
    params: Any
    request_id: str
    code: str | None = None


class CallLog:
    """The last calls, numbered from 1; numbers go on after ``clear``."""

    def __init__(self) -> None:
        self._calls: deque[ReceivedCall] = deque(maxlen=MOST_CALLS)
        self._next = 1

    def open(self, action: str, region: str, params: Any, request_id: str) -> ReceivedCall:
        """Note a call at its arrival; ``params`` must hold no secrets."""
        call = ReceivedCall(self._next, time.time(), action, region, params, request_id)
        self._next += 1
        self._calls.append(call)
        return call

    def since(self, n: int) -> list[dict[str, Any]]:
        """Return the calls after the ``n``-th, oldest first."""
        return [
            {
                "n": call.n,
                "time": call.time,
                "action": call.action,
                "region": call.region,
                "params": call.params,
                "code": call.code,
                "request_id": call.request_id,
            }
            for call in self._after(n)
        ]

    def clear(self) -> None:
        """Forget all calls."""
        self._calls.clear()

    def _after(self, n: int) -> Iterator[ReceivedCall]:
        oldest = self._next - len(self._calls)
        for place in range(max(0, n + 1 - oldest), len(self._calls)):
            yield self._calls[place]
