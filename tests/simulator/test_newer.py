"""What the service gained in version 3.1."""

from __future__ import annotations

import json

import pytest

from ivcdesk.api.actions import (
    AnalysisMode,
    AssignCommand,
    BatchAddVideoSnapshotConfigChannel,
    BatchAssignVLPlanChannels,
    BatchGetVideoSnapshotImageUrl,
    BatchGetVLPlanSourceFileURL,
    CaptureKind,
    CreateVideoSnapshotConfig,
    CreateVideoSnapshotTemplate,
    CreateVLPlan,
    CreateVLTemplate,
    DeleteUserDevice,
    DeleteVideoSnapshotConfig,
    DeleteVideoSnapshotTemplate,
    DeleteVLPlan,
    DeleteVLTemplate,
    DescribeUserDevice,
    DescribeUserDeviceList,
    DescribeVideoSnapshotConfig,
    DescribeVideoSnapshotTemplate,
    DescribeVLPlan,
    DescribeVLPlanResult,
    DescribeVLTemplate,
    DetectType,
    EffectiveTime,
    ListVideoSnapshotTemplate,
    ListVLPlans,
    ListVLTemplates,
    ModifyVideoSnapshotConfig,
    ModifyVLPlan,
    PictureScene,
)
from ivcdesk.simulator.recognition import things
from ivcdesk.simulator.wire import write_result
from tests.simulator.shapes import misfits

HOURS = [EffectiveTime(week_day=1, begin_time="08:00:00", end_time="12:00:00")]
SCENE = PictureScene(type=CaptureKind.REALTIME, interval=10)


@pytest.fixture
def ask(asked):
    """Ask, and compare what the wire would carry with what is known of the newer service."""

    def question(action):
        result = asked(action)
        name = action.action_name
        response = json.loads(write_result(name, result, "r"))["Response"]
        assert misfits(name, response) == []
        return result

    return question


def template(**given):
    fields = {"name": "t1", "type": CaptureKind.REALTIME, "interval": 10, "times": HOURS}
    return CreateVideoSnapshotTemplate(**{**fields, **given})


def test_many_devices_in_one_call(asked, ask):
    ids = list(asked.cloud.world.devices)[:3]
    rows = ask(DescribeUserDeviceList(device_ids=ids)).data.list_
    assert rows == [asked(DescribeUserDevice(device_id=known)).data for known in ids]
    code = asked.refused(DescribeUserDeviceList(device_ids=[*ids, "none"]))
    assert code == "InvalidParameterValue.InvalidDeviceId"


def test_pictures_at_set_hours(asked, ask, noon):
    made = ask(template()).data
    known = {"template_id": made.template_id}
    assert ask(DescribeVideoSnapshotTemplate(**known)).data == made
    config = ask(CreateVideoSnapshotConfig(name="c1", file_expires=7, **known)).data
    ask(ModifyVideoSnapshotConfig(config_id=config.config_id, name="c2", file_expires=30))
    channel = asked.channel("PTZ Quay 12")
    ids = [channel.channel_id]
    ask(BatchAddVideoSnapshotConfigChannel(config_id=config.config_id, channels=ids))
    now = ask(DescribeVideoSnapshotConfig(config_id=config.config_id)).data
    assert (now.name, now.file_expires, now.related_channel_count) == ("c2", 30, 1)
    listed = ask(ListVideoSnapshotTemplate(name="t")).data
    assert (listed.total_count, listed.list_[0].related_config_count) == (1, 1)
    moment = int(noon) - 60
    wanted = [f"{ids[0]}_{moment}", f"{ids[0]}_{moment + 999}", "none_5"]
    images = ask(BatchGetVideoSnapshotImageUrl(image_ids=wanted)).data.images
    assert [bool(row.image_url) for row in images] == [True, False, False]
    assert [bool(row.error_message) for row in images] == [False, True, True]
    gone = DeleteVideoSnapshotTemplate(**known)
    assert asked.refused(gone) == "ResourceInUse"
    ask(DeleteVideoSnapshotConfig(config_id=config.config_id))
    ask(gone)
    assert asked.refused(gone) == "ResourceNotFound"


def test_a_model_that_looks_at_channels(asked, ask, noon):
    made = ask(
        CreateVLTemplate(
            ai_model="m",
            name="v1",
            prompt="What is there?",
            analysis_mode=AnalysisMode.IMAGE,
            times=HOURS,
            image_config=SCENE,
        )
    ).data
    known = {"vl_template_id": made.vl_template_id}
    plan = ask(CreateVLPlan(name="p1", **known)).data
    assert ask(DescribeVLTemplate(**known)).data.is_used
    assert ask(ListVLTemplates(capture_type="realtime")).total_count == 1
    assert ask(ListVLTemplates(capture_type="low")).total_count == 0
    channel, other = asked.channel("PTZ Quay 12"), asked.device("PTZ Gate North")
    use = {"vl_plan_id": plan.vl_plan_id}
    node = other.organization.organization_id
    join = {"cmd": AssignCommand.ASSIGN, "channel_ids": [channel.channel_id]}
    ask(BatchAssignVLPlanChannels(**use, **join, organization_ids=[node]))
    count = ask(DescribeVLPlan(**use)).data.channel_count
    assert count > 20
    leave = {"cmd": AssignCommand.RELEASE, "channel_ids": [channel.channel_id]}
    ask(BatchAssignVLPlanChannels(**use, **leave))
    assert ask(ListVLPlans(name="p1")).data[0].channel_count == count - 1
    ask(BatchAssignVLPlanChannels(**use, **join))
    asked.clock.advance(100)
    said = f"{plan.vl_plan_id}_{channel.channel_id}_{int(noon) + 50}"
    told = ask(DescribeVLPlanResult(vl_plan_result_id=said)).data
    # it says what the picture shows
    words = json.loads(told.content)["summary"]
    for word, kind in (("people", DetectType.BODY), ("vehicles", DetectType.CAR)):
        assert (word in words) == bool(things(asked.cloud, channel, kind, noon + 50))
    assert told == ask(DescribeVLPlanResult(vl_plan_result_id=said)).data
    rows = ask(BatchGetVLPlanSourceFileURL(vl_plan_result_ids=[said, "x"])).data
    assert [bool(row.source_file_url) for row in rows] == [True, False]
    changed = ask(ModifyVLPlan(**use, name="p2", describe="d", file_expires=0)).data
    assert (changed.name, changed.describe, changed.file_expires) == ("p2", "d", 7)
    assert asked.refused(DeleteVLTemplate(**known)) == "ResourceInUse"
    asked(DeleteUserDevice(device_id=channel.device.device_id))
    assert ask(DescribeVLPlan(**use)).data.channel_count == count - 1
    ask(DeleteVLPlan(**use))
    ask(DeleteVLTemplate(**known))


@pytest.mark.parametrize(
    "wrong",
    [
        template(name=""),
        template(name="a b"),
        template(type=CaptureKind(7)),
        template(interval=4),
        template(type=CaptureKind.LOW_RATE, interval=20),
        template(times=[]),
        template(times=[EffectiveTime(week_day=8, begin_time="08:00:00", end_time="09:00:00")]),
        template(times=[EffectiveTime(week_day=1, begin_time="8:00", end_time="9:00")]),
        template(times=[EffectiveTime(week_day=1, begin_time="08:00:00", end_time="08:00:30")]),
        ListVideoSnapshotTemplate(order="up"),
        ListVideoSnapshotTemplate(page_size=0),
        BatchGetVideoSnapshotImageUrl(image_ids=["x"], image_url_expires=5),
        ListVLTemplates(capture_type="fast"),
        ListVLPlans(page_size=201),
        CreateVLTemplate(
            ai_model="m", name="v", prompt="p", analysis_mode=AnalysisMode.IMAGE, times=HOURS
        ),
        CreateVLTemplate(ai_model="", name="v", prompt="p", analysis_mode="video", times=HOURS),
        CreateVLTemplate(ai_model="m", name="v", prompt="p", analysis_mode="sound", times=HOURS),
    ],
)
def test_wrong_questions(asked, wrong):
    assert asked.refused(wrong) == "InvalidParameterValue"


def test_names_are_unique_and_things_are_known(asked):
    made = asked(template()).data
    assert asked.refused(template()) == "ResourceInUse"
    use = {"name": "c", "template_id": made.template_id}
    assert (
        asked.refused(CreateVideoSnapshotConfig(**use, file_expires=8)) == "InvalidParameterValue"
    )
    config = asked(CreateVideoSnapshotConfig(**use, file_expires=7)).data
    add = BatchAddVideoSnapshotConfigChannel(config_id=config.config_id, channels=["x"])
    assert asked.refused(add) == "InvalidParameterValue"
    for unknown in (
        DescribeVideoSnapshotTemplate(template_id="x"),
        DescribeVideoSnapshotConfig(config_id="x"),
        DescribeVLTemplate(vl_template_id="x"),
        DescribeVLPlan(vl_plan_id="x"),
        DescribeVLPlanResult(vl_plan_result_id="x"),
        CreateVLPlan(name="p", vl_template_id="x"),
    ):
        assert asked.refused(unknown) == "ResourceNotFound"
