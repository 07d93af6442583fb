"""Backup plans, and what organisations hold for plans to record."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ivcdesk.api.actions import (
    AddRecordBackupPlan,
    BackupPlan,
    BackupPlanAnswer,
    BackupPlanList,
    ChannelId,
    ChannelNumbers,
    ChannelNumbersAnswer,
    ChannelOfDevice,
    DeleteRecordBackupPlan,
    DescribeRecordBackupPlan,
    DeviceId,
    LifeCycle,
    ListOrganizationChannelNumbers,
    ListOrganizationChannels,
    ListRecordBackupPlanDevices,
    ListRecordBackupPlans,
    OrganizationChannel,
    OrganizationChannelPage,
    OrganizationChannels,
    OrganizationId,
    PlanId,
    PlannedChannelPage,
    PlannedChannels,
    Result,
    TemplateId,
    UpdateRecordBackupPlan,
)
from ivcdesk.simulator import plans, roster
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import VALUE, is_label, local_text
from ivcdesk.simulator.handlers.finding import find_channel, find_device, page
from ivcdesk.simulator.handlers.membership import MOST_CHANNELS, check_kept, read_organizations
from ivcdesk.simulator.handlers.record_plans import check_word, planned_channel, search
from ivcdesk.simulator.handlers.record_templates import find_backup_template
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Kind

MOST_COUNTED = 10
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


@handles(ListOrganizationChannelNumbers)
def list_organization_channel_numbers(
    cloud: Cloud, action: ListOrganizationChannelNumbers
) -> ChannelNumbersAnswer:
    """Count the channels at and below organisations, and those that no plan records."""
    if not action.organization_id:
        raise Refusal("InvalidParameter.InvalidOrganizationParam", "there are no organisations")
    if len(action.organization_id) > MOST_COUNTED:
        raise Refusal(f"{VALUE}OrganizationCountExceedsRange", "10 organisations at most")
    nodes = read_organizations(cloud, action.organization_id)
    seats = {seat for node in nodes for seat in roster.under(node)}
    free = sum(device.plan_of(place) is None for device, place in seats)
    return ChannelNumbersAnswer(data=ChannelNumbers(total_count=len(seats), not_in_plan_count=free))


@handles(ListOrganizationChannels)
def list_organization_channels(
    cloud: Cloud, action: ListOrganizationChannels
) -> OrganizationChannelPage:
    """List the channels at and below an organisation."""
    check_word(action.device_name)
    check_word(action.channel_name)
    (node,) = read_organizations(cloud, [action.organization_id])
    found = search(cloud, list(roster.under(node)), action.channel_name, action.device_name)
    rows = []
    for device, place in page(found, action.page_number, action.page_size):
        channel = cloud.world.channels(device)[place]
        rows.append(
            OrganizationChannel(
                device_id=DeviceId(device.device_id),
                device_name=device.name,
                channel_id=ChannelId(channel.channel_id),
                channel_name=channel.name,
                in_plan=channel.plan is not None,
            )
        )
    return OrganizationChannelPage(
        data=OrganizationChannels(
            page_number=action.page_number,
            page_size=len(rows),
            total_count=len(found),
            list_=rows,
        )
    )


@handles(AddRecordBackupPlan)
def add_record_backup_plan(cloud: Cloud, action: AddRecordBackupPlan) -> BackupPlanAnswer:
    """Add a plan that fetches what devices recorded."""
    template = find_backup_template(cloud, action.template_id)
    _check_texts(action.plan_name, action.describe)
    check_kept(action.life_cycle)
    channels = _channels(cloud, action.channels or (), action.organization_id or ())
    _check_new(cloud, action.plan_name)
    now = cloud.now()
    plan = plans.BackupPlan(
        cloud.world.new_id(Kind.BACKUP_PLAN),
        action.plan_name,
        template,
        action.describe,
        action.life_cycle.transition,
        action.life_cycle.expiration,
        now,
        now,
        channels,
    )
    cloud.world.ledger.backup_plans[plan.plan_id] = plan
    return BackupPlanAnswer(data=_described(plan))


@handles(UpdateRecordBackupPlan)
def update_record_backup_plan(cloud: Cloud, action: UpdateRecordBackupPlan) -> BackupPlanAnswer:
    """Change a backup plan, everything that is asked for or nothing."""
    plan, change = _find(cloud, action.plan_id), action.mod
    template = plan.template
    if change.template_id is not None:
        template = find_backup_template(cloud, change.template_id)
    _check_texts(change.plan_name, change.describe)
    if change.plan_name is not None and change.plan_name != plan.name:
        _check_new(cloud, change.plan_name)
    if change.life_cycle is not None:
        check_kept(change.life_cycle)
    joining = _channels(cloud, change.add or (), change.organization_id or ())
    for known in change.del_ or ():
        if known not in plan.channels:
            raise Refusal(f"{VALUE}InvalidChannelId", "the plan has no such channel")
    plan.template = template
    plan.name = change.plan_name or plan.name
    plan.description = plan.description if change.describe is None else change.describe
    if change.life_cycle is not None:
        plan.hot_days, plan.cold_days = change.life_cycle.transition, change.life_cycle.expiration
    plan.channels.update(joining)
    for known in change.del_ or ():
        plan.channels.pop(known, None)
    plan.updated = cloud.now()
    return BackupPlanAnswer(data=_described(plan))


@handles(DeleteRecordBackupPlan)
def delete_record_backup_plan(cloud: Cloud, action: DeleteRecordBackupPlan) -> Result:
    """Remove a backup plan."""
    del cloud.world.ledger.backup_plans[_find(cloud, action.plan_id).plan_id]
    return Result()


@handles(DescribeRecordBackupPlan)
def describe_record_backup_plan(cloud: Cloud, action: DescribeRecordBackupPlan) -> BackupPlanAnswer:
    """Tell everything about one backup plan."""
    return BackupPlanAnswer(data=_described(_find(cloud, action.plan_id)))


@handles(ListRecordBackupPlans)
def list_record_backup_plans(cloud: Cloud, _action: ListRecordBackupPlans) -> BackupPlanList:
    """List all backup plans."""
    known = cloud.world.ledger.backup_plans.values()
    return BackupPlanList(data=[_described(plan) for plan in known])


@handles(ListRecordBackupPlanDevices)
def list_record_backup_plan_devices(
    cloud: Cloud, action: ListRecordBackupPlanDevices
) -> PlannedChannelPage:
    """List the channels of a backup plan."""
    plan = _find(cloud, action.plan_id)
    for word, code in (
        (action.channel_name, "InvalidChannelName"),
        (action.device_name, "InvalidDeviceName"),
        (action.organization_name, "InvalidOrgName"),
    ):
        if word and len(word.encode()) > 32:
            raise Refusal(f"{VALUE}{code}", "32 bytes at most")
    channels = [channel for channel in map(cloud.world.channel, plan.channels) if channel]
    found = search(
        cloud,
        [(channel.device, channel.number) for channel in channels],
        action.channel_name,
        action.device_name,
        action.organization_name,
    )
    number = 1 if action.page_number is None else action.page_number
    rows = [
        planned_channel(cloud, seat)
        for seat in page(
            found,
            number,
            action.page_size,
            bad_number="FailedOperation",
            bad_size="FailedOperation",
        )
    ]
    return PlannedChannelPage(
        data=PlannedChannels(
            page_number=number, page_size=len(rows), total_count=len(found), list_=rows
        )
    )


def _channels(
    cloud: Cloud, rows: Sequence[ChannelOfDevice], ids: Sequence[OrganizationId]
) -> dict[str, None]:
    channels: dict[str, None] = {}
    for row in rows:
        device = find_device(cloud, row.device_id, unknown=f"{VALUE}InvalidDeviceId")
        channel = find_channel(cloud, row.channel_id, unknown=f"{VALUE}InvalidChannelId")
        if channel.device is not device:
            raise Refusal(f"{VALUE}InvalidChannelId", "the channel is another device's")
        channels[channel.channel_id] = None
    for known in ids:
        node = cloud.world.organizations.get(known)
        if node is None:
            raise Refusal(f"{VALUE}InvalidOrganizationId", "there is no such organisation")
        channels |= dict.fromkeys(
            roster.channel_id(cloud.world, seat) for seat in roster.under(node) if seat[0].remote
        )
    if len(channels) > MOST_CHANNELS:
        raise Refusal(f"{VALUE}PlanChannelsExceedsRange", f"{MOST_CHANNELS} channels at most")
    return channels


def _check_texts(name: str | None, description: str | None) -> None:
    if name is not None and not (name and is_label(name, 32)):
        raise Refusal(f"{VALUE}InvalidName", "a name has 1 to 32 letters, digits, _ or -")
    if description is not None and not is_label(description, 128):
        raise Refusal(f"{VALUE}InvalidDescription", "a description has letters, digits, _ and -")


def _check_new(cloud: Cloud, name: str) -> None:
    if any(plan.name == name for plan in cloud.world.ledger.backup_plans.values()):
        raise Refusal("ResourceInUse.PlanNameRepeat", "the name is taken")


def _find(cloud: Cloud, plan_id: str) -> plans.BackupPlan:
    if not _ID.fullmatch(plan_id):
        raise Refusal(f"{VALUE}InvalidPlanId", "the plan id can't be one")
    plan = cloud.world.ledger.backup_plans.get(plan_id)
    if plan is None:
        raise Refusal("ResourceNotFound", "there is no such plan")
    return plan


def _described(plan: plans.BackupPlan) -> BackupPlan:
    return BackupPlan(
        plan_id=PlanId(plan.plan_id),
        plan_name=plan.name,
        template_id=TemplateId(plan.template.template_id),
        describe=plan.description,
        life_cycle=LifeCycle(transition=plan.hot_days, expiration=plan.cold_days),
        status=1,
        channel_count=len(plan.channels),
        create_at=local_text(plan.created),
        update_at=local_text(plan.updated),
    )
