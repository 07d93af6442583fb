"""The retry policy as a table: who is sent again, how often, and after how long."""

from __future__ import annotations

import pytest

from ivcdesk.api import (
    AuthError,
    ConnectError,
    DeviceTimeout,
    ExpiredCredential,
    Forbidden,
    HttpStatusError,
    InternalError,
    InvalidArgument,
    InvalidRequest,
    IvcError,
    LinkError,
    NotFound,
    ProxyError,
    RateLimited,
    ResponseError,
    RetiredAction,
    TimeLimitError,
    TlsError,
    Unavailable,
)
from ivcdesk.api.retry import ATTEMPTS, LONGEST_PAUSE, pause_before_retry


def unsent(error: LinkError) -> LinkError:
    error.arrived = False
    return error


# What went wrong, and how often a reading and a writing action are sent in all.
TABLE: list[tuple[IvcError, int, int]] = [
    (ConnectError("refused"), ATTEMPTS, ATTEMPTS),
    (ProxyError("unreachable"), ATTEMPTS, ATTEMPTS),
    (TlsError("unknown authority"), 1, 1),
    (unsent(LinkError("broke before it was sent")), ATTEMPTS, ATTEMPTS),
    (LinkError("broke"), ATTEMPTS, 1),
    (TimeLimitError("late"), ATTEMPTS, 1),
    (HttpStatusError(500), ATTEMPTS, 1),
    (HttpStatusError(503), ATTEMPTS, 1),
    (HttpStatusError(429), ATTEMPTS, 1),
    (HttpStatusError(404), 1, 1),
    (InternalError("InternalError", ""), ATTEMPTS, 1),
    (InternalError("InternalError.ServerInternalError", ""), ATTEMPTS, 1),
    (RateLimited("RequestLimitExceeded", ""), ATTEMPTS, 1),
    (RateLimited("RequestLimitExceeded.UinLimitExceeded", ""), ATTEMPTS, 1),
    (RateLimited("LimitExceeded.ChannelNumExceeded", ""), 1, 1),
    (DeviceTimeout("FailedOperation.DeviceResponseTimeOut", ""), 2, 1),
    (ResponseError("garbage"), 1, 1),
    (InvalidArgument("speed", "1 to 8", 9), 1, 1),
    (ExpiredCredential("ended"), 1, 1),
    (AuthError("AuthFailure.SignatureFailure", ""), 1, 1),
    (Forbidden("UnauthorizedOperation", ""), 1, 1),
    (RetiredAction("InvalidAction", ""), 1, 1),
    (NotFound("ResourceNotFound", ""), 1, 1),
    (InvalidRequest("InvalidParameter", ""), 1, 1),
    (Unavailable("ResourceUnavailable.DevOffline", ""), 1, 1),
]


def sent(error: IvcError, *, reads: bool) -> int:
    """Return how often a call that fails the same way each time is sent."""
    for attempt in range(1, 20):
        if pause_before_retry(error, reads=reads, attempt=attempt, left=60, chance=0.5) is None:
            return attempt
    raise AssertionError


@pytest.mark.parametrize(("error", "reading", "writing"), TABLE, ids=lambda value: repr(value)[:60])
def test_how_often_a_call_is_sent(error, reading, writing):
    assert sent(error, reads=True) == reading
    assert sent(error, reads=False) == writing


def test_pauses_grow_and_are_spread():
    def pause(attempt: int, chance: float) -> float:
        found = pause_before_retry(
            LinkError(""), reads=True, attempt=attempt, left=60, chance=chance
        )
        assert found is not None
        return found

    assert [pause(attempt, 0.5) for attempt in (1, 2, 3)] == [0.25, 0.5, 1.0]
    assert pause(1, 0.0) == 0.125
    assert pause(1, 0.999) < 0.375


def test_a_throttled_call_waits_about_a_second_and_never_very_long():
    pauses = [
        pause_before_retry(
            RateLimited("RequestLimitExceeded", ""), reads=True, attempt=n, left=60, chance=0.999
        )
        for n in (1, 2, 3)
    ]
    assert pauses[0] == pytest.approx(1.5, abs=0.01)
    assert max(pauses) <= LONGEST_PAUSE * 1.5


def test_what_the_answer_asks_for_is_honoured_within_the_budget():
    error = HttpStatusError(503)
    options = {"reads": True, "attempt": 1, "chance": 0.5}
    assert pause_before_retry(error, left=10, retry_after=3, **options) == 3
    assert pause_before_retry(error, left=10, retry_after=0, **options) == 0.25
    assert pause_before_retry(error, left=2, retry_after=3, **options) is None


def test_no_pause_outlasts_the_budget():
    assert pause_before_retry(LinkError(""), reads=True, attempt=1, left=0.1, chance=0.5) is None
