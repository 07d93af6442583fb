"""Recognition tasks."""

from __future__ import annotations

import urllib.error
import urllib.request
from urllib.parse import urlsplit

import av
import numpy as np
import pytest

from ivcdesk.api.actions import (
    AddAITask,
    AIConfig,
    AITemplate,
    DeleteAITask,
    DescribeAITask,
    DescribeAITaskResult,
    DetectType,
    ListAITasks,
    SnapshotConfig,
    TimeSlot,
    UpdateAITask,
    UpdateAITaskStatus,
)
from ivcdesk.simulator.recordings import DAY

UNKNOWN = "at0000"
WIDTH, HEIGHT = 960, 540  # px, of the main stream


def template(kind="Pet", interval=10, slots=(("00:00:00", "23:59:59"),)):
    config = AIConfig(
        detect_type=kind,
        time_interval=interval,
        oper_time_slot=[TimeSlot(start=begin, end=end) for begin, end in slots],
    )
    return AITemplate(tag="AI", ai_config=config)


@pytest.fixture
def add(asked):
    def build(**given):
        fields = {
            "name": "识别_1",
            "channel_list": [asked.channel("PTZ Quay 12").channel_id],
            "templates": [template()],
        }
        return AddAITask(**{**fields, **given})

    return build


def test_a_task_lives_from_adding_to_deleting(asked, add):
    known = asked(ListAITasks()).total_count
    task = asked(add(desc="说明", callback_url="https://example.com/hook")).data
    assert task.status == "off"
    assert task.task_id.startswith("at")
    assert asked(DescribeAITask(task_id=task.task_id)).data == task
    assert asked(ListAITasks()).total_count == known + 1
    bare = asked(ListAITasks(page_number=1)).data.list_[-1]
    assert (bare.channel_list, bare.templates) == ([], [])
    full = asked(ListAITasks(is_contain_channel_list=True, is_contain_template=True)).data.list_[-1]
    assert (full.channel_list, full.templates) == (task.channel_list, task.templates)
    changed = asked(UpdateAITask(task_id=task.task_id, name="识别_2", desc="")).data
    assert (changed.name, changed.desc, changed.templates) == ("识别_2", "", task.templates)
    asked(UpdateAITaskStatus(task_id=task.task_id, status="on"))
    for refused in (
        UpdateAITaskStatus(task_id=task.task_id, status="on"),
        UpdateAITask(task_id=task.task_id, name="x"),
        DeleteAITask(task_id=task.task_id),
    ):
        assert asked.refused(refused) == "FailedOperation.AITaskStatusIsOn"
    off = UpdateAITaskStatus(task_id=task.task_id, status="off")
    asked(off)
    assert asked.refused(off) == "FailedOperation.AITaskStatusIsOff"
    asked(DeleteAITask(task_id=task.task_id))
    assert (
        asked.refused(DescribeAITask(task_id=task.task_id)) == "ResourceNotFound.AITaskNotExisted"
    )


def results(asked, task, **given):
    fields = {"task_id": task.task_id, "channel_id": task.channel_list[0], "page_size": 100}
    return asked(DescribeAITaskResult(**{**fields, **given}))


@pytest.mark.parametrize("kind", list(DetectType))
def test_findings_accumulate_while_a_task_runs(asked, add, kind):
    task = asked(add(templates=[template(kind)], is_start_the_task=True)).data
    assert results(asked, task).total_count == 0
    counts = []
    for _ in range(3):
        asked.clock.advance(4 * 3600)
        counts.append(results(asked, task).total_count)
    assert 0 < counts[0] < counts[1] < counts[2]
    answer = results(asked, task, page_size=5)
    found = [
        row
        for field in answer.data.ai_results.__struct_fields__
        for row in getattr(answer.data.ai_results, field)
    ]
    assert len(found) >= 5
    asked(UpdateAITaskStatus(task_id=task.task_id, status="off"))
    asked.clock.advance(4 * 3600)
    assert results(asked, task).total_count == counts[2]


def test_findings_are_the_same_when_asked_again_and_within_the_picture(asked, add):
    task = asked(add(is_start_the_task=True)).data
    asked.clock.advance(20 * 3600)
    first = results(asked, task)
    assert first == results(asked, task)
    times = [row.time for row in first.data.ai_results.pet]
    assert times == sorted(times, reverse=True)
    for row in first.data.ai_results.pet:
        for found in row.pet_info:
            assert found.name in ("cat", "dog")
            assert 0 <= found.location.x <= WIDTH - found.location.width
            assert 0 <= found.location.y <= HEIGHT - found.location.height


def test_findings_keep_to_the_hours_and_the_window(asked, add, noon):
    hours = template("Car", slots=[("14:00:00", "15:00:00")])
    task = asked(add(templates=[hours], is_start_the_task=True)).data
    asked.clock.advance(12 * 3600)
    whole = results(asked, task).total_count
    assert whole > 0
    inside = {"begin_time": str(int(noon) + 7200), "end_time": str(int(noon) + 10_800)}
    assert results(asked, task, **inside).total_count == whole
    outside = {"begin_time": str(int(noon)), "end_time": str(int(noon) + 7200)}
    assert results(asked, task, **outside).total_count == 0


def test_vehicles_keep_their_plates_and_have_them_within_their_boxes(asked, add):
    task = asked(add(templates=[template("Car")], is_start_the_task=True)).data
    asked.clock.advance(6 * 3600)
    cars = results(asked, task).data.ai_results.car
    assert {"集装箱卡车", "面包车"} <= {car.type for car in cars}
    read = [car for car in cars if car.plate_content.plate]
    assert len(read) > 0.8 * len(cars)
    makes = {}
    for car in read:
        box, plate = car.location, car.plate_content.location
        assert box.x <= plate.x <= plate.x + plate.width <= box.x + box.width
        assert box.y <= plate.y <= plate.y + plate.height <= box.y + box.height
        assert 0 < plate.width < box.width
        known = (car.brand, car.serial, car.type, car.color)
        assert makes.setdefault(car.plate_content.plate, known) == known
    assert len(makes) < len(read)


def picture(address):
    """Return a picture's colours, shape (rows, columns, 3)."""
    with urllib.request.urlopen(address, timeout=20) as answer, av.open(answer) as found:
        return next(found.decode(video=0)).to_ndarray(format="rgb24").astype(int)


def test_what_was_found_is_framed_in_its_picture_and_in_no_other(served):
    """One call over the socket: a task that runs since yesterday, and what it saw last."""
    world = served.cloud.world
    device = next(d for d in world.devices.values() if d.name.startswith("PTZ Quay 12"))
    channel = served.run(lambda: world.channels(device)[0].channel_id)
    config = {"DetectType": "Body", "TimeInterval": 10, "OperTimeSlot": [
        {"Start": "00:00:00", "End": "23:59:59"}]}  # fmt: skip
    task = served.call(
        "AddAITask",
        {"Name": "a", "ChannelList": [channel], "Templates": [{"Tag": "AI", "AIConfig": config}]},
    )["Data"]["TaskId"]
    now = served.cloud.now()
    served.cloud.world.ledger.ai_tasks[task].runs.append((now - 3600, now))
    asked = {"TaskId": task, "ChannelId": channel, "PageSize": 1}
    (row,) = served.call("DescribeAITaskResult", asked)["Data"]["AIResults"]["Body"]
    (again,) = served.call("DescribeAITaskResult", asked)["Data"]["AIResults"]["Body"]
    assert (again["Time"], again["BodyInfo"]) == (row["Time"], row["BodyInfo"])
    path, _, query = row["Url"].partition("?")
    moment = int(path.rpartition("@")[2].removesuffix(".jpg")) / 1000
    plain = served.run(lambda: served.cloud.links.address(urlsplit(path).path, 60))
    framed, bare = picture(row["Url"]), picture(plain)
    assert framed.shape == (HEIGHT, WIDTH, 3)
    assert np.array_equal(framed, picture(row["Url"]))
    differs = np.abs(framed - bare).max(axis=2) > 60
    expected = np.zeros((HEIGHT, WIDTH), bool)
    for found in row["BodyInfo"]:
        assert found["Name"] == "person"
        x, y, wide, tall = (found["Location"][key] for key in ("X", "Y", "Width", "Height"))
        for line in (framed[y : y + tall, x - 1], framed[y + tall, x : x + wide]):
            red, green, blue = np.median(line, axis=0)
            assert min(red, green) > 170 > 110 > blue
        expected[max(y - 20, 0) : y + tall + 4, max(x - 120, 0) : x + max(wide, 120)] = True
    assert not (differs & ~expected).any()
    # what an address says was found can't be changed
    for changed in (query.replace("person", "ghost"), query.partition("&")[2]):
        with pytest.raises(urllib.error.HTTPError, match="403"):
            picture(f"{path}?{changed}")
    assert now - 3600 <= moment <= now


WRONG = [
    ({"name": ""}, "InvalidAITaskName"),
    ({"name": "a b"}, "InvalidAITaskName"),
    ({"desc": "a b"}, "InvalidAITaskDesc"),
    ({"callback_url": "ftp://x"}, "CallbackURLContainIllegalCharacter"),
    ({"channel_list": []}, "ChannelListMustBeNotEmpty"),
    ({"channel_list": ["x"] * 1001}, "ChannelNumberMustBeLessThanOneThousand"),
    ({"channel_list": ["?"]}, "ChannelListContainIllegalCharacter"),
    ({"channel_list": ["x"]}, "ContainInvalidChannelId"),
    ({"templates": []}, "InvalidTemplateTag"),
    ({"templates": [AITemplate(tag="Magic")]}, "InvalidTemplateTag"),
    ({"templates": [AITemplate(tag="AI")]}, "InvalidTemplateTag"),
    (
        {
            "templates": [
                template(),
                AITemplate(tag="Snapshot", snapshot_config=SnapshotConfig(time_interval=5)),
            ]
        },
        "TemplateTagMustBeConsistent",
    ),
    ({"templates": [template("Ghost")]}, "InvalidDetectType"),
    ({"templates": [template(interval=0)]}, "InvalidTimeInterval"),
    ({"templates": [template(interval=21)]}, "InvalidTimeInterval"),
    (
        {"templates": [template(slots=[(f"0{n}:00:00", f"0{n}:30:00") for n in range(6)])]},
        "OperTimeSlotNumberMustBeLessThanFive",
    ),
    ({"templates": [template(slots=[("a", "b")])]}, "OperTimeSlotContainIllegalCharacter"),
    ({"templates": [template(slots=[("8:00", "9:00")])]}, "InvalidOperTimeSlotFormat"),
    (
        {"templates": [template(slots=[("10:00:00", "09:00:00")])]},
        "OperTimeSlotStartMustBeLessThanEnd",
    ),
    (
        {"templates": [template(slots=[("08:00:00", "09:00:00")] * 2)]},
        "HasDuplicateOperTimeSlot",
    ),
]


@pytest.mark.parametrize(("wrong", "code"), WRONG)
def test_wrong_tasks(asked, add, wrong, code):
    known = asked(ListAITasks()).total_count
    assert asked.refused(add(**wrong)) == f"InvalidParameterValue.{code}"
    assert asked(ListAITasks()).total_count == known


@pytest.mark.parametrize(("wrong", "code"), WRONG)
def test_wrong_changes_change_nothing(asked, add, wrong, code):
    task = asked(add()).data
    change = UpdateAITask(task_id=task.task_id, **wrong)
    assert asked.refused(change) == f"InvalidParameterValue.{code}"
    assert asked(DescribeAITask(task_id=task.task_id)).data == task


def test_no_channel_is_in_two_tasks(asked, add):
    task = asked(add()).data
    code = "InvalidParameterValue.ChannelIdAlreadyExistsInOtherAITasks"
    assert asked.refused(add(name="other")) == code
    asked(UpdateAITask(task_id=task.task_id, channel_list=task.channel_list))
    gates = asked(ListAITasks(is_contain_channel_list=True)).data.list_[0]
    taken = UpdateAITask(task_id=task.task_id, channel_list=gates.channel_list)
    assert asked.refused(taken) == code


@pytest.mark.parametrize(
    "action",
    [
        DescribeAITask(task_id=UNKNOWN),
        DeleteAITask(task_id=UNKNOWN),
        UpdateAITask(task_id=UNKNOWN, desc="x"),
        UpdateAITaskStatus(task_id=UNKNOWN, status="on"),
        DescribeAITaskResult(task_id=UNKNOWN, channel_id="c"),
    ],
)
def test_unknown_tasks(asked, action):
    assert asked.refused(action) == "ResourceNotFound.AITaskNotExisted"


def test_ids_and_statuses_have_a_form(asked, add):
    for action in (
        DescribeAITask(task_id="?"),
        DeleteAITask(task_id="?"),
        UpdateAITask(task_id="?"),
        UpdateAITaskStatus(task_id="?", status="on"),
        DescribeAITaskResult(task_id="?", channel_id="c"),
    ):
        assert asked.refused(action) == "InvalidParameterValue.InvalidAITaskID"
    task = asked(add()).data
    for status, code in (("", "StatusMustBeNotEmpty"), ("maybe", "InvalidAITaskStatus")):
        wrong = UpdateAITaskStatus(task_id=task.task_id, status=status)
        assert asked.refused(wrong) == f"InvalidParameterValue.{code}"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"channel_id": ""}, "ChannelIdMustBeNotEmpty"),
        ({"channel_id": "x"}, "ContainInvalidChannelId"),
        ({"object": "a b"}, "ObjectContainIllegalCharacter"),
        ({"detect_type": "Ghost"}, "InvalidDetectType"),
        ({"begin_time": "x"}, "InvalidBeginAndEndTime"),
        ({"begin_time": "20", "end_time": "10"}, "InvalidBeginAndEndTime"),
        ({"begin_time": "10", "end_time": str(10 + 31 * DAY)}, "InvalidBeginAndEndTime"),
        ({"page_number": 0}, "InvalidPageNumber"),
        ({"page_size": 101}, "InvalidPageSize"),
    ],
)
def test_wrong_questions(asked, add, wrong, code):
    task = asked(add()).data
    fields = {"task_id": task.task_id, "channel_id": task.channel_list[0], **wrong}
    assert asked.refused(DescribeAITaskResult(**fields)) == f"InvalidParameterValue.{code}"


def test_a_channel_of_another_task(asked, add):
    task = asked(add()).data
    other = asked.channel("PTZ Quay 14").channel_id
    ask = DescribeAITaskResult(task_id=task.task_id, channel_id=other)
    assert asked.refused(ask) == "InvalidParameterValue.ContainInvalidChannelId"
    for size in (0, 201):
        code = asked.refused(ListAITasks(page_size=size))
        assert code == "InvalidParameterValue.InvalidPageSize"
    assert asked.refused(ListAITasks(page_number=0)) == "InvalidParameterValue.InvalidPageNumber"
