"""Turning cameras, and their presets."""

from __future__ import annotations

import asyncio
import random
from xml.sax.saxutils import escape

from ivcdesk.api.actions import (
    CallISAPI,
    ControlDevicePreset,
    ControlDevicePTZ,
    DescribeDevicePreset,
    IsapiAnswer,
    IsapiOutput,
    Preset,
    PresetCommand,
    PresetList,
    PtzCommand,
    Result,
)
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.finding import (
    find_channel,
    find_device,
    require_channel,
    require_device,
    require_remote,
)
from ivcdesk.simulator.handlers.table import handles, handles_slowly
from ivcdesk.simulator.ptz import PRESETS, PtzBehaviour
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Channel, Device

SPEEDS = range(1, 9)
_XML = '<?xml version="1.0" encoding="UTF-8"?>'
_SLOWEST_SECONDS, _SLOW_SECONDS = 2.5, 0.8


@handles_slowly(ControlDevicePTZ)
async def control_device_ptz(cloud: Cloud, action: ControlDevicePTZ) -> Result:
    """Jog a camera once."""
    channel = find_channel(cloud, action.channel_id)
    if action.type not in list(PtzCommand):
        raise Refusal("InvalidParameterValue.UnSupportedPTZCMD", "there is no such PTZ command")
    if action.speed not in SPEEDS:
        raise Refusal("InvalidParameterValue", "Speed runs from 1 to 8")
    _require_turning(channel)
    await _reached(cloud, channel)
    runs_on = cloud.ptz is PtzBehaviour.RUNS_ON
    command = PtzCommand(action.type)
    channel.mount.jog(cloud.clock.steady(), command, action.speed, runs_on=runs_on)
    return Result()


@handles_slowly(ControlDevicePreset)
async def control_device_preset(cloud: Cloud, action: ControlDevicePreset) -> Result:
    """Go to, set or delete a preset; one that was never set is passed over, as devices do."""
    channel = find_channel(
        cloud, action.channel_id, unknown="InvalidParameterValue.InvalidChannelId"
    )
    if action.cmd not in list(PresetCommand):
        raise Refusal(
            "InvalidParameterValue.UnSupportedPresetCMD", "there is no such preset command"
        )
    if action.index not in PRESETS:
        raise Refusal("InvalidParameterValue", "Index runs from 1 to 10")
    _require_turning(channel)
    await _reached(cloud, channel)
    now, mount = cloud.clock.steady(), channel.mount
    if action.cmd == PresetCommand.GOTO:
        mount.recall(now, action.index)
    elif action.cmd == PresetCommand.SET:
        known = mount.presets.get(action.index)
        mount.store(now, action.index, known.name if known else f"preset-{action.index}")
    else:
        mount.presets.pop(action.index, None)
    return Result()


@handles(DescribeDevicePreset)
def describe_device_preset(cloud: Cloud, action: DescribeDevicePreset) -> PresetList:
    """List the presets of a channel by their indexes."""
    channel = find_channel(cloud, action.channel_id)
    require_channel(channel)
    return PresetList(
        data=[
            Preset(index=index, name=preset.name)
            for index, preset in sorted(channel.mount.presets.items())
        ]
    )


def _require_turning(channel: Channel) -> None:
    require_remote(channel.device)
    require_channel(channel)
    if not channel.ptz:
        raise Refusal("InvalidParameterValue.UnSupportedPTZCMD", "the camera can't be turned")


async def _reached(cloud: Cloud, channel: Channel) -> None:
    """Wait until the command has reached the device; a slow device serves one at a time."""
    if cloud.ptz is PtzBehaviour.SLOW:
        async with cloud.line(channel):
            await asyncio.sleep(random.uniform(_SLOW_SECONDS, _SLOWEST_SECONDS))
        require_channel(channel)


@handles(CallISAPI)
def call_isapi(cloud: Cloud, action: CallISAPI) -> IsapiAnswer:
    """Pass a request through to a device; it knows two addresses and refuses all others."""
    device = find_device(cloud, action.device_id)
    method, _, path = action.url.partition(" ")
    if method not in ("GET", "PUT", "POST", "DELETE") or not path.startswith("/ISAPI/"):
        raise Refusal("InvalidParameterValue", "Url is a method and a path under /ISAPI/")
    require_remote(device)
    require_device(device)
    answer = _isapi(cloud, device, path) if method == "GET" else ""
    return IsapiAnswer(data=IsapiOutput(output_data=answer or _not_supported(path)))


def _isapi(cloud: Cloud, device: Device, path: str) -> str:
    if path == "/ISAPI/System/deviceInfo":
        return (
            f'{_XML}\n<DeviceInfo version="2.0">\n<deviceName>{escape(device.name)}</deviceName>\n'
            f"<deviceID>{device.device_id}</deviceID>\n<model>SIM-{device.type.name}</model>\n"
            f"<serialNumber>{device.code}</serialNumber>\n</DeviceInfo>\n"
        )
    if path == "/ISAPI/ContentMgmt/InputProxy/channels/status":
        rows = "".join(
            f"<InputProxyChannelStatus><id>{channel.number + 1}</id>"
            f"<online>{str(channel.plugged).lower()}</online></InputProxyChannelStatus>\n"
            for channel in cloud.world.channels(device)
        )
        return f"{_XML}\n<InputProxyChannelStatusList>\n{rows}</InputProxyChannelStatusList>\n"
    return ""


def _not_supported(path: str) -> str:
    return (
        f'{_XML}\n<ResponseStatus version="2.0">\n<requestURL>{escape(path)}</requestURL>\n'
        "<statusCode>4</statusCode>\n<statusString>Invalid Operation</statusString>\n"
        "<subStatusCode>notSupport</subStatusCode>\n</ResponseStatus>\n"
    )
