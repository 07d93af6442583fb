"""Reading streams over HTTP: verified, interruptible at once, and precise about what went wrong."""

from __future__ import annotations

import base64
import http.client
import io
import ssl
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass

from ivcdesk.media.errors import MediaError, http_error
from ivcdesk.media.tls import shared_context
from ivcdesk.media.wire import Interruption, Wire

_REDIRECTS = (301, 302, 303, 307, 308)
_MOST_REDIRECTS = 5
_SAFE = "!#$%&'()*+,/:;=?@[]~"
_BUFFER = 1 << 16


@dataclass(frozen=True, slots=True)
class Target:
    """Where a request goes, taken from an address; ``where`` is its host and port."""

    secure: bool
    host: str
    port: int
    path: str

    @property
    def where(self) -> str:
        """The host and the port, as they are shown."""
        name = f"[{self.host}]" if ":" in self.host else self.host
        return f"{name}:{self.port}"

    @property
    def origin(self) -> tuple[bool, str, int]:
        """What a kept connection must share with the next request."""
        return self.secure, self.host, self.port


class HttpReader:
    """Gets one address after another; keeps the connection between them where the server does.

    One thread opens and reads; any thread may :meth:`interrupt`, which ends every wait of the
    others at once and for good. All failures are :class:`MediaError`.

    ``connect_seconds`` limits name service, TCP and TLS each; ``stall_seconds`` how long nothing
    may come; after ``quiet_seconds`` without a byte ``on_quiet`` is called in the reading thread.
    """

    def __init__(
        self,
        *,
        connect_seconds: float = 5.0,
        stall_seconds: float = 5.0,
        quiet_seconds: float = 2.0,
        on_quiet: Callable[[], object] | None = None,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.stop = Interruption()
        self.content_type = ""
        self.url = ""
        self._connect_seconds = connect_seconds
        self._stall_seconds = stall_seconds
        self._quiet_seconds = quiet_seconds
        self._on_quiet = on_quiet
        self._context = context
        self._received = 0
        self._wire: Wire | None = None
        self._origin: tuple[bool, str, int] | None = None
        self._response: http.client.HTTPResponse | None = None

    @property
    def bytes_received(self) -> int:
        """Payload and headers received so far, in bytes, over all connections."""
        wire = self._wire
        return self._received + (wire.received if wire else 0)

    @property
    def round_trip_seconds(self) -> float:
        """How long the last TCP connection took to be answered."""
        return self._wire.connect_seconds if self._wire else 0.0

    @property
    def ready(self) -> bool:
        """Whether more can be read without waiting."""
        return self._wire is not None and self._wire.ready

    @property
    def patience(self) -> float:
        """How long a read may wait, s; may be changed while it does not."""
        return self._stall_seconds

    @patience.setter
    def patience(self, seconds: float) -> None:
        self._stall_seconds = seconds
        if self._wire is not None:
            self._wire.patience = seconds

    def open(self, url: str, headers: Mapping[str, str] | None = None) -> None:
        """Ask for an address, following redirects; :meth:`read` then gives its body."""
        for _ in range(_MOST_REDIRECTS + 1):
            target = target_of(url)
            response = self._ask(target, headers or {})
            status, self.url = response.status, url
            if status not in _REDIRECTS:
                break
            url = urllib.parse.urljoin(url, response.getheader("Location") or "")
            self._drop()
            if target.secure and urllib.parse.urlsplit(url).scheme != "https":
                raise MediaError("tls", f"{target.where}: redirects to an unprotected address")
        if status not in (200, 206):
            self._drop()
            raise http_error(status)
        self.content_type = (response.getheader("Content-Type") or "").partition(";")[0].lower()
        self._response = response

    def read(self, size: int = _BUFFER) -> bytes:
        """Return some bytes of the body as soon as there are any; nothing at its end."""
        response = self._response
        if response is None:
            return b""
        try:
            data = response.read1(size)
        except http.client.IncompleteRead:
            data = b""
            self._drop()
            raise MediaError("ended", "the answer was cut short") from None
        except (http.client.HTTPException, ValueError):
            self._drop()
            raise MediaError("garbage", "the answer is not proper HTTP") from None
        except MediaError:
            self._drop()
            raise
        if not data and size:
            self._response = None
            if response.length:
                self._drop()
                raise MediaError("ended", "the answer was cut short")
            if response.will_close:
                self._drop()
        return data

    def fetch(self, url: str, limit: int = 64 << 20) -> bytes:
        """Return a whole body of at most ``limit`` bytes."""
        self.open(url)
        parts: list[bytes] = []
        size = 0
        while data := self.read():
            parts.append(data)
            size += len(data)
            if size > limit:
                self._drop()
                raise MediaError("garbage", f"the answer is longer than {limit} bytes")
        return b"".join(parts)

    def interrupt(self) -> None:
        """End whatever is under way, at once and for good; from any thread."""
        self.stop.interrupt()

    def close(self) -> None:
        """Give all resources back; call it in the reading thread, when done."""
        self._drop()
        self.stop.raised = True
        self.stop.close()

    def _ask(self, target: Target, headers: Mapping[str, str]) -> http.client.HTTPResponse:
        self._finish_body()
        wire = self._wire
        if wire is not None and self._origin == target.origin and not wire.ready:
            # The server may have closed a kept connection just now: then a new one is made.
            with suppress(MediaError):
                return self._exchange(wire, target, headers)
        self._drop()
        return self._exchange(self._connect(target), target, headers)

    def _finish_body(self) -> None:
        if self._response is not None and not self._response.isclosed():
            self._drop()
        self._response = None

    def _connect(self, target: Target) -> Wire:
        proxy = proxy_for(target)
        first = proxy or target
        wire = self._wire = Wire(self.stop, target.where)
        self._origin = target.origin
        wire.patience = self._stall_seconds
        try:
            wire.connect(first.host, first.port, self._connect_seconds)
            if proxy is not None:
                self._tunnel(wire, target, proxy)
            if target.secure:
                context = self._context or shared_context()
                wire.secure(context, target.host, self._connect_seconds)
        except BaseException:
            self._drop()
            raise
        wire.quiet_seconds = self._quiet_seconds
        wire.on_quiet = self._on_quiet
        return wire

    def _tunnel(self, wire: Wire, target: Target, proxy: Target) -> None:
        lines = [f"CONNECT {target.where} HTTP/1.1", f"Host: {target.where}"]
        if proxy.path:
            lines.append(f"Proxy-Authorization: Basic {proxy.path}")
        wire.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
        response = _response(wire, "CONNECT")
        if response.status != 200:
            raise MediaError("refused", f"the proxy answers HTTP {response.status}")

    def _exchange(
        self, wire: Wire, target: Target, headers: Mapping[str, str]
    ) -> http.client.HTTPResponse:
        default = 443 if target.secure else 80
        host = target.where if target.port != default else target.where.rpartition(":")[0]
        lines = [f"GET {target.path} HTTP/1.1", f"Host: {host}", "User-Agent: ivcdesk"]
        lines += ["Accept: */*", *(f"{name}: {value}" for name, value in headers.items())]
        try:
            wire.send(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1"))
            return _response(wire, "GET")
        except BaseException:
            # A late answer must not be taken for that of the next request.
            self._drop()
            raise

    def _drop(self) -> None:
        wire, self._wire = self._wire, None
        self._response = None
        if wire is not None:
            self._received += wire.received
            wire.shut()


class _AsSocket:
    """What ``http.client`` wants of a socket."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def makefile(self, _mode: str) -> io.BufferedReader:
        return io.BufferedReader(self._wire, _BUFFER)


def _response(wire: Wire, method: str) -> http.client.HTTPResponse:
    response = http.client.HTTPResponse(_AsSocket(wire), method=method)  # type: ignore[arg-type]  # only makefile is used
    try:
        response.begin()
    except http.client.RemoteDisconnected:
        raise MediaError("ended", f"{wire.where}: closed without an answer") from None
    except (http.client.HTTPException, ValueError):
        raise MediaError("garbage", f"{wire.where}: the answer is not proper HTTP") from None
    return response


def target_of(url: str) -> Target:
    """Return where an address leads. Raises MediaError for one that HTTP can't read."""
    try:
        parts = urllib.parse.urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        host, port = None, None
    if not host or parts.scheme not in ("http", "https"):
        raise MediaError("garbage", "not an address that can be read over HTTP")
    secure = parts.scheme == "https"
    path = urllib.parse.quote(parts.path or "/", safe=_SAFE)
    if parts.query:
        path += "?" + urllib.parse.quote(parts.query, safe=_SAFE)
    return Target(secure, host, port or (443 if secure else 80), path)


def proxy_for(target: Target) -> Target | None:
    """Return the environment's proxy for a target; its ``path`` holds the credentials, encoded."""
    if target.host in ("localhost", "::1") or target.host.startswith("127."):
        return None
    scheme = "https" if target.secure else "http"
    found = urllib.request.getproxies()
    address = found.get(scheme) or found.get("all")
    if not address or urllib.request.proxy_bypass(target.host):
        return None
    parts = urllib.parse.urlsplit(address if "://" in address else f"http://{address}")
    if parts.scheme != "http" or not parts.hostname:
        raise MediaError("refused", f"a proxy of kind {parts.scheme!r} can't carry streams")
    login = ""
    if parts.username:
        pair = (
            f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"
        )
        login = base64.b64encode(pair.encode()).decode()
    return Target(False, parts.hostname, parts.port or 8080, login)
