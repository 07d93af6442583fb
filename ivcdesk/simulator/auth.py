"""Who calls: the cloud's own check of a signature, written apart from the client's signing."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from ivcdesk.simulator.refusal import Refusal

SERVICE = "iss"
TOLERANCE_SECONDS = 300
_ALGORITHM = "TC3-HMAC-SHA256"
_LETTERS = string.ascii_letters + string.digits
_AUTHORIZATION = re.compile(
    rf"{_ALGORITHM} Credential=(?P<id>[^/]+)/(?P<date>\d{{4}}-\d\d-\d\d)/(?P<service>[^/]+)"
    r"/tc3_request, ?SignedHeaders=(?P<headers>[^,]+), ?Signature=(?P<signature>[0-9a-f]{64})"
)


@dataclass(frozen=True, slots=True)
class Account:
    """The one key pair of a run; ``token`` only for temporary keys."""

    secret_id: str
    secret_key: str
    token: str = ""

    def __repr__(self) -> str:
        """Name the account by its id alone."""
        return f"Account({self.secret_id!r})"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A request as it came: header names in lower case, the query as it was encoded."""

    method: str
    query: str
    headers: Mapping[str, str]
    body: bytes


def new_account() -> Account:
    """Return a key pair that nobody had before."""
    return Account(
        "AKID" + "".join(secrets.choice(_LETTERS) for _ in range(32)),
        "".join(secrets.choice(_LETTERS) for _ in range(32)),
    )


def verify(account: Account, envelope: Envelope, now: float, service: str = SERVICE) -> None:
    """Refuse with a code of the AuthFailure family unless the request is signed by the account.

    ``now`` is the cloud's time; a timestamp more than five minutes off has expired.
    """
    headers = envelope.headers
    found = _AUTHORIZATION.fullmatch(headers.get("authorization", "").strip())
    if found is None:
        raise Refusal("AuthFailure.InvalidAuthorization", "the Authorization header is malformed")
    signed = found["headers"].split(";")
    if not {"content-type", "host"} <= set(signed) or found["service"] != service:
        raise Refusal(
            "AuthFailure.InvalidAuthorization",
            f"content-type and host must be signed, for {service}",
        )
    if not hmac.compare_digest(found["id"].encode(), account.secret_id.encode()):
        raise Refusal("AuthFailure.SecretIdNotFound", "no such SecretId")
    timestamp = headers.get("x-tc-timestamp", "")
    check_time(timestamp, now)
    day = datetime.fromtimestamp(int(timestamp), UTC).strftime("%Y-%m-%d")
    scope = f"{found['date']}/{service}/tc3_request"
    expected = _signature(account, envelope, found["headers"], timestamp, scope)
    if found["date"] != day or not hmac.compare_digest(expected, found["signature"]):
        raise Refusal("AuthFailure.SignatureFailure", "the signature does not match the request")
    check_token(account, headers.get("x-tc-token", ""))


def verify_form(account: Account, envelope: Envelope, form: Mapping[str, str], now: float) -> None:
    """Refuse unless a form or query is signed the older way, with HmacSHA1 or HmacSHA256."""
    if not form.get("Signature") or not form.get("SecretId"):
        raise Refusal("AuthFailure.InvalidAuthorization", "the call is not signed")
    if not hmac.compare_digest(form["SecretId"].encode(), account.secret_id.encode()):
        raise Refusal("AuthFailure.SecretIdNotFound", "no such SecretId")
    check_time(form.get("Timestamp", ""), now)
    signed = "&".join(f"{key}={form[key]}" for key in sorted(form) if key != "Signature")
    text = f"{envelope.method}{envelope.headers.get('host', '')}/?{signed}"
    method = "sha256" if form.get("SignatureMethod") == "HmacSHA256" else "sha1"
    digest = hmac.digest(account.secret_key.encode(), text.encode(), method)
    expected = base64.b64encode(digest).decode()
    if not hmac.compare_digest(expected.encode(), form["Signature"].encode()):
        raise Refusal("AuthFailure.SignatureFailure", "the signature does not match the request")
    check_token(account, form.get("Token", ""))


def check_time(timestamp: str, now: float) -> None:
    """Refuse a timestamp (seconds since the epoch, as text) that is five minutes off."""
    if not timestamp.isdecimal() or len(timestamp) > 12:
        raise Refusal("AuthFailure.InvalidAuthorization", "the timestamp is missing or no number")
    off = int(timestamp) - now
    if abs(off) > TOLERANCE_SECONDS:
        raise Refusal("AuthFailure.SignatureExpire", f"the timestamp is {off:+.0f} s off")


def check_token(account: Account, token: str) -> None:
    """Refuse a token where the key is permanent, and a wrong one where it is not."""
    if not hmac.compare_digest(token.encode(), account.token.encode()):
        raise Refusal("AuthFailure.TokenFailure", "the token does not belong to this SecretId")


def _signature(
    account: Account, envelope: Envelope, signed_headers: str, timestamp: str, scope: str
) -> str:
    headers = envelope.headers
    payload = b"" if envelope.method == "GET" else envelope.body
    if headers.get("x-tc-content-sha256") == "UNSIGNED-PAYLOAD":
        payload = b"UNSIGNED-PAYLOAD"
    canonical = "\n".join(
        [
            envelope.method,
            "/",
            envelope.query if envelope.method == "GET" else "",
            *(
                f"{name}:{headers.get(name, '').strip().lower()}"
                for name in signed_headers.split(";")
            ),
            "",
            signed_headers,
            hashlib.sha256(payload).hexdigest(),
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = ("TC3" + account.secret_key).encode()
    for part in scope.split("/"):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(
        key, f"{_ALGORITHM}\n{timestamp}\n{scope}\n{digest}".encode(), "sha256"
    ).hex()
