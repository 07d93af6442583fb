"""The hours of templates, as both kinds of template check them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from ivcdesk.api.actions import TimeSection
from ivcdesk.simulator.handlers.checking import VALUE
from ivcdesk.simulator.plans import Section, week_of
from ivcdesk.simulator.refusal import Refusal

SHORTEST_SECONDS = 600
_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d:[0-5]\d")


@dataclass(frozen=True, slots=True)
class SectionCodes:
    """With what each fault is refused."""

    day: str = f"{VALUE}InvalidTimeSectionValue"
    form: str = f"{VALUE}InvalidTimeSectionValue"
    order: str = f"{VALUE}StartTimeGreaterThanOrEqualEndTime"
    short: str = f"{VALUE}TimeLessThanTenMinutes"
    clash: str = "InvalidParameter.InvalidTimeSection"


def read_sections(sections: Sequence[TimeSection], codes: SectionCodes) -> tuple[Section, ...]:
    """Return the hours of sections; refuses bad days, times, orders, short ones and overlaps."""
    read = tuple((row.day_of_week, row.start_time, row.end_time) for row in sections)
    for day, begin, end in read:
        if not 1 <= day <= 7:
            raise Refusal(codes.day, "days run from 1, Monday, to 7, Sunday")
        if not (_TIME.fullmatch(begin) and _TIME.fullmatch(end)):
            raise Refusal(codes.form, "times are written like 08:30:00")
        if begin >= end:
            raise Refusal(codes.order, "a section starts before it ends")
    hours = sorted(week_of(read))
    for _, low, high in hours:
        if high - low < SHORTEST_SECONDS:
            raise Refusal(codes.short, "a section is ten minutes long at least")
    for first, second in pairwise(hours):
        if first[0] == second[0] and second[1] < first[2]:
            raise Refusal(codes.clash, "sections of a day overlap")
    return read


def write_sections(sections: tuple[Section, ...]) -> list[TimeSection]:
    """Return sections as the wire has them."""
    return [
        TimeSection(day_of_week=day, start_time=begin, end_time=end) for day, begin, end in sections
    ]


def seconds_of(sections: tuple[Section, ...]) -> int:
    """Return how long sections are together."""
    return sum(high - low for _, low, high in week_of(sections))
