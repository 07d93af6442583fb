"""The playback page against the simulated cloud, over the socket, as a person uses it."""

from __future__ import annotations

import asyncio
from datetime import date

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QWidget

from ivcdesk.domain import intervals
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import CLOUD_ZONE, day_of
from ivcdesk.domain.intervals import Interval
from ivcdesk.ui import text
from tests.ui.panels.playback_desk import LEFT, REFUSAL, until


def test_a_camera_opens_near_the_present_and_nothing_plays_unasked(desk, aio):
    async def work() -> None:
        await desk.open()
        timeline = desk.panel.timeline
        assert desk.now - 25 * 3600 < timeline.windowStart < desk.now - 23 * 3600
        # Near the end of what was known first, of whichever place.
        ends = [desk.panel._book.recorded(source)[-1].end for source in Source]
        near = [pytest.approx(end - 180, abs=30) for end in ends]
        assert timeline.playhead in near
        await asyncio.sleep(0.2)
        assert desk.calls("DescribeRecordPlaybackUrl") == []
        assert desk.calls("PlayRecord") == []
        assert desk.panel.player.url == ""

    aio(work(), 60)


def test_yesterday_at_14_07_is_two_steps_away(desk, aio):
    async def work() -> None:
        await desk.open()
        QTest.mouseClick(desk.find("playback.previousDay"), LEFT)
        desk.type_time("14:07")
        t = desk.yesterday(14)
        await desk.playing(t)
        [asked] = desk.calls("DescribeRecordPlaybackUrl")
        assert asked["StartTime"] <= t < asked["EndTime"]
        tile = desk.find("playback.player", QWidget)
        assert tile.property("state") == "playing"
        assert tile.property("position") == pytest.approx(desk.position, abs=0.5)
        assert desk.panel.timeline.playhead == pytest.approx(desk.position, abs=0.5)
        assert desk.find("playback.time", QLabel).text().startswith("14:07:0")
        assert desk.panel.reel.source is Source.CLOUD
        await until(lambda: tile.property("framesPainted") > 3)

    aio(work(), 60)


def test_a_click_plays_from_there_and_space_holds_it(desk, aio):
    async def work() -> None:
        await desk.open()
        QTest.mouseClick(desk.find("playback.previousDay"), LEFT)
        await desk.loaded()
        timeline = desk.panel.timeline
        timeline.set_window(desk.yesterday(14, 0), desk.yesterday(14, 10))
        desk.click(desk.yesterday(14))
        await desk.playing(desk.yesterday(14))
        timeline.setFocus()
        QTest.keyClick(timeline, Qt.Key.Key_Space)
        await until(lambda: desk.panel.reel.state == "paused")
        held = await desk.still()
        QTest.keyClick(timeline, Qt.Key.Key_Right)
        await until(lambda: desk.position > held + 9)
        assert await desk.still() == pytest.approx(held + 10, abs=0.2)
        QTest.keyClick(timeline, Qt.Key.Key_Space)
        await desk.playing(held + 10)

    aio(work(), 60)


def test_frames_are_stepped_through(desk, aio):
    async def work() -> None:
        await desk.open()
        await desk.panel.play_at(desk.yesterday(14))
        await desk.playing(desk.yesterday(14))
        QTest.mouseClick(desk.find("playback.play"), LEFT)
        await until(lambda: desk.panel.reel.state == "paused")
        held = await desk.still()
        QTest.mouseClick(desk.find("playback.step"), LEFT)
        await until(lambda: desk.position != held)
        on = await desk.still()
        assert 0 < on - held < 0.2
        QTest.mouseClick(desk.find("playback.stepBack"), LEFT)
        await until(lambda: desk.position != on)
        assert 0 < on - await desk.still() < 0.2

    aio(work(), 60)


def test_the_speed_is_kept_for_what_is_played_next(desk, aio):
    async def work() -> None:
        await desk.open()
        desk.pick_speed(4.0)
        await desk.panel.play_at(desk.yesterday(14))
        await desk.playing(desk.yesterday(14), within=8)
        began = desk.position
        await until(lambda: desk.position > began + 6)
        assert desk.panel.player.rate == 4.0
        desk.panel._on_speed_stepped(-1)
        assert desk.find("playback.speed", QComboBox).currentData() == 2.0
        assert desk.panel.player.rate == 2.0

    aio(work(), 60)


def test_a_gap_is_skipped_and_told(desk, aio):
    async def work() -> None:
        await desk.open()
        book = desk.panel._book
        window = Interval(desk.now - 6 * 86400, desk.now - 3600)
        book.want(window, desk.now)
        await desk.loaded()
        desk.panel.reel.choose("cloud")
        gaps = intervals.gaps(book.recorded(Source.CLOUD), window)
        gap = max(gaps, key=lambda piece: piece.length)
        t = (gap.start + gap.end) / 2
        desk.panel.timeline.set_window(t - 3600, t + 3600)
        desk.click(t)
        await desk.playing(gap.end)
        assert "Nothing is recorded" in desk.note

    aio(work(), 60)


def test_a_refused_address_says_why_and_can_be_tried_again(desk, aio):
    async def work() -> None:
        await desk.open()
        desk.fault("DescribeRecordPlaybackUrl")
        await desk.panel.play_at(desk.yesterday(14))
        assert desk.panel.tile.property("state") == "failed"
        call = desk.site.calls("DescribeRecordPlaybackUrl")[-1]
        assert call["code"] == REFUSAL
        assert REFUSAL in desk.panel.tile.explanation
        assert call["request_id"] in desk.panel.tile.explanation
        desk.site.simulator.faults.clear()
        desk.panel.tile.retry_requested.emit()
        await desk.playing(desk.yesterday(14))

    aio(work(), 60)


def test_a_cloud_that_dies_is_told_and_the_page_lives(desk, aio):
    async def work() -> None:
        await desk.open()
        await desk.panel.play_at(desk.yesterday(14))
        await desk.playing(desk.yesterday(14))
        await desk.site.simulator.stop()
        desk.panel.reel.play_from(desk.yesterday(12))
        await until(lambda: desk.panel.tile.property("state") == "failed")
        assert desk.panel.tile.explanation
        desk.panel.timeline.set_window(desk.yesterday(0) - 86400 * 9, desk.yesterday(0) - 86400 * 8)
        await until(lambda: desk.panel.problems.text != "")

    aio(work(), 60)


def test_another_camera_keeps_the_time_and_goes_on(desk, aio):
    async def work() -> None:
        await desk.open()
        other = await desk.site.find("PTZ Gate South")
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await desk.playing(t)
        window = desk.panel.timeline.windowStart
        desk.panel.show_channel(other)
        await desk.playing(t, within=8)
        assert desk.panel.current_channel == other
        assert desk.panel.timeline.windowStart == window
        assert desk.calls("DescribeRecordPlaybackUrl")[-1]["ChannelId"] == other
        assert desk.panel.timeline.tracks[0].name == "PTZ Gate South"

    aio(work(), 60)


def test_a_hidden_page_pulls_nothing(desk, aio):
    async def work() -> None:
        await desk.open()
        await desk.panel.play_at(desk.yesterday(14))
        await desk.playing(desk.yesterday(14))
        desk.panel.hide()
        await until(lambda: desk.panel.reel.state == "paused")
        held = await desk.still()
        desk.panel.show()
        await asyncio.sleep(0.2)
        assert desk.panel.reel.state == "paused"
        assert desk.position == held

    aio(work(), 60)


def test_dragging_the_playhead_is_not_fought(desk, aio):
    async def work() -> None:
        await desk.open()
        t = desk.yesterday(14)
        await desk.panel.play_at(t)
        await desk.playing(t)
        timeline = desk.panel.timeline
        timeline.set_window(t - 600, t + 600)
        here = QPoint(round(timeline.scale.x(timeline.playhead)), 100)
        there = here + QPoint(200, 0)
        QTest.mousePress(timeline, LEFT, pos=here)
        for step in range(1, 11):
            QTest.mouseMove(timeline, here + (there - here) * step / 10)
        dragged = timeline.playhead
        await asyncio.sleep(0.4)
        assert timeline.playhead == dragged
        QTest.mouseRelease(timeline, LEFT, pos=there)
        await desk.playing(dragged)

    aio(work(), 60)


def test_the_zone_is_kept_and_days_are_its_own(desk, aio):
    async def work() -> None:
        await desk.open()
        t = desk.yesterday(1)
        await desk.panel.play_at(t)
        button = desk.find("playback.date")
        before = button.text()
        QTest.mouseClick(desk.find("playback.zone.utc"), LEFT)
        assert desk.context.settings.time_zone == "UTC"
        assert button.text() != before
        assert desk.find("playback.time", QLabel).text().startswith("17:07:0")

    aio(work(), 60)


def test_nonsense_is_marked_and_nothing_happens(desk, aio):
    async def work() -> None:
        await desk.open()
        desk.type_time("half past ten")
        field = desk.find("playback.goto", QLineEdit)
        assert field.property("invalid") is True
        assert "half past ten" in desk.note
        assert desk.calls("DescribeRecordPlaybackUrl") == []
        field.textEdited.emit("1")
        assert field.property("invalid") is False

    aio(work(), 60)


def test_the_calendar_shows_how_much_is_recorded_and_a_day_is_picked(desk, aio):
    async def work() -> None:
        await desk.open()
        desk.panel.bar.open_calendar()
        calendar = desk.panel.bar.calendar
        await until(lambda: len(calendar.grid._parts) >= min(desk.today.day, 20))
        assert all(0 <= part <= 1 for part in calendar.grid._parts.values())
        day = date.fromordinal(desk.today.toordinal() - 3)
        calendar.picked.emit(day)
        assert not calendar.isVisible()
        assert day_of(desk.panel.timeline.playhead, CLOUD_ZONE) == day
        await desk.loaded()

    aio(work(), 60)


def test_a_bookmark_is_kept_shown_found_again_and_removed(desk, aio, tmp_path):
    async def work() -> None:
        await desk.open()
        t = desk.yesterday(14)
        desk.panel.timeline.set_playhead(t)
        shelf = desk.panel.bar.shelf
        desk.panel.timeline.setFocus()
        QTest.keyClick(desk.panel.timeline, Qt.Key.Key_B)
        assert shelf.isVisible()
        QTest.keyClicks(shelf.note, "Lorry at the gate")
        QTest.keyClick(shelf.note, Qt.Key.Key_Return)
        assert not shelf.isVisible()
        assert "Lorry" in desk.panel.timeline._pointer_text(t, desk.now)
        await until((tmp_path / "bookmarks.json").exists)
        desk.panel.timeline.set_playhead(t - 3600)
        QTest.mouseClick(desk.find("playback.bookmark"), LEFT)
        [item] = [shelf.list.item(row) for row in range(shelf.list.count())]
        assert item.text().endswith("Lorry at the gate")
        QTest.keyClick(shelf.list, Qt.Key.Key_F2)
        shelf.note.setText("A lorry")
        QTest.keyClick(shelf.note, Qt.Key.Key_Return)
        desk.panel.bar.bookmark.click()
        shelf.list.itemActivated.emit(shelf.list.item(0))
        await desk.playing(t)
        desk.panel.bar.bookmark.click()
        assert shelf.list.item(0).text().endswith("A lorry")
        QTest.keyClick(shelf.list, Qt.Key.Key_Delete)
        assert shelf.list.count() == 0
        assert "lorry" not in desk.panel.timeline._pointer_text(t, desk.now)
        shelf.hide()

    aio(work(), 60)


def test_the_language_changes_at_once(desk, aio):
    async def work() -> None:
        await desk.open()
        text.use("zh_CN", {"Local time": "本地时间", "Cloud": "云端"})
        try:
            assert desk.find("playback.zone.local").text() == "本地时间"
        finally:
            text.use("en", {})

    aio(work(), 60)


def test_where_nothing_is_recorded_the_nearest_is_offered(desk, aio):
    async def work() -> None:
        await desk.open()
        book = desk.panel._book
        desk.panel.reel.choose("cloud")
        end = book.recorded(Source.CLOUD)[-1].end
        bare = Interval(end, desk.now)
        t = desk.now - 0.5 if bare.length < 2 else (bare.start + bare.end) / 2
        book.recorded = lambda source: (Interval(end - 7200, end - 3600),)
        desk.panel._play_from(t)
        await until(lambda: desk.panel.reel.state == "nowhere")
        action = desk.find("playback.note.action")
        assert action.isVisible()
        assert action.text().startswith("Play ")

    aio(work(), 60)
