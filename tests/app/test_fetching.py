"""Files are looked at and joined in a thread or in a process, with the same result."""

from __future__ import annotations

import threading

import pytest

from ivcdesk.app import fetching
from ivcdesk.app.fetching import MediaTools
from ivcdesk.media.remux import examine
from ivcdesk.services.downloads_jobs import FileUnusable, Slice, Stopped
from tests.media.test_remux import clip


@pytest.fixture(params=["thread", "process"])
def tools(request, monkeypatch):
    monkeypatch.setattr(fetching, "SHORT_BYTES", 1 << 30 if request.param == "thread" else 0)
    return MediaTools()


def test_a_file_is_looked_at(tools, tmp_path):
    path = clip(tmp_path, "mp4", 0, 90)
    assert tools.examination(path).run() == pytest.approx(6, abs=0.01)
    path.write_bytes(b"<html>" * 1000)
    with pytest.raises(FileUnusable):
        tools.examination(path).run()


def test_files_are_joined(tools, tmp_path):
    slices = [
        Slice(clip(tmp_path, "ts", 0, 90), 0.0, 5.0),
        Slice(clip(tmp_path, "ts", 60, 150), 1.0, 4.0),
    ]
    target = tmp_path / "joined"
    planned = tools.joining(slices, target, "ts").run()
    assert examine(target).seconds == pytest.approx(planned, abs=0.1)


def test_what_can_t_be_written_is_told_as_the_system_tells_it(tools, tmp_path):
    slices = [Slice(clip(tmp_path, "ts", 0, 90), 0.0, 5.0)]
    with pytest.raises(OSError, match="No such file") as caught:
        tools.joining(slices, tmp_path / "nowhere" / "joined", "ts").run()
    assert caught.value.errno


def test_parts_that_don_t_go_together_are_told(tools, tmp_path):
    slices = [
        Slice(clip(tmp_path, "mp4", 0, 30), 0.0, 5.0),
        Slice(clip(tmp_path, "mp4", 30, 60, codec="libx265"), 0.0, 5.0),
    ]
    with pytest.raises(FileUnusable) as caught:
        tools.joining(slices, tmp_path / "joined", "mp4").run()
    assert caught.value.apart


def test_work_ends_when_it_is_told_to(tools, tmp_path):
    work = tools.examination(clip(tmp_path, "ts", 0, 90))
    work.interrupt()
    with pytest.raises(Stopped):
        work.run()


def test_a_process_at_work_ends_when_it_is_told_to(monkeypatch, tmp_path):
    monkeypatch.setattr(fetching, "SHORT_BYTES", 0)
    path = tmp_path / "file"
    path.write_bytes(b"x")
    monkeypatch.setattr(fetching, "_command", lambda: ["-c", "import time; time.sleep(60)"])
    work = MediaTools().examination(path)
    timer = threading.Timer(0.3, work.interrupt)
    timer.start()
    with pytest.raises(Stopped):
        work.run()
    timer.join()
