"""The clock that can be moved."""

from __future__ import annotations

import pytest

from ivcdesk.simulator.clock import Clock


def test_advancing_moves_both_clocks_and_skew_the_wall_alone():
    clock = Clock(wall=lambda: 100.0, steady=lambda: 5.0)
    clock.advance(30)
    clock.skew = -50
    assert (clock.now(), clock.steady()) == (80.0, 35.0)


def test_reset_rights_the_wall_and_never_turns_the_steady_time_back():
    clock = Clock(wall=lambda: 100.0, steady=lambda: 5.0)
    clock.advance(30)
    clock.skew = 7
    clock.reset()
    assert (clock.now(), clock.steady()) == (100.0, 35.0)


def test_time_does_not_run_backwards():
    with pytest.raises(ValueError, match="backwards"):
        Clock().advance(-1)
