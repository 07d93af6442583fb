"""When the plans want a channel to be recorded, as far as the cloud tells."""

from __future__ import annotations

import asyncio
from collections.abc import Collection

from ivcdesk.api import CloudClient, IvcError, Priority, items
from ivcdesk.api.actions import (
    ChannelId,
    ListRecordPlanChannels,
    ListRecordPlanDevices,
    ListRecordPlans,
    ListRecordTemplates,
    PlanId,
)
from ivcdesk.api.actions.record_templates import seconds_of
from ivcdesk.domain.intervals import Interval, Intervals
from ivcdesk.domain.weeks import Section, planned
from ivcdesk.services.directory import Directory

FRESH = 600.0  # s that the plans of an account are good for
MOST_PLANS = 40  # plans that are looked through for a channel; beyond them nobody knows
WORTH_LEARNING = 4  # channels from which on the plans are listed whole
LONGEST_WORD = 32  # bytes that can be searched for

Week = tuple[Section, ...]


class PlanHours:
    """Knows the weekly hours of the plans that record a channel; asks in the background only."""

    def __init__(self, client: CloudClient, directory: Directory) -> None:
        self._client = client
        self._directory = directory
        self._account: tuple[float, frozenset[ChannelId], dict[PlanId, Week]] | None = None
        self._weeks: dict[ChannelId, tuple[float, Week | None]] = {}
        self._asking: dict[ChannelId, asyncio.Task[Week | None]] = {}
        self._turn = asyncio.Lock()

    async def of(self, channel_id: ChannelId, window: Interval) -> Intervals | None:
        """Return when plans record a channel within a window; None where that isn't known.

        It takes the plans as they are now: what they were at the time is not told. Raises nothing.
        """
        now = self._client.clock.time()
        held = self._weeks.get(channel_id)
        if held is None or now - held[0] > FRESH:
            task = self._asking.get(channel_id)
            if task is None:
                task = asyncio.get_running_loop().create_task(
                    self._ask(channel_id), name="recordings.plan"
                )
                self._asking[channel_id] = task
                task.add_done_callback(lambda _done: self._asking.pop(channel_id, None))
            held = self._weeks[channel_id] = now, await asyncio.shield(task)
        week = held[1]
        return None if week is None else planned(week, window)

    async def learn(self, channels: Collection[ChannelId]) -> None:
        """Find out about many channels at once, with a question a plan instead of one for each.

        What can't be had now is asked for later, channel by channel. Raises nothing.
        """
        now = self._client.clock.time()
        unknown = {
            each
            for each in channels
            if each not in self._weeks or now - self._weeks[each][0] > FRESH
        }
        if len(unknown) < WORTH_LEARNING:
            return
        try:
            async with self._turn:
                planned_ones, weeks = await self._plans()
            found: dict[ChannelId, Week] = dict.fromkeys(unknown, ())
            for plan_id, week in weeks.items():
                if not unknown & planned_ones:
                    break
                whole = ListRecordPlanDevices(plan_id=plan_id, page_size=200, page_number=1)
                async for each in items(self._client, whole, priority=Priority.BACKGROUND):
                    if each.channel_id in found:
                        found[each.channel_id] += week
        except IvcError:
            return
        self._weeks.update({each: (now, week) for each, week in found.items()})

    async def close(self) -> None:
        """End what is still being asked."""
        tasks = list(self._asking.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _ask(self, channel_id: ChannelId) -> Week | None:
        try:
            async with self._turn:
                channels, weeks = await self._plans()
            if channel_id not in channels:
                return ()
            if len(weeks) == 1:
                return next(iter(weeks.values()))
            if len(weeks) > MOST_PLANS:
                return None
            names = self._directory.channel(channel_id)
            if names is None:
                return None
            found: list[Section] = []
            for plan_id, week in weeks.items():
                if await self._records(plan_id, channel_id, names.name):
                    found += week
        except IvcError:
            return None
        return tuple(found) or None

    async def _plans(self) -> tuple[frozenset[ChannelId], dict[PlanId, Week]]:
        """Return which channels are in some plan, and the hours of each plan."""
        now = self._client.clock.time()
        if self._account is not None and now - self._account[0] < FRESH:
            return self._account[1:]
        background = Priority.BACKGROUND
        planned_ones = await self._client.call(ListRecordPlanChannels(), priority=background)
        plans = await self._client.call(ListRecordPlans(), priority=background)
        templates = await self._client.call(ListRecordTemplates(), priority=background)
        hours = {
            each.template_id: tuple(
                Section(s.day_of_week, seconds_of(s.start_time), seconds_of(s.end_time))
                for s in each.time_sections
            )
            for each in templates.data
        }
        weeks = {plan.plan_id: hours.get(plan.template_id, ()) for plan in plans.data}
        self._account = now, frozenset(planned_ones.data.list_), weeks
        return self._account[1:]

    async def _records(self, plan_id: PlanId, channel_id: ChannelId, name: str) -> bool:
        short = 0 < len(name.encode()) <= LONGEST_WORD
        search = ListRecordPlanDevices(
            plan_id=plan_id, page_size=200, page_number=1, channel_name=name if short else None
        )
        async for each in items(self._client, search, priority=Priority.BACKGROUND):
            if each.channel_id == channel_id:
                return True
        return False
