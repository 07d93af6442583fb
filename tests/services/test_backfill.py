"""The backup plans that hold a channel are found among the account's."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    AddRecordBackupPlan,
    AddRecordBackupTemplate,
    ChannelOfDevice,
    LifeCycle,
    TimeSection,
)
from ivcdesk.domain.backfill import Chance, best_first
from ivcdesk.domain.intervals import Interval
from ivcdesk.domain.weeks import Section
from ivcdesk.services import backfill
from ivcdesk.services.backfill import TooManyPlans, backups_of
from tests.services.conftest import Desk


async def add_plan(desk: Desk, name: str, channels: list[str]) -> None:
    client, directory = desk.session.client, desk.directory
    week = range(1, 8)
    template = await client.call(
        AddRecordBackupTemplate(
            template_name=f"{name}-hours",
            time_sections=[
                TimeSection(day_of_week=d, start_time="02:00:00", end_time="09:00:00") for d in week
            ],
            dev_time_sections=[
                TimeSection(day_of_week=d, start_time="00:00:00", end_time="23:59:59") for d in week
            ],
            scale=4,
        )
    )
    await client.call(
        AddRecordBackupPlan(
            template_id=template.data.template_id,
            plan_name=name,
            describe="x",
            life_cycle=LifeCycle(transition=30, expiration=0),
            channels=[
                ChannelOfDevice(
                    device_id=directory.device_of(channel).device_id, channel_id=channel
                )
                for channel in channels
            ],
        )
    )


def test_the_plans_of_a_channel_are_found(desk):
    async def work(desk: Desk) -> None:
        await desk.filled()
        client = desk.session.client
        channels = [c.channel_id for held in desk.directory.channels.values() for c in held]
        mine, other = channels[0], channels[1]
        name = desk.directory.channel(mine).name
        before = await backups_of(client, mine, name)
        await add_plan(desk, "nights", [mine])
        await add_plan(desk, "others", [other])
        (found,) = [each for each in await backups_of(client, mine, name) if each not in before]
        assert found.name == "nights"
        assert found.turns[0] == Section(1, 7200, 32400)
        assert found.hours[6] == Section(7, 0, 86399)
        assert found.offset == 1
        now = client.clock.time()
        (best,) = best_first([found], Interval(now - 600, now - 60), now)
        assert best.chance is Chance.COMING
        # A name that is too long to be searched for finds the same.
        assert found in await backups_of(client, mine, name + "x" * 40)

    desk(work, devices=3)


def test_without_plans_nothing_else_is_asked(desk):
    async def work(desk: Desk) -> None:
        await desk.filled()
        desk.simulator.cloud.world.ledger.backup_plans.clear()
        assert await backups_of(desk.session.client, desk.camera(), "x") == []
        assert desk.calls("ListRecordBackupTemplates") == []

    desk(work, devices=3)


def test_too_many_plans_are_not_looked_through(desk, monkeypatch):
    monkeypatch.setattr(backfill, "MOST_PLANS", 0)

    async def work(desk: Desk) -> None:
        await desk.filled()
        await add_plan(desk, "nights", [desk.camera()])
        with pytest.raises(TooManyPlans):
            await backups_of(desk.session.client, desk.camera(), "x")

    desk(work, devices=3)
