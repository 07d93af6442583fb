"""Days of recordings: asked for in order, one failure hides nothing else."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import date
from zoneinfo import ZoneInfo

import pytest

from ivcdesk.api.errors import DeviceTimeout
from ivcdesk.domain.coverage import TIDY, Gap, Source, Untidy
from ivcdesk.domain.days import CLOUD_ZONE, cloud_day, day_interval
from ivcdesk.domain.intervals import Interval
from ivcdesk.services.store import Day
from ivcdesk.ui.panels.playback_days import MOST_DAYS, DayBook

DAY = date(2026, 11, 23)
HOUR = 3600.0
MIDNIGHT = day_interval(DAY).start


@dataclass
class Answer:
    cloud: tuple = ()
    device: tuple = ()
    archived: bool = False
    keeps_device: bool = True
    problems: tuple = ()
    faults: Untidy = TIDY


@dataclass
class Fault:
    source: Source
    error: Exception


@dataclass
class Cloud:
    """Answers like the recordings of the services, and counts how much is asked at once."""

    now: float = MIDNIGHT + 20 * HOUR
    asked: list[tuple[Source, date]] = field(default_factory=list)
    at_once: dict[Source, int] = field(default_factory=lambda: dict.fromkeys(Source, 0))
    most: dict[Source, int] = field(default_factory=lambda: dict.fromkeys(Source, 0))
    failing: set[Source] = field(default_factory=set)
    bad_days: set[date] = field(default_factory=set)
    archived: bool = False
    keeps_device: bool = True
    faults: Untidy = TIDY
    changes: int = 0

    async def ask(self, window: Interval, source: Source) -> Answer:
        day = cloud_day(window.start)
        self.asked.append((source, day))
        self.at_once[source] += 1
        self.most[source] = max(self.most[source], self.at_once[source])
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        self.at_once[source] -= 1
        if source in self.failing or (source is Source.CLOUD and day in self.bad_days):
            error = DeviceTimeout("FailedOperation.DeviceResponseTimeOut", "late")
            return Answer(problems=(Fault(source, error),))
        span = Interval(window.start + HOUR, window.end - 60)
        if source is Source.CLOUD:
            return Answer(cloud=(span,), archived=self.archived)
        if not self.keeps_device:
            return Answer(keeps_device=False)
        return Answer(device=(span,), faults=self.faults)

    def book(self) -> DayBook:
        loop = asyncio.get_running_loop()

        def changed() -> None:
            self.changes += 1

        return DayBook(self.ask, loop.create_task, changed, lambda: self.now)


async def settle(book: DayBook) -> None:
    for _ in range(1000):
        if not book.loading:
            return
        await asyncio.sleep(0)
    raise AssertionError("it never ends")


def run(work) -> None:
    asyncio.run(asyncio.wait_for(work, 5))


def week() -> Interval:
    return Interval(MIDNIGHT - 6 * 24 * HOUR, MIDNIGHT + 24 * HOUR)


def test_the_day_in_view_comes_first_and_devices_are_asked_one_by_one():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        book.want(week(), MIDNIGHT - 2 * 24 * HOUR + HOUR)
        await settle(book)
        for source in Source:
            days = [day for kind, day in cloud.asked if kind is source]
            assert days[0] == date(2026, 11, 21)
            assert len(days) == len(set(days)) == 7
        assert cloud.most[Source.DEVICE] == 1
        assert cloud.most[Source.CLOUD] == 3
        assert cloud.changes >= 14

    run(work())


def test_a_new_wish_goes_before_what_still_waits():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        book.want(week(), MIDNIGHT)
        book.want(Interval(MIDNIGHT - 20 * 24 * HOUR, MIDNIGHT - 19 * 24 * HOUR), 0)
        await settle(book)
        days = [day for kind, day in cloud.asked if kind is Source.DEVICE]
        assert days == [DAY, date(2026, 11, 3)]

    run(work())


def test_a_silent_device_is_left_in_peace_and_hides_nothing():
    async def work():
        cloud = Cloud(failing={Source.DEVICE})
        book = cloud.book()
        book.want(week(), MIDNIGHT)
        await settle(book)
        assert len([1 for kind, _ in cloud.asked if kind is Source.DEVICE]) == 1
        assert [source for source, _ in book.problems()] == [Source.DEVICE]
        track = book.track("Gate", lambda error: "no answer")
        assert len(track.cloud.recorded) == 7
        assert track.device.problem == "no answer"
        assert track.device.failed.holds(MIDNIGHT - 24 * HOUR)
        assert track.gap_at(MIDNIGHT + 60) is None
        assert not await book.known(Source.DEVICE, MIDNIGHT)
        cloud.failing.clear()
        book.retry()
        await settle(book)
        assert book.problems() == []
        assert await book.known(Source.DEVICE, MIDNIGHT)
        assert book.track("Gate", str).gap_at(MIDNIGHT + 60) is Gap.NOWHERE

    run(work())


def test_one_bad_day_of_the_cloud_blocks_no_other():
    async def work():
        cloud = Cloud(bad_days={date(2026, 11, 20)})
        book = cloud.book()
        book.want(week(), MIDNIGHT)
        await settle(book)
        track = book.track("Gate", lambda error: "bad")
        assert len(track.cloud.recorded) == 6
        assert len(track.cloud.failed) == 1
        assert book.problem_at(Source.CLOUD, MIDNIGHT - 3 * 24 * HOUR + 5) is not None
        assert book.problem_at(Source.CLOUD, MIDNIGHT + 5) is None

    run(work())


def test_the_running_day_is_asked_for_again_when_it_is_old():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        book.want(Interval(MIDNIGHT, MIDNIGHT + 24 * HOUR), MIDNIGHT)
        await settle(book)
        assert book.recorded(Source.CLOUD)[-1].end == cloud.now - 60
        book.refresh()
        assert len(cloud.asked) == 2
        cloud.now += 60
        assert book.track("Gate", str).cloud.known.holds(cloud.now - 61)
        assert not book.track("Gate", str).cloud.known.holds(cloud.now - 1)
        book.refresh()
        assert not book.track("Gate", str).cloud.loading.holds(MIDNIGHT)
        await settle(book)
        assert len(cloud.asked) == 4
        assert book.recorded(Source.CLOUD)[-1].end == cloud.now - 60

    run(work())


def test_a_failed_look_at_the_running_day_keeps_what_is_known():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        book.want(Interval(MIDNIGHT, MIDNIGHT + 24 * HOUR), MIDNIGHT)
        await settle(book)
        cloud.now += 60
        cloud.failing = set(Source)
        book.refresh()
        await settle(book)
        assert book.problems() == []
        assert len(book.recorded(Source.CLOUD)) == 1
        assert not book.track("Gate", str).cloud.known.holds(cloud.now - 30)

    run(work())


def test_what_the_cloud_lacks_of_an_archived_day_is_archived():
    async def work():
        cloud = Cloud(archived=True)
        book = cloud.book()
        book.want(Interval(MIDNIGHT, MIDNIGHT + HOUR), MIDNIGHT)
        await settle(book)
        assert book.archived
        assert book.track("Gate", str).gap_at(MIDNIGHT + 60) is Gap.ARCHIVED

    run(work())


def test_a_moment_of_an_unknown_day_is_asked_for():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        assert await book.known(Source.CLOUD, MIDNIGHT - 30 * 24 * HOUR)
        assert book.recorded(Source.CLOUD)

    run(work())


def test_nothing_is_asked_after_the_end():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        book.want(week(), MIDNIGHT)
        waiting = asyncio.ensure_future(book.known(Source.DEVICE, MIDNIGHT - 6 * 24 * HOUR))
        await asyncio.sleep(0)
        book.close()
        asked = len(cloud.asked)
        assert not await waiting
        await asyncio.sleep(0.01)
        assert len(cloud.asked) <= asked + 4

    run(work())


def test_the_future_is_not_asked_for():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        book.want(Interval(MIDNIGHT, MIDNIGHT + 5 * 24 * HOUR), MIDNIGHT + 4 * 24 * HOUR)
        await settle(book)
        assert {day for _, day in cloud.asked} == {DAY}

    run(work())


def test_a_device_without_storage_says_so_and_is_no_fault():
    async def work():
        cloud = Cloud(keeps_device=False)
        book = cloud.book()
        book.want(week(), MIDNIGHT)
        await settle(book)
        track = book.track("Gate", str)
        assert book.problems() == []
        assert "keeps no recordings" in track.device.note
        assert track.cloud.note == ""
        assert track.gap_at(MIDNIGHT + 60) is Gap.NOWHERE

    run(work())


def test_how_much_of_each_day_is_recorded():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        book.want(Interval(MIDNIGHT - 24 * HOUR, MIDNIGHT + 24 * HOUR), MIDNIGHT)
        await settle(book)
        parts = book.parts(date(2026, 11, 20), date(2026, 11, 30), CLOUD_ZONE)
        assert list(parts) == [date(2026, 11, 22), DAY]
        assert parts[date(2026, 11, 22)] == pytest.approx((23 * HOUR - 60) / (24 * HOUR))
        assert parts[DAY] == pytest.approx((19 * HOUR - 60) / (20 * HOUR))
        abroad = book.parts(date(2026, 11, 20), date(2026, 11, 30), ZoneInfo("UTC"))
        assert list(abroad) == [date(2026, 11, 22), DAY]

    run(work())


def test_a_window_of_years_asks_for_the_days_near_the_focus_only():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        book.want(
            Interval(MIDNIGHT - 900 * 24 * HOUR, MIDNIGHT + 24 * HOUR), MIDNIGHT - 400 * 86400
        )
        await settle(book)
        days = [day for kind, day in cloud.asked if kind is Source.CLOUD]
        assert len(days) == MOST_DAYS
        assert max(abs((day - days[0]).days) for day in days) <= MOST_DAYS // 2 + 1

    run(work())


def test_days_that_the_background_learned_are_taken_over():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        filled = []
        book.fill = lambda window, focus: filled.append((window, focus))
        book.look_up(week(), MIDNIGHT)
        assert filled == [(week(), MIDNIGHT)]
        assert cloud.asked == []
        book.hear(Source.CLOUD, date(2026, 11, 20))
        await settle(book)
        book.hear(Source.CLOUD, date(2026, 11, 20))
        assert cloud.asked == [(Source.CLOUD, date(2026, 11, 20))]
        assert len(book.recorded(Source.CLOUD)) == 1
        left = []
        book.attach(lambda: left.append(True))
        book.close()
        book.close()
        assert left == [True]
        book.hear(Source.CLOUD, date(2026, 11, 21))
        assert len(cloud.asked) == 1

    run(work())


def test_a_list_that_was_put_right_says_what_was_wrong():
    async def work():
        cloud = Cloud(faults=Untidy.INCOMPLETE | Untidy.UNSORTED)
        book = cloud.book()
        book.want(week(), MIDNIGHT)
        await settle(book)
        track = book.track("Gate", str)
        assert track.device.fault == "the device's list was put right: cut short, out of order"
        assert track.cloud.fault == ""

    run(work())


def test_what_no_plan_wants_is_told_apart():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        book.want(Interval(MIDNIGHT, MIDNIGHT + 24 * HOUR), MIDNIGHT)
        await settle(book)
        assert book.track("Gate", str).gap_at(MIDNIGHT + 60) is Gap.NOWHERE
        book.set_planned((Interval(MIDNIGHT + HOUR, MIDNIGHT + 9 * HOUR),))
        assert book.track("Gate", str).gap_at(MIDNIGHT + 60) is Gap.OUTSIDE_PLAN

    run(work())


def test_a_window_of_years_shows_what_was_known_before():
    async def work():
        cloud = Cloud()
        book = cloud.book()
        long_ago = date(2025, 3, 1)
        spans = (Interval(*day_interval(long_ago)),)
        asked = []

        async def recall(window):
            asked.append(window)
            book.adopt({(Source.CLOUD, long_ago): Day(spans, False, cloud.now)})

        book.recall = recall
        years = Interval(MIDNIGHT - 900 * 24 * HOUR, MIDNIGHT + 20 * HOUR)
        book.want(years, MIDNIGHT)
        await settle(book)
        book.want(Interval(years.start + HOUR, years.end), MIDNIGHT)
        await settle(book)
        assert len(asked) == 1
        track = book.track("Gate", str)
        assert track.cloud.recorded.holds(spans[0].start + HOUR)
        assert track.cloud.known.holds(spans[0].start + HOUR)
        assert (Source.CLOUD, long_ago) not in cloud.asked

    run(work())


def test_a_day_that_failed_is_taken_over_when_somebody_else_had_an_answer():
    async def work():
        cloud = Cloud(bad_days={DAY})
        book = cloud.book()
        book.want(Interval(MIDNIGHT, MIDNIGHT + 24 * HOUR), MIDNIGHT)
        await settle(book)
        assert book.problem_at(Source.CLOUD, MIDNIGHT) is not None
        cloud.bad_days.clear()
        book.hear(Source.CLOUD, DAY)
        await settle(book)
        assert book.problem_at(Source.CLOUD, MIDNIGHT) is None
        assert book.recorded(Source.CLOUD)

    run(work())


def test_a_camera_seven_minutes_off_is_told_by_its_borders():
    async def work():
        cloud = Cloud(now=MIDNIGHT + 40 * HOUR)
        book = cloud.book()
        spans = [(1.0, 5.0), (5.3, 11.2), (11.9, 16.0), (17.0, 22.0)]
        there = tuple(Interval(MIDNIGHT + a * HOUR, MIDNIGHT + b * HOUR) for a, b in spans)
        late = tuple(Interval(a + 420, b + 420) for a, b in there)
        book.adopt({(Source.CLOUD, DAY): Day(there, False, cloud.now)})
        assert book.track("Gate", str).clock_offset is None, "the device was not heard"
        book.adopt({(Source.DEVICE, DAY): Day(late, False, cloud.now)})
        track = book.track("Gate", str)
        assert track.clock_offset == pytest.approx(420)
        assert track.device.recorded.pairs[0].tolist() == [late[0].start, late[0].end]
        assert cloud.asked == []

    run(work())
