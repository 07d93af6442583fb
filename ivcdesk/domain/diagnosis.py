"""Why there is no picture: the checks in their order, what each found, and the likeliest cause."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Check(Enum):
    """What is looked at, in the order in which a picture travels, and then what goes for all."""

    DEVICE = "device"
    CHANNEL = "channel"
    ADDRESS = "address"
    GATEWAY = "gateway"
    BIT_RATE = "bit_rate"
    ISSUED = "issued"
    RESOLVE = "resolve"
    CONNECT = "connect"
    TLS = "tls"
    HTTP = "http"
    CONTAINER = "container"
    CODEC = "codec"
    KEY_FRAME = "key_frame"
    CLOCK = "clock"
    PROXY = "proxy"


class Verdict(Enum):
    """How a check ended."""

    FINE = "fine"
    DOUBTFUL = "doubtful"
    FAILED = "failed"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found.

    ``what`` names the outcome in a word that never changes, such as ``offline``; ``facts`` are its
    figures and names; ``error`` is what was raised; ``action`` and ``request_id`` are the call's.
    """

    check: Check
    verdict: Verdict
    what: str = ""
    facts: Mapping[str, object] = field(default_factory=dict)
    error: BaseException | None = None
    action: str = ""
    request_id: str = ""


PLAUSIBLE_CLOCK_SECONDS = 60.0
"""A clock that is further off than this may be why signatures are refused, s."""

KEY_FRAME_SECONDS = 5.0
"""A stream should show a whole picture within this time, s."""

# A gateway that is off takes its devices with it, and a bit rate of nothing is a consequence.
_GRAVITY = (
    Check.GATEWAY,
    Check.DEVICE,
    Check.CHANNEL,
    Check.PROXY,
    Check.RESOLVE,
    Check.CONNECT,
    Check.TLS,
    Check.ISSUED,
    Check.HTTP,
    Check.CONTAINER,
    Check.CODEC,
    Check.KEY_FRAME,
    Check.BIT_RATE,
    Check.ADDRESS,
    Check.CLOCK,
)


def likely_cause(findings: Sequence[Finding]) -> Finding | None:
    """Return the finding that explains best why there is no picture; None where nothing is wrong.

    A wrong clock is the cause where the cloud refused the signature. What failed counts before
    what is doubtful.
    """
    found = {finding.check: finding for finding in findings}
    clock, issued = found.get(Check.CLOCK), found.get(Check.ISSUED)
    refused = issued is not None and issued.what == "signature"
    if refused and clock is not None and clock.verdict is not Verdict.FINE:
        return clock
    for verdict in (Verdict.FAILED, Verdict.DOUBTFUL):
        for check in _GRAVITY:
            finding = found.get(check)
            if finding is not None and finding.verdict is verdict:
                return finding
    return None
