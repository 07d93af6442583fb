"""Live streams over a real socket: one encoder, any number of viewers, HLS beside FLV."""

from __future__ import annotations

import asyncio
import re

import av
import pytest

from ivcdesk.simulator.media import broadcast
from ivcdesk.simulator.media.broadcast import Viewer
from ivcdesk.simulator.media.encoder import Unit
from ivcdesk.simulator.media.live import LiveReel
from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.simulator.media.source import Pose
from tests.simulator.media.camera_stage import (
    NOON,
    FlvReader,
    MemorySource,
    decoded,
    luma,
    run,
    served,
    until,
)


def test_a_live_stream_shows_the_present() -> None:
    async def story() -> None:
        async with served() as stage, stage.http.get(f"{stage.base}/live/c1.live.flv") as response:
            assert response.status == 200
            assert response.content_type == "video/x-flv"
            reader = FlvReader(response)
            pictures = await reader.pictures(8)
            now = stage.source.now()
            assert pictures[0].key
            times = [picture.ms for picture in pictures]
            assert times == sorted(set(times))
            clock = reader.clocks()[-1]
            assert clock is not None
            assert now - 5 < clock <= now

    run(story())


class Hand:
    """A clock that goes on where somebody waits, and the event to wait for."""

    def __init__(self) -> None:
        self.now = 100.0

    def clock(self) -> float:
        return self.now

    def is_set(self) -> bool:
        return False

    def wait(self, seconds: float) -> bool:
        self.now += seconds
        return False


def test_painting_the_surroundings_first_leaves_no_picture_out() -> None:
    hand = Hand()
    source = MemorySource()
    shots = LiveReel(source, source.cameras["c1"], clock=hand.clock).shots(hand)
    times = [next(shots).ms]
    hand.now += 3.0  # nobody painted what is seen here before
    begun = hand.now
    times += [next(shots).ms for _ in range(30)]
    assert times == [round(number * 1000 / 15) for number in range(31)]
    assert hand.now == pytest.approx(begun + 2)
    # later on pictures are left out that nobody could see any more
    hand.now += 3.0
    assert next(shots).ms - times[-1] >= 2900


def test_a_player_of_its_own_opens_the_address() -> None:
    def watch(url: str) -> list[float | None]:
        options = {"probesize": "4096", "analyzeduration": "0", "flags": "low_delay"}
        clocks = []
        with av.open(url, options=options, timeout=8) as container:
            stream = container.streams.video[0]
            assert (stream.codec_context.name, stream.width, stream.height) == ("h264", 320, 180)
            for frame in container.decode(video=0):
                clocks.append(read_clock(luma(frame)))
                if len(clocks) == 5:
                    return clocks
        return clocks

    async def story() -> list[float | None]:
        async with served() as stage:
            return await asyncio.to_thread(watch, f"{stage.base}/live/c1.live.flv")

    clocks = run(story())
    assert len(clocks) == 5
    assert all(clock is not None for clock in clocks)


def test_a_late_viewer_sees_a_picture_without_waiting_for_the_next_key_frame() -> None:
    async def story() -> None:
        async with served() as stage:
            url = f"{stage.base}/live/c1.live.flv"
            async with stage.http.get(url) as first:
                early = FlvReader(first)
                seen = (await early.pictures(12))[-1].ms
                async with stage.http.get(url) as second:
                    late = FlvReader(second)
                    got = await late.pictures(10)
                    # All of this group came at once, from its key frame on.
                    assert got[0].key
                    assert got[0].ms == 0
                    assert not any(picture.key for picture in got[1:])
                    assert got[-1].ms < seen + 1000
                    assert late.clocks()[0] is not None

    run(story())


def test_many_viewers_share_one_encoder_which_ends_after_the_last() -> None:
    async def story() -> None:
        async with served() as stage:
            url = f"{stage.base}/live/c1.live.flv"
            responses = [await stage.http.get(url) for _ in range(4)]
            readers = [FlvReader(response) for response in responses]
            several = await asyncio.gather(*(reader.pictures(3) for reader in readers))
            assert stage.hub.viewers("c1") == 4
            assert stage.hub.viewers("c2") == 0
            assert stage.hub.encoders == 1
            assert len({tuple(picture.body for picture in pictures) for pictures in several}) == 1
            for response in responses:
                response.close()
            await until(lambda: not stage.hub.viewers("c1"))
            assert stage.hub.encoders == 1
            await until(lambda: not stage.hub.encoders)

    run(story())


def test_a_viewer_who_comes_back_in_time_finds_the_encoder_running(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(broadcast, "LINGER", 30.0)

    async def story() -> None:
        async with served() as stage:
            url = f"{stage.base}/live/c1.live.flv"
            async with stage.http.get(url) as response:
                await FlvReader(response).pictures(4)
            await until(lambda: not stage.hub.viewers("c1"))
            async with stage.http.get(url) as response:
                again = await FlvReader(response).pictures(4)
                assert again[-1].ms > 0
                assert stage.hub.encoders == 1

    run(story())


def test_asking_for_the_head_alone_starts_nothing() -> None:
    async def story() -> None:
        async with served() as stage:
            for path, kind in (
                ("/live/c1.live.flv", "video/x-flv"),
                (f"/video/c1/video.mp4?starttime={NOON - 9}&endtime={NOON - 1}", "video/mp4"),
            ):
                async with stage.http.head(stage.base + path) as response:
                    assert (response.status, response.content_type) == (200, kind)
            assert stage.hub.encoders == 0

    run(story())


def test_main_and_sub_stream_have_their_own_size() -> None:
    async def story() -> list[tuple[int, int]]:
        sizes = []
        async with served() as stage:
            for kind in (1, 2):
                url = f"{stage.base}/live/c1.live.flv?stream_type={kind}"
                async with stage.http.get(url) as response:
                    reader = FlvReader(response)
                    await reader.pictures(2)
                    height, width = decoded(bytes(reader.raw), "flv")[0].shape
                    sizes.append((width, height))
        return sizes

    assert run(story()) == [(480, 270), (320, 180)]


def test_a_turned_camera_shows_at_once() -> None:
    async def story() -> None:
        async with served() as stage, stage.http.get(f"{stage.base}/live/c1.live.flv") as response:
            reader = FlvReader(response)
            await reader.pictures(3)
            stage.source.poses["c1"] = Pose(pan=90)
            await reader.pictures(6)
            planes = decoded(bytes(reader.raw), "flv")
            first, last = planes[0].astype(int), planes[-1].astype(int)
            assert abs(first - last)[:160].mean() > 8

    run(story())


def test_kicked_viewers_reach_their_end_at_once() -> None:
    async def story() -> None:
        async with served() as stage:
            url = f"{stage.base}/live/c1.live.flv"
            async with stage.http.get(url) as response:
                reader = FlvReader(response)
                await reader.pictures(2)
                stage.source.offline.add("c1")
                stage.hub.kick("c1")
                while await reader.tag() is not None:
                    pass
            assert stage.hub.viewers("c1") == 0
            assert stage.hub.encoders == 0
            async with stage.http.get(url) as response:
                assert response.status == 503

    run(story())


def test_a_camera_that_goes_offline_ends_its_stream_by_itself() -> None:
    async def story() -> None:
        async with served() as stage, stage.http.get(f"{stage.base}/live/c1.live.flv") as response:
            reader = FlvReader(response)
            await reader.pictures(2)
            stage.source.offline.add("c1")
            while await reader.tag() is not None:
                pass
            assert stage.hub.encoders == 0

    run(story())


def test_a_slow_viewer_is_cut_to_the_next_key_frame() -> None:
    async def story() -> None:
        viewer = Viewer(limit=4)
        for number in range(7):
            viewer.push(Unit(number, number in (0, 6), ()), b"%d" % number)
        assert [unit.ms for unit, _ in await viewer.next(0) or []] == [6]
        assert viewer.dropped == 6
        viewer.push(Unit(7, False, ()), b"7")
        assert [unit.ms for unit, _ in await viewer.next(0) or []] == [7]
        assert await viewer.next(0.001) == []
        viewer.end()
        assert await viewer.next(1) is None

    run(story())


def test_closing_ends_everything_even_with_viewers() -> None:
    async def story() -> None:
        async with served() as stage:
            for channel in ("c1", "c2"):
                response = await stage.http.get(f"{stage.base}/live/{channel}.live.flv")
                await FlvReader(response).pictures(1)
            await stage.hub.close()
            assert stage.hub.encoders == 0

    run(story())


def test_live_hls_lists_whole_groups_that_decode() -> None:
    async def story() -> None:
        source = MemorySource()
        source.token = "a b&c"
        async with served(source) as stage:
            url = f"{stage.base}/live/c1/hls.m3u8?token=a%20b%26c"
            async with stage.http.get(url) as response:
                assert response.status == 200
                assert response.content_type == "application/vnd.apple.mpegurl"
                text = await response.text()
            lines = text.splitlines()
            assert lines[0] == "#EXTM3U"
            assert "#EXT-X-ENDLIST" not in lines
            target = int(re.findall(r"TARGETDURATION:(\d+)", text)[0])
            durations = [float(d) for d in re.findall(r"#EXTINF:([\d.]+),", text)]
            assert durations
            assert all(abs(d - 2) < 0.1 and round(d) <= target for d in durations)
            assert "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T04:00:" in text
            entry = next(line for line in lines if line and not line.startswith("#"))
            assert entry.endswith(".ts?token=a%20b%26c")
            assert stage.hub.viewers("c1") == 1
            async with stage.http.get(f"{stage.base}/live/c1/{entry}") as response:
                assert response.content_type == "video/mp2t"
                planes = decoded(await response.read(), "mpegts")
            assert len(planes) == 30
            assert read_clock(planes[0]) is not None
            async with stage.http.get(f"{stage.base}/live/c1/1.ts?token=a%20b%26c") as response:
                assert response.status == 404
            # FLV viewers share the encoder with HLS.
            async with stage.http.get(f"{stage.base}/live/c1.live.flv?token=a%20b%26c") as response:
                await FlvReader(response).pictures(1)
                assert stage.hub.encoders == 1

    run(story())
