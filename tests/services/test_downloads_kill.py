"""A small sample of ``tests/soak/test_downloads_kill.py``: a queue that is killed comes whole."""

from __future__ import annotations

import asyncio
import logging

from tests.soak.test_downloads_kill import DISK_MB, Lives, ordeal, small_disk

SHORT = Lives(steps=8, seconds=0.1)
"""Shorter than the queue is long: else it ends before it is killed."""


def test_a_queue_that_is_killed_comes_whole(tmp_path, caplog, monkeypatch):
    # The simulator's server tells of each client that goes away in the middle.
    caplog.set_level(logging.CRITICAL, logger="aiohttp.server")
    # Short slices, so that files are small.
    monkeypatch.setattr("ivcdesk.simulator.handlers.video_files.SLICE_SECONDS", 4)
    with small_disk(tmp_path / "disk", DISK_MB) as mounted:
        count = asyncio.run(
            ordeal(
                tmp_path / "disk", mounted=mounted, kills=3, items=2, seed=11, reach=5, lives=SHORT
            )
        )
    assert count["kills"] >= 3
    assert count["files"] >= 2
