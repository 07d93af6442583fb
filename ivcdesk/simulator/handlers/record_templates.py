"""Templates of live plans and of backup plans."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ivcdesk.api.actions import (
    AddRecordBackupTemplate,
    AddRecordTemplate,
    BackupTemplate,
    BackupTemplateAnswer,
    BackupTemplateList,
    DeleteRecordBackupTemplate,
    DeleteRecordTemplate,
    DescribeRecordBackupTemplate,
    DescribeRecordTemplate,
    ListRecordBackupTemplates,
    ListRecordTemplates,
    RecordTemplate,
    RecordTemplateAnswer,
    RecordTemplateList,
    Result,
    TemplateId,
    UpdateRecordBackupTemplate,
    UpdateRecordTemplate,
)
from ivcdesk.simulator import plans
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import VALUE, check_label, is_label, local_text
from ivcdesk.simulator.handlers.schedules import (
    SectionCodes,
    read_sections,
    seconds_of,
    write_sections,
)
from ivcdesk.simulator.handlers.table import handles
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Kind

SCALES = (1, 2, 4)
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")
_LIVE = SectionCodes()
_BACKUP = SectionCodes(
    day=f"{VALUE}DataOutOfRange",
    form=f"{VALUE}InvalidTimeFormat",
    order=f"{VALUE}StartOverEndTime",
    clash=f"{VALUE}InvalidTimeFormat",
)
_BACKUP_CHANGE = SectionCodes(
    day=f"{VALUE}DataOutOfRange",
    form=f"{VALUE}InvalidTimeFormat",
    clash=f"{VALUE}InvalidTimeFormat",
)


@handles(AddRecordTemplate)
def add_record_template(cloud: Cloud, action: AddRecordTemplate) -> RecordTemplateAnswer:
    """Add a template of live plans."""
    check_label(action.template_name)
    if not action.time_sections:
        raise Refusal("MissingParameter.EmptyTimeSection", "there are no sections")
    sections = read_sections(action.time_sections, _LIVE)
    _check_new(action.template_name, cloud.world.ledger.templates.values())
    template = plans.Template(cloud.world.new_id(Kind.TEMPLATE), action.template_name, sections)
    cloud.world.ledger.templates[template.template_id] = template
    return RecordTemplateAnswer(data=_template(template))


@handles(UpdateRecordTemplate)
def update_record_template(cloud: Cloud, action: UpdateRecordTemplate) -> RecordTemplateAnswer:
    """Change a template; plans that follow it record by its new hours from now on."""
    template, change = find_template(cloud, action.template_id), action.mod
    if change.template_name is None and change.time_sections is None:
        raise Refusal("MissingParameter.MissingUpdatedInfo", "there is nothing to change")
    if change.template_name is not None and change.template_name != template.name:
        check_label(change.template_name)
        _check_new(change.template_name, cloud.world.ledger.templates.values())
    if change.time_sections is not None:
        if not change.time_sections:
            raise Refusal("MissingParameter.EmptyTimeSection", "there are no sections")
        template.sections = read_sections(change.time_sections, _LIVE)
        for plan in cloud.world.ledger.plans.values():
            if plan.template is template and not plan.ended:
                plan.follow(cloud.now())
    template.name = change.template_name or template.name
    return RecordTemplateAnswer(data=_template(template))


@handles(DeleteRecordTemplate)
def delete_record_template(cloud: Cloud, action: DeleteRecordTemplate) -> Result:
    """Remove a template that no plan follows."""
    template = find_template(cloud, action.template_id)
    _check_unused(template, cloud.world.ledger.plans.values())
    del cloud.world.ledger.templates[template.template_id]
    return Result()


@handles(DescribeRecordTemplate)
def describe_record_template(cloud: Cloud, action: DescribeRecordTemplate) -> RecordTemplateAnswer:
    """Tell everything about one template."""
    return RecordTemplateAnswer(data=_template(find_template(cloud, action.template_id)))


@handles(ListRecordTemplates)
def list_record_templates(cloud: Cloud, _action: ListRecordTemplates) -> RecordTemplateList:
    """List all templates of live plans."""
    known = cloud.world.ledger.templates.values()
    return RecordTemplateList(data=[_template(template) for template in known])


@handles(AddRecordBackupTemplate)
def add_record_backup_template(
    cloud: Cloud, action: AddRecordBackupTemplate
) -> BackupTemplateAnswer:
    """Add a template of backup plans."""
    _check_backup_name(action.template_name)
    if not action.time_sections or not action.dev_time_sections:
        raise Refusal("InvalidParameterValue", "both kinds of sections are needed")
    fetch = read_sections(action.time_sections, _BACKUP)
    wanted = read_sections(action.dev_time_sections, _BACKUP)
    _check_enough(fetch, wanted, action.scale)
    _check_new(action.template_name, cloud.world.ledger.backup_templates.values())
    template = plans.BackupTemplate(
        cloud.world.new_id(Kind.BACKUP_TEMPLATE),
        action.template_name,
        fetch,
        wanted,
        action.scale,
        cloud.now(),
        cloud.now(),
    )
    cloud.world.ledger.backup_templates[template.template_id] = template
    return BackupTemplateAnswer(data=_backup_template(template))


@handles(UpdateRecordBackupTemplate)
def update_record_backup_template(
    cloud: Cloud, action: UpdateRecordBackupTemplate
) -> BackupTemplateAnswer:
    """Change a template of backup plans."""
    template, change = find_backup_template(cloud, action.template_id), action.mod
    fetch, wanted = template.sections, template.device_sections
    if change.time_sections is not None:
        fetch = read_sections(change.time_sections, _BACKUP_CHANGE)
    if change.dev_time_sections is not None:
        wanted = read_sections(change.dev_time_sections, _BACKUP_CHANGE)
    scale = template.scale if change.scale is None else change.scale
    _check_enough(fetch, wanted, scale)
    if change.template_name is not None and change.template_name != template.name:
        _check_backup_name(change.template_name)
        _check_new(change.template_name, cloud.world.ledger.backup_templates.values())
        template.name = change.template_name
    template.sections, template.device_sections, template.scale = fetch, wanted, scale
    template.updated = cloud.now()
    return BackupTemplateAnswer(data=_backup_template(template))


@handles(DeleteRecordBackupTemplate)
def delete_record_backup_template(cloud: Cloud, action: DeleteRecordBackupTemplate) -> Result:
    """Remove a template that no backup plan follows."""
    template = find_backup_template(cloud, action.template_id)
    _check_unused(template, cloud.world.ledger.backup_plans.values())
    del cloud.world.ledger.backup_templates[template.template_id]
    return Result()


@handles(DescribeRecordBackupTemplate)
def describe_record_backup_template(
    cloud: Cloud, action: DescribeRecordBackupTemplate
) -> BackupTemplateAnswer:
    """Tell everything about one template of backup plans."""
    template = find_backup_template(cloud, action.template_id)
    return BackupTemplateAnswer(data=_backup_template(template))


@handles(ListRecordBackupTemplates)
def list_record_backup_templates(
    cloud: Cloud, _action: ListRecordBackupTemplates
) -> BackupTemplateList:
    """List all templates of backup plans."""
    known = cloud.world.ledger.backup_templates.values()
    return BackupTemplateList(data=[_backup_template(template) for template in known])


def find_template(cloud: Cloud, template_id: str) -> plans.Template:
    """Return a template of live plans."""
    _check_id(template_id)
    template = cloud.world.ledger.templates.get(template_id)
    if template is None:
        raise Refusal("ResourceNotFound.TemplateNotExist", "there is no such template")
    return template


def find_backup_template(cloud: Cloud, template_id: str) -> plans.BackupTemplate:
    """Return a template of backup plans."""
    _check_id(template_id)
    template = cloud.world.ledger.backup_templates.get(template_id)
    if template is None:
        raise Refusal("ResourceNotFound", "there is no such template")
    return template


def _check_id(template_id: str) -> None:
    if not _ID.fullmatch(template_id):
        raise Refusal(f"{VALUE}InvalidTemplateId", "the template id can't be one")


def _check_backup_name(name: str) -> None:
    if not name or not is_label(name, 32):
        raise Refusal(f"{VALUE}InvalidName", "a name has 1 to 32 letters, digits, _ or -")


def _check_new(name: str, known: Iterable[plans.Template] | Iterable[plans.BackupTemplate]) -> None:
    if any(template.name == name for template in known):
        raise Refusal("ResourceInUse.TemplateNameRepeat", "the name is taken")


def _check_unused(
    template: plans.Template | plans.BackupTemplate,
    known: Iterable[plans.Plan] | Iterable[plans.BackupPlan],
) -> None:
    if any(plan.template is template for plan in known):
        raise Refusal("ResourceInUse.PlanLinkTemplate", "a plan follows the template")


def _check_enough(
    fetch: tuple[plans.Section, ...], wanted: tuple[plans.Section, ...], scale: int
) -> None:
    if scale not in SCALES:
        raise Refusal(f"{VALUE}UnSupportScale", "Scale is 1, 2 or 4")
    if seconds_of(fetch) * scale < seconds_of(wanted):
        raise Refusal(f"{VALUE}BakTimeNotEnough", "there is not enough time to fetch it all")


def _template(template: plans.Template) -> RecordTemplate:
    return RecordTemplate(
        template_id=TemplateId(template.template_id),
        template_name=template.name,
        time_sections=write_sections(template.sections),
    )


def _backup_template(template: plans.BackupTemplate) -> BackupTemplate:
    return BackupTemplate(
        template_id=TemplateId(template.template_id),
        template_name=template.name,
        time_sections=write_sections(template.sections),
        dev_time_sections=write_sections(template.device_sections),
        scale=template.scale,
        create_at=local_text(template.created),
        update_at=local_text(template.updated),
    )
