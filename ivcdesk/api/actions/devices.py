"""Devices (cameras and recorders) and their channels."""

from __future__ import annotations

from typing import ClassVar

from ivcdesk.api.actions.base import (
    Action,
    ChannelId,
    ClusterId,
    DeviceId,
    GatewayId,
    Listing,
    OpenEnum,
    OrganizationId,
    Result,
    Wire,
)


class DeviceStatus(OpenEnum):
    """Whether a device may and does talk to the cloud."""

    UNKNOWN = -1
    UNREGISTERED = 0
    ONLINE = 1
    OFFLINE = 2
    DISABLED = 3


class AccessProtocol(OpenEnum):
    """How a device reaches the cloud."""

    UNKNOWN = -1
    RTMP = 1
    GB28181 = 2
    GATEWAY = 3
    IVCP = 4


class DeviceType(OpenEnum):
    """A single camera or a recorder with many channels."""

    UNKNOWN = -1
    IPC = 1
    NVR = 2


class Transport(OpenEnum):
    """What carries the media of a GB/T 28181 device."""

    UNKNOWN = -1
    NONE = 0
    UDP = 1
    TCP = 2


class Device(Wire, frozen=True, kw_only=True):
    """A device as lists show it. ``password`` is a secret."""

    device_id: DeviceId = DeviceId("")
    code: str = ""
    status: DeviceStatus = DeviceStatus.UNREGISTERED
    transport_protocol: Transport = Transport.NONE
    name: str = ""
    type: DeviceType = DeviceType.IPC
    password: str = ""
    description: str = ""
    cluster_id: ClusterId = ClusterId("")
    cluster_name: str = ""
    access_protocol: AccessProtocol = AccessProtocol.UNKNOWN
    organization_id: OrganizationId = OrganizationId("")
    channel_num: int = 0

    def __repr__(self) -> str:
        """Name the device without its password."""
        return f"Device({self.device_id!r}, {self.name!r}, {self.status.name})"


class DevicePage(Listing[Device], frozen=True, kw_only=True):
    """One page of devices; ``total_count`` counts all pages."""

    data: list[Device] = []
    total_count: int = 0


class ListDevices(Action[DevicePage], frozen=True, kw_only=True):
    """List the devices of an organisation, page by page.

    ``page_number`` counts from 1; ``page_size`` is 20 unless given, at most 10,000.
    """

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    organization_id: OrganizationId
    is_contain_sub_level: bool | None = None
    is_contain_user: bool | None = None
    access_protocol: AccessProtocol | None = None
    type: DeviceType | None = None
    status: DeviceStatus | None = None
    cluster_id: ClusterId | None = None
    keyword: str | None = None
    current_uin: int | None = None
    page_number: int | None = None
    page_size: int | None = None


class DeviceDetail(Wire, frozen=True, kw_only=True):
    """Everything the cloud knows of one device. ``password`` is a secret."""

    device_id: DeviceId = DeviceId("")
    code: str = ""
    name: str = ""
    access_protocol: AccessProtocol = AccessProtocol.UNKNOWN
    type: DeviceType = DeviceType.IPC
    cluster_id: ClusterId = ClusterId("")
    cluster_name: str = ""
    transport_protocol: Transport = Transport.NONE
    password: str = ""
    description: str = ""
    sip_id: str = ""
    sip_domain: str = ""
    sip_ip: str = ""
    sip_port: int = 0
    push_stream_url: str = ""
    status: DeviceStatus = DeviceStatus.UNREGISTERED
    organization_id: OrganizationId = OrganizationId("")
    gateway_id: GatewayId = GatewayId("")
    gateway_name: str = ""
    protocol_type_name: str = ""
    protocol_type: int = 0
    ip: str = ""
    port: int = 0
    username: str = ""
    region: str = ""
    manufacturer: str = ""
    audio_switch: int = 0
    subscribe_switch: int = 0
    app_name: str = ""
    stream_name: str = ""
    silent_frame_switch: int = 0

    def __repr__(self) -> str:
        """Name the device without its password or its push address."""
        return f"DeviceDetail({self.device_id!r}, {self.name!r}, {self.status.name})"


class DeviceAnswer(Result, frozen=True, kw_only=True):
    """The detail of one device."""

    data: DeviceDetail = DeviceDetail()


class DescribeUserDevice(Action[DeviceAnswer], frozen=True, kw_only=True):
    """Tell everything about one device."""

    reads: ClassVar[bool] = True

    device_id: DeviceId


class Channel(Wire, frozen=True, kw_only=True):
    """One picture of a device.

    ``status`` is 1 while its stream is being sent to the cloud, ``state`` is 1 while it is online,
    ``ptz_type`` is 1 where it can be turned. ``resolution`` lists choices like ``6/3``.
    """

    device_id: DeviceId = DeviceId("")
    channel_id: ChannelId = ChannelId("")
    channel_code: str = ""
    name: str = ""
    status: int = 0
    ptz_type: int = 0
    manufacturer: str = ""
    resolution: str = ""
    state: int = 0
    region: str = ""


class ChannelList(Result, frozen=True, kw_only=True):
    """All channels of one device."""

    data: list[Channel] = []


class DescribeDeviceChannel(Action[ChannelList], frozen=True, kw_only=True):
    """List the channels of one device."""

    reads: ClassVar[bool] = True

    device_id: DeviceId
