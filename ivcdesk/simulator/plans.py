"""Templates and plans: which channels the cloud records, when, and for how long."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from ivcdesk.simulator.recordings import ALL_WEEK, DAY, RETENTION_DAYS, Week

T = TypeVar("T")

ALWAYS = float("-inf")
Section = tuple[int, str, str]

ALL_DAY_SECTIONS: tuple[Section, ...] = tuple((day, "00:00:00", "23:59:59") for day in range(1, 8))
WORKDAY_SECTIONS: tuple[Section, ...] = tuple((day, "07:00:00", "19:00:00") for day in range(1, 7))


def week_of(sections: tuple[Section, ...]) -> Week:
    """Return the hours of sections; a day that ends at 23:59:59 ends at midnight."""
    return tuple((day, _seconds(begin), _until(end)) for day, begin, end in sections)


def _seconds(text: str) -> int:
    hours, minutes, seconds = (int(part) for part in text.split(":"))
    return hours * 3600 + minutes * 60 + seconds


def _until(text: str) -> int:
    return DAY if text == "23:59:59" else _seconds(text)


@dataclass(slots=True, eq=False)
class Template:
    """When live plans record."""

    template_id: str
    name: str
    sections: tuple[Section, ...]


@dataclass(slots=True, eq=False)
class Plan:
    """A live plan. ``weeks`` is what it recorded by since when; an ended plan records nothing."""

    plan_id: str
    name: str
    template: Template
    description: str = ""
    stream_type: str = "default"
    hot_days: int = RETENTION_DAYS
    cold_days: int = 0
    repair: int = 0
    weeks: list[tuple[float, Week]] = field(default_factory=list)
    ended: bool = False

    def follow(self, now: float) -> None:
        """Record by the template as it is from now on."""
        self.weeks.append((now, week_of(self.template.sections)))

    def end(self, now: float) -> None:
        """Record nothing from now on; what was recorded stays."""
        self.ended = True
        self.weeks.append((now, ()))

    @property
    def kept_days(self) -> int:
        """How long recordings are kept at all."""
        return self.hot_days + self.cold_days


@dataclass(slots=True, eq=False)
class BackupTemplate:
    """When backup plans fetch, and which hours of the device."""

    template_id: str
    name: str
    sections: tuple[Section, ...]
    device_sections: tuple[Section, ...]
    scale: int
    created: float
    updated: float


@dataclass(slots=True, eq=False)
class BackupPlan:
    """A plan that fetches what devices recorded; ``channels`` are ids in the order of joining."""

    plan_id: str
    name: str
    template: BackupTemplate
    description: str
    hot_days: int
    cold_days: int
    created: float
    updated: float
    channels: dict[str, None] = field(default_factory=dict)


Membership = tuple[float, Plan | None]


def weeks_between(
    memberships: list[Membership], start: float, end: float
) -> Iterator[tuple[float, float, Week, Plan]]:
    """Yield the parts of a window in which one plan recorded by one week."""
    for joined, left, plan in _periods(memberships, start, end):
        if plan is None:
            continue
        for since, until, week in _periods(plan.weeks or [(ALWAYS, ALL_WEEK)], joined, left):
            if week:
                yield since, until, week, plan


def _periods(
    changes: list[tuple[float, T]], start: float, end: float
) -> Iterator[tuple[float, float, T]]:
    for place, (since, value) in enumerate(changes):
        until = changes[place + 1][0] if place + 1 < len(changes) else float("inf")
        low, high = max(since, start), min(until, end)
        if low < high:
            yield low, high, value
