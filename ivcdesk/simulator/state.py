"""What exists in the simulated cloud, apart from how it is asked for."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import IntEnum

from ivcdesk.api.actions import AccessProtocol, DeviceStatus, DeviceType, Transport
from ivcdesk.simulator.codes import CLUSTERS
from ivcdesk.simulator.dice import Identities, number
from ivcdesk.simulator.ledger import Gateway, Ledger
from ivcdesk.simulator.media.source import Place, Pose, Span
from ivcdesk.simulator.plans import ALWAYS, Membership, Plan
from ivcdesk.simulator.ptz import Mount
from ivcdesk.simulator.recordings import Habit

ROOT = "0"
FIRST_ORGANIZATION = 23_701


class Kind(IntEnum):
    """What an id names."""

    SNAPSHOT = 0
    DEVICE = 1
    CHANNEL = 2
    CLUSTER = 3
    GATEWAY = 4
    TASK = 5
    STEP = 6
    TEMPLATE = 7
    PLAN = 8
    BACKUP_TEMPLATE = 9
    BACKUP_PLAN = 10
    RETRIEVAL = 11
    DOWNLOAD = 12
    AI_TASK = 13
    DOMAIN = 14
    STREAM_AUTH = 15


@dataclass(slots=True, eq=False)
class Organization:
    """A node of the tree; ``devices`` are those filed directly under it."""

    organization_id: str
    name: str
    parent: Organization | None
    children: list[Organization] = field(default_factory=list)
    devices: dict[str, Device] = field(default_factory=dict)
    online: int = 0

    @property
    def level(self) -> int:
        """1 for the children of the root."""
        return 0 if self.parent is None else self.parent.level + 1

    def ancestors(self) -> list[Organization]:
        """Return the root first and the parent last."""
        if self.parent is None:
            return []
        return [*self.parent.ancestors(), self.parent]

    def subtree(self) -> Iterator[Organization]:
        """Yield the node itself and everything below it."""
        yield self
        for child in self.children:
            yield from child.subtree()

    def counts(self) -> tuple[int, int]:
        """Return how many devices are at and below the node, and how many of them are online."""
        nodes = list(self.subtree())
        return sum(len(node.devices) for node in nodes), sum(node.online for node in nodes)


@dataclass(slots=True, eq=False)
class Device:
    """A camera or a recorder. ``index`` numbers it within the world, ``site`` where it was built.

    ``since`` is when it first reached the cloud (None: never); ``absences`` are the times since
    then that it was out of the cloud's reach, the last one open-ended while it still is.
    ``plan`` records all channels but those in ``moved``, which joined and left plans one by one.
    ``scenery`` is what its cameras look at; ``turning`` and ``lost`` number the channels with PTZ
    and those without a camera.
    """

    device_id: str
    index: int
    site: int
    code: str
    name: str
    type: DeviceType
    protocol: AccessProtocol
    status: DeviceStatus
    organization: Organization
    channel_num: int
    region: str
    cluster_id: str
    cluster_name: str
    transport: Transport = Transport.NONE
    manufacturer: str = ""
    password: str = ""
    description: str = ""
    username: str = ""
    ip: str = ""
    port: int = 0
    gateway: Gateway | None = None
    protocol_type: int = 0
    app_name: str = ""
    stream_name: str = ""
    sn_code: str = ""
    audio_switch: int = 1
    subscribe_switch: int = 1
    silent_frame_switch: int = 0
    since: float | None = 0.0
    turning: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    steady: bool = False
    scenery: Place = ""
    plan: Plan | None = None
    moved: dict[int, list[Membership]] | None = None
    absences: list[Span] = field(default_factory=list)
    channels: tuple[Channel, ...] | None = None

    @property
    def online(self) -> bool:
        """Whether the device talks to the cloud now."""
        return self.status is DeviceStatus.ONLINE

    @property
    def remote(self) -> bool:
        """Whether the cloud can ask the device for anything: one that only pushes hears nothing."""
        return self.protocol is not AccessProtocol.RTMP

    def memberships(self, place: int) -> list[Membership]:
        """Return which plans recorded a channel by when, the last one until now."""
        changes = (self.moved or {}).get(place, [])
        return [(ALWAYS, self.plan), *changes]

    def plan_of(self, place: int) -> Plan | None:
        """Return the plan that records a channel now."""
        plan = self.memberships(place)[-1][1]
        return None if plan is None or plan.ended else plan

    def join(self, place: int, plan: Plan | None, now: float) -> None:
        """Have a channel recorded by another plan, or by none, from now on."""
        if self.moved is None:
            self.moved = {}
        self.moved.setdefault(place, []).append((now, plan))


@dataclass(slots=True, eq=False)
class Channel:
    """One picture of a device; ``plugged`` is False where a recorder has lost the camera.

    ``tour`` are the poses that its recordings show in turn.
    """

    channel_id: str
    device: Device
    number: int
    code: str
    name: str
    habit: Habit
    mount: Mount
    tour: tuple[Pose, ...]
    ptz: bool = False
    plugged: bool = True
    resolution: str = ""

    @property
    def online(self) -> bool:
        """Whether its picture can be had now."""
        return self.device.online and self.plugged

    @property
    def plan(self) -> Plan | None:
        """The plan that records it now."""
        return self.device.plan_of(self.number)


class World:
    """Organisations, devices and channels; every change keeps the counts right.

    ``furnish`` makes a device's channels when they are first asked for, by whichever thread.
    """

    def __init__(self, seed: int, furnish: Callable[[World, Device], tuple[Channel, ...]]) -> None:
        self.seed = seed
        self.identities = Identities(seed)
        self.app_id = 1_300_000_000
        self.root = Organization(ROOT, "", None)
        self.organizations: dict[str, Organization] = {ROOT: self.root}
        self.devices: dict[str, Device] = {}
        self.ledger = Ledger()
        self._counted: Counter[Kind] = Counter()
        self._named = 0
        self._next_organization = FIRST_ORGANIZATION
        self._furnish = furnish
        self._furnishing = threading.Lock()

    def new_id(self, kind: Kind) -> str:
        """Return an id that nothing of the kind had before."""
        self._counted[kind] += 1
        return self.identities.make(kind, self._counted[kind])

    def new_text_id(self, prefix: str) -> str:
        """Return an id of the newer kind: a prefix and sixteen digits."""
        self._named += 1
        return f"{prefix}{number(self.seed, prefix, self._named):016x}"

    def new_device_id(self) -> tuple[int, str]:
        """Return the number and the id of a device to come."""
        index = self._counted[Kind.DEVICE]
        self._counted[Kind.DEVICE] += 1
        return index, self.identities.make(Kind.DEVICE, index)

    def cluster_id(self, region: str) -> str:
        """Return the id of a region's service node."""
        return self.identities.make(Kind.CLUSTER, list(CLUSTERS).index(region))

    def region_of_cluster(self, cluster_id: str) -> str | None:
        """Return the region of a service node, or None where there is none."""
        return next((name for name in CLUSTERS if self.cluster_id(name) == cluster_id), None)

    def add_organization(self, name: str, parent: Organization) -> Organization:
        """File a new organisation under its parent."""
        node = Organization(str(self._next_organization), name, parent)
        self._next_organization += 1
        parent.children.append(node)
        self.organizations[node.organization_id] = node
        return node

    def remove_organization(self, node: Organization) -> None:
        """Take away an organisation that holds nothing."""
        if node.parent is None or node.children or node.devices:
            raise ValueError("the organisation is not empty, or the root")
        node.parent.children.remove(node)
        del self.organizations[node.organization_id]

    def add_device(self, device: Device) -> None:
        """File a new device under its organisation and its gateway."""
        self.devices[device.device_id] = device
        device.organization.devices[device.device_id] = device
        device.organization.online += device.online
        if device.gateway is not None:
            device.gateway.devices[device.device_id] = device

    def remove_device(self, device: Device) -> None:
        """Take a device and its channels away."""
        del self.devices[device.device_id]
        del device.organization.devices[device.device_id]
        device.organization.online -= device.online
        if device.gateway is not None:
            device.gateway.devices.pop(device.device_id, None)

    def move_device(self, device: Device, organization: Organization) -> None:
        """File a device under another organisation."""
        del device.organization.devices[device.device_id]
        device.organization.online -= device.online
        device.organization = organization
        organization.devices[device.device_id] = device
        organization.online += device.online

    def channels(self, device: Device) -> tuple[Channel, ...]:
        """Return a device's channels by their numbers."""
        if device.channels is None:
            with self._furnishing:
                device.channels = device.channels or self._furnish(self, device)
        return device.channels

    def channel(self, channel_id: str) -> Channel | None:
        """Return a channel by its id."""
        named = self.identities.read(channel_id)
        if named is None or named[0] != Kind.CHANNEL:
            return None
        device = self.devices.get(self.identities.make(Kind.DEVICE, named[1]))
        if device is None:
            return None
        channels = self.channels(device)
        return channels[named[2]] if named[2] < len(channels) else None

    def set_status(self, device: Device, status: DeviceStatus, now: float) -> None:
        """Let a device come, go, or be disabled at a moment of the wall clock."""
        was_online = device.online
        device.organization.online += (status is DeviceStatus.ONLINE) - was_online
        device.status = status
        if was_online and not device.online:
            device.absences.append((now, float("inf")))
        elif device.online and not was_online:
            if device.since is None:
                device.since = now
            elif device.absences:
                device.absences[-1] = (device.absences[-1][0], now)
