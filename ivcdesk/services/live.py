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

    async def open(
        self,
        channel_id: ChannelId,
        quality: Quality = "sub",
        *,
        resolution: str | None = None,
        internal: bool = False,
    ) -> StreamUrls:
        """Return the addresses of a channel's live stream; they are secrets. Raises IvcError.

        ``resolution``, a code of the channel's own, takes the place of ``quality``; ``internal``
        asks for addresses inside the cloud's own network.
        """
        answer = await self._client.call(
            ControlDeviceStream(
                channel_id=channel_id,
                stream_type=None if resolution else STREAM_TYPES[quality],
                resolution=resolution,
                is_internal=True if internal else None,
            )
        )
        return answer.data
