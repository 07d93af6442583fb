"""Signature version 3 (TC3-HMAC-SHA256) as pure functions, and the credential that it proves."""

from __future__ import annotations

import hashlib
import hmac
from datetime import UTC, datetime

from ivcdesk.api.actions.rules import MASK
from ivcdesk.api.errors import InvalidArgument

ALGORITHM = "TC3-HMAC-SHA256"
CONTENT_TYPE = "application/json"
SERVICE = "iss"
SIGNED_HEADERS = "content-type;host;x-tc-action"


class Credential:
    """Who calls: the id is public, the key and the token are secrets that no text of this shows.

    ``token`` belongs to temporary credentials, ``expires`` is when those end (seconds since the
    epoch, by the cloud's clock). White space around pasted texts is dropped; raises InvalidArgument
    for what is no credential at all, without telling it.
    """

    __slots__ = ("_secret_key", "_token", "expires", "secret_id")

    def __init__(
        self,
        secret_id: str,
        secret_key: str,
        token: str | None = None,
        *,
        expires: float | None = None,
    ) -> None:
        self.secret_id = _checked("secret_id", secret_id)
        self.expires = expires
        self._secret_key = _checked("secret_key", secret_key)
        self._token = _checked("token", token) if token and token.strip() else None

    @property
    def secret_key(self) -> str:
        """The secret that signs; it never leaves this machine."""
        return self._secret_key

    @property
    def token(self) -> str | None:
        """The secret that accompanies each call of a temporary credential."""
        return self._token

    def expired(self, now: float, *, ahead: float = 0.0) -> bool:
        """Tell whether it is no longer good at ``now`` (epoch seconds), or ``ahead`` seconds on."""
        return self.expires is not None and now + ahead >= self.expires

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Credential):
            return NotImplemented
        return self._value() == other._value()

    def __hash__(self) -> int:
        return hash(self._value())

    def __repr__(self) -> str:
        kind = "temporary" if self._token else "permanent"
        return f"Credential({self.secret_id!r}, {kind})"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a credential is not pickled: its key belongs in the keyring")

    def _value(self) -> tuple[str, str, str | None, float | None]:
        return self.secret_id, self._secret_key, self._token, self.expires


def _checked(field: str, text: str) -> str:
    stripped = text.strip()
    if not (stripped and stripped.isascii() and stripped.isprintable() and " " not in stripped):
        raise InvalidArgument(field, "printable ASCII without spaces", MASK)
    return stripped


def utc_date(timestamp: int) -> str:
    """Return the UTC date of a moment; a local date would fail for some hours of each day."""
    return datetime.fromtimestamp(timestamp, UTC).strftime("%Y-%m-%d")


def canonical_request(
    action: str, host: str, body: bytes, *, content_type: str = CONTENT_TYPE
) -> str:
    """Return the one spelling of a POST request that both sides hash."""
    return "\n".join(
        (
            "POST",
            "/",
            "",
            f"content-type:{content_type}",
            f"host:{host.lower()}",
            f"x-tc-action:{action.lower()}",
            "",
            SIGNED_HEADERS,
            hashlib.sha256(body).hexdigest(),
        )
    )


def string_to_sign(canonical: str, timestamp: int, service: str = SERVICE) -> str:
    """Return what is signed: algorithm, moment, scope and the hash of the canonical request."""
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    return f"{ALGORITHM}\n{timestamp}\n{utc_date(timestamp)}/{service}/tc3_request\n{hashed}"


def signing_key(secret_key: str, date: str, service: str = SERVICE) -> bytes:
    """Return the key of one UTC day, derived so that the secret itself signs nothing."""
    of_date = _hmac(f"TC3{secret_key}".encode(), date)
    return _hmac(_hmac(of_date, service), "tc3_request")


def authorization(
    credential: Credential,
    *,
    action: str,
    host: str,
    body: bytes,
    timestamp: int,
    service: str = SERVICE,
    content_type: str = CONTENT_TYPE,
    key: bytes | None = None,
) -> str:
    """Return the ``Authorization`` header of one call.

    ``key`` saves deriving the day's :func:`signing_key` again.
    """
    date = utc_date(timestamp)
    canonical = canonical_request(action, host, body, content_type=content_type)
    text = string_to_sign(canonical, timestamp, service)
    secret = key if key is not None else signing_key(credential.secret_key, date, service)
    signature = hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()
    return (
        f"{ALGORITHM} Credential={credential.secret_id}/{date}/{service}/tc3_request, "
        f"SignedHeaders={SIGNED_HEADERS}, Signature={signature}"
    )


def _hmac(key: bytes, text: str) -> bytes:
    return hmac.digest(key, text.encode(), "sha256")
