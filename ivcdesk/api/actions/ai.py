"""Tasks that look for people, cars, pets and kitchen rules in pictures, and what they found.

Newer accounts no longer have these actions; they answer ``InvalidAction`` or ``ActionOffline``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import Action, ChannelId, Listing, Result, TaskId, Wire
from ivcdesk.api.actions.record_templates import seconds_of
from ivcdesk.api.actions.rules import (
    DIGITS,
    GIVEN,
    LABEL_LETTERS,
    SECRET,
    TIME_OF_DAY,
    WEB_ADDRESS,
    Between,
    Breach,
    Count,
    Length,
    OneOf,
    PageNumber,
    SecretText,
    in_order,
)

TaskName = Annotated[str, Length(1, 32), LABEL_LETTERS]
TaskDescription = Annotated[str, Length(0, 128), LABEL_LETTERS]
TaskChannels = Annotated[list[Annotated[ChannelId, GIVEN]], Count(1, 1000)]
CallbackAddress = Annotated[str, SECRET, WEB_ADDRESS]
PictureInterval = Annotated[int, Between(1, 20, "s")]

LONGEST_SEARCH = 30 * 86_400  # s


class DetectType(StrEnum):
    """What a task looks for; the cloud may know more."""

    FACE_MASK = "Facemask"
    CHEF_HAT = "Chefhat"
    SMOKING = "Smoking"
    CHEF_CLOTH = "Chefcloth"
    PHONE_CALL = "PhoneCall"
    PET = "Pet"
    BODY = "Body"
    CAR = "Car"


class TaskSwitch(StrEnum):
    """Whether a task runs."""

    ON = "on"
    OFF = "off"


class TimeSlot(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """Some hours of every day."""

    start: Annotated[str, TIME_OF_DAY] = ""
    end: Annotated[str, TIME_OF_DAY] = ""

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the slot is empty."""
        if seconds_of(self.end) <= seconds_of(self.start):
            yield Breach("end", "after start", self.end)


TimeSlots = Annotated[list[TimeSlot], Count(0, 5)]


class AIConfig(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """What is looked for (:class:`DetectType`), every how many seconds, at which hours."""

    detect_type: Annotated[str, GIVEN] = ""
    time_interval: PictureInterval = 0
    oper_time_slot: TimeSlots = []

    def contradictions(self) -> Iterable[Breach]:
        """Tell where a slot is given twice."""
        return _no_slot_twice(self.oper_time_slot)


class SnapshotConfig(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """Every how many seconds a picture is kept, at which hours."""

    time_interval: PictureInterval = 0
    oper_time_slot: TimeSlots = []

    def contradictions(self) -> Iterable[Breach]:
        """Tell where a slot is given twice."""
        return _no_slot_twice(self.oper_time_slot)


class AITemplate(Wire, frozen=True, kw_only=True):
    """One thing to do: ``tag`` ``AI`` with ``ai_config``, or ``Snapshot`` with the other."""

    tag: Annotated[str, OneOf("AI", "Snapshot")] = ""
    ai_config: AIConfig | None = None
    snapshot_config: SnapshotConfig | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the configuration isn't the tag's."""
        given = {"AI": self.ai_config, "Snapshot": self.snapshot_config}
        wrong = given["Snapshot" if self.tag == "AI" else "AI"]
        if given[self.tag] is None or wrong is not None:
            yield Breach("tag", "the one that the configuration is for", self.tag)


def _no_slot_twice(slots: list[TimeSlot]) -> Iterable[Breach]:
    if len({(slot.start, slot.end) for slot in slots}) < len(slots):
        yield Breach("oper_time_slot", "without repeated slots", f"{len(slots)} items")


def _of_one_tag(templates: list[AITemplate] | None) -> Iterable[Breach]:
    tags = {template.tag for template in templates or ()}
    if len(tags) > 1:
        yield Breach("templates", "all of one tag", ", ".join(sorted(tags)))


class AITask(Wire, frozen=True, kw_only=True):
    """A task; ``status`` is a :class:`TaskSwitch`, times are texts like ``2023-06-07 10:35:36``."""

    task_id: TaskId = TaskId("")
    name: str = ""
    desc: str = ""
    status: str = ""
    channel_list: list[ChannelId] = []
    callback_url: SecretText = ""
    templates: list[AITemplate] = []
    created_time: str = ""
    updated_time: str = ""


class AITaskAnswer(Result, frozen=True, kw_only=True):
    """One task as it is now."""

    data: AITask = AITask()


class AITasks(Wire, frozen=True, kw_only=True):
    """Some tasks."""

    list_: list[AITask] = []


class AITaskPage(Listing[AITask], frozen=True, kw_only=True):
    """One page of tasks; ``total_count`` counts all pages."""

    total_count: int = 0
    data: AITasks = AITasks()


class AddAITask(Action[AITaskAnswer], frozen=True, kw_only=True):
    """Watch at most 1000 channels, none of which is in another task."""

    name: TaskName
    channel_list: TaskChannels
    templates: Annotated[list[AITemplate], Count(1)]
    desc: TaskDescription | None = None
    callback_url: CallbackAddress | None = None
    is_start_the_task: bool | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where templates of both tags are mixed."""
        return _of_one_tag(self.templates)


class DeleteAITask(Action[Result], frozen=True, kw_only=True):
    """Remove a task."""

    task_id: Annotated[TaskId, GIVEN]


class UpdateAITask(Action[AITaskAnswer], frozen=True, kw_only=True):
    """Change a task; what is left out stays."""

    task_id: Annotated[TaskId, GIVEN]
    name: TaskName | None = None
    desc: TaskDescription | None = None
    channel_list: TaskChannels | None = None
    callback_url: CallbackAddress | None = None
    is_start_the_task: bool | None = None
    templates: list[AITemplate] | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where templates of both tags are mixed."""
        return _of_one_tag(self.templates)


class UpdateAITaskStatus(Action[Result], frozen=True, kw_only=True):
    """Start or stop a task. ``status`` is a :class:`TaskSwitch`."""

    task_id: Annotated[TaskId, GIVEN]
    status: Annotated[str, OneOf(*TaskSwitch)]


class DescribeAITask(Action[AITaskAnswer], frozen=True, kw_only=True):
    """Tell everything about one task."""

    reads: ClassVar[bool] = True

    task_id: Annotated[TaskId, GIVEN]


class ListAITasks(Action[AITaskPage], frozen=True, kw_only=True):
    """List the tasks, at most 200 a page (else 20)."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    is_contain_channel_list: bool | None = None
    is_contain_template: bool | None = None
    page_number: PageNumber | None = None
    page_size: Annotated[int, Between(1, 200)] | None = None


class Location(Wire, frozen=True, kw_only=True):
    """Where something is in the picture: a frame in px from the top left corner."""

    x: int = 0
    y: int = 0
    width: int = 0
    height: int = 0


class Finding(Wire, frozen=True, kw_only=True):
    """Something found: ``name`` such as ``person`` or ``cat``, ``score`` of 100."""

    name: str = ""
    score: int = 0
    location: Location = Location()


class BodyFindings(Wire, frozen=True, kw_only=True):
    """People in one picture."""

    time: str = ""
    url: SecretText = ""
    body_info: list[Finding] = []


class PetFindings(Wire, frozen=True, kw_only=True):
    """Pets in one picture."""

    time: str = ""
    url: SecretText = ""
    pet_info: list[Finding] = []


class Plate(Wire, frozen=True, kw_only=True):
    """A number plate."""

    plate: str = ""
    color: str = ""
    type: str = ""
    location: Location = Location()


class CarFinding(Wire, frozen=True, kw_only=True):
    """A car; ``confidence`` of 100, ``year`` 0 where it isn't known."""

    serial: str = ""
    brand: str = ""
    type: str = ""
    color: str = ""
    confidence: int = 0
    year: int = 0
    plate_content: Plate = Plate()
    location: Location = Location()


class ChefHatFindings(Wire, frozen=True, kw_only=True):
    """Chefs' hats in one picture."""

    time: str = ""
    url: SecretText = ""
    chef_hat_info: list[Finding] = []


class ChefClothFindings(Wire, frozen=True, kw_only=True):
    """Chefs' clothes in one picture; the doubled word is the cloud's own."""

    time: str = ""
    url: SecretText = ""
    chef_cloth_info_info: list[Finding] = []


class FaceMaskFindings(Wire, frozen=True, kw_only=True):
    """Face masks in one picture."""

    time: str = ""
    url: SecretText = ""
    face_mask_info: list[Finding] = []


class SmokingFindings(Wire, frozen=True, kw_only=True):
    """Smokers in one picture."""

    time: str = ""
    url: SecretText = ""
    smoking_info: list[Finding] = []


class PhoneCallFindings(Wire, frozen=True, kw_only=True):
    """People on the phone in one picture."""

    time: str = ""
    url: SecretText = ""
    phone_call_info: list[Finding] = []


class AIFindings(Wire, frozen=True, kw_only=True):
    """What a task found, by kind."""

    body: list[BodyFindings] = []
    pet: list[PetFindings] = []
    car: list[CarFinding] = []
    chef_hat: list[ChefHatFindings] = []
    chef_cloth: list[ChefClothFindings] = []
    face_mask: list[FaceMaskFindings] = []
    smoking: list[SmokingFindings] = []
    phone_call: list[PhoneCallFindings] = []


class AITaskResult(Wire, frozen=True, kw_only=True):
    """One page of findings; ``ai_result_count`` counts all pictures with one, as pages do."""

    task_id: TaskId = TaskId("")
    ai_result_count: int = 0
    ai_results: AIFindings = AIFindings()


class AITaskResultAnswer(Result, frozen=True, kw_only=True):
    """What a task found on one channel, newest first."""

    data: AITaskResult = AITaskResult()
    total_count: int = 0


class DescribeAITaskResult(Action[AITaskResultAnswer], frozen=True, kw_only=True):
    """Tell what a task found on one channel within at most 30 days.

    ``begin_time`` and ``end_time`` are seconds since the epoch **as digits**; ``object`` is the
    path of one file in its bucket; at most 100 a page (else 10).
    """

    reads: ClassVar[bool] = True

    task_id: Annotated[TaskId, GIVEN]
    channel_id: Annotated[ChannelId, GIVEN]
    object: str | None = None
    detect_type: str | None = None
    begin_time: Annotated[str, DIGITS] | None = None
    end_time: Annotated[str, DIGITS] | None = None
    page_number: PageNumber | None = None
    page_size: Annotated[int, Between(1, 100)] | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty or longer than 30 days."""
        if self.begin_time is None or self.end_time is None:
            return
        begin, end = int(self.begin_time), int(self.end_time)
        yield from in_order(begin, end, names=("begin_time", "end_time"))
        if end - begin > LONGEST_SEARCH:
            yield Breach("end_time", "at most 30 days after begin_time", self.end_time)
