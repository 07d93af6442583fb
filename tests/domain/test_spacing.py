"""The pause between two jogs: what a slow device teaches, and how that is unlearned."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ivcdesk.domain.ptz import INTERVAL, LONGEST_INTERVAL, STEADY, Spacing


def test_a_late_device_gets_longer_pauses_up_to_a_limit():
    spacing = Spacing()
    assert spacing.interval == INTERVAL
    assert spacing.timed_out()
    assert spacing.interval == pytest.approx(0.45)
    assert spacing.taught
    for _ in range(10):
        spacing.timed_out()
    assert spacing.interval == LONGEST_INTERVAL
    assert not spacing.timed_out()


def test_a_long_row_of_answers_unlearns_it():
    spacing = Spacing(learned=0.7)
    told = [spacing.answered() for _ in range(STEADY)]
    assert told == [False] * (STEADY - 1) + [True]
    assert INTERVAL < spacing.interval < 0.7
    for _ in range(4 * STEADY):
        spacing.answered()
    assert spacing.interval == INTERVAL
    assert not spacing.taught


def test_a_late_answer_begins_the_row_anew():
    spacing = Spacing(learned=0.45)
    for _ in range(STEADY - 1):
        spacing.answered()
    spacing.timed_out()
    assert not spacing.answered()


def test_the_user_forgets_what_was_learned():
    spacing = Spacing(wanted=0.5)
    spacing.timed_out()
    spacing.forget()
    assert spacing.interval == 0.5


@given(
    st.floats(0.0, 5.0),
    st.lists(st.sampled_from(["late", "answered", "forget"]), max_size=200),
)
def test_the_pause_is_never_shorter_than_devices_stand(wanted, events):
    spacing = Spacing(wanted)
    for event in events:
        {"late": spacing.timed_out, "answered": spacing.answered, "forget": spacing.forget}[event]()
        assert INTERVAL <= spacing.interval <= LONGEST_INTERVAL
        assert spacing.interval >= min(wanted, LONGEST_INTERVAL)
