"""Servers for the players, and a watch over the threads that players leave."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from tests.media.streams import Server

WORKERS = "media-"


def workers() -> list[threading.Thread]:
    """The threads of players that still run."""
    return [t for t in threading.enumerate() if t.name.startswith(WORKERS)]


@pytest.fixture(scope="session")
def _one_server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


@pytest.fixture
def server(_one_server: Server) -> Iterator[Server]:
    yield _one_server
    _one_server.reset()


@pytest.fixture
def no_workers_left(qtbot) -> Iterator[None]:
    """The test fails where a player's thread outlives it."""
    yield
    qtbot.waitUntil(lambda: not workers(), timeout=5000)
