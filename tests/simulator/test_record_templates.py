"""Templates of both kinds of plans."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    AddRecordBackupPlan,
    AddRecordBackupTemplate,
    AddRecordTemplate,
    BackupTemplateChange,
    DeleteRecordBackupTemplate,
    DeleteRecordTemplate,
    DescribeRecordBackupTemplate,
    DescribeRecordTemplate,
    LifeCycle,
    ListRecordBackupTemplates,
    ListRecordTemplates,
    RecordTemplateChange,
    TimeSection,
    UpdateRecordBackupTemplate,
    UpdateRecordTemplate,
)

UNKNOWN = "12345678-abcd-efgh-ijkl-1234567890ab"


def section(day=1, begin="08:00:00", end="12:00:00"):
    return TimeSection(day_of_week=day, start_time=begin, end_time=end)


def test_what_is_added_is_listed_changed_and_deleted(asked):
    known = len(asked(ListRecordTemplates()).data)
    added = asked(AddRecordTemplate(template_name="夜班_1", time_sections=[section()])).data
    assert asked(DescribeRecordTemplate(template_id=added.template_id)).data == added
    assert len(asked(ListRecordTemplates()).data) == known + 1
    change = RecordTemplateChange(template_name="夜班_2", time_sections=[section(3)])
    changed = asked(UpdateRecordTemplate(template_id=added.template_id, mod=change)).data
    assert (changed.template_name, changed.time_sections) == ("夜班_2", [section(3)])
    only_name = RecordTemplateChange(template_name="夜班_3")
    changed = asked(UpdateRecordTemplate(template_id=added.template_id, mod=only_name)).data
    assert changed.time_sections == [section(3)]
    gone = DeleteRecordTemplate(template_id=added.template_id)
    asked(gone)
    assert asked.refused(gone) == "ResourceNotFound.TemplateNotExist"
    assert len(asked(ListRecordTemplates()).data) == known


WRONG_SECTIONS = [
    ([], "MissingParameter.EmptyTimeSection"),
    ([section(0)], "InvalidParameterValue.InvalidTimeSectionValue"),
    ([section(8)], "InvalidParameterValue.InvalidTimeSectionValue"),
    ([section(1, "8:00", "9:00")], "InvalidParameterValue.InvalidTimeSectionValue"),
    ([section(1, "08:00:00", "24:00:00")], "InvalidParameterValue.InvalidTimeSectionValue"),
    (
        [section(1, "12:00:00", "08:00:00")],
        "InvalidParameterValue.StartTimeGreaterThanOrEqualEndTime",
    ),
    ([section(1, "08:00:00", "08:09:59")], "InvalidParameterValue.TimeLessThanTenMinutes"),
    ([section(), section(1, "11:00:00", "13:00:00")], "InvalidParameter.InvalidTimeSection"),
]


@pytest.mark.parametrize(("sections", "code"), WRONG_SECTIONS)
def test_sections_have_a_form(asked, sections, code):
    assert asked.refused(AddRecordTemplate(template_name="x", time_sections=sections)) == code
    added = asked(AddRecordTemplate(template_name="y", time_sections=[section()])).data
    change = RecordTemplateChange(time_sections=sections)
    assert asked.refused(UpdateRecordTemplate(template_id=added.template_id, mod=change)) == code
    assert asked(DescribeRecordTemplate(template_id=added.template_id)).data == added


@pytest.mark.parametrize(
    ("name", "code"),
    [("", "EmptyName"), ("x" * 33, "TooLongName"), ("a b", "IllegalName"), ("a/b", "IllegalName")],
)
def test_names_have_a_form(asked, name, code):
    add = AddRecordTemplate(template_name=name, time_sections=[section()])
    assert asked.refused(add) == f"InvalidParameterValue.{code}"


def test_names_are_unique_and_used_templates_stay(asked):
    used = asked(ListRecordTemplates()).data[0]
    again = AddRecordTemplate(template_name=used.template_name, time_sections=[section()])
    assert asked.refused(again) == "ResourceInUse.TemplateNameRepeat"
    gone = DeleteRecordTemplate(template_id=used.template_id)
    assert asked.refused(gone) == "ResourceInUse.PlanLinkTemplate"
    empty = UpdateRecordTemplate(template_id=used.template_id, mod=RecordTemplateChange())
    assert asked.refused(empty) == "MissingParameter.MissingUpdatedInfo"
    same = RecordTemplateChange(template_name=used.template_name)
    asked(UpdateRecordTemplate(template_id=used.template_id, mod=same))


@pytest.mark.parametrize(
    ("action", "more"),
    [
        (DescribeRecordTemplate, {}),
        (DeleteRecordTemplate, {}),
        (UpdateRecordTemplate, {"mod": RecordTemplateChange(template_name="x")}),
        (DescribeRecordBackupTemplate, {}),
        (DeleteRecordBackupTemplate, {}),
        (UpdateRecordBackupTemplate, {"mod": BackupTemplateChange()}),
    ],
)
def test_unknown_templates(asked, action, more):
    backup = "Backup" in action.__name__
    code = "ResourceNotFound" if backup else "ResourceNotFound.TemplateNotExist"
    assert asked.refused(action(template_id=UNKNOWN, **more)) == code
    code = "InvalidParameterValue.InvalidTemplateId"
    assert asked.refused(action(template_id="?", **more)) == code


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "InvalidParameterValue.EmptyName"),
        ("x" * 33, "InvalidParameterValue.TooLongName"),
        ("a b", "InvalidParameterValue.IllegalName"),
        ("全天_All-day", "ResourceInUse.TemplateNameRepeat"),
    ],
)
def test_new_names_have_a_form(asked, name, code):
    added = asked(AddRecordTemplate(template_name="y", time_sections=[section()])).data
    change = RecordTemplateChange(template_name=name)
    assert asked.refused(UpdateRecordTemplate(template_id=added.template_id, mod=change)) == code


def backup(name="fetch", sections=None, wanted=None, scale=1):
    return AddRecordBackupTemplate(
        template_name=name,
        time_sections=[section(4, "00:00:00", "02:00:00")] if sections is None else sections,
        dev_time_sections=[section(3, "00:00:00", "01:00:00")] if wanted is None else wanted,
        scale=scale,
    )


def test_backup_templates_are_added_changed_and_deleted(asked):
    known = len(asked(ListRecordBackupTemplates()).data)
    added = asked(backup()).data
    assert added.create_at == added.update_at
    asked.clock.advance(100)
    change = BackupTemplateChange(template_name="fetch-2", scale=4)
    changed = asked(UpdateRecordBackupTemplate(template_id=added.template_id, mod=change)).data
    assert (changed.template_name, changed.scale) == ("fetch-2", 4)
    assert changed.update_at > changed.create_at
    assert asked(DescribeRecordBackupTemplate(template_id=added.template_id)).data == changed
    gone = DeleteRecordBackupTemplate(template_id=added.template_id)
    asked(gone)
    assert asked.refused(gone) == "ResourceNotFound"
    assert len(asked(ListRecordBackupTemplates()).data) == known


@pytest.mark.parametrize(
    ("add", "code"),
    [
        (backup(""), "InvalidParameterValue.InvalidName"),
        (backup("a b"), "InvalidParameterValue.InvalidName"),
        (backup("夜间补录_Nightly"), "ResourceInUse.TemplateNameRepeat"),
        (backup(sections=[]), "InvalidParameterValue"),
        (backup(sections=[section(9)]), "InvalidParameterValue.DataOutOfRange"),
        (backup(wanted=[section(1, "x", "y")]), "InvalidParameterValue.InvalidTimeFormat"),
        (
            backup(sections=[section(1, "02:00:00", "01:00:00")]),
            "InvalidParameterValue.StartOverEndTime",
        ),
        (
            backup(sections=[section(1, "02:00:00", "02:05:00")]),
            "InvalidParameterValue.TimeLessThanTenMinutes",
        ),
        (backup(scale=3), "InvalidParameterValue.UnSupportScale"),
        (
            backup(sections=[section(1, "02:00:00", "02:20:00")], scale=2),
            "InvalidParameterValue.BakTimeNotEnough",
        ),
    ],
)
def test_wrong_backup_templates(asked, add, code):
    assert asked.refused(add) == code


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (
            BackupTemplateChange(template_name="夜间补录_Nightly"),
            "ResourceInUse.TemplateNameRepeat",
        ),
        (
            BackupTemplateChange(time_sections=[section(9)]),
            "InvalidParameterValue.DataOutOfRange",
        ),
        (
            BackupTemplateChange(dev_time_sections=[section(1, "x", "y")]),
            "InvalidParameterValue.InvalidTimeFormat",
        ),
        (
            BackupTemplateChange(time_sections=[section(1, "02:00:00", "01:00:00")]),
            "InvalidParameterValue.StartTimeGreaterThanOrEqualEndTime",
        ),
        (
            BackupTemplateChange(time_sections=[section(1, "02:00:00", "02:05:00")]),
            "InvalidParameterValue.TimeLessThanTenMinutes",
        ),
        (BackupTemplateChange(scale=8), "InvalidParameterValue.UnSupportScale"),
        (
            BackupTemplateChange(time_sections=[section(1, "02:00:00", "02:20:00")]),
            "InvalidParameterValue.BakTimeNotEnough",
        ),
    ],
)
def test_wrong_changes_of_backup_templates_change_nothing(asked, change, code):
    added = asked(backup()).data
    update = UpdateRecordBackupTemplate(template_id=added.template_id, mod=change)
    assert asked.refused(update) == code
    assert asked(DescribeRecordBackupTemplate(template_id=added.template_id)).data == added


def test_used_backup_templates_stay(asked):
    used = asked(ListRecordBackupTemplates()).data[0]
    kept = LifeCycle(transition=7)
    plan = AddRecordBackupPlan(
        template_id=used.template_id, plan_name="p", describe="", life_cycle=kept
    )
    asked(plan)
    gone = DeleteRecordBackupTemplate(template_id=used.template_id)
    assert asked.refused(gone) == "ResourceInUse.PlanLinkTemplate"
