"""Live addresses as the API tells them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from ivcdesk.api.actions import (
    ControlDeviceStream,
    DeviceStatus,
    PlayBan,
    QueryForbidPlayChannelList,
    SetForbidPlayChannels,
)


def parts(address):
    found = urlsplit(address)
    return found.path, dict(parse_qsl(found.query))


def test_addresses_have_the_reference_shape_and_are_admitted(asked):
    channel = asked.channel("PTZ Gate North")
    asked.cloud.links.base = "http://127.0.0.1:1"
    urls = asked(ControlDeviceStream(channel_id=channel.channel_id, stream_type="1")).data
    flv, hls = parts(urls.flv), parts(urls.hls)
    assert flv[0] == f"/live/{channel.channel_id}.live.flv"
    assert hls[0] == f"/live/{channel.channel_id}/hls.m3u8"
    rtmp = parts(urls.rtmp)
    assert rtmp[0] == f"/live/{channel.channel_id}"
    assert asked.cloud.admits(*flv)
    assert asked.cloud.admits(*rtmp)
    assert asked.cloud.admits(*hls)
    assert channel.channel_id not in repr(urls)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (
            {"stream_type": "1", "resolution": "6"},
            "UnsupportedOperation.StreamTypeOrResolution",
        ),
        ({"stream_type": "3"}, "InvalidParameterValue.InvalidStreamType"),
        ({"channel_id": "12345678-abcd-efgh-ijkl-1234567890abcd"}, "ResourceNotFound"),
        ({"channel_id": ""}, "InvalidParameterValue.InvalidChannelId"),
    ],
)
def test_wrong_questions(asked, wrong, code):
    fields = {"channel_id": asked.channel("PTZ Gate North").channel_id, **wrong}
    assert asked.refused(ControlDeviceStream(**fields)) == code


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (DeviceStatus.OFFLINE, "DevOffline"),
        (DeviceStatus.DISABLED, "DevDisable"),
        (DeviceStatus.UNREGISTERED, "DevNoRegister"),
    ],
)
def test_absent_devices_have_no_stream(asked, status, code):
    channel = asked.channel("PTZ Gate North")
    asked.cloud.set_status(channel.device, status)
    ask = ControlDeviceStream(channel_id=channel.channel_id)
    assert asked.refused(ask) == f"ResourceUnavailable.{code}"


def test_a_lost_camera_of_a_recorder_has_no_stream(asked):
    channel = asked.channel("Gate 3 NVR", 13)
    ask = ControlDeviceStream(channel_id=channel.channel_id)
    assert asked.refused(ask) == "ResourceUnavailable.ChannelOffline"


def ban(channel, enable=True, user_id="100001234567"):
    bans = [PlayBan(channel_id=channel.channel_id, enable=enable)]
    return SetForbidPlayChannels(channels=bans, user_id=user_id)


def banned(asked, user_id="100001234567", **page):
    ask = {"user_id": user_id, "page_size": 10, "page_number": 1, **page}
    return asked(QueryForbidPlayChannelList(**ask)).data


def test_forbidden_channels_are_listed_and_refused_until_allowed(asked):
    channel = asked.channel("PTZ Gate North")
    flv = asked(ControlDeviceStream(channel_id=channel.channel_id)).data.flv
    dismissed = []
    asked.cloud.dismiss = dismissed.append
    asked(ban(channel))
    assert dismissed == [channel.channel_id]
    assert not asked.cloud.admits(*parts(flv))
    listed = banned(asked)
    assert (listed.total_count, listed.list_[0].channel_name) == (1, "PTZ Gate North")
    assert banned(asked, "100009999999").list_ == []
    asked(ban(channel, enable=False))
    assert asked.cloud.admits(*parts(flv))
    assert banned(asked).total_count == 0


def test_pages_of_forbidden_channels_hold_200(asked):
    for place in range(16):
        asked(ban(asked.channel("Gate 3 NVR", place)))
    assert banned(asked, page_size=500).page_size == 16
    second = banned(asked, page_size=10, page_number=2)
    assert (second.total_count, len(second.list_)) == (16, 6)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"user_id": ""}, "MissingParameter.MissingUserInfo"),
        ({"user_id": "me"}, "InvalidParameterValue.InvalidUserParam"),
        ({"channels": []}, "InvalidParameter.InvalidChannels"),
        (
            {"channels": [PlayBan(channel_id="x", enable=True)] * 201},
            "InvalidParameterValue.ChannelsExceedsRange",
        ),
        (
            {"channels": [PlayBan(channel_id="x", enable=True)]},
            "InvalidParameterValue.InvalidChannelId",
        ),
        (
            {"channels": [PlayBan(channel_id="*", enable=True)]},
            "InvalidParameterValue.IllegalChannelId",
        ),
    ],
)
def test_wrong_bans(asked, wrong, code):
    fields = {"channels": [], "user_id": "100001234567", **wrong}
    assert asked.refused(SetForbidPlayChannels(**fields)) == code


def test_wrong_questions_about_bans(asked):
    for wrong, code in (
        ({"page_size": 0}, "InvalidParameterValue.InvalidPageSize"),
        ({"page_number": 0}, "InvalidParameterValue.InvalidPageNumber"),
        ({"user_id": ""}, "MissingParameter.MissingUserInfo"),
    ):
        ask = {"user_id": "100001234567", "page_size": 10, "page_number": 1, **wrong}
        assert asked.refused(QueryForbidPlayChannelList(**ask)) == code


def test_nothing_is_forbidden_where_addresses_are_not_guarded(asked):
    asked.cloud.world.ledger.stream_auth.pull_state = 0
    code = asked.refused(ban(asked.channel("PTZ Gate North")))
    assert code == "OperationDenied.PlayAuthNotEnabled"
