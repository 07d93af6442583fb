"""The directory as the cloud tells it, through change, failure and restart."""

from __future__ import annotations

import pytest

from ivcdesk.api import AuthError, IvcError, NotFound
from ivcdesk.api.actions import DeviceStatus
from ivcdesk.domain.devices import DeviceState, Obstacle
from ivcdesk.services import directory as directory_module
from ivcdesk.services.store import Store
from tests.services.conftest import Desk, open_session, until


def test_everything_arrives_and_hangs_together(desk):
    async def work(desk):
        await desk.filled()
        directory, world = desk.directory, desk.simulator.cloud.world
        assert set(directory.devices) == set(world.devices)
        assert sum(directory.by_state.values()) == len(world.devices)
        assert set(directory.channels) == set(directory.devices)
        await until(lambda: set(directory.details) == set(directory.devices), "all details")
        for device in directory.devices.values():
            path = directory.path(device.organization_id)
            assert path[0] in directory.children(None).organizations
            assert device in directory.children(device.organization_id).devices
        for device_id, held in directory.channels.items():
            for channel in held:
                assert directory.channel(channel.channel_id) is channel
                assert directory.device_of(channel.channel_id).device_id == device_id

    desk(work)


def test_pages_are_put_together(desk, monkeypatch):
    monkeypatch.setattr(directory_module, "PAGE_SIZE", 3)
    monkeypatch.setattr(directory_module, "BURST", 2)

    async def work(desk):
        bursts = []
        desk.directory.subscribe(lambda change: bursts.append(len(change.devices)))
        await until(lambda: desk.directory.state == "ready", "the list")
        assert len(desk.directory.devices) == 10
        assert [call["params"]["PageNumber"] for call in desk.calls("ListDevices")] == [1, 2, 3, 4]
        assert max(bursts) <= 2

    desk(work)


def test_only_what_changed_is_told(desk):
    async def work(desk):
        await desk.filled()
        await until(lambda: len(desk.directory.details) == 10, "all details")
        changes = []
        desk.directory.subscribe(changes.append)
        camera = desk.camera()
        device = desk.directory.device_of(camera)
        await desk.device_goes(camera, DeviceStatus.OFFLINE)
        told = [change for change in changes if change.devices]
        assert [change.devices for change in told] == [{device.device_id}]
        assert desk.directory.obstacle(camera) is Obstacle.DEVICE_OFFLINE
        channel = desk.directory.channel(camera)
        assert desk.directory.state_of_channel(channel) is DeviceState.OFFLINE
        assert desk.directory.by_state[DeviceState.OFFLINE] == 3

    desk(work)


def test_the_channels_of_a_device_that_came_back_are_asked_anew(desk):
    async def work(desk):
        await desk.filled()
        camera = desk.camera()
        await desk.device_goes(camera, DeviceStatus.OFFLINE)
        await desk.filled()
        assert desk.directory.channel(camera).state == 0
        await desk.device_goes(camera, DeviceStatus.ONLINE)
        await until(lambda: desk.directory.obstacle(camera) is None, "its channels")

    desk(work)


def test_devices_that_are_gone_go_with_their_channels(desk):
    async def work(desk):
        await desk.filled()
        camera = desk.camera()
        device = desk.directory.device_of(camera)
        changes = []
        desk.directory.subscribe(changes.append)
        known = desk.simulator.cloud.world.devices.pop(device.device_id)
        del known.organization.devices[device.device_id]
        await desk.directory.refresh()
        assert device.device_id not in desk.directory.devices
        assert desk.directory.channel(camera) is None
        assert desk.directory.obstacle(camera) is Obstacle.GONE
        assert any(camera in change.channels for change in changes)
        assert sum(desk.directory.by_state.values()) == 9

    desk(work)


@pytest.mark.parametrize("action", ["DescribeOrganization", "ListDevices"])
def test_a_failed_refresh_keeps_what_is_known_and_says_why(desk, action):
    async def work(desk):
        await desk.filled()
        known = dict(desk.directory.devices)
        desk.fault(kind="error", action=action, code="UnauthorizedOperation")
        await desk.directory.refresh()
        assert desk.directory.state == "failed"
        assert desk.directory.error.code == "UnauthorizedOperation"
        assert desk.directory.error.request_id
        assert desk.directory.devices == known
        desk.simulator.faults.clear()
        await desk.directory.refresh()
        assert (desk.directory.state, desk.directory.error) == ("ready", None)

    desk(work)


def test_one_device_that_fails_does_not_hide_the_others(desk):
    async def work(desk):
        await until(lambda: desk.directory.devices, "the devices")
        camera = next(iter(desk.simulator.cloud.world.devices))
        desk.fault(kind="error", channel=camera, code="ResourceNotFound")
        await desk.filled()
        assert set(desk.directory.filling.errors) <= {camera}
        assert len(desk.directory.channels) >= 9

    desk(work)


def test_channels_come_though_details_are_forbidden(desk):
    async def work(desk):
        desk.fault(kind="error", action="DescribeUserDevice", code="UnauthorizedOperation")
        await until(lambda: len(desk.directory.channels) == 10, "the channels")
        await until(lambda: desk.directory.filling.error is not None, "the refusal")
        desk.simulator.faults.clear()
        await desk.directory.fill()
        assert len(desk.directory.details) == 10

    desk(work)


def test_what_is_in_view_comes_first(desk):
    async def work(desk):
        world = list(desk.simulator.cloud.world.devices)
        wanted = world[-2:]
        desk.directory.filling.prefer(wanted)
        await desk.filled()
        asked = [call["params"]["DeviceId"] for call in desk.calls("DescribeDeviceChannel")]
        assert set(wanted) <= set(asked[:4])

    desk(work)


def test_the_channels_of_one_device_can_be_had_at_once(desk):
    async def work(desk):
        await until(lambda: desk.directory.devices, "the devices")
        device_id = next(reversed(desk.directory.devices))
        held = await desk.directory.load_channels(device_id)
        assert desk.directory.channels[device_id] == held
        with pytest.raises(NotFound):
            await desk.directory.load_channels("nowhere")

    desk(work)


def test_a_channel_is_awaited_while_it_may_come(desk):
    async def work(desk):
        world = desk.simulator.cloud.world
        wanted = world.channels(next(reversed(world.devices.values())))[0].channel_id
        assert (await desk.directory.locate(wanted)).channel_id == wanted
        with pytest.raises(NotFound):
            await desk.directory.locate("nowhere")

    desk(work)


def test_a_restart_shows_the_last_directory_at_once(tmp_path, desk):
    async def work(desk):
        store = await Store.open(tmp_path / "cache.db")
        first = await open_session(desk.simulator, store=store)
        await Desk(desk.simulator, first).filled()
        known = {each: [c.name for c in held] for each, held in first.directory.channels.items()}
        await first.close()
        desk.fault(kind="latency", action="ListDevices", seconds=1.0)
        second = await open_session(desk.simulator, store=store)
        await until(lambda: len(second.directory.devices) == 10, "the kept devices", 0.9)
        assert second.directory.state == "loading"
        assert second.directory.cached_at is not None
        shown = {each: [c.name for c in held] for each, held in second.directory.channels.items()}
        assert shown == known
        changes = []
        second.directory.subscribe(changes.append)
        await until(lambda: second.directory.state == "ready", "the cloud's own")
        assert second.directory.cached_at is None
        assert not any(change.devices for change in changes)
        await Desk(desk.simulator, second).filled()
        await second.close()
        await store.close()

    desk(work)


def test_a_wrong_key_is_told_by_signing_in(desk):
    async def work(desk):
        from ivcdesk.api import Credential
        from ivcdesk.services.session import Session

        simulator = desk.simulator
        with pytest.raises(AuthError):
            await Session.open(
                Credential(simulator.secret_id, "x" * 32),
                simulator.region,
                simulator.endpoint,
                account="demo",
            )
        with pytest.raises(IvcError):
            await Session.open(
                Credential(simulator.secret_id, simulator.secret_key),
                simulator.region,
                "http://127.0.0.1:9",
                account="demo",
            )

    desk(work)


def test_listeners_can_leave(desk):
    async def work(desk):
        heard = []
        leave = desk.directory.subscribe(heard.append)
        leave()
        leave()
        await desk.filled()
        assert heard == []

    desk(work)
