"""Device recordings obey what ``ControlRecord`` says."""

from __future__ import annotations

import asyncio
import threading

import pytest

from ivcdesk.simulator.media.session import Playhead, SessionReel
from ivcdesk.simulator.media.source import PlaybackSession
from tests.simulator.media.camera_stage import NOON, FlvReader, MemorySource, run, served

START, END = NOON - 600, NOON - 300


def session(**changes: float) -> PlaybackSession:
    made = PlaybackSession("s1", "c1", START, END)
    for name, value in changes.items():
        setattr(made, name, value)
    return made


def places(head: Playhead, count: int, step: float = 0.5) -> list[float]:
    out = []
    for _ in range(count):
        found = head.advance(step)
        if found is None:
            break
        out.append(round(found[0] - START, 6))
    return out


def test_it_plays_from_the_start_to_the_end() -> None:
    head = Playhead(session(), [(START, START + 2)])
    assert places(head, 9) == [0, 0.5, 1, 1.5]


@pytest.mark.parametrize(("scale", "step"), [(0.25, 0.125), (2, 1), (8, 4), (100, 4), (0, 0.125)])
def test_speed_is_kept_between_a_quarter_and_eight(scale: float, step: float) -> None:
    head = Playhead(session(scale=scale), [(START, END)])
    assert places(head, 3) == [0, step, 2 * step]


def test_gaps_are_jumped_over_and_the_jump_starts_a_new_picture() -> None:
    head = Playhead(session(), [(START, START + 1), (START + 50, START + 51)])
    seen = [head.advance(0.5) for _ in range(4)]
    assert [found and round(found[0] - START, 6) for found in seen] == [0, 0.5, 50, 50.5]
    assert [found and found[1] for found in seen] == [False, False, True, False]


def test_it_begins_at_the_first_thing_recorded() -> None:
    head = Playhead(session(), [(START + 7, START + 9)])
    assert places(head, 1) == [7]


def test_seeking_goes_anywhere_inside_and_no_further() -> None:
    made = session()
    head = Playhead(made, [(START, START + 10), (START + 20, START + 30)])
    assert places(head, 2) == [0, 0.5]
    made.control("seek", position=25)
    found = head.advance(0.5)
    assert found is not None
    assert (found[0] - START, found[1]) == (25, True)
    made.control("seek", position=15)
    assert places(head, 2) == [20, 20.5]
    made.control("seek", position=-5)
    assert places(head, 1) == [0]
    made.control("seek", position=9999)
    assert places(head, 1) == []


def test_a_session_goes_on_where_it_was_when_a_viewer_returns() -> None:
    made = session()
    spans = [(START, END)]
    assert places(Playhead(made, spans), 3) == [0, 0.5, 1]
    assert places(Playhead(made, spans), 1) == [1]


def test_times_in_the_stream_run_on_across_seeks_and_speeds() -> None:
    made = session()
    now = [0.0]
    reel = SessionReel(MemorySource(), made, 10, clock=lambda: now[0])
    shots = reel.shots(threading.Event())
    taken = []
    for number in range(9):
        now[0] = number / 10
        if number == 3:
            made.control("seek", position=100)
        if number == 6:
            made.control("play", scale=4)
        taken.append(next(shots))
    assert [shot.ms for shot in taken] == [n * 100 for n in range(9)]
    assert [round(shot.at - START, 6) for shot in taken] == [
        0, 0.1, 0.2, 100, 100.1, 100.2, 100.3, 100.7, 101.1,
    ]  # fmt: skip
    assert [shot.cut for shot in taken] == [n == 3 for n in range(9)]
    made.control("stop")
    assert list(shots) == []


def test_the_stream_of_a_session_pauses_resumes_seeks_and_stops() -> None:
    async def story() -> None:
        source = MemorySource()
        made = session()
        source.sessions["s1"] = made
        url = f"/live/c1@s1.live.flv?start={START:.0f}&end={END:.0f}"
        async with served(source) as stage, stage.http.get(stage.base + url) as response:
            assert response.status == 200
            reader = FlvReader(response)
            assert len(await reader.pictures(4)) == 4
            made.control("pause")
            # What was under way may still come; then nothing does.
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.6):
                    await reader.pictures(6)
            assert len(reader.clocks()) <= 8
            made.control("play", position=200, scale=8)
            after = await reader.pictures(4)
            clocks = reader.clocks()
            resumed = [clock for clock in clocks if clock is not None and clock >= START + 200]
            assert resumed[0] == pytest.approx(START + 200, abs=0.001)
            assert resumed[1] - resumed[0] == pytest.approx(8 / 15, abs=0.002)
            assert all(clock is not None for clock in clocks)
            assert [picture.ms for picture in after] == sorted({picture.ms for picture in after})
            assert any(picture.key for picture in after)
            made.control("stop")
            while await reader.tag() is not None:
                pass
            async with stage.http.get(stage.base + url) as closed:
                assert closed.status == 404

    run(story())


def test_the_end_of_the_recording_ends_the_stream() -> None:
    async def story() -> list[float | None]:
        source = MemorySource()
        source.sessions["s1"] = PlaybackSession("s1", "c1", START, START + 4, scale=8)
        async with (
            served(source) as stage,
            stage.http.get(f"{stage.base}/live/c1@s1.live.flv") as response,
        ):
            reader = FlvReader(response)
            while await reader.tag() is not None:
                pass
            return reader.clocks()

    clocks = run(story())
    assert clocks[0] == pytest.approx(START, abs=0.001)
    last = clocks[-1]
    assert last is not None
    assert START + 3.4 < last < START + 4


def test_sessions_of_others_and_unknown_ones_are_not_found() -> None:
    async def story() -> None:
        source = MemorySource()
        source.sessions["s1"] = session()
        async with served(source) as stage:
            for path, status in (
                ("/live/c2@s1.live.flv", 404),
                ("/live/c1@s2.live.flv", 404),
                ("/live/c9@s1.live.flv", 404),
                ("/live/c9.live.flv", 404),
                ("/live/c1.live.flv?token=wrong", 403),
            ):
                async with stage.http.get(stage.base + path) as response:
                    assert response.status == status, path
            source.offline.add("c1")
            for path in ("/live/c1@s1.live.flv", "/live/c1.live.flv", "/live/c1/hls.m3u8"):
                async with stage.http.get(stage.base + path) as response:
                    assert response.status == 503, path
                    assert await response.text()

    run(story())
