"""Audits what was recorded of many cameras over many days."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import date

from ivcdesk.api import Priority
from ivcdesk.api.actions import ChannelId
from ivcdesk.domain.audit import AuditedChannel, audited_days
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import day_interval
from ivcdesk.domain.intervals import Interval
from ivcdesk.services.directory import Directory
from ivcdesk.services.recordings import Recordings

AT_ONCE = 4
"""Cameras that are looked up at the same time."""

LAG = 300.0
"""Recordings turn up in the cloud's lists so long after they were made, s."""


def period(first: date, last: date, now: float) -> Interval:
    """Return the days from ``first`` to ``last`` of UTC+8, as far as they can be known by ``now``.

    ``now`` is seconds since the epoch; the interval is empty where all of it is yet to come.
    """
    start, end = day_interval(first).start, day_interval(last).end
    return Interval(start, max(start, min(end, now - LAG)))


async def audit(
    recordings: Recordings,
    directory: Directory,
    channels: Sequence[ChannelId],
    window: Interval,
    *,
    source: Source = Source.CLOUD,
) -> AsyncIterator[AuditedChannel]:
    """Give one camera after another as soon as it is known; raises nothing.

    What is remembered costs no question; the others are asked in the background, behind whatever
    the user does meanwhile. Leaving the iteration ends what is under way.
    """
    await recordings.hours.learn(channels)
    turn = asyncio.Semaphore(AT_ONCE)

    async def one(channel_id: ChannelId) -> AuditedChannel:
        async with turn:
            planned = await recordings.hours.of(channel_id, window)
            found = await recordings.coverage(
                channel_id, window, sources={source}, priority=Priority.BACKGROUND
            )
        unknown = frozenset(problem.day for problem in found.problems)
        spans = found.cloud if source is Source.CLOUD else found.device
        channel, device = directory.channel(channel_id), directory.device_of(channel_id)
        return AuditedChannel(
            channel_id,
            channel.name if channel is not None and channel.name else channel_id,
            device.name if device is not None else "",
            audited_days(window, planned, spans, unknown),
            unknown,
            planned is not None,
        )

    loop = asyncio.get_running_loop()
    waiting = {loop.create_task(one(each), name=f"audit.{each}") for each in channels}
    try:
        while waiting:
            done, waiting = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                yield task.result()
    finally:
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
