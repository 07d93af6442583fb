"""The one TLS context that all streams share: certificates are always verified."""

from __future__ import annotations

import ssl
import threading

_lock = threading.Lock()
_shared: ssl.SSLContext | None = None


def shared_context() -> ssl.SSLContext:
    """Return the context, made at the first call (about 20 ms); call it from a worker."""
    global _shared
    with _lock:
        if _shared is None:
            _shared = _make()
        return _shared


def _make() -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:
        import certifi

        # Some Python builds come without the system's authorities.
        context.load_verify_locations(certifi.where())
    except (ImportError, OSError):
        pass
    context.set_alpn_protocols(["http/1.1"])
    return context
