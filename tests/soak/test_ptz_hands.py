"""Random hands on the control dock over a bad link: nothing runs away, judged by the cloud's log.

``IVCDESK_HANDS`` sets how many holds there are (1,000), ``IVCDESK_HANDS_SEED`` the dice (1).
"""

from __future__ import annotations

import asyncio
import os
import sys

from tests.ui.panels.ptz_hands import HARSH, Hands, Verdict, Wire, cameras, play
from tests.ui.panels.simulated import open_site

HOLDS = int(os.environ.get("IVCDESK_HANDS", "1000"))
SEED = int(os.environ.get("IVCDESK_HANDS_SEED", "1"))
DESKS = 8


def test_nothing_runs_away(qtbot, aio, monkeypatch):
    site = aio(open_site(), 20)
    wire = Wire(monkeypatch)
    finished = []
    site.session.client.journal.subscribe(
        lambda call: finished.append(call) if call.action == "ControlDevicePTZ" else None
    )
    channels = aio(cameras(site, DESKS), 30)
    desks = [Hands(site, channel, SEED * 1000 + at) for at, channel in enumerate(channels)]
    aio(play(site, desks, HOLDS // DESKS, HARSH), 120 + 2 * HOLDS)
    site.simulator.faults.clear()
    # the longest delay that a fault has begun must be over before the cloud can end
    aio(asyncio.sleep(5.5))
    for desk in desks:
        aio(desk.end())
    aio(site.close(), 20)
    verdict = Verdict(site, desks, wire, finished)
    sys.stdout.write(
        f"\n{verdict.holds} holds, {verdict.left} calls left, {verdict.arrived} arrived: "
        f"{len(verdict.after_release)} after release, {len(verdict.too_close)} too close, "
        f"{len(verdict.at_once)} two at once\n"
    )
    verdict.check()
