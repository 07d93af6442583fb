"""Two hundred mishaps of a media server under a grid of nine: all play again, nothing is left."""

from __future__ import annotations

import sys

import pytest

from tests.media.conftest import workers
from tests.media.streams import Server
from tests.soak.live_kills import Grid, descriptors

MISHAPS = 200
GROWTH = 12.0
"""Of memory, MiB: allocators keep some."""


@pytest.fixture
def server():
    made = Server()
    yield made
    made.stop()


# asyncio of Python 3.11 forgets connections that it accepts while a server stops to listen.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("seed", [1, 2])
def test_every_tile_plays_again_and_nothing_is_left(qtbot, aio, server, seed):
    before = descriptors()
    grid = Grid(server, seed)
    grown = aio(grid.go_through(MISHAPS, 90), 600)
    aio(grid.close(), 30)
    qtbot.waitUntil(lambda: not workers(), timeout=15_000)
    qtbot.waitUntil(lambda: server.open_streams == 0, timeout=15_000)
    qtbot.waitUntil(lambda: descriptors() <= before + 6, timeout=15_000)
    sys.stdout.write(f"\nmemory grew by {grown:.1f} MiB, descriptors by {descriptors() - before}\n")
    assert grown < GROWTH
