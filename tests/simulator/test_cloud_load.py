"""A small house is served: the load of ``tests/soak/test_cloud_load.py`` for a few seconds."""

from __future__ import annotations

import asyncio

from ivcdesk.simulator.recordings import cloud_day, day_start
from tests.simulator.cloud_load import found, picture_times, run

CALLS = 10


def test_viewers_players_and_callers_are_served_side_by_side(served):
    simulator = served.simulator
    task = {
        "endpoint": simulator.endpoint,
        "secret_id": simulator.secret_id,
        "secret_key": simulator.secret_key,
        "settle": 0.0,
        "seconds": 2.0,
        "rate": CALLS,
    }
    afternoon = day_start(cloud_day(served.cloud.now()) - 1) + 14 * 3600

    async def story():
        house = await found(task, 2, 1, afternoon, devices=3)
        assert len(house["watch"]) == 4
        reports = await run({**task, **house})
        while not all(report.pictures for report in reports[:-1]):
            # A busy machine took longer to paint the surroundings than they wanted to watch.
            reports = await run({**task, **house})
        return reports

    *viewers, player, callers = asyncio.run(story())
    assert [report.kind for report in viewers] == ["viewer"] * 4
    for report in (*viewers, player):
        assert report.ended == ""
        assert report.backwards == 0
    assert player.pictures >= 60
    assert callers.refused == []
    assert len(callers.latencies) >= CALLS


def test_the_times_of_a_segment_are_read():
    pes = b"\0\0\1\xe0\0\0\x84\x80\x05" + bytes((0x21 | 2, 0x40, 0x01, 0x00, 0x03))
    packet = (b"\x47\x41\x00\x10" + pes).ljust(188, b"\xff")
    ticks = 1 << 30 | 0x40 << 22 | 1
    assert list(picture_times(packet)) == [ticks // 90]
