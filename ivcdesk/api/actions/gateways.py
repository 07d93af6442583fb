"""Gateways, behind which devices of other makes reach the cloud, and their health.

Newer accounts no longer have these actions; they answer ``InvalidAction`` or ``ActionOffline``.
"""

from __future__ import annotations

from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import (
    Action,
    ClusterId,
    DeviceId,
    GatewayId,
    Listing,
    OpenEnum,
    Result,
    Wire,
)
from ivcdesk.api.actions.devices import DeviceStatus, DeviceType
from ivcdesk.api.actions.rules import (
    GIVEN,
    LABEL_LETTERS,
    Between,
    Length,
    OneOf,
    PageNumber,
    SecretText,
)

PageSize = Annotated[int, Between(1)]


class GatewayStatus(OpenEnum):
    """Whether a gateway talks to the cloud."""

    UNKNOWN = -1
    OFFLINE = 0
    ONLINE = 1


class Gateway(Wire, frozen=True, kw_only=True):
    """A gateway as lists show it.

    ``gw_id`` is the code that the gateway made itself; ``created_at`` a text such as
    ``2023-09-06 15:52:34``.
    """

    gateway_id: GatewayId = GatewayId("")
    gw_id: str = ""
    name: str = ""
    description: str = ""
    cluster_id: ClusterId = ClusterId("")
    cluster_name: str = ""
    region: str = ""
    status: GatewayStatus = GatewayStatus.UNKNOWN
    created_at: str = ""
    device_num: int = 0


class Gateways(Wire, frozen=True, kw_only=True):
    """One page of gateways; ``total_count`` counts all pages."""

    list_: list[Gateway] = []
    total_count: int = 0


class GatewayPage(Listing[Gateway], frozen=True, kw_only=True):
    """The gateways of the account."""

    data: Gateways = Gateways()


class ListGateways(Action[GatewayPage], frozen=True, kw_only=True):
    """List the gateways, 20 a page unless told otherwise."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    page_number: PageNumber | None = None
    page_size: PageSize | None = None
    name: str | None = None
    cluster_id: ClusterId | None = None
    status: Annotated[GatewayStatus, OneOf(0, 1)] | None = None


class GatewayService(Wire, frozen=True, kw_only=True):
    """A program on a gateway and its version."""

    name: str = ""
    version: str = ""


class GatewayDetail(Wire, frozen=True, kw_only=True):
    """Everything the cloud knows of one gateway."""

    gateway_id: GatewayId = GatewayId("")
    gw_id: str = ""
    name: str = ""
    description: str = ""
    cluster_id: ClusterId = ClusterId("")
    cluster_name: str = ""
    status: GatewayStatus = GatewayStatus.UNKNOWN
    version: list[GatewayService] = []
    device_num: int = 0
    created_at: str = ""
    region: str = ""


class GatewayAnswer(Result, frozen=True, kw_only=True):
    """The detail of one gateway."""

    data: GatewayDetail = GatewayDetail()


class DescribeGateway(Action[GatewayAnswer], frozen=True, kw_only=True):
    """Tell everything about one gateway."""

    reads: ClassVar[bool] = True

    gateway_id: Annotated[GatewayId, GIVEN]


class UpdatedGateway(Wire, frozen=True, kw_only=True):
    """A gateway after a change; here ``created_at`` is seconds and ``version`` one text."""

    gateway_id: GatewayId = GatewayId("")
    gw_id: str = ""
    name: str = ""
    description: str = ""
    cluster_id: ClusterId = ClusterId("")
    cluster_name: str = ""
    status: GatewayStatus = GatewayStatus.UNKNOWN
    created_at: int = 0
    secret: SecretText = ""
    version: str = ""


class UpdatedGatewayAnswer(Result, frozen=True, kw_only=True):
    """The gateway as it is now."""

    data: UpdatedGateway = UpdatedGateway()


class UpdateGateway(Action[UpdatedGatewayAnswer], frozen=True, kw_only=True):
    """Rename or describe a gateway."""

    gateway_id: Annotated[GatewayId, GIVEN]
    name: Annotated[str, Length(1, 32), LABEL_LETTERS] | None = None
    description: Annotated[str, Length(0, 128), LABEL_LETTERS] | None = None


class DeleteGateway(Action[Result], frozen=True, kw_only=True):
    """Remove a gateway."""

    regional: ClassVar[bool] = True

    gateway_id: Annotated[GatewayId, GIVEN]


class GatewayDevice(Wire, frozen=True, kw_only=True):
    """A device behind a gateway, at its address in the local network."""

    device_id: DeviceId = DeviceId("")
    protocol_type: int = 0
    protocol_type_name: str = ""
    name: str = ""
    type: DeviceType = DeviceType.IPC
    ip: str = ""
    port: int = 0
    channel_num: int = 0
    status: DeviceStatus = DeviceStatus.UNREGISTERED


class GatewayDevices(Wire, frozen=True, kw_only=True):
    """One page of devices; ``total_count`` counts all pages."""

    list_: list[GatewayDevice] = []
    total_count: int = 0


class GatewayDevicePage(Listing[GatewayDevice], frozen=True, kw_only=True):
    """The devices behind one gateway."""

    data: GatewayDevices = GatewayDevices()


class ListGatewayDevices(Action[GatewayDevicePage], frozen=True, kw_only=True):
    """List the devices behind one gateway."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    gateway_id: Annotated[GatewayId, GIVEN]
    page_number: PageNumber | None = None
    page_size: PageSize | None = None


class ServiceVersion(Wire, frozen=True, kw_only=True):
    """A program on a gateway: what runs, what could run, and what that would bring."""

    name: str = ""
    version: str = ""
    latest_version: str = ""
    is_update: bool = False
    upgrade_info: list[str] = []


class ServiceVersions(Wire, frozen=True, kw_only=True):
    """The programs of one gateway."""

    services: list[ServiceVersion] = []


class ServiceVersionsAnswer(Result, frozen=True, kw_only=True):
    """What runs on one gateway."""

    data: ServiceVersions = ServiceVersions()


class DescribeGatewayVersion(Action[ServiceVersionsAnswer], frozen=True, kw_only=True):
    """Tell what runs on one gateway and whether newer versions wait."""

    reads: ClassVar[bool] = True

    gateway_id: Annotated[GatewayId, GIVEN]


class GatewayProtocol(Wire, frozen=True, kw_only=True):
    """A protocol that gateways speak; ``value`` is a device's ``protocol_type``."""

    type_code: str = ""
    value: int = 0
    label: str = ""
    value_text: str = ""


class GatewayProtocolList(Result, frozen=True, kw_only=True):
    """What gateways speak."""

    data: list[GatewayProtocol] = []


class DescribeGatewayProtocol(Action[GatewayProtocolList], frozen=True, kw_only=True):
    """List the protocols that gateways speak to devices."""

    reads: ClassVar[bool] = True


class GatewayHealth(Wire, frozen=True, kw_only=True):
    """Counts of devices and channels, and what is sent to the cloud (``up_flow``, kbit/s)."""

    device_total: int = 0
    device_online: int = 0
    device_offline: int = 0
    channel_total: int = 0
    channel_online: int = 0
    channel_offline: int = 0
    up_flow: int = 0
    channel_pull: int = 0
    channel_un_pull: int = 0


class GatewayHealthAnswer(Result, frozen=True, kw_only=True):
    """How one gateway does."""

    data: GatewayHealth = GatewayHealth()


class DescribeGatewayMonitor(Action[GatewayHealthAnswer], frozen=True, kw_only=True):
    """Tell how one gateway does."""

    reads: ClassVar[bool] = True

    gateway_id: Annotated[GatewayId, GIVEN]


class UpgradeGateway(Action[Result], frozen=True, kw_only=True):
    """Bring a gateway's programs to their latest versions."""

    regional: ClassVar[bool] = True

    gateway_id: Annotated[GatewayId, GIVEN]
