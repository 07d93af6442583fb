"""A sample of random hands on the desk over a bad link; the long run is in ``tests/soak``."""

from __future__ import annotations

import pytest

from tests.ui.panels.ptz_hands import MILD, Hands, Verdict, Wire, cameras, play
from tests.ui.panels.simulated import open_site

DESKS, HOLDS = 6, 4


@pytest.mark.parametrize("seed", [7])
def test_nothing_runs_away(qtbot, aio, monkeypatch, seed):
    site = aio(open_site(), 20)
    wire = Wire(monkeypatch)
    finished = []
    site.session.client.journal.subscribe(
        lambda call: finished.append(call) if call.action == "ControlDevicePTZ" else None
    )
    channels = aio(cameras(site, DESKS), 30)
    desks = [Hands(site, channel, seed + at) for at, channel in enumerate(channels)]
    aio(play(site, desks, HOLDS, MILD), 60)
    site.simulator.faults.clear()
    for desk in desks:
        aio(desk.end())
    aio(site.close(), 20)
    Verdict(site, desks, wire, finished).check()
