"""Sockets and TLS of asyncio's own under httpcore's pool; imported when a client first connects.

The pool's usual sockets unpack TLS record by record in Python, 16 KB at a time: a third of a warm
call's time, and half of a long list's.
"""

from __future__ import annotations

import asyncio
import ipaddress
import select
import socket
import ssl
from collections import deque
from collections.abc import Iterable
from typing import Any

import httpcore

BACKLOG = 1 << 20  # bytes: what may lie here unread before the sender is told to wait
NEXT_ADDRESS_SECONDS = 0.25  # when the second of a host's addresses is tried beside the first


class _Pipe(asyncio.Protocol):
    """What has arrived and was not read yet, and whether more may be sent."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.ended = False
        self.error: BaseException | None = None
        self._parts: deque[bytes] = deque()
        self._size = 0
        self._reader: asyncio.Future[None] | None = None
        self._may_send = asyncio.Event()
        self._may_send.set()

    @property
    def readable(self) -> bool:
        """Whether a read would return at once."""
        return self._size > 0 or self.ended

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport, to slow down a sender."""
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        """Keep what has arrived."""
        self._parts.append(data)
        self._size += len(data)
        if self._size > BACKLOG and self.transport is not None:
            self.transport.pause_reading()
        self._wake()

    def eof_received(self) -> bool:
        """Remember that nothing more will come; the transport closes by itself."""
        self.ended = True
        self._wake()
        return False

    def connection_lost(self, error: Exception | None) -> None:
        """Remember the end and its reason."""
        self.ended = True
        self.error = self.error or error
        self._may_send.set()
        self._wake()

    def pause_writing(self) -> None:
        """Let senders wait."""
        self._may_send.clear()

    def resume_writing(self) -> None:
        """Let senders go on."""
        self._may_send.set()

    async def arrival(self) -> None:
        """Wait until a read would return at once."""
        while not self.readable:
            self._reader = asyncio.get_running_loop().create_future()
            try:
                await self._reader
            finally:
                self._reader = None

    async def drained(self) -> None:
        """Wait until more may be sent."""
        await self._may_send.wait()

    def take(self, most: int) -> bytes:
        """Return at most so many bytes of what has arrived."""
        if not self._parts:
            return b""
        part = self._parts.popleft()
        if len(part) > most:
            self._parts.appendleft(part[most:])
            part = part[:most]
        self._size -= len(part)
        if self._size <= BACKLOG and self.transport is not None and not self.ended:
            self.transport.resume_reading()
        return part

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)


_Attempt = asyncio.Task[tuple[asyncio.Transport, _Pipe]]


class Stream(httpcore.AsyncNetworkStream):
    """One connection, plain or encrypted. Times are seconds, None for no limit."""

    def __init__(self, transport: asyncio.Transport, pipe: _Pipe, streams: set[Stream]) -> None:
        self._transport = transport
        self._pipe = pipe
        self._streams = streams
        streams.add(self)

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Return what has arrived, waiting for something; nothing at the end."""
        if not self._pipe.readable:
            try:
                async with asyncio.timeout(timeout):
                    await self._pipe.arrival()
            except TimeoutError:
                raise httpcore.ReadTimeout("nothing arrived") from None
        data = self._pipe.take(max(max_bytes, BACKLOG))
        if not data and self._pipe.error is not None:
            raise httpcore.ReadError(_reason(self._pipe.error))
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """Send, waiting while too much is under way."""
        if not buffer:
            return
        if self._transport.is_closing():
            raise httpcore.WriteError(_reason(self._pipe.error))
        self._transport.write(buffer)
        try:
            async with asyncio.timeout(timeout):
                await self._pipe.drained()
        except TimeoutError:
            raise httpcore.WriteTimeout("the network takes nothing") from None

    async def aclose(self) -> None:
        """Close at once; closing twice does no harm."""
        self._streams.discard(self)
        # A close in good order would leave a timer of 30 s, waiting for the other side's goodbye.
        self._transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> Stream:
        """Encrypt from now on."""
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout(timeout):
                encrypted = await loop.start_tls(
                    self._transport, self._pipe, ssl_context, server_hostname=server_hostname
                )
        except TimeoutError:
            await self.aclose()
            raise httpcore.ConnectTimeout("the greeting took too long") from None
        except OSError as error:
            await self.aclose()
            raise httpcore.ConnectError(_reason(error)) from error
        except BaseException:
            await self.aclose()
            raise
        if encrypted is None:
            await self.aclose()
            raise httpcore.ConnectError("the connection was closed")
        self._streams.discard(self)
        self._pipe.transport = encrypted
        return Stream(encrypted, self._pipe, self._streams)

    def get_extra_info(self, info: str) -> Any:
        """Return what httpcore asks of a connection, or None."""
        if info == "is_readable":
            return self._pipe.readable or self._transport.is_closing() or self._waits_outside()
        return self._transport.get_extra_info(_NAMES.get(info, info))

    def _waits_outside(self) -> bool:
        """Tell whether something arrived that the loop did not come to yet, as after a sleep."""
        outside: socket.socket | None = self._transport.get_extra_info("socket")
        if outside is None or outside.fileno() < 0:
            return True
        if not hasattr(select, "poll"):
            return bool(select.select([outside], [], [], 0)[0])
        poll = select.poll()
        poll.register(outside.fileno(), select.POLLIN)
        return bool(poll.poll(0))


_NAMES = {"client_addr": "sockname", "server_addr": "peername"}


class Backend(httpcore.AsyncNetworkBackend):
    """Opens connections, and knows all that are open."""

    def __init__(self) -> None:
        self.streams: set[Stream] = set()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> Stream:
        """Connect; raises ConnectError or ConnectTimeout of httpcore."""
        try:
            async with asyncio.timeout(timeout):
                transport, pipe = await _first_connection(host, port)
        except TimeoutError:
            raise httpcore.ConnectTimeout("no connection in time") from None
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(_reason(error)) from error
        return Stream(transport, pipe, self.streams)

    async def sleep(self, seconds: float) -> None:
        """Pause between httpcore's own attempts."""
        await asyncio.sleep(seconds)

    async def aclose(self) -> None:
        """Close whatever is still open."""
        for stream in tuple(self.streams):
            await stream.aclose()


async def _first_connection(host: str, port: int) -> tuple[asyncio.Transport, _Pipe]:
    """Connect to whichever of a host's addresses answers first; raises OSError where none does.

    The loop's own way to do this loses a socket when it is cancelled in the wrong moment.
    """
    loop = asyncio.get_running_loop()
    addresses = await _addresses(host, port)
    if len(addresses) == 1:
        return await loop.create_connection(_Pipe, addresses[0], port)
    pending: set[_Attempt] = set()
    failure: BaseException = OSError(f"{host} has no address")
    try:
        while addresses or pending:
            if addresses:
                connecting = loop.create_connection(_Pipe, addresses.pop(0), port)
                pending.add(loop.create_task(connecting))
            patience = NEXT_ADDRESS_SECONDS if addresses else None
            done, pending = await asyncio.wait(
                pending, timeout=patience, return_when=asyncio.FIRST_COMPLETED
            )
            connected = [attempt for attempt in done if attempt.exception() is None]
            for late in connected[1:]:
                _drop(late)
            if connected:
                return connected[0].result()
            failure = next((attempt.exception() for attempt in done), None) or failure
    finally:
        for attempt in pending:
            attempt.add_done_callback(_drop)
            attempt.cancel()
    raise failure


async def _addresses(host: str, port: int) -> list[str]:
    try:
        return [str(ipaddress.ip_address(host))]
    except ValueError:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
        return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def _drop(attempt: _Attempt) -> None:
    """Close a connection that came when another had already been chosen."""
    if not attempt.cancelled() and attempt.exception() is None:
        attempt.result()[0].abort()


def _reason(error: BaseException | None) -> str:
    return str(error) or type(error).__name__ if error is not None else "the connection is closed"
