"""Batches and how they get on."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    BatchOperateDevice,
    DeleteTask,
    DescribeTask,
    DeviceStatus,
    ListSubTasks,
    ListTasks,
    TaskKind,
    TaskStatus,
)


def started(asked, cmd, *names, region="ap-shanghai"):
    asked.cloud.caller_region = region
    ids = [asked.device(name).device_id for name in names]
    return asked(BatchOperateDevice(device_ids=ids, cmd=cmd)).data.task_id


def later(asked, seconds):
    asked.clock.advance(seconds)
    asked.cloud.agenda.settle()


def test_a_batch_progresses_and_ends(asked):
    names = ["Barrier cam", "PTZ Quay 12", "PTZ Quay 14", "PTZ Gate North", "PTZ Gate South"]
    task_id = started(asked, "disable", *names)
    ask = DescribeTask(task_id=task_id)
    assert asked(ask).data.status is TaskStatus.NEW
    later(asked, 0.9)
    running = asked(ask).data
    assert running.status is TaskStatus.RUNNING
    assert 0 < running.progress < 1
    assert (running.running_count, running.total) == (4, 5)
    later(asked, 0.5)
    assert asked(ask).data.success_count == 4
    later(asked, 5)
    done = asked(ask).data
    assert (done.status, done.progress, done.success_count) == (TaskStatus.COMPLETED, 1.0, 5)
    assert done.task_type is TaskKind.BATCH
    assert done.action == "BatchDisableDevice"
    assert done.created_at <= done.started_at <= done.updated_at
    assert {asked.device(name).status for name in names} == {DeviceStatus.DISABLED}


def test_steps_fail_with_their_reasons(asked):
    task_id = started(
        asked, "reboot", "PTZ Quay 12", "Packing table", "Visitor lane", "Charging bay"
    )
    later(asked, 20)
    rows = asked(ListSubTasks(task_id=task_id)).data
    assert rows.total_count == 4
    assert [row.status for row in rows.list_] == [
        TaskStatus.COMPLETED,
        TaskStatus.FAILED,
        TaskStatus.FAILED,
        TaskStatus.FAILED,
    ]
    assert len({row.fail_reason for row in rows.list_}) == 4
    failed = asked(ListSubTasks(task_id=task_id, status=TaskStatus.FAILED, page_size=2)).data
    assert (failed.total_count, len(failed.list_)) == (3, 2)
    task = asked(DescribeTask(task_id=task_id)).data
    assert (task.success_count, task.fail_count) == (1, 3)
    step = asked(DescribeTask(task_id=rows.list_[1].sub_task_id)).data
    assert step.task_type is TaskKind.STEP
    assert step.fail_reason == rows.list_[1].fail_reason
    nested = ListSubTasks(task_id=step.task_id)
    assert asked.refused(nested) == "InvalidParameterValue.TaskTypeNotSupported"


def test_a_rebooted_device_goes_and_comes_back(asked):
    started(asked, "reboot", "PTZ Quay 12")
    later(asked, 5)
    assert asked.device("PTZ Quay 12").status is DeviceStatus.OFFLINE
    later(asked, 20)
    assert asked.device("PTZ Quay 12").online


def test_a_batch_of_nothing_but_failures_has_failed(asked):
    task_id = started(asked, "sync", "Packing table")
    later(asked, 10)
    assert asked(DescribeTask(task_id=task_id)).data.status is TaskStatus.FAILED


def test_devices_deleted_meanwhile_fail_their_step(asked):
    task_id = started(asked, "delete", "PTZ Quay 12", "PTZ Quay 12")
    later(asked, 10)
    task = asked(DescribeTask(task_id=task_id)).data
    assert (task.success_count, task.fail_count) == (1, 1)


def test_batches_are_listed_filtered_and_deleted(asked):
    first = started(asked, "enable", "Bicycle shed")
    asked.clock.advance(100)
    second = started(asked, "sync", "PTZ Quay 12")
    now = int(asked.cloud.now())
    assert [row.task_id for row in asked(ListTasks()).data.list_] == [second, first]
    enabling = asked(ListTasks(operation="BatchEnableDevice")).data
    assert [row.task_id for row in enabling.list_] == [first]
    assert asked(ListTasks(begin_time=now - 10)).data.total_count == 1
    assert asked(ListTasks(end_time=now - 10)).data.total_count == 1
    assert asked(ListTasks(status=TaskStatus.NEW)).data.total_count == 1
    asked(DeleteTask(task_id=first))
    assert asked(ListTasks()).data.total_count == 1
    for gone in (DeleteTask, DescribeTask, ListSubTasks):
        assert asked.refused(gone(task_id=first)) == "InvalidParameter.TaskIdNotExist"


@pytest.mark.parametrize(
    ("question", "code"),
    [
        (ListTasks(operation="BatchDance"), "InvalidParameter.InvalidAction"),
        (ListTasks(status=TaskStatus(9)), "InvalidParameterValue.InvalidStatus"),
        (ListTasks(page_number=0), "InvalidParameterValue.InvalidPageParameter"),
        (ListTasks(page_size=0), "InvalidParameterValue.InvalidPageParameter"),
        (
            BatchOperateDevice(device_ids=["x"], cmd="explode"),
            "InvalidParameterValue.UnSupportOperateCMD",
        ),
        (BatchOperateDevice(device_ids=[], cmd="enable"), "InvalidParameterValue"),
        (
            BatchOperateDevice(device_ids=["x"], cmd="enable"),
            "InvalidParameterValue.InvalidDeviceId",
        ),
    ],
)
def test_wrong_questions(asked, question, code):
    assert asked.refused(question) == code
