"""The players against the simulated cloud: what its cameras burn into their pictures is right."""

from __future__ import annotations

import asyncio
import threading

import numpy as np
import pytest
from PySide6.QtCore import QSize
from PySide6.QtGui import QImage

from ivcdesk.api.actions import ControlDeviceStream, ControlRecord, DeviceStatus, PlayRecord
from ivcdesk.domain.intervals import Interval
from ivcdesk.media import live_worker
from ivcdesk.media.live import LivePlayer
from ivcdesk.media.recording import RecordingPlayer
from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.simulator.recordings import cloud_day, day_start
from ivcdesk.simulator.server import Simulator

pytestmark = pytest.mark.usefixtures("no_workers_left")

WHOLE_PICTURE = QSize(640, 360)
PATIENCE = 15_000


class Served:
    """A simulator in a thread of its own."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.sim = Simulator()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pytest-simulator", daemon=True)
        self._thread.start()
        assert self._ready.wait(20)
        device = next(
            d for d in self.sim.cloud.world.devices.values() if d.name == "PTZ Gate North"
        )
        self.channel = self.do(lambda: self.sim.cloud.world.channels(device)[0].channel_id)
        self.now = self.sim.cloud.now()

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        self.loop.run_until_complete(self.sim.start())
        self._ready.set()
        self.loop.run_forever()
        self.loop.run_until_complete(self.sim.stop())
        self.loop.close()

    def do(self, work):
        async def inside():
            result = work()
            return await result if asyncio.iscoroutine(result) else result

        return asyncio.run_coroutine_threadsafe(inside(), self.loop).result(10)

    def act(self, action):
        from ivcdesk.simulator.handlers import HANDLERS

        return self.do(lambda: HANDLERS[action.action_name][1](self.sim.cloud, action))

    def address(self, path: str, **query) -> str:
        return self.do(lambda: self.sim.cloud.links.address(path, 3600, query))

    def stop(self) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(20)


@pytest.fixture(scope="module")
def served():
    made = Served()
    yield made
    made.stop()


@pytest.fixture
def live():
    made = LivePlayer()
    made.set_size(WHOLE_PICTURE)
    yield made
    made.stop()


@pytest.fixture
def recording():
    made = RecordingPlayer()
    made.set_size(WHOLE_PICTURE)
    yield made
    made.stop()


@pytest.fixture
def seven_past_two(served) -> float:
    return day_start(cloud_day(served.now) - 1) + 14 * 3600 + 7 * 60


def burnt_in(image: QImage) -> float | None:
    grey = image.convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(grey.constBits(), np.uint8).reshape(grey.height(), grey.bytesPerLine())
    return read_clock(rows[:, : grey.width()])


@pytest.mark.parametrize("kind", ["flv", "hls"])
def test_live_pictures_are_of_now(qtbot, served, live, kind):
    path = {"flv": f"/live/{served.channel}.live.flv", "hls": f"/live/{served.channel}/hls.m3u8"}
    delays = []

    def on_frame() -> None:
        clock = burnt_in(live.take().image)
        if clock is not None:
            delays.append(served.sim.cloud.now() - clock)

    live.frame_ready.connect(on_frame)
    live.play(served.address(path[kind]))
    qtbot.waitUntil(lambda: len(delays) > 5, timeout=PATIENCE)
    assert live.state.kind == "playing"
    assert min(delays) > -0.2
    assert min(delays) < (2.0 if kind == "flv" else 10.0)


def test_one_way_after_the_other_until_one_gives_a_picture(qtbot, served, live):
    urls = served.act(ControlDeviceStream(channel_id=served.channel, stream_type="2")).data
    arm = served.sim.faults.arm
    try:
        served.do(lambda: arm({"kind": "error", "path": f"/live/{served.channel}.live.flv"}))
        live.play(urls.flv, urls.hls, urls.rtmp)
        qtbot.waitUntil(lambda: live.state.kind == "playing", timeout=PATIENCE)
        assert live.transport == "HLS"
        live.stop()
        served.do(lambda: arm({"kind": "http500", "path": f"/live/{served.channel}/"}))
        live.play(urls.flv, urls.hls, urls.rtmp)
        qtbot.waitUntil(lambda: live.state.kind == "playing", timeout=PATIENCE)
        assert live.transport == "RTMP"
        with qtbot.waitSignal(live.frame_ready, timeout=PATIENCE):
            pass
        assert burnt_in(live.take().image) == pytest.approx(served.sim.cloud.now(), abs=2.0)
    finally:
        served.do(served.sim.faults.clear)


def test_a_fresh_address_is_asked_for_as_soon_as_the_old_one_has_expired(qtbot, served, live):
    ask = ControlDeviceStream(channel_id=served.channel, stream_type="2")
    urls = served.act(ask).data
    asked = []

    def renew() -> None:
        fresh = served.act(ask).data
        asked.append(live.state.error.status)
        live.renew(fresh.flv, fresh.hls, fresh.rtmp)

    live.needs_url.connect(renew)
    arm = served.sim.faults.arm
    served.do(lambda: arm({"kind": "expire", "path": f"/live/{served.channel}", "count": 1}))
    live.play(urls.flv, urls.hls, urls.rtmp)
    qtbot.waitUntil(lambda: live.state.kind == "playing", timeout=PATIENCE)
    assert asked == [403]
    assert live.transport == "FLV"


def test_a_channel_that_is_gone_and_comes_back(qtbot, served, live, monkeypatch):
    monkeypatch.setattr(live_worker, "FIRST_PAUSE", 0.1)
    live.play(served.address(f"/live/{served.channel}.live.flv"))
    qtbot.waitUntil(lambda: live.state.kind == "playing", timeout=PATIENCE)
    cloud = served.sim.cloud
    device = cloud.world.channel(served.channel).device
    served.do(lambda: cloud.set_status(device, DeviceStatus.OFFLINE))
    qtbot.waitUntil(lambda: live.state.kind == "failed", timeout=PATIENCE)
    assert (live.state.error.kind, live.state.error.status) == ("http", 503)
    served.do(lambda: cloud.set_status(device, DeviceStatus.ONLINE))
    qtbot.waitUntil(lambda: live.state.kind == "playing", timeout=PATIENCE)


def test_a_recording_shows_the_very_moment(qtbot, served, recording, seven_past_two):
    start = int(seven_past_two) - 60
    interval = Interval(start, start + 600)
    url = served.address(
        f"/playback/{served.channel}/hls.m3u8", starttime=start, endtime=start + 600
    )
    frames = []
    recording.frame_ready.connect(lambda: frames.append(recording.take()))
    recording.open(url, interval, seven_past_two)
    recording.pause()
    qtbot.waitUntil(lambda: bool(frames), timeout=PATIENCE)
    asked = [seven_past_two]
    for offset in (61.3, 100.02, 3.51, 333.33):
        moment = start + offset
        asked.append(moment)
        count = len(frames)
        recording.seek(moment)
        qtbot.waitUntil(lambda count=count: len(frames) > count, timeout=PATIENCE)
    for moment, frame in zip(asked, frames, strict=True):
        clock = burnt_in(frame.image)
        assert clock == pytest.approx(frame.wall, abs=0.002)
        assert moment - 1 / 15 - 0.002 < clock <= moment + 0.002
    recording.step(1)
    qtbot.waitUntil(lambda: len(frames) > len(asked), timeout=PATIENCE)
    step = burnt_in(frames[-1].image) - burnt_in(frames[-2].image)
    assert step == pytest.approx(1 / 15, abs=0.003)


def test_a_device_session_is_where_its_owner_sent_it(qtbot, served, recording):
    start = int(served.now) - 7200
    opened = served.act(PlayRecord(channel_id=served.channel, start=start, end=start + 3600))
    url = opened.data.flv
    session = url.partition("@")[2].partition(".live")[0]
    frames = []
    recording.frame_ready.connect(lambda: frames.append(recording.take()))
    spans = served.do(
        lambda: served.sim.cloud.recorded(served.channel, "device", start, start + 3600)
    )
    recording.open(url, Interval(start, start + 3600), start, "flv", spans=spans)
    qtbot.waitUntil(lambda: len(frames) > 10, timeout=PATIENCE)
    assert burnt_in(frames[-1].image) == pytest.approx(frames[-1].wall, abs=0.1)
    position = burnt_in(frames[-1].image)
    assert start <= position < start + 3600
    named = {"channel_id": served.channel, "session": session}
    served.act(ControlRecord(**named, control_action="play", position=1800))
    recording.note_seek(start + 1800)
    count = len(frames)
    qtbot.waitUntil(lambda: len(frames) > count + 5, timeout=PATIENCE)
    clock = burnt_in(frames[-1].image)
    assert clock >= start + 1790
    assert clock == pytest.approx(frames[-1].wall, abs=0.3)
    served.act(ControlRecord(**named, control_action="stop"))
    qtbot.waitUntil(lambda: recording.state.kind in ("failed", "ended"), timeout=PATIENCE)
