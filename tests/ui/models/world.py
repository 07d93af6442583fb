"""A cloud of a few lists, for what the simulator's world does not do: renaming and moving."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec

from ivcdesk.api import NotFound
from ivcdesk.api.actions import (
    AccessProtocol,
    Channel,
    ChannelList,
    DescribeDeviceChannel,
    DescribeOrganization,
    DescribeUserDevice,
    Device,
    DeviceAnswer,
    DeviceDetail,
    DevicePage,
    DeviceStatus,
    ListDevices,
    Organization,
    OrganizationList,
)
from ivcdesk.services.directory import Directory


class World:
    """Answers what a directory asks. The lists may be changed between two refreshes."""

    def __init__(self) -> None:
        self.organizations: dict[str, Organization] = {}
        self.devices: dict[str, Device] = {}
        self.channels: dict[str, list[Channel]] = {}
        self.details: dict[str, DeviceDetail] = {}
        self.directory = Directory(self)

    def organization(self, key: str, name: str, parent: str = "0") -> None:
        self.organizations[key] = Organization(
            organization_id=key, name=name, parent_id=parent, online=1, total=2
        )

    def device(
        self,
        key: str,
        name: str,
        home: str,
        *channels: str,
        status: DeviceStatus = DeviceStatus.ONLINE,
        protocol: AccessProtocol = AccessProtocol.GB28181,
        ip: str = "",
    ) -> None:
        self.devices[key] = Device(
            device_id=key,
            name=name,
            code=f"code-{key}",
            organization_id=home,
            status=status,
            access_protocol=protocol,
            channel_num=len(channels),
        )
        self.channels[key] = [
            Channel(device_id=key, channel_id=f"{key}.{place}", name=each, state=1)
            for place, each in enumerate(channels)
        ]
        self.details[key] = DeviceDetail(device_id=key, name=name, ip=ip)

    def change(self, key: str, **values: Any) -> None:
        self.devices[key] = msgspec.structs.replace(self.devices[key], **values)

    async def call(self, action: Any, **_options: Any) -> Any:
        match action:
            case DescribeOrganization():
                return OrganizationList(data=list(self.organizations.values()))
            case ListDevices():
                start = (action.page_number - 1) * action.page_size
                page = list(self.devices.values())[start : start + action.page_size]
                return DevicePage(data=page, total_count=len(self.devices))
            case DescribeDeviceChannel() if action.device_id in self.channels:
                return ChannelList(data=self.channels[action.device_id])
            case DescribeUserDevice() if action.device_id in self.details:
                return DeviceAnswer(data=self.details[action.device_id])
        raise NotFound("ResourceNotFound", "nowhere")

    def refresh(self, *, fill: bool = True) -> None:
        """Let the directory hear of everything."""

        async def main() -> None:
            await self.directory.refresh()
            if fill:
                await self.directory.fill()
            self.directory.announce()

        asyncio.run(main())


def port() -> World:
    """Return a small port: two levels of sites, a recorder and some cameras."""
    world = World()
    world.organization("1", "East China")
    world.organization("11", "Port of Shanghai", "1")
    world.organization("12", "Ningbo depot", "1")
    world.organization("2", "South China")
    world.device("n1", "Gate 3 NVR", "11", "Gate North", "Quay 12", "Lane plate", ip="10.0.0.3")
    world.device("c2", "Yard dome 2", "11", "Yard", protocol=AccessProtocol.GATEWAY)
    world.device("c10", "Yard dome 10", "11", "Far yard", status=DeviceStatus.OFFLINE)
    world.device("c3", "Crane", "12", "Hook", status=DeviceStatus.UNREGISTERED)
    world.device("s1", "Stray", "elsewhere", "Lost", status=DeviceStatus.DISABLED)
    return world
