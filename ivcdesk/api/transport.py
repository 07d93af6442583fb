"""One pool of kept-alive connections to the cloud; the only file of this room that names httpx."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
import time
import urllib.request
import zlib
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn, cast
from urllib.parse import urlsplit

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

if TYPE_CHECKING:
    from collections.abc import Callable

    import httpx

DIRECT = "direct"  # as a proxy: none, whatever the system says
KEEP_ALIVE = 60.0  # s
CONNECT_SECONDS = 5.0
LARGEST_ANSWER = 128 << 20  # bytes; 10,000 devices are 4 MB
CONNECTIONS = 32  # a device query may hold one for 20 s, and a press must not wait for it
IDLE_CONNECTIONS = 6  # each idle one is looked at before every request, which costs 50 us
_FIXED_HEADERS = (("user-agent", "ivcdesk"), ("accept-encoding", "gzip"))
PROXY_SCHEMES = ("http", "https", "socks5", "socks5h")

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


def is_loopback(host: str) -> bool:
    """Tell whether a host is this machine, which no proxy can reach."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


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
        self._httpx: ModuleType | None = None
        self._client: httpx.AsyncHTTPTransport | None = None
        self._url: httpx.URL | None = None
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
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

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
        if self._client is None:
            await self._open()
        client, module, url = self._client, self._httpx, self._url
        if client is None or module is None or url is None:
            raise ConnectError("the client is closed", action=action)

        async def trace(event: str, info: dict[str, Any]) -> None:
            exchange.follow(event, info, on_left)

        limits = {
            "connect": CONNECT_SECONDS,
            "read": read_seconds,
            "write": read_seconds,
            "pool": read_seconds,
        }
        request = module.Request(
            method,
            url,
            headers=[("host", self.host), *_FIXED_HEADERS, *headers],
            content=body,
            extensions={"timeout": limits, "trace": trace},
        )
        exchange.began = time.perf_counter()
        exchange.sent_at = time.time()
        try:
            response = await client.handle_async_request(request)
            body = await _read(response, action)
        except module.HTTPError as error:
            self._raise(error, exchange, action)
        except (ssl.SSLError, OSError, RuntimeError) as error:
            # What the layers below let through: a socket's own error, or a pool closed meanwhile.
            raise _link_error(_reason(error), exchange, action) from None
        finally:
            await exchange.drop_half_open()
        exchange.ended = time.perf_counter()
        exchange.received_at = time.time()
        self._last_answer = time.monotonic()
        exchange.status = response.status_code
        exchange.body = body
        exchange.date = response.headers.get("date")
        exchange.retry_after = _seconds(response.headers.get("retry-after"))

    async def _open(self) -> None:
        if self._closed:
            return
        if self._opening is None or (self._opening.done() and self._client is None):
            self._opening = asyncio.create_task(self._build())
        # Shielded: several calls wait for the one client, and one of them may be cancelled.
        await asyncio.shield(self._opening)

    async def _build(self) -> None:
        module, context = await asyncio.to_thread(_load)
        proxy = self._proxy if self._proxy is not None else system_proxy(self.endpoint)
        # The client above it would add cookies, redirects and a log line to each request.
        client = module.AsyncHTTPTransport(
            http2=True,
            verify=self._tls or context,
            proxy=None if proxy in (None, DIRECT) else module.Proxy(proxy),
            trust_env=False,
            limits=module.Limits(
                max_connections=CONNECTIONS,
                max_keepalive_connections=IDLE_CONNECTIONS,
                keepalive_expiry=KEEP_ALIVE,
            ),
        )
        if self._closed:
            await client.aclose()
            return
        self._httpx, self._client = module, client
        self._url = module.URL(self.endpoint)

    def _raise(self, error: Exception, exchange: Exchange, action: str) -> NoReturn:
        module = self._httpx
        assert module is not None
        raise _translated(module, error, exchange, action, self._proxy) from None


async def _read(response: httpx.Response, action: str) -> bytes:
    """Return the whole body; raises ResponseError where it is too large or badly packed.

    The response's own reader would hand each of a long list's many pieces through three layers.
    """
    stream = cast("httpx.AsyncByteStream", response.stream)
    parts, size = [], 0
    try:
        async for part in stream:
            parts.append(part)
            size += len(part)
            if size > LARGEST_ANSWER:
                raise ResponseError("the answer is too large", action=action)
    finally:
        await stream.aclose()
    body = b"".join(parts)
    packing = response.headers.get("content-encoding", "identity").lower()
    return body if packing == "identity" else _unpacked(body, packing, action)


def _unpacked(body: bytes, packing: str, action: str) -> bytes:
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
    module: ModuleType, error: Exception, exchange: Exchange, action: str, proxy: str | None
) -> TransportError:
    reason = _reason(error)
    if isinstance(error, module.ProxyError):
        return ProxyError(f"the proxy refused: {reason}", action=action)
    if isinstance(error, module.ConnectTimeout | module.PoolTimeout):
        return ConnectError("no connection in time", action=action)
    if isinstance(error, module.ConnectError):
        if _is_tls(error):
            return TlsError(reason, action=action)
        if proxy not in (None, DIRECT):
            return ProxyError(f"the proxy can't be reached: {reason}", action=action)
        return ConnectError(reason, action=action)
    if isinstance(error, module.TimeoutException):
        return TimeLimitError("no answer in time", action=action)
    if isinstance(error, module.LocalProtocolError):
        # Its own words spell out the header that it dislikes, which may be the token.
        reason = "the connection is in no state for this request"
    elif _is_tls(error) and exchange.left is None:
        return TlsError(reason, action=action)
    return _link_error(reason, exchange, action)


def _link_error(reason: str, exchange: Exchange, action: str) -> LinkError:
    error = LinkError(reason, action=action)
    error.arrived = exchange.left is not None
    return error


def system_proxy(endpoint: str) -> str | None:
    """Return the proxy that the system has for an endpoint; none ever for this machine."""
    parts = urlsplit(endpoint)
    host = parts.hostname or ""
    if is_loopback(host) or urllib.request.proxy_bypass(host):
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    return proxy if not proxy or "://" in proxy else f"http://{proxy}"


def checked_proxy(proxy: str | None) -> str | None:
    """Return the proxy as it came, or raise InvalidArgument (its password is never shown)."""
    if proxy is None or proxy == DIRECT:
        return proxy
    try:
        parts = urlsplit(proxy)
        sound = parts.scheme in PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        sound = False
    if not sound:
        rule = f"an address of one of the kinds {', '.join(PROXY_SCHEMES)}"
        raise InvalidArgument("proxy", rule, proxy.rpartition("@")[2])
    return proxy


def _load() -> tuple[ModuleType, ssl.SSLContext]:
    import httpx

    # At DEBUG these spell out every header and the proxy's password: token and all.
    for name in ("hpack", "httpcore"):
        logging.getLogger(name).setLevel(logging.WARNING)
    return httpx, shared_context()


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError) or "SSL" in str(error)[:8]:
            return True
        error = error.__cause__ or error.__context__
    return False


def _reason(error: BaseException) -> str:
    text = str(error).strip()
    return text or type(error).__name__


def _seconds(text: str | None) -> float | None:
    if text is None:
        return None
    try:
        return max(0.0, float(text))
    except ValueError:
        return None


def _nothing() -> None:
    """Stand in where nobody asks when a request left."""
