"""Templates: at which hours of the week plans record."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import Action, Result, TemplateId, Wire
from ivcdesk.api.actions.rules import (
    GIVEN,
    LABEL_LETTERS,
    TIME_OF_DAY,
    Between,
    Breach,
    Count,
    Length,
    OneOf,
)

TemplateName = Annotated[str, Length(1, 32), LABEL_LETTERS]

SHORTEST_SECTION = 600  # s


def seconds_of(time_of_day: str) -> int:
    """Return the seconds since midnight of a time like ``08:30:00``."""
    hours, minutes, seconds = time_of_day.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


class TimeSection(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """Some hours of one day of the week: 1 is Monday, 7 Sunday; at least 10 minutes."""

    day_of_week: Annotated[int, Between(1, 7)] = 0
    start_time: Annotated[str, TIME_OF_DAY] = ""
    end_time: Annotated[str, TIME_OF_DAY] = ""

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the section is empty or too short."""
        if seconds_of(self.end_time) - seconds_of(self.start_time) < SHORTEST_SECTION:
            yield Breach("end_time", "at least 10 minutes after start_time", self.end_time)


TimeSections = Annotated[list[TimeSection], Count(1)]
BackupScale = Annotated[int, OneOf(1, 2, 4)]
DayOffset = Annotated[int, Between(0, 90, "days")]


class RecordTemplate(Wire, frozen=True, kw_only=True):
    """The hours at which live plans record."""

    template_id: TemplateId = TemplateId("")
    template_name: str = ""
    time_sections: list[TimeSection] = []


class RecordTemplateAnswer(Result, frozen=True, kw_only=True):
    """One template as it is now."""

    data: RecordTemplate = RecordTemplate()


class RecordTemplateList(Result, frozen=True, kw_only=True):
    """All templates of the account."""

    data: list[RecordTemplate] = []


class AddRecordTemplate(Action[RecordTemplateAnswer], frozen=True, kw_only=True):
    """Add a template; the name must be new to the account."""

    template_name: TemplateName
    time_sections: TimeSections


class DeleteRecordTemplate(Action[Result], frozen=True, kw_only=True):
    """Remove a template."""

    template_id: Annotated[TemplateId, GIVEN]


class RecordTemplateChange(Wire, frozen=True, kw_only=True):
    """What changes of a template; what is left out stays."""

    template_name: TemplateName | None = None
    time_sections: TimeSections | None = None


class UpdateRecordTemplate(Action[RecordTemplateAnswer], frozen=True, kw_only=True):
    """Change a template, and so all plans that follow it."""

    template_id: Annotated[TemplateId, GIVEN]
    mod: RecordTemplateChange


class DescribeRecordTemplate(Action[RecordTemplateAnswer], frozen=True, kw_only=True):
    """Tell everything about one template."""

    reads: ClassVar[bool] = True

    template_id: Annotated[TemplateId, GIVEN]


class ListRecordTemplates(Action[RecordTemplateList], frozen=True, kw_only=True):
    """List all templates of the account."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0


class BackupTemplate(Wire, frozen=True, kw_only=True):
    """When backup plans fetch (``time_sections``), and which hours (``dev_time_sections``).

    ``scale`` is how many times faster than it was recorded; ``day_offset`` (newer than the
    reference, 3.1) how many days back is fetched, usually one. Times are local texts such as
    ``2023-09-06 15:52:34``.
    """

    template_id: TemplateId = TemplateId("")
    template_name: str = ""
    time_sections: list[TimeSection] = []
    dev_time_sections: list[TimeSection] = []
    scale: int = 0
    create_at: str = ""
    update_at: str = ""
    day_offset: int = 1


class BackupTemplateAnswer(Result, frozen=True, kw_only=True):
    """One backup template as it is now."""

    data: BackupTemplate = BackupTemplate()


class BackupTemplateList(Result, frozen=True, kw_only=True):
    """All backup templates of the account."""

    data: list[BackupTemplate] = []


class AddRecordBackupTemplate(Action[BackupTemplateAnswer], frozen=True, kw_only=True):
    """Add a backup template; the name must be new to the account."""

    template_name: TemplateName
    time_sections: TimeSections
    dev_time_sections: TimeSections
    scale: BackupScale
    day_offset: DayOffset | None = None


class DeleteRecordBackupTemplate(Action[Result], frozen=True, kw_only=True):
    """Remove a backup template."""

    template_id: Annotated[TemplateId, GIVEN]


class BackupTemplateChange(Wire, frozen=True, kw_only=True):
    """What changes of a backup template; what is left out stays."""

    template_name: TemplateName | None = None
    time_sections: TimeSections | None = None
    dev_time_sections: TimeSections | None = None
    scale: BackupScale | None = None


class UpdateRecordBackupTemplate(Action[BackupTemplateAnswer], frozen=True, kw_only=True):
    """Change a backup template, and so all plans that follow it."""

    template_id: Annotated[TemplateId, GIVEN]
    mod: BackupTemplateChange


class DescribeRecordBackupTemplate(Action[BackupTemplateAnswer], frozen=True, kw_only=True):
    """Tell everything about one backup template."""

    reads: ClassVar[bool] = True

    template_id: Annotated[TemplateId, GIVEN]


class ListRecordBackupTemplates(Action[BackupTemplateList], frozen=True, kw_only=True):
    """List all backup templates of the account."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0
