"""Live plans, and what they do to the recordings."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    AddRecordPlan,
    AddRecordTemplate,
    BackupPlanChange,
    ChannelOfDevice,
    DeleteRecordBackupPlan,
    DeleteRecordPlan,
    DescribeOrganization,
    DescribeRecordBackupPlan,
    DescribeRecordFile,
    DescribeRecordPlan,
    DeviceStatus,
    LifeCycle,
    ListOrganizationChannelNumbers,
    ListOrganizationChannels,
    ListRecordBackupPlanDevices,
    ListRecordPlanChannels,
    ListRecordPlanDevices,
    ListRecordPlans,
    ListRecordTemplates,
    RecordPlanChange,
    RecordTemplateChange,
    TimeSection,
    UpdateRecordBackupPlan,
    UpdateRecordPlan,
    UpdateRecordTemplate,
)
from ivcdesk.simulator.recordings import DAY, cloud_day, day_start, without

UNKNOWN = "12345678-abcd-efgh-ijkl-1234567890ab"


def of(channel):
    return ChannelOfDevice(device_id=channel.device.device_id, channel_id=channel.channel_id)


def plans(asked):
    return {row.plan_name: row for row in asked(ListRecordPlans()).data}


def organization(asked, name):
    rows = asked(DescribeOrganization()).data
    return next(row.organization_id for row in rows if row.name == name)


@pytest.fixture
def add(asked):
    template = asked(ListRecordTemplates()).data[0].template_id

    def build(**given):
        fields = {
            "plan_name": "新计划",
            "template_id": template,
            "life_cycle": LifeCycle(transition=7),
        }
        return AddRecordPlan(**{**fields, **given})

    return build


def test_seeded_plans_hold_the_channels_that_are_recorded(asked):
    world = asked.cloud.world
    total = sum(device.channel_num for device in world.devices.values())
    free = sum(
        channel.plan is None
        for device in world.devices.values()
        for channel in world.channels(device)
    )
    assert sum(row.channel_count for row in plans(asked).values()) == total - free
    assert len(asked(ListRecordPlanChannels()).data.list_) == total - free
    for row in plans(asked).values():
        ask = ListRecordPlanDevices(plan_id=row.plan_id, page_size=1000, page_number=1)
        listed = asked(ask).data
        assert listed.total_count == len(listed.list_) == row.channel_count
        assert asked(DescribeRecordPlan(plan_id=row.plan_id)).data == row


def test_a_new_plan_records_from_now_on(asked, add, noon):
    channel = asked.channel("Town hall")
    assert asked.cloud.recorded(channel.channel_id, "cloud", noon - DAY, noon) == []
    added = asked(add(channels=[of(channel)])).data
    asked.clock.advance(600)
    spans = asked.cloud.recorded(channel.channel_id, "cloud", noon - DAY, noon + DAY)
    assert spans == [(noon, noon + 600)]
    asked(DeleteRecordPlan(plan_id=added.plan_id))
    asked.clock.advance(600)
    spans = asked.cloud.recorded(channel.channel_id, "cloud", noon - DAY, noon + DAY)
    assert spans == [(noon, noon + 600)]


def test_a_deleted_plan_lingers_and_is_gone(asked, add):
    channel = asked.channel("Town hall")
    added = asked(add(channels=[of(channel)])).data
    asked(DeleteRecordPlan(plan_id=added.plan_id))
    assert plans(asked)["新计划"].status == 0
    change = RecordPlanChange(describe="x")
    update = UpdateRecordPlan(plan_id=added.plan_id, mod=change)
    assert asked.refused(update) == "ResourceInUse.PlanDeleting"
    asked.clock.advance(10)
    asked.cloud.agenda.settle()
    assert "新计划" not in plans(asked)
    assert asked.refused(update) == "ResourceNotFound.PlanNotExist"
    asked(add(channels=[of(channel)]))


def test_organisations_bring_the_channels_that_are_free(asked, add):
    lobbies = organization(asked, "大堂 Lobbies")
    ask = ListOrganizationChannelNumbers(organization_id=[lobbies])
    before = asked(ask).data
    assert (before.total_count, before.not_in_plan_count) == (3, 1)
    asked(add(organization_id=[lobbies]))
    assert plans(asked)["新计划"].channel_count == 1
    assert asked(ask).data.not_in_plan_count == 0


def test_organisations_list_their_channels(asked):
    port = organization(asked, "上海港 Port of Shanghai")
    fields = {"organization_id": port, "page_size": 30, "page_number": 1}
    whole = asked(ListOrganizationChannels(**fields)).data
    numbers = asked(ListOrganizationChannelNumbers(organization_id=[port])).data
    assert whole.total_count == numbers.total_count
    assert len(whole.list_) == whole.page_size == 30
    named = asked(ListOrganizationChannels(**fields, device_name="gate 3")).data
    assert named.total_count == 16
    one = asked(ListOrganizationChannels(**fields, channel_name="quay 12")).data
    assert [row.in_plan for row in one.list_] == [True]


def test_a_plans_channels_are_searched(asked):
    plan = plans(asked)["全天录像_All-day"]
    fields = {"plan_id": plan.plan_id, "page_size": 5, "page_number": 1}
    by_device = asked(ListRecordPlanDevices(**fields, device_name="Gate 3")).data
    assert (by_device.total_count, by_device.page_size) == (16, 5)
    by_place = asked(ListRecordPlanDevices(**fields, organization_name="Quay")).data
    assert {row.organization_name for row in by_place.list_} == {"码头前沿 Quay"}
    both = {"channel_name": "PTZ Quay 12", "device_name": "Gate 3"}
    assert asked(ListRecordPlanDevices(**fields, **both)).data.total_count == 1


def test_changes_of_a_plan(asked, add):
    first, second = asked.channel("Town hall"), asked.channel("Depot mast")
    plan = asked(add(channels=[of(first)])).data
    templates = asked(ListRecordTemplates()).data
    change = RecordPlanChange(
        plan_name="改名",
        template_id=templates[1].template_id,
        describe="说明",
        stream_type="main",
        life_cycle=LifeCycle(transition=10, expiration=60),
        add=[of(second)],
        del_=[first.channel_id],
        repair_mode=1,
    )
    changed = asked(UpdateRecordPlan(plan_id=plan.plan_id, mod=change)).data
    assert (changed.plan_name, changed.describe, changed.stream_type) == ("改名", "说明", "main")
    assert (changed.repair_mode, changed.life_cycle.expiration) == (1, 60)
    assert (first.plan, second.plan.name) == (None, "改名")
    one = RecordPlanChange(describe="")
    changed = asked(UpdateRecordPlan(plan_id=plan.plan_id, mod=one)).data
    assert (changed.plan_name, changed.describe) == ("改名", "")


def test_a_template_changes_what_its_plans_record(asked, add, noon):
    channel = asked.channel("Town hall")
    morning = TimeSection(day_of_week=2, start_time="00:00:00", end_time="12:10:00")
    template = asked(AddRecordTemplate(template_name="t", time_sections=[morning])).data
    asked(add(template_id=template.template_id, channels=[of(channel)]))
    asked.clock.advance(1800)
    spans = asked.cloud.recorded(channel.channel_id, "cloud", noon, noon + DAY)
    assert spans == [(noon, noon + 600)]
    longer = TimeSection(day_of_week=2, start_time="00:00:00", end_time="23:59:59")
    change = RecordTemplateChange(time_sections=[longer])
    asked(UpdateRecordTemplate(template_id=template.template_id, mod=change))
    asked.clock.advance(600)
    spans = asked.cloud.recorded(channel.channel_id, "cloud", noon, noon + DAY)
    assert spans == [(noon, noon + 600), (noon + 1800, noon + 2400)]


def test_days_that_are_kept_hot_and_cold(asked, noon):
    channel = asked.channel("PTZ Fence East")
    old, recent = noon - 12 * DAY, noon - 2 * DAY
    assert asked.cloud.recorded(channel.channel_id, "cloud", recent, recent + DAY)
    assert asked.cloud.recorded(channel.channel_id, "cloud", old, old + DAY) == []
    assert asked.cloud.archived(channel, old, old + DAY)
    start = int(old) // DAY * DAY
    ask = DescribeRecordFile(
        device_id=channel.device.device_id,
        channel_id=channel.channel_id,
        start_time=start,
        end_time=start + 3600,
    )
    assert asked(ask).data.tips == 1
    kept = noon - 80 * DAY
    assert asked.cloud.archived(channel, kept, kept + DAY) == []


WRONG_PLANS = [
    ({"plan_name": ""}, "InvalidParameterValue.EmptyName"),
    ({"plan_name": "a b"}, "InvalidParameterValue.IllegalName"),
    ({"plan_name": "x" * 33}, "InvalidParameterValue.TooLongName"),
    ({"plan_name": "全天录像_All-day"}, "ResourceInUse.PlanNameRepeat"),
    ({"template_id": ""}, "InvalidParameterValue.EmptyTemplateId"),
    ({"template_id": "?"}, "InvalidParameterValue.InvalidTemplateId"),
    ({"template_id": UNKNOWN}, "ResourceNotFound.TemplateNotExist"),
    ({"describe": "a b"}, "InvalidParameterValue.IllegalDescribe"),
    ({"describe": "x" * 129}, "InvalidParameterValue.TooLongDescribe"),
    ({"stream_type": "x" * 33}, "InvalidParameterValue.TooLongStreamType"),
    ({"stream_type": "主"}, "InvalidParameterValue.IllegalStreamType"),
    ({"life_cycle": LifeCycle()}, "InvalidParameterValue.InvalidTransitionRange"),
    (
        {"life_cycle": LifeCycle(transition=7, expiration=59)},
        "InvalidParameterValue.InvalidExpirationRange",
    ),
    (
        {"life_cycle": LifeCycle(transition=3600, expiration=60)},
        "InvalidParameterValue.InvalidExpirationRange",
    ),
    ({"repair_mode": 2}, "InvalidParameterValue.InvalidRepairMode"),
    (
        {"repair_mode": 1, "life_cycle": LifeCycle(transition=2)},
        "InvalidParameterValue.LimitRepairTransition",
    ),
    ({"organization_id": [""]}, "InvalidParameterValue.EmptyOrganizationId"),
    ({"organization_id": ["x"]}, "InvalidParameterValue.IllegalOrganizationId"),
    ({"organization_id": ["99"]}, "ResourceNotFound.OrganizationIdNotExist"),
    ({"organization_id": ["1"] * 1001}, "InvalidParameterValue.OrganizationCountExceedsRange"),
    (
        {"channels": [ChannelOfDevice(device_id="", channel_id="c")]},
        "InvalidParameterValue.EmptyDeviceId",
    ),
    (
        {"channels": [ChannelOfDevice(device_id="?", channel_id="c")]},
        "InvalidParameterValue.IllegalDeviceId",
    ),
    (
        {"channels": [ChannelOfDevice(device_id="d", channel_id="c")]},
        "InvalidParameterValue.InvalidDeviceId",
    ),
]


@pytest.mark.parametrize(("wrong", "code"), WRONG_PLANS)
def test_wrong_plans(asked, add, wrong, code):
    before = asked(ListRecordPlans())
    assert asked.refused(add(**wrong)) == code
    assert asked(ListRecordPlans()) == before


@pytest.mark.parametrize(("wrong", "code"), WRONG_PLANS)
def test_wrong_changes_of_plans_change_nothing(asked, add, wrong, code):
    plan = asked(add()).data
    change = dict(wrong)
    if "channels" in change:
        change["add"] = change.pop("channels")
    if change.get("template_id") == "":
        code = "InvalidParameterValue.InvalidTemplateId"
    update = UpdateRecordPlan(plan_id=plan.plan_id, mod=RecordPlanChange(**change))
    before = asked(ListRecordPlans())
    assert asked.refused(update) == code
    assert asked(ListRecordPlans()) == before


@pytest.mark.parametrize(
    ("channel_id", "code"),
    [("", "EmptyChannelId"), ("?", "IllegalChannelId"), ("c", "InvalidChannelId")],
)
def test_wrong_channels(asked, add, channel_id, code):
    device = asked.device("Town hall")
    wrong = [ChannelOfDevice(device_id=device.device_id, channel_id=channel_id)]
    assert asked.refused(add(channels=wrong)) == f"InvalidParameterValue.{code}"
    plan = asked(add()).data
    change = UpdateRecordPlan(plan_id=plan.plan_id, mod=RecordPlanChange(add=wrong))
    assert asked.refused(change) == f"InvalidParameterValue.{code}"


def test_a_channel_belongs_to_its_device_and_to_one_plan(asked, add):
    taken, other = asked.channel("PTZ Quay 12"), asked.device("Town hall")
    swapped = [ChannelOfDevice(device_id=other.device_id, channel_id=taken.channel_id)]
    code = "InvalidParameterValue.InvalidChannelIdOrDeviceId"
    assert asked.refused(add(channels=swapped)) == code
    assert asked.refused(add(channels=[of(taken)])) == "InvalidParameter.InvalidChannels"
    free = of(asked.channel("Town hall"))
    assert asked.refused(add(channels=[free, free])) == "InvalidParameter.InvalidChannels"
    plan = asked(add(channels=[free])).data
    change = UpdateRecordPlan(plan_id=plan.plan_id, mod=RecordPlanChange(add=[of(taken)]))
    assert asked.refused(change) == "ResourceInUse.ChannelRepeatAdd"
    change = UpdateRecordPlan(plan_id=plan.plan_id, mod=RecordPlanChange(add=swapped))
    assert asked.refused(change) == code
    other = of(asked.channel("Depot mast"))
    change = UpdateRecordPlan(plan_id=plan.plan_id, mod=RecordPlanChange(add=[other, other]))
    assert asked.refused(change) == "InvalidParameter.InvalidChannels"
    leave = UpdateRecordPlan(plan_id=plan.plan_id, mod=RecordPlanChange(del_=[taken.channel_id]))
    assert asked.refused(leave) == "InvalidParameterValue.InvalidChannelId"
    nothing = UpdateRecordPlan(plan_id=plan.plan_id, mod=RecordPlanChange())
    assert asked.refused(nothing) == "MissingParameter.MissingUpdatedInfo"


@pytest.mark.parametrize(
    ("action", "more"),
    [
        (DescribeRecordPlan, {}),
        (DeleteRecordPlan, {}),
        (UpdateRecordPlan, {"mod": RecordPlanChange(describe="x")}),
        (ListRecordPlanDevices, {"page_size": 1, "page_number": 1}),
        (DescribeRecordBackupPlan, {}),
        (DeleteRecordBackupPlan, {}),
        (UpdateRecordBackupPlan, {"mod": BackupPlanChange()}),
        (ListRecordBackupPlanDevices, {}),
    ],
)
def test_unknown_plans(asked, action, more):
    code = "ResourceNotFound" if "Backup" in action.__name__ else "ResourceNotFound.PlanNotExist"
    assert asked.refused(action(plan_id=UNKNOWN, **more)) == code
    assert asked.refused(action(plan_id="?", **more)) == "InvalidParameterValue.InvalidPlanId"


def test_a_plan_holds_5000_channels(asking):
    asked = asking(scenario="fleet", devices=6000)
    world = asked.cloud.world
    for device in world.devices.values():
        device.plan = None
    template = asked(ListRecordTemplates()).data[0].template_id
    rows = asked(DescribeOrganization()).data
    everything = [row.organization_id for row in rows if row.level == 1]
    plan = {"template_id": template, "life_cycle": LifeCycle(transition=7)}
    code = "InvalidParameterValue.PlanChannelsExceedsRange"
    add = AddRecordPlan(plan_name="p", organization_id=everything, **plan)
    assert asked.refused(add) == code
    small = asked(AddRecordPlan(plan_name="p", **plan)).data
    change = RecordPlanChange(organization_id=everything)
    assert asked.refused(UpdateRecordPlan(plan_id=small.plan_id, mod=change)) == code


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"page_size": 0}, "InvalidPageSize"),
        ({"page_number": 0}, "InvalidPageNumber"),
        ({"device_name": "x" * 33}, "TooLongName"),
        ({"channel_name": "a<b"}, "IllegalName"),
    ],
)
def test_wrong_searches(asked, wrong, code):
    plan_id = plans(asked)["全天录像_All-day"].plan_id
    fields = {"page_size": 5, "page_number": 1, **wrong}
    code = f"InvalidParameterValue.{code}"
    assert asked.refused(ListRecordPlanDevices(plan_id=plan_id, **fields)) == code
    node = asked(DescribeOrganization()).data[0].organization_id
    assert asked.refused(ListOrganizationChannels(organization_id=node, **fields)) == code


def test_wrong_organisations(asked):
    for known, code in (
        ("", "InvalidParameterValue.EmptyOrganizationId"),
        ("x", "InvalidParameterValue.IllegalOrganizationId"),
        ("99", "ResourceNotFound.OrganizationIdNotExist"),
    ):
        ask = ListOrganizationChannels(organization_id=known, page_size=1, page_number=1)
        assert asked.refused(ask) == code
        ask = ListOrganizationChannelNumbers(organization_id=[known])
        assert asked.refused(ask) == code
    for ids, code in (
        ([], "InvalidParameter.InvalidOrganizationParam"),
        (["1"] * 11, "InvalidParameterValue.OrganizationCountExceedsRange"),
        (["99"], "ResourceNotFound.OrganizationIdNotExist"),
    ):
        assert asked.refused(ListOrganizationChannelNumbers(organization_id=ids)) == code


def test_a_plan_that_repairs_fills_gaps_from_the_device_an_hour_later(asked, noon):
    channel = asked.channel("PTZ Gate North")
    day = (day_start(cloud_day(noon) - 1), day_start(cloud_day(noon)))
    before = asked.cloud.recorded(channel.channel_id, "cloud", *day)
    held = asked.cloud.recorded(channel.channel_id, "device", *day)
    assert without(held, before)
    change = RecordPlanChange(repair_mode=1)
    asked(UpdateRecordPlan(plan_id=channel.plan.plan_id, mod=change))
    after = asked.cloud.recorded(channel.channel_id, "cloud", *day)
    assert without(held, after) == without(before, after) == []
    asked.cloud.set_status(channel.device, DeviceStatus.OFFLINE)
    asked.clock.advance(1800)
    asked.cloud.set_status(channel.device, DeviceStatus.ONLINE)
    asked.clock.advance(600)
    gap = (noon, noon + 1800)
    assert asked.cloud.recorded(channel.channel_id, "cloud", *gap) == []
    asked.clock.advance(3600)
    assert asked.cloud.recorded(channel.channel_id, "cloud", *gap) == [gap]
