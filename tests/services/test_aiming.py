"""Learning how a simulated camera moves, and aiming it, by looking at its pictures."""

from __future__ import annotations

import asyncio
import threading
from itertools import pairwise

import av
import numpy as np
import pytest

from ivcdesk.api.actions import PtzCommand
from ivcdesk.domain.aiming import Behaviour, Learned
from ivcdesk.services.aiming import Aim, CannotAim
from tests.services.conftest import until

BOUNDED = Learned(
    Behaviour.BOUNDED, pan={1: 0.03, 8: 0.24}, tilt={1: 0.03, 8: 0.24}, zoom={1: 1.1, 4: 1.4}
)

PIPELINE = 6
"""So many pictures may be under way."""


class Eye:
    """The newest picture of a live stream, pulled by a thread."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._newest: np.ndarray | None = None
        self._over = False
        self.pictures = 0
        self._thread = threading.Thread(target=self._pull, daemon=True)

    async def __aenter__(self) -> Eye:
        self._thread.start()
        await until(lambda: self._newest is not None, "a picture")
        return self

    async def __aexit__(self, *_exc: object) -> None:
        self._over = True
        await asyncio.to_thread(self._thread.join, 5)

    async def look(self) -> np.ndarray | None:
        return self._newest

    def _pull(self) -> None:
        options = {"probesize": "4096", "flags": "low_delay"}
        with av.open(self._url, options=options, timeout=5) as stream:
            stream.streams.video[0].codec_context.thread_count = 1
            for frame in stream.decode(video=0):
                if self._over:
                    return
                small = frame.reformat(192, 108, "gray")
                self._newest = small.to_ndarray().copy()
                self.pictures += 1


def on_camera(desk, work, **options):
    """Run ``work(desk, aim, channel)`` with an aim at a camera that turns."""

    async def main(desk):
        channel = await desk.first_camera()
        urls = await desk.session.live.open(channel)

        async def pause(seconds: float) -> None:
            # The cloud's time passes at once; the pictures of then take a moment to come.
            desk.simulator.cloud.clock.advance(seconds)
            seen = eye.pictures
            await until(lambda: eye.pictures >= seen + PIPELINE, "pictures")

        async with Eye(urls.flv) as eye:
            return await work(desk, Aim(desk.session.ptz, channel, eye.look, pause), channel)

    return desk(main, scenario="demo", **options)


def on_still_picture(desk, work):
    """Run ``work(desk, aim, channel)`` with an aim that always sees the same, and never waits."""
    picture = np.zeros((108, 192), np.uint8)

    async def look() -> np.ndarray:
        return picture

    async def main(desk):
        await desk.filled()
        channel = desk.camera()
        aim = Aim(desk.session.ptz, channel, look, lambda _seconds: asyncio.sleep(0))
        return await work(desk, aim, channel)

    return desk(main)


def pose(desk, channel):
    return desk.simulator.cloud.pose(channel)


def test_a_bounded_camera_is_learned_and_looks_where_it_looked(desk):
    async def work(desk, aim, channel):
        before = pose(desk, channel)
        shares: list[float] = []
        learned = await aim.learn(shares.append)
        assert learned.behaviour is Behaviour.BOUNDED
        assert set(learned.pan) == {1, 4, 8}
        assert learned.pan[8] > learned.pan[4] > learned.pan[1] > 0
        assert learned.zoom[4] > learned.zoom[1] > 1
        assert learned.aims
        assert shares[-1] == 1.0
        after = pose(desk, channel)
        assert abs((after.pan - before.pan + 180) % 360 - 180) < 3.0
        assert abs(after.tilt - before.tilt) < 3.0
        assert abs(after.zoom - before.zoom) < 0.1

    on_camera(desk, work)


def test_a_camera_that_runs_on_is_found_out_with_one_opposite_nudge(desk):
    async def work(desk, aim, channel):
        learned = await aim.learn(lambda _share: None)
        assert learned.behaviour is Behaviour.RUNS_ON
        calls = [call["params"] for call in desk.calls("ControlDevicePTZ")]
        assert [(call["Type"], call["Speed"]) for call in calls] == [("right", 1), ("left", 1)]

    on_camera(desk, work, ptz="runs-on")


def test_a_point_comes_to_the_middle_and_the_progress_is_told(desk):
    async def work(desk, aim, channel):
        before = pose(desk, channel)
        shares: list[float] = []
        await aim.centre(0.25, -0.15, BOUNDED, shares.append)
        after = pose(desk, channel)
        assert (after.pan - before.pan + 180) % 360 - 180 > 2
        assert after.tilt > before.tilt
        assert shares == sorted(shares)
        assert shares[-1] == 1.0

    on_camera(desk, work)


def test_a_hand_on_the_camera_keeps_the_aim_off(desk):
    async def work(desk, aim, channel):
        desk.session.ptz.steer(channel).press(PtzCommand.UP, 1)
        with pytest.raises(CannotAim, match="held"):
            await aim.centre(0.3, 0.0, BOUNDED, lambda _share: None)
        desk.session.ptz.release_all()

    on_still_picture(desk, work)


def test_without_a_picture_nothing_is_sent(desk):
    async def work(desk):
        await desk.filled()

        async def blind():
            return None

        aim = Aim(desk.session.ptz, desk.camera(), blind)
        with pytest.raises(CannotAim, match="picture"):
            await aim.learn(lambda _share: None)
        assert desk.calls("ControlDevicePTZ") == []

    desk(work)


def test_cancelled_work_sends_nothing_more(desk):
    async def work(desk, aim, channel):
        task = asyncio.create_task(aim.centre(0.4, 0.3, BOUNDED, lambda _share: None))
        await until(lambda: desk.calls("ControlDevicePTZ"), "a jog")
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        sent = len(desk.calls("ControlDevicePTZ"))
        await desk.session.ptz.nudge(channel, PtzCommand.LEFT, 1)
        assert len(desk.calls("ControlDevicePTZ")) == sent + 1

    on_still_picture(desk, work)


def test_a_nudge_waits_for_the_hand_and_keeps_the_pause(desk):
    async def work(desk):
        await desk.filled()
        channel = desk.camera()
        ptz = desk.session.ptz
        steering = ptz.steer(channel)
        steering.press(PtzCommand.RIGHT, 2)
        nudges = [asyncio.create_task(ptz.nudge(channel, PtzCommand.LEFT, 1)) for _ in range(2)]
        await until(lambda: len(desk.calls("ControlDevicePTZ")) == 2, "two jogs of the hand")
        steering.release_all()
        await asyncio.gather(*nudges)
        steering.press(PtzCommand.UP, 2)
        await until(lambda: len(desk.calls("ControlDevicePTZ")) == 5, "the hand again")
        steering.release_all()
        calls = desk.calls("ControlDevicePTZ")
        kinds = [call["params"]["Type"] for call in calls]
        assert kinds == ["right", "right", "left", "left", "up"]
        gaps = [b["time"] - a["time"] for a, b in pairwise(calls)]
        assert min(gaps) > 0.29

    desk(work)
