"""The diagnosis of channels of a simulated cloud: what is broken is what is found."""

from __future__ import annotations

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.domain.diagnosis import Check, Finding, Verdict, likely_cause
from ivcdesk.media.probe import StreamProbe
from ivcdesk.services.diagnosis import diagnose


async def findings(desk, channel: str) -> list[Finding]:
    session = desk.session
    run = diagnose(session.client, session.directory, channel, "sub", StreamProbe)
    found = [finding async for finding in run]
    assert sorted(f.check.value for f in found) == sorted(check.value for check in Check)
    shown = repr(found)
    assert session.client.credential.secret_key not in shown
    assert "sign=" not in shown
    return found


def test_a_sound_channel_has_no_cause_and_tells_its_request_ids(desk):
    async def work(desk):
        await desk.filled()
        found = await findings(desk, desk.camera())
        assert likely_cause(found) is None
        by = {finding.check: finding for finding in found}
        assert by[Check.DEVICE].what == "online"
        assert by[Check.KEY_FRAME].what == "shown"
        asked = {f.action: f.request_id for f in found if f.action}
        received = {c["action"]: c["request_id"] for c in desk.simulator.reception.calls.since(0)}
        assert asked["ControlDeviceStream"] == received["ControlDeviceStream"]
        assert set(asked) >= {"DescribeUserDevice", "DescribeDeviceChannel", "DescribeVideoBitRate"}

    desk(work)


def test_a_device_that_is_off_is_the_cause(desk):
    async def work(desk):
        await desk.filled()
        camera = desk.camera()
        await desk.device_goes(camera, DeviceStatus.OFFLINE)
        found = await findings(desk, camera)
        cause = likely_cause(found)
        assert (cause.check, cause.what) == (Check.DEVICE, "offline")
        by = {finding.check: finding for finding in found}
        assert by[Check.ISSUED].verdict is Verdict.FAILED
        assert by[Check.RESOLVE].what == "no address"

    desk(work)


def test_an_expired_address_is_found_at_the_answer(desk):
    async def work(desk):
        await desk.filled()
        desk.fault(kind="expire", path="/live/")
        cause = likely_cause(await findings(desk, desk.camera()))
        assert (cause.check, cause.facts["status"]) == (Check.HTTP, 403)

    desk(work)


def test_rubbish_in_place_of_a_stream(desk):
    async def work(desk):
        await desk.filled()
        desk.fault(kind="garbage", path="/live/", bytes=0)
        cause = likely_cause(await findings(desk, desk.camera()))
        assert cause.check is Check.CONTAINER

    desk(work)


def test_an_error_of_the_cloud_is_a_finding_like_others(desk):
    async def work(desk):
        await desk.filled()
        desk.fault(kind="error", action="ControlDeviceStream", code="AuthFailure.SignatureFailure")
        found = await findings(desk, desk.camera())
        cause = likely_cause(found)
        assert (cause.check, cause.what) == (Check.ISSUED, "signature")
        assert cause.request_id

    desk(work)


def test_leaving_it_ends_the_probe(desk):
    async def work(desk):
        await desk.filled()
        desk.fault(kind="stall", path="/live/", seconds=60)
        session = desk.session
        run = diagnose(session.client, session.directory, desk.camera(), "sub", StreamProbe)
        async for finding in run:
            if finding.check is Check.CONNECT:
                break
        await run.aclose()

    desk(work)
