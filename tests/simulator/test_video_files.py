"""Slices, and addresses of files."""

from __future__ import annotations

import time
from contextlib import ExitStack
from itertools import pairwise
from urllib.request import urlopen

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


def test_more_than_so_many_downloads_at_once_are_refused(serving):
    with serving(most_downloads=2) as served:
        channel_id = served.run(lambda: _gate(served.cloud))
        start = day_start(cloud_day(served.cloud.now()) - 1) + 14 * 3600
        asked = {
            "ChannelId": channel_id,
            "BeginTime": str(start),
            "EndTime": str(start + 3600),
            "FileType": "ts",
        }
        address = served.call("DescribeVideoDownloadUrl", asked)["Data"]["Url"]
        with ExitStack() as running:
            for _ in range(2):
                running.enter_context(urlopen(address, timeout=20)).read(1)
            code = "OperationDenied.ConcurrentDownloadsOverLimit"
            assert served.code("DescribeVideoDownloadUrl", asked) == code
            assert served.http("GET", "/_sim/limits")[1] == {"downloads": 2}
            assert served.http("POST", "/_sim/limits", {"downloads": 3})[0] == 200
            served.call("DescribeVideoDownloadUrl", asked)
            assert served.http("POST", "/_sim/limits", {"downloads": 2})[0] == 200
        while served.run(served.cloud.downloading):
            time.sleep(0.02)  # the server notices at its next piece that nobody reads any more
        served.call("DescribeVideoDownloadUrl", asked)
        for wrong in ({"uploads": 1}, {"downloads": -1}, {"downloads": "many"}):
            assert served.http("POST", "/_sim/limits", wrong)[0] == 400
        served.http("POST", "/_sim/limits", {"downloads": 0})
        served.http("POST", "/_sim/reset")
        assert served.http("GET", "/_sim/limits")[1] == {"downloads": 2}


def _gate(cloud):
    devices = cloud.world.devices.values()
    device = next(device for device in devices if device.name == "PTZ Gate North")
    return cloud.world.channels(device)[0].channel_id
