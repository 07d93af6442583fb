"""What happens by itself."""

from __future__ import annotations

import pytest

from ivcdesk.simulator.agenda import Agenda


@pytest.fixture
def agenda(asked):
    return Agenda(asked.clock)


def test_deeds_are_done_in_order_once_they_are_due(asked, agenda):
    done = []
    for seconds in (3, 1, 2):
        agenda.after(seconds, lambda seconds=seconds: done.append(seconds))
    agenda.settle()
    assert done == []
    asked.clock.advance(2)
    agenda.settle()
    agenda.settle()
    assert done == [1, 2]
    asked.clock.advance(100)
    agenda.settle()
    assert done == [1, 2, 3]


def test_a_deed_may_bring_about_another(asked, agenda):
    done = []
    agenda.after(1, lambda: agenda.after(0, lambda: done.append("second")))
    asked.clock.advance(5)
    agenda.settle()
    assert done == ["second"]


def test_skew_makes_nothing_happen(asked, agenda):
    done = []
    agenda.after(1, lambda: done.append(1))
    asked.clock.skew = 1000
    agenda.settle()
    assert done == []
