"""The demo's sites and devices, written down: a tree worth looking at in every state there is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from ivcdesk.api.actions import AccessProtocol, DeviceStatus
from ivcdesk.simulator.media.source import Place

RTMP, GB = AccessProtocol.RTMP, AccessProtocol.GB28181
GATEWAY, IVCP = AccessProtocol.GATEWAY, AccessProtocol.IVCP
ONLINE, OFFLINE = DeviceStatus.ONLINE, DeviceStatus.OFFLINE
UNREGISTERED, DISABLED = DeviceStatus.UNREGISTERED, DeviceStatus.DISABLED


class PlanKey(StrEnum):
    """Which of the demo's plans records a device's channels."""

    ALL_DAY = "all-day"
    WORKDAYS = "workdays"
    ARCHIVED = "archived"
    NONE = ""


@dataclass(frozen=True, slots=True)
class Site:
    """An organisation: its name, what stands there, and the sites below it.

    ``place`` is what its cameras look at; the sites below take it over unless they say otherwise.
    """

    name: str
    devices: tuple[Model, ...] = ()
    below: tuple[Site, ...] = ()
    region: str = "ap-shanghai"
    place: Place = ""


@dataclass(slots=True)
class Model:
    """One device to build; ``cameras`` above 1 makes it a recorder, ``turning`` lists PTZ."""

    name: str
    protocol: AccessProtocol
    maker: str
    status: DeviceStatus = ONLINE
    cameras: int = 1
    turning: tuple[int, ...] = ()
    lost: tuple[int, ...] = ()
    steady: bool = False
    plan: PlanKey = PlanKey.ALL_DAY
    note: str = ""


def _dome(
    name: str,
    protocol: AccessProtocol,
    maker: str,
    *,
    steady: bool = False,
    plan: PlanKey = PlanKey.ALL_DAY,
) -> Model:
    return Model(name, protocol, maker, turning=(0,), steady=steady, plan=plan)


def _camera(
    name: str,
    protocol: AccessProtocol,
    maker: str,
    status: DeviceStatus = ONLINE,
    plan: PlanKey = PlanKey.ALL_DAY,
    note: str = "",
) -> Model:
    return Model(name, protocol, maker, status, plan=plan, note=note)


_PORT = Site(
    "上海港 Port of Shanghai",
    place="harbour",
    below=(
        Site(
            "闸口 Gates",
            (
                _dome("PTZ Gate North", GB, "Hikvision", steady=True),
                _dome("PTZ Gate South", GB, "Dahua", steady=True),
                Model("Gate 3 NVR", GB, "Hikvision", cameras=16, turning=(0, 5, 10), lost=(13,)),
                _camera("Barrier cam", GB, "Uniview"),
                _camera("Lane 1 plate 一道车牌", GATEWAY, "Hikvision"),
                _camera("Lane 2 plate 二道车牌", GATEWAY, "Hikvision"),
                _camera("Lane 4 plate 四道车牌", GATEWAY, "Hikvision", OFFLINE),
                _camera("Visitor lane 访客通道", RTMP, "", plan=PlanKey.WORKDAYS),
            ),
        ),
        Site(
            "堆场 Container yard",
            (
                _dome("堆场 Yard dome 07", IVCP, "Tencent", steady=True),
                _dome("堆场 Yard dome 08", IVCP, "Tencent"),
                Model("堆场 Yard NVR A", GB, "Dahua", cameras=32, turning=(0, 1, 8, 16, 24)),
                Model("堆场 Yard NVR B", GATEWAY, "Dahua", cameras=16, turning=(2,), lost=(4, 11)),
                _camera("Reefer rack 冷箱区", GB, "Uniview"),
                _camera("Crane 2 二号吊机", GB, "Dahua", UNREGISTERED, note="等待现场接线"),
                _camera("Crane 3 三号吊机", GB, "Dahua", plan=PlanKey.WORKDAYS),
                _camera("Old office 旧办公室", RTMP, "", DISABLED, note="2025 已停用"),
            ),
        ),
        Site(
            "码头前沿 Quay",
            (
                _dome("PTZ Quay 12", GB, "Hikvision", steady=True),
                _dome("PTZ Quay 14", GB, "Hikvision"),
                _camera("Mooring drone feed", RTMP, "", plan=PlanKey.NONE),
                _camera("Tide gauge 验潮站", RTMP, "", UNREGISTERED),
                _camera("Bollard 9 系缆桩", IVCP, "Tencent"),
            ),
        ),
    ),
    devices=(_camera("Port overview 港区全景", GB, "Hikvision"),),
)

_NINGBO = Site(
    "宁波仓 Ningbo depot",
    place="factory",
    below=(
        Site(
            "一号库 Warehouse 1",
            (
                _dome("PTZ Dock doors 月台", GB, "Uniview"),
                Model("Warehouse 1 NVR", GB, "Uniview", cameras=16, turning=(6,)),
                _camera("Forklift lane 叉车道", GATEWAY, "Dahua"),
                _camera("Packing table 打包台", GB, "Uniview", OFFLINE),
            ),
        ),
        Site(
            "冷库 Cold store",
            (
                Model("Cold store NVR", GATEWAY, "Hikvision", cameras=8, lost=(2,)),
                _camera("Airlock 气闸", GB, "Hikvision"),
                _camera("Compressor 压缩机房", IVCP, "Tencent", OFFLINE),
                _camera("Loading bay 装卸口", GB, "Hikvision"),
            ),
        ),
    ),
    devices=(_camera("Depot mast 瞭望塔", RTMP, "", plan=PlanKey.NONE),),
)

_SUZHOU = Site(
    "苏州工厂 Suzhou plant",
    place="factory",
    below=(
        Site(
            "总装车间 Assembly hall",
            (
                _dome("PTZ Line 1 总装一线", IVCP, "Tencent", steady=True),
                Model("Assembly NVR", GB, "Hikvision", cameras=24, turning=(3, 12)),
                _camera("Robot cell 4 机器人", GB, "Hikvision", plan=PlanKey.WORKDAYS),
                _camera("Paint shop 喷涂间", GATEWAY, "Uniview", OFFLINE),
                _camera("Test bench 测试台", GB, "Dahua", UNREGISTERED),
            ),
        ),
        Site(
            "周界 Perimeter",
            (
                _dome("PTZ Fence East 东围栏", GB, "Dahua", plan=PlanKey.ARCHIVED),
                _dome("PTZ Fence West 西围栏", GATEWAY, "Hikvision", plan=PlanKey.ARCHIVED),
                Model("Perimeter NVR", GB, "Dahua", OFFLINE, cameras=16, turning=(0, 8)),
                _camera("Bicycle shed 车棚", GB, "Uniview", DISABLED),
                _camera("Smoking corner 吸烟点", IVCP, "Tencent"),
            ),
        ),
    ),
)

_SHENZHEN = Site(
    "深圳园区 Shenzhen campus",
    place="city",
    below=(
        Site(
            "停车场 Car park",
            (
                _dome("PTZ Car park roof 停车楼顶", GB, "Hikvision", steady=True),
                Model("Car park NVR", GB, "Hikvision", cameras=16, turning=(4,)),
                _camera("Charging bay 充电位", GATEWAY, "Hikvision"),
                _camera("Ramp B2 坡道", GB, "Uniview", OFFLINE),
            ),
            region="ap-guangzhou",
        ),
        Site(
            "大堂 Lobbies",
            (
                _camera("Lobby A 大堂", IVCP, "Tencent"),
                _camera("Lobby B 大堂", IVCP, "Tencent"),
                _camera("Town hall stream 全员会", RTMP, "", plan=PlanKey.NONE),
            ),
            region="ap-guangzhou",
        ),
    ),
    region="ap-guangzhou",
)

_GUANGZHOU = Site(
    "广州物流 Guangzhou logistics",
    place="interchange",
    below=(
        Site(
            "分拣 Sorting",
            (
                _dome("PTZ Sorter 分拣机", GB, "Dahua"),
                Model("Sorting NVR", GATEWAY, "Dahua", cameras=16, turning=(1, 9), lost=(7,)),
                _camera("Conveyor 6 传送带", GB, "Dahua"),
                _camera("Scale 地磅", GB, "Dahua", OFFLINE),
                _camera("Parcel chute 滑槽", IVCP, "Tencent", UNREGISTERED),
            ),
            region="ap-guangzhou",
        ),
    ),
    devices=(_camera("Spare camera 备用机", GB, "Uniview", DISABLED),),
    region="ap-guangzhou",
)

_HEAD_OFFICE = Site(
    "上海总部 Shanghai head office",
    place="city",
    below=(
        Site(
            "机房 Server rooms",
            (
                _camera("Rack row A 机柜", GB, "Uniview"),
                _camera("UPS room 配电间", GATEWAY, "Uniview", OFFLINE),
                _camera("Loading lift 货梯", GB, "Uniview"),
            ),
        ),
    ),
    devices=(
        _dome("PTZ Rooftop 楼顶", IVCP, "Tencent", steady=True),
        _camera("Reception 前台", GB, "Hikvision", plan=PlanKey.WORKDAYS),
    ),
)

SITES: tuple[Site, ...] = (
    Site("华东 East China", below=(_PORT, _NINGBO, _SUZHOU)),
    Site("华南 South China", below=(_SHENZHEN, _GUANGZHOU), region="ap-guangzhou"),
    Site("总部 Head office", below=(_HEAD_OFFICE,)),
)

#: These lose their link now and then; nobody's exercise depends on them.
RESTLESS = ("Reefer rack 冷箱区", "Smoking corner 吸烟点", "Loading lift 货梯", "Conveyor 6 传送带")

VIEWS: tuple[str, ...] = (
    "入口 Entrance",
    "出口 Exit",
    "通道 Aisle",
    "月台 Dock",
    "货架 Racks",
    "岗亭 Guard box",
    "围栏 Fence",
    "楼梯 Stairs",
    "电梯 Lift",
    "车道 Lane",
    "设备间 Plant room",
    "走廊 Corridor",
    "屋顶 Roof",
    "广场 Forecourt",
    "工位 Workplace",
    "仓门 Gate",
)
