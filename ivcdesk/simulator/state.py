"""What exists in the simulated cloud, apart from how it is asked for."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from ivcdesk.api.actions import AccessProtocol, DeviceStatus, DeviceType, Transport
from ivcdesk.simulator.dice import Identities
from ivcdesk.simulator.media.source import Pose, Span
from ivcdesk.simulator.ptz import Mount
from ivcdesk.simulator.recordings import Habit

ROOT = "0"
DEVICE_KIND = 1
CHANNEL_KIND = 2


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
    """A camera or a recorder. ``index`` numbers it within the world.

    ``since`` is when it first reached the cloud (None: never); ``absences`` are the times since
    then that it was out of the cloud's reach, the last one open-ended while it still is.
    """

    device_id: str
    index: int
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
    gateway_id: str = ""
    gateway_name: str = ""
    protocol_type: int = 0
    app_name: str = ""
    stream_name: str = ""
    audio_switch: int = 0
    since: float | None = 0.0
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


class World:
    """Organisations, devices and channels; every change keeps the counts right.

    ``furnish`` makes a device's channels when they are first asked for, by whichever thread.
    """

    def __init__(
        self, identities: Identities, furnish: Callable[[World, Device], tuple[Channel, ...]]
    ) -> None:
        self.identities = identities
        self.app_id = 1_300_000_000
        self.root = Organization(ROOT, "", None)
        self.organizations: dict[str, Organization] = {ROOT: self.root}
        self.devices: dict[str, Device] = {}
        self._furnish = furnish
        self._furnishing = threading.Lock()

    def add_organization(self, organization_id: str, name: str, parent_id: str) -> Organization:
        """File a new organisation under its parent; KeyError where there is no such parent."""
        parent = self.organizations[parent_id]
        node = Organization(organization_id, name, parent)
        parent.children.append(node)
        self.organizations[organization_id] = node
        return node

    def add_device(self, device: Device) -> None:
        """File a new device under its organisation."""
        self.devices[device.device_id] = device
        device.organization.devices[device.device_id] = device
        device.organization.online += device.online

    def channels(self, device: Device) -> tuple[Channel, ...]:
        """Return a device's channels by their numbers."""
        if device.channels is None:
            with self._furnishing:
                device.channels = device.channels or self._furnish(self, device)
        return device.channels

    def channel(self, channel_id: str) -> Channel | None:
        """Return a channel by its id."""
        named = self.identities.read(channel_id)
        if named is None or named[0] != CHANNEL_KIND:
            return None
        device = self.devices.get(self.identities.make(DEVICE_KIND, named[1]))
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
