"""Addresses that devices push their streams to, and the key that guards them for a while."""

from __future__ import annotations

import hashlib
import hmac
from urllib.parse import urlencode

from ivcdesk.simulator.ledger import StreamAuth


def push_query(name: str, guard: StreamAuth, now: float) -> str:
    """Return what follows a push address: a key for this name and when it expires, in hex.

    Empty where pushing is not guarded: the name is then all that a device must know.
    """
    if not guard.push_state:
        return ""
    expires = f"{int(now + guard.push_minutes * 60):X}"
    return f"?{urlencode({'txSecret': _key(name, guard, expires), 'txTime': expires})}"


def admits_push(name: str, guard: StreamAuth, query: dict[str, str], now: float) -> bool:
    """Whether a push under a name has a genuine key that has not expired, or needs none."""
    if not guard.push_state:
        return True
    expires = query.get("txTime", "")
    expected = _key(name, guard, expires)
    if not hmac.compare_digest(expected.encode(), query.get("txSecret", "").encode()):
        return False
    try:
        return int(expires, 16) > now
    except ValueError:
        return False


def _key(name: str, guard: StreamAuth, expires: str) -> str:
    """Return the key as the vendor's streaming services make it."""
    text = f"{guard.push_secret}{name}{expires}".encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()
