"""Every device session is closed, whichever way it is left: judged by the simulator's own log."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtTest import QTest

from tests.ui.panels.playback_desk import LEFT, until

OTHER = "PTZ Gate South"


def opened(desk) -> list[str]:
    """Return the sessions that were opened, in order."""
    return [session.session_id for session in desk.opened]


def stopped(desk) -> list[str]:
    return [
        call["Session"] for call in desk.calls("ControlRecord") if call["ControlAction"] == "stop"
    ]


@pytest.fixture
def logged(desk):
    """The page, with a note of each session that the cloud opens."""
    cloud = desk.site.simulator.cloud
    desk.opened = []
    real = cloud.open_session

    def open_session(*args):
        session = real(*args)
        desk.opened.append(session)
        return session

    cloud.open_session = open_session
    return desk


async def play(desk) -> None:
    await desk.open()
    desk.panel.ensemble.choose("device")
    t = desk.yesterday(14)
    await desk.panel.play_at(t)
    await desk.playing(t)


async def change_channel(desk) -> None:
    desk.panel.show_channel(await desk.site.find(OTHER))
    await until(lambda: len(opened(desk)) == 2)
    desk.panel.hide()


async def turn_the_page(desk) -> None:
    desk.panel.hide()


async def remove_it(desk) -> None:
    desk.panel.grid.clear_seat(desk.panel.grid.focus)


async def choose_the_cloud(desk) -> None:
    desk.panel.ensemble.choose("cloud")


async def sign_out(desk) -> None:
    await desk.panel.close()


async def leave_at_once(desk) -> None:
    """Leave while the next session is still on its way."""
    slow = {"kind": "latency", "action": "PlayRecord", "seconds": 0.3}
    desk.site.simulator.faults.arm([slow])
    desk.panel.show_channel(await desk.site.find(OTHER))
    await until(lambda: len(stopped(desk)) == 1)
    await asyncio.sleep(0.1)
    desk.panel.grid.clear_seat(desk.panel.grid.focus)
    await until(lambda: len(opened(desk)) == 2)


async def fail(desk) -> None:
    """Lose the stream: what can't be played is not kept open."""
    desk.site.simulator.faults.arm([{"kind": "error", "path": "/live/"}])
    desk.panel.reel.reopen()
    await until(lambda: desk.panel.reel.state == "failed")


async def play_two_and_go(desk) -> None:
    desk.panel.add_channel(await desk.site.find(OTHER))
    await until(lambda: len(opened(desk)) >= 3)
    desk.panel.hide()


@pytest.mark.parametrize(
    "leave",
    [
        change_channel,
        turn_the_page,
        remove_it,
        choose_the_cloud,
        sign_out,
        leave_at_once,
        fail,
        play_two_and_go,
    ],
    ids=lambda leave: leave.__name__,
)
def test_no_session_is_left_open(logged, aio, leave):
    async def work() -> None:
        await play(logged)
        await leave(logged)
        await until(lambda: sorted(stopped(logged)) == sorted(opened(logged)))
        assert not logged.site.simulator.cloud._sessions

    aio(work(), 60)


def test_the_stream_and_straight_time_stamps_are_asked_for(desk, aio):
    async def work() -> None:
        await desk.open()
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await desk.playing(t)
        [first] = desk.calls("DescribeRecordPlaybackUrl")
        assert "CorrectTimestamp" not in first
        actions = {
            action.objectName(): action for action in desk.panel.transport.options.menu().actions()
        }
        actions["playback.correctTimestamp"].trigger()
        await until(lambda: len(desk.calls("DescribeRecordPlaybackUrl")) == 2)
        assert desk.calls("DescribeRecordPlaybackUrl")[1]["CorrectTimestamp"] is True
        await desk.playing(t, within=8)
        actions["playback.stream.sub"].trigger()
        await asyncio.sleep(0.1)
        assert len(desk.calls("DescribeRecordPlaybackUrl")) == 2
        QTest.mouseClick(desk.find("playback.source.device"), LEFT)
        await until(lambda: len(desk.calls("PlayRecord")) == 1)
        assert desk.calls("PlayRecord")[0]["StreamType"] == 2
        await until(lambda: desk.panel.reel.state == "playing")
        actions["playback.stream.main"].trigger()
        await until(lambda: len(desk.calls("PlayRecord")) == 2)
        assert desk.calls("PlayRecord")[1]["StreamType"] == 1

    aio(work(), 60)


def test_the_picture_of_a_recording_is_kept_with_its_own_moment(desk, aio, tmp_path):
    async def work() -> None:
        await desk.open()
        desk.panel.pictures.folder = tmp_path / "pictures"
        QTest.mouseClick(desk.find("playback.snapshot"), LEFT)
        assert "no picture" in desk.note
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await desk.playing(t)
        await until(lambda: desk.panel.player.pictured is not None)
        QTest.mouseClick(desk.find("playback.play"), LEFT)
        await until(lambda: desk.panel.reel.state == "paused")
        QTest.mouseClick(desk.find("playback.snapshot"), LEFT)
        await until(lambda: "Saved" in desk.note)
        [path] = (tmp_path / "pictures").iterdir()
        assert path.name.startswith("PTZ Gate North ")
        assert path.name in desk.note

    aio(work(), 60)
