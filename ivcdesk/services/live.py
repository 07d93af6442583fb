"""Opens live streams."""

from __future__ import annotations

from typing import Literal

from ivcdesk.api import CloudClient
from ivcdesk.api.actions import ChannelId, ControlDeviceStream, StreamUrls

Quality = Literal["main", "sub"]

STREAM_TYPES: dict[Quality, str] = {"main": "1", "sub": "2"}


class Live:
    """Asks the cloud to pull a channel's picture, and where to fetch it."""

    def __init__(self, client: CloudClient) -> None:
        self._client = client

    async def open(self, channel_id: ChannelId, quality: Quality = "sub") -> StreamUrls:
        """Return the addresses of a channel's live stream; they are secrets. Raises IvcError."""
        answer = await self._client.call(
            ControlDeviceStream(channel_id=channel_id, stream_type=STREAM_TYPES[quality])
        )
        return answer.data
