"""Pictures that devices take."""

from __future__ import annotations

import pytest

from ivcdesk.api.actions import ControlDeviceSnapshot, ListDeviceSnapshots
from ivcdesk.simulator.recordings import DAY


def take(channel, **given):
    fields = {"snap_num": 3, "interval": 10, **given}
    return ControlDeviceSnapshot(channel_id=channel.channel_id, **fields)


def listed(asked, channel, **given):
    return asked(ListDeviceSnapshots(channel_id=channel.channel_id, **given))


def test_pictures_arrive_one_after_the_other(asked):
    channel = asked.channel("PTZ Gate North")
    asked.cloud.caller_request = "r-1"
    asked(take(channel))
    assert listed(asked, channel).total_count == 0
    asked.clock.advance(2)
    (first,) = listed(asked, channel).data
    assert first.session_id == "r-1"
    assert first.created_time <= first.received_time
    assert first.preview_url.startswith(first.download_url)
    asked.clock.advance(30)
    page = listed(asked, channel, page_size=2)
    assert (page.total_count, len(page.data)) == (3, 2)
    assert page.data[0].created_time > page.data[1].created_time
    assert len({row.file_name for row in listed(asked, channel).data}) == 3


def test_pictures_are_kept_for_their_days(asked, noon):
    channel = asked.channel("PTZ Gate North")
    asked(take(channel, snap_num=1, expire=7))
    asked.clock.advance(8 * DAY)
    assert listed(asked, channel).total_count == 0
    (row,) = listed(asked, channel, start=int(noon) - 60, end=int(noon) + 60).data
    assert row.download_url == row.preview_url == ""


@pytest.mark.parametrize(
    ("name", "wrong", "code"),
    [
        ("PTZ Gate North", {"snap_num": 0}, "InvalidParameterValue"),
        ("PTZ Gate North", {"snap_num": 11}, "InvalidParameterValue"),
        ("PTZ Gate North", {"interval": 1801}, "InvalidParameterValue"),
        ("PTZ Gate North", {"expire": 8}, "InvalidParameterValue"),
        ("堆场 Yard dome 07", {}, "InvalidParameterValue.UnSupportedAccessType"),
        ("Packing table", {}, "ResourceUnavailable.DevOffline"),
    ],
)
def test_wrong_pictures(asked, name, wrong, code):
    assert asked.refused(take(asked.channel(name), **wrong)) == code


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"start": 10, "end": 5}, "InvalidParameterValue.StartOverEndTime"),
        ({"start": 4_000_000_000, "end": 4_000_000_001}, "InvalidParameterValue.StartOverNowTime"),
        ({"page_size": 2001}, "InvalidParameterValue.PageSizeExceedLimit"),
        ({"page_number": 0}, "InvalidParameterValue.InvalidPageNumber"),
        ({"channel_id": "x"}, "ResourceNotFound"),
        ({"channel_id": "?"}, "InvalidParameterValue.InvalidChannelId"),
    ],
)
def test_wrong_questions(asked, wrong, code):
    fields = {"channel_id": asked.channel("PTZ Gate North").channel_id, **wrong}
    assert asked.refused(ListDeviceSnapshots(**fields)) == code
