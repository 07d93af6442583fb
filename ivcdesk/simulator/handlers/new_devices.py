"""Adding and changing devices: the checks that make up most of it."""

from __future__ import annotations

import ipaddress
import re

from ivcdesk.api import actions as wire
from ivcdesk.api.actions import AddUserDevice, UpdateUserDevice
from ivcdesk.simulator import lifecycle
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.codes import CLUSTERS, GATEWAY_PROTOCOLS, gb_code, short_code
from ivcdesk.simulator.dice import number
from ivcdesk.simulator.handlers.checking import DESCRIPTION_LENGTH, VALUE, check_name
from ivcdesk.simulator.handlers.devices import detailed
from ivcdesk.simulator.handlers.finding import find_device, find_organization
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Device

_NAME_LENGTH = 128
_PASSWORD_LENGTH = 64
_USERNAME = re.compile(r"[0-9A-Za-z_.@-]{1,64}")
_STREAM_NAME = re.compile(r"[0-9A-Za-z_.-]{0,64}")
_CLUSTER_ID = re.compile(r"[0-9A-Za-z-]{1,64}")

RTMP, GB = wire.AccessProtocol.RTMP, wire.AccessProtocol.GB28181
GATEWAY, IVCP, ISUP = (
    wire.AccessProtocol.GATEWAY,
    wire.AccessProtocol.IVCP,
    wire.AccessProtocol.ISUP,
)


@handles(AddUserDevice)
def add_user_device(cloud: Cloud, action: AddUserDevice) -> wire.DeviceAnswer:
    """Register a device; it calls in by itself after a while, or waits for a push."""
    check_name(action.name, _NAME_LENGTH, f"{VALUE}InvalidName")
    if action.access_protocol not in (RTMP, GB, GATEWAY, IVCP, ISUP):
        raise Refusal(f"{VALUE}UnSupportedAccessType", "there is no such access protocol")
    single = action.access_protocol in (RTMP, IVCP)
    if action.type is wire.DeviceType.UNKNOWN or (single and action.type is wire.DeviceType.NVR):
        raise Refusal(f"{VALUE}InvalidDeviceType", "this kind of device is not accepted so")
    node = find_organization(cloud, action.organization_id, unknown="ResourceNotFound")
    region = _region(cloud, action.cluster_id)
    _check_description(action.description)
    _check_password(action.access_protocol, action.password)
    index, device_id = cloud.world.new_device_id()
    chance = number(cloud.seed, "device", index)
    area = CLUSTERS[region][1]
    device = Device(
        device_id=device_id,
        index=index,
        site=int(node.organization_id),
        code=short_code(chance)
        if action.access_protocol is RTMP
        else gb_code(area, 118 if action.type is wire.DeviceType.NVR else 132, index),
        name=action.name,
        type=action.type,
        protocol=action.access_protocol,
        status=wire.DeviceStatus.UNREGISTERED,
        organization=node,
        channel_num=int(action.access_protocol is RTMP),
        region=region,
        cluster_id=action.cluster_id,
        cluster_name=CLUSTERS[region][0],
        password=action.password or "",
        description=action.description or "",
        sn_code=action.sn_code or "",
        since=None,
    )
    if action.access_protocol is GB:
        device.transport = action.transport_protocol or wire.Transport.UDP
    elif action.access_protocol is GATEWAY:
        _put_behind_gateway(cloud, action, device)
    elif action.access_protocol is RTMP:
        _name_stream(cloud, action, device)
    cloud.world.add_device(device)
    lifecycle.expect(cloud, device)
    return wire.DeviceAnswer(data=detailed(cloud, device))


@handles(UpdateUserDevice)
def update_user_device(cloud: Cloud, action: UpdateUserDevice) -> wire.DeviceAnswer:
    """Change a device, everything that is asked for or nothing."""
    device = find_device(cloud, action.device_id)
    if action.name is not None:
        check_name(action.name, _NAME_LENGTH, f"{VALUE}InvalidName")
    _check_description(action.description)
    transport = action.transport_protocol
    if transport is wire.Transport.UNKNOWN:
        raise Refusal(f"{VALUE}UnsupportedStreamProtocol", "TransportProtocol is 0, 1 or 2")
    behind = (action.ip, action.port, action.username, action.protocol_type)
    if any(value is not None for value in behind) and device.protocol is not GATEWAY:
        raise Refusal(f"{VALUE}UnSupportedAccessType", "only devices behind a gateway have that")
    if action.password is not None:
        if device.protocol not in (GB, GATEWAY):
            raise Refusal(f"{VALUE}UnSupportedAccessType", "this device has no password")
        _check_password(device.protocol, action.password)
    _check_address(action.ip, action.username, action.protocol_type)
    _take_over(action, device)
    return wire.DeviceAnswer(data=detailed(cloud, device))


def _take_over(action: UpdateUserDevice, device: Device) -> None:
    if action.transport_protocol and device.protocol is GB:
        device.transport = action.transport_protocol
    for name in (
        "name",
        "password",
        "description",
        "ip",
        "port",
        "username",
        "protocol_type",
        "audio_switch",
        "subscribe_switch",
        "silent_frame_switch",
    ):
        value = getattr(action, name)
        if value is not None:
            setattr(device, name, value)


def _region(cloud: Cloud, cluster_id: str) -> str:
    if not _CLUSTER_ID.fullmatch(cluster_id):
        raise Refusal(f"{VALUE}InvalidClusterId", "the cluster id can't be one")
    region = cloud.world.region_of_cluster(cluster_id)
    if region is None:
        raise Refusal("ResourceNotFound.NotFoundCluster", "there is no such service node")
    if cloud.caller_region and region != cloud.caller_region:
        raise Refusal("RegionError.ResourceUnreachable", f"the service node is in {region}")
    return region


def _check_description(text: str | None) -> None:
    if text is not None and len(text) > DESCRIPTION_LENGTH:
        raise Refusal(f"{VALUE}InvalidDescription", "a description has at most 128 characters")


def _check_password(protocol: wire.AccessProtocol, password: str | None) -> None:
    if protocol in (GB, GATEWAY) and not 1 <= len(password or "") <= _PASSWORD_LENGTH:
        raise Refusal(f"{VALUE}InvalidDevicePasswordLength", "a password has 1 to 64 characters")


def _check_address(ip: str | None, username: str | None, protocol_type: int | None) -> None:
    if ip is not None:
        try:
            ipaddress.IPv4Address(ip)
        except ValueError:
            raise Refusal(f"{VALUE}InvalidIpv4", "the address is no IPv4 address") from None
    if username is not None and not _USERNAME.fullmatch(username):
        raise Refusal(f"{VALUE}InvalidUsername", "the user name can't be one")
    if protocol_type is not None and protocol_type not in GATEWAY_PROTOCOLS:
        raise Refusal(f"{VALUE}InvalidGatewayProtocolType", "gateways don't speak that")


def _put_behind_gateway(cloud: Cloud, action: AddUserDevice, device: Device) -> None:
    gateway = cloud.world.ledger.gateways.get(action.gateway_id or "")
    if gateway is None:
        raise Refusal("ResourceNotFound", "there is no such gateway")
    if action.protocol_type is None:
        raise Refusal(f"{VALUE}InvalidGatewayProtocolType", "ProtocolType is missing")
    _check_address(action.ip or "", action.username, action.protocol_type)
    device.gateway = gateway
    device.protocol_type = action.protocol_type
    device.ip, device.port = action.ip or "", action.port or 0
    device.username = action.username or ""


def _name_stream(cloud: Cloud, action: AddUserDevice, device: Device) -> None:
    if not _STREAM_NAME.fullmatch(action.app_name or ""):
        raise Refusal(f"{VALUE}InvalidRTMPAppName", "letters, digits, _, - and . alone, up to 64")
    if not _STREAM_NAME.fullmatch(action.stream_name or ""):
        raise Refusal(
            f"{VALUE}InvalidRTMPStreamName", "letters, digits, _, - and . alone, up to 64"
        )
    own = bool(action.app_name or action.stream_name)
    if own and not any(domain.kind == 1 for domain in cloud.world.ledger.domains.values()):
        raise Refusal("UnsupportedOperation.PushDomainNotExist", "the account has no push domain")
    device.app_name = action.app_name or "live"
    device.stream_name = action.stream_name or device.code
    names = (device.app_name, device.stream_name)
    if any(
        (other.app_name, other.stream_name) == names
        for other in cloud.world.devices.values()
        if other.protocol is RTMP
    ):
        raise Refusal(f"{VALUE}RTMPPushStreamParamRepeat", "another device pushes under this name")
