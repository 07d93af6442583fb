"""Live streams."""

from __future__ import annotations

from ivcdesk.api.actions import ControlDeviceStream, StreamAnswer, StreamUrls
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.finding import find_channel, require_channel
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.links import LIVE_SECONDS
from ivcdesk.simulator.refusal import Refusal

STREAM_TYPES = ("1", "2")


@handles(ControlDeviceStream)
def control_device_stream(cloud: Cloud, action: ControlDeviceStream) -> StreamAnswer:
    """Tell where a channel's live stream can be pulled from."""
    if action.stream_type and action.resolution:
        raise Refusal(
            "UnsupportedOperation.StreamTypeOrResolution",
            "StreamType and Resolution exclude each other",
        )
    if action.stream_type and action.stream_type not in STREAM_TYPES:
        raise Refusal("InvalidParameterValue.InvalidStreamType", "StreamType is 1 or 2")
    channel = find_channel(cloud, action.channel_id)
    require_channel(channel)
    path = f"/live/{channel.channel_id}"
    return StreamAnswer(
        data=StreamUrls(
            flv=cloud.links.address(f"{path}.live.flv", LIVE_SECONDS),
            hls=cloud.links.address(f"{path}/hls.m3u8", LIVE_SECONDS),
        )
    )
