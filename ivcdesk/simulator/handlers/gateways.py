"""Gateways, what runs on them and what stands behind them."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone

from ivcdesk.api.actions import (
    ClusterId,
    DeleteGateway,
    DescribeGateway,
    DescribeGatewayMonitor,
    DescribeGatewayProtocol,
    DescribeGatewayVersion,
    DeviceId,
    Gateway,
    GatewayAnswer,
    GatewayDetail,
    GatewayDevice,
    GatewayDevicePage,
    GatewayDevices,
    GatewayHealth,
    GatewayHealthAnswer,
    GatewayId,
    GatewayPage,
    GatewayProtocol,
    GatewayProtocolList,
    Gateways,
    GatewayService,
    GatewayStatus,
    ListGatewayDevices,
    ListGateways,
    Result,
    ServiceVersion,
    ServiceVersions,
    ServiceVersionsAnswer,
    UpdatedGateway,
    UpdatedGatewayAnswer,
    UpdateGateway,
    UpgradeGateway,
)
from ivcdesk.simulator import ledger
from ivcdesk.simulator.belongings import LATEST_PROGRAMS
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.codes import GATEWAY_PROTOCOLS
from ivcdesk.simulator.handlers.checking import VALUE, is_label
from ivcdesk.simulator.handlers.finding import page
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.refusal import Refusal

UPGRADE_SECONDS = 20.0
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_BAD_PAGE = "InvalidParameterValue"
_TYPE_CODE = "10001"
_NEWS = {"网关管理服务": ["支持批量升级", "修复断网重连"], "设备接入服务": ["支持更多设备型号"]}
_ZONE = timezone(timedelta(hours=8))


@handles(ListGateways)
def list_gateways(cloud: Cloud, action: ListGateways) -> GatewayPage:
    """List the gateways, filtered and paged."""
    if action.name and not is_label(action.name, 32):
        raise Refusal(f"{VALUE}InvalidName", "the name can't be one")
    if action.cluster_id and not _ID.fullmatch(action.cluster_id):
        raise Refusal(f"{VALUE}InvalidClusterId", "the cluster id can't be one")
    if action.status is GatewayStatus.UNKNOWN:
        raise Refusal("InvalidParameterValue", "Status is 0 or 1")
    found = [
        gateway
        for gateway in cloud.world.ledger.gateways.values()
        if (not action.name or action.name.casefold() in gateway.name.casefold())
        and (not action.cluster_id or gateway.cluster_id == action.cluster_id)
        and (action.status is None or gateway.online == bool(action.status))
    ]
    rows = page(
        found, action.page_number, action.page_size, bad_number=_BAD_PAGE, bad_size=_BAD_PAGE
    )
    listed = [
        Gateway(
            gateway_id=GatewayId(gateway.gateway_id),
            gw_id=gateway.code,
            name=gateway.name,
            description=gateway.description,
            cluster_id=ClusterId(gateway.cluster_id),
            cluster_name=gateway.cluster_name,
            region=gateway.region,
            status=GatewayStatus(int(gateway.online)),
            created_at=_since(gateway),
            device_num=len(gateway.devices),
        )
        for gateway in rows
    ]
    return GatewayPage(data=Gateways(list_=listed, total_count=len(found)))


@handles(DescribeGateway)
def describe_gateway(cloud: Cloud, action: DescribeGateway) -> GatewayAnswer:
    """Tell everything about one gateway."""
    gateway = _find(cloud, action.gateway_id)
    return GatewayAnswer(
        data=GatewayDetail(
            gateway_id=GatewayId(gateway.gateway_id),
            gw_id=gateway.code,
            name=gateway.name,
            description=gateway.description,
            cluster_id=ClusterId(gateway.cluster_id),
            cluster_name=gateway.cluster_name,
            status=GatewayStatus(int(gateway.online)),
            version=[
                GatewayService(name=name, version=version)
                for name, version in gateway.versions.items()
            ],
            device_num=len(gateway.devices),
            created_at=_since(gateway),
            region=gateway.region,
        )
    )


@handles(UpdateGateway)
def update_gateway(cloud: Cloud, action: UpdateGateway) -> UpdatedGatewayAnswer:
    """Rename or describe a gateway."""
    gateway = _find(cloud, action.gateway_id)
    if action.name is not None and not (action.name and is_label(action.name, 32)):
        raise Refusal(f"{VALUE}InvalidName", "a name has 1 to 32 letters, digits, _ or -")
    if action.description is not None and not is_label(action.description, 128):
        raise Refusal(f"{VALUE}InvalidDescription", "a description has letters, digits, _ and -")
    gateway.name = action.name or gateway.name
    if action.description is not None:
        gateway.description = action.description
    return UpdatedGatewayAnswer(
        data=UpdatedGateway(
            gateway_id=GatewayId(gateway.gateway_id),
            gw_id=gateway.code,
            name=gateway.name,
            description=gateway.description,
            cluster_id=ClusterId(gateway.cluster_id),
            cluster_name=gateway.cluster_name,
            status=GatewayStatus(int(gateway.online)),
            created_at=int(gateway.created),
            secret=gateway.secret,
            version=next(iter(gateway.versions.values()), ""),
        )
    )


@handles(DeleteGateway)
def delete_gateway(cloud: Cloud, action: DeleteGateway) -> Result:
    """Remove a gateway that nothing stands behind."""
    gateway = cloud.world.ledger.gateways.get(action.gateway_id)
    if gateway is None:
        raise Refusal("ResourceNotFound", "there is no such gateway")
    if gateway.devices:
        raise Refusal("FailedOperation", "there are devices behind the gateway")
    del cloud.world.ledger.gateways[gateway.gateway_id]
    return Result()


@handles(ListGatewayDevices)
def list_gateway_devices(cloud: Cloud, action: ListGatewayDevices) -> GatewayDevicePage:
    """List the devices behind one gateway."""
    devices = list(_find(cloud, action.gateway_id).devices.values())
    rows = page(
        devices, action.page_number, action.page_size, bad_number=_BAD_PAGE, bad_size=_BAD_PAGE
    )
    listed = [
        GatewayDevice(
            device_id=DeviceId(device.device_id),
            protocol_type=device.protocol_type,
            protocol_type_name=GATEWAY_PROTOCOLS.get(device.protocol_type, ""),
            name=device.name,
            type=device.type,
            ip=device.ip,
            port=device.port,
            channel_num=device.channel_num,
            status=device.status,
        )
        for device in rows
    ]
    return GatewayDevicePage(data=GatewayDevices(list_=listed, total_count=len(devices)))


@handles(DescribeGatewayVersion)
def describe_gateway_version(cloud: Cloud, action: DescribeGatewayVersion) -> ServiceVersionsAnswer:
    """Tell what runs on one gateway and what could."""
    gateway = _find(cloud, action.gateway_id)
    services = [
        ServiceVersion(
            name=name,
            version=version,
            latest_version=LATEST_PROGRAMS[name],
            is_update=version != LATEST_PROGRAMS[name],
            upgrade_info=_NEWS.get(name, []) if version != LATEST_PROGRAMS[name] else [],
        )
        for name, version in gateway.versions.items()
    ]
    return ServiceVersionsAnswer(data=ServiceVersions(services=services))


@handles(DescribeGatewayProtocol)
def describe_gateway_protocol(
    _cloud: Cloud, _action: DescribeGatewayProtocol
) -> GatewayProtocolList:
    """List the protocols that gateways speak to devices."""
    return GatewayProtocolList(
        data=[
            GatewayProtocol(type_code=_TYPE_CODE, value=value, label=label, value_text=str(value))
            for value, label in GATEWAY_PROTOCOLS.items()
        ]
    )


@handles(DescribeGatewayMonitor)
def describe_gateway_monitor(cloud: Cloud, action: DescribeGatewayMonitor) -> GatewayHealthAnswer:
    """Tell how a gateway does; its traffic is what its channels send now."""
    gateway = _find(cloud, action.gateway_id)
    devices = list(gateway.devices.values())
    channels = [channel for device in devices for channel in cloud.world.channels(device)]
    online = sum(device.online for device in devices)
    seen = sum(channel.online for channel in channels)
    rates = [rate for channel in channels if (rate := cloud.bit_rate(channel))]
    return GatewayHealthAnswer(
        data=GatewayHealth(
            device_total=len(devices),
            device_online=online,
            device_offline=len(devices) - online,
            channel_total=len(channels),
            channel_online=seen,
            channel_offline=len(channels) - seen,
            up_flow=round(sum(rates)),
            channel_pull=len(rates),
            channel_un_pull=len(channels) - len(rates),
        )
    )


@handles(UpgradeGateway)
def upgrade_gateway(cloud: Cloud, action: UpgradeGateway) -> Result:
    """Bring a gateway's programs up to date, which takes a while."""
    gateway = _find(cloud, action.gateway_id)
    cloud.agenda.after(UPGRADE_SECONDS, lambda: gateway.versions.update(LATEST_PROGRAMS))
    return Result()


def _find(cloud: Cloud, gateway_id: str) -> ledger.Gateway:
    if not _ID.fullmatch(gateway_id):
        raise Refusal(f"{VALUE}InvalidGatewayId", "the gateway id can't be one")
    gateway = cloud.world.ledger.gateways.get(gateway_id)
    if gateway is None:
        raise Refusal("ResourceNotFound", "there is no such gateway")
    return gateway


def _since(gateway: ledger.Gateway) -> str:
    return datetime.fromtimestamp(gateway.created, UTC).astimezone(_ZONE).isoformat()
