"""A session without a cloud: says what it was told, answers what the test wants."""

from __future__ import annotations

import asyncio
import tempfile
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace

from ivcdesk.api.actions import Channel, ChannelId, Device, DeviceId, DeviceStatus, Preset
from ivcdesk.domain import devices as rules
from ivcdesk.domain.aiming import Learned
from ivcdesk.domain.devices import Obstacle
from ivcdesk.domain.ptz import Spacing
from ivcdesk.services.directory import Change, state_of
from ivcdesk.services.patrol import Patrols
from ivcdesk.services.presets import Presets
from ivcdesk.services.ptz_store import PtzStore
from ivcdesk.ui.context import Context, Explanation

GATE = ChannelId("gate")
FIXED = ChannelId("fixed")
AWAY = ChannelId("away")


class Subject:
    def __init__(self) -> None:
        self.listeners: list[Callable] = []

    def subscribe(self, listener: Callable) -> Callable[[], None]:
        self.listeners.append(listener)
        return lambda: self.listeners.remove(listener)

    def tell(self, value: object) -> None:
        for listener in list(self.listeners):
            listener(value)


class StandInDirectory(Subject):
    def __init__(self) -> None:
        super().__init__()
        self.state = "ready"
        self.filling = SimpleNamespace(settled=True)
        self.devices = {
            DeviceId("d1"): Device(
                device_id=DeviceId("d1"), name="Gate NVR", status=DeviceStatus.ONLINE
            ),
            DeviceId("d2"): Device(
                device_id=DeviceId("d2"), name="Yard", status=DeviceStatus.OFFLINE
            ),
        }
        self._channels = {
            GATE: ("d1", "Gate North", 1),
            FIXED: ("d1", "Fixed", 0),
            AWAY: ("d2", "Yard dome", 1),
        }

    def channel(self, channel_id: ChannelId) -> Channel | None:
        if channel_id not in self._channels:
            return None
        device, name, turns = self._channels[channel_id]
        return Channel(
            device_id=DeviceId(device), channel_id=channel_id, name=name, ptz_type=turns, state=1
        )

    def device_of(self, channel_id: ChannelId) -> Device | None:
        channel = self.channel(channel_id)
        return None if channel is None else self.devices[channel.device_id]

    def obstacle(self, channel_id: ChannelId) -> Obstacle | None:
        channel, device = self.channel(channel_id), self.device_of(channel_id)
        if channel is None or device is None:
            return Obstacle.GONE
        return rules.obstacle(state_of(device), online=True, turns=channel.ptz_type == 1)

    def set_status(self, device_id: str, status: DeviceStatus) -> None:
        key = DeviceId(device_id)
        self.devices[key] = Device(device_id=key, name=self.devices[key].name, status=status)
        channels = frozenset(c for c, (d, *_) in self._channels.items() if d == device_id)
        self.tell(Change(frozenset(), frozenset({key}), channels, "ready"))


class StandInSteering(Subject):
    def __init__(self, channel_id: ChannelId, log: list[tuple]) -> None:
        super().__init__()
        self.channel_id = channel_id
        self.log = log
        self.spacing = Spacing()
        self.unsupported: set = set()

    def press(self, command: str, speed: int) -> None:
        self.log.append(("press", str(command), speed))

    def release(self, command: str) -> None:
        self.log.append(("release", str(command)))

    def release_all(self) -> None:
        self.log.append(("release all",))

    def set_speed(self, speed: int) -> None:
        self.log.append(("speed", speed))

    async def close(self) -> None:
        self.log.append(("close",))


class StandInPtz:
    def __init__(self) -> None:
        self.log: list[tuple] = []
        self.steerings: dict[ChannelId, StandInSteering] = {}
        self.own: dict[ChannelId, float | None] = {}
        self.watchers: list[Callable] = []
        self.moves: dict[ChannelId, Learned] = {}
        self.stored = {1: "Gate lane", 2: "Barrier", 5: ""}
        self.error: Exception | None = None
        self.gate = asyncio.Event()
        self.gate.set()

    interval = 0.3

    def own_interval(self, channel_id: ChannelId) -> float | None:
        return self.own.get(channel_id)

    def set_interval(self, channel_id: ChannelId, seconds: float | None) -> None:
        self.own[channel_id] = seconds
        self.steer(channel_id).spacing.wanted = seconds or self.interval

    def is_held(self, channel_id: ChannelId) -> bool:
        return False

    def watch_hands(self, channel_id: ChannelId, watcher: Callable) -> Callable[[], None]:
        self.watchers.append(watcher)
        return lambda: self.watchers.remove(watcher)

    async def learned(self, channel_id: ChannelId) -> Learned:
        return self.moves.get(channel_id, Learned())

    async def remember(self, channel_id: ChannelId, learned: Learned) -> None:
        self.moves[channel_id] = learned

    def steer(self, channel_id: ChannelId) -> StandInSteering:
        return self.steerings.setdefault(channel_id, StandInSteering(channel_id, self.log))

    async def presets(self, channel_id: ChannelId) -> tuple[Preset, ...]:
        await self._answer("presets", channel_id)
        return tuple(Preset(index=index, name=name) for index, name in self.stored.items())

    async def goto(self, channel_id: ChannelId, index: int, *, by_hand: bool = True) -> None:
        await self._answer("goto", index)

    async def set_preset(self, channel_id: ChannelId, index: int) -> None:
        await self._answer("set", index)
        self.stored[index] = f"Preset {index}"

    async def delete_preset(self, channel_id: ChannelId, index: int) -> None:
        await self._answer("delete", index)
        self.stored.pop(index, None)

    async def _answer(self, *what: object) -> None:
        self.log.append(what)
        await self.gate.wait()
        if self.error is not None:
            raise self.error


@dataclass
class StandInSession:
    directory: StandInDirectory = field(default_factory=StandInDirectory)
    ptz: StandInPtz = field(default_factory=StandInPtz)
    presets: Presets = field(default_factory=lambda: Presets(PtzStore(None), "", None))
    patrols: Patrols = field(init=False)
    live: object = None

    def __post_init__(self) -> None:
        self.patrols = Patrols(self.ptz, PtzStore(None), "")


class StandInSettings(SimpleNamespace):
    def save(self) -> None:
        self.saved += 1


def explain(error: BaseException) -> Explanation:
    return Explanation(
        title=f"Words for {type(error).__name__}",
        hint="Do something",
        code=getattr(error, "code", "") or type(error).__name__,
        request_id=getattr(error, "request_id", ""),
    )


def make_context(**settings: object) -> Context:
    values = {
        "language": "en",
        "theme": "dark",
        "ptz_interval_ms": 300,
        "ptz_speed": 4,
        "time_zone": "system",
        "external_player": "",
        "external_commands": {},
        "gamepad_buttons": {},
        "sound_muted": True,
        "sound_volume": 70,
        "live_idle_minutes": 30,
        "live_tour_seconds": 15,
        "live_restores": True,
        "live_facts": True,
        "download_folder": "",
        "downloads_at_once": 3,
        "export_form": "mp4",
        "export_join": True,
        "export_g711": True,
        "folder": Path(tempfile.gettempdir()) / "ivcdesk-tests" / uuid.uuid4().hex,
        "saved": 0,
    }
    notices: list[Explanation] = []
    context = Context(explain, notices.append, StandInSettings(**{**values, **settings}))
    context.settings.notices = notices
    return context


async def until(holds: Callable[[], object], seconds: float = 8.0) -> None:
    """Wait until something is so; fails where it does not become so in time."""
    async with asyncio.timeout(seconds):
        while not holds():  # noqa: ASYNC110  # what it waits for belongs to Qt, which sets no event
            await asyncio.sleep(0.01)
