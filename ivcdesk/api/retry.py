"""When a failed call is tried again, as a pure function."""

from __future__ import annotations

from ivcdesk.api.errors import (
    DeviceTimeout,
    HttpStatusError,
    InternalError,
    IvcError,
    RateLimited,
    TlsError,
    TransportError,
)

ATTEMPTS = 4
FIRST_PAUSE = 0.25  # s, doubled with each attempt
LONGEST_PAUSE = 4.0  # s
THROTTLED_PAUSE = 1.0  # s: the cloud counts calls per second


def pause_before_retry(
    error: IvcError,
    *,
    reads: bool,
    attempt: int,
    left: float,
    chance: float,
    retry_after: float | None = None,
) -> float | None:
    """Return the seconds to wait before the next attempt, or None to give up.

    ``attempt`` counts from 1, ``left`` is what the call's budget still holds (s), ``chance`` is a
    number of [0, 1) that spreads clients apart, ``retry_after`` is what the answer asked for (s).
    """
    if attempt >= _attempts(error, reads=reads):
        return None
    pause: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
    if isinstance(error, RateLimited):
        pause = min(LONGEST_PAUSE, THROTTLED_PAUSE * 2 ** (attempt - 1))
    pause *= 0.5 + chance
    if retry_after is not None:
        pause = max(pause, retry_after)
    return pause if pause < left else None


def _attempts(error: IvcError, *, reads: bool) -> int:
    """Return how often a call that ends in this error may be sent in all."""
    if isinstance(error, TlsError):
        return 1
    if isinstance(error, TransportError) and not error.arrived:
        return ATTEMPTS
    if not reads:
        return 1
    if isinstance(error, DeviceTimeout):
        return 2
    if isinstance(error, RateLimited):
        return ATTEMPTS if error.code.startswith("RequestLimitExceeded") else 1
    if isinstance(error, HttpStatusError):
        return ATTEMPTS if error.status >= 500 or error.status == 429 else 1
    return ATTEMPTS if isinstance(error, TransportError | InternalError) else 1
