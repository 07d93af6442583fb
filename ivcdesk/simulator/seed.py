"""From a scenario and a seed to a world: the same seed makes the same world, ids and all."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Literal

from ivcdesk.api.actions import AccessProtocol, DeviceStatus, DeviceType, Transport
from ivcdesk.simulator.belongings import add_gateway, seed_ledger, seed_recognition
from ivcdesk.simulator.codes import CLUSTERS, gb_code, short_code
from ivcdesk.simulator.demo import SITES, Model, Site
from ivcdesk.simulator.dice import dice
from ivcdesk.simulator.fleet import fleet_sites
from ivcdesk.simulator.furnish import furnish
from ivcdesk.simulator.ledger import Gateway
from ivcdesk.simulator.media.source import Place as Scenery
from ivcdesk.simulator.state import FIRST_ORGANIZATION, ROOT, Device, Organization, World

Scenario = Literal["demo", "fleet"]
FLEET_DEVICES = 1000

_GATEWAY_PROTOCOL_OF = {"Hikvision": 1, "Dahua": 2, "Uniview": 3}


def build(scenario: Scenario, seed: int, devices: int | None, now: float) -> World:
    """Return the world of a scenario at a moment (seconds since the epoch).

    ``devices`` sizes the fleet and means nothing to the demo.
    """
    sites = SITES if scenario == "demo" else fleet_sites(devices or FLEET_DEVICES, seed)
    builder = _Builder(seed, now)
    with _without_collector():
        for site in sites:
            builder.add(site, ROOT)
    if scenario == "demo":
        seed_recognition(builder.world, now)
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
    scenery: Scenery


class _Builder:
    def __init__(self, seed: int, now: float) -> None:
        self._now = now
        self._chance = dice(seed, "devices")
        self.world = World(seed, furnish)
        self._plans = seed_ledger(self.world, now)
        self._gateways: dict[int, Gateway] = {}

    def add(self, site: Site, parent_id: str, scenery: Scenery = "") -> None:
        """File a site, its devices and all below it."""
        world = self.world
        organization = world.add_organization(site.name, world.organizations[parent_id])
        cluster_name, area = CLUSTERS[site.region]
        place = _Place(
            organization,
            int(organization.organization_id),
            site.region,
            area,
            world.cluster_id(site.region),
            cluster_name,
            site.place or scenery,
        )
        for model in site.devices:
            self._add_device(model, place)
        for below in site.below:
            self.add(below, organization.organization_id, place.scenery)

    def _add_device(self, model: Model, place: _Place) -> None:
        index, device_id = self.world.new_device_id()
        chance = self._chance.getrandbits(64)
        recorder = model.cameras > 1
        pushes = model.protocol is AccessProtocol.RTMP
        registered = model.status is not DeviceStatus.UNREGISTERED
        device = Device(
            device_id=device_id,
            index=index,
            site=place.site,
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
            plan=self._plans.get(model.plan),
            turning=model.turning,
            lost=model.lost,
            steady=model.steady,
            scenery=place.scenery,
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
            device.gateway = self._gateways.get(place.site) or self._add_gateway(place)
        elif pushes:
            device.app_name, device.stream_name = "live", device.code
        if model.status in (DeviceStatus.OFFLINE, DeviceStatus.DISABLED):
            away = 1200 + chance % (6 * 86_400)
            device.absences.append((float(int(self._now - away)), float("inf")))
        self.world.add_device(device)

    def _add_gateway(self, place: _Place) -> Gateway:
        name = f"网关_Gateway-{place.site - FIRST_ORGANIZATION + 1:02d}"
        gateway = add_gateway(self.world, place.region, name, self._now)
        self._gateways[place.site] = gateway
        return gateway
