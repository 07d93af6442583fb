"""Downloads and snapshots: whole files that open anywhere."""

from __future__ import annotations

import dataclasses
import io
import itertools

import av
import pytest

from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.simulator.media.planes import Array
from ivcdesk.simulator.media.source import Codec, FetchedRecording, SoundCodec
from tests.simulator.media.camera_stage import NOON, MemorySource, decoded, luma, run, served

START = NOON - 1800 + 2
QUERY = f"?starttime={START:.0f}&endtime={START + 3:.0f}"


class FetchingSource(MemorySource):
    def fetched(self, task_id: str) -> FetchedRecording | None:
        return FetchedRecording("c2", START, START + 1) if task_id == "t1" else None


async def get(path: str, source: MemorySource, status: int = 200) -> tuple[bytes, str]:
    async with served(source) as stage, stage.http.get(stage.base + path) as response:
        assert response.status == status
        return await response.read(), response.content_type


def test_a_transport_stream_is_one_file_of_running_pictures() -> None:
    data, kind = run(get(f"/video/c1/video.ts{QUERY}", MemorySource()))
    assert kind == "video/mp2t"
    planes = decoded(data, "mpegts")
    assert len(planes) == 45
    assert read_clock(planes[44]) == pytest.approx(START + 44 / 15, abs=0.0006)


@pytest.mark.parametrize(
    ("codec", "sound"), [("h264", ""), ("h264", "g711a"), ("h264", "aac"), ("h265", "aac")]
)
def test_an_mp4_has_its_length_its_pictures_and_its_sound(codec: Codec, sound: SoundCodec) -> None:
    source = MemorySource()
    source.cameras["c1"] = dataclasses.replace(source.cameras["c1"], codec=codec, sound=sound)
    data, kind = run(get(f"/video/c1/video.mp4{QUERY}", source))
    assert kind == "video/mp4"
    with av.open(io.BytesIO(data)) as container:
        assert container.duration == pytest.approx(3_000_000, abs=150_000)
        stream = container.streams.video[0]
        assert stream.codec_context.name == {"h264": "h264", "h265": "hevc"}[codec]
        times = [float(packet.dts * stream.time_base) for packet in container.demux(stream)
                 if packet.dts is not None and stream.time_base]  # fmt: skip
        assert times == pytest.approx([n / 15 for n in range(45)], abs=0.001)
        names = [one.codec_context.name for one in container.streams.audio]
        assert names == ([] if not sound else [{"aac": "aac", "g711a": "pcm_alaw"}[sound]])
    with av.open(io.BytesIO(data)) as container:
        planes: list[Array] = [luma(frame) for frame in container.decode(video=0)]
    assert read_clock(planes[44]) == pytest.approx(START + 44 / 15, abs=0.0006)
    if sound:
        with av.open(io.BytesIO(data)) as container:
            heard = [frame.time for frame in container.decode(audio=0)]
        steps = [b - a for a, b in itertools.pairwise(heard) if a is not None and b]
        assert max(steps) - min(steps) < 0.005


def test_what_a_device_gave_is_downloaded_by_its_task() -> None:
    data, _ = run(get("/download/t1/video.mp4", FetchingSource()))
    with av.open(io.BytesIO(data)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 15
    run(get("/download/t2/video.mp4", FetchingSource(), 404))
    run(get("/download/t1/video.mp4", MemorySource(), 404))
    run(get("/download/t1/video.mp4?token=no", FetchingSource(), 403))


def test_a_snapshot_is_a_jpeg_of_its_moment() -> None:
    moment = START + 0.25
    data, kind = run(get(f"/snapshot/c1@{round(moment * 1000)}.jpg", MemorySource()))
    assert kind == "image/jpeg"
    assert data[:2] == b"\xff\xd8"
    with av.open(io.BytesIO(data), format="mjpeg") as container:
        frame = next(container.decode(video=0))
        assert (frame.width, frame.height) == (480, 270)
        assert read_clock(luma(frame)) == pytest.approx(moment, abs=0.0006)


def test_files_of_nothing_are_not_found() -> None:
    async def story() -> None:
        late = f"?starttime={NOON + 10:.0f}&endtime={NOON + 20:.0f}"
        async with served() as stage:
            for path, status in (
                (f"/video/c1/video.mp4{late}", 404),
                (f"/video/c9/video.ts{QUERY}", 404),
                (f"/video/c1/video.ts{QUERY}&token=no", 403),
                ("/video/c1/video.mp4", 400),
                ("/snapshot/c9@1000.jpg", 404),
                ("/snapshot/c1@1000.jpg?token=no", 403),
            ):
                async with stage.http.get(stage.base + path) as response:
                    assert response.status == status, path

    run(story())
