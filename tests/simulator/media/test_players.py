"""Every kind of address is played by two players that share no code."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from itertools import islice, pairwise

import av
import pytest

from ivcdesk.simulator.recordings import cloud_day, day_start
from tests.api.authority import Authority
from tests.simulator.conftest import serving
from tests.simulator.media.players import Seen, needs_players, played, probed

pytestmark = needs_players

FLV, HLS = "flvdemux", "hlsdemux ! tsdemux"
SUB, MAIN = (640, 360), (960, 540)
STEP = 1 / 15
SLICE = 20
PICTURES = 10
AT_ONCE = 2
FLV_OF_H265 = "flv of h265"

# device, kind of address, stream; demuxer, codecs and size that must come out
LIVE = {
    "flv": ("PTZ Gate North", "Flv", "2", FLV, ["h264"], SUB),
    "flv with aac": ("Visitor lane", "Flv", "2", FLV, ["h264", "aac"], SUB),
    "flv with a-law": ("PTZ Gate South", "Flv", "2", FLV, ["h264", "pcm_alaw"], SUB),
    "flv with mu-law": ("Forklift lane", "Flv", "2", FLV, ["h264", "pcm_mulaw"], SUB),
    "rtmp of the main stream": ("Visitor lane", "Rtmp", "1", FLV, ["h264", "aac"], MAIN),
    "hls": ("Visitor lane", "Hls", "2", HLS, ["h264", "aac"], SUB),
    "hls of h265": ("Barrier", "Hls", "2", HLS, ["hevc"], SUB),
}


@pytest.fixture(scope="module")
def served():
    """One simulator for all: nothing here changes what it knows."""
    with serving() as simulator:
        yield simulator


@pytest.fixture(scope="module")
def playing(served):
    """Everything live as it is being played by both players, a few at a time: most is waiting."""
    with ThreadPoolExecutor(AT_ONCE) as threads:
        plays = {FLV_OF_H265: threads.submit(flv_of_h265, live(served, "Barrier", "Flv"))}
        for name, (device, kind, stream, *expected) in LIVE.items():
            plays[name] = threads.submit(both, live(served, device, kind, stream), *expected)
        yield plays


def channel_of(served, name):
    world = served.cloud.world
    device = next(d for d in world.devices.values() if d.name.startswith(name))
    return served.run(lambda: world.channels(device)[0].channel_id)


def live(served, name, kind, stream="2"):
    asked = {"ChannelId": channel_of(served, name), "StreamType": stream}
    return served.call("ControlDeviceStream", asked)["Data"][kind]


def check(seen, codecs, size, seconds=None):
    """The codecs and the size are right; pictures follow each other, and fill the time."""
    assert seen.codecs == codecs
    assert seen.size == size
    steps = [after - before for before, after in pairwise(seen.times)]
    assert min(steps) > 0
    if seconds is None:
        assert len(seen.times) >= PICTURES
    else:
        assert max(steps) < 1.5 * STEP
        lasts = seen.times[-1] - seen.times[0] + STEP
        assert abs(lasts - seconds) < SLICE
        # in fact they are as long as the slices say
        assert lasts == pytest.approx(seconds, abs=2 * STEP)


def both(url, demuxer, codecs, size, seconds=None):
    """Play an address with both players at once and check what they say."""
    many = PICTURES if seconds is None else None
    # there is more sound than pictures where a busy machine leaves pictures out
    packets = many and many * (8 if len(codecs) > 1 else 1)
    with ThreadPoolExecutor(2) as threads:
        first = threads.submit(probed, url, packets)
        second = threads.submit(played, url, demuxer, codecs, many)
        check(first.result(), codecs, size, seconds)
        check(second.result(), codecs, size, seconds)


def flv_of_h265(url):
    """Debian 12's players are too old for H.265 in FLV: the library of FFmpeg 8 plays it, and
    both of them play the same channel's HLS.
    """
    options = {"probesize": "4096", "analyzeduration": "0"}
    with av.open(url, options=options, timeout=15) as stream:
        video = stream.streams.video[0]
        frames = list(islice(stream.decode(video), PICTURES))
        seen = Seen([video.codec_context.name], (video.width, video.height), [])
    check(seen._replace(times=[frame.time for frame in frames]), ["hevc"], SUB)


@pytest.mark.parametrize("name", LIVE)
def test_live(playing, name):
    playing[name].result()


def test_live_flv_of_h265(playing):
    playing[FLV_OF_H265].result()


@pytest.fixture
def recorded(served):
    """A channel and the first whole slice of yesterday's ten past two, UTC+8."""
    channel_id = channel_of(served, "PTZ Gate North")
    moment = day_start(cloud_day(served.cloud.now()) - 1) + 14 * 3600 + 600
    asked = {"ChannelId": channel_id, "StartTime": moment, "EndTime": moment + 120}
    (slices,) = served.call("DescribeRecordSlice", asked)["Data"]
    whole = next(row for row in slices["List"] if row["End"] - row["Begin"] == SLICE)
    return channel_id, whole["Begin"], whole["End"]


def test_recordings_of_the_cloud(served, recorded):
    channel_id, begin, end = recorded
    asked = {"ChannelId": channel_id, "StartTime": begin, "EndTime": end}
    urls = {HLS: served.call("DescribeRecordPlaybackUrl", asked)["Data"]["Hls"]}
    for kind, demuxer in (("mp4", "qtdemux"), ("ts", "tsdemux")):
        asked = {
            "ChannelId": channel_id,
            "BeginTime": str(begin),
            "EndTime": str(end),
            "FileType": kind,
        }
        urls[demuxer] = served.call("DescribeVideoDownloadUrl", asked)["Data"]["Url"]
    with ThreadPoolExecutor(len(urls)) as threads:
        plays = [
            threads.submit(both, url, demuxer, ["h264"], SUB, end - begin)
            for demuxer, url in urls.items()
        ]
    for play in plays:
        play.result()


def test_recordings_of_a_device(served):
    channel_id = channel_of(served, "PTZ Gate North")
    now = int(served.cloud.now())
    asked = {"ChannelId": channel_id, "Start": now - 7200, "End": now - 60}
    # each player has a session of its own
    first, second = (served.call("PlayRecord", asked)["Data"]["Flv"] for _ in range(2))
    with ThreadPoolExecutor(2) as threads:
        plays = [
            threads.submit(probed, first, PICTURES),
            threads.submit(played, second, FLV, ["h264"], PICTURES),
        ]
    for play in plays:
        check(play.result(), ["h264"], SUB)


def test_https(tmp_path):
    authority = Authority(tmp_path)
    with serving(certfile=authority.certificate, keyfile=authority.key) as served:
        channel_id = channel_of(served, "PTZ Gate North")
        url = served.cloud.links.address(f"/live/{channel_id}.live.flv", 60)
        assert url.startswith("https://")
        both(url, FLV, ["h264"], SUB)
