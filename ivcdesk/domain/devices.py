"""What state a device is in, and what therefore can't be done with its channels."""

from __future__ import annotations

from enum import Enum


class DeviceState(Enum):
    """Whether a device may and does talk to the cloud."""

    ONLINE = "online"
    OFFLINE = "offline"
    UNREGISTERED = "unregistered"
    DISABLED = "disabled"
    UNKNOWN = "unknown"


class Obstacle(Enum):
    """Why a channel can't be shown, or can't be turned. Only the last kind leaves a picture."""

    GONE = "gone"
    DEVICE_DISABLED = "device disabled"
    DEVICE_UNREGISTERED = "device unregistered"
    DEVICE_OFFLINE = "device offline"
    CHANNEL_OFFLINE = "channel offline"
    NO_PTZ = "no ptz"

    @property
    def hides_picture(self) -> bool:
        """Whether there is no live picture either."""
        return self is not Obstacle.NO_PTZ


_BY_STATE = {
    DeviceState.DISABLED: Obstacle.DEVICE_DISABLED,
    DeviceState.UNREGISTERED: Obstacle.DEVICE_UNREGISTERED,
    DeviceState.OFFLINE: Obstacle.DEVICE_OFFLINE,
}


def channel_state(device: DeviceState, online: bool) -> DeviceState:
    """Return a channel's state: its own word counts only while its device is online.

    Clouds keep calling a channel online long after its device has gone.
    """
    if device in (DeviceState.ONLINE, DeviceState.UNKNOWN):
        return DeviceState.ONLINE if online else DeviceState.OFFLINE
    return device


def obstacle(device: DeviceState, *, online: bool, turns: bool) -> Obstacle | None:
    """Return what is in the way of a channel: the gravest reason, or None.

    ``online`` and ``turns`` are what the channel says of itself. A state that this program does
    not know stands in nobody's way: the cloud will say.
    """
    if reason := _BY_STATE.get(device):
        return reason
    if not online:
        return Obstacle.CHANNEL_OFFLINE
    return None if turns else Obstacle.NO_PTZ
