"""Live streams."""

from __future__ import annotations

from ivcdesk.api.actions import ControlDeviceStream, StreamAnswer, StreamUrls
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.finding import find_channel, require_channel
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.links import UNGUARDED_SECONDS
from ivcdesk.simulator.refusal import Refusal

STREAM_TYPES = ("1", "2")
_MAIN_RESOLUTIONS = ("5", "6")


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
    guard = cloud.world.ledger.stream_auth
    seconds = guard.pull_minutes * 60 if guard.pull_state else UNGUARDED_SECONDS
    query = {"stream_type": _stream_type(action)}
    return StreamAnswer(
        data=StreamUrls(
            flv=cloud.links.address(f"{path}.live.flv", seconds, query),
            hls=cloud.links.address(f"{path}/hls.m3u8", seconds, query),
        )
    )


def _stream_type(action: ControlDeviceStream) -> str:
    """Return ``1`` for the main stream; a resolution of 720 lines and more is the main stream's."""
    if action.resolution:
        return "1" if action.resolution in _MAIN_RESOLUTIONS or len(action.resolution) > 6 else "2"
    return action.stream_type or "1"
