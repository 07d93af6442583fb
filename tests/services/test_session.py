"""From signing in to signing out."""

from __future__ import annotations

import asyncio

from ivcdesk.api import Journal
from ivcdesk.api.actions import DeviceStatus
from ivcdesk.services import session as session_module
from ivcdesk.services.link import LinkMeter
from ivcdesk.services.session import scope_of
from tests.services.conftest import open_session, until


def test_the_link_is_measured(desk):
    async def work(desk):
        assert LinkMeter(Journal()).p50_ms is None
        heard = []
        desk.session.link.subscribe(lambda: heard.append(1))
        await desk.filled()
        link = desk.session.link
        assert heard
        assert 0 < link.p50_ms <= link.p95_ms

    desk(work)


def test_the_directory_stays_fresh_by_itself(desk, monkeypatch):
    monkeypatch.setattr(session_module, "REFRESH_SECONDS", 0.2)
    monkeypatch.setattr(session_module, "LISTING_SHARE", 0)

    async def work(desk):
        await desk.filled()
        device = next(iter(desk.simulator.cloud.world.devices.values()))
        desk.simulator.cloud.set_status(device, DeviceStatus.DISABLED)
        await until(
            lambda: desk.directory.devices[device.device_id].status is DeviceStatus.DISABLED,
            "the news",
        )

    desk(work)


def test_a_cloud_that_comes_back_is_found_again(desk, monkeypatch):
    monkeypatch.setattr(session_module, "REFRESH_SECONDS", 0.2)
    monkeypatch.setattr(session_module, "FIRST_RETRY", 0.1)
    monkeypatch.setattr(session_module, "LISTING_SHARE", 0)

    async def work(desk):
        await desk.filled()
        desk.fault(kind="error", action="ListDevices", code="ResourceUnavailable")
        await until(lambda: desk.directory.state == "failed", "the failure")
        assert len(desk.directory.devices) == 10
        desk.simulator.faults.clear()
        await until(lambda: desk.directory.state == "ready", "the recovery")

    desk(work)


def test_a_listing_that_somebody_else_saw_fail_is_soon_tried_again(desk, monkeypatch):
    monkeypatch.setattr(session_module, "FIRST_RETRY", 0.1)

    async def work(desk):
        await desk.filled()
        desk.fault(kind="error", action="ListDevices", code="ResourceUnavailable", count=1)
        await desk.directory.refresh()
        assert desk.directory.state == "failed"
        await until(lambda: desk.directory.state == "ready", "the recovery")

    desk(work)


def test_any_call_that_goes_through_ends_the_wait(desk, monkeypatch):
    monkeypatch.setattr(session_module, "FIRST_RETRY", 0.1)
    monkeypatch.setattr(session_module, "LISTING_SHARE", 0)

    async def work(desk):
        await desk.filled()
        desk.fault(kind="error", action="ListDevices", code="AuthFailure.SecretIdNotFound")
        await desk.directory.refresh()
        assert desk.directory.state == "failed"
        desk.simulator.faults.clear()
        await asyncio.sleep(0.3)
        assert desk.directory.state == "failed"
        await desk.session.live.open(desk.camera())
        await until(lambda: desk.directory.state == "ready", "the recovery")

    desk(work)


def test_a_refused_credential_is_not_tried_again_and_again(desk, monkeypatch):
    monkeypatch.setattr(session_module, "REFRESH_SECONDS", 0.1)
    monkeypatch.setattr(session_module, "FIRST_RETRY", 0.05)
    monkeypatch.setattr(session_module, "LISTING_SHARE", 0)

    async def work(desk):
        await desk.filled()
        desk.fault(kind="error", action="DescribeOrganization", code="AuthFailure.SecretIdNotFound")
        await until(lambda: desk.directory.state == "failed", "the refusal")
        asked = len(desk.calls("DescribeOrganization"))
        await asyncio.sleep(0.5)
        assert len(desk.calls("DescribeOrganization")) == asked

    desk(work)


def test_closing_twice_and_what_is_known_stays_readable(desk):
    async def work(desk):
        await desk.filled()
        await desk.session.close()
        await desk.session.close()
        assert len(desk.directory.devices) == 10

    desk(work)


def test_the_name_of_an_account_in_the_cache_tells_nothing(desk):
    async def work(desk):
        other = await open_session(desk.simulator)
        await other.close()
        scope = scope_of(desk.session.client)
        assert scope == scope_of(other.client)
        assert desk.simulator.secret_id not in scope

    desk(work)
