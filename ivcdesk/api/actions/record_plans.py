"""Plans: which channels the cloud records, live or later from the device, and for how long."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, ClassVar

from ivcdesk.api.actions.base import (
    Action,
    ChannelId,
    DeviceId,
    Listing,
    OrganizationId,
    PlanId,
    Result,
    TemplateId,
    Wire,
)
from ivcdesk.api.actions.devices import AccessProtocol
from ivcdesk.api.actions.rules import (
    GIVEN,
    LABEL_LETTERS,
    Between,
    Breach,
    Bytes,
    Count,
    Length,
    PageNumber,
    SwitchState,
)

PlanName = Annotated[str, Length(1, 32), LABEL_LETTERS]
PlanDescription = Annotated[str, Length(0, 128), LABEL_LETTERS]
StreamChoice = Annotated[str, Bytes(32)]
SearchWord = Annotated[str, Bytes(32)]
PageSize = Annotated[int, Between(1)]

LONGEST_KEPT = 3650  # days
SHORTEST_COLD = 60  # days
SHORTEST_REPAIRED = 3  # days


def _kept_long_enough(repair_mode: int | None, kept: LifeCycle | None) -> Iterable[Breach]:
    """Tell where gaps are to be filled in recordings that are gone before that is done."""
    if repair_mode == 1 and kept is not None and kept.transition < SHORTEST_REPAIRED:
        rule = f"at least {SHORTEST_REPAIRED} days where gaps are filled"
        yield Breach("life_cycle.transition", rule, kept.transition)


class LifeCycle(Wire, frozen=True, kw_only=True, omit_defaults=False):
    """How long recordings are kept, in days: ``transition`` ready to play, ``expiration`` archived.

    No archive is 0; otherwise it is at least 60, and both together at most 3650.
    """

    transition: Annotated[int, Between(1, LONGEST_KEPT, "days")] = 0
    expiration: Annotated[int, Between(0, LONGEST_KEPT, "days")] = 0

    def contradictions(self) -> Iterable[Breach]:
        """Tell where the archive is too short or both together too long."""
        if 0 < self.expiration < SHORTEST_COLD:
            yield Breach("expiration", "0 or at least 60 days", self.expiration)
        if self.transition + self.expiration > LONGEST_KEPT:
            rule = f"at most {LONGEST_KEPT} days together with transition"
            yield Breach("expiration", rule, self.expiration)


class ChannelOfDevice(Wire, frozen=True, kw_only=True):
    """A channel and the device that it belongs to."""

    device_id: Annotated[DeviceId, GIVEN]
    channel_id: Annotated[ChannelId, GIVEN]


PlanChannels = Annotated[list[ChannelOfDevice], Count(0, 5000)]
PlanOrganizations = Annotated[list[Annotated[OrganizationId, GIVEN]], Count(0, 1000)]


class RecordPlan(Wire, frozen=True, kw_only=True):
    """A plan that records live streams.

    ``stream_type`` is ``default``, ``main``, ``sub`` or a device's own; ``status`` is 0 while the
    plan is being deleted; ``repair_mode`` 1 fills gaps from the device afterwards.
    """

    plan_id: PlanId = PlanId("")
    plan_name: str = ""
    template_id: TemplateId = TemplateId("")
    describe: str = ""
    stream_type: str = ""
    life_cycle: LifeCycle = LifeCycle()
    status: int = 0
    channel_count: int = 0
    repair_mode: int = 0


class RecordPlanAnswer(Result, frozen=True, kw_only=True):
    """One plan as it is now; after a change ``status`` and ``channel_count`` are not told."""

    data: RecordPlan = RecordPlan()


class RecordPlanList(Result, frozen=True, kw_only=True):
    """All plans of the account."""

    data: list[RecordPlan] = []


class AddRecordPlan(Action[RecordPlanAnswer], frozen=True, kw_only=True):
    """Record channels live by a template; at most 5000 channels, those of organisations included.

    The name must be new to the account, and a channel belongs to one plan only.
    """

    plan_name: PlanName
    template_id: Annotated[TemplateId, GIVEN]
    life_cycle: LifeCycle
    describe: PlanDescription | None = None
    stream_type: StreamChoice | None = None
    channels: PlanChannels | None = None
    organization_id: PlanOrganizations | None = None
    repair_mode: SwitchState | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where recordings are kept too shortly to have their gaps filled."""
        return _kept_long_enough(self.repair_mode, self.life_cycle)


class DeleteRecordPlan(Action[Result], frozen=True, kw_only=True):
    """Remove a plan."""

    plan_id: Annotated[PlanId, GIVEN]


class RecordPlanChange(Wire, frozen=True, kw_only=True):
    """What changes of a plan; what is left out stays. ``del_`` names channels."""

    plan_name: PlanName | None = None
    template_id: TemplateId | None = None
    describe: PlanDescription | None = None
    stream_type: StreamChoice | None = None
    life_cycle: LifeCycle | None = None
    add: PlanChannels | None = None
    del_: list[Annotated[ChannelId, GIVEN]] | None = None
    organization_id: PlanOrganizations | None = None
    repair_mode: SwitchState | None = None

    def contradictions(self) -> Iterable[Breach]:
        """Tell where recordings are kept too shortly to have their gaps filled."""
        return _kept_long_enough(self.repair_mode, self.life_cycle)


class UpdateRecordPlan(Action[RecordPlanAnswer], frozen=True, kw_only=True):
    """Change a plan and the channels that it records."""

    plan_id: Annotated[PlanId, GIVEN]
    mod: RecordPlanChange


class DescribeRecordPlan(Action[RecordPlanAnswer], frozen=True, kw_only=True):
    """Tell everything about one plan."""

    reads: ClassVar[bool] = True

    plan_id: Annotated[PlanId, GIVEN]


class ListRecordPlans(Action[RecordPlanList], frozen=True, kw_only=True):
    """List all plans of the account."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0


class PlannedChannel(Wire, frozen=True, kw_only=True):
    """A channel that a plan records."""

    device_id: DeviceId = DeviceId("")
    device_name: str = ""
    channel_id: ChannelId = ChannelId("")
    channel_name: str = ""
    organization_name: str = ""
    access_protocol: AccessProtocol = AccessProtocol.UNKNOWN


class PlannedChannels(Wire, frozen=True, kw_only=True):
    """One page of them; ``total_count`` counts all pages."""

    page_number: int = 0
    page_size: int = 0
    total_count: int = 0
    list_: list[PlannedChannel] = []


class PlannedChannelPage(Listing[PlannedChannel], frozen=True, kw_only=True):
    """Which channels a plan records."""

    data: PlannedChannels = PlannedChannels()


class ListRecordPlanDevices(Action[PlannedChannelPage], frozen=True, kw_only=True):
    """List the channels of a plan; of the three names the first given one is searched for."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    plan_id: Annotated[PlanId, GIVEN]
    page_size: PageSize
    page_number: PageNumber
    device_name: SearchWord | None = None
    channel_name: SearchWord | None = None
    organization_name: SearchWord | None = None


class PlannedChannelIds(Wire, frozen=True, kw_only=True):
    """Channels by their ids alone."""

    list_: list[ChannelId] = []


class PlannedChannelIdsAnswer(Result, frozen=True, kw_only=True):
    """Every channel that is in some plan."""

    data: PlannedChannelIds = PlannedChannelIds()


class ListRecordPlanChannels(Action[PlannedChannelIdsAnswer], frozen=True, kw_only=True):
    """List the ids of all channels that are in some live plan."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0


class ChannelNumbers(Wire, frozen=True, kw_only=True):
    """How many channels organisations hold, and how many of them are in no plan."""

    total_count: int = 0
    not_in_plan_count: int = 0


class ChannelNumbersAnswer(Result, frozen=True, kw_only=True):
    """The numbers of the organisations asked for, added up."""

    data: ChannelNumbers = ChannelNumbers()


class ListOrganizationChannelNumbers(Action[ChannelNumbersAnswer], frozen=True, kw_only=True):
    """Count the channels of at most 10 organisations that are in no live plan."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    organization_id: Annotated[list[Annotated[OrganizationId, GIVEN]], Count(1, 10)]


class OrganizationChannel(Wire, frozen=True, kw_only=True):
    """A channel of an organisation; one that is ``in_plan`` can join no other."""

    device_id: DeviceId = DeviceId("")
    device_name: str = ""
    channel_id: ChannelId = ChannelId("")
    channel_name: str = ""
    in_plan: bool = False


class OrganizationChannels(Wire, frozen=True, kw_only=True):
    """One page of them; ``total_count`` counts all pages."""

    page_number: int = 0
    page_size: int = 0
    total_count: int = 0
    list_: list[OrganizationChannel] = []


class OrganizationChannelPage(Listing[OrganizationChannel], frozen=True, kw_only=True):
    """Which channels an organisation holds."""

    data: OrganizationChannels = OrganizationChannels()


class ListOrganizationChannels(Action[OrganizationChannelPage], frozen=True, kw_only=True):
    """List the channels of an organisation; of the two names only one is searched for."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    organization_id: Annotated[OrganizationId, GIVEN]
    page_size: PageSize
    page_number: PageNumber
    device_name: SearchWord | None = None
    channel_name: SearchWord | None = None


class BackupPlan(Wire, frozen=True, kw_only=True):
    """A plan that fetches the device's own recordings; ``status`` is 0 while it is being deleted.

    Times are local texts such as ``2023-09-06 15:52:34``.
    """

    plan_id: PlanId = PlanId("")
    plan_name: str = ""
    template_id: TemplateId = TemplateId("")
    describe: str = ""
    life_cycle: LifeCycle = LifeCycle()
    status: int = 0
    channel_count: int = 0
    create_at: str = ""
    update_at: str = ""


class BackupPlanAnswer(Result, frozen=True, kw_only=True):
    """One backup plan as it is now."""

    data: BackupPlan = BackupPlan()


class BackupPlanList(Result, frozen=True, kw_only=True):
    """All backup plans of the account."""

    data: list[BackupPlan] = []


class AddRecordBackupPlan(Action[BackupPlanAnswer], frozen=True, kw_only=True):
    """Fetch device recordings by a template; at most 5000 channels, organisations' included."""

    template_id: Annotated[TemplateId, GIVEN]
    plan_name: PlanName
    describe: PlanDescription
    life_cycle: LifeCycle
    channels: PlanChannels | None = None
    organization_id: PlanOrganizations | None = None


class DeleteRecordBackupPlan(Action[Result], frozen=True, kw_only=True):
    """Remove a backup plan."""

    plan_id: Annotated[PlanId, GIVEN]


class BackupPlanChange(Wire, frozen=True, kw_only=True):
    """What changes of a backup plan; what is left out stays. ``del_`` names channels."""

    plan_name: PlanName | None = None
    template_id: TemplateId | None = None
    describe: PlanDescription | None = None
    life_cycle: LifeCycle | None = None
    add: PlanChannels | None = None
    del_: list[Annotated[ChannelId, GIVEN]] | None = None
    organization_id: PlanOrganizations | None = None


class UpdateRecordBackupPlan(Action[BackupPlanAnswer], frozen=True, kw_only=True):
    """Change a backup plan and its channels."""

    plan_id: Annotated[PlanId, GIVEN]
    mod: BackupPlanChange


class DescribeRecordBackupPlan(Action[BackupPlanAnswer], frozen=True, kw_only=True):
    """Tell everything about one backup plan."""

    reads: ClassVar[bool] = True

    plan_id: Annotated[PlanId, GIVEN]


class ListRecordBackupPlanDevices(Action[PlannedChannelPage], frozen=True, kw_only=True):
    """List the channels of a backup plan."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0

    plan_id: Annotated[PlanId, GIVEN]
    device_name: str | None = None
    channel_name: str | None = None
    organization_name: str | None = None
    page_size: PageSize | None = None
    page_number: PageNumber | None = None


class ListRecordBackupPlans(Action[BackupPlanList], frozen=True, kw_only=True):
    """List all backup plans of the account."""

    reads: ClassVar[bool] = True
    seconds: ClassVar[float] = 30.0
