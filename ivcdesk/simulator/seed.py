"""From a scenario and a seed to a world: the same seed makes the same world, ids and all."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Literal

from ivcdesk.api.actions import AccessProtocol, DeviceStatus, DeviceType, Transport
from ivcdesk.simulator.demo import SITES, VIEWS, Model, Site
from ivcdesk.simulator.dice import Identities, dice, number
from ivcdesk.simulator.fleet import fleet_sites
from ivcdesk.simulator.media.source import Pose
from ivcdesk.simulator.ptz import Mount, PresetPoint
from ivcdesk.simulator.recordings import Habit
from ivcdesk.simulator.state import (
    CHANNEL_KIND,
    DEVICE_KIND,
    ROOT,
    Channel,
    Device,
    Organization,
    World,
)

Scenario = Literal["demo", "fleet"]
FLEET_DEVICES = 1000

CLUSTERS = {
    "ap-shanghai": ("上海一区 Shanghai 1", "31011500"),
    "ap-guangzhou": ("广州一区 Guangzhou 1", "44010600"),
}
GATEWAY_PROTOCOLS = {1: "海康SDK", 2: "大华SDK", 3: "宇视SDK", 4: "Onvif"}

_CLUSTER_KIND = 3
_GATEWAY_KIND = 4
_BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_GATEWAY_PROTOCOL_OF = {"Hikvision": 1, "Dahua": 2, "Uniview": 3}
_PRESET_NAMES = ("Home", "Gate lane", "Barrier", "Plate view", "Road east", "Yard")


def build(scenario: Scenario, seed: int, devices: int | None, now: float) -> World:
    """Return the world of a scenario at a moment (seconds since the epoch).

    ``devices`` sizes the fleet and means nothing to the demo.
    """
    sites = SITES if scenario == "demo" else fleet_sites(devices or FLEET_DEVICES, seed)
    builder = _Builder(seed, now)
    with _without_collector():
        for site in sites:
            builder.add(site, ROOT)
    return builder.world


@contextmanager
def _without_collector() -> Iterator[None]:
    """Spare a big world the passes of the cycle collector over what is all alive."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


@dataclass(frozen=True, slots=True)
class _Place:
    """What all devices of one site have in common."""

    organization: Organization
    site: int
    region: str
    area: str
    cluster_id: str
    cluster_name: str
    gateway_id: str
    gateway_name: str


class _Builder:
    def __init__(self, seed: int, now: float) -> None:
        self._seed = seed
        self._now = now
        self._models: list[Model] = []
        self._organization_numbers = count(23_701)
        self._sites = count(1)
        self.world = World(Identities(seed), self._furnish)

    def add(self, site: Site, parent_id: str) -> None:
        """File a site, its devices and all below it."""
        organization_id = str(next(self._organization_numbers))
        organization = self.world.add_organization(organization_id, site.name, parent_id)
        place = self._place(organization, site.region)
        for model in site.devices:
            self._add_device(model, place)
        for below in site.below:
            self.add(below, organization_id)

    def _place(self, organization: Organization, region: str) -> _Place:
        identities, site = self.world.identities, next(self._sites)
        cluster_name, area = CLUSTERS[region]
        return _Place(
            organization,
            site,
            region,
            area,
            identities.make(_CLUSTER_KIND, list(CLUSTERS).index(region)),
            cluster_name,
            identities.make(_GATEWAY_KIND, site),
            f"网关 Gateway {site:02d}",
        )

    def _add_device(self, model: Model, place: _Place) -> None:
        index = len(self._models)
        self._models.append(model)
        chance = number(self._seed, "device", index)
        recorder = model.cameras > 1
        pushes = model.protocol is AccessProtocol.RTMP
        registered = model.status is not DeviceStatus.UNREGISTERED
        device = Device(
            device_id=self.world.identities.make(DEVICE_KIND, index),
            index=index,
            code=short_code(chance)
            if pushes
            else gb_code(place.area, 118 if recorder else 132, index),
            name=model.name,
            type=DeviceType.NVR if recorder else DeviceType.IPC,
            protocol=model.protocol,
            status=model.status,
            organization=place.organization,
            channel_num=model.cameras,
            region=place.region,
            cluster_id=place.cluster_id,
            cluster_name=place.cluster_name,
            manufacturer=model.maker,
            description=model.note,
            since=0.0 if registered else None,
        )
        if registered and not pushes:
            device.ip = f"10.{20 + place.site % 200}.{index // 240 % 250}.{10 + index % 240}"
        if model.protocol is AccessProtocol.GB28181:
            device.transport = (Transport.UDP, Transport.TCP)[chance % 2]
            device.port = 5060 if registered else 0
            device.password = f"{chance % 10**8:08d}"
        elif model.protocol is AccessProtocol.GATEWAY:
            device.protocol_type = _GATEWAY_PROTOCOL_OF.get(model.maker, 4)
            device.port, device.username = 8000, "admin"
            device.password = short_code(chance)
            device.gateway_id = place.gateway_id
            device.gateway_name = place.gateway_name
        elif pushes:
            device.app_name, device.stream_name = "live", device.code
        if model.status in (DeviceStatus.OFFLINE, DeviceStatus.DISABLED):
            away = 1200 + chance % (6 * 86_400)
            device.absences.append((float(int(self._now - away)), float("inf")))
        self.world.add_device(device)

    def _furnish(self, world: World, device: Device) -> tuple[Channel, ...]:
        model = self._models[device.index]
        site = int(device.organization.organization_id)
        return tuple(
            self._channel(world, device, model, site, place) for place in range(device.channel_num)
        )

    def _channel(
        self, world: World, device: Device, model: Model, site: int, place: int
    ) -> Channel:
        chance = dice(self._seed, "channel", device.index, place)
        turns = place in model.turning
        home = Pose(pan=float(chance.randint(40, 320)), tilt=float(chance.randint(-6, 6)))
        recorder = device.type is DeviceType.NVR
        pushes = device.protocol is AccessProtocol.RTMP
        habit = Habit(
            seed=self._seed,
            site=site,
            device=device.index,
            channel=device.index << 8 | place,
            schedule=model.schedule,
            storage=device.remote,
            steady=model.steady,
            long_files=recorder,
            overlap=(0, 3, 5)[device.index % 3] if recorder else 0,
            shuffled=recorder and device.index % 4 == 2,
        )
        if pushes:
            code, resolution = device.code, ""
        else:
            code = gb_code(CLUSTERS[device.region][1], 131, device.index * 64 + place)
            resolution = "12800960/640480" if device.protocol is AccessProtocol.GATEWAY else "6/3"
        presets = _presets(home, chance.randint(3, 6)) if turns else ()
        return Channel(
            channel_id=world.identities.make(CHANNEL_KIND, device.index, place),
            device=device,
            number=place,
            code=code,
            name=_channel_name(device, place, turns),
            habit=habit,
            mount=Mount(home, presets),
            tour=(home, *(preset.pose for preset in presets)),
            ptz=turns,
            plugged=place not in model.lost,
            resolution=resolution,
        )


def gb_code(area: str, kind: int, serial: int) -> str:
    """Return a GB/T 28181 code: 8 digits of area, 2 of trade, 3 of kind, 7 of serial."""
    return f"{area}00{kind}{serial % 10**7:07d}"


def short_code(chance: int) -> str:
    """Return ten letters and digits, as devices that push their stream are coded."""
    letters = []
    for _ in range(10):
        chance, digit = divmod(chance, 62)
        letters.append(_BASE62[digit])
    return "".join(letters)


def _channel_name(device: Device, place: int, turns: bool) -> str:
    if device.type is DeviceType.IPC:
        return device.name
    view = VIEWS[(device.index + place) % len(VIEWS)]
    return f"{'PTZ ' if turns else ''}{view} {place + 1:02d}"


def _presets(home: Pose, many: int) -> tuple[PresetPoint, ...]:
    turn = 300 / many
    return tuple(
        PresetPoint(
            place + 1,
            _PRESET_NAMES[place],
            Pose(
                pan=(home.pan + place * turn) % 360,
                tilt=home.tilt + (0, -5, -9, 4, 7, -3)[place],
                zoom=(1.0, 2.2, 3.0, 4.5, 1.6, 2.0)[place],
            ),
        )
        for place in range(many)
    )
