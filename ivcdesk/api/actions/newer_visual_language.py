"""Plans that let a visual language model look at channels: templates, plans and what it said.

Newer than the reference: known from version 3.1 of the service.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, ClassVar

import msgspec

from ivcdesk.api.actions.base import (
    Action,
    ChannelId,
    DeviceId,
    Listing,
    OpenEnum,
    OrganizationId,
    Result,
    Wire,
)
from ivcdesk.api.actions.newer_snapshots import (
    CAPTURE_SECONDS,
    AddressSeconds,
    Burst,
    Callback,
    CaptureKind,
    EffectiveTime,
    EffectiveTimes,
    interval_breach,
)
from ivcdesk.api.actions.rules import (
    GIVEN,
    LABEL_LETTERS,
    Between,
    Breach,
    Bytes,
    Count,
    Length,
    OneOf,
    PageNumber,
    SecretText,
)

ModelName = Annotated[str, Length(1, 32), LABEL_LETTERS]
Description = Annotated[str, Length(0, 256)]
PageSize = Annotated[int, Between(1, 200)]


class AnalysisMode(StrEnum):
    """Whether the model looks at pictures or at pieces of video."""

    IMAGE = "image"
    VIDEO = "video"


class PictureScene(Wire, frozen=True, kw_only=True):
    """How pictures are taken for the model: ``interval`` in s, within what ``type`` allows."""

    type: Annotated[CaptureKind, OneOf(1, 2)] | None = None
    interval: int | None = None
    multi_mode: Burst | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the interval doesn't suit the type."""
        if self.type in CAPTURE_SECONDS and self.interval is not None:
            yield from interval_breach(self.type, self.interval)


class VideoScene(Wire, frozen=True, kw_only=True):
    """How video is cut for the model: each ``interval`` s a piece of ``duration`` s at ``fps``."""

    interval: int = 0
    duration: int = 0
    fps: float = 0.0


class ModelTemplate(Wire, frozen=True, kw_only=True):
    """What the model is asked (``prompt``) and when it looks."""

    vl_template_id: str = ""
    ai_model: str = ""
    name: str = ""
    describe: str = ""
    prompt: str = ""
    analysis_mode: str = ""
    image_config: PictureScene | None = None
    times: list[EffectiveTime] = []
    created_at: str = ""
    updated_at: str = ""
    is_used: bool = False
    video_config: VideoScene | None = None


class ModelTemplateAnswer(Result, frozen=True, kw_only=True):
    """One template as it is now."""

    data: ModelTemplate = ModelTemplate()


class CreateVLTemplate(Action[ModelTemplateAnswer], frozen=True, kw_only=True):
    """Add a template; ``analysis_mode`` ``image`` needs ``image_config``."""

    since: ClassVar[str] = "3.1"

    ai_model: Annotated[str, GIVEN]
    name: ModelName
    prompt: Annotated[str, GIVEN, Bytes(2 << 20)]
    analysis_mode: Annotated[str, OneOf(*AnalysisMode)]
    times: EffectiveTimes
    describe: Description | None = None
    image_config: PictureScene | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where pictures are to be looked at, but not how they are taken."""
        if self.analysis_mode == AnalysisMode.IMAGE and self.image_config is None:
            yield Breach("image_config", "given for pictures", None)


class DeleteVLTemplate(Action[Result], frozen=True, kw_only=True):
    """Remove a template."""

    since: ClassVar[str] = "3.1"

    vl_template_id: Annotated[str, GIVEN]


class DescribeVLTemplate(Action[ModelTemplateAnswer], frozen=True, kw_only=True):
    """Tell everything about one template."""

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True

    vl_template_id: Annotated[str, GIVEN]


class ModelTemplatePage(Listing[ModelTemplate], frozen=True, kw_only=True):
    """One page of templates; ``total_count`` counts all pages."""

    data: list[ModelTemplate] = []
    total_count: int = 0


class ListVLTemplates(Action[ModelTemplatePage], frozen=True, kw_only=True):
    """List templates, at most 200 a page (else 20); the name must be exact.

    ``capture_type`` is ``realtime`` or ``low`` and only counts for pictures.
    """

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    name: str | None = None
    analysis_mode: Annotated[str, OneOf(*AnalysisMode)] | None = None
    capture_type: Annotated[str, OneOf("realtime", "low")] | None = None
    page_number: PageNumber | None = None
    page_size: PageSize | None = None


class ModelPlan(Wire, frozen=True, kw_only=True):
    """A template put to use on channels."""

    vl_plan_id: str = ""
    name: str = ""
    describe: str = ""
    vl_template_id: str = ""
    callback: Callback | None = None
    file_expires: int = 0
    channel_count: int = 0
    created_at: str = ""
    updated_at: str = ""


class ModelPlanAnswer(Result, frozen=True, kw_only=True):
    """One plan as it is now."""

    data: ModelPlan = ModelPlan()


class CreateVLPlan(Action[ModelPlanAnswer], frozen=True, kw_only=True):
    """Put a template to use; pictures are kept ``file_expires`` days, 7 to 1080."""

    since: ClassVar[str] = "3.1"

    name: ModelName
    vl_template_id: Annotated[str, GIVEN]
    describe: Description | None = None
    file_expires: Annotated[int, Between(7, 1080, "days")] | None = None
    callback: Callback | None = None


class ModifyVLPlan(Action[ModelPlanAnswer], frozen=True, kw_only=True):
    """Change a plan; what is left out stays, as do the days where ``file_expires`` is 0."""

    since: ClassVar[str] = "3.1"

    vl_plan_id: Annotated[str, GIVEN]
    name: ModelName | None = None
    describe: Description | None = None
    vl_template_id: str | None = None
    file_expires: Annotated[int, Between(0, 1080, "days")] | None = None
    callback: Callback | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the days are too few."""
        if self.file_expires is not None and 0 < self.file_expires < 7:
            yield Breach("file_expires", "0 or between 7 and 1080 days", self.file_expires)


class DeleteVLPlan(Action[Result], frozen=True, kw_only=True):
    """Remove a plan."""

    since: ClassVar[str] = "3.1"

    vl_plan_id: Annotated[str, GIVEN]


class DescribeVLPlan(Action[ModelPlanAnswer], frozen=True, kw_only=True):
    """Tell everything about one plan."""

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True

    vl_plan_id: Annotated[str, GIVEN]


class ModelPlanPage(Listing[ModelPlan], frozen=True, kw_only=True):
    """One page of plans; ``total_count`` counts all pages."""

    data: list[ModelPlan] = []
    total_count: int = 0


class ListVLPlans(Action[ModelPlanPage], frozen=True, kw_only=True):
    """List plans, at most 200 a page (else 20); the name must be exact."""

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    name: str | None = None
    page_number: PageNumber | None = None
    page_size: PageSize | None = None


class AssignCommand(OpenEnum):
    """Whether channels join a plan or leave it."""

    UNKNOWN = -1
    ASSIGN = 1
    RELEASE = 2


class BatchAssignVLPlanChannels(Action[Result], frozen=True, kw_only=True):
    """Let channels join a plan or leave it, at most 500; whole organisations can only join."""

    since: ClassVar[str] = "3.1"

    vl_plan_id: Annotated[str, GIVEN]
    cmd: Annotated[AssignCommand, OneOf(1, 2)]
    channel_ids: Annotated[list[Annotated[ChannelId, GIVEN]], Count(0, 500)] | None = None
    organization_ids: list[Annotated[OrganizationId, GIVEN]] | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where nothing is named, or organisations are to leave."""
        if not self.channel_ids and not self.organization_ids:
            yield Breach("channel_ids", "given, or organization_ids", self.channel_ids)
        if self.cmd == AssignCommand.RELEASE and self.organization_ids:
            yield Breach("organization_ids", "left out when channels leave", "a list")


class ModelResult(Wire, frozen=True, kw_only=True):
    """What the model said of one picture or piece of video: ``content`` is JSON as text.

    Timestamps are seconds since the epoch; the picture's address lives ``image_url_expire`` s.
    """

    vl_plan_result_id: str = ""
    media_type: str = ""
    vl_plan_id: str = ""
    vl_plan_name: str = ""
    channel_id: ChannelId = ChannelId("")
    channel_name: str = ""
    device_id: DeviceId = DeviceId("")
    device_name: str = ""
    organization_id: OrganizationId = OrganizationId("")
    organization_name: str = ""
    vl_result_timestamp: int = 0
    snapshot_timestamp: int = 0
    video_start_timestamp: int = 0
    video_end_timestamp: int = 0
    billed_frame_count: int = 0
    content: str = ""
    image_url: SecretText = ""
    image_url_expire: int = 0
    created_at: str = ""
    updated_at: str = ""


class ModelResultAnswer(Result, frozen=True, kw_only=True):
    """One thing that the model said."""

    data: ModelResult = ModelResult()


class DescribeVLPlanResult(Action[ModelResultAnswer], frozen=True, kw_only=True):
    """Tell what the model said."""

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True

    vl_plan_result_id: Annotated[str, GIVEN]


class SourceAddress(Wire, frozen=True, kw_only=True):
    """Where the model's picture or video is for ``expire`` s, or why it can't be told."""

    vl_plan_result_id: str = ""
    source_file_url: SecretText = msgspec.field(name="SourceFileURL", default="")
    expire: int = 0
    err_msg: str = ""


class SourceAddressPage(Listing[SourceAddress], frozen=True, kw_only=True):
    """Where the pictures and videos asked for are."""

    data: list[SourceAddress] = []
    total_count: int = 0


class BatchGetVLPlanSourceFileURL(Action[SourceAddressPage], frozen=True, kw_only=True):
    """Tell where at most 200 results' pictures or videos are, for 60 to 86,400 s (else 600)."""

    since: ClassVar[str] = "3.1"
    reads: ClassVar[bool] = True

    vl_plan_result_ids: Annotated[list[Annotated[str, GIVEN]], Count(1, 200)]
    expire: AddressSeconds | None = None
