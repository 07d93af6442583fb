"""The ways in which a call may be wrapped: JSON, a query, or a form with the older signature."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from ivcdesk.simulator.auth import Account, Envelope, verify, verify_form
from ivcdesk.simulator.refusal import Refusal

LARGEST_QUERY = 32 * 1024
LARGEST_FORM = 1024 * 1024
LARGEST_BODY = 10 * 1024 * 1024

_FORM = "application/x-www-form-urlencoded"
_COMMON = frozenset(
    {
        "Action",
        "Region",
        "Timestamp",
        "Nonce",
        "SecretId",
        "Signature",
        "SignatureMethod",
        "Version",
        "Token",
        "Language",
        "RequestClient",
    }
)


@dataclass(slots=True)
class Opened:
    """A call out of its envelope. ``loose`` parameters are texts that stand for other types.

    ``problem`` is what made the parameters unreadable; it is told only to who is who they say.
    """

    envelope: Envelope
    action: str
    region: str
    version: str
    params: dict[str, Any] = field(default_factory=dict)
    loose: bool = False
    form: Mapping[str, str] | None = None
    problem: Refusal | None = None

    def check(self, account: Account, now: float) -> None:
        """Refuse unless the call is signed by the account, in either way, and can be read."""
        if self.form is not None:
            verify_form(account, self.envelope, self.form, now)
        else:
            verify(account, self.envelope, now)
        if self.problem is not None:
            raise self.problem


def open_envelope(envelope: Envelope) -> Opened:
    """Return what a request asks for; never raises, whatever it holds."""
    headers = envelope.headers
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    if envelope.method == "POST" and kind != _FORM:
        opened = _by_headers(envelope)
        _read_json(opened)
        return opened
    text = envelope.query if envelope.method == "GET" else _text(envelope.body)
    pairs = dict(parse_qsl(text, keep_blank_values=True))
    if "authorization" in headers:
        opened = _by_headers(envelope)
        opened.params, opened.loose = unflattened(pairs), True
    else:
        own = {key: value for key, value in pairs.items() if key not in _COMMON}
        opened = Opened(
            envelope,
            pairs.get("Action", ""),
            pairs.get("Region", ""),
            pairs.get("Version", ""),
            unflattened(own),
            loose=True,
            form=pairs,
        )
    most = LARGEST_QUERY if envelope.method == "GET" else LARGEST_FORM
    if len(text) > most:
        opened.problem = Refusal("RequestSizeLimitExceeded", f"{most} bytes at most")
    return opened


def unflattened(pairs: Mapping[str, str]) -> dict[str, Any]:
    """Return nested parameters for flat ones: ``Channels.0.Name`` becomes a list of structures."""
    tree: dict[str, Any] = {}
    for key, value in pairs.items():
        node = tree
        *path, last = key.split(".")
        for part in path:
            inner = node.setdefault(part, {})
            if not isinstance(inner, dict):
                inner = node[part] = {}
            node = inner
        node[last] = value
    return {key: _with_lists(value) for key, value in tree.items()}


def _with_lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    inner = {key: _with_lists(item) for key, item in value.items()}
    if inner and all(key.isdecimal() for key in inner):
        return [inner[key] for key in sorted(inner, key=int)]
    return inner


def _by_headers(envelope: Envelope) -> Opened:
    headers = envelope.headers
    return Opened(
        envelope,
        headers.get("x-tc-action", ""),
        headers.get("x-tc-region", ""),
        headers.get("x-tc-version", ""),
    )


def _read_json(opened: Opened) -> None:
    try:
        params = msgspec.json.decode(opened.envelope.body or b"{}")
    except (msgspec.DecodeError, UnicodeDecodeError) as problem:
        opened.problem = Refusal("InvalidParameter", f"the body is not JSON: {problem}")
        return
    if isinstance(params, dict):
        opened.params = params
    else:
        opened.problem = Refusal("InvalidParameter", "the body is not a JSON object")


def _text(body: bytes) -> str:
    return body.decode("utf-8", "replace")
