"""Takes secrets out of text before it is written down or shown."""

from __future__ import annotations

import re
import threading

_HIDDEN = "•••"

_QUERY = re.compile(r"(\b(?:https?|wss?|rtmps?|rtsps?)://[^\s?\"'<>]+)\?[^\s\"'<>]+", re.IGNORECASE)
_USERINFO = re.compile(r"(\b[a-z][a-z0-9+.-]*://)[^\s/@\"'<>]+@", re.IGNORECASE)
_FIELD = re.compile(
    r"(\b(?:secret_?key|token|password|passwd|signature|authorization|txsecret)\b"
    r"[\"']?\s*[=:]\s*)(\"[^\"]*\"|'[^']*'|TC3-HMAC-SHA256[^\n]*|[^\s,;)}\]]+)",
    re.IGNORECASE,
)

_known: set[str] = set()
_lock = threading.Lock()


def remember(*secrets: str | None) -> None:
    """Hide these very texts wherever they turn up, for as long as the program runs."""
    with _lock:
        _known.update(secret for secret in secrets if secret and len(secret) >= 6)


def redacted(text: str) -> str:
    """Return the text without known secrets, signed queries, and values of secret fields."""
    with _lock:
        for secret in _known:
            text = text.replace(secret, _HIDDEN)
    text = _QUERY.sub(rf"\1?{_HIDDEN}", text)
    text = _USERINFO.sub(rf"\1{_HIDDEN}@", text)
    return _FIELD.sub(rf"\1{_HIDDEN}", text)
