"""The simulated cloud: its world, its clock, and what streams and handlers need of both."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable

from ivcdesk.api.actions import AccessProtocol, DeviceStatus
from ivcdesk.simulator.agenda import Agenda
from ivcdesk.simulator.clock import Clock
from ivcdesk.simulator.demo import RESTLESS
from ivcdesk.simulator.dice import number
from ivcdesk.simulator.links import Links
from ivcdesk.simulator.media.source import (
    CameraFacts,
    FetchedRecording,
    PlaybackSession,
    Pose,
    SoundCodec,
    Span,
    Storage,
)
from ivcdesk.simulator.media.studio import Studio
from ivcdesk.simulator.plans import Plan, week_of, weeks_between
from ivcdesk.simulator.ptz import PtzBehaviour, blend
from ivcdesk.simulator.pushing import admits_push, push_query
from ivcdesk.simulator.recordings import (
    DAY,
    RETENTION_DAYS,
    joined,
    recorded,
    scheduled,
    within,
    without,
)
from ivcdesk.simulator.restless import stir
from ivcdesk.simulator.seed import Scenario, build
from ivcdesk.simulator.state import Channel, Device, World

MOST_SESSIONS = 256
MOST_DOWNLOADS = 50
REPAIR_SECONDS = 3600
_TOUR_SECONDS = 900
_SAME_MOMENT = 0.001
_H265_MAKERS = ("Uniview",)
_RATE_SECONDS = 5
_TOUR_GLIDE_SECONDS = 4


class Cloud:
    """State and rules of one run. It is a :class:`~ivcdesk.simulator.media.source.MediaSource`.

    The server sets ``viewers`` (how many watch a channel), ``dismiss`` (end a channel's streams),
    ``downloading`` (how many files are being sent; ``most_downloads`` at once), ``measured`` (what
    a channel's running streams carry in kbit/s) and, before each call is answered,
    ``caller_region`` and ``caller_request``. All is used from one thread; what the streams ask for
    may be read from any.
    """

    def __init__(
        self,
        scenario: Scenario = "demo",
        seed: int = 1,
        devices: int | None = None,
        ptz: PtzBehaviour = PtzBehaviour.BOUNDED,
        clock: Clock | None = None,
    ) -> None:
        self.scenario: Scenario = scenario
        self.seed = seed
        self.ptz = ptz
        self.clock = clock or Clock()
        self.agenda = Agenda(self.clock)
        self.links = Links(self.clock)
        self.viewers: Callable[[str], int] = _nobody
        self.dismiss: Callable[[str], None] = _nothing
        self.downloading: Callable[[], int] = _none
        self.measured: Callable[[str], float | None] = _unmeasured
        self.most_downloads = MOST_DOWNLOADS
        self.caller_region = ""
        self.caller_request = ""
        self.studio = Studio()
        self._devices = devices
        self._sessions: dict[str, PlaybackSession] = {}
        self._lines: dict[str, asyncio.Lock] = {}
        self.world: World = build(scenario, seed, devices, self.clock.now())
        self._stir()

    def reset(self) -> None:
        """Go back to the seed: devices, poses, presets, sessions and the clock."""
        watched = [
            channel.channel_id
            for device in self.world.devices.values()
            for channel in device.channels or ()
            if self.viewers(channel.channel_id)
        ]
        for session in list(self._sessions.values()):
            self.close_session(session)
        self.clock.reset()
        self.agenda = Agenda(self.clock)
        self.world = build(self.scenario, self.seed, self._devices, self.clock.now())
        self._stir()
        for channel_id in watched:
            if not self.streaming(channel_id):
                self.dismiss(channel_id)

    def set_status(self, device: Device, status: DeviceStatus) -> None:
        """Change a device's state; who watches a device that went away is dismissed."""
        self.world.set_status(device, status, self.now())
        if device.online:
            return
        mine = {channel.channel_id for channel in device.channels or ()}
        for session in list(self._sessions.values()):
            if session.channel_id in mine:
                self.close_session(session)
        for channel_id in mine:
            self.dismiss(channel_id)

    def open_session(self, channel: Channel, start: float, end: float) -> PlaybackSession:
        """Begin to play a device's recording; the oldest of too many sessions is closed."""
        while len(self._sessions) >= MOST_SESSIONS:
            self.close_session(next(iter(self._sessions.values())))
        session = PlaybackSession(str(uuid.uuid4()), channel.channel_id, start, end)
        self._sessions[session.session_id] = session
        return session

    def close_session(self, session: PlaybackSession) -> None:
        """End a playback session; its stream ends with it."""
        session.control("stop")
        self._sessions.pop(session.session_id, None)

    def now(self) -> float:
        """Return the time that the cloud believes it to be."""
        return self.clock.now()

    def camera(self, channel_id: str) -> CameraFacts | None:
        """Return how to draw a channel, or None where there is none."""
        channel = self.world.channel(channel_id)
        if channel is None:
            return None
        scene = number(self.seed, "scene", channel.habit.channel) & 0x7FFFFFFF
        device = channel.device
        return CameraFacts(
            channel_id,
            channel.name,
            scene,
            place=device.scenery,
            codec="h265" if device.manufacturer in _H265_MAKERS else "h264",
            sound=_sound(device) if device.audio_switch else "",
        )

    def streaming(self, channel_id: str) -> bool:
        """Whether the channel can send a picture now."""
        channel = self.world.channel(channel_id)
        return channel is not None and channel.online

    def pose(self, channel_id: str) -> Pose:
        """Return where the camera looks at this moment."""
        channel = self.world.channel(channel_id)
        return Pose() if channel is None else channel.mount.pose(self.clock.steady())

    def recorded_pose(self, channel_id: str, at: float) -> Pose:
        """Return where the camera looked then: a round of its presets, a quarter hour each.

        Where a snapshot was taken at that very moment, it is where the camera looked for it.
        """
        channel = self.world.channel(channel_id)
        if channel is None:
            return Pose()
        for picture in self.world.ledger.snapshots.get(channel_id, ()):
            if abs(picture.taken - at) < _SAME_MOMENT:
                return picture.pose
        slot, within = divmod(at, _TOUR_SECONDS)
        here = self._toured(channel, int(slot))
        if within >= _TOUR_GLIDE_SECONDS:
            return here
        return blend(self._toured(channel, int(slot) - 1), here, within / _TOUR_GLIDE_SECONDS)

    def fetched(self, task_id: str) -> FetchedRecording | None:
        """Return what a finished download task fetched from its device, or None."""
        job = self.world.ledger.downloads.get(task_id)
        if job is None or job.reason or job.ends > self.clock.steady():
            return None
        return FetchedRecording(job.channel_id, job.start, job.end)

    def recorded(self, channel_id: str, storage: Storage, start: float, end: float) -> list[Span]:
        """Return what is stored between two moments, sorted, clipped and without overlaps.

        Of the cloud's recordings those that can be played: archived ones only once retrieved.
        """
        channel = self.world.channel(channel_id)
        if channel is None or not channel.plugged:
            return []
        if storage == "device":
            return self._on_device(channel, start, end)
        hot, archived = self._in_cloud(channel, start, end)
        retrieved = within(archived, self._retrieved(channel_id))
        return joined([*hot, *retrieved, *self._fetched(channel, start, end)])

    def archived(self, channel: Channel, start: float, end: float) -> list[Span]:
        """Return what the cloud keeps in its archive and can't play before it is retrieved."""
        _, archived = self._in_cloud(channel, start, end)
        return without(archived, self._retrieved(channel.channel_id))

    def recording_plans(
        self, channel: Channel, start: float, end: float
    ) -> list[tuple[Plan, Span]]:
        """Return which plans recorded a channel between two moments, and when."""
        memberships = channel.device.memberships(channel.number)
        return [
            (plan, (low, high)) for low, high, _, plan in weeks_between(memberships, start, end)
        ]

    def session(self, session_id: str) -> PlaybackSession | None:
        """Return a playback session that is still open."""
        return self._sessions.get(session_id)

    def admits(self, path: str, query: dict[str, str]) -> bool:
        """Whether the signed query of a media address is genuine, alive, and not forbidden."""
        if not self.links.admits(path, query):
            return False
        channel_id = path.split("/")[2].partition("@")[0].removesuffix(".live.flv")
        return not any(channel_id in banned for banned in self.world.ledger.bans.values())

    def push_address(self, device: Device) -> str:
        """Return where a device pushes its stream to, with a key where pushing is guarded."""
        query = push_query(device.stream_name, self.world.ledger.stream_auth, self.now())
        return f"{self.links.rtmp_base}/{device.app_name}/{device.stream_name}{query}"

    def admitted(self, app: str, name: str, query: dict[str, str]) -> str | None:
        """Return the channel of the device that pushes under a name, unless it may not."""
        if not admits_push(name, self.world.ledger.stream_auth, query, self.now()):
            return None
        for device in self.world.devices.values():
            if (device.stream_name, device.app_name) == (name, app) and not device.remote:
                disabled = device.status is DeviceStatus.DISABLED
                return None if disabled else self.world.channels(device)[0].channel_id
        return None

    def push_began(self, channel_id: str) -> None:
        """Let the device whose pictures arrive be online."""
        channel = self.world.channel(channel_id)
        if channel is not None:
            self.set_status(channel.device, DeviceStatus.ONLINE)

    def push_ended(self, channel_id: str) -> None:
        """Let the device that pushes no more be offline."""
        channel = self.world.channel(channel_id)
        if channel is not None and channel.device.online:
            self.set_status(channel.device, DeviceStatus.OFFLINE)

    def transmits(self, channel: Channel) -> bool:
        """Whether its stream is being sent to the cloud: someone watches, or it is recorded."""
        now = self.now()
        return bool(
            self.viewers(channel.channel_id)
            or self.recorded(channel.channel_id, "cloud", now - 60, now)
        )

    def bit_rate(self, channel: Channel) -> float:
        """Return what a channel sends now, in kbit/s: 0 unless its stream is being sent.

        Where somebody watches or something is pushed it is what the encoders give; where it is
        only recorded, no encoder runs, and it is what one would give.
        """
        measured = self.measured(channel.channel_id)
        if measured is not None:
            return measured
        if not (channel.online and self.transmits(channel)):
            return 0.0
        moment = int(self.now() // _RATE_SECONDS)
        return 480 + number(self.seed, "rate", channel.habit.channel, moment) % 24_000 / 100

    def line(self, channel: Channel) -> asyncio.Lock:
        """Return the line to a device's channel; who holds it is being served."""
        return self._lines.setdefault(channel.channel_id, asyncio.Lock())

    def _stir(self) -> None:
        """Let some devices come and go by themselves."""
        devices = [device for device in self.world.devices.values() if device.online]
        if self.scenario == "demo":
            devices = [device for device in devices if device.name in RESTLESS]
        stir(self.agenda, self.seed, devices, self.set_status)

    def _on_device(self, channel: Channel, start: float, end: float) -> list[Span]:
        if channel.device.since is None:
            return []
        now = float(int(self.now()))
        low = max(start, now - RETENTION_DAYS * DAY, channel.device.since)
        return recorded(channel.habit, "device", low, min(end, now))

    def _in_cloud(
        self, channel: Channel, start: float, end: float
    ) -> tuple[list[Span], list[Span]]:
        """Return what plans recorded: what can be played, and what lies in the archive."""
        device = channel.device
        if device.since is None:
            return [], []
        now = float(int(self.now()))
        hot: list[Span] = []
        archived: list[Span] = []
        window = (max(start, device.since), min(end, now))
        for low, high, week, plan in weeks_between(device.memberships(channel.number), *window):
            cold_from = now - plan.hot_days * DAY
            kept_from = now - plan.kept_days * DAY
            hot += recorded(channel.habit, "cloud", max(low, cold_from), high, week)
            archived += recorded(
                channel.habit, "cloud", max(low, kept_from), min(high, cold_from), week
            )
        return without(joined(hot), device.absences), without(joined(archived), device.absences)

    def _fetched(self, channel: Channel, start: float, end: float) -> list[Span]:
        """Return what the cloud fetched from the device later: filled gaps, and backups.

        Plans that repair do so an hour afterwards, backup plans a day afterwards; neither reaches
        beyond the moment at which a device went away.
        """
        device = channel.device
        if not channel.habit.storage or device.since is None:
            return []
        now = self.now()
        seen = now if device.online or not device.absences else device.absences[-1][0]
        wanted: list[Span] = []
        for low, high, week, plan in weeks_between(device.memberships(channel.number), start, end):
            if plan.repair:
                kept = max(low, now - plan.hot_days * DAY)
                wanted += scheduled(week, kept, min(high, seen - REPAIR_SECONDS))
        for backup in tuple(self.world.ledger.backup_plans.values()):
            if channel.channel_id in backup.channels:
                kept = max(start, backup.created - DAY, now - backup.hot_days * DAY)
                hours = week_of(backup.template.device_sections)
                wanted += scheduled(hours, kept, min(end, seen - DAY))
        if not wanted:
            return []
        return within(self._on_device(channel, start, end), joined(wanted))

    def _retrieved(self, channel_id: str) -> list[Span]:
        steady = self.clock.steady()
        spans = [
            (float(task.start), float(task.end))
            for task in tuple(self.world.ledger.retrievals.values())
            if task.playable(channel_id, steady)
        ]
        return joined(sorted(spans))

    def _toured(self, channel: Channel, slot: int) -> Pose:
        if len(channel.tour) == 1:
            return channel.tour[0]
        chosen = number(self.seed, "tour", channel.habit.channel, slot) % (len(channel.tour) * 2)
        return channel.tour[chosen if chosen < len(channel.tour) else 0]


def _sound(device: Device) -> SoundCodec:
    """Return what microphones there are: where a stream is pushed, and on one maker's devices."""
    if device.protocol is AccessProtocol.RTMP:
        return "aac"
    if device.manufacturer != "Dahua":
        return ""
    return "g711u" if device.protocol is AccessProtocol.GATEWAY else "g711a"


def _nobody(_channel_id: str) -> int:
    return 0


def _none() -> int:
    return 0


def _unmeasured(_channel_id: str) -> None:
    return None


def _nothing(_channel_id: str) -> None:
    return None
