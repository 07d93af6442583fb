"""Live streams, and who may not watch them."""

from __future__ import annotations

from ivcdesk.api.actions import (
    BannedChannel,
    BannedChannelPage,
    BannedChannels,
    ChannelId,
    ControlDeviceStream,
    DeviceId,
    QueryForbidPlayChannelList,
    Result,
    SetForbidPlayChannels,
    StreamAnswer,
    StreamUrls,
)
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import VALUE
from ivcdesk.simulator.handlers.finding import find_channel, page, require_channel
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.links import UNGUARDED_SECONDS
from ivcdesk.simulator.refusal import Refusal

STREAM_TYPES = ("1", "2")
MOST_BANS = 200
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
        raise Refusal(f"{VALUE}InvalidStreamType", "StreamType is 1 or 2")
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
            rtmp=cloud.links.address(path, seconds, query, rtmp=True),
        )
    )


@handles(SetForbidPlayChannels)
def set_forbid_play_channels(cloud: Cloud, action: SetForbidPlayChannels) -> Result:
    """Forbid a user channels or allow them again; who watches a forbidden one is dismissed."""
    _check_user(action.user_id)
    if cloud.world.ledger.stream_auth.pull_state == 0:
        raise Refusal("OperationDenied.PlayAuthNotEnabled", "addresses are not guarded at all")
    if not action.channels:
        raise Refusal("InvalidParameter.InvalidChannels", "there are no channels")
    if len(action.channels) > MOST_BANS:
        raise Refusal(f"{VALUE}ChannelsExceedsRange", f"{MOST_BANS} channels at most")
    found = [
        find_channel(
            cloud,
            row.channel_id,
            unknown=f"{VALUE}InvalidChannelId",
            illegal=f"{VALUE}IllegalChannelId",
        )
        for row in action.channels
    ]
    banned = cloud.world.ledger.bans.setdefault(action.user_id, {})
    for channel, row in zip(found, action.channels, strict=True):
        if row.enable:
            banned[channel.channel_id] = None
            cloud.dismiss(channel.channel_id)
        else:
            banned.pop(channel.channel_id, None)
    return Result()


@handles(QueryForbidPlayChannelList)
def query_forbid_play_channel_list(
    cloud: Cloud, action: QueryForbidPlayChannelList
) -> BannedChannelPage:
    """List what a user may not watch; pages larger than 200 hold 200."""
    _check_user(action.user_id)
    banned = list(cloud.world.ledger.bans.get(action.user_id, ()))
    rows = page(banned, action.page_number, min(action.page_size, MOST_BANS), most=MOST_BANS)
    listed = [
        BannedChannel(
            device_id=DeviceId(channel.device.device_id),
            device_name=channel.device.name,
            channel_id=ChannelId(channel.channel_id),
            channel_name=channel.name,
        )
        for channel in map(cloud.world.channel, rows)
        if channel is not None
    ]
    return BannedChannelPage(
        data=BannedChannels(
            page_number=action.page_number,
            page_size=len(listed),
            total_count=len(banned),
            list_=listed,
        )
    )


def _stream_type(action: ControlDeviceStream) -> str:
    """Return ``1`` for the main stream; a resolution of 720 lines and more is the main stream's."""
    if action.resolution:
        return "1" if action.resolution in _MAIN_RESOLUTIONS or len(action.resolution) > 6 else "2"
    return action.stream_type or "1"


def _check_user(user_id: str) -> None:
    if not user_id:
        raise Refusal("MissingParameter.MissingUserInfo", "the user is missing")
    if not (user_id.isdecimal() and 5 <= len(user_id) <= 20):
        raise Refusal(f"{VALUE}InvalidUserParam", "a user is told by digits")
