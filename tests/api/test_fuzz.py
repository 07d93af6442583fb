"""A small, always equal sample of the fuzzing that tests/soak does at length."""

from __future__ import annotations

import msgspec
from hypothesis import HealthCheck, given, settings

from ivcdesk.api.decoding import decode
from tests.api.mutations import RESULTS, answers, survives, whole


def test_a_whole_answer_of_every_result_is_read():
    for kind in RESULTS:
        body = msgspec.json.encode({"Response": whole(kind)})
        assert decode(body, kind, action="") == msgspec.convert(whole(kind), kind)


@settings(
    max_examples=200,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
@given(answers())
def test_a_bent_answer_is_read_or_refused(case):
    survives(case)
