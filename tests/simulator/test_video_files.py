"""Slices, and addresses of files."""

from __future__ import annotations

from itertools import pairwise

import pytest

from ivcdesk.api.actions import DescribeRecordSlice, DescribeVideoDownloadUrl
from ivcdesk.simulator.recordings import DAY, cloud_day, day_start, without

UNKNOWN = "12345678-abcd-efgh-ijkl-1234567890ab"


@pytest.fixture
def begin(noon):
    return day_start(cloud_day(noon) - 1) + 14 * 3600


def test_slices_are_twenty_seconds_and_name_their_plan(asked, begin):
    channel = asked.channel("PTZ Gate North")
    ask = DescribeRecordSlice(
        channel_id=channel.channel_id, start_time=begin, end_time=begin + 3600
    )
    (row,) = asked(ask).data
    assert row.plan_id == channel.plan.plan_id
    spans = [(part.begin, part.end) for part in row.list_]
    assert max(high - low for low, high in spans) == 20
    held = asked.cloud.recorded(channel.channel_id, "cloud", begin, begin + 3600)
    assert without(held, spans) == without(spans, held) == []
    assert all(first[1] <= second[0] for first, second in pairwise(spans))


def test_channels_without_recordings_have_no_slices(asked, begin):
    channel = asked.channel("Town hall")
    ask = DescribeRecordSlice(channel_id=channel.channel_id, start_time=begin, end_time=begin + 60)
    assert asked(ask).data == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"channel_id": UNKNOWN}, "ResourceNotFound.ChannelNotExist"),
        ({"channel_id": "?"}, "InvalidParameterValue.IllegalChannelId"),
        ({"start_time": 0}, "InvalidParameterValue.InvalidStartTimeOrEndTime"),
        ({"end_time": 4_000_000_000}, "InvalidParameterValue.NonSameDay"),
    ],
)
def test_wrong_slices(asked, begin, wrong, code):
    fields = {
        "channel_id": asked.channel("PTZ Gate North").channel_id,
        "start_time": begin,
        "end_time": begin + 60,
        **wrong,
    }
    assert asked.refused(DescribeRecordSlice(**fields)) == code


def file(asked, begin, **given):
    fields = {
        "channel_id": asked.channel("PTZ Gate North").channel_id,
        "begin_time": str(begin + 425),
        "end_time": str(begin + 505),
        "file_type": "mp4",
        **given,
    }
    return DescribeVideoDownloadUrl(**fields)


def test_a_file_covers_what_was_asked_for_in_whole_slices(asked, begin):
    told = asked(file(asked, begin, is_resp_actual_time=True)).data
    low, high = int(told.actual_begin_time), int(told.actual_end_time)
    assert low <= begin + 425 < begin + 505 <= high
    assert high - low <= 120
    assert f"video.mp4?starttime={low}&endtime={high}&" in told.url
    quiet = asked(file(asked, begin, file_type="ts")).data
    assert "video.ts?" in quiet.url
    assert quiet.actual_begin_time == ""


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"channel_id": UNKNOWN}, "ResourceNotFound"),
        ({"channel_id": "?"}, "InvalidParameterValue.InvalidChannelId"),
        ({"begin_time": "x"}, "InvalidParameterValue.InvalidBeginTime"),
        ({"end_time": ""}, "InvalidParameterValue.InvalidEndTime"),
        ({"end_time": "5"}, "InvalidParameterValue.InvalidEndTime"),
        ({"file_type": "avi"}, "InvalidParameterValue.InvalidFileType"),
        ({"expires": 0}, "InvalidParameter"),
        ({"end_time": "4000000000"}, "InvalidParameterValue.NonSameDay"),
    ],
)
def test_wrong_files(asked, begin, wrong, code):
    assert asked.refused(file(asked, begin, **wrong)) == code


def test_files_of_an_hour_at_most_and_of_what_there_is(asked, begin):
    long = file(asked, begin, begin_time=str(begin), end_time=str(begin + 3601))
    assert asked.refused(long) == "InvalidParameterValue.OutOfTimeRange"
    fence = asked.channel("PTZ Fence East").channel_id
    hall = asked.channel("Town hall").channel_id
    old = begin - 12 * DAY
    times = {"begin_time": str(old), "end_time": str(old + 3600)}
    archived = file(asked, begin, channel_id=fence, **times)
    assert asked.refused(archived) == "ResourceUnavailable.VideoArchived"
    nothing = file(asked, begin, channel_id=hall)
    assert asked.refused(nothing) == "ResourceNotFound.VideoNotFound"
