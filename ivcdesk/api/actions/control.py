"""Turning cameras, their preset positions, and a device's own language."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import Action, ChannelId, DeviceId, Result, Wire
from ivcdesk.api.actions.rules import GIVEN, Between, OneOf, SecretText


class PtzCommand(StrEnum):
    """What one PTZ call does; there is no stop, each call is one jog."""

    UP = "up"
    DOWN = "down"
    LEFT = "left"
    RIGHT = "right"
    LEFT_UP = "leftup"
    RIGHT_UP = "rightup"
    LEFT_DOWN = "leftdown"
    RIGHT_DOWN = "rightdown"
    ZOOM_IN = "zoomin"
    ZOOM_OUT = "zoomout"
    FOCUS_FAR = "focusfar"
    FOCUS_NEAR = "focusnear"
    IRIS_OPEN = "irisin"
    IRIS_CLOSE = "irisout"


class PresetCommand(StrEnum):
    """What is done with a preset position."""

    GOTO = "goto"
    SET = "set"
    DELETE = "del"


class ControlDevicePTZ(Action[Result], frozen=True, kw_only=True):
    """Jog a camera once. ``type`` is a :class:`PtzCommand`, ``speed`` runs from 1 to 8."""

    seconds: ClassVar[float] = 5.0
    regional: ClassVar[bool] = True
    channel_bound: ClassVar[bool] = True

    channel_id: Annotated[ChannelId, GIVEN]
    type: Annotated[str, OneOf(*PtzCommand)]
    speed: Annotated[int, Between(1, 8)]


class ControlDevicePreset(Action[Result], frozen=True, kw_only=True):
    """Go to, set or delete a preset. ``cmd`` is a :class:`PresetCommand`, ``index`` 1 to 10."""

    seconds: ClassVar[float] = 5.0
    regional: ClassVar[bool] = True
    channel_bound: ClassVar[bool] = True

    channel_id: Annotated[ChannelId, GIVEN]
    cmd: Annotated[str, OneOf(*PresetCommand)]
    index: Annotated[int, Between(1, 10)]


class Preset(Wire, frozen=True, kw_only=True):
    """A preset that the device holds, under the device's own name for it."""

    index: int = 0
    name: str = ""


class PresetList(Result, frozen=True, kw_only=True):
    """The presets of one channel."""

    data: list[Preset] = []


class DescribeDevicePreset(Action[PresetList], frozen=True, kw_only=True):
    """Ask the device for the presets of one channel."""

    reads: ClassVar[bool] = True
    regional: ClassVar[bool] = True
    channel_bound: ClassVar[bool] = True

    channel_id: Annotated[ChannelId, GIVEN]


class IsapiOutput(Wire, frozen=True, kw_only=True):
    """What the device answered, in its own XML or JSON; it may hold passwords."""

    output_data: SecretText = ""


class IsapiAnswer(Result, frozen=True, kw_only=True):
    """The device's own answer."""

    data: IsapiOutput = IsapiOutput()


class CallISAPI(Action[IsapiAnswer], frozen=True, kw_only=True):
    """Pass a request through to a Hikvision device in its own language.

    ``url`` is method and path, such as ``GET /ISAPI/System/deviceInfo``; ``input_data`` the body,
    which may hold passwords.
    """

    regional: ClassVar[bool] = True
    channel_bound: ClassVar[bool] = True

    device_id: Annotated[DeviceId, GIVEN]
    url: Annotated[str, GIVEN]
    input_data: SecretText | None = None
