"""Which cameras somebody means who has picked organisations, devices and channels."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ivcdesk.api import IvcError
from ivcdesk.api.actions import ChannelId, DeviceId, OrganizationId
from ivcdesk.services.directory import Directory

MOST = 500
"""How many cameras are taken; what comes after them is left out."""


async def channels_below(directory: Directory, keys: Iterable[str]) -> list[ChannelId]:
    """Return the channels among and below the rows of these ids, each one once, by name.

    Channels of devices that are not known yet are asked for; a device that gives no answer is
    left out. Raises the last IvcError where none could be had.
    """
    found: dict[ChannelId, None] = {}
    failure: IvcError | None = None
    for key in keys:
        if directory.channel(ChannelId(key)) is not None:
            found[ChannelId(key)] = None
            continue
        for device_id in _devices_below(directory, key):
            held = directory.channels.get(device_id)
            if held is None:
                try:
                    held = await directory.load_channels(device_id)
                except IvcError as error:
                    failure = error
                    continue
            found.update(dict.fromkeys(each.channel_id for each in held))
            if len(found) >= MOST:
                return list(found)[:MOST]
    if not found and failure is not None:
        raise failure
    return list(found)


def _devices_below(directory: Directory, key: str) -> Iterator[DeviceId]:
    """Yield the devices of a row, those of an organisation by name, its own before those below."""
    if DeviceId(key) in directory.devices:
        yield DeviceId(key)
        return
    if OrganizationId(key) not in directory.organizations:
        return
    below = directory.children(OrganizationId(key))
    for device in sorted(below.devices, key=lambda each: each.name):
        yield device.device_id
    for organization in sorted(below.organizations, key=lambda each: each.name):
        yield from _devices_below(directory, organization.organization_id)
