"""Nine tiles whose media server is killed, whose addresses expire and whose streams stall."""

from __future__ import annotations

import asyncio
import ctypes
import gc
import os
import random
import sys
from pathlib import Path

from PySide6.QtWidgets import QGridLayout, QWidget

from ivcdesk.api.actions import ChannelId, StreamUrls
from ivcdesk.api.errors import ConnectError, Unavailable
from ivcdesk.ui.panels.live_slot import LiveSlot
from ivcdesk.ui.widgets.video_tile import VideoTile
from tests.media.streams import Handler, Server, body, hang, live, web
from tests.ui.panels.stand_ins import StandInDirectory, StandInSession, until

TILES = 9
PAUSES = (0.0, 0.005, 0.05, 0.15)
"""Between two mishaps, s."""


async def refuse(_request: web.Request) -> web.StreamResponse:
    return web.Response(status=403)


class Cloud:
    """Gives an address of its own to whoever asks, and fails to, where it is told."""

    def __init__(self, server: Server) -> None:
        self._server = server
        self._issued = 0
        self.odd: list[Handler | Exception] = []

    async def open(self, channel_id: ChannelId, _quality: str = "sub") -> StreamUrls:
        await asyncio.sleep(0)
        odd = self.odd.pop() if self.odd else live()
        if isinstance(odd, Exception):
            raise odd
        self._issued += 1
        path = f"/live/{channel_id}/{self._issued}.flv"
        self._server.handlers[path] = odd
        return StreamUrls(flv=self._server.url(path))


class Grid:
    """A window with nine tiles, each with its slot as on the live page."""

    def __init__(self, server: Server, seed: int) -> None:
        self.server = server
        self.chance = random.Random(seed)
        self.cloud = Cloud(server)
        directory = StandInDirectory()
        session = StandInSession(directory=directory, live=self.cloud)
        self.window = QWidget()
        self.window.resize(960, 540)
        places = QGridLayout(self.window)
        self.slots: list[LiveSlot] = []
        self.tiles: list[VideoTile] = []
        for index in range(TILES):
            name = f"camera {index + 1}"
            directory._channels[ChannelId(name)] = ("d1", name, 1)
            slot, tile = LiveSlot(parent=self.window), VideoTile()
            slot.attach(session)
            tile.set_player(slot.player)
            places.addWidget(tile, index // 3, index % 3)
            slot.show(ChannelId(name))
            self.slots.append(slot)
            self.tiles.append(tile)
        self.window.show()

    @property
    def painted(self) -> list[int]:
        return [tile.property("framesPainted") for tile in self.tiles]

    def mishap(self) -> None:
        """Let one of the things happen that happen to media servers."""
        server, chance = self.server, self.chance
        what = chance.choice(["kill", "down", "expire", "reset", "stall", "odd", "cloud", "user"])
        if what == "kill":
            server.close()
            server.listen()
        elif what == "down":
            server.close()
        elif what == "expire":
            for path in list(server.handlers):
                server.handlers[path] = refuse
            server.drop_all()
        elif what == "reset":
            server.drop_all()
        elif what == "stall":
            # What is asked for anew gives some pictures, and then nothing more.
            self._spoil(live(cached=20, after=22, then="stall"))
        elif what == "odd":
            self._spoil(
                chance.choice(
                    [
                        hang,
                        live(cached=20, after=25, then="reset"),
                        live(cached=20, after=25, then="close"),
                        body(chance.randbytes(9000)),
                    ]
                )
            )
        elif what == "cloud":
            self.cloud.odd.append(
                chance.choice(
                    [Unavailable("ResourceUnavailable.Busy", "busy"), ConnectError("refused")]
                )
            )
            self._spoil(refuse)
        else:
            slot = chance.choice(self.slots)
            chance.choice([slot.retry, slot.reopen, lambda: (slot.sleep(), slot.wake())])()
        if what != "down":
            server.listen()

    def _spoil(self, handler: Handler) -> None:
        path = self.chance.choice(list(self.server.handlers))
        self.server.handlers[path] = handler
        self.server.drop_all()

    def heal(self) -> None:
        """From now on nothing goes wrong any more; what is spoilt already stays so."""
        self.cloud.odd.clear()
        self.server.listen()

    async def all_play(self, seconds: float) -> None:
        """Wait until every tile paints pictures that have come just now."""
        before = self.painted

        def each_is_further() -> bool:
            kinds = [slot.kind for slot in self.slots]
            return set(kinds) == {"playing"} and all(
                now > then + 3 for now, then in zip(self.painted, before, strict=True)
            )

        await until(each_is_further, seconds)

    async def go_through(self, mishaps: int, seconds: float) -> float:
        """Have so many mishaps, see all tiles play again; returns how memory grew, MiB.

        Memory is compared between a quarter of the way and the end, both times with all playing.
        """
        await self.all_play(seconds)
        memory = 0.0
        for count in range(mishaps):
            self.mishap()
            await asyncio.sleep(self.chance.choice(PAUSES))
            if count == mishaps // 4:
                self.heal()
                await self.all_play(seconds)
                memory = resident_megabytes()
        self.heal()
        await self.all_play(seconds)
        return resident_megabytes() - memory

    async def close(self) -> None:
        await asyncio.gather(*(slot.close() for slot in self.slots))
        self.window.close()
        self.window.deleteLater()


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
