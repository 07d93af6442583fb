"""Why a stream could not be had, in terms that never give away the signed part of its address."""

from __future__ import annotations

import socket
import ssl
from functools import cache
from http import HTTPStatus
from typing import Literal

Kind = Literal["refused", "resolve", "timeout", "http", "tls", "garbage", "ended", "codec"]


class MediaError(Exception):
    """A stream that failed.

    ``kind`` sorts it; ``status`` is the HTTP status where ``kind`` is ``http``; ``detail`` is a
    short English phrase for reports. None of them ever holds the query of an address.
    """

    def __init__(self, kind: Kind, detail: str = "", status: int | None = None) -> None:
        super().__init__(kind, detail, status)
        self.kind: Kind = kind
        self.detail = detail
        self.status = status

    def __str__(self) -> str:
        return self.detail or self.kind

    def __repr__(self) -> str:
        return f"MediaError({self.kind!r}, {self.detail!r}, {self.status!r})"

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MediaError) and self.args == other.args

    def __hash__(self) -> int:
        return hash(self.args)

    @property
    def wants_new_url(self) -> bool:
        """Whether a fresh address is more likely to help than another try with this one."""
        return self.kind == "http" and self.status in (401, 403, 404, 410)


class NoDecoder(MediaError):
    """There is a stream, and nothing here that makes pictures of it: another player may."""


class Interrupted(Exception):
    """Somebody asked for an end while work was under way; it is no failure."""


def http_error(status: int) -> MediaError:
    """Return the error for an HTTP status other than success."""
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = "unknown status"
    return MediaError("http", f"HTTP {status} {phrase}", status)


def socket_error(error: OSError, where: str) -> MediaError:
    """Return the error for a failed connection; ``where`` is a host and a port."""
    if isinstance(error, ssl.SSLCertVerificationError):
        return MediaError("tls", f"{where}: certificate refused: {error.verify_message}")
    if isinstance(error, ssl.SSLError):
        return MediaError("tls", f"{where}: {error.reason or 'TLS failed'}")
    if isinstance(error, socket.gaierror):
        return MediaError("resolve", f"{where}: {error.strerror}")
    if isinstance(error, TimeoutError):
        return MediaError("timeout", f"{where}: no answer")
    return MediaError("refused", f"{where}: {error.strerror or 'no connection'}")


@cache
def _by_av_class() -> tuple[tuple[type[BaseException], Kind, int | None], ...]:
    import av.error  # where it is missing, nothing of it ever fails

    return (
        (av.error.HTTPBadRequestError, "http", 400),
        (av.error.HTTPUnauthorizedError, "http", 401),
        (av.error.HTTPForbiddenError, "http", 403),
        (av.error.HTTPNotFoundError, "http", 404),
        (av.error.HTTPError, "http", None),
        (av.error.HTTPClientError, "http", None),
        (av.error.ConnectionRefusedError, "refused", None),
        (av.error.DecoderNotFoundError, "codec", None),
        (av.error.PatchWelcomeError, "codec", None),
        (av.error.ExitError, "timeout", None),
        (av.error.TimeoutError, "timeout", None),
        (av.error.ConnectionResetError, "ended", None),
        (av.error.BrokenPipeError, "ended", None),
        (av.error.EOFError, "ended", None),
        (av.error.OSError, "refused", None),
        (av.error.InvalidDataError, "garbage", None),
    )


def av_error(error: Exception) -> MediaError:
    """Return the error for one of PyAV's; their own texts name the address and are not used."""
    text = getattr(error, "strerror", None) or type(error).__name__
    for kind_of, kind, status in _by_av_class():
        if isinstance(error, kind_of):
            made = NoDecoder if kind == "codec" else MediaError
            return made(kind, str(text), status)
    return MediaError("garbage", str(text))
