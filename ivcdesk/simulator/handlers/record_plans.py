"""Live plans: what the cloud records, and for how long."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ivcdesk.api.actions import (
    AddRecordPlan,
    ChannelId,
    DeleteRecordPlan,
    DescribeRecordPlan,
    DeviceId,
    LifeCycle,
    ListRecordPlanChannels,
    ListRecordPlanDevices,
    ListRecordPlans,
    OrganizationId,
    PlanId,
    PlannedChannel,
    PlannedChannelIds,
    PlannedChannelIdsAnswer,
    PlannedChannelPage,
    PlannedChannels,
    RecordPlan,
    RecordPlanAnswer,
    RecordPlanList,
    Result,
    TemplateId,
    UpdateRecordPlan,
)
from ivcdesk.simulator import plans, roster
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import VALUE, check_description, check_label
from ivcdesk.simulator.handlers.finding import page
from ivcdesk.simulator.handlers.membership import (
    MOST_CHANNELS,
    check_kept,
    check_stream,
    read_channels,
    read_organizations,
)
from ivcdesk.simulator.handlers.record_templates import find_template
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Kind

DELETION_SECONDS = 5.0
SHORTEST_REPAIRED_DAYS = 3
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_WORD = re.compile(r"[^\x00-\x1f/\\\"'<>]*")


@handles(AddRecordPlan)
def add_record_plan(cloud: Cloud, action: AddRecordPlan) -> RecordPlanAnswer:
    """Add a plan; organisations bring those of their channels that no plan records yet."""
    check_label(action.plan_name)
    _check_new(cloud, action.plan_name)
    if not action.template_id:
        raise Refusal(f"{VALUE}EmptyTemplateId", "the template is missing")
    template = find_template(cloud, action.template_id)
    check_description(action.describe)
    check_stream(action.stream_type)
    check_kept(action.life_cycle)
    repair = action.repair_mode or 0
    _check_repair(repair, action.life_cycle.transition)
    seats = read_channels(cloud, action.channels or ())
    if any(device.plan_of(place) is not None for device, place in seats):
        raise Refusal("InvalidParameter.InvalidChannels", "a channel is in a plan already")
    seats = _with_organizations(cloud, seats, action.organization_id or ())
    plan = plans.Plan(
        cloud.world.new_id(Kind.PLAN),
        action.plan_name,
        template,
        action.describe or "",
        action.stream_type or "default",
        action.life_cycle.transition,
        action.life_cycle.expiration,
        repair,
    )
    plan.follow(cloud.now())
    cloud.world.ledger.plans[plan.plan_id] = plan
    _join(cloud, seats, plan)
    return RecordPlanAnswer(data=_described(plan, len(seats)))


@handles(UpdateRecordPlan)
def update_record_plan(cloud: Cloud, action: UpdateRecordPlan) -> RecordPlanAnswer:
    """Change a plan, everything that is asked for or nothing."""
    plan, change = _find(cloud, action.plan_id), action.mod
    if plan.ended:
        raise Refusal("ResourceInUse.PlanDeleting", "the plan is being deleted")
    if all(getattr(change, name) is None for name in change.__struct_fields__):
        raise Refusal("MissingParameter.MissingUpdatedInfo", "there is nothing to change")
    if change.plan_name is not None and change.plan_name != plan.name:
        check_label(change.plan_name)
        _check_new(cloud, change.plan_name)
    template = plan.template
    if change.template_id is not None:
        template = find_template(cloud, change.template_id)
    check_description(change.describe)
    check_stream(change.stream_type)
    hot, cold = plan.hot_days, plan.cold_days
    if change.life_cycle is not None:
        check_kept(change.life_cycle)
        hot, cold = change.life_cycle.transition, change.life_cycle.expiration
    repair = plan.repair if change.repair_mode is None else change.repair_mode
    _check_repair(repair, hot)
    joining = read_channels(cloud, change.add or ())
    if any(device.plan_of(place) is not None for device, place in joining):
        raise Refusal("ResourceInUse.ChannelRepeatAdd", "a channel is in a plan already")
    joining = _with_organizations(cloud, joining, change.organization_id or ())
    leaving = [_member(cloud, plan, known) for known in change.del_ or ()]
    plan.name = change.plan_name or plan.name
    plan.description = plan.description if change.describe is None else change.describe
    plan.stream_type = change.stream_type or plan.stream_type
    plan.hot_days, plan.cold_days, plan.repair = hot, cold, repair
    if template is not plan.template:
        plan.template = template
        plan.follow(cloud.now())
    _join(cloud, joining, plan)
    _join(cloud, leaving, None)
    return RecordPlanAnswer(data=_described(plan, 0))


@handles(DeleteRecordPlan)
def delete_record_plan(cloud: Cloud, action: DeleteRecordPlan) -> Result:
    """Remove a plan: nothing is recorded from now on, and soon it is off the list."""
    plan = _find(cloud, action.plan_id)
    if not plan.ended:
        plan.end(cloud.now())
        known = cloud.world.ledger.plans
        cloud.agenda.after(DELETION_SECONDS, lambda: _forget(known, plan))
    return Result()


@handles(DescribeRecordPlan)
def describe_record_plan(cloud: Cloud, action: DescribeRecordPlan) -> RecordPlanAnswer:
    """Tell everything about one plan."""
    plan = _find(cloud, action.plan_id)
    return RecordPlanAnswer(data=_described(plan, roster.counts(cloud.world)[plan.plan_id]))


@handles(ListRecordPlans)
def list_record_plans(cloud: Cloud, _action: ListRecordPlans) -> RecordPlanList:
    """List all live plans."""
    counted = roster.counts(cloud.world)
    return RecordPlanList(
        data=[_described(plan, counted[key]) for key, plan in cloud.world.ledger.plans.items()]
    )


@handles(ListRecordPlanDevices)
def list_record_plan_devices(cloud: Cloud, action: ListRecordPlanDevices) -> PlannedChannelPage:
    """List a plan's channels; a channel's name counts before a device's or an organisation's."""
    plan = _find(cloud, action.plan_id)
    for word in (action.channel_name, action.device_name, action.organization_name):
        check_word(word)
    found = search(
        cloud,
        list(roster.members(cloud.world, plan)),
        action.channel_name,
        action.device_name,
        action.organization_name,
    )
    rows = [
        planned_channel(cloud, seat) for seat in page(found, action.page_number, action.page_size)
    ]
    return PlannedChannelPage(
        data=PlannedChannels(
            page_number=action.page_number,
            page_size=len(rows),
            total_count=len(found),
            list_=rows,
        )
    )


@handles(ListRecordPlanChannels)
def list_record_plan_channels(
    cloud: Cloud, _action: ListRecordPlanChannels
) -> PlannedChannelIdsAnswer:
    """List the ids of all channels that some plan records."""
    ids = [ChannelId(roster.channel_id(cloud.world, seat)) for seat in roster.planned(cloud.world)]
    return PlannedChannelIdsAnswer(data=PlannedChannelIds(list_=ids))


def check_word(word: str | None) -> None:
    """Refuse what can't be searched for."""
    if word and len(word.encode()) > 32:
        raise Refusal(f"{VALUE}TooLongName", "32 bytes at most")
    if word and not _WORD.fullmatch(word):
        raise Refusal(f"{VALUE}IllegalName", "no names have these letters")


def search(
    cloud: Cloud,
    seats: Sequence[roster.Seat],
    channel_name: str | None,
    device_name: str | None,
    organization_name: str | None = None,
) -> Sequence[roster.Seat]:
    """Return the channels that match the first of the words that is given."""
    if channel_name:
        word = channel_name.casefold()
        named = ((seat, cloud.world.channels(seat[0])[seat[1]].name.casefold()) for seat in seats)
        return [seat for seat, name in named if word in name]
    if device_name:
        word = device_name.casefold()
        return [seat for seat in seats if word in seat[0].name.casefold()]
    if organization_name:
        word = organization_name.casefold()
        return [seat for seat in seats if word in seat[0].organization.name.casefold()]
    return seats


def planned_channel(cloud: Cloud, seat: roster.Seat) -> PlannedChannel:
    """Return a channel as the lists of plans show it."""
    device, place = seat
    channel = cloud.world.channels(device)[place]
    return PlannedChannel(
        device_id=DeviceId(device.device_id),
        device_name=device.name,
        channel_id=ChannelId(channel.channel_id),
        channel_name=channel.name,
        organization_name=device.organization.name,
        access_protocol=device.protocol,
    )


def _with_organizations(
    cloud: Cloud, seats: list[roster.Seat], ids: Sequence[OrganizationId]
) -> list[roster.Seat]:
    whole = dict.fromkeys(seats)
    for node in read_organizations(cloud, ids):
        for device, place in roster.under(node):
            if device.plan_of(place) is None:
                whole[device, place] = None
    if len(whole) > MOST_CHANNELS:
        raise Refusal(f"{VALUE}PlanChannelsExceedsRange", f"{MOST_CHANNELS} channels at most")
    return list(whole)


def _join(cloud: Cloud, seats: Sequence[roster.Seat], plan: plans.Plan | None) -> None:
    now = cloud.now()
    for device, place in seats:
        device.join(place, plan, now)


def _member(cloud: Cloud, plan: plans.Plan, channel_id: str) -> roster.Seat:
    channel = cloud.world.channel(channel_id)
    if channel is None or channel.plan is not plan:
        raise Refusal(f"{VALUE}InvalidChannelId", "the plan has no such channel")
    return channel.device, channel.number


def _forget(known: dict[str, plans.Plan], plan: plans.Plan) -> None:
    known.pop(plan.plan_id, None)


def _check_new(cloud: Cloud, name: str) -> None:
    if any(plan.name == name for plan in cloud.world.ledger.plans.values()):
        raise Refusal("ResourceInUse.PlanNameRepeat", "the name is taken")


def _check_repair(repair: int, hot_days: int) -> None:
    if repair not in (0, 1):
        raise Refusal(f"{VALUE}InvalidRepairMode", "RepairMode is 0 or 1")
    if repair and hot_days < SHORTEST_REPAIRED_DAYS:
        raise Refusal(f"{VALUE}LimitRepairTransition", "gaps are filled only where 3 days are kept")


def _find(cloud: Cloud, plan_id: str) -> plans.Plan:
    if not _ID.fullmatch(plan_id):
        raise Refusal(f"{VALUE}InvalidPlanId", "the plan id can't be one")
    plan = cloud.world.ledger.plans.get(plan_id)
    if plan is None:
        raise Refusal("ResourceNotFound.PlanNotExist", "there is no such plan")
    return plan


def _described(plan: plans.Plan, channels: int) -> RecordPlan:
    return RecordPlan(
        plan_id=PlanId(plan.plan_id),
        plan_name=plan.name,
        template_id=TemplateId(plan.template.template_id),
        describe=plan.description,
        stream_type=plan.stream_type,
        life_cycle=LifeCycle(transition=plan.hot_days, expiration=plan.cold_days),
        status=int(not plan.ended),
        channel_count=channels,
        repair_mode=plan.repair,
    )
