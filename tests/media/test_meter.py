"""What is counted of a stream, and what is left out when it falls behind, on invented clocks."""

from __future__ import annotations

import pytest

from ivcdesk.media.catch_up import CatchUp
from ivcdesk.media.meter import Meter


def test_rates_are_those_of_the_last_two_seconds():
    meter = Meter()
    meter.start(100.0, 5000)
    for index in range(60):
        now = 100 + index / 15
        meter.packet(now, 5000 + index * 4000)
        meter.picture(now, index / 15)
    assert meter.fps == pytest.approx(15)
    assert meter.kbps(104.0) == pytest.approx(4000 * 15 * 8 / 1000, rel=0.05)
    assert meter.kbps(120.0) == 0


def test_a_cached_group_of_pictures_is_no_burst_of_fps():
    meter = Meter()
    meter.start(0.0, 0)
    for index in range(30):
        meter.picture(0.01, index / 15)
    assert meter.fps == pytest.approx(15)


def test_lag_is_measured_against_the_fastest_and_forgets():
    meter = Meter()
    for index in range(30):
        meter.picture(50 + index / 15, index / 15)
    assert meter.lag == pytest.approx(0)
    meter.picture(52 + 0.7, 2.0)
    assert meter.lag == pytest.approx(0.7)
    # A source whose clock is slower than ours does not drift away for ever.
    for index in range(31, 31 + 15 * 120):
        meter.picture(50 + index / 15 * 1.001, index / 15)
    assert meter.lag < 0.1


def test_stamps_that_begin_anew_are_a_new_stream():
    meter = Meter()
    meter.picture(10.0, 1000.0)
    meter.picture(10.1, 1000.1)
    meter.picture(10.2, 0.0)
    assert meter.lag == 0
    assert meter.fps == 0


def fed(catch_up: CatchUp, seconds: float, lag: float, waiting: bool, begin: float = 0.0) -> None:
    for index in range(int(seconds * 10) + 1):
        catch_up.picture(begin + index / 10, lag, waiting)


def test_a_backlog_that_is_worked_off_leaves_nothing_out():
    catch_up = CatchUp()
    fed(catch_up, 0.4, 3.0, waiting=True)
    assert not catch_up.keys_only
    fed(catch_up, 5, 0.1, waiting=True, begin=1.0)
    assert not catch_up.keys_only


def test_a_machine_that_stays_behind_decodes_key_frames_until_it_has_caught_up():
    catch_up = CatchUp()
    fed(catch_up, 1.5, 1.5, waiting=True)
    assert catch_up.keys_only
    catch_up.picture(2.0, 0.8, waiting=True)
    assert catch_up.keys_only
    catch_up.picture(2.1, 0.2, waiting=False)
    assert not catch_up.keys_only


def test_a_slow_link_is_no_reason_to_leave_pictures_out():
    catch_up = CatchUp()
    fed(catch_up, 3.0, 2.0, waiting=False)
    assert not catch_up.keys_only
    assert not catch_up.reconnect


def test_a_link_that_is_hopelessly_behind_is_asked_anew_but_not_all_the_time():
    catch_up = CatchUp()
    fed(catch_up, 5.0, 6.0, waiting=False)
    assert catch_up.reconnect
    catch_up.start()
    fed(catch_up, 20.0, 6.0, waiting=False, begin=6.0)
    assert not catch_up.reconnect
    fed(catch_up, 20.0, 6.0, waiting=False, begin=27.0)
    assert catch_up.reconnect
