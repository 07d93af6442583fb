"""What was recorded when: computed from the seed for any moment, and never stored.

A day of UTC+8 of one channel is made of its schedule less what went wrong on that day: power cuts
of a whole site (nothing anywhere), network outages of a device (the device has it, the cloud has
not), worn-out disks (the cloud has it, the device has not) and short failures of a camera.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from random import Random

from ivcdesk.simulator.dice import dice, number
from ivcdesk.simulator.media.source import Span, Storage

DAY = 86_400
CLOUD_OFFSET = 8 * 3600
RETENTION_DAYS = 30
CLOUD_PIECE = 1820
DEVICE_FILE = 1800

_MINUTE = 60
_DISK_BLOCK_DAYS = 20


# hours of the week: the day (1 is Monday), and seconds since its midnight
Week = tuple[tuple[int, int, int], ...]
ALL_WEEK: Week = tuple((day, 0, DAY) for day in range(1, 8))


@dataclass(frozen=True, slots=True)
class Habit:
    """All that decides the recordings of one channel.

    ``steady`` cameras always have their pictures of seven minutes past every hour, in any time
    zone that people live in. ``long_files`` are how recorders list them; some overlap by seconds,
    some come in the disk's order instead of the clock's.
    """

    seed: int
    site: int
    device: int
    channel: int
    storage: bool = True
    steady: bool = False
    long_files: bool = False
    overlap: int = 0
    shuffled: bool = False


def cloud_day(moment: float) -> int:
    """Return the number of the day of UTC+8 that a moment lies in."""
    return int((moment + CLOUD_OFFSET) // DAY)


def day_start(day: int) -> int:
    """Return when a day of UTC+8 begins, in seconds since the epoch."""
    return day * DAY - CLOUD_OFFSET


def recorded(
    habit: Habit, storage: Storage, start: float, end: float, week: Week = ALL_WEEK
) -> list[Span]:
    """Return what is stored between two moments, sorted, clipped, merged over midnights.

    ``week`` says when the cloud records; devices with storage always do.
    """
    spans: list[Span] = []
    if start >= end:
        return spans
    for day in range(cloud_day(start), cloud_day(end) + 1):
        for begin, finish in _stored(habit, storage, week, day):
            low, high = max(begin, start), min(finish, end)
            if low >= high:
                continue
            if spans and spans[-1][1] == low:
                spans[-1] = (spans[-1][0], high)
            else:
                spans.append((low, high))
    return spans


def pieces(spans: Iterable[Span], length: int, phase: int) -> list[Span]:
    """Cut spans at every ``length`` seconds of a grid that ``phase`` shifts."""
    cut: list[Span] = []
    for begin, finish in spans:
        at = begin
        while at < finish:
            mark = ((at - phase) // length + 1) * length + phase
            cut.append((at, min(mark, finish)))
            at = mark
    return cut


def device_files(habit: Habit, spans: list[Span], start: float, end: float) -> list[Span]:
    """Return the files that a device lists for a search: whole files that touch the time.

    ``spans`` is what it holds around the search. Recorders cut it into half hours; depending on
    the habit the files overlap by seconds or are listed out of order.
    """
    files = spans
    if habit.long_files:
        phase = number(habit.seed, "phase", habit.channel) % DEVICE_FILE
        files = pieces(spans, DEVICE_FILE, phase)
    files = [(low, high) for low, high in files if high > start and low < end]
    if habit.overlap and len(files) > 1:
        last = files[-1]
        files = [(low, high + habit.overlap) for low, high in files[:-1]]
        files.append(last)
    if habit.shuffled and len(files) > 1:
        turn = 1 + number(habit.seed, "turn", habit.channel) % (len(files) - 1)
        files = files[turn:] + files[:turn]
    return files


def without(spans: Iterable[Span], holes: Iterable[Span]) -> list[Span]:
    """Return sorted, separate spans less any holes."""
    left = list(spans)
    for low, high in holes:
        if low >= high:
            continue
        kept: list[Span] = []
        for begin, finish in left:
            if high <= begin or low >= finish:
                kept.append((begin, finish))
                continue
            if begin < low:
                kept.append((begin, low))
            if high < finish:
                kept.append((high, finish))
        left = kept
    return left


def scheduled(week: Week, start: float, end: float) -> list[Span]:
    """Return the hours of a week between two moments."""
    if start >= end:
        return []
    days = range(cloud_day(start), cloud_day(end) + 1)
    return within([span for day in days for span in _scheduled(week, day)], [(start, end)])


def within(spans: list[Span], window: list[Span]) -> list[Span]:
    """Return the parts of sorted spans that lie in sorted, separate windows."""
    parts = [
        (max(low, begin), min(high, finish))
        for begin, finish in window
        for low, high in spans
        if low < finish and high > begin
    ]
    return sorted(parts)


def joined(spans: list[Span]) -> list[Span]:
    """Return spans sorted, those that touch or overlap made one."""
    whole: list[Span] = []
    for low, high in sorted(spans):
        if whole and low <= whole[-1][1]:
            whole[-1] = (whole[-1][0], max(high, whole[-1][1]))
        else:
            whole.append((low, high))
    return whole


@lru_cache(maxsize=4096)
def _stored(habit: Habit, storage: Storage, week: Week, day: int) -> tuple[Span, ...]:
    midnight = day_start(day)
    holes = list(_failures(habit, midnight))
    if storage == "cloud":
        spans = _scheduled(week, day)
        holes += _network_outages(habit, midnight)
    else:
        spans = [(float(midnight), float(midnight + DAY))] if habit.storage else []
        holes += _disk_outages(habit, day)
    return tuple(without(spans, holes))


def _scheduled(week: Week, day: int) -> list[Span]:
    weekday, midnight = (day + 3) % 7 + 1, day_start(day)
    spans: list[Span] = []
    for begin, end in sorted((begin, end) for at, begin, end in week if at == weekday):
        low, high = float(midnight + begin), float(midnight + end)
        if spans and low <= spans[-1][1]:
            spans[-1] = (spans[-1][0], max(high, spans[-1][1]))
        else:
            spans.append((low, high))
    return spans


def _failures(habit: Habit, midnight: int) -> Iterable[Span]:
    """Yield power cuts of the site and failures of the camera itself."""
    if habit.steady:
        return
    site = dice(habit.seed, "power", habit.site, midnight)
    if site.random() < 0.06:
        yield _outage(site, midnight, 6, 95)
    camera = dice(habit.seed, "camera", habit.channel, midnight)
    if camera.random() < 0.18:
        yield _outage(camera, midnight, 1, 9)


def _network_outages(habit: Habit, midnight: int) -> Iterable[Span]:
    chance = dice(habit.seed, "network", habit.device, midnight)
    if habit.steady:
        # no zone has seven past two between 10:12 and 11:00 of UTC+8, nor in these ten minutes
        yield _between(chance, midnight + 10 * 3600 + 12 * _MINUTE, 48, 18, 44)
        for hour in chance.sample(range(24), chance.randint(1, 3)):
            yield _between(chance, midnight + hour * 3600 + 10 * _MINUTE, 10, 3, 8)
        return
    for _ in range(chance.choices((0, 1, 2, 4), (50, 30, 15, 5))[0]):
        yield _outage(chance, midnight, 2, 110)


def _disk_outages(habit: Habit, day: int) -> Iterable[Span]:
    """Yield the hours between a disk's last breath and its replacement, as far as they go."""
    for block in (day // _DISK_BLOCK_DAYS - 1, day // _DISK_BLOCK_DAYS):
        chance = dice(habit.seed, "disk", habit.device, block)
        if chance.random() < 0.35:
            begin = (
                day_start(block * _DISK_BLOCK_DAYS)
                + chance.randrange(_DISK_BLOCK_DAYS * DAY // _MINUTE) * _MINUTE
            )
            yield float(begin), float(begin + chance.randint(5 * 60, 40 * 60) * _MINUTE)


def _outage(chance: Random, midnight: int, shortest: int, longest: int) -> Span:
    """Return an outage of that many minutes somewhere on a day, mostly a short one."""
    seconds = int(_MINUTE * (shortest + (longest - shortest) * chance.random() ** 2))
    begin = midnight + chance.randrange(DAY - seconds)
    return float(begin), float(begin + seconds)


def _between(chance: Random, begin: int, room: int, shortest: int, longest: int) -> Span:
    """Return an outage that fits into ``room`` minutes from ``begin`` on."""
    minutes = chance.randint(shortest, longest)
    start = begin + chance.randint(0, room - minutes) * _MINUTE
    return float(start), float(start + minutes * _MINUTE)
