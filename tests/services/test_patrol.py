"""Tours over the socket: what the simulator received, and that hands come first."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import PtzCommand
from ivcdesk.domain.patrol import Stop, Tour
from tests.services.conftest import until

TOUR = Tour((Stop(1, 5.0), Stop(2, 5.0)))


@pytest.fixture
def quick(monkeypatch):
    """Stays of a twentieth of a second, so that a test need not wait."""
    monkeypatch.setattr("ivcdesk.domain.patrol.LEAST_DWELL", 0.05)
    monkeypatch.setattr("ivcdesk.domain.patrol.LEAST_QUIET", 0.05)
    return Tour((Stop(1, 0.05), Stop(2, 0.05)))


def visits(desk):
    return [
        call["params"]["Index"]
        for call in desk.calls("ControlDevicePreset")
        if call["params"]["Cmd"] == "goto"
    ]


def test_it_visits_the_presets_in_turn(desk, quick):
    async def work(desk):
        await desk.filled()
        camera, patrols = desk.camera(), desk.session.patrols
        told = []
        patrols.subscribe(told.append)
        patrols.start(camera, quick)
        await until(lambda: len(visits(desk)) >= 4, "two rounds")
        assert visits(desk)[:4] == [1, 2, 1, 2]
        assert patrols.stop(camera)
        assert not patrols.stop(camera)
        assert told[-1].phase == "ended"
        assert patrols.progress(camera) is None
        assert {"going", "dwelling"} <= {news.phase for news in told}

    desk(work)


def test_hands_come_first_and_the_tour_rests(desk):
    async def work(desk):
        await desk.filled()
        camera, session = desk.camera(), desk.session
        steering = session.ptz.steer(camera)
        session.patrols.start(camera, TOUR)
        await until(lambda: session.patrols.progress(camera).phase == "dwelling", "the stop")
        assert 0 < session.patrols.progress(camera).left <= 5.0
        steering.press(PtzCommand.LEFT, 2)
        assert session.patrols.progress(camera).phase == "paused"
        await until(lambda: steering.feedback.state == "answered", "the jog")
        steering.release_all()
        assert session.patrols.progress(camera).left is None
        session.patrols.resume(camera)
        await until(lambda: len(visits(desk)) == 2, "the interrupted stop again")
        assert visits(desk) == [1, 1]

    desk(work)


def test_it_goes_on_after_the_quiet_that_is_wished_for(desk, quick):
    async def work(desk):
        await desk.filled()
        camera, session = desk.camera(), desk.session
        steering = session.ptz.steer(camera)
        session.patrols.start(camera, quick._replace(resume=0.1))
        await until(lambda: visits(desk), "the first stop")
        steering.press(PtzCommand.LEFT, 2)
        while_held = len(visits(desk))
        await until(lambda: len(desk.calls("ControlDevicePTZ")) >= 3, "a hold")
        assert len(visits(desk)) <= while_held + 1
        steering.release_all()
        await until(lambda: len(visits(desk)) >= while_held + 3, "the tour going on")

    desk(work)


def test_a_visit_by_hand_rests_it_too(desk):
    async def work(desk):
        await desk.filled()
        camera, session = desk.camera(), desk.session
        session.patrols.start(camera, TOUR)
        await until(lambda: session.patrols.progress(camera).phase == "dwelling", "the stop")
        await session.ptz.goto(camera, 2)
        assert session.patrols.progress(camera).phase == "paused"

    desk(work)


def test_one_tour_for_a_channel_and_signing_out_ends_it(desk):
    async def work(desk):
        await desk.filled()
        camera, patrols = desk.camera(), desk.session.patrols
        told = []
        patrols.subscribe(told.append)
        patrols.start(camera, TOUR)
        patrols.start(camera, TOUR)
        assert len(patrols.running) == 1
        await desk.session.close()
        assert told[-1].phase == "ended"
        assert patrols.running == ()

    desk(work)


def test_a_device_that_is_gone_ends_it(desk, quick):
    async def work(desk):
        await desk.filled()
        camera, patrols = desk.camera(), desk.session.patrols
        told = []
        patrols.subscribe(told.append)
        desk.fault(kind="error", action="ControlDevicePreset", code="ResourceUnavailable")
        patrols.start(camera, quick)
        await until(lambda: told and told[-1].phase == "ended", "the end")
        assert told[-1].error is not None
        assert len(visits(desk)) == 3

    desk(work)


def test_a_plan_is_kept_and_a_bad_one_refused(desk):
    async def work(desk):
        camera, patrols = "c1", desk.session.patrols
        assert await patrols.tour(camera) == Tour()
        await patrols.keep(camera, TOUR._replace(resume=60.0))
        assert await patrols.tour(camera) == TOUR._replace(resume=60.0)
        with pytest.raises(ValueError, match="can't be done"):
            patrols.start(camera, Tour((Stop(1),)))

    desk(work)
