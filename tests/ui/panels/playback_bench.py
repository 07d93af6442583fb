"""A reel at work between a player and recordings that stand still, so that every step is seen."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from PySide6.QtCore import QObject, Signal

from ivcdesk.api.actions import ChannelId, SessionId
from ivcdesk.api.errors import NotFound
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.intervals import Interval, at, normalise
from ivcdesk.media.states import EMPTY, PAUSED, PLAYING, PlayerState
from ivcdesk.services.recordings import NothingRecorded, Playable
from ivcdesk.ui.panels.playback_reel import Reel
from ivcdesk.ui.tasks import TaskScope

NOW = 1_795_000_000.0
GATE = ChannelId("gate")


class Player(QObject):
    position_changed = Signal(float)
    state_changed = Signal(object)
    needs_url = Signal()
    frame_ready = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.did: list[tuple] = []
        self.interval = Interval(0, 0)
        self.state = EMPTY
        self.rate = 1.0
        self.state_changed.connect(self._on_state)

    def _on_state(self, state: PlayerState) -> None:
        self.state = state

    def open(self, url, interval, at, kind="hls", *, spans=()) -> None:
        self.interval = interval
        self.did.append(("open", kind, at))
        self.state_changed.emit(PLAYING)

    def seek(self, t: float) -> bool:
        self.did.append(("seek", t))
        return True

    def play(self) -> None:
        self.did.append(("play",))
        self.state_changed.emit(PLAYING)

    def pause(self) -> None:
        self.did.append(("pause",))
        self.state_changed.emit(PAUSED)

    def stop(self) -> None:
        self.did.append(("stop",))
        self.state = EMPTY

    def step(self, count: int) -> None:
        self.did.append(("step", count))

    def set_rate(self, rate: float) -> None:
        self.did.append(("rate", rate))

    def note_seek(self, t: float) -> None:
        self.did.append(("note seek", t))

    def note_rate(self, rate: float) -> None:
        self.did.append(("note rate", rate))
        self.rate = rate


@dataclass
class Book:
    cloud: tuple = ()
    device: tuple = ()

    refreshed: int = 0

    async def known(self, source, t) -> bool:
        return True

    def refresh(self) -> None:
        self.refreshed += 1

    def recorded(self, source):
        return self.cloud if source is Source.CLOUD else self.device


@dataclass
class Recordings:
    book: Book
    length: float = 100.0
    did: list[tuple] = field(default_factory=list)
    open_sessions: set[str] = field(default_factory=set)
    error: Exception | None = None
    lost: bool = False
    slow: asyncio.Event | None = None
    number: int = 0

    async def open_cloud(self, channel, t, **_how) -> Playable:
        return await self._open(Source.CLOUD, t, self.book.cloud)

    async def open_device(self, channel, t, **_how) -> Playable:
        playable = await self._open(Source.DEVICE, t, self.book.device)
        self.open_sessions.add(playable.session_id)
        return playable

    async def _open(self, source, t, spans) -> Playable:
        self.did.append(("open", source.value, t))
        await asyncio.sleep(0)
        if self.slow is not None:
            await self.slow.wait()
        if self.error is not None:
            raise self.error
        span = at(spans, t)
        if span is None:
            raise NothingRecorded(source, t, spans)
        self.number += 1
        end = min(span.end, t + self.length)
        session = SessionId(f"s{self.number}")
        return Playable(source, GATE, Interval(t, end), "http://127.0.0.1/x?token=t", session)

    async def control(self, playable, action, *, position=None, scale=None) -> None:
        self.did.append((action.value, position, scale))
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        if self.lost or playable.session_id not in self.open_sessions:
            raise NotFound("ResourceNotFound.StreamNotExistOrClose", "gone")

    async def close_playable(self, playable) -> None:
        if playable.session_id in self.open_sessions:
            self.open_sessions.discard(playable.session_id)
            self.did.append(("close",))


class Bench:
    def __init__(self, cloud=(), device=()) -> None:
        self.book = Book(normalise(cloud), normalise(device))
        self.recordings = Recordings(self.book)
        self.owner = QObject()
        self.tasks = TaskScope(self.owner)
        self.player = Player()
        self.reel = Reel(self.player, self.tasks, lambda: NOW)
        self.jumps: list = []
        self.nowhere: list = []
        self.reel.jumped.connect(self.jumps.append)
        self.reel.nowhere.connect(self.nowhere.append)
        self.reel.load(self.recordings, GATE, self.book)

    async def settle(self) -> None:
        for _ in range(30):
            await asyncio.sleep(0)
        await self.reel.settled()

    async def close(self) -> None:
        await self.reel.close()
        await self.tasks.finish()
        assert not self.recordings.open_sessions, "a session was left open"

    def opened(self) -> list[tuple]:
        return [one[1:] for one in self.recordings.did if one[0] == "open"]


def run(aio, bench: Bench, work) -> None:
    async def whole() -> None:
        try:
            await work(bench)
        finally:
            await bench.close()

    aio(whole())
