"""Several channels on one playhead: side by side in time, whoever joins, leaves or has nothing."""

from __future__ import annotations

import asyncio

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QMenu, QWidget

from ivcdesk.domain import intervals
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.intervals import Interval
from tests.ui.panels.playback_desk import LEFT, until
from tests.ui.panels.playback_sync import NEAR, Watch, burnt_in

OTHERS = ("PTZ Gate South", "Port overview 港区全景", "PTZ Quay 12")


async def judge(watch: Watch) -> None:
    await until(lambda: len(watch.spreads) > 40)
    watch.timer.stop()
    assert max(watch.spreads) <= NEAR


async def add(desk, *names: str) -> list[str]:
    added = [await desk.site.find(name) for name in names]
    for channel in added:
        desk.panel.add_channel(channel)
    return added


def states(desk) -> list[str]:
    return [seat.reel.state for seat in desk.panel.grid.shown()]


async def all_play(desk, count: int, beyond: float) -> None:
    await until(lambda: states(desk) == ["playing"] * count)
    await until(
        lambda: all(seat.tile.property("pictureTime") > beyond for seat in desk.panel.grid.shown())
    )


def test_four_channels_show_the_same_moment(desk, aio):
    async def work() -> None:
        await desk.open()
        t = desk.yesterday(14)
        await add(desk, *OTHERS)
        assert desk.panel.grid.arrangement == "4"
        assert [track.name for track in desk.panel.timeline.tracks] == ["PTZ Gate North", *OTHERS]
        await desk.panel.play_at(t)
        await all_play(desk, 4, t + 0.3)
        watch = Watch(desk.panel)
        await judge(watch)
        await all_play(desk, 4, t + 1)
        for number, seat in enumerate(desk.panel.grid.shown(), 1):
            tile = desk.find(f"playback.tile.{number}", QWidget)
            assert tile is seat.tile
            assert tile.property("channelId") == seat.channel
            assert tile.property("position") > t
        QTest.mouseClick(desk.find("playback.play"), LEFT)
        await until(lambda: states(desk) == ["paused"] * 4)
        await until(lambda: desk.panel.timeline.playhead == desk.panel.ensemble.t)
        held = [burnt_in(seat.player.snapshot()) for seat in desk.panel.grid.shown()]
        assert max(held) - min(held) <= NEAR
        assert max(held) <= desk.panel.ensemble.t + 0.002

    aio(work(), 90)


def test_the_time_stays_while_cameras_come_change_places_and_go(desk, aio):
    async def work() -> None:
        await desk.open()
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await desk.playing(t)
        [second] = await add(desk, OTHERS[0])
        await all_play(desk, 2, t)
        began, opened = desk.panel.ensemble.t, len(desk.calls("DescribeRecordPlaybackUrl"))
        assert t < began < t + 15
        desk.panel.grid.swap(0, 1)
        assert desk.panel.channels == [second, desk.site.camera]
        assert desk.find("playback.tile.1", QWidget).property("channelId") == second
        await all_play(desk, 2, began)
        assert len(desk.calls("DescribeRecordPlaybackUrl")) == opened
        assert desk.panel.timeline.tracks[0].name == OTHERS[0]
        seat = desk.panel.grid.seat_of(second)
        QTest.keyClick(seat.tile, Qt.Key.Key_Delete)
        assert desk.panel.channels == [desk.site.camera]
        went = desk.panel.ensemble.t
        assert went >= began
        await desk.playing(went, within=2)
        assert len(desk.calls("DescribeRecordPlaybackUrl")) == opened
        third = await desk.site.find(OTHERS[1])
        desk.panel.grid.set_focus(desk.panel.grid.seat_of(desk.site.camera))
        desk.panel.show_channel(third)
        assert desk.panel.channels == [third]
        await desk.playing(went, within=8)

    aio(work(), 90)


def test_one_without_a_recording_waits_and_says_for_what(desk, aio):
    async def work() -> None:
        await desk.open()
        [lane] = await add(desk, "Visitor lane 访客通道")
        seat = desk.panel.grid.seat_of(lane)
        window = Interval(desk.now - 3 * 86400, desk.now - 6 * 3600)
        for one in desk.panel.grid.shown():
            one.book.want(window, desk.now)
        await until(lambda: not any(one.book.loading for one in desk.panel.grid.shown()))
        mine = desk.panel.grid.shown()[0].book
        start = next(
            span.start
            for span in seat.book.recorded(Source.CLOUD)[1:]
            if intervals.at(mine.recorded(Source.CLOUD), span.start - 60)
            and intervals.at(mine.recorded(Source.CLOUD), span.start + 60)
        )
        await desk.panel.play_at(start - 4)
        await until(lambda: states(desk) == ["playing", "waiting"])
        assert seat.reel.until == start
        assert seat.tile.property("state") == "empty"
        assert "Nothing is recorded here" in seat.tile.explanation
        assert "Goes on at" in seat.tile.explanation
        assert seat.tile._badge_text() == ""
        await all_play(desk, 2, start)
        assert desk.panel.ensemble.t < start + 10
        assert desk.note == ""

    aio(work(), 90)


def test_a_gap_that_all_have_is_jumped_over(desk, aio):
    async def work() -> None:
        await desk.open()
        await add(desk, OTHERS[0])
        desk.panel.ensemble.choose("cloud")
        seats = desk.panel.grid.shown()
        t = desk.yesterday(14)
        later = Interval(t + 600, t + 1200)
        for seat in seats:
            await until(lambda seat=seat: not seat.book.loading)
            seat.book.recorded = lambda source: (Interval(t - 600, t + 1), later)
        desk.panel.timeline.set_window(t - 900, t + 900)
        desk.panel._play_from(t + 300)
        await until(lambda: "Nothing is recorded" in desk.note)
        await all_play(desk, 2, later.start)
        assert desk.panel.ensemble.t < later.start + 10

    aio(work(), 90)


def test_steps_and_seeks_are_everybodys(desk, aio):
    async def work() -> None:
        await desk.open()
        await add(desk, OTHERS[0])
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await all_play(desk, 2, t + 0.5)
        QTest.mouseClick(desk.find("playback.step"), LEFT)
        await until(lambda: states(desk) == ["paused"] * 2)
        first, other = desk.panel.grid.shown()
        desk.panel.grid.set_focus(first)
        await asyncio.sleep(0.3)
        before = first.player.position
        QTest.mouseClick(desk.find("playback.step"), LEFT)
        await until(lambda: first.player.position > before)
        await until(lambda: abs(other.player.position - first.player.position) <= 0.07)
        assert first.player.position - before < 0.1
        QTest.mouseClick(desk.find("playback.stepBack"), LEFT)
        await until(lambda: first.player.position == pytest.approx(before, abs=0.001))
        await until(lambda: abs(other.player.position - before) <= 0.07)
        assert not desk.panel.ensemble.running
        desk.panel._look_at(t + 100)
        await until(
            lambda: all(
                burnt_in(seat.player.snapshot()) == pytest.approx(t + 100, abs=0.07)
                for seat in desk.panel.grid.shown()
            )
        )

    aio(work(), 90)


def test_a_device_keeps_up_with_the_cloud(desk, aio):
    async def work() -> None:
        await desk.open()
        [south] = await add(desk, OTHERS[0])
        seat = desk.panel.grid.seat_of(south)
        seat.reel.choose("device")
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await all_play(desk, 2, t + 2.5)
        assert [one.reel.source for one in desk.panel.grid.shown()] == [Source.CLOUD, Source.DEVICE]
        watch = Watch(desk.panel)
        await judge(watch)
        went = desk.panel.ensemble.t
        desk.panel.ensemble.pause()
        await until(lambda: states(desk) == ["paused"] * 2)
        await until(
            lambda: burnt_in(seat.player.snapshot()) == pytest.approx(seat.reel.t, abs=0.01)
        )
        desk.panel.ensemble.play()
        desk.panel.grid.clear_seat(seat)
        await until(lambda: [call["ControlAction"] for call in desk.calls("ControlRecord")][-1:])
        assert desk.calls("ControlRecord")[-1]["ControlAction"] == "stop"
        await desk.playing(went, within=10)

    aio(work(), 90)


def test_one_picture_fills_the_grid_and_the_others_pull_nothing_meanwhile(desk, aio):
    async def work() -> None:
        await desk.open()
        await add(desk, OTHERS[0])
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await all_play(desk, 2, t)
        first, other = desk.panel.grid.shown()
        QTest.mouseDClick(first.tile, LEFT, pos=QPoint(40, 100))
        assert desk.panel.grid.alone == 0
        assert not other.tile.isVisible()
        assert other.player.url == ""
        went = desk.panel.ensemble.t
        await desk.playing(went, within=2)
        QTest.keyClick(first.tile, Qt.Key.Key_Return)
        assert desk.panel.grid.alone is None
        await all_play(desk, 2, went)

    aio(work(), 90)


def test_the_grid_obeys_the_bar_the_menu_and_what_is_dropped(desk, aio):
    async def work() -> None:
        await desk.open()
        QTest.mouseClick(desk.find("playback.layout.9"), LEFT)
        assert desk.panel.grid.places == 9
        other = await desk.site.find(OTHERS[0])
        desk.panel.grid.channel_dropped.emit(4, other)
        assert desk.panel.grid.seats[4].channel == other
        assert desk.panel.current_channel == other
        assert desk.find("playback.player", QWidget).property("channelId") == other
        desk.panel.grid.channel_dropped.emit(0, other)
        assert desk.panel.grid.seats[0].channel == other
        assert desk.panel.grid.seats[4].channel == desk.site.camera
        seat = desk.panel.grid.seats[0]
        desk.panel.grid._open_menu(seat, seat.tile.mapToGlobal(QPoint(5, 5)))
        menu = desk.find("playback.menu", QMenu)
        actions = {action.objectName(): action for action in menu.actions()}
        actions["playback.menu.swap"].trigger()
        assert desk.panel.grid.seats[1].channel == other
        actions["playback.menu.remove"].trigger()
        menu.close()
        assert desk.panel.channels == [desk.site.camera]
        QTest.mouseClick(desk.find("playback.layout.1"), LEFT)
        assert desk.panel.channels == [desk.site.camera]
        desk.panel.grid.channel_dropped.emit(0, other)
        assert desk.panel.channels == [desk.site.camera, other]
        assert desk.panel.grid.arrangement == "4"

    aio(work(), 90)
