"""A TCP or TLS connection whose every wait ends at once when somebody asks for it."""

from __future__ import annotations

import io
import ipaddress
import os
import queue
import selectors
import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from ivcdesk.media.errors import Interrupted, MediaError, socket_error

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

_WOULD_BLOCK = (BlockingIOError, ssl.SSLWantReadError)
_Selector: type[selectors.BaseSelector] = getattr(
    selectors, "PollSelector", selectors.SelectSelector
)


class Interruption:
    """A switch that any thread may turn once; everything that waits on it wakes in the same moment.

    Waits raise :class:`Interrupted` after :meth:`interrupt`.
    """

    def __init__(self) -> None:
        self._far, self._near = socket.socketpair()
        self._near.setblocking(False)
        self._lock = threading.Lock()
        self._answers: queue.SimpleQueue[Any] | None = None
        self.raised = False

    def interrupt(self) -> None:
        """End every wait, now and in future; from any thread, as often as wanted."""
        with self._lock:
            if self.raised:
                return
            self.raised = True
            if self._answers is not None:
                self._answers.put(None)
            with suppress(OSError):
                self._far.send(b"x")

    def close(self) -> None:
        """Give the file descriptors back; nothing may wait any more."""
        with self._lock:
            self._far.close()
            self._near.close()

    def check(self) -> None:
        """Raise :class:`Interrupted` after :meth:`interrupt`."""
        if self.raised:
            raise Interrupted

    def sleep(self, seconds: float) -> None:
        """Wait that long."""
        self.wait(None, 0, seconds)

    def wait(self, sock: socket.socket | None, events: int, seconds: float) -> bool:
        """Wait for a socket to be ready (selectors' event bits); False when the time is up."""
        deadline = time.monotonic() + seconds
        with _Selector() as selector:
            selector.register(self._near, selectors.EVENT_READ)
            if sock is not None:
                selector.register(sock, events)
            while True:
                self.check()
                left = deadline - time.monotonic()
                ready = selector.select(max(0.0, left))
                self.check()
                if any(key.fileobj is sock for key, _ in ready):
                    return True
                if left <= 0:
                    return False

    def resolve(self, host: str, port: int, seconds: float) -> list[tuple[Any, ...]]:
        """Return ``getaddrinfo`` entries of a host; a name is looked up in a thread of its own.

        The system's look-up can't be interrupted: a thread that is left behind ends by itself.
        """
        with suppress(ValueError):
            ipaddress.ip_address(host)
            flags = socket.AI_NUMERICHOST
            return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
        answers: queue.SimpleQueue[Any] = queue.SimpleQueue()
        with self._lock:
            self._answers = answers
        self.check()
        threading.Thread(
            target=_look_up, args=(host, port, answers), name="media-resolve", daemon=True
        ).start()
        try:
            answer = answers.get(timeout=seconds)
        except queue.Empty:
            raise MediaError("resolve", f"{host}: the name service does not answer") from None
        self.check()
        if isinstance(answer, OSError):
            raise socket_error(answer, host)
        found: list[tuple[Any, ...]] = answer
        return found


def _look_up(host: str, port: int, answers: queue.SimpleQueue[Any]) -> None:
    try:
        answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        answers.put(error if isinstance(error, OSError) else socket.gaierror(-2, "no such name"))


class Wire(io.RawIOBase):
    """One connection as a raw stream that ``http.client`` can read from.

    ``patience`` is how long a read may wait in s; after ``quiet_seconds`` of it ``on_quiet`` is
    called once, so that a stalled stream can be told from a slow one.
    """

    def __init__(self, stop: Interruption, where: str) -> None:
        super().__init__()
        self.stop = stop
        self.where = where
        self.patience = 5.0
        self.quiet_seconds = 2.0
        self.on_quiet: Callable[[], object] | None = None
        self.received = 0
        self.connect_seconds = 0.0
        self._sock: socket.socket | None = None

    def connect(self, host: str, port: int, seconds: float) -> None:
        """Connect to the first address of a host that answers, within ``seconds`` in all."""
        deadline = time.monotonic() + seconds
        addresses = self.stop.resolve(host, port, seconds)
        failure: MediaError = MediaError("resolve", f"{host}: no address")
        for index, (family, kind, protocol, _, address) in enumerate(addresses):
            left = max(0.05, deadline - time.monotonic()) / (len(addresses) - index)
            started = time.monotonic()
            sock = socket.socket(family, kind, protocol)
            try:
                self._connect(sock, address, left)
            except OSError as error:
                sock.close()
                failure = socket_error(error, self.where)
            except BaseException:
                sock.close()
                raise
            else:
                self.connect_seconds = time.monotonic() - started
                self._sock = sock
                return
        raise failure

    def _connect(self, sock: socket.socket, address: Any, seconds: float) -> None:
        sock.setblocking(False)
        with suppress(BlockingIOError):
            sock.connect(address)
        if not self.stop.wait(sock, selectors.EVENT_WRITE, seconds):
            raise TimeoutError
        if number := sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR):
            raise OSError(number, os.strerror(number))
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)

    def secure(self, context: ssl.SSLContext, host: str, seconds: float) -> None:
        """Speak TLS from now on, with a certificate that is valid for the host."""
        deadline = time.monotonic() + seconds
        plain = self._open_socket()
        try:
            sock = context.wrap_socket(plain, server_hostname=host, do_handshake_on_connect=False)
        except (OSError, ValueError) as error:
            raise MediaError("tls", f"{self.where}: {type(error).__name__}") from None
        self._sock = sock
        while True:
            try:
                sock.do_handshake()
                return
            except ssl.SSLWantReadError:
                events = selectors.EVENT_READ
            except ssl.SSLWantWriteError:
                events = selectors.EVENT_WRITE
            except ssl.SSLError as error:
                raise socket_error(error, self.where) from None
            except OSError:
                raise MediaError("tls", f"{self.where}: cut off in the TLS handshake") from None
            if not self.stop.wait(sock, events, deadline - time.monotonic()):
                raise MediaError("timeout", f"{self.where}: no answer in the TLS handshake")

    def send(self, data: bytes) -> None:
        """Send everything, within ``patience``."""
        sock = self._open_socket()
        view = memoryview(data)
        while view:
            try:
                view = view[sock.send(view) :]
                continue
            except (BlockingIOError, ssl.SSLWantWriteError):
                events = selectors.EVENT_WRITE
            except ssl.SSLWantReadError:
                events = selectors.EVENT_READ
            except OSError:
                raise MediaError("ended", f"{self.where}: cut off while asking") from None
            if not self.stop.wait(sock, events, self.patience):
                raise MediaError("timeout", f"{self.where}: takes no request")

    @property
    def ready(self) -> bool:
        """Whether bytes wait in the system, or the other side has closed; never waits."""
        sock = self._sock
        if sock is None:
            return False
        if isinstance(sock, ssl.SSLSocket) and sock.pending():
            return True
        with _Selector() as selector:
            selector.register(sock, selectors.EVENT_READ)
            return bool(selector.select(0))

    def readable(self) -> bool:
        """Say yes, as a raw stream does."""
        return True

    def close(self) -> None:
        """Stay open: readers of one answer close what they read from, the next goes on here."""

    def readinto(self, buffer: WriteableBuffer) -> int:
        """Receive some bytes into a buffer; 0 at the end."""
        sock = self._open_socket()
        while True:
            self.stop.check()
            try:
                count = sock.recv_into(buffer)
            except _WOULD_BLOCK:
                events = selectors.EVENT_READ
            except ssl.SSLWantWriteError:
                events = selectors.EVENT_WRITE
            except (ssl.SSLZeroReturnError, ssl.SSLEOFError):
                return 0
            except OSError:
                self.stop.check()
                raise MediaError("ended", f"{self.where}: the connection was reset") from None
            else:
                self.received += count
                return count
            self._wait_for_more(sock, events)

    def _wait_for_more(self, sock: socket.socket, events: int) -> None:
        patience, quiet = self.patience, self.quiet_seconds
        if self.on_quiet is not None and quiet < patience:
            if self.stop.wait(sock, events, quiet):
                return
            self.on_quiet()
            patience = self.patience - quiet
        if not self.stop.wait(sock, events, patience):
            raise MediaError("timeout", f"{self.where}: nothing came for {self.patience:g} s")

    def shut(self) -> None:
        """Close the connection."""
        sock, self._sock = self._sock, None
        if sock is not None:
            sock.close()

    def _open_socket(self) -> socket.socket:
        self.stop.check()
        if self._sock is None:
            raise MediaError("ended", f"{self.where}: closed")
        return self._sock
