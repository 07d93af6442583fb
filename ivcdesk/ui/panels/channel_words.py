"""Channels in words: what they are called, and what is in the way of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.devices import Obstacle
from ivcdesk.ui.text import tr

if TYPE_CHECKING:
    from ivcdesk.services.directory import Directory


def channel_name(directory: Directory, channel_id: ChannelId) -> str:
    """Return the name that people know a channel by, its id where it has none."""
    channel = directory.channel(channel_id)
    return (channel.name if channel is not None else "") or channel_id


def obstacle_words(directory: Directory, channel_id: ChannelId, obstacle: Obstacle) -> str:
    """Say what is in the way of a channel, behind a mark that shows it without colour."""
    device = directory.device_of(channel_id)
    name = (device.name if device is not None else "") or channel_name(directory, channel_id)
    match obstacle:
        case Obstacle.DEVICE_DISABLED:
            return tr("⊘ {device} is disabled in the cloud", device=name)
        case Obstacle.DEVICE_UNREGISTERED:
            return tr("◇ {device} has never registered with the cloud", device=name)
        case Obstacle.DEVICE_OFFLINE:
            return tr("○ {device} is offline", device=name)
        case Obstacle.CHANNEL_OFFLINE:
            channel = channel_name(directory, channel_id)
            return tr("○ {channel} is offline", channel=channel)
        case Obstacle.NO_PTZ:
            return tr("⊘ This camera can't be turned: it has no motors")
        case Obstacle.GONE if directory.state != "ready" or not directory.filling.settled:
            return tr("○ Looking for the channel …")
        case _:
            return tr("○ The channel isn't in the directory any more")
