"""Nine channels on one playhead for ten minutes: never more than 100 ms from each other.

Judged by the moments of the painted pictures, which the burnt-in clocks confirm. How long is set
by ``IVCDESK_SYNC`` (600 s of recording), how many channels by ``IVCDESK_SYNC_CHANNELS`` (9). The
cloud runs in another process. The figures are printed.
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
from datetime import date
from datetime import time as time_of_day

import pytest
from PySide6.QtWidgets import QVBoxLayout, QWidget

from ivcdesk.api import Credential
from ivcdesk.domain.coverage import Source
from ivcdesk.domain.days import CLOUD_ZONE, cloud_day, moment
from ivcdesk.domain.intervals import Interval
from ivcdesk.services.session import Session
from ivcdesk.ui.panels.playback import PlaybackPanel
from tests.ui.panels import stand_ins
from tests.ui.panels.playback_sync import NEAR, Watch, burnt_in

SECONDS = float(os.environ.get("IVCDESK_SYNC", "600"))
CHANNELS = int(os.environ.get("IVCDESK_SYNC_CHANNELS", "9"))
ROOM = 20.0
"""How much longer than the recording it may take, in times of it: the playhead waits."""
CLOCKS_EVERY = 5.0
"""How often a burnt-in clock is read, one tile after the other, s of recording."""


def say(text: str) -> None:
    sys.stdout.write(f"\n{text}\n")


@pytest.fixture
def cloud() -> Iterator[dict[str, str]]:
    command = [sys.executable, "-m", "ivcdesk", "simulate", "--seed", "1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.terminate()


async def channels_of(session: Session, window: Interval) -> list[str]:
    """Return channels whose cloud recording holds all of a window."""
    await stand_ins.until(lambda: session.directory.state == "ready", 30)
    found: list[str] = []
    for device_id in list(session.directory.devices):
        for channel in await session.directory.load_channels(device_id):
            covered = await session.recordings.coverage(
                channel.channel_id, window, sources=(Source.CLOUD,)
            )
            if any(span.start <= window.start and window.end <= span.end for span in covered.cloud):
                found.append(channel.channel_id)
            if len(found) == CHANNELS:
                return found
    return found


async def played(panel: PlaybackPanel, window: Interval) -> None:
    """Play a window, and compare the burnt-in clocks with what the tiles say now and then."""
    due, turn = window.start + CLOCKS_EVERY, 0
    deadline = time.monotonic() + (window.length + 60) * ROOM
    while panel.ensemble.t < window.end:
        assert time.monotonic() < deadline, "the playhead stands still"
        await asyncio.sleep(0.05)
        if panel.ensemble.t >= due:
            due += CLOCKS_EVERY
            player = panel.grid.shown()[turn % CHANNELS].player
            turn += 1
            painted, image = player.pictured, player.snapshot()
            if painted is not None and image is not None:
                clock = burnt_in(image)
                # What was decoded may be newer than what is painted, yet never ahead of time.
                assert clock is not None
                assert painted - 0.002 <= clock <= panel.ensemble.conductor.position + 0.002
    assert turn > 0


async def judged(panel: PlaybackPanel, session: Session) -> None:
    """Play, and tell and judge how far the tiles are apart."""
    day = date.fromordinal(cloud_day(session.client.clock.time()).toordinal() - 1)
    start = moment(day, time_of_day(14), CLOUD_ZONE)
    whole = Interval(start, start + SECONDS)
    channels = await channels_of(session, whole)
    assert len(channels) == CHANNELS
    for channel in channels:
        panel.add_channel(channel)
    began = time.monotonic()
    await panel.play_at(start)
    await stand_ins.until(
        lambda: all(seat.reel.state == "playing" for seat in panel.grid.shown()), 60
    )
    watch = Watch(panel)
    await played(panel, whole)
    watch.timer.stop()
    spreads = sorted(watch.spreads)
    looks = len(spreads)
    took = time.monotonic() - began
    say(
        f"{CHANNELS} channels, {SECONDS:.0f} s in {took:.0f} s, {looks} looks: "
        f"median {statistics.median(spreads) * 1000:.0f} ms, "
        f"p99 {spreads[int(looks * 0.99)] * 1000:.0f} ms, worst {spreads[-1] * 1000:.0f} ms; "
        f"{watch.silent / (looks * CHANNELS):.2%} of the tiles said that they do not play"
    )
    assert spreads[-1] <= NEAR


def test_nine_channels_stay_together(qtbot, aio, tmp_path, cloud):
    async def work() -> None:
        session = await Session.open(
            Credential(cloud["secret_id"], cloud["secret_key"]),
            cloud["region"],
            cloud["endpoint"],
            account="soak",
        )
        panel = PlaybackPanel(stand_ins.make_context(folder=tmp_path))
        window = QWidget()
        column = QVBoxLayout(window)
        column.addWidget(panel)
        window.resize(1240, 860)
        window.show()
        panel.attach(session)
        try:
            await judged(panel, session)
        finally:
            await panel.close()
            window.close()
            window.deleteLater()
            await session.close()

    aio(work(), (SECONDS + 120) * ROOM)
