"""What recognition finds: invented from the seed, the same whenever it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ivcdesk.api.actions import AITemplate
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.dice import dice, number
from ivcdesk.simulator.jobs import AiTask
from ivcdesk.simulator.media.source import Span
from ivcdesk.simulator.plans import week_of
from ivcdesk.simulator.recordings import Week, cloud_day, day_start, joined, within
from ivcdesk.simulator.state import Channel

PICTURE_WIDTH, PICTURE_HEIGHT = 960, 540
_GRID_SECONDS = 120
_CHANCE = 0.35
_LIKELY = {"Car": 0.6, "Body": 0.5, "Pet": 0.12}


@dataclass(frozen=True, slots=True)
class Found:
    """Something in a picture: its frame in px, a score of 100 and a word for what it is."""

    name: str
    score: int
    x: int
    y: int
    width: int
    height: int


def moments(cloud: Cloud, task: AiTask, channel: Channel, kind: str, window: Span) -> list[float]:
    """Return when something was found within a window, the latest first."""
    template = _template(task, kind)
    if template is None:
        return []
    spans = within(joined(list(task.runs)), [(window[0], min(window[1], cloud.now()))])
    spans = within(spans, cloud.recorded(channel.channel_id, "cloud", *window))
    week = _week(template)
    likely = int(_LIKELY.get(kind, _CHANCE) * 1000)
    key = (cloud.seed, "finds", task.task_id, kind, channel.habit.channel)
    found = [moment for moment in _grid(spans, week) if number(*key, int(moment)) % 1000 < likely]
    return found[::-1]


def things(cloud: Cloud, task: AiTask, channel: Channel, kind: str, moment: float) -> list[Found]:
    """Return what was found at a moment, one thing at least."""
    chance = dice(cloud.seed, task.task_id, kind, channel.habit.channel, int(moment))
    found = []
    for _ in range(chance.choice((1, 1, 2, 3))):
        width, height = chance.randint(45, 180), chance.randint(60, 210)
        found.append(
            Found(
                _name(kind, chance.random()),
                chance.randint(62, 99),
                chance.randint(0, PICTURE_WIDTH - width),
                chance.randint(0, PICTURE_HEIGHT - height),
                width,
                height,
            )
        )
    return found


def kinds(task: AiTask) -> list[str]:
    """Return what a task looks for."""
    return [row.ai_config.detect_type for row in task.templates if row.ai_config is not None]


def _template(task: AiTask, kind: str) -> AITemplate | None:
    for row in task.templates:
        if row.ai_config is not None and row.ai_config.detect_type == kind:
            return row
    return None


def _week(template: AITemplate) -> Week:
    slots = template.ai_config.oper_time_slot if template.ai_config else []
    sections = tuple((1, slot.start, slot.end) for slot in slots)
    return week_of(sections)


def _grid(spans: list[Span], hours: Week) -> Iterator[float]:
    for low, high in spans:
        moment = -(-int(low) // _GRID_SECONDS) * _GRID_SECONDS
        while moment < high:
            second = moment - day_start(cloud_day(moment))
            if not hours or any(begin <= second < end for _, begin, end in hours):
                yield float(moment)
            moment += _GRID_SECONDS


def _name(kind: str, chance: float) -> str:
    if kind == "Pet":
        return "dog" if chance < 0.6 else "cat"
    return {"Car": "vehicle", "Body": "person"}.get(kind, kind.lower())
