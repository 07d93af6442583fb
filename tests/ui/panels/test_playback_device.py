"""Recordings of devices on the playback page: sessions that obey, end, refuse and are closed."""

from __future__ import annotations

from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFrame

from ivcdesk.api.actions import DeviceStatus
from ivcdesk.domain.coverage import Source
from tests.ui.panels.playback_desk import LEFT, REFUSAL, until


def test_a_device_recording_obeys_and_is_closed_when_left(desk, aio):
    async def work() -> None:
        await desk.open()
        QTest.mouseClick(desk.find("playback.source.device"), LEFT)
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await desk.playing(t)
        assert len(desk.calls("PlayRecord")) == 1
        QTest.mouseClick(desk.find("playback.play"), LEFT)
        await until(lambda: desk.panel.reel.state == "paused")
        QTest.mouseClick(desk.find("playback.play"), LEFT)
        await until(lambda: desk.panel.reel.state == "playing")
        desk.pick_speed(4.0)
        await until(lambda: any(call.get("Scale") == 4 for call in desk.calls("ControlRecord")))
        desk.panel.timeline.set_window(t, t + 600)
        desk.click(t + 300)
        await desk.playing(t + 300, within=8)
        assert any("Position" in call for call in desk.calls("ControlRecord"))
        assert not any(
            "Position" in call and "Scale" in call for call in desk.calls("ControlRecord")
        )
        desk.panel.hide()
        await until(lambda: desk.calls("ControlRecord")[-1]["ControlAction"] == "stop")
        assert desk.panel.player.url == ""
        assert not desk.panel.reel.running

    aio(work(), 60)


def test_a_session_that_the_device_ended_is_opened_anew(desk, aio):
    async def work() -> None:
        await desk.open()
        desk.panel.reel.choose("device")
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await desk.playing(t)
        QTest.mouseClick(desk.find("playback.play"), LEFT)
        await until(lambda: desk.panel.reel.state == "paused")
        cloud = desk.site.simulator.cloud
        for session in list(cloud._sessions.values()):
            cloud.close_session(session)
        held = desk.position
        QTest.mouseClick(desk.find("playback.play"), LEFT)
        await until(lambda: len(desk.calls("PlayRecord")) == 2)
        await desk.playing(held)

    aio(work(), 60)


def test_a_device_that_is_offline_hides_nothing_of_the_cloud(desk, aio):
    async def work() -> None:
        desk.site.set_status(desk.site.camera, DeviceStatus.OFFLINE)
        await desk.open()
        row = desk.find("playback.problem", QFrame)
        await until(row.isVisible)
        assert desk.panel.problems.text.startswith("Device recordings: ")
        track = desk.panel.timeline.tracks[0]
        assert len(track.cloud.recorded) > 0
        assert len(track.device.failed) > 0
        desk.site.set_status(desk.site.camera, DeviceStatus.ONLINE)
        QTest.mouseClick(desk.find("playback.retry"), LEFT)
        await desk.loaded()
        await until(lambda: not row.isVisible())
        assert len(desk.panel.timeline.tracks[0].device.recorded) > 0

    aio(work(), 60)


def test_nobody_waits_for_a_slow_device(desk, aio):
    async def work() -> None:
        slow = {"kind": "latency", "action": "ControlRecordTimeline", "seconds": 4}
        desk.site.simulator.faults.arm([slow])
        desk.panel.show_channel(desk.site.camera)
        await until(lambda: len(desk.panel.timeline.tracks[0].cloud.recorded) > 0)
        track = desk.panel.timeline.tracks[0]
        assert len(track.device.recorded) == 0
        assert len(track.device.loading) > 0
        assert track.gap_at(desk.now - 7200) is None
        # What is under way stays slow; what is asked for after it need not be.
        desk.site.simulator.faults.clear()
        await desk.panel.play_at(desk.yesterday(14))
        await desk.playing(desk.yesterday(14))
        await desk.loaded()
        assert len(desk.panel.timeline.tracks[0].device.recorded) > 0

    aio(work(), 60)


def test_what_the_cloud_does_not_tell_is_played_from_the_device(desk, aio):
    async def work() -> None:
        desk.fault("DescribeRecordFile")
        await desk.open()
        assert desk.panel.problems.text.startswith("Cloud recordings: ")
        assert REFUSAL in desk.panel.problems.text
        await desk.panel.play_at(desk.yesterday(14))
        await desk.playing(desk.yesterday(14))
        assert desk.panel.reel.source is Source.DEVICE

    aio(work(), 60)


def test_every_refusal_of_a_device_leaves_the_page_alive(desk, aio):
    async def work() -> None:
        await desk.open()
        desk.panel.reel.choose("device")
        desk.fault("PlayRecord")
        await desk.panel.play_at(desk.yesterday(14))
        assert desk.panel.tile.property("state") == "failed"
        desk.site.simulator.faults.clear()
        QTest.mouseClick(desk.find("playback.play"), LEFT)
        await desk.playing(desk.yesterday(14))
        desk.fault("ControlRecord")
        desk.pick_speed(4.0)
        await until(lambda: desk.note != "")
        assert desk.find("playback.speed", QComboBox).currentData() == 1.0
        QTest.mouseClick(desk.find("playback.play"), LEFT)
        await until(lambda: desk.panel.player.url == "")
        assert desk.panel.reel.state == "paused"
        desk.site.simulator.faults.clear()
        QTest.mouseClick(desk.find("playback.play"), LEFT)
        await desk.playing(desk.yesterday(14), within=10)

    aio(work(), 60)
