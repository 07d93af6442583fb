"""The user's secrets: in the operating system's keyring, or in memory for this session only."""

from __future__ import annotations

import asyncio
import importlib
import json
import logging
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar

log = logging.getLogger(__name__)

T = TypeVar("T")

TIME_LIMIT = 8.0
"""Seconds that the keyring may take; it may be asking the user to unlock it."""

_REAL = {
    "keyring.backends.SecretService": "Secret Service",
    "keyring.backends.libsecret": "Secret Service",
    "keyring.backends.kwallet": "KWallet",
    "keyring.backends.macOS": "macOS Keychain",
    "keyring.backends.Windows": "Windows Credential Manager",
}
"""The backends that really encrypt, by module. All others are refused: some write plain text."""


class Obstacle(Enum):
    """Why the keyring can't be used."""

    MISSING = "missing"
    INSECURE = "insecure"
    LOCKED = "locked"
    UNREACHABLE = "unreachable"
    SILENT = "silent"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Keeping:
    """Where secrets are kept: in the keyring called ``keyring``, or in memory because of it."""

    keyring: str = ""
    obstacle: Obstacle | None = None


@dataclass(frozen=True, slots=True)
class Secret:
    """What goes with a SecretId; it is never shown or logged."""

    secret_key: str = field(repr=False)
    token: str = field(default="", repr=False)


class KeyringError(Exception):
    """The keyring could not do what it was asked for."""

    def __init__(self, obstacle: Obstacle, detail: str) -> None:
        super().__init__(detail)
        self.obstacle = obstacle


class Keyring:
    """The keyring, asked by one daemon thread so that a stuck one blocks neither window nor exit.

    ``keeping`` tells after each call where secrets are kept. What the keyring does not take is
    held in memory until the program ends.
    """

    def __init__(
        self,
        service: str = "ivcdesk",
        time_limit: float = TIME_LIMIT,
        load: Callable[[], Any] = lambda: importlib.import_module("keyring"),
    ) -> None:
        self.keeping = Keeping()
        self._service = service
        self._time_limit = time_limit
        self._load = load
        self._memory: dict[str, Secret] = {}
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] | None = None
        self._late: Future[Any] | None = None
        self._module: Any = None
        self._backend: Any = None

    async def probe(self) -> Keeping:
        """Find out which keyring there is, without asking it for anything."""
        try:
            await self._ask(self._open)
        except KeyringError as error:
            self.keeping = Keeping("", error.obstacle)
        else:
            self.keeping = Keeping(_REAL[type(self._backend).__module__])
        return self.keeping

    async def read(self, account: str) -> Secret | None:
        """Return the secret of an account, or None where none is known or can be had."""
        if account in self._memory:
            return self._memory[account]
        text = await self._try(lambda backend: backend.get_password(self._service, account))
        return _decoded(text) if text else None

    async def write(self, account: str, secret: Secret) -> Keeping:
        """Keep a secret, and tell where."""
        self._memory[account] = secret
        await self._try(
            lambda backend: backend.set_password(self._service, account, _encoded(secret))
        )
        return self.keeping

    def hold(self, account: str, secret: Secret) -> None:
        """Keep a secret in memory alone, as the user wished."""
        self._memory[account] = secret

    async def forget(self, account: str) -> None:
        """Delete a secret from memory and keyring."""
        self._memory.pop(account, None)

        def delete(backend: Any) -> None:
            try:
                backend.delete_password(self._service, account)
            except self._module.errors.PasswordDeleteError:
                log.debug("nothing was kept for this account")

        await self._try(delete)

    async def _try(self, work: Callable[[Any], T]) -> T | None:
        try:
            answer = await self._ask(lambda: work(self._open()))
        except KeyringError as error:
            log.info("keyring: %s (%s)", error.obstacle.value, error)
            self.keeping = Keeping("", error.obstacle)
            return None
        self.keeping = Keeping(_REAL[type(self._backend).__module__])
        return answer

    async def _ask(self, work: Callable[[], T]) -> T:
        if self._late is not None and not self._late.done():
            raise KeyringError(Obstacle.SILENT, "an earlier question is still unanswered")
        if self._jobs is None:
            self._jobs = queue.SimpleQueue()
            threading.Thread(target=_work, args=(self._jobs,), name="keyring", daemon=True).start()
        answer: Future[T] = Future()
        self._jobs.put((work, answer))
        waiting = asyncio.wrap_future(answer)
        try:
            await asyncio.wait([waiting], timeout=self._time_limit)
        finally:
            if not waiting.done():
                waiting.cancel()
                self._late = answer if answer.running() else self._late
        if waiting.cancelled():
            raise KeyringError(Obstacle.SILENT, f"no answer within {self._time_limit:g} s")
        try:
            return waiting.result()
        except KeyringError:
            raise
        except Exception as error:  # backends raise whatever their bus does
            raise KeyringError(self._obstacle(error), type(error).__name__) from None

    def _open(self) -> Any:
        """Load keyring and choose a backend that encrypts; in the keyring's thread."""
        if self._backend is None:
            self._module = self._load()
            found = self._module.get_keyring()
            choices = [found, *getattr(found, "backends", ())]
            real = [choice for choice in choices if type(choice).__module__ in _REAL]
            if not real:
                module = type(found).__module__
                missing = module in ("keyring.backends.fail", "keyring.backends.null")
                raise KeyringError(Obstacle.MISSING if missing else Obstacle.INSECURE, module)
            self._backend = real[0]
        return self._backend

    def _obstacle(self, error: Exception) -> Obstacle:
        errors = getattr(self._module, "errors", None)
        for name, obstacle in (
            ("NoKeyringError", Obstacle.MISSING),
            ("KeyringLocked", Obstacle.LOCKED),
            ("InitError", Obstacle.LOCKED),
            ("KeyringError", Obstacle.FAILED),
        ):
            kind = getattr(errors, name, None)
            if kind is not None and isinstance(error, kind):
                return obstacle
        if isinstance(error, ImportError):
            return Obstacle.MISSING
        return Obstacle.UNREACHABLE


def _work(jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]]) -> None:
    while True:
        work, answer = jobs.get()
        if not answer.set_running_or_notify_cancel():
            continue
        try:
            result = work()
        except BaseException as error:  # it is the asker's to see
            answer.set_exception(error)
        else:
            answer.set_result(result)


def _encoded(secret: Secret) -> str:
    return json.dumps({"secret_key": secret.secret_key, "token": secret.token})


def _decoded(text: str) -> Secret | None:
    try:
        document = json.loads(text)
        return Secret(str(document["secret_key"]), str(document.get("token", "")))
    except (ValueError, TypeError, KeyError, AttributeError):
        log.warning("the keyring holds something else under this account")
        return None
