"""A model that looks at channels. What it said is named ``PLAN_CHANNEL_SECONDS``."""

from __future__ import annotations

import asyncio
from typing import NamedTuple

import msgspec

from ivcdesk.api.actions import (
    AnalysisMode,
    AssignCommand,
    BatchAssignVLPlanChannels,
    BatchGetVLPlanSourceFileURL,
    CaptureKind,
    CreateVLPlan,
    CreateVLTemplate,
    DeleteVLPlan,
    DeleteVLTemplate,
    DescribeVLPlan,
    DescribeVLPlanResult,
    DescribeVLTemplate,
    DetectType,
    DeviceId,
    ListVLPlans,
    ListVLTemplates,
    ModelPlan,
    ModelPlanAnswer,
    ModelPlanPage,
    ModelResult,
    ModelResultAnswer,
    ModelTemplate,
    ModelTemplateAnswer,
    ModelTemplatePage,
    ModifyVLPlan,
    OrganizationId,
    Result,
    SourceAddress,
    SourceAddressPage,
)
from ivcdesk.api.actions import ChannelId as WireChannelId
from ivcdesk.simulator import roster, watchers
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.dice import dice
from ivcdesk.simulator.handlers.checking import local_text
from ivcdesk.simulator.handlers.finding import find_organization, page
from ivcdesk.simulator.handlers.table import handles, handles_slowly
from ivcdesk.simulator.handlers.watching import (
    address_seconds,
    check_capture,
    check_name,
    check_times,
    found,
    picture_address,
    read_channels,
    wrong,
)
from ivcdesk.simulator.recognition import things
from ivcdesk.simulator.recordings import DAY
from ivcdesk.simulator.refusal import Refusal
from ivcdesk.simulator.state import Channel

USUAL_DAYS, LONGEST_DAYS = 7, 1080
MOST_CHANNELS = 500
_NAME_LENGTH = 32
_BAD = "InvalidParameterValue"
_CAPTURES = {"realtime": CaptureKind.REALTIME, "low": CaptureKind.LOW_RATE}
# by whether there are people, and vehicles
_SAYINGS = {
    (False, False): "一切正常 All is well",
    (False, True): "有车辆 There are vehicles",
    (True, False): "有人 There are people",
    (True, True): "有人和车辆 There are people and vehicles",
}

Plan = watchers.Watch[watchers.ModelTemplate]


@handles(CreateVLTemplate)
def create_vl_template(cloud: Cloud, action: CreateVLTemplate) -> ModelTemplateAnswer:
    """Add a template."""
    known = cloud.world.ledger.model_templates
    check_name(action.name, _NAME_LENGTH, [row.name for row in known.values()])
    if not action.ai_model or not action.prompt:
        raise wrong("the model or the prompt is missing")
    if action.analysis_mode not in list(AnalysisMode):
        raise wrong("AnalysisMode is image or video")
    scene = action.image_config
    if action.analysis_mode == AnalysisMode.IMAGE:
        if scene is None:
            raise wrong("how pictures are taken is missing")
        check_capture(scene.type or CaptureKind.UNKNOWN, scene.interval or 0)
    check_times(action.times)
    now = cloud.now()
    template = watchers.ModelTemplate(
        cloud.world.new_text_id("vlt"),
        action.name,
        action.describe or "",
        action.ai_model,
        action.prompt,
        action.analysis_mode,
        scene,
        list(action.times),
        now,
        now,
    )
    known[template.template_id] = template
    return ModelTemplateAnswer(data=_template(cloud, template))


@handles(DeleteVLTemplate)
def delete_vl_template(cloud: Cloud, action: DeleteVLTemplate) -> Result:
    """Remove a template that no plan uses."""
    template = found(cloud.world.ledger.model_templates, action.vl_template_id)
    if _is_used(cloud, template):
        raise Refusal("ResourceInUse", "a plan uses the template")
    del cloud.world.ledger.model_templates[template.template_id]
    return Result()


@handles(DescribeVLTemplate)
def describe_vl_template(cloud: Cloud, action: DescribeVLTemplate) -> ModelTemplateAnswer:
    """Tell everything about one template."""
    template = found(cloud.world.ledger.model_templates, action.vl_template_id)
    return ModelTemplateAnswer(data=_template(cloud, template))


@handles(ListVLTemplates)
def list_vl_templates(cloud: Cloud, action: ListVLTemplates) -> ModelTemplatePage:
    """List the templates."""
    if action.capture_type and action.capture_type not in _CAPTURES:
        raise wrong("CaptureType is realtime or low")
    capture = _CAPTURES.get(action.capture_type or "")
    rows = [
        row
        for row in cloud.world.ledger.model_templates.values()
        if (not action.name or row.name == action.name)
        and (not action.analysis_mode or row.mode == action.analysis_mode)
        and (capture is None or (row.scene is not None and row.scene.type is capture))
    ]
    shown = page(
        rows, action.page_number, action.page_size, most=200, bad_number=_BAD, bad_size=_BAD
    )
    return ModelTemplatePage(data=[_template(cloud, row) for row in shown], total_count=len(rows))


@handles(CreateVLPlan)
def create_vl_plan(cloud: Cloud, action: CreateVLPlan) -> ModelPlanAnswer:
    """Put a template to use."""
    known = cloud.world.ledger.model_plans
    check_name(action.name, _NAME_LENGTH, [row.name for row in known.values()])
    template = found(cloud.world.ledger.model_templates, action.vl_template_id)
    now = cloud.now()
    plan: Plan = watchers.Watch(
        cloud.world.new_text_id("vlp"),
        action.name,
        template,
        _days(action.file_expires, USUAL_DAYS),
        action.callback,
        now,
        now,
        action.describe or "",
    )
    known[plan.watch_id] = plan
    return ModelPlanAnswer(data=_plan(plan))


@handles(ModifyVLPlan)
def modify_vl_plan(cloud: Cloud, action: ModifyVLPlan) -> ModelPlanAnswer:
    """Change a plan; what is left out stays."""
    known = cloud.world.ledger.model_plans
    plan = found(known, action.vl_plan_id)
    check_name(action.name, _NAME_LENGTH, [row.name for row in known.values() if row is not plan])
    template = plan.template
    if action.vl_template_id is not None:
        template = found(cloud.world.ledger.model_templates, action.vl_template_id)
    plan.days = _days(action.file_expires, plan.days)
    plan.name, plan.template = action.name or plan.name, template
    plan.description = plan.description if action.describe is None else action.describe
    plan.callback = action.callback or plan.callback
    plan.updated = cloud.now()
    return ModelPlanAnswer(data=_plan(plan))


@handles(DeleteVLPlan)
def delete_vl_plan(cloud: Cloud, action: DeleteVLPlan) -> Result:
    """Remove a plan."""
    plan = found(cloud.world.ledger.model_plans, action.vl_plan_id)
    del cloud.world.ledger.model_plans[plan.watch_id]
    return Result()


@handles(DescribeVLPlan)
def describe_vl_plan(cloud: Cloud, action: DescribeVLPlan) -> ModelPlanAnswer:
    """Tell everything about one plan."""
    return ModelPlanAnswer(data=_plan(found(cloud.world.ledger.model_plans, action.vl_plan_id)))


@handles(ListVLPlans)
def list_vl_plans(cloud: Cloud, action: ListVLPlans) -> ModelPlanPage:
    """List the plans."""
    rows = [
        row
        for row in cloud.world.ledger.model_plans.values()
        if not action.name or row.name == action.name
    ]
    shown = page(
        rows, action.page_number, action.page_size, most=200, bad_number=_BAD, bad_size=_BAD
    )
    return ModelPlanPage(data=[_plan(row) for row in shown], total_count=len(rows))


@handles(BatchAssignVLPlanChannels)
def batch_assign_vl_plan_channels(cloud: Cloud, action: BatchAssignVLPlanChannels) -> Result:
    """Let channels join a plan or leave it; whole organisations can only join."""
    plan = found(cloud.world.ledger.model_plans, action.vl_plan_id)
    if action.cmd not in (AssignCommand.ASSIGN, AssignCommand.RELEASE):
        raise wrong("Cmd is 1 or 2")
    if not action.channel_ids and not action.organization_ids:
        raise wrong("there are neither channels nor organisations")
    channels = read_channels(cloud, action.channel_ids or (), MOST_CHANNELS)
    for known in action.organization_ids or ():
        if action.cmd is AssignCommand.RELEASE:
            raise wrong("organisations can't leave")
        node = find_organization(cloud, known, unknown="ResourceNotFound")
        for seat in roster.under(node):
            channels[roster.channel_id(cloud.world, seat)] = None
    if action.cmd is AssignCommand.ASSIGN:
        plan.channels.update(channels)
    else:
        for channel_id in channels:
            plan.channels.pop(channel_id, None)
    plan.updated = cloud.now()
    return Result()


@handles_slowly(DescribeVLPlanResult)
async def describe_vl_plan_result(cloud: Cloud, action: DescribeVLPlanResult) -> ModelResultAnswer:
    """Tell what the model said of one moment."""
    said = _said(cloud, action.vl_plan_result_id)
    if said is None:
        raise Refusal("ResourceNotFound", "the model said no such thing")
    plan, channel, moment = said
    device = channel.device
    chance = dice(cloud.seed, "said", plan.watch_id, channel.channel_id, moment)
    people, vehicles = await asyncio.to_thread(_shows, cloud, channel, moment)
    content = {"summary": _SAYINGS[people, vehicles], "confidence": chance.randint(70, 99)}
    life = address_seconds(None)
    video = plan.template.mode == AnalysisMode.VIDEO
    text = local_text(moment)
    return ModelResultAnswer(
        data=ModelResult(
            vl_plan_result_id=action.vl_plan_result_id,
            media_type=plan.template.mode,
            vl_plan_id=plan.watch_id,
            vl_plan_name=plan.name,
            channel_id=WireChannelId(channel.channel_id),
            channel_name=channel.name,
            device_id=DeviceId(device.device_id),
            device_name=device.name,
            organization_id=OrganizationId(device.organization.organization_id),
            organization_name=device.organization.name,
            vl_result_timestamp=moment + 2,
            snapshot_timestamp=0 if video else moment,
            video_start_timestamp=moment if video else 0,
            video_end_timestamp=moment + 10 if video else 0,
            billed_frame_count=1,
            content=msgspec.json.encode(content).decode(),
            image_url=picture_address(cloud, channel.channel_id, moment, life),
            image_url_expire=life,
            created_at=text,
            updated_at=text,
        )
    )


@handles(BatchGetVLPlanSourceFileURL)
def batch_get_vl_plan_source_file_url(
    cloud: Cloud, action: BatchGetVLPlanSourceFileURL
) -> SourceAddressPage:
    """Tell where what the model looked at is, or why it can't be told."""
    seconds = address_seconds(action.expire)
    rows = []
    for known in action.vl_plan_result_ids:
        said = _said(cloud, known)
        if said is None:
            rows.append(SourceAddress(vl_plan_result_id=known, err_msg="result not found"))
            continue
        address = picture_address(cloud, said.channel.channel_id, said.moment, seconds)
        rows.append(SourceAddress(vl_plan_result_id=known, source_file_url=address, expire=seconds))
    return SourceAddressPage(data=rows, total_count=len(rows))


class _Said(NamedTuple):
    plan: Plan
    channel: Channel
    moment: int


def _shows(cloud: Cloud, channel: Channel, moment: int) -> tuple[bool, bool]:
    """Whether there are people, and vehicles, in a picture."""
    kinds = (DetectType.BODY, DetectType.CAR)
    people, vehicles = (things(cloud, channel, kind, float(moment)) for kind in kinds)
    return bool(people), bool(vehicles)


def _said(cloud: Cloud, result_id: str) -> _Said | None:
    parts = result_id.split("_")
    if len(parts) != 3 or not parts[2].isdecimal():
        return None
    plan = cloud.world.ledger.model_plans.get(parts[0])
    channel = cloud.world.channel(parts[1])
    moment = int(parts[2])
    if plan is None or channel is None or channel.channel_id not in plan.channels:
        return None
    lives = plan.created <= moment + 1 and 0 <= cloud.now() - moment <= plan.days * DAY
    return _Said(plan, channel, moment) if lives else None


def _days(asked: int | None, usual: int) -> int:
    if not asked:
        return usual
    if not USUAL_DAYS <= asked <= LONGEST_DAYS:
        raise wrong("pictures are kept for 7 to 1080 days")
    return asked


def _is_used(cloud: Cloud, template: watchers.ModelTemplate) -> bool:
    return any(plan.template is template for plan in cloud.world.ledger.model_plans.values())


def _template(cloud: Cloud, template: watchers.ModelTemplate) -> ModelTemplate:
    return ModelTemplate(
        vl_template_id=template.template_id,
        ai_model=template.model,
        name=template.name,
        describe=template.description,
        prompt=template.prompt,
        analysis_mode=template.mode,
        image_config=template.scene,
        times=template.times,
        created_at=local_text(template.created),
        updated_at=local_text(template.updated),
        is_used=_is_used(cloud, template),
    )


def _plan(plan: Plan) -> ModelPlan:
    return ModelPlan(
        vl_plan_id=plan.watch_id,
        name=plan.name,
        describe=plan.description,
        vl_template_id=plan.template.template_id,
        callback=plan.callback,
        file_expires=plan.days,
        channel_count=len(plan.channels),
        created_at=local_text(plan.created),
        updated_at=local_text(plan.updated),
    )
