"""Where the parts of downloads come from: here, recordings in the cloud."""

from __future__ import annotations

from collections.abc import Callable

from ivcdesk.api import CloudClient, Priority
from ivcdesk.api.actions import ChannelId, DescribeVideoDownloadUrl
from ivcdesk.domain.exports import asked
from ivcdesk.domain.intervals import Interval
from ivcdesk.services.downloads_jobs import Address, Order, Part

CLOUD = "cloud"
ADDRESS_SECONDS = 7200
"""How long an address is asked to live: a slow link may need more than the usual ten minutes."""


class CloudRange:
    """Ranges of a channel in the cloud.

    ``details``: ``channel_id``, ``region`` (empty where it isn't known), ``g711`` (whether an MP4
    keeps sound of that kind).
    """

    whole = True

    async def address(
        self, client: CloudClient, order: Order, part: Part, note: Callable[[str], None]
    ) -> Address:
        """Ask for the file of a part. Raises IvcError."""
        begin, end = asked(part.span)
        mp4 = order.form == "mp4"
        answer = await client.call(
            DescribeVideoDownloadUrl(
                channel_id=ChannelId(str(order.details["channel_id"])),
                begin_time=str(begin),
                end_time=str(end),
                file_type=order.form,
                is_resp_actual_time=True,
                expires=ADDRESS_SECONDS,
                is_support_g711=bool(order.details.get("g711")) if mp4 else None,
            ),
            region=str(order.details.get("region") or "") or None,
            priority=Priority.BACKGROUND,
        )
        told = answer.data.actual_begin_time, answer.data.actual_end_time
        actual = None
        if all(text.isdecimal() for text in told):
            actual = Interval(float(told[0]), float(told[1]))
        if actual is not None and (actual.length <= 0 or not actual.overlaps(part.span)):
            actual = None
        return Address(answer.data.url, actual)
