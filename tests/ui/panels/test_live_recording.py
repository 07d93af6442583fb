"""Recording from the live page: the mark on the tile, and the file that is there when it ends."""

from __future__ import annotations

import sys
from pathlib import Path

import av
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from ivcdesk.simulator.media.overlay import read_clock
from ivcdesk.ui.panels.live_recording import clip_name, clips_folder
from ivcdesk.ui.widgets.recording_mark import RecordingMark
from tests.ui.panels.live_desk import START_SECONDS
from tests.ui.panels.stand_ins import until


@pytest.fixture
def clips(desk, tmp_path):
    desk.live.recording.folder = tmp_path / "clips"
    return desk.live.recording.folder


def button(desk) -> QPushButton:
    return desk.live.findChild(QPushButton, "live.record")


def mark_of(desk, number: int = 1) -> RecordingMark | None:
    return desk.tile(number).findChild(RecordingMark)


def clocks(path: Path) -> list[float]:
    """The times that the camera has burnt in, of every picture that is there."""
    with av.open(path) as container:
        first = next(container.demux(video=0))
        assert first.is_keyframe
        frames = [*first.decode(), *container.decode(video=0)]
        assert len(frames) == container.streams.video[0].frames
    return [read_clock(frame.to_ndarray(format="gray8")) for frame in frames]


def length(path: Path) -> float:
    """How long the pictures last, s."""
    with av.open(path) as container:
        video = container.streams.video[0]
        return float(video.duration * video.time_base)


async def seconds(desk, least: float) -> None:
    slot = desk.live.views[0].slot
    recorder = desk.live.recording._running[slot].recorder
    await until(lambda: recorder.seconds > least)


def test_a_recording_is_marked_and_holds_what_was_seen(desk, aio, clips):
    async def record() -> float:
        assert not button(desk).isEnabled()
        await desk.show()
        pulls = len(desk.site.calls("ControlDeviceStream"))
        QTest.keyClick(desk.tile(), Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)
        assert button(desk).isChecked()
        assert button(desk).accessibleName() == "End recording"
        await seconds(desk, 1.1)
        await until(lambda: mark_of(desk) is not None and mark_of(desk).words == "REC 00:01")
        assert mark_of(desk).isVisible()
        assert mark_of(desk).accessibleName() == "REC 00:01"
        assert not list(clips.glob("[!.]*"))
        button(desk).click()
        await until(lambda: desk.said().startswith("Recorded: "))
        assert not mark_of(desk).isVisible()
        assert len(desk.site.calls("ControlDeviceStream")) == pulls
        assert desk.viewers() == 1
        return desk.site.simulator.cloud.now()

    now = aio(record(), START_SECONDS)
    (path,) = clips.iterdir()
    assert path.name.startswith("PTZ Gate North 20")
    assert path.suffix == ".mp4"
    # How many pictures a busy machine draws does not matter, but that none of them is missing.
    assert length(path) > 1.1
    times = clocks(path)
    assert None not in times
    assert np.all(np.diff(times) > 0)
    assert now - 10 < times[0] < now


def test_it_goes_on_with_another_stream_and_behind_another_page(desk, aio, clips):
    async def record() -> None:
        await desk.show()
        button(desk).click()
        await seconds(desk, 0.2)
        desk.live.views[0].slot.set_quality("main")
        await until(lambda: len(list(clips.glob("[!.]*"))) == 1, START_SECONDS)
        await desk.plays()
        desk.live.hide()
        shown = desk.live.recording._running[desk.live.views[0].slot].recorder.seconds
        await seconds(desk, shown + 0.3)
        assert desk.viewers() == 1
        other = await desk.site.find("PTZ Gate South")
        desk.live.views[0].slot.show(other)
        await until(lambda: len(list(clips.glob("[!.]*"))) == 2)
        assert not desk.live.recording.records(desk.live.views[0].slot)
        await until(lambda: desk.viewers() == 0)
        desk.live.show()
        await until(lambda: desk.viewers(other) == 1)

    aio(record(), START_SECONDS)
    widths = set()
    for path in clips.iterdir():
        with av.open(path) as container:
            widths.add(container.streams.video[0].width)
    assert len(widths) == 2


def test_a_folder_that_can_not_be_written_is_told_and_closing_leaves_a_whole_file(
    desk, aio, clips, tmp_path, monkeypatch
):
    (tmp_path / "taken").write_text("a file")
    desk.live.recording.folder = tmp_path / "taken" / "clips"

    async def record() -> None:
        await desk.show()
        with monkeypatch.context() as without:
            without.setitem(sys.modules, "ivcdesk.media.recorder", None)
            button(desk).click()
        assert desk.said() == "✕ This stream can't be recorded: PyAV"
        assert not button(desk).isChecked()
        button(desk).click()
        await until(lambda: desk.said().startswith("✕ The recording could not be written"))
        assert not button(desk).isChecked()
        desk.live.recording.folder = clips
        button(desk).click()
        await seconds(desk, 0.2)
        await desk.live.close()

    aio(record(), START_SECONDS)
    (path,) = clips.iterdir()
    assert clocks(path)


def test_files_are_named_for_channel_and_time():
    name = clip_name("Gate: 门/1", 1_700_000_000.25)
    assert name.startswith("Gate  门 1 2023-11-1")
    assert name.endswith(".250.mp4")
    assert clips_folder().name == "ivcdesk"
