"""From ids to things that exist, or the refusal that the reference has for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TypeVar

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Channel, Device, Organization

T = TypeVar("T")

_ID = re.compile(r"[0-9A-Za-z_-]{1,64}")

_AWAY = {
    DeviceStatus.OFFLINE: ("ResourceUnavailable.DevOffline", "the device is offline"),
    DeviceStatus.UNREGISTERED: (
        "ResourceUnavailable.DevNoRegister",
        "the device has never registered",
    ),
    DeviceStatus.DISABLED: ("ResourceUnavailable.DevDisable", "the device is disabled"),
}


def find_channel(
    cloud: Cloud,
    channel_id: str,
    *,
    unknown: str = "ResourceNotFound",
    illegal: str = "InvalidParameterValue.InvalidChannelId",
) -> Channel:
    """Return a channel; ``illegal`` is the code for an id of wrong form, ``unknown`` for none."""
    if not _ID.fullmatch(channel_id):
        raise Refusal(illegal, "the channel id has an impossible form")
    channel = cloud.world.channel(channel_id)
    if channel is None:
        raise Refusal(unknown, "there is no such channel")
    return channel


def find_device(
    cloud: Cloud,
    device_id: str,
    *,
    unknown: str = "ResourceNotFound",
    illegal: str = "InvalidParameterValue.InvalidDeviceId",
) -> Device:
    """Return a device; the codes are as for :func:`find_channel`."""
    if not _ID.fullmatch(device_id):
        raise Refusal(illegal, "the device id has an impossible form")
    device = cloud.world.devices.get(device_id)
    if device is None:
        raise Refusal(unknown, "there is no such device")
    return device


def find_organization(
    cloud: Cloud,
    organization_id: str,
    *,
    unknown: str = "InvalidParameterValue.InvalidOrganizationId",
) -> Organization:
    """Return an organisation, the root included."""
    organization = cloud.world.organizations.get(organization_id)
    if organization is None:
        raise Refusal(unknown, "there is no such organisation")
    return organization


def require_device(device: Device) -> None:
    """Refuse unless the device is online."""
    if not device.online:
        raise Refusal(*_AWAY[device.status])


def require_channel(channel: Channel) -> None:
    """Refuse unless both the device and the channel are online."""
    require_device(channel.device)
    if not channel.plugged:
        raise Refusal("ResourceUnavailable.ChannelOffline", "the channel is offline")


def require_remote(device: Device) -> None:
    """Refuse where the device only pushes its stream and can't be asked for anything."""
    if not device.remote:
        raise Refusal(
            "InvalidParameterValue.UnSupportedAccessType", "an RTMP device takes no commands"
        )


def page(
    rows: Sequence[T],
    number: int | None,
    size: int | None,
    *,
    most: int = 10_000,
    bad_number: str = "InvalidParameterValue.InvalidPageNumber",
    bad_size: str = "InvalidParameterValue.InvalidPageSize",
) -> Sequence[T]:
    """Return one page; pages count from 1 and hold 20 rows unless asked otherwise."""
    number = 1 if number is None else number
    size = 20 if size is None else size
    if number < 1:
        raise Refusal(bad_number, "pages count from 1")
    if not 1 <= size <= most:
        raise Refusal(bad_size, f"a page holds 1 to {most} rows")
    return rows[(number - 1) * size : number * size]
