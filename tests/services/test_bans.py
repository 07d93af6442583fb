"""Bans of channels in a simulated cloud."""

from __future__ import annotations

import pytest

from ivcdesk.api import IvcError

USER = "100012345678"


def test_forbidden_channels_are_listed_until_they_are_allowed(desk):
    async def work(desk):
        await desk.filled()
        bans = desk.session.bans
        every = [c.channel_id for held in desk.directory.channels.values() for c in held]
        assert await bans.list(USER) == ()
        await bans.forbid(USER, every)
        assert {ban.channel_id for ban in await bans.list(USER)} == set(every)
        assert await bans.list(USER + "1") == ()
        await bans.allow(USER, every[1:])
        left = await bans.list(USER)
        assert [ban.channel_id for ban in left] == every[:1]
        assert left[0].channel_name

    desk(work)


def test_more_than_one_call_may_name_go_in_parts(desk):
    async def work(desk):
        world = desk.simulator.cloud.world
        every = [c.channel_id for device in world.devices.values() for c in world.channels(device)]
        assert len(every) > 200
        await desk.session.bans.forbid(USER, every)
        sizes = [len(c["params"]["Channels"]) for c in desk.calls("SetForbidPlayChannels")]
        assert sum(sizes) == len(every)
        assert max(sizes) == 200
        assert len(await desk.session.bans.list(USER)) == len(every)

    desk(work, devices=120)


def test_the_clouds_refusal_is_raised(desk):
    async def work(desk):
        desk.fault(kind="error", action="SetForbidPlayChannels", code="OperationDenied.NoWhitelist")
        await desk.filled()
        with pytest.raises(IvcError, match="NoWhitelist"):
            await desk.session.bans.forbid(USER, [desk.camera()])

    desk(work)
