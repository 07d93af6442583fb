"""The load that the simulated cloud is to carry on two cores, its clients beside it.

Sixteen channels live with 32 viewers, eight recordings being played and fifty calls a second:
nobody is dropped, answers come in time, and memory stands still. How long is set by
``IVCDESK_LOAD`` (600 s). Nothing counts in the first ``IVCDESK_LOAD_SETTLE`` (120 s), memory
neither: surroundings are painted and every store fills up then. What memory is compared with is
the median of the ten seconds after that. How many pictures a second viewers get, and how long
recordings stood still, depends on what else the machine does: it is told, but judged only
roughly. Judge a run on a machine that does nothing else.
"""

from __future__ import annotations

import asyncio
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest

from ivcdesk.simulator.recordings import cloud_day, day_start
from tests.simulator.cloud_load import Report, found

CHANNELS, RECORDINGS, CALLS = 16, 8, 50
SECONDS = float(os.environ.get("IVCDESK_LOAD", "600"))
SETTLE = float(os.environ.get("IVCDESK_LOAD_SETTLE", "120"))
FEWEST = 10
"""Pictures/s that every viewer gets of the 15 that are sent, however busy the machine."""
LONGEST_GAP = 5.0
"""How long a viewer may see nothing new before it counts as dropped, s."""

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/statm").exists(), reason="memory and processor time are read from /proc"
)


class Program:
    """A program of its own, with what it takes of the machine."""

    def __init__(self, *arguments: str, task: Any = None) -> None:
        self.process = subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=ENVIRONMENT,
            cwd=ROOT,
        )
        if task is not None:
            assert self.process.stdin is not None
            self.process.stdin.write(json.dumps(task).encode())
            self.process.stdin.close()

    @property
    def megabytes(self) -> float:
        """What it has of the memory."""
        pages = Path(f"/proc/{self.process.pid}/statm").read_text().split()[1]
        return int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6

    @property
    def processor_seconds(self) -> float:
        """What it has had of the processors."""
        rest = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(rest[11]) + int(rest[12])) / os.sysconf("SC_CLK_TCK")

    def reports(self) -> list[Report]:
        """Return what a client found."""
        assert self.process.stdout is not None
        return [Report(**found) for found in json.load(self.process.stdout)]

    def end(self) -> None:
        """End it and wait for that."""
        self.process.terminate()
        self.process.wait(20)
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()


@contextmanager
def programs() -> Iterator[Any]:
    """Start programs that are ended with the block."""
    started: list[Program] = []

    def start(*arguments: str, task: Any = None) -> Program:
        started.append(Program(*arguments, task=task))
        return started[-1]

    try:
        yield start
    finally:
        for program in reversed(started):
            program.end()


def test_a_full_house_is_served_on_two_cores(record_property):
    with programs() as start:
        cloud = start("-m", "ivcdesk", "simulate")
        task = json.loads(cloud.process.stdout.readline())
        afternoon = day_start(cloud_day(time.time()) - 1) + 14 * 3600
        house = asyncio.run(found(task, CHANNELS, RECORDINGS, afternoon))
        task |= {"settle": SETTLE, "seconds": SECONDS}
        watching = {**task, "watch": house["watch"], "play": house["play"]}
        calling = {**task, "calls": house["calls"], "rate": CALLS}
        # The callers are a program of their own, so that no other client delays what they time.
        media, api = (
            start("-m", "tests.simulator.cloud_load", task=t) for t in (watching, calling)
        )
        time.sleep(SETTLE)
        before, began = cloud.processor_seconds, time.monotonic()
        memory = []
        while time.monotonic() < began + SECONDS - 2:
            memory.append(cloud.megabytes)
            time.sleep(1)
        cores = (cloud.processor_seconds - before) / (time.monotonic() - began)
        viewed, (called,) = media.reports(), api.reports()
    viewers = [report for report in viewed if report.kind == "viewer"]
    players = [report for report in viewed if report.kind == "player"]
    latencies = sorted(called.latencies)
    figures = {
        "cores of the cloud": round(cores, 2),
        "MB at first": round(statistics.median(memory[:10])),
        "MB at last": round(statistics.median(memory[-10:])),
        "MB at most": round(max(memory)),
        "pictures/s of the slowest viewer": round(min(r.pictures for r in viewers) / SECONDS, 1),
        "longest gap of a viewer, s": round(max(r.longest_gap for r in viewers), 2),
        "longest stop of a recording, s": round(max(r.longest_gap for r in players), 2),
        "calls": len(latencies),
        "API p50, ms": round(latencies[len(latencies) // 2] * 1000, 1),
        "API p95, ms": round(latencies[len(latencies) * 95 // 100] * 1000, 1),
        "API p99, ms": round(latencies[len(latencies) * 99 // 100] * 1000, 1),
        "API at most, ms": round(latencies[-1] * 1000, 1),
        "load of the machine": os.getloadavg()[0],
    }
    for name, value in figures.items():
        record_property(name, value)
    sys.stderr.write(json.dumps(figures, indent=1) + "\n")

    assert len(viewers) == 2 * CHANNELS
    assert len(players) == RECORDINGS
    for report in (*viewers, *players):
        summary = {**asdict(report), **figures}
        assert report.ended == "", summary
        assert report.backwards == 0, summary
    assert figures["longest gap of a viewer, s"] < LONGEST_GAP, figures
    assert figures["pictures/s of the slowest viewer"] >= FEWEST, figures
    assert figures["longest stop of a recording, s"] < LONGEST_GAP, figures
    assert called.refused == [], figures
    assert figures["API p99, ms"] < 50, figures
    assert figures["MB at last"] <= 1.05 * figures["MB at first"], figures
