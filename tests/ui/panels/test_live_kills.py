"""A sample of the long run with the media server that is killed, in a grid of nine."""

from __future__ import annotations

import pytest

from ivcdesk.media import live_worker
from ivcdesk.ui.panels import live_slot
from tests.media.conftest import workers
from tests.media.streams import Server
from tests.soak.live_kills import Grid, descriptors

MISHAPS = 12


@pytest.fixture
def server():
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def hasty(monkeypatch):
    for name, seconds in (
        ("FIRST_PAUSE", 0.05), ("LONGEST_PAUSE", 0.4), ("QUIET_SECONDS", 0.25),
        ("STALL_SECONDS", 0.6),
    ):  # fmt: skip
        monkeypatch.setattr(live_worker, name, seconds)
    monkeypatch.setattr(live_slot, "FIRST_PAUSE", 0.05)
    monkeypatch.setattr(live_slot, "LONGEST_PAUSE", 0.4)


# asyncio of Python 3.11 forgets connections that it accepts while a server stops to listen.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_tile_plays_again_and_nothing_is_left(qtbot, aio, server, hasty):
    before = descriptors()
    grid = Grid(server, seed=3)
    aio(grid.go_through(MISHAPS, 30), 60)
    aio(grid.close(), 20)
    qtbot.waitUntil(lambda: not workers(), timeout=10_000)
    qtbot.waitUntil(lambda: server.open_streams == 0, timeout=10_000)
    qtbot.waitUntil(lambda: descriptors() <= before + 6, timeout=10_000)
