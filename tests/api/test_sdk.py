"""Random parameters of every action are sent as the official SDK sends them."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.recording import Received
from tests.api.reference import action_classes
from tests.api.sdk import KEYS, pair
from tests.api.values import actions
from tests.api.verifier import fault

NAMES = sorted(name for name, kind in action_classes().items() if not kind.since)


@pytest.fixture(scope="module")
def both():
    with pair() as found:
        yield found


def same(ours: Received, theirs: Received) -> None:
    assert json.loads(ours.body) == json.loads(theirs.body)
    for header in ("x-tc-action", "x-tc-version", "x-tc-region", "content-type", "host"):
        assert ours.headers[header] == theirs.headers[header], header
    assert fault(ours.headers, ours.body, KEYS) is None
    assert fault(theirs.headers, theirs.body, KEYS) is None


@pytest.mark.parametrize("name", NAMES)
def test_each_action_is_sent_as_the_sdk_sends_it(both, name, monkeypatch):
    monkeypatch.setattr("ivcdesk.api.pacing.LIMIT", 10**6)

    @settings(
        max_examples=3,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
    )
    @given(st.data())
    def check(data):
        same(*both.send(data.draw(actions(action_classes()[name]))))

    check()


def test_the_verifier_finds_what_is_wrong(both):
    ours, _ = both.send(action_classes()["DescribeOrganization"]())
    assert fault(ours.headers, ours.body + b" ", KEYS) == "another signature"
    assert fault(ours.headers, ours.body, {"AKIDtest": "other"}) == "another signature"
    assert fault(ours.headers, ours.body, {}) == "unknown id"
    yesterday = {**ours.headers, "x-tc-timestamp": "1551113065"}
    assert fault(yesterday, ours.body, KEYS) == "the date is not the timestamp's in UTC"
