"""Streams as the cloud's state lets them through; what is in them is tested with the media."""

from __future__ import annotations

import http.client
from contextlib import closing
from urllib.parse import urlsplit

import av
import pytest

from ivcdesk.simulator.recordings import cloud_day, day_start


@pytest.fixture
def channel_id(served):
    world = served.cloud.world
    device = next(d for d in world.devices.values() if d.name == "PTZ Gate North")
    return served.run(lambda: world.channels(device)[0].channel_id)


def opened(address):
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=15)
    connection.request("GET", f"{parts.path}?{parts.query}")
    return connection, connection.getresponse()


def live(served, channel_id):
    asked = {"ChannelId": channel_id, "StreamType": "2"}
    return served.call("ControlDeviceStream", asked)["Data"]["Flv"]


def test_a_live_stream_has_viewers_until_its_device_goes_away(served, channel_id):
    connection, answer = opened(live(served, channel_id))
    with closing(connection):
        assert answer.status == 200
        assert answer.read(3) == b"FLV"
        status = served.http("GET", f"/_sim/channels/{channel_id}")[1]
        assert status["viewers"] == 1
        device_id = served.cloud.world.channel(channel_id).device.device_id
        served.http("POST", f"/_sim/devices/{device_id}", {"status": 2})
        while answer.read(65536):
            pass
    connection, answer = opened(served.cloud.links.address(f"/live/{channel_id}.live.flv", 60))
    with closing(connection):
        assert answer.status == 503


def test_addresses_are_checked(served, channel_id):
    address = live(served, channel_id)
    for wrong in (address[:-1] + ("0" if address[-1] != "0" else "1"), address.partition("?")[0]):
        connection, answer = opened(wrong)
        with closing(connection):
            assert answer.status == 403
    served.http("POST", "/_sim/clock", {"advance": 7 * 3600})
    connection, answer = opened(address)
    with closing(connection):
        assert answer.status == 403


def test_a_recording_of_seven_past_two_can_be_played(served, channel_id):
    moment = day_start(cloud_day(served.cloud.now()) - 1) + 14 * 3600 + 7 * 60
    asked = {"ChannelId": channel_id, "StartTime": moment, "EndTime": moment + 60}
    hls = served.call("DescribeRecordPlaybackUrl", asked)["Data"]["Hls"]
    connection, answer = opened(hls)
    with closing(connection):
        playlist = answer.read().decode()
        assert playlist.startswith("#EXTM3U")
    segment = next(line for line in playlist.splitlines() if line and not line.startswith("#"))
    connection, answer = opened(hls.rpartition("/hls.m3u8")[0] + "/" + segment)
    with closing(connection):
        assert answer.read(1) == b"G"


def test_a_device_recording_plays_until_its_session_is_stopped(served, channel_id):
    now = int(served.cloud.now())
    asked = {"ChannelId": channel_id, "Start": now - 7200, "End": now - 60}
    flv = served.call("PlayRecord", asked)["Data"]["Flv"]
    connection, answer = opened(flv)
    with closing(connection):
        assert answer.read(3) == b"FLV"
        session = flv.partition("@")[2].partition(".")[0]
        stop = {"ChannelId": channel_id, "Session": session, "ControlAction": "stop"}
        served.call("ControlRecord", stop)
        while answer.read(65536):
            pass


def test_faults_strike_streams(served, channel_id):
    served.http("POST", "/_sim/faults", [{"kind": "truncate", "path": "/live/", "bytes": 1000}])
    connection, answer = opened(live(served, channel_id))
    with closing(connection), pytest.raises(http.client.IncompleteRead):
        answer.read()
    served.http("DELETE", "/_sim/faults")
    served.http("POST", "/_sim/faults", [{"kind": "garbage", "path": "/live/"}])
    connection, answer = opened(live(served, channel_id))
    with closing(connection):
        assert answer.read(3) != b"FLV"


def test_a_live_stream_is_played_over_rtmp(served, channel_id):
    asked = {"ChannelId": channel_id, "StreamType": "2"}
    address = served.call("ControlDeviceStream", asked)["Data"]["Rtmp"]
    assert address.startswith("rtmp://127.0.0.1:")
    with av.open(address, timeout=20) as stream:
        frame = next(stream.decode(video=0))
    assert (frame.width, frame.height) == (640, 360)


def test_the_bit_rate_is_what_the_encoder_gives(served, channel_id):
    connection, answer = opened(live(served, channel_id))
    rates, sizes, ms, number = set(), 0, 0, 0
    with closing(connection):
        assert answer.read(13)[:3] == b"FLV"
        while ms < 3000:
            head = answer.read(11)
            size = int.from_bytes(head[1:4], "big")
            ms = int.from_bytes(head[4:7], "big")
            sizes += len(answer.read(size + 4)) + 11
            number += 1
            if number % 3:
                continue
            told = served.call("DescribeVideoBitRate", {"ChannelIds": [channel_id]})
            rates.add(told["Data"]["BitRates"][0]["Bitrate"])
    # what has come is what is told, but for the window's edges
    assert min(rates, key=lambda rate: abs(rate - sizes * 8 / ms)) == pytest.approx(
        sizes * 8 / ms, rel=0.4
    )
    assert len(rates) > 5


def test_a_gateways_traffic_moves(served):
    gateway = next(iter(served.cloud.world.ledger.gateways.values())).gateway_id
    flows = []
    for _ in range(4):
        told = served.call("DescribeGatewayMonitor", {"GatewayId": gateway})["Data"]
        flows.append(told["UpFlow"])
        served.run(lambda: served.cloud.clock.advance(5))
    assert len(set(flows)) > 2
    assert min(flows) > 0
