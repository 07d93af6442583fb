"""Recordings as the API tells of them and plays them."""

from __future__ import annotations

from itertools import pairwise
from urllib.parse import parse_qsl, urlsplit

import pytest

from ivcdesk.api.actions import (
    ControlRecord,
    ControlRecordTimeline,
    DescribeRecordFile,
    DescribeRecordPlaybackUrl,
    DeviceStatus,
    PlayRecord,
)
from ivcdesk.simulator.recordings import DAY, cloud_day, day_start, without

UNKNOWN = "12345678-abcd-efgh-ijkl-1234567890abcd"


@pytest.fixture
def yesterday(noon):
    return day_start(cloud_day(noon) - 1)


@pytest.fixture
def main(asked):
    return asked.channel("PTZ Gate North")


def record_file(channel, start, end, **more):
    fields = {"device_id": channel.device.device_id, "channel_id": channel.channel_id, **more}
    return DescribeRecordFile(start_time=start, end_time=end, **fields)


def admitted(asked, address):
    found = urlsplit(address)
    return asked.cloud.admits(found.path, dict(parse_qsl(found.query)))


def test_a_days_recordings_are_told_in_pieces(asked, main, yesterday):
    files = asked(record_file(main, yesterday, yesterday + DAY - 1)).data
    assert files.tips == 0
    spans = [(row.begin, row.end) for row in files.list_]
    assert spans == sorted(spans)
    assert max(end - begin for begin, end in spans) <= 1820
    held = asked.cloud.recorded(main.channel_id, "cloud", yesterday, yesterday + DAY - 1)
    assert without(held, spans) == without(spans, held) == []
    assert not any(row.hls_url for row in files.list_)


def test_pieces_carry_addresses_where_asked(asked, main, yesterday):
    rows = asked(record_file(main, yesterday, yesterday + 3600, with_url=True)).data.list_
    assert all(admitted(asked, row.hls_url) for row in rows)
    assert f"starttime={rows[0].begin}&endtime={rows[0].end}" in rows[0].hls_url


def test_what_was_not_recorded_is_an_empty_list(asked, noon):
    channel = asked.channel("Town hall")
    assert asked(record_file(channel, int(noon) - 3600, int(noon))).data.list_ == []


def wrong_days(start):
    return [
        ({"start_time": 0}, "InvalidStartTimeOrEndTime"),
        ({"end_time": -5}, "InvalidStartTimeOrEndTime"),
        ({"start_time": start + 60}, "StartTimeGreaterThanOrEqualEndTime"),
        ({"start_time": start + 90}, "StartTimeGreaterThanOrEqualEndTime"),
        ({"end_time": start + DAY}, "NonSameDay"),
        ({"start_time": start - 1}, "NonSameDay"),
    ]


@pytest.mark.parametrize("case", range(6))
def test_days_are_those_of_utc_plus_8_and_are_not_crossed(asked, main, yesterday, case):
    wrong, code = wrong_days(yesterday)[case]
    times = {"start_time": yesterday, "end_time": yesterday + 60, **wrong}
    ids = {"device_id": main.device.device_id, "channel_id": main.channel_id}
    assert asked.refused(DescribeRecordFile(**ids, **times)) == f"InvalidParameterValue.{code}"
    address = DescribeRecordPlaybackUrl(channel_id=main.channel_id, **times)
    assert asked.refused(address) == f"InvalidParameterValue.{code}"


def test_the_whole_day_may_be_asked_for(asked, main, yesterday):
    asked(record_file(main, yesterday, yesterday + DAY - 1))


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"device_id": UNKNOWN}, "ResourceNotFound.DeviceNotExist"),
        ({"device_id": "/"}, "InvalidParameterValue.IllegalDeviceId"),
        ({"channel_id": UNKNOWN}, "InvalidParameterValue.InvalidChannelId"),
        ({"channel_id": "/"}, "InvalidParameterValue.IllegalChannelId"),
    ],
)
def test_unknown_ids(asked, main, yesterday, wrong, code):
    assert asked.refused(record_file(main, yesterday, yesterday + 60, **wrong)) == code


def test_a_channel_of_another_device(asked, main, yesterday):
    other = asked.device("PTZ Quay 12")
    ask = record_file(main, yesterday, yesterday + 60, device_id=other.device_id)
    assert asked.refused(ask) == "InvalidParameterValue.InvalidChannelId"


def test_a_cloud_recording_has_an_address_even_while_its_device_is_away(asked, main, yesterday):
    asked.cloud.set_status(main.device, DeviceStatus.OFFLINE)
    ask = DescribeRecordPlaybackUrl(
        channel_id=main.channel_id, start_time=yesterday, end_time=yesterday + 600
    )
    hls = asked(ask).data.hls
    assert f"/playback/{main.channel_id}/hls.m3u8?starttime={yesterday}&" in hls
    assert admitted(asked, hls)
    assert not admitted(asked, hls.replace(str(yesterday + 600), str(yesterday + 900)))


def test_addresses_of_unknown_channels(asked, yesterday):
    times = {"start_time": yesterday, "end_time": yesterday + 60}
    unknown = DescribeRecordPlaybackUrl(channel_id=UNKNOWN, **times)
    assert asked.refused(unknown) == "ResourceNotFound.ChannelNotExist"
    illegal = DescribeRecordPlaybackUrl(channel_id="", **times)
    assert asked.refused(illegal) == "InvalidParameterValue.IllegalChannelId"


def test_a_recorder_lists_files_of_half_an_hour(asked, yesterday):
    channel = asked.channel("堆场 Yard NVR A", 3)
    ask = ControlRecordTimeline(
        channel_id=channel.channel_id, start=yesterday, end=yesterday + 6 * 3600
    )
    files = [(row.begin, row.end) for row in asked(ask).data]
    assert len(files) >= 10
    assert max(end - begin for begin, end in files) <= 1805
    assert asked(ask).data == asked(ask).data


def test_some_recorders_overlap_and_some_are_out_of_order(asked, yesterday):
    overlapping = shuffled = 0
    for device in asked.cloud.world.devices.values():
        if device.channel_num == 1 or not device.online:
            continue
        channel = asked.cloud.world.channels(device)[0]
        ask = ControlRecordTimeline(
            channel_id=channel.channel_id, start=yesterday, end=yesterday + 6 * 3600
        )
        files = [(row.begin, row.end) for row in asked(ask).data]
        shuffled += files != sorted(files)
        files.sort()
        overlapping += any(a[1] > b[0] for a, b in pairwise(files))
    assert overlapping
    assert shuffled


def device_questions(channel, start, end):
    yield ControlRecordTimeline(channel_id=channel.channel_id, start=start, end=end)
    yield PlayRecord(channel_id=channel.channel_id, start=start, end=end)


@pytest.mark.parametrize(
    ("start", "end", "code"),
    [
        (0, 100, "StartTimeZero"),
        (100, 0, "EndTimeZero"),
        (200, 100, "StartOverEndTime"),
        (100, 100, "StartTimeGreaterThanOrEqualEndTime"),
        (4_000_000_000, 4_000_000_100, "StartOverNowTime"),
    ],
)
def test_wrong_ranges(asked, main, start, end, code):
    for ask in device_questions(main, start, end):
        assert asked.refused(ask) == f"InvalidParameterValue.{code}"


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Visitor lane", "InvalidParameterValue.UnSupportedAccessType"),
        ("Packing table", "ResourceUnavailable.DevOffline"),
        ("Crane 2", "ResourceUnavailable.DevNoRegister"),
        ("Bicycle shed", "ResourceUnavailable.DevDisable"),
    ],
)
def test_devices_that_can_not_be_asked(asked, noon, name, code):
    for ask in device_questions(asked.channel(name), int(noon) - 600, int(noon) - 300):
        assert asked.refused(ask) == code


def test_unknown_channels_on_devices(asked, main):
    for channel_id, code in (
        (UNKNOWN, "ResourceNotFound"),
        ("", "InvalidParameterValue.InvalidChannelId"),
    ):
        for ask in (
            ControlRecordTimeline(channel_id=channel_id, start=1, end=2),
            PlayRecord(channel_id=channel_id, start=1, end=2),
            ControlRecord(channel_id=channel_id, session="x", control_action="play"),
        ):
            assert asked.refused(ask) == code


def opened(asked, channel, start, end):
    answer = asked(PlayRecord(channel_id=channel.channel_id, start=start, end=end, stream_type=1))
    return answer.data.flv, answer.data.session_id


def test_a_session_is_opened_steered_and_stopped(asked, main, noon):
    start = int(noon) - 900
    address, session_id = opened(asked, main, start, start + 600)
    session = asked.cloud.session(session_id)
    assert (
        f"/live/{main.channel_id}@{session_id}.live.flv?start={start}&end={start + 600}&" in address
    )
    assert admitted(asked, address)
    steer = {"channel_id": main.channel_id, "session": session_id}
    asked(ControlRecord(**steer, control_action="pause"))
    assert session.paused
    asked(ControlRecord(**steer, control_action="play", scale=4.0))
    assert (session.paused, session.scale) == (False, 4.0)
    asked(ControlRecord(**steer, control_action="play", position=30))
    assert session.seek_to == start + 30
    asked(ControlRecord(**steer, control_action="stop"))
    assert session.stopped
    again = ControlRecord(**steer, control_action="play")
    assert asked.refused(again) == "ResourceNotFound.StreamNotExistOrClose"


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"control_action": "rewind"}, "InvalidParameterValue"),
        ({"position": 5, "scale": 2.0}, "UnsupportedOperation.ScaleAndPosBothExist"),
        ({"scale": 3.0}, "InvalidParameterValue.UnSupportedScaleParam"),
        ({"position": -1}, "InvalidParameterValue"),
        ({"position": 601}, "InvalidParameterValue"),
        ({"session": "none"}, "ResourceNotFound.StreamNotExistOrClose"),
    ],
)
def test_wrong_steering(asked, main, noon, wrong, code):
    start = int(noon) - 900
    _, session_id = opened(asked, main, start, start + 600)
    fields = {
        "channel_id": main.channel_id,
        "session": session_id,
        "control_action": "play",
        **wrong,
    }
    assert asked.refused(ControlRecord(**fields)) == code


def test_a_session_of_another_channel(asked, main, noon):
    start = int(noon) - 900
    _, session_id = opened(asked, main, start, start + 600)
    other = asked.channel("PTZ Quay 12")
    ask = ControlRecord(channel_id=other.channel_id, session=session_id, control_action="stop")
    assert asked.refused(ask) == "ResourceNotFound.StreamNotExistOrClose"


def test_wrong_streams(asked, main, noon):
    fields = {"channel_id": main.channel_id, "start": int(noon) - 900, "end": int(noon)}
    both = PlayRecord(**fields, stream_type=1, resolution="6")
    assert asked.refused(both) == "UnsupportedOperation.StreamTypeOrResolution"
    assert asked.refused(PlayRecord(**fields, stream_type=7)) == "InvalidParameterValue"


def test_nothing_to_play(asked, main, noon):
    long_ago = int(noon) - 50 * DAY
    ask = PlayRecord(channel_id=main.channel_id, start=long_ago, end=long_ago + 60)
    assert asked.refused(ask) == "ResourceNotFound"
