"""Who joins a plan: channels and whole organisations, checked as the reference says."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ivcdesk.api.actions import ChannelOfDevice, LifeCycle, OrganizationId
from ivcdesk.simulator import roster
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import VALUE
from ivcdesk.simulator.handlers.finding import find_channel, find_device
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Organization

MOST_CHANNELS = 5000
MOST_ORGANIZATIONS = 1000
LONGEST_DAYS = 3650
SHORTEST_COLD_DAYS = 60
_DIGITS = re.compile(r"\d{1,20}")
_STREAM = re.compile(r"[0-9A-Za-z_-]*")


def read_channels(cloud: Cloud, rows: Sequence[ChannelOfDevice]) -> list[roster.Seat]:
    """Return the channels that are named with their devices."""
    seats: list[roster.Seat] = []
    for row in rows:
        if not row.device_id:
            raise Refusal(f"{VALUE}EmptyDeviceId", "a device id is empty")
        if not row.channel_id:
            raise Refusal(f"{VALUE}EmptyChannelId", "a channel id is empty")
        device = find_device(
            cloud,
            row.device_id,
            unknown=f"{VALUE}InvalidDeviceId",
            illegal=f"{VALUE}IllegalDeviceId",
        )
        channel = find_channel(
            cloud,
            row.channel_id,
            unknown=f"{VALUE}InvalidChannelId",
            illegal=f"{VALUE}IllegalChannelId",
        )
        if channel.device is not device:
            raise Refusal(f"{VALUE}InvalidChannelIdOrDeviceId", "the channel is another device's")
        if (device, channel.number) in seats:
            raise Refusal("InvalidParameter.InvalidChannels", "a channel is named twice")
        seats.append((device, channel.number))
    return seats


def read_organizations(cloud: Cloud, ids: Sequence[OrganizationId]) -> list[Organization]:
    """Return the organisations that are named."""
    if len(ids) > MOST_ORGANIZATIONS:
        raise Refusal(f"{VALUE}OrganizationCountExceedsRange", "1000 organisations at most")
    nodes = []
    for known in ids:
        if not known:
            raise Refusal(f"{VALUE}EmptyOrganizationId", "an organisation id is empty")
        if not _DIGITS.fullmatch(known):
            raise Refusal(f"{VALUE}IllegalOrganizationId", "organisation ids are digits")
        node = cloud.world.organizations.get(known)
        if node is None:
            raise Refusal(
                "ResourceNotFound.OrganizationIdNotExist", "there is no such organisation"
            )
        nodes.append(node)
    return nodes


def check_kept(kept: LifeCycle) -> None:
    """Refuse days that recordings can't be kept for."""
    if not 1 <= kept.transition <= LONGEST_DAYS:
        raise Refusal(f"{VALUE}InvalidTransitionRange", "kept for 1 to 3650 days")
    cold = kept.expiration
    if cold < 0 or 0 < cold < SHORTEST_COLD_DAYS or kept.transition + cold > LONGEST_DAYS:
        raise Refusal(f"{VALUE}InvalidExpirationRange", "archived for 60 days at least, or not")


def check_stream(stream_type: str | None) -> None:
    """Refuse the name of a stream that can't be one."""
    if stream_type and len(stream_type.encode()) > 32:
        raise Refusal(f"{VALUE}TooLongStreamType", "32 bytes at most")
    if stream_type and not _STREAM.fullmatch(stream_type):
        raise Refusal(f"{VALUE}IllegalStreamType", "letters, digits, _ and - alone")
