"""Watches the session's calls for a lost network and for a key that is no longer accepted."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING

from ivcdesk.api import AuthError, Call, ExpiredCredential, IvcError, Priority, TransportError

if TYPE_CHECKING:
    from ivcdesk.services.session import Session

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 10.0

_TRANSPORT = frozenset({"ConnectError", "TlsError", "ProxyError", "LinkError", "TimeLimitError"})


class Condition(Enum):
    """How the session is doing."""

    GOOD = "good"
    DOWN = "down"
    REFUSED = "refused"


class LinkWatch:
    """Tells of each change of condition, and tries the link again by itself while it is down.

    A failed call is only a suspicion: a listing of the directory decides. ``on_change`` gets the
    condition and the error behind it. :meth:`run` is the whole life of the watch.
    """

    def __init__(
        self, session: Session, on_change: Callable[[Condition, IvcError | None], None]
    ) -> None:
        self._session = session
        self._on_change = on_change
        self._condition = Condition.GOOD
        self._wake = asyncio.Event()
        self._asking = False

    @property
    def condition(self) -> Condition:
        """How it is now."""
        return self._condition

    def try_now(self) -> None:
        """Try the link at once instead of after the pause."""
        self._wake.set()

    async def run(self) -> None:
        """Watch until cancelled."""
        leave = self._session.client.journal.subscribe(self._on_call)
        leave_directory = self._session.directory.subscribe(lambda _change: self._look())
        pause = FIRST_PAUSE
        try:
            while True:
                if self._condition is Condition.DOWN:
                    try:
                        async with asyncio.timeout(pause):
                            await self._wake.wait()
                    except TimeoutError:
                        pause = min(pause * 2, LONGEST_PAUSE)
                else:
                    pause = FIRST_PAUSE
                    await self._wake.wait()
                self._wake.clear()
                await self._session.directory.refresh(priority=Priority.BACKGROUND)
                self._look()
        finally:
            leave()
            leave_directory()

    def _on_call(self, call: Call) -> None:
        code = call.code
        if code is None:
            return
        refused = code.startswith("AuthFailure") and not code.endswith("UnauthorizedOperation")
        suspicious = refused or code in _TRANSPORT or code == "ExpiredCredential"
        if suspicious and self._condition is Condition.GOOD:
            self._wake.set()

    def _look(self) -> None:
        """Draw the conclusion from what the directory met with last."""
        directory = self._session.directory
        if directory.state == "ready":
            self._enter(Condition.GOOD, None)
        elif directory.state == "failed":
            error = directory.error
            if isinstance(error, AuthError | ExpiredCredential):
                self._enter(Condition.REFUSED, error)
            elif isinstance(error, TransportError):
                self._enter(Condition.DOWN, error)

    def _enter(self, condition: Condition, error: IvcError | None) -> None:
        if condition is self._condition:
            return
        self._condition = condition
        if condition is Condition.DOWN:
            self._wake.set()
        self._on_change(condition, error)
