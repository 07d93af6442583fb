"""Days of viewers in other zones: where marks and recordings lie in pixels, and what is asked."""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import CLOUD_ZONE, cloud_day, day_interval, moment
from ivcdesk.domain.intervals import Interval
from ivcdesk.domain.timescale import ticks
from ivcdesk.ui.panels.playback_days import DayBook
from ivcdesk.ui.tokens import DARK
from ivcdesk.ui.widgets.timeline import Timeline
from ivcdesk.ui.widgets.timeline_face import RULER, rows_of
from ivcdesk.ui.widgets.timeline_lanes import Lane, Part, Track
from ivcdesk.ui.widgets.timeline_words import time_at
from tests.ui.panels.test_playback_days import Cloud, settle

HOUR = 3600.0
BERLIN, NEW_YORK, SHANGHAI = (
    ZoneInfo(name) for name in ("Europe/Berlin", "America/New_York", "Asia/Shanghai")
)
CHANGES = [
    (BERLIN, date(2026, 3, 29), 23),
    (BERLIN, date(2026, 10, 25), 25),
    (NEW_YORK, date(2026, 3, 8), 23),
    (NEW_YORK, date(2026, 11, 1), 25),
    (SHANGHAI, date(1991, 4, 14), 23),
    (SHANGHAI, date(1991, 9, 15), 25),
    (SHANGHAI, date(2026, 3, 29), 24),
    (BERLIN, date(2028, 2, 29), 24),
    (NEW_YORK, date(2028, 2, 29), 24),
    (SHANGHAI, date(2028, 2, 29), 24),
]


@pytest.fixture
def shown(qtbot):
    """``shown(window, zone, cloud, device)``: a timeline of one pixel for each minute."""

    def show(window: Interval, zone, cloud, device=(), **more) -> Timeline:
        timeline = Timeline(now=lambda: window.end + 60 * 86400.0)
        qtbot.addWidget(timeline)
        timeline.resize(round(window.length / 60), 140)
        timeline.set_zone(zone)
        timeline.show()
        known = Lane([window])
        track = Track("Gate", Part(Lane(cloud), known), Part(Lane(device), known), **more)
        timeline.set_tracks([track])
        timeline.set_window(*window)
        return timeline

    return show


def lane_pixels(timeline: Timeline, which: str = "cloud") -> list[str]:
    """Return the colours along the middle of a lane, from left to right."""
    strip = getattr(rows_of(1, timeline.height())[0], which)
    image = timeline.grab().toImage()
    y = strip.top + strip.height // 2
    return [image.pixelColor(x, y).name() for x in range(timeline.width())]


def edges(pixels: list[str], colour: str) -> list[tuple[int, int]]:
    """Return from which pixel up to which a colour goes, left of the switch in the corner."""
    found, start = [], None
    for x, pixel in enumerate([*pixels, ""]):
        if pixel == colour and start is None:
            start = x
        elif pixel != colour and start is not None:
            if x - start > 20:
                found.append((start, x))
            start = None
    return found


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_day_is_as_long_as_the_zone_makes_it(shown, zone, day, hours):
    window = day_interval(day, zone)
    assert window.length == hours * HOUR
    # From one o'clock to five: an hour less or more in between where the clock was changed.
    start, end = (moment(day, time(hour), zone) for hour in (1, 5))
    timeline = shown(window, zone, [(start, end)])
    expected = [(round((t - window.start) / 60)) for t in (start, end)]
    assert edges(lane_pixels(timeline), DARK.cloud) == [tuple(expected)]
    assert expected[1] - expected[0] == (4 + hours - 24) * 60


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_marks_lie_at_round_times_of_the_wall_clock(shown, zone, day, hours):
    window = day_interval(day, zone)
    timeline = shown(window, zone, [])
    image = timeline.grab().toImage()
    scale, marked = timeline.scale, []
    for tick in ticks(scale, zone, 80):
        x = round(scale.x(tick.t))
        if not 0 <= x < timeline.width() - 80 or not tick.label:
            continue
        assert image.pixelColor(x, RULER - 3).name() != DARK.panel, tick
        seen = datetime.fromtimestamp(tick.t, zone)
        assert (seen.minute, seen.second) == (0, 0)
        marked.append(seen.hour)
    assert len(marked) >= 7


def test_an_hour_that_comes_twice_is_told_apart():
    twice = moment(date(2026, 10, 25), time(2, 30), BERLIN)
    assert time_at(twice, BERLIN) == "02:30:00 UTC+2"
    assert time_at(twice + HOUR, BERLIN) == "02:30:00 UTC+1"


def test_the_border_of_a_day_is_one_pixel_wide_for_everybody(shown):
    """A recording over the cloud's midnight is whole, and the day's line is where it belongs."""
    midnight = day_interval(date(2026, 11, 23)).start
    window = Interval(midnight - 6 * HOUR, midnight + 6 * HOUR)
    pieces = [(midnight - 2 * HOUR, midnight), (midnight, midnight + 3 * HOUR)]
    line = {}
    for zone in (CLOUD_ZONE, SHANGHAI, BERLIN):
        timeline = shown(window, zone, pieces)
        pixels = lane_pixels(timeline)
        line[zone] = [x for x in range(250, 530) if pixels[x] != DARK.cloud]
    assert line[CLOUD_ZONE] == line[SHANGHAI] == [360], "the line of the day, no crack beside it"
    assert line[BERLIN] == [], "17 o'clock is no border of a day"


def test_a_leap_day_has_its_place_in_the_month(shown):
    start = day_interval(date(2028, 2, 27), BERLIN).start
    end = day_interval(date(2028, 3, 2), BERLIN).start
    leap = day_interval(date(2028, 2, 29), BERLIN)
    window = Interval(start, end)
    timeline = shown(window, BERLIN, [leap])
    first, last = edges(lane_pixels(timeline), DARK.cloud)[0]
    assert (first, last) in ((2 * 1440, 3 * 1440), (2 * 1440 + 1, 3 * 1440))
    labels = [tick.label for tick in ticks(timeline.scale, BERLIN, 200) if tick.major]
    assert "02-29" in labels


def test_a_camera_seven_minutes_off_is_drawn_where_it_says_and_says_so(shown):
    day = day_interval(date(2026, 11, 23))
    cloud = [(day.start + 5 * HOUR, day.start + 9 * HOUR)]
    device = [(a + 420, b + 420) for a, b in cloud]
    timeline = shown(day, CLOUD_ZONE, cloud, device, clock_offset=420.0)
    assert edges(lane_pixels(timeline), DARK.cloud) == [(300, 540)]
    assert edges(lane_pixels(timeline, "device"), DARK.device) == [(307, 547)]
    words = timeline._pointer_text(day.start + 8 * HOUR, day.end)
    assert words.endswith("clock 7 min 00 s ahead")


@pytest.mark.parametrize(("zone", "day", "hours"), CHANGES)
def test_a_viewers_day_is_asked_for_in_days_of_the_cloud(zone, day, hours):
    async def work() -> None:
        window = day_interval(day, zone)
        cloud = Cloud(now=window.end + 30 * 86400.0)
        asked: list[Interval] = []

        async def ask(piece: Interval, source: Source):
            asked.append(piece)
            return await cloud.ask(piece, source)

        book = DayBook(ask, asyncio.get_running_loop().create_task, lambda: None, lambda: cloud.now)
        book.want(window, window.start + HOUR)
        await settle(book)
        days = {cloud_day(window.start), cloud_day(window.end - 1)}
        assert {cloud_day(piece.start) for piece in asked} == days
        assert len(asked) == 2 * len(days)
        assert all(piece == day_interval(cloud_day(piece.start)) for piece in asked)

    asyncio.run(work())
