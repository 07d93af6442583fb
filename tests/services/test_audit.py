"""Audits of cameras of a simulated cloud."""

from __future__ import annotations

from contextlib import aclosing
from datetime import timedelta

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.domain.days import cloud_day, day_interval
from ivcdesk.domain.intervals import intersection, total
from ivcdesk.services.audit import LAG, audit, period
from ivcdesk.services.plan_hours import PlanHours
from tests.services.conftest import until


def last_week(desk):
    today = cloud_day(desk.session.client.clock.time())
    return today - timedelta(days=7), today - timedelta(days=1)


async def found(desk, channels, window):
    run = audit(desk.session.recordings, desk.directory, channels, window)
    return {each.channel_id: each async for each in run}


def test_the_audit_agrees_with_what_the_cloud_holds(desk):
    async def work(desk):
        camera = await desk.first_camera()
        first, last = last_week(desk)
        window = period(first, last, desk.session.client.clock.time())
        one = (await found(desk, [camera], window))[camera]
        assert [day.day for day in one.days] == [first + timedelta(days=i) for i in range(7)]

        recordings = desk.session.recordings
        planned = await recordings.hours.of(camera, window)
        held = (await recordings.coverage(camera, window)).cloud
        there = total(held if planned is None else intersection(planned, held))
        assert one.planned > 0
        assert abs(one.recorded - there) < 2 * len(held) + 1
        assert len(desk.calls("DescribeRecordFile")) == 7

    desk(work, scenario="demo")


def test_one_bad_day_hides_neither_the_others_nor_itself(desk):
    async def work(desk):
        camera = await desk.first_camera()
        first, last = last_week(desk)
        desk.fault(kind="error", action="DescribeRecordFile", count=1, code="FailedOperation")
        window = period(first, last, desk.session.client.clock.time())
        one = (await found(desk, [camera], window))[camera]
        assert len(one.unknown) == 1
        (bad,) = [day for day in one.days if day.day in one.unknown]
        assert bad.share is None
        assert sum(day.share is not None for day in one.days) == 6

    desk(work, scenario="demo")


def test_leaving_it_ends_the_questions(desk):
    async def work(desk):
        await desk.filled()
        every = [c.channel_id for held in desk.directory.channels.values() for c in held]
        first, last = last_week(desk)
        window = period(first, last, desk.session.client.clock.time())
        run = audit(desk.session.recordings, desk.directory, every, window)
        async with aclosing(run) as stream:
            async for each in stream:
                assert each.channel_id in every
                break

    desk(work)


def test_the_future_is_not_missing():
    today = cloud_day(1_800_000_000.0)
    whole = day_interval(today)
    assert period(today, today, 1_800_000_000.0).end == 1_800_000_000.0 - LAG
    assert period(today, today, whole.start).end == whole.start
    assert period(today, today, whole.end + 86400) == whole


def test_plans_are_learned_at_once_and_say_the_same_as_one_by_one(desk):
    async def work(desk):
        await until(lambda: desk.directory.state == "ready", "the devices")
        known = [d for d in desk.directory.devices.values() if d.status == DeviceStatus.ONLINE]
        for device in known[:6]:
            await desk.directory.load_channels(device.device_id)
        every = [c.channel_id for held in desk.directory.channels.values() for c in held][:24]
        window = day_interval(cloud_day(desk.session.client.clock.time()))
        many, single = desk.session.recordings.hours, PlanHours(desk.session.client, desk.directory)
        await many.learn(every)
        listed = len(desk.calls("ListRecordPlanDevices"))
        together = [await many.of(each, window) for each in every]
        assert len(desk.calls("ListRecordPlanDevices")) == listed
        assert any(together)
        for channel, hours in list(zip(every, together, strict=True))[:5]:
            assert await single.of(channel, window) == hours
        await single.close()

    desk(work, scenario="demo")
