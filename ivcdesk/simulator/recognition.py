"""What recognition finds: the things that a channel's own picture of that moment really shows.

Cars, people and dogs are found where they are drawn. What people wear or do is not drawn: who wears
a hat, or smokes, the seed decides for each of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from ivcdesk.api.actions import AITemplate, DetectType
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.dice import number
from ivcdesk.simulator.jobs import AiTask
from ivcdesk.simulator.media.live import facts_for
from ivcdesk.simulator.media.source import Box, Mark, Span
from ivcdesk.simulator.plans import week_of
from ivcdesk.simulator.recordings import Week, cloud_day, day_start, joined, within
from ivcdesk.simulator.state import Channel

if TYPE_CHECKING:
    from ivcdesk.simulator.media.sight import Sight

MOST_THINGS = 8
_GRID_SECONDS = 300
_SHARE = 0.4  # of the people wear or do what is looked for
_SHARE_SECONDS = 1800  # and half an hour later, others do
_VEHICLES = {
    "car": "轿车",
    "suv": "SUV",
    "van": "面包车",
    "bus": "客车",
    "truck": "货车",
    "hauler": "集装箱卡车",
}


class Kind(NamedTuple):
    """What one kind of recognition looks for: models, from which size (px) on, and its word."""

    models: frozenset[str]
    width: int
    height: int
    word: str


_PEOPLE = frozenset({"person"})
_KINDS = {
    DetectType.CAR: Kind(frozenset(_VEHICLES), 20, 12, "vehicle"),
    DetectType.BODY: Kind(_PEOPLE, 6, 20, "person"),
    DetectType.PET: Kind(frozenset({"dog"}), 8, 8, "dog"),
    DetectType.CHEF_HAT: Kind(_PEOPLE, 6, 20, "chefhat"),
    DetectType.CHEF_CLOTH: Kind(_PEOPLE, 6, 20, "chefcloth"),
    DetectType.FACE_MASK: Kind(_PEOPLE, 6, 20, "facemask"),
    DetectType.SMOKING: Kind(_PEOPLE, 6, 20, "smoking"),
    DetectType.PHONE_CALL: Kind(_PEOPLE, 6, 20, "phonecall"),
}
_DRAWN = (DetectType.CAR, DetectType.BODY, DetectType.PET)


class Found(NamedTuple):
    """Something in a picture of the main stream: its box and its plate's (px), a score of 100, a
    word for what it is, what make of vehicle, its colour, and its number in its scene.
    """

    name: str
    score: int
    box: Box
    plate: Box
    make: str
    tint: tuple[float, float, float]
    number: int

    @property
    def mark(self) -> Mark:
        """How it is marked in the picture."""
        return Mark(self.box, f"{self.name} {self.score}")


def watched(cloud: Cloud, task: AiTask, channel: Channel, kind: str, window: Span) -> list[float]:
    """Return when a task looked at a channel's recording within a window, the latest first."""
    template = _template(task, kind)
    if template is None:
        return []
    spans = within(joined(list(task.runs)), [(window[0], min(window[1], cloud.now()))])
    spans = within(spans, cloud.recorded(channel.channel_id, "cloud", *window))
    return list(_grid(spans, _week(template)))[::-1]


def things(cloud: Cloud, channel: Channel, kind: str, moment: float) -> list[Found]:
    """Return what is found at a moment, the nearest first.

    For a thread that may wait: a surrounding that nobody saw before is painted first.
    """
    looked_for = _KINDS.get(DetectType(kind))
    facts = cloud.camera(channel.channel_id)
    if looked_for is None or facts is None:
        return []
    pose = cloud.recorded_pose(channel.channel_id, moment)
    found = []
    for sight in cloud.studio.sights(facts_for(facts, "main"), pose, moment):
        box = sight.box
        if (
            sight.model in looked_for.models
            and box.width >= looked_for.width
            and box.height >= looked_for.height
            and _applies(cloud, channel, kind, moment, sight.number)
        ):
            found.append(_found(cloud, channel, looked_for.word, moment, sight))
            if len(found) == MOST_THINGS:
                break
    return found


def _applies(cloud: Cloud, channel: Channel, kind: str, moment: float, who: int) -> bool:
    """Whether somebody wears or does what is looked for."""
    if kind in _DRAWN:
        return True
    when = int(moment // _SHARE_SECONDS)
    return number(cloud.seed, kind, channel.habit.channel, who, when) % 1000 < _SHARE * 1000


def _found(cloud: Cloud, channel: Channel, word: str, moment: float, sight: Sight) -> Found:
    """Return what recognition makes of a sight: the larger it is, the surer it is."""
    chance = number(cloud.seed, "score", channel.habit.channel, sight.number, int(moment))
    score = min(62 + sight.box.height // 4, 90) + chance % 10
    make = _VEHICLES.get(sight.model, "")
    return Found(word, score, sight.box, sight.plate, make, sight.tint, sight.number)


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
