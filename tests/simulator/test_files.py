"""Files as they are downloaded."""

from __future__ import annotations

import http.client
import io
from urllib.parse import urlsplit

import av
import pytest

from ivcdesk.simulator.recordings import cloud_day, day_start


@pytest.fixture
def channel(served):
    world = served.cloud.world
    device = next(d for d in world.devices.values() if d.name == "PTZ Gate North")
    return served.run(lambda: world.channels(device)[0])


@pytest.fixture
def moment(served):
    return day_start(cloud_day(served.cloud.now()) - 1) + 14 * 3600


def fetched(address):
    parts = urlsplit(address)
    connection = http.client.HTTPConnection(parts.netloc, timeout=30)
    try:
        connection.request("GET", f"{parts.path}?{parts.query}")
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def frames(body, kind):
    with av.open(io.BytesIO(body), format=kind) as container:
        video = container.streams.video[0]
        times = [
            packet.pts * packet.time_base
            for packet in container.demux(video)
            if packet.pts is not None
        ]
        return video.codec_context.name, video.codec_context.width, times


@pytest.mark.parametrize(("kind", "format_name"), [("mp4", "mp4"), ("ts", "mpegts")])
def test_a_cloud_recording_is_downloaded_as_whole_slices(
    served, channel, moment, kind, format_name
):
    told = served.call(
        "DescribeVideoDownloadUrl",
        {
            "ChannelId": channel.channel_id,
            "BeginTime": str(moment + 430),
            "EndTime": str(moment + 436),
            "FileType": kind,
            "IsRespActualTime": True,
        },
    )["Data"]
    answer, body = fetched(told["Url"])
    assert answer.status == 200
    assert answer.headers["Transfer-Encoding"] == "chunked"
    codec, width, times = frames(body, format_name)
    assert (codec, width) == ("h264", 640)
    assert times == sorted(times)
    seconds = int(told["ActualEndTime"]) - int(told["ActualBeginTime"])
    assert seconds >= 20
    assert abs(float(times[-1] - times[0]) - seconds) < 1


def test_a_downloaded_device_recording_is_an_mp4(served, channel, moment):
    job = {"ChannelId": channel.channel_id, "BeginTime": moment, "EndTime": moment + 8}
    served.call("CreateVideoDownloadTask", job)
    served.run(lambda: setattr(served.cloud.clock, "skew", -60))
    served.http("POST", "/_sim/clock", {"advance": 60})
    (row,) = served.call("ListVideoDownloadTask", {})["Data"]["List"]
    answer, body = fetched(row["FileDownloadUrl"])
    assert answer.status == 200
    codec, _, times = frames(body, "mp4")
    assert codec == "h264"
    assert 7 < float(times[-1] - times[0]) <= 8


def test_a_snapshot_is_a_picture(served, channel):
    served.call(
        "ControlDeviceSnapshot", {"ChannelId": channel.channel_id, "SnapNum": 1, "Interval": 1}
    )
    served.run(lambda: setattr(served.cloud.clock, "skew", -5))
    served.http("POST", "/_sim/clock", {"advance": 5})
    served.run(lambda: setattr(served.cloud.clock, "skew", 0))
    rows = served.call("ListDeviceSnapshots", {"ChannelId": channel.channel_id})["Data"]
    answer, body = fetched(rows[0]["DownloadUrl"])
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert "attachment" in answer.headers["Content-Disposition"]
    with av.open(io.BytesIO(body)) as picture:
        frame = next(picture.decode(video=0))
    assert (frame.width, frame.height) == (960, 540)
    answer, again = fetched(rows[0]["PreviewUrl"])
    assert again == body
    assert "Content-Disposition" not in answer.headers
    assert fetched(rows[0]["DownloadUrl"].replace("@", "@1"))[0].status == 403


def test_what_is_not_there(served, channel, moment):
    links = served.cloud.links
    path = f"/video/{channel.channel_id}/video.ts"
    old = {"starttime": moment - 60 * 86_400, "endtime": moment - 60 * 86_400 + 60}
    assert fetched(links.address(path, 60, old))[0].status == 404
    assert fetched(links.address(path, 60))[0].status == 400
    assert fetched(links.address("/download/none/video.mp4", 60))[0].status == 404
    assert fetched(links.address("/snapshot/none@5.jpg", 60))[0].status == 404


def test_two_faults_on_one_answer_still_give_all_of_it(served, channel, moment, caplog):
    told = served.call(
        "DescribeVideoDownloadUrl",
        {
            "ChannelId": channel.channel_id,
            "BeginTime": str(moment),
            "EndTime": str(moment + 10),
            "FileType": "mp4",
        },
    )
    url = told["Data"]["Url"]
    path = urlsplit(url).path
    _, whole = fetched(url)
    served.simulator.faults.arm(
        [
            {"kind": "throttle", "path": path, "bytes": len(whole)},
            {"kind": "stall", "path": path, "bytes": 1000, "seconds": 0.2},
        ]
    )
    _, bent = fetched(url)
    assert bent == whole
    assert len(whole) > 2 * 256 * 1024  # more than a transport holds back
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
