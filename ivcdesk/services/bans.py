"""Who may not watch which channel."""

from __future__ import annotations

from collections.abc import Sequence

from ivcdesk.api import CloudClient
from ivcdesk.api.actions import (
    BannedChannel,
    ChannelId,
    PlayBan,
    QueryForbidPlayChannelList,
    SetForbidPlayChannels,
)
from ivcdesk.api.paging import items

MOST_AT_ONCE = 200
"""How many channels one call may name (SetForbidPlayChannels)."""


class Bans:
    """Lists and sets the channels that a user, told by his digits, may not watch live."""

    def __init__(self, client: CloudClient) -> None:
        self._client = client

    async def list(self, user_id: str) -> tuple[BannedChannel, ...]:
        """Return everything that a user may not watch. Raises IvcError."""
        action = QueryForbidPlayChannelList(user_id=user_id, page_size=MOST_AT_ONCE, page_number=1)
        return tuple([channel async for channel in items(self._client, action)])

    async def forbid(self, user_id: str, channels: Sequence[ChannelId]) -> None:
        """Forbid channels; who watches one of them is cut off. Raises IvcError."""
        await self._set(user_id, channels, enable=True)

    async def allow(self, user_id: str, channels: Sequence[ChannelId]) -> None:
        """Allow channels again. Raises IvcError."""
        await self._set(user_id, channels, enable=False)

    async def _set(self, user_id: str, channels: Sequence[ChannelId], *, enable: bool) -> None:
        for start in range(0, len(channels), MOST_AT_ONCE):
            part = channels[start : start + MOST_AT_ONCE]
            rows = [PlayBan(channel_id=channel, enable=enable) for channel in part]
            await self._client.call(SetForbidPlayChannels(channels=rows, user_id=user_id))
