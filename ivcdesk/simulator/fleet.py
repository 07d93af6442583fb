"""A fleet of any size, invented device by device from the seed."""

from __future__ import annotations

from random import Random

from ivcdesk.api.actions import AccessProtocol, DeviceStatus
from ivcdesk.simulator.demo import VIEWS, Model, PlanKey, Site
from ivcdesk.simulator.dice import dice

_PROVINCES = (
    "上海 Shanghai",
    "江苏 Jiangsu",
    "浙江 Zhejiang",
    "广东 Guangdong",
    "山东 Shandong",
    "四川 Sichuan",
    "湖北 Hubei",
    "福建 Fujian",
    "河北 Hebei",
    "陕西 Shaanxi",
)
_SOUTH = ("广东 Guangdong", "福建 Fujian")
_DISTRICTS = 9
_SITES_PER_DISTRICT = 10
_PER_SITE = 40

_STATUSES = (
    DeviceStatus.ONLINE,
    DeviceStatus.OFFLINE,
    DeviceStatus.UNREGISTERED,
    DeviceStatus.DISABLED,
)
_PROTOCOLS = (
    AccessProtocol.GB28181,
    AccessProtocol.GATEWAY,
    AccessProtocol.RTMP,
    AccessProtocol.IVCP,
)
_MAKERS = ("Hikvision", "Dahua", "Uniview")


def fleet_sites(devices: int, seed: int) -> tuple[Site, ...]:
    """Return provinces, districts and sites that hold so many devices, about 40 at a site."""
    chance = dice(seed, "fleet")
    most = len(_PROVINCES) * _DISTRICTS * _SITES_PER_DISTRICT
    count = max(1, min(most, devices // _PER_SITE))
    shares = [devices // count + (place < devices % count) for place in range(count)]
    provinces: list[Site] = []
    first = 0
    for number, name in enumerate(_PROVINCES):
        mine = shares[number * count // len(_PROVINCES) : (number + 1) * count // len(_PROVINCES)]
        if not mine:
            continue
        region = "ap-guangzhou" if name in _SOUTH else "ap-shanghai"
        sites: list[Site] = []
        for share in mine:
            models = tuple(_model(chance, first + place) for place in range(share))
            sites.append(Site(f"站点 Site {len(sites) + 1:02d}", models, region=region))
            first += share
        districts = [
            Site(
                f"分区 District {at // _SITES_PER_DISTRICT + 1}", below=tuple(group), region=region
            )
            for at in range(0, len(sites), _SITES_PER_DISTRICT)
            if (group := sites[at : at + _SITES_PER_DISTRICT])
        ]
        provinces.append(Site(name, below=tuple(districts), region=region))
    return tuple(provinces)


def _model(chance: Random, index: int) -> Model:
    protocol = _PROTOCOLS[min(3, int(chance.random() ** 1.6 * 4))]
    status = _STATUSES[(chance.random() > 0.88) + (chance.random() > 0.97) * 2]
    maker = "Tencent" if protocol is AccessProtocol.IVCP else _MAKERS[index % 3]
    if protocol is AccessProtocol.RTMP:
        return Model(f"Push {index:06d}", protocol, "", status, plan=PlanKey.NONE)
    if index % 12 == 5:
        return Model(f"NVR {index:06d}", protocol, maker, status, cameras=16, turning=(2, 9))
    if index % 5 == 0:
        return Model(f"PTZ {index:06d}", protocol, maker, status, turning=(0,))
    return Model(f"{VIEWS[index % len(VIEWS)]} {index:06d}", protocol, maker, status)
