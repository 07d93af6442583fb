"""Devices that push: a real encoder sends, and real players see what it sent."""

from __future__ import annotations

import shutil
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import av
import numpy as np
import pytest

from ivcdesk.simulator.media.push import Push
from tests.simulator.conftest import serving
from tests.simulator.media.pusher import Pusher

FFMPEG = shutil.which("ffmpeg")
RED = (254, 0, 0)


QUICKLY = {"probesize": "4096", "analyzeduration": "500000"}
RELAYED = {
    ("libx264", "aac"): ["h264", "aac"],
    ("libx264", "pcm_alaw"): ["h264", "pcm_alaw"],
    ("libx265", ""): ["hevc"],
}


@pytest.fixture(scope="module")
def served():
    """One simulator for all: what a test changes is put back, or belongs to its own device."""
    with serving() as simulator:
        yield simulator


def add_device(served):
    """Add a device that waits for a push."""
    organization = next(iter(served.cloud.world.root.children)).organization_id
    asked = {
        "Name": "Drone",
        "AccessProtocol": 1,
        "Type": 1,
        "OrganizationId": organization,
        "ClusterId": served.cloud.world.cluster_id("ap-shanghai"),
    }
    return served.call("AddUserDevice", asked)["Data"]["DeviceId"]


def push_address(served, device):
    return served.call("DescribeUserDevice", {"DeviceId": device})["Data"]["PushStreamUrl"]


@pytest.fixture
def device(served):
    return add_device(served)


@pytest.fixture
def pushed(served, device):
    """Return the address that a device pushes to."""
    return lambda: push_address(served, device)


@pytest.fixture
def guard(served):
    """Change how addresses are guarded, until the test ends."""
    usual = served.call("DescribeStreamAuth", {})["Data"]
    del usual["AppId"]
    usual.pop("ExcludePushDomainIds", None)
    yield lambda **changes: served.call("AddStreamAuth", usual | changes)
    served.call("AddStreamAuth", usual)


@pytest.fixture(scope="module")
def relays(served):
    """Devices that push at the same time, by what they push, and who pushes."""
    with ExitStack() as pushers:
        found = {}
        for codec, sound in RELAYED:
            device = add_device(served)
            assert status(served, device) == 0
            pusher = Pusher(push_address(served, device), codec=codec, sound=sound)
            found[codec, sound] = device, pushers.enter_context(pusher)
        yield found


def status(served, device):
    return served.run(lambda: int(served.cloud.world.devices[device].status))


def reached(served, device, wanted):
    limit = time.monotonic() + 15
    while status(served, device) != wanted:
        assert time.monotonic() < limit, "the state never came"
        time.sleep(0.02)


def urls(served, device, stream="1"):
    (channel,) = served.call("DescribeDeviceChannel", {"DeviceId": device})["Data"]
    asked = {"ChannelId": channel["ChannelId"], "StreamType": stream}
    return served.call("ControlDeviceStream", asked)["Data"]


def seen(address, count=4):
    """Return a stream's codecs, the colour of its last picture, and its pictures' times."""
    with av.open(address, options=QUICKLY, timeout=15) as container:
        names = [stream.codec_context.name for stream in container.streams]
        times = []
        for frame in container.decode(video=0):
            times.append(frame.time)
            if len(times) == count:
                break
        return names, frame.to_ndarray(format="rgb24")[90, 160], times


@pytest.mark.parametrize(("codec", "sound"), RELAYED)
def test_a_pushed_stream_is_relayed_everywhere(served, relays, codec, sound):
    device, pusher = relays[codec, sound]
    names = RELAYED[codec, sound]
    reached(served, device, 1)
    found = urls(served, device)
    kinds = ("Flv", "Rtmp", "Hls")
    with ThreadPoolExecutor(len(kinds)) as players:
        all_seen = list(players.map(seen, [found[kind] for kind in kinds]))
    for kind, (codecs, colour, times) in zip(kinds, all_seen, strict=True):
        expected = names if kind != "Hls" else [n for n in names if n != "pcm_alaw"]
        assert sorted(codecs) == sorted(expected), kind
        assert np.abs(colour.astype(int) - RED).max() < 40, kind
        assert times == sorted(set(times)), kind
    pusher.stop()
    reached(served, device, 2)


@pytest.mark.skipif(FFMPEG is None, reason="ffmpeg is not installed")
def test_the_program_ffmpeg_pushes_with_a_key(served, device, pushed, guard):
    guard(PushState=1)
    address = pushed()
    assert "txSecret=" in address
    assert "txTime=" in address
    line = [FFMPEG, "-v", "error", "-re", "-f", "lavfi", "-i", "color=blue:size=320x180:rate=10"]
    line += ["-c:v", "libx264", "-preset", "ultrafast", "-g", "5", "-pix_fmt", "yuv420p"]
    with subprocess.Popen([*line, "-f", "flv", address], stdin=subprocess.DEVNULL) as push:
        try:
            reached(served, device, 1)
            names, colour, _ = seen(urls(served, device)["Flv"])
            assert names == ["h264"]
            assert colour[2] > 200
            assert max(colour[:2]) < 60
        finally:
            push.terminate()
    reached(served, device, 2)


def test_wrong_keys_and_names_are_refused(served, device, pushed, guard):
    plain = pushed()
    guard(PushState=1)
    genuine = pushed()
    tampered = genuine[:-1] + ("0" if genuine[-1] != "0" else "1")
    wrong = [plain, tampered, genuine.replace("/live/", "/live/x"), plain + "?txTime=x"]
    with Pusher(*wrong) as pusher:
        assert pusher.refused()
    served.http("POST", "/_sim/clock", {"skew": 601})
    try:
        with Pusher(genuine) as pusher:
            assert pusher.refused()
    finally:
        served.http("POST", "/_sim/clock", {"skew": 0})
    assert status(served, device) == 0


def test_a_second_push_is_refused_and_the_first_goes_on(served, device, pushed):
    with Pusher(pushed()):
        reached(served, device, 1)
        with Pusher(pushed(), colour="blue") as second:
            assert second.refused()
        _, colour, _ = seen(urls(served, device, "2")["Flv"])
        assert colour[0] > colour[2]


def test_disabling_ends_a_push_and_banning_its_channel_does_not(served, device, pushed, guard):
    with Pusher(pushed()) as pusher:
        reached(served, device, 1)
        found = urls(served, device)["Flv"]
        channel = found.partition("/live/")[2].partition(".")[0]
        guard(PullState=1)
        ban = {"UserId": "100001", "Channels": [{"ChannelId": channel, "Enable": True}]}
        served.call("SetForbidPlayChannels", ban)
        with pytest.raises(av.FFmpegError):
            seen(found)
        assert status(served, device) == 1
        served.call("UpdateDeviceStatus", {"DeviceId": device, "Status": 3})
        assert pusher.refused()
    assert status(served, device) == 3
    with Pusher(pushed()) as pusher:
        assert pusher.refused()


def test_a_push_takes_the_place_of_drawn_pictures(served):
    world = served.cloud.world
    drawn = next(d for d in world.devices.values() if d.name.startswith("Visitor lane"))
    device = drawn.device_id
    address = served.call("DescribeUserDevice", {"DeviceId": device})["Data"]["PushStreamUrl"]
    with av.open(urls(served, device, "2")["Flv"], options=QUICKLY, timeout=15) as before:
        next(before.decode(video=0))
        with Pusher(address, sound=""):
            for _ in before.demux(video=0):  # to its end: who watched is dismissed
                pass
            names, colour, _ = seen(urls(served, device)["Flv"])
            assert names == ["h264"]
            assert colour[0] > colour[2]
            channel = urls(served, device)["Flv"].partition("/live/")[2].partition(".")[0]
            picture = served.simulator.endpoint + f"/_sim/pictures/{channel}.jpg"
            with av.open(picture, timeout=15) as still:
                frame = next(still.decode(video=0))
            assert (frame.width, frame.height) == (320, 180)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        (9, b"\x12\x00"),  # another codec
        (9, b"\x17\x00\x00\x00\x00\x01"),  # a cut configuration
        (9, b"\x17\x00\x00\x00\x00\x01\x4d\x00\x1e\xff\xe1\x00\x09ab\x01\x00\x01c"),
        (9, b"\x90av01"),
        (18, b"\x7f"),
        (8, b"\xaf"),
    ],
)
def test_what_no_camera_sends_is_refused(kind, body):
    with pytest.raises(ValueError):
        Push(lambda _: pytest.fail("nothing can begin so")).take(kind, 0, body)
