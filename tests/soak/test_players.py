"""Live tiles and recordings through hundreds of mishaps: all play again, nothing is left."""

from __future__ import annotations

import ctypes
import gc
import os
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QSize

from ivcdesk.domain.intervals import Interval
from ivcdesk.media.live import LivePlayer
from ivcdesk.media.player import StreamPlayer
from ivcdesk.media.recording import RecordingPlayer
from tests.media.conftest import workers
from tests.media.streams import Server, body, hang, live, playlist, segment, web

MISHAPS = 200
TILES, RECORDINGS = 9, 3
T0 = 1_700_000_000.0
SIZE = QSize(320, 180)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.stop()


def descriptors() -> int:
    folder = Path("/proc/self/fd")
    return len(list(folder.iterdir())) if folder.is_dir() else 0


def resident_megabytes() -> float:
    """Memory that is really in use: what is free goes back to the system first."""
    gc.collect()
    if sys.platform == "linux":
        ctypes.CDLL(None).malloc_trim(0)
    statm = Path("/proc/self/statm")
    if not statm.is_file():
        return 0.0
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20


class Grid:
    """The players, and the addresses that the cloud would give them."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.issued = 0
        self.tiles = [LivePlayer() for _ in range(TILES)]
        self.recordings = [RecordingPlayer() for _ in range(RECORDINGS)]
        for player in self.players:
            player.set_size(SIZE)
            player.frame_ready.connect(player.take)
        for tile in self.tiles:
            tile.needs_url.connect(lambda tile=tile: tile.renew(self.fresh()))

    @property
    def players(self) -> list[StreamPlayer]:
        return [*self.tiles, *self.recordings]

    def fresh(self) -> str:
        self.issued += 1
        path = f"/live/{self.issued}.flv"
        self.server.handlers[path] = live()
        return self.server.url(path)

    def expire(self) -> None:
        """No address that was issued is good any more, and nobody gets any further."""
        for path in [path for path in self.server.handlers if path.startswith("/live/")]:
            self.server.handlers[path] = refuse
        self.server.drop_all()

    def open(self, recording: RecordingPlayer, moment: float) -> None:
        url = self.server.url("/playback/c1/hls.m3u8")
        recording.open(url, Interval(T0, T0 + 20), T0 + moment)

    def stop(self) -> None:
        for player in self.players:
            player.stop()


async def refuse(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=403)


def mishaps(grid: Grid, chance: random.Random) -> list[Callable[[], object]]:
    server = grid.server
    tile, recording = chance.choice(grid.tiles), chance.choice(grid.recordings)

    def kill() -> None:
        server.close()
        server.listen()

    def strand() -> None:
        server.handlers["/live/odd.flv"] = chance.choice(
            [
                hang,
                live(cached=20, after=22, then="stall"),
                live(cached=20, after=22, then="reset"),
                body(bytes(chance.randbytes(9000))),
            ]
        )
        tile.play(server.url("/live/odd.flv"), grid.fresh())

    return [
        kill,
        grid.expire,
        server.drop_all,
        strand,
        tile.retry,
        lambda: (tile.stop(), tile.play(grid.fresh())),
        lambda: grid.open(recording, chance.uniform(0, 19)),
        lambda: recording.seek(T0 + chance.uniform(0, 20)),
        lambda: recording.step(chance.choice([-3, -1, 1])),
        lambda: recording.set_rate(chance.choice([0.25, 1, 8])),
    ]


# asyncio of Python 3.11 forgets connections that it accepts while a server stops to listen.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
def test_every_tile_plays_again_and_nothing_is_left(qtbot, server):
    chance = random.Random(7)
    server.handlers["/playback/c1/hls.m3u8"] = body(playlist(T0, list(range(10))))
    for index in range(10):
        server.handlers[f"/playback/c1/{index}.ts"] = body(segment(index))
    before = descriptors()
    grid = Grid(server)
    for tile in grid.tiles:
        tile.play(grid.fresh())
    for recording in grid.recordings:
        grid.open(recording, 0)
    memory = 0.0
    for count in range(MISHAPS):
        chance.choice(mishaps(grid, chance))()
        qtbot.wait(chance.choice([0, 5, 50, 150]))
        if count == MISHAPS // 4:
            memory = resident_megabytes()
    for tile in grid.tiles:
        if tile.url.endswith("odd.flv"):
            tile.play(grid.fresh())
    for recording in grid.recordings:
        recording.set_rate(1)
        grid.open(recording, 0)
    qtbot.waitUntil(
        lambda: all(player.state.kind == "playing" for player in grid.players), timeout=30_000
    )
    grid.stop()
    qtbot.waitUntil(lambda: not workers(), timeout=10_000)
    qtbot.waitUntil(lambda: server.open_streams == 0, timeout=10_000)
    qtbot.waitUntil(lambda: descriptors() <= before + 6, timeout=10_000)
    assert resident_megabytes() < memory + 10
