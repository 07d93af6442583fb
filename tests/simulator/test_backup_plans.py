"""Backup plans, and what they fetch."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    AddRecordBackupPlan,
    BackupPlanChange,
    ChannelOfDevice,
    DeleteRecordBackupPlan,
    DescribeOrganization,
    DescribeRecordBackupPlan,
    LifeCycle,
    ListRecordBackupPlanDevices,
    ListRecordBackupPlans,
    ListRecordBackupTemplates,
    UpdateRecordBackupPlan,
)
from ivcdesk.simulator.recordings import DAY, cloud_day, day_start

UNKNOWN = "12345678-abcd-efgh-ijkl-1234567890ab"


def of(channel):
    return ChannelOfDevice(device_id=channel.device.device_id, channel_id=channel.channel_id)


def organization(asked, name):
    rows = asked(DescribeOrganization()).data
    return next(row.organization_id for row in rows if row.name == name)


@pytest.fixture
def backup(asked):
    template = asked(ListRecordBackupTemplates()).data[0].template_id

    def build(**given):
        fields = {
            "template_id": template,
            "plan_name": "补录",
            "describe": "",
            "life_cycle": LifeCycle(transition=7),
        }
        return AddRecordBackupPlan(**{**fields, **given})

    return build


def test_backup_plans_are_added_changed_and_deleted(asked, backup):
    channel = asked.channel("PTZ Quay 12")
    quay = organization(asked, "码头前沿 Quay")
    plan = asked(backup(channels=[of(channel)], organization_id=[quay])).data
    assert plan.channel_count == 3
    listed = asked(ListRecordBackupPlanDevices(plan_id=plan.plan_id)).data
    assert listed.total_count == 3
    named = ListRecordBackupPlanDevices(plan_id=plan.plan_id, channel_name="quay 14")
    assert asked(named).data.total_count == 1
    asked.clock.advance(10)
    change = BackupPlanChange(plan_name="补录2", del_=[channel.channel_id], describe="x")
    changed = asked(UpdateRecordBackupPlan(plan_id=plan.plan_id, mod=change)).data
    assert (changed.plan_name, changed.channel_count) == ("补录2", 2)
    assert changed.update_at > changed.create_at
    assert asked(DescribeRecordBackupPlan(plan_id=plan.plan_id)).data == changed
    assert asked(ListRecordBackupPlans()).data == [changed]
    gone = DeleteRecordBackupPlan(plan_id=plan.plan_id)
    asked(gone)
    assert asked.refused(gone) == "ResourceNotFound"


WRONG_BACKUPS = [
    ({"plan_name": ""}, "InvalidParameterValue.InvalidName"),
    ({"describe": "a b"}, "InvalidParameterValue.InvalidDescription"),
    ({"template_id": UNKNOWN}, "ResourceNotFound"),
    ({"template_id": "?"}, "InvalidParameterValue.InvalidTemplateId"),
    ({"organization_id": ["99"]}, "InvalidParameterValue.InvalidOrganizationId"),
    (
        {"channels": [ChannelOfDevice(device_id="d", channel_id="c")]},
        "InvalidParameterValue.InvalidDeviceId",
    ),
]


@pytest.mark.parametrize(("wrong", "code"), WRONG_BACKUPS)
def test_wrong_backup_plans(asked, backup, wrong, code):
    assert asked.refused(backup(**wrong)) == code
    asked(backup())
    assert asked.refused(backup()) == "ResourceInUse.PlanNameRepeat"


@pytest.mark.parametrize(("wrong", "code"), WRONG_BACKUPS)
def test_wrong_changes_of_backup_plans_change_nothing(asked, backup, wrong, code):
    plan = asked(backup()).data
    change = dict(wrong)
    if "channels" in change:
        change["add"] = change.pop("channels")
    update = UpdateRecordBackupPlan(plan_id=plan.plan_id, mod=BackupPlanChange(**change))
    assert asked.refused(update) == code
    assert asked(DescribeRecordBackupPlan(plan_id=plan.plan_id)).data == plan


def test_backup_plans_channels_belong_to_their_devices_and_names_are_unique(asked, backup):
    channel, other = asked.channel("PTZ Quay 12"), asked.device("PTZ Quay 14")
    swapped = [ChannelOfDevice(device_id=other.device_id, channel_id=channel.channel_id)]
    code = "InvalidParameterValue.InvalidChannelId"
    assert asked.refused(backup(channels=swapped)) == code
    plan, second = asked(backup()).data, asked(backup(plan_name="b")).data
    for change, expected in (
        (BackupPlanChange(add=swapped), code),
        (BackupPlanChange(del_=[channel.channel_id]), code),
        (BackupPlanChange(plan_name="补录"), "ResourceInUse.PlanNameRepeat"),
    ):
        update = UpdateRecordBackupPlan(plan_id=second.plan_id, mod=change)
        assert asked.refused(update) == expected
    for word, expected in (
        ({"channel_name": "x" * 33}, "InvalidChannelName"),
        ({"device_name": "x" * 33}, "InvalidDeviceName"),
        ({"organization_name": "x" * 33}, "InvalidOrgName"),
    ):
        ask = ListRecordBackupPlanDevices(plan_id=plan.plan_id, **word)
        assert asked.refused(ask) == f"InvalidParameterValue.{expected}"
    bad_page = ListRecordBackupPlanDevices(plan_id=plan.plan_id, page_size=0)
    assert asked.refused(bad_page) == "FailedOperation"


def test_a_backup_plan_fetches_a_day_later(asked, backup, noon):
    channel = asked.channel("Bollard 9")
    world = asked.cloud.world
    channel.device.join(channel.number, None, noon - 40 * DAY)
    hours = (day_start(cloud_day(noon)) + 8 * 3600, noon)
    assert asked.cloud.recorded(channel.channel_id, "cloud", *hours) == []
    asked(backup(channels=[of(channel)]))
    assert asked.cloud.recorded(channel.channel_id, "cloud", *hours) == []
    asked.clock.advance(DAY + 3600)
    held = asked.cloud.recorded(channel.channel_id, "device", *hours)
    assert asked.cloud.recorded(channel.channel_id, "cloud", *hours) == held
    assert world.channel(channel.channel_id).plan is None
