"""The cloud's time out of the answers' dates."""

from __future__ import annotations

from email.utils import formatdate

import pytest

from ivcdesk.api.clock import SAMPLES, Clock, server_time


def date(moment: float) -> str:
    return formatdate(moment, usegmt=True)


class Watch:
    now = 1_700_000_000.0

    def __call__(self) -> float:
        return self.now


def test_unknown_until_an_answer_tells():
    watch = Watch()
    clock = Clock(watch)
    assert not clock.known
    assert clock.offset == 0
    assert clock.time() == watch.now


def test_the_offset_is_the_median_of_several_answers():
    watch = Watch()
    clock = Clock(watch)
    for delay in (0.0, 0.1, 0.2, 8.0, 0.1):
        sent = watch.now
        watch.now += delay
        clock.observe(date(sent + delay / 2 + 120), sent, watch.now)
    assert clock.known
    assert clock.offset == pytest.approx(120, abs=1)
    assert clock.time() == pytest.approx(watch.now + 120, abs=1)


def test_a_clock_that_is_set_meanwhile_is_noticed_at_the_next_answer():
    watch = Watch()
    clock = Clock(watch)
    for _ in range(SAMPLES):
        clock.observe(date(watch.now), watch.now, watch.now)
    true = watch.now
    watch.now -= 3600
    clock.observe(date(true), watch.now, watch.now)
    assert clock.offset == pytest.approx(3600, abs=1)


def test_a_correction_trusts_one_answer_alone():
    watch = Watch()
    clock = Clock(watch)
    for _ in range(5):
        clock.observe(date(watch.now), watch.now, watch.now)
    assert clock.correct(date(watch.now + 20), watch.now, watch.now)
    assert clock.offset == pytest.approx(20, abs=1)
    assert not clock.correct(None, watch.now, watch.now)
    assert clock.offset == pytest.approx(20, abs=1)


@pytest.mark.parametrize(
    "text",
    [None, "", "yesterday", "Tue, 99 Nov 2026 99:99:99 GMT", "Tue, 24 Nov 99999999 04:00:00 GMT"],
)
def test_a_date_that_cannot_be_read_is_no_date(text):
    clock = Clock()
    clock.observe(text, 0, 0)
    assert not clock.known
    assert server_time(text) is None


def test_a_date_of_the_reference_format():
    assert server_time("Tue, 24 Nov 2026 04:00:00 GMT") == 1795492800
