"""Which backup plans hold a channel, and so may fill its gaps by themselves."""

from __future__ import annotations

import asyncio

from ivcdesk.api import CloudClient, items
from ivcdesk.api.actions import (
    ChannelId,
    ListRecordBackupPlanDevices,
    ListRecordBackupPlans,
    ListRecordBackupTemplates,
    PlanId,
    TimeSection,
)
from ivcdesk.api.actions.record_templates import seconds_of
from ivcdesk.domain.backfill import Backup
from ivcdesk.domain.weeks import Section

MOST_PLANS = 40
"""So many plans are looked through for a channel."""
LONGEST_WORD = 32
"""Bytes that can be searched for."""
AT_ONCE = 4


class TooManyPlans(Exception):
    """The account has more backup plans than are looked through."""


async def backups_of(client: CloudClient, channel_id: ChannelId, name: str) -> list[Backup]:
    """Return the backup plans that hold a channel; ``name`` is what the channel is called.

    Raises IvcError, and TooManyPlans.
    """
    plans = [plan for plan in (await client.call(ListRecordBackupPlans())).data if plan.status]
    if not plans:
        return []
    if len(plans) > MOST_PLANS:
        raise TooManyPlans
    templates = await client.call(ListRecordBackupTemplates())
    by_id = {each.template_id: each for each in templates.data}
    turns = asyncio.Semaphore(AT_ONCE)

    async def one(plan_id: PlanId) -> bool:
        async with turns:
            return await _holds(client, plan_id, channel_id, name)

    held = await asyncio.gather(*(one(plan.plan_id) for plan in plans))
    found = []
    for plan, holds in zip(plans, held, strict=True):
        template = by_id.get(plan.template_id)
        if holds and template is not None:
            found.append(
                Backup(
                    plan.plan_name,
                    _week(template.time_sections),
                    _week(template.dev_time_sections),
                    template.day_offset,
                )
            )
    return found


async def _holds(client: CloudClient, plan_id: PlanId, channel_id: ChannelId, name: str) -> bool:
    short = 0 < len(name.encode()) <= LONGEST_WORD
    search = ListRecordBackupPlanDevices(plan_id=plan_id, channel_name=name if short else None)
    async for each in items(client, search):
        if each.channel_id == channel_id:
            return True
    return False


def _week(sections: list[TimeSection]) -> tuple[Section, ...]:
    return tuple(
        Section(each.day_of_week, seconds_of(each.start_time), seconds_of(each.end_time))
        for each in sections
    )
