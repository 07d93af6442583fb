"""Devices and their channels."""

from __future__ import annotations

import re

from ivcdesk.api import actions as wire
from ivcdesk.api.actions import (
    BatchOperateDevice,
    DeleteUserDevice,
    DescribeDeviceChannel,
    DescribeDeviceRegion,
    DescribeUserDevice,
    ListDevices,
    RefreshDeviceChannel,
    Result,
    UpdateDeviceOrganization,
    UpdateDeviceStatus,
)
from ivcdesk.simulator import lifecycle
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.codes import CLUSTERS, GATEWAY_PROTOCOLS
from ivcdesk.simulator.handlers.finding import (
    find_device,
    find_organization,
    page,
    require_device,
    require_remote,
)
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Channel, Device

SIP_PORT = 5060
_KEYWORD_LENGTH = 128
_CLUSTER_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_BAD_DEVICE = "InvalidParameterValue.InvalidDeviceId"


@handles(ListDevices)
def list_devices(cloud: Cloud, action: ListDevices) -> wire.DevicePage:
    """List the devices of an organisation, filtered and paged."""
    node = find_organization(cloud, action.organization_id)
    _check_filters(action)
    nodes = node.subtree() if action.is_contain_sub_level else (node,)
    found = [device for each in nodes for device in each.devices.values()]
    if action.access_protocol is not None:
        found = [device for device in found if device.protocol is action.access_protocol]
    if action.type is not None:
        found = [device for device in found if device.type is action.type]
    if action.status is not None:
        found = [device for device in found if device.status is action.status]
    if action.cluster_id:
        found = [device for device in found if device.cluster_id == action.cluster_id]
    if action.keyword:
        word = action.keyword.casefold()
        found = [device for device in found if _mentions(device, word)]
    rows = page(found, action.page_number, action.page_size)
    return wire.DevicePage(data=[_listed(device) for device in rows], total_count=len(found))


@handles(DescribeUserDevice)
def describe_user_device(cloud: Cloud, action: DescribeUserDevice) -> wire.DeviceAnswer:
    """Tell everything of one device."""
    device = find_device(cloud, action.device_id, unknown=_BAD_DEVICE)
    return wire.DeviceAnswer(data=detailed(cloud, device))


@handles(DescribeDeviceChannel)
def describe_device_channel(cloud: Cloud, action: DescribeDeviceChannel) -> wire.ChannelList:
    """List the channels of one device."""
    device = find_device(cloud, action.device_id)
    return wire.ChannelList(
        data=[_described(cloud, channel) for channel in cloud.world.channels(device)]
    )


@handles(DescribeDeviceRegion)
def describe_device_region(cloud: Cloud, _action: DescribeDeviceRegion) -> wire.ServiceNodeList:
    """List the service nodes, one in each region."""
    return wire.ServiceNodeList(
        data=[
            wire.ServiceNode(
                label=name, value=wire.ClusterId(cloud.world.cluster_id(region)), region=region
            )
            for region, (name, _) in CLUSTERS.items()
        ]
    )


@handles(DeleteUserDevice)
def delete_user_device(cloud: Cloud, action: DeleteUserDevice) -> Result:
    """Delete a device, its channels and what refers to them."""
    lifecycle.remove(cloud, find_device(cloud, action.device_id))
    return Result()


@handles(RefreshDeviceChannel)
def refresh_device_channel(cloud: Cloud, action: RefreshDeviceChannel) -> Result:
    """Ask a device for its channels again; they are always as the device has them."""
    device = find_device(cloud, action.device_id)
    require_remote(device)
    require_device(device)
    return Result()


@handles(UpdateDeviceStatus)
def update_device_status(cloud: Cloud, action: UpdateDeviceStatus) -> Result:
    """Disable a device, or enable it again."""
    device = find_device(cloud, action.device_id)
    if action.status is wire.DeviceStatus.OFFLINE:
        lifecycle.enable(cloud, device)
    elif action.status is wire.DeviceStatus.DISABLED:
        lifecycle.disable(cloud, device)
    else:
        raise Refusal("InvalidParameterValue.InvalidDeviceStatus", "Status is 2 or 3")
    return Result()


@handles(BatchOperateDevice)
def batch_operate_device(cloud: Cloud, action: BatchOperateDevice) -> wire.TaskReferenceAnswer:
    """Begin to work on many devices; a device of another region fails in its own step."""
    if action.cmd not in list(wire.BatchCommand):
        raise Refusal("InvalidParameterValue.UnSupportOperateCMD", "there is no such operation")
    if not action.device_ids:
        raise Refusal("InvalidParameterValue", "there are no devices to work on")
    devices = [find_device(cloud, known, unknown=_BAD_DEVICE) for known in action.device_ids]
    region = cloud.caller_region or devices[0].region
    batch = lifecycle.start_batch(cloud, devices, wire.BatchCommand(action.cmd), region)
    return wire.TaskReferenceAnswer(data=wire.TaskReference(task_id=wire.TaskId(batch.task_id)))


@handles(UpdateDeviceOrganization)
def update_device_organization(cloud: Cloud, action: UpdateDeviceOrganization) -> Result:
    """File devices under another organisation, all of them or none."""
    node = find_organization(cloud, action.organization_id, unknown="ResourceNotFound")
    devices = [find_device(cloud, known, unknown=_BAD_DEVICE) for known in action.device_ids]
    for device in devices:
        cloud.world.move_device(device, node)
    return Result()


def _check_filters(action: ListDevices) -> None:
    if action.access_protocol is wire.AccessProtocol.UNKNOWN:
        raise Refusal("InvalidParameterValue.InvalidAccessProtocol", "there is no such protocol")
    if action.type is wire.DeviceType.UNKNOWN:
        raise Refusal("InvalidParameterValue.InvalidDeviceType", "types are 1 and 2")
    if action.status is wire.DeviceStatus.UNKNOWN:
        raise Refusal("InvalidParameterValue.InvalidDeviceStatus", "states are 0 to 3")
    if action.cluster_id and not _CLUSTER_ID.fullmatch(action.cluster_id):
        raise Refusal("InvalidParameterValue.InvalidClusterId", "the cluster id can't be one")
    if action.keyword and len(action.keyword) > _KEYWORD_LENGTH:
        raise Refusal("InvalidParameterValue.InvalidKeyword", "the keyword is too long")


def _mentions(device: Device, word: str) -> bool:
    return (
        word in device.name.casefold() or word in device.code.casefold() or word in device.device_id
    )


def _listed(device: Device) -> wire.Device:
    return wire.Device(
        device_id=wire.DeviceId(device.device_id),
        code=device.code,
        status=device.status,
        transport_protocol=device.transport,
        name=device.name,
        type=device.type,
        password=device.password,
        description=device.description,
        cluster_id=wire.ClusterId(device.cluster_id),
        cluster_name=device.cluster_name,
        access_protocol=device.protocol,
        organization_id=wire.OrganizationId(device.organization.organization_id),
        channel_num=device.channel_num,
    )


def detailed(cloud: Cloud, device: Device) -> wire.DeviceDetail:
    """Return everything that the cloud tells of a device."""
    sip = device.protocol is wire.AccessProtocol.GB28181
    pushes = device.protocol is wire.AccessProtocol.RTMP
    area = CLUSTERS[device.region][1]
    return wire.DeviceDetail(
        device_id=wire.DeviceId(device.device_id),
        code=device.code,
        name=device.name,
        access_protocol=device.protocol,
        type=device.type,
        cluster_id=wire.ClusterId(device.cluster_id),
        cluster_name=device.cluster_name,
        transport_protocol=device.transport,
        password=device.password,
        description=device.description,
        sip_id=f"{area}002000000001" if sip else "",
        sip_domain=f"{area}00" if sip else "",
        sip_ip="127.0.0.1" if sip else "",
        sip_port=SIP_PORT if sip else 0,
        push_stream_url=cloud.push_address(device) if pushes else "",
        status=device.status,
        organization_id=wire.OrganizationId(device.organization.organization_id),
        gateway_id=wire.GatewayId(device.gateway.gateway_id if device.gateway else ""),
        gateway_name=device.gateway.name if device.gateway else "",
        protocol_type_name=GATEWAY_PROTOCOLS.get(device.protocol_type, ""),
        protocol_type=device.protocol_type,
        ip=device.ip,
        port=device.port,
        username=device.username,
        region=device.region,
        manufacturer=device.manufacturer,
        audio_switch=device.audio_switch,
        subscribe_switch=device.subscribe_switch,
        app_name=device.app_name,
        stream_name=device.stream_name,
        silent_frame_switch=device.silent_frame_switch,
        app_id=cloud.world.app_id,
    )


def _described(cloud: Cloud, channel: Channel) -> wire.Channel:
    device = channel.device
    return wire.Channel(
        device_id=wire.DeviceId(device.device_id),
        channel_id=wire.ChannelId(channel.channel_id),
        channel_code=channel.code,
        name=channel.name,
        status=int(channel.online and cloud.transmits(channel)),
        ptz_type=int(channel.ptz),
        manufacturer=device.manufacturer,
        resolution=channel.resolution,
        state=int(channel.online),
        region=device.region,
    )
