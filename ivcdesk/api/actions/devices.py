"""Devices (cameras and recorders) and their channels."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

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
    TaskId,
    Wire,
)
from ivcdesk.api.actions.rules import (
    GIVEN,
    NAME_LETTERS,
    SECRET,
    STREAM_LETTERS,
    Between,
    Breach,
    Count,
    Length,
    OneOf,
    PageNumber,
    SecretText,
    SwitchState,
)

DeviceName = Annotated[str, Length(1, 128), NAME_LETTERS]
DevicePassword = Annotated[str, SECRET, Length(1, 64)]
DeviceIds = Annotated[list[Annotated[DeviceId, GIVEN]], Count(1)]
StreamName = Annotated[str, Length(0, 64), STREAM_LETTERS]
NetworkPort = Annotated[int, Between(1, 65535)]


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
    ISUP = 6


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


class Device(Wire, frozen=True, kw_only=True, gc=False):
    """A device as lists show it."""

    device_id: DeviceId = DeviceId("")
    code: str = ""
    status: DeviceStatus = DeviceStatus.UNREGISTERED
    transport_protocol: Transport = Transport.NONE
    name: str = ""
    type: DeviceType = DeviceType.IPC
    password: SecretText = ""
    description: str = ""
    cluster_id: ClusterId = ClusterId("")
    cluster_name: str = ""
    access_protocol: AccessProtocol = AccessProtocol.UNKNOWN
    organization_id: OrganizationId = OrganizationId("")
    channel_num: int = 0


class DevicePage(Listing[Device], frozen=True, kw_only=True):
    """One page of devices; ``total_count`` counts all pages."""

    data: list[Device] = []
    total_count: int = 0


class ListDevices(Action[DevicePage], frozen=True, kw_only=True):
    """List the devices of an organisation, page by page.

    ``page_number`` counts from 1; ``page_size`` is 20 unless given, at most 10,000.
    ``current_uin`` is the account whose own devices ``is_contain_user`` adds.
    """

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    organization_id: Annotated[OrganizationId, GIVEN]
    is_contain_sub_level: bool | None = None
    is_contain_user: bool | None = None
    access_protocol: Annotated[AccessProtocol, OneOf(1, 2, 3, 4, 6)] | None = None
    type: Annotated[DeviceType, OneOf(1, 2)] | None = None
    status: Annotated[DeviceStatus, OneOf(0, 1, 2, 3)] | None = None
    cluster_id: ClusterId | None = None
    keyword: str | None = None
    current_uin: int | None = None
    page_number: PageNumber | None = None
    page_size: Annotated[int, Between(1, 10_000)] | None = None


class SipCarrierEndpoints(Wire, frozen=True, kw_only=True):
    """The SIP service's addresses in the networks of China's carriers."""

    telecom: str = msgspec.field(name="CT", default="")
    unicom: str = msgspec.field(name="CU", default="")
    mobile: str = msgspec.field(name="CMCC", default="")
    cloud: str = msgspec.field(name="BGP", default="")
    smaller: str = msgspec.field(name="CAP", default="")


class DeviceDetail(Wire, frozen=True, kw_only=True, gc=False):
    """Everything the cloud knows of one device; some kinds of it are told of some protocols only.

    ``sip_…`` belong to GB/T 28181, ``push_…``, ``app_name`` and ``stream_name`` to RTMP, and
    ``gateway_…``, ``protocol_…``, ``ip``, ``port`` and ``username`` to devices behind a gateway.
    The switches are 1 where they are on.
    """

    device_id: DeviceId = DeviceId("")
    code: str = ""
    name: str = ""
    access_protocol: AccessProtocol = AccessProtocol.UNKNOWN
    type: DeviceType = DeviceType.IPC
    cluster_id: ClusterId = ClusterId("")
    cluster_name: str = ""
    transport_protocol: Transport = Transport.NONE
    password: SecretText = ""
    description: str = ""
    sip_id: str = ""
    sip_domain: str = ""
    sip_ip: str = ""
    sip_port: int = 0
    push_stream_url: SecretText = ""
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
    app_id: int = 0
    push_stream_secure_url: SecretText = ""
    sip_fqdn: str = ""
    sip_carrier_endpoints: SipCarrierEndpoints | None = None
    time_sync_switch: int = 0


class DeviceAnswer(Result, frozen=True, kw_only=True):
    """The detail of one device."""

    data: DeviceDetail = DeviceDetail()


class DescribeUserDevice(Action[DeviceAnswer], frozen=True, kw_only=True):
    """Tell everything about one device."""

    reads: ClassVar[bool] = True

    device_id: Annotated[DeviceId, GIVEN]


class AddUserDevice(Action[DeviceAnswer], frozen=True, kw_only=True):
    """Register a device; it runs in the region of its service node ``cluster_id``.

    The name may repeat. A password belongs to GB/T 28181 devices and those behind a gateway;
    ``gateway_id`` to ``username`` to the latter alone, ``sn_code`` to IVCP, ``app_name`` and
    ``stream_name`` to RTMP. RTMP and IVCP devices are single cameras.
    """

    regional: ClassVar[bool] = True

    name: DeviceName
    access_protocol: Annotated[AccessProtocol, OneOf(1, 2, 3, 4, 6)]
    type: Annotated[DeviceType, OneOf(1, 2)]
    organization_id: Annotated[OrganizationId, GIVEN]
    cluster_id: Annotated[ClusterId, GIVEN]
    transport_protocol: Annotated[Transport, OneOf(1, 2)] | None = None
    password: DevicePassword | None = None
    description: Annotated[str, Length(0, 128)] | None = None
    gateway_id: GatewayId | None = None
    protocol_type: int | None = None
    ip: str | None = None
    port: NetworkPort | None = None
    username: str | None = None
    sn_code: str | None = None
    app_name: StreamName | None = None
    stream_name: StreamName | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell what the access protocol demands."""
        protocol = self.access_protocol
        single = protocol in (AccessProtocol.RTMP, AccessProtocol.IVCP)
        if single and self.type != DeviceType.IPC:
            yield Breach("type", "a single camera with RTMP and IVCP", self.type)
        if protocol in (AccessProtocol.GB28181, AccessProtocol.GATEWAY) and not self.password:
            yield Breach("password", "given for GB/T 28181 and gateway devices", self.password)
        if protocol == AccessProtocol.GATEWAY and not self.gateway_id:
            yield Breach("gateway_id", "given for gateway devices", self.gateway_id)


class UpdateUserDevice(Action[DeviceAnswer], frozen=True, kw_only=True):
    """Change a device; what is left out stays as it is.

    ``transport_protocol`` 0 changes nothing. The switches are 1 for on: ``audio_switch`` keeps
    sound, ``subscribe_switch`` follows the channels of a GB/T 28181 recorder,
    ``silent_frame_switch`` fills in silence, ``time_sync_switch`` (newer than the reference, 3.1)
    sets a GB/T 28181 device's clock.
    """

    regional: ClassVar[bool] = True

    device_id: Annotated[DeviceId, GIVEN]
    name: DeviceName | None = None
    transport_protocol: Annotated[Transport, OneOf(0, 1, 2)] | None = None
    password: Annotated[str, SECRET, Length(0, 64)] | None = None
    description: Annotated[str, Length(0, 128)] | None = None
    ip: str | None = None
    port: NetworkPort | None = None
    username: str | None = None
    protocol_type: int | None = None
    audio_switch: SwitchState | None = None
    subscribe_switch: SwitchState | None = None
    silent_frame_switch: SwitchState | None = None
    time_sync_switch: SwitchState | None = None


class DeleteUserDevice(Action[Result], frozen=True, kw_only=True):
    """Remove a device."""

    regional: ClassVar[bool] = True

    device_id: Annotated[DeviceId, GIVEN]


class Channel(Wire, frozen=True, kw_only=True, gc=False):
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

    device_id: Annotated[DeviceId, GIVEN]


class RefreshDeviceChannel(Action[Result], frozen=True, kw_only=True):
    """Have the cloud ask a device for its channels again."""

    regional: ClassVar[bool] = True

    device_id: Annotated[DeviceId, GIVEN]


class UpdateDeviceStatus(Action[Result], frozen=True, kw_only=True):
    """Enable (2) or disable (3) a device; an enabled one is offline until it calls in."""

    regional: ClassVar[bool] = True

    device_id: Annotated[DeviceId, GIVEN]
    status: Annotated[DeviceStatus, OneOf(2, 3)]


class BatchCommand(StrEnum):
    """What is done with many devices at once."""

    ENABLE = "enable"
    DISABLE = "disable"
    DELETE = "delete"
    SYNC = "sync"
    UPGRADE = "upgrade"
    RESET = "reset"
    REBOOT = "reboot"


class TaskReference(Wire, frozen=True, kw_only=True):
    """The task that carries out a batch; its sub-tasks tell the progress."""

    task_id: TaskId = TaskId("")


class TaskReferenceAnswer(Result, frozen=True, kw_only=True):
    """Which task carries out the batch."""

    data: TaskReference = TaskReference()


class BatchOperateDevice(Action[TaskReferenceAnswer], frozen=True, kw_only=True):
    """Do one thing with many devices. ``cmd`` is a :class:`BatchCommand`."""

    regional: ClassVar[bool] = True

    device_ids: DeviceIds
    cmd: Annotated[str, OneOf(*BatchCommand)]


class UpdateDeviceOrganization(Action[Result], frozen=True, kw_only=True):
    """File devices under another organisation."""

    device_ids: DeviceIds
    organization_id: Annotated[OrganizationId, GIVEN]


class ServiceNode(Wire, frozen=True, kw_only=True):
    """A node that devices can be attached to; ``value`` is its ClusterId."""

    label: str = ""
    value: ClusterId = ClusterId("")
    region: str = ""


class ServiceNodeList(Result, frozen=True, kw_only=True):
    """The nodes of all regions."""

    data: list[ServiceNode] = []


class DescribeDeviceRegion(Action[ServiceNodeList], frozen=True, kw_only=True):
    """List the service nodes that devices can be attached to."""

    reads: ClassVar[bool] = True
