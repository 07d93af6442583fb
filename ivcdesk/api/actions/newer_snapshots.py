"""Pictures that the cloud takes of live streams at set hours: templates and configurations.

Newer than the reference: known from version 3.1 of the service.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import (
    Action,
    ChannelId,
    Listing,
    OpenEnum,
    Result,
    TemplateId,
    Wire,
)
from ivcdesk.api.actions.record_templates import seconds_of
from ivcdesk.api.actions.rules import (
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
)

ConfigName = Annotated[str, Length(1, 128), LABEL_LETTERS]
DaysOfPictures = Annotated[int, OneOf(7, 15, 30, 60, 90, 180, 270, 360, 540, 720, 900, 1080)]
AddressSeconds = Annotated[int, Between(60, 86_400, "s")]

SHORTEST_TIME = 60  # s


class CaptureKind(OpenEnum):
    """Whether the stream is pulled all the time, or only for each picture."""

    UNKNOWN = -1
    REALTIME = 1
    LOW_RATE = 2


CAPTURE_SECONDS = {CaptureKind.REALTIME: (5, 180), CaptureKind.LOW_RATE: (30, 36_000)}


def interval_breach(kind: CaptureKind, interval: int) -> Iterable[Breach]:
    """Tell where the seconds between pictures don't suit the way that they are taken."""
    low, high = CAPTURE_SECONDS[kind]
    rule = Between(low, high, "s")
    if not rule.admits(interval):
        yield Breach("interval", f"{rule} with this type", interval)


class EffectiveTime(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """Some hours of one day of the week: 1 is Monday, 7 Sunday; at least a minute."""

    begin_time: Annotated[str, TIME_OF_DAY] = ""
    end_time: Annotated[str, TIME_OF_DAY] = ""
    week_day: Annotated[int, Between(1, 7)] = 0

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the stretch is empty or too short."""
        if seconds_of(self.end_time) - seconds_of(self.begin_time) < SHORTEST_TIME:
            yield Breach("end_time", "at least a minute after begin_time", self.end_time)


EffectiveTimes = Annotated[list[EffectiveTime], Count(1, 100)]


class Burst(Wire, frozen=True, kw_only=True):
    """Several pictures in a row instead of one: 1 to 10 of them, 10 to 600 s apart."""

    enable: bool | None = None
    interval: Annotated[int, Between(10, 600, "s")] | None = None
    total: Annotated[int, Between(1, 10)] | None = None


class Callback(Wire, frozen=True, kw_only=True):
    """Whom the cloud tells of results, and the token that proves it."""

    url: Annotated[str, SECRET, WEB_ADDRESS] | None = None
    token: SecretText | None = None
    enable: bool | None = None


class SnapshotTemplate(Wire, frozen=True, kw_only=True):
    """When and how often pictures are taken (``interval`` in s)."""

    template_id: TemplateId = TemplateId("")
    name: str = ""
    type: CaptureKind = CaptureKind.UNKNOWN
    interval: int = 0
    multi_mode: Burst | None = None
    times: list[EffectiveTime] = []
    related_config_count: int = 0
    create_time: str = ""
    update_time: str = ""


class SnapshotTemplateAnswer(Result, frozen=True, kw_only=True):
    """One template as it is now."""

    data: SnapshotTemplate = SnapshotTemplate()


class CreateVideoSnapshotTemplate(Action[SnapshotTemplateAnswer], frozen=True, kw_only=True):
    """Add a template: a picture every 5 to 180 s in real time, or every 30 to 36,000 s."""

    since: ClassVar[str] = "3.1"

    name: ConfigName
    type: Annotated[CaptureKind, OneOf(1, 2)]
    interval: int
    times: EffectiveTimes
    multi_mode: Burst | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the interval doesn't suit the type."""
        return interval_breach(self.type, self.interval)


class DeleteVideoSnapshotTemplate(Action[Result], frozen=True, kw_only=True):
    """Remove a template."""

    since: ClassVar[str] = "3.1"

    template_id: Annotated[TemplateId, GIVEN]


class DescribeVideoSnapshotTemplate(Action[SnapshotTemplateAnswer], frozen=True, kw_only=True):
    """Tell everything about one template."""

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True

    template_id: Annotated[TemplateId, GIVEN]


class SnapshotTemplates(Wire, frozen=True, kw_only=True):
    """One page of templates; ``total_count`` counts all pages."""

    total_count: int = 0
    sort: str = ""
    order: str = ""
    page_number: int = 0
    page_size: int = 0
    list_: list[SnapshotTemplate] = []


class SnapshotTemplatePage(Listing[SnapshotTemplate], frozen=True, kw_only=True):
    """The templates of the account."""

    data: SnapshotTemplates = SnapshotTemplates()


class ListVideoSnapshotTemplate(Action[SnapshotTemplatePage], frozen=True, kw_only=True):
    """List the templates, the last changed first unless ``sort`` and ``order`` say otherwise."""

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    name: str | None = None
    type: Annotated[CaptureKind, OneOf(1, 2)] | None = None
    sort: str | None = None
    order: Annotated[str, OneOf("asc", "desc")] | None = None
    page_number: PageNumber | None = None
    page_size: Annotated[int, Between(1)] | None = None


class SnapshotConfiguration(Wire, frozen=True, kw_only=True):
    """A template put to use: pictures are kept ``file_expires`` days."""

    config_id: str = ""
    name: str = ""
    template_id: TemplateId = TemplateId("")
    template_name: str = ""
    type: CaptureKind = CaptureKind.UNKNOWN
    file_expires: int = 0
    callback: Callback | None = None
    related_channel_count: int = 0
    create_time: str = ""
    update_time: str = ""


class SnapshotConfigurationAnswer(Result, frozen=True, kw_only=True):
    """One configuration as it is now."""

    data: SnapshotConfiguration = SnapshotConfiguration()


class CreateVideoSnapshotConfig(Action[SnapshotConfigurationAnswer], frozen=True, kw_only=True):
    """Put a template to use."""

    since: ClassVar[str] = "3.1"

    name: ConfigName
    template_id: Annotated[TemplateId, GIVEN]
    file_expires: DaysOfPictures
    callback: Callback | None = None


class ModifyVideoSnapshotConfig(Action[SnapshotConfigurationAnswer], frozen=True, kw_only=True):
    """Change a configuration; what is left out stays."""

    since: ClassVar[str] = "3.1"

    config_id: Annotated[str, GIVEN]
    name: ConfigName | None = None
    template_id: TemplateId | None = None
    file_expires: DaysOfPictures | None = None
    callback: Callback | None = None


class DeleteVideoSnapshotConfig(Action[Result], frozen=True, kw_only=True):
    """Remove a configuration."""

    since: ClassVar[str] = "3.1"

    config_id: Annotated[str, GIVEN]


class DescribeVideoSnapshotConfig(Action[SnapshotConfigurationAnswer], frozen=True, kw_only=True):
    """Tell everything about one configuration."""

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True

    config_id: Annotated[str, GIVEN]


class BatchAddVideoSnapshotConfigChannel(Action[Result], frozen=True, kw_only=True):
    """Take pictures of channels by a configuration."""

    since: ClassVar[str] = "3.1"

    config_id: Annotated[str, GIVEN]
    channels: Annotated[list[Annotated[ChannelId, GIVEN]], Count(1)]


class PictureAddress(Wire, frozen=True, kw_only=True):
    """Where one picture is, or why it can't be told."""

    image_id: str = ""
    image_url: SecretText = ""
    error_message: str = ""


class PictureAddresses(Wire, frozen=True, kw_only=True):
    """Where pictures are, for ``image_url_expires`` seconds."""

    images: list[PictureAddress] = []
    image_url_expires: int = 0


class PictureAddressesAnswer(Result, frozen=True, kw_only=True):
    """Where the pictures asked for are."""

    data: PictureAddresses = PictureAddresses()


class BatchGetVideoSnapshotImageUrl(Action[PictureAddressesAnswer], frozen=True, kw_only=True):
    """Tell where pictures are; the addresses live 60 to 86,400 s (else 600)."""

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True

    image_ids: Annotated[list[Annotated[str, GIVEN]], Count(1)]
    image_url_expires: AddressSeconds | None = None
