"""A small sample of ``tests/soak/test_downloads_kill.py``: a queue that is killed comes whole."""

from __future__ import annotations

import asyncio
import logging

from tests.soak.test_downloads_kill import DISK_MB, ordeal, small_disk

SHORT = (0.3, 0.8)
"""Hardly longer than a process needs to begin: else a short queue ends before it is killed."""


def test_a_queue_that_is_killed_comes_whole(tmp_path, caplog):
    # The simulator's server tells of each client that goes away in the middle.
    caplog.set_level(logging.CRITICAL, logger="aiohttp.server")
    with small_disk(tmp_path / "disk", DISK_MB) as mounted:
        count = asyncio.run(
            ordeal(
                tmp_path / "disk", mounted=mounted, kills=2, items=2, seed=11, reach=9, lives=SHORT
            )
        )
    assert count["kills"] >= 2
    assert count["files"] >= 2
