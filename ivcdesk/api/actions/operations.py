"""What helps to find faults: bit rates of channels and public addresses of devices."""

from __future__ import annotations

from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import Action, ChannelId, DeviceId, Result, Wire
from ivcdesk.api.actions.rules import GIVEN, Count


class BitRate(Wire, frozen=True, kw_only=True):
    """What a channel sends now, in kbit/s."""

    channel_id: ChannelId = ChannelId("")
    bitrate: float = 0.0


class BitRates(Wire, frozen=True, kw_only=True):
    """The rates of the channels asked for."""

    bit_rates: list[BitRate] = []


class BitRateAnswer(Result, frozen=True, kw_only=True):
    """What channels send now."""

    data: BitRates = BitRates()


class DescribeVideoBitRate(Action[BitRateAnswer], frozen=True, kw_only=True):
    """Tell what at most 3000 channels send now."""

    reads: ClassVar[bool] = True

    channel_ids: Annotated[list[Annotated[ChannelId, GIVEN]], Count(1, 3000)]


class RemoteAddress(Wire, frozen=True, kw_only=True):
    """The public address that the cloud sees a device at."""

    device_id: DeviceId = DeviceId("")
    addr: str = ""


class RemoteAddresses(Wire, frozen=True, kw_only=True):
    """The addresses of the devices asked for."""

    remote_addrs: list[RemoteAddress] = []


class RemoteAddressAnswer(Result, frozen=True, kw_only=True):
    """Where the cloud sees devices."""

    data: RemoteAddresses = RemoteAddresses()


class DescribeGBDeviceAddr(Action[RemoteAddressAnswer], frozen=True, kw_only=True):
    """Tell the public addresses of at most 500 GB/T 28181 devices."""

    reads: ClassVar[bool] = True

    device_ids: Annotated[list[Annotated[DeviceId, GIVEN]], Count(1, 500)]
