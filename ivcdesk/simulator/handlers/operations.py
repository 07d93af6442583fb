"""What channels send and where devices are."""

from __future__ import annotations

from ivcdesk.api.actions import (
    AccessProtocol,
    BitRate,
    BitRateAnswer,
    BitRates,
    ChannelId,
    DescribeGBDeviceAddr,
    DescribeVideoBitRate,
    DeviceId,
    RemoteAddress,
    RemoteAddressAnswer,
    RemoteAddresses,
)
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import VALUE
from ivcdesk.simulator.handlers.finding import find_channel, find_device
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.refusal import Refusal

MOST_CHANNELS = 3000
MOST_DEVICES = 500
_BAD_CHANNEL = f"{VALUE}ContainInvalidChannelId"
_BAD_DEVICE = f"{VALUE}ContainInvalidDeviceId"


@handles(DescribeVideoBitRate)
def describe_video_bit_rate(cloud: Cloud, action: DescribeVideoBitRate) -> BitRateAnswer:
    """Tell what channels send now; 0 where nobody pulls."""
    if len(action.channel_ids) > MOST_CHANNELS:
        raise Refusal("LimitExceeded.ChannelNumExceeded", f"{MOST_CHANNELS} channels at most")
    if not action.channel_ids:
        raise Refusal("InvalidParameterValue", "there are no channels to look at")
    channels = [
        find_channel(cloud, known, unknown=_BAD_CHANNEL, illegal=_BAD_CHANNEL)
        for known in action.channel_ids
    ]
    rates = [
        BitRate(channel_id=ChannelId(channel.channel_id), bitrate=cloud.bit_rate(channel))
        for channel in channels
    ]
    return BitRateAnswer(data=BitRates(bit_rates=rates))


@handles(DescribeGBDeviceAddr)
def describe_gb_device_addr(cloud: Cloud, action: DescribeGBDeviceAddr) -> RemoteAddressAnswer:
    """Tell where the cloud sees GB/T 28181 devices; empty for those it does not see."""
    if len(action.device_ids) > MOST_DEVICES:
        raise Refusal("LimitExceeded.GBDeviceNumExceeded", f"{MOST_DEVICES} devices at most")
    if not action.device_ids:
        raise Refusal("InvalidParameterValue", "there are no devices to look at")
    rows = []
    for known in action.device_ids:
        device = find_device(cloud, known, unknown=_BAD_DEVICE, illegal=_BAD_DEVICE)
        if device.protocol is not AccessProtocol.GB28181:
            raise Refusal(_BAD_DEVICE, "the device does not speak GB/T 28181")
        # 203.0.113.0/24 is set aside for examples: no real host can be meant
        seen = f"203.0.113.{device.site % 250 + 1}" if device.online else ""
        rows.append(RemoteAddress(device_id=DeviceId(device.device_id), addr=seen))
    return RemoteAddressAnswer(data=RemoteAddresses(remote_addrs=rows))
