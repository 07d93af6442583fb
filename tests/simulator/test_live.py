"""Live addresses as the API tells them."""

from __future__ import annotations

from urllib.parse import parse_qsl, urlsplit

import pytest

from ivcdesk.api.actions import ControlDeviceStream, DeviceStatus


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
    assert asked.cloud.admits(*flv)
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
