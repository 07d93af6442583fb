"""Faults as data."""

from __future__ import annotations

import msgspec
import pytest

from ivcdesk.simulator.faults import KINDS, Faults


def strikes(faults, action="ListDevices", ids=(), times=1):
    return sum(len(faults.for_call(action, frozenset(ids))) for _ in range(times))


def test_every_kind_can_be_armed_listed_and_cleared():
    faults = Faults()
    ids = faults.arm([{"kind": kind, "action": "ListDevices"} for kind in KINDS])
    assert len(set(ids)) == len(KINDS) == 10
    assert [row["id"] for row in faults.listed()] == ids
    assert strikes(faults) == len(KINDS)
    assert {row["hits"] for row in faults.listed()} == {1}
    faults.clear()
    assert strikes(faults) == 0


def test_a_single_fault_needs_no_list():
    assert len(Faults().arm({"kind": "drop"})) == 1


@pytest.mark.parametrize(
    "wrong",
    [{"kind": "magic"}, {}, {"kind": "drop", "acton": "x"}, {"kind": "drop", "count": "2"}, 7],
)
def test_malformed_faults(wrong):
    with pytest.raises(msgspec.ValidationError):
        Faults().arm([wrong])


def test_actions_channels_and_paths_are_matched():
    faults = Faults()
    faults.arm([{"kind": "error", "action": "ListDevices", "channel": "c-1"}])
    assert strikes(faults) == 0
    assert strikes(faults, ids=["c-1"]) == 1
    assert strikes(faults, "ControlRecord", ["c-1"]) == 0
    assert faults.for_media("/live/c-1.live.flv") == []
    faults.arm([{"kind": "stall", "path": "/live/"}, {"kind": "drop", "channel": "c-2"}])
    assert [fault.kind for fault in faults.for_media("/live/c-1.live.flv")] == ["stall"]
    assert [fault.kind for fault in faults.for_media("/playback/c-2/1.ts")] == ["drop"]
    assert strikes(faults, ids=["c-2"]) == 1


def test_a_star_is_any_action_and_nothing_is_everything():
    faults = Faults()
    faults.arm([{"kind": "error", "action": "*"}])
    assert strikes(faults) == 1
    assert faults.for_media("/live/x") == []
    faults.arm([{"kind": "latency"}])
    assert len(faults.for_media("/live/x")) == 1
    assert strikes(faults) == 2


def test_a_count_ends_a_fault():
    faults = Faults()
    faults.arm([{"kind": "error", "count": 3}])
    assert strikes(faults, times=10) == 3
    assert faults.listed() == []


def test_probabilities_come_from_the_seed():
    struck = []
    for _ in range(2):
        faults = Faults(seed=5)
        faults.arm([{"kind": "error", "probability": 0.3}])
        struck.append([strikes(faults) for _ in range(400)])
    assert struck[0] == struck[1]
    assert 60 < sum(struck[0]) < 180
