"""Live streams of channels."""

from __future__ import annotations

from typing import ClassVar

from ivcdesk.api.actions.base import Action, ChannelId, Result, Wire


class StreamUrls(Wire, frozen=True, kw_only=True):
    """The addresses of one live stream; their queries are signatures, so they are secrets."""

    flv: str = ""
    hls: str = ""
    rtmp: str = ""

    def __repr__(self) -> str:
        """Name no address: each carries a signature."""
        return "StreamUrls(…)"


class StreamAnswer(Result, frozen=True, kw_only=True):
    """Where to pull the live stream from."""

    data: StreamUrls = StreamUrls()


class ControlDeviceStream(Action[StreamAnswer], frozen=True, kw_only=True):
    """Open a channel's live stream and tell its addresses.

    ``stream_type`` (``"1"`` main, ``"2"`` sub) and ``resolution`` exclude each other.
    """

    reads: ClassVar[bool] = True

    channel_id: ChannelId
    stream_type: str | None = None
    resolution: str | None = None
    is_internal: bool | None = None
