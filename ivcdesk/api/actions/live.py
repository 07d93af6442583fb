"""Live streams of channels, and who may not watch them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import Action, ChannelId, DeviceId, Listing, Result, Wire
from ivcdesk.api.actions.rules import (
    GIVEN,
    Between,
    Breach,
    Count,
    OneOf,
    PageNumber,
    SecretText,
)


class StreamUrls(Wire, frozen=True, kw_only=True):
    """The addresses of one live stream; their queries are signatures, so they are secrets."""

    flv: SecretText = ""
    hls: SecretText = ""
    rtmp: SecretText = ""
    f_mp4: SecretText = ""


class StreamAnswer(Result, frozen=True, kw_only=True):
    """Where to pull the live stream from."""

    data: StreamUrls = StreamUrls()


class ControlDeviceStream(Action[StreamAnswer], frozen=True, kw_only=True):
    """Open a channel's live stream and tell its addresses.

    ``stream_type`` (``"1"`` main, ``"2"`` sub) and ``resolution`` exclude each other.
    """

    reads: ClassVar[bool] = True

    channel_id: Annotated[ChannelId, GIVEN]
    stream_type: Annotated[str, OneOf("1", "2")] | None = None
    resolution: str | None = None
    is_internal: bool | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where both ways to choose a picture are used."""
        if self.stream_type is not None and self.resolution is not None:
            yield Breach("resolution", "left out where stream_type is given", self.resolution)


class PlayBan(Wire, frozen=True, kw_only=True):
    """Whether one channel is forbidden."""

    channel_id: Annotated[ChannelId, GIVEN]
    enable: bool


class SetForbidPlayChannels(Action[Result], frozen=True, kw_only=True):
    """Forbid a user channels, or allow them again; at most 200 a call."""

    channels: Annotated[list[PlayBan], Count(1, 200)]
    user_id: Annotated[str, GIVEN]


class BannedChannel(Wire, frozen=True, kw_only=True):
    """A channel that a user may not watch."""

    device_id: DeviceId = DeviceId("")
    device_name: str = ""
    channel_id: ChannelId = ChannelId("")
    channel_name: str = ""


class BannedChannels(Wire, frozen=True, kw_only=True):
    """One page of them; ``total_count`` counts all pages."""

    page_number: int = 0
    page_size: int = 0
    total_count: int = 0
    list_: list[BannedChannel] = []


class BannedChannelPage(Listing[BannedChannel], frozen=True, kw_only=True):
    """What a user may not watch."""

    data: BannedChannels = BannedChannels()


class QueryForbidPlayChannelList(Action[BannedChannelPage], frozen=True, kw_only=True):
    """List what a user may not watch, at most 200 a page."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    user_id: Annotated[str, GIVEN]
    page_size: Annotated[int, Between(1, 200)]
    page_number: PageNumber
