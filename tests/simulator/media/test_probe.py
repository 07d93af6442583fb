"""FFmpeg's own prober agrees about what the addresses serve."""

from __future__ import annotations

import asyncio
import itertools
import json
import shutil
import subprocess
from typing import Any

import pytest

from tests.simulator.media.camera_stage import NOON, MemorySource, run, served

FFPROBE = shutil.which("ffprobe")
pytestmark = pytest.mark.skipif(FFPROBE is None, reason="ffprobe is not installed")


async def probe(url: str, *options: str) -> dict[str, Any]:
    words = [
        str(FFPROBE), "-v", "error", *options, "-show_streams", "-show_packets",
        "-show_format", "-select_streams", "v", "-of", "json", url,
    ]  # fmt: skip
    done = await asyncio.to_thread(subprocess.run, words, capture_output=True, check=True)
    assert not done.stderr, done.stderr.decode()
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def check(found: dict[str, Any]) -> list[float]:
    stream = found["streams"][0]
    assert (stream["codec_name"], stream["width"], stream["height"]) == ("h264", 320, 180)
    times = [float(packet["dts_time"]) for packet in found["packets"]]
    assert all(b > a for a, b in itertools.pairwise(times))
    return times


def test_recorded_hls() -> None:
    async def story() -> dict[str, Any]:
        async with served() as stage:
            query = f"?starttime={NOON - 3599:.0f}&endtime={NOON - 3595:.0f}"
            return await probe(f"{stage.base}/playback/c1/hls.m3u8{query}")

    found = run(story())
    assert len(check(found)) == 60
    assert float(found["format"]["duration"]) == pytest.approx(4, abs=0.2)
    assert float(found["format"]["start_time"]) == 0


def test_live_flv_and_hls() -> None:
    async def story() -> list[dict[str, Any]]:
        async with served(MemorySource()) as stage:
            live, hls = (f"{stage.base}/live/c1{tail}" for tail in (".live.flv", "/hls.m3u8"))
            first = asyncio.create_task(
                probe(live, "-probesize", "4096", "-analyzeduration", "0",
                      "-read_intervals", "%+#20")
            )  # fmt: skip
            second = asyncio.create_task(probe(hls, "-read_intervals", "%+#20"))
            return [await first, await second]

    for found in run(story()):
        assert len(check(found)) >= 20
