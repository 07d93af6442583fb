"""Pictures that the cloud takes at set hours. Its pictures are named ``CHANNEL_SECONDS``."""

from __future__ import annotations

from ivcdesk.api.actions import (
    BatchAddVideoSnapshotConfigChannel,
    BatchGetVideoSnapshotImageUrl,
    CreateVideoSnapshotConfig,
    CreateVideoSnapshotTemplate,
    DeleteVideoSnapshotConfig,
    DeleteVideoSnapshotTemplate,
    DescribeVideoSnapshotConfig,
    DescribeVideoSnapshotTemplate,
    ListVideoSnapshotTemplate,
    ModifyVideoSnapshotConfig,
    PictureAddress,
    PictureAddresses,
    PictureAddressesAnswer,
    Result,
    SnapshotConfiguration,
    SnapshotConfigurationAnswer,
    SnapshotTemplate,
    SnapshotTemplateAnswer,
    SnapshotTemplatePage,
    SnapshotTemplates,
    TemplateId,
)
from ivcdesk.simulator import watchers
from ivcdesk.simulator.cloud import Cloud
from ivcdesk.simulator.handlers.checking import local_text
from ivcdesk.simulator.handlers.finding import page
from ivcdesk.simulator.handlers.table import handles
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
from ivcdesk.simulator.recordings import DAY
from ivcdesk.simulator.refusal import Refusal

DAYS = (7, 15, 30, 60, 90, 180, 270, 360, 540, 720, 900, 1080)
MOST_CHANNELS = 5000
_NAME_LENGTH = 128
_BAD = "InvalidParameterValue"

Configuration = watchers.Watch[watchers.SnapshotTemplate]


@handles(CreateVideoSnapshotTemplate)
def create_video_snapshot_template(
    cloud: Cloud, action: CreateVideoSnapshotTemplate
) -> SnapshotTemplateAnswer:
    """Add a template."""
    known = cloud.world.ledger.snapshot_templates
    check_name(action.name, _NAME_LENGTH, [row.name for row in known.values()])
    check_capture(action.type, action.interval)
    check_times(action.times)
    now = cloud.now()
    template = watchers.SnapshotTemplate(
        cloud.world.new_text_id("vst"),
        action.name,
        action.type,
        action.interval,
        action.multi_mode,
        list(action.times),
        now,
        now,
    )
    known[template.template_id] = template
    return SnapshotTemplateAnswer(data=_template(cloud, template))


@handles(DeleteVideoSnapshotTemplate)
def delete_video_snapshot_template(cloud: Cloud, action: DeleteVideoSnapshotTemplate) -> Result:
    """Remove a template that no configuration uses."""
    template = found(cloud.world.ledger.snapshot_templates, action.template_id)
    if _uses(cloud, template):
        raise Refusal("ResourceInUse", "a configuration uses the template")
    del cloud.world.ledger.snapshot_templates[template.template_id]
    return Result()


@handles(DescribeVideoSnapshotTemplate)
def describe_video_snapshot_template(
    cloud: Cloud, action: DescribeVideoSnapshotTemplate
) -> SnapshotTemplateAnswer:
    """Tell everything about one template."""
    template = found(cloud.world.ledger.snapshot_templates, action.template_id)
    return SnapshotTemplateAnswer(data=_template(cloud, template))


@handles(ListVideoSnapshotTemplate)
def list_video_snapshot_template(
    cloud: Cloud, action: ListVideoSnapshotTemplate
) -> SnapshotTemplatePage:
    """List the templates, the last changed first."""
    if action.order not in (None, "", "asc", "desc"):
        raise wrong("Order is asc or desc")
    rows = [
        template
        for template in cloud.world.ledger.snapshot_templates.values()
        if (not action.name or action.name in template.name)
        and (action.type is None or template.kind is action.type)
    ]
    rows.sort(key=lambda row: row.updated, reverse=action.order != "asc")
    shown = page(rows, action.page_number, action.page_size, bad_number=_BAD, bad_size=_BAD)
    return SnapshotTemplatePage(
        data=SnapshotTemplates(
            total_count=len(rows),
            sort=action.sort or "UpdateTime",
            order=action.order or "desc",
            page_number=action.page_number or 1,
            page_size=len(shown),
            list_=[_template(cloud, row) for row in shown],
        )
    )


@handles(CreateVideoSnapshotConfig)
def create_video_snapshot_config(
    cloud: Cloud, action: CreateVideoSnapshotConfig
) -> SnapshotConfigurationAnswer:
    """Put a template to use."""
    known = cloud.world.ledger.snapshot_configs
    check_name(action.name, _NAME_LENGTH, [row.name for row in known.values()])
    template = found(cloud.world.ledger.snapshot_templates, action.template_id)
    _check_days(action.file_expires)
    now = cloud.now()
    config: Configuration = watchers.Watch(
        cloud.world.new_text_id("vsc"),
        action.name,
        template,
        action.file_expires,
        action.callback,
        now,
        now,
    )
    known[config.watch_id] = config
    return SnapshotConfigurationAnswer(data=_config(config))


@handles(ModifyVideoSnapshotConfig)
def modify_video_snapshot_config(
    cloud: Cloud, action: ModifyVideoSnapshotConfig
) -> SnapshotConfigurationAnswer:
    """Change a configuration; what is left out stays."""
    known = cloud.world.ledger.snapshot_configs
    config = found(known, action.config_id)
    check_name(action.name, _NAME_LENGTH, [r.name for r in known.values() if r is not config])
    template = config.template
    if action.template_id is not None:
        template = found(cloud.world.ledger.snapshot_templates, action.template_id)
    if action.file_expires is not None:
        _check_days(action.file_expires)
        config.days = action.file_expires
    config.name, config.template = action.name or config.name, template
    config.callback = action.callback or config.callback
    config.updated = cloud.now()
    return SnapshotConfigurationAnswer(data=_config(config))


@handles(DeleteVideoSnapshotConfig)
def delete_video_snapshot_config(cloud: Cloud, action: DeleteVideoSnapshotConfig) -> Result:
    """Remove a configuration; its pictures go with it."""
    config = found(cloud.world.ledger.snapshot_configs, action.config_id)
    del cloud.world.ledger.snapshot_configs[config.watch_id]
    return Result()


@handles(DescribeVideoSnapshotConfig)
def describe_video_snapshot_config(
    cloud: Cloud, action: DescribeVideoSnapshotConfig
) -> SnapshotConfigurationAnswer:
    """Tell everything about one configuration."""
    config = found(cloud.world.ledger.snapshot_configs, action.config_id)
    return SnapshotConfigurationAnswer(data=_config(config))


@handles(BatchAddVideoSnapshotConfigChannel)
def batch_add_video_snapshot_config_channel(
    cloud: Cloud, action: BatchAddVideoSnapshotConfigChannel
) -> Result:
    """Take pictures of channels by a configuration."""
    config = found(cloud.world.ledger.snapshot_configs, action.config_id)
    config.channels.update(read_channels(cloud, action.channels, MOST_CHANNELS))
    config.updated = cloud.now()
    return Result()


@handles(BatchGetVideoSnapshotImageUrl)
def batch_get_video_snapshot_image_url(
    cloud: Cloud, action: BatchGetVideoSnapshotImageUrl
) -> PictureAddressesAnswer:
    """Tell where pictures are, or why each can't be told."""
    seconds = address_seconds(action.image_url_expires)
    images = [_image(cloud, image_id, seconds) for image_id in action.image_ids]
    return PictureAddressesAnswer(data=PictureAddresses(images=images, image_url_expires=seconds))


def _image(cloud: Cloud, image_id: str, seconds: int) -> PictureAddress:
    channel_id, _, moment = image_id.rpartition("_")
    configs = [
        config
        for config in cloud.world.ledger.snapshot_configs.values()
        if channel_id in config.channels
    ]
    if not configs or not moment.isdecimal() or cloud.world.channel(channel_id) is None:
        return PictureAddress(image_id=image_id, error_message="image not found")
    age = cloud.now() - int(moment)
    if age < 0 or age > max(config.days for config in configs) * DAY:
        return PictureAddress(image_id=image_id, error_message="image expired")
    address = picture_address(cloud, channel_id, int(moment), seconds)
    return PictureAddress(image_id=image_id, image_url=address)


def _check_days(days: int) -> None:
    if days not in DAYS:
        raise wrong("pictures are kept for one of the days that the service offers")


def _uses(cloud: Cloud, template: watchers.SnapshotTemplate) -> int:
    configs = cloud.world.ledger.snapshot_configs.values()
    return sum(config.template is template for config in configs)


def _template(cloud: Cloud, template: watchers.SnapshotTemplate) -> SnapshotTemplate:
    return SnapshotTemplate(
        template_id=TemplateId(template.template_id),
        name=template.name,
        type=template.kind,
        interval=template.interval,
        multi_mode=template.burst,
        times=template.times,
        related_config_count=_uses(cloud, template),
        create_time=local_text(template.created),
        update_time=local_text(template.updated),
    )


def _config(config: Configuration) -> SnapshotConfiguration:
    return SnapshotConfiguration(
        config_id=config.watch_id,
        name=config.name,
        template_id=TemplateId(config.template.template_id),
        template_name=config.template.name,
        type=config.template.kind,
        file_expires=config.days,
        callback=config.callback,
        related_channel_count=len(config.channels),
        create_time=local_text(config.created),
        update_time=local_text(config.updated),
    )
