"""Cloud recordings: segments on the wall clock's grid, the same whatever was played before."""

from __future__ import annotations

import asyncio
import io
import itertools
import re

import av
import pytest

from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.simulator.media.studio import Studio
from ivcdesk.simulator.media.vod import Cut, Recordings, cuts, playlist_text
from tests.simulator.media.camera_stage import (
    NOON,
    SCENERY,
    MemorySource,
    Stage,
    decoded,
    run,
    served,
    until,
)


def test_spans_are_cut_at_multiples_of_four_seconds() -> None:
    found = cuts([(NOON + 1, NOON + 9.5), (NOON + 20, NOON + 24)])
    begin = round(NOON * 1000)
    assert [(c.start - begin, c.end - begin, c.media, c.joined) for c in found] == [
        (1000, 4000, 0, False),
        (4000, 8000, 3000, True),
        (8000, 9500, 7000, True),
        (20000, 24000, 8500, False),
    ]


def test_crumbs_without_a_picture_are_left_out() -> None:
    assert cuts([(NOON + 3.98, NOON + 4)]) == []
    assert cuts([]) == []


def test_the_playlist_says_when_each_segment_was() -> None:
    start = round(NOON * 1000)
    text = playlist_text(
        [Cut(start, start + 4000, 0, False), Cut(start + 9500, start + 12000, 4000, False)],
        "?token=x",
    )
    assert text.splitlines() == [
        "#EXTM3U",
        "#EXT-X-VERSION:3",
        "#EXT-X-PLAYLIST-TYPE:VOD",
        "#EXT-X-TARGETDURATION:4",
        "#EXT-X-MEDIA-SEQUENCE:0",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T04:00:00.000Z",
        "#EXTINF:4.000,",
        f"{start}-{start + 4000}.ts?token=x",
        "#EXT-X-DISCONTINUITY",
        "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T04:00:09.500Z",
        "#EXTINF:2.500,",
        f"{start + 9500}-{start + 12000}.ts?token=x",
        "#EXT-X-ENDLIST",
    ]


async def fetch(stage: Stage, path: str) -> bytes:
    async with stage.http.get(f"{stage.base}{path}") as response:
        assert response.status == 200
        return await response.read()


def times(data: bytes) -> list[int]:
    with av.open(io.BytesIO(data), format="mpegts") as container:
        return [packet.pts for packet in container.demux(video=0) if packet.pts is not None]


def test_a_range_plays_as_hls_with_running_times() -> None:
    start, end = NOON - 3600 + 3, NOON - 3600 + 8.5

    async def story() -> list[tuple[list[int], list[float | None]]]:
        found = []
        async with served() as stage:
            query = f"?starttime={start}&endtime={end}"
            text = (await fetch(stage, f"/playback/c1/hls.m3u8{query}")).decode()
            assert [float(d) for d in re.findall(r"#EXTINF:([\d.]+),", text)] == [1, 4, 0.5]
            assert "#EXT-X-PROGRAM-DATE-TIME:2026-11-24T03:00:03.000Z" in text
            assert text.endswith("#EXT-X-ENDLIST\n")
            for name in re.findall(r"^\d.*$", text, re.M):
                data = await fetch(stage, f"/playback/c1/{name}")
                clocks = [read_clock(plane) for plane in decoded(data, "mpegts")]
                found.append((times(data), clocks))
        return found

    found = run(story())
    assert [len(pts) for pts, _ in found] == [15, 60, 8]
    running = [pts for part, _ in found for pts in part]
    steps = {b - a for a, b in itertools.pairwise(running)}
    assert steps <= {5940, 6030}
    assert running[0] == 0
    clocks = [clock for _, part in found for clock in part]
    for number in (0, 14, 15, 82):
        assert clocks[number] == pytest.approx(start + number / 15, abs=0.0006)


def test_a_range_looks_the_same_whatever_was_played_before() -> None:
    wanted = NOON - 7200
    name = f"{round(wanted * 1000)}-{round(wanted * 1000) + 1000}.ts"
    query = f"?starttime={wanted:.0f}&endtime={wanted + 1:.0f}"
    other = wanted - 500
    other_name = f"{round(other * 1000)}-{round(other * 1000) + 1000}.ts"
    other_query = f"?starttime={other:.0f}&endtime={other + 1:.0f}"

    async def story(*, first: bool) -> bytes:
        async with served() as stage:
            if first:
                await fetch(stage, f"/playback/c1/{other_name}{other_query}")
            return await fetch(stage, f"/playback/c1/{name}{query}")

    assert run(story(first=True)) == run(story(first=False))


def test_one_segment_is_encoded_once_for_all_who_want_it() -> None:
    async def story() -> None:
        recordings = Recordings(MemorySource(), Studio(SCENERY))
        facts = MemorySource().cameras["c1"]
        start = round(NOON * 1000)
        cut = Cut(start, start + 1000, 0, False)

        async def read() -> bytes:
            return b"".join([piece async for piece in recordings.stream(facts, cut)])

        first, second = await asyncio.gather(read(), read())
        assert first == second == await read()
        assert recordings.encoded == 1
        await recordings.close()

    run(story())


def test_the_first_picture_comes_before_the_segment_is_done_and_may_be_all() -> None:
    async def story() -> None:
        recordings = Recordings(MemorySource(), Studio(SCENERY))
        facts = MemorySource().cameras["c1"]
        start = round(NOON * 1000)
        pieces = recordings.stream(facts, Cut(start, start + 4000, 0, False))
        first = await anext(pieces)
        assert len(decoded(first, "mpegts")) == 1
        await pieces.aclose()
        # Nobody reads on, so the rest is not encoded, and can still be had later.
        again = Cut(start, start + 4000, 0, False)
        whole = b"".join([piece async for piece in recordings.stream(facts, again)])
        assert len(times(whole)) == 60
        assert recordings.encoded == 1
        await recordings.close()

    run(story())


def test_the_next_segment_is_made_ready() -> None:
    async def story() -> None:
        recordings = Recordings(MemorySource(), Studio(SCENERY))
        facts = MemorySource().cameras["c1"]
        start = round(NOON * 1000)
        recordings.prefetch(facts, Cut(start, start + 500, 0, False))
        await until(lambda: recordings.encoded == 1)
        await recordings.close()
        with pytest.raises(ConnectionAbortedError):
            recordings.roll(facts, Cut(start + 500, start + 900, 0, False))

    run(story())


def test_closing_does_not_wait_for_a_long_segment() -> None:
    async def story() -> None:
        recordings = Recordings(MemorySource(), Studio(SCENERY))
        facts = MemorySource().cameras["c1"]
        start = round(NOON * 1000)
        roll = recordings.roll(facts, Cut(start, start + 3_600_000, 0, False))
        await recordings.close()
        assert len(roll.units) < 100

    run(story())


def test_what_is_not_stored_is_not_found() -> None:
    async def story() -> None:
        async with served() as stage:
            for path, status in (
                (f"/playback/c1/hls.m3u8?starttime={NOON + 100}&endtime={NOON + 200}", 404),
                ("/playback/c1/hls.m3u8?starttime=x&endtime=2", 400),
                ("/playback/c1/hls.m3u8", 400),
                (f"/playback/c9/hls.m3u8?starttime={NOON - 9}&endtime={NOON}", 404),
                (f"/playback/c1/1-2.ts?starttime={NOON - 9}&endtime={NOON}", 404),
                (f"/playback/c1/hls.m3u8?starttime={NOON - 9}&endtime={NOON}&token=no", 403),
            ):
                async with stage.http.get(f"{stage.base}{path}") as response:
                    assert response.status == status, path

    run(story())
