"""The likeliest cause of many findings."""

from __future__ import annotations

import pytest

from ivcdesk.domain.diagnosis import Check, Finding, Verdict, likely_cause

FINE = [Finding(check, Verdict.FINE) for check in Check]


def with_(*changed: Finding) -> list[Finding]:
    names = {finding.check for finding in changed}
    return [finding for finding in FINE if finding.check not in names] + list(changed)


def test_nothing_wrong_has_no_cause():
    assert likely_cause(FINE) is None
    assert likely_cause([]) is None
    assert likely_cause(with_(Finding(Check.TLS, Verdict.SKIPPED, "plain"))) is None


@pytest.mark.parametrize(
    ("failed", "cause"),
    [
        ({Check.DEVICE, Check.GATEWAY, Check.CHANNEL, Check.ISSUED}, Check.GATEWAY),
        ({Check.CHANNEL, Check.ISSUED, Check.BIT_RATE}, Check.CHANNEL),
        ({Check.KEY_FRAME, Check.BIT_RATE}, Check.KEY_FRAME),
        ({Check.CODEC, Check.KEY_FRAME}, Check.CODEC),
        ({Check.HTTP}, Check.HTTP),
    ],
)
def test_what_comes_first_on_the_way_is_the_cause(failed, cause):
    found = likely_cause(with_(*(Finding(check, Verdict.FAILED) for check in failed)))
    assert found is not None
    assert found.check is cause


def test_what_failed_counts_before_what_is_doubtful():
    doubtful = Finding(Check.DEVICE, Verdict.DOUBTFUL)
    failed = Finding(Check.KEY_FRAME, Verdict.FAILED)
    assert likely_cause(with_(doubtful, failed)) is failed
    assert likely_cause(with_(doubtful)) is doubtful


def test_a_wrong_clock_explains_a_refused_signature_and_nothing_else():
    clock = Finding(Check.CLOCK, Verdict.DOUBTFUL, "off")
    signature = Finding(Check.ISSUED, Verdict.FAILED, "signature")
    other = Finding(Check.ISSUED, Verdict.FAILED, "refused")
    assert likely_cause(with_(clock, signature)) is clock
    assert likely_cause(with_(clock, other)) is other
    assert likely_cause(with_(signature)) is signature
