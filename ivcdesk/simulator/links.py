"""Addresses of streams with a signed query, and the check of that signature."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from urllib.parse import urlencode

from ivcdesk.simulator.clock import Clock

UNGUARDED_SECONDS = 365 * 86_400
PLAYBACK_SECONDS = 6 * 3600
_SIGNED = ("start", "end", "starttime", "endtime", "stream_type", "marks")


class Links:
    """Makes and checks addresses; the key is new in every run.

    A signature covers what is streamed, the range and the moment of expiry, not the file's name:
    the segments of a playlist are admitted with the playlist's own query.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = secrets.token_bytes(32)
        self.base = ""
        self.rtmp_base = ""

    def address(
        self,
        path: str,
        seconds: float,
        query: Mapping[str, object] | None = None,
        *,
        rtmp: bool = False,
    ) -> str:
        """Return an absolute address that is good for so many seconds."""
        signed = {key: str(value) for key, value in (query or {}).items()}
        signed["expires"] = str(int(self._clock.now() + seconds))
        signed["token"] = self._token(path, signed)
        return f"{self.rtmp_base if rtmp else self.base}{path}?{urlencode(signed)}"

    def admits(self, path: str, query: dict[str, str]) -> bool:
        """Whether a query was signed here, for this path, and has not expired."""
        expected = self._token(path, query)
        if not hmac.compare_digest(expected.encode(), query.get("token", "").encode()):
            return False
        return int(query["expires"]) > self._clock.now()

    def _token(self, path: str, query: dict[str, str]) -> str:
        signed = [_subject(path), query.get("expires", "")]
        signed += [f"{key}={query[key]}" for key in _SIGNED if key in query]
        return hmac.new(self._key, "\n".join(signed).encode(), hashlib.sha256).hexdigest()[:32]


def _subject(path: str) -> str:
    """Return what a path streams: ``/live/ID`` for ``/live/ID.live.flv`` and ``/live/ID/1.ts``."""
    kind, _, rest = path.strip("/").partition("/")
    name = rest.partition("/")[0]
    return f"{kind}/{name.removesuffix('.live.flv')}"
