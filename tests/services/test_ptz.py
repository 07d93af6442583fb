"""Steering over the socket: what the simulator received is what counts."""

from __future__ import annotations

import asyncio
import time
from itertools import pairwise

import pytest

from ivcdesk.api import DeviceTimeout, InvalidRequest, NotFound
from ivcdesk.api.actions import PtzCommand
from ivcdesk.domain.ptz import INTERVAL
from ivcdesk.services.ptz import COMMANDS, MOTIONS, Ptz
from tests.services.conftest import until


def test_every_command_is_a_motion_of_its_own():
    assert set(MOTIONS) == set(PtzCommand)
    assert len(COMMANDS) == len(MOTIONS)


def test_holding_a_button_jogs_at_the_interval_and_release_ends_it(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera())
        told = []
        steering.subscribe(told.append)
        steering.press(PtzCommand.LEFT, 4)
        await until(lambda: len(desk.calls("ControlDevicePTZ")) >= 4, "four jogs")
        steering.release(PtzCommand.LEFT)
        sent = len(desk.calls("ControlDevicePTZ"))
        await asyncio.sleep(3 * INTERVAL)
        calls = desk.calls("ControlDevicePTZ")
        assert len(calls) == sent
        assert {(call["params"]["Type"], call["params"]["Speed"]) for call in calls} == {
            ("left", 4)
        }
        times = [call["time"] for call in calls]
        assert all(b - a >= INTERVAL for a, b in pairwise(times))
        assert [each.state for each in told[:2]] == ["sending", "answered"]
        assert told[1].answer_ms > 0
        assert told[1].command is PtzCommand.LEFT

    desk(work)


def test_two_keys_make_a_diagonal_and_opposites_rest(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera())

        def types():
            return [call["params"]["Type"] for call in desk.calls("ControlDevicePTZ")]

        steering.press(PtzCommand.LEFT, 2)
        await until(lambda: types() == ["left"], "left")
        steering.press(PtzCommand.UP, 2)
        await until(lambda: "leftup" in types(), "the diagonal")
        steering.release(PtzCommand.UP)
        steering.press(PtzCommand.RIGHT, 2)
        await until(lambda: steering.feedback.state == "answered", "rest")
        sent = len(types())
        await asyncio.sleep(2 * INTERVAL)
        assert len(types()) == sent
        steering.release_all()

    desk(work)


def test_a_tap_is_one_jog(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera())
        await asyncio.sleep(0.05)
        steering.press(PtzCommand.ZOOM_IN, 3)
        steering.release(PtzCommand.ZOOM_IN)
        await until(lambda: steering.feedback.state == "answered", "the answer")
        await asyncio.sleep(2 * INTERVAL)
        assert len(desk.calls("ControlDevicePTZ")) == 1

    desk(work)


def test_a_jog_behind_a_slow_query_is_called_back_on_release(desk):
    async def work(desk):
        await desk.filled()
        camera = desk.camera()
        steering = desk.session.ptz.steer(camera)
        desk.fault(kind="latency", action="DescribeDevicePreset", seconds=1.0)
        query = asyncio.create_task(desk.session.ptz.presets(camera))
        await until(lambda: desk.calls("DescribeDevicePreset"), "the query at the device")
        steering.press(PtzCommand.LEFT, 4)
        await asyncio.sleep(0.2)
        steering.release(PtzCommand.LEFT)
        await until(lambda: steering.feedback.state == "idle", "rest")
        await query
        await asyncio.sleep(0.1)
        assert desk.calls("ControlDevicePTZ") == []

    desk(work)


def test_what_waits_too_long_is_dropped_and_asked_anew_while_held(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera())
        told = []
        steering.subscribe(lambda feedback: told.append((feedback.state, feedback.command)))
        desk.fault(kind="latency", action="ControlDevicePTZ", seconds=1.2, count=1)
        steering.press(PtzCommand.LEFT, 4)
        await until(lambda: desk.calls("ControlDevicePTZ"), "the first jog")
        steering.release(PtzCommand.LEFT)
        steering.press(PtzCommand.RIGHT, 4)
        await until(lambda: ("dropped", PtzCommand.RIGHT) in told, "the drop")
        await until(lambda: ("answered", PtzCommand.RIGHT) in told, "the fresh jog")
        steering.release_all()
        assert [call["params"]["Type"] for call in desk.calls("ControlDevicePTZ")][:2] == [
            "left",
            "right",
        ]

    desk(work)


def test_never_two_jogs_at_once_on_a_slow_device(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera())
        told = []
        steering.subscribe(lambda feedback: told.append(feedback.state))
        steering.press(PtzCommand.LEFT, 4)
        await until(lambda: told.count("answered") == 2, "two slow answers")
        steering.release_all()
        assert told[:4] == ["sending", "answered", "sending", "answered"]

    desk(work, ptz="slow")


def test_a_fixed_camera_is_asked_once_per_press(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera(turns=False))
        steering.press(PtzCommand.LEFT, 4)
        await until(lambda: steering.feedback.state == "failed", "the refusal")
        assert isinstance(steering.feedback.error, InvalidRequest)
        await asyncio.sleep(2 * INTERVAL)
        assert len(desk.calls("ControlDevicePTZ")) == 1
        steering.release_all()
        assert steering.feedback.state == "failed"
        steering.press(PtzCommand.LEFT, 4)
        await until(lambda: len(desk.calls("ControlDevicePTZ")) == 2, "another try")

    desk(work)


def test_a_device_that_did_not_answer_is_tried_again_while_held(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera())
        failed = []
        steering.subscribe(lambda feedback: feedback.error and failed.append(feedback.error))
        code = "FailedOperation.DeviceResponseTimeOut"
        desk.fault(kind="error", action="ControlDevicePTZ", code=code, count=1)
        steering.press(PtzCommand.LEFT, 4)
        await until(lambda: failed, "the failure")
        assert isinstance(failed[0], DeviceTimeout)
        await until(lambda: steering.feedback.state == "answered", "the next jog")
        steering.release_all()

    desk(work)


def test_signing_out_lets_go(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera())
        desk.fault(kind="latency", action="ControlDevicePTZ", seconds=5)
        steering.press(PtzCommand.LEFT, 4)
        await until(lambda: desk.calls("ControlDevicePTZ"), "a jog under way")
        await desk.session.close()
        assert not steering.policy.held
        await asyncio.sleep(2 * INTERVAL)
        assert len(desk.calls("ControlDevicePTZ")) == 1

    desk(work)


def test_one_steering_for_a_channel(desk):
    async def work(desk):
        ptz = desk.session.ptz
        ptz.interval = 0.5
        assert ptz.steer("c1") is ptz.steer("c1")
        assert ptz.steer("c1") is not ptz.steer("c2")
        assert ptz.steer("c2").policy.interval == 0.5

    desk(work)


def test_presets_are_set_called_and_deleted(desk):
    async def work(desk):
        await desk.filled()
        camera, ptz = desk.camera(), desk.session.ptz
        steering = ptz.steer(camera)
        before = [preset.index for preset in await ptz.presets(camera)]
        assert before == sorted(before)
        await ptz.set_preset(camera, 9)
        assert 9 in [preset.index for preset in await ptz.presets(camera)]
        steering.press(PtzCommand.LEFT, 1)
        await ptz.goto(camera, 9)
        assert not steering.policy.held
        await ptz.delete_preset(camera, 9)
        assert 9 not in [preset.index for preset in await ptz.presets(camera)]
        with pytest.raises(NotFound):
            await ptz.presets("nowhere")

    desk(work)


def test_a_press_on_a_warm_line_is_out_before_it_returns(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera())
        steering.press(PtzCommand.UP, 3)
        steering.release(PtzCommand.UP)
        await until(lambda: steering.feedback.state == "answered", "the answer of a tap")
        assert len(desk.calls("ControlDevicePTZ")) == 1

    desk(work)


def test_a_refusal_of_the_signature_is_not_sent_again_after_release(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera())
        desk.fault(kind="latency", action="ControlDevicePTZ", seconds=0.3, count=1)
        desk.fault(kind="expire", action="ControlDevicePTZ", count=1)
        steering.press(PtzCommand.LEFT, 4)
        await until(lambda: desk.calls("ControlDevicePTZ"), "the first try")
        steering.release(PtzCommand.LEFT)
        await until(lambda: steering.feedback.state in ("idle", "failed"), "its end")
        await asyncio.sleep(2 * INTERVAL)
        assert len(desk.calls("ControlDevicePTZ")) == 1

    desk(work)


def test_a_slow_device_teaches_its_pause_and_it_is_kept(desk, tmp_path):
    code = "FailedOperation.DeviceResponseTimeOut"

    async def work(desk):
        await desk.filled()
        camera, ptz = desk.camera(), desk.session.ptz
        steering = ptz.steer(camera)
        desk.fault(kind="error", action="ControlDevicePTZ", code=code, count=1)
        steering.press(PtzCommand.LEFT, 4)
        await until(lambda: steering.feedback.state == "failed", "the failure")
        steering.release_all()
        assert steering.spacing.taught
        assert steering.policy.interval == pytest.approx(0.45)
        store = ptz._store
        await until(lambda: not ptz._tasks, "what was learned on the disk")
        assert await store.pacing(ptz._scope, camera) == (None, 0.45)
        later = Ptz(desk.session.client, desk.directory, store=store, scope=ptz._scope)
        again = later.steer(camera)
        await until(lambda: again.policy.interval == pytest.approx(0.45), "what was learned")
        later.set_interval(camera, 0.6)
        assert not again.spacing.taught
        assert again.policy.interval == 0.6
        await until(lambda: not later._tasks, "what was set on the disk")
        assert await store.pacing(ptz._scope, camera) == (0.6, 0.0)
        await later.close()

    desk(work)


def test_hands_are_told_of_and_presets_by_hand_too(desk):
    async def work(desk):
        await desk.filled()
        camera, ptz = desk.camera(), desk.session.ptz
        told = []
        leave = ptz.watch_hands(camera, told.append)
        steering = ptz.steer(camera)
        steering.press(PtzCommand.LEFT, 4)
        assert ptz.is_held(camera)
        steering.press(PtzCommand.UP, 4)
        steering.release(PtzCommand.LEFT)
        assert told == [True]
        steering.release(PtzCommand.UP)
        assert told == [True, False]
        await ptz.goto(camera, 1)
        assert told == [True, False, True, False]
        await ptz.goto(camera, 1, by_hand=False)
        assert len(told) == 4
        leave()
        steering.press(PtzCommand.LEFT, 4)
        steering.release_all()
        assert len(told) == 4

    desk(work)


def test_what_a_camera_does_not_know_is_remembered(desk):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera(turns=False))
        steering.press(PtzCommand.IRIS_OPEN, 4)
        await until(lambda: steering.feedback.state == "failed", "the refusal")
        assert steering.unsupported == {PtzCommand.IRIS_OPEN}
        steering.release_all()

    desk(work)


def test_a_computer_that_slept_lets_go(desk, monkeypatch):
    async def work(desk):
        await desk.filled()
        steering = desk.session.ptz.steer(desk.camera())
        steering.press(PtzCommand.LEFT, 4)
        await until(lambda: desk.calls("ControlDevicePTZ"), "a jog")
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() + 60)
        await until(lambda: not steering.policy.held, "the hand off")
        monkeypatch.undo()

    desk(work)


def test_a_connection_is_looked_after_while_a_camera_is_in_hand(desk, monkeypatch):
    monkeypatch.setattr("ivcdesk.services.ptz.WARM_SECONDS", 0.02)

    async def work(desk):
        await desk.filled()
        looked = []
        ptz = desk.session.ptz

        async def connect():
            looked.append(True)

        monkeypatch.setattr(desk.session.client, "connect", connect)
        leave = ptz.steer(desk.camera()).subscribe(lambda _feedback: None)
        await until(lambda: len(looked) >= 3, "three looks")
        leave()
        await until(lambda: ptz._warm.done(), "the end of looking")
        ptz.steer(desk.camera())
        assert not ptz._warm.done()

    desk(work)
