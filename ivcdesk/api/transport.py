"""One pool of kept-alive connections to the cloud, of HTTP/2 where the cloud speaks it."""

from __future__ import annotations

import asyncio
import logging
import ssl
import time
import zlib
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote, urlsplit

from ivcdesk.api.clock import server_time
from ivcdesk.api.endpoints import checked_endpoint
from ivcdesk.api.errors import (
    ConnectError,
    InvalidArgument,
    LinkError,
    ProxyError,
    ResponseError,
    TimeLimitError,
    TlsError,
    TransportError,
)
from ivcdesk.api.proxies import DIRECT, checked_proxy, system_proxy

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpcore

    from ivcdesk.api.sockets import Backend

KEEP_ALIVE = 60.0  # s
CONNECT_SECONDS = 5.0
LARGEST_ANSWER = 128 << 20  # bytes; 10,000 devices are 4 MB
CONNECTIONS = 32  # a device query may hold one for 20 s, and a press must not wait for it
IDLE_CONNECTIONS = 6  # each idle one is looked at before every request, which costs 50 us
_FIXED_HEADERS = (("user-agent", "ivcdesk"), ("accept-encoding", "gzip"))

_context: ssl.SSLContext | None = None


@dataclass(slots=True)
class Exchange:
    """One request and its answer, with the moments that matter (``time.perf_counter`` seconds)."""

    status: int = 0
    body: bytes = field(default=b"", repr=False)
    date: str | None = None
    retry_after: float | None = None
    began: float = 0.0
    left: float | None = None
    ended: float | None = None
    connect_seconds: float = 0.0
    sent_at: float = 0.0
    received_at: float = 0.0
    _connecting: float = field(default=0.0, repr=False)
    _method: bytes = field(default=b"", repr=False)
    _half_open: Any = field(default=None, repr=False)

    def follow(self, event: str, info: dict[str, Any], on_left: Callable[[], None]) -> None:
        """Take note of one step of the layers below, named such as ``http11.send_request…``."""
        layer, _, step = event.partition(".")
        now = time.perf_counter()
        match step:
            case "send_request_headers.started":
                self._method = info["request"].method
            case "send_request_body.complete" if self._method != b"CONNECT":
                self.left = now
                on_left()
            case "connect_tcp.started":
                self._connecting = now
            case "connect_tcp.complete" | "setup_socks5_connection.complete" | "start_tls.complete":
                self.connect_seconds = now - self._connecting
                greeting = layer == "socks" and step == "connect_tcp.complete"
                self._half_open = info["return_value"] if greeting else None

    async def drop_half_open(self) -> None:
        """Close a connection that a SOCKS proxy did not finish greeting; its pool forgets it."""
        stream, self._half_open = self._half_open, None
        if stream is not None:
            await stream.aclose()


def shared_context() -> ssl.SSLContext:
    """Return the one TLS context of the process: the system's authorities and certifi's."""
    global _context
    if _context is None:
        import certifi

        context = ssl.create_default_context()
        context.load_verify_locations(certifi.where())
        _context = context
    return _context


class Transport:
    """Sends signed requests to one endpoint.

    ``proxy`` is None for the system's, ``DIRECT`` for none, or an http, https or socks5 address.
    ``tls`` replaces the shared context where an endpoint has an authority of its own.
    Raises InvalidArgument for an endpoint or a proxy that is no address.
    """

    def __init__(
        self, endpoint: str, *, proxy: str | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.endpoint = checked_endpoint(endpoint)
        self.host = urlsplit(self.endpoint).netloc
        self._proxy = checked_proxy(proxy)
        self._tls = tls
        self._opening: asyncio.Task[None] | None = None
        self._core: ModuleType | None = None
        self._pool: httpcore.AsyncConnectionPool | None = None
        self._backend: Backend | None = None
        self._url: httpcore.URL | None = None
        self._closed = False
        self._last_answer = float("-inf")

    async def post(
        self,
        headers: list[tuple[str, str]],
        body: bytes,
        *,
        action: str,
        read_seconds: float,
        exchange: Exchange,
        on_left: Callable[[], None],
    ) -> None:
        """Send one request and fill ``exchange``; ``on_left`` is called when its bytes are out.

        Raises a TransportError, or ResponseError where the answer's encoding is broken.
        """
        await self._exchange("POST", headers, body, action, read_seconds, exchange, on_left)

    async def connect(self, seconds: float = CONNECT_SECONDS) -> None:
        """Open a connection before it is needed, unless one was used within half its life.

        Raises a TransportError where that fails.
        """
        if time.monotonic() - self._last_answer < KEEP_ALIVE / 2:
            return
        await self._exchange("OPTIONS", [], b"", "", seconds, Exchange(), _nothing)

    async def aclose(self) -> None:
        """Close every connection; closing twice does no harm."""
        self._closed = True
        if self._opening is not None and not self._opening.done():
            await asyncio.wait([self._opening])
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()
        if self._backend is not None:
            await self._backend.aclose()

    async def _exchange(
        self,
        method: str,
        headers: list[tuple[str, str]],
        body: bytes,
        action: str,
        read_seconds: float,
        exchange: Exchange,
        on_left: Callable[[], None],
    ) -> None:
        if self._pool is None:
            try:
                await self._open()
            except ProxyError as error:
                raise ProxyError(error.message, action=action) from None
        core, pool, url = self._core, self._pool, self._url
        if core is None or pool is None or url is None:
            raise ConnectError("the client is closed", action=action)

        async def trace(event: str, info: dict[str, Any]) -> None:
            exchange.follow(event, info, on_left)

        limits = {
            "connect": CONNECT_SECONDS,
            "read": read_seconds,
            "write": read_seconds,
            "pool": read_seconds,
        }
        lines = (("host", self.host), ("content-length", str(len(body))), *_FIXED_HEADERS, *headers)
        request = core.Request(
            method,
            url,
            headers=[(name.encode(), value.encode()) for name, value in lines],
            content=body,
            extensions={"timeout": limits, "trace": trace},
        )
        exchange.began = time.perf_counter()
        exchange.sent_at = time.time()
        try:
            response = await pool.handle_async_request(request)
            told = {name.lower(): value.decode("latin-1") for name, value in response.headers}
            packed = await _read(response, action)
        except (
            core.TimeoutException,
            core.NetworkError,
            core.ProtocolError,
            core.ProxyError,
            core.UnsupportedProtocol,
        ) as error:
            raise _translated(core, error, exchange, action, self._proxy) from None
        except (ssl.SSLError, OSError, RuntimeError) as error:
            # What the layers below let through: a socket's own error, or a pool closed meanwhile.
            raise _link_error(_reason(error), exchange, action) from None
        finally:
            await exchange.drop_half_open()
        exchange.ended = time.perf_counter()
        exchange.received_at = time.time()
        self._last_answer = time.monotonic()
        exchange.status = response.status
        exchange.body = _unpacked(packed, told.get(b"content-encoding", "identity"), action)
        exchange.date = told.get(b"date")
        exchange.retry_after = _pause(told.get(b"retry-after"), exchange)

    async def _open(self) -> None:
        if self._closed:
            return
        if self._opening is None or (self._opening.done() and self._pool is None):
            self._opening = asyncio.create_task(self._build())
        # Shielded: several calls wait for the one pool, and one of them may be cancelled.
        await asyncio.shield(self._opening)

    async def _build(self) -> None:
        core, sockets, context = await asyncio.to_thread(_load)
        if self._closed:
            return
        proxy = self._proxy if self._proxy is not None else _system_proxy(self.endpoint)
        self._backend = sockets.Backend()
        self._url = core.URL(self.endpoint)
        self._core = core
        self._pool = _pool(
            core,
            None if proxy == DIRECT else proxy,
            ssl_context=self._tls or context,
            http2=True,
            max_connections=CONNECTIONS,
            max_keepalive_connections=IDLE_CONNECTIONS,
            keepalive_expiry=KEEP_ALIVE,
            network_backend=self._backend,
        )


def _system_proxy(endpoint: str) -> str | None:
    """Return the system's proxy; raises ProxyError for one that is no address."""
    try:
        return checked_proxy(system_proxy(endpoint))
    except InvalidArgument as error:
        raise ProxyError(f"the system's proxy is {error.value!r}, which is no address") from None


def _pool(core: ModuleType, proxy: str | None, **options: Any) -> httpcore.AsyncConnectionPool:
    """Return a pool of connections, through a proxy where one is given."""
    if proxy is None:
        return cast("httpcore.AsyncConnectionPool", core.AsyncConnectionPool(**options))
    parts = urlsplit(proxy)
    secret = None
    if parts.username is not None:
        secret = unquote(parts.username), unquote(parts.password or "")
    address = parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl()
    kind = core.AsyncSOCKSProxy if parts.scheme.startswith("socks") else core.AsyncHTTPProxy
    if parts.scheme == "https":
        options["proxy_ssl_context"] = options["ssl_context"]
    pool = kind(address, proxy_auth=secret, **options)
    return cast("httpcore.AsyncConnectionPool", pool)


async def _read(response: httpcore.Response, action: str) -> bytes:
    """Return the whole body as it came; raises ResponseError where it is too large."""
    parts, size = [], 0
    try:
        async for part in response.aiter_stream():
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER:
                raise ResponseError("the answer is too large", action=action)
    finally:
        await response.aclose()
    return b"".join(parts)


def _unpacked(body: bytes, packing: str, action: str) -> bytes:
    packing = packing.strip().lower()
    if packing == "identity":
        return body
    if packing not in ("gzip", "x-gzip", "deflate"):
        raise ResponseError("the answer's encoding is unknown", action=action)
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 32)  # gzip or zlib, as its own head says
    try:
        unpacked = unpacker.decompress(body, LARGEST_ANSWER)
    except zlib.error:
        raise ResponseError("the answer's encoding is broken", action=action) from None
    if not unpacker.eof:
        words = "is too large" if unpacker.unconsumed_tail else "ends too soon"
        raise ResponseError(f"the unpacked answer {words}", action=action)
    return unpacked


def _translated(
    core: ModuleType, error: Exception, exchange: Exchange, action: str, proxy: str | None
) -> TransportError:
    reason = _reason(error)
    if isinstance(error, core.ProxyError):
        return ProxyError(f"the proxy refused: {reason}", action=action)
    if isinstance(error, core.ConnectTimeout | core.PoolTimeout):
        return ConnectError("no connection in time", action=action)
    if isinstance(error, core.ConnectError):
        if _is_tls(error):
            return TlsError(reason, action=action)
        if proxy not in (None, DIRECT):
            return ProxyError(f"the proxy can't be reached: {reason}", action=action)
        return ConnectError(reason, action=action)
    if isinstance(error, core.TimeoutException):
        return TimeLimitError("no answer in time", action=action)
    if isinstance(error, core.LocalProtocolError):
        # Its own words spell out the header that it dislikes, which may be the token.
        reason = "the connection is in no state for this request"
    elif _is_tls(error) and exchange.left is None:
        return TlsError(reason, action=action)
    return _link_error(reason, exchange, action)


def _link_error(reason: str, exchange: Exchange, action: str) -> LinkError:
    error = LinkError(reason, action=action)
    error.arrived = exchange.left is not None
    return error


def _load() -> tuple[ModuleType, ModuleType, ssl.SSLContext]:
    import httpcore

    from ivcdesk.api import sockets

    # At DEBUG these spell out every header and the proxy's password: token and all.
    for name in ("hpack", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpcore, sockets, shared_context()


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError) or "SSL" in str(error)[:8]:
            return True
        error = error.__cause__ or error.__context__
    return False


def _reason(error: BaseException) -> str:
    text = str(error).strip()
    return text or type(error).__name__


def _pause(text: str | None, exchange: Exchange) -> float | None:
    """Return the seconds that an answer asks to wait, which it tells as such or as a date."""
    if text is None:
        return None
    if text.strip().isdigit():
        return float(text)
    until, now = server_time(text), server_time(exchange.date)
    return None if until is None else max(0.0, until - (now or exchange.received_at))


def _nothing() -> None:
    """Stand in where nobody asks when a request left."""
