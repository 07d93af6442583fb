"""Retrievals from the archive and downloads from devices."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import (
    AddRecordRetrieveTask,
    BatchDeleteVideoDownloadTask,
    ChannelOfDevice,
    CreateVideoDownloadTask,
    DeleteRecordRetrieveTask,
    DescribeRecordFile,
    DescribeRecordRetrieveTask,
    DownloadState,
    ListRecordRetrieveTasks,
    ListVideoDownloadTask,
    RetrievalMode,
    RetrievalState,
)
from ivcdesk.simulator.recordings import DAY, cloud_day, day_start

UNKNOWN = "12345678-abcd-efgh-ijkl-1234567890ab"


def of(channel):
    return ChannelOfDevice(device_id=channel.device.device_id, channel_id=channel.channel_id)


@pytest.fixture
def retrieve(asked, noon):
    start = day_start(cloud_day(noon) - 12) + 3600

    def build(*channels, **given):
        fields = {
            "task_name": "取回_1",
            "start_time": start,
            "end_time": start + 7200,
            "mode": RetrievalMode.FAST,
            "expiration": 3,
            "channels": [of(channel) for channel in channels or (asked.channel("PTZ Fence East"),)],
        }
        return AddRecordRetrieveTask(**{**fields, **given})

    return build


def test_archived_recordings_become_playable_and_go_back(asked, retrieve):
    channel, other = asked.channel("PTZ Fence East"), asked.channel("PTZ Quay 12")
    action = retrieve(channel, other)
    window = (action.start_time, action.end_time)
    assert asked.cloud.recorded(channel.channel_id, "cloud", *window) == []
    task = asked(action).data
    assert task.status is RetrievalState.WAITING
    assert task.capacity > 100
    ask = DescribeRecordRetrieveTask(task_id=task.task_id)
    asked.clock.advance(4)
    running = asked(ask).data
    assert running.status is RetrievalState.RETRIEVING
    assert [row.status for row in running.channels] == [
        RetrievalState.RETRIEVING,
        RetrievalState.NOTHING_ARCHIVED,
    ]
    gone = DeleteRecordRetrieveTask(task_id=task.task_id)
    assert asked.refused(gone) == "ResourceInUse.RetrieveTaskExecuting"
    asked.clock.advance(20)
    assert asked(ask).data.status is RetrievalState.RETRIEVED
    assert asked.cloud.recorded(channel.channel_id, "cloud", *window)
    files = DescribeRecordFile(
        device_id=channel.device.device_id,
        channel_id=channel.channel_id,
        start_time=window[0],
        end_time=window[1],
    )
    assert asked(files).data.tips == 0
    assert asked(files).data.list_
    asked(gone)
    assert asked.cloud.recorded(channel.channel_id, "cloud", *window) == []
    assert asked(ListRecordRetrieveTasks()).data == []


def test_a_copy_is_kept_for_its_days(asked, retrieve):
    channel = asked.channel("PTZ Fence East")
    action = retrieve(channel)
    asked(action)
    asked.clock.advance(DAY)
    window = (action.start_time, action.end_time)
    assert asked.cloud.recorded(channel.channel_id, "cloud", *window)
    asked.clock.advance(3 * DAY)
    assert asked.cloud.recorded(channel.channel_id, "cloud", *window) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"task_name": ""}, "InvalidParameterValue.EmptyName"),
        ({"task_name": "a b"}, "InvalidParameterValue.IllegalName"),
        ({"task_name": "x" * 33}, "InvalidParameterValue.TooLongName"),
        ({"describe": "x" * 129}, "InvalidParameterValue.TooLongDescribe"),
        ({"start_time": 0}, "InvalidParameterValue.InvalidStartTimeOrEndTime"),
        ({"end_time": 1}, "InvalidParameterValue.StartTimeGreaterThanOrEqualEndTime"),
        ({"end_time": 4_000_000_000}, "InvalidParameterValue.NonSameDay"),
        ({"mode": RetrievalMode(3)}, "InvalidParameterValue.InvalidRetrievalMode"),
        ({"expiration": 0}, "InvalidParameterValue.InvalidExpiration"),
        ({"expiration": 366}, "InvalidParameterValue.InvalidExpiration"),
        ({"channels": []}, "MissingParameter.MissingRetrieveTaskParam"),
        (
            {"channels": [ChannelOfDevice(device_id="d", channel_id="c")] * 33},
            "InvalidParameterValue.RetrieveTaskChannelsExceedsRange",
        ),
        (
            {"channels": [ChannelOfDevice(device_id="d", channel_id="c")]},
            "InvalidParameterValue.InvalidDeviceId",
        ),
        (
            {"channels": [ChannelOfDevice(device_id="", channel_id="c")]},
            "InvalidParameterValue.EmptyDeviceId",
        ),
        ({"describe": "a b"}, "InvalidParameterValue.IllegalDescribe"),
    ],
)
def test_wrong_retrievals(asked, retrieve, wrong, code):
    assert asked.refused(retrieve(**wrong)) == code
    assert asked(ListRecordRetrieveTasks()).data == []


def test_channels_of_retrievals(asked, retrieve):
    channel, other = asked.channel("PTZ Fence East"), asked.channel("PTZ Quay 12")
    device = channel.device.device_id
    swapped = [ChannelOfDevice(device_id=device, channel_id=other.channel_id)]
    code = "InvalidParameterValue.InvalidChannelIdOrDeviceId"
    assert asked.refused(retrieve(channels=swapped)) == code
    empty = [ChannelOfDevice(device_id=device, channel_id="")]
    assert asked.refused(retrieve(channels=empty)) == "InvalidParameterValue.EmptyChannelId"
    twice = [of(channel), of(channel)]
    assert asked.refused(retrieve(channels=twice)) == "InvalidParameter.InvalidChannels"


def test_retrievals_have_names_of_their_own_and_are_known(asked, retrieve):
    asked(retrieve())
    assert asked.refused(retrieve()) == "ResourceInUse.RetrieveTaskNameRepeat"
    for action in (DescribeRecordRetrieveTask, DeleteRecordRetrieveTask):
        assert asked.refused(action(task_id=UNKNOWN)) == "ResourceNotFound.RetrieveTaskNotExist"
        assert asked.refused(action(task_id="?")) == "InvalidParameterValue.InvalidRetrieveTaskId"


def download(channel, noon, **given):
    fields = {"begin_time": int(noon) - 7200, "end_time": int(noon) - 3600, "scale": 4, **given}
    return CreateVideoDownloadTask(channel_id=channel.channel_id, **fields)


def listed(asked, **filters):
    return asked(ListVideoDownloadTask(**filters)).data.list_


def test_a_download_is_prepared_runs_and_is_done(asked, noon):
    task_id = asked(download(asked.channel("PTZ Quay 12"), noon)).data.download_task_id
    assert [row.status for row in listed(asked)] == [DownloadState.WAITING]
    asked.clock.advance(3)
    assert [row.status for row in listed(asked)] == [DownloadState.RUNNING]
    asked.clock.advance(100)
    (row,) = listed(asked, with_preview_url=1, url_expires=60)
    assert row.status is DownloadState.DONE
    assert row.video_size > 1e8
    assert f"/download/{task_id}/video.mp4?" in row.file_download_url
    assert row.preview_url == row.file_download_url
    assert (row.download_time, row.scale, row.failed_reason) == (3600, 4, "")
    asked.clock.advance(8 * DAY)
    assert listed(asked)[0].file_download_url == ""
    asked(BatchDeleteVideoDownloadTask(download_task_ids=[task_id]))
    assert listed(asked) == []
    gone = BatchDeleteVideoDownloadTask(download_task_ids=[task_id])
    assert asked.refused(gone) == "ResourceNotFound"


def test_a_download_of_nothing_fails_with_a_reason(asked, noon):
    old = int(noon) - 50 * DAY
    asked(download(asked.channel("PTZ Quay 12"), noon, begin_time=old, end_time=old + 60))
    asked.clock.advance(100)
    (row,) = listed(asked, status=DownloadState.FAILED)
    assert row.failed_reason
    assert row.file_download_url == ""


def test_downloads_are_searched_and_sorted(asked, noon):
    asked(download(asked.channel("PTZ Quay 12"), noon))
    asked.clock.advance(10)
    asked(download(asked.channel("PTZ Quay 14"), noon))
    assert [row.device_name for row in listed(asked)] == ["PTZ Quay 14", "PTZ Quay 12"]
    rows = listed(asked, sort_rule="StartTime,-EndTime")
    assert [row.device_name for row in rows] == ["PTZ Quay 12", "PTZ Quay 14"]
    assert len(listed(asked, device_name="Quay 12")) == 1
    assert len(listed(asked, channel_name="Quay 14", page_size=5)) == 1
    assert listed(asked, download_task_id="none") == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"begin_time": 0}, "InvalidParameterValue"),
        ({"end_time": 1}, "InvalidParameterValue"),
        ({"scale": 3}, "InvalidParameterValue"),
        ({"expire": 8}, "InvalidParameterValue"),
        ({"file_type": 2}, "InvalidParameterValue"),
    ],
)
def test_wrong_downloads(asked, noon, wrong, code):
    assert asked.refused(download(asked.channel("PTZ Quay 12"), noon, **wrong)) == code


def test_downloads_need_a_device_that_answers(asked, noon):
    for name, code in (
        ("Packing table", "ResourceUnavailable.DevOffline"),
        ("Visitor lane", "InvalidParameterValue.UnSupportedAccessType"),
    ):
        assert asked.refused(download(asked.channel(name), noon)) == code


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"status": DownloadState(9)}, "InvalidParameterValue.InvalidStatus"),
        ({"url_expires": 0}, "InvalidParameterValue"),
        ({"sort_rule": "Size"}, "InvalidParameterValue"),
        ({"page_number": 0}, "InvalidParameterValue.InvalidPageNumber"),
    ],
)
def test_wrong_lists(asked, wrong, code):
    assert asked.refused(ListVideoDownloadTask(**wrong)) == code
